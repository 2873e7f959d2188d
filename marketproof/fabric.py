"""`marketproof fabric`: the variant as chaincode on a Hyperledger Fabric of this machine, or on one that a connection file names."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger_runtime.configuration import organisation_of
from ledger_runtime.errors import LedgerError
from ledger_runtime.fabric import records
from ledger_runtime.fabric.deployment import Definition, definitions_of
from ledger_runtime.fabric.records import Record
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.variants import load
from reports import terminal
from spec.digests import digest
from spec.text import Protocol

DONE, DIFFERS = 0, 1


def fabric(given: argparse.Namespace) -> int:
    """Dispatch; what the ledger refuses is bad use, and told in one line."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "up": up, "down": down, "status": status, "run": run, "bench": bench, "caliper": bench, "compare": compare,
        "replays": replays, "package": package, "serve": serve,
    }  # fmt: skip
    try:
        return actions[given.action](given)
    except LedgerError as error:
        raise UserError(str(error)) from error


def organisations_of(protocol: Protocol) -> tuple[str, ...]:
    """The organisations of a variant: one for each role."""
    return tuple(organisation_of(role) for role in protocol.roles)


def deployed(protocol: Protocol) -> tuple[Definition, ...]:
    return definitions_of(protocol, organisations_of(protocol))


def place_of(variant: str) -> str:
    """A variant by name, or the whole path of its file: processes of a network work elsewhere."""
    return str(Path(variant).resolve()) if variant.endswith(".py") else variant


def serving(variant: str, readings: dict[str, str]) -> Callable[[Sequence[tuple[str, str, str]]], list[str]]:
    """The command of a chaincode server."""

    def command(served: Sequence[tuple[str, str, str]]) -> list[str]:
        switches = [part for name, value in readings.items() for part in ("--switch", f"{name}={value}")]
        chaincodes = [f"{chaincode}={package}@{address}" for chaincode, package, address in served]
        return [sys.executable, "-m", "marketproof", "fabric", "serve", "--variant", variant, *switches, *chaincodes]

    return command


# Networks of this machine.


def up(given: argparse.Namespace) -> int:
    """Start a network, or what is missing of it."""
    began, progress = time.monotonic(), Progress()
    progress.start("fabric up")
    record = raised(given.name, given.variant, dict(given.switch), progress, in_memory=given.memory)
    progress.done()
    seconds = time.monotonic() - began
    found = {"network": record.name, "variant": record.variant, "connection": str(record.connection), "seconds": round(seconds, 2)}
    told(given, found, f"network `{record.name}` runs `{record.variant}`, up in {seconds:.1f} s; clients use {record.connection}")
    return DONE


def raised(
    name: str, variant: str, readings: dict[str, str], progress: Callable[[str], None], in_memory: bool | None = None, **batching: Any
) -> Record:
    """A network of this machine that runs and endorses."""
    from ledger_runtime.fabric import raising
    from ledger_runtime.fabric.layout import Batching

    protocol = load(variant, list(readings.items()))
    place = place_of(variant)
    wanted = raising.Wanted(
        name, place, readings, digest(protocol), organisations_of(protocol), deployed(protocol), serving(place, readings),
        Batching(**batching), in_memory,
    )  # fmt: skip
    record = raising.up(wanted, progress)
    progress("waiting until peers endorse")
    asyncio.run(endorsing(record, protocol))
    return record


async def endorsing(record: Record, protocol: Protocol) -> None:
    """Wait until every organisation's gateway finds endorsers."""
    from ledger_runtime.fabric.client import Client
    from ledger_runtime.fabric.connecting import read_connection
    from ledger_runtime.keys import encode_key

    connection = read_connection(record.connection)
    table = next(name for name, table in protocol.schema.tables.items() if table.on_ledger)
    for organisation in connection.organisations:
        async with Client(connection, organisation) as client:
            await client.await_endorsers(client.members.member("waiting", organisation), encode_key(table, ()))


def down(given: argparse.Namespace) -> int:
    """End networks and delete what they wrote."""
    from ledger_runtime.fabric.raising import down as ended

    names = records.known() if given.all else [given.name]
    found = {name: ended(name) for name in names}
    lines = [f"network `{name}`: ended {len(processes)} processes" for name, processes in found.items()]
    told(given, found, "\n".join(lines) or "no network is recorded on this machine")
    return DONE


def status(given: argparse.Namespace) -> int:
    """What runs; 1 when a process of a network is gone."""
    networks = [record for name in records.known() if (record := records.find(name)) is not None]
    found = [
        {"network": one.name, "variant": one.variant, "process": name, "pid": process.pid, "runs": process.alive,
         "resident MiB": round(process.resident_mib), "processor s": round(process.processor_s, 1)}
        for one in networks for name, process in one.processes.items()
    ]  # fmt: skip
    lines = [
        (str(one["network"]), str(one["process"]), "runs" if one["runs"] else "gone", str(one["resident MiB"]), str(one["processor s"]))
        for one in found
    ]
    told(given, found, terminal.table(("network", "process", "", "MiB", "s"), lines) if lines else "no network is recorded on this machine")
    return DONE if all(one["runs"] for one in found) else DIFFERS


