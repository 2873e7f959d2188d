"""What is written in SMT-LIB is what a formula says, for both solvers; and what the second opinion makes of files."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from marketproof.errors import UserError
from marketproof.recheck import judge, recheck
from model import formulas as f
from model.formulas import BOOL, INT, NUMBER, Node
from model.grounding import NUMBERS as DECLARED
from model.unbounded import NO_NUMBER, Meaning
from model.z3_text import check
from spec.concrete import View
from tests.proofs import warehouse
from tests.proofs.extended import Extended

NUMBERS = [f.wrapped(f.number(n)) for n in (-1, 0, 2)] + [NO_NUMBER]
PRELUDE = ["(set-logic ALL)", DECLARED]


def extended() -> Extended:
    schema = warehouse.loaded().schema
    return Extended(Meaning(schema, warehouse.loaded().sorts), View(schema, {}, {}))


def closed(rng: random.Random, sort: str, depth: int) -> Node:
    """A formula without unknowns; opaque constants keep constructors from computing its value."""
    if depth == 0:
        known = {BOOL: [f.TRUE, f.FALSE], INT: [f.number(n) for n in (-3, -1, 0, 1, 4)], NUMBER: NUMBERS}
        return rng.choice([*known[sort], f.apply(f"known {sort}", sort)])

    def below(wanted: str) -> Node:
        return closed(rng, wanted, depth - 1)

    choice = f.choose(below(BOOL), below(sort), below(sort))
    if sort == NUMBER:
        return rng.choice([choice, f.wrapped(below(INT))])
    if sort == INT:
        divided = f.remainder(below(INT), rng.choice((1, 2, 3)))
        return rng.choice([choice, f.plus(below(INT), below(INT)), f.minus(below(INT), below(INT)), f.scale(below(INT), -2), divided])
    same = rng.choice((BOOL, INT, NUMBER))
    junctions = [f.conjunction(below(BOOL), below(BOOL), below(BOOL)), f.disjunction(below(BOOL), below(BOOL)), f.negation(below(BOOL))]
    compared = [f.equal(below(same), below(same)), f.less(below(INT), below(INT)), f.at_most(below(INT), below(INT))]
    return rng.choice([choice, *junctions, *compared])


def test_a_text_means_what_its_formula_says() -> None:
    rng, state = random.Random(3), extended()
    state.chosen = {f.apply(f"known {BOOL}", BOOL): True, f.apply(f"known {INT}", INT): 3, f.apply(f"known {NUMBER}", NUMBER): 2}
    known = [("known", f.equal(node, f.wrapped(f.number(2)) if node.sort == NUMBER else f.number(3) if node.sort == INT else f.TRUE))
             for node in state.chosen]  # fmt: skip
    seen = set()
    for _ in range(80):
        node = closed(rng, BOOL, 4)
        claimed = node if state[node] else f.negation(node)
        seen.add((state[node], node.op))
        text = f.script([*known, ("otherwise", f.negation(claimed))], PRELUDE)
        assert check(text, 0, 1_000_000) == "unsat"
        assert judge((text + "(check-sat)\n").encode())[0] == "confirmed"
        assert check(f.script([*known, ("itself", claimed)], PRELUDE), 0, 1_000_000) == "sat"
    assert {value for value, _ in seen} == {True, False} and len(seen) > 8


@pytest.mark.parametrize(("text", "outcome"), [
    ("(set-logic ALL)(assert false)(check-sat)", "confirmed"),
    ("(set-logic ALL)(assert true)(check-sat)", "refuted"),
    ("(set-info :status unsat)(set-logic ALL)(assert true)(check-sat)", "refuted"),
    ("(set-logic ALL)(declare-fun f (Int) Int)(assert (= (* (f 1) (f 1) (f 1)) (+ (* (f 2) (f 2) (f 2)) 98765)))(check-sat)", "unknown"),
    ("(set-logic ALL)(assert false)", "malformed"),
    ("(set-logic ALL)(assert (and true", "malformed"),
    ("(set-logic ALL)(assert false)(check-sat)(check-sat)", "malformed"),
    ("(set-logic ALL)(push 1)(assert false)(check-sat)", "malformed"),
    ("(set-logic ALL)(assert (= 1 true))(check-sat)", "malformed"),
    ("(assert false)(check-sat)", "malformed"),
])  # fmt: skip
def test_the_second_opinion_judges_by_itself(text: str, outcome: str) -> None:
    assert judge(text.encode(), 2_000)[0] == outcome


def test_a_folder_is_confirmed_when_every_file_is(tmp_path: Path) -> None:
    said: list[str] = []
    assert not recheck(tmp_path).confirmed
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.smt2").write_text("(set-logic ALL)(assert false)(check-sat)")
    (tmp_path / "a.smt2").write_text("(set-logic ALL)(assert false)(check-sat)")
    report = recheck(tmp_path, said.append)
    assert report.confirmed and [file.file for file in report.files] == ["a.smt2", "inner/b.smt2"]
    assert said == ["1 of 2: a.smt2: confirmed", "2 of 2: inner/b.smt2: confirmed"]
    (tmp_path / "c.smt2").write_bytes(b"\xff\xfe")
    report = recheck(tmp_path)
    assert not report.confirmed and report.counted() == {"confirmed": 2, "refuted": 0, "unknown": 0, "malformed": 1}


def test_a_missing_folder_is_told() -> None:
    with pytest.raises(UserError, match="no folder 'nowhere'"):
        recheck("nowhere")


def test_the_second_opinion_knows_nothing_of_the_engine() -> None:
    text = (Path(__file__).parents[2] / "marketproof" / "recheck.py").read_text(encoding="utf-8")
    imported = [line.split()[1] for line in text.splitlines() if line.strip().startswith(("import ", "from "))]
    assert not [name for name in imported if name.split(".")[0] in ("model", "z3", "spec", "properties", "adversaries")]
