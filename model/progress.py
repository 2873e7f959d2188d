"""Proofs of ranking arguments over the any-size meaning: each rule of `properties.ranking` as questions of one state or one step."""

from __future__ import annotations

from collections.abc import Iterable

from model import formulas as f
from model.frames import cells_read, cells_written
from model.induction import (
    DEFAULTS,
    Named,
    Obligation,
    Question,
    Settings,
    question_of_step,
)  # fmt: skip
from model.unbounded import Environment, Meaning, State
from properties.ranking import Move, Ranking
from spec.kinds import Kind
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, conjunction, disjunction, in_run, substitute

COVERED, BOUNDED = "(some move is due)", "(no measure is negative)"


def allowed(move: Move) -> str:
    return f"({move.name}: allowed)"


def lowers(move: Move) -> str:
    return f"({move.name}: lowers)"


def keeps(step: str, condition: str) -> str:
    return f"{step} ({condition})"


def questions_asked(ranking: Ranking, steps: Iterable[str]) -> list[str]:
    """The names of all obligations: of states, of moves, of every step."""
    moves = [name for move in ranking.moves for name in (allowed(move), lowers(move))]
    at_first = [keeps("", condition) for condition in ranking.invariant]
    return [COVERED, BOUNDED, *at_first, *moves, *steps]


def step_of(ranking: Ranking, rule: str) -> str:
    """The step that a question speaks of; empty where it speaks of states only."""
    taken = {name: move.step for move in ranking.moves for name in (allowed(move), lowers(move))}
    return taken.get(rule, "" if rule in (COVERED, BOUNDED) else rule)


def prove_rule(
    protocol: Protocol, name: str, ranking: Ranking, rule: str, hypotheses: dict[str, Expression], steps: dict[str, Transaction],
    settings: Settings = DEFAULTS,
) -> list[Obligation]:  # fmt: skip
    """The obligations of a ranking under a name in `questions_asked`; those of a step: it keeps what is assumed, and raises nothing."""
    if rule in steps:
        kept_by = [kept(protocol, name, ranking, steps[rule], condition, hypotheses, settings) for condition in ranking.invariant]
        return [*kept_by, not_raised(protocol, name, ranking, steps[rule], hypotheses, settings)]
    for move in ranking.moves:
        if rule == allowed(move):
            return [can_be_taken(protocol, name, rule, ranking, move, steps[move.step], hypotheses, settings)]
        if rule == lowers(move):
            return [lowered(protocol, name, rule, ranking, move, steps[move.step], hypotheses, settings)]
    for condition in ranking.invariant:
        if rule == keeps("", condition):
            return [at_first(protocol, name, rule, ranking, condition, settings)]
    goal = {COVERED: covered, BOUNDED: bounded}[rule](ranking)
    question, state, environment = question_of_state(protocol, rule, ranking, {}, hypotheses, settings)
    return [question.decide(name, goal, environment, state)]


# --- of one state ---


def covered(ranking: Ranking) -> Expression:
    """Some move is due."""
    return disjunction(*(move.due for move in ranking.moves))


def bounded(ranking: Ranking) -> Expression:
    return conjunction(*(measure >= 0 for measure in ranking.measures.values()))


def can_be_taken(
    protocol: Protocol, name: str, rule: str, ranking: Ranking, move: Move, step: Transaction, hypotheses: dict[str, Expression],
    settings: Settings,
) -> Obligation:  # fmt: skip
    """Where the move is due its arguments are whole, the guards of its step hold with them, and it is what an honest party does."""
    question, state, environment = question_of_state(protocol, rule, ranking, move.chosen, hypotheses, settings)
    question.given.append(("the move is due", question.meaning.holds(move.when, environment, state)))
    whole = []
    for argument, expression in move.arguments.items():
        value = question.meaning.value(expression, environment, state)
        whole += question.meaning.whole(step.parameters[argument], value)
    conditions = [guard.condition for guard in step.guards.values()] + list(step.honest.values())
    taken = conjunction(*(with_arguments(condition, move) for condition in conditions), ranking.timely_for(move.step))
    return question.settle(name, f.conjunction(question.meaning.holds(taken, environment, state), *whole))


def with_arguments(condition: Expression, move: Move) -> Expression:
    """A clause of the step, with the arguments of the move for its parameters."""

    def given(found: Expression) -> Expression | None:
        return move.arguments[found._args[0]] if found._op == "par" else None

    result: Expression = substitute(condition, given)
    return result


def question_of_state(
    protocol: Protocol, rule: str, ranking: Ranking, chosen: dict[str, Kind], hypotheses: dict[str, Expression], settings: Settings
) -> tuple[Question, State, Environment]:
    """Of every state of the lemmas in which the ranking is open."""
    meaning = settings.engine.meaning(protocol.schema, protocol.sorts)
    state = settings.engine.arbitrary(meaning)
    environment, given = values_of(meaning, {**ranking.claim.subject, **chosen})
    given += named(meaning, ranking.opened(rule), environment, state)
    assumed = {lemma: (meaning.holds(e, {}, state), cells_read(e)) for lemma, e in hypotheses.items()}
    return Question(protocol, rule, meaning, given, assumed, {}, settings), state, environment


