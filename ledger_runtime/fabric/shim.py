"""A chaincode's server, as Fabric's peers call it (`chaincode_shim.proto`): the peer asks for calls, the chaincode asks for rows.

Each call runs in a thread of its own and waits there for what it asks; one stream to each peer carries all calls, one writer writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from queue import SimpleQueue
from typing import Any

import grpc
from fabric_protos.common import common_pb2
from fabric_protos.ledger.queryresult import kv_query_result_pb2
from fabric_protos.msp import identities_pb2
from fabric_protos.peer import (
    chaincode_event_pb2,
    chaincode_pb2,
    chaincode_shim_pb2,
    chaincode_shim_pb2_grpc,
    proposal_pb2,
    proposal_response_pb2,
)

CALLS_AT_ONCE = 32
PEERS_AT_ONCE = 16
UNLIMITED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))

Message = chaincode_shim_pb2.ChaincodeMessage


class PeerRefused(Exception):
    """What a peer answered instead of a row."""


@dataclass
class Answer:
    """What a call comes to: bytes for the caller, and at most one event."""

    payload: bytes = b""
    event: tuple[str, bytes] | None = None


class Stub:
    """One call: who makes it with what, and what the peer can be asked while it runs."""

    def __init__(self, message: Any, send: Callable[[Any], None]) -> None:
        self._message, self._send = message, send
        self.answers: SimpleQueue[Any] = SimpleQueue()
        self.arguments: list[bytes] = list(chaincode_pb2.ChaincodeInput.FromString(message.payload).args)

    @cached_property
    def _header(self) -> Any:
        proposal = proposal_pb2.Proposal.FromString(self._message.proposal.proposal_bytes)
        return common_pb2.Header.FromString(proposal.header)

    @property
    def creator(self) -> tuple[str, bytes]:
        """Organisation and certificate (PEM) of who signed the proposal; the peer has checked both."""
        signed = common_pb2.SignatureHeader.FromString(self._header.signature_header).creator
        found = identities_pb2.SerializedIdentity.FromString(signed)
        return found.mspid, found.id_bytes

    @property
    def called(self) -> str:
        """The chaincode that the proposal names: another one than this, when that one asks."""
        channel = common_pb2.ChannelHeader.FromString(self._header.channel_header)
        return str(proposal_pb2.ChaincodeHeaderExtension.FromString(channel.extension).chaincode_id.name)

    def get(self, key: str) -> bytes:
        """The value of a key; nothing where there is none."""
        return self._ask(Message.GET_STATE, chaincode_shim_pb2.GetState(key=key))

    def put(self, key: str, value: bytes) -> None:
        self._ask(Message.PUT_STATE, chaincode_shim_pb2.PutState(key=key, value=value))

    def range(self, start: str, end: str) -> list[tuple[str, bytes]]:
        """All keys from start up to end, with their values; read to the end, so that a later change of any conflicts."""
        asked = chaincode_shim_pb2.GetStateByRange(startKey=start, endKey=end)
        answer = chaincode_shim_pb2.QueryResponse.FromString(self._ask(Message.GET_STATE_BY_RANGE, asked))
        found = list(answer.results)
        while answer.has_more:
            more = chaincode_shim_pb2.QueryStateNext(id=answer.id)
            answer = chaincode_shim_pb2.QueryResponse.FromString(self._ask(Message.QUERY_STATE_NEXT, more))
            found += answer.results
        rows = [kv_query_result_pb2.KV.FromString(one.resultBytes) for one in found]
        return [(row.key, row.value) for row in rows]

    def invoke(self, chaincode: str, arguments: list[bytes]) -> bytes:
        """Have another chaincode of the channel run within this call.  Raises PeerRefused with what it said."""
        asked = chaincode_pb2.ChaincodeSpec(
            chaincode_id=chaincode_pb2.ChaincodeID(name=chaincode), input=chaincode_pb2.ChaincodeInput(args=arguments)
        )
        answered = Message.FromString(self._ask(Message.INVOKE_CHAINCODE, asked))
        response = proposal_response_pb2.Response.FromString(answered.payload)
        if answered.type != Message.COMPLETED or response.status != 200:
            raise PeerRefused(response.message or answered.payload.decode(errors="replace"))
        return bytes(response.payload)

    def _ask(self, kind: Any, body: Any) -> bytes:
        message = self._message
        self._send(Message(type=kind, payload=body.SerializeToString(), txid=message.txid, channel_id=message.channel_id))
        answer = self.answers.get()
        if answer.type != Message.RESPONSE:
            raise PeerRefused(answer.payload.decode(errors="replace"))
        return bytes(answer.payload)


Handler = Callable[[Stub], Answer]


class Connection:
    """A peer's stream: calls come in, and go out as threads ask and answer."""

    def __init__(self, package: str, handler: Handler, threads: ThreadPoolExecutor) -> None:
        self._package, self._handler, self._threads = package, handler, threads
        self._out: SimpleQueue[Any] = SimpleQueue()
        self._running: dict[str, Stub] = {}

    def messages(self, incoming: Iterator[Any]) -> Iterator[Any]:
        """What the peer is told, beginning with which package this is."""
        yield Message(type=Message.REGISTER, payload=chaincode_pb2.ChaincodeID(name=self._package).SerializeToString())
        self._threads.submit(self._read, incoming)
        while (message := self._out.get()) is not None:
            yield message

    def _read(self, incoming: Iterator[Any]) -> None:
        try:
            for message in incoming:
                identity = message.channel_id + message.txid
                if message.type in (Message.TRANSACTION, Message.INIT):
                    stub = self._running[identity] = Stub(message, self._out.put)
                    self._threads.submit(self._run, stub, message, identity)
                elif message.type in (Message.RESPONSE, Message.ERROR):
                    if identity in self._running:
                        self._running[identity].answers.put(message)
                elif message.type == Message.KEEPALIVE:
                    self._out.put(message)
        except grpc.RpcError:
            pass  # the peer is gone, and comes again when it is back
        finally:
            gone = Message(type=Message.ERROR, payload=b"the peer is gone")
            for stub in list(self._running.values()):
                stub.answers.put(gone)
            self._out.put(None)

    def _run(self, stub: Stub, message: Any, identity: str) -> None:
        done = Message(type=Message.COMPLETED, txid=message.txid, channel_id=message.channel_id)
        try:
            answer = self._handler(stub)
            response = proposal_response_pb2.Response(status=200, payload=answer.payload)
            if answer.event is not None:
                name, payload = answer.event
                done.chaincode_event.CopyFrom(
                    chaincode_event_pb2.ChaincodeEvent(event_name=name, payload=payload, tx_id=message.txid, chaincode_id="")
                )
        except Exception as error:
            response = proposal_response_pb2.Response(status=500, message=f"{type(error).__name__}: {error}")
        done.payload = response.SerializeToString()
        del self._running[identity]
        self._out.put(done)


class Service(chaincode_shim_pb2_grpc.ChaincodeServicer):  # type: ignore[misc]
    """The one method that peers call."""

    def __init__(self, package: str, handler: Handler) -> None:
        self._package, self._handler = package, handler

    def Connect(self, request_iterator: Iterator[Any], context: Any) -> Iterator[Any]:
        with ThreadPoolExecutor(CALLS_AT_ONCE + 1, "calls") as threads:
            connection = Connection(self._package, self._handler, threads)
            yield from connection.messages(request_iterator)


def served(package: str, address: str, handler: Handler) -> grpc.Server:
    """A server of one package, started.  Raises RuntimeError when the address is taken."""
    server = grpc.server(ThreadPoolExecutor(PEERS_AT_ONCE, "peers"), options=UNLIMITED)
    chaincode_shim_pb2_grpc.add_ChaincodeServicer_to_server(Service(package, handler), server)
    server.add_insecure_port(address)
    server.start()
    return server
