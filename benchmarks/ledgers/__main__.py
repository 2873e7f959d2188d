"""`python -m benchmarks.ledgers`: the same life cycle on our ledger, on a real Fabric and on Postgres, on the same cores in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from benchmarks.ledger.__main__ import FULL, HOT, LIFE, hot
from benchmarks.ledger.apart import run_apart
from benchmarks.ledger.running import Measured, Setting, machine, run
from ledger_runtime.blocks import Code
from ledger_runtime.errors import LedgerError
from ledger_runtime.postgres.cluster import private
from marketproof import fabric_caliper, fabric_measuring, postgres_measuring
from marketproof.fabric import passing
from marketproof.measured_speed import CALIPER, FABRIC, OURS, OURS_ALONE, POSTGRES, measured_claims
from marketproof.progress import Progress
from properties import expectations
from reports.measured import CLAIM_HEADER, LEDGERS, SCHEMA, claim_lines
from reports.performance import residual_of
from reports.shapes import Value
from reports.terminal import table

RESULTS = expectations.FOLDER / LEDGERS
FULL_BATCH_MS = 100
QUANTILES = ("p50 ms", "p95 ms", "p99 ms")
Told = Callable[[str], None]


def of_ours(measured: Measured) -> dict[str, Any]:
    """Figures of our ledger as those of the others are named."""
    quantiles = {f"p{share * 100:.0f} ms": round(measured.quantile_ms(share), 2) for share in (0.5, 0.95, 0.99)}
    return {
        "sent": measured.sent, "valid": measured.valid, "conflicts": measured.codes[Code.MVCC_READ_CONFLICT],
        "goodput/s": round(measured.goodput, 1), **quantiles,
        "processor ms per transaction": round(1000 * measured.processor_s / max(1, measured.sent), 3),
        "types": {name: round(count / seconds, 1) for name, (count, seconds) in measured.by_type.items() if seconds},
    }  # fmt: skip


def ours(given: argparse.Namespace, told: Told) -> dict[str, dict[str, Any]]:
    """By arrangement: a process for clients and endorsers and one for the peer; all in one process with 1, 2 and 4 peers."""
    found = {OURS: of_ours(run_apart(LIFE, Setting(), given.transactions))}
    told(OURS)
    for peers in (1, 2, 4):
        setting = replace(Setting(threads=0), peers=peers)
        name = f"ours, signed, one process, {peers} peer{'s' * (peers > 1)}"
        found[name] = of_ours(run(LIFE, setting, given.transactions // peers, told=told))
    return found


def fabric(given: argparse.Namespace, told: Told) -> dict[str, Any]:
    """On a Fabric of its own, with the time from nothing to a network that answers, and to its first committed transaction."""
    began = time.perf_counter()
    with passing("paper", {}, told, timeout_ms=given.batch_ms) as record:
        up_s = time.perf_counter() - began
        one = fabric_measuring.run(record, LIFE, 1, 1, told)
        alone = {name: part["p50 ms"] / 1000 for name, part in one["types"].items()}
    with passing("paper", {}, told, timeout_ms=given.batch_ms) as record:
        found = fabric_measuring.run(record, LIFE, given.couples, given.at_once, told)
    first = {"up s": round(up_s, 1), "first committed s": round(up_s + alone["CreateDO"], 1)}
    return {**of_fabric(found), **first, "life alone s": round(sum(alone.values()), 2)}


def of_fabric(found: dict[str, Any]) -> dict[str, Any]:
    """Figures of a run as those of the others are named."""
    parts = found["processor ms per transaction"]
    return {
        **found["whole"], "processor ms per transaction": round(sum(parts.values()), 3), "processor ms by component": parts,
        "hot key": found["hot key"], "types": {name: part["goodput/s"] for name, part in found["types"].items()},
    }  # fmt: skip


def by_caliper(given: argparse.Namespace, told: Told) -> dict[str, Any]:
    """The same calls on a Fabric of its own, made by Caliper."""
    with passing("paper", {}, told, timeout_ms=given.batch_ms) as record:
        found = fabric_caliper.run(record, LIFE, given.couples, given.at_once, told)
    own = {name: (found["types"] | found["hot key"])[name][fabric_caliper.OWN_SAID] for name in found["Caliper"]}
    return {**of_fabric(found), "Caliper's own/s": own}


def postgres(given: argparse.Namespace, told: Told) -> dict[str, Any]:
    with private() as place:
        return of_postgres(postgres_measuring.measured(place, LIFE, max(1, given.couples // postgres_measuring.CLIENTS), [], told))


def of_postgres(found: dict[str, Any]) -> dict[str, Any]:
    """Figures of a run as those of the others are named; nothing is valid in rows that are not ours."""
    return {**found["whole"], "valid": found["whole"]["valid"] if found["rows equal"] else 0, "hot key": found["hot key"],
            "types": {name: part["goodput/s"] for name, part in found["types"].items()}}  # fmt: skip


def full(given: argparse.Namespace, told: Told) -> dict[str, dict[str, Any]]:
    """A whole life cycle, eight subsets of three replicas over three rounds, for a few couples side by side."""
    found = {OURS_ALONE: of_ours(run(FULL, Setting(threads=0), given.full * len(FULL.calls), told=told))}

    def on_fabric() -> dict[str, Any]:
        with passing("paper", {}, told, timeout_ms=FULL_BATCH_MS) as record:
            return of_fabric(fabric_measuring.run(record, FULL, given.full, given.at_once, told))

    def on_postgres() -> dict[str, Any]:
        with private() as place:
            return of_postgres(postgres_measuring.measured(place, FULL, 1, [], told))

    for name, measure in ((FABRIC, on_fabric), (POSTGRES, on_postgres)):
        with suppress(LedgerError):
            found[name] = measure()
    return found


def measured(given: argparse.Namespace, told: Told) -> dict[str, Any]:
    """Everything, in one run; a ledger that cannot be had here is named with the reason."""
    found: dict[str, Any] = {"schema": SCHEMA, "python": platform.python_version(), "machine": machine(), "processors": os.cpu_count()}
    found["ledgers"] = ours(given, told)
    for name, measure in ((FABRIC, fabric), (CALIPER, by_caliper), (POSTGRES, postgres)):
        try:
            found["ledgers"][name] = measure(given, told)
        except LedgerError as error:
            found.setdefault("not here", {})[name] = str(error)
    found["full"] = full(given, told)
    found["hot key of ours"] = [dict(zip(("variant", "call", "in one block", "valid", "conflicts"), line, strict=True))
                                for name in HOT for line in hot(name)]  # fmt: skip
    return {**found, "concluded": concluded(found), "claims": [one.as_dict() for one in measured_claims(found["ledgers"])]}


def concluded(found: dict[str, Any]) -> list[str]:
    """What the figures say, in words."""
    goodput = {name: one["goodput/s"] for name, one in found["ledgers"].items()}
    ranked = sorted(goodput, key=lambda name: -goodput[name])
    said = ["Most valid transactions a second: " + ", then ".join(f"{name} ({goodput[name]:,.0f})" for name in ranked) + "."]
    if FABRIC in goodput:
        one = found["ledgers"][FABRIC]
        parts = ", ".join(f"{name} {ms}" for name, ms in one["processor ms by component"].items())
        ratio = goodput[OURS] / goodput[FABRIC]
        said.append(f"Ours has {ratio:.1f} times the goodput of Fabric on the same cores, where a transaction takes {parts} ms of them.")
        said.append(f"From nothing to a committed transaction on Fabric, its programs built: {one['first committed s']} s.")
    if CALIPER in goodput:
        said.append(f"Caliper, whose client signs in JavaScript, drives the same network to {goodput[CALIPER]:,.0f} valid a second.")
    if POSTGRES in goodput:
        ratio = goodput[OURS] / goodput[POSTGRES]
        what = f"Ours has {ratio:.1f} times the goodput of Postgres" if ratio > 1 else f"Postgres has {1 / ratio:.1f} times our goodput"
        said.append(f"{what}: there nobody signs and nobody validates for himself, and each call, not each block, waits for the disk.")
    return said + [f"{name} was not measured: {reason}" for name, reason in found.get("not here", {}).items()]


def runs(said: str, measured: dict[str, dict[str, Any]]) -> str:
    """A line for each ledger."""
    lines = [(name, f"{one['sent']:,}", f"{one['goodput/s']:,.0f}", str(one["conflicts"]), *(str(one[part]) for part in QUANTILES),
              str(one.get("processor ms per transaction", "–"))) for name, one in measured.items()]  # fmt: skip
    return table((said, "sent", "valid/s", "conflicts", *QUANTILES, "processor ms"), lines)


def shown(found: dict[str, Any]) -> str:
    names = list(found["ledgers"])
    first, whole = runs("fifteen transactions of `paper`", found["ledgers"]), runs("a full life cycle", found["full"])
    wanted = [name for name in names if name in (OURS_ALONE, FABRIC, CALIPER, POSTGRES)]
    types = [(call, *(f"{found['ledgers'][name]['types'].get(call, 0):,.0f}" for name in wanted)) for call in dict(LIFE.calls)]
    keys = [tuple(one.values()) for one in found["hot key of ours"]]
    theirs = {name: found["ledgers"][name] for name in (FABRIC, CALIPER, POSTGRES) if name in found["ledgers"]}
    others = [f"hot key on {name}: {one['hot key']}" for name, one in theirs.items()]
    heads = ("hot key, ours", "call", "in one block", "valid", "conflicts")
    tables = [first, whole, table(("valid/s", *wanted), types), table(heads, keys)]
    claims = table(CLAIM_HEADER, claim_lines(residual_of(Value("", "", one)) for one in found["claims"]))
    return "\n\n".join([found["machine"], *tables, claims, "\n".join([*others, *found["concluded"]])])


def main() -> int:
    """Measure, print tables and what they say, or JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.ledgers", description=__doc__)
    parser.add_argument("--transactions", type=int, default=30_000, help="of each run on our ledger, about (default: 30000)")
    parser.add_argument("--couples", type=int, default=400, help="life cycles on Fabric and on Postgres (default: 400)")
    parser.add_argument("--full", type=int, default=8, help="full life cycles side by side (default: 8)")
    parser.add_argument("--at-once", type=int, default=450, help="calls under way at most on Fabric (default: 450)")
    parser.add_argument("--batch-ms", type=int, default=1000, help="longest wait of Fabric's orderer for a full block (default: 1000)")
    parser.add_argument("--write", action="store_true", help=f"keep the figures in {RESULTS.name}")
    parser.add_argument("--json", action="store_true")
    given, progress = parser.parse_args(), Progress()
    progress.start("bench-ledgers")
    found = measured(given, progress)
    progress.done()
    if given.write:
        RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else shown(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
