"""What a ledger starts from: who belongs to it, who orders, whose endorsement is enough.  Its hash is the genesis of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ledger_runtime.blocks import hash_of
from ledger_runtime.policies import Rules
from spec.text import Protocol


def organisation_of(role: str) -> str:
    """The organisation that speaks for a role."""
    return f"org-{role.lower()}"


def rules_of(protocol: Protocol, organisations: Iterable[str], policy: str | None = None, keyed: Mapping[Any, str] | None = None) -> Rules:
    """The endorsement policies that a protocol asks for; `policy` and `keyed` stand instead of its own."""
    general = protocol.policy.endorsement if policy is None else policy
    of_tables = {rule.table: f"{general} with {organisation_of(rule.role)}" for rule in protocol.policy.keys}
    return Rules(general, organisations, {**of_tables, **(keyed or {})})

class Member(NamedTuple):
    """A peer: its organisation, and its certificate where the network has any."""

    organisation: str
    certificate: bytes


@dataclass(frozen=True)
class Configuration:
    """peers: by name. orderer: its certificate. authorities: the certificate of each organisation's.

    unchecked: codes that validation never gives: a ledger that is weaker than it should be, for what only such a one lets happen.
    """

    rules: Rules
    peers: Mapping[str, Member]
    orderer: bytes
    authorities: Mapping[str, bytes]
    unchecked: frozenset[str] = frozenset()

    @cached_property
    def genesis(self) -> str:
        """The hash before the first block."""
        peers = [f"{name} of {member.organisation} {member.certificate.hex()}" for name, member in sorted(self.peers.items())]
        authorities = [f"{name} {certificate.hex()}" for name, certificate in sorted(self.authorities.items())]
        said = [*self.rules.described(), "", *peers, "", self.orderer.hex(), "", *authorities]
        said += [f"never {code}" for code in sorted(self.unchecked)]
        return hash_of(b"genesis", *(one.encode() for one in said))
