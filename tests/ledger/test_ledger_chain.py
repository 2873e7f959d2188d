"""The chain of blocks: any change is found, and a block goes to a file and back."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ledger_runtime.blocks import Code, committed_hash, decode_block, encode_block, ordered_hash, verify_chain
from ledger_runtime.errors import BrokenChain
from ledger_runtime.network import Network


@pytest.fixture(scope="module")
def chain(auctions):
    """A network with four blocks, among them ranges, events and invalid transactions."""
    network = Network(auctions)
    network.invoke("OpenLot", {"caller": "x", "lot": "é"})
    tally = network.propose("Tally", {"caller": "x", "lot": "é"})
    network.invoke("Bid", {"caller": "b", "lot": "é", "price": 4})
    for endorsed in (tally, network.propose("Tally", {"caller": "x", "lot": "é"}), tally):
        network.submit(endorsed)
    network.cut()
    network.invoke("Tally", {"caller": "x", "lot": "é"})
    assert [list(block.codes) for block in network.blocks][2] == ["PHANTOM_READ_CONFLICT", "VALID", "DUPLICATE_TXID"]
    return network


def broken_at(network, blocks, head=None):
    with pytest.raises(BrokenChain) as found:
        verify_chain(blocks, network.ledger.genesis, head)
    return found.value.number


def test_a_chain_as_it_was_committed_is_accepted(chain):
    chain.verify()
    verify_chain(chain.blocks, chain.ledger.genesis)
    verify_chain((), chain.ledger.genesis, chain.ledger.genesis)
    assert [block.number for block in chain.blocks] == [1, 2, 3, 4]
    assert [block.previous_hash for block in chain.blocks] == [chain.ledger.genesis, *(block.hash for block in chain.blocks[:-1])]


def remade(chain, place, **changes):
    """The chain with a block changed, and its own hashes made to fit."""
    block = dataclasses.replace(chain.blocks[place], **changes)
    before = chain.blocks[place - 1].commit_hash if place else chain.ledger.genesis
    block_hash = ordered_hash(block.number, block.previous_hash, block.transactions)
    block = dataclasses.replace(block, hash=block_hash, commit_hash=committed_hash(before, block_hash, block.codes, block.state_root))
    return [*chain.blocks[:place], block, *chain.blocks[place + 1 :]]


def test_a_block_that_was_made_anew_does_not_fit_the_next(chain):
    third = chain.blocks[2]
    blocks = remade(chain, 2, transactions=(*third.transactions[1:], third.transactions[0]))
    assert broken_at(chain, blocks) == 4
    verify_chain(blocks[:3], chain.ledger.genesis)
    assert broken_at(chain, blocks[:3], third.commit_hash) == 3
    assert broken_at(chain, remade(chain, 2, codes=(Code.VALID,) * 3)) == 4
    last = remade(chain, 3, codes=(Code.MVCC_READ_CONFLICT,))
    verify_chain(last, chain.ledger.genesis)
    assert broken_at(chain, last, chain.ledger.head) == 4


def test_blocks_that_are_missing_moved_or_added_are_found(chain):
    one, two, three, four = chain.blocks
    assert broken_at(chain, [two, three, four]) == 1 and broken_at(chain, [one, three, four]) == 2
    assert broken_at(chain, [one, three, two, four]) == 2 and broken_at(chain, [one, one, two]) == 2
    assert broken_at(chain, [one, two, three], chain.ledger.head) == 3 and broken_at(chain, [], chain.ledger.head) == 0
    with pytest.raises(BrokenChain, match=r"block 1: it follows [0-9a-f]{64}, not 00"):
        verify_chain(chain.blocks, "00" * 32)


def test_another_network_has_another_genesis(auctions, chain):
    others = {Network(auctions, organisations=organisations).ledger.genesis for organisations in (("a",), ("a", "b"), ("ab",))}
    assert len(others | {chain.ledger.genesis}) == 4


@pytest.mark.parametrize("place", range(4))
def test_a_block_goes_to_a_file_and_back(chain, place):
    block = chain.blocks[place]
    assert decode_block(encode_block(block)) == block
    verify_chain(
        [*chain.blocks[:place], decode_block(encode_block(block)), *chain.blocks[place + 1 :]], chain.ledger.genesis, chain.ledger.head
    )


def spaced(data):
    return data + b" "


def of_another_order(data):
    return json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":"), ensure_ascii=False).encode()


def escaped(data):
    return data.replace("é".encode(), b"\\u00e9")


@pytest.mark.parametrize("change", [spaced, of_another_order, escaped])
def test_a_block_has_one_form_in_a_file(chain, change):
    data = encode_block(chain.blocks[0])
    assert change(data) != data and json.loads(change(data)) == json.loads(data)
    with pytest.raises(BrokenChain, match=r"block 0: its bytes are not as a block is written"):
        decode_block(change(data))


@settings(max_examples=400, deadline=None)
@given(
    place=some.integers(0, 3),
    position=some.integers(0, 10_000),
    byte=some.integers(0, 255),
    how=some.sampled_from(["change", "drop", "insert"]),
)
def test_any_changed_byte_is_found(chain, place, position, byte, how):
    data = encode_block(chain.blocks[place])
    position %= len(data)
    inside = {"change": bytes([byte]), "drop": b"", "insert": bytes([byte]) + data[position : position + 1]}[how]
    changed = data[:position] + inside + data[position + 1 :]
    if changed == data:
        return
    with pytest.raises(BrokenChain):
        verify_chain([*chain.blocks[:place], decode_block(changed), *chain.blocks[place + 1 :]], chain.ledger.genesis, chain.ledger.head)


def test_every_single_byte_of_a_block_matters(chain):
    data = encode_block(chain.blocks[0])
    found = 0
    for position in range(len(data)):
        changed = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
        with pytest.raises(BrokenChain):
            verify_chain([decode_block(changed), *chain.blocks[1:]], chain.ledger.genesis, chain.ledger.head)
        found += 1
    assert found == len(data) > 500
