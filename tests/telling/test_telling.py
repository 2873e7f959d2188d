"""Attacks told in full: reasons that are true of other runs, what parties know, prices, what stops them, files that stand by themselves."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.__main__ import main
from marketproof.bench import Bench, Decided
from marketproof.described import causes_in, start_of
from marketproof.repaired import attempted, repaired
from marketproof.replaying import ReplayFailed, replay
from marketproof.telling import break_of, told_of
from model.learning import Learning
from model.pricing import payoff_told, price
from model.scope import Scope
from model.search import all_steps
from model.witness import Witness
from properties.paper_claims import CLAIMS
from spec.variants import variant

PARTS = {part.label: part for claim in CLAIMS.values() for part in claim.split()}
FOUND = (("C31/event", "CO"), ("C33", "CO"), ("C25/once", "MO"), ("C25/same", "DO"), ("C11", "CO"), ("C12", "DO"))


@functools.cache
def bench(name: str = "paper") -> Bench:
    return Bench(variant(name).load())


@functools.cache
def found(label: str, coalition: str) -> Decided:
    claim = PARTS[label]
    return bench().decide(claim, COALITIONS[coalition], Scope.parse(claim.scope), claim.depth)


def witness_of(label: str, coalition: str) -> tuple[Witness, Scope]:
    witness = found(label, coalition).witness
    assert witness is not None, label
    return witness, Scope.parse(witness.scope)


def without(witness: Witness, run: int, step: int) -> Witness:
    """The same witness without one step of a run."""
    runs = [[action for place, action in enumerate(one, 1) if (number, place) != (run, step)] for number, one in enumerate(witness.runs)]
    return Witness(**{**witness.__dict__, "runs": runs, "broken_at": max(map(len, runs))})


@pytest.mark.parametrize(("label", "coalition"), FOUND)
def test_the_break_needs_each_step_that_it_is_said_to_rest_on(label: str, coalition: str) -> None:
    witness, scope = witness_of(label, coalition)
    causes = break_of(bench(), PARTS[label], witness, scope)
    assert causes or max(map(len, witness.runs)) == 1
    for run, cause in causes:
        with pytest.raises(ReplayFailed):
            replay(bench().protocol, PARTS[label], without(witness, run, cause.step), scope)


def test_a_step_that_needs_an_earlier_one_is_refused_without_it() -> None:
    witness, scope = witness_of("C33", "CO")
    causes = causes_in(bench(), witness, scope, start_of(bench(), witness, scope))
    reasons = [causes.take(action) for action in witness.runs[0]]
    needed = [(place, cause) for place, reason in enumerate(reasons) for cause in reason.causes if "would refuse it" in cause.needed_by]
    assert needed
    for place, cause in needed:
        again = causes_in(bench(), witness, scope, start_of(bench(), witness, scope))
        for other, action in enumerate(witness.runs[0][:place], 1):
            again.take(action) if other != cause.step else None
        name, given = witness.runs[0][place]
        assert again.steps.after(again.rows, name, given) is None


def test_who_deviates_is_told_why_nobody_honest_would() -> None:
    told = told_of(bench(), PARTS["C31/event"], witness_of("C31/event", "CO")[0], Scope(2, 2), [])
    steps = told["runs"][0]
    assert [any(line.startswith("an honest party would not") for line in step["because"]) for step in steps] == [False, True, True]
    assert any("rem" in line for line in steps[2]["because"])


def test_what_is_known_after_a_step_was_not_known_before_and_only_to_who_can_derive_it() -> None:
    witness, scope = witness_of("C33", "CO")
    steps = all_steps(bench().protocol, COALITIONS["CO"])
    learning = Learning(bench().protocol, bench().compiled, scope, witness.prefix, witness.runs[0], steps, frozenset({"co-1"}))
    learned = learning.after_each()
    assert [bool(one) for one in learned] == [False, True, False]
    place = next(one for one in learned[1] if one.holder == "do-1")
    assert place.term == ("location", "ci-1") and place.how == "opened with the key"
    begins = len(witness.prefix)
    for number, one in enumerate(learned, begins + 1):
        for each in one:
            members = next(members for name, members in learning.parties if name == each.holder)
            assert each.term in learning.known(members, number) and each.term not in learning.known(members, number - 1)
    assert not any(each.term == place.term and each.holder == "mo-1" for one in learned for each in one)


def test_the_price_of_an_attack_is_read_off_the_money_of_its_text() -> None:
    """In `hardened` an MO that leaves its couple alone loses its bond when others close it; the paper's text moves no money."""
    hardened = bench("hardened")
    scope = Scope(1, 2)
    start = hardened.market(scope, "market").steps
    run: list[Any] = [("StartRound", {"caller": "mo-1", "couple": "tc-1"})]
    steps = hardened.protocol.transactions
    cost = price(variant("hardened").load, scope, start, run, steps, ["mo-1"])
    assert (cost.transactions, cost.unknown) == (1, "")
    assert cost.money["mo-1"] == {"fee": -2, "royalty": -2}, cost.money
    assert "-2 fee" in payoff_told(cost.money["mo-1"])
    witness, scope = witness_of("C33", "CO")
    plain = price(variant("paper").load, scope, witness.prefix, witness.runs[0], bench().protocol.transactions, ["co-1"])
    assert plain.money == {} and "no money" in plain.unknown and plain.transactions == 3


