"""Variants: a parent plus amendments on named clauses, each with the attack that it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spec.amending import ACTIONS, CLAUSES, amend_clause, amended_text, check_parts, check_payload, drop_fields
from spec.errors import SpecificationError, choices, place_in_text, speaking_for
from spec.schema import using
from spec.text import Protocol, Text


@dataclass(frozen=True)
class Amendment:
    """One change of a named clause; `ACTIONS` says for each action what its target and its payload are."""

    action: str
    target: str
    because: str
    payload: Any = None
    needs: tuple[str, ...] = ()
    place: str = field(default_factory=place_in_text, compare=False)

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise SpecificationError(f"no amendment {self.action!r}; choices: {choices(ACTIONS)}")
        if not self.because.strip():
            raise SpecificationError(f"the amendment of {self.target!r} does not say which attack it answers (because=)")
        wanted = ACTIONS[self.action].target
        if "." in wanted and not all(self.target.partition(".")):
            raise SpecificationError(f"the target of {self.action!r} is of the form {wanted}, not {self.target!r}")
        check_payload(self)

    @property
    def name(self) -> str:
        return f"{self.action} {self.target}"

    @property
    def of_clause(self) -> bool:
        """Whether it changes a clause of a traced step, rather than the text before it is traced."""
        return self.action in CLAUSES


@dataclass(frozen=True)
class Variant:
    """A named set of amendments to a parent, with the readings of the switches that it takes."""

    name: str
    title: str
    text: Text
    amendments: tuple[Amendment, ...] = ()
    readings: dict[str, str] = field(default_factory=dict)
    parent: str | None = None
    place: str = field(default_factory=place_in_text, compare=False)

    def __post_init__(self) -> None:
        names = [amendment.name for amendment in self.amendments]
        for number, amendment in enumerate(self.amendments):
            if amendment.name in names[:number]:
                raise SpecificationError(f"{self.name} has two amendments {amendment.name!r}", amendment.place)
            for needed in amendment.needs:
                if needed not in names:
                    message = f"{amendment.name!r} needs {needed!r}, which is no amendment; choices: {choices(names)}"
                    raise SpecificationError(message, amendment.place)

    def amended(self, name: str, title: str, *amendments: Amendment) -> Variant:
        """A variant that has this one as its parent: all of its amendments, then these."""
        return Variant(name, title, self.text, (*self.amendments, *amendments), dict(self.readings), self.name)

    def load(self, readings: dict[str, str] | None = None, waive: tuple[str, ...] = ()) -> Protocol:
        """Trace the variant; `waive` names amendments to leave out, with those that need them.

        That is an experiment: it is not asked whether what honest senders decide still holds when they commit.
        """
        kept, _ = self._kept(waive)
        taken = dict(self.readings)
        self._check_readings(taken, self.place)
        for amendment in kept:
            if amendment.action == "switch":
                self._check_readings({amendment.target: amendment.payload}, amendment.place)
                taken[amendment.target] = amendment.payload
        taken.update(readings or {})
        text = amended_text(self.text, kept)
        protocol = text.load(self.name, taken)
        check_parts(text, protocol, kept)
        protocol.title, protocol.parent, protocol.amendments = self.title, self.parent, kept
        for amendment in (amendment for amendment in kept if amendment.of_clause):
            with using(protocol.schema), speaking_for(amendment.place):
                amend_clause(protocol, amendment)
        drop_fields(protocol, kept)
        from spec.checks import check_protocol

        check_protocol(protocol, honest_senders=not waive)
        return protocol

    def _check_readings(self, readings: dict[str, Any], place: str) -> None:
        with speaking_for(place):
            for switch, reading in readings.items():
                if switch not in self.text.switches:
                    raise SpecificationError(f"no switch {switch!r}; choices: {choices(self.text.switches)}")
                if reading not in self.text.switches[switch].readings:
                    known = choices(self.text.switches[switch].readings)
                    raise SpecificationError(f"switch {switch} has no reading {reading!r}; choices: {known}")

    def _kept(self, waive: tuple[str, ...]) -> tuple[list[Amendment], set[str]]:
        names = [amendment.name for amendment in self.amendments]
        for name in waive:
            if name not in names:
                raise SpecificationError(f"no amendment {name!r} to waive; choices: {choices(names)}", self.name)
        dropped = set(waive)
        while True:
            more = {a.name for a in self.amendments if a.name not in dropped and dropped & set(a.needs)}
            if not more:
                return [a for a in self.amendments if a.name not in dropped], dropped
            dropped |= more
