"""Data owner and cloud owner: the values that they have for the steps of the text, and the work behind O1 to O5 and O8 to O10.

Only what the text leaves open is decided here, and said where it is. The homomorphic encryption of the running model (L187) is not done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import Dataset, MalformedDataset
from ledger_runtime.offchain.merkle import SALT_BYTES
from ledger_runtime.offchain.object_store import ObjectMissing
from ledger_runtime.offchain.sealed import key_pair, seal
from ledger_runtime.offchain.training import MalformedModel, Model, OutOfBounds, Recipe
from marketproof.channels import Letter, TrainingFile, Unreadable, decode_delivery, encode_delivery
from marketproof.model_owner import LOCATION_CONTEXT, NO_NONCE, ModelOwner, RoundFindings, aggregate_hash
from marketproof.party import Call, Offers, Party, Reactions, Surroundings
from marketproof.real_values import NONCE_BYTES
from spec.paper.assets import CONTENT, MODEL_HASH

__all__ = ["CloudOwner", "DataOwner", "ModelOwner", "Part", "RoundFindings"]

KEY_SEED_BYTES = 32
PRICE = 100


@dataclass
class Part:
    """What a data owner remembers of one subset: its rows, what it sends of them, the COs that it asks, and the instance of each."""

    rows: Dataset
    subset: str
    holders: tuple[str, ...]
    instances: dict[str, str]
    payload: bytes


class DataOwner(Party):
    """Splits, sends, verifies, approves. sample: rows that it shows to everybody. holders: for each part, whom it asks to hold it."""

    role = "DO"

    def __init__(
        self,
        surroundings: Surroundings,
        rng: np.random.Generator,
        sample: Dataset,
        parts: Sequence[Dataset],
        holders: Sequence[Sequence[str]],
    ) -> None:
        super().__init__(surroundings, rng)
        self.dataset, self.contract, self.sample = self.draw_identifier(), self.draw_identifier(), sample
        salted = "root" in self.parameters("CreateDSS")
        self.parts = []
        for rows, chosen in zip(parts, holders, strict=True):
            salts = [rng.bytes(SALT_BYTES) for _ in range(len(rows))] if salted else []
            self.parts.append(Part(rows, self.draw_identifier(), tuple(chosen), {}, encode_delivery(rows, salts)))
        self.values.contents = {CONTENT.image(part.subset): part.payload for part in self.parts}
        self.agreed: set[str] = set()
        self.sent: dict[str, bytes] = {}
        self.fraudulent: set[str] = set()
        self.paid: list[str] = []
        self.sample_url = ""
        self.next_instance = self.draw_identifier()

    def start(self) -> None:
        for part in self.parts:
            for holder in part.holders:
                self.mailbox.send(holder, "offer")

    def offers(self) -> Offers:
        # Name, organization and size are optional (L305-307); an honest member leaves them empty (L325).
        fixed = {
            "name": "", "organization": "", "how_many": "", "CreateDS.dataset": self.dataset, "contract": self.contract, "price": PRICE,
            "description": "pictures of digits, 8 x 8", "terms": "for training in rounds, rows are not passed on",
        }  # fmt: skip
        own: dict[str, Any] = {name: lambda value=value: [value] for name, value in fixed.items()}
        own["CreateCI.instance"] = self.new_instances
        own["CreateDSS.subset"] = lambda: [part.subset for part in self.parts]
        own["AgreeContract.subset"] = lambda: [p.subset for p in self.parts if self.context["owner"] in p.holders and self.has_agreed()]
        own["AgreeContract.owner"] = lambda: [holder for part in self.parts for holder in part.holders]
        own["SendSubset.content"] = lambda: [CONTENT.image(self.asset("CI", self.context["instance"])["dss"])]
        own["sample_url"] = self.upload_sample
        return own

    def hands(self) -> Reactions:
        return {"SendSubset": self.send_rows, "RecomputeHash": self.compare}

    def on_commit(self) -> Reactions:
        return {"CreateCI": self.note_instance, "ApproveTC": self.tell_row_counts}

    def on_letter(self) -> Reactions:
        return {
            "agreement": lambda letter: self.agreed.add(letter.sender),
            "payment": lambda letter: self.paid.append(letter.concerns),
            "evidence wanted": self.give_evidence,
        }

    def has_agreed(self) -> bool:
        """O1: an offline contract, once the cloud owner has answered."""
        return self.context["owner"] in self.agreed

    def upload_sample(self) -> list[str]:
        """O5: samples stand in the object store, their place on the ledger."""
        self.sample_url = self.sample_url or self.store.put(self.sample.canonical_bytes())
        return [self.sample_url]

    def new_instances(self) -> Iterator[str]:
        """A new identifier, and another one for as long as each is used."""
        offered = ""
        while offered != self.next_instance:
            offered = self.next_instance
            yield offered

    def submitted(self, call: Call) -> None:
        if call.transaction == "CreateCI":
            self.next_instance = self.draw_identifier()

    def willing(self, step: str, given: Mapping[str, Any]) -> bool:
        """All subsets before it publishes them; all instances made and verified, or ended, before it approves (L479-480)."""
        if step == "CreateCI":
            return bool(given["instance"] == self.next_instance)
        if step == "PublishDS":
            return len(self.entries("DS", "dssidlist", self.dataset)) == len(self.parts)
        if step == "ApproveTC":
            instances = [self.asset("CI", instance) for part in self.parts for instance in part.instances]
            made = len(instances) == sum(len(part.holders) for part in self.parts)
            return made and all(cells["status"] == "VERIFIED" or cells.get("ended") for cells in instances)
        return super().willing(step, given)

    def note_instance(self, call: Call) -> None:
        part = next(part for part in self.parts if part.subset == call.arguments["subset"])
        part.instances[call.arguments["instance"]] = call.arguments["owner"]

    def send_rows(self, given: Mapping[str, Any]) -> None:
        """O2: the rows of the subset, to the cloud owner of this instance alone."""
        instance = given["instance"]
        self.sent[instance] = self.values.contents[given["content"]]
        self.mailbox.send(self.asset("CI", instance)["co"], "subset", instance, self.sent[instance])

    def give_evidence(self, letter: Letter) -> None:
        """The rows of a disputed subset, to the arbiters alone."""
        payload = self.values.contents.get(CONTENT.image(letter.concerns))
        if payload is not None and letter.sender == self.offices.get("arbiters"):
            self.mailbox.send(letter.sender, "evidence", letter.concerns, payload)

    def compare(self, given: Mapping[str, Any]) -> None:
        """O4: its own computation; if there is a mismatch, the DO can tag the CO as fraudulent (L475)."""
        found = self.realised.observe(self.protocol.transactions["RecomputeHash"], dict(given), self.sight)
        if found["Checked", (self.identifier, given["instance"])] != (self.asset("CI", given["instance"])["hash"],):
            self.fraudulent.add(given["instance"])

    def tell_row_counts(self, call: Call) -> None:
        """The paper does not say where FedAvg's weights come from: here the MO is told how many rows each subset has."""
        model_owner = self.asset("Mod", self.asset("TC", call.arguments["couple"])["mod"])["owner"]
        for part in self.parts:
            self.mailbox.send(model_owner, "rows of a subset", part.subset, str(len(part.rows)).encode())


