"""What the bridging theorem does not speak of: each is seen on the ledger, and named with what covers it."""

import ast
from pathlib import Path
from typing import Any

import pytest

from ledger_runtime.network import Network
from properties.bridging import clauses
from properties.escapes import ESCAPES, blind_rows, claims_by_cell, concerned, decided_on
from properties.paper_claims import CLAIMS
from spec.checks import chaincode_expressions, check_protocol
from spec.compiled import Compiled
from spec.errors import Refused, SpecificationError
from spec.kinds import BOOLEAN, INTEGER, MEMBER
from spec.language import Text, becomes, printed
from spec.text import Protocol
from spec.tree import walk
from spec.variants import variant

ROOT = Path(__file__).parents[2]
VARIANTS = ("paper", "hardened")


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda escape: escape.name)
def test_an_escape_names_what_covers_it_and_where_it_is_seen(escape: Any) -> None:
    file, _, name = escape.test.partition("::")
    tests = {node.name for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)}
    assert name in tests and escape.cover and set(escape.claims) <= set(CLAIMS)


def test_whom_an_escape_concerns() -> None:
    paper, hardened = (variant(name).load() for name in VARIANTS)
    of = {escape.name: concerned(escape, paper) for escape in ESCAPES}
    assert of["content of the mempool"] == ["JoinCI", "UpdateTJ"]
    assert of["own writes"] == ["ApproveTC", "StartRound", "UpdateTJ"]
    assert "UpdateTJ" not in of["blind writes"] and "ApproveTC" in of["blind writes"]
    assert of["clients' timestamps, private data, rich queries"] == []
    assert blind_rows(paper.schema, paper.transactions["CreateDS"]) == ["Contract", "DO.datasets", "DS"]
    assert blind_rows(hardened.schema, hardened.transactions["CreateDS"]) == ["DO.datasets"]
    assert decided_on(paper, paper.transactions["VerifyCI"]) == ["Checked"]


def test_own_reads_are_judged_by_the_claims_that_speak_of_the_cell() -> None:
    paper, hardened = (claims_by_cell(variant(name).load()) for name in VARIANTS)
    assert {"C31/rem", "C31/event"} <= set(paper["TC.rem"]) and "TC.jobs_length" not in paper
    assert {"C39/conserved", "C39/covered"} <= set(hardened["Account.balance"])


# --- a text in which an honest sender decides on what only it remembers ---


def notes(reads: str = "") -> Protocol:
    """A member notes something once, as far as it remembers; whether anything is closed is asked first."""
    text = Text("notes", "notes", roles=("writer",))
    page = text.table("Page", "", "", {"closed": printed(BOOLEAN, 1), "lines": printed(INTEGER, 1)})
    line = text.table("Line", "", "", {"text": printed(INTEGER, 1)}, key={"page": text.sorts["Page"], "place": INTEGER})
    noted = text.table("Noted", "", "", {"yes": printed(BOOLEAN, 1)}, key={"member": MEMBER}, category="memory")

    @text.transaction(caller="writer", cites="1")
    def note(tx: Any, one: page, place: INTEGER) -> None:  # type: ignore[valid-type]
        """A new line."""
        tx.require("open", ~one.closed, cites="1")  # type: ignore[attr-defined]
        if reads:
            tx.require("memory", ~noted[tx.caller].yes, cites="1")
        tx.effect("line", line[one, place].put(text=place))
        tx.observe("remember", becomes(noted[tx.caller].yes, True))

    @text.honest("Note")
    def only_once(tx: Any, one: Any, place: Any) -> Any:
        return ~noted[tx.caller].yes

    @text.transaction(caller="writer", cites="1")
    def turn(tx: Any, one: page, closed: BOOLEAN) -> None:  # type: ignore[valid-type]
        """A page is closed, or opened."""
        tx.effect("turn", becomes(one.closed, closed))  # type: ignore[attr-defined]

    protocol = text.load()
    check_protocol(protocol)
    return protocol


def call(network: Network, name: str, **arguments: Any) -> Any:
    return network.propose(name, {"caller": "ann", "one": "p", **arguments})


def test_a_refusal_is_not_validated() -> None:
    """It leaves nothing to order, so nothing to validate, and soon the same call is accepted."""
    network = Network(notes())
    assert network.commit(call(network, "Turn", closed=True)).code == "VALID"
    opened = call(network, "Turn", closed=False)
    before = network.digest()
    with pytest.raises(Refused, match="open"):
        call(network, "Note", place=1)
    assert not network.mempool and network.digest() == before
    assert network.commit(opened).code == "VALID"
    assert network.commit(call(network, "Note", place=1)).code == "VALID"


def test_two_decisions_that_were_endorsed_together_both_commit() -> None:
    """The second one commits against what its sender, who has noted something by then, would decide now."""
    protocol = notes()
    network, compiled, note = Network(protocol), Compiled(protocol), protocol.transactions["Note"]
    given = [{"caller": "ann", "one": "p", "place": place} for place in (1, 2)]
    beside: dict[Any, Any] = {}

    def would_send(arguments: dict[str, Any]) -> bool:
        return compiled.may_send(note, arguments, network.view(beside=beside))

    assert all(map(would_send, given))
    endorsed = [network.propose("Note", arguments) for arguments in given]
    assert network.commit(endorsed[0]).code == "VALID"
    beside.update(compiled.observe(note, given[0], network.view()))
    assert not would_send(given[1])
    assert network.commit(endorsed[1]).code == "VALID"


def test_no_transaction_reads_what_is_off_the_ledger() -> None:
    for name in VARIANTS:
        protocol = variant(name).load()
        steps = [step for step in protocol.transactions.values() if step.on_ledger]
        read = {r.table for step in steps for clause in clauses(protocol.schema, step) for r in clause.readings}
        assert read and all(protocol.schema.tables[table].on_ledger for table in read)
    with pytest.raises(SpecificationError, match="reads Noted, which is off the ledger"):
        notes(reads="memory")


WORDS = {"lit", "par", "var", "field", "exists", "and", "or", "not", "eq", "lt", "add", "sub", "scale", "mod", "ite", "term", "permuted",
         "every", "some", "count", "total", "list", "rows", "sort"}  # fmt: skip


def test_the_language_has_no_word_for_what_is_not_validated() -> None:
    """Whatever transactions read is a row or a range; the rest computes from arguments.  No word stands for time, or for a query."""
    used: set[str] = set()
    for name in VARIANTS:
        for step in variant(name).load().transactions.values():
            if step.on_ledger:
                used |= {e._op for expression in chaincode_expressions(step) for e in walk(expression)}
    assert used <= WORDS and {"field", "rows", "list"} <= used
