"""Related systems of section IV of the paper, each with only what the paper states of it."""

from __future__ import annotations

import importlib

from spec.related.system import System

NAMES = ("kaggle", "skychain", "dat", "ocean", "droplet", "danku", "openmined", "computable")


def systems() -> list[System]:
    """All of them, in the paper's order."""
    return [importlib.import_module(f"spec.related.{name}").SYSTEM for name in NAMES]
