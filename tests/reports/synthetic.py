"""A small evidence directory made by hand: two variants, each kind of verdict, an attack on two runs, proofs, waiving, a job and more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from marketproof import evidence
from properties.expectations import FOLDER
from properties.verdicts import FIELDS, VERDICTS, Row
from reports.content import DESCRIBED_SCHEMA
from reports.measured import LEDGERS
from reports.speed import OWN, PERFORMANCE

Files = dict[str, Any]
VERSIONS = {"marketproof": "0.1.0", "python": "3.11.7"}


def row(claim: str, part: str, coalition: str, verdict: str, depth: int | None, **more: Any) -> dict[str, Any]:
    given = {"variant": "paper", "method": "bounded search", "scope": "2x2 and one spare of each", "start": "market"} | more
    given.setdefault("assumptions", ["steps are atomic", f"coalition: {coalition}"])
    return Row(claim, coalition=coalition, verdict=verdict, depth=depth, part=part, versions=VERSIONS, **given).as_dict()


def step(kind: str = "transaction", by: str = "co-1", **more: Any) -> dict[str, Any]:
    given = {"kind": kind, "by": by, "role": "CO", "deviating": True, "name": "JoinCI", "arguments": {"instance": "ci-1"}}
    given |= {"reaches": {}, "event": "", **more}
    return given | {"sentence": f"{given['by']} takes {given['name']}", "because": [f"because of what {given['by']} has"]}


def attack(*runs: list[dict[str, Any]]) -> dict[str, Any]:
    broken = "this breaks it: 1 is not 2"
    return {"start": "market", "honest_steps_before": 7, "runs": list(runs), "silent": {}, "broken": broken}


def claim(name: str, part: str, kind: str, **more: Any) -> dict[str, Any]:
    parts = [{"name": part, "kind": kind, "statement": f"the statement of {part}"}]
    told = {"claim": name, "title": f"title of {name}", "quotation": f"what the paper says of {name}", "cites": "L1-2", "parts": parts}
    return told | {"sometimes": "", "against": [], **more}


def variant(parent: str | None, taken: str, amendments: tuple[str, ...] = ()) -> dict[str, Any]:
    switch = {"one_place": "L1 it is so", "another_place": "L2 it is not", "readings": {"so": "it is", "not": "it is not"}, "taken": taken}
    switch |= {"default": "so", "reason": "the earlier line wins", "affects": "JoinCI"}
    told = [{"name": name, "action": "require", "target": name, "because": f"an attack on {name}", "needs": []} for name in amendments]
    return {"title": "as a test has it", "parent": parent, "switches": {"X01": switch}, "amendments": told}


def job() -> dict[str, Any]:
    rounds = [
        {"round": n, "subsets": [0, 1], "accuracy": 0.5 + n / 10, "central_accuracy": 0.9, "jobs": 4, "hashes_verified": 4,
         "replicas_equal": 2, "blocks": 3, "conflicts": 0, "together": False}
        for n in (1, 2)
    ]  # fmt: skip
    readings = {"both": {"statement": "s", "feasible": "feasible", "reason": "r", "smallest_subsets": 2, "holds": True}}
    split = {"training_rows": 10, "held_out_rows": 5, "largest_share_of_a_class": 0.1, "largest_share_in_a_subset": 0.2}
    return {
        "variant": "paper", "seed": 0, "subsets": 2, "replicas": 2, "cloud_owners": 4, "epochs_per_round": 6,
        "split": split | {"readings": readings}, "rounds": rounds,
        "transactions": {"CreateCI": 4}, "conflicts": {"JoinCI: MVCC": 1}, "blocks": 9, "state_digest": "ab", "chain_head": "cd",
        "model_digest": "ef", "checks": {"chain_verified": True},
    }  # fmt: skip


def small_scope() -> dict[str, Any]:
    """Two cases, two drops of which one is not as expected, a condition that is necessary and one that is not shown to be."""
    explored = {"case": "1x2 CO", "states": 441, "complete": True, "falls": [], "undecided": []}
    limited = {"case": "2x2 CO", "states": 20_000, "complete": False, "falls": ["conserved"], "undecided": ["no trap"]}
    drop = {"drop": "reserve", "sentence": "nothing is set aside", "falls": "covered", "expected": "covered", "case": "1x2 none"}
    drop |= {"told": ["mo-1 starts", "anybody settles"], "states": 2, "complete": True}
    nothing = {**drop, "drop": "dispute", "falls": "", "expected": "work paid", "case": "", "told": [], "states": 99, "complete": False}
    needed = {"claim": "C1", "condition": "nobody is late", "necessary": True, "case": "1x2 none", "start": "the couple is active"}
    needed |= {"before": 47, "told": ["the clock moves"], "trap": "honest parties can do nothing more", "states": 3, "reason": ""}
    unshown = {**needed, "condition": "it does not rain", "necessary": False, "told": [], "trap": "", "reason": "no case shows it"}
    return {"explored": True, "cases": [explored, limited], "drops": [drop, nothing], "conditions": [needed, unshown]}


def numbers() -> dict[str, Any]:
    """A table with every kind of cell, and one that is drawn as curves."""
    half, tiny = {"rounded": "0.5", "exact": "1/2"}, {"rounded": "2.5e-10", "exact": None}
    table: dict[str, Any] = {"name": "nonces", "claims": ["C3", "C9"], "title": "Equal nonces", "said": "what the figures are"}
    table |= {"header": ["owners", "a", "b", "c"], "curves": []}
    lines = [[2, half, tiny, None], ["all", 7, {"rounded": "1", "exact": "1"}, {"rounded": "1e9", "exact": "3000000001/3"}]]
    curve: dict[str, Any] = {"name": "capture", "claims": ["C3"], "title": "Captured groups", "said": "curves"}
    curve |= {"header": ["share", "one", "some"], "curves": [2, 1]}
    drawn = [[{"rounded": text, "exact": None} for text in line] for line in (("0.1", "0.2", "0.30"), ("0.5", "0.4", "1.00000"))]
    return {"schema": 1, "cells": "as it is", "tables": [{**table, "lines": lines}, {**curve, "lines": drawn}]}


def clauses() -> dict[str, Any]:
    """Two clauses, of which one is used in two ways and one in none."""
    used = {"step": "JoinCI", "name": "once", "kind": "guard", "source": "printed L9", "used": {"C1": ["assumed", "permits"]}}
    unused = {**used, "name": "mine", "source": "amended because <b>it joins twice</b>", "used": {}}
    return {"how": {"assumed": "it is assumed", "permits": "it is passed"}, "clauses": [used, unused], "lemmas": {"C1": []}}


def mutants() -> dict[str, Any]:
    """Three mutants, of which one survives."""
    killed = {"mutant": "JoinCI.once: waive", "verdict": "killed", "by": "C1", "at": "JoinCI (C1)", "reason": "", "seconds": 0.25}
    lives = {**killed, "mutant": "JoinCI.mine: negate", "verdict": "survives", "by": "", "at": "", "reason": "no claim says <b>so</b>"}
    means = {"killed": "a claim notices", "survives": "none does"}
    return {"counts": {"killed": 2, "survives": 1}, "verdicts": means, "asked": "all of it", "mutants": [killed, killed, lives]}


def recall() -> dict[str, Any]:
    """Two mutants, one with two violations, of which the search found one."""
    broken = {"mutant": "JoinCI.once: waive", "enumerated": [{"claim": "C1"}, {"claim": "C2/a"}]}
    both = [broken, {"mutant": "JoinCI.mine: waive", "enumerated": []}]
    times = {"enumeration_s": 3.2, "search_s": 1.7}
    return {"by_depth": {"1": {"scope": "2x2", "cut": 1, "mutants": both, "enumerated": 2, "found": 1, "recall": 0.5, **times}}}


def orders() -> dict[str, Any]:
    """A power that wins on a weak ledger, and one that does not."""
    won = {"claim": "C1", "sentence": "nothing stale", "said": "Pay commits <b>late</b>", "after": 3, "moves": ["one"]}
    row = {"power": "stale read", "by": "orderer", "text": "hard", "ledger": "a ledger that forgets", "won": [won], "bound": "9 moves"}
    return {"orders": [row, {**row, "power": "delay", "ledger": "", "won": []}]}


def known() -> dict[str, Any]:
    """An attack that is found in one of two places."""
    place = {"by": "verdict", "name": "C1", "against": "CO", "found": True, "shown": "it breaks", "steps": 2}
    places = [place, {**place, "name": "C2", "found": False, "shown": ""}]
    return {"attacks": [{"number": 7, "sentence": "sent twice", "found": False, "places": places}]}


def assumptions() -> dict[str, Any]:
    """One that is needed and one that is not dropped."""
    shown = {"claim": "C2/a", "against": "MO", "shown": "guessed", "reason": ""}
    falls = {"assumption": "nobody guesses", "claims": ["C1", "C2"], "outcome": "falls", **shown}
    return {"assumptions": [falls, {"assumption": "a word", "claims": [], "outcome": "not dropped", "reason": "it says what it means"}]}


def least() -> dict[str, Any]:
    """One claim that falls to two coalitions, one that does not fall."""
    pair = {"coalition": "CO+CO", "members": 2, "depth": 4, "smaller": {"CO": "holds_to", "orderer": "proved"}}
    peer = {"coalition": "peer", "members": 0, "depth": 1, "smaller": {}}
    return {"C1": {"least": [pair, peer], "verdicts": {}}, "C2/a": {"least": [], "verdicts": {}}}


def documents() -> Files:
    """All files as data, before the manifest."""
    rows = [
        row("C1", "only", "CO", "refuted", 2, witness="witnesses/C1-CO.json", replayed=True),
        row("C1", "only", "CO+CO", "refuted", 2, witness="witnesses/C1-CO+CO.json", replayed=True, assumptions=["steps are atomic"]),
        row("C1", "only", "orderer", "holds_to", 6, confirmed="plain enumeration at 1x2"),
        row("C2", "a", "CO", "refuted", 2, witness="witnesses/C2-a-CO.json", replayed=True, scope="1x1 and one spare of each"),
        row("C2", "b", "CO", "unknown", 3, reason="the budget ended"),
        row("C3", "quorum", "any f < n/2", "proved", None, method="all integers", scope="any"),
        row("C1", "only", "CO", "proved", None, variant="hard", method="induction", scope="any", lemmas=["a lemma by hand"]),
        *(row("C2", "b", verdict, verdict, 1, variant="hard", reason="it is so") for verdict in VERDICTS if verdict != "refuted"),
    ]
    joined = attack([step("off_ledger", name="SendSubset", reaches={"do-1": "DO"}), step(event="InstanceJoined(ci-1)")])
    both = attack([step(by="mo-1", role="MO", deviating=False)], [step("forged", by="a peer", name="TC"), step(by="mo-1", deviating=False)])
    attacks = {"witnesses/C1-CO.json": joined, "witnesses/C1-CO+CO.json": joined, "witnesses/C2-a-CO.json": both}
    powers = {"send": "may send anything", "order": "orders at will"}
    coalitions = {
        "CO": {"deviating": {"CO": 1}, "powers": ["send"]},
        "CO+CO": {"deviating": {"CO": 2}, "powers": ["send", "order"]},
        "orderer": {"deviating": {}, "powers": ["order"]},
    }
    claims = {
        "C1": claim("C1", "only", "inv", sometimes="some instance is verified", against=["CO"]),
        "C2/a": claim("C2", "a", "two_runs"),
        "C2/b": claim("C2", "b", "step"),
        "C3": claim("C3", "quorum", "arith"),
    }
    kinds = {"inv": "holds in every state", "step": "holds of every step", "two_runs": "holds of two runs", "arith": "of all numbers"}
    obligation = {"goal": "C1", "step": "JoinCI", "outcome": "unsat", "by": "z3", "seconds": 0.1, "file": "proofs/hard/1.smt2"}
    falls = [{"claim": "C1", "coalition": "CO", "depth": 2, "witness": None}]
    waived = {"amendment": "require JoinCI.once", "because": "it joins twice", "falls": falls, "redundant_with": [], "verdict": "needed"}
    return {
        "verdicts.json": {"schema": 1, "fields": FIELDS, "rows": rows},
        "claims.json": {"schema": DESCRIBED_SCHEMA, "kinds": kinds, "powers": powers, "coalitions": coalitions, "claims": claims},
        "variants.json": {
            "schema": DESCRIBED_SCHEMA,
            "variants": {"paper": variant(None, "so"), "hard": variant("paper", "not", ("require JoinCI.once", "require JoinCI.mine"))},
        },
        "attacks.json": {"schema": DESCRIBED_SCHEMA, "attacks": attacks},
        "job.json": job(),
        "numbers.json": numbers(),
        "proofs/hard/summary.json": {
            "obligations": [obligation, {**obligation, "goal": "lemma", "file": None}],
            "confirmed": {"solver": "cvc5 1.4.0", "confirmed": 2, "of": 2},
        },
        "proofs/hard/clauses.json": clauses(),
        "coalitions/hard.json": least(),
        "mutants/hard.json": mutants(),
        "recall/hard.json": recall(),
        "orders/hard.json": orders(),
        "known/hard.json": known(),
        "assumptions/hard.json": assumptions(),
        "waiving/hard.json": [waived],
        **{name: json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in (PERFORMANCE, LEDGERS, OWN)},
        "small-scope/hard.json": small_scope(),
        "proofs/hard/1.smt2": "(check-sat)\n",
        **{name: {"format": "marketproof witness"} for name in attacks},
    }


def texts(files: Files) -> dict[str, str]:
    return {name: content if isinstance(content, str) else json.dumps(content) for name, content in files.items()}


def written(place: Path, change: Callable[[Files], object] = lambda files: None) -> Path:
    """The evidence with a change made before its manifest is: its digests are right, whatever it holds."""
    files = documents()
    change(files)
    evidence.write(place, texts(files))
    return place
