"""The second opinion on derivations: every line of `knowledge/*.json` is checked by rules that are written here anew.

Nothing of the deduction is imported.  A refutation is confirmed when each line is a fact that its coalition has, or follows from lines
before by its rule, and the targets are among them.  What holds is confirmed when every fixpoint has the facts of its coalition, is
closed under the rules that are on, over all terms of the file, and misses each of its goals.  Smallest coalitions are computed again.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Term = Any


@dataclass
class Opinion:
    """How many cells were confirmed, and what is wrong with others."""

    confirmed: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Setting:
    """A setting of the file."""

    terms: list[Term]
    facts: list[tuple[int, str, int, str]]
    places: list[tuple[int, int, int]]

    @classmethod
    def read(cls, data: dict[str, Any]) -> Setting:
        facts = [(number, holder, step, rule) for number, holder, step, rule, _ in data["facts"]]
        return cls([frozen(term) for term in data["terms"]], facts, [tuple(place) for place in data["places"]])


def frozen(term: Any) -> Term:
    return tuple(map(frozen, term)) if isinstance(term, list) else term


def recheck_knowledge(folder: Path) -> Opinion:
    """All files of a folder; a file that cannot be read is wrong."""
    opinion = Opinion()
    for path in sorted(folder.glob("*.json")):
        if path.name == "tables.json":
            continue
        try:
            check_document(json.loads(path.read_text(encoding="utf-8")), opinion)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            opinion.wrong.append(f"{path.name}: cannot be read: {type(error).__name__}: {error}")
    return opinion


def check_document(document: dict[str, Any], opinion: Opinion) -> None:
    settings = {one["name"]: Setting.read(one) for one in document["settings"]}
    for cell in document["cells"]:
        wrong = wrong_with(cell, settings[cell["setting"]])
        if wrong:
            opinion.wrong.append(f"{document['variant']}: {cell['claim']} against {cell['coalition']}: {wrong}")
        else:
            opinion.confirmed += 1
    for one in document["least"]:
        wrong = wrong_least(one, settings[one["setting"]])
        if wrong:
            opinion.wrong.append(f"{document['variant']}: {one['claim']}: {one['goal']}: {wrong}")


def wrong_least(one: dict[str, Any], setting: Setting) -> str:
    """What is wrong with smallest coalitions: each reaches the goal, each largest set does not, and every smaller one is below such."""
    smallest, without = [frozenset(each) for each in one["smallest"]], [frozenset(each) for each in one["without"]]
    everybody = {holder for _, holder, _, _ in setting.facts if holder} - set(one["owners"])

    def reaches(members: frozenset[str]) -> bool:
        known = fixpoint(setting, sorted(members), set(one["rules"]))
        return all(setting.terms[number] in known for number in one["targets"])

    if not all(map(reaches, smallest)):
        return "a smallest coalition does not reach it"
    if any(map(reaches, without)):
        return "a largest coalition without it reaches it"
    size = min(map(len, smallest), default=len(everybody) + 1)
    below = (frozenset(some) for some in itertools.combinations(sorted(everybody), size - 1)) if size else ()
    return "" if all(any(some <= each for each in without) for some in below) else "a smaller coalition is not excluded"


def fixpoint(setting: Setting, members: list[str], rules: set[str]) -> set[Term]:
    """All that members can have, in plain rounds."""
    known = {setting.terms[number] for number, rule in facts_of(setting, members, "", []) if not rule or rule in rules}
    while True:
        new = [term for term in setting.terms if term not in known and any(concluded(rule, term, known, setting, []) for rule in rules)]
        if not new:
            return known
        known.update(new)


def wrong_with(cell: dict[str, Any], setting: Setting) -> str:
    if "link" in cell:
        return wrong_graph(cell["link"], cell["verdict"] == "refuted")
    if cell["verdict"] == "refuted":
        return wrong_derivation(cell, setting)
    return next((wrong for one in cell["fixpoints"] if (wrong := wrong_fixpoint(one, setting))), "")


def wrong_graph(link: dict[str, Any], refuted: bool) -> str:
    """Pseudonyms are one where edges that lead through no dataset join them: computed here by merging."""
    kinds = {node: kind for node, kind, _ in link["nodes"]}
    part = {node: node for node in kinds}
    for one, other, _ in link["edges"]:
        if "dataset" not in (kinds[one], kinds[other]):
            part = {node: part[other] if of == part[one] else of for node, of in part.items()}
    if refuted != bool(link["pair"]):
        return "the verdict is not that of its graph"
    if refuted:
        one, other = link["pair"]
        return "" if (part[one] == part[other]) == (link["asks"] == "links") else "the pair of its graph does not show it"
    if link["asks"] == "apart":
        return ""
    beside: dict[tuple[str, str], set[str]] = {}
    for one, other, _ in link["edges"]:
        for who, dataset in ((one, other), (other, one)):
            member = next(of for node, _, of in link["nodes"] if node == who)
            if kinds[dataset] == "dataset" and member not in link["members"]:
                beside.setdefault((part[who], member), set()).add(dataset)
    return "the graph links a member to two datasets" if any(len(datasets) > 1 for datasets in beside.values()) else ""


def facts_of(setting: Setting, members: list[str], without: str, until: list[int]) -> Iterator[tuple[int, str]]:
    """What the members have been told: numbers of terms, each with the rule that it needs."""
    for number, holder, step, rule in setting.facts:
        late = until and step and step not in until
        lost = without and holder == without and step
        if (not holder or holder in members) and not late and not lost:
            yield number, rule


def wrong_derivation(cell: dict[str, Any], setting: Setting) -> str:
    told = {number for number, _ in facts_of(setting, cell["members"], cell["without"], cell["until"])}
    lines: list[Term] = []
    for place, (number, rule, premises) in enumerate(cell["lines"]):
        term = setting.terms[number]
        if any(not 0 <= earlier < place for earlier in premises):
            return f"line {place + 1} rests on a line that is not before it"
        if not rule and number not in told:
            return f"line {place + 1} is no fact that the coalition has"
        given = [lines[earlier] for earlier in premises]
        if rule and not follows(rule, term, given, setting, cell["until"]):
            return f"line {place + 1} does not follow by {rule}"
        lines.append(term)
    missing = [number for number in cell["targets"] if setting.terms[number] not in lines]
    return "a target is not derived" if missing or not cell["targets"] else ""


def wrong_fixpoint(one: dict[str, Any], setting: Setting) -> str:
    bits = int(one["known"], 16)
    known = {term for number, term in enumerate(setting.terms) if bits >> number & 1}
    rules = set(one["rules"])
    for number, rule in facts_of(setting, one["members"], one["without"], one["until"]):
        if (not rule or rule in rules) and setting.terms[number] not in known:
            return "a fixpoint lacks a fact"
    for term in setting.terms:
        if term not in known and (rule := next((rule for rule in rules if concluded(rule, term, known, setting, one["until"])), "")):
            return f"a fixpoint is not closed under {rule}"
    if any(all(setting.terms[number] in known for number in goal) for goal in one["goals"]):
        return "a fixpoint has a goal"
    return ""


# The rules, written anew.  A term is a symbol and its arguments; what is no tuple is a public constant.
PAIRS = ("append", "tuple", "salted")
FUNCTIONS = ("hash", "lock", "sealed", "locked", "run", "extended", "joined", "head", "tail", *PAIRS)


def private(parts: Any) -> list[Term]:
    return [part for part in parts if isinstance(part, tuple)]


def is_run(term: Term) -> bool:
    return isinstance(term, tuple) and term[0] == "run"


def evaluated_from(term: Term) -> list[Term] | None:
    """What an encrypted result is computed from, without the key."""
    if term[0] != "locked" or not is_run(term[2]):
        return None
    _, program, model, data, round = term[2]
    return private([("locked", term[1], model), program, data, round])


def rebuilt_from(term: Term, unknown: Term) -> list[Term] | None:
    """What gives a term again beside an unknown part; None for a ciphertext that is made with chance."""
    if term == unknown or not isinstance(term, tuple):
        return []
    if not holds(term, unknown):
        return [term]
    parts = evaluated_from(term) if term[0] in ("locked", "sealed") else list(term[1:])
    if parts is None:
        return None
    found: list[Term] = []
    for part in parts:
        inner = rebuilt_from(part, unknown)
        if inner is None:
            return None
        found += inner
    return found


def holds(term: Term, part: Term) -> bool:
    return term == part or (isinstance(term, tuple) and term[0] in FUNCTIONS and any(holds(inner, part) for inner in term[1:]))


def hashed_with_nonce(term: Term) -> tuple[Term, Term] | None:
    inner = term[1] if term[0] == "hash" else None
    if isinstance(inner, tuple) and inner[0] == "append" and isinstance(inner[2], tuple) and inner[2][0] not in FUNCTIONS:
        return inner[1], inner[2]
    return None


def ways(rule: str, setting: Setting, until: list[int]) -> Iterator[tuple[Term, list[Term]]]:
    """Every conclusion of a rule over the terms of a setting, with its premises."""
    for term in setting.terms:
        if rule == "compose" and term[0] in FUNCTIONS:
            yield term, private(term[1:])
        elif rule == "project" and term[0] in PAIRS:
            yield from ((part, [term]) for part in private(term[1:]))
        elif rule == "open" and term[0] in ("sealed", "locked") and isinstance(term[2], tuple):
            yield term[2], [term, term[1][1]]
        elif rule == "evaluate" and (inputs := evaluated_from(term)) is not None:
            yield term, inputs
        elif rule == "author" and is_run(term) and isinstance(term[1], tuple) and isinstance(term[3], tuple):
            yield term[3], [term, ("pen", term[1][1])]
        elif rule == "guess" and term[0] == "hash":
            for rows in (one for one in setting.terms if one[0] == "rows" and holds(term, one)):
                others = rebuilt_from(term, rows)
                if others is not None:
                    yield rows, [term, *others]
        elif rule in ("extend", "reread") and (parts := hashed_with_nonce(term)) is not None:
            data, nonce = parts
            if rule == "extend":
                yield ("hash", ("append", data, ("extended", nonce))), [term, nonce]
            else:
                yield ("hash", ("append", ("joined", data, ("head", nonce)), ("tail", nonce))), [term]
    for place, thing, step in setting.places if rule == "fetch" else ():
        if not until or step in until:
            yield setting.terms[thing], [setting.terms[place]]


def table(rule: str, setting: Setting, until: list[int]) -> dict[Term, list[list[Term]]]:
    """The ways of a rule by conclusion, kept with the setting."""
    kept = setting.__dict__.setdefault("kept", {})
    key = rule, tuple(until) if rule == "fetch" else ()
    if key not in kept:
        found: dict[Term, list[list[Term]]] = {}
        for conclusion, premises in ways(rule, setting, until):
            found.setdefault(conclusion, []).append(premises)
        kept[key] = found
    ready: dict[Term, list[list[Term]]] = kept[key]
    return ready


def follows(rule: str, term: Term, given: list[Term], setting: Setting, until: list[int]) -> bool:
    return any(set(premises) <= set(given) for premises in table(rule, setting, until).get(term, []))


def concluded(rule: str, term: Term, known: set[Term], setting: Setting, until: list[int]) -> bool:
    return any(all(premise in known for premise in premises) for premises in table(rule, setting, until).get(term, []))
