"""What the tests of the main job share: the protocol, a small job that went well, and the full one, each played once."""

from __future__ import annotations

import pytest

from marketproof.digits import play, prepare, run_job
from spec.variants import variant

SMALL = {"subsets": 4, "replicas": 2, "rounds": 2}


@pytest.fixture(scope="session")
def paper():
    return variant("paper").load()


@pytest.fixture(scope="session")
def hardened():
    return variant("hardened").load()


@pytest.fixture(scope="session")
def hardened_result(hardened):
    """The full job with a silent, a copying and a lazy cloud owner."""
    return run_job(hardened, 4)


@pytest.fixture(scope="session")
def small(paper):
    """The small job as played: chain, post and everybody's memory."""
    job = prepare(paper, 1, **SMALL)
    play(job)
    return job


@pytest.fixture(scope="session")
def small_result(paper):
    return run_job(paper, 1, **SMALL).as_dict()


@pytest.fixture(scope="session")
def full_result(paper):
    """Eight subsets, three replicas, three rounds."""
    return run_job(paper, 4)
