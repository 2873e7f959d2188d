"""Goals: what should not be reached, whose it is; and pre-images that an owner would have to state without what it was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from model.enumeration import Rows, Steps
from model.observing import Observed
from model.terms import EXTENDED, Context, Known, Translation
from spec.compiled import Compiled
from spec.kinds import Term
from spec.knowing import Knowing
from spec.text import Protocol
from spec.tracing import Transaction


@dataclass(frozen=True)
class Goal:
    """Terms that should not be had together.  without: the member that has only what it had before the run; told: the steps of the
    run that have told something by then, None for all."""

    targets: tuple[Known, ...]
    owners: frozenset[str]
    said: str
    without: str = ""
    told: frozenset[int] | None = None

    def concerns(self, members: Collection[str]) -> bool:
        """Whether it is no goal of these members: it is their own, or nobody of them would have to state it."""
        return not (self.owners & set(members)) and (not self.without or self.without in members)


def statements(
    protocol: Protocol, compiled: Compiled, observed: Observed, said: Knowing, kind: str, distinct: bool, with_object: bool
) -> list[Goal]:  # fmt: skip
    """For each step of the run in which a cloud owner states a pre-image of a kind: what it would have to know to state the same,
    with any nonce that the guards accept, as late as they do."""
    stating = Stating(protocol, compiled, observed, said, kind, distinct, with_object)
    return list(stating.goals())


class Stating:
    """Follows the run, and at each statement the run without it."""

    def __init__(
        self, protocol: Protocol, compiled: Compiled, observed: Observed, said: Knowing, kind: str, distinct: bool, with_object: bool
    ) -> None:  # fmt: skip
        self.protocol, self.observed, self.knowing = protocol, observed, said
        self.kind, self.distinct, self.with_object = kind, distinct, with_object
        self.universe = observed.scope.universe(protocol)
        self.steps = Steps(compiled, self.universe, frozenset(), protocol.transactions)

    def goals(self) -> Iterator[Goal]:
        rows: Rows = dict(self.observed.scope.facts())
        for number, (name, arguments) in enumerate(self.observed.run):
            step = self.protocol.transactions[name]
            if self.states(step) and self.observed.members.get(arguments["caller"]) == "CO":
                yield from self.of_step(step, arguments, rows, number)
            rows = {**rows, **(self.steps.after(rows, name, arguments) or {})}

    def states(self, step: Transaction) -> bool:
        return step.on_ledger and any(isinstance(kind, Term) and kind.name == self.kind for kind in step.parameters.values())

    def of_step(self, step: Transaction, arguments: dict[str, Any], rows: Rows, number: int) -> Iterator[Goal]:
        owner = arguments["caller"]
        later = self.states_without(owner, rows, number)
        for varied in self.variations(step, arguments):
            accepted = [told for told, state in later if self.accepts(step, varied, state)]
            if accepted:
                view = self.steps.view(rows)
                told = frozenset({*range(1, number + 1), *max(accepted, key=len)})
                yield Goal(self.targets(Translation(self.knowing, view), step, varied), frozenset(),
                           f"{owner} states a {self.kind} for {varied.get('instance', 'its own')}", owner, told)  # fmt: skip

    def accepts(self, step: Transaction, arguments: dict[str, Any], rows: Rows) -> bool:
        view = self.steps.view(rows)
        return all(self.steps.compiled.holds(guard.condition, arguments, view) for guard in step.guards.values())

    def states_without(self, owner: str, rows: Rows, number: int) -> list[tuple[frozenset[int], Rows]]:
        """The states that others come to while the owner waits, each with the steps that were taken until then."""
        found, taken, state = [(frozenset[int](), rows)], set[int](), rows
        for later, (name, arguments) in enumerate(self.observed.run[number + 1 :], number + 2):
            changed = None if arguments["caller"] == owner else self.steps.after(state, name, arguments)
            if changed is not None:
                state = {**state, **changed}
                taken.add(later)
                found.append((frozenset(taken), state))
        return found

    def variations(self, step: Transaction, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The same statement with every nonce of others, and with each of them extended; or with one's own."""
        kinds = {name: kind for name, kind in step.parameters.items() if isinstance(kind, Term) and kind.name == self.kind}
        (parameter, kind), *_ = kinds.items()
        place = kind.part("nonce")
        others = [nonce for nonce in self.universe["Nonce"] if nonce not in self.protocol.sorts["Nonce"].besides]
        own = [nonce for nonce in others if not self.distinct or self.protocol.sorts["Nonce"].image(arguments["caller"]) == nonce]
        for nonce in (*own, *(f"{EXTENDED}{nonce}" for nonce in others)):
            hashed = arguments[parameter]
            varied = {**arguments, parameter: (*hashed[:place], nonce, *hashed[place + 1 :])}
            yield {**varied, **{name: nonce for name, other in step.parameters.items() if other.name == "Nonce"}}

    def targets(self, translation: Translation, step: Transaction, arguments: dict[str, Any]) -> tuple[Known, ...]:
        context: Context = {name: (kind, arguments[name]) for name, kind in step.parameters.items()}
        stated = [kind for kind in step.parameters.items() if isinstance(kind[1], Term) or kind[1].name == "Nonce"]
        found = [translation.value(kind, arguments[name], context, on_ledger=True) for name, kind in stated if name != "location"]
        if self.with_object:
            found.append(self.thing(translation, step, arguments, context))
        return tuple(dict.fromkeys(found))

    def thing(self, translation: Translation, step: Transaction, arguments: dict[str, Any], context: Context) -> Known:
        """What the statement is a hash of, itself."""
        for name, kind in step.parameters.items():
            if isinstance(kind, Term) and kind.name == self.kind:
                part, inner = kind.parts[0]
                term: Known = translation.value(inner, arguments[name][kind.part(part)], context)
                return term
        raise AssertionError(f"{step.name} states no {self.kind}")
