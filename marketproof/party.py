"""What every party has: an identifier, its own chance, a mailbox, and a client of the ledger; and how it finds what to do.

A party sees the committed ledger, what lies beside it in its own memory, its letters and what it fetched. It never sees another party.
What it does is found in the text: a step that its honest condition asks for is taken, with the party's own values. Another behaviour is a
subclass that has other values, or `behaviour`, which proposes other calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from adversaries.behaviours import BEHAVIOURS, Action, Behaviour, Seen
from ledger_runtime.blocks import Code, Endorsed
from ledger_runtime.digests import to_ledger
from ledger_runtime.network import Network
from ledger_runtime.offchain.object_store import ObjectStore
from marketproof.channels import Post
from marketproof.duties import Realised
from marketproof.real_values import RealValues, Use
from marketproof.sight import Beside, Sight
from spec.errors import Refused
from spec.kinds import BOOLEAN, INTEGER, Enumeration
from spec.tracing import Transaction

IDENTIFIER_BYTES = 16

CONFLICTS = (Code.MVCC_READ_CONFLICT, Code.PHANTOM_READ_CONFLICT)
"""Codes after which the same call may succeed against the newer state."""

Offers = Mapping[str, Callable[[], Iterable[Any]]]
Reactions = Mapping[str, Callable[..., object]]


@dataclass(frozen=True)
class Surroundings:
    """All that parties share: the ledger and what lies beside it, the post and the object store. offices: who holds them, by role."""

    network: Network
    post: Post
    store: ObjectStore
    offices: dict[str, str] = field(default_factory=dict)

    @cached_property
    def beside(self) -> Beside:
        return Beside(self.network)

    @cached_property
    def realised(self) -> Realised:
        return Realised(self.network.protocol)

    def cut(self) -> bool:
        """A block of all that waits; whether there was anything."""
        waiting = bool(self.network.mempool)
        if waiting:
            self.beside.settle(self.network.cut())
        return waiting


@dataclass(frozen=True)
class Call:
    """A transaction that a party called, with its arguments, `caller` among them."""

    transaction: str
    arguments: Mapping[str, Any]

    @property
    def identity(self) -> Any:
        return self.transaction, tuple(self.arguments.items())


@dataclass(frozen=True)
class Pending:
    """A call that waits for its block."""

    call: Call
    endorsed: Endorsed


def changes_what(waiting: Endorsed, other: Endorsed) -> bool:
    """Whether a transaction, endorsed in the same state, read what one that waits will have changed."""
    writes, read = waiting.read_write_set.writes, other.read_write_set
    return not writes.keys().isdisjoint(read.reads) or any(key.startswith(prefix) for prefix in read.ranges for key in writes)


def says_the_same(waiting: Endorsed, call: Call) -> bool:
    """What anybody may do, such as closing a round, need not be asked for twice."""
    asked, ours = ({name: value for name, value in given.items() if name != "caller"} for given in (waiting.arguments, call.arguments))
    return waiting.transaction == call.transaction and asked == ours


class Party:
    """A member under its pseudonym. rng: the only chance of this party, so that a seed replays it."""

    role: ClassVar[str] = ""
    behaviour: Behaviour = BEHAVIOURS["honest"]

    def __init__(self, surroundings: Surroundings, rng: np.random.Generator) -> None:
        self.network, self.store, self.rng = surroundings.network, surroundings.store, rng
        self.beside, self.realised, self.offices = surroundings.beside, surroundings.realised, surroundings.offices
        self.protocol = surroundings.network.protocol
        self.identifier = self.draw_identifier()
        self.mailbox = surroundings.post.mailbox(self.identifier)
        self.refusals: list[Refused] = []
        self.given_up: list[tuple[Call, Code]] = []
        self.context: dict[str, Any] = {}
        self.values = RealValues(self.network.oracle, self.identifier, rng, self.use)
        self.sight = Sight(self.beside, self.offered, self.values.make, self.values.open)
        if self.role in self.protocol.roles:
            self.beside.put({("Entity", (self.identifier,)): (self.role,)})
        self._pending: dict[str, Pending] = {}
        self._tried: set[Any] = set()
        self._looked: Any = None
        self._past: list[Action] = []
        self._blocks_read = 0

    # What a party has, and what is left to it.

    def start(self) -> None:
        """What the party does before anything stands on the ledger."""

    def offers(self) -> Offers:
        """By `step.parameter`, or by the parameter for all steps, the values that the party has for it."""
        return {}

    def hands(self) -> Reactions:
        """By the name of a step beside the ledger, what is really done; called with the arguments. False: it could not be done."""
        return {}

    def willing(self, step: str, given: Mapping[str, Any]) -> bool:
        """What the text leaves to the party: whether it wants to take a step that it may take."""
        # Whose epochs are spent is completed by its model owner: nobody closes it over that.
        return not (step == "CloseTC" and self.epochs_are_spent(given["couple"]))

    def on_letter(self) -> Reactions:
        """By the subject of a letter, what is done; called with the letter."""
        return {}

    def on_commit(self) -> Reactions:
        """By the name of a transaction of one's own that was committed, what is done; called with the `Call`."""
        return {}

    def submitted(self, call: Call) -> None:
        """What the party notes when a call of its own is on its way."""

    def refused(self, call: Call, refusal: Refused) -> None:
        """What the party makes of a refusal of its own call."""

    # What it does.

    def take_turn(self) -> bool:
        """Look at what became of one's transactions and at new letters; then do what is to be done. Whether there was anything."""
        settled, letters = self._settled(), self.mailbox.take()
        for call in settled:
            self._react(self.on_commit(), call.transaction, call)
        for letter in letters:
            self._react(self.on_letter(), letter.subject, letter)
        if not settled and not letters and self._looked == self.beside.version:
            return False
        active = self.act()
        self._looked = None if active else self.beside.version
        return bool(active or letters or settled)

    def act(self) -> bool:
        """Every step that the behaviour proposes; an honest one proposes duties, each found in the state that those before it left."""
        if not self.behaviour.deviating:
            done = [self.take(step, given) for step, given in self.duties()]
            return any(done)
        duties = list(self.duties())
        dutiful = {Call(*duty).identity for duty in duties}
        seen = Seen(self.protocol, self.identifier, self.sight, self.past(), duties)
        done = [self.take(step, given, Call(step, given).identity in dutiful) for step, given in self.behaviour.options(seen)]
        return any(done)

    def duties(self) -> Iterator[Action]:
        """The steps that this party would take now, with its own values, in the order of the text."""
        done: set[Any] = set()
        for transaction in self.steps:
            tried = self.context = {}
            for given in self.realised.duties(transaction, self.sight, tried):
                identity = Call(transaction.name, given).identity
                if identity not in done and self.willing(transaction.name, given):
                    done.add(identity)
                    yield transaction.name, given
                    self.context = tried

    @cached_property
    def steps(self) -> list[Transaction]:
        """The steps of this party's role; submissions are no steps of their own here."""
        return [t for t in self.protocol.transactions.values() if "not_yet_public" not in t.honest and self.may_play(t.caller_role)]

    def may_play(self, roles: str) -> bool:
        return self.role in re.findall(r"\w+", roles) or roles == "new member"

    def take(self, step: str, given: Mapping[str, Any], dutiful: bool = True) -> bool:
        """Take a step; whether it was taken. What is no duty is tried once only."""
        transaction = self.protocol.transactions[step]
        kinds = transaction.parameters
        real = {name: to_ledger(kinds[name], value, self.network.oracle) for name, value in given.items()}
        call = Call(step, real)
        if call.identity in self._tried:
            return False
        if not dutiful:
            self._tried.add(call.identity)
        return self._submit(call) if transaction.on_ledger else self._do(transaction, real)

    def _do(self, transaction: Transaction, given: dict[str, Any]) -> bool:
        """A step beside the ledger: the real work first, then what is remembered of it."""
        self.context = given
        if self.realised.run(transaction, given, self.sight).refused:
            return False
        hand = self.hands().get(transaction.name)
        if hand is not None and hand(given) is False:
            return False
        before = self.beside.changes
        self.beside.put(self.realised.observe(transaction, given, self.sight))
        return self.beside.changes != before

    def _submit(self, call: Call) -> bool:
        """Have a call endorsed and submit it, unless it waits already, or would read what waiting calls change.

        Of calls that wait a party minds its own; and those of all, where what it asks for is not for one role to ask for.
        """
        transaction = self.protocol.transactions[call.transaction]
        if self.roles_of(transaction) > 1 and any(says_the_same(waiting, call) for waiting in self.network.mempool):
            return False
        self.context = dict(call.arguments)
        try:
            endorsed = self.network.propose(call.transaction, call.arguments)
        except Refused as refusal:
            self.refusals.append(refusal)
            self.refused(call, refusal)
            return False
        minded = self.network.mempool if self.roles_of(transaction) != 1 else [pending.endorsed for pending in self._pending.values()]
        if any(changes_what(waiting, endorsed) for waiting in minded):
            return False
        self.beside.expect(endorsed.transaction_id, self.realised.observe(transaction, self.context, self.sight))
        self.network.submit(endorsed)
        self._pending[endorsed.transaction_id] = Pending(call, endorsed)
        self.submitted(call)
        return True

    def roles_of(self, transaction: Transaction) -> int:
        """How many roles may ask for it: more than one for closing a round, none in particular for joining the marketplace."""
        return sum(role in re.findall(r"\w+", transaction.caller_role) for role in self.protocol.roles)

    def _settled(self) -> list[Call]:
        """Own calls that were committed since the last turn. What met a conflict is found in the text again, if it still is a duty."""
        known, committed = self.network.ledger.receipts, []
        for identifier in [identifier for identifier in self._pending if identifier in known]:
            call, code = self._pending.pop(identifier).call, known[identifier].code
            if code == Code.VALID:
                committed.append(call)
            elif code not in CONFLICTS:
                self.given_up.append((call, code))
        return committed

    @staticmethod
    def _react(reactions: Reactions, name: str, *arguments: Any) -> None:
        if name in reactions:
            reactions[name](*arguments)

    # Its chance, its values and its reading of the ledger.

    def offered(self, name: str) -> Iterable[Any]:
        """The values for a parameter, by `step.parameter`: the party's own, or whatever stands on the ledger."""
        step, _, parameter = name.partition(".")
        own = self._offers.get(name, self._offers.get(parameter))
        if own is not None:
            return own()
        kind = self.protocol.transactions[step].parameters[parameter]
        if parameter == "caller":
            return [self.identifier]
        if kind is BOOLEAN:
            return [False, True]
        if kind is INTEGER:
            return range(1 + max((self.asset("TC", couple)["round"] for couple in self.beside.identifiers("TC")), default=0))
        return kind.values if isinstance(kind, Enumeration) else self.beside.identifiers(kind.sort)

    @cached_property
    def _offers(self) -> Offers:
        return self.offers()

    def use(self) -> Use:
        """For what a secret is drawn: the couple, the instance, the model and the round that the step at hand speaks of."""
        couple, instance, model = (self.context.get(name) for name in ("couple", "instance", "model"))
        if model is not None:
            return couple, instance, model, self.beside.cells("Aggregated", self.identifier, model).get("round", 0)
        return couple, instance, model, self.context.get("round", self.asset("TC", couple).get("round", 0) if couple else 0)

    def epochs_are_spent(self, couple: str) -> bool:
        return bool(self.asset("Progress", couple).get("epoch") == self.asset("TC", couple).get("epochs"))

    def past(self) -> list[Action]:
        """Every call that was committed."""
        for block in self.network.blocks[self._blocks_read :]:
            valid = (endorsed for endorsed, code in zip(block.transactions, block.codes, strict=True) if code == Code.VALID)
            self._past.extend((endorsed.transaction, dict(endorsed.arguments)) for endorsed in valid)
            self._blocks_read += 1
        return self._past

    def draw_identifier(self) -> str:
        """A pseudonym, or the identifier of an asset: 32 hexadecimal digits that tell nothing."""
        return self.rng.bytes(IDENTIFIER_BYTES).hex()

    def asset(self, table: str, *key: Any) -> dict[str, Any]:
        """A committed row by cell name; empty when there is none."""
        return self.beside.cells(table, *key)

    def entries(self, table: str, field: str, *key: Any) -> list[Any]:
        """A list of a committed row, such as Curdssidlist of a TC, in its order."""
        length = self.asset(table, *key).get(f"{field}_length", 0)
        return [self.asset(f"{table}.{field}", *key, position)["item"] for position in range(length)]

    def parameters(self, step: str) -> Iterable[str]:
        """The parameters that a transaction of this text has; none where the text has no such transaction."""
        return self.protocol.transactions[step].parameters if step in self.protocol.transactions else ()


class Organisation(Party):
    """What the organisations of the network do together, such as moving the clock on; no member of the marketplace."""

    role = "organisations"

    def __init__(self, surroundings: Surroundings, rng: np.random.Generator) -> None:
        super().__init__(surroundings, rng)
        self.offices[self.role] = self.identifier
        self.asked: list[Any] = []

    def may_play(self, roles: str) -> bool:
        return roles == self.role

    @property
    def moves(self) -> set[str]:
        return {transaction.name for transaction in self.steps}
