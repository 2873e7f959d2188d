"""Worlds that leave one ledger: found by search, refused where there are none, replayed; and judged by the text's own sentences."""

from __future__ import annotations

import dataclasses
import itertools
from functools import cache

import pytest

from marketproof.bench import Bench
from marketproof.errors import ToolDisagrees
from marketproof.judging import examined, guilt, judged, replayed, same_on_the_ledger, soundness
from marketproof.variants import load, variant_named
from model.blaming import blame, cases_of
from model.enumeration import Steps
from model.public_views import public_view
from model.scope import Scope
from model.worlds import Place, World, Worlds, start_of, steps_of
from properties.disputes import DISPUTES
from spec.compiled import Compiled
from spec.language import BOOLEAN, Amendment, literal

UNDECIDED = {
    "paper": {"data hash", "rows", "training", "model", "duplicate", "silence", "input", "payment"},
    "hardened": {"data hash", "model", "silence", "input"},
}


@cache
def bench_of(variant: str) -> Bench:
    return Bench(load(variant, []))


@pytest.fixture(params=["paper", "hardened"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return bench_of(request.param)


@pytest.mark.parametrize("name", DISPUTES)
def test_which_disputes_are_undecided(bench: Bench, name: str) -> None:
    found = judged(bench, name)
    if "not_expressible" in found:
        assert (bench.protocol.name, name) == ("paper", "timestamp") and "time" in found["not_expressible"]
        return
    verdict, reason, shown = guilt([found])
    assert (verdict == "refuted") == (name in UNDECIDED[bench.protocol.name]), reason
    if verdict == "refuted":
        first, second = (set(world["culprits"]) for world in shown)
        assert not first & second and first
        assert "byte for byte" in found["view"]


WRONG = {"paper": {"contradiction", "mismatch", "other object", "same hash later"}, "hardened": set()}


@pytest.mark.parametrize(("variant", "wrong"), WRONG.items())
def test_which_sentences_blame_somebody_honest(variant: str, wrong: set[str]) -> None:
    bench = bench_of(variant)
    rules = [rule for name in DISPUTES for rule in judged(bench, name).get("rules", ())]
    assert {rule["rule"] for rule in rules if rule["wrong"] is not None} == wrong
    assert sum(rule["blames_in"] for rule in rules) > 100


def test_a_sentence_that_blames_the_first_reporter_is_refuted() -> None:
    """The engine tells a rule that is wrong whoever it blames: here the copier's victim in the plain order."""
    found = [judged(bench_of("paper"), "duplicate")]
    verdict, reason, shown = soundness(found)
    assert verdict == "refuted" and shown[0]["blames"] == ["co-1"] and shown[0]["culprits"] == ["co-2"], reason
    steps = [(one["step"], one["arguments"]["caller"]) for one in shown[0]["run"]]
    assert steps.index(("SubmitUpdateTJ", "co-1")) < steps.index(("UpdateTJ", "co-2")) < steps.index(("UpdateTJ", "co-1"))


def test_without_complaints_about_inputs_an_honest_owner_is_blamed() -> None:
    """Drop one: where nobody can say that its inputs are missing, an MO that withholds them has honest owners judged as silent."""
    never = Amendment("require", "ReportInput.never", "a test", lambda tx, couple, instance: literal(False, BOOLEAN))
    weak = variant_named("hardened").amended("weak", "nobody complains", never).load()
    found = examined(Bench(weak), dataclasses.replace(DISPUTES["silence"], coalitions=(("mo-1",),)))
    verdict, reason, shown = soundness([found])
    assert verdict == "refuted" and "silent" not in reason and shown[0]["culprits"] == ["mo-1"], reason
    assert shown[0]["blames"] == ["co-1", "co-2"] and "neither revealed" in reason


def test_worlds_that_differ_are_an_error_of_the_tool() -> None:
    bench = bench_of("paper")
    found = blame(bench.protocol, bench.compiled, DISPUTES["payment"])
    whole = [name for name, _ in found.worlds[0].run]
    unlike = next(world for world in found.worlds if "CompleteTC" in whole and "CompleteTC" not in {name for name, _ in world.run})
    with pytest.raises(ToolDisagrees, match="should leave the same ledger"):
        same_on_the_ledger(bench, dataclasses.replace(found, pair=(found.worlds[0], unlike)), [])


def test_every_kind_of_world_replays(bench: Bench) -> None:
    """Of each dispute some worlds, spread over all, are taken step by step by the ledger, which commits what the model says."""
    for dispute in (DISPUTES["data hash"], DISPUTES["model"], DISPUTES["payment"]):
        found = blame(bench.protocol, bench.compiled, dispute)
        for world in found.worlds[:: max(1, len(found.worlds) // 6)]:
            on_ledger = [action for action in replayed(bench, found, world) if found.steps[action[0]].on_ledger]
            assert on_ledger == [action for action in world.run if found.steps[action[0]].on_ledger]


def test_digests_are_told_apart_only_by_what_can_be_opened() -> None:
    protocol = load("hardened", [])
    steps = steps_of(protocol, DISPUTES["duplicate"])
    honest = blame(protocol, Compiled(protocol), DISPUTES["duplicate"]).worlds[0]
    view = public_view(honest.run, steps, ())
    commits = [line for line in view if line[0] == "CommitTJ"]
    assert commits and all(isinstance(line[-1], tuple) for line in commits), "a commitment that was revealed can be opened"
    before = [action for action in honest.run if action[0] != "UpdateTJ"]
    hidden = [line for line in public_view(before, steps, ()) if line[0] == "CommitTJ"]
    assert [line[-1] for line in hidden] == ["model hash 1", "model hash 2"]


def all_runs(worlds: Worlds, rows: dict, most: int) -> list[World]:
    """The reference: every order of every step that the coalition or honest parties can take, to the end."""
    steps: Steps = worlds.steps
    found, pending = [], [(rows, (), frozenset())]
    while pending:
        state, run, guilty = pending.pop()
        following = []
        for name in worlds.taken:
            if name == "Tick":
                continue
            honest = [given for given in worlds.honestly(state, name) if (name, given) not in run]
            possible = () if len(run) >= most or guilty else worlds.possible(Place(state, run), name)
            other = [given for given in possible if given not in honest and (name, given) not in run]
            for given, deviates in [*((g, False) for g in honest), *((g, True) for g in other)]:
                changed = steps.after(state, name, given) or {}
                if name in worlds.protocol.transactions and not any(state.get(row) != value for row, value in changed.items()):
                    continue
                blamed = guilty | ({given["caller"]} if deviates else set())
                following.append(({**state, **changed}, (*run, (name, given)), frozenset(blamed)))
        if not following or len(run) >= most:
            found.append(World(run, worlds.coalition, guilty, state, frozenset()))
        else:
            pending += following
    return found


def test_a_plain_enumeration_finds_the_same_two_culprits() -> None:
    """Every order of every step at 1x1, without the order and the reductions of `Worlds`: the DO and the CO leave the same ledger."""
    protocol = load("paper", [])
    compiled = Compiled(protocol)
    dispute = dataclasses.replace(DISPUTES["data hash"], scope="1x1")
    rows, _ = start_of(protocol, compiled, dispute)
    found = list(itertools.chain.from_iterable(
        all_runs(Worlds(protocol, compiled, dispute, rows, coalition), rows, 6) for coalition in (("do-1",), ("co-1",))))  # fmt: skip
    steps = steps_of(protocol, dispute)
    harmed = [any(name == "ComplainOfHash" for name, _ in world.run) for world in found]
    cases = cases_of(found, harmed, lambda world: public_view(world.run, steps, ("ComplainOfHash",)))
    open_cases = [case for case in cases if case.harmed and not case.culprits]
    assert open_cases and {frozenset({"do-1"}), frozenset({"co-1"})} <= {world.culprits for case in open_cases for world in case.worlds}
    assert Scope.parse(dispute.scope).instances == 1
