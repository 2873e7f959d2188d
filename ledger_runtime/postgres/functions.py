"""A protocol as a database: a table for each table on the ledger, a function for each transaction, with the same guards and names.

A function answers with the event as JSON, with nothing, or with `refused GUARD`.  What it writes is computed before any of it is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from ledger_runtime.postgres.expressions import Translator, key_columns, literal, quoted, type_of
from spec.drawing import DOMAIN, WORD_BYTES
from spec.schema import Binder, Schema, Table, Write
from spec.text import Protocol
from spec.tracing import Event, Transaction
from spec.tree import TRUE

REFUSED = "refused "
# Digests as `ledger_runtime/digests.py`, permutations as `spec/drawing.py`; both of them for texts in ASCII.
WORDS = f"""
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE FUNCTION part(given text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN given IS NULL THEN 'n0:' ELSE 's' || octet_length(given) || ':' || given END $$;
CREATE FUNCTION part(given bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN given IS NULL THEN 'n0:' ELSE 'i' || length(given::text) || ':' || given END $$;
CREATE FUNCTION part(given boolean) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN given IS NULL THEN 'n0:' ELSE 'b1:' || given::int END $$;
CREATE FUNCTION digested(given text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT encode(digest(convert_to(given, 'UTF8'), 'sha3-256'), 'hex') $$;
CREATE FUNCTION permutation(size bigint, seeds jsonb[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  entries bigint[] := ARRAY(SELECT generate_series(0, size - 1)); counter int := 0; place int := 32; block bytea; word numeric;
  swapped bigint;
  said text := (SELECT string_agg(one::text, ', ' ORDER BY number) FROM unnest(seeds) WITH ORDINALITY AS all_of(one, number)); other int;
BEGIN
  FOR top IN REVERSE size - 1 .. 1 LOOP
    LOOP
      IF place >= 32 THEN
        block := digest(convert_to('["{DOMAIN}", ' || said || ', ' || counter || ']', 'UTF8'), 'sha3-256');
        counter := counter + 1; place := 0;
      END IF;
      word := 0;
      FOR one IN place .. place + {WORD_BYTES - 1} LOOP word := word * 256 + get_byte(block, one); END LOOP;
      place := place + {WORD_BYTES};
      EXIT WHEN word < trunc(18446744073709551616.0 / (top + 1)) * (top + 1);
    END LOOP;
    other := (word % (top + 1))::int + 1;
    swapped := entries[top + 1]; entries[top + 1] := entries[other]; entries[other] := swapped;
  END LOOP;
  RETURN entries;
END $$;
CREATE FUNCTION permuted(place bigint, size bigint, seeds jsonb[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN place >= 0 AND place < size THEN (permutation(size, seeds))[place + 1] ELSE place END $$;
CREATE FUNCTION placed(entry bigint, size bigint, seeds jsonb[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN entry >= 0 AND entry < size THEN array_position(permutation(size, seeds), entry) - 1 ELSE entry END $$;
"""


def database(protocol: Protocol) -> str:
    """SQL that makes everything, in a schema of its own named `market`, which is made anew."""
    tables = [table for table in protocol.schema.tables.values() if table.on_ledger]
    steps = [step for step in protocol.transactions.values() if step.on_ledger]
    head = "DROP SCHEMA IF EXISTS market CASCADE; CREATE SCHEMA market; SET search_path = market, public;"
    return "\n".join([head, WORDS, *map(table_of, tables), *(Function(protocol.schema, step).text() for step in steps)])


def table_of(table: Table) -> str:
    """A table: the row's key is its primary key."""
    keys = key_columns(table)
    columns = [f"{quoted(name)} {kind} NOT NULL" for name, kind in keys]
    columns += [f"{quoted(name)} {type_of(kind)} DEFAULT {literal(kind.default)}" for name, kind in table.cells.items()]
    return f"CREATE TABLE {quoted(table.name)} ({', '.join(columns)}, PRIMARY KEY ({', '.join(quoted(name) for name, _ in keys)}));"


class Function:
    """One transaction."""

    def __init__(self, schema: Schema, step: Transaction) -> None:
        self.translate, self.step = Translator(schema), step
        self.declared, self.computed, self.applied = list[str](), list[str](), list[str]()

    def text(self) -> str:
        """The statement that makes it."""
        parameters = ", ".join(f"{quoted(f'par_{name}')} {type_of(kind)}" for name, kind in self.step.parameters.items())
        guards = [
            f"  IF NOT {self.translate.expression(guard.condition)} THEN RETURN {literal(REFUSED + guard.name)}; END IF;"
            for guard in self.step.guards.values()
        ]
        for number, writes in enumerate(groups(self.step.writes)):
            self._loop(number, writes) if writes[0].binders else self._plain(number, writes)
        for event in self.step.events.values():
            self.computed.append(self._event(event))
        body = "\n".join([*guards, *self.computed, *self.applied, "  RETURN coalesce(event, '');"])
        declared = "".join(f"  {line};\n" for line in (*self.declared, "event text"))
        name = quoted(self.step.name)
        return f"CREATE FUNCTION {name}({parameters}) RETURNS text LANGUAGE plpgsql AS $$\nDECLARE\n{declared}BEGIN\n{body}\nEND $$;"

    def _values(self, writes: list[Write]) -> tuple[Table, list[tuple[str, str, str]], list[tuple[str, str, str]]]:
        """The table, then name, type and value of each key column, and of each cell that is written (the last value of one)."""
        table = self.translate.table(writes[0].table)
        parts = [self.translate.key(kind, part) for (_, kind), part in zip(table.key, writes[0].keys, strict=True)] or ["true"]
        keys = [(name, kind, value) for (name, kind), value in zip(key_columns(table), parts, strict=True)]
        last = {write.field: (write.field, type_of(table.cells[write.field]), self.translate.expression(write.value)) for write in writes}
        return table, keys, list(last.values())

    def _plain(self, number: int, writes: list[Write]) -> None:
        table, keys, cells = self._values(writes)
        names = [f"w{number}_{place}" for place in range(len(keys) + len(cells))]
        for name, (_, kind, value) in zip(names, (*keys, *cells), strict=True):
            self.declared.append(f"{name} {kind}")
            self.computed.append(f"  {name} := {value};")
        upsert = f"INSERT INTO {quoted(table.name)} ({columns(keys, cells)}) VALUES ({', '.join(names)}) {conflict(keys, cells)};"
        if writes[0].condition is TRUE:
            self.applied.append(f"  {upsert}")
            return
        self.declared.append(f"c{number} boolean")
        self.computed.append(f"  c{number} := {self.translate.expression(writes[0].condition)};")
        self.applied.append(f"  IF c{number} THEN {upsert} END IF;")

    def _loop(self, number: int, writes: list[Write]) -> None:
        """All turns are computed into one JSON value; of several turns that write one row the last one stays."""
        table, keys, cells = self._values(writes)
        source, order = self._source(writes[0].binders), ordering(writes[0].binders)
        condition = "" if writes[0].condition is TRUE else f" AND {self.translate.expression(writes[0].condition)}"
        made = ", ".join(value for _, _, value in (*keys, *cells))
        self.declared.append(f"w{number} jsonb")
        turns = f"jsonb_agg(jsonb_build_array({made}) ORDER BY {', '.join(order)})"
        self.computed.append(f"  w{number} := (SELECT {turns} {source}{condition});")
        taken = [f"(turn ->> {place})::{kind}" for place, (_, kind, _) in enumerate((*keys, *cells))]
        once = ", ".join(taken[: len(keys)])
        rows = f"jsonb_array_elements(coalesce(w{number}, '[]'::jsonb)) WITH ORDINALITY AS turns(turn, number)"
        self.applied.append(
            f"  INSERT INTO {quoted(table.name)} ({columns(keys, cells)}) SELECT DISTINCT ON ({once}) {', '.join(taken)} "
            f"FROM {rows} ORDER BY {once}, number DESC {conflict(keys, cells)};"
        )

    def _source(self, binders: Iterable[Binder]) -> str:
        return self.translate.source(binders)

    def _event(self, event: Event) -> str:
        """The last one that is emitted stays."""
        payload = ", ".join(self.translate.expression(item) for item in event.payload)
        made = f"jsonb_build_array({literal(event.name)}::text, jsonb_build_array({payload}))::text"
        condition = self.translate.expression(event.condition)
        if not event.binders:
            return f"  IF {condition} THEN event := {made}; END IF;"
        order = ", ".join(f"{one} DESC" for one in ordering(event.binders))
        return f"  event := coalesce((SELECT {made} {self._source(event.binders)} AND {condition} ORDER BY {order} LIMIT 1), event);"


def groups(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Writes that stand together: of one row, in the same loops, under the same condition."""
    for _, group in itertools.groupby(writes, key=lambda write: (write.row, write.binders, id(write.condition))):
        yield list(group)


def ordering(binders: Iterable[Binder]) -> list[str]:
    """The order of loops, the outer one first."""
    return [f"{quoted(one.variable._args[0])}.x" for one in binders]


def columns(keys: list[tuple[str, str, str]], cells: list[tuple[str, str, str]]) -> str:
    return ", ".join(quoted(name) for name, _, _ in (*keys, *cells))


def conflict(keys: list[tuple[str, str, str]], cells: list[tuple[str, str, str]]) -> str:
    """Where the row is there already, only what is written changes."""
    change = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name, _, _ in cells)
    return f"ON CONFLICT ({', '.join(quoted(name) for name, _, _ in keys)}) DO UPDATE SET {change}"
