"""Engines with one rule that is wrong, each as somebody could have written it by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from model import formulas as f
from model.counting import ZERO, Lemma, Rules
from model.formulas import BOOL, Node
from model.grounding import Grounding
from model.induction import Engine, assumptions
from model.states import After, Arbitrary, Initial
from model.unbounded import NO_NUMBER, Domain, Exists, Meaning, State, Sum, Value
from spec.tree import boolean


class NoFrame(After):
    """A write reaches every row."""

    def turn(self, write: Any, parts: Any, environment: Any) -> Node:
        return super().turn(write, [self.meaning.value(key, environment, self.before) for key in write.keys], environment)


class OneAfterAnother(After):
    """Each effect reads what the effects before it left."""

    def __init__(self, meaning: Meaning, before: State, writes: Any, arguments: Any) -> None:
        *earlier, last = list(writes)
        state = OneAfterAnother(meaning, before, earlier, arguments) if earlier else before
        super().__init__(meaning, state, [last], arguments)


class NoNewRows(After):
    """A write to a missing row does not make it exist."""

    def exists(self, table: str, key: Value) -> Node:
        return self.before.exists(table, key)


class EarlierWins(After):
    """Of two writes to one cell the earlier in the text wins."""

    def overwritten(self, group: list[Any], key: Value, value: Value) -> Value:
        return super().overwritten(group[::-1], key, value)

    def read(self, table: str, cell: str, key: Value) -> Value:
        self.groups = {name: groups[::-1] for name, groups in self.groups.items()}
        try:
            return super().read(table, cell, key)
        finally:
            self.groups = {name: groups[::-1] for name, groups in self.groups.items()}


class EveryTurn(After):
    """A loop takes every turn, whatever its condition."""

    def taken(self, binder: Any, environment: Any) -> list[Node]:
        return []


class Unconditional(After):
    """A write is done whether its condition holds or not."""

    def turn(self, write: Any, parts: Any, environment: Any) -> Node:
        return super().turn(replace(write, condition=boolean(True)), parts, environment)


class WitnessAlways(Grounding):
    """The witness of an existential statement is taken to be one, whether the statement is true or not."""

    def witnessed(self, found: Exists, generation: int, terms: int) -> None:
        super().witnessed(found, generation, terms)
        self.state("witness", self.body(found, found.witnesses))


class Swapped(Grounding):
    """If something exists, everything is it: the implication of an instance is turned round."""

    def instance(self, found: Exists, values: Value, generation: int) -> None:
        super().instance(found, values, generation)
        self.state("instance", f.implication(found.symbol, self.body(found, values)))


class NoInstances(Grounding):
    """Universal hypotheses are not used: incomplete, not unsound."""

    def instances(self) -> None:
        return


class SameWitness(Meaning):
    """All existential statements of one sort share a witness."""

    def fresh(self, sort: str, hint: str) -> Node:
        return f.apply(f"some {sort}", sort) if hint == "some" else super().fresh(sort, hint)


class OneImage(Meaning):
    """All values have the same image."""

    def image(self, kind: Any, origin: Node) -> Node:
        return f.construct(f"{kind.name} blank", kind.name)


class ImageOfNothing(Meaning):
    """Nothing has an image too, which is something."""

    def image(self, kind: Any, origin: Node) -> Node:
        super().image(kind, origin)
        return f.construct(f"{kind.name} of", kind.name, origin)


class FirstLeaf(Meaning):
    """Pre-images are equal when their first parts are."""

    def equal(self, left: Value, right: Value) -> Node:
        return super().equal(left[:1], right[:1])


class LongList(Meaning):
    """The position behind the last entry is in the list."""

    def domain(self, domain: Any, environment: Any, state: State) -> Domain:
        found = super().domain(domain, environment, state)
        if found.length is None:
            return found
        length = found.length
        return Domain(found.pool, found.sort, lambda x: f.conjunction(f.at_most(ZERO, x), f.at_most(x, length)), length)


class NothingIsSomebody(Meaning):
    """A sort's values include the missing one."""

    def domain(self, domain: Any, environment: Any, state: State) -> Domain:
        found = super().domain(domain, environment, state)
        return Domain(found.pool, found.sort, lambda x: f.TRUE) if domain._op == "sort" else found


