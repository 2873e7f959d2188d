"""What values stand for is declared beside a text, amended by clauses, and refused where it names nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.variants import load
from model.observing import observe
from model.scope import Scope
from model.terms import below
from properties.paper_claims import CLAIMS
from spec.errors import SpecificationError
from spec.hardened import VARIANT as HARDENED
from spec.hardened import terms as hardened_terms
from spec.knowing import CONSTRUCTORS, DECLARED, Clause, declare, knowing
from spec.paper import terms as paper_terms
from spec.schema import NotExpressible
from spec.variants import variant

PAPER_LINES = 1053
LINE = re.compile(r"L(\d+)(?:-(\d+))?")


@pytest.fixture
def declared() -> Iterator[dict[str, Any]]:
    before = dict(DECLARED)
    yield DECLARED
    DECLARED.clear()
    DECLARED.update(before)


@pytest.mark.parametrize(("name", "readings"), [
    ("paper", {}), ("paper", {"X16": "never"}), ("paper", {"X09": "signed"}), ("paper", {"X02": "chunk"}), ("hardened", {}),
    ("hardened", {"X09": "signed"}),
])  # fmt: skip
def test_every_clause_names_something_of_the_text(name: str, readings: dict[str, str]) -> None:
    found = knowing(variant(name).load(readings))
    assert len(found.clauses) > 20 and all(clause.cites for clause in found.clauses.values())


def test_every_clause_of_the_paper_cites_lines_that_there_are() -> None:
    for clause in paper_terms.CLAUSES:
        lines = [int(number) for found in LINE.finditer(clause.cites) for number in found.groups() if number]
        assert lines and all(0 < line < PAPER_LINES for line in lines), clause.name


def test_every_amended_clause_says_which_attack_it_answers() -> None:
    assert all(re.match(r"(A|C|X)\d", clause.because) for clause in hardened_terms.CLAUSES)
    assert {rule for one in hardened_terms.ASSUMPTIONS for rule in one.rules} == {"pseudonyms", "author", "certificates", "fetch_logs"}


@pytest.mark.parametrize(("clause", "said"), [
    (Clause("field", "CO.nickname", "identity(id)", "L1", because="A1"), "no field 'CO.nickname'; choices: CO.instances_length"),
    (Clause("field", "Cloud.name", "identity(id)", "L1", because="A1"), "no field 'Cloud.name'; choices: AGGREGATED|no field 'Cloud.name'"),
    (Clause("kind", "hash of data", "hash(content)", "L1", because="A1"), "no kind 'hash of data'"),
    (Clause("step", "Send", "rows(content)", "L1", because="A1"), "no step 'Send'"),
    (Clause("holds", "Recieved", "content", "L1", because="A1"), "no holds 'Recieved'"),
    (Clause("reads", "Shop", "location", "L1", because="A1"), "no reads 'Shop'"),
    (Clause("knows", "XO", "key(member)", "L1", because="A1"), "no knows 'XO'; choices: [*], CO, DO, MO"),
])  # fmt: skip
def test_a_clause_about_nothing_is_refused(declared: dict[str, Any], clause: Clause, said: str) -> None:
    declare("mine", clause, parent="paper")
    mine = HARDENED.text.load("mine")
    with pytest.raises(SpecificationError, match=said):
        knowing(mine)


@pytest.mark.parametrize(("clauses", "said"), [
    ((Clause("kinds", "Content", "rows(origin)", "L1"),), "no clause about 'kinds'"),
    ((Clause("kind", "Content", "rows(origin)", "L1"), Clause("kind", "Content", "rows(origin)", "L1")), "two clauses 'kind Content'"),
    ((Clause("kind", "Content", "rows(origin", "L1"),), "is no term"),
    ((Clause("kind", "Content", "rows(origin) + 1", "L1"),), "has BinOp"),
    ((Clause("kind", "Content", "__import__('os').system('true')", "L1"),), "applies something that is no name"),
    ((Clause("kind", "Content", "[origin for origin in x]", "L1"),), "has ListComp"),
])  # fmt: skip
def test_what_is_no_declaration_is_refused(declared: dict[str, Any], clauses: tuple[Clause, ...], said: str) -> None:
    with pytest.raises(SpecificationError, match=said):
        declare("mine", *clauses)


def test_an_amendment_without_a_reason_is_refused(declared: dict[str, Any]) -> None:
    with pytest.raises(SpecificationError, match="because="):
        declare("mine", Clause("kind", "Content", "rows(origin)", "L1"), parent="paper")


def test_a_variant_that_says_nothing_has_what_its_parent_says(declared: dict[str, Any]) -> None:
    mine = HARDENED.amended("mine", "nothing else").load()
    assert knowing(mine).clauses == knowing(variant("hardened").load()).clauses
    other = HARDENED.text.load("other")
    with pytest.raises(NotExpressible, match="does not say what its values stand for; variants that do: hardened, paper"):
        knowing(other)
    row = Bench(other).knowledge.decide(next(iter(CLAIMS["C24"].split())), COALITIONS["MO"], Scope(1, 1)).row
    assert row.verdict == "not_expressible" and "does not say" in row.reason


def test_a_clause_of_a_parent_about_what_was_dropped_says_nothing(declared: dict[str, Any]) -> None:
    declare("parent", Clause("field", "CO.nickname", "identity(id)", "L1"), Clause("kind", "Nonce", "nonce(origin)", "L519"))
    declare("mine", Clause("kind", "Location", "location(origin)", "L613", because="C08: to have one"), parent="parent")
    assert list(knowing(HARDENED.text.load("mine")).clauses) == ["kind Nonce", "kind Location"]
    with pytest.raises(SpecificationError, match=r"no field 'CO\.nickname'"):
        knowing(HARDENED.text.load("parent"))


def test_what_is_left_out_must_be_there() -> None:
    with pytest.raises(SpecificationError, match="nothing to leave out is named 'approved'"):
        knowing(variant("hardened").load(), ["approved"])
    with pytest.raises(SpecificationError, match=r"nothing to leave out is named 'kind Nonce'; choices: \(none\)"):
        knowing(variant("paper").load(), ["kind Nonce"])


OWN = """\
from spec.hardened import VARIANT as HARDENED
from spec.knowing import Clause, declare

