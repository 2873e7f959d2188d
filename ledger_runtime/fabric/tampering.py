"""What a deviating client does to a transaction before it submits it: each is found by validation, or by the orderer before it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.peer import transaction_pb2

from ledger_runtime.fabric.client import Endorsed
from ledger_runtime.fabric.envelopes import sealed
from ledger_runtime.fabric.members import Member


def other_signature(endorsed: Endorsed) -> Endorsed:
    """With a signature of its creator over something else."""
    elsewhere = creator(endorsed).sign(b"else")
    return replace(endorsed, envelope=common_pb2.Envelope(payload=endorsed.envelope.payload, signature=elsewhere))


def other_identifier(endorsed: Endorsed) -> Endorsed:
    """Under an id that is not that of its creator and nonce."""
    identifier = os.urandom(32).hex()

    def change(payload: Any) -> None:
        header = common_pb2.ChannelHeader.FromString(payload.header.channel_header)
        header.tx_id = identifier
        payload.header.channel_header = header.SerializeToString()

    return replace(_changed(endorsed, change), identifier=identifier)


def other_endorsements(endorsed: Endorsed) -> Endorsed:
    """With endorsements that their peers did not sign."""

    def change(payload: Any) -> None:
        transaction = transaction_pb2.Transaction.FromString(payload.data)
        action = transaction_pb2.ChaincodeActionPayload.FromString(transaction.actions[0].payload)
        for one in action.action.endorsements:
            one.signature = creator(endorsed).sign(one.signature)
        transaction.actions[0].payload = action.SerializeToString()
        payload.data = transaction.SerializeToString()

    return _changed(endorsed, change)


def _changed(endorsed: Endorsed, change: Callable[[Any], None]) -> Endorsed:
    payload = common_pb2.Payload.FromString(endorsed.envelope.payload)
    change(payload)
    return replace(endorsed, envelope=sealed(payload, creator(endorsed)))


def creator(endorsed: Endorsed) -> Member:
    """Who can sign it anew."""
    assert endorsed.member is not None, "a transaction from a journal has no key with it"
    return endorsed.member
