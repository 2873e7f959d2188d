"""What the tests of the ledger share: the paper's protocol, an honest market on a network, and the example that reads ranges."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from ledger_runtime.identities import certified
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from marketproof.variants import variant_named
from model.market import populate
from model.scope import Scope
from spec.checks import check_protocol
from spec.compiled import Compiled
from spec.language import some
from spec.paper.assets import TC
from spec.schema import using
from spec.text import Policy
from spec.variants import variant

SCOPE = Scope(2, 2)
auction = variant_named(str(Path(__file__).resolve().parents[2] / "examples" / "auction.py")).text


@pytest.fixture(scope="session")
def auctions():
    """The protocol of the example that reads ranges."""
    protocol = auction.load()
    check_protocol(protocol)
    return protocol


@pytest.fixture(scope="session")
def paper():
    return variant("paper").load()


@pytest.fixture(scope="session")
def compiled_paper(paper):
    """The paper's protocol, compiled once."""
    return Compiled(paper)


@pytest.fixture(scope="session")
def honest_calls(paper, compiled_paper):
    """The calls by which honest parties reach a market of 2x2 whose first round is open, with pre-images as the model has them."""
    with using(paper.schema):
        target = some(TC, lambda couple: couple.round > 0)
    steps = populate(paper, compiled_paper, SCOPE, target).steps
    return [(name, arguments) for name, arguments in steps if paper.transactions[name].on_ledger]


@pytest.fixture
def new_network(paper, compiled_paper):
    """A function that makes an empty network of the paper's protocol, with another endorsement policy if one is named."""

    def make(policy="any", **options):
        if policy == paper.policy.endorsement:
            return Network(paper, compiled=compiled_paper, **options)
        return Network(dataclasses.replace(paper, policy=Policy(policy, "for this test")), **options)

    return make


@pytest.fixture
def market(new_network, honest_calls):
    """A function that makes a network and lets honest parties open the first round on it."""

    def make(**options):
        network = new_network(**options)
        for name, arguments in honest_calls:
            assert network.invoke(name, network.to_ledger(name, arguments)).code == "VALID"
        return network

    return make


@pytest.fixture
def signed_parts():
    """A function that makes the parts of a network whose peers, clients and orderer sign; keys are of a seed."""

    def parts(seed=1, threads=0, shared=False, **options):
        return Parts(trust=certified(ORGANISATIONS, seed, threads, shared), **options)

    return parts


DIGEST = "ab" * 32


@pytest.fixture
def update():
    """A function that has the report of an instance's own cloud owner endorsed."""

    def endorsed(network, instance):
        caller = network.row("CI", instance)["co"]
        given = {"hash": DIGEST, "nonce": "n", "location": DIGEST}
        return network.propose("UpdateTJ", {"caller": caller, "couple": "tc-1", "instance": instance, **given})

    return endorsed


@pytest.fixture
def picked():
    """A function that gives the two instances of the current selection."""

    def instances(network):
        subset = network.row("TC.curdssidlist", "tc-1", 0)["item"]
        return [network.row("DSS.ciidlist", subset, position)["item"] for position in (0, 1)]

    return instances
