"""The model owner: asks, starts rounds, checks what was delivered, compares replicas, averages, evaluates, goes on or ends."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ledger_runtime.digests import Oracle
from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import Dataset
from ledger_runtime.offchain.object_store import ObjectMissing
from ledger_runtime.offchain.sealed import SealBroken, key_pair, open_sealed
from ledger_runtime.offchain.training import MalformedModel, Model, OutOfBounds, Recipe
from marketproof.channels import PROGRAM, Letter, TrainingFile, decode_rows
from marketproof.party import Call, Offers, Party, Reactions, Surroundings
from marketproof.real_values import UNBOUND_PARTS, hash_with_nonce
from spec.kinds import Kind, Term
from spec.paper.assets import MODEL_HASH, NONCE

KEY_SEED_BYTES = 32
NO_NONCE = NONCE.besides[0]
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
    majority of their subset, or none, or stand in a subset without a majority. left_out: subsets without a majority, or, where the ledger
    counts reveals, without a result there. averaged: what went into the aggregate, by subset.
    accuracy: of the aggregate, on the model owner's own rows, 0.0 to 1.0.
    """

    round: int
    deliveries: tuple[Delivery, ...]
    subsets: tuple[str, ...]
    subsets_agreed: tuple[str, ...]
    dissenting: tuple[str, ...]
    left_out: tuple[str, ...]
    accuracy: float
    averaged: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def hashes_verified(self) -> int:
        """Deliveries whose downloaded bytes have the reported hash."""
        return sum(delivery.encoded is not None for delivery in self.deliveries)


