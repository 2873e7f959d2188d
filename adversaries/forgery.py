"""Forged write sets: what a peer can have committed when its signature alone satisfies the endorsement policy."""

from __future__ import annotations

from spec.kinds import MEMBER
from spec.schema import Grade, Write
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import FALSE, TRUE, parameter


def forgeries(protocol: Protocol) -> dict[str, Transaction]:
    """One step for each table of assets: any values in any row, without a guard.  None when one signature is not enough."""
    if protocol.policy.endorsement != "any":
        return {}
    grade = Grade(False, f"endorsement policy: {protocol.policy.cites}")
    steps = {}
    for table in protocol.schema.tables.values():
        if table.on_ledger:
            keys = {f"key_{part}": kind for part, kind in table.key}
            parameters = {"caller": MEMBER, **keys, **table.cells}
            said = f"a peer signs a write set with any values for a row of {table.name}"
            transaction = Transaction(f"Forge {table.name}", "peer", True, parameters, grade, said)
            transaction.honest, transaction.powers = {"peer": TRUE}, {"peer": FALSE}
            row = tuple(parameter(part, kind) for part, kind in keys.items())
            transaction.effects["forge"] = [Write(table.name, name, row, parameter(name, kind)) for name, kind in table.cells.items()]
            steps[transaction.name] = transaction
    return steps
