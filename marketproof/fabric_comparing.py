"""`marketproof fabric compare`: scenarios by a seed, honest and hostile, on our ledger and on Fabric: the same state, codes and events."""

from __future__ import annotations

import datetime
import json
import os
import platform
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_runtime.engines import Memory
from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import read_connection
from ledger_runtime.fabric.programs import VERSION, module_digest
from ledger_runtime.identities import certified
from ledger_runtime.network import Network, Parts
from ledger_runtime.ordering import Cutting
from marketproof.fabric_pair import Pair, Twin
from marketproof.fabric_scenarios import LONGEST_KEPT, Scenario, scenarios
from marketproof.workload import Workload
from reports import terminal
from spec.digests import digest

WHAT = "fabric"  # in the name of the file of accepted figures
SHOWN_DIFFERENCES = 20
MOST_ROUNDS = 400
RELEASED = 0.4
CUTTING = Cutting(most_messages=10_000, most_bytes=1 << 30)


@dataclass
class Play:
    """Scenarios side by side, round after round."""

    pair: Pair
    rng: random.Random
    past: list[Twin]

    async def play(self, together: Sequence[Scenario], told: Callable[[str], None]) -> None:
        for _ in range(MOST_ROUNDS):
            if all(scenario.ended for scenario in together):
                return
            await self.round(together)
            told(f"{sum(self.pair.noted.ordered.values())} transactions, {len(self.pair.noted.differences)} differences")

    async def round(self, together: Sequence[Scenario]) -> None:
        """Everybody decides on one state; what they submit is ordered before anybody decides again."""
        by_number = {scenario.number: scenario for scenario in together}
        calls = [call for scenario in together if not scenario.ended for call in scenario.next_calls()]
        twins = await self.pair.endorse(calls)
        sent = [one for scenario in together for one in self.released(scenario)]
        for twin in twins:
            sent += self.fate_of(twin, by_number[twin.call.scenario])
        self.rng.shuffle(sent)
        codes = await self.pair.order(sent)
        honest = {twin.call.scenario for twin in twins if twin.call.honest and codes.get(twin.mark) == "VALID"}
        for scenario in together:
            if not scenario.over:
                scenario.settled(scenario.number in honest)
        self.past = (self.past + sent)[-500:]

    def fate_of(self, twin: Twin, scenario: Scenario) -> list[Twin]:
        """What of an endorsed call is submitted now."""
        fate = twin.call.fate
        if fate == "keep":
            scenario.kept.append(twin)
        if fate in ("drop", "keep"):
            return []
        if fate == "again" and self.past:
            return [twin, self.rng.choice(self.past)]
        return [twin, twin] if fate == "twice" else [twin]

    def released(self, scenario: Scenario) -> list[Twin]:
        """What was kept and is submitted now, on whatever state there is."""
        over = scenario.over or len(scenario.kept) > LONGEST_KEPT
        now = [twin for twin in scenario.kept if over or self.rng.random() < RELEASED]
        scenario.kept = [twin for twin in scenario.kept if twin not in now]
        return now


async def compared(
    connection: Path, workload: Workload, count: int, together: int, seed: int, told: Callable[[str], None]
) -> dict[str, Any]:
    """Play so many scenarios on a network that nobody else uses and on one of ours; what was compared."""
    began = time.monotonic()
    async with Client(read_connection(connection)) as client:
        base = await client.height() - 1
        parts = Parts(trust=certified(tuple(client.channels), seed), engines=[Memory()], cutting=CUTTING, keeps=4)
        network = Network(workload.protocol, tuple(client.channels), seed, compiled=workload.compiled, parts=parts)
        play = Play(Pair(network, client, base), random.Random(f"{seed}/order"), [])
        for start in range(0, count, together):
            numbers = range(start, min(start + together, count))
            await play.play(scenarios(workload, network, seed, numbers), told)
        rows = await play.pair.compare_states()
        network.verify()
    noted = play.pair.noted
    return {
        "variant": workload.name, "scenarios": count, "side by side": together, "seed": seed,
        "transactions": sum(noted.ordered.values()), "rows": rows, "blocks": noted.blocks,
        "largest block": noted.largest_block, "with ranges": noted.ranges,
        "codes": dict(sorted(noted.codes.items())),
        "types": {name: {"asked": noted.asked[name], "ordered": noted.ordered[name], "valid": noted.valid[name]}
                  for name in sorted(noted.asked)},
        "events": dict(sorted(noted.events.items())), "differences": len(noted.differences),
        "first differences": noted.differences[:SHOWN_DIFFERENCES], "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def accepted(found: dict[str, Any], workload: Workload) -> str:
    """The figures as they are committed: with the day, the versions and the text that they are of."""
    versions = {"fabric": VERSION, "programs": module_digest(), "python": platform.python_version(), "processors": os.cpu_count()}
    told = {"date": datetime.date.today().isoformat(), "versions": versions, "text": digest(workload.protocol), **found}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def shown(found: dict[str, Any]) -> str:
    """What was compared, in words and one table."""
    lines = [(name, *(str(count) for count in of.values())) for name, of in found["types"].items()]
    codes = ", ".join(f"{count} {code}" for code, count in found["codes"].items())
    said = f"{found['scenarios']} scenarios of `{found['variant']}`, {found['transactions']} transactions in {found['blocks']} blocks"
    differing = [f"{one['where']}: {one['what']}: ours {one['ours']}, Fabric {one['fabric']}" for one in found["first differences"]]
    end = f"{found['differences']} differences" if differing else f"everything is equal, and so are {found['rows']} rows at every peer"
    return "\n".join([terminal.table(("call", "asked", "ordered", "valid"), lines), *differing, f"{said}: {codes}; {end}"])
