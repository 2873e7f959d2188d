"""The repaired protocol: the paper's text and amendments of it, each with the attack that it answers.

Read `words`, then `distribution`, `couples`, `rounds`, `money`, `finishing`, `meanings` and `access`.
The design is in docs/decisions/0006.
"""

from spec.amendments import Amendment, Variant
from spec.hardened import access, chance, couples, distribution, finishing, meanings, money, rounds, words
from spec.paper import TEXT

READINGS = (
    Amendment("switch", "X15", "C35: only roles are checked, so that anybody in a role writes anything", "owner"),
    Amendment("switch", "X16", "C08: identities stand on the ledger", "never"),
    Amendment("policy", "majority", "A16: with any member's endorsement one peer signs any write set"),
)
# What the DO says, in rows that nobody else writes: on others its organisation could veto closing and refunds.
OF_THE_DO = ("Contract", "DSS", "Verification", "Approval", "Roster")
WITHOUT_THE_DO = "A16: a majority without the DO's organisation states what only the DO can say"
KEY_LEVEL = tuple(Amendment("key_policy", table, WITHOUT_THE_DO, "DO") for table in OF_THE_DO)


VARIANT = Variant(
    "hardened",
    "the paper's protocol with its attacks answered",
    TEXT,
    (
        *READINGS, *words.TABLES, *distribution.AMENDMENTS, *couples.AMENDMENTS, *rounds.AMENDMENTS, *money.AMENDMENTS,
        *finishing.AMENDMENTS, *chance.NOTIONS, *meanings.NOTIONS, *couples.CLOCKWORK, *access.AMENDMENTS,
        *KEY_LEVEL,
    ),
    parent="paper",
)  # fmt: skip

__all__ = ["VARIANT"]
