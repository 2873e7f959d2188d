"""What follows from what is known: instances of the rules over finitely many terms, and their least fixpoint, with a reason for each term.

The terms are those of the facts and goals with everything below them, and for each hash one extension and one other reading.  Every
rule concludes such a term from such terms, so the fixpoint is reached after at most as many rounds as there are terms.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from model.observing import Fact, Link
from model.terms import Known, below, is_atom, is_constant, shown

PROJECTED = ("append", "tuple", "salted")
GUESSABLE = ("rows",)


@dataclass(frozen=True)
class Instance:
    """A rule applied: its conclusion follows from its premises."""

    rule: str
    conclusion: Known
    premises: tuple[Known, ...]
    source: str = ""
    step: int = 0


@dataclass(frozen=True)
class Reason:
    """Why a term is known: a fact, or an instance of a rule; `round` is how deep the shortest derivation is."""

    round: int
    fact: Fact | None = None
    instance: Instance | None = None


Closure = dict[Known, Reason]


def instances(terms: Iterable[Known], links: Iterable[Link]) -> list[Instance]:
    """All instances of all rules over the terms and everything below them, each once."""
    links = list(links)
    known = universe([*terms, *(link.place for link in links), *(link.thing for link in links)])
    found = [one for term in known for rule in BY_TERM for one in rule(term)]
    found += [Instance("fetch", link.thing, (link.place,), link.source, link.step) for link in links]
    return list(dict.fromkeys(found))


def universe(terms: Iterable[Known]) -> list[Known]:
    """The terms with everything below them, one extension and one other reading of each hash, in order."""
    found = dict.fromkeys(part for term in terms for part in below(term))
    grown = [conclusion for term in found for rule in (extend, reread) for conclusion in (one.conclusion for one in rule(term))]
    inputs = [premise for term in found for one in evaluate(term) for premise in one.premises]
    return list(dict.fromkeys([*found, *(part for term in (*grown, *inputs) for part in below(term))]))


def needed(parts: Iterable[object]) -> tuple[Known, ...]:
    return tuple(part for part in parts if not is_constant(part))  # type: ignore[misc]


def compose(term: Known) -> Iterator[Instance]:
    if not is_atom(term):
        yield Instance("compose", term, needed(term[1:]))


def project(term: Known) -> Iterator[Instance]:
    if term[0] in PROJECTED:
        yield from (Instance("project", part, (term,)) for part in needed(term[1:]))


def open_(term: Known) -> Iterator[Instance]:
    if term[0] in ("sealed", "locked") and not is_constant(term[2]):
        yield Instance("open", term[2], (term, term[1][1]))


def evaluate(term: Known) -> Iterator[Instance]:
    """On an encrypted model: what a program gives, encrypted for the same key."""
    if term[0] == "locked" and not is_constant(term[2]) and term[2][0] == "run":
        yield Instance("evaluate", term, evaluated(term))


def evaluated(term: Known) -> tuple[Known, ...]:
    _, key, (_, program, model, data, round) = term
    return needed((("locked", key, model), program, data, round))


def author(term: Known) -> Iterator[Instance]:
    """The result of a program of one's own is what one chose: the data."""
    if term[0] == "run" and not is_constant(term[1]) and term[1][0] == "program" and not is_constant(term[3]):
        yield Instance("author", term[3], (term, ("pen", term[1][1])))


def guess(term: Known) -> Iterator[Instance]:
    if term[0] == "hash":
        for atom in below(term):
            if atom[0] in GUESSABLE:
                others = computed_again(term, atom)
                if others is not None:
                    yield Instance("guess", atom, tuple(dict.fromkeys((term, *others))))


def computed_again(term: object, atom: Known) -> list[Known] | None:
    """What one must have beside a guessed atom to compute a term again; None where that is a ciphertext of its own."""
    if is_constant(term) or term == atom:
        return []
    assert isinstance(term, tuple)
    if atom not in set(below(term)):
        return [term]
    if term[0] == "locked" and next(evaluate(term), None) is not None:
        parts: Iterable[object] = evaluated(term)
    elif term[0] in ("locked", "sealed"):
        return None
    else:
        parts = term[1:]
    found = [computed_again(part, atom) for part in parts]
    return None if None in found else [one for part in found for one in part or []]


def with_border(term: Known) -> tuple[Known, Known] | None:
    """What is hashed and the nonce behind it, where nothing says where one ends."""
    hashed = term[1] if term[0] == "hash" else None
    if isinstance(hashed, tuple) and hashed[0] == "append" and not is_constant(hashed[2]) and is_atom(hashed[2]):
        return hashed[1], hashed[2]
    return None


def extend(term: Known) -> Iterator[Instance]:
    """From a digest the digest of more, with a suffix of one's own behind the nonce."""
    found = with_border(term)
    if found is not None:
        data, nonce = found
        yield Instance("extend", ("hash", ("append", data, ("extended", nonce))), (term, nonce))


def reread(term: Known) -> Iterator[Instance]:
    """The same digest, read as one of longer data and a shorter nonce."""
    found = with_border(term)
    if found is not None:
        data, nonce = found
        yield Instance("reread", ("hash", ("append", ("joined", data, ("head", nonce)), ("tail", nonce))), (term,))


BY_TERM: tuple[Callable[[Known], Iterator[Instance]], ...] = (compose, project, open_, evaluate, author, guess, extend, reread)


def closure(facts: Iterable[Fact], known_rules: Iterable[Instance], rules: Collection[str]) -> Closure:
    """Everything that follows from the facts by the rules that are on: plain rounds until nothing is new.

    A fact that needs a rule counts only while that rule is on.
    """
    found: Closure = {}
    for fact in facts:
        if not fact.rule or fact.rule in rules:
            found.setdefault(fact.term, Reason(0, fact=fact))
    waiting = [one for one in known_rules if one.rule in rules and one.conclusion not in found]
    round, grew = 0, True
    while grew:
        round += 1
        ready = [one for one in waiting if all(premise in found for premise in one.premises)]
        new = {one.conclusion: Reason(round, instance=one) for one in reversed(ready) if one.conclusion not in found}
        found.update(new)
        waiting = [one for one in waiting if one.conclusion not in found]
        grew = bool(new)
    return found


@dataclass(frozen=True)
class Step:
    """One line of a derivation: a term, why it is known, and the lines that it rests on."""

    term: Known
    why: str
    rule: str
    premises: tuple[int, ...]
    holder: str = ""
    step: int = 0

    @property
    def told(self) -> str:
        rests = f" from {', '.join(str(number + 1) for number in self.premises)}" if self.premises else ""
        return f"{shown(self.term)}: {self.why}{rests}"


def derivation(targets: Iterable[Known], known: Mapping[Known, Reason], said: Mapping[str, str]) -> list[Step]:
    """The derivation of the targets, premises before what follows from them, each term once. said: rules in words."""
    lines: list[Step] = []
    places: dict[Known, int] = {}

    def tell(term: Known) -> int:
        if term in places:
            return places[term]
        reason = known[term]
        if reason.instance is None:
            assert reason.fact is not None
            fact = reason.fact
            who = f"{fact.holder} has it" if fact.holder else "everybody sees it"
            told = f"step {fact.step}, {fact.source}" if fact.step else "from the start"
            lines.append(Step(term, f"{who} ({told})", "", (), fact.holder, fact.step))
        else:
            premises = tuple(tell(premise) for premise in reason.instance.premises)
            lines.append(Step(term, said[reason.instance.rule], reason.instance.rule, premises))
        places[term] = len(lines) - 1
        return places[term]

    for target in targets:
        tell(target)
    return lines
