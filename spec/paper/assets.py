"""The ten assets, and what parties keep off the ledger."""
# ruff: noqa: E501, I001 (tables: a line is a row)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spec.kinds import Kind
from spec.language import BOOLEAN, INTEGER, MEMBER, TEXT, Enumeration, Term, Text, image, list_of, literal, printed, reconstructed, reference
from spec.paper import switches
from spec.schema import Field, TableHandle
from spec.tracing import Tracing

paper = Text("paper", "the paper's protocol, literally", roles=("DO", "CO", "MO"))
switches.declare(paper)

CI_STATUS = Enumeration("CIStatus", ("FREE", "VERIFIED"))
TC_STATUS = Enumeration("TCStatus", ("REQUESTED", "APPROVED", "COMPLETED"))
TJ_STATUS = Enumeration("TJStatus", ("CREATED", "UPDATED"))
DS_STATUS = Enumeration("DSStatus", ("PUBLISHED",))
ROLE = Enumeration("Role", ("DO", "CO", "MO"))

for sort in ("DS", "DSS", "CI", "Mod", "TC", "Contract"):
    paper.sort(sort)
CONTENT = paper.sort("Content", image_of="DSS", besides=("junk", "aggregate"))
NONCE = paper.sort("Nonce", image_of="Member", besides=("no nonce",))
LOCATION = paper.sort("Location", image_of="CI")

DATA_HASH = Term("data hash", (("content", CONTENT), ("nonce", NONCE)))
WEIGHTS = Term("weights", (("content", CONTENT), ("round", INTEGER)))
MODEL_HASH = Term("model hash", (("weights", WEIGHTS), ("nonce", NONCE)))
SEALED_LOCATION = Term("sealed location", (("location", LOCATION), ("to", MEMBER)), opened_by="to")

DO_REF, CO_REF, MO_REF = (reference(role, MEMBER) for role in ("DO", "CO", "MO"))
DS_REF, DSS_REF, CI_REF, MOD_REF, TC_REF = (reference(name) for name in ("DS", "DSS", "CI", "Mod", "TC"))


def location_kind(readings: dict[str, str]) -> Kind:
    """What a TJ holds as the place of its model: sealed for the MO, or readable by everybody (X09)."""
    return SEALED_LOCATION if readings["X09"] == "encrypted" else LOCATION


def member_fields(**own: Field) -> Callable[[dict[str, str]], dict[str, Field]]:
    """Name and organization of a member, unless the reading is that identities are never stored (X16)."""

    def fields(readings: dict[str, str]) -> dict[str, Field]:
        identity = {"name": printed(TEXT, 305), "organization": printed(TEXT, 306)}
        return {**(identity if readings["X16"] == "listing" else {}), **own}

    return fields


MEMBER_KEY: dict[str, Kind] = {"id": MEMBER}
DO = paper.table("DO", "data owner", "Listing 1, L302-309", member_fields(
    howMany=printed(TEXT, 307), datasets=reconstructed(list_of(DS_REF), "a DO has datasets (L120)")), key=MEMBER_KEY)
CO = paper.table("CO", "cloud owner", "L299", member_fields(
    instances=reconstructed(list_of(CI_REF), "a CI links a CO to its chunk (L321)"),
    public_key=reconstructed(TEXT, "the DO transfers the data securely (L170)")), key=MEMBER_KEY)
MO = paper.table("MO", "model owner", "L299", member_fields(
    models=reconstructed(list_of(MOD_REF), "an MO owns models (L559)"), couples=reconstructed(list_of(TC_REF), "the DO looks at prior requests (L579)"),
    public_key=reconstructed(TEXT, "a key of the MO stands in the training file (L615)")), key=MEMBER_KEY)
DS = paper.table("DS", "dataset", "L287, Listing 4", {
    "owner": printed(DO_REF, 120), "dssidlist": printed(list_of(DSS_REF), 413), "couples": reconstructed(list_of(TC_REF), "the DO looks at prior requests (L579)"),
    "description": reconstructed(TEXT, "details of the dataset are published (L539)"), "sample_url": reconstructed(TEXT, "samples are exposed (L182)"),
    "terms": reconstructed(TEXT, "a contract binding is published (L539)"), "status": reconstructed(DS_STATUS, "a published dataset can be looked up (L540)")})
DSS = paper.table("DSS", "data subset (PPDS)", "L511, Listing 4", lambda readings: {
    "dataset": reconstructed(DS_REF, "a subset belongs to a dataset (L511)"), "index": reconstructed(INTEGER, "Listing 4 uses its position (L417)"),
    "ciidlist": printed(list_of(CI_REF), 420),
    **({"replica_of": reconstructed(DSS_REF, "entries for replicated chunks too (L513)")} if readings["X02"] == "chunk" else {})})
