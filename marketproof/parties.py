"""Data owner, cloud owner and model owner as the paper's honest parties: transactions 1 to 15 and the steps O1 to O12 in between.

Only what the text leaves open is decided here, and said where it is. The homomorphic encryption of the running model (L187) is not done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import Dataset, MalformedDataset
from ledger_runtime.offchain.object_store import ObjectMissing
from ledger_runtime.offchain.sealed import key_pair, seal
from ledger_runtime.offchain.training import MalformedModel, Model, OutOfBounds, Recipe
from marketproof.channels import Letter, TrainingFile, Unreadable, decode_rows
from marketproof.model_owner import LOCATION_CONTEXT, ModelOwner, RoundFindings
from marketproof.party import NONCE_BYTES, Call, Party, Reactions, Surroundings, hash_with_nonce
from spec.errors import Refused

__all__ = ["CloudOwner", "DataOwner", "ModelOwner", "Part", "RoundFindings"]

KEY_SEED_BYTES = 32
PRICE = 100


@dataclass
class Part:
    """What a data owner remembers of one subset: its rows, the COs that agreed to hold them, and the instance of each."""

    rows: Dataset
    subset: str
    holders: tuple[str, ...]
    instances: dict[str, str]


class DataOwner(Party):
    """Splits, sends, verifies, approves. sample: rows that it shows to everybody. holders: for each part, whom it asks to hold it."""

    def __init__(
        self,
        surroundings: Surroundings,
        rng: np.random.Generator,
        sample: Dataset,
        parts: Sequence[Dataset],
        holders: Sequence[Sequence[str]],
    ) -> None:
        super().__init__(surroundings, rng)
        self.dataset, self.sample = self.draw_identifier(), sample
        self.parts = [Part(rows, self.draw_identifier(), tuple(chosen), {}) for rows, chosen in zip(parts, holders, strict=True)]
        self.agreed: set[str] = set()
        self.sent: dict[str, bytes] = {}
        self.verified: set[str] = set()
        self.fraudulent: set[str] = set()
        self.requests: list[str] = []
        self.paid: list[str] = []

    def on_commit(self) -> Reactions:
        return {
            "CreateDO": self.publish_dataset,
            "CreateDS": self.make_next_subset,
            "CreateDSS": self.make_next_subset,
            "CreateCI": self.send_rows,
            "VerifyCI": self.note_verified,
        }

    def on_event(self) -> Reactions:
        return {"InstanceJoined": self.verify, "CoupleRequested": self.note_request}

    def on_letter(self) -> Reactions:
        return {"agreement": self.note_agreement, "payment": lambda letter: self.paid.append(letter.concerns)}

    def start(self) -> None:
        # Name, organization and size are optional (L305-307); an honest member leaves them empty (L325).
        self.call("CreateDO", name="", organization="", how_many="")
        for part in self.parts:
            for holder in part.holders:
                self.mailbox.send(holder, "offer")

    def publish_dataset(self, call: Call) -> None:
        """O5, then CreateDS: samples stand in the object store, their place on the ledger."""
        sample_url = self.store.put(self.sample.canonical_bytes())
        self.call(
            "CreateDS", dataset=self.dataset, contract=self.draw_identifier(), description="pictures of digits, 8 x 8",
            sample_url=sample_url, terms="for training in rounds, rows are not passed on", price=PRICE,
        )  # fmt: skip

    def make_next_subset(self, call: Call) -> None:
        """One entry after the other, since each lengthens Dssidlist; then the first instance of every subset."""
        made = len(self.entries("DS", "dssidlist", self.dataset))
        if made < len(self.parts):
            self.call("CreateDSS", subset=self.parts[made].subset, dataset=self.dataset)
        else:
            self.make_first_instances()

    def note_agreement(self, letter: Letter) -> None:
        self.agreed.add(letter.sender)
        self.make_first_instances()

    def make_first_instances(self) -> None:
        """Once all agreed (O1) and all subsets stand. Instances of different subsets are independent: they fit in one block."""
        subsets_made = len(self.entries("DS", "dssidlist", self.dataset)) == len(self.parts)
        all_agreed = all(self.agreed.issuperset(part.holders) for part in self.parts)
        if subsets_made and all_agreed and not any(part.instances for part in self.parts):
            for part in self.parts:
                self.make_next_instance(part)

    def make_next_instance(self, part: Part) -> None:
        waiting = [holder for holder in part.holders if holder not in part.instances.values()]
        if waiting:
            instance = self.draw_identifier()
            part.instances[instance] = waiting[0]
            self.call("CreateCI", instance=instance, subset=part.subset, owner=waiting[0])

    def send_rows(self, call: Call) -> None:
        """O2: the rows of the subset, to the cloud owner of this instance alone."""
        instance = call.arguments["instance"]
        part = next(part for part in self.parts if instance in part.instances)
        self.sent[instance] = part.rows.canonical_bytes()
        self.mailbox.send(part.instances[instance], "subset", instance, self.sent[instance])
        self.make_next_instance(part)

    def verify(self, instance: str) -> None:
        """O4, then VerifyCI with its own computation; the ledger compares it with what was declared (L473-478)."""
        if instance in self.sent and instance not in self.verified:
            self.call("VerifyCI", instance=instance, hash=hash_with_nonce(self.sent[instance], self.asset("CI", instance)["nonce"]))

    def refused(self, call: Call, refusal: Refused) -> None:
        # If there is a mismatch, the DO can tag the CO as fraudulent (L475).
        if refusal.guard == "hash_matches":
            self.fraudulent.add(call.arguments["instance"])

    def note_verified(self, call: Call) -> None:
        self.verified.add(call.arguments["instance"])
        self.approve_requests()

    def note_request(self, couple: str) -> None:
        if self.asset("TC", couple)["ds"] == self.dataset:
            self.requests.append(couple)
            self.approve_requests()

    def approve_requests(self) -> None:
        """Once all chunks are verified they are ready for training (L479-480).

        The paper does not say where FedAvg's weights come from: here the MO is told how many rows each subset has.
        """
        if len(self.verified) < sum(len(part.holders) for part in self.parts):
            return
        for couple in self.requests:
            model_owner = self.asset("Mod", self.asset("TC", couple)["mod"])["owner"]
            for part in self.parts:
                self.mailbox.send(model_owner, "rows of a subset", part.subset, str(len(part.rows)).encode())
            self.call("ApproveTC", couple=couple)
        self.requests.clear()


class CloudOwner(Party):
    """Holds the rows of its instances and trains on them. It knows its data owner, and no other cloud owner."""

    def __init__(self, surroundings: Surroundings, rng: np.random.Generator) -> None:
        super().__init__(surroundings, rng)
        self.public_key = key_pair(self.rng.bytes(KEY_SEED_BYTES)).public_key.hex()
        self.data_owners: set[str] = set()
        self.rows: dict[str, Dataset | None] = {}
        self.files: dict[str, TrainingFile] = {}
        self.complaints: list[str] = []

    def on_event(self) -> Reactions:
        return {"InstanceCreated": self.expect_rows, "RoundStarted": self.take_part}

    def on_letter(self) -> Reactions:
        return {"offer": self.agree, "subset": self.receive_rows}

    def start(self) -> None:
        self.call("CreateCO", name="", organization="", public_key=self.public_key)

    def agree(self, letter: Letter) -> None:
        """O1: an offline contract with the data owner."""
        self.data_owners.add(letter.sender)
        self.mailbox.send(letter.sender, "agreement")

    def expect_rows(self, instance: str) -> None:
        """All cloud owners are notified; this one prepares for its own instances (L459-461)."""
        if self.asset("CI", instance)["co"] == self.identifier:
            self.rows.setdefault(instance, None)

    def receive_rows(self, letter: Letter) -> None:
        """O2 and O3: rows from whom it agreed with, for an instance of its own; then it declares their hash."""
        expected = letter.concerns in self.rows and self.rows[letter.concerns] is None
        if expected and letter.sender in self.data_owners:
            try:
                rows = self.rows[letter.concerns] = decode_rows(letter.payload)
            except (Unreadable, MalformedDataset) as error:
                self.complaints.append(str(error))
            else:
                self.declare(letter.concerns, rows)

    def declare(self, instance: str, rows: Dataset) -> None:
        """JoinCI with the hash of the rows and a fresh nonce (L469-471, L677)."""
        nonce = self.draw_nonce()
        self.call("JoinCI", instance=instance, hash=hash_with_nonce(rows.canonical_bytes(), nonce), nonce=nonce)

    def take_part(self, couple: str) -> None:
        """For each own instance whose subset was selected: train, upload, report (L604-617)."""
        selected = set(self.entries("TC", "curdssidlist", couple))
        for instance, rows in self.rows.items():
            if rows is not None and self.asset("CI", instance)["dss"] in selected:
                self.work(couple, instance, rows)

    def work(self, couple: str, instance: str, rows: Dataset) -> None:
        """O8, O9, O10 and UpdateTJ; a complaint instead where the model owner left something that cannot be trained."""
        try:
            file = self.fetch_file(couple)
            model = self.train(self.fetch_model(couple), rows, file.recipe)
        except (ObjectMissing, Unreadable, MalformedModel, OutOfBounds) as error:
            self.complaints.append(str(error))
        else:
            self.report(couple, instance, training.encode(model), bytes.fromhex(file.public_key))

    def fetch_file(self, couple: str) -> TrainingFile:
        """O8: the training file that the model names, once for each couple."""
        if couple not in self.files:
            model = self.asset("Mod", self.asset("TC", couple)["mod"])
            self.files[couple] = TrainingFile.decode(self.store.get(model["training_method"], self.identifier))
        return self.files[couple]

    def fetch_model(self, couple: str) -> Model:
        """The running model, at Mod.url (L562), with its nonce behind it: the ledger has a place for its hash, but none for that nonce."""
        model = self.asset("Mod", self.asset("TC", couple)["mod"])
        stored = self.store.get(model["url"], self.identifier)
        encoded, nonce = stored[:-NONCE_BYTES], stored[-NONCE_BYTES:].hex()
        # Before the first UpdateMod the field is empty, and the first model cannot be checked.
        if model["hash"] is not None and hash_with_nonce(encoded, nonce) != model["hash"]:
            raise Unreadable("hash of the running model", hash_with_nonce(encoded, nonce), model["hash"])
        return training.decode(encoded)

    def train(self, model: Model, rows: Dataset, recipe: Recipe) -> Model:
        """O9."""
        return training.train(model, rows, recipe)

    def report(self, couple: str, instance: str, encoded: bytes, model_owner_key: bytes) -> None:
        """O10, then UpdateTJ: the place is sealed for the model owner, hash and nonce are public (L519-526, L613-617)."""
        location = self.store.put(encoded)
        sealed = seal(model_owner_key, location.encode(), LOCATION_CONTEXT, self.rng).hex()
        nonce = self.draw_nonce()
        self.call("UpdateTJ", couple=couple, instance=instance, hash=hash_with_nonce(encoded, nonce), nonce=nonce, location=sealed)
