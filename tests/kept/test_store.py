"""The store: what it gives back, what it forgets, and that nothing depends on its being there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from adversaries.coalitions import COALITIONS
from marketproof import store as module
from marketproof.bench import Bench
from marketproof.commands import claims_named
from marketproof.kept import Confirmed
from marketproof.proving import prove_task, units_of
from marketproof.store import Store
from model.search import all_steps
from properties.proofs import Plan, plan_of
from spec.text import Protocol
from spec.variants import variant

HARDENED = variant("hardened")


def fill(place: str) -> int:
    store = Store(Path(place))
    for number in range(200):
        store.put(f"key {number}", {"number": number})
    return sum(store.get(f"key {number}") == {"number": number} for number in range(200))


def test_what_is_put_is_got(tmp_path: Path) -> None:
    store = Store(tmp_path / "new" / "folder")
    store.put("a", [1, {"b": None}])
    assert store.get("a") == [1, {"b": None}] and store.get("b") is None
    assert Store(tmp_path / "new" / "folder").get("a") == [1, {"b": None}]


def test_several_processes(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        assert list(pool.map(fill, [str(tmp_path)] * 3)) == [200] * 3


def test_nothing_without_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path, enabled=False)
    store.put("a", 1)
    assert store.get("a") is None and list(tmp_path.iterdir()) == []


def garbage(place: Path) -> None:
    place.mkdir(exist_ok=True)
    (place / "answers.sqlite").write_bytes(b"no database at all, but long enough to look like one" * 40)


def a_file(place: Path) -> None:
    place.write_text("in the way")


@pytest.mark.parametrize("spoil", [garbage, a_file])
def test_a_store_that_cannot_be_used_is_not(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(tmp_path / "store")
    store = Store(tmp_path / "store")
    store.put("a", 1)
    assert store.get("a") is None


def test_an_entry_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("a", 1)
    connection = sqlite3.connect(tmp_path / "answers.sqlite")
    connection.execute("UPDATE answers SET answer = ?", (b"torn",))
    connection.commit()
    assert store.get("a") is None
    store.put("a", 2)
    assert store.get("a") == 2


def test_the_older_half_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    for number in range(10):
        monkeypatch.setattr(module.time, "time", lambda number=number: float(number))
        store.put(str(number), number)
    store.prune()
    assert store.get("0") == 0
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    store.prune()
    assert [store.get(str(number)) for number in range(10)] == [None] * 5 + [5, 6, 7, 8, 9]


# --- proofs ---


def planned(protocol: Protocol, label: str = "C33") -> Plan:
    return plan_of(protocol, claims_named(label), all_steps(protocol, COALITIONS["peer"]))


def test_kept_proofs_are_the_proofs(tmp_path: Path) -> None:
    protocol, steps = HARDENED.load(), ("UpdateTJ", "CommitTJ")
    bench, plan = Bench(protocol, store=Store(tmp_path)), planned(protocol)
    first = [one for step in steps for one in prove_task(bench, plan, step)]
    again = [one for step in steps for one in prove_task(bench, plan, step)]
    assert again == [replace(one, kept=True) for one in first] and not any(one.kept for one in first)
    assert any(one.obligation.by == "solver" and one.obligation.rests_on for one in first)


def keys(protocol: Protocol, label: str = "C33") -> dict[tuple[str, str], str]:
    """The key of every unit of all steps."""
    bench, plan = Bench(protocol), planned(protocol, label)
    steps = all_steps(protocol, COALITIONS["peer"])
    return {(step, unit.reads[1:][0] + str(place)): unit.key for step in steps for place, unit in enumerate(units_of(bench, plan, step))}


def test_one_guard_concerns_its_step_only() -> None:
    whole, less = keys(HARDENED.load()), keys(HARDENED.load(waive=("require CommitTJ.caller_owns_slot",)))
    assert {step for (step, place), key in whole.items() if less[step, place] != key} == {"CommitTJ"}


def test_a_seed_and_the_program_concern_all(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, plan = Bench(HARDENED.load()), planned(HARDENED.load())
    unit = next(iter(units_of(bench, plan, "UpdateTJ")))
    seeded = next(iter(units_of(Bench(HARDENED.load(), seed=1), plan, "UpdateTJ")))
    assert seeded.key != unit.key
    monkeypatch.setattr("marketproof.proving.program", lambda: "another")
    assert next(iter(units_of(bench, plan, "UpdateTJ"))).key != unit.key


CONCERNED = {"require CommitTJ.caller_owns_slot": "CommitTJ", "add_effect VerifyCI.attest": "VerifyCI", "drop_field TC.rem": "CreateMod"}


@pytest.mark.parametrize(("amendment", "step"), CONCERNED.items())
def test_a_store_of_another_text_changes_nothing(tmp_path: Path, amendment: str, step: str) -> None:
    """Proofs of the whole text are kept; those of a text without an amendment are as they are without a store, to the letter."""
    whole, less, store = HARDENED.load(), HARDENED.load(waive=(amendment,)), Store(tmp_path)
    for other in (step, "OpenReveal"):
        prove_task(Bench(whole, store=store), planned(whole), other)
    found = [one for other in (step, "OpenReveal") for one in prove_task(Bench(less, store=store), planned(less), other)]
    fresh = [one for other in (step, "OpenReveal") for one in prove_task(Bench(less), planned(less), other)]
    assert [without_time(one) for one in found] == [without_time(one) for one in fresh]
    assert any(one.kept for one in found)


def without_time(one: Confirmed) -> Confirmed:
    return replace(one, kept=False, obligation=replace(one.obligation, seconds=0.0))
