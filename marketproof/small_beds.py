"""Texts that the small-scope exploration runs on: a variant, changed as a case or a drop says, with what is asked of it; and its ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger_runtime.world import StepRefused, World
from marketproof.commands import claims_named
from marketproof.errors import ToolDisagrees, UserError
from marketproof.progress import Progress
from marketproof.replaying import LedgerTraps, ReplayFailed, ledger_traps
from model.enumeration import Action
from model.market import Market, populate
from model.scope import Scope
from model.small_scope import Found, Small
from model.witness import sentence
from properties.claims import goal_of
from properties.ranking import Liveness
from properties.small_scope import INVARIANTS, STARTS, TRAPS, Case
from properties.small_scope_given import Change, varied
from spec.amendments import Variant
from spec.compiled import Compiled
from spec.concrete import evaluate
from spec.errors import SpecificationError
from spec.schema import using
from spec.text import Protocol
from spec.tree import Expression, boolean

MOST_STATES = 20_000


def claimed(protocol: Protocol, label: str) -> Liveness:
    """What a claim of one part says that honest parties can reach in a text."""
    claim = claims_named(label)[0]
    return goal_of(claim, protocol, protocol.transactions).live[claim.parts[0].name]


class Bed:
    """One text with what is asked of it, by default INVARIANTS and TRAPS, and the markets from which it is explored."""

    def __init__(
        self, protocol: Protocol, states: dict[str, Expression] | None = None, live: dict[str, Liveness] | None = None,
        obeyed: dict[str, dict[str, Expression]] | None = None,
    ) -> None:  # fmt: skip
        self.protocol, self.compiled, self.obeyed = protocol, Compiled(protocol), dict(obeyed or {})
        try:
            with using(protocol.schema):
                self.states = {name: boolean(one.build()) for name, one in INVARIANTS.items()} if states is None else dict(states)
                self.starts = {name: boolean(one.build()) for name, one in STARTS.items()}
        except (SpecificationError, KeyError) as error:
            raise UserError(f"small-scope exploration speaks of the tables of the hardened text, and {protocol.name!r}: {error}") from error
        self.live = {name: self.claimed(label) for name, label in TRAPS.items()} if live is None else dict(live)
        self._markets: dict[tuple[str, str], Market] = {}

    def claimed(self, label: str) -> Liveness:
        return claimed(self.protocol, label)

    def market(self, case: Case) -> Market:
        """Where the exploration starts, reached by honest parties."""
        place = case.scope, case.start
        if place not in self._markets:
            target, without = self.starts[case.start], STARTS[case.start].without
            self._markets[place] = populate(self.protocol, self.compiled, Scope.parse(case.scope), target, without=without)
        return self._markets[place]

    def small(self, case: Case, progress: Progress | None = None, **more: Any) -> Small:
        states = {name: e for name, e in self.states.items() if name not in INVARIANTS or INVARIANTS[name].asked_in(case)}
        most = more.pop("most_states", MOST_STATES)
        return Small(self.protocol, self.compiled, case, self.market(case).rows, states, self.live, most,
                     progress=progress or (lambda text: None), obeyed=self.obeyed, **more)  # fmt: skip

    def told(self, case: Case, run: Iterable[Action]) -> list[str]:
        """A run in sentences."""
        scope, deviating = Scope.parse(case.scope), set(case.deviating)
        return [sentence(action, self.protocol.transactions, scope, deviating) for action in run]


class Beds:
    """The beds of a variant with some changes, one for each thing that cases give."""

    def __init__(self, variant: Variant, changes: tuple[Change, ...] = ()) -> None:
        self.variant, self.changes = variant, changes
        self._known: dict[tuple[Change, ...], Bed] = {}

    def of(self, case: Case) -> Bed:
        if case.given not in self._known:
            self._known[case.given] = Bed(varied(self.variant, (*self.changes, *case.given)))
        return self._known[case.given]


def on_ledger(bed: Bed, small: Small) -> World:
    """A ledger in the state in which the exploration starts, with the coalition that deviates from there on."""
    scope = small.scope
    world = World(bed.protocol, scope.facts(), frozenset(), scope.universe(bed.protocol), compiled=bed.compiled)
    for name, arguments in bed.market(small.case).steps:
        world.take(bed.protocol.transactions[name], arguments)
    world.coalition = small.members
    return world


def confirm(bed: Bed, small: Small, found: Found) -> None:
    """Replay the run on a ledger; what does not break there is an error of the tool."""
    world = on_ledger(bed, small)
    obeyed = take_all(bed, small, world, found)
    if found.claim in bed.obeyed:
        broken = not obeyed
    elif found.claim in bed.live:
        broken = bool(traps_on_ledger(bed.live[found.claim], small, world).explained())
    else:
        broken = not evaluate(bed.states[found.claim], {}, world.view())
    if not broken:
        raise ToolDisagrees(f"{found.claim} in case {small.case.name}: it holds on the ledger after the run that should break it")


def confirm_trap(bed: Bed, small: Small, found: Found, claim: Liveness) -> str:
    """Replay a run that a claim speaks of, by its own conditions; what makes the last state a trap, in a sentence."""
    world = on_ledger(bed, small)
    traps = traps_on_ledger(claim, small, world)
    take_all(bed, small, world, found, traps)
    try:
        explained = traps.explained()
    except ReplayFailed as error:
        raise ToolDisagrees(f"{found.claim} in case {small.case.name}: {error}") from error
    if not explained:
        raise ToolDisagrees(f"{found.claim} in case {small.case.name}: on the ledger the run leads to no trap")
    return explained[0]


def traps_on_ledger(claim: Liveness, small: Small, world: World) -> LedgerTraps:
    return ledger_traps(claim, world, small.scope, small.identity_on_ledger(world.view()), small.case.nobody_takes)


def take_all(bed: Bed, small: Small, world: World, found: Found, traps: LedgerTraps | None = None) -> bool:
    """Take the run's steps on a ledger; whether each was as the claim says, where that is one about steps."""
    conditions, obeyed = bed.obeyed.get(found.claim, {}), True
    for name, arguments in found.node.run:
        step = bed.protocol.transactions[name]
        if traps is not None:
            traps.follow((name, arguments))
        if name in conditions:
            obeyed = obeyed and bool(evaluate(conditions[name], world.translated(step, arguments), world.view()))
        try:
            world.take(step, arguments)
        except StepRefused as error:
            raise ToolDisagrees(f"{found.claim} in case {small.case.name}: the ledger refuses the run: {error}") from error
    return obeyed
