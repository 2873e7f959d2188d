"""The model owner: asks, starts rounds, checks what was delivered, compares replicas, averages, evaluates, goes on or ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import Dataset
from ledger_runtime.offchain.object_store import ObjectMissing
from ledger_runtime.offchain.sealed import SealBroken, key_pair, open_sealed
from ledger_runtime.offchain.training import MalformedModel, Model, OutOfBounds, Recipe
from marketproof.channels import PROGRAM, Letter, TrainingFile, decode_rows
from marketproof.party import Call, Party, Reactions, Surroundings, hash_with_nonce

KEY_SEED_BYTES = 32
USUAL_RECIPE = Recipe()

LOCATION_CONTEXT = b"marketproof/location/1"
"""The same for every location: the paper binds a location neither to its author nor to a round."""


@dataclass(frozen=True)
class Delivery:
    """What the model owner found of one job. encoded: the model's bytes if they are what was reported, else None, with the reason."""

    subset: str
    instance: str
    encoded: bytes | None
    reason: str = ""


@dataclass(frozen=True)
class RoundFindings:
    """What the model owner found in one round.

    subsets_agreed: subsets all of whose replicas delivered equal models. dissenting: instances that delivered another model than the
    majority of their subset, or none, or stand in a subset without a majority. left_out: subsets without a majority.
    accuracy: of the aggregate, on the model owner's own rows, 0.0 to 1.0.
    """

    round: int
    deliveries: tuple[Delivery, ...]
    subsets: tuple[str, ...]
    subsets_agreed: tuple[str, ...]
    dissenting: tuple[str, ...]
    left_out: tuple[str, ...]
    accuracy: float

    @property
    def hashes_verified(self) -> int:
        """Deliveries whose downloaded bytes have the reported hash."""
        return sum(delivery.encoded is not None for delivery in self.deliveries)


