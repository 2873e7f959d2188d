"""The file that tells a client how to reach a network: made for a network of this machine, or written by whoever has another one.

`docs/fabric.md` has its form. Paths in it are relative to the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric.deployment import CALLED
from ledger_runtime.fabric.layout import CHANNEL, Layout, node_of


@dataclass(frozen=True)
class Organisation:
    """How its peer is reached and who its members are.

    host: the name in the peer's TLS certificate where it is not its address. authority: certificate and key that enrol members. members:
    certificate and key of those who are enrolled already.
    """

    name: str
    address: str
    tls: Path
    host: str | None
    authority: tuple[Path, Path] | None
    members: Mapping[str, tuple[Path, Path]]


@dataclass(frozen=True)
class Connection:
    """A channel with the chaincode on it, and the organisations in the order of the file."""

    channel: str
    chaincode: str
    organisations: Mapping[str, Organisation]


def connection_of(layout: Layout) -> dict[str, Any]:
    """The file of a network on this machine."""
    organisations = {}
    for one in layout.organisations:
        (key,) = (layout.crypto(one) / "ca").glob("*_sk")
        (certificate,) = (layout.crypto(one) / "ca").glob("*-cert.pem")
        organisations[one] = {
            "address": layout.address(f"{node_of(one)}/grpc"), "tls": str(layout.node(one) / "tls" / "ca.crt"),
            "authority": {"certificate": str(certificate), "key": str(key)},
        }  # fmt: skip
    return {"channel": CHANNEL, "chaincode": CALLED, "organisations": organisations}


def read_connection(path: Path) -> Connection:
    """A connection file.  Raises FabricFailed for one that is not there or is none."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        found = {name: _organisation(name, told, path.parent) for name, told in read["organisations"].items()}
        if not found or not isinstance(read["channel"], str):
            raise ValueError("it names no organisation, or no channel")
        return Connection(read["channel"], str(read.get("chaincode", CALLED)), found)
    except KeyError as missing:
        raise FabricFailed(f"the connection file {str(path)!r} lacks {missing}") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FabricFailed(f"the connection file {str(path)!r} cannot be read: {error}") from None


def _organisation(name: str, told: dict[str, Any], folder: Path) -> Organisation:
    authority = told.get("authority")
    members = {member: _pair(pair, folder) for member, pair in told.get("members", {}).items()}
    enrols = None if authority is None else _pair(authority, folder)
    return Organisation(name, told["address"], folder / told["tls"], told.get("host"), enrols, members)


def _pair(told: dict[str, str], folder: Path) -> tuple[Path, Path]:
    return folder / told["certificate"], folder / told["key"]
