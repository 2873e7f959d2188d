"""Tables of who holds what in clear, of related systems, and of what redundant training costs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from marketproof.bench import Bench
from model.exposure import ASKED, OF_RELATED, OWNER, SEEN_BY, exposure, related_exposure
from model.scope import Scope
from properties.knowledge import Question
from reports.numbers import NUMBERS_SCHEMA
from spec.related import systems
from spec.related.system import PARTIES

SCOPE = Scope(2, 2)
SIZES = ((2, 3, 4), (4, 3, 12), (8, 3, 24), (8, 5, 24))
DESIGNED, LEAST_SAID = "by design", "what the paper says of them, and no more; – is not said"


def tables(benches: Iterable[Bench]) -> list[dict[str, Any]]:
    """Exposure of each variant (C41), of the related systems, and the trainings of a round."""
    ours = list(benches)
    return [*(exposed(bench) for bench in ours), related(ours), redundant()]


def document(benches: Iterable[Bench]) -> str:
    """The tables as the evidence has them, in the form of other figures."""
    return json.dumps({"schema": NUMBERS_SCHEMA, "tables": tables(benches)}, indent=1, ensure_ascii=False) + "\n"


def drawn(name: str, title: str, said: str, header: list[str], lines: list[list[str]], claims: tuple[str, ...]) -> dict[str, Any]:
    return {"name": name, "claims": list(claims), "title": title, "said": said, "header": header, "lines": lines, "curves": []}


def exposed(bench: Bench) -> dict[str, Any]:
    setting = bench.knowledge.setting(SCOPE, Question())
    cells = {(one.secret, one.role): one.how for one in exposure(setting)}
    lines = [[secret, *(cells[secret, role] for role in SEEN_BY)] for secret in ASKED]
    assumed = "; ".join(one.said for one in setting.assumptions)
    said = "One member of each role, with the fewest powers that will do." + (f" Assumed: {assumed}." if assumed else "")
    name = bench.protocol.name
    return drawn(f"exposure-{name}", f"{name}: who has what in clear", said, ["secret", *SEEN_BY], lines, ("C41",))


def related(benches: list[Bench]) -> dict[str, Any]:
    """Who besides its owner gets data and models, in each system."""
    lines = []
    for system in systems():
        cells = related_exposure(system)
        lines.append([system.name, *(parties_with(cells, name) for name in OF_RELATED), system.cites])
    for bench in benches:
        found = exposure(bench.knowledge.setting(SCOPE, Question()))
        row = [" ".join(f"{one.role} {one.how}," for one in found if one.secret == secret and one.how not in ("–", OWNER)).rstrip(",")
               for secret in ("rows of a subset", "model in clear")]  # fmt: skip
        lines.append([bench.protocol.name, *(cell or "nobody" for cell in row), "derived"])
    said = f"Of the eight systems of section IV: {LEAST_SAID}. Of our variants: one member of a role, with the fewest powers."
    return drawn("related", "related systems: who gets data and models in clear", said, ["system", *OF_RELATED, "from"], lines, ("C41",))


def parties_with(cells: dict[tuple[str, str], str], name: str) -> str:
    found = [party for party in PARTIES if cells[party, name] == DESIGNED]
    if "participant" in found:
        return "every participant"
    return ", ".join(found) or "–"


def redundant() -> dict[str, Any]:
    """How often one subset is trained in a round: DanKu by every peer, ours by the replicas of what was selected."""
    lines = [[f"{m} x {n}, {peers} peers", str(m * peers), str(m * n), str((m + 1) // 2 * n)] for m, n, peers in SIZES]
    said = (
        "Trainings of one subset in one round, of m subsets with n replicas. DanKu: every peer downloads the data and trains (L1003-1005). "
        "Ours: each replica once (L503), or half of the subsets by turns (Listing 4)."
    )
    header = ["m x n, peers", "DanKu (m x peers)", "all subsets (m x n)", "half by turns"]
    return drawn("redundant", "what redundant training costs", said, header, lines, ())
