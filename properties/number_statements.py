"""Statements about all numbers behind the arithmetic claims, made so that a solver decides each by itself.

What needs induction is told as a base and a step: `..., base` speaks of the first value of a sum or a product, `..., step` of the next one,
and the conclusion takes the bound as given. Whole numbers are `number`, reals are `real`.
"""
# ruff: noqa: E501 (tables)

from __future__ import annotations

from typing import Any

from spec.kinds import INTEGER, REAL
from spec.language import choose, conjunction, disjunction, implies
from spec.paper.assets import CO_REF, DATA_HASH, MODEL_HASH
from spec.schema import current_schema, notion
from spec.tree import Expression, integer, parameter, product

Statements = dict[str, Expression]


def number(names: str) -> list[Any]:
    return [parameter(name, INTEGER) for name in names.split()]


def real(names: str) -> list[Any]:
    return [parameter(name, REAL) for name in names.split()]


def sum_at_most(what: str) -> Statements:
    """The sum of k terms, none over b, is at most k b."""
    k, b, total, term = real("k b total term")
    return {
        f"{what}, base": implies((k == 0) & (total == 0), total <= product(k, b)),
        f"{what}, step": implies((total <= product(k, b)) & (term <= b), total + term <= product(k + 1, b)),
    }


# --- C17: groups and quorums ---


def quorum_statements() -> Statements:
    """With n replicas of which f deviate and 2f < n, a quorum of at least n/2 equal results contains an honest one; one less need not.

    The honest alone reach every quorum of at most floor(n/2) + 1, and one more they need not reach. When half or more of a group deviates no
    quorum is both right and reached by the honest alone: it is impossible, whatever the text.
    """
    n, f, q = number("n f q")
    minority = (f >= 0) & (f * 2 < n)
    smallest = (q * 2 >= n) & ((q - 1) * 2 < n)
    return {
        "enough": implies(minority & (q * 2 >= n), f < q),
        "exact": implies((n >= 1) & smallest & (f == q - 1), minority),
        "majority": implies(minority & (q * 2 > n), f < q),
        "reached": implies(minority & ((q - 1) * 2 <= n), n - f >= q),
        "impossible": implies((f * 2 >= n) & (f < q), n - f < q),
        "largest reached": implies((n >= 1) & ((q - 1) * 2 > n) & (f * 2 < n) & ((f + 1) * 2 >= n), (n - f < q) & (f >= 0)),
    }


def minority_everywhere() -> Statements:
    """What the sentence would need: that fewer than half of all owners are fewer than half of each group."""
    m, n, f, deviating = number("m n f deviating")
    sizes = (m >= 1) & (n >= 1) & (f >= 0) & (f <= n) & (f <= deviating)
    return {"minority": implies(sizes & (deviating * 2 < product(m, n)), f * 2 < n)}


def captured_groups() -> Statements:
    """c groups that each hold at least q of the deviating owners hold at least c q of them: fewer than q capture none, q capture one."""
    c, q, held, more, deviating = number("c q held more deviating")
    return {
        "held, base": implies((c == 0) & (held == 0), held >= product(c, q)),
        "held, step": implies((held >= product(c, q)) & (more >= q), held + more >= product(c + 1, q)),
        "none": implies((c >= 0) & (q >= 1) & (held >= product(c, q)) & (held <= deviating) & (deviating < q), c == 0),
        "one": implies((q >= 1) & (deviating == q) & (more == q), (more >= q) & (more <= deviating)),
    }


def captured_by_chance() -> Statements:
    """Of m groups, each captured with chance p: some group is with a chance between p and m p, however the groups depend on each other."""
    p, union, m, event = real("p union m event")
    chances = (p >= 0) & (union >= 0) & (event >= 0)
    return {
        "some group, base": implies(chances & (m == 1) & (union == p), (union >= p) & (union <= product(m, p))),
        "some group, step": implies(
            chances & (p <= union) & (union <= product(m, p)) & (event >= union) & (event <= union + p),
            (p <= event) & (event <= product(m + 1, p))),
    }  # fmt: skip


# --- C03: the skewed split ---