CI = paper.table("CI", "cloud instance", "Listing 2, L341-352", {
    "co": printed(CO_REF, 345), "dss": printed(DSS_REF, 346), "status": printed(CI_STATUS, 347), "nonce": printed(NONCE, 348),
    "hash": printed(DATA_HASH, 349), "rounds": printed(INTEGER, 350)})
MOD = paper.table("Mod", "model", "L555-568", {
    "owner": printed(MO_REF, 559), "type": printed(TEXT, 559), "url": printed(TEXT, 559), "training_method": printed(TEXT, 560), "hash": printed(MODEL_HASH, 560)})
TC = paper.table("TC", "train couple", "Listing 3, L354-364", lambda readings: {
    "ds": printed(DS_REF, 357), "mod": printed(MOD_REF, 358), "status": printed(TC_STATUS, 359), "rem": printed(INTEGER, 360),
    "paid": printed(BOOLEAN, 361), "round": printed(INTEGER, 362), "curdssidlist": printed(list_of(DSS_REF), 406),
    "jobs": reconstructed(list_of(CI_REF), "the couple's TJs, by instance (L580)"),
    **({"dss": printed(DSS_REF, 335)} if readings["X17"] == "subset" else {})})
TJ = paper.table("TJ", "train job", "L580-584, L615-617", lambda readings: {
    "status": reconstructed(TJ_STATUS, "a TJ tracks the progress of a job (L582)"), "hash": printed(MODEL_HASH, 616), "nonce": printed(NONCE, 716),
    "location": printed(location_kind(readings), 617)}, key={"couple": TC_REF, "instance": CI_REF})
CONTRACT = paper.table("Contract", "contract", "L539", {
    "dataset": reconstructed(DS_REF, "a contract binding is published with the dataset (L539)"),
    "price": reconstructed(INTEGER, "an MO is convinced about the contract (L541)"), "terms": reconstructed(TEXT, "contract binding (L539)")})



def own_nonce(tx: Tracing) -> Any:
    """The nonce that the caller drew for its hashes; none where the reading is that replicas' hashes are equal (X01)."""
    return image(NONCE, tx.caller) if tx.switch("X01") == "nonces" else literal("no nonce", NONCE)


def location_for(tx: Tracing, couple: Any, instance: Any, location: Any) -> Any:
    """The place of an instance's model, sealed for the MO whose key is in the training file, where the reading says so (X09)."""
    if tx.switch("X09") == "encrypted":
        return (location.location == image(LOCATION, instance)) & (location.to == FETCHED[tx.caller, couple].key_of)
    return location == image(LOCATION, instance)


# Off the ledger.  What one party remembers has that party as its first key component.
PARTY: dict[str, Kind] = {"party": MEMBER}


def memory(name: str, title: str, cites: str, fields: dict[str, Field], **key: Kind) -> TableHandle:
    """A table of what one party remembers."""
    return paper.table(name, title, cites, fields, key={**PARTY, **key}, category="memory")


REASON = "what a party must remember to act on it"
ENTITY = paper.table("Entity", "what a member wants to be", "L118-120", {"role": reconstructed(ROLE, "three stakeholders (L118)")}, key=PARTY, category="rigid")
OWN_SUBSET = memory("OwnSubset", "the subsets that a DO made", "L511", {"dataset": reconstructed(DS_REF, REASON)}, subset=DSS_REF)
AGREEMENT = memory("Agreement", "O1: the contract with a CO", "L170", {"subset": reconstructed(DSS_REF, REASON)}, owner=CO_REF)
ASSIGNED = memory("Assigned", "the instance that a DO made for a CO", "L457", {"instance": reconstructed(CI_REF, REASON)}, owner=CO_REF)
SENT = memory("Sent", "O2: what a DO sent for an instance", "L170", {"content": reconstructed(CONTENT, REASON)}, instance=CI_REF)
RECEIVED = memory("Received", "O2: what a CO received for an instance", "L172", {"content": reconstructed(CONTENT, REASON)}, instance=CI_REF)
PREPARED = memory("Prepared", "O3: the hash that a CO computed", "L677", {"hash": reconstructed(DATA_HASH, REASON)}, instance=CI_REF)
CHECKED = memory("Checked", "O4: the hash that a DO recomputed", "L473", {"hash": reconstructed(DATA_HASH, REASON)}, instance=CI_REF)
SAMPLE_SEEN = memory("SampleSeen", "O6: the samples that an MO read", "L182", {"seen": reconstructed(BOOLEAN, REASON)}, dataset=DS_REF)
REQUESTED = memory("Requested", "the couples that an MO asked for", "L570", {"model": reconstructed(MOD_REF, REASON)}, couple=TC_REF)
FETCHED = memory("Fetched", "O8: the training files that a CO fetched, and whose key is in them", "L612", {"seen": reconstructed(BOOLEAN, REASON), "key_of": reconstructed(MO_REF, REASON)}, couple=TC_REF)
TRAINED = memory("Trained", "O9: the model that a CO trained", "L613", {"weights": reconstructed(WEIGHTS, REASON)}, couple=TC_REF, instance=CI_REF)
UPLOADED = memory("Uploaded", "O10: the round whose model a CO uploaded", "L613", {"round": reconstructed(INTEGER, REASON)}, couple=TC_REF, instance=CI_REF)
REPORTED = memory("Reported", "the round for which a CO updated its job", "L615", {"round": reconstructed(INTEGER, REASON)}, couple=TC_REF, instance=CI_REF)
DOWNLOADED = memory("Downloaded", "O11: the model that an MO downloaded", "L639", {
    "weights": reconstructed(WEIGHTS, REASON), "matches": reconstructed(BOOLEAN, "the MO compares hashes (L643)")}, couple=TC_REF, instance=CI_REF)
