"""Couples: asked for with a committed share, approved once with a roster and epochs of their own, active when both shares are known."""
# ruff: noqa: E501, I001 (tables: an amendment is a line)

from __future__ import annotations

from typing import Any

from spec.amending import Step
from spec.hardened.words import (
    APPROVAL, DEADLINE, HOLDER, OPEN, PROGRESS, ROSTER, SEED_HASH, SHARE, current, due, field, in_time, now, standing,
)  # fmt: skip
from spec.language import INTEGER, Amendment, becomes, image, some, term
from spec.paper.assets import ENTITY, REQUESTED, SAMPLE_SEEN, TC
from spec.paper.inner import assert_role, get_asset
from spec.tracing import Tracing

UNUSED = "A8: one hot key makes one commit a block, and its counter miscounts (C31)"
FIELDS = (
    Amendment("add_field", "TC.epochs", "C27: a couple ends inside an epoch", field(INTEGER, "how many epochs it trains")),
    Amendment("add_field", "TC.commitment", "C25: the MO chooses its share when it knows the other", field(SEED_HASH, "the MO's share of the seed")),
    Amendment("drop_field", "TC.rem", UNUSED),
    Amendment("drop_field", "TC.curdssidlist", UNUSED),
    Amendment("drop_field", "TC.jobs", "A18: appends in a loop lose entries; the roster has a row for each"),
    Amendment("drop_field", "TC.paid", "C39: paid is said without anything being paid"),
)  # fmt: skip


def share_of(tx: Tracing, couple: Any, role: str, share: Any) -> Any:
    return term(SEED_HASH, couple=couple, role=role, share=share)


REQUESTING = (
    Amendment("add_parameter", "RequestTC.epochs", "C27: see TC.epochs", INTEGER),
    Amendment("add_parameter", "RequestTC.commitment", "C25: see TC.commitment", SEED_HASH),
    Amendment("require", "RequestTC.couple_is_new", "A12, C35: a couple is overwritten", lambda tx, couple, *_: ~TC[couple].exists),
    Amendment("require", "RequestTC.dataset_is_published", "C26: a couple trains on a draft",
              lambda tx, couple, dataset, *_: dataset.status == "PUBLISHED"),
    Amendment("require", "RequestTC.no_open_couple", "A2: an MO opens couples until a draw suits it",
              lambda tx, couple, dataset, *_: OPEN[dataset, tx.caller].couple == None),
    Amendment("require", "RequestTC.caller_is_new_in_dataset", "C24, C40: one owner holds data and model of a couple",
              lambda tx, couple, dataset, *_: ~HOLDER[dataset, tx.caller].exists & (dataset.owner != tx.caller)),
    Amendment("require", "RequestTC.epochs_are_positive", "C27: a couple of no epoch", lambda tx, couple, dataset, model, epochs, commitment: epochs > 0),
    Amendment("require", "RequestTC.share_is_committed", "C25: the MO commits to nothing",
              lambda tx, couple, dataset, model, epochs, commitment: commitment != None),
    Amendment("replace_effect", "RequestTC.PutAsset", "A8, C25: see TC.rem and TC.commitment", lambda tx, couple, dataset, model, epochs, commitment: [
        TC[couple].put(ds=dataset, mod=model, status="REQUESTED", round=0, epochs=epochs, commitment=commitment)]),
    Amendment("add_effect", "RequestTC.begin", "A2, A19: see Open and Progress", lambda tx, couple, dataset, *_: [
        PROGRESS[couple].put(deadline=due()), becomes(OPEN[dataset, tx.caller].couple, couple)]),
    Amendment("honest", "RequestTC", "C25: the MO commits to the share that it drew", lambda tx, couple, dataset, model, epochs, commitment:
              (ENTITY[tx.caller].role == "MO") & (model.owner == tx.caller) & SAMPLE_SEEN[tx.caller, dataset].seen & ~couple.exists & (epochs == 1)
              & (commitment == share_of(tx, couple, "MO", image(SHARE, tx.caller)))),
    Amendment("power", "RequestTC", "C25: a share that is known can be committed to",
              lambda tx, couple, dataset, model, epochs, commitment: {"knows_share": knows_seed_hash(commitment)}),
)  # fmt: skip


