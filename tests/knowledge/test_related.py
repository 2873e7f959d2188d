"""Who holds what: by design and by what can be done, and in related systems by what the paper says of them."""

from __future__ import annotations

import re
from functools import cache

import pytest

from marketproof.bench import Bench
from marketproof.known_tables import SIZES, document, redundant, tables
from model.exposure import exposure, related_exposure
from model.scope import Scope
from properties.knowledge import Question
from reports.knowledge import drawn, known_of
from reports.shapes import parsed
from spec.related import NAMES, systems
from spec.variants import variant


@cache
def cells(name: str) -> dict[tuple[str, str], str]:
    bench = Bench(variant(name).load())
    return {(one.secret, one.role): one.how for one in exposure(bench.knowledge.setting(Scope(2, 2), Question()))}


@pytest.mark.parametrize(("name", "secret", "role", "how"), [
    ("paper", "rows of a subset", "CO", "by design"), ("paper", "rows of a subset", "MO", "by author"),
    ("paper", "rows of a subset", "everybody", "by guess"), ("paper", "rows of a subset", "DO", "its own"),
    ("paper", "model in clear", "CO", "–"), ("paper", "model in clear", "MO", "its own"), ("paper", "identity of a CO", "DO", "by design"),
    ("paper", "identity of a CO", "everybody", "by certificates"), ("paper", "program of a model", "CO", "by design"),
    ("hardened", "rows of a subset", "CO", "by design"), ("hardened", "rows of a subset", "MO", "–"),
    ("hardened", "rows of a subset", "everybody", "–"), ("hardened", "identity of a CO", "MO", "–"),
    ("hardened", "model in clear", "CO", "–"),
])  # fmt: skip
def test_who_has_what_in_clear(name: str, secret: str, role: str, how: str) -> None:
    assert cells(name)[secret, role] == how


@pytest.mark.parametrize(("system", "rows", "model"), [
    ("Kaggle", {"participant", "model owner", "trainer", "buyer"}, {"participant", "data owner", "trainer", "buyer"}),
    ("SkyChain", {"trainer"}, {"trainer"}), ("DAT", {"buyer"}, set()), ("Ocean", set(), set()), ("Droplet", {"trainer"}, set()),
    ("DanKu", {"trainer"}, {"trainer"}), ("OpenMined", set(), set()), ("Computable", {"buyer"}, set()),
])  # fmt: skip
def test_related_systems_give_what_the_paper_says_that_they_give(system: str, rows: set[str], model: set[str]) -> None:
    found = related_exposure(next(one for one in systems() if one.name == system))
    assert {party for (party, name), how in found.items() if name == "rows" and how == "by design"} == rows
    assert {party for (party, name), how in found.items() if name == "model" and how == "by design"} == model


def test_every_statement_about_a_related_system_cites_section_iv() -> None:
    assert len(systems()) == len(NAMES) == 8
    for system in systems():
        cited = [system.cites, *(one.cites for one in system.told)]
        assert all(961 <= int(line) <= 1020 for text in cited for line in re.findall(r"\d+", text)), system.name
        assert system.told or system.unsaid, system.name


def test_keys_are_what_opens_the_data_of_droplet_and_dat() -> None:
    for name in ("DAT", "Droplet"):
        system = next(one for one in systems() if one.name == name)
        without = type(system)(**{**vars(system), "told": tuple(one for one in system.told if one.term[0] != "key")})
        assert "by design" not in {how for (_, what), how in related_exposure(without).items() if what == "rows"}


def test_redundant_training_is_counted() -> None:
    for (m, n, peers), line in zip(SIZES, redundant()["lines"], strict=True):
        assert line[1:3] == [str(m * peers), str(m * n)] and int(line[3]) <= m * n


def test_tables_and_pictures_are_read_as_they_are_written() -> None:
    bench = Bench(variant("paper").load())
    known = known_of(parsed("tables.json", document([(bench, [])])), lambda _, name: name)
    assert [one.title for one in known.tables] == [one["title"] for one in tables([bench])] and known.pictures == ()


def test_a_picture_shows_every_pseudonym_and_escapes_what_it_holds() -> None:
    from adversaries.coalitions import COALITIONS
    from properties.paper_claims import CLAIMS

    bench = Bench(variant("paper").load())
    claim = next(part for part in CLAIMS["C36"].split() if part.parts[0].name == "links")
    decided = bench.knowledge.decide(claim, COALITIONS["orderer"], Scope.parse(claim.scope))
    known = known_of(parsed("tables.json", document([(bench, [decided])]).replace("ds-1", "<b>ds-1")), lambda _, name: name)
    (picture,) = known.pictures
    shown = drawn(picture)
    assert "&lt;b&gt;ds-1" in shown and "<b>" not in shown and shown.startswith("<svg")
    assert {"identity", "pseudonym", "dataset"} == {node.kind for node in picture.nodes}
    assert all(node.text in shown for node in picture.nodes if node.kind == "pseudonym") and "is seen to be the same" in picture.said
