"""Tables of who holds what in clear, of related systems, and of what redundant training costs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import networkx

from marketproof.bench import Bench, Decided
from model.exposure import ASKED, OF_RELATED, OWNER, SEEN_BY, exposure, related_exposure
from model.linking import Linked
from model.scope import Scope
from model.terms import shown
from properties.knowledge import Question
from reports.knowledge import KINDS, KNOWLEDGE_TABLES_SCHEMA
from spec.related import systems
from spec.related.system import PARTIES

SCOPE = Scope(2, 2)
SIZES = ((2, 3, 4), (4, 3, 12), (8, 3, 24), (8, 5, 24))
DESIGNED, LEAST_SAID = "by design", "what the paper says of them, and no more; – is not said"


def tables(benches: Iterable[Bench]) -> list[dict[str, Any]]:
    """Exposure of each variant (C41), of the related systems, and the trainings of a round."""
    ours = list(benches)
    return [*(exposed(bench) for bench in ours), related(ours), redundant()]


def document(benches: Iterable[tuple[Bench, list[Decided]]]) -> str:
    """Tables, a derivation for each claim that is refuted, and pictures, as the evidence has them."""
    ours = list(benches)
    whole = {
        "schema": KNOWLEDGE_TABLES_SCHEMA,
        "tables": [*tables(bench for bench, _ in ours), *(table for bench, decided in ours for table in derivations(bench, decided))],
        "pictures": [one for bench, decided in ours for one in pictures(bench, decided)],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def derivations(bench: Bench, decided: list[Decided]) -> Iterator[dict[str, Any]]:
    """Of each statement that is refuted the derivation of the fewest members, then the shortest."""
    by: dict[str, list[Decided]] = {}
    for one in decided:
        if one.known is not None and one.known.answer.verdict == "refuted":
            by.setdefault(one.label, []).append(one)
    for label, found in by.items():
        least = min(found, key=lambda one: (len(one.known.answer.members), one.row.depth or 0) if one.known else (0, 0))
        assert least.known is not None
        answer = least.known.answer
        lines = [[str(number), shown(step.term), f"{step.why}{rests(step.premises)}"] for number, step in enumerate(answer.steps, 1)]
        name = bench.protocol.name
        title = f"{name}: {label} against {least.row.coalition}"
        said = f"{least.row.reason}. Carried out with real values; in a run of scope {least.row.scope}."
        yield drawn(f"derivation-{name}-{label}", title, said, ["line", "term", "why"], lines, (label.partition("/")[0],))


def rests(premises: tuple[int, ...]) -> str:
    return f" from {', '.join(str(place + 1) for place in premises)}" if premises else ""


def pictures(bench: Bench, decided: list[Decided]) -> Iterator[dict[str, Any]]:
    """What the ledger links of members, as whoever sees it does: identities, pseudonyms and datasets in three columns."""
    for one in decided:
        if one.known is not None and one.known.answer.linked is not None and one.row.coalition == "orderer":
            yield picture(bench.protocol.name, one.known.answer.linked)


def picture(name: str, linked: Linked) -> dict[str, Any]:
    graph = linked.graph.copy()
    for node, kind in graph.nodes(data="kind"):
        graph.nodes[node]["column"] = KINDS.index(kind)
    places = networkx.multipartite_layout(graph, subset_key="column")
    columns = {KINDS.index(kind) for _, kind in graph.nodes(data="kind")}
    lowest = min((float(y) for _, y in places.values()), default=0.0)
    height = max((float(y) for _, y in places.values()), default=0.0) - lowest
    numbers = {node: number for number, node in enumerate(graph.nodes)}
    nodes = [
        {"text": node, "kind": kind, "x": sorted(columns).index(KINDS.index(kind)) / max(1, len(columns) - 1),
         "y": round((float(places[node][1]) - lowest) / height, 3) if height else 0.5}
        for node, kind in graph.nodes(data="kind")
    ]  # fmt: skip
    edges = [{"one": numbers[one], "other": numbers[other], "why": str(why)} for one, other, why in graph.edges(data="why")]
    said = linked.said or "no member is seen with two datasets under one pseudonym or one identity"
    title = f"{name}: what the ledger links of its members"
    return {"name": name, "title": title, "said": said, "nodes": nodes, "edges": edges}


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
    return drawn("redundant", "what redundant training costs", said, header, lines, ("C41",))
