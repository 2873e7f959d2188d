"""The generated page of powers over the order of transactions: what each wins, with its moves, and the bounds where it wins nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

SAID = (
    "Calls are endorsed on a state, wait, and commit or are refused in some order (docs/decisions/0026). Of each power what is won that\n"
    "no lesser power wins: the shortest run of moves from any state of an honest run, replayed on the ledger with equal codes and rows.\n"
    "`nothing` is only within the bound that is named: `marketproof orders`."
)
NOT_FOUND = "Not searched for these texts: `marketproof orders --accept` does, in some minutes."


def orders_page(rows: list[dict[str, Any]] | None) -> str:
    """Markdown, from the committed answers; None where there are none for the texts as they are."""
    lines = ["# Powers over the order of transactions", "", SAID, ""]
    if rows is None:
        return "\n".join([*lines, NOT_FOUND]) + "\n"
    lines += ["| power | in whose hands | on | wins against | what the ledger shows |", "|---" * 5 + "|"]
    for row in rows:
        on = f"{row['text']}, {row['ledger']}" if row["ledger"] else row["text"]
        for claim, said in [(one["claim"], one["said"]) for one in row["won"]] or [("nothing", f"within: {row['bound']}")]:
            lines.append("| " + " | ".join(each.replace("|", "\\|") for each in (row["power"], row["by"], on, claim, said)) + " |")
    return "\n".join([*lines, "", *runs(rows)]).rstrip() + "\n"


def runs(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The moves of each run that wins."""
    for row in rows:
        for one in row["won"]:
            after = f", after {one['after']} honest steps" if one["after"] else ""
            yield from (f"## {row['power']} ({row['by']}) on {row['text']}: {one['claim']}", "", f"{one['sentence']}{after}", "")
            yield from (f"{number}. {move}" for number, move in enumerate(one["moves"], start=1))
            yield ""
