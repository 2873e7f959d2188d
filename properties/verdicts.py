"""What a verdict is: one row of the matrix, with everything that a reader needs to doubt it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA_VERSION = 1

ATOMIC_STEP = "a committed valid transaction is one atomic step (execute-order-validate re-checks every read)"
ATOMIC_STEP_PROVED = "a committed valid transaction is one atomic step (proved for every transaction: bridging)"

VERDICTS = {
    "proved": "holds for every size, by proof",
    "holds_to": "no run within the scope and depth breaks it",
    "sampled": "no sampled run broke it",
    "measured": "a value with an interval",
    "refuted": "a run that breaks it, replayed on the ledger; of a claim about numbers, numbers for which it fails",
    "reached": "a run of honest parties that comes to it, replayed on the ledger",
    "not_expressible": "the variant has nothing that the claim could speak of",
    "unknown": "not decided, for the reason given",
    "error": "the tool failed",
}

FIELDS = {
    "claim": "name of the claim, such as C31",
    "part": "which statement of the claim was decided",
    "variant": "name of the variant",
    "coalition": "who may deviate, by name; for a claim about numbers, which numbers",
    "verdict": "one of: " + ", ".join(VERDICTS),
    "method": "how it was decided",
    "scope": "how many subsets and replicas, or `any`",
    "depth": "steps of the attack (of its longer run), or the depth searched; null for a proof and for numbers",
    "start": "`market`: from a populated market reached by honest parties; `empty`: from nothing",
    "assumptions": "what the verdict rests on",
    "lemmas": "lemmas used, inferred or by hand",
    "witness": "file of the witness, relative to the evidence directory, or null",
    "replayed": "whether the witness was replayed on the ledger with the break at the same step; null without one",
    "confirmed": "second opinion, such as plain enumeration at a smaller scope; empty without one",
    "reason": "why it is unknown or not expressible, or the numbers that refute it; empty otherwise",
    "seconds": "wall time, the only field that differs between two runs with one seed",
    "seed": "seed of the solver",
    "versions": "versions of the product and of what decided the row",
}


@dataclass
class Row:
    """One verdict; `FIELDS` documents every field."""

    claim: str
    variant: str
    coalition: str
    verdict: str
    method: str
    scope: str
    depth: int | None
    start: str
    part: str = ""
    assumptions: list[str] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    witness: str | None = None
    replayed: bool | None = None
    confirmed: str = ""
    reason: str = ""
    seconds: float = 0.0
    seed: int = 0
    versions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"{self.verdict!r} is no verdict; choices: {', '.join(VERDICTS)}")

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        return {name: found[name] for name in FIELDS}

    @property
    def short(self) -> str:
        """The verdict with its size, as it stands in a cell of the matrix."""
        sized = {"refuted": f"refuted in {self.depth}", "holds_to": f"holds to {self.depth}", "reached": f"reached in {self.depth}"}
        return self.verdict if self.depth is None else sized.get(self.verdict, self.verdict)
