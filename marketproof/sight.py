"""What parties see: the committed ledger, and the tables beside it that the text keeps off the ledger."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any

from ledger_runtime.blocks import Block, Code
from ledger_runtime.execution import nothing_first
from ledger_runtime.network import Network
from spec.concrete import Key, Row, RowId, View


class Beside:
    """Memories, histories and public places, moved along with every step, and ranges over them and the ledger.

    A memory has its party as the first key component; conditions of the text read no memory but the caller's.
    """

    def __init__(self, network: Network) -> None:
        self.network, self.rows = network, dict[RowId, Row]()
        self._keys: dict[str, dict[Key, None]] = {}
        self._expected: dict[str, Mapping[RowId, Row]] = {}
        self._height = -1
        self._on_ledger: dict[str, list[Key]] = {}
        self._ranges: dict[Any, list[Any]] = {}
        self.changes = 0

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever anything changed."""
        return len(self.network.ledger.blocks), self.changes

    def put(self, rows: Mapping[RowId, Row]) -> None:
        for (table, key), row in rows.items():
            if self.rows.get((table, key)) != row:
                self.rows[table, key] = row
                self._keys.setdefault(table, {})[key] = None
                self.changes += 1

    def expect(self, transaction_id: str, rows: Mapping[RowId, Row]) -> None:
        """What a transaction leaves beside the ledger once it is committed."""
        self._expected[transaction_id] = rows

    def settle(self, block: Block) -> None:
        """Put down what the valid transactions of a block left."""
        for endorsed, code in zip(block.transactions, block.codes, strict=True):
            rows = self._expected.pop(endorsed.transaction_id, {})
            if code == Code.VALID:
                self.put(rows)

    def row(self, table: str, key: Key) -> Row | None:
        found = self.network.ledger.rows.get((table, key))
        return self.rows.get((table, key)) if found is None else found

    def cells(self, table: str, *key: Any) -> dict[str, Any]:
        """A row by cell name; empty when there is none."""
        row = self.row(table, key)
        return {} if row is None else dict(zip(self.network.protocol.schema.tables[table].cells, row, strict=True))

    def last_keys(self, table: str, prefix: Key) -> list[Any]:
        """The next key component of every row under a prefix, each once, in order."""
        self._follow()
        identity = table, prefix
        found = self._ranges.get(identity)
        if found is None or not self.network.protocol.schema.tables[table].on_ledger:
            keys = [*self._on_ledger.get(table, ()), *self._keys.get(table, ())]
            size = len(prefix)
            found = self._ranges[identity] = sorted({key[size] for key in keys if key[:size] == prefix}, key=nothing_first)
        return found

    def identifiers(self, sort: str) -> list[Any]:
        """Every identifier of a sort that stands on the ledger."""
        tables = self.network.codec.keyed_by(sort)
        return sorted({identifier for table in tables for identifier in self.last_keys(table, ())}, key=nothing_first)

    def _follow(self) -> None:
        height = len(self.network.ledger.blocks)
        if self._height != height:
            self._height, self._ranges, self._on_ledger = height, {}, {}
            for table, key in self.network.ledger.rows:
                self._on_ledger.setdefault(table, []).append(key)


class Known(Mapping[str, Any]):
    """The values of a sort by its name, and what a party offers for a parameter by `step.parameter`."""

    def __init__(self, beside: Beside, offers: Callable[[str], Any]) -> None:
        self._beside, self._offers = beside, offers

    def __getitem__(self, name: str) -> Any:
        return self._offers(name) if "." in name else self._beside.identifiers(name)

    def __iter__(self) -> Any:
        return iter(self._beside.network.protocol.sorts)

    def __len__(self) -> int:
        return len(self._beside.network.protocol.sorts)


class Sight(View):
    """One party's view of the ledger and of what lies beside it; pre-images are made and opened by that party."""

    def __init__(self, beside: Beside, offers: Callable[[str], Any], make: Callable[..., Any], open: Callable[..., Any]) -> None:
        rows = ChainMap(beside.network.ledger.rows, beside.rows)
        super().__init__(beside.network.protocol.schema, rows, Known(beside, offers), frozenset(), make=make, open=open)
        self._beside = beside

    def row(self, table: str, key: Key) -> Row | None:
        return self._beside.row(table, key)

    def last_keys(self, table: str, prefix: Key) -> list[Any]:
        return self._beside.last_keys(table, prefix)
