"""`marketproof ledger`: a signed, durable ledger in a folder; made, submitted to, shown, verified, exported and imported."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO

from ledger_runtime import conformance
from ledger_runtime.chain import Receipt
from ledger_runtime.engines import opened
from ledger_runtime.errors import BrokenChain, BrokenSeal, Fork, LedgerError, MalformedFile, StoreUnusable
from ledger_runtime.folder import Folder, Settings
from ledger_runtime.identities import Held, authority_of
from ledger_runtime.network import Network
from ledger_runtime.transfer import blocks_of, check_state, exported, heading, imported, parsed, state_lines
from ledger_runtime.verifying import verify
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.variants import load
from reports import terminal
from spec.digests import digest
from spec.errors import Refused
from spec.text import Protocol

VALID, DIFFERS = 0, 1
SHOWN_BLOCKS = 10


def ledger(given: argparse.Namespace) -> int:
    """Dispatch; what the ledger refuses is bad use, and told in one line."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "init": init, "submit": submit, "show": show, "verify": verify_folder, "export": export, "import": import_file,
    }  # fmt: skip
    try:
        return actions[given.action](given)
    except (LedgerError, Refused) as error:
        raise UserError(str(error)) from error


def init(given: argparse.Namespace) -> int:
    """Make a ledger in a folder of its own."""
    protocol = load(given.variant, given.switch)
    keyed = dict(given.key_policy)
    settings = Settings(
        given.variant, dict(given.switch), digest(protocol), policy=given.policy, keyed=keyed or None, store=given.store,
        peers=given.peers, seed=given.seed,
    )  # fmt: skip
    folder = Folder.create(Path(given.folder), settings, protocol)
    chance = "keys of a seed, which anybody can compute" if given.seed is not None else "keys drawn by the system"
    found: dict[str, Any] = {"folder": given.folder, "genesis": folder.settings.genesis, "variant": given.variant}
    found |= {"peers": given.peers, "store": given.store}
    told(given, found, f"made a ledger of `{given.variant}` in {given.folder}: {given.peers} peers, {given.store}, {chance}")
    return VALID


@contextmanager
def working(folder: str, writes: bool) -> Iterator[Network]:
    """The ledger of a folder, opened with the text that it was made with."""
    found = Folder(Path(folder))
    with found.network(text_of(found), writes=writes) as network:
        yield network


def text_of(folder: Folder) -> Protocol:
    """The text of a ledger; refused when it is not what it was when the ledger was made."""
    settings = folder.settings
    protocol = load(settings.variant, list(settings.readings.items()))
    if digest(protocol) != settings.text:
        raise UserError(f"the text of variant {settings.variant!r} is not that of the ledger in {str(folder.path)!r}; it has changed since")
    return protocol


# Submitting.


def submit(given: argparse.Namespace) -> int:
    """Have calls endorsed, ordered and committed; 1 when one was refused or is invalid."""
    progress = Progress()
    progress.start("ledger submit")
    with working(given.folder, writes=True) as network:
        calls = list(calls_in(given.file, network))
        outcomes: list[dict[str, Any]] = []
        for first in range(0, len(calls), given.together):
            outcomes += taken(network, calls[first : first + given.together])
            progress(f"{len(outcomes)} of {len(calls)} calls, block {len(network.blocks)}")
    progress.done()
    valid = sum(outcome["code"] == "VALID" for outcome in outcomes)
    lines = [(one["transaction"], one["code"], str(one["block"] or ""), one["said"]) for one in outcomes]
    told(given, outcomes, f"{terminal.table(('call', 'code', 'block', ''), lines)}\n{valid} of {len(outcomes)} calls are committed")
    return VALID if valid == len(outcomes) else DIFFERS