def at_first(protocol: Protocol, name: str, rule: str, ranking: Ranking, condition: str, settings: Settings) -> Obligation:
    """Where every table is empty the claim says nothing yet, or the condition of the invariant holds."""
    meaning = settings.engine.meaning(protocol.schema, protocol.sorts)
    environment, given = values_of(meaning, ranking.claim.subject)
    question = Question(protocol, rule, meaning, given, {}, {}, settings)
    return question.decide(name, ranking.held(condition), environment, settings.engine.initial(meaning))


def values_of(meaning: Meaning, kinds: dict[str, Kind]) -> tuple[Environment, Named]:
    """Any values of the subject, none of them missing."""
    environment: Environment = {}
    given: Named = []
    for name, kind in kinds.items():
        environment[name], whole = meaning.argument(kind, name)
        given += [(f"{name} is whole", condition) for condition in whole]
    return environment, given


def named(meaning: Meaning, conditions: dict[str, Expression], environment: Environment, state: State) -> Named:
    return [(reason, meaning.holds(condition, environment, state)) for reason, condition in conditions.items()]


# --- of one step ---


def unchanged(step: Transaction, *read: Expression) -> bool:
    return not cells_written(step) & frozenset().union(*(cells_read(e) for e in read))


def not_raised(
    protocol: Protocol, name: str, ranking: Ranking, step: Transaction, hypotheses: dict[str, Expression], settings: Settings
) -> Obligation:
    """A step of anybody keeps what is assumed, and raises no measure unless an earlier one falls."""
    if unchanged(step, *ranking.read):
        return Obligation(name, step.name, "proved", "frame")
    question, before, environment = question_of_pair(protocol, step.name, ranking, step, {}, hypotheses, settings)
    question.given += named(question.meaning, ranking.opened(step.name), environment, before)
    return question.decide(name, conjunction(ranking.kept(), ranking.not_raised()), environment, before)


def kept(
    protocol: Protocol, name: str, ranking: Ranking, step: Transaction, condition: str, hypotheses: dict[str, Expression],
    settings: Settings,
) -> Obligation:  # fmt: skip
    """A step of anybody keeps a condition of the invariant, where the claim says something, in runs that it speaks of."""
    rule, claim = keeps(step.name, condition), ranking.claim
    if unchanged(step, ranking.held(condition)):
        return Obligation(name, rule, "proved", "frame")
    question, before, environment = question_of_pair(protocol, rule, ranking, step, {}, hypotheses, settings)
    held = {other: ranking.held(other) for other in ranking.chosen(rule, ranking.invariant)}
    question.given += named(question.meaning, {**ranking.chosen(rule, claim.provided), **held}, environment, before)
    return question.decide(name, in_run(1, ranking.held(condition)), environment, before)


def lowered(
    protocol: Protocol, name: str, rule: str, ranking: Ranking, move: Move, step: Transaction, hypotheses: dict[str, Expression],
    settings: Settings,
) -> Obligation:  # fmt: skip
    """The move reaches the target, or lowers the measures."""
    question, before, environment = question_of_pair(protocol, rule, ranking, step, move.chosen, hypotheses, settings)
    question.given += named(question.meaning, {**ranking.opened(rule), "the move is due": move.when}, environment, before)
    for argument, expression in move.arguments.items():
        value = question.meaning.value(expression, environment, before)
        question.given.append((f"argument {argument}", question.meaning.equal(environment[argument], value)))
    return question.decide(name, ranking.lowered(), environment, before)


def question_of_pair(
    protocol: Protocol, rule: str, ranking: Ranking, step: Transaction, chosen: dict[str, Kind], hypotheses: dict[str, Expression],
    settings: Settings,
) -> tuple[Question, State, Environment]:  # fmt: skip
    """A step of a run that the claim speaks of: the state before it is the first run, the state after it the second."""
    question, before, after, arguments = question_of_step(protocol, step, hypotheses, settings)
    question.step, before.second = rule, after
    environment, given = values_of(question.meaning, {**ranking.claim.subject, **chosen})
    for name in chosen:
        for node in environment[name]:
            question.keys[node.sort] = list(dict.fromkeys([*question.keys.get(node.sort, []), node]))
    environment = {**arguments, **environment}
    timely = {"nobody honest is late": ranking.timely_for(step.name)}
    provided = {f"{name}, afterwards": in_run(1, e) for name, e in ranking.chosen(rule, ranking.claim.provided).items()}
    question.given += given + named(question.meaning, {**timely, **provided}, environment, before)
    return question, before, environment


__all__ = ["BOUNDED", "COVERED", "prove_rule", "questions_asked", "step_of"]
