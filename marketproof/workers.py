"""Deciding rows on all cores: each worker loads the variant itself and is told only names."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench, Decided, ToolDisagrees
from marketproof.variants import load
from model.scope import Scope
from properties.claims import Claim
from properties.paper_claims import CLAIMS

CONFIRM_SCOPE = Scope(1, 2)
CONFIRM_DEPTH = 4


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


def prepare(variant: str, switches: list[tuple[str, str]], seed: int, timeout_s: float | None) -> None:
    """In a worker: load the variant once, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bench.append(Bench(load(variant, switches), seed, timeout_s))


def decide(order: Order, bench: Bench | None = None) -> Decided:
    """Decide one cell; a *holds_to* of honest parties gets a second opinion by plain enumeration at a smaller scope."""
    bench = bench or _bench[0]
    claim = next(part for part in CLAIMS[order.claim].split() if part.parts[0].name == order.part)
    if claim.kind == "arith":
        return bench.decide_numbers(claim)
    coalition = COALITIONS[order.coalition]
    decided = bench.decide(claim, coalition, Scope.parse(order.scope), order.depth, order.start)
    nobody = not coalition.deviating and "forge" not in coalition.powers
    if decided.row.verdict == "holds_to" and nobody and claim.kind != "two_runs" and order.start == "market":
        decided.row.confirmed = bench.enumerated(claim, coalition, CONFIRM_SCOPE, min(CONFIRM_DEPTH, order.depth))
    return decided


@contextmanager
def deciding(orders: list[Order], prepared: tuple[Any, ...], jobs: int) -> Iterator[Iterator[Decided]]:
    """The cells in order, decided by `jobs` processes; on an exception or Ctrl-C the workers are ended at once."""
    if jobs == 1 or len(orders) < 2:
        bench = Bench(load(prepared[0], prepared[1]), *prepared[2:])
        yield (decide(order, bench) for order in orders)
        return
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    with ProcessPoolExecutor(min(jobs, len(orders)), context, prepare, prepared) as pool:
        futures: list[Future[Decided]] = [pool.submit(decide, order) for order in orders]
        try:
            yield results(futures)
        except BaseException:
            for process in list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def results(futures: list[Future[Decided]]) -> Iterator[Decided]:
    for future in futures:
        try:
            yield future.result()
        except BrokenProcessPool as error:
            raise ToolDisagrees(f"a worker process ended without an answer: {error}") from error


def order_of(claim: Claim, coalition: str, scope: Scope, depth: int, start: str) -> Order:
    return Order(claim.name, claim.parts[0].name, coalition, str(scope), depth, start)
