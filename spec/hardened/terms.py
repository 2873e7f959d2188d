"""What values stand for in the hardened text where that differs from the paper's, and what it assumes."""
# ruff: noqa: E501 (a table: a line is a clause)

from __future__ import annotations

from spec.knowing import Assumption, Clause, declare

LEDGER = "docs/decisions/0006-hardened.md"
CLAUSES = (
    Clause("kind", "Content", "salted(rows(origin), salt(origin))", LEDGER, because="A6: a public nonce confirms a guess of a low-entropy subset"),
    Clause("kind", "Share", "share(origin)", LEDGER, because="C25: a share of the seed"),
    Clause("kind", "root", "hash(tuple(subset, content))", LEDGER, because="A6, C07: a Merkle root of salted rows"),
    Clause("kind", "seed commitment", "hash(tuple(couple, role, share))", LEDGER, because="C25: a share is committed to"),
    Clause("kind", "data hash", "hash(tuple(content, nonce, instance, owner))", LEDGER, because="A14, C14: a hash without lengths has two readings and can be extended; another's is repeated"),
    Clause("kind", "model hash", "hash(tuple(hash(weights), nonce, owner, couple, instance, in_round))", LEDGER, because="A4, A14, C19: see data hash"),
    Clause("ledger", "weights", "hash(value)", LEDGER, because="X01: what is revealed on the ledger is the digest of the model"),
    Clause("knows", "DO", "share(member)", LEDGER, because="C25: the DO draws its share"),
    Clause("knows", "MO", "tuple(model(member), program(member), pen(member), share(member))", LEDGER, because="C25: the MO draws its share"),
    Clause("appears", "CreateCI", "appearance(nym(owner, subset.dataset), subset.dataset)", LEDGER, because="A10, C36: one pseudonym for each dataset"),
    Clause("appears", "RequestTC", "appearance(nym(caller, dataset), dataset)", LEDGER, because="A10, C36: one pseudonym for each dataset"),
)  # fmt: skip
ASSUMPTIONS = (
    Assumption("one nym for each owner", ("pseudonyms",), "an identity authority attests one nym for each beneficial owner and dataset"),
    Assumption("approved programs", ("author",), "the program that a DO approves returns nothing of the data"),
    Assumption("anonymous members", ("certificates", "fetch_logs"), "members sign with anonymous credentials and fetch through a relay"),
)
declare("hardened", *CLAUSES, assumptions=ASSUMPTIONS, parent="paper")
