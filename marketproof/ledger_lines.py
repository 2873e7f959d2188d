"""A ledger as lines of JSON, for the judge: one line for each transaction, or one for each block; see docs/ledger-lines.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketproof.errors import UserError
from spec.errors import choices
from spec.kinds import BOOLEAN, INTEGER, Kind
from spec.tracing import Transaction

LARGEST_FILE_BYTES = 256 * 1024 * 1024
LONGEST_VALUE = 300
VALID = "VALID"


@dataclass(frozen=True)
class Entry:
    """One transaction as it stands on a ledger, or a complaint that was made beside it (block 0). line: in the file."""

    line: int
    block: int
    code: str
    transaction: str
    arguments: dict[str, Any]
    event: Any = None

    def told(self) -> str:
        given = ", ".join(f"{name} = {short(value)}" for name, value in self.arguments.items() if name != "caller")
        place = f"block {self.block}" if self.block else "beside the ledger"
        return f"line {self.line}, {place}: {self.arguments['caller']} calls {self.transaction}({given})"

    def as_data(self) -> dict[str, Any]:
        return {"block": self.block, "code": self.code, "transaction": self.transaction, "arguments": self.arguments, "event": self.event}


def short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 24 else text[:8] + "…"


def text_of(entries: Iterable[Entry]) -> str:
    return "".join(json.dumps(entry.as_data(), ensure_ascii=False, sort_keys=True) + "\n" for entry in entries)


def read(path: Path, steps: dict[str, Transaction]) -> list[Entry]:
    """The entries of a file, each checked against the steps of a text.  Raises UserError with the line and what is wrong."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise UserError(f"{str(path)!r} has over {LARGEST_FILE_BYTES} bytes, which is the most that is judged")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the ledger {str(path)!r} cannot be read: {error}") from error
    return [checked(entry, steps) for number, line in enumerate(lines, 1) if line.strip() for entry in entries_of(number, line)]


def entries_of(number: int, line: str) -> Iterator[Entry]:
    """The entries of one line: a block, a transaction, or a heading that says nothing of transactions."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"line {number} of the ledger is not JSON ({str(error)[:60]})") from error
    if not isinstance(found, dict):
        raise UserError(f"line {number} of the ledger is not an object, but {short(found)}")
    if "transactions" in found:
        listed, codes = found["transactions"], found.get("codes")
        if not isinstance(listed, list) or not isinstance(codes, list) or len(listed) != len(codes):
            raise UserError(f"line {number}: a block has `transactions` and as many `codes`")
        for one, code in zip(listed, codes, strict=True):
            yield entry(number, {**called(one), "block": found.get("number"), "code": code})
    elif "transaction" in found:
        yield entry(number, found)


def called(one: Any) -> dict[str, Any]:
    """What a transaction of a block called: its proposal, as a client signed it, or the transaction itself."""
    if not isinstance(one, dict):
        return {}
    proposal = one.get("proposal", {})
    return {**one, **proposal} if isinstance(proposal, dict) else {}


def entry(number: int, found: dict[str, Any]) -> Entry:
    shapes = {"transaction": str, "arguments": dict, "block": int, "code": str}
    for name, shape in shapes.items():
        if not isinstance(found.get(name), shape) or isinstance(found.get(name), bool):
            raise UserError(f"line {number}: `{name}` should be a {shape.__name__}, not {short(found.get(name))}")
    return Entry(number, found["block"], found["code"], found["transaction"], found["arguments"], found.get("event"))


def checked(entry: Entry, steps: dict[str, Transaction]) -> Entry:
    """An entry that calls a step with the arguments that it takes, each of a shape that it can have."""
    if entry.transaction not in steps:
        raise UserError(f"line {entry.line}: no transaction {short(entry.transaction)!r}; choices: {choices(steps)}")
    kinds = steps[entry.transaction].parameters
    if set(entry.arguments) != set(kinds):
        raise UserError(f"line {entry.line}: {entry.transaction} takes {choices(kinds)}, not {short(sorted(entry.arguments))}")
    for name, value in entry.arguments.items():
        if not fits(kinds[name], value):
            raise UserError(f"line {entry.line}: {entry.transaction}({name}) is no {kinds[name].name}: {short(value)}")
    return entry


def fits(kind: Kind, value: Any) -> bool:
    if kind is INTEGER:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    if kind is BOOLEAN:
        return isinstance(value, bool)
    return value is None or (isinstance(value, str) and len(value) <= LONGEST_VALUE)
