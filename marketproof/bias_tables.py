"""Bias of the selection as tables of exact figures, of the same shape as those of `marketproof numbers`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from adversaries.grinding import GRINDING
from model.bias import Ground, Law, possible
from model.chance import frequency_bounds
from model.exact_tables import Cell, Drawn, Table
from model.grinding import Selection

CLAIMS = ("C25", "C26", "C27")
RISK = Fraction(1, 1000)
KEPT = ("strategy", "again", "suits", "kept: chance")
PRICE = ("strategy", "again", "gained", "transactions", "looks", "lost", "lost / gained")
REFUSED = ("strategy", "again", "refused by", "chance")
OBSERVED = ("rounds", "rank: chance", "subsets", "single model")
SAMPLES = ("strategy", "again", "exact", "seen", "of", "at least", "at most", "within")
WAYS = "; ".join(f"{one.name}: {one.described}" for one in GRINDING)
BIAS_SAID = (
    "Played on the text at {scope}, over every way in which its draws come out; a selection suits that has {aim}. Draws are uniform; the "
    f"seed's permutation is, if one share is. Who looks again keeps what it sees last. Strategies: {WAYS}."
)
PRICE_SAID = (
    "Counts are expected. Gained is over what is drawn. What is lost is money of the MO, or of the MO and the DO together, until the round "
    "that is kept, and what couples left alone forfeit, in prices of the text."
)
UNKNOWN_SAID = "The strategies cannot be played on this text."
REFUSED_SAID = "The guard that ends a strategy, with the chance that it comes to that."
OBSERVED_SAID = (
    "Honest rounds played on the text at {scope}: the rank of the sums of models that the MO observes, with its chance, out of the number "
    "of subsets, and the chance that a single model follows from them. At full rank every one does."
)
SAMPLED_SAID = (
    "Each strategy on {samples} ledgers in memory, with shares that are drawn (seed {seed}) and permutations by SHA3-256; calls are "
    f"endorsed, and committed or dropped. The chance lies within the bounds with a confidence of {1 - RISK} a line (Clopper, Pearson)."
)


def law_tables(name: str, ground: Ground, laws: list[Law]) -> list[Table]:
    """What is kept, what it costs, and what refuses a strategy, or that the text has no step for it. laws: first as drawn."""
    named = [("as drawn" if law is laws[0] else law.strategy.name, law) for law in laws]
    kept = tuple((one, law.again, law.suits, chances_told(law.kept)) for one, law in named)
    price = tuple(price_line(one, law, laws[0].suits) for one, law in named)
    refusals: list[tuple[Cell, ...]] = [(one, law.again, guard, chance) for one, law in named for guard, chance in law.refused.items()]
    impossible = [one for one in GRINDING if one not in possible(ground.protocol)]
    refusals += [(one.name, "any", f"the text has no {one.needs}", 1) for one in impossible]
    said = BIAS_SAID.format(scope=ground.scope, aim=ground.aim)
    found = [
        Table(f"bias {name}", CLAIMS, Drawn(f"Bias of the selection: {name}", said, KEPT, kept)),
        Table(f"price {name}", CLAIMS[:1], Drawn(f"The price of a selection that suits: {name}", PRICE_SAID, PRICE, price)),
    ]
    drawn = Drawn(f"What refuses a bias: {name}", REFUSED_SAID, REFUSED, tuple(refusals))
    return [*found, Table(f"refused {name}", CLAIMS[:1], drawn)] if refusals else found


def chances_told(kept: Mapping[Selection | None, Fraction]) -> str:
    return "; ".join(f"{' and '.join(one) if one else 'none'}: {chance}" for one, chance in sorted(kept.items(), key=repr))


def price_line(name: str, law: Law, base: Fraction) -> tuple[Cell, ...]:
    gained = law.suits - base
    each = sum_told({price: amount / gained for price, amount in law.lost.items()}) if gained > 0 else ""
    return name, law.again, str(gained), law.own, law.endorsed, sum_told(law.lost), each


def sum_told(amounts: Mapping[str, Fraction]) -> str:
    return " + ".join(f"{amount} {name}" for name, amount in amounts.items() if amount) or "nothing"


def unknown_table(name: str, reason: str) -> Table:
    """Where nothing could be played."""
    drawn = Drawn(f"Bias of the selection: {name}", UNKNOWN_SAID, ("verdict", "reason"), (("unknown", reason),))
    return Table(f"bias {name}", CLAIMS, drawn)


def observed_table(name: str, ground: Ground, rounds: int) -> Table:
    lines: list[tuple[Cell, ...]] = []
    for number, (ranks, alone) in enumerate(ground.observed(rounds), 1):
        told = "; ".join(f"{rank}: {chance}" for rank, chance in sorted(ranks.items()))
        lines.append((number, told, len(ground.reading.subsets), alone))
    if len(lines) < rounds:
        lines.append((len(lines) + 1, "honest parties start no such round", None, None))
    said = OBSERVED_SAID.format(scope=ground.scope)
    return Table(f"observed {name}", CLAIMS[1:], Drawn(f"What the MO observes: {name}", said, OBSERVED, tuple(lines)))


def sampled_table(name: str, laws: Mapping[str, Law], seen: Mapping[str, int], samples: int, seed: int) -> Table:
    """How often a strategy ended with what suits, beside the exact chance. seen: on how many of the ledgers, by strategy."""
    lines = []
    for strategy, count in seen.items():
        law, (low, high) = laws[strategy], frequency_bounds(count, samples, RISK)
        lines.append((strategy, law.again, law.suits, count, samples, low, high, "yes" if low <= law.suits <= high else "no"))
    said = SAMPLED_SAID.format(samples=samples, seed=seed)
    return Table(f"sampled {name}", CLAIMS[:1], Drawn(f"Selections on ledgers: {name}", said, SAMPLES, tuple(lines)))
