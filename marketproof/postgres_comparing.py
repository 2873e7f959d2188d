"""`marketproof postgres compare`: the same calls, one after another, on our ledger and as functions of a database."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ledger_runtime.errors import LedgerError
from ledger_runtime.network import Network
from ledger_runtime.postgres.calling import answers, rows
from ledger_runtime.postgres.cluster import Database
from ledger_runtime.postgres.functions import REFUSED, database
from marketproof.fabric_scenarios import Call, Scenario, scenarios
from marketproof.workload import Workload
from reports import terminal
from spec.errors import Refused

SHOWN_DIFFERENCES = 10
UNFIT = "unfit"


def compared(workload: Workload, place: Database, count: int, seed: int, told: Callable[[str], None]) -> dict[str, Any]:
    """Play so many scenarios, one after another, each call committed before the next one is asked for; what was compared.

    Calls that do not fit a transaction's parameters are refused before any code runs, and are not sent to the database.
    """
    began, network = time.monotonic(), Network(workload.protocol, seed=seed, compiled=workload.compiled)
    place.run(database(workload.protocol))
    counts, types, differences = Counter[str](), Counter[str](), list[dict[str, Any]]()
    for number, scenario in enumerate(scenarios(workload, network, seed, range(count)), start=1):
        played = [one for one in play(network, scenario) if one[1] != UNFIT]
        theirs = answers(workload.protocol, place, ((call.transaction, call.arguments) for call, _ in played))
        for (call, ours), other in zip(played, theirs, strict=True):
            types[call.transaction] += 1
            counts[ours if ours.startswith(REFUSED) else "done"] += 1
            if said(ours) != said(other):
                differences.append({"scenario": call.scenario, "call": call.transaction, "ours": ours, "postgres": other})
        told(f"{number} of {count} scenarios, {sum(types.values())} calls, {len(differences)} differences")
    here, there = network.rows(), rows(workload.protocol, place)
    differences += [{"row": str(row), "ours": here.get(row), "postgres": there.get(row)}
                    for row in sorted({*here, *there}, key=str) if here.get(row) != there.get(row)]  # fmt: skip
    refused = sum(number for answer, number in counts.items() if answer.startswith(REFUSED))
    return {
        "variant": workload.name, "postgres": place.version(), "seed": seed, "scenarios": count, "calls": sum(types.values()),
        "done": counts["done"], "refused": refused, "guards": len(counts) - 1, "types": dict(sorted(types.items())), "rows": len(here),
        "differences": len(differences), "first differences": differences[:SHOWN_DIFFERENCES],
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def play(network: Network, scenario: Scenario) -> Iterator[tuple[Call, str]]:
    """The calls of a scenario with what our ledger answers to each."""
    while not scenario.ended:
        for call in list(scenario.next_calls()):
            answer = answered(network, call)
            if call.honest:
                scenario.settled(not answer.startswith((REFUSED, UNFIT)))
            yield call, answer


def answered(network: Network, call: Call) -> str:
    """The event as JSON, nothing, `refused GUARD`, or that it fits no transaction."""
    try:
        receipt = network.commit(network.propose(call.transaction, call.arguments))
    except Refused as refused:
        return f"{REFUSED}{refused.guard}"
    except LedgerError:
        return UNFIT
    return "" if receipt.event is None else json.dumps(receipt.event)


def said(answer: str) -> Any:
    """An answer as it is compared: events as data."""
    return json.loads(answer) if answer.startswith("[") else answer


def shown(found: dict[str, Any]) -> str:
    """What was compared, in words and one table."""
    lines = [(name, str(count)) for name, count in found["types"].items()]
    differing = [json.dumps(one, ensure_ascii=False) for one in found["first differences"]]
    what = f"{found['scenarios']} scenarios of `{found['variant']}`, {found['calls']} calls, of which {found['refused']} refused"
    end = f"{found['differences']} differences" if differing else f"every answer is equal, and so are {found['rows']} rows"
    said = f"{what} by {found['guards']} guards; {end} (Postgres {found['postgres']})"
    return "\n".join([terminal.table(("call", "calls"), lines), *differing, terminal.wrapped(said)])
