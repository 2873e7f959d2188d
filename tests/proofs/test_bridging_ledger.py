"""The bridging theorem against execution: readings say what is read, equal reads give equal outcomes, what commits is serial.

And the other way round: a ledger, or a statement, that is broken on purpose is caught by one of these comparisons.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest

from ledger_runtime.blocks import Code
from ledger_runtime.execution import Chaincode, Recording
from ledger_runtime.network import Network
from ledger_runtime.store import Version
from ledger_runtime.validation import Ledger
from model.enumeration import Rows
from model.market import populate
from model.scope import Scope, values_of
from properties import bridging
from properties.claims import sometimes_of
from properties.paper_claims import CLAIMS
from properties.starts import populated
from spec import concrete
from spec.compiled import Compiled
from spec.concrete import Outcome, View
from spec.errors import Refused
from spec.text import Protocol
from spec.tracing import Transaction
from spec.variants import variant
from tests.equivalence.sampling import Sampler
from tests.ledger.test_ledger_serial import Traffic, breaches
from tests.proofs import warehouse
from tests.proofs.random_texts import UNIVERSE, random_text
from tests.proofs.reading import described, executed, stops
from tests.proofs.test_bridging import LISTED
from tests.rules import test_hardened_rules as hardened

SAMPLES, SEEDS, BLOCKS = 25, range(12), 25
Sample = tuple[Transaction, dict[str, Any], View]


# --- samples: a step, arguments and a state, accepted or refused ---


def of_paper() -> Iterator[Sample]:
    sampler = Sampler(variant("paper").load(), Scope.parse("2x1"), seed=1, walks=20)
    for name, step in sampler.protocol.transactions.items():
        if step.on_ledger:
            for rows, coalition, arguments in itertools.islice(sampler.begin(name).samples(name), SAMPLES):
                yield step, arguments, sampler.view(rows, coalition)


def of_hardened() -> Iterator[Sample]:
    """Each step where it is accepted, and in the state after it, where most are refused; and at other places of the honest run."""
    market = hardened.honest()
    universe = hardened.SCOPE.universe(market.protocol)
    for name, step in hardened.ledger_steps().items():
        rows, arguments = hardened.accepted(name)
        after = {**rows, **market.run(name, rows, arguments).writes}
        for state in (rows, after, *market.states[:: len(market.states) // 6]):
            yield step, arguments, View(market.protocol.schema, state, universe)


def of_warehouse() -> Iterator[Sample]:
    rng = random.Random(1)
    for step in warehouse.loaded().transactions.values():
        for _ in range(SAMPLES):
            arguments = {name: rng.choice(values_of(kind, warehouse.UNIVERSE)) for name, kind in step.parameters.items()}
            view = warehouse.any_state(rng)
            yield step, arguments, View(view.schema, view.rows, {**view.universe, **known(view.schema, view.rows)})


def known(schema: Any, rows: Rows) -> dict[str, list[Any]]:
    """The identifiers that the ledger knows: what a declared scan comes to."""
    single = {name: table.key[0][1].sort for name, table in schema.tables.items() if table.on_ledger and len(table.key) == 1}
    found: dict[str, set[Any]] = {sort: set() for sort in single.values()}
    for table, key in rows:
        if table in single:
            found[single[table]].add(key[0])
    return {sort: sorted(values) for sort, values in found.items()}


GROUPS: dict[str, Callable[[], Iterator[Sample]]] = {"paper": of_paper, "hardened": of_hardened, "warehouse": of_warehouse}


@cache
def samples(group: str) -> list[Sample]:
    return list(GROUPS[group]())


# --- readings say what is read ---


def misdescribed(group: str) -> tuple[list[str], Counter[str]]:
    """Steps whose readings say more than was read; and how often they said exactly that, accepted or refused."""
    wrong, seen = [], Counter[str]()
    for step, arguments, view in samples(group):
        outcome, rows, ranges = executed(step, arguments, view)
        told_rows, told_ranges = described(view.schema, step, arguments, view)
        if not (told_rows <= rows and told_ranges <= ranges):
            wrong.append(step.name)
        exact = (told_rows, told_ranges) == (rows, ranges)
        seen["exact" if exact else "cut short" if stops(view.schema, step) else "less"] += 1
        seen["refused" if outcome.refused else "accepted"] += 1
    return wrong, seen


@pytest.mark.parametrize("group", GROUPS)
def test_readings_never_say_more_than_is_read(group: str) -> None:
    """And exactly what is read, unless a quantifier is decided early."""
    wrong, seen = misdescribed(group)
    assert wrong == [] and seen["less"] == 0
    assert seen["exact"] > 0.9 * len(samples(group))
    assert min(seen["accepted"], seen["refused"]) > 20


def looks_at_all(reader: Any, e: Any, path: Any) -> Iterator[bridging.Reading]:
    domain, variable, condition, body = e._args
    yield from reader.domain(domain, path)
    yield from reader.looped(bridging.Binder(domain, variable, condition), body, path)


def takes_every_part(reader: Any, e: Any, path: Any) -> Iterator[bridging.Reading]:
    """As if a conjunction, and a choice, evaluated all of their parts."""
    if e._op in bridging.QUANTIFIERS:
        yield from reader.quantified(e, path)
        return
    for argument in (one for one in e._args if isinstance(one, bridging.Expression)):
        yield from reader.value(argument, path)
    if e._op in ("field", "exists"):
        yield bridging.Reading(e._args[0], tuple(e._args[2 if e._op == "field" else 1 :]), path, bridging.EXISTS)


@pytest.mark.parametrize(("part", "instead"), [("quantified", looks_at_all), ("value", takes_every_part)])
def test_readings_that_say_more_are_caught(monkeypatch: pytest.MonkeyPatch, part: str, instead: Any) -> None:
    """They would make a proof of nothing: more agreement than validation gives."""
    monkeypatch.setattr(bridging.Reader, part, instead)
    assert misdescribed("hardened")[0]


# --- equal reads give equal outcomes ---


@pytest.mark.parametrize("group", ["paper", "hardened"])
def test_rows_that_were_not_read_do_not_matter(group: str) -> None:
    """The theorem itself, by brute force: everything else in the state is changed."""
    rng, changed = random.Random(2), 0
    pool = [view.rows for _, _, view in samples(group)[::5]]
    for step, arguments, view in samples(group):
        outcome, rows, ranges = executed(step, arguments, view)

        def was_read(row: Any, rows: Any = rows, ranges: Any = ranges) -> bool:
            return row in rows or any(row[0] == table and row[1][: len(prefix)] == prefix for table, prefix in ranges)

        other = rng.choice(pool)
        mixed = {row: value for row, value in other.items() if not was_read(row)}
        mixed.update((row, value) for row, value in view.rows.items() if was_read(row))
        changed += mixed != view.rows
        assert executed(step, arguments, View(view.schema, mixed, view.universe, view.coalition))[0] == outcome, step.name
    assert changed > len(samples(group)) / 2


# --- what commits is serial ---


def traffic_of(protocol: Protocol, seed: int) -> Network:
    network = Network(protocol, seed=seed)
    Traffic(network, UNIVERSE, {}, random.Random(seed)).run(BLOCKS)
    return network


@cache
def text(seed: int) -> Protocol:
    return random_text(seed)


def codes(network: Network) -> Counter[str]:
    return Counter(str(code) for block in network.blocks for code in block.codes)


def test_random_transactions_commit_as_in_a_serial_run() -> None:
    counts = Counter[str]()
    for seed in SEEDS:
        network = traffic_of(text(seed), seed)
        assert breaches(network) == [], seed
        counts += codes(network)
    assert counts["VALID"] > 300 and counts["MVCC_READ_CONFLICT"] > 300 and counts["PHANTOM_READ_CONFLICT"] > 3


def test_the_store_keeps_to_the_rule_of_versions() -> None:
    """What the proof assumes of commits: versions rise, rows stay, and an equal version is an equal row, from any earlier state on."""
    kept, compared = 0, 0
    for seed in SEEDS:
        network, seen = Network(text(seed), seed=seed), list[dict[str, tuple[bytes, Version]]]()
        traffic = Traffic(network, UNIVERSE, {}, random.Random(seed))
        for _ in range(BLOCKS):
            traffic.run(1)
            store = network.ledger.store
            now = {key: (value, found) for key, value in store.items() if (found := store.version(key)) is not None}
            for before in seen:
                assert before.keys() <= now.keys()
                for key, (value, version) in before.items():
                    assert now[key] == (value, version) or now[key][1] > version
                    kept += now[key][1] == version
                    compared += 1
            seen.append(now)
    assert 0 < kept < compared


class Honest:
    """The honest calls to a completed round of the hardened market, each in a block with earlier ones, as they were or changed."""

    def __init__(self, seed: int) -> None:
        self.protocol, scope = hardened.honest().protocol, Scope(1, 2)
        self.universe, self.rng = scope.universe(self.protocol), random.Random(seed)
        compiled = Compiled(self.protocol)
        self.network = Network(self.protocol, seed=seed, compiled=compiled)
        market = populate(self.protocol, compiled, scope, populated(self.protocol))
        completed = ~sometimes_of(CLAIMS["C31"], self.protocol).states["sometimes"]
        steps = [*market.steps, *populate(self.protocol, compiled, scope, completed, start=market).steps]
        self.calls = [call for call in steps if self.protocol.transactions[call[0]].on_ledger]

    def propose(self, name: str, arguments: dict[str, Any]) -> None:
        with suppress(Refused):
            self.network.submit(self.network.propose(name, self.network.to_ledger(name, arguments)))

    def changed(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        kinds = self.protocol.transactions[name].parameters
        chosen = self.rng.choice(list(kinds))
        return {**arguments, chosen: self.rng.choice(values_of(kinds[chosen], self.universe))}

    def run(self) -> Network:
        for place, (name, arguments) in enumerate(self.calls):
            self.propose(name, arguments)
            for _ in range(3):
                other = self.rng.choice(self.calls[max(0, place - 4) : place + 1])
                self.propose(other[0], self.changed(*other) if self.rng.random() < 0.6 else other[1])
            self.network.cut(range(len(self.network.mempool)))
        return self.network


def test_hardened_transactions_commit_as_in_a_serial_run() -> None:
    counts, names = Counter[str](), set()
    for seed in range(3):
        network = Honest(seed).run()
        assert breaches(network) == []
        counts += codes(network)
        names |= {e.transaction for b in network.blocks for e, code in zip(b.transactions, b.codes, strict=True) if code == Code.VALID}
    assert counts["VALID"] > 90 and counts["MVCC_READ_CONFLICT"] > 20
    assert {"ApproveTC", "StartRound", "CommitTJ", "OpenReveal", "UpdateTJ"} <= names


# --- ledgers that are broken on purpose ---


def forgets_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads of one table are left out of the read set."""
    row = Recording.row

    def forgetful(self: Recording, table: str, key: Any) -> Any:
        found = row(self, table, key)
        if table == "Node":
            self.reads.pop(self.codec.key(table, key), None)
        return found

    monkeypatch.setattr(Recording, "row", forgetful)