def run(given: argparse.Namespace) -> int:
    """Play on a network; 1 when a call is not committed."""
    from marketproof.fabric_running import run as played

    progress = Progress()
    progress.start("fabric run")
    found, text, all_committed = played(given, progress)
    progress.done()
    told(given, found, text)
    return DONE if all_committed else DIFFERS


def bench(given: argparse.Namespace) -> int:
    """Figures of one run, by our client or by Caliper; 1 when an honest call is not valid."""
    from marketproof import fabric_caliper, fabric_measuring
    from marketproof.workload import shortest

    progress = Progress()
    progress.start(f"fabric {given.action}")
    by = fabric_caliper if given.action == "caliper" else fabric_measuring
    workload = shortest(given.variant, tuple(given.switch))
    with passing(given.variant, dict(given.switch), progress, in_memory=given.memory, timeout_ms=given.batch_ms) as record:
        found = by.run(record, workload, given.couples, given.at_once, progress)
    progress.done()
    told(given, found, by.shown(found))
    return DONE if set(found["codes"]) == {"VALID"} else DIFFERS


def compare(given: argparse.Namespace) -> int:
    """Scenarios on our ledger and on a Fabric of their own; 1 when anything differs."""
    from marketproof import evidence
    from marketproof.accepted import file_of
    from marketproof.fabric_comparing import WHAT, accepted, compared, shown
    from marketproof.workload import Workload
    from model.scope import Scope

    progress = Progress()
    progress.start("fabric compare")
    workload = Workload(given.variant, Scope.parse(given.scope), readings=tuple(given.switch))
    with passing(given.variant, dict(given.switch), progress, timeout_ms=100, most_messages=200, filters=False) as record:
        found = asyncio.run(compared(record.connection, workload, given.scenarios, given.together, given.seed, progress))
    progress.done()
    if given.accept and not found["differences"]:
        evidence.write_file(file_of(WHAT, workload.protocol.name), accepted(found, workload))
    told(given, found, shown(found))
    return DIFFERS if found["differences"] else DONE


def replays(given: argparse.Namespace) -> int:
    """Every witness of an evidence directory; 1 when one that a client can cause does not replay."""
    from marketproof.fabric_replaying import replayed

    progress = Progress()
    folder = Path(given.evidence) / "witnesses"
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise UserError(f"{str(folder)!r} holds no witness")
    found = {}
    for number, path in enumerate(files, start=1):
        name = path.relative_to(folder).as_posix()
        progress.start(f"fabric replays, {number} of {len(files)}, {name}")
        found[name] = replayed(path, progress)
    progress.done()
    counted = Counter(one["result"] for one in found.values())
    lines = [(name, one["result"], one["said"]) for name, one in found.items()]
    told(given, {"counted": counted, "witnesses": found}, f"{terminal.table(('witness', 'on Fabric', ''), lines)}\n{dict(counted)}")
    return DIFFERS if counted["fails"] else DONE


@contextmanager
def passing(variant: str, readings: dict[str, str], progress: Callable[[str], None], which: str = "", **batching: Any) -> Iterator[Record]:
    """A network of this machine for as long as it is used; gone afterwards, also after an error."""
    from ledger_runtime.fabric.raising import down as ended

    name = f"passing-{os.getpid()}{which and f'-{which}'}"
    try:
        yield raised(name, variant, readings, progress, **batching)
    finally:
        if records.find(name) is not None:
            ended(name)


def told(given: argparse.Namespace, found: Any, text: str) -> None:
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else text)


# The chaincode.


def package(given: argparse.Namespace) -> int:
    """Packages for one organisation's peer, and what has to be agreed on about each chaincode."""
    from ledger_runtime.fabric.deployment import package as packed
    from ledger_runtime.fabric.deployment import signature_policy
    from ledger_runtime.policies import Rule

    protocol = load(given.variant, given.switch)
    folder, (host, first) = Path(given.folder), given.address
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for port, definition in enumerate(deployed(protocol), first):
        data, identifier = packed(definition.name, f"{host}:{port}")
        (folder / f"{definition.name}.tgz").write_bytes(data)
        policy = signature_policy(Rule(definition.policy, organisations_of(protocol)))
        found.append({"chaincode": definition.name, "package": identifier, "address": f"{host}:{port}", "signature policy": policy})
    served = " ".join(f"{one['chaincode']}={one['package']}@{one['address']}" for one in found)
    lines = [f"{one['chaincode']}.tgz: package {one['package']}, --signature-policy \"{one['signature policy']}\"" for one in found]
    told(given, found, "\n".join([*lines, f"its server: marketproof fabric serve --variant {given.variant} {served}"]))
    return DONE


def serve(given: argparse.Namespace) -> int:
    """Answer peers until somebody ends this."""
    from ledger_runtime.digests import Oracle
    from ledger_runtime.execution import Chaincode
    from ledger_runtime.fabric.chaincode import Market, keep
    from ledger_runtime.fabric.deployment import CALLED
    from ledger_runtime.fabric.shim import served
    from spec.compiled import Compiled

    protocol = load(given.variant, given.switch)
    market = Market(Chaincode(Compiled(protocol), Oracle()), deployed(protocol))
    servers = [served(package, address, market if name == CALLED else keep) for name, package, address in given.chaincode]
    for server in servers:
        server.wait_for_termination()
    return DONE