def split_by_class(holders: int) -> Statements:
    """C classes over m subsets, each lacking a class, each class held by at least so many: exactly if m <= C (m - holders).

    Needed: a class is lacked by at most m - holders subsets, and m pairs of subset and lacked class are at least needed. Enough: subset i
    lacks the class i mod C and has an equal share of every other class.
    """
    m, classes, pairs, lacked, z, c, last = number("m classes pairs lacked z c last")
    fits = m <= product(classes, m - holders)
    smallest = {2: ((2, 4), (3, 3)), 3: ((2, 6), (3, 5), (4, 4))}[holders]
    *exact, (most, least) = smallest
    table = disjunction(*((classes == C) & (m >= least) for C, least in exact), (classes >= most) & (m >= least))
    sizes = (classes >= 1) & (m >= 1)
    return {
        "lacks by class, base": implies((c == 0) & (pairs == 0), pairs <= product(c, m - holders)),
        "lacks by class, step": implies((pairs <= product(c, m - holders)) & (lacked <= m - holders),
                                        pairs + lacked <= product(c + 1, m - holders)),
        "lacks by subset, base": implies((c == 0) & (pairs == 0), pairs >= c),
        "lacks by subset, step": implies((pairs >= c) & (lacked >= 1), pairs + lacked >= c + 1),
        "needed": implies((pairs >= m) & (pairs <= product(classes, m - holders)), fits),
        "threshold, needed": implies(sizes & fits, table),
        "threshold, enough": implies(sizes & table, fits),
        "enough": implies(sizes & fits & (c >= 0) & (c < classes) & (z >= 1) & (last == product(z - 1, classes) + c) & (last < m),
                          m - z >= holders),
    }  # fmt: skip


def holders_of_class(strict: bool) -> Statements:
    """Parts of a class of which none is over half are two at least; of which each is under half, three."""
    k, b, whole = real("k b whole")
    half = (b * 2 < whole) if strict else (b * 2 <= whole)
    count = parameter("count", INTEGER)
    return {
        **sum_at_most("parts of a class"),
        "holders": implies((whole > 0) & half & (whole <= product(k, b)) & (k == count) & (b >= 0), count >= (3 if strict else 2)),
    }


def class_statements() -> Statements:
    """No subset has over half of a class: at most half, then less than half."""
    return {f"{said}: {name}": statement for strict, said in ((False, "at most half"), (True, "under half"))
            for name, statement in {**holders_of_class(strict), **split_by_class(3 if strict else 2)}.items()}  # fmt: skip


def subset_statements() -> Statements:
    """No class is over half of a subset: three classes are needed and enough; where half is too much, four."""
    k, b, whole, x, t, rows = real("k b whole x t rows")
    present, classes = number("present classes")
    found: Statements = sum_at_most("classes of a subset")
    for strict, fewest in ((False, 3), (True, 4)):
        half = (b * 2 < whole) if strict else (b * 2 <= whole)
        said = "under half" if strict else "at most half"
        largest = (x * 2 < product(classes - 1, x)) if strict else (x * 2 <= product(classes - 1, x))
        of_class = (x * 2 < rows) if strict else (x * 2 <= rows)
        found[f"{said}: needed"] = implies(
            (whole > 0) & (b >= 0) & half & (whole <= product(k, b)) & (k == present) & (present <= classes - 1), classes >= fewest)
        found[f"{said}: enough"] = implies(
            (classes >= fewest) & (x > 0) & (t >= 1) & (rows == product(product(t, classes - 1), x)), largest & of_class)
    return found  # fmt: skip


# --- C21: nonces ---


def nonce_statements() -> Statements:
    """Two nonces drawn from N >= 2 values differ."""
    a, b, values = number("a b values")
    return {"differ": implies((values >= 2) & (a >= 0) & (a < values) & (b >= 0) & (b < values), ~(a == b))}


