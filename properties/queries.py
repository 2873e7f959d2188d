"""Queries: `always: ...` or `reachable: ...` in the specification's own language, as a claim of one part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from properties.claims import Claim, Part
from spec.errors import QueryError
from spec.kinds import BOOLEAN
from spec.reading import LONGEST as LONGEST_CONDITION
from spec.reading import condition
from spec.schema import NotExpressible
from spec.text import Protocol
from spec.tree import FALSE, Expression, conjunction, node, walk
from spec.wording import expression_text

ALWAYS, REACHABLE = "always", "reachable"
FORMS = {
    ALWAYS: "the condition holds in every reachable state; an attack is a run to a state in which it does not",
    REACHABLE: "some reachable state meets the condition; a run to such a state is the answer",
}
LONGEST = LONGEST_CONDITION + 20
PART = "asked"


def is_query(text: str) -> bool:
    """Whether a text has the form of a query, rather than that of a claim's name."""
    return text.partition(":")[0].strip() in FORMS and ":" in text


def query(text: str, protocol: Protocol) -> Claim:
    """The claim that a query makes of a variant: of `reachable`, that no state is such.  Raises QueryError."""
    form, colon, said = (part.strip() for part in text.partition(":"))
    if not colon or form not in FORMS:
        raise QueryError(f"it starts with {form[:60]!r}; choices: {', '.join(f'`{one}: ...`' for one in FORMS)}", "the query")
    try:
        stated, missing = condition(said, protocol, text.index(said, text.index(":"))), None
    except NotExpressible as error:
        stated, missing = FALSE, error

    def build() -> Expression:
        if missing is not None:
            raise missing
        return stated if form == ALWAYS else ~stated

    kind = "two_runs" if any(one._op == "run" for one in walk(stated)) else "inv"
    part = Part(PART, kind, said if form == ALWAYS else f"no state is such that {said}", build)
    outcome = "this is reached" if form == REACHABLE else "this breaks it"
    return Claim(f"{form}: {said}", "", said, "asked by the user", (part,), "", None, outcome=outcome)


def with_premise(claim: Claim, protocol: Protocol) -> Claim | None:
    """The claim with its premise as what must be reached for it to say anything; None where it has none."""
    needed = premise(claim.parts[0].build())
    if needed is None:
        return None
    return replace(claim, sometimes=expression_text(needed, protocol.schema), reachable=lambda: needed)


def premise(stated: Expression) -> Expression | None:
    """What must be reached for an implication to say anything; None where there is no premise, or it speaks of who deviates."""
    found: Any = None
    if stated._op == "every":
        domain, variable, within, body = stated._args
        inner = premise(body)
        found = None if inner is None else node("some", BOOLEAN, domain, variable, within, inner)
    elif stated._op == "or":
        premises = [one._args[0] for one in stated._args[:-1] if one._op == "not"]
        found = conjunction(*premises) if premises else None
    return None if found is None or any(one._op in ("run", "deviating") for one in walk(found)) else found


__all__ = ["ALWAYS", "FORMS", "LONGEST", "REACHABLE", "is_query", "query", "with_premise"]
