"""What was found of a thing that does not change any more, remembered as long as the thing itself."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Found = TypeVar("Found")


def remembered(find: Callable[[Thing], Found]) -> Callable[[Thing], Found]:
    """Find it once for each thing, told apart by identity: whoever changes a protocol, a step or a table makes a new one."""
    known: dict[int, Any] = {}

    @wraps(find)
    def found(thing: Thing) -> Found:
        place = id(thing)
        if place not in known:
            known[place] = find(thing)
            weakref.finalize(thing, known.pop, place, None)
        answer: Found = known[place]
        return answer

    return found
