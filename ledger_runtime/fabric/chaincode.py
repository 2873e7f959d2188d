"""The specification as chaincode: the same compiled tree as on our ledger, with the peer's rows for its store.

A call has the transaction's name and its arguments as a JSON object, without `caller`: that is who signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from ledger_runtime.errors import WrongArguments
from ledger_runtime.execution import Chaincode
from ledger_runtime.fabric.deployment import CALLED, Definition
from ledger_runtime.fabric.shim import Answer, Stub
from ledger_runtime.keys import RANGE_END, decode_key
from ledger_runtime.store import Stored, Version
from ledger_runtime.values import canonical, shown

ROWS = ".rows"
GET, PUT, RANGE = b".get", b".put", b".range"
UNKNOWN = Version(0, 0)  # a peer tells no versions: it notes them itself


class PeerState:
    """A peer's rows, in the form that executing asks for; rows of tables with a policy of their own by way of their chaincode."""

    def __init__(self, stub: Stub, keepers: Mapping[str, str]) -> None:
        self._stub, self._keepers = stub, keepers

    def _keeper(self, key: str) -> str | None:
        return self._keepers.get(decode_key(key)[0]) if self._keepers else None

    def get(self, key: str) -> Stored | None:
        keeper = self._keeper(key)
        value = self._stub.get(key) if keeper is None else self._stub.invoke(keeper, [GET, key.encode()])
        return Stored(value, UNKNOWN) if value else None

    def range(self, prefix: str) -> tuple[tuple[str, Version], ...]:
        return tuple([(key, UNKNOWN) for key, _ in self.rows(prefix)])

    def rows(self, prefix: str) -> list[tuple[str, bytes]]:
        """Every key below the prefix with its value."""
        keeper = self._keeper(prefix)
        if keeper is None:
            return self._stub.range(prefix, prefix + RANGE_END)
        return [(key, value.encode()) for key, value in json.loads(self._stub.invoke(keeper, [RANGE, prefix.encode()]))]

    def put(self, key: str, value: bytes) -> None:
        keeper = self._keeper(key)
        if keeper is None:
            self._stub.put(key, value)
        else:
            self._stub.invoke(keeper, [PUT, key.encode(), value])


class Market:
    """The chaincode that clients call."""

    def __init__(self, chaincode: Chaincode, definitions: Iterable[Definition]) -> None:
        self._chaincode = chaincode
        self._keepers = {table: definition.name for definition in definitions for table in definition.tables}

    def __call__(self, stub: Stub) -> Answer:
        name, *given = (argument.decode() for argument in stub.arguments)
        state = PeerState(stub, self._keepers)
        if name == ROWS:
            return Answer(canonical([[key, value.decode()] for key, value in state.rows(given[0])]))
        simulated = self._chaincode.simulate(name, {**arguments_of(given), "caller": caller(stub.creator[1])}, state)
        for key, value in simulated.read_write_set.writes.items():
            state.put(key, value)
        event = simulated.event
        return Answer(event=None if event is None else (event[0], canonical(event[1])))


def keep(stub: Stub) -> Answer:
    """The chaincode that keeps rows for the one that is called, and obeys nobody else."""
    if stub.called != CALLED:
        raise PermissionError(f"{CALLED!r} alone asks for these rows, not {stub.called!r}")
    action, key, *value = stub.arguments
    if action == PUT:
        stub.put(key.decode(), value[0])
        return Answer()
    if action == GET:
        return Answer(stub.get(key.decode()))
    return Answer(canonical([[found, row.decode()] for found, row in stub.range(key.decode(), key.decode() + RANGE_END)]))


def arguments_of(given: list[str]) -> dict[str, Any]:
    """The arguments of a call, except `caller`.  Raises WrongArguments for what is no such object."""
    try:
        (text,) = given
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongArguments(f"a call has its arguments as one JSON object, not {shown(given)}: {error}") from None
    if not isinstance(read, dict) or "caller" in read:
        raise WrongArguments(f"a call has its arguments as one JSON object without 'caller', which is who signed, not {shown(read)}")
    return read


@lru_cache(1 << 14)
def caller(certificate: bytes) -> str:
    """Whom a certificate names: its common name, as on our ledger."""
    (name,) = x509.load_pem_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)
