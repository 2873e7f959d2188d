"""Mutants of a text that has no proofs: which cell of the matrix of verdicts would be another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adversaries.coalitions import COALITIONS
from marketproof.bench import Bench
from marketproof.commands import claims_named
from marketproof.mutant_judges import Judge, Noticed
from marketproof.store import Store
from model.market import MarketError
from model.scope import Scope
from model.search import Problem, Search, all_steps
from model.slicing import conditions_of, fields_read, slice_of
from properties.claims import PROVABLE, Claim, goal_of
from properties.expectations import expected
from spec.checks import expressions_of
from spec.digests import digest
from spec.mutants import Mutant
from spec.schema import NotExpressible
from spec.text import Protocol

MOST_DEPTH = 2
AGAINST = ("DO", "CO", "MO", "orderer")


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix as it is expected, refuted in `depth` steps or not refuted within them, and how deep it is asked."""

    claim: Claim
    coalition: str
    scope: Scope
    refuted: bool
    depth: int
    asked: int

    @property
    def said(self) -> str:
        return f"refuted in {self.depth}" if self.refuted else f"not refuted within {self.depth}"


class MatrixJudge(Judge):
    """A mutant is noticed when honest parties do not come any more to what a claim speaks of, or when a cell has another verdict.

    Only cells are asked whose slice, or the market from which they are searched, is another one, the shallow ones first.
    """

    bounds = (
        f"honest runs in the scope of each claim; cells of the matrix against {', '.join(AGAINST)} to depth {MOST_DEPTH}, "
        "but for claims about progress, about reaching and about numbers"
    )

    def __init__(self, protocol: Protocol, seed: int, store: Store) -> None:
        super().__init__(protocol, seed, store)
        self.bench = Bench(protocol, seed)
        self.cells = sorted(cells_of(protocol), key=lambda cell: (cell.asked, cell.scope.instances))
        self._given: dict[tuple[str, str], str] = {}

    def noticed(self, mutant: Mutant) -> Iterator[Noticed]:
        changed = mutant.of(self.protocol)
        bench = Bench(changed, self.seed)
        yield from self.honest.lost(changed, bench.compiled)
        known: dict[str, bool] = {}
        for cell in self.cells:
            try:
                if self.concerned(cell, bench, mutant.step, known):
                    yield from self.differs(cell, bench)
            except MarketError:
                continue
            except NotExpressible:
                yield Noticed(cell.claim.label, f"{cell.coalition}: it cannot be expressed; {cell.said} of the text")

    def concerned(self, cell: Cell, bench: Bench, step: str, known: dict[str, bool]) -> bool:
        """Whether the search would be given another problem: where what it sees of the changed step is as it was, so is all else.

        None of AGAINST has a power that adds steps, so a claim's problem is the same for all of them.
        """
        label = cell.claim.label
        if label not in known:
            if (label, step) not in self._given:
                self._given[label, step] = given(cell, self.bench, step)
            known[label] = given(cell, bench, step) != self._given[label, step]
        return known[label]

    def differs(self, cell: Cell, bench: Bench) -> Iterator[Noticed]:
        """The search to the depth that is asked: an attack sooner than expected, or none where one is expected."""
        coalition = COALITIONS[cell.coalition]
        goal = goal_of(cell.claim, bench.protocol, all_steps(bench.protocol, coalition))
        search = Search(Problem(bench.protocol, goal, cell.scope, coalition, bench.market(cell.scope, "market").rows, self.seed))
        try:
            answer = search.run(cell.asked)
        finally:
            search.solver.close()
        now = None if answer.attack is None else answer.depth
        wanted = cell.depth if cell.refuted and cell.depth <= cell.asked else None
        if now != wanted and not answer.unknown:
            found = f"refuted in {now}" if now is not None else f"not refuted within {cell.asked}"
            yield Noticed(cell.claim.label, f"{cell.coalition}: {found}; {cell.said} of the text")


def given(cell: Cell, bench: Bench, step: str) -> str:
    """The goal, what of a step it can see, and what of the market."""
    steps = all_steps(bench.protocol, COALITIONS[cell.coalition])
    goal = goal_of(cell.claim, bench.protocol, steps)
    sliced = slice_of(steps, goal).transactions
    clauses = [one for by in goal.steps.values() for one in by.values()]
    clauses += [one for each in sliced.values() for one in (*conditions_of(each), *expressions_of((*each.writes, *each.observed)))]
    seen = fields_read([*goal.states.values(), *goal.pairs.values(), *clauses])
    tables = bench.protocol.schema.tables
    rows = [(table, key, [value for cell, value in zip(tables[table].cells, row, strict=True) if (table, cell) in seen])
            for (table, key), row in bench.market(cell.scope, "market").rows.items()]  # fmt: skip
    conditions = conditions_of(sliced[step]) if step in sliced else []
    writes = [{**vars(one), "value": one.value if (one.table, one.field) in seen else None}
              for one in ((*sliced[step].writes, *sliced[step].observed) if step in sliced else ())]  # fmt: skip
    return digest(vars(goal), conditions, writes, repr(sorted(rows, key=repr)))


def cells_of(protocol: Protocol) -> Iterator[Cell]:
    """The committed verdicts that a search gave, each at each depth to which it is asked."""
    for label, by in (expected(protocol.name) or {}).items():
        claim = claims_named(label)[0]
        if claim.kind not in PROVABLE or claim.kind == "live":
            continue
        for coalition, entry in by.items():
            if coalition in AGAINST and entry["verdict"] in ("refuted", "holds_to"):
                scope = Scope.parse(entry["scope"].partition(" ")[0])
                deep = range(1, min(entry["depth"], MOST_DEPTH) + 1)
                yield from (Cell(claim, coalition, scope, entry["verdict"] == "refuted", entry["depth"], asked) for asked in deep)


__all__ = ["MatrixJudge"]
