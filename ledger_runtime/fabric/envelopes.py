"""What a client sends, as Fabric writes it down: proposals, and transactions assembled from what peers answered."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.peer import chaincode_pb2, proposal_pb2, transaction_pb2

from ledger_runtime.errors import EndorsementMismatch, NotEndorsed
from ledger_runtime.fabric.members import Member
from ledger_runtime.values import canonical

NONCE_BYTES = 24


@dataclass(frozen=True)
class Called:
    """A proposal that its member signed. identifier: of the transaction that it may become."""

    member: Member
    identifier: str
    signed: Any

    @property
    def proposal(self) -> Any:
        return proposal_pb2.Proposal.FromString(self.signed.proposal_bytes)


def called(member: Member, channel: str, chaincode: str, transaction: str, arguments: Mapping[str, Any] | str) -> Called:
    """A call of the chaincode. arguments: without `caller`, who is the member; or the one argument of a question, as it is."""
    nonce = os.urandom(NONCE_BYTES)
    identifier = hashlib.sha256(nonce + member.creator).hexdigest()
    named = chaincode_pb2.ChaincodeID(name=chaincode)
    header = common_pb2.ChannelHeader(
        type=common_pb2.ENDORSER_TRANSACTION, channel_id=channel, tx_id=identifier,
        extension=proposal_pb2.ChaincodeHeaderExtension(chaincode_id=named).SerializeToString(),
    )  # fmt: skip
    header.timestamp.GetCurrentTime()
    signature = common_pb2.SignatureHeader(creator=member.creator, nonce=nonce)
    given = arguments.encode() if isinstance(arguments, str) else canonical(dict(arguments))
    asked = chaincode_pb2.ChaincodeInput(args=[transaction.encode(), given])
    invocation = chaincode_pb2.ChaincodeInvocationSpec(
        chaincode_spec=chaincode_pb2.ChaincodeSpec(type=chaincode_pb2.ChaincodeSpec.GOLANG, chaincode_id=named, input=asked)
    )
    payload = proposal_pb2.ChaincodeProposalPayload(input=invocation.SerializeToString())
    heads = common_pb2.Header(channel_header=header.SerializeToString(), signature_header=signature.SerializeToString())
    proposal = proposal_pb2.Proposal(header=heads.SerializeToString(), payload=payload.SerializeToString()).SerializeToString()
    return Called(member, identifier, proposal_pb2.SignedProposal(proposal_bytes=proposal, signature=member.sign(proposal)))


def assembled(call: Called, responses: Sequence[Any]) -> Any:
    """The payload of the transaction that a client makes of what peers answered.  Raises NotEndorsed, or EndorsementMismatch."""
    for response in responses:
        if response.response.status != 200:
            raise NotEndorsed(response.response.message)
    if len({response.payload for response in responses}) > 1:
        raise EndorsementMismatch(f"{len(responses)} endorsers of {call.identifier} disagree")
    proposal = call.proposal
    header = common_pb2.Header.FromString(proposal.header)
    endorsed = transaction_pb2.ChaincodeEndorsedAction(
        proposal_response_payload=responses[0].payload, endorsements=[response.endorsement for response in responses]
    )
    action = transaction_pb2.ChaincodeActionPayload(chaincode_proposal_payload=proposal.payload, action=endorsed)
    made = transaction_pb2.TransactionAction(header=header.signature_header, payload=action.SerializeToString())
    return common_pb2.Payload(header=header, data=transaction_pb2.Transaction(actions=[made]).SerializeToString())


def sealed(payload: Any, member: Member) -> Any:
    """An envelope over a payload, signed."""
    written = payload.SerializeToString()
    return common_pb2.Envelope(payload=written, signature=member.sign(written))
