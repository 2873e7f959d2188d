"""Endorsement policies: whose word is enough for a write, for the whole ledger, and for keys that have a rule of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ledger_runtime.errors import UnknownOrganisation, UnknownPolicy
from ledger_runtime.keys import encode_key
from spec.errors import choices

POLICIES: dict[str, Callable[[int, int], bool]] = {
    "any": lambda endorsing, organisations: endorsing >= 1,
    "majority": lambda endorsing, organisations: 2 * endorsing > organisations,
    "all": lambda endorsing, organisations: endorsing == organisations,
}
_WITH = " with "
_NAMED = re.compile(r"([1-9][0-9]{0,3}) of (.+)")


class Rule:
    """One policy as a text: `any`, `majority`, `all` of the organisations, or `2 of org-do, org-mo`, a number of named ones.

    `majority with org-do` needs the named organisation as well. Raises UnknownPolicy for another text, UnknownOrganisation for a name that
    is not of the network.
    """

    def __init__(self, text: str, organisations: Iterable[str]) -> None:
        self.text, self.members = text, frozenset(organisations)
        text, _, also = text.partition(_WITH)
        self.also = frozenset([also.strip()] if also else ())
        if self.also - self.members:
            raise UnknownOrganisation(f"policy {self.text!r} names {choices(self.also)}; choices: {choices(self.members)}")
        self._enough = POLICIES.get(text)
        named = _NAMED.fullmatch(text)
        if self._enough is None and named is None:
            raise UnknownPolicy(f"no endorsement policy {text!r}; choices: {choices(POLICIES)}, or a number of names: '2 of org-a, org-b'")
        if self._enough is None and named is not None:
            self._name(int(named[1]), [name.strip() for name in named[2].split(",")])

    def _name(self, needed: int, names: list[str]) -> None:
        unknown = set(names) - self.members
        if unknown:
            raise UnknownOrganisation(f"policy {self.text!r} names {choices(unknown)}; choices: {choices(self.members)}")
        if len(set(names)) != len(names) or needed > len(names):
            raise UnknownPolicy(f"policy {self.text!r} needs {needed} of {len(set(names))} different organisations")
        self.members, self._enough = frozenset(names), lambda endorsing, _: endorsing >= needed

    @property
    def fewest(self) -> int:
        """How many of the members are enough."""
        assert self._enough is not None
        return next(count for count in range(len(self.members) + 1) if self._enough(count, len(self.members)))

    def satisfied(self, endorsing: Iterable[str]) -> bool:
        """Whether the endorsing organisations are enough."""
        assert self._enough is not None
        given = set(endorsing)
        return self.also <= given and self._enough(len(self.members & given), len(self.members))


def satisfied(policy: str, endorsing: Iterable[str], organisations: Iterable[str]) -> bool:
    """Whether the endorsing organisations are enough for a policy; UnknownPolicy for a text that is none."""
    return Rule(policy, organisations).satisfied(endorsing)


class Rules:
    """The policy of a ledger.

    general: for every write that has no rule of its own, and for transactions that write nothing. keyed: rules of a table
    (`TC`) or of a row (`("TC", "tc-1")`), which then stand instead of the general one for writes below that key; the longest counts.
    """

    def __init__(self, general: str, organisations: Iterable[str], keyed: Mapping[Any, str] | None = None) -> None:
        self.organisations = tuple(organisations)
        self.general = Rule(general, self.organisations)
        self.keyed = {self._key(place): Rule(text, self.organisations) for place, text in (keyed or {}).items()}
        self._longest_first = sorted(self.keyed, key=len, reverse=True)

    @staticmethod
    def _key(place: str | tuple[object, ...]) -> str:
        return encode_key(place, ()) if isinstance(place, str) else encode_key(str(place[0]), place[1:])

    def described(self) -> list[str]:
        """Every rule as a text, for the genesis hash."""
        return [self.general.text, *(f"{key} {rule.text}" for key, rule in sorted(self.keyed.items()))]

    def table(self, name: str) -> Rule:
        """The rule for rows of a table."""
        return self._of(encode_key(name, ()))

    def needed(self, keys: Iterable[str]) -> list[Rule]:
        """The rules that a transaction which writes these keys has to satisfy."""
        if not self.keyed:
            return [self.general]
        found = {rule.text: rule for rule in map(self._of, keys)}
        return list(found.values()) or [self.general]

    def _of(self, key: str) -> Rule:
        return next((self.keyed[prefix] for prefix in self._longest_first if key.startswith(prefix)), self.general)

    def sufficient(self, endorsing: Iterable[str]) -> bool:
        """Whether the endorsing organisations are enough for any write."""
        given = set(endorsing)
        return all(rule.satisfied(given) for rule in (self.general, *self.keyed.values()))

    def satisfied(self, endorsing: Iterable[str], keys: Iterable[str] = ()) -> bool:
        """Whether the endorsing organisations are enough for writes of these keys."""
        given = set(endorsing)
        return all(rule.satisfied(given) for rule in self.needed(keys))