def knows_share(share: Any) -> Any:
    """A share is unguessable unless a coalition member drew it or it was revealed."""
    from spec.language import MEMBER, deviating

    drawn = some(MEMBER, lambda member: deviating(member) & (image(SHARE, member) == share))
    revealed = some(TC, lambda couple: (PROGRESS[couple].mo_share == share) | (PROGRESS[couple].do_share == share))
    return drawn | revealed


def knows_seed_hash(value: Any) -> Any:
    stands = some(TC, lambda couple: (couple.commitment == value) | (APPROVAL[couple].commitment == value))
    return stands | knows_share(value.share)


def roster(tx: Tracing, couple: Any, commitment: Any) -> None:
    """Every verified instance of the dataset, as it is now."""

    def enter(instance: Any) -> None:
        tx.effect("roster", ROSTER[couple, instance].put(subset=instance.dss, owner=instance.co), becomes(instance.engaged, instance.engaged + 1))

    def ready(instance: Any) -> Any:
        return (instance.status == "VERIFIED") & (instance.ended == None)

    tx.for_each(couple.ds.dssidlist, lambda subset: tx.for_each(subset.ciidlist.where(ready), enter))


APPROVING = (
    Amendment("add_parameter", "ApproveTC.commitment", "C25: the DO chooses its share when it knows the other", SEED_HASH),
    Amendment("require", "ApproveTC.is_requested", "A12: an approval is replayed", lambda tx, couple, commitment: couple.status == "REQUESTED"),
    Amendment("require", "ApproveTC.not_ended", "A12: a couple that was cancelled", lambda tx, couple, commitment: ~PROGRESS[couple].ended),
    Amendment("require", "ApproveTC.in_time", DEADLINE, lambda tx, couple, commitment: in_time(PROGRESS[couple].deadline)),
    Amendment("require", "ApproveTC.share_is_committed", "C25: the DO commits to nothing", lambda tx, couple, commitment: commitment != None),
    Amendment("drop_effect", "ApproveTC.CreateTJ", "A11, C12: jobs for instances that nobody verified; a CO makes its own job"),
    Amendment("drop_effect", "ApproveTC.AddJobToCouple", "A18: see TC.jobs"),
    Amendment("add_effect", "ApproveTC.roster", "A1, A11, C12: see Roster", roster),
    Amendment("add_effect", "ApproveTC.approve", "A2, A12, C25: epochs are allocated once, from the dataset's counter", lambda tx, couple, commitment: [
        APPROVAL[couple].put(commitment=commitment, first_epoch=couple.ds.next_epoch),
        becomes(couple.ds.next_epoch, couple.ds.next_epoch + couple.epochs), becomes(PROGRESS[couple].deadline, due())]),
    Amendment("honest", "ApproveTC", "C25: the DO commits to the share that it drew", lambda tx, couple, commitment:
              (couple.ds.owner == tx.caller) & (couple.status == "REQUESTED") & (commitment == share_of(tx, couple, "DO", image(SHARE, tx.caller)))),
    Amendment("power", "ApproveTC", "C25: a share that is known can be committed to",
              lambda tx, couple, commitment: {"knows_share": knows_seed_hash(commitment)}),
)  # fmt: skip


def reveal_seed_mo(tx: Tracing, couple: TC, share: SHARE) -> None:  # type: ignore[valid-type]
    """The model owner reveals its share first, so that it never knows the seed while it can still choose."""
    assert_role(tx, "MO")
    get_asset(tx, "couple", couple)
    tx.effect("reveal", becomes(PROGRESS[couple].mo_share, share), becomes(PROGRESS[couple].deadline, due()))