def calls_in(name: str, network: Network) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls from a file or standard input, each checked before any is submitted: `{"transaction": NAME, "arguments": {...}}` on a line."""
    with lines_of(name) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            read = parsed(line, number)
            if set(read) != {"transaction", "arguments"} or not isinstance(read["arguments"], dict):
                raise MalformedFile(number, "a call has a transaction and arguments, as a name and an object, and nothing else")
            try:
                yield read["transaction"], network.chaincode.checked(read["transaction"], read["arguments"])
            except (LedgerError, TypeError) as error:
                raise MalformedFile(number, str(error)) from None


def taken(network: Network, calls: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Calls that are endorsed on one state and ordered in one block."""
    outcomes: list[dict[str, Any]] = []
    submitted: list[tuple[int, str]] = []
    for name, arguments in calls:
        outcome = {"transaction": name, "id": None, "code": "REFUSED", "block": None, "said": "", "event": None}
        outcomes.append(outcome)
        try:
            endorsed = network.propose(name, arguments)
        except (Refused, LedgerError) as error:
            outcome["said"] = str(error)
            continue
        network.submit(endorsed)
        submitted.append((len(outcomes) - 1, endorsed.transaction_id))
    if submitted:
        block = network.cut()
        for (place, identifier), code, endorsed in zip(submitted, block.codes, block.transactions, strict=True):
            outcomes[place] |= {"id": identifier, "code": code.value, "block": block.number, "event": endorsed.event}
    return outcomes


# Showing.


def show(given: argparse.Namespace) -> int:
    """The ledger as a whole; or a block, a row with its history, or what became of a transaction."""
    with working(given.folder, writes=False) as network:
        if given.block is not None:
            if not 1 <= given.block <= len(network.blocks):
                raise UserError(f"no block {given.block} in a ledger of {len(network.blocks)}")
            told(given, found := block_told(network, given.block), pretty(found))
        elif given.transaction is not None:
            told(given, found := receipt_told(network, given.transaction), pretty(found))
        elif given.row is not None:
            table, *key = given.row
            told(given, found := row_told(network, table, tuple(map(component, key))), pretty(found))
        else:
            told(given, found := summary(network), pretty(found))
    return VALID


def component(text: str) -> Any:
    """A component of a key: a whole number as such, anything else as a text."""
    return int(text) if text.isdecimal() and len(text) < 16 and (text == "0" or text[0] != "0") else text


def summary(network: Network) -> dict[str, Any]:
    head, sample = network.ledger.blocks.head, network.blocks[-SHOWN_BLOCKS:]
    return {
        "height": head.number, "head": head.commit_hash, "state root": network.digest(), "genesis": network.ledger.genesis,
        "policy": network.configuration.rules.described(), "peers": list(network.peers), "rows": len(network.ledger.store),
        "last blocks": [f"{block.number}: {len(block.transactions)} transactions, {block.codes.count('VALID')} valid" for block in sample],
    }  # fmt: skip


def block_told(network: Network, number: int) -> dict[str, Any]:
    block = network.blocks[number - 1]
    calls = [
        {"id": one.transaction_id, "transaction": one.transaction, "arguments": dict(one.arguments), "code": code.value, "event": one.event,
         "endorsed by": [endorsement.peer for endorsement in one.endorsements]}
        for one, code in zip(block.transactions, block.codes, strict=True)
    ]  # fmt: skip
    return {"number": number, "hash": block.hash, "commit hash": block.commit_hash, "state root": block.state_root, "transactions": calls}


def receipt_told(network: Network, identifier: str) -> dict[str, Any]:
    found: Receipt = network.receipt(identifier)
    return {"id": identifier, "code": found.code.value, "block": found.block, "event": found.event}


def row_told(network: Network, table: str, key: tuple[Any, ...]) -> dict[str, Any]:
    history = [{"block": change.block, "id": change.transaction_id, "cells": cells} for change, cells in network.history(table, *key)]
    return {"row": network.row(table, *key), "history": history}


# Verifying.


def verify_folder(given: argparse.Namespace) -> int:
    """Every byte against the seal, then everything that is kept against what its blocks give; 1 when anything differs, with the block."""
    progress = Progress()
    progress.start("ledger verify")
    folder = Folder(Path(given.folder))
    found, sealed = "", False
    try:
        sealed = folder.check_seal()
    except BrokenSeal as broken:
        found = str(broken)
    said = replayed(given.folder, progress) if sealed else apart(given.folder)
    progress.done()
    if found and not said["found"]:
        said["found"] = "its blocks and rows are as they were: the change is where nothing is kept"
    found = "; ".join(part for part in (found, said["found"]) if part)
    seal = "every byte is as when it was closed" if sealed else "it was not closed, so that bytes which hold nothing are not looked at"
    told(given, {"sound": not found, "found": found, "sealed": sealed, "blocks": said["blocks"], "head": said["head"]},
         found or f"{said['blocks']} blocks are sound: every peer keeps what they give; {seal}; head {said['head']}")  # fmt: skip
    return DIFFERS if found else VALID


