"""The same plays on ledgers in memory: shares are drawn, permutations are SHA3-256's, calls are endorsed, then committed or dropped."""

from __future__ import annotations

from adversaries.grinding import Grinding
from ledger_runtime.blocks import Endorsed
from ledger_runtime.engines import TABLES, Memory
from ledger_runtime.errors import LedgerError
from ledger_runtime.network import Network, Parts
from model.bias import Ground
from model.chances import Random
from model.enumeration import Action
from model.grinding import Kept, Play
from spec.concrete import View
from spec.errors import Refused
from spec.text import Protocol

BYTES_OF_SHARE = 16


class OnLedger:
    """A stage on a ledger.  Guards decide; what honest parties would do is what the words of a strategy say that they do."""

    def __init__(self, ground: Ground, engine: Memory, seed: str) -> None:
        self.protocol: Protocol = ground.protocol
        self.values = ground.values
        self.network = Network(ground.protocol, seed=0, compiled=ground.compiled, parts=Parts(engines=(copied(engine),)))
        self.rng = Random(f"shares {seed}").rng
        self.shares: dict[tuple[str, str], str] = {}
        self.seen: dict[str, Endorsed] = {}

    def take(self, action: Action) -> str:
        """Have a call endorsed, or take what was endorsed in the last look, and commit it."""
        try:
            endorsed = self.seen.pop(repr(action), None) or self.proposed(action)
            receipt = self.network.commit(endorsed)
        except Refused as error:
            return f"{action[0]}.{error.guard}"
        except LedgerError as error:
            return f"{action[0]}: {error}"
        return "" if receipt.code == "VALID" else f"{action[0]}: {receipt.code}"

    def proposed(self, action: Action) -> Endorsed:
        return self.network.propose(action[0], self.network.to_ledger(*action))

    def endorse(self, action: Action) -> None:
        """What was endorsed before and not committed is dropped."""
        self.seen = {repr(action): self.proposed(action)}

    def imagine(self, actions: list[Action]) -> tuple[str, View]:
        view = self.network.view(self.values)
        for name, given in actions:
            outcome = self.network.compiled.run(self.protocol.transactions[name], self.network.to_ledger(name, given), view)
            if outcome.refused:
                return f"{name}.{outcome.refused}", view
            view = self.network.view(self.values, beside={**view.rows, **outcome.writes})
        return "", view

    def share(self, member: str, couple: str) -> str:
        """Drawn once for each couple."""
        if (member, couple) not in self.shares:
            self.shares[member, couple] = f"Share({self.rng.randbytes(BYTES_OF_SHARE).hex()})"
        return self.shares[member, couple]


def copied(engine: Memory) -> Memory:
    """Another ledger with the same blocks."""
    other = Memory()
    other.write((table, key, value) for table in TABLES for key, value in engine.scan(table))
    return other


class Sampling:
    """Plays of a ground on ledgers, each from the same blocks of honest parties."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.engine = ground, Memory()
        network = Network(ground.protocol, seed=0, compiled=ground.compiled, parts=Parts(engines=(self.engine,)))
        for name, given in ground.steps:
            if ground.protocol.transactions[name].on_ledger:
                network.invoke(name, network.to_ledger(name, given))

    def play(self, strategy: Grinding, again: int, seed: str) -> Kept:
        """One play; the same seed gives the same."""
        stage = OnLedger(self.ground, self.engine, seed)
        return Play(stage, self.ground.reading, strategy, self.ground.aim, again, Random(f"draws {seed}")).run()
