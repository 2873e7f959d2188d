"""Who saw what in an honest job: rows, models and names stay where they belong."""

from __future__ import annotations

import hashlib

import pytest

from ledger_runtime.offchain import training
from ledger_runtime.offchain.commitment import literal_hash
from ledger_runtime.values import canonical
from marketproof.channels import Letter, Post, TrainingFile, Unreadable, decode_rows
from marketproof.digits import everything
from marketproof.party import Party
from marketproof.real_values import NONCE_BYTES, hash_with_nonce


def chain_bytes(network) -> bytes:
    """Everything that was ever ordered, as text."""
    return b"".join(canonical(endorsed.data()) for block in network.blocks for endorsed in block.transactions) + b"".join(
        bytes(value) for block in network.blocks for endorsed in block.transactions for value in endorsed.read_write_set.writes.values()
    )


def test_a_cloud_owner_receives_the_rows_of_its_own_subset_only(small):
    of_holder = {holder: part.rows.canonical_bytes() for part in small.data_owner.parts for holder in part.holders}
    received = {letter.recipient: letter.payload for letter in small.post.sent if letter.subject == "subset"}
    assert received == of_holder and len(received) == 8
    for owner in small.cloud_owners:
        (rows,) = owner.rows.values()
        assert rows.canonical_bytes() == of_holder[owner.identifier]


def test_cloud_owners_fetch_nothing_but_the_training_file_and_the_running_model(small):
    models = [cells for _, cells in small.network.history("Mod", small.model_owner.model)]
    offered = {cells[name] for cells in models for name in ("url", "training_method")}
    owners = {owner.identifier for owner in small.cloud_owners}
    fetched = {fetch.location for fetch in small.data_owner.store.fetches if fetch.reader in owners}
    assert fetched and fetched <= offered


def test_letters_go_between_the_data_owner_and_one_other_party(small):
    others = {owner.identifier for owner in small.cloud_owners}
    assert not [letter for letter in small.post.sent if {letter.sender, letter.recipient} <= others]


def test_the_ledger_holds_no_rows_no_models_and_no_locations_of_models(small):
    ledger = chain_bytes(small.network)
    assert small.data_owner.dataset.encode() in ledger
    for part in small.data_owner.parts:
        encoded = part.rows.canonical_bytes()
        assert encoded not in ledger and encoded.hex().encode() not in ledger
        # A plain digest of rows would let anybody who has them recognise them without the nonce.
        assert hashlib.sha3_256(encoded).hexdigest().encode() not in ledger
    fetched = [fetch.location for fetch in small.data_owner.store.fetches if fetch.reader == small.model_owner.identifier]
    sample = small.network.row("DS", small.data_owner.dataset)["sample_url"]
    assert len(fetched) == 9 and [location for location in fetched if location.encode() in ledger] == [sample]


def test_the_ledger_holds_no_names(small):
    for table, key in small.network.rows():
        if table in ("DO", "CO", "MO"):
            row = small.network.row(table, *key)
            assert row["name"] == "" and row["organization"] == ""
            assert len(bytes.fromhex(key[0])) == 16


def test_the_recorded_aggregate_is_the_model_that_was_evaluated(small):
    model = small.network.row("Mod", small.model_owner.model)
    stored = small.data_owner.store.get(model["url"], "test")
    assert hash_with_nonce(stored[:-NONCE_BYTES], stored[-NONCE_BYTES:].hex()) == model["hash"]
    assert stored[:-NONCE_BYTES] == training.encode(small.model_owner.current)


def test_a_round_is_the_average_of_really_trained_models(small):
    recipe, parts = small.model_owner.recipe, small.data_owner.parts
    trained = [training.train(training.initial_model(), part.rows, recipe) for part in parts[::2]]
    first = training.average(trained, [len(part.rows) for part in parts[::2]])
    test_rows = small.model_owner.test_rows
    assert training.accuracy(first, test_rows.features, test_rows.labels) == small.model_owner.findings[0].accuracy
    delivered = {delivery.encoded for delivery in small.model_owner.findings[0].deliveries}
    assert delivered == {training.encode(model) for model in trained}


def test_no_party_holds_another(small):
    parties = [small.data_owner, small.model_owner, *small.cloud_owners]
    held = [value for party in parties for value in vars(party).values()]
    assert len(parties) == 10 and not [value for value in held if isinstance(value, (Party, Post))]


def test_held_out_rows_are_nobodys_training_rows(small):
    def as_set(rows):
        return {(*row, label) for row, label in zip(rows.features.tolist(), rows.labels.tolist(), strict=True)}

    assert len(everything(small.data_owner)) == small.split.training_rows
    assert not as_set(everything(small.data_owner)) & as_set(small.model_owner.test_rows)


def test_a_letter_reaches_its_recipient_once_and_cannot_be_written_in_anothers_name():
    post = Post()
    first, second = post.mailbox("a"), post.mailbox("b")
    first.send("b", "offer", payload=b"x")
    assert second.take() == (Letter("a", "b", "offer", "", b"x"),) and second.take() == () and first.take() == ()
    with pytest.raises(Unreadable, match="mailbox is 'a', expected an owner that has none yet"):
        post.mailbox("a")
    with pytest.raises(Unreadable, match="recipient is 'c'"):
        first.send("c", "offer")


def test_rows_and_training_files_survive_the_way(small):
    rows = small.data_owner.parts[0].rows
    assert decode_rows(rows.canonical_bytes()).canonical_bytes() == rows.canonical_bytes()
    file = TrainingFile("marketproof/softmax/1", small.model_owner.recipe, "00" * 32)
    assert TrainingFile.decode(file.encode()) == file


@pytest.mark.parametrize("encoded", [b"", b"marketproof/rows/1\n", b"marketproof/rows/1\n" + bytes(12) + b"x"])
def test_bytes_that_are_no_rows_are_refused(encoded):
    with pytest.raises(Unreadable, match=r"of the rows|length in bytes"):
        decode_rows(encoded)


@pytest.mark.parametrize("encoded", [b"", b"{}", b"[]", b'{"program": "other", "recipe": {}, "public_key": ""}'])
def test_bytes_that_are_no_training_file_are_refused(encoded):
    with pytest.raises(Unreadable):
        TrainingFile.decode(encoded)


def test_a_nonce_is_appended_as_the_paper_says():
    assert hash_with_nonce(b"rows", "0aff") == literal_hash(b"rows", b"\x0a\xff")
    assert hash_with_nonce(b"rows", "no hex") == literal_hash(b"rows", b"no hex")
