"""Which clauses each amendment is about, so that a change is shown beside the attack that it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from spec.remembering import remembered

if TYPE_CHECKING:
    from spec.amendments import Amendment
    from spec.text import Protocol

Clause = tuple[str, str]
SUBMISSION = "Submit"
SWITCHES, ACCESS, NOTIONS, POLICY, INNER = "switches", "access", "words of the claims", "endorsement policy", "inner transactions"
CLAUSES = {
    "require": ("guard",), "waive": ("guard",), "replace_guard": ("guard",), "add_event": ("event",), "add_parameter": ("parameter",),
    "replace_effect": ("effect", "observation"), "add_effect": ("effect", "observation"), "drop_effect": ("effect", "observation"),
    "add_field": ("field",), "drop_field": ("field",), "add_part": ("part",),
}  # fmt: skip
CONDITIONS = ("honest", "power")
WHOLE = ("add_table", "add_transaction", "replace_transaction")


def subject_of(amendment: Amendment) -> str:
    """The thing that an amendment amends: a table, a step, a pre-image, or a list such as the access table."""
    groups = {"switch": SWITCHES, "policy": POLICY, "key_policy": POLICY, "allow": ACCESS, "notion": NOTIONS}
    thing = amendment.target.partition(".")[0]
    return groups.get(amendment.action, f"pre-image {thing}" if amendment.action == "add_part" else thing)


def clauses_named(amendment: Amendment) -> set[Clause]:
    """The clauses that an amendment names, by subject and clause; of conditions every one has the prefix."""
    subject, (thing, _, part) = subject_of(amendment), amendment.target.partition(".")
    if amendment.action == "allow":
        table, _, transaction = amendment.target.rpartition(".")
        return {(subject, f"{table} by {transaction}")}
    if amendment.action == "key_policy":
        return {(subject, f"rows of {amendment.target}")}
    if amendment.action == "publication":
        return {(subject, "observation publish"), (f"{SUBMISSION}{thing}", "step")}
    if amendment.action == "add_key":
        return {(subject, "key")}
    if amendment.action in CONDITIONS:
        return {(subject, amendment.action), (f"{SUBMISSION}{thing}", amendment.action)}
    if amendment.action in CLAUSES:
        return {(owner, f"{word} {part}") for word in CLAUSES[amendment.action] for owner in (subject, f"{SUBMISSION}{thing}")}
    return {(subject, "policy" if amendment.action == "policy" else amendment.target)}


def makes(amendment: Amendment, subject: str) -> bool:
    """Whether the amendment adds or replaces the whole subject."""
    return amendment.action in WHOLE and amendment.target == subject


class Named:
    """Amendments by the clauses that they name."""

    def __init__(self, amendments: Iterable[Amendment]) -> None:
        self._by_clause: dict[Clause, list[Amendment]] = {}
        for amendment in amendments:
            for clause in clauses_named(amendment) if amendment.action not in WHOLE else ():
                self._by_clause.setdefault(clause, []).append(amendment)

    def of(self, subject: str, clause: str) -> list[Amendment]:
        """Those that name a clause; of a condition, those of all conditions of its word."""
        word = clause.partition(" ")[0]
        return self._by_clause.get((subject, word if word in CONDITIONS else clause), [])

    def because(self, subject: str, clause: str) -> str:
        """Why they were made, each reason once."""
        return "; ".join(dict.fromkeys(amendment.because for amendment in self.of(subject, clause)))


@remembered
def named_in(protocol: Protocol) -> Named:
    """The amendments of a variant by the clauses that they name."""
    return Named(protocol.amendments)


def follows(amendment: Amendment, subject: str, clause: str, before: str, after: str, affects: str = "") -> bool:
    """Whether a change of a clause that no amendment names can come from this one: it speaks of what the amendment changes."""
    thing, _, part = amendment.target.partition(".")
    only_there = set(words_in(before)) ^ set(words_in(after))
    if amendment.action == "add_part":
        return f"{thing}(" in before + after and (f"{part}: " in before) != (f"{part}: " in after)
    if amendment.action == "add_key":
        return f"{thing}[" in before + after
    if amendment.action in ("add_field", "drop_field"):
        return part in only_there and (f"{thing}[" in before + after or f"{part}:" in before + after or f".{part}" in before + after)
    if amendment.action == "drop_effect":
        return (subject, clause) == (INNER, part)
    if amendment.action == "add_parameter":
        return subject == f"{SUBMISSION}{thing}" and clause == f"parameter {part}"
    if amendment.action == "switch":
        spoken = [word for word in words_in(affects) if word[0].isupper()]
        return amendment.target in before + after or any(word == subject or f"{word}[" in before + after for word in spoken)
    return False


def words_in(text: str) -> list[str]:
    return re.findall(r"\w+", text)
