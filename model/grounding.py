"""Which consequences of the definitions are asserted: instances for the terms that occur, witnesses, lemmas of sums.

Whatever is left out can only make a proof fail.  Whatever is asserted follows from the definitions of the symbols in
`model.unbounded`, so it is true in every state that is extended to these symbols.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from model import formulas as f
from model.counting import Rules
from model.formulas import NUMBER, Node
from model.unbounded import Exists, Meaning, Sum, Value

MOST_ASSERTIONS = 4_000
# How many sums of a pool are looked at one by one, in pairs, and in threes.
MOST_SUMS = {1: 40, 2: 12, 3: 5}
NUMBERS = f"(declare-datatypes (({f.sort_text(NUMBER)} 0)) (((|no number|) (number (value Int)))))"
# Sums of three are looked at, and sums that the goal does not speak of compared, only when terms of this generation are.
THOROUGH = 2


class Grounding:
    """One question to a solver, without quantifiers: what is asserted, and the terms of each pool with their generation.

    Terms of the question itself are of generation 0; terms that come up in an instance are one generation younger than what
    it is an instance of.  Only terms up to the generation `deep` are instantiated with, so that the work ends.
    """

    def __init__(self, meaning: Meaning, deep: int, rules: Rules, paired: int = MOST_SUMS[2]) -> None:
        self.meaning, self.deep, self.rules = meaning, deep, rules
        self.most_sums = {**MOST_SUMS, 2: paired}
        self.assertions: list[tuple[str, Node]] = []
        self.own: set[str] = set()
        self.pools: dict[str, dict[Node, int]] = {}
        self.universals: dict[Exists, int] = {}
        self.sums: dict[Sum, int] = {}
        self.central: set[Sum] = set()
        self.inner: dict[tuple[Sum, ...], None] = {}
        self._walked: set[tuple[Node, int]] = set()
        self._done: set[Any] = set()

    def add(self, reason: str, node: Node) -> None:
        """Assert a node of the question, the goal first, and follow the symbols in it."""
        first = not self.assertions
        self.own.add(reason)
        self.state(reason, node)
        self.follow(node, 1, 0, 0)
        self.central |= set(self.sums) if first else set()

    def state(self, reason: str, node: Node) -> None:
        if node is not f.TRUE and node not in self._done:
            self._done.add(node)
            self.assertions.append((reason, node))

    def collect(self, pool: str, node: Node, generation: int) -> None:
        if pool:
            self.pools.setdefault(pool, {}).setdefault(node, generation)

    def follow(self, node: Node, polarity: int, generation: int, terms: int) -> None:
        """Collect terms and symbols; polarity 1 where a symbol's being true matters, -1 its being false, 0 both."""
        pending = [(node, polarity)]
        while pending:
            node, polarity = current = pending.pop()
            if current in self._walked or (node, 0) in self._walked:
                continue
            self._walked.add(current)
            if node.op == "app" or node.op == "con":
                self.met(node, polarity, generation, terms)
            if node.op == "not":
                pending.append((node.args[0], -polarity))
            elif node.op in ("and", "or"):
                pending.extend((argument, polarity) for argument in reversed(node.args))
            elif node.op == "ite":
                pending.extend(((node.args[2], polarity), (node.args[1], polarity), (node.args[0], 0)))
            else:
                pending.extend((argument, 0) for argument in reversed(node.args))

    def met(self, node: Node, polarity: int, generation: int, terms: int) -> None:
        meaning = self.meaning
        for argument, pool in zip(node.args, meaning.pools_of.get(node.name, ()), strict=False):
            self.collect(pool, argument, terms)
        if node in meaning.facts and ("fact", node) not in self._done:
            self._done.add(("fact", node))
            reason, fact = meaning.facts[node]
            self.state(reason, fact)
            self.follow(fact, 1, generation, terms)
        found = meaning.existentials.get(node)
        if found is not None:
            if polarity >= 0:
                self.witnessed(found, generation, terms)
            if polarity <= 0:
                self.universals.setdefault(found, generation)
        if node in meaning.sums:
            self.sums.setdefault(meaning.sums[node], generation)

    def witnessed(self, found: Exists, generation: int, terms: int) -> None:
        """If something is it, the witnesses are it."""
        if found not in self._done:
            self._done.add(found)
            body = self.body(found, found.witnesses)
            self.state("witness", f.implication(found.symbol, body))
            for pool, witness in zip(found.pools, found.witnesses, strict=True):
                self.collect(pool, witness, terms)
            self.follow(body, 1, generation, terms)

    def instance(self, found: Exists, values: Value, generation: int) -> None:
        """If these values are it, something is it."""
        body = self.body(found, values)
        self.state("instance", f.implication(body, found.symbol))
        self.follow(body, -1, generation, generation + 1)

    def body(self, found: Exists, values: Value) -> Node:
        identity = (found, values)
        node = self.meaning.memory.get(identity)
        if node is None:
            node = self.meaning.memory[identity] = found.body(values)
        return node

    def saturate(self) -> None:
        """State consequences until nothing new comes up, or until there are too many."""
        before = -1
        while before < len(self.assertions) < MOST_ASSERTIONS:
            before = len(self.assertions)
            self.instances()
            self.lemmas()

    def terms(self, pool: str) -> list[tuple[Node, int]]:
        return [(x, generation) for x, generation in self.pools.get(pool, {}).items() if generation <= self.deep]

    def instances(self) -> None:
        for found, born in list(self.universals.items()):
            for chosen in itertools.product(*(self.terms(pool) for pool in found.pools)):
                if len(self.assertions) >= MOST_ASSERTIONS:
                    return
                values = tuple(x for x, _ in chosen)
                if (found, values) not in self._done:
                    self._done.add((found, values))
                    self.instance(found, values, max([born, *(generation for _, generation in chosen)]))

    def lemmas(self) -> None:
        """About sums of the question, and of instances with its terms."""
        for group in self.groups():
            if group not in self._done:
                self._done.add(group)
                for lemma in self.rules.lemmas(*group):
                    self.state(lemma.rule, lemma.statement)
                    if lemma.witness is not None:
                        self.collect(group[0].pool, lemma.witness, 1)
                    self.follow(lemma.statement, 1, 1, 1)
                    self.inner |= dict.fromkeys(self.parts(group, lemma.witness))
        for s in self.known():
            for x, _ in self.terms(s.pool):
                if (s, x) not in self._done:
                    self._done.add((s, x))
                    for lemma in self.rules.element(s, x):
                        self.state(lemma.rule, lemma.statement)
                        self.follow(lemma.statement, 1, 1, 1)

    def parts(self, group: tuple[Sum, ...], witness: Node | None) -> Iterator[tuple[Sum, ...]]:
        """Where sums of the question are made of sums: those at one place, of each of them."""
        if all(self.sums[s] == 0 for s in group):
            for place in [*([] if witness is None else [witness]), *self.rules.keys.get(group[0].pool, [])]:
                made_of = [[node for node in f.below([s.term(place)]) if node in self.meaning.sums] for s in group]
                yield from (tuple(self.meaning.sums[node] for node in chosen) for chosen in itertools.product(*made_of))

    def known(self) -> list[Sum]:
        return [s for s, generation in self.sums.items() if generation == 0]

    def groups(self) -> Iterator[tuple[Sum, ...]]:
        """One, two or three sums over one pool, as long as there are not too many; at first such as the goal speaks of."""
        yield from list(self.inner)
        pools: dict[str, list[Sum]] = {}
        for s in self.known():
            pools.setdefault(s.pool, []).append(s)
        for sums in pools.values():
            speaks = self.deep < THOROUGH and any(s in self.central for s in sums)
            for size, most in self.most_sums.items():
                if size < 3 or self.deep >= THOROUGH or len(sums) == size:
                    groups = itertools.combinations(sums[:most], size)
                    yield from (group for group in groups if size == 1 or not speaks or any(s in self.central for s in group))

    def text(self, places: Iterable[int] | None = None) -> str:
        """The question in SMT-LIB, without its answer; or as much of it as the assertions at these places say."""
        chosen = self.assertions if places is None else [self.assertions[place] for place in places]
        used: dict[str, None] = {}
        for node in f.below(node for _, node in chosen):
            used[node.sort] = None
        return f.script(chosen, declarations(self.meaning, used))

    def reasons(self, places: Iterable[int]) -> tuple[str, ...]:
        """What of the question stands at these places, each reason once; its consequences are left out."""
        return tuple(dict.fromkeys(reason for place in places if (reason := self.assertions[place][0]) in self.own))


def declarations(meaning: Meaning, used: dict[str, None]) -> Iterator[str]:
    """Sorts in the order of their dependence: identifiers have no structure, images and enumerations are datatypes."""
    images = [sort for sort in used if sort in meaning.sorts and meaning.sorts[sort].image_of]
    for name in dict.fromkeys([*used, *(meaning.sorts[image].image_of for image in images)]):
        sort = f.sort_text(name)
        if name in meaning.enumerations:
            values = " ".join(f"({f.quoted(f'{name} {value}')})" for value in ("none", *meaning.enumerations[name].values))
            yield f"(declare-datatypes (({sort} 0)) (({values})))"
        elif name == NUMBER:
            yield NUMBERS
        elif name in meaning.sorts and name not in images:
            yield f"(declare-sort {sort} 0)"
    for name in images:
        origin = meaning.sorts[name].image_of
        values = " ".join(f"({f.quoted(f'{name} {value}')})" for value in ("none", *meaning.sorts[name].besides))
        made = f"({f.quoted(f'{name} of')} ({f.quoted(f'{name} origin')} {f.sort_text(origin)}))"
        yield f"(declare-datatypes (({f.sort_text(name)} 0)) (({values} {made})))"
