"""Whether a history that was recorded elsewhere is one that the specification allows: docs/history.md has the form of its lines.

Each transaction is executed on the state that the valid ones before it made, and judged as a peer judges it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger_runtime.blocks import Block, Code
from ledger_runtime.digests import Oracle
from ledger_runtime.errors import LedgerError, MalformedFile
from ledger_runtime.execution import Chaincode, ReadWriteSet, Simulated
from ledger_runtime.keys import decode_key
from ledger_runtime.store import Store, Version
from ledger_runtime.transfer import parsed
from ledger_runtime.values import RowCodec, canonical, shown
from spec.compiled import Compiled
from spec.errors import Refused, choices
from spec.text import Protocol

FORMAT = "marketproof history 1"
NEEDED = {"block", "transaction", "arguments", "writes", "code"}
OPTIONAL = {"id", "reads", "ranges", "event"}
UNCHECKED = (Code.ENDORSEMENT_POLICY_FAILURE, Code.BAD_CREATOR_SIGNATURE, Code.BAD_PROPOSAL_TXID, Code.BAD_PAYLOAD)


class NotAllowed(LedgerError):
    """The first step of a history that the specification does not allow."""

    def __init__(self, line: int, step: str, why: str) -> None:
        super().__init__(f"line {line}, {step}: {why}")
        self.line, self.step, self.why = line, step, why


@dataclass(frozen=True)
class Step:
    """One transaction of a history. reads, ranges: None where they were not recorded."""

    line: int
    block: int
    place: int
    transaction: str
    arguments: Mapping[str, Any]
    writes: Mapping[str, bytes]
    code: Code
    identifier: str | None
    reads: Mapping[str, Version | None] | None
    ranges: Mapping[str, tuple[tuple[str, Version], ...]] | None
    event: Any

    def __str__(self) -> str:
        return f"block {self.block}, transaction {self.place} ({self.transaction})"


@dataclass
class Checked:
    """What was looked at: transactions by code, and what the history does not say."""

    codes: Counter[str] = field(default_factory=Counter)
    without_reads: int = 0
    unchecked: int = 0


class History:
    """Judges a history step by step."""

    def __init__(self, protocol: Protocol) -> None:
        self.chaincode = Chaincode(Compiled(protocol), Oracle())
        self.codec: RowCodec = self.chaincode.codec
        self.store, self.checked = Store(), Checked()
        self._seen: set[str] = set()

    def check(self, steps: Iterable[Step]) -> Checked:
        """Raise NotAllowed at the first step that is not allowed."""
        for step in steps:
            self._check(step)
            self.checked.codes[step.code.value] += 1
        return self.checked

    def _check(self, step: Step) -> None:
        expected = self._code(step)
        if step.code in UNCHECKED:
            self.checked.unchecked += 1  # whose signature was wrong cannot be seen in a history
        elif expected != step.code and not (step.reads is None and step.code != Code.VALID):
            said = f"its code is {step.code.value}, where validation gives {expected.value}{self._stale(step)}"
            raise NotAllowed(step.line, str(step), said)
        if step.identifier is not None and step.code not in UNCHECKED:
            self._seen.add(step.identifier)
        if step.code == Code.VALID:
            self._execute(step)
            for key, value in step.writes.items():
                self.store.put(key, value, Version(step.block, step.place), step.identifier or "")
        self.checked.without_reads += step.reads is None

    def _code(self, step: Step) -> Code:
        if step.identifier in self._seen and step.identifier is not None:
            return Code.DUPLICATE_TXID
        if any(self.store.version(key) != version for key, version in (step.reads or {}).items()):
            return Code.MVCC_READ_CONFLICT
        if any(self.store.range(prefix) != found for prefix, found in (step.ranges or {}).items()):
            return Code.PHANTOM_READ_CONFLICT
        return Code.VALID

    def _stale(self, step: Step) -> str:
        """Which read is not of what stands there, in words."""
        for key, version in (step.reads or {}).items():
            if self.store.version(key) != version:
                return f": it read {row_named(key)} as of {written(version)}, which is of {written(self.store.version(key))}"
        return ""

    def _execute(self, step: Step) -> None:
        """Run the transaction on the state here: guards, writes, event and reads have to be as recorded."""
        try:
            made = self.chaincode.simulate(step.transaction, step.arguments, self.store)
        except Refused as refused:
            raise NotAllowed(step.line, str(step), f"the specification refuses it: {refused}") from None
        except LedgerError as error:
            raise NotAllowed(step.line, str(step), str(error)) from None
        result = made.read_write_set
        for why in (*self._other_writes(step, result), *self._other_event(step, made), *missing_reads(step, result)):
            raise NotAllowed(step.line, str(step), why)

    def _other_writes(self, step: Step, made: ReadWriteSet) -> Iterator[str]:
        for key in sorted(made.writes.keys() | step.writes.keys()):
            ours, theirs = made.writes.get(key), step.writes.get(key)
            if theirs is None:
                yield f"it does not write {row_named(key)}, where the specification writes {self._cells(key, ours)}"
            elif ours is None:
                yield f"it writes {row_named(key)}, which the specification leaves as it is"
            elif ours != theirs:
                yield f"it writes {row_named(key)} as {self._cells(key, theirs)}, where the specification writes {self._cells(key, ours)}"

    def _cells(self, key: str, value: bytes | None) -> str:
        table = decode_key(key)[0]
        return "nothing" if value is None else canonical(self.codec.named(table, self.codec.row(table, value))).decode()

    @staticmethod
    def _other_event(step: Step, made: Simulated) -> Iterator[str]:
        event = None if made.event is None else [made.event[0], list(made.event[1])]
        if step.event is not ... and step.event != event:
            yield f"its event is {shown(step.event)}, where the specification has {shown(event)}"


def missing_reads(step: Step, made: ReadWriteSet) -> Iterator[str]:
    """What the outcome depends on and was not read, so that validation would not have noticed a change of it."""
    if step.reads is not None:
        below = list(step.ranges or {})
        for key in made.reads:
            if key not in step.reads and not any(key.startswith(prefix) for prefix in below):
                yield f"it did not read {row_named(key)}, on which it depends"
        for prefix in made.ranges:
            if prefix not in (step.ranges or {}):
                yield f"it did not read the range {row_named(prefix)}, on which it depends"


def row_named(key: str) -> str:
    table, parts = decode_key(key)
    return f"{table}[{', '.join(map(str, parts))}]"


def written(version: Version | None) -> str:
    return "before anything wrote it" if version is None else f"block {version.block}, transaction {version.transaction}"


# The lines.


def heading(line: bytes) -> dict[str, Any]:
    """The first line: which variant the history is of."""
    read = parsed(line, 1)
    if read.get("format") != FORMAT or not isinstance(read.get("variant"), str) or not isinstance(read.get("readings", {}), dict):
        raise MalformedFile(1, f"a history begins with {{\"format\": {FORMAT!r}, \"variant\": NAME}}, not with {shown(read)}")
    return read


def steps_of(lines: Iterable[bytes], codec: RowCodec) -> Iterator[Step]:
    """The steps of the lines after the first; MalformedFile for a line that is none."""
    block, place = 0, 0
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        read = parsed(line, number)
        try:
            if not set(read) >= NEEDED or not set(read) <= NEEDED | OPTIONAL:
                missing, surplus = NEEDED - set(read), set(read) - NEEDED - OPTIONAL
                raise ValueError(f"missing: {choices(missing)}; not asked for: {choices(surplus)}")
            if type(read["block"]) is not int or read["block"] < max(block, 1):
                raise ValueError(f"block {shown(read['block'])} cannot follow block {block}")
            block, place = read["block"], place + 1 if read["block"] == block else 0
            yield _step(number, place, read, codec)
        except (ValueError, TypeError, KeyError, AttributeError, LedgerError) as error:
            raise MalformedFile(number, str(error)) from None


def _step(line: int, place: int, read: dict[str, Any], codec: RowCodec) -> Step:
    if read["code"] not in list(Code):
        raise ValueError(f"no code {shown(read['code'])}; choices: {choices(code.value for code in Code)}")
    if not isinstance(read["arguments"], dict) or not isinstance(read["transaction"], str):
        raise ValueError("a transaction is a name, its arguments an object")
    rows = [(_key(codec, table, key), table, codec.named(table, cells)) for table, key, cells in read["writes"]]
    writes = {key: codec.value(table, tuple(cells.values())) for key, table, cells in rows}
    reads = None if read.get("reads") is None else {_key(codec, table, key): _version(version) for table, key, version in read["reads"]}
    ranges = {codec.key(table, tuple(prefix)): tuple((_key(codec, table, key), _sure(version)) for key, version in found)
              for table, prefix, found in read.get("ranges") or ()}  # fmt: skip
    identifier = read.get("id")
    if identifier is not None and not isinstance(identifier, str):
        raise ValueError(f"an id is a text, not {shown(identifier)}")
    called = read["transaction"], read["arguments"], writes, Code(read["code"])
    return Step(line, read["block"], place, *called, identifier, reads, ranges, read.get("event", ...))


def _key(codec: RowCodec, table: str, parts: list[Any]) -> str:
    codec.check_key(table, tuple(parts))
    return codec.key_to_write(table, tuple(parts))


def _version(version: Any) -> Version | None:
    return None if version is None else _sure(version)


def _sure(version: Any) -> Version:
    if not (isinstance(version, list) and len(version) == 2 and all(type(part) is int and part >= 0 for part in version)):
        raise ValueError(f"a version is [block, transaction] or null, not {shown(version)}")
    return Version(*version)


def told(blocks: Iterable[Block], codec: RowCodec, variant: str, readings: Mapping[str, str]) -> Iterator[bytes]:
    """A ledger's blocks as the lines of a history."""
    yield canonical({"format": FORMAT, "variant": variant, "readings": dict(readings)})
    for block in blocks:
        for endorsed, code in zip(block.transactions, block.codes, strict=True):
            result = endorsed.read_write_set
            rows = [(key, *codec.checked(key, value)) for key, value in result.writes.items()] if code not in UNCHECKED else []
            yield canonical({
                "block": block.number, "id": endorsed.transaction_id, "transaction": endorsed.transaction,
                "arguments": dict(endorsed.arguments), "code": code.value, "event": endorsed.event,
                "reads": [[*decode_key(key), version] for key, version in result.reads.items()],
                "ranges": [[*decode_key(prefix), [[decode_key(key)[1], version] for key, version in found]]
                           for prefix, found in result.ranges.items()],
                "writes": [[table, key, codec.named(table, row)] for _, (table, key), row in rows],
            })  # fmt: skip
