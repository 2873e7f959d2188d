"""What must hold after the main job where rounds are rows of their own, commitments come before reveals, and some cloud owners deviate."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ledger_runtime.blocks import Code
from ledger_runtime.offchain import merkle, training
from marketproof.channels import decode_delivery
from marketproof.job_ledger import ordered
from marketproof.model_owner import digest_of
from marketproof.party import CONFLICTS
from marketproof.played import Check, Played, Problems
from spec.drawing import permutation

MUST_BE_REFUSED = {("CommitTJ", "caller_owns_slot"), ("CommitTJ", "not_revealing"), ("UpdateTJ", "caller_owns_slot"), ("UpdateTJ", "opens")}
"""What a copying owner tries: another's job in its place, a commitment to what was revealed, a reveal of what another revealed."""


def honest_transactions_valid(job: Played) -> Problems:
    """Nothing that an honest party sent was refused, or found invalid but for a conflict."""
    for member in job.honest:
        yield from (f"{type(member).__name__}: {refusal}" for refusal in member.refusals)
        yield from (f"{type(member).__name__}: {call.transaction} is {code.value}" for call, code in member.given_up)
    deviating = {owner.identifier for owner in job.deviators.values()}
    for block, endorsed, code in ordered(job.network):
        if code not in (Code.VALID, *CONFLICTS) and endorsed.arguments.get("caller") not in deviating:
            yield f"{endorsed.transaction} in block {block} is {code.value}"


def honest_parties_have_no_complaint(job: Played) -> Problems:
    yield from (complaint for owner in job.cloud_owners for complaint in owner.complaints)


def roots_are_of_the_rows(job: Played) -> Problems:
    """The root on the ledger is that of what was sent, and every owner that joined found the same."""
    for part in job.data_owner.parts:
        rows, salts = decode_delivery(part.payload)
        if job.data_owner.asset("DSS", part.subset)["root"] != merkle.root(part.subset, salts, rows.canonical_rows()):
            yield f"the root of subset {part.subset} is not that of its rows"


def every_round_closed(job: Played) -> Problems:
    rounds = job.rounds
    yield from (f"round {found.number} is open" for found in rounds if not found.row.get("closed") or not found.closed)
    yield from (f"round {found.number} was ended {found.completions} times" for found in rounds if found.completions != 1)
    if len(rounds) != job.model_owner.planned or len(rounds) < job.model_owner.rounds:
        yield f"{len(rounds)} rounds were started, {job.model_owner.planned} were planned"


def batches_drawn_from_both_shares(job: Played) -> Problems:
    """Anybody who knows both shares draws the same permutation of the batches for each epoch."""
    owner = job.model_owner
    progress, batches = owner.asset("Progress", owner.couple), owner.asset("DS", owner.dataset)["batches"]
    for found in job.rounds:
        epoch, position = found.row["epoch"], found.row["position"]
        drawn = permutation(batches, owner.dataset, epoch, progress["mo_share"], progress["do_share"])[position]
        selected = tuple(subset for subset in job.subsets if owner.asset("DSS", subset)["batch"] == drawn)
        if (drawn, selected) != (found.row["batch"], found.selected):
            yield f"round {found.number} trained batch {found.row['batch']} at position {position} of epoch {epoch}, {drawn} was drawn"


def epochs_cover_all_subsets(job: Played) -> Problems:
    """Every epoch trains every subset exactly once."""
    trained = Counter((found.row["epoch"], subset) for found in job.rounds for subset in found.selected)
    epochs = {found.row["epoch"] for found in job.rounds}
    yield from (f"epoch {e} trained subset {s} {trained[e, s]} times" for e in sorted(epochs) for s in job.subsets if trained[e, s] != 1)