AGGREGATED = memory("Aggregated", "O11: the last round that an MO collected for a model", "L648", {"round": reconstructed(INTEGER, REASON)}, model=MOD_REF)
PAID_OUT = memory("PaidOut", "O12: what an MO paid", "L1049", {"paid": reconstructed(BOOLEAN, REASON)}, couple=TC_REF)

# Everybody can see these.
SAMPLE = paper.table("Sample", "O5: published samples", "L182", {"published": reconstructed(BOOLEAN, "samples are exposed (L182)", True)}, key={"dataset": DS_REF}, category="public")
TRAINING_FILE = paper.table("TrainingFile", "O7: program, method and key", "L610-615", {"owner": reconstructed(MO_REF, "the file is the MO's (L615)")}, key={"model": MOD_REF}, category="public")
STORE = paper.table("Store", "O10: the object store", "L613", {"weights": reconstructed(WEIGHTS, "models are stored in object stores (L613)")}, key={"location": LOCATION}, category="public")
SEEN_NONCE = paper.table("SeenNonce", "nonces that were published", "L522", {"seen": reconstructed(BOOLEAN, "the nonce is published (L522)", True)}, key={"nonce": NONCE}, category="public")
SEEN_DATA_HASH = paper.table("SeenDataHash", "data hashes that were published", "L470", {"seen": reconstructed(BOOLEAN, "hashes are public (L470)", True)}, key={"content": CONTENT, "nonce": NONCE}, category="public")
SEEN_MODEL_HASH = paper.table("SeenModelHash", "model hashes that were published", "L517", {"seen": reconstructed(BOOLEAN, "a CO can read them from the blockchain (L517)", True)}, key={"content": CONTENT, "round": INTEGER, "nonce": NONCE}, category="public")

# What whoever follows the ledger derives from it.
VERIFIED_HASH = paper.table("VerifiedHash", "the hash with which VerifyCI last committed", "L476", {"hash": reconstructed(DATA_HASH, "the argument of a committed VerifyCI")}, key={"instance": CI_REF}, category="history")
CLAIMED = paper.table("Claimed", "in whose dataset some data first stood on the ledger, for whoever has it", "L470", {"owner": reconstructed(DO_REF, "a declared hash is of an instance of some dataset (L470)")}, key={"content": CONTENT}, category="history")
SELECTION = paper.table("Selection", "the last round that selected an instance", "L419", {"round": reconstructed(INTEGER, "Curdssidlist of each StartRound")}, key={"couple": TC_REF, "instance": CI_REF}, category="history")
DELIVERY = paper.table("Delivery", "what an instance's own CO delivered for a round", "L615", {"hash": reconstructed(MODEL_HASH, "the argument of a committed UpdateTJ")}, key={"couple": TC_REF, "instance": CI_REF, "round": INTEGER}, category="history")
EPOCHS = paper.table("Epochs", "how many rounds of a dataset have completed", "L619", {"closed": reconstructed(INTEGER, "events of completed rounds")}, key={"dataset": DS_REF}, category="history")
DRAWN = paper.table("Drawn", "how often subsets were drawn for an epoch of a dataset", "L596", {"times": reconstructed(INTEGER, "committed StartRound")}, key={"dataset": DS_REF, "epoch": INTEGER}, category="history")
