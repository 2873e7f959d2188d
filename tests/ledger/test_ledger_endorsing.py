"""Endorsing: policies, endorsers and clients that do not do as they should, and what escapes an atomic step."""

from __future__ import annotations

import dataclasses

import pytest

from ledger_runtime.blocks import Endorsement, Proposal
from ledger_runtime.endorsing import assemble
from ledger_runtime.errors import (
    EndorsementMismatch,
    MalformedTransaction,
    UnknownOrganisation,
    UnknownPeer,
    UnknownPolicy,
    UnknownReceipt,
    UnknownTransaction,
    WrongKind,
)
from ledger_runtime.execution import ReadWriteSet
from ledger_runtime.keys import encode_key
from ledger_runtime.network import Network
from ledger_runtime.policies import satisfied
from spec.errors import SpecificationError
from spec.text import Policy

DO, CO, MO = "peer.org-do", "peer.org-co", "peer.org-mo"


# Policies


@pytest.mark.parametrize(
    ("policy", "endorsing", "organisations", "enough"),
    [
        ("any", "", "abc", False), ("any", "c", "abc", True), ("any", "x", "abc", False),
        ("majority", "a", "abc", False), ("majority", "ab", "abc", True), ("majority", "ab", "abcd", False),
        ("majority", "axy", "abc", False),
        ("all", "ab", "abc", False), ("all", "abc", "abc", True), ("all", "abcd", "abc", True), ("majority", "a", "a", True),
    ],
)  # fmt: skip
def test_policies_count_organisations_of_the_network(policy, endorsing, organisations, enough):
    assert satisfied(policy, endorsing, organisations) is enough


@pytest.mark.parametrize(("policy", "enough"), [("any", 1), ("majority", 2), ("all", 3)])
def test_clients_ask_as_many_peers_as_the_policy_needs(market, policy, enough, update, picked):
    network = market(policy=policy)
    endorsed = update(network, picked(network)[0])
    assert len(endorsed.endorsements) == enough
    fewer = network.propose("CompleteTC", {"caller": "mo-1", "couple": "tc-1"}, peers=[DO, CO, MO][: enough - 1] or None)
    codes = {"any": "VALID"}
    assert network.commit(fewer).code == codes.get(policy, "ENDORSEMENT_POLICY_FAILURE")
    assert network.row("TC", "tc-1")["status"] == ("COMPLETED" if policy == "any" else "APPROVED")


def test_the_same_peer_named_twice_endorses_once(new_network):
    arguments = {"caller": "do-1", "name": "n", "organization": "o", "how_many": "h"}
    network = new_network(policy="majority")
    endorsed = network.propose("CreateDO", arguments, peers=[MO, MO])
    assert len(endorsed.endorsements) == 1 and network.commit(endorsed).code == "ENDORSEMENT_POLICY_FAILURE"


def test_unknown_names_are_refused_with_the_choices(paper, new_network):
    network = new_network()
    arguments = {"caller": "do-1", "name": "n", "organization": "o", "how_many": "h"}
    with pytest.raises(UnknownPeer, match=r"no peer 'peer.org-xy'; choices: peer.org-co, peer.org-do, peer.org-mo"):
        network.propose("CreateDO", arguments, peers=["peer.org-xy", MO])
    with pytest.raises(UnknownPeer, match=r"no peer was named"):
        network.propose("CreateDO", arguments, peers=[])
    with pytest.raises(UnknownPolicy, match=r"no endorsement policy 'most'; choices: all, any, majority"):
        satisfied("most", ("org-do",), ("org-do",))
    with pytest.raises(SpecificationError, match=r"no endorsement policy 'most'; choices: all, any, majority"):
        Network(dataclasses.replace(paper, policy=Policy("most", "")))
    for organisations in ((), ("a", "a")):
        with pytest.raises(UnknownOrganisation, match=r"one organisation or more, each once"):
            Network(paper, organisations=organisations)
    with pytest.raises(UnknownReceipt, match=r"no transaction 'x' in 0 blocks"):
        network.receipt("x")


# Endorsers and clients that do not do as they should


def test_endorsers_at_different_heights_disagree(market, update, picked):
    network = market(policy="majority")
    instance = picked(network)[0]
    proposal = network.proposal("UpdateTJ", update(network, instance).arguments)
    early = network.peers[DO].endorse(proposal)
    network.commit(update(network, picked(network)[1]))
    late = network.peers[CO].endorse(proposal)
    with pytest.raises(EndorsementMismatch, match=r"the endorsers of UpdateTJ disagree: peer.org-do against peer.org-co"):
        assemble(proposal, [early, late])
    assert network.commit(assemble(proposal, [late, network.peers[MO].endorse(proposal)])).code == "VALID"
    with pytest.raises(UnknownPeer, match=r"the response of one peer at least"):
        assemble(proposal, [])