def hash_statements() -> Statements:
    """Hashes of different owners differ: pre-images are as the variant makes them, and only a part named `owner` is known to be the owner."""
    mine, others = number("owner other_owner")
    found = {}
    for kind in (MODEL_HASH, DATA_HASH):
        parts = current_schema().kind(kind).parts  # type: ignore[attr-defined]
        pairs = [(mine, others) if (name, part.sort) == ("owner", CO_REF.sort) else number(f"{name} other_{name}") for name, part in parts]
        found[kind.name] = implies(~(mine == others), ~conjunction(*(one == other for one, other in pairs)))
    return found


def collision_statements() -> Statements:
    """With k nonces from N values and s = k (k - 1) / 2N, some two are equal with a chance of at least s / (1 + s) and at most s.

    free is the chance that the first k all differ; the next one differs too with the chance (N - k) / N.
    """
    k, values, free, following, risk = real("k values free following risk")
    chance = (values > 0) & (k >= 1) & (k <= values) & (free >= 0) & (free <= 1) & (product(values, following) == product(free, values - k))
    twice, pairs, later = product(values, free) * 2, product(k, k - 1), product(k, k + 1)
    above = product(free, values * 2 + pairs) <= values * 2
    below = twice >= values * 2 - pairs
    return {
        "base": implies((k == 1) & (values > 0) & (free == 1), above & below),
        "a chance, step": implies(chance, (following >= 0) & (following <= free)),
        "at most, step": implies(chance & below, product(values, following) * 2 >= values * 2 - later),
        "at least, step": implies(chance & above, product(following, values * 2 + later) <= values * 2),
        "enough": implies((values > 0) & below & (pairs <= product(values, risk) * 2), free + risk >= 1),
        "not enough": implies(
            (values > 0) & (k >= 1) & (risk >= 0) & (free >= 0) & above & (product(pairs, integer(1) - risk) > product(values, risk) * 2),
            free + risk < 1),
    }  # fmt: skip


# --- C25: what aborting gains ---


def abort_statements() -> Statements:
    """A draw suits with chance p; who sees it and may throw it away t times, against a bond each time, gets what suits with 1 - (1 - p)^(t + 1).

    miss is (1 - p)^t, the chance that t draws do not suit; bonds is the expected number of bonds forfeited, p bonds = (1 - p) (1 - miss);
    value is what a draw that suits is worth, bond what one more costs.
    """
    p, t, miss, bonds, following, value, bond = real("p t miss bonds following value bond")
    chance = (p >= 0) & (p <= 1) & (t >= 0) & (miss >= 0) & (miss <= 1)
    notion("seed_is_committed")
    other = integer(1) - p
    exact = product(p, bonds) == product(other, integer(1) - miss)
    gain = product(other, integer(1) - miss)
    within = integer(1) - miss <= product(t, p)
    return {
        "bound, base": implies(chance & (t == 0) & (miss == 1), within),
        "bound, step": implies(chance & within, integer(1) - product(miss, other) <= product(t + 1, p)),
        "gain": implies(chance & within, gain <= product(product(t, p), other)),
        "bonds, base": implies(chance & (miss == 1) & (bonds == 0), exact),
        "bonds, step": implies(chance & exact & (following == bonds + product(other, miss)),
                               product(p, following) == product(other, integer(1) - product(miss, other))),
        "enough": implies(chance & exact & (bonds >= 0) & (bond >= product(p, value)), product(gain, value) <= product(bonds, bond)),
        "not enough": implies(chance & exact & (bonds > 0) & (bond < product(p, value)), product(gain, value) > product(bonds, bond)),
    }  # fmt: skip


def first_statements() -> Statements:
    """Who reveals first knows nothing of the draw: among the draws that are finished, what suits has the chance it had."""
    notion("seed_is_committed")
    p, finished, suits, given = real("p finished suits given")
    independent = (finished > 0) & (suits == product(p, finished)) & (product(given, finished) == suits)
    return {"unbiased": implies(independent, given == p)}


# --- C26: what sums of models reveal ---