def reveal_seed_do(tx: Tracing, couple: TC, share: SHARE) -> None:  # type: ignore[valid-type]
    """The data owner reveals its share; the seed is known and the couple is active."""
    assert_role(tx, "DO")
    get_asset(tx, "couple", couple)
    tx.effect("reveal", becomes(PROGRESS[couple].do_share, share), becomes(PROGRESS[couple].active, True),
              becomes(PROGRESS[couple].deadline, due()))  # fmt: skip
    tx.event("CoupleActive", couple)


def own_share(tx: Tracing, couple: Any, share: Any) -> Any:
    return share == image(SHARE, tx.caller)


def knows_it(tx: Tracing, couple: Any, share: Any) -> Any:
    return {"knows_share": knows_share(share)}


REVEALING = (
    Amendment("add_transaction", "RevealSeedMO", "C25: one party draws alone", Step("MO", reveal_seed_mo, own_share, knows_it)),
    Amendment("require", "RevealSeedMO.caller_owns_model", "C35: anybody reveals", lambda tx, couple, share: couple.mod.owner == tx.caller),
    Amendment("require", "RevealSeedMO.couple_approved", "C25: a share is revealed before both are committed",
              lambda tx, couple, share: couple.status == "APPROVED"),
    Amendment("require", "RevealSeedMO.not_revealed", "C25: a share is revealed again", lambda tx, couple, share: PROGRESS[couple].mo_share == None),
    Amendment("require", "RevealSeedMO.not_ended", "A2: a couple that was closed", lambda tx, couple, share: ~PROGRESS[couple].ended),
    Amendment("require", "RevealSeedMO.in_time", DEADLINE, lambda tx, couple, share: in_time(PROGRESS[couple].deadline)),
    Amendment("require", "RevealSeedMO.opens", "C25: the MO chooses its share when it knows the other",
              lambda tx, couple, share: couple.commitment == share_of(tx, couple, "MO", share)),
    Amendment("add_transaction", "RevealSeedDO", "C25, A3: one party draws alone", Step("DO", reveal_seed_do, own_share, knows_it)),
    Amendment("require", "RevealSeedDO.caller_owns_dataset", "C35: anybody reveals", lambda tx, couple, share: couple.ds.owner == tx.caller),
    Amendment("require", "RevealSeedDO.mo_revealed", "C25: the MO knows the seed while it can still choose",
              lambda tx, couple, share: PROGRESS[couple].mo_share != None),
    Amendment("require", "RevealSeedDO.not_revealed", "C25: a share is revealed again", lambda tx, couple, share: PROGRESS[couple].do_share == None),
    Amendment("require", "RevealSeedDO.not_ended", "A2: a couple that was closed", lambda tx, couple, share: ~PROGRESS[couple].ended),
    Amendment("require", "RevealSeedDO.in_time", DEADLINE, lambda tx, couple, share: in_time(PROGRESS[couple].deadline)),
    Amendment("require", "RevealSeedDO.opens", "C25: the DO chooses its share when it knows the other",
              lambda tx, couple, share: APPROVAL[couple].commitment == share_of(tx, couple, "DO", share)),
)  # fmt: skip


def no_round_is_open(couple: Any) -> Any:
    return (couple.round == 0) | current(couple).closed


def freed(couple: Any) -> Any:
    """What ends with a couple: the owner may open another."""
    return [becomes(PROGRESS[couple].ended, True), becomes(OPEN[couple.ds, couple.mod.owner].couple, None)]


def release(tx: Tracing, couple: Any) -> None:
    """Instances on the roster may leave again."""

    def leave(entry: Any) -> None:
        tx.effect("release", becomes(entry.instance.engaged, entry.instance.engaged - 1))

    tx.for_each(ROSTER.rows(couple), leave)


