"""How the parts of the bridging theorem fit together, and the ledger's part of it, as questions without any text.

Clauses that are covered by their reads make a call whose outcome is.  A commit gives every row that it writes a version above all
before it, nothing is ever deleted, and a transaction is valid only if each key that it read, and each range, has the versions that
its endorser saw: so equal versions mean equal rows, and what commits equals a serial run, by induction over commits.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from model import formulas as f
from model.formulas import BOOL, INT, Node
from model.induction import DEFAULTS, Obligation, Settings
from model.z3_text import check

KEY, ROW = "Key", "Row"
CALL, WORLD, OUTCOME = "Call", "World", "Outcome"
LEDGER = "the ledger"
Version = tuple[Node, Node]
Question = tuple[list[tuple[str, Node]], Node]


@dataclass(frozen=True)
class Moment:
    """The committed state at one time: of each key whether it has a row, the row, and its version (block, place in the block)."""

    name: str

    def has(self, key: Node) -> Node:
        return f.apply(f"{self.name}: has", BOOL, key)

    def row(self, key: Node) -> Node:
        return f.apply(f"{self.name}: row", ROW, key)

    def version(self, key: Node) -> Version:
        return f.apply(f"{self.name}: block of", INT, key), f.apply(f"{self.name}: place of", INT, key)

    @property
    def clock(self) -> Version:
        """The version of the last transaction that was committed."""
        return f.apply(f"{self.name}: block", INT), f.apply(f"{self.name}: place", INT)


ENDORSED, NOW, NEXT = Moment("endorsed"), Moment("now"), Moment("next")


def below(one: Version, other: Version) -> Node:
    """An earlier block, or an earlier place in the same block."""
    return f.disjunction(f.less(one[0], other[0]), f.conjunction(f.equal(one[0], other[0]), f.less(one[1], other[1])))


def alike(one: Version, other: Version) -> Node:
    return f.conjunction(f.equal(one[0], other[0]), f.equal(one[1], other[1]))


def same_version(key: Node, one: Moment, other: Moment) -> Node:
    """What validation compares: no row in both, or rows of one version."""
    has, had = one.has(key), other.has(key)
    return f.conjunction(f.equal(has, had), f.implication(has, alike(one.version(key), other.version(key))))


def same_row(key: Node, one: Moment, other: Moment) -> Node:
    has, had = one.has(key), other.has(key)
    return f.conjunction(f.equal(has, had), f.implication(has, f.equal(one.row(key), other.row(key))))


def version_tells(key: Node, now: Moment) -> Node:
    """The invariant since an endorsement: rows stay, versions rise up to the clock, and an equal version is an equal row."""
    has, had = now.has(key), ENDORSED.has(key)
    return f.conjunction(
        f.implication(has, f.negation(below(now.clock, now.version(key)))),
        f.implication(had, f.conjunction(has, f.negation(below(now.version(key), ENDORSED.version(key))))),
        f.implication(same_version(key, now, ENDORSED), same_row(key, now, ENDORSED)),
    )


def committed(key: Node) -> Node:
    """A commit: each row that it writes gets the commit's own version, all others stay."""
    new = f.conjunction(NEXT.has(key), f.equal(NEXT.row(key), f.apply("new row", ROW, key)), alike(NEXT.version(key), NEXT.clock))
    old = f.conjunction(
        f.equal(NEXT.has(key), NOW.has(key)), f.equal(NEXT.row(key), NOW.row(key)), alike(NEXT.version(key), NOW.version(key))
    )
    return f.choose(f.apply("writes", BOOL, key), new, old)


def version_questions() -> dict[str, Question]:
    """(d) Equal versions are equal rows, from the endorsement on, whatever commits; so a range read again has the same rows."""
    key = f.apply("any key", KEY)
    under = f.apply("below the prefix", BOOL, key)
    at_once = f.conjunction(
        f.equal(NOW.has(key), ENDORSED.has(key)), f.equal(NOW.row(key), ENDORSED.row(key)), alike(NOW.version(key), ENDORSED.version(key))
    )
    in_time = f.implication(NOW.has(key), f.negation(below(NOW.clock, NOW.version(key))))
    members = f.equal(*(f.conjunction(under, moment.has(key)) for moment in (NOW, ENDORSED)))
    return {
        "versions tell rows when endorsed": (
            [("the state is the endorsement's", at_once), ("no version is above the clock", in_time)], version_tells(key, NOW)),
        "versions tell rows after a commit": (
            [("before the commit", version_tells(key, NOW)), ("the commit", committed(key)), ("later", below(NOW.clock, NEXT.clock))],
            version_tells(key, NEXT)),
        "a range with equal versions has equal rows": (
            [("before validation", version_tells(key, NOW)), ("what was read", f.implication(under, same_version(key, NOW, ENDORSED)))],
            f.conjunction(members, f.implication(under, same_row(key, NOW, ENDORSED)))),
    }  # fmt: skip