def jobs_written_by_their_owner(job: Played) -> Problems:
    """Each job once committed to and once revealed at most, by the owner of its slot."""
    owners = {instance: holder for part in job.data_owner.parts for instance, holder in part.instances.items()}
    written: Counter[Any] = Counter()
    for _, endorsed, code in ordered(job.network):
        given = endorsed.arguments
        if code == Code.VALID and endorsed.transaction in ("CommitTJ", "UpdateTJ"):
            if given["caller"] != owners[given["instance"]]:
                yield f"{endorsed.transaction} for instance {given['instance']} by {given['caller']}"
            if endorsed.transaction == "UpdateTJ":
                written[given["instance"], given["round"]] += 1
    yield from (f"the job of {i} in round {round} was revealed {times} times" for (i, round), times in written.items() if times > 1)
    for found in job.rounds:
        yield from (f"{i} committed {times} times in round {found.number}" for i, times in found.commitments.items() if times > 1)


def honest_jobs_revealed(job: Played) -> Problems:
    """Whoever is honest and has a slot reveals in that round."""
    deviating = {job.instance_of(owner) for owner in job.deviators.values()}
    for found in job.rounds:
        yield from (f"round {found.number}: {i} revealed nothing" for i in found.slots if i not in deviating and not found.reports[i])


def results_equal_honest_recomputation(job: Played) -> Problems:
    for found, (models, _) in zip(job.rounds, job.recomputed, strict=True):
        for subset, digest in [*found.results.items(), *found.decided.items()]:
            if digest != digest_of(models[subset]):
                yield f"round {found.number}: the result of subset {subset} is {digest}, honest training gives {digest_of(models[subset])}"


def only_honest_weights_averaged(job: Played) -> Problems:
    """What entered each average is what honest owners computed, and nothing of a deviating one unless it is the same."""
    found = {finding.round: finding for finding in job.model_owner.findings}
    for of_ledger, (models, _) in zip(job.rounds, job.recomputed, strict=True):
        finding = found.get(of_ledger.number)
        for subset, encoded in (finding.averaged if finding else {}).items():
            if encoded != models[subset]:
                yield f"round {of_ledger.number}: other weights of subset {subset} were averaged than honest training gives"


def aggregates_equal_recomputation(job: Played) -> Problems:
    """The model owner left nothing out: its last model is what anybody computes from the rows and the results on the ledger."""
    owner = job.model_owner
    assert owner.current is not None, "a model is made when the samples were read"
    if training.encode(owner.current) != job.recomputed[-1][1]:
        yield "the last aggregate is not that of the results on the ledger"


def deviators_fail(job: Played) -> Problems:
    """Silent: nothing revealed. Copying: refused each time, nothing revealed. Lazy: revealed, and never the result."""
    for deviation, owner in job.deviators.items():
        instance = job.instance_of(owner)
        rounds = [found for found in job.rounds if instance in found.slots]
        if not rounds:
            yield f"the {deviation} owner was in no round"
        revealed = [found.number for found in rounds if found.reports[instance]]
        if deviation != "lazy" and revealed:
            yield f"the {deviation} owner revealed in rounds {revealed}"
        if deviation == "lazy":
            yield from (f"the lazy owner revealed nothing in round {found.number}" for found in rounds if found.number not in revealed)
            jobs = {found.number: owner.asset("TJ", job.model_owner.couple, instance, found.number) for found in rounds}
            wrong = [found.number for found in rounds if jobs[found.number].get("weights") in found.results.values()]
            yield from (f"the made-up weights are the result of round {number}" for number in wrong)
        if deviation == "copying":
            refused = {(refusal.transaction, refusal.guard) for refusal in owner.refusals}
            yield from (f"no copy was refused by {step}: {guard}" for step, guard in sorted(MUST_BE_REFUSED - refused))


