"""What a coalition can do, as a condition for each step: so that the powers of two coalitions, or of one in two variants, compare."""

from __future__ import annotations

from typing import Any

from adversaries.coalitions import Coalition
from spec.schema import TableHandle, using
from spec.text import Protocol
from spec.tracing import Transaction
from spec.tree import FALSE, Expression, conjunction, disjunction, node, parameter, substitute

ENTITY = TableHandle("Entity")


def member_of(coalition: Coalition, member: Expression) -> Expression:
    """That a member who would deviate is of a role of the coalition, or a further pseudonym of it."""
    row: Any = ENTITY[member]
    roles = [row.exists & (row.role == role) for role, most in coalition.deviating.items() if most]
    pseudonym = [~row.exists] if roles and "pseudonym" in coalition.powers else []
    return conjunction(node("deviating", FALSE._kind, member), disjunction(*roles, *pseudonym))


def taken_by(coalition: Coalition, step: Transaction, protocol: Protocol) -> Expression:
    """The states and arguments with which a step is taken where this coalition deviates: by a member of it, or honestly."""
    with using(protocol.schema):
        def of_coalition(current: Expression) -> Expression | None:
            if current._op != "deviating":
                return None
            return member_of(coalition, substitute(current._args[0], of_coalition))

        caller = parameter("caller", step.parameters["caller"])
        powers = [substitute(condition, of_coalition) for condition in step.powers.values()]
        honest = [substitute(condition, of_coalition) for condition in step.honest.values()]
        guards = [guard.condition for guard in step.guards.values()]
        return conjunction(*guards, disjunction(conjunction(*honest), conjunction(member_of(coalition, caller), *powers)))
