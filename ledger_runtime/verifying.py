"""Verifying a ledger: everything that is kept is compared with what its blocks give when they are validated again from nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger_runtime.blocks import Block
from ledger_runtime.engines import TABLES, Engine
from ledger_runtime.errors import BrokenChain
from ledger_runtime.validation import Ledger


def verify(ledger: Ledger, progress: Callable[[str], None] = lambda detail: None, engine: Engine | None = None) -> None:
    """Raise BrokenChain, which names the block, unless a ledger keeps exactly what a peer makes of its blocks.

    Every block is decoded and validated anew by a ledger of its own (signatures, policies, versions, codes, state roots), which keeps
    what it makes in `engine`, by default in memory; then all tables are compared entry by entry.
    """
    again = Ledger(ledger.codec, ledger.configuration, ledger.trust, engine, keeps=1)
    for number in range(1, len(ledger.blocks) + 1):
        block = ledger.blocks.read(number)
        check_again(again, block, number)
        progress(f"block {number} of {len(ledger.blocks)}")
    if again.head != ledger.head:
        raise BrokenChain(len(ledger.blocks), f"the chain ends at {again.head}, not at {ledger.head}")
    for table in TABLES:
        _compare(table, ledger.engine.scan(table), again.engine.scan(table), len(ledger.blocks))


def check_again(again: Ledger, block: Block, number: int) -> None:
    """Have a block validated, and compare what came of it: BrokenChain where it differs."""
    made = again.commit(block.ordered)
    if made != block:
        what = next(name for name in ("number", "codes", "state_root", "commit_hash") if getattr(made, name) != getattr(block, name))
        raise BrokenChain(number, f"it gives the {what} {getattr(made, what)}, not {getattr(block, what)}")


Entries = Iterator[tuple[bytes, bytes]]


def _compare(table: str, kept: Entries, made: Entries, last: int) -> None:
    """Entries of a table, in order; a difference is told with the key, and with the block where the value says it."""
    while True:
        ours, theirs = next(kept, None), next(made, None)
        if ours == theirs:
            if ours is None:
                return
            continue
        key = min(one[0] for one in (ours, theirs) if one is not None)
        raise BrokenChain(_block_of(table, theirs or ours, last), f"table {table} differs from what the blocks give, at key {key[:120]!r}")


def _block_of(table: str, entry: tuple[bytes, bytes] | None, last: int) -> int:
    """The block that wrote an entry, as far as the entry says."""
    if entry is None or table == "meta":
        return last
    key, value = entry
    number = {"blocks": key, "heads": key, "history": key[-12:], "receipts": value, "state": value}[table][:8]
    return int.from_bytes(number, "big") if len(number) == 8 else last