def reads_points_for_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A range is read as the rows that were there."""
    last_keys = Recording.last_keys

    def pointwise(self: Recording, table: str, prefix: Any) -> Any:
        found = last_keys(self, table, prefix)
        self.reads.update(self.ranges.pop(self.codec.key(table, prefix), ()))
        return found

    monkeypatch.setattr(Recording, "last_keys", pointwise)


def checks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "_conflict", lambda self, endorsed: Code.VALID)


def versions_are_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row that a block writes has the same version."""
    put = Ledger.commit

    def coarse(self: Ledger, transactions: Any) -> Any:
        store = self.store.put
        monkeypatch.setattr(self.store, "put", lambda key, value, version, who: store(key, value, Version(0, 0), who))
        return put(self, transactions)

    monkeypatch.setattr(Ledger, "commit", coarse)


def sequential(transaction: Transaction, arguments: dict[str, Any], view: View) -> Outcome:
    """Effect after effect, each of which reads what those before it wrote: what a reader of a program would expect."""
    written: dict[Any, Any] = {}

    class Over(View):
        def row(self, table: str, key: Any) -> Any:
            return written[table, key] if (table, key) in written else view.row(table, key)

        def last_keys(self, table: str, prefix: Any) -> list[Any]:
            new = {key[len(prefix)] for name, key in written if name == table and key[: len(prefix)] == prefix}
            return sorted({*view.last_keys(table, prefix), *new}, key=lambda part: (part is not None, part))

    over = Over(view.schema, {}, view.universe, view.coalition, view.make, view.open)
    refused = concrete.run(transaction, arguments, view).refused
    if refused:
        return Outcome(refused)
    for write in transaction.writes:
        written.update(concrete.perform([write], arguments, over))
    bare = Transaction(**{**transaction.__dict__, "guards": {}, "effects": {}})
    return Outcome(None, written, concrete.run(bare, arguments, over).event)


def sees_its_own_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Chaincode.__init__

    def changed(self: Chaincode, compiled: Compiled, oracle: Any, reference: bool = False) -> None:
        made(self, compiled, oracle, reference)
        self._run = sequential

    monkeypatch.setattr(Chaincode, "__init__", changed)


BROKEN = [forgets_a_table, reads_points_for_ranges, checks_nothing, versions_are_blocks, sees_its_own_writes]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_ledger_is_caught(monkeypatch: pytest.MonkeyPatch, broken: Callable[[pytest.MonkeyPatch], None]) -> None:
    broken(monkeypatch)
    assert any(breaches(traffic_of(text(seed), seed)) for seed in range(40))


def test_own_writes_matter_only_where_an_own_read_is_listed() -> None:
    """Executed effect by effect, a transaction without own reads gives the same; of those with own reads some do not."""
    differing = set()
    for group in ("paper", "hardened"):
        for step, arguments, view in samples(group):
            if sequential(step, arguments, view) != concrete.run(step, arguments, view):
                assert step.name in LISTED[group], step.name
                differing.add((group, step.name))
    assert {("paper", "UpdateTJ"), ("paper", "StartRound"), ("hardened", "StartRound")} <= differing
