"""Every adversary that is declared, of whatever family: each must win somewhere, or it shows nothing where it loses."""

from __future__ import annotations

from dataclasses import dataclass

from adversaries.behaviours import BEHAVIOURS
from adversaries.coalitions import POWERS
from adversaries.grinding import GRINDING
from adversaries.knowledge import POWERS as OF_KNOWLEDGE
from adversaries.ledger import BESIDE, LEDGER_POWERS
from adversaries.strategies import DEVIATING

FAMILIES = {
    "power": "what the members of a coalition may do (adversaries/coalitions.py)",
    "knowledge": "what can be done with what is known (adversaries/knowledge.py)",
    "behaviour": "how a deviating party behaves on a ledger (adversaries/behaviours.py)",
    "strategy": "what a role may do for its own gain (adversaries/strategies.py)",
    "ledger": "what can be done to transactions on their way (adversaries/ledger.py)",
    "grinding": "how an MO may look for a selection that suits it (adversaries/grinding.py)",
}


@dataclass(frozen=True)
class Declared:
    """An adversary by family and name. role: whose it is, empty for everybody's."""

    family: str
    name: str
    described: str
    role: str = ""

    @property
    def label(self) -> str:
        return f"{self.family} {self.role + ' ' if self.role else ''}{self.name}"


def declared() -> list[Declared]:
    """All of them, in the order of the families."""
    return [
        *(Declared("power", name, said) for name, said in POWERS.items()),
        *(Declared("knowledge", name, said) for name, said in OF_KNOWLEDGE.items()),
        *(Declared("behaviour", one.name, one.described, one.role) for one in BEHAVIOURS.values() if one.deviating),
        *(Declared("strategy", one.name, one.described, one.role) for one in DEVIATING),
        *(Declared("ledger", one.name, one.described) for one in LEDGER_POWERS.values()),
        *(Declared("ledger", name, said) for name, said in BESIDE.items()),
        *(Declared("grinding", one.name, one.described, "+".join(one.of)) for one in GRINDING),
    ]