def test_a_corrupt_endorser_is_found_when_the_responses_are_assembled(market):
    network = market(policy="majority")
    proposal = network.proposal("CompleteTC", {"caller": "mo-1", "couple": "tc-1"})
    honest = network.peers[DO].endorse(proposal)
    others = (ReadWriteSet(honest.read_write_set.reads, {}, {}), honest.read_write_set)
    for read_write_set, event in zip(others, (honest.event, None), strict=True):
        with pytest.raises(EndorsementMismatch, match=r"peer.org-do against peer.org-mo"):
            assemble(proposal, [honest, network.peers[MO].state(proposal, read_write_set, event)])


def changed_writes(endorsed):
    writes = {key: value.replace(b'"rem":1', b'"rem":0') for key, value in endorsed.read_write_set.writes.items()}
    assert writes != dict(endorsed.read_write_set.writes)
    return dataclasses.replace(endorsed, read_write_set=dataclasses.replace(endorsed.read_write_set, writes=writes))


def without_reads(endorsed):
    return dataclasses.replace(endorsed, read_write_set=dataclasses.replace(endorsed.read_write_set, reads={}))


def with_event(endorsed):
    return dataclasses.replace(endorsed, event=("RoundComplete", ("tc-1",)))


def of_a_stranger(endorsed):
    return dataclasses.replace(endorsed, endorsements=(Endorsement("peer.of-nobody", "org-do", endorsed.digest),))


def of_another_organisation(endorsed):
    return dataclasses.replace(endorsed, endorsements=(Endorsement("peer.org-do", "org-mo", endorsed.digest),))


def without_endorsements(endorsed):
    return dataclasses.replace(endorsed, endorsements=())


def other_arguments(endorsed):
    return dataclasses.replace(
        endorsed, proposal=dataclasses.replace(endorsed.proposal, arguments={**endorsed.arguments, "caller": "co-2"})
    )


def other_name(endorsed):
    return dataclasses.replace(endorsed, proposal=dataclasses.replace(endorsed.proposal, transaction="CompleteTC"))


def other_id(endorsed):
    return dataclasses.replace(endorsed, transaction_id="00" * 32)


INVALID = {
    "ENDORSEMENT_POLICY_FAILURE": [changed_writes, without_reads, with_event, of_a_stranger, of_another_organisation, without_endorsements],
    "BAD_PROPOSAL_TXID": [other_arguments, other_name, other_id],
}


@pytest.mark.parametrize(("change", "code"), [(change, code) for code, changes in INVALID.items() for change in changes])
def test_what_a_client_changes_after_endorsement_is_invalid(market, change, code, update, picked):
    network = market()
    endorsed, before = update(network, picked(network)[0]), network.digest()
    assert network.commit(change(endorsed)).code == code
    assert network.digest() == before
    expected = (
        "VALID" if code == "BAD_PROPOSAL_TXID" else "DUPLICATE_TXID"
    )  # as on Fabric, an id is used up by an invalid transaction of that id
    assert network.commit(endorsed).code == expected


def test_a_bare_copy_earlier_in_the_block_does_not_use_up_the_id(auctions):
    network = Network(auctions)
    endorsed = network.propose("Bid", {"caller": "b", "lot": "a", "price": 5})
    network.submit(without_endorsements(endorsed))
    network.submit(endorsed)
    assert list(network.cut().codes) == ["ENDORSEMENT_POLICY_FAILURE", "VALID"]
    assert network.receipt(endorsed.transaction_id).code == "VALID"


def test_an_endorsement_does_not_carry_over_to_another_transaction(auctions):
    """Two blind writes with one result: the word for the first is no word for the second."""
    network = Network(auctions)
    first, second = (network.propose("Bid", {"caller": "b", "lot": "a", "price": 5}) for _ in range(2))
    assert first.read_write_set == second.read_write_set and first.digest != second.digest
    assert network.commit(dataclasses.replace(second, endorsements=first.endorsements)).code == "ENDORSEMENT_POLICY_FAILURE"
    assert network.row("Bid", "a", "b") is None


def test_a_result_cannot_be_changed_in_place(market, update, picked):
    network = market()
    endorsed = update(network, picked(network)[0])
    with pytest.raises(TypeError):
        endorsed.read_write_set.writes["x"] = b""
    with pytest.raises(TypeError):
        endorsed.arguments["caller"] = "co-9"
    with pytest.raises(dataclasses.FrozenInstanceError):
        endorsed.event = None


# What escapes an atomic step


def test_an_endorsed_result_that_is_dropped_leaves_no_trace(market, update, picked):
    network = market()

    def traces():
        return (
            network.digest(),
            network.rows(),
            network.blocks,
            network.mempool,
            network.events,
            network.history("TC", "tc-1"),
            dict(network.ledger.receipts),
        )

    before = traces()
    kept = update(network, picked(network)[0])
    assert kept.event is None and b'"rem":1' in kept.read_write_set.writes[encode_key("TC", ("tc-1",))]
    assert traces() == before
    with pytest.raises(UnknownReceipt):
        network.receipt(kept.transaction_id)


