"""An attack tried on another text: its steps in their order, with the arguments that both texts have, while honest parties go on.

Before each step honest parties may do what they would, until it can be taken.  Where it never can, the clauses that come closest to
letting it through are what stops it.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from model.enumeration import Action, Rows, Steps, generator
from model.market import first_useful_step
from model.scope import values_of
from properties.claims import Goal
from spec.concrete import View
from spec.kinds import BOOLEAN, Kind, Term
from spec.schema import Grade
from spec.tracing import Guard, Transaction
from spec.tree import Expression, literal, node, parameter

MOST_HONEST = 40
MOST_TRIED = 300
LIKE = "as in the attack"


@dataclass(frozen=True)
class Retaken:
    """How far an attack came. stopped: the clauses that refuse its next step; broken: whether the claim breaks after all of them.

    honest: how many steps honest parties took in between; waited: steps that were refused until then, and by which clauses.
    """

    taken: list[Action]
    steps: int
    step: str = ""
    stopped: tuple[str, ...] = ()
    honest: int = 0
    broken: bool = False
    waited: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def passes(self) -> bool:
        """Whether every step could be taken."""
        return not self.step


@dataclass
class Retaking:
    """Steps of a text at a scope for members that deviate. goal, part: what should break."""

    steps: Steps
    start: Rows
    goal: Goal
    part: str
    _made: dict[Any, Any] = field(default_factory=dict)

    def run(self, actions: list[Action], kinds: dict[str, Transaction]) -> Retaken:
        """One run of an attack. kinds: the steps of the text that it is of."""
        rows, taken, honest, refused = dict(self.start), list[Action](), 0, list[tuple[str, tuple[str, ...]]]()
        for number, (name, given) in enumerate(actions, 1):
            if name not in self.steps.transactions:
                return Retaken(taken, number - 1, name, ("no step of this name",), honest, False, tuple(refused))
            wanted = self.like(name, given, kinds[name])
            found, closest, waited = self.waited_for(rows, name, wanted)
            honest += len(waited)
            if found is None:
                return Retaken(taken, number - 1, name, closest, honest, False, tuple(refused))
            refused += [(name, closest)] if waited else []
            for action in (*waited, (name, found)):
                before = dict(rows)
                rows.update(self.steps.after(rows, *action) or {})
                taken.append(action)
        broken = bool(actions) and self.breaks(before, rows, taken[-1])
        return Retaken(taken, len(actions), honest=honest, broken=broken, waited=tuple(refused))

    def breaks(self, before: Rows, rows: Rows, last: Action) -> bool:
        """Whether the claim is broken by the last step, or in the state after it."""
        of_step = self.goal.steps.get(self.part, {}).get(last[0])
        if of_step is not None:
            return not self.steps.compiled.holds(of_step, last[1], self.view(before))
        state = self.goal.states.get(self.part)
        return state is not None and not self.steps.compiled.holds(state, {}, self.view(rows))

    def view(self, rows: Rows) -> View:
        return self.steps.view(rows)

    def waited_for(self, rows: Rows, name: str, wanted: Transaction) -> tuple[dict[str, Any] | None, tuple[str, ...], list[Action]]:
        """Arguments with which the step can be taken, the least that refused it until then, and what honest parties did first."""
        rows, waited, closest = dict(rows), list[Action](), tuple[str, ...]()
        while True:
            found = next(self.allowed(rows, wanted), None)
            if found is not None:
                return found, closest, waited
            refused = self.refusing(rows, name, wanted)
            closest = refused if not closest or (refused and len(refused) < len(closest)) else closest
            onward = self.honest_step(rows) if len(waited) < MOST_HONEST else None
            if onward is None:
                return None, closest, []
            waited.append(onward[0])
            rows.update(onward[1])

    def honest_step(self, rows: Rows) -> tuple[Action, Rows] | None:
        """What comes first in the text of what honest parties would do."""
        return first_useful_step(self.honest, rows)

    @cached_property
    def honest(self) -> Steps:
        compiled = self.steps.compiled
        return Honestly(compiled, self.steps.universe, self.steps.coalition, compiled.protocol.transactions)

    def like(self, name: str, given: dict[str, Any], before: Transaction) -> Transaction:
        """The step as this text has it, with one condition more: that it is called as in the attack, as far as both texts say."""
        step = self.steps.transactions[name]
        same = [one for parameter_, kind in step.parameters.items() if parameter_ in before.parameters
                for one in alike(parameter(parameter_, kind), kind, before.parameters[parameter_], given[parameter_])]  # fmt: skip
        guards = {f"{LIKE} {place}": Guard(f"{LIKE} {place}", one, Grade(False, LIKE)) for place, one in enumerate(same)}
        return replace(step, guards={**guards, **step.guards})

    def allowed(self, rows: Rows, wanted: Transaction) -> Iterator[dict[str, Any]]:
        """Arguments with which it can be taken now, by whoever takes it in the attack."""
        if wanted.name not in self.steps.compiled.protocol.transactions:
            return self.asked(rows, wanted, True, ())
        both = (self.asked(rows, wanted, True, wanted.honest.values()), self.asked(rows, wanted, False, wanted.powers.values()))
        return itertools.chain.from_iterable(both)

    def asked(self, rows: Rows, step: Transaction, honest: bool, conditions: Collection[Expression]) -> Iterator[dict[str, Any]]:
        compiled, guards = self.steps.compiled, tuple((name, id(guard.condition)) for name, guard in step.guards.items())
        key = step.name, guards, honest, tuple(map(id, conditions))
        if key not in self._made:
            self._made[key] = generator(compiled, step, lambda kind: values_of(kind, self.steps.universe), honest, conditions)
        return compiled.call(self._made[key], self.view(rows), {})  # type: ignore[no-any-return]

    def refusing(self, rows: Rows, name: str, wanted: Transaction) -> tuple[str, ...]:
        """Of all ways to call it as in the attack the one that fewest clauses refuse: those clauses."""
        bare = replace(wanted, guards={one: guard for one, guard in wanted.guards.items() if one.startswith(LIKE)})
        step, view, best = self.steps.transactions[name], self.view(rows), tuple[str, ...]()
        tried = itertools.chain(self.asked(rows, bare, True, ()), self.asked(rows, bare, False, ()))
        for given in itertools.islice(tried, MOST_TRIED):
            failing = tuple(self.failing(step, given, view))
            if not best or len(failing) < len(best):
                best = failing
        return best or ("no such arguments in this text",)

    def failing(self, step: Transaction, given: dict[str, Any], view: View) -> Iterator[str]:
        holds = self.steps.compiled.holds
        yield from (f"guard {name}" for name, guard in step.guards.items() if not holds(guard.condition, given, view))
        deviates = given["caller"] in self.steps.coalition
        conditions, word = (step.powers, "power") if deviates else (step.honest, "honest")
        yield from (f"{word} {name}" for name, condition in conditions.items() if not holds(condition, given, view))


class Honestly(Steps):
    """Steps of honest callers alone, whoever else deviates."""

    def enabled(self, rows: Rows, name: str) -> Iterator[dict[str, Any]]:
        return self.honest(rows, name)


def alike(e: Expression, kind: Kind, before: Kind, value: Any) -> Iterator[Expression]:
    """Conditions that a value is as it was in another text, as far as its parts have the same names there."""
    if isinstance(kind, Term) and isinstance(before, Term) and value is not None and kind != before:
        for name, part in kind.parts:
            places = [place for place, (known, _) in enumerate(before.parts) if known == name]
            if places:
                yield from alike(node("part", part, e, name), part, before.parts[places[0]][1], value[places[0]])
    elif isinstance(kind, Term) == isinstance(before, Term):
        yield node("eq", BOOLEAN, e, literal(value, kind))
