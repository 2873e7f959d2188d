"""Failures that are the user's to mend: one clear line, exit code 2."""

from __future__ import annotations


class UserError(Exception):
    """Bad use: the message shows the value and the choices."""


class ToolDisagrees(Exception):
    """Two parts of the tool give different answers: the run must stop."""


def expected_errors() -> tuple[type[Exception], ...]:
    """What the rooms raise when they are given something that cannot be."""
    from adversaries.coalitions import UnknownCoalition
    from adversaries.knowledge import UnknownRule
    from adversaries.ledger import UnknownPower
    from ledger_runtime.errors import UnfitExperiment, UnknownParameter
    from model.market import MarketError
    from model.scope import ScopeError
    from model.solver import SolverMissing
    from model.witness import WitnessError
    from spec.errors import SpecificationError

    rooms = (UnknownCoalition, UnknownRule, MarketError, ScopeError, SolverMissing, WitnessError, SpecificationError)
    return (*rooms, UnknownPower, UnfitExperiment, UnknownParameter, OSError)
