"""The generated page about mutants: the score of each text, and every mutant that no claim notices."""

from __future__ import annotations

from typing import Any

NOT_JUDGED = "Not judged for this text and these claims: `marketproof mutate --variant {} --accept` judges all mutants, in some minutes."


def mutants_page(known: dict[str, dict[str, Any] | None]) -> str:
    """Markdown, from the committed results of each variant; None where there are none for its text as it is."""
    lines = ["# Mutants", "", "Each guard and effect changed in small wrong ways (docs/decisions/0015): which claim notices.", ""]
    for name, found in known.items():
        lines += [f"## {name}", "", *(judged(found) if found is not None else [NOT_JUDGED.format(name)]), ""]
    return "\n".join(lines).rstrip() + "\n"


def judged(found: dict[str, Any]) -> list[str]:
    """Counts with what they mean, by whom mutants are killed, then what a claim is missing for."""
    whole = found["mutants"]
    lines = [f"{len(whole)} mutants; asked: {found['asked']}.", ""]
    lines += [f"- {count} {verdict}: {found['verdicts'][verdict]}" for verdict, count in found["counts"].items()]
    killers: dict[str, int] = {}
    for one in whole:
        if one["by"]:
            killers[one["by"]] = killers.get(one["by"], 0) + 1
    by = ", ".join(f"{claim} {count}" for claim, count in sorted(killers.items()))
    survivors = [f"| {one['mutant']} | {one['reason']} |" for one in whole if one["verdict"] == "survives"]
    table = ["", "| survives | missing |", "| --- | --- |", *survivors] if survivors else []
    return [*lines, "", f"The first claim that notices: {by}.", *table]


__all__ = ["mutants_page"]
