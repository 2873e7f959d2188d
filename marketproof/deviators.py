"""Cloud owners that deviate in the main job: one keeps silent, one copies, one makes its results up."""

from __future__ import annotations

from adversaries.behaviours import behaviour
from ledger_runtime.offchain.dataset import Dataset
from ledger_runtime.offchain.training import Model, Recipe
from marketproof.parties import CloudOwner

LARGEST_INVENTED = 1 << 18


class SilentOwner(CloudOwner):
    """Commits to nothing in its first round; later it commits, and never reveals."""

    behaviour = behaviour("withhold")


class CopyingOwner(CloudOwner):
    """Repeats what a replica committed to, and then what it revealed."""

    behaviour = behaviour("repeat a replica")


class LazyOwner(CloudOwner):
    """Does all that the text asks for, but for the training: its weights are drawn by chance."""

    def train(self, model: Model, rows: Dataset, recipe: Recipe) -> Model:
        return Model(self.rng.integers(-LARGEST_INVENTED, LARGEST_INVENTED, model.weights.shape))

    def keep_model(self, content: str, round: int, encoded: bytes) -> None:
        self.values.keep_model(content, round, encoded, truly="junk")


DEVIATORS: dict[str, type[CloudOwner]] = {"silent": SilentOwner, "copying": CopyingOwner, "lazy": LazyOwner}


def deviation_of(owner: CloudOwner) -> str:
    """How a cloud owner deviates; empty for an honest one."""
    return next((name for name, kind in DEVIATORS.items() if isinstance(owner, kind)), "")


__all__ = ["DEVIATORS", "CopyingOwner", "LazyOwner", "SilentOwner", "deviation_of"]
