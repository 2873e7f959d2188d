"""A ledger as lines of JSON: to be kept elsewhere, looked at with other tools, and imported, every block validated again.

Line 1 is the configuration with all certificates, then one line for each block, and a last one with the head. No key is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from ledger_runtime.accumulator import Accumulator
from ledger_runtime.blocks import Block, decode_block, encode_block
from ledger_runtime.errors import BrokenChain, MalformedFile
from ledger_runtime.folder import Settings
from ledger_runtime.network import Network
from ledger_runtime.validation import Ledger
from ledger_runtime.values import canonical, shown

FORMAT, STATE_FORMAT = "marketproof ledger 1", "marketproof state 1"


def exported(network: Network, settings: Settings) -> Iterator[bytes]:
    """The lines of a ledger, without their ends."""
    certificates = {name: member.certificate.hex() for name, member in network.configuration.peers.items()}
    certificates["orderer"] = network.configuration.orderer.hex()
    authorities = {name: certificate.hex() for name, certificate in network.configuration.authorities.items()}
    told = {**asdict(settings), "seed": None}
    yield canonical({"format": FORMAT, "settings": told, "authorities": authorities, "certificates": certificates})
    for block in network.blocks:
        yield encode_block(block)
    yield canonical({"head": network.ledger.head, "height": len(network.blocks)})


def heading(line: bytes) -> dict[str, Any]:
    """The configuration in the first line; MalformedFile for anything else."""
    read = parsed(line, 1)
    wanted = {"format", "settings", "authorities", "certificates"}
    if read.get("format") != FORMAT or set(read) != wanted or not all(isinstance(read[name], dict) for name in wanted - {"format"}):
        raise MalformedFile(1, f"{shown(read.get('format'))} is not the format of an exported ledger, which is {FORMAT!r}")
    return read


def blocks_of(lines: Iterable[bytes]) -> Iterator[tuple[int, Block]]:
    """The blocks of the lines after the first, each with the number of its line, and nothing more than the last line says.

    Raises MalformedFile for what is no block, for a missing last line and for one that says something else.
    """
    head, height, number = "", 0, 1
    for number, line in enumerate(lines, start=2):
        if line.startswith(b'{"head":'):
            read = parsed(line, number)
            if read != {"head": head, "height": height} and (height or read.get("height")):
                raise MalformedFile(number, f"the ledger ends at block {height}, {head}, not as this line says")
            for more in lines:
                raise MalformedFile(number + 1, f"something stands behind the end: {shown(more)}")
            return
        try:
            block = decode_block(line.rstrip(b"\n"))
        except BrokenChain as broken:
            raise MalformedFile(number, broken.found) from None
        head, height = block.commit_hash, block.number
        yield number, block
    raise MalformedFile(number + 1, "the end is missing: the last line says at which head the ledger ends")


def imported(network: Network, lines: Iterable[bytes]) -> int:
    """Validate and commit all blocks on every peer, each for itself; the height.

    Raises MalformedFile with the line, or BrokenChain with the block: what came before it stays committed.
    """
    for _, block in blocks_of(lines):
        for ledger in network.ledgers:
            made = ledger.commit(block.ordered)
            if made != block:
                raise BrokenChain(block.number, f"it gives the commit hash {made.commit_hash}, not {block.commit_hash}")
    return len(network.blocks)


def state_lines(ledger: Ledger) -> Iterator[bytes]:
    """A snapshot: the state after the last block, one row a line, behind a line with the head."""
    yield canonical({"format": STATE_FORMAT, **ledger.blocks.head._asdict()})
    for key, stored in ledger.store.entries():
        yield canonical({"key": key, "value": stored.value.decode(), "version": stored.version})


def check_state(lines: Iterable[bytes]) -> tuple[dict[str, Any], int]:
    """The head that a snapshot names, and how many rows it has; MalformedFile unless its rows give the state root of that head."""
    sum_of_all, head, rows = Accumulator(), dict[str, Any](), 0
    for number, line in enumerate(lines, start=1):
        read = parsed(line, number)
        if number == 1:
            head = read
            if head.get("format") != STATE_FORMAT:
                raise MalformedFile(1, f"{shown(head.get('format'))} is not the format of a snapshot, which is {STATE_FORMAT!r}")
            continue
        if set(read) != {"key", "value", "version"} or not (isinstance(read["key"], str) and isinstance(read["value"], str)):
            raise MalformedFile(number, "a row has a key, a value and a version")
        sum_of_all.add(read["key"].encode(), read["value"].encode())
        rows += 1
    if head.get("number") and sum_of_all.digest() != head.get("state_root"):
        raise MalformedFile(rows + 1, f"the rows give the state root {sum_of_all.digest()}, not {head.get('state_root')}")
    return head, rows


def parsed(line: bytes, number: int) -> dict[str, Any]:
    """A line of JSON that is an object."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MalformedFile(number, f"it is no JSON: {error}") from None
    if not isinstance(read, dict):
        raise MalformedFile(number, f"it is a {type(read).__name__}, not an object")
    return read
