"""`marketproof known`: where each of twenty attacks that were known beforehand is found, read from evidence; and what is found besides."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from adversaries.coalitions import COALITIONS
from adversaries.declared import Declared
from ledger_runtime.world import World
from marketproof import adversaries, evidence, orders
from marketproof.accepted import committed, file_of
from marketproof.bench import Bench, Decided
from marketproof.errors import UserError
from marketproof.ordering import SCOPE, Powers
from marketproof.progress import Progress
from marketproof.rounding import two_orders
from marketproof.winning import PARTS
from model.explain import explain
from properties.expectations import expected
from properties.known_attacks import GUARD, KNOWN, SILENT, Known, Place
from properties.queries import query
from reports import terminal
from spec.concrete import evaluate
from spec.language import Amendment
from spec.variants import variant

TEXT = "paper"
LONGEST = 7  # steps of a search under another reading
FILE = file_of("known", TEXT)
Found = dict[str, Any]
Look = Callable[[Place], Iterator[Found]]


def known(given: argparse.Namespace) -> int:
    """Print where each is found; 0 when all are, 1 when one is not."""
    progress = Progress()
    progress.start("known attacks")
    document = document_of(progress)
    progress.done()
    if given.accept:
        evidence.write_file(FILE, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(document, indent=1, ensure_ascii=False) if given.json else told(document))
    return 0 if all(one["found"] for one in document["attacks"]) else 1


def document_of(progress: Progress) -> dict[str, Any]:
    looks = looks_of(progress)
    attacks = [attack(one, looks) for one in KNOWN]
    return {"texts": orders.digests(), "attacks": attacks, "besides": besides(looks)}


def accepted() -> dict[str, Any] | None:
    """The committed answers, if they are of the texts as they are."""
    return committed("known", TEXT, texts=orders.digests())


def attack(one: Known, looks: dict[str, Look]) -> dict[str, Any]:
    """Each place where it is found, with what was found there; `found` only where all of its places have it."""
    at = [next((found for found in looks[place.kind](place) if in_order(place.words, found["told"])), None) for place in one.places]
    places = [place_data(place, found) for place, found in zip(one.places, at, strict=True)]
    return {"number": one.number, "sentence": one.sentence, "found": all(found is not None for found in at), "places": places}


def place_data(place: Place, found: Found | None) -> dict[str, Any]:
    return {"by": place.kind, "name": place.name, "against": place.against, "found": found is not None,
            "shown": "" if found is None else found["shown"], "steps": 0 if found is None else found["steps"]}  # fmt: skip


def in_order(words: tuple[str, ...], told: list[str]) -> bool:
    """Whether the words come one after the other in what is told."""
    text, place = "\n".join(told), 0
    for word in words:
        place = text.find(word, place)
        if place < 0:
            return False
        place += len(word)
    return True


# --- where to look ---


def looks_of(progress: Progress) -> dict[str, Look]:
    """The evidence by its kind.  Raises UserError where what is committed is missing or of other texts."""
    verdicts, ordered, winning = expected(TEXT), orders.accepted(), adversaries.accepted()
    for wanted, command in ((verdicts, "check --accept"), (ordered, "orders --accept"), (winning, "adversaries --accept")):
        if wanted is None:
            raise UserError(f"what `marketproof {command}` commits is missing, or of other texts: run it first")
    return {
        "verdict": partial(refuted, verdicts or {}), "order": partial(by_order, ordered or []),
        "adversary": partial(by_adversary, winning or []), "query": partial(asked, progress), "experiment": measured,
        "reading": partial(searched, progress), "guarded": partial(guarded, progress),
    }  # fmt: skip


def refuted(verdicts: dict[str, Any], place: Place) -> Iterator[Found]:
    """The row of a claim against a coalition, if it is refuted."""
    entry = verdicts.get(place.name, {}).get(place.against)
    if entry is not None and entry["verdict"] == "refuted":
        shown = entry["steps"][-1] if entry["steps"] else "by the least numbers (`marketproof numbers`)"
        yield {"told": entry["steps"], "steps": entry["depth"] or 0, "shown": shown}


def searched(progress: Progress, place: Place) -> Iterator[Found]:
    """A claim searched under a reading of the text that closes what is shorter: with two replicas, replayed on a ledger."""
    name, reading = place.name.split()
    bench = orders.bench_of(f"{TEXT} {reading}", progress)
    decided = bench.decide(PARTS[name], COALITIONS[place.against], SCOPE, LONGEST, attack_only=True)
    if decided.row.verdict == "refuted":
        yield {"told": decided.told, "steps": decided.row.depth or 0, "shown": f"where {reading}: {decided.told[-1]}"}


def guarded(progress: Progress, place: Place) -> Iterator[Found]:
    """What a coalition reaches while owners are silent, searched in the text as it is and with the guard that closes its way."""

    def decided(*amendments: Amendment) -> Decided:
        protocol = variant(TEXT).amended("guarded", "an experiment", SILENT, *amendments).load()
        asked = query(place.name, protocol)
        return Bench(protocol, progress=progress).decide(asked, COALITIONS[place.against], SCOPE, LONGEST, attack_only=True)

    free, held = decided(), decided(GUARD)
    if (free.row.verdict, held.row.verdict) == ("refuted", "holds_to"):
        shown = (
            f"owners are silent: in {free.row.depth} steps another round begins; with {GUARD.target}, which closes this way, none does: "
            f"not reached in {LONGEST} steps, the round stays as it is"
        )
        yield {"told": [*free.told, shown], "steps": free.row.depth or 0, "shown": shown}


def by_order(rows: list[dict[str, Any]], place: Place) -> Iterator[Found]:
    for row in rows:
        for won in row["won"] if row["power"] == place.name else ():
            yield {"told": won["moves"], "steps": len(won["moves"]), "shown": f"{won['claim']} on {row['text']}: {won['said']}"}


def by_adversary(rows: list[dict[str, Any]], place: Place) -> Iterator[Found]:
    for row in rows:
        won = row["wins"]
        if won is not None and label(row) == place.name:
            yield {"told": [won["how"]], "steps": won["steps"], "shown": f"{won['claim']} on {won['text']}: {won['how']}"}


def label(row: dict[str, Any]) -> str:
    return Declared(row["family"], row["name"], "", row["role"]).label


def asked(progress: Progress, place: Place) -> Iterator[Found]:
    """The first state of an honest run, taken on a ledger, in which what is asked does not hold."""
    powers = Powers(orders.bench_of(TEXT, progress))
    protocol, universe = powers.bench.protocol, SCOPE.universe(powers.bench.protocol)
    condition = query(place.name, protocol).parts[0].build()
    world = World(protocol, SCOPE.facts(), frozenset(), universe, compiled=powers.bench.compiled)
    for number, (name, given) in enumerate(powers.starts[-1].steps, start=1):
        world.take(protocol.transactions[name], given)
        if not evaluate(condition, {}, world.view()):
            shown = f"after {name} of {given['caller']}, honest: {'; '.join(explain(condition, {}, world.view()))}"
            yield {"told": [shown], "steps": number, "shown": shown}
            return


def measured(place: Place) -> Iterator[Found]:
    found = two_orders()
    if found["differ"]:
        whole = "differ as well" if found["whole numbers differ"] else "are equal"
        shown = f"the hashes differ, the weights by at most {found['largest']:.1e}; trained in whole numbers, as here, hashes {whole}"
        yield {"told": [shown], "steps": 0, "shown": shown}


# --- what is found besides ---


def besides(looks: dict[str, Look]) -> dict[str, list[str]]:
    """What is found and belongs to none of the twenty: claims, powers over the order, adversaries."""
    named = {(place.kind, place.name) for one in KNOWN for place in one.places}
    claims = [name for name, by in (expected(TEXT) or {}).items() if ("verdict", name) not in named
              and any(entry["verdict"] == "refuted" for entry in by.values())]  # fmt: skip
    powers = sorted({row["power"] for row in orders.accepted() or () if row["won"] and ("order", row["power"]) not in named})
    winning = [label(row) for row in adversaries.accepted() or () if row["wins"] is not None and ("adversary", label(row)) not in named]
    return {"claims": claims, "powers": powers, "adversaries": [one for one in winning if not one.startswith("ledger ")]}


def told(document: dict[str, Any]) -> str:
    lines = []
    for one in document["attacks"]:
        lines.append(terminal.wrapped(f"{one['number']}. {'found' if one['found'] else 'NOT FOUND'}: {one['sentence']}"))
        for place in one["places"]:
            lines.append(terminal.wrapped(f"{at({'places': [place]})}: {place['shown'] or 'nothing that has the words'}", "    "))
    found = sum(one["found"] for one in document["attacks"])
    more = ", ".join(f"{len(names)} {kind}" for kind, names in document["besides"].items())
    return "\n".join([*lines, f"{found} of {len(document['attacks'])} are found; besides them: {more}"])


def at(one: dict[str, Any]) -> str:
    return "; ".join(" against ".join(filter(None, (f"{place['by']} {place['name']}", place["against"]))) for place in one["places"])


def page(document: dict[str, Any] | None) -> str:
    """docs/generated/attacks.md, from the committed document."""
    lines = ["# Twenty attacks, and others", "", SAID, ""]
    if document is None:
        return "\n".join([*lines, NOT_FOUND]) + "\n"
    lines += ["| | attack | found by | steps | what is shown |", "|---" * 5 + "|"]
    for one in document["attacks"]:
        for place in one["places"]:
            by = at({"places": [place]}) if place["found"] else f"not found: {at({'places': [place]})}"
            cells = str(one["number"]), one["sentence"], by, str(place["steps"] or ""), place["shown"]
            lines.append("| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |")
    lines += ["", "## Besides", "", "Found, and none of the twenty.", ""]
    lines += [f"- {kind} ({len(names)}): {', '.join(names)}" for kind, names in document["besides"].items()]
    return "\n".join(lines) + "\n"


SAID = (
    "No search is told any of these: properties/known_attacks.py says only where to look afterwards, and words that what is found\n"
    "must have, in their order. `verdict`: the claim is refuted under `paper` against this coalition (docs/generated/verdicts.md);\n"
    "`reading`: the same, searched under another reading, under which a shorter attack is closed;\n"
    "`order`: a power over the order of transactions (docs/generated/orders.md); `adversary`: docs/generated/adversaries.md; `query`:\n"
    "false on an honest run on the ledger; `guarded`: searched while owners are silent, with and without a guard. Every run was replayed.\n"
    "`marketproof known` looks again."
)
NOT_FOUND = "Not looked for in these texts: `marketproof known --accept` does."