def serial_question() -> Question:
    """One more transaction of a block: the ledger and the serial run of the valid ones, equal before it, are equal after it.

    Assumed: (a) of the call, and that (d) makes the endorser's state and this one agree on what a valid transaction read.
    """
    endorsed, now, serial, next_one, next_serial = (f.apply(name, WORLD) for name in ("endorsed", "now", "serial", "next", "next serial"))
    call, valid = f.apply("call", CALL), f.apply("valid", BOOL)
    agree = f.apply("agree on what was read", BOOL, call, endorsed, now)

    def outcome(world: Node) -> Node:
        return f.apply("outcome", OUTCOME, call, world)

    def written(found: Node, world: Node) -> Node:
        return f.apply("written", WORLD, found, world)

    given = [
        ("reads cover", f.implication(agree, f.equal(outcome(endorsed), outcome(now)))),
        ("validation", f.implication(valid, agree)),
        ("equal so far", f.equal(now, serial)),
        ("the ledger writes what was endorsed", f.equal(next_one, f.choose(valid, written(outcome(endorsed), now), now))),
        ("the serial run executes what is valid", f.equal(next_serial, f.choose(valid, written(outcome(serial), serial), serial))),
    ]
    return given, f.conjunction(f.equal(next_one, next_serial), f.implication(valid, f.equal(outcome(endorsed), outcome(serial))))


def prove_ledger(settings: Settings = DEFAULTS) -> list[Obligation]:
    """What the theorem needs of the ledger, of whatever transactions."""
    questions = {**version_questions(), "commits equal a serial run": serial_question()}
    return [decided(name, LEDGER, question, settings) for name, question in questions.items()]


def outcome_question(guards: Iterable[str], rest: Iterable[str]) -> Question:
    """(a) of a whole call: the same guard refuses it in both states, or none does and all effects and events are the same.

    Assumed: (a) of each clause, and that the states agree on what each clause read that was evaluated in the first of them.
    """
    given: list[tuple[str, Node]] = []
    first, second, goals = f.TRUE, f.TRUE, []  # that all guards so far hold
    for name in guards:
        one, other = (f.apply(f"{name} holds in the {which}", BOOL) for which in ("first", "second"))
        given += covered(name, first, f.equal(one, other))
        goals.append(f.equal(f.conjunction(first, f.negation(one)), f.conjunction(second, f.negation(other))))
        first, second = f.conjunction(first, one), f.conjunction(second, other)
    for name in rest:
        same = f.apply(f"{name} is the same", BOOL)
        given += covered(name, first, same)
        goals.append(f.implication(first, f.conjunction(second, same)))
    return given, f.conjunction(*goals)


def covered(name: str, evaluated: Node, same: Node) -> list[tuple[str, Node]]:
    read = f.apply(f"agree on what {name} reads", BOOL)
    return [(f"what {name} reads", f.implication(evaluated, read)), (f"reads cover {name}", f.implication(read, same))]


def prove_outcome(step: str, guards: Iterable[str], rest: Iterable[str], settings: Settings = DEFAULTS) -> Obligation:
    """That the clauses of a step, each covered by its reads, make an outcome that is."""
    return decided("reads cover the outcome", step, outcome_question(guards, rest), settings)


def decided(name: str, where: str, question: Question, settings: Settings = DEFAULTS) -> Obligation:
    start = time.perf_counter()
    assertions = [("the goal fails", settings.engine.denied(question[1])), *question[0]]
    used = dict.fromkeys(node.sort for node in f.below(node for _, node in assertions))
    declared = [f"(declare-sort {f.sort_text(sort)} 0)" for sort in used if sort not in (BOOL, INT)]
    text = f.script(assertions, declared)
    outcome = {"unsat": "proved", "sat": "failed"}.get(check(text, settings.seed, settings.resources), "unknown")
    header = f"; {name} cannot fail: {where}\n; expected: unsat\n(set-logic ALL)\n"
    return Obligation(name, where, outcome, "solver", time.perf_counter() - start, f"{header}{text}(check-sat)\n")
