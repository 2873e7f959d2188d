"""What of a protocol is deployed: chaincodes, each with its endorsement policy and the tables whose rows it keeps.

Fabric's key-level policies say nothing about a key that is not there yet, so that anybody's peers could make the row. Tables with a rule of
their own are therefore rows of a chaincode of their own, whose policy Fabric checks for every write in it; only the first one is called.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger_runtime.configuration import rules_of
from ledger_runtime.policies import Rule
from spec.text import Protocol

CALLED = "market"


@dataclass(frozen=True)
class Definition:
    """A chaincode: its name on the channel, its policy as our text, and the tables that it keeps (none named: all others)."""

    name: str
    policy: str
    tables: tuple[str, ...] = ()


def definitions_of(protocol: Protocol, organisations: Iterable[str]) -> tuple[Definition, ...]:
    """The chaincodes of a protocol, the one that clients call first."""
    rules = rules_of(protocol, organisations)
    by_policy: dict[str, list[str]] = {}
    for rule in protocol.policy.keys:
        by_policy.setdefault(rules.table(rule.table).text, []).append(rule.table)
    kept = (Definition(f"{CALLED}-{number}", policy, tuple(tables)) for number, (policy, tables) in enumerate(by_policy.items(), 1))
    return Definition(CALLED, rules.general.text), *kept


def signature_policy(rule: Rule) -> str:
    """A rule in Fabric's own language, in which one signature counts once: who is needed anyhow does not count again."""
    others = sorted(rule.members - rule.also)
    needed = rule.fewest - len(rule.members & rule.also)
    parts = [_peer(name) for name in sorted(rule.also)]
    if needed > 0:
        parts.append(f"OutOf({needed}, {', '.join(map(_peer, others))})")
    return parts[0] if len(parts) == 1 else f"AND({', '.join(parts)})"


def _peer(organisation: str) -> str:
    return f"'{organisation}.peer'"


def package(label: str, address: str) -> tuple[bytes, str]:
    """A package that says where a peer finds a chaincode's server, the same bytes each time; and its id."""
    connection = json.dumps({"address": address, "dial_timeout": "10s", "tls_required": False}).encode()
    metadata = json.dumps({"path": "", "type": "ccaas", "label": label}).encode()
    data = _archive({"metadata.json": metadata, "code.tar.gz": _archive({"connection.json": connection})})
    return data, f"{label}:{hashlib.sha256(data).hexdigest()}"


def _archive(files: Mapping[str, bytes]) -> bytes:
    raw, packed = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(raw.getvalue())
    return packed.getvalue()
