"""Rules for counts and sums of any size: each says something true of all finite sums, with fresh witnesses for its exceptions.

A count is a sum of ones, so there is one set of rules.  `term(x)` is what the element x contributes.  A rule of the form
'if everywhere ... then ...' is stated as 'at the witness not ..., or ...': the witness is an exception if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from model import formulas as f
from model.formulas import Node
from model.unbounded import Sum

ZERO, ONE = f.number(0), f.number(1)


@dataclass(frozen=True)
class Lemma:
    """A true statement about sums; `witness` is a fresh constant to look at, if the rule has one."""

    rule: str
    statement: Node
    witness: Node | None = None


@dataclass
class Rules:
    """`keys` are the places of each pool at which sums may be expected to differ; `witness` gives one constant for each identity."""

    keys: dict[str, list[Node]]
    witness: Callable[[Any, str], Node]

    def lemmas(self, *sums: Sum) -> Iterator[Lemma]:
        """What is true of one, two or three sums over one pool."""
        rules: dict[int, Callable[..., Iterator[Lemma]]] = {1: self.of_one, 2: self.of_two, 3: self.of_three}
        return rules[len(sums)](*sums)

    def of_one(self, s: Sum) -> Iterator[Lemma]:
        yield self.sign(s)
        yield self.nearly_zero(s, [])
        if self.keys.get(s.pool):
            yield self.nearly_zero(s, self.keys[s.pool])
        if s.counts and s.length is not None:
            yield from self.listed(s, s.length)

    def sign(self, s: Sum) -> Lemma:
        """A sum of nothing negative is not negative."""
        if s.counts:
            return Lemma("a count is not negative", f.at_most(ZERO, s.symbol))
        x = self.witness(("negative", s.symbol), s.sort)
        return Lemma("no negative part", f.disjunction(f.less(s.term(x), ZERO), f.at_most(ZERO, s.symbol)), x)

    def nearly_zero(self, s: Sum, keys: list[Node]) -> Lemma:
        """A sum that is zero outside of some keys is the sum over these keys."""
        x = self.witness(("not zero", s.symbol, *keys), s.sort)
        elsewhere = f.conjunction(self.outside(x, keys), f.negation(f.equal(s.term(x), ZERO)))
        return Lemma("zero elsewhere", f.disjunction(elsewhere, f.equal(s.symbol, self.over(keys, s.term))), x)

    def listed(self, s: Sum, length: Node) -> Iterator[Lemma]:
        """A count over a list is at most its length, and its length when every entry counts."""
        x = self.witness(("not counted", s.symbol), s.sort)
        missed = f.conjunction(f.at_most(ZERO, x), f.less(x, length), f.equal(s.term(x), ZERO))
        empty = f.less(length, ZERO)
        yield Lemma("at most the length", f.disjunction(empty, f.at_most(s.symbol, length)))
        yield Lemma("all of the list", f.disjunction(empty, missed, f.equal(s.symbol, length)), x)

    def element(self, s: Sum, x: Node) -> Iterator[Lemma]:
        """An element that counts makes the count at least one."""
        if s.counts:
            yield Lemma("an element counts", f.disjunction(f.equal(s.term(x), ZERO), f.at_most(ONE, s.symbol)))

    def of_two(self, a: Sum, b: Sum) -> Iterator[Lemma]:
        """Equal everywhere but at some keys: the difference is that at the keys.  Nowhere larger: not larger."""
        keys = self.keys.get(a.pool, [])
        x = self.witness(("different", a.symbol, b.symbol), a.sort)
        elsewhere = f.conjunction(self.outside(x, keys), f.negation(f.equal(a.term(x), b.term(x))))
        change = self.over(keys, lambda key: f.minus(a.term(key), b.term(key)))
        yield Lemma("equal elsewhere", f.disjunction(elsewhere, f.equal(f.minus(a.symbol, b.symbol), change)), x)
        for one, other in ((a, b), (b, a)):
            x = self.witness(("larger", one.symbol, other.symbol), a.sort)
            exception, smaller = f.less(other.term(x), one.term(x)), [f.less(one.term(key), other.term(key)) for key in keys]
            strictly = f.disjunction(f.negation(f.disjunction(*smaller)), f.less(one.symbol, other.symbol))
            yield Lemma("nowhere larger", f.disjunction(exception, f.conjunction(f.at_most(one.symbol, other.symbol), strictly)), x)

    def of_three(self, a: Sum, b: Sum, c: Sum) -> Iterator[Lemma]:
        """A sum that is everywhere the sum of two others is the sum of both."""
        for whole, one, other in ((a, b, c), (b, a, c), (c, a, b)):
            x = self.witness(("not the parts", whole.symbol, one.symbol, other.symbol), a.sort)
            apart = f.negation(f.equal(whole.term(x), f.plus(one.term(x), other.term(x))))
            yield Lemma("sum of parts", f.disjunction(apart, f.equal(whole.symbol, f.plus(one.symbol, other.symbol))), x)

    def outside(self, x: Node, keys: list[Node]) -> Node:
        return f.conjunction(*(f.negation(f.equal(x, key)) for key in keys))

    def over(self, keys: list[Node], term: Callable[[Node], Node]) -> Node:
        """The sum over the different ones among the keys."""
        found = ZERO
        for position, key in enumerate(keys):
            again = f.disjunction(*(f.equal(key, earlier) for earlier in keys[:position]))
            found = f.plus(found, f.choose(again, ZERO, term(key)))
        return found
