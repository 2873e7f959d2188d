"""What the text says that a coalition can know, for the search, and what deduction without powers gives.

Whatever the text says is deduced.  What is deduced is what the text says, but for two things that the text leaves out: a model that was
in the store and is overwritten is remembered, and a challenge that stands on the ledger can be a salt.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from adversaries.knowledge import DESIGN
from model.deduction import closure, instances
from model.enumeration import Steps
from model.knowing import Setting
from model.observing import honest_run
from model.scope import Scope, values_of
from model.terms import Known, Translation, Unsaid, below
from spec.compiled import Compiled
from spec.concrete import View, evaluate
from spec.hardened.distribution import knows_data_hash
from spec.hardened.rounds import knows_commitment
from spec.kinds import Kind, Term
from spec.knowing import knowing
from spec.paper.assets import CONTENT, DATA_HASH, MODEL_HASH, NONCE, TC_REF, WEIGHTS
from spec.paper.knowledge import knows_content, knows_model_hash, knows_nonce, knows_weights
from spec.schema import using
from spec.tree import parameter
from spec.variants import variant

SCOPE = Scope(2, 2)
SAID: dict[str, list[tuple[Kind, Callable[[Any], Any]]]] = {
    "paper": [(CONTENT, knows_content), (NONCE, knows_nonce), (WEIGHTS, knows_weights), (MODEL_HASH, knows_model_hash)],
    "hardened": [(CONTENT, knows_content), (WEIGHTS, knows_weights), (DATA_HASH, knows_data_hash), (MODEL_HASH, knows_commitment)],
}  # fmt: skip


@cache
def setting(name: str) -> tuple[Setting, View]:
    """The run of honest parties to its end, and the state after it."""
    protocol = variant(name).load()
    compiled = Compiled(protocol)
    run = honest_run(protocol, compiled, SCOPE)
    steps = Steps(compiled, SCOPE.universe(protocol), frozenset(), protocol.transactions)
    rows = dict(SCOPE.facts())
    for step, arguments in run:
        rows.update(steps.after(rows, step, arguments) or {})
    return Setting(protocol, compiled, SCOPE, run), steps.view(rows)


def sample(kind: Kind, view: View, setting: Setting) -> list[Any]:
    """Values of a kind: all of them, or of pre-images those of one couple and in rounds that can have been."""
    values = values_of(kind, SCOPE.universe(setting.protocol))
    if isinstance(kind, Term) and len(values) > 400:
        names = [name for name, _ in kind.parts]
        couples = names.index("couple") if "couple" in names else None
        values = [one for one in values if couples is None or one[couples] == "tc-1"]
        values = values[:: max(1, len(values) // 400)]
    return values


def term_of(translation: Translation, kind: Kind, value: Any) -> Known | None:
    try:
        found: Known = translation.value(kind, value, {"couple": (TC_REF, "tc-1")})
    except Unsaid:
        return None
    return found


def is_left_out(name: str, kind: Kind, term: Known, found: Setting) -> bool:
    last = {link.place: link.thing for link in found.observed.links}
    overwritten = {link.thing for link in found.observed.links} - set(last.values())
    challenge = name == "hardened" and kind.name == "model hash" and ("nonce", "do-1") in set(below(term))
    return challenge or bool(overwritten & set(below(term)))


COALITIONS = [frozenset(chosen) for size in (0, 1, 2) for chosen in itertools.combinations(["do-1", "co-1", "co-2", "co-3", "mo-1"], size)]


@pytest.mark.parametrize(("name", "place"), [(name, place) for name in SAID for place in range(len(SAID[name]))])
def test_text_and_deduction_agree(name: str, place: int) -> None:
    found, view = setting(name)
    kind, says = SAID[name][place]
    with using(found.protocol.schema):
        kind = found.protocol.schema.kind(kind)
        condition = says(parameter("value", kind))
    translation = Translation(knowing(found.protocol), view)
    values = {value: term for value in sample(kind, view, found) if (term := term_of(translation, kind, value)) is not None}
    rules = instances([*found.terms, *values.values()], found.observed.links)
    left_out = {value for value, term in values.items() if is_left_out(name, kind, term, found)}
    agreed = {True: 0, False: 0}
    for members in COALITIONS:
        known = closure(found.facts(members), rules, DESIGN)
        state = View(view.schema, view.rows, view.universe, members)
        for value, term in values.items():
            says_so = bool(evaluate(condition, {"value": value}, state))
            assert says_so == (term in known) or (value in left_out and not says_so), (sorted(members), value)
            agreed[says_so] += 1
    assert agreed[True] > 10 and agreed[False] > 10