class ModelOwner(Party):
    """test_rows: its own, to evaluate on. rounds: after how many it ends."""

    def __init__(
        self, surroundings: Surroundings, rng: np.random.Generator, test_rows: Dataset, rounds: int, recipe: Recipe = USUAL_RECIPE
    ) -> None:
        super().__init__(surroundings, rng)
        self.test_rows, self.rounds, self.recipe = test_rows, rounds, recipe
        self.keys = key_pair(self.rng.bytes(KEY_SEED_BYTES))
        self.model, self.couple, self.dataset = self.draw_identifier(), self.draw_identifier(), ""
        self.row_counts: dict[str, int] = {}
        self.current: Model | None = None
        self.findings: list[RoundFindings] = []

    def on_commit(self) -> Reactions:
        return {
            "CreateMod": lambda call: self.call("RequestTC", couple=self.couple, dataset=self.dataset, model=self.model),
            "UpdateMod": self.go_on_or_end,
            "CompleteTC": self.pay,
        }

    def on_event(self) -> Reactions:
        return {"DatasetPublished": self.consider, "CoupleApproved": self.begin, "RoundComplete": self.close_round}

    def on_letter(self) -> Reactions:
        return {"rows of a subset": self.note_row_count}

    def start(self) -> None:
        self.call("CreateMO", name="", organization="", public_key=self.keys.public_key.hex())

    def consider(self, dataset: str) -> None:
        """O6 and O7: read the samples; then upload the training file and a first model that fits them, and create the model."""
        if self.dataset:
            return
        self.dataset = dataset
        sample = decode_rows(self.store.get(self.asset("DS", dataset)["sample_url"], self.identifier))
        self.current = training.initial_model(sample.features.shape[1], sample.class_count)
        file = TrainingFile(PROGRAM, self.recipe, self.keys.public_key.hex())
        url, _ = self.upload_model(self.current)
        self.call("CreateMod", model=self.model, type="softmax regression", url=url, training_method=self.store.put(file.encode()))

    def note_row_count(self, letter: Letter) -> None:
        if letter.sender == self.asset("DS", self.dataset)["owner"]:
            self.row_counts[letter.concerns] = int(letter.payload)

    def begin(self, couple: str) -> None:
        if couple == self.couple:
            self.call("StartRound", couple=couple)

    def close_round(self, couple: str) -> None:
        """O11 and UpdateMod: collect, compare, average, evaluate, publish the aggregate."""
        if couple != self.couple:
            return
        subsets = tuple(self.entries("TC", "curdssidlist", couple))
        deliveries = tuple(self.collect(subset, instance) for subset in subsets for instance in self.entries("DSS", "ciidlist", subset))
        agreed = {subset: agreed_model([d.encoded for d in deliveries if d.subset == subset]) for subset in subsets}
        self.current = self.aggregate({subset: encoded for subset, encoded in agreed.items() if encoded is not None})
        dissenting = {d.instance: d.subset for d in deliveries if d.encoded is None or d.encoded != agreed[d.subset]}
        self.findings.append(RoundFindings(
            round=self.asset("TC", couple)["round"], deliveries=deliveries, subsets=subsets, dissenting=tuple(dissenting),
            subsets_agreed=tuple(subset for subset in subsets if subset not in dissenting.values()),
            left_out=tuple(subset for subset in subsets if agreed[subset] is None),
            accuracy=training.accuracy(self.current, self.test_rows.features, self.test_rows.labels),
        ))  # fmt: skip
        url, digest = self.upload_model(self.current)
        self.call("UpdateMod", model=self.model, url=url, hash=digest)

    def collect(self, subset: str, instance: str) -> Delivery:
        """Open the location, download, hash again with the published nonce, compare with the reported hash (L639-646)."""
        job = self.asset("TJ", self.couple, instance)
        if not job.get("hash"):
            return Delivery(subset, instance, None, "nothing was reported")
        try:
            location = open_sealed(self.keys.private_key, bytes.fromhex(job["location"]), LOCATION_CONTEXT).decode()
            encoded = self.store.get(location, self.identifier)
            training.decode(encoded)
        except (SealBroken, UnicodeDecodeError, ObjectMissing, MalformedModel, OutOfBounds) as error:
            return Delivery(subset, instance, None, str(error))
        if hash_with_nonce(encoded, job["nonce"]) != job["hash"]:
            return Delivery(subset, instance, None, "the downloaded model has another hash than the reported one")
        return Delivery(subset, instance, encoded)

    def aggregate(self, agreed: dict[str, bytes]) -> Model:
        """FedAvg, weighted by rows; the model of the round before where no subset has an agreed model."""
        assert self.current is not None, "a round closes only after a first model was uploaded"
        if not agreed:
            return self.current
        return training.average([training.decode(encoded) for encoded in agreed.values()], [self.row_counts[subset] for subset in agreed])

    def upload_model(self, model: Model) -> tuple[str, str]:
        """Store a model with a fresh nonce behind it; its location and hash."""
        encoded, nonce = training.encode(model), self.draw_nonce()
        return self.store.put(encoded + bytes.fromhex(nonce)), hash_with_nonce(encoded, nonce)

    def go_on_or_end(self, call: Call) -> None:
        """The model owner decides the termination (L551-553): here after a number of rounds."""
        transaction = "StartRound" if len(self.findings) < self.rounds else "CompleteTC"
        self.call(transaction, couple=self.couple)

    def pay(self, call: Call) -> None:
        """O12, which the paper leaves to future work (L1049): a letter that stands for the money."""
        self.mailbox.send(self.asset("DS", self.dataset)["owner"], "payment", self.couple)


def agreed_model(delivered: list[bytes | None]) -> bytes | None:
    """The model that more than half of a subset's replicas delivered (L526-528, L632-634); None when there is none."""
    counted = Counter(encoded for encoded in delivered if encoded is not None)
    encoded, times = counted.most_common(1)[0] if counted else (b"", 0)
    return encoded if 2 * times > len(delivered) else None
