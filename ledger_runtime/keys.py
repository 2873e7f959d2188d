"""Keys: a row is one ledger key, the same here and on Fabric.

A key is the table's name and the key components, one after another, each as `tag length : text`, the length in bytes of UTF-8:
`s2:TJs4:tc-1s4:ci-2` is row (tc-1, ci-2) of table TJ.  Tags are `s` text, `i` integer, `b` Boolean, `n` nothing (a reference to nothing).
No component is a beginning of another, so the coding is injective and all rows under one prefix stand together in byte order.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ledger_runtime.errors import UndecodableKey

LARGEST_KEY_BYTES = 400  # of UTF-8; stores have a limit (lmdb 511), and a key of the history has a version behind it
RANGE_END = "~"  # above every tag: a range under a prefix is [prefix, prefix + RANGE_END)
_PART = re.compile(r"([sibn])(0|[1-9][0-9]{0,8}):")


def encode_part(value: Any) -> str:
    """One component; UndecodableKey for a value that has no place in a key."""
    if type(value) is str:
        if value.isascii():
            return f"s{len(value)}:{value}"
        try:
            return f"s{len(value.encode())}:{value}"
        except UnicodeEncodeError:
            raise UndecodableKey(f"{value!r} is no text: it has no UTF-8 form") from None
    if value is None:
        return "n0:"
    if type(value) is bool:
        return f"b1:{int(value)}"
    if type(value) is int:
        return f"i{len(str(value))}:{value}"
    raise UndecodableKey(f"{value!r} is a {type(value).__name__}; a key is made of str, int, bool and None")


def encode_key(table: str, parts: tuple[Any, ...]) -> str:
    """The ledger key of a row; with fewer components than the table has, the prefix of a range."""
    return encode_part(table) + "".join(map(encode_part, parts))


@lru_cache(1 << 16)
def decode_key(key: str) -> tuple[str, tuple[Any, ...]]:
    """The table and the key components; UndecodableKey unless `encode_key` gives exactly this key."""
    try:
        data = key.encode()
    except UnicodeEncodeError:
        raise UndecodableKey(f"{key!r} is no ledger key: it has no UTF-8 form") from None
    parts: list[Any] = []
    position = 0
    while position < len(data):
        head = _PART.match(data[position : position + 12].decode("latin-1"))
        if head is None:
            raise UndecodableKey(f"{key!r} is no ledger key: no component starts at byte {position}")
        start = position + head.end()
        position = start + int(head[2])
        parts.append(_decode_part(head[1], data[start:position], key))
    if not parts or type(parts[0]) is not str or encode_key(parts[0], tuple(parts[1:])) != key:
        raise UndecodableKey(f"{key!r} is no ledger key: it is not as the coding writes it")
    return parts[0], tuple(parts[1:])


def _decode_part(tag: str, text: bytes, key: str) -> Any:
    try:
        if tag == "s":
            return text.decode()
        if tag == "i":
            return int(text)
        return text == b"1" if tag == "b" else None
    except ValueError:
        raise UndecodableKey(f"{key!r} is no ledger key: {text!r} is no component of tag {tag!r}") from None
