"""A client of a Fabric network: has calls endorsed, submits them, and learns what became of each.

Honest calls go through a peer's gateway, which finds enough endorsers; whoever wants to choose them asks each peer for itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import grpc
from fabric_protos.common import ledger_pb2
from fabric_protos.gateway import gateway_pb2, gateway_pb2_grpc
from fabric_protos.peer import peer_pb2_grpc, proposal_response_pb2, transaction_pb2
from google.protobuf import any_pb2

from ledger_runtime.errors import FabricFailed, NotEndorsed, UnknownOrganisation
from ledger_runtime.fabric.chaincode import ROWS
from ledger_runtime.fabric.connecting import Connection, Organisation
from ledger_runtime.fabric.envelopes import Called, assembled, called, sealed
from ledger_runtime.fabric.members import Member, Members
from spec.errors import choices

ENDORSE_S, COMMIT_S, SETTLE_S = 30.0, 20.0, 2.0
PAUSE_S = 0.1
DETAILS = "grpc-status-details-bin"
RESPONSE = "chaincode response 500, "


@dataclass(frozen=True)
class Endorsed:
    """A transaction as the client holds it: endorsed, signed, not submitted."""

    identifier: str
    envelope: Any
    member: Member | None = None


@dataclass(frozen=True)
class Receipt:
    """What became of a submitted transaction. code: Fabric's; None while nobody knows (`said` tells why)."""

    identifier: str
    code: str | None
    block: int | None = None
    said: str = ""


class Client:
    """Everybody who calls from one program. gateway: the organisation whose peer is asked; the first by default."""

    def __init__(self, connection: Connection, gateway: str | None = None) -> None:
        self.connection, self.members = connection, Members(connection.organisations)
        if gateway is not None and gateway not in connection.organisations:
            raise UnknownOrganisation(f"no organisation {gateway!r}; choices: {choices(connection.organisations)}")
        self.channels = {name: _channel(one) for name, one in connection.organisations.items()}
        self.endorsers = {name: peer_pb2_grpc.EndorserStub(channel) for name, channel in self.channels.items()}
        self.gateway = gateway_pb2_grpc.GatewayStub(self.channels[gateway or next(iter(self.channels))])

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for channel in self.channels.values():
            await channel.close()

    # Calls.

    def called(self, member: Member, transaction: str, arguments: Mapping[str, Any] | str) -> Called:
        """A signed proposal."""
        return called(member, self.connection.channel, self.connection.chaincode, transaction, arguments)

    async def propose(self, member: Member, transaction: str, arguments: Mapping[str, Any]) -> Endorsed:
        """Have a call endorsed by as many as its writes need.  Raises NotEndorsed with what the chaincode said, or FabricFailed."""
        return await self.endorse(self.called(member, transaction, arguments))

    async def endorse(self, call: Called) -> Endorsed:
        """The same of a proposal that was made before."""
        asked = gateway_pb2.EndorseRequest(
            transaction_id=call.identifier, channel_id=self.connection.channel, proposed_transaction=call.signed
        )
        try:
            answer = await self.gateway.Endorse(asked, timeout=ENDORSE_S)
        except grpc.aio.AioRpcError as error:
            raise _refused(error) from None
        envelope = answer.prepared_transaction
        envelope.signature = call.member.sign(envelope.payload)
        return Endorsed(call.identifier, envelope, call.member)

    async def propose_to(self, organisations: Iterable[str], member: Member, transaction: str, arguments: Mapping[str, Any]) -> Endorsed:
        """The same, endorsed by the peers of these organisations, enough or not."""
        call = self.called(member, transaction, arguments)
        asked = [self.endorsers[name].ProcessProposal(call.signed, timeout=ENDORSE_S) for name in organisations]
        try:
            responses = await asyncio.gather(*asked)
        except grpc.aio.AioRpcError as error:
            raise _refused(error) from None
        return Endorsed(call.identifier, sealed(assembled(call, responses), member), member)

    async def submit(self, endorsed: Endorsed) -> None:
        """Hand a transaction to the orderer, valid or not.  Raises FabricFailed when it may not have arrived."""
        asked = gateway_pb2.SubmitRequest(
            transaction_id=endorsed.identifier, channel_id=self.connection.channel, prepared_transaction=endorsed.envelope
        )
        try:
            await self.gateway.Submit(asked, timeout=ENDORSE_S)
        except grpc.aio.AioRpcError as error:
            raise _failed(error) from None

    async def status(self, endorsed: Endorsed, patience_s: float = COMMIT_S) -> Receipt:
        """Wait until a submitted transaction is in a block.  Raises FabricFailed when nobody can tell."""
        asker = self.members.asker()
        asked = gateway_pb2.CommitStatusRequest(
            transaction_id=endorsed.identifier, channel_id=self.connection.channel, identity=asker.creator
        ).SerializeToString()
        signed = gateway_pb2.SignedCommitStatusRequest(request=asked, signature=asker.sign(asked))
        try:
            answer = await self.gateway.CommitStatus(signed, timeout=patience_s)
        except grpc.aio.AioRpcError as error:
            raise _failed(error) from None
        return Receipt(endorsed.identifier, transaction_pb2.TxValidationCode.Name(answer.result), answer.block_number)

    async def commit(self, endorsed: Endorsed) -> Receipt:
        """Submit, and what became of it; an unknown outcome is told as such."""
        try:
            await self.submit(endorsed)
            return await self.status(endorsed)
        except FabricFailed as failed:
            return Receipt(endorsed.identifier, None, said=str(failed))

    async def settle(self, endorsed: Endorsed) -> Receipt:
        """What became of a transaction of which nobody knew; it is submitted once more where it is in no block.

        The same envelope has the same id, so that of two copies one at most is valid.
        """
        try:
            return await self.status(endorsed, SETTLE_S)
        except FabricFailed:
            return await self.commit(endorsed)

    # Questions.

    async def evaluate(self, member: Member, question: str, about: str) -> bytes:
        """Ask the chaincode something that changes nothing."""
        return await self._evaluated(self.called(member, question, about))

    async def _evaluated(self, call: Called) -> bytes:
        asked = gateway_pb2.EvaluateRequest(
            transaction_id=call.identifier, channel_id=self.connection.channel, proposed_transaction=call.signed
        )
        try:
            return bytes((await self.gateway.Evaluate(asked, timeout=ENDORSE_S)).result.payload)
        except grpc.aio.AioRpcError as error:
            raise _refused(error) from None

    async def height(self) -> int:
        """How many blocks the gateway's peer has."""
        channel = self.connection.channel
        listener = self.members.asker()
        answer = await self._evaluated(called(listener, channel, "qscc", "GetChainInfo", channel))
        return int(ledger_pb2.BlockchainInfo.FromString(answer).height)

    async def rows(self, member: Member, prefix: str) -> dict[str, bytes]:
        """Every key below a prefix with its value, as the gateway's peer has committed it."""
        return {key: value.encode() for key, value in json.loads(await self.evaluate(member, ROWS, prefix))}

    async def await_endorsers(self, member: Member, prefix: str, patience_s: float = 20.0) -> None:
        """Wait until the gateway knows enough peers.  Raises FabricFailed with what it last said."""
        ends = asyncio.get_running_loop().time() + patience_s
        while True:
            call = self.called(member, ROWS, prefix)
            asked = gateway_pb2.EndorseRequest(
                transaction_id=call.identifier, channel_id=self.connection.channel, proposed_transaction=call.signed
            )
            try:
                await self.gateway.Endorse(asked, timeout=ENDORSE_S)
                return
            except grpc.aio.AioRpcError as error:
                if asyncio.get_running_loop().time() > ends:
                    raise _failed(error) from None
                await asyncio.sleep(PAUSE_S)


