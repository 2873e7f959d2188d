"""What can be done with what is known: rules of deduction and powers beside them, each with a name and a switch."""

from __future__ import annotations

from collections.abc import Iterable

from spec.errors import choices

DEDUCTION = {
    "compose": "whoever has the parts makes the whole: a hash, a tuple, a ciphertext, the result of a program",
    "project": "whoever has a tuple or an appended text has its parts",
    "open": "whoever has a key opens what was sealed for it",
    "evaluate": "whoever has a program and data runs it on an encrypted model, without the key (L190-204)",
    "fetch": "whoever knows the place of an object gets the object (L637)",
}
POWERS = {
    "author": "who writes a training program chooses what it returns: it may return the data that it runs on",
    "guess": "rows have little entropy: whoever can compute a hash again from them alone confirms a guess",
    "extend": "the hash is of the Merkle-Damgard kind (SHA-256): a suffix is appended to what is hashed, unseen",
    "reread": "parts that are appended without their lengths are read with another border between them",
    "pseudonyms": "one legal entity stands behind several members, in any role",
    "certificates": "the certificate of its creator in each transaction names a legal entity",
    "fetch_logs": "whoever serves a file sees the address that fetches it",
}
TOLD = {
    "compose": "made", "project": "a part", "open": "opened with the key", "evaluate": "the program run on the encrypted model",
    "fetch": "fetched from its place", "author": "what its author had the program return", "guess": "a candidate that gives the hash",
    "extend": "the digest continued with a suffix", "reread": "the same digest with another border", "pseudonyms": "the same entity again",
}  # fmt: skip
RULES = {**DEDUCTION, **POWERS}
DESIGN = frozenset(DEDUCTION)
ALL_RULES = frozenset(RULES)


class UnknownRule(ValueError):
    """A rule that is not in the table, with the choices."""


def rules_but(off: Iterable[str]) -> frozenset[str]:
    """All rules without some.  Raises UnknownRule."""
    for name in off:
        if name not in RULES:
            raise UnknownRule(f"no rule {name!r}; choices: {choices(RULES)}")
    return ALL_RULES - set(off)
