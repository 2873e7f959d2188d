"""A variant of `hardened`, in one file: commitments are taken after the window for them has passed.

    marketproof check --variant examples/commit_late.py --without-job
    marketproof spec diff hardened examples/commit_late.py
"""

from spec.hardened import VARIANT as HARDENED
from spec.language import Amendment

VARIANT = HARDENED.amended(
    "commit_late",
    "hardened, with commitments at any time before the reveals",
    Amendment("waive", "CommitTJ.in_time", "an honest CO with a slow network loses its work"),
)
