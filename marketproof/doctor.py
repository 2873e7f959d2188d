"""What this machine has of what the product uses."""

from __future__ import annotations

import importlib
import importlib.util
import platform
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = {
    "python-sat": ("pysat.solvers", "the search for attacks", True),
    "z3-solver": ("z3", "claims about all numbers", True),
    "cvc5": ("cvc5", "a second solver", False),
    "numpy": ("numpy", "the training job", True),
    "scikit-learn": ("sklearn", "the bundled digits of the training job", True),
    "cryptography": ("cryptography", "sealed locations, signatures on the ledger", True),
    "sortedcontainers": ("sortedcontainers", "the ledger in memory", True),
    "grpcio": ("grpc", "a real Fabric", False),
    "hyperledger-fabric-protos": ("fabric_protos", "a real Fabric", False),
    "lmdb": ("lmdb", "ledgers in a folder (without it: --store sqlite)", False),
    "hypothesis": ("hypothesis", "tests with random parties", False),
    "pytest": ("pytest", "tests", False),
    "argcomplete": ("argcomplete", "shell completion", False),
}
SOLVERS = ("python-sat", "z3-solver", "cvc5")
PROGRAMS = {"go": "building Fabric's programs, once", "git": "working on the project", "make": "make check, make test"}


def findings(progress: Callable[[str], None] = lambda detail: None) -> list[dict[str, Any]]:
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
    for name, (module, purpose, required) in PACKAGES.items():
        progress(f"looking for {module}")
        found.append({"name": name, "found": working(name, module), "needed for": purpose, "required": required})
    for name, purpose in PROGRAMS.items():
        found.append({"name": name, "found": "yes" if shutil.which(name) else None, "needed for": purpose, "required": False})
    return found


def working(name: str, module: str) -> str | None:
    """The version of a package; None where it is missing, or where a solver is broken (only importing it tells)."""
    try:
        found = importlib.import_module(module) if name in SOLVERS else importlib.util.find_spec(module)
        return version(name) if found else None
    except (ImportError, PackageNotFoundError):
        return None
