"""Execution: what an endorser computes from a proposal and the committed state, as a read and a write set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

from ledger_runtime.digests import Oracle
from ledger_runtime.errors import ExecutionLimit, OversizedValue, UnknownTransaction, WrongArguments
from ledger_runtime.keys import decode_key
from ledger_runtime.store import Stored, Version
from ledger_runtime.values import LARGEST_VALUE_BYTES, RowCodec, canonical, check_value
from spec import concrete
from spec.compiled import Compiled
from spec.concrete import Key, Outcome, Row, RowId, View
from spec.errors import Refused, choices
from spec.tracing import Transaction

MOST_READS = 100_000

Event = tuple[str, tuple[Any, ...]]
Range = tuple[tuple[str, Version], ...]


@dataclass(frozen=True)
class ReadWriteSet:
    """What a transaction read (key: version, None for no row; prefix: the keys and versions below it) and what it will write."""

    reads: Mapping[str, Version | None]
    ranges: Mapping[str, Range]
    writes: Mapping[str, bytes]

    def __post_init__(self) -> None:
        for name in ("reads", "ranges", "writes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def data(self) -> dict[str, Any]:
        """As plain data, for hashing and for files."""
        writes = {key: value.hex() for key, value in self.writes.items()}
        return {"reads": dict(self.reads), "ranges": dict(self.ranges), "writes": writes}

    @cached_property
    def encoded(self) -> bytes:
        """As canonical bytes, made once: nobody can change the mappings in place."""
        return canonical(self.data())


@dataclass(frozen=True)
class Simulated:
    """The result of a simulation: nothing of it is committed."""

    read_write_set: ReadWriteSet
    event: Event | None


def nothing_first(part: Any) -> tuple[bool, Any]:
    """Order of key components, of which some may be references to nothing."""
    return part is not None, part


class State(Protocol):
    """What executing asks of the committed state."""

    def get(self, key: str) -> Stored | None: ...

    def range(self, prefix: str) -> Range: ...


class Recording(View):
    """A view of the committed state that notes every key and every range that is read."""

    def __init__(self, codec: RowCodec, store: State, oracle: Oracle) -> None:
        super().__init__(codec.schema, {}, Scans(codec, self.identifiers), make=oracle.make, open=oracle.open)
        self.codec, self.store = codec, store
        self.reads: dict[str, Version | None] = {}
        self.ranges: dict[str, Range] = {}
        self._known: dict[RowId, Row | None] = {}

    def row(self, table: str, key: Key) -> Row | None:
        identity = (table, key)
        if identity in self._known:
            return self._known[identity]
        name = self.codec.key(table, key)
        stored = self.store.get(name)
        self.reads[name] = None if stored is None else stored.version
        self._within_limit()
        row = self._known[identity] = None if stored is None else self.codec.row(table, stored.value)
        return row

    def last_keys(self, table: str, prefix: Key) -> list[Any]:
        """The next key components below a prefix, each once, in their own order, which is that of the reference meaning."""
        name = self.codec.key(table, prefix)
        if name not in self.ranges:
            self.ranges[name] = self.store.range(name)
            self._within_limit()
        return sorted({decode_key(key)[1][len(prefix)] for key, _ in self.ranges[name]}, key=nothing_first)

    def identifiers(self, tables: Iterable[str]) -> list[Any]:
        """Every identifier that a row of the tables has: a declared scan, one range for each table."""
        return sorted({identifier for table in tables for identifier in self.last_keys(table, ())}, key=nothing_first)

    def _within_limit(self) -> None:
        if len(self.reads) + sum(map(len, self.ranges.values())) > MOST_READS:
            raise ExecutionLimit(f"a transaction may read {MOST_READS} rows, this one reads more")


class Scans(Mapping[str, list[Any]]):
    """The values of a sort, as far as the ledger knows them: read when a declared scan asks for them."""

    def __init__(self, codec: RowCodec, identifiers: Callable[[Iterable[str]], list[Any]]) -> None:
        self._codec, self._identifiers = codec, identifiers

    def __getitem__(self, sort: str) -> list[Any]:
        return self._identifiers(self._codec.keyed_by(sort))

    def __iter__(self) -> Iterator[str]:
        return iter(self._codec.schema.tables)

    def __len__(self) -> int:
        return len(self._codec.schema.tables)


class Chaincode:
    """A protocol's transactions, executable: compiled, or (`reference`) by the walk that the compiled code is compared with."""

    def __init__(self, compiled: Compiled, oracle: Oracle, reference: bool = False) -> None:
        self.protocol = compiled.protocol
        self.codec = RowCodec(self.protocol)
        self.oracle, self.reference = oracle, reference
        self._run: Callable[[Transaction, dict[str, Any], View], Outcome] = concrete.run if reference else compiled.run

    def transaction(self, name: str) -> Transaction:
        """A transaction by name; UnknownTransaction also for a step off the ledger."""
        found = self.protocol.transactions.get(name)
        if found is None or not found.on_ledger:
            where = "is no transaction" if found is None else "is a step off the ledger"
            called = [known for known, transaction in self.protocol.transactions.items() if transaction.on_ledger]
            raise UnknownTransaction(f"{name!r} {where}; choices: {choices(called)}")
        return found

    def checked(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments in the transaction's order; WrongArguments, WrongKind or OversizedValue when it cannot be called with them."""
        parameters = self.transaction(name).parameters
        if not all(type(given) is str for given in arguments) or set(parameters) != set(arguments):
            missing, surplus = set(parameters) - set(arguments), {str(given) for given in set(arguments) - set(parameters)}
            raise WrongArguments(f"{name} takes ({', '.join(parameters)}); missing: {choices(missing)}; not asked for: {choices(surplus)}")
        for parameter, kind in parameters.items():
            check_value(kind, arguments[parameter], f"{name}.{parameter}")
        if sum(len(value) for value in arguments.values() if type(value) is str) > LARGEST_VALUE_BYTES:
            raise OversizedValue(f"the arguments of {name} have more than {LARGEST_VALUE_BYTES} characters together")
        return {parameter: arguments[parameter] for parameter in parameters}

    def simulate(self, name: str, arguments: Mapping[str, Any], store: State) -> Simulated:
        """Run a transaction against the committed state.  Raises `spec.errors.Refused` with the guard that does not hold."""
        transaction, environment = self.transaction(name), self.checked(name, arguments)
        recording = Recording(self.codec, store, self.oracle)
        outcome = self._run(transaction, environment, recording)
        if outcome.refused:
            raise Refused(name, outcome.refused, environment)
        writes = {self.codec.key_to_write(*row): self.codec.value(row[0], value) for row, value in outcome.writes.items()}
        return Simulated(ReadWriteSet(recording.reads, recording.ranges, writes), outcome.event)
