"""Two ways to commit to bytes: the paper's, flaws included, and one that withstands them.

The literal variant of the specification uses `literal_hash`; the hardened variant uses `domain_hash`.
"""

from __future__ import annotations

import hashlib

DOMAIN = b"marketproof/commitment/1"
LENGTH_BYTES = 8


def literal_hash(payload: bytes, nonce: bytes) -> str:
    """SHA3-256 of payload || nonce, as 64 hexadecimal digits: a nonce appended, exactly as the paper says (L519-521).

    Used by the *literal* variant. Its flaws are kept on purpose: nothing marks where payload ends and nonce begins, so (b"ab", b"c") and
    (b"a", b"bc") collide; nothing binds the hash to its author, its couple or its round; and the nonce is published beside the hash, so it
    hides nothing.
    """
    return hashlib.sha3_256(payload + nonce).hexdigest()


def domain_hash(tag: str, *parts: bytes) -> str:
    """SHA3-256 of the domain, the tag and every part, each behind its length, as 64 hexadecimal digits.

    Used by the *hardened* variant. tag: what is committed to, such as "train-job/model". parts: bind author, couple and round here beside
    the payload. Every field is prefixed by its length (8 bytes, big-endian), so two different calls never hash the same bytes.
    """
    fields = (DOMAIN, tag.encode("utf-8"), *parts)
    return hashlib.sha3_256(b"".join(len(field).to_bytes(LENGTH_BYTES, "big") + field for field in fields)).hexdigest()
