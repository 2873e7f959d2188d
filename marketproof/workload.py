"""What is submitted: honest life cycles of many couples at once, and the reports of one round that all meet on one couple."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ledger_runtime.network import Network
from marketproof.variants import load
from model.enumeration import Action, Steps
from model.market import first_useful_step
from model.scope import Scope
from spec.compiled import Compiled
from spec.text import Protocol

GLOBAL = ("Tick",)
REPORTS, HOT_REPLICAS = ("CommitTJ", "UpdateTJ"), 8
FIRST, LATE, LAST, MOST_STEPS = ("Collect",), ("Fund", "Tick"), ("CompleteTC",), 400


@dataclass(frozen=True)
class Workload:
    """Honest parties' calls of one couple of a variant, from nothing to its end.

    name: of the variant, or its file. once: each transaction one time only. readings: other than the variant's own. rounds: until so many
    are closed.
    """

    name: str
    scope: Scope
    once: bool = False
    readings: tuple[tuple[str, str], ...] = ()
    rounds: int = 1

    @cached_property
    def compiled(self) -> Compiled:
        return Compiled(load(self.name, list(self.readings)))

    @property
    def protocol(self) -> Protocol:
        return self.compiled.protocol

    @cached_property
    def calls(self) -> list[Action]:
        """The life cycle on the ledger, as the model has it (pre-images as tuples): each time the first useful honest step.

        To the last round's aggregate (`paper`, whose fifteen transactions these are when each is taken once), or its close; or, where
        honest parties are stuck before, until then.
        """
        protocol, rows, taken = self.protocol, dict(self.scope.facts()), list[Action]()
        end = "CloseRound" if "CloseRound" in protocol.transactions else "UpdateMod"
        names = [name for name in protocol.transactions if name not in (*FIRST, *LATE, *LAST)]
        order = {name: protocol.transactions[name] for name in (*FIRST, *names, *LATE) if name in protocol.transactions}
        steps = Steps(self.compiled, self.scope.universe(protocol, spares=False), frozenset(), order)
        left = self.rounds
        while left and len(taken) < MOST_STEPS * self.rounds and (found := first_useful_step(steps, rows)) is not None:
            taken.append(found[0])
            rows.update(found[1])
            left -= found[0][0] == end
        on_ledger = [(name, given) for name, given in taken if protocol.transactions[name].on_ledger]
        if not self.once:
            return on_ledger
        first = dict(reversed(on_ledger))
        return [*((name, first[name]) for name in dict.fromkeys(name for name, _ in on_ledger)), self._end(on_ledger)]

    def _end(self, calls: list[Action]) -> Action:
        started = dict(calls)["StartRound"]
        return "CompleteTC", {name: started[name] for name in self.protocol.transactions["CompleteTC"].parameters}

    @property
    def ended(self) -> list[Action]:
        """The same calls, and at the end the MO's that it is complete; none in a text that is no such market."""
        if "CompleteTC" not in self.protocol.transactions:
            return []
        return self.calls if self.once else [*self.calls, self._end(self.calls)]

    @cached_property
    def names(self) -> set[str]:
        """Every identifier that belongs to one couple's life cycle."""
        universe = self.scope.universe(self.protocol)
        return {value for name, values in universe.items() if name not in ("Text", "Integer") for value in values if isinstance(value, str)}

    def couple(self, number: int, call: Action) -> Action:
        """The call as another couple's parties make it: members and identifiers of their own."""
        name, given = call
        return name, {parameter: self._renamed(value, f".{number}") for parameter, value in given.items()}

    def _renamed(self, value: Any, ending: str) -> Any:
        if isinstance(value, tuple):
            return tuple(self._renamed(part, ending) for part in value)
        return value + ending if value in self.names else value

    def phases(self, couples: int, first: int = 0) -> Iterator[tuple[str, list[Action]]]:
        """The calls, one phase after another: in each every couple makes its next call, and none meets another's rows."""
        for name, given in self.calls:
            own = range(first, first + (1 if name in GLOBAL else couples))
            yield name, [self.couple(number, (name, given)) for number in own]

    def on(self, network: Network, couples: int, first: int = 0) -> list[tuple[str, list[Action]]]:
        """The same, with digests for pre-images."""
        return [(name, [(one, network.to_ledger(one, given)) for one, given in calls]) for name, calls in self.phases(couples, first)]

    def meeting(self, network: Network, first: int = 1_000_000) -> list[tuple[str, list[Action]]]:
        """One couple of eight replicas of this text: its calls in order, the reports of a round, which meet on one row, together."""
        hot = Workload(self.name, Scope(1, HOT_REPLICAS), readings=self.readings)
        phases: list[tuple[str, list[Action]]] = []
        for name, calls in hot.on(network, 1, first):
            if name in REPORTS and phases and phases[-1][0] == name:
                phases[-1][1].extend(calls)
            else:
                phases.append((name, list(calls)))
        return phases


def shortest(variant: str, readings: tuple[tuple[str, str], ...] = ()) -> Workload:
    """What is measured by default: the paper's fifteen transactions, each once; of another text, one round of two replicas."""
    fifteen = variant == "paper"
    return Workload(variant, Scope(1, 1 if fifteen else 2), fifteen, readings)
