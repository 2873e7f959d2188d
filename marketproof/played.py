"""A job after its last block, for whoever judges it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ledger_runtime.network import Network
from ledger_runtime.offchain import training
from marketproof.arbiters import Arbiters
from marketproof.channels import Post
from marketproof.deviators import deviation_of
from marketproof.job_ledger import LedgerRound, rounds_of
from marketproof.job_result import SplitReport
from marketproof.model_owner import digest_of
from marketproof.parties import CloudOwner, DataOwner, ModelOwner, Part
from marketproof.party import Organisation, Party, Surroundings


@dataclass(frozen=True)
class Played:
    """A job after its last block. Whoever judges it sees the chain and, unlike the parties, everybody's memory."""

    surroundings: Surroundings
    data_owner: DataOwner
    cloud_owners: Sequence[CloudOwner]
    model_owner: ModelOwner
    organisation: Organisation
    arbiters: Arbiters
    split: SplitReport

    @property
    def network(self) -> Network:
        return self.surroundings.network

    @property
    def post(self) -> Post:
        return self.surroundings.post

    @property
    def rounds(self) -> list[LedgerRound]:
        return rounds_of(self.network, self.model_owner.couple)

    @property
    def instances(self) -> dict[str, Part]:
        """The part that each instance stands for."""
        return {instance: part for part in self.data_owner.parts for instance in part.instances}

    @property
    def subsets(self) -> list[str]:
        """Dssidlist, in its order."""
        return self.data_owner.entries("DS", "dssidlist", self.data_owner.dataset)

    @property
    def members(self) -> list[Party]:
        return [self.data_owner, *self.cloud_owners, self.model_owner]

    @property
    def deviators(self) -> dict[str, CloudOwner]:
        """Cloud owners that deviate, by how they do."""
        return {deviation_of(owner): owner for owner in self.cloud_owners if deviation_of(owner)}

    @property
    def honest(self) -> list[Party]:
        return [member for member in self.members if member not in self.deviators.values()]

    @cached_property
    def recomputed(self) -> list[tuple[dict[str, bytes], bytes]]:
        """For each round the models that honest training gives, by subset, and the aggregate of those that stand on the ledger as results.

        Computed again from the rows themselves, whatever the parties did.
        """
        parts, made = {part.subset: part for part in self.data_owner.parts}, []
        some = self.data_owner.parts[0].rows
        current = training.initial_model(some.features.shape[1], some.class_count)
        for found in self.rounds:
            recipe = self.model_owner.recipe
            models = {subset: training.encode(training.train(current, parts[subset].rows, recipe)) for subset in found.selected}
            accepted = {subset: model for subset, model in models.items() if found.results.get(subset) == digest_of(model)}
            if accepted:
                sizes = [len(parts[subset].rows) for subset in accepted]
                current = training.average([training.decode(model) for model in accepted.values()], sizes)
            made.append((models, training.encode(current)))
        return made

    def has_table(self, name: str) -> bool:
        return name in self.network.protocol.schema.tables

    def instance_of(self, owner: CloudOwner) -> str:
        """The one instance that a cloud owner holds."""
        return next(i for part in self.data_owner.parts for i, holder in part.instances.items() if holder == owner.identifier)


Problems = Iterator[str]
Check = Callable[[Played], Problems]
