"""Blocks of a Fabric channel, as a peer committed them, in our ledger's terms: codes, reads, ranges, writes, events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from fabric_protos.common import common_pb2
from fabric_protos.ledger.rwset import rwset_pb2
from fabric_protos.ledger.rwset.kvrwset import kv_rwset_pb2
from fabric_protos.orderer import ab_pb2
from fabric_protos.peer import chaincode_event_pb2, chaincode_pb2, events_pb2_grpc, proposal_pb2, proposal_response_pb2, transaction_pb2

from ledger_runtime.errors import FabricFailed
from ledger_runtime.execution import Event, ReadWriteSet
from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.members import Member
from ledger_runtime.keys import RANGE_END
from ledger_runtime.store import Version

CODES = 2  # where a block's metadata has the validation codes
MOST = (1 << 64) - 1


@dataclass(frozen=True)
class Committed:
    """A transaction of a block. result: over all chaincodes of the variant; None for what is no call of it."""

    identifier: str
    code: str
    chaincode: str
    arguments: tuple[bytes, ...]
    result: ReadWriteSet | None
    event: Event | None
    endorsers: tuple[bytes, ...] = ()
    signature: bytes = b""


@dataclass(frozen=True)
class Block:
    """A block of a channel."""

    number: int
    transactions: tuple[Committed, ...]


async def blocks(
    client: Client, member: Member, first: int, last: int | None = None, organisation: str | None = None
) -> AsyncIterator[Block]:
    """Blocks as a peer has them, from one number on, up to another one or for ever.  Raises FabricFailed when the peer is gone."""
    of = organisation or next(iter(client.channels))
    header = common_pb2.ChannelHeader(type=common_pb2.DELIVER_SEEK_INFO, channel_id=client.connection.channel)
    header.timestamp.GetCurrentTime()
    signature = common_pb2.SignatureHeader(creator=member.creator, nonce=b"\0" * 24)
    start, stop = _position(first), _position(MOST if last is None else last)
    seek = ab_pb2.SeekInfo(start=start, stop=stop, behavior=ab_pb2.SeekInfo.BLOCK_UNTIL_READY)
    heads = common_pb2.Header(channel_header=header.SerializeToString(), signature_header=signature.SerializeToString())
    payload = common_pb2.Payload(header=heads, data=seek.SerializeToString()).SerializeToString()
    stream = events_pb2_grpc.DeliverStub(client.channels[of]).Deliver()
    try:
        await stream.write(common_pb2.Envelope(payload=payload, signature=member.sign(payload)))
        async for answer in stream:
            if answer.WhichOneof("Type") != "block":
                return
            yield block_of(answer.block, client.connection.chaincode)
    except grpc.aio.AioRpcError as error:
        raise FabricFailed(f"{of} tells no blocks: {error.code().name}: {error.details()}") from None
    finally:
        stream.cancel()


def _position(number: int) -> Any:
    return ab_pb2.SeekPosition(specified=ab_pb2.SeekSpecified(number=number))


def block_of(block: Any, chaincode: str) -> Block:
    """A block decoded."""
    codes = block.metadata.metadata[CODES]
    named = [transaction_pb2.TxValidationCode.Name(code) for code in codes]
    found = (decoded(common_pb2.Envelope.FromString(data), chaincode, code) for data, code in zip(block.data.data, named, strict=True))
    return Block(block.header.number, tuple(found))


def decoded(envelope: Any, ours: str, said: str = "") -> Committed:
    """A transaction as it is submitted, or as it stands in a block with its code. ours: the chaincode that is called."""
    payload = common_pb2.Payload.FromString(envelope.payload)
    header = common_pb2.ChannelHeader.FromString(payload.header.channel_header)
    if header.type != common_pb2.ENDORSER_TRANSACTION:
        return Committed(header.tx_id, said, "", (), None, None)
    (made,) = transaction_pb2.Transaction.FromString(payload.data).actions
    called = transaction_pb2.ChaincodeActionPayload.FromString(made.payload)
    proposal = proposal_pb2.ChaincodeProposalPayload.FromString(called.chaincode_proposal_payload)
    spec = chaincode_pb2.ChaincodeInvocationSpec.FromString(proposal.input).chaincode_spec
    answer = proposal_response_pb2.ProposalResponsePayload.FromString(called.action.proposal_response_payload)
    action = proposal_pb2.ChaincodeAction.FromString(answer.extension)
    endorsers = tuple(one.endorser for one in called.action.endorsements)
    name = spec.chaincode_id.name
    result = _result(rwset_pb2.TxReadWriteSet.FromString(action.results).ns_rwset, ours) if name == ours else None
    called_with = name, tuple(spec.input.args), result, _event(action.events)
    return Committed(header.tx_id, said, *called_with, endorsers, bytes(envelope.signature))


def _event(data: bytes) -> Event | None:
    event = chaincode_event_pb2.ChaincodeEvent.FromString(data)
    try:
        return (event.event_name, tuple(json.loads(event.payload))) if event.event_name else None
    except (ValueError, TypeError):
        return event.event_name, (event.payload.hex(),)  # of another chaincode


def _result(namespaces: Iterable[Any], ours: str) -> ReadWriteSet:
    """What all chaincodes of a variant read and wrote; they are named after the one that is called."""
    reads: dict[str, Version | None] = {}
    ranges: dict[str, tuple[tuple[str, Version], ...]] = {}
    writes: dict[str, bytes] = {}
    for one in namespaces:
        if one.namespace == ours or one.namespace.startswith(f"{ours}-"):
            found = kv_rwset_pb2.KVRWSet.FromString(one.rwset)
            reads.update({read.key: _version(read) for read in found.reads})
            ranges.update({asked.start_key: _range(asked) for asked in found.range_queries_info})
            writes.update({write.key: bytes(write.value) for write in found.writes})
    return ReadWriteSet(reads, ranges, writes)


def _version(read: Any) -> Version | None:
    return Version(read.version.block_num, read.version.tx_num) if read.HasField("version") else None


def _range(asked: Any) -> tuple[tuple[str, Version], ...]:
    if asked.end_key != asked.start_key + RANGE_END or not asked.itr_exhausted:
        raise FabricFailed(f"a range from {asked.start_key!r} to {asked.end_key!r} was not read to its end")
    return tuple((read.key, Version(read.version.block_num, read.version.tx_num)) for read in asked.raw_reads.kv_reads)


def state_of(found: Iterable[Block]) -> Mapping[str, bytes]:
    """The rows that the valid transactions of blocks leave."""
    rows: dict[str, bytes] = {}
    for block in found:
        for one in block.transactions:
            if one.code == "VALID" and one.result is not None:
                rows.update(one.result.writes)
    return rows