VARIANT = HARDENED.amended("open-data", "rows go out without salts")
OPEN = Clause("kind", "Content", "rows(origin)", "house rule 7", because="C15: to show what salts are for")
declare("open-data", OPEN, parent="hardened")
"""


def test_a_users_variant_changes_one_clause_in_its_own_file(declared: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "open_data.py"
    file.write_text(OWN)
    claim = next(part for part in CLAIMS["C15"].split())
    row = Bench(load(str(file), [])).knowledge.decide(claim, COALITIONS["orderer"], Scope(2, 2)).row
    assert row.verdict == "refuted" and row.replayed
    assert Bench(load("hardened", [])).knowledge.decide(claim, COALITIONS["orderer"], Scope(2, 2)).row.verdict == "holds_to"


def test_readings_change_what_is_told() -> None:
    """With locations that anybody can read, whoever sees the ledger fetches the encrypted models (X09)."""
    claim = next(part for part in CLAIMS["C43"].split())
    sealed, signed = (Bench(load("paper", readings)).knowledge.decide(claim, COALITIONS["CO"], Scope(2, 2)).row
                      for readings in ([], [("X09", "signed")]))  # fmt: skip
    assert (sealed.verdict, signed.verdict) == ("holds_to", "refuted")


@pytest.mark.parametrize("name", ["paper", "hardened"])
def test_constructors_of_the_facts_are_declared_ones(name: str) -> None:
    bench = Bench(variant(name).load())
    setting = bench.knowledge.deciding(next(iter(CLAIMS["C24"].split())), Scope(2, 2)).setting
    told = observe(bench.protocol, bench.compiled, setting.run, Scope(2, 2), knowing(bench.protocol))
    symbols = {part[0] for fact in told.facts for part in below(fact.term)}
    atoms = {"rows", "salt", "nonce", "key", "identity", "model", "program", "pen", "type", "method", "sample", "location", "share"}
    assert symbols <= atoms | set(CONSTRUCTORS) and {"rows", "key", "hash", "locked"} <= symbols
