"""Induction over the any-size meaning: what holds at first and is kept by every step holds in every reachable state.

An obligation is one question: hypotheses, guards and the environment of a step, and that the goal fails.  'Unsatisfiable'
proves it for every size.  'Satisfiable' is a candidate only: the state may be unreachable, or a consequence was left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from model import formulas as f
from model.counterexample import described
from model.counting import Rules
from model.formulas import Node
from model.frames import cells_read, cells_written
from model.grounding import MOST_SUMS, Grounding
from model.states import After, Arbitrary, Initial
from model.unbounded import Environment, Meaning, State
from model.z3_text import check, check_with_core
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, walk

RESOURCES = 1_500_000


class Rung(NamedTuple):
    """One try at a question: which consequences are stated.

    `deep` is how young terms may be that are instantiated with; `near` leaves out hypotheses that read none of the goal's cells;
    `paired` is how many sums of a pool are compared with each other.
    """

    deep: int
    near: bool
    paired: int = MOST_SUMS[2]


LADDER = (Rung(0, True), Rung(1, True), Rung(1, False), Rung(2, True), Rung(2, False))

Named = list[tuple[str, Node]]


@dataclass(frozen=True)
class Obligation:
    """One goal at one step ('' for the first state, or for an implication) and how it was decided.

    `outcome` is proved, failed (a candidate was found) or unknown; `by` is frame (the step writes nothing that the goal
    reads) or solver; `smtlib` states the question, of a proof as far as it was needed; `counterexample` tells the candidate;
    `rests_on` are the reasons of what a proof needed: guards, hypotheses, who may send.
    """

    goal: str
    step: str
    outcome: str
    by: str
    seconds: float = 0.0
    smtlib: str = ""
    counterexample: list[str] = field(default_factory=list)
    rests_on: tuple[str, ...] = ()


def may_send(meaning: Meaning, transaction: Transaction, arguments: Environment, state: State) -> Node:
    """The environment: an honest caller by its honest conditions, a deviating one by its powers."""

    def all_of(conditions: dict[str, Expression]) -> Node:
        return f.conjunction(*(meaning.holds(condition, arguments, state) for condition in conditions.values()))

    deviating = f.apply("deviating", f.BOOL, *arguments["caller"])
    return f.choose(deviating, all_of(transaction.powers), all_of(transaction.honest))


def assumptions(meaning: Meaning, transaction: Transaction, arguments: Environment, state: State) -> Named:
    """What is known when a step is taken: its guards hold, and the environment lets its caller."""
    guards = [(f"guard {guard.name}", meaning.holds(guard.condition, arguments, state)) for guard in transaction.guards.values()]
    return [*guards, ("the environment lets the caller", may_send(meaning, transaction, arguments, state))]


def assumptions_of_honest_callers(meaning: Meaning, transaction: Transaction, arguments: Environment, state: State) -> Named:
    """Guards, and the environment of honest callers only: a deviating one sends whatever it likes, known to it or not.

    Less is assumed than by `assumptions`, so that a proof says more and has fewer instances to look at.
    """
    unlimited = replace(transaction, powers={})
    return assumptions(meaning, unlimited, arguments, state)


@dataclass(frozen=True)
class Engine:
    """The rules of proof, so that tests can ask the same questions of an engine with a rule that is wrong."""

    meaning: Callable[..., Meaning] = Meaning
    arbitrary: Callable[..., Arbitrary] = Arbitrary
    initial: Callable[..., State] = Initial
    after: Callable[..., After] = After
    rules: Callable[..., Rules] = Rules
    grounding: Callable[..., Grounding] = Grounding
    assumptions: Callable[..., Named] = assumptions
    denied: Callable[[Node], Node] = f.negation


@dataclass(frozen=True)
class Settings:
    """How to prove: nothing here but `engine` can change what is true.

    `minimal`: no proof rests on more than it needs.  `candidates`: a goal that fails is shown with a state in which it does.
    """

    engine: Engine = field(default_factory=Engine)
    seed: int = 0
    resources: int = RESOURCES
    ladder: tuple[Rung, ...] = LADDER
    progress: Callable[[str], None] = lambda text: None
    minimal: bool = False
    candidates: bool = True


DEFAULTS = Settings()


@dataclass
class Question:
    """What is assumed, hypotheses with the cells that they read, and where sums are expected to change."""

    protocol: Protocol
    step: str
    meaning: Meaning
    given: Named
    hypotheses: dict[str, tuple[Node, frozenset[str]]]
    keys: dict[str, list[Node]]
    settings: Settings

    def grounded(self, goal: Node, near: frozenset[str] | None, deep: int, paired: int = MOST_SUMS[2]) -> Grounding:
        """The question whether a goal can fail; `near` leaves out hypotheses that read none of these cells."""
        engine = self.settings.engine
        grounding = engine.grounding(self.meaning, deep, engine.rules(self.keys, self.meaning.constant), paired)
        grounding.add("the goal fails", engine.denied(goal))
        for reason, node in self.given:
            grounding.add(reason, node)
        for name, (node, read) in self.hypotheses.items():
            if near is None or read & near:
                grounding.add(f"hypothesis {name}", node)
        for pool, nodes in self.keys.items() if near is None else ():
            for node in nodes:
                grounding.collect(pool, node, 1)
        grounding.saturate()
        return grounding

    def decide(self, name: str, expression: Expression, arguments: Environment, state: State) -> Obligation:
        """Whether an expression can be false in a state."""
        return self.settle(name, self.meaning.holds(expression, arguments, state), cells_read(expression))

    def settle(self, name: str, goal: Node, read: frozenset[str] = frozenset()) -> Obligation:
        """Ask with few consequences first, then with more; the last answer that is no proof stands.

        read: the cells that the goal reads, for rungs of the ladder that leave out hypotheses which read none of them.
        """
        start, outcome, text, grounding = time.perf_counter(), "", "", None
        needed: tuple[str, ...] = ()
        for deep, near, paired in self.settings.ladder:
            before, grounding = text, self.grounded(goal, read if near else None, deep, paired)
            text = grounding.text()
            if text != before:
                outcome, core = check_with_core(text, self.settings.seed, self.settings.resources, self.settings.minimal)
            if outcome == "unsat":
                text, needed = grounding.text(core), grounding.reasons(core)
                break
        assert grounding is not None
        told = described(grounding, self.settings.seed, self.settings.resources) if outcome == "sat" and self.settings.candidates else []
        stated = {"unsat": "proved", "sat": "failed"}.get(outcome, "unknown")
        self.settings.progress(f"{name} {f'kept by {self.step}' if self.step else 'without a step'}: {stated}")
        seconds = time.perf_counter() - start
        return Obligation(name, self.step, stated, "solver", seconds, self.header(name) + text + "(check-sat)\n", told, needed)

    def header(self, name: str) -> str:
        """Comments that say what the file states, and the logic."""
        where = f"at step {self.step}" if self.step else "in the first state, or in every state of the hypotheses"
        lines = [f"; {name} cannot fail {where}", "; expected: unsat", "(set-logic ALL)"]
        return "\n".join(lines) + "\n"


# --- steps ---


def question_of_step(
    protocol: Protocol, transaction: Transaction, hypotheses: dict[str, Expression], settings: Settings
) -> tuple[Question, State, State, Environment]:
    """Everything that may be assumed when a step is taken, the state before it, the state after it, its arguments."""
    engine = settings.engine
    meaning = engine.meaning(protocol.schema, protocol.sorts)
    before = engine.arbitrary(meaning)
    arguments: Environment = {}
    given: Named = []
    keys: dict[str, list[Node]] = {}
    for name, kind in transaction.parameters.items():
        arguments[name], whole = meaning.argument(kind, name)
        given += [(f"argument {name} is whole", node) for node in whole]
        for node in arguments[name]:
            if node.sort in meaning.sorts:
                keys.setdefault(node.sort, []).append(node)
    given += engine.assumptions(meaning, transaction, arguments, before)
    after = engine.after(meaning, before, [*transaction.writes, *transaction.observed], arguments)
    for pool, nodes in after.keys().items():
        keys[pool] = list(dict.fromkeys([*keys.get(pool, []), *nodes]))
    assumed = {name: (meaning.holds(e, {}, before), cells_read(e)) for name, e in hypotheses.items()}
    return Question(protocol, transaction.name, meaning, given, assumed, keys, settings), before, after, arguments


def prove_kept(
    protocol: Protocol, transaction: Transaction, hypotheses: dict[str, Expression], invariants: dict[str, Expression],
    settings: Settings = DEFAULTS,
) -> list[Obligation]:  # fmt: skip
    """That a step keeps each invariant, when the hypotheses hold before it."""
    written = cells_written(transaction)
    touched = {name: e for name, e in invariants.items() if cells_read(e) & written}
    found = [Obligation(name, transaction.name, "proved", "frame") for name in invariants if name not in touched]
    if touched:
        question, _, after, _ = question_of_step(protocol, transaction, hypotheses, settings)
        found += [question.decide(name, e, {}, after) for name, e in touched.items()]
    return found


def prove_invariants(
    protocol: Protocol, invariants: dict[str, Expression], steps: dict[str, Transaction],
    hypotheses: dict[str, Expression] | None = None, settings: Settings = DEFAULTS,
) -> list[Obligation]:  # fmt: skip
    """That each invariant holds at first and is kept by each step, given all of them (or `hypotheses`) before the step."""
    found = prove_at_first(protocol, invariants, settings)
    for transaction in steps.values():
        found += prove_kept(protocol, transaction, invariants if hypotheses is None else hypotheses, invariants, settings)
    return found


def prove_steps(
    protocol: Protocol, claims: dict[str, dict[str, Expression]], hypotheses: dict[str, Expression], steps: dict[str, Transaction],
    settings: Settings = DEFAULTS,
) -> list[Obligation]:  # fmt: skip
    """Step claims, by name the condition of each step (as in `Goal.steps`), in states where the hypotheses hold."""
    found = []
    for name, transaction in steps.items():
        conditions = {claim: by_step[name] for claim, by_step in claims.items() if name in by_step}
        if conditions:
            question, before, _, arguments = question_of_step(protocol, transaction, hypotheses, settings)
            found += [question.decide(claim, e, arguments, before) for claim, e in conditions.items()]
    return found


# --- one state, or two ---


def prove_at_first(protocol: Protocol, invariants: dict[str, Expression], settings: Settings = DEFAULTS) -> list[Obligation]:
    """That each invariant holds where every table is empty but the rigid ones."""
    meaning = settings.engine.meaning(protocol.schema, protocol.sorts)
    state = settings.engine.initial(meaning)
    question = Question(protocol, "", meaning, [], {}, {}, settings)
    return [question.decide(name, e, {}, state) for name, e in invariants.items()]


def prove_implied(
    protocol: Protocol, goals: dict[str, Expression], hypotheses: dict[str, Expression], settings: Settings = DEFAULTS
) -> list[Obligation]:
    """What follows in every state in which the hypotheses hold; for two-run claims, in every two of them."""
    meaning = settings.engine.meaning(protocol.schema, protocol.sorts)
    second = settings.engine.arbitrary(meaning, "second run: ")
    first = settings.engine.arbitrary(meaning, "", second)
    runs: Iterable[tuple[str, State]] = [("", first)]
    if any(node._op == "run" for e in goals.values() for node in walk(e)):
        runs = [("", first), (" in the second run", second)]
    assumed = {name + run: (meaning.holds(e, {}, state), cells_read(e)) for run, state in runs for name, e in hypotheses.items()}
    question = Question(protocol, "", meaning, [], assumed, {}, settings)
    return [question.decide(name, e, {}, first) for name, e in goals.items()]


def never_enabled(
    protocol: Protocol, invariants: dict[str, Expression], steps: dict[str, Transaction], settings: Settings = DEFAULTS
) -> list[str]:
    """Steps whose guards contradict the invariants: whatever is proved of them says nothing."""
    found = []
    for name, transaction in steps.items():
        question, *_ = question_of_step(protocol, transaction, invariants, settings)
        text = question.grounded(f.FALSE, None, 1).text()
        if check(text, settings.seed, settings.resources) == "unsat":
            found.append(name)
    return found


__all__ = [
    "DEFAULTS", "Engine", "Obligation", "Rung", "Settings", "assumptions", "assumptions_of_honest_callers", "never_enabled",
    "prove_at_first", "prove_implied", "prove_invariants", "prove_kept", "prove_steps", "question_of_step",
]  # fmt: skip
