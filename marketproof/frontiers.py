"""`marketproof frontier`: the last value at which a claim is proved and the first at which it falls, with the attack, replayed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from marketproof import evidence
from marketproof.accepted import file_of, spoken_of
from marketproof.bench import Bench
from marketproof.commands import claims_named
from marketproof.errors import UserError
from marketproof.necessity import first_trap
from marketproof.progress import Progress
from marketproof.proving import need_lemmas, prove
from marketproof.small_beds import Bed, claimed, confirm, confirm_trap
from marketproof.store import Store
from marketproof.variants import variant_named
from model.market import MarketError
from properties.claims import Claim, goal_of
from properties.frontiers import FRONTIERS, Frontier
from properties.small_scope_given import varied
from reports import terminal
from spec.amendments import Variant
from spec.errors import choices
from spec.text import Protocol

MOST_STATES = 30_000
VERDICTS = {
    "proved": "for any size, by induction or a ranking; cvc5 confirms",
    "refuted": "an attack or a trap, replayed on the ledger",
    "unknown": "neither: why is said",
}


@dataclass(frozen=True)
class At:
    """What is known at one value of k; a run is told from the start of its case."""

    k: int
    said: str
    verdict: str
    method: str
    told: list[str] = field(default_factory=list)


def frontier(given: argparse.Namespace) -> int:
    """Decide the named frontiers, or all; 0 when each is exact: proved up to one value and refuted from the next on, else 1."""
    variant = variant_named(given.variant)
    protocol = variant.load()
    need_lemmas(protocol)
    for name in given.name:
        if name not in FRONTIERS:
            raise UserError(f"no frontier {name!r}; choices: {choices(FRONTIERS)}")
    if given.accept and given.name:
        raise UserError("--accept takes all frontiers, without names")
    progress, found = Progress(), dict[str, list[At]]()
    store = Store(enabled=not given.fresh)
    progress.start("frontiers")
    for name in given.name or FRONTIERS:
        found[name] = list(walked(variant, FRONTIERS[name], given.seed, store, progress))
        progress.done()
        if not given.json:
            print(told(FRONTIERS[name], found[name]), flush=True)
    data = as_data(protocol, found)
    if given.accept:
        evidence.write_file(file_of("frontiers", variant.name), text_of(data))
    if given.json:
        print(text_of(data), end="")
    return 0 if all(one["exact"] for one in data["frontiers"]) else 1


def text_of(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_data(protocol: Protocol, found: dict[str, list[At]]) -> dict[str, Any]:
    """All frontiers, each with the last value proved and the first refuted."""
    listed = []
    for name, values in found.items():
        one = FRONTIERS[name]
        listed.append({"name": name, "title": one.title, "claim": one.claim, "replicas": one.replicas, **between(values),
                       "values": [asdict(value) for value in values]})  # fmt: skip
    return {"text": spoken_of(protocol), "verdicts": VERDICTS, "frontiers": listed}


def between(values: list[At]) -> dict[str, Any]:
    """The last value that is proved and the first that is refuted; exact when nothing lies between, and all are in order."""
    verdicts = [value.verdict for value in values]
    held = verdicts.count("proved")
    exact = 0 < held < len(verdicts) and verdicts == ["proved"] * held + ["refuted"] * (len(verdicts) - held)
    return {"proved_at": values[held - 1].k if held else None, "refuted_at": values[held].k if exact else None, "exact": exact}


def told(one: Frontier, values: list[At]) -> str:
    found = between(values)
    head = f"{one.name} ({one.claim}): {one.title}"
    lines = [terminal.wrapped(f"{value.said}: {value.verdict}, {value.method}", "  ") for value in values]
    end = f"exact: proved at {found['proved_at']}, refuted at {found['refuted_at']}" if found["exact"] else "NOT exact"
    return "\n".join([head, *lines, f"  {end}", ""])


# --- one value ---


def walked(variant: Variant, one: Frontier, seed: int, store: Store, progress: Progress) -> Iterator[At]:
    for k in one.values:
        progress(f"{one.name} at {k}")
        yield decided(variant, one, k, seed, store, progress)


def decided(variant: Variant, one: Frontier, k: int, seed: int, store: Store, progress: Progress) -> At:
    """A proof for any size; where there is none, an attack or a trap in the case of the frontier."""
    protocol, claim = varied(variant, one.changed(k)), claim_at(one, k)
    bench, said = Bench(protocol, seed, progress=progress, store=store), one.said.format(k=k)
    proof = prove(bench, [claim], (variant.name, []))
    if proof.proves(claim.label):
        every, asked = proof.count(claim.label)
        return At(k, said, "proved", f"{every} obligations, {asked} by Z3, confirmed by cvc5")
    try:
        run, trap, states = broken(one, protocol, claim, progress)
    except MarketError as error:
        return At(k, said, "unknown", f"{proof.gap(claim.label)}; {error}")
    if run is None:
        return At(k, said, "unknown", f"{proof.gap(claim.label)}; nothing found in {states} states of case {one.case.name}")
    who = f"by {', '.join(one.case.deviating)}" if one.case.deviating else "with honest parties alone"
    how = f"{who}, at {one.case.scope}, in {len(run)} steps, replayed on the ledger"
    return At(k, said, "refuted", how, [*run, *([trap] if trap else [])])


def claim_at(one: Frontier, k: int) -> Claim:
    """The claim at k, under its own label, so that it rests on the same lemmas."""
    claim = claims_named(one.claim)[0]
    if one.condition is None:
        return claim
    return replace(claim, parts=(replace(claim.parts[0], build=one.condition(k)),))


def broken(one: Frontier, protocol: Protocol, claim: Claim, progress: Progress) -> tuple[list[str] | None, str, int]:
    """A run to a state in which the claim falls, told and replayed, what makes it a trap, and how many states were looked at."""
    if claim.kind == "live":
        bed, live = Bed(protocol, {}, {}), claimed(protocol, claim.label)
        small, found, states = first_trap(bed, one.case, live, progress)
        trap = "" if found is None else confirm_trap(bed, small, found, live)
    else:
        condition = goal_of(claim, protocol, protocol.transactions).states[claim.parts[0].name]
        bed, trap = Bed(protocol, {claim.label: condition}, {}), ""
        small = bed.small(one.case, progress, most_states=MOST_STATES).run(stop=True)
        found, states = small.found.get(claim.label), small.exploration.states
        if found is not None:
            confirm(bed, small, found)
    if found is None:
        return None, trap, states
    return bed.told(one.case, found.node.run), trap, states
