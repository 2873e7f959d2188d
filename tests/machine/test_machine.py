"""Parties on a ledger, driven by Hypothesis: deviating ones break what the search breaks, honest ones nothing that it says holds."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from adversaries.behaviours import BEHAVIOURS, TIMINGS, UnknownBehaviour, behaviour
from marketproof.replaying import ReplayFailed, replay
from model.scope import Scope
from model.witness import Witness
from properties.paper_claims import CLAIMS
from tests.machine.market_machine import BENCH, JUDGED, PROTOCOL, Broken, Market, machine

HELD_BY_HONEST = ("C11", "C31", "C35")
LIMITS = settings(derandomize=True, database=None, deadline=None, print_blob=False, report_multiple_bugs=False,
                  suppress_health_check=list(HealthCheck))  # fmt: skip

FOUND = {
    "C31 by sending twice": (("C31",), ("honest", "twice"), ("co-1",), "CO"),
    "C11 by joining again": (("C11",), ("honest", "rejoin"), ("co-1",), "CO"),
    "C11 by copying": (("C11",), ("honest", "copy"), ("co-1",), "CO"),
    "C25 by starting a round again": (("C25",), ("honest", "restart"), ("mo-1",), "MO"),
}
SHRUNK = ("C11 by joining again", "C11 by copying")


def found_by(kind: type[Market], examples: int, steps: int, shrink: bool = False) -> Broken | None:
    """The counterexample that Hypothesis finds, if any; the smallest one where that is asked for (long runs shrink slowly)."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    try:
        run_state_machine_as_test(kind, settings=settings(LIMITS, max_examples=examples, stateful_step_count=steps, phases=phases))
    except Broken as broken:
        return broken
    return None


@functools.cache
def counterexample(name: str) -> Broken | None:
    judged, behaviours, coalition, _ = FOUND[name]
    return found_by(machine(behaviours, judged, coalition), 100, 25, shrink=name in SHRUNK)


def witness_of(broken: Broken, coalition: str, deviating: tuple[str, ...], run: list[Any]) -> Witness:
    prefix = BENCH.market(Scope(1, 2), "market").steps
    return Witness(broken.claim, broken.part, PROTOCOL.name, dict(PROTOCOL.readings), "1x2", "market", coalition, list(deviating),
                   prefix, [run], len(run))  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_a_deviating_party_is_found_and_the_run_replays(name: str) -> None:
    judged, _, deviating, coalition = FOUND[name]
    broken = counterexample(name)
    assert broken is not None and broken.claim in judged
    assert replay(PROTOCOL, CLAIMS[broken.claim], witness_of(broken, coalition, deviating, broken.run), Scope(1, 2))
    with pytest.raises(ReplayFailed):
        replay(PROTOCOL, CLAIMS[broken.claim], witness_of(broken, coalition, deviating, broken.run[:-1]), Scope(1, 2))


def test_a_run_that_was_shrunk_is_minimal() -> None:
    for name in SHRUNK:
        broken = counterexample(name)
        assert broken is not None and [step for step, _ in broken.run] == ["JoinCI"]


@pytest.mark.parametrize("scope", ["1x2", "2x1"])
def test_honest_parties_break_nothing_that_holds(scope: str) -> None:
    kind = machine(("honest", "late"), HELD_BY_HONEST, scope=scope)
    assert found_by(kind, 60, 25) is None
    assert kind.counts["examples"] >= 30 and kind.counts["honest"] > 200, kind.counts
    assert kind.counts["event RoundStarted"] > 0 and kind.counts["event RoundComplete"] > 0, kind.counts
    assert kind.counts["late VALID"] > 0 and kind.counts["late MVCC_READ_CONFLICT"] > 0, kind.counts


def test_honest_parties_alone_overwrite_a_job_in_a_later_round() -> None:
    """C33 holds to the depth of its search only: the next round of a couple uses the same job rows, which no deviation is needed for."""
    broken = found_by(machine(("honest",), ("C33",), scope="1x2"), 100, 25)
    assert broken is not None and [step for step, _ in broken.run].count("StartRound") > 1
    assert replay(PROTOCOL, CLAIMS["C33"], witness_of(broken, "orderer", (), broken.run), Scope(1, 2))


def test_the_ledger_keeps_its_promises_whatever_parties_do() -> None:
    kind = machine(tuple(BEHAVIOURS), (), ("co-1", "mo-1", "pseudonym-1"))
    assert found_by(kind, 100, 30) is None
    assert min(kind.counts.get(name, 0) for name in ("honest", "late", "copy", "twice", "twice late", "rejoin")) > 0, kind.counts
    assert min(kind.counts.get(f"late {code}", 0) for code in ("VALID", "MVCC_READ_CONFLICT")) > 0, kind.counts


def test_the_signed_ledger_keeps_them_too() -> None:
    kind = machine(tuple(BEHAVIOURS), (), ("co-1", "mo-1", "pseudonym-1"), ledger="signed")
    assert found_by(kind, 12, 25) is None
    assert kind.counts["examples"] >= 12 and sum(kind.counts.values()) > 100, kind.counts


def test_behaviours_are_declared_once_with_words_and_a_known_timing() -> None:
    assert all(one.described and one.timing in TIMINGS and one.name == name for name, one in BEHAVIOURS.items())
    assert behaviour("twice").deviating and not behaviour("honest").deviating
    assert set(JUDGED) <= set(CLAIMS)


def test_an_unknown_behaviour_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownBehaviour, match="copy, honest"):
        behaviour("polite")
