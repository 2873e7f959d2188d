"""`marketproof know`: what each coalition can know, with derivations; who holds what in clear; related systems beside it."""

from __future__ import annotations

import argparse
import difflib
import json
from typing import Any

from adversaries.coalitions import COALITIONS, coalition
from adversaries.knowledge import RULES, TOLD, rules_but
from marketproof.bench import Bench, Decided
from marketproof.commands import claims_named, shown
from marketproof.errors import UserError
from marketproof.known_tables import tables
from marketproof.progress import Progress
from marketproof.variants import load
from model.deduction import derivation
from model.gathering import Gathered
from model.knowing import Setting
from model.market import MarketError
from model.scope import Scope
from model.terms import below
from model.terms import shown as term_shown
from properties.claims import Claim
from properties.knowledge import Question
from properties.paper_claims import CLAIMS
from reports import terminal
from spec.errors import choices
from spec.schema import NotExpressible

CLOSE, SHOWN = 6, 3


def know(given: argparse.Namespace) -> int:
    """Print; 0 always."""
    if bool(given.who) != bool(given.what):
        raise UserError("--who and --what go together, such as --who mo-1 --what 'rows(dss-1)'")
    progress = Progress()
    progress.start("know")
    bench = Bench(load(given.variant, given.switch), given.seed, progress=progress)
    bench.knowledge.off, bench.knowledge.dropped = tuple(given.off), tuple(given.without)
    rules_but(given.off)
    result = asked_of_one(bench, given) if given.who else asked_of_claims(bench, given)
    progress.done()
    print(json.dumps(result["data"], indent=1, ensure_ascii=False) if given.json else result["text"])
    return 0


def setting_of(bench: Bench, given: argparse.Namespace) -> Setting:
    return bench.knowledge.setting(Scope.parse(given.scope or "2x2"), Question())


def asked_of_one(bench: Bench, given: argparse.Namespace) -> dict[str, Any]:
    """Whether some members together have a term, and how."""
    setting = setting_of(bench, given)
    who, known = members_named(setting, given.who), setting.observed.members
    by = {term_shown(part): part for term in setting.terms for part in below(term)}
    wanted = " ".join(given.what.split())
    if wanted not in by:
        near = difflib.get_close_matches(wanted, by, CLOSE, 0.3) or [text for text in by if len(text) < len(wanted) + 20][:CLOSE]
        raise UserError(f"nothing in this run is named {wanted!r}; choices: {choices(near)}")
    closure = setting.closure(frozenset(who), setting.rules)
    has = by[wanted] in closure
    lines = [f"{number}. {step.told}" for number, step in enumerate(derivation([by[wanted]], closure, TOLD) if has else [], 1)]
    names = " and ".join(f"{member} ({known[member]})" for member in who) or "whoever sees the ledger"
    said = f"{names} {'can have' if has else 'cannot have'} {wanted} in {bench.protocol.name}"
    text = "\n".join([terminal.wrapped(said), *(terminal.wrapped(line, "  ") for line in lines)])
    return {"text": text, "data": {"who": who, "what": wanted, "known": has, "derivation": lines, "rules": sorted(setting.rules)}}


def members_named(setting: Setting, text: str) -> list[str]:
    """Members by name, separated by commas or +; `nobody` is whoever sees the ledger."""
    names = [name.strip() for name in text.replace("+", ",").split(",") if name.strip() not in ("", "nobody")]
    for name in names:
        if name not in setting.observed.members:
            raise UserError(f"no member {name!r}; choices: nobody, {choices(setting.observed.members)}")
    return names


def asked_of_claims(bench: Bench, given: argparse.Namespace) -> dict[str, Any]:
    """The rows of the claims; derivations where a claim or a coalition is named, else the smallest coalitions and the tables."""
    named = [claim for name in given.claim or CLAIMS for claim in claims_named(name)]
    claims = [claim for claim in named if claim.kind == "know"]
    if not claims:
        raise UserError(f"{', '.join(given.claim)} is not of what somebody can know; choices: {choices(knowledge_claims())}")
    against = [coalition(name) for name in given.coalition or COALITIONS]
    found: list[tuple[Claim, list[Decided]]] = []
    for claim in claims:
        bench.progress(claim.label)
        scope = Scope.parse(given.scope or claim.scope)
        found.append((claim, [bench.knowledge.decide(claim, one, scope) for one in against]))
    smallest = {claim.label: gathered_told(bench, claim, Scope.parse(given.scope or claim.scope)) for claim in claims}
    drawn = [] if given.claim or given.coalition else tables([bench])
    lines = [terminal.wrapped(f"variant {bench.protocol.name}: rules on: {', '.join(rule for rule in RULES if rule in rules_on(bench))}"),
             terminal.matrix_header([one.name for one in against])]  # fmt: skip
    lines += [terminal.matrix_line(claim.label, [one.name for one in against], [one.row for one in rows]) for claim, rows in found]
    if given.claim or given.coalition:
        lines += ["\n" + shown(claim, one) for claim, rows in found for one in rows if one.row.verdict != "not_expressible"]
    lines += ["", *(terminal.wrapped(f"{label}: {said}", "  ") for label, told in smallest.items() for said in told)]
    lines += [f"\n{one['title']}\n{terminal.table(one['header'], one['lines'])}\n{terminal.wrapped(one['said'], '  ')}" for one in drawn]
    rows = [one.row.as_dict() | {"told": one.told} for _, many in found for one in many]
    return {"text": "\n".join(lines), "data": {"rows": rows, "smallest": smallest, "tables": drawn}}


def rules_on(bench: Bench) -> frozenset[str]:
    return next(iter(bench.knowledge.settings.values())).rules


def knowledge_claims() -> list[str]:
    return [name for name, claim in CLAIMS.items() if any(part.kind == "know" for part in claim.parts)]


def gathered_told(bench: Bench, claim: Claim, scope: Scope) -> list[str]:
    """The smallest coalitions of members for each goal, and what shows that none is smaller."""
    try:
        deciding = bench.knowledge.deciding(claim, scope)
    except (NotExpressible, MarketError):  # as its row says
        return []
    alike: dict[tuple[object, ...], list[str]] = {}
    found = deciding.smallest()
    for goal, one in found.items():
        alike.setdefault((one.rules, min(map(len, one.smallest), default=-1), len(one.smallest)), []).append(goal)
    return [f"{goal}{f' and {len(others)} alike' if others else ''}: {said(found[goal])}" for goal, *others in alike.values()]


def said(found: Gathered) -> str:
    """The smallest coalitions, and what shows that none is smaller."""
    if not found.smallest:
        return "no coalition without its owner, not even all others together"
    least = min(map(len, found.smallest))
    if not least:
        return "whoever sees the ledger"
    named = ["+".join(sorted(one)) for one in found.smallest if len(one) == least]
    shown = " or ".join(named[:SHOWN]) + (f" or {len(named) - SHOWN} more" if len(named) > SHOWN else "")
    return f"least {shown} ({len(found.smallest)} minimal; none smaller: {len(found.largest_without)} largest sets lack it)"
