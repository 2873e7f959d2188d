"""Answers of the store as plain data: cells of the matrix, and obligations with their second opinion; and what they depend on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from adversaries.coalitions import COALITIONS, Coalition
from marketproof.bench import Bench, Decided
from marketproof.store import program
from model import witness as witnesses
from model.induction import Obligation
from model.search import all_steps
from properties.claims import Claim, goal_of, sometimes_of
from properties.starts import populated
from properties.verdicts import Row
from spec.digests import digest
from spec.schema import NotExpressible


@dataclass(frozen=True)
class Confirmed:
    """An obligation, and what the second solver said to its text; `kept` when both were answered in an earlier run."""

    obligation: Obligation
    second: str
    kept: bool = False

    @property
    def holds(self) -> bool:
        return self.obligation.outcome == "proved" and (self.obligation.by == "frame" or self.second == "confirmed")


def written(found: list[Confirmed]) -> list[dict[str, Any]]:
    return [{"obligation": asdict(one.obligation), "second": one.second} for one in found]


def read(answer: list[dict[str, Any]]) -> list[Confirmed]:
    """Obligations that were written, marked as kept."""
    restored = [({**one["obligation"], "rests_on": tuple(one["obligation"]["rests_on"])}, one["second"]) for one in answer]
    return [Confirmed(Obligation(**obligation), second, True) for obligation, second in restored]


def cell_key(bench: Bench, claim: Claim, coalition: Coalition | None, scope: str, depth: int, start: str) -> str:
    """All that one cell of the matrix depends on: the text, what the claim says of it, against whom, how far, with which seed."""
    protocol, part = bench.protocol, claim.parts[0]
    steps = protocol.transactions if coalition is None else all_steps(protocol, coalition)
    try:
        said = digest(vars(goal_of(claim, protocol, steps)), vars(sometimes_of(claim, protocol)), populated(protocol))
    except NotExpressible as error:
        said = str(error)
    told = digest(claim.name, part.name, part.kind, claim.sometimes, claim.assumptions, claim.against)
    return digest(program(), "cell", protocol, said, told, coalition, scope, depth, start, bench.seed)


def cell_written(bench: Bench, decided: Decided) -> dict[str, Any]:
    witness = decided.witness
    text = None if witness is None else witness.as_json(all_steps(bench.protocol, COALITIONS[witness.coalition]))
    return {"row": asdict(decided.row), "witness": text, "obligations": written(decided.obligations), "sentences": decided.sentences}


def cell_read(bench: Bench, claim: Claim, answer: dict[str, Any]) -> Decided:
    """A cell that was written; its attack was replayed then, by this program on this text."""
    decided = Decided(claim.label, Row(**answer["row"]), obligations=read(answer["obligations"]), sentences=answer["sentences"])
    if answer["witness"] is not None:
        fields = json.loads(answer["witness"])
        steps = all_steps(bench.protocol, COALITIONS[fields["coalition"]])
        decided.witness, _ = witnesses.load(answer["witness"], steps, bench.protocol)
        decided.witness.told = fields["told"]
    return decided