class ModelOwner(Party):
    """test_rows: its own, to evaluate on. rounds: after how many it ends, or after the next whole epoch where the text has epochs."""

    role = "MO"

    def __init__(
        self, surroundings: Surroundings, rng: np.random.Generator, test_rows: Dataset, rounds: int, recipe: Recipe = USUAL_RECIPE
    ) -> None:
        super().__init__(surroundings, rng)
        self.test_rows, self.rounds, self.recipe = test_rows, rounds, recipe
        self.keys = key_pair(self.rng.bytes(KEY_SEED_BYTES))
        self.model, self.couple = self.draw_identifier(), self.draw_identifier()
        self.row_counts: dict[str, int] = {}
        self.current: Model | None = None
        self.file_url = self.model_url = ""
        self.collected: dict[int, dict[str, Delivery]] = {}
        self.findings: list[RoundFindings] = []
        self.published = 0

    @property
    def dataset(self) -> str:
        """The dataset of its couple; empty before it asked."""
        return str(self.asset("TC", self.couple).get("ds", ""))

    @property
    def planned(self) -> int:
        """How many rounds its couple has: what it wants, in whole epochs where the text has epochs."""
        epochs = self.asset("TC", self.couple).get("epochs")
        return self.rounds if epochs is None else int(epochs) * int(self.asset("DS", self.dataset)["batches"])

    def offers(self) -> Offers:
        fixed = {"name": "", "organization": "", "public_key": self.keys.public_key.hex(), "type": "softmax regression",
                 "CreateMod.model": self.model, "RequestTC.couple": self.couple}  # fmt: skip
        own: dict[str, Any] = {name: lambda value=value: [value] for name, value in fixed.items()}
        own["CreateMod.url"] = lambda: [self.model_url] if self.current is not None else []
        own["training_method"] = lambda: [self.file_url]
        own["epochs"] = lambda: [-(-self.rounds // max(1, self.asset("DS", self.context["dataset"])["batches"]))]
        own["UpdateMod.url"] = self.publish
        own["UpdateMod.hash"] = lambda: [self.hash_of_aggregate(self.encoded, nonce) for nonce in (self.values.secret("Nonce"), NO_NONCE)]
        return own

    def hands(self) -> Reactions:
        return {"ReadSamples": self.read_samples, "Collect": self.collect, "Pay": self.pay}

    def on_letter(self) -> Reactions:
        return {"rows of a subset": self.note_row_count}

    def on_commit(self) -> Reactions:
        return {"UpdateMod": self.note_published}

    def willing(self, step: str, given: Mapping[str, Any]) -> bool:
        """The model owner decides the termination (L551-553): here after a number of rounds, when the last aggregate is published."""
        round = self.asset("TC", self.couple).get("round", 0)
        if step == "StartRound":
            return bool(round < self.planned) and self.has_published(round)
        if step == "CompleteTC":
            return bool(round == self.planned) and self.has_published(round)
        return super().willing(step, given)

    def has_published(self, round: int) -> bool:
        """The aggregate of a round, unless there is nothing to aggregate."""
        nothing = self.asset("Round", self.couple, round)
        return self.published == round or bool(nothing.get("closed") and not nothing.get("reported"))

    def note_published(self, call: Call) -> None:
        self.published = self.findings[-1].round

    def read_samples(self, given: Mapping[str, Any]) -> None:
        """O6 and O7: read the samples; then upload the training file and a first model that fits them."""
        if self.current is None:
            sample = decode_rows(self.store.get(self.asset("DS", given["dataset"])["sample_url"], self.identifier))
            self.current = training.initial_model(sample.features.shape[1], sample.class_count)
            self.model_url = self.upload_model(self.encoded, self.values.secret("Nonce"))
            self.file_url = self.store.put(TrainingFile(PROGRAM, self.recipe, self.keys.public_key.hex()).encode())

    def note_row_count(self, letter: Letter) -> None:
        if letter.sender == self.asset("DS", self.dataset)["owner"]:
            self.row_counts[letter.concerns] = int(letter.payload)

    def collect(self, given: Mapping[str, Any]) -> None:
        """O11: open the location, download, hash again, compare with the reported hash (L639-646)."""
        round = self.asset("TC", self.couple)["round"]
        self.collected.setdefault(round, {})[given["instance"]] = self.delivery(given["instance"], round)

    def delivery(self, instance: str, round: int) -> Delivery:
        subset, job = self.asset("CI", instance)["dss"], self.job(instance, round)
        try:
            encoded = self.store.get(self.opened(job["location"]), self.identifier)
            training.decode(encoded)
        except (SealBroken, UnicodeDecodeError, ObjectMissing, MalformedModel, OutOfBounds) as error:
            return Delivery(subset, instance, None, str(error))
        found = digest_of(encoded) if "weights" in job else hash_with_nonce(encoded, job["nonce"])
        if found != job.get("weights", job["hash"]):
            return Delivery(subset, instance, None, "the downloaded model has another hash than the reported one")
        return Delivery(subset, instance, encoded)

    def opened(self, location: str) -> str:
        """A place; sealed, unless the reading is that everybody can read it (X09)."""
        if not isinstance(self.protocol.schema.tables["TJ"].fields["location"].kind, Term):
            return location
        return open_sealed(self.keys.private_key, bytes.fromhex(location), LOCATION_CONTEXT).decode()

    def publish(self) -> list[str]:
        """Compare, average, evaluate and upload, once for each round that was collected; the place of the aggregate."""
        round = self.asset("Aggregated", self.identifier, self.model).get("round", 0)
        if round and (not self.findings or self.findings[-1].round != round):
            self.conclude(round)
            label, encoded = "aggregate", self.encoded
            self.values.keep_model(label, round, encoded)
            self.model_url = self.upload_model(encoded, self.values.secret("Nonce"))
        return [self.model_url] if round else []

    def conclude(self, round: int) -> None:
        selected = self.selected(round)
        found = self.collected[round]
        missing = "nothing was reported"
        deliveries = tuple(found.get(i) or Delivery(subset, i, None, missing) for subset, chosen in selected.items() for i in chosen)
        agreed = {subset: self.agreed(subset, round, [d.encoded for d in deliveries if d.subset == subset]) for subset in selected}
        averaged = {subset: encoded for subset, encoded in agreed.items() if encoded is not None}
        self.current = self.aggregate(averaged)
        dissenting = {d.instance: d.subset for d in deliveries if d.encoded is None or d.encoded != agreed[d.subset]}
        self.findings.append(RoundFindings(
            round=round, deliveries=deliveries, subsets=tuple(selected), dissenting=tuple(dissenting),
            subsets_agreed=tuple(subset for subset in selected if subset not in dissenting.values()),
            left_out=tuple(subset for subset in selected if agreed[subset] is None),
            accuracy=training.accuracy(self.current, self.test_rows.features, self.test_rows.labels), averaged=averaged,
        ))  # fmt: skip

    def agreed(self, subset: str, round: int, delivered: list[bytes | None]) -> bytes | None:
        """The model that the ledger's count of reveals names, if it was delivered; that of a majority where the ledger does not count."""
        if not self.has_table("Result"):
            return agreed_model(delivered)
        digest = self.asset("Result", self.couple, round, subset).get("weights")
        return next((encoded for encoded in delivered if encoded is not None and digest_of(encoded) == digest), None)

    def selected(self, round: int) -> dict[str, list[str]]:
        """The instances that a round selected, by subset, in the order of the lists."""
        chosen = {
            subset: [i for i in self.entries("DSS", "ciidlist", subset) if self.asset("Selection", self.couple, i).get("round") == round]
            for subset in self.entries("DS", "dssidlist", self.dataset)
        }
        return {subset: instances for subset, instances in chosen.items() if instances}

    def job(self, instance: str, round: int) -> dict[str, Any]:
        """The row of a job; the paper has one for all rounds."""
        with_round = len(self.protocol.schema.tables["TJ"].key) > 2
        return self.asset("TJ", self.couple, instance, *([round] if with_round else []))

    def has_table(self, name: str) -> bool:
        return name in self.protocol.schema.tables

    def aggregate(self, agreed: dict[str, bytes]) -> Model:
        """FedAvg, weighted by rows; the model of the round before where no subset has an agreed model."""
        assert self.current is not None, "a round closes only after a first model was uploaded"
        if not agreed:
            return self.current
        return training.average([training.decode(encoded) for encoded in agreed.values()], [self.row_counts[subset] for subset in agreed])

    @property
    def encoded(self) -> bytes:
        """The bytes of the running model."""
        assert self.current is not None, "a model is made when the samples were read"
        return training.encode(self.current)

    def upload_model(self, encoded: bytes, nonce: str) -> str:
        """Store a model with its nonce behind it; its location."""
        return self.store.put(encoded + bytes.fromhex(nonce))

    def hash_of_aggregate(self, encoded: bytes, nonce: str) -> Any:
        """The hash of an aggregate, its pre-image remembered."""
        weights = self.values.keep_model("aggregate", self.findings[-1].round, encoded)
        return self.values.make(self.protocol.schema.kind(MODEL_HASH), (weights, nonce))

    def pay(self, given: Mapping[str, Any]) -> None:
        """O12, which the paper leaves to future work (L1049): a letter that stands for the money."""
        self.mailbox.send(self.asset("DS", self.dataset)["owner"], "payment", self.couple)


def digest_of(encoded: bytes) -> str:
    """SHA3-256 of a model's bytes."""
    return hashlib.sha3_256(encoded).hexdigest()


def aggregate_hash(kind: Kind, oracle: Oracle, encoded: bytes, nonce: str, owner: str) -> str | None:
    """The hash of an aggregate: the paper's, or where its pre-image has more parts, one that names its owner and no job."""
    assert isinstance(kind, Term)
    if len(kind.parts) == UNBOUND_PARTS:
        return hash_with_nonce(encoded, nonce)
    known = {"weights": digest_of(encoded), "nonce": nonce, "owner": owner, "in_round": 0}
    return oracle.make(kind, tuple(known.get(name) for name, _ in kind.parts))


def agreed_model(delivered: list[bytes | None]) -> bytes | None:
    """The model that more than half of a subset's replicas delivered (L526-528, L632-634); None when there is none."""
    counted = Counter(encoded for encoded in delivered if encoded is not None)
    encoded, times = counted.most_common(1)[0] if counted else (b"", 0)
    return encoded if 2 * times > len(delivered) else None
