"""`marketproof know`: rows, derivations, one question about one member, tables; mistakes are one line with the choices."""

from __future__ import annotations

import json

import pytest

from marketproof.know import knowledge_claims
from reports.terminal import WIDTH
from tests.cli.calling import Call, check_refused, widest


def test_everything_that_can_be_known_is_told(call: Call) -> None:
    result = call("know")
    assert (result.code, result.complaints) == (0, []) and widest(result.out) <= WIDTH
    assert all(f"\n{claim}" in result.out for claim in knowledge_claims())
    for said in ("paper: who has what in clear", "related systems: who gets data and models in clear", "DanKu", "least mo-1"):
        assert said in result.out


def test_a_claim_is_told_with_its_derivation(call: Call) -> None:
    result = call("know", "--claim", "C24", "--coalition", "MO")
    assert result.code == 0 and "rows(dss-1): what its author had the program return from" in " ".join(result.out.split())
    found = json.loads(call("know", "--claim", "C24", "--coalition", "MO", "--json").out)
    (row,) = found["rows"]
    assert row["verdict"] == "refuted" and row["replayed"] and row["told"][-1] == "→ mo-1: rows(dss-1) (by author)"
    assert len(row["told"]) == row["depth"] + 1 and "rows(dss-1) and 1 alike: least mo-1" in found["smallest"]["C24/rows"][0]


@pytest.mark.parametrize(("arguments", "known"), [
    (("--who", "mo-1", "--what", "rows(dss-1)"), True),
    (("--who", "mo-1", "--what", "rows(dss-1)", "--off", "author", "--off", "guess"), False),
    (("--who", "nobody", "--what", "rows(dss-1)"), True), (("--who", "nobody", "--what", "rows(dss-1)", "--off", "guess"), False),
    (("--who", "co-1+co-2", "--what", "model(mo-1)"), False), (("--who", "mo-1", "--what", "rows(dss-1)", "--variant", "hardened"), False),
    (("--who", "mo-1", "--what", "rows(dss-1)", "--variant", "hardened", "--without", "approved programs"), True),
])  # fmt: skip
def test_one_question(call: Call, arguments: tuple[str, ...], known: bool) -> None:
    found = json.loads(call("know", *arguments, "--json").out)
    assert found["known"] is known and bool(found["derivation"]) is known
    told = " ".join(call("know", *arguments).out.split())
    assert ("can have" in told) is known and ("cannot have" in told) is not known


@pytest.mark.parametrize(("arguments", "parts"), [
    (("--who", "mo-9", "--what", "rows(dss-1)"), ("no member 'mo-9'", "mo-1")),
    (("--who", "mo-1", "--what", "rows(dss-9)"), ("'rows(dss-9)'", "rows(dss-1)")),
    (("--who", "mo-1"), ("--what",)), (("--off", "guessing"), ("no rule 'guessing'", "guess")),
    (("--without", "trust"), ("'trust'",)), (("--claim", "C31"), ("C31", "C24")), (("--claim", "C99"), ("C99",)),
    (("--coalition", "CA"), ("'CA'", "MO+CO")), (("--scope", "9"), ("'9'",)),
])  # fmt: skip
def test_mistakes_are_told_with_the_choices(call: Call, arguments: tuple[str, ...], parts: tuple[str, ...]) -> None:
    check_refused(call("know", *arguments), *parts)