def test_an_attack_tried_on_its_own_text_works_and_on_the_repaired_one_is_stopped_by_an_amendment() -> None:
    for label, coalition in (("C31/event", "CO"), ("C33", "CO"), ("C11", "CO")):
        witness, scope = witness_of(label, coalition)
        steps = all_steps(bench().protocol, COALITIONS[coalition])
        assert attempted(bench().protocol, PARTS[label], witness, scope, steps, []).works
        one = repaired(variant("hardened"), PARTS[label], witness, scope, steps)
        assert one.attempts[0].step and one.attempts[0].amendments and not one.attempts[0].works
        assert one.verdict == "proved"


def test_without_the_amendments_that_stop_it_an_attack_works_again() -> None:
    witness, scope = witness_of("C11", "CO")
    one = repaired(variant("hardened"), PARTS["C11"], witness, scope, all_steps(bench().protocol, COALITIONS["CO"]))
    assert set(one.attempts[0].amendments) == set(one.attempts[1].without) and one.attempts[1].works


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    witness, _ = witness_of("C31/event", "CO")
    path = tmp_path_factory.mktemp("witness") / "C31-event-CO.json"
    path.write_text(witness.as_json(all_steps(bench().protocol, COALITIONS["CO"])), encoding="utf-8")
    return path


def test_the_command_tells_and_draws(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tell", str(file), "--out", str(tmp_path / "drawn")]) == 0
    said = capsys.readouterr().out
    for wanted in ("because step 1 made", "the price: 2 transactions", "the same steps on hardened", "amendment `require UpdateTJ.opens`"):
        assert wanted in said
    assert all(len(line) <= 100 for line in said.splitlines())
    svg = ElementTree.fromstring((tmp_path / "drawn" / "C31-event-CO.svg").read_text(encoding="utf-8"))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg" and "deviating" in "".join(svg.itertext())
    assert (tmp_path / "drawn" / "C31-event-CO.mmd").read_text(encoding="utf-8").startswith("sequenceDiagram")
    assert main(["tell", str(file), "--json"]) == 0
    assert {"runs", "breaking", "price", "repaired"} <= set(json.loads(capsys.readouterr().out))


def test_a_witness_that_does_not_replay_is_not_told(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = json.loads(file.read_text(encoding="utf-8"))
    fields["runs"], fields["broken_at"] = [fields["runs"][0][:-1]], 2
    short = tmp_path / "short.json"
    short.write_text(json.dumps(fields), encoding="utf-8")
    assert main(["tell", str(short)]) == 1 and "does not replay" in capsys.readouterr().out


def test_a_regression_test_runs_on_its_own_and_notices_a_change(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = tmp_path / "test_c31.py"
    assert main(["replay", str(file), "--as-pytest", str(written)]) == 0 and "wrote" in capsys.readouterr().out
    content = written.read_text(encoding="utf-8")
    assert "def test_hardened_stops_it" in content and "guard opens" in content
    (tmp_path / "test_changed.py").write_text(content.replace("guard opens", "guard of another name"), encoding="utf-8")
    again = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1 and "1 failed, 3 passed" in ran.stdout, ran.stdout


def test_text_of_a_hostile_witness_stays_text(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = json.loads(file.read_text(encoding="utf-8"))
    fields["told"] = ['"""\nraise SystemExit("taken over")\n"""', "\ud800"]
    hostile = tmp_path / "hostile.json"
    hostile.write_text(json.dumps(fields), encoding="utf-8")
    assert main(["replay", str(hostile), "--as-pytest"]) == 0
    compile(capsys.readouterr().out, "written", "exec")
    namespace: dict[str, Any] = {}
    main(["replay", str(hostile), "--as-pytest"])
    exec(compile(capsys.readouterr().out, "written", "exec"), namespace)
    assert json.loads(namespace["WITNESS"])["told"][0].startswith('"""')
