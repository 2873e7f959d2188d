"""Sets of parameters that stand for what is not known: from the published ranges alone, and those that a fit has kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.stats import qmc

from ledger_runtime.simulation.parameters import NAMES, Parameters, between

FITTED_FILE = "fitted.json"


def from_shares(shares: Sequence[float]) -> Parameters:
    """Parameters at shares, 0 to 1, of their ranges, in the order of `NAMES`."""
    return Parameters().varied({name: between(name, float(share)) for name, share in zip(NAMES, shares, strict=True)})


def published(count: int, seed: int) -> list[Parameters]:
    """A Latin hypercube over all ranges: each parameter's range is used evenly, whatever the others are."""
    if count < 2:
        return [Parameters()]
    return [from_shares(row) for row in qmc.LatinHypercube(len(NAMES), rng=np.random.default_rng(seed)).random(count)]


def committed_fit() -> dict[str, Any] | None:
    """What the fit has kept, as it is committed; None before the first fit."""
    place = files("ledger_runtime.simulation").joinpath(FITTED_FILE)
    return json.loads(place.read_text(encoding="utf-8")) if place.is_file() else None


def fitted(count: int) -> list[Parameters]:
    """The kept sets, evenly spaced, again from the first when there are fewer. Raises ValueError before the first fit."""
    fit = committed_fit()
    if fit is None:
        raise ValueError("nothing was fitted yet")
    kept = [Parameters().varied(one) for one in fit["kept"]]
    return [kept[place * len(kept) // count] if count <= len(kept) else kept[place % len(kept)] for place in range(count)]
