"""The arbiters: they compute a disputed result again, on rows and on an input model that they check against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_runtime.offchain import training
from ledger_runtime.offchain.dataset import MalformedDataset
from ledger_runtime.offchain.object_store import ObjectMissing
from ledger_runtime.offchain.training import MalformedModel, Model, OutOfBounds
from marketproof.channels import Letter, TrainingFile, Unreadable, decode_delivery
from marketproof.model_owner import aggregate_hash
from marketproof.party import Organisation, Reactions
from marketproof.real_values import NONCE_BYTES
from spec.paper.assets import CONTENT, MODEL_HASH

Dispute = tuple[str, int, str]


class Arbiters(Organisation):
    """What a majority of the arbiters does; it asks the data owner for the rows of a disputed subset."""

    role = "arbiters"

    def take_turn(self) -> bool:
        asked = [dispute for dispute in self.disputes() if dispute not in self.asked]
        for couple, round, subset in asked:
            self.asked.append((couple, round, subset))
            self.mailbox.send(self.asset("DS", self.asset("TC", couple)["ds"])["owner"], "evidence wanted", subset)
        return super().take_turn() or bool(asked)

    def disputes(self) -> Iterator[Dispute]:
        """Results, by couple, round and subset, that somebody disputes and nobody has decided."""
        for couple in self.beside.identifiers("TC") if "Result" in self.protocol.schema.tables else ():
            for round in self.beside.last_keys("Result", (couple,)):
                for subset in self.beside.last_keys("Result", (couple, round)):
                    found = self.asset("Result", couple, round, subset)
                    if found.get("disputer") and not found["arbitrated"]:
                        yield couple, round, subset

    def on_letter(self) -> Reactions:
        return {"evidence": self.examine}

    def examine(self, letter: Letter) -> None:
        """Rows that have the advertised root are computed on; others are no evidence."""
        subset, label = letter.concerns, CONTENT.image(letter.concerns)
        self.values.contents[label] = letter.payload
        try:
            if self.values.root(subset, label) != self.asset("DSS", subset)["root"]:
                return
            rows, _ = decode_delivery(letter.payload)
            for couple, round, _ in [dispute for dispute in self.asked if dispute[2] == subset]:
                file = TrainingFile.decode(self.store.get(self.model_row(couple)["training_method"], self.identifier))
                model = training.train(self.input_of(couple, round), rows, file.recipe)
                self.values.keep_model(label, round, training.encode(model))
        except (Unreadable, MalformedDataset, MalformedModel, ObjectMissing, OutOfBounds):
            return

    def model_row(self, couple: str) -> dict[str, str]:
        return self.asset("Mod", self.asset("TC", couple)["mod"])

    def input_of(self, couple: str, round: int) -> Model:
        """The model that the round's row fixes, wherever the model owner had put it.  Raises Unreadable where it is not there."""
        fixed, owner = self.asset("Round", couple, round)["model"], self.model_row(couple)["owner"]
        for _, cells in self.network.history("Mod", self.asset("TC", couple)["mod"]):
            if cells["hash"] == fixed:
                stored = self.store.get(cells["url"], self.identifier)
                encoded, nonce = stored[:-NONCE_BYTES], stored[-NONCE_BYTES:].hex()
                kind = self.protocol.schema.kind(MODEL_HASH)
                if fixed is None or aggregate_hash(kind, self.network.oracle, encoded, nonce, owner) == fixed:
                    return training.decode(encoded)
        raise Unreadable("input model", None, f"one with the hash {fixed}")