class CloudOwner(Party):
    """Holds the rows of its instances and trains on them. It knows its data owner, and no other cloud owner."""

    role = "CO"

    def __init__(self, surroundings: Surroundings, rng: np.random.Generator) -> None:
        super().__init__(surroundings, rng)
        self.public_key = key_pair(self.rng.bytes(KEY_SEED_BYTES)).public_key.hex()
        self.data_owners: set[str] = set()
        self.rows: dict[str, Dataset] = {}
        self.files: dict[str, TrainingFile] = {}
        self.complaints: list[str] = []

    def offers(self) -> Offers:
        fixed = {"name": "", "organization": "", "public_key": self.public_key}
        own: dict[str, Any] = {name: lambda value=value: [value] for name, value in fixed.items()}
        own["instance"] = lambda: self.entries("CO", "instances", self.identifier)
        own["location"] = lambda: [place.sealed for use, place in self.values.places.items() if use == self.use()]
        own["UpdateTJ.hash"] = self.report
        return own

    def hands(self) -> Reactions:
        return {"ComputeHash": self.has_rows, "FetchTrainingFile": self.fetch_file, "Train": self.work, "UploadResult": self.upload}

    def on_letter(self) -> Reactions:
        return {"offer": self.agree, "subset": self.receive_rows}

    def agree(self, letter: Letter) -> None:
        """O1: an offline contract with the data owner."""
        self.data_owners.add(letter.sender)
        self.mailbox.send(letter.sender, "agreement")

    def receive_rows(self, letter: Letter) -> None:
        """O2: rows from whom it agreed with, for an instance of its own, which it takes for what the text says was sent."""
        content = self.asset("Received", self.identifier, letter.concerns).get("content")
        if content is not None and letter.sender in self.data_owners and letter.concerns not in self.rows:
            try:
                self.rows[letter.concerns], _ = decode_delivery(letter.payload)
            except (Unreadable, MalformedDataset) as error:
                self.complaints.append(str(error))
            self.values.contents[content] = letter.payload

    def has_rows(self, given: Mapping[str, Any]) -> bool:
        """O3: the hash is computed of rows that it can read (`RealValues.data_hash`)."""
        return given["instance"] in self.rows

    def fetch_file(self, given: Mapping[str, Any]) -> bool:
        """O8: the training file that the model names, once for each couple."""
        model = self.asset("Mod", self.asset("TC", given["couple"])["mod"])
        try:
            self.files[given["couple"]] = TrainingFile.decode(self.store.get(model["training_method"], self.identifier))
        except (ObjectMissing, Unreadable) as error:
            return self.complain(error)
        return True

    def work(self, given: Mapping[str, Any]) -> bool:
        """O9: train on the rows that it joined with; a complaint instead where the model owner left something that cannot be trained."""
        couple, instance = given["couple"], given["instance"]
        try:
            model = self.train(self.fetch_model(couple), self.rows[instance], self.files[couple].recipe)
        except (ObjectMissing, Unreadable, MalformedModel, OutOfBounds) as error:
            return self.complain(error)
        content = self.asset("Received", self.identifier, instance)["content"]
        self.keep_model(content, self.asset("TC", couple)["round"], training.encode(model))
        return True

    def complain(self, error: Exception) -> bool:
        if str(error) not in self.complaints:
            self.complaints.append(str(error))
        return False

    def fetch_model(self, couple: str) -> Model:
        """The running model, at Mod.url (L562), with its nonce behind it: the ledger has a place for its hash, but none for that nonce."""
        model = self.asset("Mod", self.asset("TC", couple)["mod"])
        stored = self.store.get(model["url"], self.identifier)
        encoded, nonce = stored[:-NONCE_BYTES], stored[-NONCE_BYTES:].hex()
        # A round may fix its input. Before the first UpdateMod both fields are empty, and the first model cannot be checked.
        expected = self.asset("Round", couple, self.asset("TC", couple)["round"]).get("model", model["hash"])
        if expected is not None:
            kind, oracle = self.protocol.schema.kind(MODEL_HASH), self.network.oracle
            found = [aggregate_hash(kind, oracle, encoded, covered, model["owner"]) for covered in (nonce, NO_NONCE)]
            if expected not in found:
                raise Unreadable("hash of the running model", found, expected)
        return training.decode(encoded)

    def train(self, model: Model, rows: Dataset, recipe: Recipe) -> Model:
        """The training itself."""
        return training.train(model, rows, recipe)

    def keep_model(self, content: str, round: int, encoded: bytes) -> None:
        """Take this for the model that the rows give in this round."""
        self.values.keep_model(content, round, encoded)

    def upload(self, given: Mapping[str, Any]) -> None:
        """O10: the model into the object store, its place sealed for the model owner (L613-617)."""
        location = self.store.put(self.stored(self.values.encoded[given["weights"]]))
        reader = bytes.fromhex(self.files[given["couple"]].public_key)
        sealed = seal(reader, location.encode(), LOCATION_CONTEXT, self.rng).hex()
        owner = self.asset("Mod", self.asset("TC", given["couple"])["mod"])["owner"]
        self.values.keep_place(location, sealed, owner)

    def stored(self, encoded: bytes) -> bytes:
        """What it really stores of a model."""
        return encoded

    def report(self) -> list[Any]:
        """The hash of its model with a nonce of its own, which the paper's text asks for without saying what it is made of."""
        trained = self.asset("Trained", self.identifier, self.context["couple"], self.context["instance"])
        kind = self.protocol.transactions["UpdateTJ"].parameters["hash"]
        # Whether the hash covers a nonce is a reading (X01).
        nonces = (self.values.secret("Nonce"), NO_NONCE) if trained else ()
        return [self.values.make(kind, (trained["weights"], nonce)) for nonce in nonces]
