"""Powers over a ledger that are no order of what waits: censoring, forged write sets, lies of an orderer; tried on the signed ledger."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from adversaries.ledger import BESIDE
from ledger_runtime.blocks import Endorsed
from ledger_runtime.campaigns import Outcome, campaign
from ledger_runtime.delivery import Faults
from ledger_runtime.engines import Memory
from ledger_runtime.errors import EndorsementMismatch
from ledger_runtime.identities import certified
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from ledger_runtime.policies import POLICIES
from ledger_runtime.world import World
from marketproof.errors import ToolDisagrees
from marketproof.ordering import SCOPE, Powers, Start
from marketproof.replaying import ledger_traps
from marketproof.winning import PARTS
from model.enumeration import Action
from model.honest import Honest, Undecided
from model.scope import values_of
from properties.claims import goal_of
from properties.ranking import Liveness
from spec.errors import Refused, SpecificationError

LIES = {"equivocate": "equivocate", "branch": "branch", "skip": "skip", "tamper": "tamper", "impersonate": "forge"}
PEERS, TICKS, SHARE, SEED = 5, 25, 0.3, 0
MOST_AFTER = 3_000
CALM = Faults(dropped=0.0, repeated=0.0, late_ticks=1, parted=0.0)


@dataclass(frozen=True)
class Tried:
    """What one such power comes to in a text: what is won, each with its claim and how it is done, or within which bound nothing is."""

    power: str
    by: str
    won: list[dict[str, Any]]
    bound: str

    def as_dict(self, text: str) -> dict[str, Any]:
        return {"power": self.power, "described": BESIDE[self.power], "text": text, "by": self.by, "ledger": "", "won": self.won,
                "bound": self.bound}  # fmt: skip


def beside(powers: Powers, name: str) -> Iterator[Tried]:
    if name == "censor":
        yield from censoring(powers)
    elif name == "forge":
        yield forging(powers)
    else:
        yield lying(powers, name)


def won(claim: str, sentence: str, said: str, moves: list[str], after: int = 0) -> dict[str, Any]:
    return {"claim": claim, "sentence": sentence, "said": said, "after": after, "moves": moves}


# --- censoring ---


def censoring(powers: Powers) -> Iterator[Tried]:
    """For each member the claims about what honest parties can reach that fall when nobody orders what it submits."""
    lives = live_claims(powers)
    for member, role in SCOPE.members().items():
        if role is None or SCOPE.is_spare(member):
            continue
        found, unknown = [], list[str]()
        for label, claim in lives.items():
            powers.bench.progress(f"censor {member}: {label}")
            try:
                fallen = censored(powers, claim, member)
            except Undecided as error:
                unknown.append(f"{label} ({error})")
                continue
            if fallen is not None:
                start, said = fallen
                moves = [f"the orderer takes nothing that {member} submits from here on"]
                found.append(won(label, PARTS[label].parts[0].statement, said, moves, len(start.steps)))
        asked = f"from {len(powers.starts)} states of an honest run at {SCOPE}, honest parties can reach what {len(lives)} claims promise"
        yield Tried("censor", f"orderer, against {member}", found, asked + (f"; unknown: {', '.join(unknown)}" if unknown else ""))


def live_claims(powers: Powers) -> dict[str, Liveness]:
    found: dict[str, Liveness] = {}
    for label, part in PARTS.items():
        if part.kind == "live":
            try:
                lives = goal_of(part, powers.bench.protocol, powers.bench.protocol.transactions).live
            except SpecificationError:
                continue
            (found[label],) = lives.values()
    return found


def censored(powers: Powers, claim: Liveness, member: str) -> tuple[Start, str] | None:
    """The first state of the honest run from which the claim falls, and only by censoring; replayed on a ledger."""
    bench = powers.bench
    free, other = (Honest(bench.protocol, bench.compiled, SCOPE, claim, frozenset(), most_states=MOST_AFTER, censored=who)
                   for who in (frozenset[str](), frozenset({member})))  # fmt: skip
    for start in powers.starts:
        if other.trap(start.rows, other.groups()) is not None and free.trap(start.rows, free.groups()) is None:
            return start, on_the_ledger(powers, claim, start, member)
    return None


def on_the_ledger(powers: Powers, claim: Liveness, start: Start, member: str) -> str:
    """The same on a ledger, on which the member's next call lies in the mempool and stays there."""
    bench = powers.bench
    world = World(bench.protocol, SCOPE.facts(), frozenset(), SCOPE.universe(bench.protocol), compiled=bench.compiled, ledger="signed")
    for name, given in start.steps:
        world.take(bench.protocol.transactions[name], given)
    waits = submitted(world, powers, start, member)
    trap = ledger_traps(claim, world, SCOPE, censored=frozenset({member})).explained()
    if not trap:
        raise ToolDisagrees(f"censoring {member}: on the ledger honest parties can still reach what they cannot in the search")
    return f"{waits}{trap[0]}"


