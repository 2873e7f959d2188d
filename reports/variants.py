"""Variants as the evidence describes them: contradictions read, amendments, what falls without each of these, proofs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.frontiers import Frontier, frontiers_of
from reports.shapes import Value
from reports.small_scope import SmallScope, small_scope_of
from reports.tabled import Tabled, tabled_of

AMENDMENT = ("name", "action", "target", "because")
Find = Callable[[str], Value | None]


@dataclass(frozen=True)
class Switch:
    """A place where the paper contradicts itself, with the reading that a variant takes."""

    name: str
    one_place: str
    another_place: str
    readings: tuple[tuple[str, str], ...]
    taken: str
    default: str
    reason: str
    affects: str

    @property
    def meaning(self) -> str:
        return dict(self.readings)[self.taken]


@dataclass(frozen=True)
class Amendment:
    """A change of a named clause; because: the attack that it answers."""

    name: str
    action: str
    target: str
    because: str


@dataclass(frozen=True)
class Fall:
    """A claim that falls against a coalition when an amendment is waived."""

    claim: str
    coalition: str
    depth: int | None
    witness: str | None


@dataclass(frozen=True)
class Waiving:
    """What waiving one amendment does."""

    amendment: str
    because: str
    falls: tuple[Fall, ...]
    redundant_with: tuple[str, ...]
    verdict: str


@dataclass(frozen=True)
class Obligation:
    """One proof obligation. file: its SMT-LIB text in the evidence, or None."""

    goal: str
    step: str
    outcome: str
    by: str
    file: str | None


@dataclass(frozen=True)
class Proofs:
    """Obligations of a variant's proofs; confirmed: by which second solver how many of how many, or empty."""

    obligations: tuple[Obligation, ...]
    confirmed: str

    def of(self, label: str) -> list[Obligation]:
        """Those whose goal is the statement itself."""
        return [one for one in self.obligations if one.goal == label]


@dataclass(frozen=True)
class Variant:
    """A variant; waivings, proofs, small scope and frontiers are None where they were not run; each of `tabled` was."""

    name: str
    title: str
    parent: str | None
    switches: tuple[Switch, ...]
    amendments: tuple[Amendment, ...]
    waivings: tuple[Waiving, ...] | None
    proofs: Proofs | None
    small_scope: SmallScope | None
    frontiers: tuple[Frontier, ...] | None
    tabled: tuple[Tabled, ...]


def variant_of(name: str, value: Value, find: Find) -> Variant:
    """A variant of `variants.json`. find: gives a file of the evidence, or None where there is none."""
    waiving, proofs = find(f"waiving/{name}.json"), find(f"proofs/{name}/summary.json")
    small, frontiers = find(f"small-scope/{name}.json"), find(f"frontiers/{name}.json")
    return Variant(
        name,
        value["title"].text,
        value["parent"].text_or_none,
        tuple(switch_of(switch, item) for switch, item in value["switches"].entries),
        tuple(Amendment(*(item[part].text for part in AMENDMENT)) for item in value["amendments"].items),
        None if waiving is None else tuple(waiving_of(item) for item in waiving.items),
        None if proofs is None else proofs_of(proofs),
        None if small is None else small_scope_of(small),
        None if frontiers is None else frontiers_of(frontiers),
        tabled_of(name, find),
    )


def switch_of(name: str, value: Value) -> Switch:
    readings = value["readings"].texts_by_name
    return Switch(
        name=name,
        one_place=value["one_place"].text,
        another_place=value["another_place"].text,
        readings=tuple(readings.items()),
        taken=value["taken"].one_of(tuple(readings)),
        default=value["default"].text,
        reason=value["reason"].text,
        affects=value["affects"].text,
    )


def waiving_of(value: Value) -> Waiving:
    falls = tuple(
        Fall(
            item["claim"].text,
            item["coalition"].text,
            None if item["depth"].raw is None else item["depth"].whole,
            item["witness"].text_or_none,
        )
        for item in value["falls"].items
    )
    return Waiving(value["amendment"].text, value["because"].text, falls, tuple(value["redundant_with"].texts), value["verdict"].text)


def proofs_of(value: Value) -> Proofs:
    """Seconds stand in the evidence only: they differ between two runs."""
    obligations = tuple(
        Obligation(item["goal"].text, item["step"].text, item["outcome"].text, item["by"].text, item["file"].text_or_none)
        for item in value["obligations"].items
    )
    if not value.has("confirmed") or value["confirmed"].raw is None:
        return Proofs(obligations, "")
    second = value["confirmed"]
    return Proofs(obligations, f"{second['solver'].text} confirmed {second['confirmed'].whole} of {second['of'].whole}")
