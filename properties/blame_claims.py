"""Claims of the paper that evidence of wrongdoing stands on the ledger: for each kind of dispute, that the guilty party follows from it."""
# ruff: noqa: E501 (a table)

from __future__ import annotations

from collections.abc import Callable

from properties.claims import Claim, Part
from properties.disputes import DISPUTES

DECIDED, RULES = "decided", "rules"
ANY = "any one or two"
ASSUMED = (
    "a judge sees the ledger and complaints; of digests and nonces it can tell which are equal, and which open",
    "honest parties act in one fixed order; each deviating member leaves out one step at most, and takes one of its own at most",
    "a complaint may be a lie", "object store and training file serve everybody alike",
)  # fmt: skip


def asks(dispute: str, question: str) -> Callable[[], tuple[str, str]]:
    return lambda: (dispute, question)


def guilty(name: str, dispute: str) -> Part:
    return Part(name, "blame", f"whenever there is a dispute about {DISPUTES[dispute].sentence}, one member deviated in all runs that leave this ledger", asks(dispute, DECIDED))


def claim(name: str, title: str, quotation: str, cites: str, *parts: Part) -> Claim:
    return Claim(name, title, quotation, cites, parts, "", None, assumptions=ASSUMED, of=ANY)


BLAME_CLAIMS = (
    claim("C09", "a CO cannot claim to have received other data",
          "A fraudulent CO can claim to have received a different data subset than the one provided by the DO. In order to avoid this scenario, our protocol requires that the CO declare the hash of the data subset it receives on blockchain",
          "L465-469", guilty("guilty", "data hash")),
    claim("C16", "the data that was proposed is the data that was used", "the system allows an MO to easily verify that the data as proposed by the DO is indeed the data used to train her model", "L85-88",
          guilty("rows", "rows")),
    claim("C17b", "any party can tell who did not train", "As long as the number of fraudulent COs is < n/2, any party can verify whether the CO actually trained the model using its data subset or provided a fake model", "L506-509",
          guilty("observer", "training")),
    claim("C20", "whoever reports the same hash later is the fraud", "if a fraudulent CO copies any other CO's hash and/or nonce and reports it as its own, then the CO reporting the same hash at a later time on blockchain can be concluded as fraudulent", "L523-527",
          Part("later", "blame", "whom the text's sentences blame where two report one hash has deviated", asks("duplicate", RULES))),
    claim("C22", "the downloaded model is the one that was declared", "it computes the hash value and compares it with the hash value reported by the CO to ensure that the version the CO claims to have uploaded is the same as the one downloaded by MO", "L641-646",
          guilty("declared", "model")),
    claim("C37", "the ledger holds verifiable evidence of wrongdoing", "the underlying blockchain system holds verifiable evidence of expected behavior, wrongdoing and dispute resolution", "L1041-1043",
          *(guilty(one.replace(" ", "-"), one) for one in DISPUTES),
          Part("sound", "blame", "whom the text's sentences blame has deviated, in every kind of dispute", asks("", RULES))),
)  # fmt: skip
