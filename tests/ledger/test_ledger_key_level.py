"""Key-level endorsement of `hardened`: what the DO says needs the DO's organisation; nothing else does, so that it has no veto."""

from __future__ import annotations

import pytest

from ledger_runtime.errors import UnknownOrganisation
from ledger_runtime.keys import encode_key
from ledger_runtime.network import Network
from ledger_runtime.policies import Rule
from marketproof.variants import load

PROTOCOL = load("hardened", [])
DO, CO, MO = "peer.org-do", "peer.org-co", "peer.org-mo"
OF_THE_DO = [rule.table for rule in PROTOCOL.policy.keys]


def needed(network: Network, table: str) -> list[str]:
    return [rule.text for rule in network.configuration.rules.needed([encode_key(table, ("x",))])]


@pytest.mark.parametrize("table", PROTOCOL.schema.tables)
def test_rules_of_tables(table: str) -> None:
    expected = "majority with org-do" if table in OF_THE_DO else "majority"
    assert needed(Network(PROTOCOL), table) == [expected]


def test_the_text_keys_what_the_design_names() -> None:
    assert set(OF_THE_DO) == {"Contract", "DSS", "Verification", "Approval", "Roster"}


@pytest.mark.parametrize(
    ("peers", "code"), [([CO, MO], "ENDORSEMENT_POLICY_FAILURE"), ([DO, CO], "VALID"), ([DO], "ENDORSEMENT_POLICY_FAILURE")]
)
def test_a_majority_without_the_do_does_not_state_an_approval(peers: list[str], code: str) -> None:
    network = Network(PROTOCOL)
    key = ("tc-1",)
    forged = network.forge(peers, "ApproveTC", {("Approval", key): {}})
    assert network.commit(forged).code == code


def test_a_majority_without_the_do_moves_a_couple_on() -> None:
    network = Network(PROTOCOL)
    assert network.commit(network.forge([CO, MO], "CloseRound", {("Escrow", ("tc-1",)): {}})).code == "VALID"


def test_a_rule_with_a_stranger_is_refused() -> None:
    with pytest.raises(UnknownOrganisation, match="org-x"):
        Rule("majority with org-x", ("org-do", "org-co"))


def test_a_rule_with_an_organisation_needs_both() -> None:
    rule = Rule("majority with org-do", ("org-do", "org-co", "org-mo"))
    assert [rule.satisfied(given) for given in (("org-co", "org-mo"), ("org-do",), ("org-do", "org-mo"))] == [False, False, True]
