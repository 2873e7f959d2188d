"""Proofs of ranking arguments over the any-size meaning: each rule of `properties.ranking` as questions of one state or one step."""

from __future__ import annotations

from collections.abc import Iterable

from model.induction import (
    DEFAULTS,
    Named,
    Obligation,
    Question,
    Settings,
    cells_read,
    cells_written,
    question_of_step,
)  # fmt: skip
from model.unbounded import Environment, Meaning, State
from properties.ranking import Move, Ranking
from spec.kinds import Kind
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import Expression, conjunction, disjunction, implies, substitute

COVERED, BOUNDED = "(some move is due)", "(no measure is negative)"


def allowed(move: Move) -> str:
    return f"({move.name}: allowed)"


def lowers(move: Move) -> str:
    return f"({move.name}: lowers)"


def questions_asked(ranking: Ranking, steps: Iterable[str]) -> list[str]:
    """The names of all obligations: of states, of moves, of every step."""
    moves = [name for move in ranking.moves for name in (allowed(move), lowers(move))]
    return [COVERED, BOUNDED, *moves, *steps]


def prove_rule(
    protocol: Protocol, name: str, ranking: Ranking, rule: str, hypotheses: dict[str, Expression], steps: dict[str, Transaction],
    settings: Settings = DEFAULTS,
) -> list[Obligation]:  # fmt: skip
    """One obligation of a ranking, by its name in `questions_asked`; for a step there are two: nothing assumed is lost, nothing rises."""
    if rule in steps:
        return not_raised(protocol, name, ranking, steps[rule], hypotheses, settings)
    for move in ranking.moves:
        if rule == allowed(move):
            goal = can_be_taken(move, steps[move.step], ranking)
            return [of_a_state(protocol, name, rule, ranking, move.chosen, goal, hypotheses, settings)]
        if rule == lowers(move):
            return [lowered(protocol, name, rule, ranking, move, steps[move.step], hypotheses, settings)]
    goal = covered(ranking) if rule == COVERED else bounded(ranking)
    return [of_a_state(protocol, name, rule, ranking, {}, goal, hypotheses, settings)]


# --- of one state ---


def covered(ranking: Ranking) -> Expression:
    """Some move is due."""
    return disjunction(*(move.due for move in ranking.moves))


def bounded(ranking: Ranking) -> Expression:
    return conjunction(*(measure >= 0 for measure in ranking.measures.values()))


def can_be_taken(move: Move, step: Transaction, ranking: Ranking) -> Expression:
    """Where the move is due, the guards of its step hold with its arguments, and it is what an honest party does."""
    conditions = [guard.condition for guard in step.guards.values()] + list(step.honest.values())
    taken = conjunction(*(with_arguments(condition, move) for condition in conditions))
    return implies(move.when, conjunction(taken, ranking.timely_for(move.step)))


def with_arguments(condition: Expression, move: Move) -> Expression:
    """A clause of the step, with the arguments of the move for its parameters."""

    def given(found: Expression) -> Expression | None:
        return move.arguments[found._args[0]] if found._op == "par" else None

    result: Expression = substitute(condition, given)
    return result


def of_a_state(
    protocol: Protocol, name: str, rule: str, ranking: Ranking, chosen: dict[str, Kind], goal: Expression,
    hypotheses: dict[str, Expression], settings: Settings,
) -> Obligation:  # fmt: skip
    """What holds in every state of the lemmas in which the ranking is open."""
    meaning = settings.engine.meaning(protocol.schema, protocol.sorts)
    state = settings.engine.arbitrary(meaning)
    environment, given = values_of(meaning, {**ranking.claim.subject, **chosen})
    given += opened(meaning, ranking, environment, state)
    assumed = {lemma: (meaning.holds(e, {}, state), cells_read(e)) for lemma, e in hypotheses.items()}
    question = Question(protocol, rule, meaning, given, assumed, {}, settings)
    return question.decide(name, goal, environment, state)


def values_of(meaning: Meaning, kinds: dict[str, Kind]) -> tuple[Environment, Named]:
    """Any values of the subject, none of them missing."""
    environment: Environment = {}
    given: Named = []
    for name, kind in kinds.items():
        environment[name], whole = meaning.argument(kind, name)
        given += [(f"{name} is whole", condition) for condition in whole]
    return environment, given


def opened(meaning: Meaning, ranking: Ranking, environment: Environment, state: State) -> Named:
    claim = ranking.claim
    named = {"what is assumed": claim.assuming, **claim.provided, "the target is not reached": ~claim.target}
    return [(reason, meaning.holds(condition, environment, state)) for reason, condition in named.items()]


# --- of one step ---


def not_raised(
    protocol: Protocol, name: str, ranking: Ranking, step: Transaction, hypotheses: dict[str, Expression], settings: Settings
) -> list[Obligation]:
    """A step of anybody keeps what is assumed, and raises no measure unless an earlier one falls."""
    if not cells_written(step) & frozenset().union(*(cells_read(e) for e in ranking.read)):
        return [Obligation(name, step.name, "proved", "frame")]
    question, before, environment = question_of_pair(protocol, ranking, step, {}, hypotheses, settings)
    return [question.decide(name, conjunction(ranking.kept(), ranking.not_raised()), environment, before)]


def lowered(
    protocol: Protocol, name: str, rule: str, ranking: Ranking, move: Move, step: Transaction, hypotheses: dict[str, Expression],
    settings: Settings,
) -> Obligation:  # fmt: skip
    """The move reaches the target, or lowers the measures."""
    question, before, environment = question_of_pair(protocol, ranking, step, move.chosen, hypotheses, settings)
    question.step = rule
    question.given.append(("the move is due", question.meaning.holds(move.when, environment, before)))
    for parameter_name, expression in move.arguments.items():
        value = question.meaning.value(expression, environment, before)
        question.given.append((f"argument {parameter_name}", question.meaning.equal(environment[parameter_name], value)))
    return question.decide(name, ranking.lowered(), environment, before)


def question_of_pair(
    protocol: Protocol, ranking: Ranking, step: Transaction, chosen: dict[str, Kind], hypotheses: dict[str, Expression], settings: Settings
) -> tuple[Question, State, Environment]:
    """A step taken where the ranking is open: the state before it is the first run, the state after it the second."""
    question, before, after, arguments = question_of_step(protocol, step, hypotheses, settings)
    before.second = after
    environment, given = values_of(question.meaning, {**ranking.claim.subject, **chosen})
    environment = {**arguments, **environment}
    question.given += given + opened(question.meaning, ranking, environment, before)
    timely = question.meaning.holds(ranking.timely_for(step.name), environment, before)
    question.given.append(("nobody honest is late", timely))
    return question, before, environment


__all__ = ["BOUNDED", "COVERED", "prove_rule", "questions_asked"]
