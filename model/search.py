"""Attack search: breadth by depth over runs of the sliced protocol, told who may deviate and what must not happen.

The search is told powers (which members may deviate, what they can know) and goals (a condition that must not fail); it is
never told steps.  The first run found is replaced by the canonical one: fewest deviating members, then the least
transaction in text order and the least arguments, step by step.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from adversaries.coalitions import Coalition
from adversaries.forgery import forgeries
from model.circuit import FALSE, TRUE, Circuit
from model.enumeration import Action, Rows
from model.finite import Meaning, State, Step
from model.scope import Scope, values_of
from model.slicing import Slice, slice_of, whole
from model.solver import Solver
from model.symmetry import Symmetry
from model.transitions import can_be_taken, deviates_as
from properties.claims import Goal
from spec.kinds import BOOLEAN, Kind, Term
from spec.text import Protocol
from spec.tracing import Transaction

STUTTER = "(nothing)"


@dataclass(frozen=True)
class Problem:
    """What a search is told."""

    protocol: Protocol
    goal: Goal
    scope: Scope
    coalition: Coalition
    start: Rows
    seed: int = 0
    conflicts: int = 4_000_000
    deadline: float | None = None
    progress: Callable[[str], None] = lambda text: None
    slicing: bool = True
    symmetry: bool = True


@dataclass(frozen=True)
class Attack:
    """A run, or two, that breaks a part of a claim; `deviating` are the members that had to deviate."""

    part: str
    runs: list[list[Action]]
    deviating: list[str]

    @property
    def depth(self) -> int:
        return max(len(run) for run in self.runs)


@dataclass(frozen=True)
class Answer:
    """The attack, or how deep none exists, or why it is not known; where states are looked at one by one, how many."""

    attack: Attack | None
    depth: int
    unknown: str = ""
    states: int = 0


def all_steps(protocol: Protocol, coalition: Coalition) -> dict[str, Transaction]:
    """The steps of the protocol, and what the coalition's powers over the network add to them."""
    added = forgeries(protocol) if "forge" in coalition.powers else {}
    return {**protocol.transactions, **added}


class Chain:
    """One run as a growing circuit: a state, and for each step which transaction was taken with which arguments."""

    def __init__(self, search: Search, start: Rows) -> None:
        self.search = search
        self.states = [State(search.meaning, start)]
        self.taken: list[dict[str, int]] = []
        self.arguments: list[dict[str, dict[str, Any]]] = []
        self.callers: list[dict[str, int]] = []

    def slots(self) -> dict[str, dict[str, Any]]:
        """Free arguments for one step; parameters of one kind share them between transactions."""
        shared: dict[tuple[str, int], Any] = {}
        result: dict[str, dict[str, Any]] = {}
        for name, used in self.search.slice.parameters.items():
            counts: dict[str, int] = {}
            result[name] = {}
            for parameter in used:
                kind = self.search.slice.transactions[name].parameters[parameter]
                identity = ("caller", 0) if parameter == "caller" else (kind.sort, counts.setdefault(kind.sort, 0))
                counts[kind.sort] = counts.get(kind.sort, 0) + 1
                if identity not in shared:
                    shared[identity] = self.search.free(kind, len(self.taken) + 1)
                result[name][parameter] = shared[identity]
        return result

    def extend(self, allow_nothing: bool) -> None:
        """One more step: exactly one transaction, whose guards hold and whose caller may send it."""
        search, circuit, before = self.search, self.search.circuit, self.states[-1]
        arguments = self.slots()
        allowed = {name: can_be_taken(search.meaning, step, arguments[name], before) for name, step in search.slice.transactions.items()}
        taken = {name: FALSE if literal == FALSE else circuit.fresh() for name, literal in allowed.items()}
        if allow_nothing:
            taken[STUTTER] = circuit.fresh()
        literals = [literal for literal in taken.values() if literal != FALSE]
        circuit.add(*literals)
        circuit.at_most_one(literals) if literals else None
        for name, literal in allowed.items():
            circuit.add(-taken[name], literal)
        deviates = {name: TRUE if name.startswith("Forge ") else deviates_as(search.meaning, arguments[name]["caller"]) for name in allowed}
        self.taken.append(taken)
        self.arguments.append(arguments)
        self.callers.append(deviates)
        self.states.append(State(search.meaning, step=Step(before, search.slice.transactions, taken, arguments)))

    def deviates_at(self, step: int) -> int:
        """The literal that the step is the coalition's choice: a deviating caller, a forgery, or nothing."""
        circuit = self.search.circuit
        chosen = [circuit.conjunction((self.taken[step][name], literal)) for name, literal in self.callers[step].items()]
        return circuit.disjunction([*chosen, self.taken[step].get(STUTTER, FALSE)])


