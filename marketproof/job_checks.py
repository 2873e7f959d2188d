"""What must hold after the main job.  A check gives what was found instead, or nothing where it holds."""

from __future__ import annotations

from itertools import chain

from ledger_runtime.errors import BrokenChain
from marketproof import job_checks_rounds as of_rounds
from marketproof.job_ledger import committed_counts
from marketproof.job_result import JobFailed
from marketproof.played import Check, Played, Problems


def split_meets_both_readings(job: Played) -> Problems:
    yield from job.split.violations
    yield from (f"not {name}" for name, reading in job.split.readings.items() if not reading.holds)


def every_instance_verified(job: Played) -> Problems:
    for part in job.data_owner.parts:
        if len(part.instances) != len(part.holders):
            yield f"subset {part.subset} has {len(part.instances)} instances of {len(part.holders)}"
    for instance in job.instances:
        status = job.data_owner.asset("CI", instance).get("status", "missing")
        if status != "VERIFIED":
            lied = instance in job.data_owner.fraudulent
            why = "its owner declared another hash than the data owner computed" if lied else "VerifyCI was never committed"
            yield f"instance {instance} is {status}: {why}"


def rows_sent_only_to_their_holder(job: Played) -> Problems:
    for letter in job.post.sent:
        if letter.subject == "subset":
            part = job.instances.get(letter.concerns)
            right = part is not None and letter.payload == part.payload and letter.recipient in part.holders
            if not right or job.data_owner.asset("CI", letter.concerns).get("co") != letter.recipient:
                yield f"the letter about instance {letter.concerns} to {letter.recipient}"


def every_round_complete(job: Played) -> Problems:
    for found in job.rounds:
        if 0 not in found.remaining:
            missing = [i for i, part in job.instances.items() if part.subset in found.selected and i not in found.reports]
            yield f"round {found.number} is open: rem is {found.remaining[-1]}, no report for {', '.join(missing) or 'nobody'}"
    if len(job.rounds) != job.model_owner.rounds:
        yield f"{len(job.rounds)} rounds were started, {job.model_owner.rounds} were planned"


def remaining_counts_down_to_zero(job: Played) -> Problems:
    for found in job.rounds:
        if found.remaining != list(range(found.remaining[0], -1, -1)):
            yield f"rem of round {found.number} was {found.remaining}"


def round_complete_told_once(job: Played) -> Problems:
    yield from (f"round {found.number}: {found.completions} events RoundComplete" for found in job.rounds if found.completions != 1)


def selection_has_parity_of_round(job: Played) -> Problems:
    for found in job.rounds:
        expected = tuple(subset for position, subset in enumerate(job.subsets) if position % 2 == (found.number + 1) % 2)
        if found.selected != expected:
            yield f"round {found.number} selected positions {[job.subsets.index(subset) for subset in found.selected]}"


def selected_jobs_updated_once(job: Played) -> Problems:
    for found in job.rounds:
        selected = {instance for instance, part in job.instances.items() if part.subset in found.selected}
        for instance in sorted(selected | set(found.reports)):
            if found.reports[instance] != (instance in selected):
                yield f"round {found.number}: instance {instance} reported {found.reports[instance]} times"


def every_subset_trained(job: Played) -> Problems:
    # One round selects one parity: only from two rounds on can all have had their turn.
    trained = set(chain.from_iterable(found.selected for found in job.rounds))
    if len(job.rounds) >= 2:
        yield from (f"subset {subset} was in no round" for subset in job.subsets if subset not in trained)


def hashes_verified(job: Played) -> Problems:
    for found in job.model_owner.findings:
        yield from (f"round {found.round}, instance {d.instance}: {d.reason}" for d in found.deliveries if d.encoded is None)


def replicas_equal(job: Played) -> Problems:
    for found in job.model_owner.findings:
        yield from (f"round {found.round}: instance {instance} delivered another model than a majority" for instance in found.dissenting)


def nonces_never_repeat(job: Played) -> Problems:
    valid = [cells for instance in job.instances for _, cells in job.network.history("CI", instance) if cells["status"] == "VERIFIED"]
    for instance in job.instances:
        reported = [cells for _, cells in job.network.history("TJ", job.model_owner.couple, instance) if cells["nonce"]]
        valid.extend(reported)
    if job.network.protocol.readings["X01"] == "equal":
        return  # the reading without nonces
    for name in ("nonce", "hash"):
        if len({cells[name] for cells in valid}) != len(valid):
            yield f"{len(valid)} commitments have {len({cells[name] for cells in valid})} different values of {name}"


def couple_completed_and_paid(job: Played) -> Problems:
    couple = job.model_owner.asset("TC", job.model_owner.couple)
    if (couple.get("status"), couple.get("paid")) != ("COMPLETED", True) or job.data_owner.paid != [job.model_owner.couple]:
        yield f"status {couple.get('status')}, paid {couple.get('paid')}, payments received for {job.data_owner.paid}"


def every_transaction_type_used(job: Played) -> Problems:
    used = committed_counts(job.network)
    yield from (f"{name} was never committed" for name, t in job.network.protocol.transactions.items() if t.on_ledger and name not in used)


def chain_verified(job: Played) -> Problems:
    try:
        job.network.verify()
    except BrokenChain as error:
        yield str(error)


EVERYWHERE: tuple[Check, ...] = (split_meets_both_readings, every_instance_verified, rows_sent_only_to_their_holder)

COUNTED: tuple[Check, ...] = (
    every_round_complete,
    remaining_counts_down_to_zero,
    round_complete_told_once,
    selection_has_parity_of_round,
    selected_jobs_updated_once,
    every_subset_trained,
    hashes_verified,
    replicas_equal,
    nonces_never_repeat,
    couple_completed_and_paid,
    every_transaction_type_used,
)
"""Where a couple counts its reports, and nobody is expected to deviate."""


def checks_of(job: Played) -> tuple[Check, ...]:
    """In this order: where one fails, those behind it may have nothing to look at."""
    return (*EVERYWHERE, *(of_rounds.CHECKS if job.has_table("Round") else COUNTED), chain_verified)


def judge(job: Played) -> dict[str, bool]:
    """All checks by name; raises JobFailed at the first that does not hold."""
    for check in checks_of(job):
        problems = list(check(job))
        if problems:
            raise JobFailed(check.__name__, "; ".join(problems))
    return {check.__name__: True for check in checks_of(job)}