class MissingIsZero(Meaning):
    """A missing integer equals zero."""

    def equal(self, left: Value, right: Value) -> Node:
        return super().equal(self.zero(left), self.zero(right))

    def zero(self, value: Value) -> Value:
        return tuple(f.choose(f.equal(n, NO_NUMBER), f.wrapped(ZERO), n) if n.sort == f.NUMBER else n for n in value)


class NarrowArguments(Meaning):
    """Arguments are taken to stand for nobody who deviates: an assumption that nothing allows."""

    def argument(self, kind: Any, name: str) -> tuple[Value, list[Node]]:
        found, given = super().argument(kind, name)
        if name == "caller":
            given.append(f.negation(f.apply("deviating", BOOL, *found)))
        return found, given


class DrawsAreConstant(Meaning):
    """Permutations do not depend on what they are drawn from."""

    def permuted(self, name: str, key: Value, position: Node, size: Node) -> Node:
        return super().permuted(name, (), position, size)


class NoDefault(Arbitrary):
    """Nothing is said about rows that are missing: incomplete, not unsound."""

    def read(self, table: str, cell: str, key: Value) -> Value:
        found = super().read(table, cell, key)
        for node in found:
            self.meaning.facts.pop(node, None)
        return found


class AllRowsExist(Arbitrary):
    """Only rows that exist are thought of."""

    def exists(self, table: str, key: Value) -> Node:
        return f.TRUE


class OneRun(Arbitrary):
    """Both runs are in the same state."""

    def __init__(self, meaning: Meaning, name: str = "", second: State | None = None) -> None:
        super().__init__(meaning, "", second)


class FullAtFirst(Initial):
    """The first state is thought to be any state."""

    def exists(self, table: str, key: Value) -> Node:
        return self.rigid.exists(table, key)

    def read(self, table: str, cell: str, key: Value) -> Value:
        return self.rigid.read(table, cell, key)


class WrongSubset(Rules):
    """Nowhere smaller: not larger."""

    def of_two(self, a: Sum, b: Sum) -> Iterator[Lemma]:
        first, *_ = super().of_two(a, b)
        yield first
        x = self.witness(("larger", a.symbol, b.symbol), a.sort)
        yield Lemma("nowhere larger", f.disjunction(f.less(a.term(x), b.term(x)), f.at_most(a.symbol, b.symbol)), x)


class KeysCountTwice(Rules):
    """A key that stands twice among the exceptions is counted twice."""

    def over(self, keys: list[Node], term: Callable[[Node], Node]) -> Node:
        found = ZERO
        for key in keys:
            found = f.plus(found, term(key))
        return found


class KeysForgotten(Rules):
    """The change at the exceptions is left out."""

    def over(self, keys: list[Node], term: Callable[[Node], Node]) -> Node:
        return ZERO


class NoExceptions(Rules):
    """The witness of a difference may be one of the exceptions that were allowed."""

    def outside(self, x: Node, keys: list[Node]) -> Node:
        return f.conjunction(f.TRUE, *(f.equal(x, key) for key in keys)) if keys else f.TRUE


class NoLemmas(Rules):
    """Nothing is known of sums: incomplete, not unsound."""

    def lemmas(self, *sums: Sum) -> Iterator[Lemma]:
        return iter(())


class AtMostOne(Rules):
    """A count that counts something is one."""

    def element(self, s: Sum, x: Node) -> Iterator[Lemma]:
        yield Lemma("one", f.disjunction(f.equal(s.term(x), ZERO), f.equal(s.symbol, f.number(1))))


def no_guards(meaning: Any, transaction: Any, arguments: Any, state: Any) -> Any:
    return assumptions(meaning, transaction, arguments, state)[-1:]


