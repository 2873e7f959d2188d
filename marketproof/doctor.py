"""What this machine has of what the product uses."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = {
    "python-sat": ("the search for attacks", True),
    "z3-solver": ("claims about all numbers", True),
    "cvc5": ("a second solver", False),
    "numpy": ("the training job", True),
    "scikit-learn": ("the bundled digits of the training job", True),
    "cryptography": ("sealed locations", True),
    "hypothesis": ("tests with random parties", False),
    "pytest": ("tests", False),
    "argcomplete": ("shell completion", False),
}
PROGRAMS = {"git": "working on the project", "make": "make check, make test"}


def findings() -> list[dict[str, Any]]:
    """Name, what was found (None if missing), what it is needed for and whether `make check` needs it."""
    python = platform.python_version()
    found: list[dict[str, Any]] = [
        {
            "name": "python",
            "found": python if sys.version_info >= (3, 11) else None,
            "needed for": "everything (3.11 or later)",
            "required": True,
        }
    ]
    for name, (purpose, required) in PACKAGES.items():
        try:
            present: str | None = version(name)
        except PackageNotFoundError:
            present = None
        found.append({"name": name, "found": present, "needed for": purpose, "required": required})
    for name, purpose in PROGRAMS.items():
        found.append({"name": name, "found": "yes" if shutil.which(name) else None, "needed for": purpose, "required": False})
    return found
