"""Deciding rows on all cores: each worker loads the variant itself and is told only names."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from adversaries.coalitions import COALITIONS, Coalition
from marketproof.bench import Bench, Decided
from marketproof.errors import ToolDisagrees
from marketproof.kept import cell_key, cell_read, cell_written
from marketproof.progress import Progress
from marketproof.store import Store
from marketproof.variants import load
from model.scope import Scope
from properties.claims import ONCE, Claim
from properties.paper_claims import CLAIMS

Found = TypeVar("Found")
Task = TypeVar("Task")
CONFIRM_SCOPE = Scope(1, 2)
CONFIRM_DEPTH = 4
TICK_S = 0.5


@dataclass(frozen=True)
class Order:
    """One cell of the matrix to decide."""

    claim: str
    part: str
    coalition: str
    scope: str
    depth: int
    start: str


_bench: list[Bench] = []


def ready_for_work() -> None:
    """In a worker: leave Ctrl-C to the parent, which ends it by SIGTERM, and end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()


def prepare(variant: str, switches: list[tuple[str, str]], seed: int, timeout_s: float | None, store: bool) -> None:
    """In a worker: load the variant once."""
    ready_for_work()
    _bench.append(Bench(load(variant, switches), seed, timeout_s, store=Store(enabled=store), source=variant))


def end_with_parent(parent: int) -> None:
    """A worker whose parent was killed ends by itself."""
    while os.getppid() == parent:
        time.sleep(TICK_S)
    os._exit(1)


def decide(order: Order, bench: Bench | None = None) -> Decided:
    """Decide one cell, and keep what was decided; one that ran out of time is asked again."""
    bench = bench or _bench[0]
    known = kept_cell(order, bench)
    if known is not None:
        return known
    claim, coalition = claim_of(order), coalition_of(order)
    decided = bench.decide_once(claim, Scope.parse(order.scope)) if coalition is None else searched(bench, claim, coalition, order)
    if decided.known is None and (decided.row.verdict != "unknown" or bench.timeout_s is None):
        bench.store.put(key_of(order, bench), cell_written(bench, decided))
    return decided


def claim_of(order: Order) -> Claim:
    return next(part for part in CLAIMS[order.claim].split() if part.parts[0].name == order.part)


def coalition_of(order: Order) -> Coalition | None:
    """Against whom; nobody where a claim is decided once for all."""
    return None if claim_of(order).kind in ONCE else COALITIONS[order.coalition]


def key_of(order: Order, bench: Bench) -> str:
    return cell_key(bench, claim_of(order), coalition_of(order), order.scope, order.depth, order.start)


def kept_cell(order: Order, bench: Bench) -> Decided | None:
    """A cell as it was decided before, of the same text by the same program."""
    found = bench.store.get(key_of(order, bench)) if bench.store.enabled else None
    return None if found is None else cell_read(bench, claim_of(order), found)


def searched(bench: Bench, claim: Claim, coalition: Coalition, order: Order) -> Decided:
    """A *holds_to* of honest parties gets a second opinion by plain enumeration at a smaller scope."""
    decided = bench.decide(claim, coalition, Scope.parse(order.scope), order.depth, order.start)
    nobody = not coalition.deviating and "forge" not in coalition.powers
    if decided.row.verdict == "holds_to" and nobody and order.start == "market" and claim.kind not in ("live", "know"):
        decided.row.confirmed = bench.enumerated(claim, coalition, CONFIRM_SCOPE, min(CONFIRM_DEPTH, order.depth))
    return decided


@contextmanager
def deciding(orders: list[Order], bench: Bench, prepared: tuple[Any, list[tuple[str, str]]], jobs: int) -> Iterator[Iterator[Decided]]:
    """The cells in order, decided by `jobs` processes; on an exception or Ctrl-C the workers are ended at once."""
    kept = {place: found for place, order in enumerate(orders) if (found := kept_cell(order, bench)) is not None}
    missing = [order for place, order in enumerate(orders) if place not in kept]
    with deciding_anew(missing, bench, prepared, jobs) as answers:
        yield (kept[place] if place in kept else next(answers) for place in range(len(orders)))


@contextmanager
def deciding_anew(orders: list[Order], bench: Bench, prepared: tuple[Any, list[tuple[str, str]]], jobs: int) -> Iterator[Iterator[Decided]]:
    if jobs == 1 or len(orders) < 2:
        yield (decide(order, bench) for order in orders)
        return
    given = (*prepared, bench.seed, bench.timeout_s, bench.store.enabled)
    with processes(min(jobs, len(orders)), prepare, given) as pool:
        with held_back():
            deepest_first = sorted(range(len(orders)), key=lambda place: -orders[place].depth)
            begun: dict[int, Future[Decided]] = {place: pool.submit(decide, orders[place]) for place in deepest_first}
        yield results([begun[place] for place in range(len(orders))], bench.progress)


def spread(
    work: Callable[[Task], Found], tasks: list[Task], prepare: Callable[..., None], prepared: tuple[Any, ...], jobs: int
) -> Iterator[Found]:
    """The answers to all tasks, in their order, by `jobs` processes; on an exception the workers are ended at once."""
    if tasks:
        with processes(min(jobs, len(tasks)), prepare, prepared) as pool:
            yield from pool.map(work, tasks)


@contextmanager
def processes(number: int, prepare: Callable[..., None], prepared: tuple[Any, ...]) -> Iterator[ProcessPoolExecutor]:
    """Workers that are prepared once each, and ended at once on an exception."""
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    with ProcessPoolExecutor(number, context, prepare, prepared) as pool:
        try:
            yield pool
        except BaseException:
            for process in list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def held_back() -> Iterator[None]:
    """Ctrl-C waits while workers are made: they inherit that, so that it never meets one that is not yet prepared."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def results(futures: list[Future[Decided]], progress: Progress) -> Iterator[Decided]:
    for future in futures:
        try:
            while wait([future], timeout=TICK_S).not_done:
                progress(f"{sum(one.done() for one in futures)} of {len(futures)} cells decided")
            yield future.result()
        except BrokenProcessPool as error:
            raise ToolDisagrees(f"a worker process ended without an answer: {error}") from error


def order_of(claim: Claim, coalition: str, scope: Scope, depth: int, start: str) -> Order:
    return Order(claim.name, claim.parts[0].name, coalition, str(scope), depth, start)
