"""What the figures say: whether the models agree, and where ours is ahead or behind.  Nothing here measures."""

from __future__ import annotations

from typing import Any

Results = dict[str, Any]
OURS = "marketproof"
ANSWERS = ("found", "holds")


def disagreements(results: Results) -> list[str]:
    """Scopes at which two tools count different states, and attacks of tools that say `shortest` which differ in length."""
    problems = []
    ran = {name: tool for name, tool in results["tools"].items() if not tool["not_run"]}
    for part, figure in (("spaces", "states"), ("first", "trace"), ("attacks", "trace")):
        by_task: dict[str, dict[str, int]] = {}
        for name, tool in ran.items():
            for task, outcome in tool[part].items():
                if outcome["said"] in ANSWERS and outcome[figure] is not None and (figure == "states" or tool["shortest"][:3] == "yes"):
                    by_task.setdefault(task, {})[name] = outcome[figure]
        problems += [f"{task}: {figure} {found}" for task, found in by_task.items() if len(set(found.values())) > 1]
        problems += too_short(ran, part, by_task) if figure == "trace" else []
    return problems


def too_short(tools: Results, part: str, shortest: dict[str, dict[str, int]]) -> list[str]:
    """Runs shorter than those that are said to be shortest, from tools that promise nothing."""
    known = {task: min(found.values()) for task, found in shortest.items()}
    runs = [(task, name, outcome["trace"]) for name, tool in tools.items() for task, outcome in tool[part].items()]
    return [f"{task}: {name} has a run of {trace} steps" for task, name, trace in runs if trace is not None and trace < known.get(task, 0)]


def highest(outcomes: Results) -> tuple[str, Results] | None:
    """The last rung of a ladder that was answered."""
    answered = [(task, outcome) for task, outcome in outcomes.items() if outcome["said"] in ANSWERS]
    return answered[-1] if answered else None


def rung(tool: Results, part: str) -> int:
    return sum(outcome["said"] in ANSWERS for outcome in tool[part].values())


def standing(results: Results) -> list[str]:
    """A sentence for each measure: whom ours is ahead of, and whom it is behind."""
    tools = {name: tool for name, tool in results["tools"].items() if not tool["not_run"]}
    own, peers = tools[OURS], {name: tool for name, tool in tools.items() if name != OURS}
    said = []
    for task in own["first"]:
        for key, title in (("whole_s", "from the text to the attack"), ("engine_s", "the search alone")):
            times = {name: tool["first"][task][key] for name, tool in peers.items()}
            said.append(compared(f"{task}, {title}", own["first"][task][key], times))
    said.append(compared("Lines", own["lines"], {name: tool["lines"] for name, tool in peers.items()}))
    said.append(compared("Largest attack", -rung(own, "attacks"), {name: -rung(tool, "attacks") for name, tool in peers.items()}))
    said.append(compared("Whole spaces, state by state", -rung(own, "spaces"),
                         {name: -rung(tool, "spaces") if tool["spaces"] else None for name, tool in peers.items()}))  # fmt: skip
    proving = [name for name, tool in peers.items() if tool["proof"] and tool["proof"]["said"] == "proved"]
    if own["proof"]["said"] == "proved":
        rest = f"; {', '.join(proving)} has one too, in {peers[proving[0]]['proof']['whole_s']:.2f} s" if proving else ""
        others = ", ".join(name for name in peers if name not in proving)
        said.append(f"Any size: **ahead** of {others}, which have no proof here; ours takes {own['proof']['whole_s']:.2f} s{rest}.")
    else:
        said.append(f"Any size: **behind**: ours is {own['proof']['said']}.")
    return said


def compared(title: str, own: float | None, others: dict[str, float | None]) -> str:
    """Less is better; a tool without a figure is not compared."""
    if own is None:
        return f"{title}: ours has no figure."
    known = {name: value for name, value in others.items() if value is not None}
    groups = (
        ("**ahead** of", [name for name, value in known.items() if own < value]),
        ("level with", [name for name, value in known.items() if own == value]),
        ("**behind**", [name for name, value in known.items() if own > value]),
        ("not compared:", [name for name in others if name not in known]),
    )
    return f"{title}: " + "; ".join(f"{word} {', '.join(names)}" for word, names in groups if names) + "."
