"""Who may attack, as data: how many stakeholders of each role deviate, and which powers over the network they have."""

from __future__ import annotations

from dataclasses import dataclass

from spec.errors import choices

POWERS = {
    "send": "a deviating member may call any transaction with any arguments that it can know, at any time, or stay silent",
    "pseudonym": "a deviating member may register a further pseudonym, in any role",
    "order": "transactions are ordered, delayed or dropped at will (every order is searched)",
    "forge": "a peer whose signature satisfies the endorsement policy signs any values for any row",
}


class UnknownCoalition(ValueError):
    """A coalition that is not in the table, with the choices."""


@dataclass(frozen=True)
class Coalition:
    """`deviating` gives the largest number of deviating members of each role."""

    name: str
    deviating: dict[str, int]
    powers: tuple[str, ...]

    @property
    def described(self) -> str:
        return "; ".join(POWERS[power] for power in self.powers)


def members(name: str, **deviating: int) -> Coalition:
    return Coalition(name, deviating, ("send", "pseudonym", "order"))


COALITIONS: dict[str, Coalition] = {
    coalition.name: coalition
    for coalition in (
        members("DO", DO=1),
        members("CO", CO=1),
        members("CO+CO", CO=2),
        members("MO", MO=1),
        members("DO+CO", DO=1, CO=1),
        members("MO+CO", MO=1, CO=1),
        Coalition("orderer", {}, ("order",)),
        Coalition("peer", {}, ("order", "forge")),
    )
}


def coalition(name: str) -> Coalition:
    """A coalition by name."""
    if name not in COALITIONS:
        raise UnknownCoalition(f"no coalition {name!r}; choices: {choices(COALITIONS)}")
    return COALITIONS[name]
