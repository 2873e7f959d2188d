"""`marketproof explore`: small-scope exploration of the hardened text, whole or with one amendment dropped, and its committed results."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from typing import Any

from marketproof import evidence
from marketproof.accepted import file_of
from marketproof.errors import UserError
from marketproof.necessity import conditions_needed
from marketproof.progress import Progress
from marketproof.small_beds import Beds, confirm
from marketproof.small_evidence import SMALL_SCOPE, sentences
from marketproof.store import Store
from marketproof.variants import text_digest
from properties.small_scope import CASES, LARGE, Case
from properties.small_scope_drops import DROPS, Drop
from reports import terminal
from spec.amendments import Variant
from spec.errors import choices


def explore(given: argparse.Namespace) -> int:
    """Explore the cases, or those with amendments dropped; 0 when everything is as expected, else 1."""
    from marketproof.variants import variant_named

    variant = variant_named(given.variant)
    chosen = cases_of(given)
    drops = drops_of(given)
    if given.accept and (given.drop or given.case):
        raise UserError("--accept takes all cases and all amendments, without --drop and --case")
    progress = Progress()
    say = silent if given.json else say_wrapped
    found: dict[str, Any] = {"text": text_digest(variant.load()), "claims": sentences(), "cases": [], "conditions": [], "drops": []}
    begun = time.monotonic()
    if not given.drop:
        found["cases"] = list(explored(Beds(variant), chosen, progress, say))
        found["conditions"] = [] if given.case else conditions_needed(variant, variant.load(), Store(enabled=False), progress)
        for one in found["conditions"]:
            say(condition_told(one))
    for drop in drops:
        found["drops"].append(dropped(variant, drop, chosen, progress))
        progress.done()
        say(drop_told(found["drops"][-1]))
    if given.accept:
        evidence.write_file(file_of(SMALL_SCOPE, variant.name), json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if given.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    say(f"{len(found['cases'])} cases, {len(found['drops'])} amendments dropped, {len(unexpected(found))} not as expected; "
        f"{time.monotonic() - begun:.0f} s")  # fmt: skip
    return 1 if unexpected(found) else 0


def unexpected(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A claim that falls in a case, a condition that is not necessary, an amendment without which something else falls."""
    cases = [one for one in found["cases"] if one["falls"]]
    others = [one for one in found["conditions"] if not one["necessary"]]
    return cases + others + [one for one in found["drops"] if one["falls"] != one["expected"]]


def silent(text: str) -> None:
    """Nothing but JSON is printed."""


def say_wrapped(text: str) -> None:
    print(terminal.wrapped(text), flush=True)


def cases_of(given: argparse.Namespace) -> list[Case]:
    known = {**CASES, **LARGE}
    for name in given.case or ():
        if name not in known:
            raise UserError(f"no case {name!r}; choices: {choices(known)}")
    return [known[name] for name in given.case or CASES]


def drops_of(given: argparse.Namespace) -> list[Drop]:
    for name in given.drop or ():
        if name not in DROPS:
            raise UserError(f"nothing called {name!r} can be dropped; choices: {choices(DROPS)}")
    return [DROPS[name] for name in given.drop or (DROPS if given.table or given.accept else ())]


def explored(beds: Beds, cases: Iterable[Case], progress: Progress, say: Any) -> Iterable[dict[str, Any]]:
    """What was found in each case: how many states, which steps came up, what falls."""
    for case in cases:
        progress.start("exploring")
        bed = beds.of(case)
        small = bed.small(case, progress).run()
        for found in small.found.values():
            confirm(bed, small, found)
        result = {
            "case": case.name, "coalition": case.coalition, "states": small.exploration.states, "depth": small.exploration.depth,
            "complete": small.exploration.ended, "claims": [*small.states, *small.live], "falls": sorted(small.found),
            "undecided": small.undecided, "sometimes": small.sometimes(),
        }  # fmt: skip
        progress.done()
        say(case_told(result))
        yield result


def case_told(result: dict[str, Any]) -> str:
    bound = "all states" if result["complete"] else "states, stopped there by the limit"
    falls = f"FALLS: {', '.join(result['falls'])}" if result["falls"] else "every claim holds"
    undecided = f"; undecided: {', '.join(result['undecided'])}" if result["undecided"] else ""
    return f"{result['case']}: {result['states']} {bound}, {falls}{undecided}; reached: {', '.join(result['sometimes'])}"


def condition_told(result: dict[str, Any]) -> str:
    said = f"finishing without the condition that {result['condition']}: "
    if not result["necessary"]:
        return said + (result["reason"] or f"no trap in {result['states']} states of case {result['case']}")
    return said + f"a trap in case {result['case']} after {len(result['told'])} steps: {result['trap']}"


def dropped(variant: Variant, drop: Drop, chosen: list[Case], progress: Progress) -> dict[str, Any]:
    """The first case, smallest coalition first, in which a claim falls without what is dropped; its shortest run, replayed."""
    beds = Beds(variant, drop.amendments)
    result: dict[str, Any] = {"drop": drop.name, "sentence": drop.sentence, "expected": drop.falls}
    result |= {"falls": "", "case": "", "coalition": "", "told": [], "states": 0, "complete": True}
    for case in [LARGE[name] for name in drop.cases] or chosen:
        progress.start(f"without {drop.name}")
        bed = beds.of(case)
        small = bed.small(case, progress).run(stop=True)
        result["states"] += small.exploration.states
        if small.found:
            found = next(iter(small.found.values()))
            confirm(bed, small, found)
            told = bed.told(case, found.node.run)
            return result | {"falls": found.claim, "case": case.name, "coalition": case.coalition, "told": told}
        result["complete"] &= small.exploration.ended and not small.undecided
    return result


def drop_told(result: dict[str, Any]) -> str:
    if not result["falls"]:
        bound = "" if result["complete"] else ", stopped there by the limit"
        return f"{result['drop']}: nothing falls in {result['states']} states{bound}"
    differs = "" if result["falls"] == result["expected"] else f" (expected: {result['expected'] or 'nothing'})"
    return f"{result['drop']}: {result['falls']} falls in case {result['case']}, in {len(result['told'])} steps{differs}"
