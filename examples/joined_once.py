"""A variant of your own: one file.  A CO may join only its own instance, and only once.

    marketproof attack --variant examples/joined_once.py --claim C11 --coalition CO
"""

from spec.language import Amendment, Variant
from spec.paper import TEXT

VARIANT = Variant(
    "joined_once",
    "a CO joins its own instance, once",
    TEXT,
    parent="paper",
    amendments=(
        Amendment("require", "JoinCI.own_instance", "C35: any CO can write any instance's hash",
                  lambda tx, instance, hash, nonce: instance.co == tx.caller),
        Amendment("require", "JoinCI.not_joined", "C11: a CO joins again after it was verified",
                  lambda tx, instance, hash, nonce: instance.hash == None),
    ),
)  # fmt: skip
