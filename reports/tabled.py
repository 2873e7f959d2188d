"""What the evidence says of a variant as one table each: clauses that proofs use, mutants, blind recall, least coalitions, and others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports import clauses
from reports.shapes import Value

Find = Callable[[str], Value | None]
NOBODY = "nobody deviates"
SIZES = {0: NOBODY, 1: "one party", 2: "two parties"}


@dataclass(frozen=True)
class Tabled:
    """A table with what it says in short; `bars` are counts to draw beside it."""

    kind: str
    title: str
    said: str
    header: list[str]
    lines: list[list[str]]
    bars: tuple[tuple[str, int], ...] = ()


def tabled_of(name: str, find: Find) -> tuple[Tabled, ...]:
    """The tables of a variant for which the evidence has the file."""
    kinds = {f"proofs/{name}/clauses.json": clauses_used, f"coalitions/{name}.json": coalitions, f"mutants/{name}.json": mutants,
             f"recall/{name}.json": recall, f"orders/{name}.json": orders, f"known/{name}.json": known,
             f"assumptions/{name}.json": assumptions}  # fmt: skip
    return tuple(made(name, value) for file, made in kinds.items() if (value := find(file)) is not None)


def clauses_used(name: str, value: Value) -> Tabled:
    found = clauses.clauses_of(value)
    return Tabled("clauses", f"Clauses that proofs of {name} use", found.said, clauses.HEADER, found.lines)


def coalitions(name: str, value: Value) -> Tabled:
    """The least coalitions of `coalitions/VARIANT.json`, and how many claims fall to how few."""
    lines, counts = [], dict.fromkeys((*SIZES.values(), "a peer", "none that was tried"), 0)
    for label, one in value.entries:
        least = list(one["least"].items)
        lines += [[label, *least_line(item)] for item in least]
        counts[min((size_of(item) for item in least), key=list(counts).index, default="none that was tried")] += 1
    said = (
        "Coalitions that break a claim while none that they hold does; what was found of each of these is beside it. "
        "All can do what a coalition of nobody can: order, delay and drop transactions."
    )
    header = ["claim", "least coalition", "steps", "smaller ones"]
    return Tabled("coalitions", f"Least coalitions against {name}", said, header, lines, tuple(counts.items()))


def size_of(item: Value) -> str:
    return "a peer" if item["coalition"].text == "peer" else SIZES.get(item["members"].whole, f"{item['members'].whole} parties")


def least_line(item: Value) -> list[str]:
    smaller = "; ".join(f"{other}: {verdict}" for other, verdict in item["smaller"].texts_by_name.items())
    depth = "" if item["depth"].raw is None else str(item["depth"].whole)
    return [item["coalition"].text, depth, smaller or "there is none"]


def mutants(name: str, value: Value) -> Tabled:
    """The score of `mutants/VARIANT.json`, and every mutant that no claim notices."""
    counts = {verdict: number.whole for verdict, number in value["counts"].entries}
    means = value["verdicts"].texts_by_name
    all_of = list(value["mutants"].items)
    seconds = sum(one["seconds"].number for one in all_of) / max(1, len(all_of))
    said = (
        f"Each guard and each effect of {name} changed in small wrong ways: {len(all_of)} mutants, {seconds:.2f} s of one core each. "
        + " ".join(f"{number} {verdict}: {means[verdict]}." for verdict, number in counts.items())
        + f" Asked: {value['asked'].text}. The table has those that survive, and what no claim says."
    )
    lines = [[one["mutant"].text, one["reason"].text] for one in all_of if one["verdict"].text == "survives"]
    return Tabled("mutants", f"Mutants of {name}", said, ["survives", "what is missing"], lines, tuple(counts.items()))


def recall(name: str, value: Value) -> Tabled:
    """What enumeration found in mutants, and how much of it the search did, by depth: `recall/VARIANT.json`."""
    lines = []
    for depth, one in value["by_depth"].entries:
        drawn = list(one["mutants"].items)
        broken = sum(any(True for _ in mutant["enumerated"].items) for mutant in drawn)
        share = "–" if one["recall"].raw is None else f"{one['recall'].number:.1%}"
        times = [f"{one[part].number:.0f} s" for part in ("enumeration_s", "search_s")]
        lines.append([depth, one["scope"].text, str(len(drawn)), str(one["cut"].whole), str(broken), str(one["enumerated"].whole),
                      str(one["found"].whole), share, *times])  # fmt: skip
    said = (
        "Mutants drawn by a seed, in which a plain enumeration finds what breaks; the search is told all claims and neither the step that "
        "was changed nor which claim fails. Recall is the share of what enumeration found; mutants that are not wholly enumerated have "
        "more runs than were looked at."
    )
    header = ["steps", "scope", "mutants", "not wholly", "with violations", "enumerated", "found", "recall", "enumeration", "search"]
    return Tabled("recall", f"Blind recall in mutants of {name}", said, header, lines)


def orders(name: str, value: Value) -> Tabled:
    """What each power over the order of transactions wins, or the bound within which it wins nothing: `orders/VARIANT.json`."""
    lines = []
    for one in value["orders"].items:
        weak = one["ledger"].text
        named = [one["power"].text, one["by"].text]
        shown = [[won["claim"].text, won["said"].text + (f" ({weak})" if weak else "")] for won in one["won"].items]
        lines += [[*named, *each] for each in shown or [["nothing", one["bound"].text]]]
    said = (
        "Calls are endorsed on a state, wait, and commit or are refused in some order. Of each power what is won that no lesser one wins, "
        "by the shortest run of moves from any state of an honest run; each was replayed on the ledger, with equal codes and rows."
    )
    header = ["power", "in whose hands", "wins against", "what the ledger shows"]
    return Tabled("orders", f"Powers over the order of transactions in {name}", said, header, lines)


def known(name: str, value: Value) -> Tabled:
    """Where attacks that were known beforehand were found: `known/VARIANT.json`."""
    lines = []
    for one in value["attacks"].items:
        for place in one["places"].items:
            where = " ".join(filter(None, (place["by"].text, place["name"].text, place["against"].text)))
            found = where if place["found"].truth else f"not found: {where}"
            lines.append([str(one["number"].whole), one["sentence"].text, found, place["shown"].text])
    said = "Attacks that were known before any search, and told to none; where each is found was looked up afterwards, in the evidence."
    return Tabled("known", f"Known attacks on {name}", said, ["", "attack", "found by", "what is shown"], lines)


def assumptions(name: str, value: Value) -> Tabled:
    """What falls without each assumption: `assumptions/VARIANT.json`."""
    lines = []
    for one in value["assumptions"].items:
        falls = one["outcome"].text == "falls"
        shown = [one["claim"].text, one["against"].text, one["shown"].text] if falls else [one["outcome"].text, "", one["reason"].text]
        lines.append([one["assumption"].text, ", ".join(one["claims"].texts), *shown])
    said = "What rows assume, and the claim that falls without it, found by the search that decides the claim; or why it is not dropped."
    header = ["assumption", "rests on it", "falls without it", "to", "what is shown"]
    return Tabled("assumptions", f"What verdicts of {name} assume", said, header, lines)
