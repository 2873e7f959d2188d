"""A variant of `paper` in which a report carries the time that its client names, as the timestamp of a transaction on Fabric does.

    marketproof orders --variant examples/client_time.py --power timestamp
"""

from spec.language import INTEGER, Amendment, Variant, becomes, reconstructed
from spec.paper import TEXT
from spec.paper.assets import TJ
from spec.paper.training import reports_each_round_once

BECAUSE = "C20, A13: reports are put in the order of the times that their clients name (L525)"


def reports_with_the_time(tx, couple, instance, hash, nonce, location, time):
    """The clocks of honest clients go alike: they show the round."""
    return reports_each_round_once(tx, couple, instance, hash, nonce, location) & (time == couple.round)


VARIANT = Variant(
    "client_time",
    "paper, with the client's time in a report",
    TEXT,
    parent="paper",
    amendments=(
        Amendment("add_field", "TJ.time", BECAUSE, reconstructed(INTEGER, BECAUSE)),
        Amendment("add_parameter", "UpdateTJ.time", BECAUSE, INTEGER),
        Amendment("add_effect", "UpdateTJ.note_time", BECAUSE,
                  lambda tx, couple, instance, hash, nonce, location, time: [becomes(TJ[couple, instance].time, time)]),
        Amendment("honest", "UpdateTJ", BECAUSE, reports_with_the_time),
    ),
)  # fmt: skip