def replayed(folder: str, progress: Callable[[str], None] = lambda detail: None) -> dict[str, Any]:
    """What comes of validating all blocks again."""
    try:
        with working(folder, writes=False) as network:
            for one in network.ledgers:
                with tempfile.TemporaryDirectory(prefix="marketproof-") as scratch:
                    verify(one, progress, again := opened(Path(scratch), Folder(Path(folder)).settings.store))
                    again.close()
            return {"found": "", "blocks": len(network.blocks), "head": network.ledger.head}
    except (BrokenChain, Fork, StoreUnusable) as error:
        return {"found": str(error), "blocks": None, "head": None}


def apart(folder: str) -> dict[str, Any]:
    """The same in a process of its own, which may die of what a changed file holds; so for every folder whose files nothing vouches for."""
    nothing = {"blocks": None, "head": None}
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(replayed, folder).result()
    except BrokenProcessPool:
        return {**nothing, "found": "the store cannot be read any more"}
    except (LedgerError, OSError) as error:
        return {**nothing, "found": str(error)}


# Files.


def export(given: argparse.Namespace) -> int:
    """Write all blocks, or a snapshot of the state, as lines of JSON."""
    with working(given.folder, writes=False) as network:
        settings = Folder(Path(given.folder)).settings
        if given.history:
            lines = conformance.told(network.blocks, network.codec, settings.variant, settings.readings)
        else:
            lines = state_lines(network.ledger) if given.state else exported(network, settings)
        written = write_lines(given.file, lines)
        head = network.ledger.blocks.head
    if given.file != "-":
        what = "the state after" if given.state else "all blocks up to"
        found = {"file": given.file, "lines": written, "height": head.number, "head": head.commit_hash}
        told(given, found, f"wrote {written} lines to {given.file}: {what} block {head.number}")
    return VALID


def write_lines(name: str, lines: Iterator[bytes]) -> int:
    """Write lines to a file, whole or not at all, or to standard output; how many."""
    if name == "-":
        return sum(1 for line in lines if sys.stdout.write(line.decode() + "\n"))
    path = Path(name)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            written = sum(1 for line in lines if file.write(line + b"\n"))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return written


def import_file(given: argparse.Namespace) -> int:
    """Make a ledger of an exported one, every block validated; or check a snapshot."""
    with lines_of(given.file) as lines:
        if given.state:
            head, rows = check_state(lines)
            told(given, {**head, "rows": rows}, f"{rows} rows give the state root of block {head['number']}, {head['state_root']}")
            return VALID
        if given.folder is None:
            raise UserError("a ledger needs a folder; `--state` only checks a snapshot")
        height, folder = imported_to(Path(given.folder), lines, given.store)
    found = {"folder": given.folder, "height": height, "genesis": folder.settings.genesis}
    told(given, found, f"made a ledger in {given.folder}: {height} blocks, each validated again; it has no keys to submit anything with")
    return VALID


def imported_to(path: Path, lines: BinaryIO, store: str) -> tuple[int, Folder]:
    """A new folder with everything that the lines hold."""
    read = heading(lines.readline())
    try:
        settings = Settings(**{**read["settings"], "organisations": tuple(read["settings"]["organisations"]), "store": store})
        certificates = {**read["certificates"], **{authority_of(name): one for name, one in read["authorities"].items()}}
        held = {name: Held(None, bytes.fromhex(one)) for name, one in certificates.items()}
        protocol = load(settings.variant, list(settings.readings.items()))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise MalformedFile(1, f"it does not hold the settings of a ledger: {error}") from None
    blocks = list(lines)
    for _ in blocks_of(iter(blocks)):
        pass
    folder = Folder.create(path, settings, protocol, held)
    try:
        if folder.settings.genesis != settings.genesis:
            raise MalformedFile(1, f"its certificates and policy give the genesis {folder.settings.genesis}, not {settings.genesis}")
        text_of(folder)
        with folder.network(protocol) as network:
            return imported(network, iter(blocks)), folder
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


@contextmanager
def lines_of(name: str) -> Iterator[BinaryIO]:
    """The lines of a file, or of standard input for `-`."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(name, "rb")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise UserError(f"{name!r} cannot be read: {error.strerror}") from None
    with file:
        yield file


def pretty(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False)


def told(given: argparse.Namespace, found: Any, text: str) -> None:
    """As JSON, or as a text."""
    print(json.dumps(found, ensure_ascii=False) if given.json else text)
