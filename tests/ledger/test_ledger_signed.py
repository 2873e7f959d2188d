"""Signatures: who may speak for whom, and what becomes of whatever was signed by nobody, by another, or changed afterwards."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from ledger_runtime import identities
from ledger_runtime.blocks import Proposal, decode_block, encode_block, verify_chain
from ledger_runtime.engines import Memory
from ledger_runtime.errors import BrokenChain, Fork, OversizedValue, UnfitName, UnknownOrganisation, UnknownPolicy, WrongSignature
from ledger_runtime.keys import encode_key
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from ledger_runtime.ordering import Cutting
from ledger_runtime.policies import Rule, Rules

DO, CO, MO = "peer.org-do", "peer.org-co", "peer.org-mo"
ROOT = Path(__file__).parents[2]
NEW = {"caller": "do-9", "name": "n", "organization": "o", "how_many": "h"}


@pytest.fixture
def signed_market(market, signed_parts):
    """A function that makes a signed network on which honest parties opened the first round."""

    def make(**options):
        return market(parts=signed_parts(**options))

    return make


# The same ledger, signed


def test_a_signed_ledger_commits_the_same_state_as_a_plain_one(market, signed_market):
    plain, signed = market(), signed_market()
    assert signed.digest() == plain.digest() and signed.rows() == plain.rows()
    assert [block.codes for block in signed.blocks] == [block.codes for block in plain.blocks]
    signed.verify()
    endorsed = signed.blocks[0].transactions[0]
    identity = signed.trust.verifier.identity(endorsed.proposal.certificate)
    assert identity == ("do-1", "org-do") and endorsed.signature and endorsed.endorsements[0].signature
    assert not plain.blocks[0].transactions[0].signature


def test_a_seed_gives_every_byte_and_chance_gives_others(signed_market, market):
    heads = [signed_market(seed=seed).ledger.head for seed in (1, 1, 2)]
    assert heads[0] == heads[1] != heads[2]
    drawn = [market(parts=Parts(trust=identities.certified(ORGANISATIONS))).ledger.genesis for _ in range(2)]
    assert drawn[0] != drawn[1]


def test_a_signed_block_goes_to_a_file_and_back(signed_market):
    network = signed_market()
    blocks = [decode_block(encode_block(block)) for block in network.blocks]
    assert blocks == list(network.blocks)
    verify_chain(blocks, network.ledger.genesis, network.ledger.head)


@pytest.mark.parametrize(("threads", "shared", "processes"), [(0, True, 0), (2, False, 0), (2, True, 0), (0, False, 1)])
def test_threads_processes_and_shared_checks_change_nothing_but_the_work(signed_parts, new_network, threads, shared, processes):
    kinds = {"threads": 0, "shared": False}, {"threads": threads, "shared": shared, "processes": processes}
    networks = [new_network(parts=signed_parts(**kind, engines=(Memory(), Memory()))) for kind in kinds]
    for network in networks:
        for number in range(12):
            endorsed = network.propose("CreateDO", {**NEW, "caller": f"do-{number}"})
            network.submit(dataclasses.replace(endorsed, signature=endorsed.signature[:-1] + b"x") if number % 3 == 0 else endorsed)
        assert [str(code) for code in network.cut().codes] == ["BAD_CREATOR_SIGNATURE", "VALID", "VALID"] * 4
    assert networks[0].ledger.head == networks[1].ledger.head
    assert ("shared" in networks[1].trust.described) is shared
    assert ("1 process" in networks[1].trust.described) is bool(processes)
    networks[1].trust.verifier.close()


# What does not hold


def flipped(signature):
    return signature[:-1] + bytes([signature[-1] ^ 1])


def of_high_s(signature):
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, identities.ORDER - s)


def unsigned(network, endorsed):
    return dataclasses.replace(endorsed, signature=b"")


def flipped_signature(network, endorsed):
    return dataclasses.replace(endorsed, signature=flipped(endorsed.signature))


def high_s(network, endorsed):
    return dataclasses.replace(endorsed, signature=of_high_s(endorsed.signature))


def signed_by_another(network, endorsed):
    return dataclasses.replace(endorsed, signature=network.trust.wallet.sign("mo-1", endorsed.signed))


def certificate_of(endorsed, certificate):
    return dataclasses.replace(endorsed, proposal=dataclasses.replace(endorsed.proposal, certificate=certificate))


def certificate_of_another(network, endorsed):
    changed = certificate_of(endorsed, network.trust.wallet.certificate("mo-1"))
    return dataclasses.replace(changed, signature=network.trust.wallet.sign("mo-1", changed.signed))


def certificate_of_strangers(network, endorsed):
    """An authority of the same name that the network does not know."""
    strangers = identities.Keys(ORGANISATIONS, seed=77)
    changed = certificate_of(endorsed, strangers.certificate(endorsed.creator))
    return dataclasses.replace(changed, signature=strangers.sign(endorsed.creator, changed.signed))


def no_certificate(network, endorsed):
    return certificate_of(endorsed, b"\x30\x03abc")


def fewer_endorsements(network, endorsed):
    return dataclasses.replace(endorsed, endorsements=endorsed.endorsements[:1])


def resigned(network, endorsed, **changes):
    changed = dataclasses.replace(endorsed, **changes)
    return dataclasses.replace(changed, signature=network.trust.wallet.sign(endorsed.creator, changed.signed))


def endorsement_flipped(network, endorsed):
    first, *others = endorsed.endorsements
    return resigned(network, endorsed, endorsements=(dataclasses.replace(first, signature=flipped(first.signature)), *others))


def endorsement_by_the_client(network, endorsed):
    first, *others = endorsed.endorsements
    forged = dataclasses.replace(first, signature=network.trust.wallet.sign(endorsed.creator, first.signed))
    return resigned(network, endorsed, endorsements=(forged, *others))


def endorsement_of_another_organisation(network, endorsed):
    """One peer's signature twice, the second time under another peer's name."""
    first = endorsed.endorsements[0]
    return resigned(network, endorsed, endorsements=(first, dataclasses.replace(first, peer=MO, organisation="org-mo")))


def changed_result(network, endorsed):
    writes = {key: value.replace(b'"rem":1', b'"rem":0') for key, value in endorsed.read_write_set.writes.items()}
    return resigned(network, endorsed, read_write_set=dataclasses.replace(endorsed.read_write_set, writes=writes))


INVALID = {
    "BAD_CREATOR_SIGNATURE": [
        unsigned, flipped_signature, high_s, signed_by_another, certificate_of_another, certificate_of_strangers, no_certificate,
        fewer_endorsements,
    ],
    "ENDORSEMENT_POLICY_FAILURE": [
        endorsement_flipped, endorsement_by_the_client, endorsement_of_another_organisation, changed_result,
    ],
}  # fmt: skip


@pytest.mark.parametrize(("change", "code"), [(change, code) for code, changes in INVALID.items() for change in changes])
def test_what_was_not_signed_as_it_is_commits_nothing(signed_market, change, code, update, picked):
    network = signed_market(policy="majority")
    endorsed, before = update(network, picked(network)[0]), network.digest()
    assert len(endorsed.endorsements) == 2
    assert network.commit(change(network, endorsed)).code == code
    assert network.digest() == before
    assert network.commit(endorsed).code == ("VALID" if code == "BAD_CREATOR_SIGNATURE" else "DUPLICATE_TXID")
    network.verify()


def test_a_replay_is_a_duplicate_in_every_later_block(signed_market, update, picked):
    network = signed_market()
    endorsed = update(network, picked(network)[0])
    assert [network.commit(endorsed).code for _ in range(3)] == ["VALID", "DUPLICATE_TXID", "DUPLICATE_TXID"]


def test_endorsers_refuse_what_its_creator_did_not_sign(signed_market):
    network = signed_market()
    proposal, wallet = network.proposal("CreateDO", NEW), network.trust.wallet
    peer = network.peers[DO]
    with pytest.raises(WrongSignature, match=r"CreateDO is called by 'do-9', who did not sign it"):
        peer.endorse(dataclasses.replace(proposal, signature=wallet.sign("do-1", proposal.signed)))
    with pytest.raises(WrongSignature, match=r"'do-9', with a certificate that names 'do-1'"):
        peer.endorse(dataclasses.replace(proposal, certificate=wallet.certificate("do-1")))
    for certificate in (b"", b"x", identities.Keys(ORGANISATIONS, seed=3).certificate("do-9")):
        with pytest.raises(WrongSignature, match=r"a certificate that no authority of the network issued"):
            peer.endorse(dataclasses.replace(proposal, certificate=certificate))
    with pytest.raises(WrongSignature, match=r"who did not sign it"):
        peer.endorse(Proposal(proposal.transaction, {**NEW, "name": "other"}, proposal.nonce, proposal.certificate, proposal.signature))
    assert peer.endorse(proposal).endorsement.signature


def test_a_block_that_the_orderer_did_not_sign_is_refused(signed_market):
    network = signed_market()
    ledger, before = network.ledger, network.ledger.head
    ordered = network.orderer.cut([network.propose("CreateDO", NEW)])
    strange = dataclasses.replace(ordered, signature=network.trust.wallet.sign(DO, ordered.signed))
    other = network.orderer.sealed(ordered.number, "00" * 32, ordered.transactions)
    for wrong, why in ((strange, "its orderer did not sign it"), (other, "it follows 0000"),
                       (dataclasses.replace(ordered, transactions=()), "its transactions do not give its hash"),
                       (dataclasses.replace(ordered, number=9), "it is numbered 9")):  # fmt: skip
        with pytest.raises(BrokenChain, match=why):
            ledger.commit(wrong)
    assert ledger.head == before and ledger.commit(ordered).codes == ("VALID",)


# Names and keys


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", "a\x00b", "\ud800", "\u202e"])
def test_a_name_that_no_certificate_can_hold_is_refused(signed_market, name):
    network = signed_market()
    before = network.ledger.head
    with pytest.raises(UnfitName, match=r"cannot stand in a certificate: a name has 1 to 64 printable characters"):
        network.trust.wallet.certificate(name)
    if name != "\ud800":
        with pytest.raises(UnfitName):
            network.invoke("CreateDO", {**NEW, "caller": name})
    assert network.ledger.head == before


@pytest.mark.parametrize("name", ["é", "a/b=c,d+e", "s1:a", "~", " x ", "\U0001f600", "'; --", "CN=do-1"])
def test_any_other_name_is_one(signed_market, name):
    network = signed_market()
    assert network.invoke("CreateDO", {**NEW, "caller": name}).code == "VALID"
    assert network.trust.verifier.identity(network.trust.wallet.certificate(name)).name == name
    network.verify()


def test_members_are_enrolled_with_an_organisation_of_the_network(signed_market):
    network = signed_market()
    network.trust.wallet.certificate("mo-7", "org-mo")
    assert network.invoke("CreateDO", {**NEW, "caller": "mo-7"}).code == "VALID"
    endorsed = network.blocks[-1].transactions[0]
    assert network.trust.verifier.identity(endorsed.proposal.certificate) == ("mo-7", "org-mo")
    with pytest.raises(UnknownOrganisation, match=r"no organisation 'org-x' to enrol 'mo-8'; choices: org-co, org-do, org-mo"):
        network.trust.wallet.certificate("mo-8", "org-x")


def test_a_key_that_no_store_holds_is_refused(auctions, signed_parts):
    network = Network(auctions, parts=signed_parts())
    longest = "x" * (400 - len(encode_key("Lot", ("",))) - 2)
    assert network.invoke("OpenLot", {"caller": "b", "lot": longest}).code == "VALID"
    with pytest.raises(OversizedValue, match=r"a key of Lot has 401 bytes, at most 400"):
        network.invoke("OpenLot", {"caller": "b", "lot": longest + "x"})
    row = b'{"bids":0,"empty":false,"last":null,"open":1,"sum":0}'
    before = network.digest()
    for name in (longest + "x", "é" * 200, "x" * 100_000):
        assert network.commit(network.forge([DO], "OpenLot", {encode_key("Lot", (name,)): row})).code == "BAD_PAYLOAD"
    assert network.digest() == before and network.row("Lot", "x" * 5000) is None


# Policies


@pytest.mark.parametrize(
    ("text", "endorsing", "enough"),
    [
        ("1 of a", "a", True), ("1 of a", "bc", False), ("2 of a, b", "ab", True), ("2 of a, b", "ac", False), ("2 of a,b,c", "ac", True),
        ("any", "c", True), ("all", "ab", False), ("majority", "ab", True),
    ],
)  # fmt: skip
def test_a_policy_may_name_organisations(text, endorsing, enough):
    assert Rule(text, "abc").satisfied(endorsing) is enough


@pytest.mark.parametrize("text", ["", "some", "0 of a", "4 of a, b, c", "2 of a, a", "2 of a", "a", "-1 of a", "any "])
def test_no_other_text_is_a_policy(text):
    with pytest.raises(UnknownPolicy, match=r"policy"):
        Rule(text, "abc")


def test_a_policy_that_names_a_stranger_is_refused():
    with pytest.raises(UnknownOrganisation, match=r"policy '1 of d' names d; choices: a, b, c"):
        Rule("1 of d", "abc")


def test_a_key_may_have_a_policy_of_its_own():
    rules = Rules("any", "abc", {"TJ": "all", ("TJ", "tc-1"): "1 of b"})
    keys = [encode_key(table, key) for table, key in (("TC", ("tc-1",)), ("TJ", ("tc-2", "x")), ("TJ", ("tc-1", "x")))]
    found = [[rules.satisfied(endorsing, [key]) for endorsing in ("a", "b", "abc")] for key in keys]
    assert found == [[True, True, True], [False, False, True], [False, True, True]]
    assert not rules.satisfied("a", keys) and rules.satisfied("abc", keys) and rules.satisfied("a", [])
    assert rules.described() != Rules("any", "abc").described()


def test_a_couple_whose_policy_is_its_owners_alone(market, signed_parts, update, picked):
    network = market(parts=signed_parts(keyed={"TJ": "2 of org-co, org-mo"}))
    forged = {("TJ", ("tc-1", picked(network)[0])): {"status": "UPDATED"}}
    assert network.commit(network.forge([DO], "UpdateTJ", forged)).code == "ENDORSEMENT_POLICY_FAILURE"
    assert network.commit(network.forge([CO, MO], "UpdateTJ", forged)).code == "VALID"
    assert network.commit(network.forge([DO], "CompleteTC", {("TC", ("tc-1",)): {"paid": True}})).code == "VALID"
    endorsed = network.propose("CreateDO", NEW)
    assert {one.peer for one in endorsed.endorsements} == {DO, CO, MO} and network.commit(endorsed).code == "VALID"


# Cutting, and peers that have ledgers of their own


def test_a_block_is_cut_by_count_bytes_or_time(new_network, signed_parts):
    clock = [0.0]
    cutting = Cutting(most_messages=3, most_bytes=10_000, largest_transaction_bytes=20_000, timeout_s=2.0)
    network = new_network(parts=signed_parts(cutting=cutting, now=lambda: clock[0]))

    def send(number, size=1):
        network.submit(network.propose("CreateDO", {**NEW, "caller": f"do-{number}", "name": "x" * size}))
        return [len(block.transactions) for block in network.cut_due()]

    assert [send(0), send(1), send(2)] == [[], [], [3]]
    assert send(3) == [] and (clock.__setitem__(0, 1.9) or network.cut_due()) == []
    clock[0] = 2.0
    assert [len(block.transactions) for block in network.cut_due()] == [1]
    assert [send(4, 3000), send(5, 3000)] == [[], [1]] and len(network.mempool) == 1
    with pytest.raises(OversizedValue, match=r"a transaction has \d+ bytes, at most 20000"):
        send(6, 9000)
    assert [len(block.transactions) for block in (network.cut(),)] == [1] and not network.mempool


def test_peers_with_ledgers_of_their_own_agree(market, signed_parts):
    network = market(parts=signed_parts(engines=[Memory() for _ in range(5)]))
    assert list(network.peers) == [DO, CO, MO, "peer2.org-do", "peer2.org-co"]
    assert len({ledger.head for ledger in network.ledgers}) == 1 and network.check_agreement() == len(network.blocks)
    assert len({id(peer.store) for peer in network.peers.values()}) == 5
    network.verify()


def test_a_peer_that_committed_something_else_raises_the_alarm(market, signed_parts):
    network = market(parts=signed_parts(engines=[Memory() for _ in range(3)]))
    height = len(network.blocks)
    one, other = (network.propose("CreateDO", {**NEW, "caller": f"do-{number}"}) for number in (7, 8))
    for ledger, endorsed in zip(network.ledgers, (one, one, other), strict=True):
        ledger.commit(network.orderer.sealed(height + 1, ledger.blocks.head.hash, [endorsed]))
    for ledger in network.ledgers:
        ledger.commit(network.orderer.sealed(height + 2, ledger.blocks.head.hash, []))
    said = rf"block {height + 1}: peer.org-do and peer.org-mo committed different blocks \(another hash\)"
    with pytest.raises(Fork, match=said) as alarm:
        network.check_agreement()
    assert alarm.value.number == height + 1


def test_a_process_that_checks_ends_with_who_started_it(tmp_path):
    program = tmp_path / "main.py"
    program.write_text(
        "import os, signal\n"
        "from ledger_runtime.identities import certified\n"
        "if __name__ == '__main__':\n"
        "    trust = certified(('org-do',), 1, processes=1)\n"
        "    certificate = trust.wallet.certificate('peer.org-do')\n"
        "    check = certificate, b'said', trust.wallet.sign('peer.org-do', b'said')\n"
        "    assert trust.verifier.begin([check] * 40).answers() == [True] * 40\n"
        "    print(*trust.verifier._pool._workers._processes, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False, env=paths)
    (worker,) = map(int, done.stdout.split())
    until = time.monotonic() + 20
    while time.monotonic() < until and runs(worker):
        time.sleep(0.05)
    assert done.returncode == -signal.SIGKILL and not runs(worker)


def runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
