"""That each condition under which couples finish (C32) is necessary: without it there is a trap, which is replayed on the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketproof.errors import UserError
from marketproof.small_beds import Bed, Beds, claimed, confirm_trap
from marketproof.store import Store, program
from model.enumeration import Rows
from model.honest import Honest, Undecided
from model.market import MarketError
from model.small_scope import Found, Small
from properties.ranking import Liveness
from properties.small_scope import STARTS, Case
from properties.small_scope_conditions import FINISHED, NEEDED, conditions_of, without_condition
from spec.amendments import Variant
from spec.digests import digest
from spec.errors import SpecificationError
from spec.text import Protocol

MOST_STATES = 3_000


def conditions_needed(
    variant: Variant, protocol: Protocol, store: Store, progress: Callable[[str], None] = lambda text: None
) -> list[dict[str, Any]]:
    """For each condition of the claim what is shown of it in a variant, which is loaded."""
    beds = Beds(variant)
    return [needed(beds, condition, store, progress) for condition in conditions_of(claimed(protocol, FINISHED))]


def needed(beds: Beds, condition: str, store: Store, progress: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Whether there is a trap when all conditions hold but this one: the shortest run to it from the start of its case, replayed."""
    result: dict[str, Any] = {"claim": FINISHED, "condition": condition, "necessary": False, "case": "", "start": "", "before": 0}
    result |= {"told": [], "trap": "", "states": 0, "reason": ""}
    if condition not in NEEDED:
        return result | {"reason": "no case shows it"}
    case = NEEDED[condition]
    try:
        bed = beds.of(case)
        claim = without_condition(bed.claimed(FINISHED), condition)
        key = digest(program(), "necessary", bed.protocol, vars(claim), case.name)
        found: dict[str, Any] | None = store.get(key)
        if found is None:
            found = shown(bed, case, claim, progress)
            store.put(key, found)
    except (SpecificationError, UserError, MarketError, Undecided) as error:
        return result | {"reason": str(error)}
    return result | found


def shown(bed: Bed, case: Case, claim: Liveness, progress: Callable[[str], None]) -> dict[str, Any]:
    """The first trap of a claim in a case, with the run that leads there, replayed."""
    small, found, states = first_trap(bed, case, claim, progress)
    result: dict[str, Any] = {"case": case.name, "start": STARTS[case.start].sentence, "before": len(bed.market(case).steps)}
    result |= {"states": states, "necessary": found is not None}
    if found is None:
        return result
    return result | {"told": bed.told(case, found.node.run), "trap": confirm_trap(bed, small, found, claim)}


def first_trap(
    bed: Bed, case: Case, claim: Liveness, progress: Callable[[str], None] = lambda text: None
) -> tuple[Small, Found | None, int]:
    """The first state that is a trap of a claim, breadth first along the runs that it speaks of; and how many states were looked at."""
    small = Small(bed.protocol, bed.compiled, case, bed.market(case).rows, {}, {}, MOST_STATES)
    honest = Honest(bed.protocol, bed.compiled, small.scope, claim, small.members, identity=small.identity)
    subject = next(honest.subjects(small.start), None)

    def along(before: Rows, step: str, after: Rows) -> bool:
        return subject is not None and honest.timely(step, before, subject) and honest.kept(after, subject)

    small.along = along
    looked, level = 0, list(small.exploration.level) if subject is not None else []
    while level:
        for node in level:
            looked += 1
            progress(f"{case.name}: {looked} states")
            if honest.trap(node.rows, honest.groups()) is not None:
                return small, Found(FINISHED, node), looked
        level = list(small.exploration.deeper())
    return small, None, looked
