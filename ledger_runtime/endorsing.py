"""Endorsing: peers simulate a proposal and state the result; the client assembles what they state into a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger_runtime.blocks import Endorsed, Endorsement, Proposal, endorsed_message, envelope_message, result_digest
from ledger_runtime.errors import EndorsementMismatch, UnknownPeer, WrongSignature
from ledger_runtime.execution import Chaincode, Event, ReadWriteSet
from ledger_runtime.identities import Trust
from ledger_runtime.store import Store
from ledger_runtime.values import shown


@dataclass(frozen=True)
class Response:
    """What a peer returns to the client: the result that it computed, and its word for it."""

    read_write_set: ReadWriteSet
    event: Event | None
    endorsement: Endorsement


class Peer:
    """An endorser.  It has no memory: what it computes depends on the committed state alone."""

    def __init__(self, name: str, organisation: str, chaincode: Chaincode, store: Store, trust: Trust) -> None:
        self.name, self.organisation = name, organisation
        self.chaincode, self.store, self.trust = chaincode, store, trust

    def endorse(self, proposal: Proposal) -> Response:
        """Simulate the proposal now.  Raises WrongSignature, or `spec.errors.Refused` when a guard does not hold."""
        self.check_creator(proposal)
        simulated = self.chaincode.simulate(proposal.transaction, proposal.arguments, self.store)
        return self.state(proposal, simulated.read_write_set, simulated.event)

    def check_creator(self, proposal: Proposal) -> None:
        """Refuse a proposal that its creator did not sign: WrongSignature."""
        if not self.trust.signed:
            return
        known = self.trust.verifier.identity(proposal.certificate)
        if known is None or known.name != proposal.creator:
            whose = "no authority of the network issued" if known is None else f"names {known.name!r}"
            raise WrongSignature(f"{proposal.transaction} is called by {shown(proposal.creator)}, with a certificate that {whose}")
        if not all(self.trust.verifier.begin([(proposal.certificate, proposal.signed, proposal.signature)]).answers()):
            raise WrongSignature(f"{proposal.transaction} is called by {shown(proposal.creator)}, who did not sign it")

    def state(self, proposal: Proposal, read_write_set: ReadWriteSet, event: Event | None) -> Response:
        """State a result, computed or not: an honest peer states only what it computed."""
        digest = result_digest(proposal.identifier, read_write_set, event)
        signature = self.trust.wallet.sign(self.name, endorsed_message(digest))
        return Response(read_write_set, event, Endorsement(self.name, self.organisation, digest, signature))


def assemble(proposal: Proposal, responses: Sequence[Response], trust: Trust | None = None) -> Endorsed:
    """The transaction that a client makes of the responses, signed by it; EndorsementMismatch unless all peers computed the same."""
    if not responses:
        raise UnknownPeer("a transaction needs the response of one peer at least")
    by_digest: dict[str, list[str]] = {}
    for response in responses:
        by_digest.setdefault(response.endorsement.digest, []).append(response.endorsement.peer)
    if len(by_digest) > 1:
        sides = " against ".join(", ".join(peers) for peers in by_digest.values())
        raise EndorsementMismatch(f"the endorsers of {proposal.transaction} disagree: {sides}")
    first, endorsements = responses[0], tuple(response.endorsement for response in responses)
    signature = b""
    if trust is not None and trust.signed:
        signature = trust.wallet.sign(proposal.creator, envelope_message(first.endorsement.digest, endorsements))
    return Endorsed(proposal.identifier, proposal, first.read_write_set, first.event, endorsements, signature)