class Search:
    """Bounded search for the shortest run that breaks a goal."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.circuit = Circuit()
        protocol = problem.protocol
        self.universe = problem.scope.universe(protocol)
        steps = all_steps(protocol, problem.coalition)
        self.slice: Slice = slice_of(steps, problem.goal) if problem.slicing else whole(steps)
        self.meaning = Meaning(self.circuit, protocol.schema, self.universe, self.coalition_literals())
        self.runs = 2 if problem.goal.pairs else 1
        self.used = Symmetry(self)
        self.chains = [Chain(self, problem.start) for _ in range(self.runs)]
        self.solver = Solver(self.circuit, problem.seed, problem.conflicts)

    def free(self, kind: Kind, step: int) -> Any:
        """A free value of a kind within the scope, as far as fresh values can have come into use by this step."""
        if kind is BOOLEAN:
            return self.circuit.fresh()
        if isinstance(kind, Term):
            return tuple(self.free(part, step) for _, part in kind.parts)
        values = values_of(kind, self.universe)
        return self.circuit.one_of(values if self.runs > 1 else [value for value in values if self.used.possible(value, step)])

    def coalition_literals(self) -> dict[Any, int]:
        """For each member whether it deviates: free within the coalition's numbers; a spare pseudonym goes with the coalition."""
        literals: dict[Any, int] = {}
        self.candidates: list[str] = []
        bounds = self.problem.coalition.deviating
        for role, most in bounds.items():
            members = [member for member, wanted in self.problem.scope.members().items() if wanted == role]
            for member in members:
                literals[member] = self.circuit.fresh()
            self.candidates += members
            for group in itertools.combinations(members, most + 1):
                self.circuit.add(*(-literals[member] for member in group))
        if bounds and "pseudonym" in self.problem.coalition.powers:
            literals.update({member: TRUE for member, wanted in self.problem.scope.members().items() if wanted is None})
        return literals

    def extend(self) -> None:
        for chain in self.chains:
            chain.extend(allow_nothing=self.runs > 1)
        if self.runs > 1:
            self.tie_honest_steps()
        else:
            self.used.order_first_uses(self.chains[0])

    def tie_honest_steps(self) -> None:
        """Both runs take the same honest steps; where one takes a step of the coalition, so does the other, or nothing."""
        circuit = self.circuit
        free = [chain.deviates_at(len(chain.taken) - 1) for chain in self.chains]
        circuit.add(-free[0], free[1])
        circuit.add(free[0], -free[1])
        for name, transaction in self.slice.transactions.items():
            taken = [chain.taken[-1][name] for chain in self.chains]
            circuit.add(free[0], -taken[0], taken[1])
            for parameter in self.slice.parameters[name]:
                values = [chain.arguments[-1][name][parameter] for chain in self.chains]
                same = self.meaning.equal(transaction.parameters[parameter], *values)
                circuit.add(free[0], -taken[0], same)

    def violations(self) -> dict[str, int]:
        """For each part of the claim, the literal that the last step broke it."""
        goal, chain, circuit = self.problem.goal, self.chains[0], self.circuit
        found: dict[str, int] = {}
        if self.runs > 1:
            chain.states[-1].second = self.chains[1].states[-1]
            for part, condition in goal.pairs.items():
                found[part] = -self.meaning.evaluate(condition, {}, chain.states[-1])
            return found
        for part, condition in goal.states.items():
            found[part] = -self.meaning.evaluate(condition, {}, chain.states[-1])
        for part, conditions in goal.steps.items() if chain.taken else ():
            broken = []
            for name, condition in conditions.items():
                if name in self.slice.transactions:
                    holds = self.meaning.evaluate(condition, chain.arguments[-1][name], chain.states[-2])
                    broken.append(circuit.conjunction((chain.taken[-1][name], -holds)))
            found[part] = circuit.disjunction(broken)
        return found

    def run(self, most_depth: int) -> Answer:
        """The shortest attack within the depth, the depth to which there is none, or the reason why it is not known."""
        problem = self.problem
        for depth in range(most_depth + 1):
            if depth:
                problem.progress(f"depth {depth}")
                self.extend()
            violations = self.violations()
            broken = self.circuit.disjunction(violations.values())
            answer = False if broken == FALSE else self.solve([broken])
            if answer is None:
                return Answer(None, depth - 1, f"the solver's budget ended at depth {depth}")
            if answer:
                attack = self.canonical(violations)
                if attack is None:
                    return Answer(None, depth - 1, f"the solver's budget ended while the attack of depth {depth} was made canonical")
                return Answer(attack, depth, "")
        return Answer(None, most_depth, "")

    def solve(self, assumptions: list[int]) -> bool | None:
        left = None
        if self.problem.deadline is not None:
            left = self.problem.deadline - time.monotonic()
            if left <= 0:
                return None
        return self.solver.solve(assumptions, left)

    def canonical(self, violations: dict[str, int]) -> Attack | None:
        """The least attack of this depth; None when a bound was reached on the way."""
        try:
            part = self.first([(part, literal) for part, literal in violations.items() if literal != FALSE])
            self.fewest_deviating()
            runs: list[list[Action]] = [[] for _ in self.chains]
            for step in range(len(self.chains[0].taken)):
                for chain, run in zip(self.chains, runs, strict=True):
                    action = self.least_action(chain, step)
                    if action[0] != STUTTER:
                        run.append(action)
        except BudgetEnded:
            return None
        deviating = [member for member in self.candidates if self.solver.holds(self.meaning.deviates[member])]
        return Attack(part, runs, deviating)

    def first(self, options: Iterable[tuple[Any, int]]) -> Any:
        """Fix, for good, the first option that is possible.  The last model has one; it is asked whether an earlier one will do."""
        known = list(options)
        while True:
            place = next(place for place, (_, literal) in enumerate(known) if literal == TRUE or self.solver.holds(literal))
            earlier = self.circuit.disjunction(literal for _, literal in known[:place])
            answer = earlier != FALSE and self.solve([earlier])
            if answer is None:
                raise BudgetEnded
            if not answer:
                self.circuit.add(known[place][1])
                self.circuit.add(-earlier)
                return known[place][0]

    def fewest_deviating(self) -> None:
        """As few members deviate as will do, and the first of them in the order of the scope."""
        if not self.candidates:
            return
        literals = [self.meaning.deviates[member] for member in self.candidates]
        numbers = self.circuit.count_cases(literals)
        self.solve([])
        self.first([(n, numbers[n]) for n in sorted(numbers)])  # type: ignore[type-var]

    def least_action(self, chain: Chain, step: int) -> Action:
        taken = chain.taken[step]
        order = [STUTTER, *self.slice.transactions] if STUTTER in taken else list(self.slice.transactions)
        name = self.first([(name, taken[name]) for name in order])
        if name == STUTTER:
            return STUTTER, {}
        transaction, known = self.slice.transactions[name], chain.arguments[step][name]
        arguments: dict[str, Any] = {}
        for parameter, kind in transaction.parameters.items():
            arguments[parameter] = self.least(kind, known[parameter]) if parameter in known else values_of(kind, self.universe)[0]
        return name, arguments

    def least(self, kind: Kind, value: Any) -> Any:
        if kind is BOOLEAN:
            return self.first([(False, -value), (True, value)])
        if isinstance(kind, Term):
            return tuple(self.least(part, inner) for (_, part), inner in zip(kind.parts, value, strict=True))
        return self.first(list(value.items()))


class BudgetEnded(Exception):
    """A bound of the solver was reached."""
