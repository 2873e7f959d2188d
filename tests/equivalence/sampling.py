"""Random states that are nearly reachable, and arguments that are nearly accepted."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from model.enumeration import Rows, Steps, generator
from model.market import populate
from model.scope import Scope, values_of
from properties.claims import sometimes_of
from properties.paper_claims import CLAIMS
from properties.starts import populated
from spec.compiled import Compiled
from spec.concrete import View
from spec.kinds import BOOLEAN, INTEGER, Kind, Term
from spec.text import Protocol

LONGEST_LIST = 3
NUMBERS = {"rem": range(-2, 5)}
OTHER_NUMBERS = range(4)
WALKS = 70
STEPS_OF_A_WALK = 14

Sample = tuple[Rows, frozenset[Any], dict[str, Any]]


def numbers_of(cell: str) -> range:
    """Which numbers a cell may hold in a sampled state: those that a search at this scope names, and a little more."""
    return range(LONGEST_LIST + 1) if cell.endswith("_length") else NUMBERS.get(cell, OTHER_NUMBERS)


class Sampler:
    """A pool of states (rows and a coalition), and arguments for a step in a state; all chance comes from `seed`."""

    def __init__(self, protocol: Protocol, scope: Scope, seed: int, walks: int = WALKS) -> None:
        self.protocol, self.scope, self.rng = protocol, scope, random.Random(seed)
        self.compiled = Compiled(protocol)
        self.schema = protocol.schema
        self.universe = scope.universe(protocol)
        self.shuffled = {sort: list(values) for sort, values in self.universe.items()}
        self.steps = Steps(self.compiled, self.universe, frozenset(), protocol.transactions)
        self._generators: dict[tuple[str, bool], Any] = {}
        self._found: dict[int, tuple[Rows, dict[str, list[Any]]]] = {}
        self.pool = self._states(walks)

    def view(self, rows: Rows, coalition: frozenset[Any]) -> View:
        return View(self.schema, rows, self.universe, coalition)

    def begin(self, purpose: str) -> Sampler:
        """What follows depends on the purpose alone, not on what was drawn before."""
        self.rng.seed(purpose)
        for sort, values in self.universe.items():
            self.shuffled[sort][:] = values
        return self

    # --- states ---

    def prefixes(self) -> list[Rows]:
        """Every state on the honest way to a populated market and on to a completed round."""
        market = populate(self.protocol, self.compiled, self.scope, populated(self.protocol))
        completed = ~sometimes_of(CLAIMS["C31"], self.protocol).states["sometimes"]
        further = populate(self.protocol, self.compiled, self.scope, completed, start=market)
        rows: Rows = dict(self.scope.facts())
        states = [rows]
        for name, arguments in [*market.steps, *further.steps]:
            rows = {**rows, **(self.steps.after(rows, name, arguments) or {})}
            states.append(rows)
        return states

    def _states(self, walks: int) -> list[tuple[Rows, frozenset[Any]]]:
        rng, prefixes = self.rng, self.prefixes()
        pool = [
            (rows, coalition) for rows in prefixes for coalition in (frozenset[Any](), frozenset(rng.sample(self.universe["Member"], 2)))
        ]
        for _ in range(walks):
            cut = rng.randrange(len(prefixes)) if rng.random() < 0.5 else len(prefixes) - 1 - int(rng.random() ** 2 * len(prefixes))
            rows = prefixes[cut]
            coalition = frozenset(rng.sample(self.universe["Member"], rng.choice((0, 1, 1, 2, 3))))
            for _ in range(rng.randrange(STEPS_OF_A_WALK)):
                rows = self.advanced(rows, coalition)
                pool.append((rows, coalition))
            pool.append((rows, coalition))
            pool += [(self.perturbed(rows), coalition) for _ in range(4)]
        return [state for state in pool if self.inside(state[0])]

    def advanced(self, rows: Rows, coalition: frozenset[Any]) -> Rows:
        """One random step that an honest or deviating party can take, if one is found."""
        for _ in range(20):
            name = self.rng.choice(list(self.protocol.transactions))
            arguments = self.sendable(name, rows, coalition)
            if arguments is not None:
                return {**rows, **(self.steps.after(rows, name, arguments) or {})}
        return rows

    def perturbed(self, rows: Rows) -> Rows:
        """A few cells changed, a row taken away or put where none was."""
        rng, changed = self.rng, dict(rows)
        for _ in range(rng.choice((1, 1, 2, 3, 5))):
            table, key = rng.choice(list(changed))
            declared, chance = self.schema.tables[table], rng.random()
            if chance < 0.15 and len(changed) > 1:
                del changed[table, key]
            elif chance < 0.3:
                changed[table, tuple(self.any_value(kind) for _, kind in declared.key)] = changed[table, key]
            else:
                row, position = list(changed[table, key]), rng.randrange(len(declared.cells))
                name, kind = list(declared.cells.items())[position]
                row[position] = rng.choice(numbers_of(name)) if kind is INTEGER else self.maybe_nothing(kind)
                changed[table, key] = tuple(row)
        return changed

    def maybe_nothing(self, kind: Kind) -> Any:
        return kind.default if self.rng.random() < 0.2 else self.any_value(kind)

    def any_value(self, kind: Kind) -> Any:
        if isinstance(kind, Term):
            return tuple(self.any_value(part) for _, part in kind.parts)
        return self.rng.choice(values_of(kind, self.universe))

    def inside(self, rows: Rows) -> bool:
        """Whether every number lies in what a sampled state may hold."""
        for (table, key), row in rows.items():
            declared = self.schema.tables[table]
            if any(kind is INTEGER and part not in OTHER_NUMBERS for part, (_, kind) in zip(key, declared.key, strict=True)):
                return False
            for (name, kind), value in zip(declared.cells.items(), row, strict=True):
                if kind is INTEGER and value not in numbers_of(name):
                    return False
        return True

    # --- arguments ---

    def found(self, rows: Rows) -> dict[str, list[Any]]:
        """The values that stand in a state, by sort."""
        _, known = self._found.get(id(rows), (rows, {}))
        if not known:
            for (table, key), row in rows.items():
                declared = self.schema.tables[table]
                kinds = [*(kind for _, kind in declared.key), *declared.cells.values()]
                for kind, value in zip(kinds, (*key, *row), strict=True):
                    if value is not None and kind not in (BOOLEAN, INTEGER) and whole(value):
                        known.setdefault(kind.sort, []).append(value)
            self._found[id(rows)] = rows, known
        return known

    def argument(self, kind: Kind, rows: Rows) -> Any:
        """A value that stands in the state, or any value of the kind; a pre-image part by part."""
        found = self.found(rows).get(kind.sort)
        if found and self.rng.random() < 0.7:
            return self.rng.choice(found)
        if isinstance(kind, Term):
            return tuple(self.argument(part, rows) for _, part in kind.parts)
        return self.rng.choice(values_of(kind, self.universe))

    def sendable(self, name: str, rows: Rows, coalition: frozenset[Any]) -> dict[str, Any] | None:
        """Arguments of a step that can be taken now, as plain enumeration finds them in a random order of values."""
        sides = (True, False) if not coalition or self.rng.random() < 0.5 else (False, True)
        for honest in sides:
            options = self.enabled(name, rows, coalition, honest)
            if options:
                return self.rng.choice(options)
        return None

    def enabled(self, name: str, rows: Rows, coalition: frozenset[Any], honest: bool) -> list[dict[str, Any]]:
        """Up to four ways in which an honest, or a deviating, party can take a step."""
        for values in self.shuffled.values():
            self.rng.shuffle(values)
        if (name, honest) not in self._generators:
            step = self.protocol.transactions[name]
            conditions = (step.honest if honest else step.powers).values()
            self._generators[name, honest] = generator(self.compiled, step, lambda kind: values_of(kind, self.shuffled), honest, conditions)
        return list(itertools.islice(self.compiled.call(self._generators[name, honest], self.view(rows, coalition), {}), 4))

    def state_for(self, name: str) -> tuple[Rows, frozenset[Any], dict[str, Any] | None]:
        """A state, and arguments with which the step can be taken there; after some tries without them."""
        for honest in (True, True, False):
            rows, coalition = self.rng.choice(self.pool)
            options = self.enabled(name, rows, coalition, honest)
            if options:
                return rows, coalition, self.rng.choice(options)
        return rows, coalition, None

    def samples(self, name: str) -> Iterator[Sample]:
        """States and arguments for a step without end: sendable ones, some of them with an argument changed, and arbitrary ones."""
        kinds = self.protocol.transactions[name].parameters
        while True:
            rows, coalition, arguments = self.state_for(name)
            if arguments is None or self.rng.random() < 0.5:
                arguments = {parameter: self.argument(kind, rows) for parameter, kind in kinds.items()}
            elif self.rng.random() < 0.5:
                changed = self.rng.choice(list(kinds))
                arguments = {**arguments, changed: self.argument(kinds[changed], rows)}
            yield rows, coalition, arguments


def whole(value: Any) -> bool:
    """Whether a pre-image has all of its parts, so that it can be an argument."""
    return all(part is not None and whole(part) for part in value) if isinstance(value, tuple) else True