FORGED = {("TC", ("tc-1",)): {"ds": "ds-1", "mod": "mod-1", "status": "COMPLETED", "paid": True, "rem": -3}}


@pytest.mark.parametrize(
    ("policy", "peers", "code"),
    [
        ("any", [CO], "VALID"), ("majority", [CO], "ENDORSEMENT_POLICY_FAILURE"), ("majority", [CO, MO], "VALID"),
        ("all", [CO, MO], "ENDORSEMENT_POLICY_FAILURE"), ("all", [DO, CO, MO], "VALID"),
    ],
)  # fmt: skip
def test_a_forged_write_set_commits_when_its_peers_satisfy_the_policy(market, policy, peers, code):
    network = market(policy=policy)
    before = network.row("TC", "tc-1")
    assert network.commit(network.forge(peers, "CompleteTC", FORGED)).code == code
    forged = {**FORGED["TC", ("tc-1",)], "round": 0, "curdssidlist_length": 0, "jobs_length": 0}
    assert network.row("TC", "tc-1") == (forged if code == "VALID" else before) != (before if code == "VALID" else forged)


def test_a_forged_row_has_digests_for_pre_images(market):
    network = market()
    kinds = list(network.protocol.schema.tables["CI"].cells)
    honest = network.rows()["CI", ("ci-1",)]
    cells = tuple(("junk", "Nonce(co-1)") if name == "hash" else cell for name, cell in zip(kinds, honest, strict=True))
    assert network.commit(network.forge([MO], "JoinCI", {("CI", ("ci-1",)): cells}, event=("InstanceJoined", ("ci-1",)))).code == "VALID"
    found = network.row("CI", "ci-1")["hash"]
    assert network.oracle.open(network.protocol.schema.tables["CI"].cells["hash"], found, 0) == "junk"
    assert network.events[-1].name == "InstanceJoined"


COUPLE, ENTRY = encode_key("TC", ("tc-1",)), encode_key("DSS.ciidlist", ("dss-1", 0))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("nonsense", b"{}"), (COUPLE, b"{}"), (COUPLE, b"\xff"), (encode_key("TC", ("tc-1", "x")), b"{}"),
        (encode_key("Sent", ("do-1", "ci-1")), b'{"content":"junk"}'), (ENTRY, b'{"item":1}'), (ENTRY, b'{"item":"ci-1" }'),
    ],
)  # fmt: skip
def test_writes_that_the_schema_cannot_decode_are_a_bad_payload(market, key, value):
    network = market()
    before = network.digest()
    assert network.commit(network.forge([DO, CO, MO], "UpdateMod", {ENTRY: b'{"item":"ci-2"}', key: value})).code == "BAD_PAYLOAD"
    assert network.digest() == before
    assert network.commit(network.forge([DO], "UpdateMod", {ENTRY: b'{"item":"ci-2"}'})).code == "VALID"


def test_a_key_without_utf_8_form_cannot_be_stated(market):
    with pytest.raises(MalformedTransaction, match=r"cannot be written as JSON"):
        market().forge([DO], "UpdateMod", {COUPLE + "\ud800": b"{}"})


def test_a_result_that_holds_no_bytes_is_never_ordered(market):
    network = market()
    with pytest.raises(WrongKind, match=r"a write of 'x' is 'y'; it must be bytes"):
        network.forge([DO], "UpdateMod", {"x": "y"})
    honest = network.propose("CompleteTC", {"caller": "mo-1", "couple": "tc-1"})
    with pytest.raises(MalformedTransaction, match=r"cannot be written as JSON"):
        network.submit(dataclasses.replace(honest, read_write_set=ReadWriteSet({}, {}, {"x": "y"})))
    assert not network.mempool


@pytest.mark.parametrize("event", [("Odd", (object(),)), ("Odd", (float("nan"),)), ("\ud800", ())])
def test_what_cannot_be_written_down_is_never_ordered(market, event):
    network = market()
    proposal = Proposal("CompleteTC", {}, b"")
    honest = network.propose("CompleteTC", {"caller": "mo-1", "couple": "tc-1"})
    with pytest.raises(MalformedTransaction, match=r"cannot be written as JSON"):
        network.submit(dataclasses.replace(honest, proposal=proposal, event=event))
    assert not network.mempool


def test_a_forger_is_told_what_does_not_exist(market):
    network = market()
    with pytest.raises(UnknownTransaction, match=r"'Forge TC' is no transaction"):
        network.forge([CO], "Forge TC", FORGED)
    with pytest.raises(WrongKind, match=r"TC.rem is a str; an Integer is"):
        network.forge([CO], "CompleteTC", {("TC", ("tc-1",)): {"rem": "0"}})
    with pytest.raises(WrongKind, match=r"a row of TJ has 4 cells \(status, hash, nonce, location\), 1 given"):
        network.forge([CO], "CompleteTC", {("TJ", ("tc-1", "ci-1")): (None,)})