def parity_statements() -> Statements:
    """a times the models that train in odd rounds and b times the others is any combination of sums by turns, of any number of rounds.

    From four subsets on each has another that trains with it, so no combination leaves one subset alone; up to three one is alone.
    """
    m, j, i = number("m j i")
    a, b = real("a b")
    turn = notion("picked_by_turns")
    other = choose(j + 2 < m, j + 2, j - 2)
    first, second = integer(1), integer(2)
    inside = (j >= 0) & (j < m)

    def share(index: Any) -> Expression:
        return choose(turn(index, first), a, b)

    def together(one: Any, another: Any) -> Any:
        return (turn(one, first) & turn(another, first)) | (turn(one, second) & turn(another, second))

    return {
        "another": implies((m >= 4) & inside, (other >= 0) & (other < m) & ~(other == j) & together(j, other)),
        "hidden": implies((m >= 4) & inside & (share(j) == 1), ~(share(other) == 0)),
        "exact": implies((m >= 1) & (m <= 3) & (i >= 0) & (i < m) & together(i, choose(m >= 2, 1, 0)), i == choose(m >= 2, 1, 0)),
    }


def two_rounds_statements() -> Statements:
    """x and y times the sums of two rounds of h subsets each, c of them in both: the share is not zero for one subset alone only if h is 1."""
    notion("picked_at_random")
    h, c = number("h c")
    x, y = real("x y")

    def counted(share: Expression, size: Expression) -> Expression:
        return choose(share == 0, 0, size)

    left = counted(x, h - c) + counted(y, h - c) + counted(x + y, c)
    return {"two rounds": implies((h >= 2) & (c >= 0) & (c <= h), ~(left == 1))}


def three_rounds_statements() -> Statements:
    """Rounds of subsets {0, 1}, {0, 2} and {1, 2} of four: no combination leaves subset 0 alone."""
    notion("picked_at_random")
    x, y, z = real("x y z")
    return {"three rounds": implies((x + z == 0) & (y + z == 0), x + y == 0)}


def batch_statements() -> Statements:
    """Rounds of batches: a combination gives each subset the share of its batch, so the subset beside it has the same."""
    notion("in_batches")
    mine, beside, batch = number("mine beside batch")
    x, y = real("x y")
    of_mine, of_beside = (choose(one == batch, x, y) for one in (mine, beside))
    return {"beside": implies((mine == beside) & (of_mine == 1), ~(of_beside == 0))}


def skipped_statements() -> Statements:
    """A batch of three in one round, and in another without the third, which was skipped: no combination leaves the third alone."""
    notion("in_batches")
    whole, without = real("whole without")
    return {"skipped": implies(whole + without == 0, whole == 0)}


# --- C27: whether all subsets are used ---


def alternate_statements() -> Statements:
    """Rounds r and r + 1 take every subset, each in one of them."""
    turn = notion("picked_by_turns")
    i, r = number("i r")
    return {"both": turn(i, r) | turn(i, r + 1), "each once": ~(turn(i, r) & turn(i, r + 1))}


def epoch_statements() -> Statements:
    """Round e B + position + 1 is the only one of epoch e at that position; a permutation takes different positions to different batches."""
    notion("in_batches")
    e, other, size, at, there = number("e other size at there")
    places = (at >= 0) & (at < size) & (there >= 0) & (there < size)
    within = (product(e, size) + at >= product(e, size)) & (product(e, size) + at < product(e + 1, size))
    return {
        "once": implies(places & (product(e, size) + at == product(other, size) + there), (e == other) & (at == there)),
        "within": implies(places & (e >= 0), within),
    }


def certain_statements() -> Statements:
    """A subset that a round leaves out with chance q > 0 is left out of it and of the next with chance 0."""
    notion("picked_at_random")
    q, miss = real("q miss")
    return {"certain": implies((q > 0) & (q < 1) & (miss > 0) & (miss <= 1), product(miss, q) <= 0)}


def drawn_statements() -> Statements:
    """A subset is left out of each of r rounds with chance miss = q^r; of some subset the same is said as of groups."""
    notion("picked_at_random")
    q, miss = real("q miss")
    chance = (q > 0) & (q <= 1)
    return {
        "never certain, base": implies(chance & (miss == 1), miss > 0),
        "never certain, step": implies(chance & (miss > 0), product(miss, q) > 0),
        **{name.replace("group", "subset"): statement for name, statement in captured_by_chance().items()},
    }
