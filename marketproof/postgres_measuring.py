"""`marketproof postgres bench`: what a database alone does with the same calls, driven by pgbench."""

from __future__ import annotations

import re
import resource
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ledger_runtime.errors import PostgresMissing
from ledger_runtime.network import Network
from ledger_runtime.postgres.calling import rows
from ledger_runtime.postgres.cluster import Database, program
from ledger_runtime.postgres.expressions import literal, quoted, type_of
from ledger_runtime.postgres.functions import database
from marketproof.measures import HEAD, VALID, Measured, machine
from marketproof.workload import REPORTS, Workload
from model.enumeration import Action
from reports import terminal
from spec.text import Protocol

CLIENTS = 8
MOST_TRIES = 10_000


def measured(place: Database, life: Workload, couples: int, clients: Sequence[int], told: Callable[[str], None]) -> dict[str, Any]:
    """A life cycle, for so many couples of each client; a sweep of clients; a hot key."""
    whole, by_type = Measured(), dict[str, Measured]()
    before = processor_s()

    def note(name: str, part: Measured) -> None:
        whole.join(part)
        by_type.setdefault(name, Measured()).join(part)

    equal = driven(place, life, CLIENTS, couples, note, told)
    spent = processor_s() - before
    sweep = {}
    for count in clients:
        part = Measured()
        driven(place, life, count, max(1, couples // 2), lambda name, one, part=part: part.join(one), told)  # type: ignore[misc]
        sweep[str(count)] = part.told()
        told(f"{count} clients")
    return {
        "variant": life.name, "postgres": place.version(), "durability": "synchronous_commit on, serializable, retried until it commits",
        "machine": machine(), "clients": CLIENTS,
        "couples": couples * CLIENTS, "whole": whole.told(), "types": {name: part.told() for name, part in by_type.items()},
        "clients and their results": sweep,
        "pgbench processor ms per transaction": round(1000 * spent / max(1, len(whole.latencies_s)), 3),
        "hot key": hot_key(place, life, told), "rows equal": equal,
    }  # fmt: skip


def processor_s() -> float:
    """Seconds that ended children took: pgbench and psql."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def driven(
    place: Database, life: Workload, clients: int, couples: int, noted: Callable[[str, Measured], Any], told: Callable[[str], None]
) -> bool:
    """Phase after phase on an empty database; whether its rows are at the end those of our ledger after the same calls."""
    network = Network(life.protocol, compiled=life.compiled)
    place.run(database(life.protocol))
    for number, (name, calls) in enumerate(life.on(network, clients * couples)):
        several = min(clients, len(calls))
        noted(name, by_pgbench(place, life.protocol, calls, several, f"{life.name} {number}"))
        for call, given in calls:
            network.commit(network.propose(call, given))
        told(f"{name}, {len(calls)} calls by {several} clients")
    return network.rows() == rows(life.protocol, place)


def hot_key(place: Database, life: Workload, told: Callable[[str], None]) -> dict[str, Any]:
    """All reports of one round at once, each by a client of its own: how often they are tried again."""
    network, found = Network(life.protocol, compiled=life.compiled), dict[str, Any]()
    place.run(database(life.protocol))
    for number, (name, calls) in enumerate(life.meeting(network)):
        part = by_pgbench(place, life.protocol, calls, len(calls) if name in REPORTS else 1, f"hot {number}")
        if name in REPORTS:
            found[name] = part.told()
        told(f"hot key: {name}")
    return found


def by_pgbench(place: Database, protocol: Protocol, calls: Sequence[Action], clients: int, said: str) -> Measured:
    """Calls of one transaction, shared among clients; pgbench reads the arguments of each from a table.  Raises PostgresMissing."""
    name, parameters = calls[0][0], protocol.transactions[calls[0][0]].parameters
    columns = ", ".join(f"{quoted(one)} {type_of(kind)}" for one, kind in parameters.items())
    values = ",".join(f"({place_of}, {', '.join(literal(given[one]) for one in parameters)})" for place_of, (_, given) in enumerate(calls))
    place.run(f"DROP TABLE IF EXISTS given; CREATE TABLE given (place bigint PRIMARY KEY, {columns}); INSERT INTO given VALUES {values};"
              "ANALYZE given;")  # fmt: skip
    each = len(calls) // clients
    asked = f"SELECT {quoted(name)}({', '.join(f'given.{quoted(one)}' for one in parameters)}) FROM given WHERE place = :at;"
    script = f"\\set at :client_id * {each} + :turn\n{asked}\n\\set turn :turn + 1\n"  # what is tried again begins anew
    with tempfile.TemporaryDirectory(prefix="marketproof-pgbench-") as folder:
        (Path(folder) / "call.sql").write_text(script, encoding="utf-8")
        command = [program("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(clients), "-t", str(each), "-D", "turn=0"]
        command += ["-f", "call.sql", "-l", "--log-prefix", "log", "--max-tries", str(MOST_TRIES), place.connection]
        done = subprocess.run(command, cwd=folder, env=place.environment(), capture_output=True, text=True, check=False)
        if done.returncode or len(calls) % clients:
            raise PostgresMissing(f"pgbench did not do {said}: {' '.join(done.stderr.split())[-400:]}")
        lines = [line.split() for file in Path(folder).glob("log.*") for line in file.read_text(encoding="utf-8").splitlines()]
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    retried = re.search(r"total number of retries: (\d+)", done.stdout)
    if rate is None or len(lines) != len(calls):
        raise PostgresMissing(f"pgbench says of {said}: {' '.join(done.stdout.split())[-400:]}")
    part = Measured()
    part.add([(VALID, int(line[2]) / 1e6) for line in lines], len(calls) / float(rate[1]), int(retried[1]) if retried else 0)
    return part


def shown(found: dict[str, Any]) -> str:
    """The figures as tables."""
    lines = [(name, *map(str, part.values())) for name, part in (*found["types"].items(), ("all", found["whole"]))]
    lines += [(f"all, {count} clients", *map(str, part.values())) for count, part in found["clients and their results"].items()]
    lines += [(f"hot key: {name}", *map(str, part.values())) for name, part in found["hot key"].items()]
    equal = "its rows are those of our ledger" if found["rows equal"] else "ITS ROWS ARE NOT those of our ledger"
    said = f"Postgres {found['postgres']}, {found['durability']}; pgbench -c {found['clients']} -j {found['clients']}; {equal}"
    spent = f"pgbench's own processor time: {found['pgbench processor ms per transaction']} ms a transaction; {found['machine']}"
    return "\n".join([terminal.table(("call", *HEAD), lines), terminal.wrapped(said), terminal.wrapped(spent)])
