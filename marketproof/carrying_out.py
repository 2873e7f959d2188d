"""Carries a derivation out with real values: facts are the bytes that honest parties told, each rule is executed on bytes alone.

Rows come from a short list of candidates, hashes are SHA-256, sealed texts HPKE.  For the homomorphic scheme stands an evaluator that
holds the key and gives ciphertexts only: no scheme is installed, and none of the rules looks into one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ledger_runtime.offchain.extension import extended, padding
from ledger_runtime.offchain.sealed import SealBroken, key_pair, open_sealed, seal
from ledger_runtime.world import StepRefused, World
from model.deduction import GUESSABLE, Step, needed
from model.knowing import Answer, Setting
from model.terms import Known, is_constant, shown

ATOM_BYTES, LENGTH_BYTES, HEAD_BYTES = 32, 8, 12
NONCE_BYTES = 16
SUFFIX = b"and more"
CONTEXT = b"knowledge"
CANDIDATES = [f"patient {number}: {finding}".encode() for number in range(40) for finding in ("positive", "negative")]

Values = Mapping[Known, bytes]


class CannotCarryOut(Exception):
    """A line of a derivation whose rule, executed on its premises, does not give its term."""


def carry_out(setting: Setting, answer: Answer) -> dict[int, str]:
    """Executes a refutation: the run on a ledger, then each line; gives the digest of what each line came to.

    Raises CannotCarryOut.
    """
    replay_run(setting)
    by_place: dict[int, bytes] = {}
    leaking = "author" in answer.used
    truth = Truth(leaking)
    for place, step in enumerate(answer.steps):
        if step.term[0] in ("appearance", "same"):
            continue
        if not step.rule:
            check_fact(setting, answer, step)
            by_place[place] = truth.value(step.term)
            continue
        premises = {answer.steps[number].term: by_place[number] for number in step.premises}
        found = EXECUTED[step.rule](truth, step.term, premises)
        if found != truth.value(step.term):
            raise CannotCarryOut(f"line {place + 1}: {step.rule} does not give {shown(step.term)}")
        by_place[place] = found
    if {answer.steps[place].term for place in by_place} < set(answer.targets):
        raise CannotCarryOut("the derivation does not end with what it is for")
    return {place: hashlib.sha256(value).hexdigest() for place, value in by_place.items()}


def replay_run(setting: Setting) -> None:
    """The run of honest parties, on a ledger that endorses, orders and validates; once for each setting."""
    if setting.replayed:
        return
    world = World(setting.protocol, setting.scope.facts(), (), setting.scope.universe(setting.protocol), compiled=setting.compiled)
    for number, (name, arguments) in enumerate(setting.run, 1):
        try:
            world.take(setting.protocol.transactions[name], arguments)
        except StepRefused as error:
            raise CannotCarryOut(f"step {number} of the run, {name}: {error}") from error
    setting.replayed.append(True)


def check_fact(setting: Setting, answer: Answer, step: Step) -> None:
    """A fact is one of the run, told to a member of the coalition or to everybody, and in time."""
    told = any(fact.term == step.term and fact.holder == step.holder for fact in setting.observed.facts)
    if not told or (step.holder and step.holder not in answer.members):
        raise CannotCarryOut(f"{shown(step.term)} was not told to {', '.join(answer.members) or 'everybody'}")
    if answer.told and step.step and step.step not in answer.told:
        raise CannotCarryOut(f"{shown(step.term)} is told in step {step.step}, which is too late")


class Truth:
    """The bytes that terms stand for.  leaking: whether training programs return the data that they run on."""

    def __init__(self, leaking: bool) -> None:
        self.leaking = leaking
        self.known: dict[Known, bytes] = {}

    def value(self, term: Any) -> bytes:
        if is_constant(term):
            return str(term).encode()
        if term not in self.known:
            self.known[term] = compute(self, term, {})
        return self.known[term]

    def atom(self, term: Known) -> bytes:
        drawn = hashlib.sha256(repr(term).encode()).digest()
        if term[0] in GUESSABLE:
            return CANDIDATES[drawn[0] % len(CANDIDATES)]
        return drawn[:NONCE_BYTES] if term[0] == "nonce" else drawn

    def program(self, model: bytes, data: bytes, round: bytes) -> bytes:
        """What a training program returns: weights, and behind them the data where its author wants that."""
        weights = hashlib.sha256(b"weights" + model + data + round).digest()
        return weights + data if self.leaking else weights


def with_length(part: bytes) -> bytes:
    return len(part).to_bytes(LENGTH_BYTES, "big") + part


def compute(truth: Truth, term: Any, given: Values) -> bytes:
    """A term from the values that are given, or from nothing but the truth of its atoms."""
    if is_constant(term):
        return str(term).encode()
    if term in given:
        return given[term]
    if term[0] not in MADE:
        if given:
            raise CannotCarryOut(f"{shown(term)} is not given")
        return truth.atom(term)
    return MADE[term[0]](truth, term, given)


def appended(truth: Truth, term: Known, given: Values) -> bytes:
    data = compute(truth, term[1], given)
    if isinstance(term[2], tuple) and term[2][0] == "extended":
        nonce = compute(truth, term[2][1], given)
        return data + nonce + padding(len(data) + len(nonce)) + SUFFIX
    return data + compute(truth, term[2], given)


def in_tuple(truth: Truth, term: Known, given: Values) -> bytes:
    return b"".join(with_length(compute(truth, part, given)) for part in term[1:])


def hashed(truth: Truth, term: Known, given: Values) -> bytes:
    return hashlib.sha256(compute(truth, term[1], given)).digest()


def public_key(truth: Truth, term: Known, given: Values) -> bytes:
    return key_pair(compute(truth, term[1], given)).public_key


def sealed(truth: Truth, term: Known, given: Values) -> bytes:
    """Under a key; an encrypted result of a program is what the evaluator makes of an encrypted model."""
    _, lock, inside = term
    if given and term[0] == "locked" and not is_constant(inside) and inside[0] == "run" and inside not in given:
        return evaluated(truth, term, given)
    plain = compute(truth, inside, given)
    return seal(compute(truth, lock, given), plain, CONTEXT, np.random.default_rng(list(hashlib.sha256(repr(term).encode()).digest())))


def evaluated(truth: Truth, term: Known, given: Values) -> bytes:
    """The evaluator: it opens the encrypted model with the key, runs the program, and gives the result encrypted as the truth is."""
    _, lock, (run, program, model, data, round) = term
    ciphertext = compute(truth, ("locked", lock, model), given)
    opened = open_sealed(truth.value(lock[1]), ciphertext, CONTEXT)
    compute(truth, program, given)
    result = run_program(truth, (run, program, model, data, round), {**given, model: opened})
    return sealed(truth, term, {("run", program, model, data, round): result, lock: truth.value(lock)})


def run_program(truth: Truth, term: Known, given: Values) -> bytes:
    _, program, model, data, round = term
    inputs = [compute(truth, part, given) for part in (model, data, round)]
    compute(truth, program, given)
    return hashlib.sha256(b"prediction" + b"".join(inputs)).digest() if is_constant(program) else truth.program(*inputs)


def head(truth: Truth, term: Known, given: Values) -> bytes:
    return compute(truth, term[1], given)[:HEAD_BYTES]


def tail(truth: Truth, term: Known, given: Values) -> bytes:
    return compute(truth, term[1], given)[HEAD_BYTES:]


def lengthened(truth: Truth, term: Known, given: Values) -> bytes:
    """A nonce with a suffix behind it; the padding between depends on what it is hashed with, and stands there."""
    return compute(truth, term[1], given) + SUFFIX


Maker = Callable[[Truth, Known, Values], bytes]
MADE: dict[str, Maker] = {
    "append": appended, "joined": appended, "tuple": in_tuple, "salted": in_tuple, "hash": hashed, "lock": public_key, "sealed": sealed,
    "locked": sealed, "run": run_program, "head": head, "tail": tail, "extended": lengthened,
}  # fmt: skip


def composed(truth: Truth, term: Known, premises: Values) -> bytes:
    if premises or not needed(term[1:]):
        return MADE[term[0]](truth, term, premises or {("nothing",): b""})
    raise CannotCarryOut(f"{shown(term)} is composed of nothing")


def projected(truth: Truth, term: Known, premises: Values) -> bytes:
    """A part of a tuple by its lengths; of an appended text by the length of the nonce."""
    ((whole, text),) = premises.items()
    place = whole.index(term, 1)
    if whole[0] == "append":
        return text[:-NONCE_BYTES] if place == 1 else text[-NONCE_BYTES:]
    for _ in range(place):
        length = int.from_bytes(text[:LENGTH_BYTES], "big")
        part, text = text[LENGTH_BYTES : LENGTH_BYTES + length], text[LENGTH_BYTES + length :]
    return part


def opened(truth: Truth, term: Known, premises: Values) -> bytes:
    (closed, text), (_, key) = premises.items()
    try:
        return open_sealed(key, text, CONTEXT)
    except SealBroken as error:
        raise CannotCarryOut(f"{shown(closed)} does not open: {error}") from error


def own_program(truth: Truth, term: Known, premises: Values) -> bytes:
    """The data behind the weights that one's own program returned."""
    return next(iter(premises.values()))[hashlib.sha256().digest_size :]


def guessed(truth: Truth, term: Known, premises: Values) -> bytes:
    """Tries every candidate until the hash comes out."""
    digest, *_ = premises
    others = {premise: value for premise, value in premises.items() if premise != digest}
    for candidate in CANDIDATES:
        if compute(truth, digest, {**others, term: candidate}) == premises[digest]:
            return candidate
    raise CannotCarryOut(f"no candidate gives {shown(digest)}")


def longer(truth: Truth, term: Known, premises: Values) -> bytes:
    """The digest of more, from the digest and the length of what it is of, which everybody can try."""
    (first, digest), (_, nonce) = premises.items()
    return extended(digest, len(truth.value(first[1][1])) + len(nonce), SUFFIX)


def the_same(truth: Truth, term: Known, premises: Values) -> bytes:
    return next(iter(premises.values()))


EXECUTED: dict[str, Maker] = {
    "compose": composed, "project": projected, "open": opened, "evaluate": composed, "author": own_program, "guess": guessed,
    "extend": longer, "reread": the_same, "fetch": lambda truth, term, premises: truth.value(term),
}  # fmt: skip
