"""The engine passes its battery, and each of many wrong engines does not."""

from typing import Any

import pytest

from model import formulas as f
from model.counting import Rules
from model.grounding import Grounding
from model.induction import Engine, prove_kept, prove_steps
from model.states import Arbitrary
from model.unbounded import Meaning, NoMeaning
from spec.kinds import BOOLEAN, INTEGER, Term
from spec.language import becomes, every, printed
from spec.schema import using
from spec.text import Protocol, Text
from spec.tree import boolean
from tests.proofs.battery import CHECKS
from tests.proofs.mutants import MUTANTS


@pytest.mark.parametrize("check", CHECKS)
def test_the_engine_passes(check: str) -> None:
    assert list(CHECKS[check](Engine())) == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_engine_is_found(name: str) -> None:
    mutant = MUTANTS[name]
    assert next(CHECKS[mutant.check](mutant.engine, mutant.steps), None), f"{name} passes {mutant.check}"


def test_there_are_wrong_engines_for_every_part() -> None:
    assert len(MUTANTS) >= 30
    parts = {part for mutant in MUTANTS.values() for part, rule in vars(mutant.engine).items() if rule is not vars(Engine())[part]}
    assert parts == set(vars(Engine())), "a part of the engine that no wrong engine gets wrong"


# --- corners that the warehouse's own steps do not reach ---


def small(write: Any) -> Protocol:
    """A protocol with one step, which copies or counts what a stamp holds."""
    text = Text("small", "small", roles=("Keeper",))
    sort = text.sort("Box")
    stamp = Term("stamp", (("turn", INTEGER),))
    fields = {"stamp": printed(stamp, 1), "turn": printed(INTEGER, 1), "open": printed(BOOLEAN, 1)}
    box = text.table("Box", "", "", fields, key={"id": sort})

    def step(tx: Any, one: box, given: stamp) -> None:  # type: ignore[valid-type]
        """A step."""
        tx.require("open", one.open, cites="1")  # type: ignore[attr-defined]
        tx.effect("write", write(one, given))

    step.__annotations__.update(one=box, given=stamp)
    text.transaction(caller="Keeper", cites="1")(step)
    return text.load()


def test_an_integer_that_may_be_missing_is_never_written() -> None:
    copied = small(lambda one, given: becomes(one.turn, one.stamp.turn))
    with pytest.raises(NoMeaning, match=r"Box\.turn is written with an integer that may be missing"):
        proved_turn(copied)


def test_an_integer_of_an_argument_is_written_as_it_is() -> None:
    assert proved_turn(small(lambda one, given: becomes(one.turn, given.turn))) == "failed"


def proved_turn(protocol: Protocol) -> str:
    with using(protocol.schema):
        turns = {"turns": boolean(every(protocol.sorts["Box"], lambda box: protocol.schema.row("Box", box).turn == 0))}
    return prove_kept(protocol, protocol.transactions["Step"], turns, turns)[0].outcome


def test_an_atom_that_is_assumed_still_has_its_facts() -> None:
    """The guard is what is read of a row: it is asserted, and so is that absent rows are not open."""
    protocol = small(lambda one, given: becomes(one.turn, 1))
    with using(protocol.schema):
        known = {"step exists": boolean(protocol.schema.row("Box", protocol.transactions["Step"].arguments["one"]).exists)}
    claims = {name: {"Step": e} for name, e in known.items()}
    assert [o.outcome for o in prove_steps(protocol, claims, {}, protocol.transactions)] == ["proved"]
    found = Grounding(Meaning(protocol.schema, protocol.sorts), 0, Rules({}, lambda identity, sort: f.TRUE))
    atom = Arbitrary(found.meaning).read("Box", "open", (f.apply("one", "Box"),))[0]
    found.add("first as a part", f.disjunction(atom, f.apply("other", f.BOOL)))
    found.add("then by itself", atom)
    assert [reason for reason, _ in found.assertions] == ["first as a part", "absent rows read as the default", "then by itself"]
