"""What a client writes down before it submits, so that after a crash it knows what may be in a block, and sends nothing twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabric_protos.common import common_pb2

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric.client import Endorsed, Receipt


@dataclass(frozen=True)
class Earlier:
    """What is known of a call from before: the transaction that was submitted last, and its id and block once it was valid."""

    endorsed: Endorsed | None = None
    committed: tuple[str, int | None] | None = None


class Journal:
    """Lines of JSON, one for each transaction before it is submitted and one when it is committed; without a file nothing is kept.

    of: a digest of the run, which stands in the first line. Raises FabricFailed for the journal of another run. A last line that was torn
    was never followed by what it speaks of.
    """

    def __init__(self, name: str | None, of: str) -> None:
        self._path = None if name is None else Path(name)
        self._known: dict[int, Earlier] = {}
        if self._path is None:
            return
        if not self._path.exists():
            self._add({"run": of})
            return
        first, *lines = self._path.read_text().split("\n")
        if first != json.dumps({"run": of}):
            raise FabricFailed(f"the journal {str(self._path)!r} is of another run, or is none")
        self._path.write_text("\n".join([first, *lines[:-1], ""]))
        for number, line in enumerate(lines[:-1], 2):
            self._read(number, line)

    def _read(self, number: int, line: str) -> None:
        try:
            told: dict[str, Any] = json.loads(line)
            place, identifier = int(told["call"]), str(told["id"])
            if "envelope" in told:
                envelope = common_pb2.Envelope.FromString(bytes.fromhex(told["envelope"]))
                self._known[place] = Earlier(Endorsed(identifier, envelope))
            else:
                self._known[place] = Earlier(committed=(identifier, told["block"]))
        except (ValueError, KeyError, TypeError) as error:
            raise FabricFailed(f"line {number} of the journal {str(self._path)!r} cannot be read: {error}") from None

    def earlier(self, place: int) -> Earlier:
        """What is known of the call at this place of the run."""
        return self._known.get(place, Earlier())

    def submitting(self, place: int, endorsed: Endorsed) -> None:
        self._add({"call": place, "id": endorsed.identifier, "envelope": endorsed.envelope.SerializeToString().hex()})

    def committed(self, place: int, receipt: Receipt) -> None:
        self._add({"call": place, "id": receipt.identifier, "block": receipt.block})

    def _add(self, told: dict[str, Any]) -> None:
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(told) + "\n")
