"""What the proofs of `hardened` rest on: the lemmas that each claim uses, and the arguments of claims about progress."""

from __future__ import annotations

from collections.abc import Callable

from properties import hardened_lemmas, hardened_money, hardened_parties
from properties.hardened_finishing import FINISHING_USES, couples_finish
from properties.hardened_progress import couples_end, rounds_close
from properties.ranking import Liveness, Ranking

LEMMA_MODULES = (hardened_lemmas, hardened_money, hardened_parties)

# The lemmas by hand that claims rest on, by label; for the other claims lemmas were found (properties/expected/inferred-hardened.json).
CLAIMS_USE: dict[str, tuple[str, ...]] = {
    "C17d": ("revealed_weights_were_committed_to", "honest_owners_commit_to_right_weights", "results_are_of_rounds@StartRound",
             "results_are_of_rounds@RequestTC", "results_are_of_subsets@CreateDSS"),
    "C25/same": ("shares_open_commitments", "shares_are_known_in_order", "batch_is_drawn_from_the_seed", "slots_are_the_drawn_batch",
                 "slot_is_on_the_roster", "approved_means_approved", "latest_round_has_a_row", "rounds_are_of_active_couples",
                 "nothing_is_no_instance"),
    "C25/once": ("nothing_is_drawn_ahead", "approved_means_approved", "counters_are_not_negative", "draws_are_of_allocated_epochs"),
    "C32/closed": ("rounds_are_of_active_couples", "shares_are_known_in_order", "latest_round_has_a_row"),
    "C32/ended": ("couple_has_dataset", "shares_are_known_in_order", "roster_is_of_an_approved_couple", "windows_end_before_the_deadline",
                  "earlier_rounds_are_closed", "slots_have_rounds", "results_have_rounds", "rounds_are_of_active_couples",
                  "what_is_held_is_for_a_job", "stakes_are_for_a_result", "escrow_owes_nothing", "stakes_of_couples_are_of_rounds",
                  "stakes_are_not_negative", "positions_are_within_epochs", "published_datasets_have_batches", "latest_round_has_a_row",
                  "slots_are_of_rounds", "results_are_of_rounds", "rounds_are_counted", "couples_have_epochs", "slot_owner_is_the_owner",
                  "completed_couples_have_ended", "counters_are_not_negative"),
    "C32/finished": FINISHING_USES,
    "C39/covered": ("rounds_hold_what_is_not_settled", "escrow_holds_what_the_rounds_hold", "nobody_owes"),
}  # fmt: skip

# Claims that are no inductions of their own: they hold wherever the lemmas that they use do.
FOLLOW = frozenset({"C39/covered"})

# The arguments of claims about progress, by label.
ARGUMENTS: dict[str, Callable[[Liveness], Ranking]] = {"C32/closed": rounds_close, "C32/ended": couples_end, "C32/finished": couples_finish}
