"""What the proofs of `hardened` rest on: the lemmas that each claim uses, and the arguments of claims about progress."""

from __future__ import annotations

from collections.abc import Callable

from properties import hardened_coverage, hardened_data, hardened_ends, hardened_lemmas, hardened_money, hardened_parties
from properties.hardened_finishing import FINISHING_USES, couples_finish
from properties.hardened_progress import couples_end, rounds_close
from properties.ranking import Liveness, Ranking

LEMMA_MODULES = (hardened_lemmas, hardened_money, hardened_parties, hardened_data, hardened_coverage, hardened_ends)

# The lemmas that each claim rests on, by its label.
CLAIMS_USE: dict[str, tuple[str, ...]] = {
    "C02/assigned": ("owners_hold_one_instance",),
    "C02/given": ("owners_hold_one_instance", "data_is_received_by_the_owner"),
    "C06": ("makers_own_their_subsets",),
    "C07": ("verified_has_joined", "honest_owners_have_their_data", "honest_owners_prepare_what_the_root_says",
            "everything_has_an_owner"),
    "C10/told": ("instance_has_subset", "owners_are_registered", "instances_are_free_or_verified", "subsets_have_datasets",
                 "everything_has_an_owner"),
    "C10/distinct": ("verdicts_are_of_slots", "slot_owner_is_the_owner", "refused_is_not_verified"),
    "C13": ("honest_owners_prepare_what_the_root_says", "everything_has_an_owner"),
    "C23/available": ("revealed_weights_were_committed_to", "honest_owners_commit_to_right_weights"),
    "C23/right": ("revealed_weights_were_committed_to", "honest_owners_commit_to_right_weights", "results_are_of_rounds@StartRound",
                  "results_are_of_rounds@RequestTC", "results_are_of_subsets@CreateDSS"),
    "C11": ("verified_has_joined",),
    "C12": ("selection_is_the_slots", "slot_owner_is_the_owner", "selections_are_of_rounds", "roster_is_verified",
            "nothing_is_no_instance"),
    "C17d": ("revealed_weights_were_committed_to", "honest_owners_commit_to_right_weights", "results_are_of_rounds@StartRound",
             "results_are_of_rounds@RequestTC", "results_are_of_subsets@CreateDSS"),
    "C25/same": ("shares_open_commitments", "shares_are_known_in_order", "batch_is_drawn_from_the_seed", "slots_are_the_drawn_batch",
                 "slot_is_on_the_roster", "approved_means_approved", "latest_round_has_a_row", "rounds_are_of_active_couples",
                 "nothing_is_no_instance"),
    "C25/once": ("nothing_is_drawn_ahead", "approved_means_approved", "counters_are_not_negative", "draws_are_of_allocated_epochs"),
    "C27": ("batches_hold_the_subsets", "whole_epochs_have_all_batches", "batches_have_their_slots", "earlier_rounds_are_closed",
                    "rounds_are_counted", "couple_has_dataset"),
    "C10/once": (),
    "C24/apart": ("owners_hold_one_instance", "couples_are_noted", "couple_has_dataset", "couple_has_model", "instance_has_subset",
                  "everything_has_an_owner"),
    "C25/open": ("open_couples_are_noted",),
    "C28/listed": ("couple_has_dataset", "requests_are_counted"),
    "C31/event": ("selection_is_the_slots", "revealed_is_delivered"),
    "C32/closed": ("rounds_are_of_active_couples", "shares_are_known_in_order", "latest_round_has_a_row"),
    "C32/ended": ("couple_has_dataset", "shares_are_known_in_order", "roster_is_of_an_approved_couple", "windows_end_before_the_deadline",
                  "earlier_rounds_are_closed", "slots_have_rounds", "results_have_rounds", "rounds_are_of_active_couples",
                  "what_is_held_is_for_a_job", "stakes_are_for_a_result", "escrow_owes_nothing", "stakes_of_couples_are_of_rounds",
                  "stakes_are_not_negative", "positions_are_within_epochs", "published_datasets_have_batches", "latest_round_has_a_row",
                  "slots_are_of_rounds", "results_are_of_rounds", "rounds_are_counted", "couples_have_epochs", "slot_owner_is_the_owner",
                  "completed_couples_have_ended", "counters_are_not_negative"),
    "C32/finished": FINISHING_USES,
    "C32/ready": ("verified_has_joined", "instances_count_the_couples_that_count_on_them", "roster_is_verified",
                  "joined_instances_are_not_refused", "approved_means_approved", "roster_is_of_an_approved_couple"),
    "C32/over": ("ended_couples_have_no_open_round",),
    "C33": ("deliveries_are_kept",),
    "C35": ("slot_is_on_the_roster@DisputeResult",),
    "C39/paid": ("settled_jobs_are_final", "verdicts_are_of_slots", "windows_follow_each_other", "slots_are_of_rounds", "jobs_have_slots"),
    "C39/conserved": ("everything_has_an_owner", "couple_has_dataset", "couple_has_model", "bonds_come_with_couples",
                      "slot_owner_is_the_owner@SettleJob", "stakes_are_of_instances@SettleDispute", "stakes_are_of_disputes@SettleDispute",
                      "decisions_are_about_disputes@SettleJob"),
    "C39/held": ("approved_means_approved", "couple_has_model", "shares_are_known_in_order"),
    "C39/covered": ("rounds_hold_what_is_not_settled", "escrow_holds_what_the_rounds_hold", "nobody_owes"),
}  # fmt: skip

# Claims that are no inductions of their own: they hold wherever the lemmas that they use do.
FOLLOW = frozenset({"C02/assigned", "C02/given", "C06", "C07", "C10/told", "C10/distinct", "C13", "C23/available",
                    "C25/open", "C27", "C39/covered"})

# The arguments of claims about progress, by label.
ARGUMENTS: dict[str, Callable[[Liveness], Ranking]] = {"C32/closed": rounds_close, "C32/ended": couples_end, "C32/finished": couples_finish}
