"""`marketproof fabric caliper`: the workload of `fabric bench` made by Caliper; goodput from the blocks beside Caliper's own throughput."""

from __future__ import annotations

import asyncio
import json
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ledger_runtime.fabric import caliper
from ledger_runtime.fabric.blocks import blocks
from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import read_connection
from ledger_runtime.fabric.journal import Journal
from ledger_runtime.fabric.members import Member
from ledger_runtime.fabric.programs import VERSION
from ledger_runtime.fabric.records import Record
from ledger_runtime.network import Network
from marketproof.fabric_measuring import Spent
from marketproof.fabric_running import Player
from marketproof.measures import HEAD, VALID, Measured, machine
from marketproof.workload import REPORTS, Workload
from model.enumeration import Action
from reports import terminal

HOT = "hot key, {}"
OWN, OWN_SAID = "throughput/s", "Caliper's own/s"
NOT_IN_A_BLOCK = "NOT_IN_A_BLOCK"

Rounds = list[tuple[str, list[dict[str, Any]]]]


async def measured(record: Record, workload: Workload, couples: int, at_once: int, told: Callable[[str], None]) -> dict[str, Any]:
    """A round for each call of the life cycle, then one for the reports that all meet on one couple."""
    place = caliper.installed(told)
    network = Network(workload.protocol, compiled=workload.compiled)
    async with Client(read_connection(record.connection)) as client:
        player = Player(client, workload.protocol, Journal(None, ""))
        phases = [*workload.on(network, couples), *await before_the_reports(player, workload, network)]
        spent, before = Spent(record), children_s()
        figures, own = await by_caliper(place, player, phases, at_once, told)
        took = {**spent.since(), "client": children_s() - before}
    return told_of(workload, couples, at_once, figures, own, took)


async def by_caliper(
    place: Path, player: Player, phases: list[tuple[str, list[Action]]], at_once: int, told: Callable[[str], None]
) -> tuple[dict[str, Measured], dict[str, dict[str, str]]]:
    """A round for each phase: what blocks say of it, and Caliper's own table."""
    client, members = player.client, dict[str, dict[str, Member]]()
    rounds = [(label, [request(player, call, members) for call in calls]) for label, calls in phases]
    base = await client.height()
    with tempfile.TemporaryDirectory(prefix="mp-caliper-") as name:
        folder = Path(name)
        caliper.write(folder, caliper.network_file(client.connection, {one: of.values() for one, of in members.items()}), rounds, at_once)
        own = await asyncio.to_thread(caliper.launched, place, folder, told)
        codes = await codes_since(client, base)
        return {label: part_of(caliper.made(folder, number), codes) for number, (label, _) in enumerate(rounds)}, own


async def before_the_reports(player: Player, workload: Workload, network: Network) -> list[tuple[str, list[Action]]]:
    """Play one couple up to the first reports of a round; those, as a phase."""
    for name, calls in workload.meeting(network):
        if name in REPORTS:
            return [(HOT.format(name), calls)]
        await player.phase(calls)
    return []


def request(player: Player, call: Action, members: dict[str, dict[str, Member]]) -> dict[str, Any]:
    """A call as Caliper's connector takes it; its caller is noted among the members of its organisation."""
    name, given = call
    member = player.client.members.member(given["caller"], player.home(name))
    members.setdefault(member.organisation, {})[member.name] = member
    arguments = json.dumps({parameter: value for parameter, value in given.items() if parameter != "caller"})
    return {"contractId": player.client.connection.chaincode, "contractFunction": name, "contractArguments": [arguments],
            "invokerIdentity": member.name, "invokerMspId": member.organisation}  # fmt: skip


async def codes_since(client: Client, base: int) -> dict[str, str]:
    """What became of every transaction of the blocks from a height on, by its id."""
    last = await client.height() - 1
    found: dict[str, str] = {}
    if last >= base:
        async for block in blocks(client, client.members.asker(), base, last):
            found.update((one.identifier, one.code) for one in block.transactions)
    return found


def part_of(made: Sequence[dict[str, Any]], codes: dict[str, str]) -> Measured:
    """A round: codes as the blocks have them, times as Caliper was told them."""
    part = Measured()
    seconds = (max(one["ended"] for one in made) - min(one["began"] for one in made)) / 1000 if made else 0.0
    part.add([(codes.get(one["id"], NOT_IN_A_BLOCK), (one["ended"] - one["began"]) / 1000) for one in made], seconds)
    return part


def children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def told_of(
    workload: Workload, couples: int, at_once: int, rounds: dict[str, Measured], own: dict[str, dict[str, str]], took: dict[str, float]
) -> dict[str, Any]:
    hot = [label for label in rounds if label.startswith(HOT.format(""))]
    whole, codes = Measured(), Counter[str]()
    for label, part in rounds.items():
        if label not in hot:
            whole.join(part)
    codes.update(whole.codes)
    valid = max(sum(part.codes[VALID] for part in rounds.values()), 1)
    figures = {label: {**part.told(), OWN_SAID: own.get(label, {}).get(OWN, "-")} for label, part in rounds.items()}
    return {
        "variant": workload.name, "fabric": VERSION, "machine": machine(), "couples": couples, "at once": at_once, "whole": whole.told(),
        "types": {label: told for label, told in figures.items() if label not in hot}, "codes": dict(codes),
        "processor ms per transaction": {name: round(1000 * seconds / valid, 2) for name, seconds in took.items()},
        "hot key": {label: {**figures[label], "codes": dict(rounds[label].codes)} for label in hot}, "Caliper": own,
    }  # fmt: skip


def shown(found: dict[str, Any]) -> str:
    """The figures as tables."""
    rows = [*found["types"].items(), ("all", {**found["whole"], "": ""}), *found["hot key"].items()]
    lines = [(name, *(str(value) for key, value in part.items() if key != "codes")) for name, part in rows]
    spent = ", ".join(f"{name} {ms} ms" for name, ms in found["processor ms per transaction"].items())
    hot = "; ".join(f"{name}: {part['codes']}" for name, part in found["hot key"].items())
    said = (
        "goodput: valid transactions of the blocks; Caliper's own throughput counts failed ones as well",
        f"processor time of a valid transaction, Caliper's own start and pauses in it: {spent}", hot, found["machine"],
    )  # fmt: skip
    return "\n".join([terminal.table(("call", *HEAD, OWN_SAID), lines), *filter(None, said)])


def run(record: Record, workload: Workload, couples: int, at_once: int, told: Callable[[str], None]) -> dict[str, Any]:
    return asyncio.run(measured(record, workload, couples, at_once, told))