def hashes_never_repeat(job: Played) -> Problems:
    """Challenges, nonces and honest commitments are each used once."""
    deviating = {job.instance_of(owner) for owner in job.deviators.values()}
    rows = job.network.rows()
    named = [(table, key, job.network.codec.named(table, row)) for (table, key), row in rows.items() if table in ("CI", "TJ")]
    jobs = [cells for table, key, cells in named if table == "TJ" and key[1] not in deviating]
    used = {
        "challenge": [cells["challenge"] for table, _, cells in named if table == "CI"],
        "hash": [cells["hash"] for cells in jobs if cells["hash"]],
        "nonce": [cells["nonce"] for cells in jobs if cells["nonce"]],
    }
    for name, values in used.items():
        if len(set(values)) != len(values):
            yield f"{len(values)} values of {name}, {len(set(values))} different"


def couple_completed(job: Played) -> Problems:
    owner = job.model_owner
    couple, progress = owner.asset("TC", owner.couple), owner.asset("Progress", owner.couple)
    found = couple.get("status"), progress.get("epoch"), progress.get("position")
    if found != ("COMPLETED", couple.get("epochs"), 0):
        yield f"status {found[0]}, {found[1]} of {couple.get('epochs')} epochs, position {found[2]}"


HOLDS_MONEY = {
    "Account": ("balance",),
    "CI": ("bond",),
    "Escrow": ("held", "mo_bond", "do_bond", "stakes"),
    "Treasury": ("arbiters",),
}


def money_conserved(job: Played) -> Problems:
    """All money that was brought in is in an account, a bond, an escrow or with the arbiters, to the unit; nothing waits to be settled."""
    if not job.has_table("Treasury"):
        return
    held: Counter[str] = Counter()
    for (table, _), row in job.network.rows().items():
        if table in HOLDS_MONEY:
            cells = job.network.codec.named(table, row)
            held[table] += sum(cells[name] for name in HOLDS_MONEY[table])
    supply = (job.network.row("Treasury") or {})["supply"]
    if sum(held.values()) != supply:
        yield f"{supply} units were brought in, {sum(held.values())} are there: {dict(held)}"
    if held["Escrow"]:
        yield f"{held['Escrow']} units are still in escrow"


def accepted_is_paid(job: Played) -> Problems:
    """Every slot has a verdict; a job is accepted exactly where it is the result, and then it is paid, and honest jobs all are."""
    if not job.has_table("Verdict"):
        return
    deviating = {job.instance_of(owner) for owner in job.deviators.values()}
    for found in job.rounds:
        for instance, subset in found.slots.items():
            verdict = job.network.row("Verdict", job.model_owner.couple, found.number, instance)
            if verdict is None:
                yield f"round {found.number}: no verdict on {instance}"
                continue
            reported = job.data_owner.asset("TJ", job.model_owner.couple, instance, found.number).get("weights")
            right = reported is not None and reported == found.decided.get(subset)
            if (verdict["outcome"] == "ACCEPTED", verdict["paid"] > 0) != (right, right):
                yield f"round {found.number}: {instance} is {verdict['outcome']}, paid {verdict['paid']}"
            if instance not in deviating and not right and subset in found.decided:
                yield f"round {found.number}: honest {instance} is {verdict['outcome']}"


def honest_bonds_whole(job: Played) -> Problems:
    """No honest owner has less in its bond than it put in when it joined."""
    deviating = {job.instance_of(owner) for owner in job.deviators.values()}
    for instance in job.instances:
        bonds = [cells.get("bond", 0) for _, cells in job.network.history("CI", instance)]
        now = job.data_owner.asset("CI", instance).get("bond", 0)
        if instance not in deviating and now < max(bonds):
            yield f"{now} units of the bond of honest {instance} are left, {max(bonds)} were put in"


CHECKS: tuple[Check, ...] = (
    honest_transactions_valid,
    honest_parties_have_no_complaint,
    roots_are_of_the_rows,
    every_round_closed,
    batches_drawn_from_both_shares,
    epochs_cover_all_subsets,
    jobs_written_by_their_owner,
    honest_jobs_revealed,
    results_equal_honest_recomputation,
    only_honest_weights_averaged,
    aggregates_equal_recomputation,
    deviators_fail,
    hashes_never_repeat,
    couple_completed,
    money_conserved,
    accepted_is_paid,
    honest_bonds_whole,
)
