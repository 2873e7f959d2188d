"""What a ledger starts from: who belongs to it, who orders, whose endorsement is enough.  Its hash is the genesis of the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ledger_runtime.blocks import hash_of
from ledger_runtime.policies import Rules


class Member(NamedTuple):
    """A peer: its organisation, and its certificate where the network has any."""

    organisation: str
    certificate: bytes


@dataclass(frozen=True)
class Configuration:
    """peers: by name. orderer: its certificate. authorities: the certificate of each organisation's."""

    rules: Rules
    peers: Mapping[str, Member]
    orderer: bytes
    authorities: Mapping[str, bytes]

    @cached_property
    def genesis(self) -> str:
        """The hash before the first block."""
        peers = [f"{name} of {member.organisation} {member.certificate.hex()}" for name, member in sorted(self.peers.items())]
        authorities = [f"{name} {certificate.hex()}" for name, certificate in sorted(self.authorities.items())]
        said = [*self.rules.described(), "", *peers, "", self.orderer.hex(), "", *authorities]
        return hash_of(b"genesis", *(one.encode() for one in said))