def _channel(organisation: Organisation) -> Any:
    try:
        credentials = grpc.ssl_channel_credentials(organisation.tls.read_bytes())
    except OSError as error:
        raise FabricFailed(f"{str(organisation.tls)!r} cannot be read: {error.strerror}") from None
    options: list[tuple[str, Any]] = [("grpc.max_receive_message_length", -1), ("grpc.enable_http_proxy", 0)]
    if organisation.host is not None:
        options.append(("grpc.ssl_target_name_override", organisation.host))
    return grpc.aio.secure_channel(organisation.address, credentials, options)


def _said(error: grpc.aio.AioRpcError) -> str:
    """What a peer that was asked said, the last one that the gateway passes on.

    `google.rpc.Status` stands on the wire as `Response` does: a number, a text, and details, of which the last is kept.
    """
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS and isinstance(value, bytes):
            detail = any_pb2.Any.FromString(proposal_response_pb2.Response.FromString(value).payload)
            return str(gateway_pb2.ErrorDetail.FromString(detail.value).message)
    return ""


def _refused(error: grpc.aio.AioRpcError) -> NotEndorsed | FabricFailed:
    """What a failed endorsement means: the chaincode refused, or something is wrong with the network."""
    for one in (_said(error), error.details() or ""):
        _, found, reason = one.partition(RESPONSE)
        if found:
            return NotEndorsed(reason)
    return _failed(error)


def _failed(error: grpc.aio.AioRpcError) -> FabricFailed:
    return FabricFailed(f"{error.code().name}: {error.details()} {_said(error)}")