def cancel_tc(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """The model owner takes back a request that was not approved."""
    assert_role(tx, "MO")
    get_asset(tx, "couple", couple)
    tx.effect("end", *freed(couple))
    tx.event("CoupleClosed", couple)


def close_tc(tx: Tracing, couple: TC) -> None:  # type: ignore[valid-type]
    """The data owner, the model owner or an owner on the roster ends a couple whose deadline has passed."""
    get_asset(tx, "couple", couple)
    tx.effect("end", *freed(couple))
    release(tx, couple)
    tx.event("CoupleClosed", couple)


def whenever_it_may(tx: Tracing, couple: Any) -> Any:
    return True


def stays(tx: Tracing, couple: Any) -> Any:
    """An honest MO does not take its request back."""
    return False


ENDING = (
    Amendment("require", "CompleteTC.not_ended", "C27: a couple ends twice", lambda tx, couple: ~PROGRESS[couple].ended),
    Amendment("require", "CompleteTC.couple_approved", "C27, C39: a couple completes that never trained", lambda tx, couple: couple.status == "APPROVED"),
    Amendment("require", "CompleteTC.rounds_closed", "C31, C39: a couple completes while a round is open", lambda tx, couple: no_round_is_open(couple)),
    Amendment("require", "CompleteTC.whole_epochs", "C27: an MO leaves inside an epoch",
              lambda tx, couple: (PROGRESS[couple].position == 0) & (PROGRESS[couple].epoch > 0)),
    Amendment("replace_effect", "CompleteTC.pay", "C39: paid is said without anything being paid", lambda tx, couple: freed(couple)),
    Amendment("add_effect", "CompleteTC.release", "C32: see CI.engaged", release),
    Amendment("honest", "CompleteTC", "C27: the MO completes when its epochs are spent", lambda tx, couple:
              REQUESTED[tx.caller, couple].exists & (PROGRESS[couple].epoch == couple.epochs)),
    Amendment("add_transaction", "CancelTC", "A19: a request waits for a silent DO", Step("MO", cancel_tc, stays)),
    Amendment("require", "CancelTC.caller_owns_model", "C35: anybody cancels", lambda tx, couple: couple.mod.owner == tx.caller),
    Amendment("require", "CancelTC.is_requested", "C27: an approved couple is left for free", lambda tx, couple: couple.status == "REQUESTED"),
    Amendment("require", "CancelTC.not_ended", "C27: a couple ends twice", lambda tx, couple: ~PROGRESS[couple].ended),
    Amendment("add_transaction", "CloseTC", "A19, C32: a couple waits for a silent party", Step("DO, MO or CO", close_tc, whenever_it_may)),
    Amendment("require", "CloseTC.caller_has_standing", "C35: anybody ends a couple", standing),
    Amendment("require", "CloseTC.not_ended", "C27: a couple ends twice", lambda tx, couple: ~PROGRESS[couple].ended & (couple.status != "COMPLETED")),
    Amendment("require", "CloseTC.rounds_closed", "C31: a couple ends while a round is open", lambda tx, couple: no_round_is_open(couple)),
    Amendment("require", "CloseTC.deadline_passed", "A19: a couple is ended in the middle", lambda tx, couple: ~in_time(PROGRESS[couple].deadline)),
)  # fmt: skip


def tick(tx: Tracing) -> None:
    """The clock moves on when a majority of the organisations endorses that by their own clocks."""
    tx.effect("tick", becomes(now(), now() + 1))


def anybody(tx: Tracing) -> Any:
    return True


def nobody(tx: Tracing) -> Any:
    """No coalition has a majority of the organisations: an assumption."""
    return False


CLOCKWORK = (
    Amendment("add_transaction", "Tick", "A13: a timestamp set by the client back-dates a copy", Step("organisations", tick, anybody, nobody)),
)
AMENDMENTS = (*FIELDS, *REQUESTING, *APPROVING, *REVEALING, *ENDING)