def submitted(world: World, powers: Powers, start: Start, member: str) -> str:
    """Has the member's next calls of the honest run endorsed and submitted, as far as they can be now; says what waits."""
    longest, names = powers.starts[-1].steps, list[str]()
    for name, given in longest[len(start.steps) :]:
        step = powers.bench.protocol.transactions[name]
        if given["caller"] == member and step.on_ledger and not names:
            try:
                world.network.submit(world.network.propose(name, world.translated(step, given)))
                names.append(name)
            except Refused:
                continue
    return f"{', '.join(names)} of {member} waits in the mempool for ever; " if names else ""


# --- forged write sets ---


def forging(powers: Powers) -> Tried:
    """For each endorsement policy the smallest sets of peers that commit a write set which no chaincode computed, by trying all."""
    protocol, found, none = powers.bench.protocol, [], list[str]()
    for policy in dict.fromkeys([protocol.policy.endorsement, *POLICIES]):
        network = Network(protocol, compiled=powers.bench.compiled,
                          parts=Parts(certified(ORGANISATIONS, SEED), [Memory() for _ in ORGANISATIONS], policy=policy))  # fmt: skip
        for rule, table in tables_by_rule(network).items():
            powers.bench.progress(f"forge: {rule}")
            sets, tried = smallest_sets(network, table)
            own = "the text's own policy" if policy == protocol.policy.endorsement else "another policy"
            if sets:
                peers = " or ".join(map(joined, sets))
                enough = f"{len(sets[0])} of {len(network.peers)} peers are enough: {peers}"
                said = f"policy {rule!r} ({own}): {enough}; {tried} sets were tried"
                moves = [f"{joined(sets[0])} sign a row of {table} that nobody computed", "a client submits it: every peer says VALID"]
                found.append(won("C34", "every change of the ledger passes its guards when it commits", said, moves))
            else:
                none.append(f"; {rule!r}: no set of the {len(network.peers)} peers")
    return Tried("forge", "peers", found, f"every set of the {len(ORGANISATIONS)} peers of a signed ledger" + "".join(none))


def joined(peers: tuple[str, ...]) -> str:
    return " and ".join(peers)


def tables_by_rule(network: Network) -> dict[str, str]:
    """A table that each rule decides on."""
    found: dict[str, str] = {}
    for name, table in network.protocol.schema.tables.items():
        if table.on_ledger:
            found.setdefault(network.configuration.rules.table(name).text, name)
    return found


def smallest_sets(network: Network, table: str) -> tuple[list[tuple[str, ...]], int]:
    """The sets of peers of the least size whose forged write set commits, and how many were tried."""
    universe = SCOPE.universe(network.protocol)
    key = tuple(values_of(kind, universe)[0] for _, kind in network.protocol.schema.tables[table].key)
    called = next(name for name, step in network.protocol.transactions.items() if step.on_ledger)
    tried = 0
    for size in range(1, len(network.peers) + 1):
        sets = []
        for peers in itertools.combinations(network.peers, size):
            tried += 1
            receipt = network.commit(network.forge(peers, called, {(table, key): {}}))
            if receipt.code == "VALID":
                sets.append(peers)
        if sets:
            return sets, tried
    return [], tried


# --- lies of an orderer ---


def lying(powers: Powers, name: str) -> Tried:
    """A campaign of the lie on signed peers that compare what they have: whether two of them ever keep different blocks."""
    network = Network(powers.bench.protocol, compiled=powers.bench.compiled, seed=SEED,
                      parts=Parts(certified(ORGANISATIONS, SEED), [Memory() for _ in range(PEERS)]))  # fmt: skip
    powers.bench.progress(f"{name}: {TICKS} blocks")
    outcome = campaign(network, calls_of(powers), SEED, TICKS, {LIES[name]: SHARE}, CALM)
    bound = f"{outcome.lies} such blocks among {TICKS}, {PEERS} signed peers that compare what they have, seed {SEED}"
    return Tried(name, "orderer" if name not in ("tamper", "impersonate") else "network", differing(outcome, name), bound)


def differing(outcome: Outcome, name: str) -> list[dict[str, Any]]:
    if not outcome.differing:
        return []
    one, other, height = outcome.differing[0]
    noticed = f"{len(outcome.alarms)} of {len(outcome.heights)} peers raise an alarm and stop; unnoticed: {len(outcome.unnoticed)} pairs"
    said = f"{one} and {other} hold different histories at height {height}; {noticed}"
    moves = [f"{BESIDE[name]}, one for each half of the peers", "every peer commits what it was sent"]
    return [won("C37", "all honest peers commit one history", said, moves)]


def calls_of(powers: Powers) -> Callable[[Network, random.Random], list[Endorsed]]:
    """The calls of the honest run, one a tick, as far as they are endorsed."""
    called: list[Action] = [action for action in powers.starts[-1].steps if powers.bench.protocol.transactions[action[0]].on_ledger]

    def of_a_tick(network: Network, rng: random.Random) -> list[Endorsed]:
        for place, (name, given) in enumerate(called):
            try:
                endorsed = network.propose(name, network.to_ledger(name, given))
            except (Refused, EndorsementMismatch):
                continue
            del called[place]
            return [endorsed]
        return []

    return of_a_tick