def everybody_is_honest(meaning: Any, transaction: Any, arguments: Any, state: Any) -> Any:
    *guards, (reason, _) = assumptions(meaning, transaction, arguments, state)
    honest = f.conjunction(*(meaning.holds(condition, arguments, state) for condition in transaction.honest.values()))
    return [*guards, (reason, honest)]


def guards_at_once(meaning: Any, transaction: Any, arguments: Any, state: Any) -> Any:
    found = assumptions(meaning, transaction, arguments, state)
    return [(reason, f.negation(node) if reason == "guard open" else node) for reason, node in found]


@dataclass(frozen=True)
class Mutant:
    """A wrong engine, and the check that finds it; for a check of steps, at which."""

    engine: Engine
    check: str
    steps: tuple[str, ...] = ()


MUTANTS: dict[str, Mutant] = {
    "NoFrame": Mutant(Engine(after=NoFrame), "walk", ("AddStore",)),
    "OneAfterAnother": Mutant(Engine(after=OneAfterAnother), "walk", ("Swap",)),
    "NoNewRows": Mutant(Engine(after=NoNewRows), "walk", ("AddStore",)),
    "EarlierWins": Mutant(Engine(after=EarlierWins), "walk", ("Mark",)),
    "EveryTurn": Mutant(Engine(after=EveryTurn), "walk", ("SortOut",)),
    "Unconditional": Mutant(Engine(after=Unconditional), "walk", ("SortOut",)),
    "WitnessAlways": Mutant(Engine(grounding=WitnessAlways), "runs"),
    "Swapped": Mutant(Engine(grounding=Swapped), "walk", ("AddStore",)),
    "NoInstances": Mutant(Engine(grounding=NoInstances), "true", ("AddStore",)),
    "SameWitness": Mutant(Engine(meaning=SameWitness), "runs"),
    "OneImage": Mutant(Engine(meaning=OneImage), "runs"),
    "ImageOfNothing": Mutant(Engine(meaning=ImageOfNothing), "runs"),
    "FirstLeaf": Mutant(Engine(meaning=FirstLeaf), "runs"),
    "LongList": Mutant(Engine(meaning=LongList), "walk", ("AddBox",)),
    "NothingIsSomebody": Mutant(Engine(meaning=NothingIsSomebody), "walk", ("Shut", "Swap")),
    "MissingIsZero": Mutant(Engine(meaning=MissingIsZero), "runs"),
    "NarrowArguments": Mutant(Engine(meaning=NarrowArguments), "walk", ("AddStore",)),
    "DrawsAreConstant": Mutant(Engine(meaning=DrawsAreConstant), "runs"),
    "NoDefault": Mutant(Engine(arbitrary=NoDefault), "true", ("Shut",)),
    "AllRowsExist": Mutant(Engine(arbitrary=AllRowsExist), "runs"),
    "OneRun": Mutant(Engine(arbitrary=OneRun), "runs"),
    "FullAtFirst": Mutant(Engine(initial=FullAtFirst), "true", ("Swap",)),
    "WrongSubset": Mutant(Engine(rules=WrongSubset), "sums"),
    "KeysCountTwice": Mutant(Engine(rules=KeysCountTwice), "sums"),
    "KeysForgotten": Mutant(Engine(rules=KeysForgotten), "sums"),
    "NoExceptions": Mutant(Engine(rules=NoExceptions), "sums"),
    "NoLemmas": Mutant(Engine(rules=NoLemmas), "true", ("AddStore",)),
    "AtMostOne": Mutant(Engine(rules=AtMostOne), "sums"),
    "no guards": Mutant(Engine(assumptions=no_guards), "walk", ("AddStore",)),
    "everybody is honest": Mutant(Engine(assumptions=everybody_is_honest), "walk", ("Visit",)),
    "a guard turned round": Mutant(Engine(assumptions=guards_at_once), "walk", ("Shut",)),
    "the goal assumed": Mutant(Engine(denied=lambda node: node), "false"),
    "nothing denied": Mutant(Engine(denied=lambda node: f.TRUE), "true", ("Swap",)),
    "everything denied": Mutant(Engine(denied=lambda node: f.FALSE), "false"),
}
