"""`marketproof postgres`: the transactions of a variant as functions of a database, held beside our ledger, and measured by pgbench."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from ledger_runtime.errors import LedgerError
from ledger_runtime.postgres.cluster import reached
from marketproof import postgres_comparing, postgres_measuring
from marketproof.errors import UserError
from marketproof.progress import Progress
from marketproof.workload import Workload, shortest
from model.scope import Scope

DONE, DIFFERS = 0, 1


def postgres(given: argparse.Namespace) -> int:
    """Dispatch; what the database or the ledger refuses is bad use, and told in one line."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {"compare": compare, "bench": bench}
    try:
        return actions[given.action](given)
    except LedgerError as error:
        raise UserError(str(error)) from error


def compare(given: argparse.Namespace) -> int:
    """Play scenarios on our ledger and on a database; 0 when answers and rows are equal, else 1."""
    progress, workload = Progress(), Workload(given.variant, Scope.parse(given.scope), readings=tuple(given.switch))
    progress.start("postgres compare")
    with reached(given.connection) as database:
        found = postgres_comparing.compared(workload, database, given.scenarios, given.seed, progress)
    progress.done()
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else postgres_comparing.shown(found))
    return DIFFERS if found["differences"] else DONE


def bench(given: argparse.Namespace) -> int:
    """Life cycles of many couples by pgbench, a sweep of clients, and a hot key; 1 when the rows are not those of our ledger."""
    progress, life = Progress(), shortest(given.variant, tuple(given.switch))
    progress.start("postgres bench")
    with reached(given.connection) as database:
        found = postgres_measuring.measured(database, life, given.couples, given.clients, progress)
    progress.done()
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else postgres_measuring.shown(found))
    return DONE if found["rows equal"] else DIFFERS
