"""The paper's claims about what somebody can know: data, models, identities, and hashes that are stated without the data."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from properties.claims import Claim, Part
from properties.keeping import buyers_and_owners_are_apart, requests_are_listed
from properties.knowledge import Question
from properties.measured_claims import ENCRYPTED
from properties.sometimes import some_round_open
from spec.language import some
from spec.paper.assets import CI


def asks(**asked: object) -> Callable[[], Question]:
    return lambda: Question(**asked)  # type: ignore[arg-type]


def an_owner_serves_two_datasets() -> Any:
    """A cloud owner has declared hashes in two datasets."""
    return some(CI, lambda one: some(CI, lambda other: (
        (one.co == other.co) & (one.dss.dataset != other.dss.dataset) & (one.hash != None) & (other.hash != None))))  # fmt: skip


GUESSED = ("guess",)  # whoever guesses the data has it
KNOWLEDGE_CLAIMS: tuple[Claim, ...] = (
    Claim("C01", "no single entity has the entire dataset",
          "splitting each dataset across multiple COs so that no single entity on the blockchain has access to the entire dataset", "L69-70",
          (Part("whole", "know", "no coalition without the DO has the rows of all subsets of a dataset, whatever pseudonyms its members register", asks(whole="rows")),),
          "", None, scope="3x2", against=("CO",)),
    Claim("C08", "only the DO knows the identities of the COs",
          "Thus only the DO knows the identities of all COs that store its data and none of the COs know each other", "L176-177",
          (Part("identities", "know", "no coalition without the DO has the identity of a CO outside of it", asks(each=("identity",), of="CO", spares=("DO",))),),
          "", None, against=("CO", "MO", "MO+CO")),
    Claim("C14", "nonces stop a CO from copying another's data hash",
          "one CO can copy the hash of a data subset to its CI and falsely claim to have a copy of the data subset. To avoid this, each CO computes the hash on the data subset appended by a nonce", "L677-682",
          (Part("accepted", "know", "no CO states a hash that its DO finds right without what the DO sent it", asks(says="data hash", needs="CO", off=GUESSED)),
           Part("distinct", "know", "no CO states such a hash with a nonce that nobody else has stated", asks(says="data hash", distinct=True, needs="CO", off=GUESSED)),
           Part("reading", "know", "no hash that stands on the ledger can be said to be of other data with another nonce", asks(readings=True))),
          "", None, against=("CO", "CO+CO")),
    Claim("C15", "nothing about the data is on the chain",
          "no information about the actual dataset itself is recorded on the blockchain to ensure its privacy", "L445-447",
          (Part("rows", "know", "nobody finds rows from the ledger, with a list of candidates, that it was not sent", asks(each=("rows",), beyond_design=True, off=("author",))),),
          "", None, against=("orderer",)),
    Claim("C19", "each CO submitted its own model, not a copy",
          "each CO participating in federated learning has indeed submitted a unique intermediate model based on a round of training on its data, as opposed to submitting a copy of a trained model from another CO", "L88-92",
          (Part("reported", "know", "no CO reports the hash of the right model of a round in time, without what the DO sent it", asks(says="model hash", needs="CO", off=GUESSED)),
           Part("distinct", "know", "nor with a nonce that nobody else has stated", asks(says="model hash", distinct=True, needs="CO", off=GUESSED))),
          "", None, against=("CO", "CO+CO")),
    Claim("C24", "the MO cannot access the data that COs hold",
          "this is not possible since the MO only has access to the blockchain and does not know the identity of any COs", "L743-745",
          (Part("rows", "know", "no coalition of an MO without the DO has the rows of a subset", asks(each=("rows",), needs="MO")),
           Part("apart", "inv", "whoever has asked to train on a dataset neither owns it nor has an instance of it", buyers_and_owners_are_apart)),
          "some round is open", some_round_open, against=("MO", "MO+CO")),
    Claim("C28", "the DO can see an MO's earlier requests",
          "This allows the DO to verify if the same MO has submitted multiple prior requests and approve model training", "L578-580",
          (Part("linked", "know", "the DO can tell that two requests are of one legal entity, whatever pseudonyms it registers", asks(apart=True, needs="MO")),
           Part("listed", "inv", "every request stands on the list of its dataset", requests_are_listed)),
          "some round is open", some_round_open, against=("MO",)),
    Claim("C29", "model privacy by homomorphic encryption",
          "Model privacy is guaranteed by training models that are encrypted using fully homomorphic encryption", "L73-76",
          (Part("weights", "know", "no coalition without the MO has the weights of its model in clear", asks(each=("model",), needs="CO")),
           Part("shape", "know", "nor its type, its training method and its training program", asks(each=("type", "method", "program"), needs="CO")),
           ENCRYPTED),
          "", None, against=("CO",), assumptions=("what encrypted results tell of a model is measured, not deduced",)),
    Claim("C36", "nobody can obtain an identity from the chain",
          "no parties can query the blockchain and obtain the identifier to establish a direct contact with CO", "L326-328",
          (Part("identity", "know", "nobody finds the legal identity of a member to whom it was not told on purpose", asks(each=("identity",), beyond_design=True, after=an_owner_serves_two_datasets)),
           Part("links", "know", "nobody can link what a member does with one dataset to what it does with another", asks(linked=True, after=an_owner_serves_two_datasets))),
          "", None, scope="2*1x2", against=("orderer", "MO", "CO")),
    Claim("C40", "parties cannot collude",
          "How can the protocol ensure that parties cannot collude with each other?", "L221-223",
          (Part("gain", "know", "no member of a coalition gains rows, a model or an identity of a party outside that it lacks alone", asks(gains=True)),),
          "", None, against=("CO+CO", "DO+CO", "MO+CO")),
    Claim("C41", "complete ownership without exposing data or models",
          "Our unique proposition is to guarantee complete ownership of data and models without exposing them to any participants in the system", "L1017-1020",
          (Part("design", "know", "by design nobody but their owners has data or models in clear", asks(each=("rows", "model"), by_design=True)),
           Part("attack", "know", "nor by what anybody can do", asks(each=("rows", "model")))),
          "", None, against=("CO", "MO", "DO")),
    Claim("C43", "matching models show that the data claimed is right",
          "If the models match, then the data subset that CO claims to have is correct", "L670-672",
          (Part("held", "know", "no CO delivers a model that matches another's without what the DO sent it", asks(says="model hash", with_object=True, needs="CO", off=GUESSED)),),
          "", None, against=("CO+CO",)),
    Claim("C44", "predictions are unusable without the key",
          "so that model predictions are unusable without the decryption key", "L75-76",
          (Part("clear", "know", "no coalition without the MO has a prediction of its model in clear", asks(each=("predict",))),),
          "", None, against=("CO+CO",)),
)  # fmt: skip

