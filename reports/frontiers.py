"""Where claims stop holding, as the evidence tells it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.shapes import Value

HEADER = ["what", "claim", "asked", "verdict", "how"]
SAID = (
    "Each claim is asked with a whole number in it, from values at which it is proved for any size to one at which it falls to an attack "
    "or a trap, which was replayed on the ledger. A frontier is exact when nothing lies between."
)
CHART_CAPTION = (
    "Results of a group are proved right while at most the lower share of its owners deviates; at the upper an attack makes one wrong."
)
AXIS = "share of a group's owners that deviate, by the size of the group"


@dataclass(frozen=True)
class Frontier:
    """One claim and its values; a run is told in sentences. replicas: the size of group that it is of, if of one."""

    name: str
    title: str
    claim: str
    replicas: int | None
    proved_at: int | None
    refuted_at: int | None
    exact: bool
    lines: tuple[tuple[str, str, str], ...]
    told: tuple[str, ...]

    @property
    def said(self) -> str:
        if not self.exact:
            return "not exact: some value is neither proved nor refuted"
        return f"exact: proved at {self.proved_at}, refuted at {self.refuted_at}"


def frontiers_of(value: Value) -> tuple[Frontier, ...]:
    """The frontiers of `frontiers/VARIANT.json`."""
    return tuple(frontier_of(item) for item in value["frontiers"].items)


def frontier_of(item: Value) -> Frontier:
    values = item["values"].items
    told = next((tuple(one["told"].texts) for one in values if one["told"].items), ())

    def whole(name: str) -> int | None:
        return None if item[name].raw is None else item[name].whole

    lines = tuple((one["said"].text, one["verdict"].text, one["method"].text) for one in values)
    return Frontier(item["name"].text, item["title"].text, item["claim"].text, whole("replicas"), whole("proved_at"), whole("refuted_at"),
                    item["exact"].truth, lines, told)  # fmt: skip


def lines_of(found: tuple[Frontier, ...]) -> list[list[str]]:
    """One line for each value; the frontier's name stands before its first."""
    return [
        [f"{one.name}: {one.title} ({one.said})" if place == 0 else "", one.claim, *line]
        for one in found for place, line in enumerate(one.lines)
    ]  # fmt: skip


def shares(found: tuple[Frontier, ...]) -> list[tuple[int, float, float]]:
    """For each size of group with an exact frontier: the size, the share that is proved, the share that is attacked."""
    return [
        (one.replicas, one.proved_at / one.replicas, one.refuted_at / one.replicas)
        for one in found if one.exact and one.replicas and one.proved_at is not None and one.refuted_at is not None
    ]  # fmt: skip
