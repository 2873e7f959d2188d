"""What the values of the paper's text stand for, and who is told what, with the lines that say so."""
# ruff: noqa: E501 (a table: a line is a clause)

from __future__ import annotations

from spec.knowing import EVERY_STEP, Clause, declare

CLAUSES = (
    # What values are.
    Clause("word", "mo", "first(couple.mod.owner, model.owner)", "L615: the key in the training file is the MO's"),
    Clause("kind", "Content", "rows(origin)", "L443: the subset itself is sent"),
    Clause("kind", "Nonce", "nonce(origin)", "L519: a random nonce"),
    Clause("kind", "Location", "location(origin)", "L613: a place in an object store"),
    Clause("kind", "data hash", "hash(append(content, nonce))", "L677: the hash on the data subset appended by a nonce"),
    Clause("kind", "weights", "locked(lock(key(mo)), run(program(mo), model(mo), content, round))", "L191-197: the encrypted model, trained on its own data subset"),
    Clause("kind", "model hash", "hash(append(weights, nonce))", "L519-521: appends a nonce to its model and computes the hash"),
    Clause("kind", "sealed location", "sealed(lock(key(to)), location)", "L616: encrypted model location", when="X09=encrypted"),
    # What fields hold that have no kind of their own.
    Clause("field", "DO.name", "identity(id)", "L305", when="X16=listing"),
    Clause("field", "CO.name", "identity(id)", "L305, L299: as Listing 1", when="X16=listing"),
    Clause("field", "MO.name", "identity(id)", "L305, L299: as Listing 1", when="X16=listing"),
    Clause("field", "CO.public_key", "lock(key(id))", "L170: the DO transfers the data securely"),
    Clause("field", "MO.public_key", "lock(key(id))", "L615: a key of the MO stands in the training file"),
    Clause("field", "Mod.type", "type(owner)", "L561: the type of AI model"),
    Clause("field", "Mod.training_method", "method(owner)", "L564: how the training has to be performed"),
    Clause("field", "Mod.url", "locked(lock(key(owner)), model(owner))", "L192, L562: the running version of the encrypted model is shared with all COs"),
    Clause("field", "TrainingFile.owner", "tuple(program(owner), lock(key(owner)))", "L610-615: program and key stand in the training file"),
    Clause("field", "Sample.published", "sample(dataset)", "L182: data samples that DOs expose"),
    # Who has what, and who is told what.
    Clause("knows", EVERY_STEP, "tuple(identity(member), key(member), nonce(member))", "L519, L615: each party draws its nonces and keys"),
    Clause("knows", "MO", "tuple(model(member), program(member), pen(member))", "L182, L612: the MO develops the model and writes the training program"),
    Clause("holds", "OwnSubset", "Content(subset)", "L443: the DO splits the dataset"),
    Clause("holds", "Agreement", "identity(owner)", "L176: the DO knows the identities of all COs"),
    Clause("step", "AgreeContract", "identity(caller)", "L462: each CO knows the identity of the DO", to="owner"),
    Clause("step", "FetchTrainingFile", "identity(caller)", "L612: whoever serves a file sees who downloads it", to="couple.mod.owner", rule="fetch_logs"),
    Clause("step", EVERY_STEP, "identity(caller)", "Hyperledger Fabric (L14): the creator's certificate is in every transaction", rule="certificates"),
    Clause("reads", "Store", "location", "L637: the MO decrypts the URL and downloads the model"),
    # Where pseudonyms stand beside datasets.
    Clause("appears", "CreateCI", "appearance(owner, subset.dataset)", "L346: a CI names its owner and the subset"),
    Clause("appears", "RequestTC", "appearance(caller, dataset)", "L570: a TC names dataset and model, a model its owner"),
)  # fmt: skip
declare("paper", *CLAUSES)
