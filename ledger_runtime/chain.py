"""The chain as it is kept: blocks by number, the head after each, and what became of every transaction id."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

from ledger_runtime.blocks import Block, Code, decode_block, encode_block
from ledger_runtime.engines import Change, Engine
from ledger_runtime.errors import BrokenChain
from ledger_runtime.execution import Event

_NUMBER = struct.Struct(">Q")
_PLACE = struct.Struct(">QI")


class Head(NamedTuple):
    """Where a chain stands: two peers that agree have the same one at a height."""

    number: int
    hash: str
    commit_hash: str
    state_root: str


@dataclass(frozen=True)
class Receipt:
    """What became of a transaction."""

    transaction_id: str
    code: Code
    event: Event | None
    block: int


@dataclass(frozen=True)
class LedgerEvent:
    """What a listener of block events gets: of invalid transactions too, told apart only by the code."""

    block: int
    transaction: int
    transaction_id: str
    code: Code
    name: str
    payload: tuple[object, ...]


def events_of(block: Block) -> Iterator[LedgerEvent]:
    """One for each transaction of a block that had an event, valid or not."""
    for position, (endorsed, code) in enumerate(zip(block.transactions, block.codes, strict=True)):
        if endorsed.event is not None:
            yield LedgerEvent(block.number, position, endorsed.transaction_id, code, *endorsed.event)


class Chain(Sequence[Block]):
    """All blocks, the first is number 1.

    keeps: how many decoded blocks stay in memory, all when None; others are read and decoded when they are asked for.
    Raises BrokenChain, with the block's number, for one that is missing or that is no block any more.
    """

    def __init__(self, engine: Engine, genesis: str, keeps: int | None = None) -> None:
        self._engine, self._keeps, self.genesis = engine, keeps, genesis
        self.known: OrderedDict[int, Block] = OrderedDict()
        last = next(engine.scan("heads", backwards=True), None)
        self.head = Head(0, genesis, genesis, "") if last is None else self._head(_NUMBER.unpack(last[0])[0], last[1])

    @staticmethod
    def _head(number: int, data: bytes) -> Head:
        parts = data.decode("latin-1").split(" ")
        if len(parts) != 3:
            raise BrokenChain(number, "its head cannot be read")
        return Head(number, *parts)

    def head_at(self, number: int) -> Head:
        """The head after a block; the genesis before the first."""
        if number == 0:
            return Head(0, self.genesis, self.genesis, "")
        data = self._engine.get("heads", _NUMBER.pack(number))
        if data is None:
            raise BrokenChain(number, "its head is missing")
        return self._head(number, data)

    def __len__(self) -> int:
        return self.head.number

    @overload
    def __getitem__(self, place: int) -> Block: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Block, ...]: ...

    def __getitem__(self, place: int | slice) -> Block | tuple[Block, ...]:
        if isinstance(place, slice):
            return tuple([self._block(number + 1) for number in range(*place.indices(len(self)))])
        number = place + 1 if place >= 0 else len(self) + place + 1
        if not 1 <= number <= len(self):
            raise IndexError(place)
        return self._block(number)

    def __iter__(self) -> Iterator[Block]:
        for number in range(1, len(self) + 1):
            yield self._block(number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self.head)

    def _block(self, number: int) -> Block:
        found = self.known.get(number)
        if found is None:
            found = self.read(number)
            self._remember(found)
        return found

    def read(self, number: int) -> Block:
        """A block from the engine, decoded anew."""
        data = self._engine.get("blocks", _NUMBER.pack(number))
        if data is None:
            raise BrokenChain(number, "it is missing")
        try:
            found = decode_block(data)
        except BrokenChain as broken:
            raise BrokenChain(number, broken.found) from None
        if found.number != number:
            raise BrokenChain(number, f"it is numbered {found.number}")
        return found

    def changes(self, block: Block) -> list[Change]:
        """What has to be written for a block that follows the last one."""
        number, head = _NUMBER.pack(block.number), f"{block.hash} {block.commit_hash} {block.state_root}".encode("latin-1")
        return [("blocks", number, encode_block(block)), ("heads", number, head)]

    def append(self, block: Block) -> None:
        """Take a block that was written."""
        self.head = Head(block.number, block.hash, block.commit_hash, block.state_root)
        self._remember(block)

    def _remember(self, block: Block) -> None:
        self.known[block.number] = block
        if self._keeps is not None and len(self.known) > self._keeps:
            self.known.popitem(last=False)


class Receipts(Mapping[str, Receipt]):
    """What became of each transaction id."""

    def __init__(self, engine: Engine, chain: Chain) -> None:
        self._engine, self._chain = engine, chain

    @staticmethod
    def change(transaction_id: str, code: Code, block: int, position: int) -> Change:
        return "receipts", transaction_id.encode(), _PLACE.pack(block, position) + code.encode()

    def __contains__(self, transaction_id: object) -> bool:
        return isinstance(transaction_id, str) and self._engine.get("receipts", transaction_id.encode(errors="surrogatepass")) is not None

    def __getitem__(self, transaction_id: str) -> Receipt:
        data = self._engine.get("receipts", transaction_id.encode())
        if data is None:
            raise KeyError(transaction_id)
        number, position = _PLACE.unpack_from(data)
        event = self._chain[number - 1].transactions[position].event
        return Receipt(transaction_id, Code(data[_PLACE.size :].decode()), event, number)

    def __iter__(self) -> Iterator[str]:
        return (key.decode() for key, _ in self._engine.scan("receipts"))

    def __len__(self) -> int:
        return sum(1 for _ in self)
