"""Two ledgers that are played alike: ours, and a Fabric; whatever differs between them is noted.

Both are asked to endorse at the same height; Fabric orders; ours then cuts blocks of the same transactions in the same order. A transaction
is the same on both by what it is signed with on Fabric.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ledger_runtime.blocks import Endorsed as Ours
from ledger_runtime.errors import LedgerError, NotEndorsed
from ledger_runtime.execution import ReadWriteSet
from ledger_runtime.fabric import tampering
from ledger_runtime.fabric.blocks import Block, blocks, decoded
from ledger_runtime.fabric.client import Client, Endorsed
from ledger_runtime.network import Network
from ledger_runtime.store import Version
from marketproof.fabric_rows import rows_settled
from marketproof.fabric_scenarios import Call
from spec.errors import Refused

AT_ONCE = 64
PATIENCE_S = 90.0
PAUSE_S = 0.05
REFUSED = "REFUSED"


@dataclass(frozen=True)
class Twin:
    """One transaction on both ledgers."""

    call: Call
    ours: Ours
    theirs: Endorsed

    @property
    def mark(self) -> bytes:
        return bytes(self.theirs.envelope.signature)


@dataclass
class Noted:
    """What was compared, and what differed."""

    asked: Counter[str] = field(default_factory=Counter)
    ordered: Counter[str] = field(default_factory=Counter)
    valid: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    blocks: int = 0
    largest_block: int = 0
    ranges: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)

    def differ(self, where: str, what: str, ours: Any, theirs: Any) -> None:
        self.differences.append({"where": where, "what": what, "ours": str(ours), "fabric": str(theirs)})


class Pair:
    """Our network and a client of Fabric's; `base`: the number of Fabric's last block before ours begin."""

    def __init__(self, network: Network, client: Client, base: int) -> None:
        self.network, self.client, self.base = network, client, base
        self.noted = Noted()
        self._twins: dict[bytes, Twin] = {}
        self._height = base

    # Endorsing.

    async def endorse(self, calls: Iterable[Call]) -> list[Twin]:
        """Have calls endorsed on both, at this height; those that both refuse for the same reason are counted."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(call: Call) -> Twin | None:
            async with gate:
                return await self._endorsed(call)

        return [twin for twin in await asyncio.gather(*map(one, calls)) if twin is not None]

    async def _endorsed(self, call: Call) -> Twin | None:
        self.noted.asked[call.transaction] += 1
        ours, theirs = self._asked_here(call), await self._asked_there(call)
        if isinstance(ours, Ours) and isinstance(theirs, Endorsed) and self._told(theirs) != (self._there(ours.read_write_set), ours.event):
            await asyncio.sleep(10 * PAUSE_S)  # a peer tells a block before its rows are kept
            theirs = await self._asked_there(call)
        if isinstance(ours, Ours) and isinstance(theirs, Endorsed):
            told = self._told(theirs)
            if told != (self._there(ours.read_write_set), ours.event):
                self.noted.differ(call.transaction, "what was endorsed", (self._there(ours.read_write_set), ours.event), told)
            return self._bent(Twin(call, ours, theirs))
        if ours != theirs:
            self.noted.differ(call.transaction, "whether it is endorsed", ours, theirs)
        self.noted.codes[REFUSED] += 1
        return None

    def _asked_here(self, call: Call) -> Ours | str:
        try:
            return self.network.propose(call.transaction, call.arguments, [f"peer.{name}" for name in call.endorsers])
        except (Refused, LedgerError) as error:
            return f"{type(error).__name__}: {error}"

    async def _asked_there(self, call: Call) -> Endorsed | str:
        caller = self.client.members.member(call.arguments["caller"])
        given = {name: value for name, value in call.arguments.items() if name != "caller"}
        try:
            return await self.client.propose_to(call.endorsers, caller, call.transaction, given)
        except NotEndorsed as refused:
            return refused.said

    @staticmethod
    def _told(theirs: Endorsed) -> tuple[Any, Any]:
        found = decoded(theirs.envelope, "market")
        return found.result, found.event

    def _there(self, result: ReadWriteSet) -> ReadWriteSet:
        """Our result with the numbers that Fabric's blocks have."""

        def moved(version: Version) -> Version:
            return Version(version.block + self.base, version.transaction)

        reads = {key: None if version is None else moved(version) for key, version in result.reads.items()}
        ranges = {prefix: tuple((key, moved(version)) for key, version in found) for prefix, found in result.ranges.items()}
        return ReadWriteSet(reads, ranges, result.writes)

    def _bent(self, twin: Twin) -> Twin:
        """The same twin, after its client did to it what it does."""
        ours, theirs, wallet = twin.ours, twin.theirs, self.network.trust.wallet
        if twin.call.fate == "creator":
            return Twin(twin.call, replace(ours, signature=wallet.sign(ours.creator, b"else")), tampering.other_signature(theirs))
        if twin.call.fate == "identifier":
            renamed = replace(ours, transaction_id="00" * 32)
            signed = replace(renamed, signature=wallet.sign(ours.creator, renamed.signed))
            return Twin(twin.call, signed, tampering.other_identifier(theirs))
        if twin.call.fate == "endorsement":
            said = tuple(replace(one, signature=wallet.sign(ours.creator, one.signature)) for one in ours.endorsements)
            forged = replace(ours, endorsements=said)
            signed = replace(forged, signature=wallet.sign(ours.creator, forged.signed))
            return Twin(twin.call, signed, tampering.other_endorsements(theirs))
        return twin

    # Ordering.

    async def order(self, twins: list[Twin]) -> dict[bytes, str]:
        """Have transactions ordered by Fabric and cut alike here; the code of each by its mark (of several, the best one)."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(twin: Twin) -> None:
            async with gate:
                await self.client.submit(twin.theirs)

        self._twins.update((twin.mark, twin) for twin in twins)
        await asyncio.gather(*map(one, twins))
        codes: dict[bytes, str] = {}
        left = len(twins)
        while left:
            for block in await self._next_blocks():
                left -= len(block.transactions)
                for mark, code in self._cut(block):
                    codes[mark] = "VALID" if "VALID" in (code, codes.get(mark)) else code
        await asyncio.sleep(PAUSE_S)
        return codes

    async def _next_blocks(self) -> list[Block]:
        """The next block, as every peer has it."""
        self._height += 1
        listener = self.client.members.asker()

        async def at(organisation: str) -> Block:
            async for block in blocks(self.client, listener, self._height, self._height, organisation):
                return block
            raise LedgerError(f"the peer of {organisation} tells no block {self._height}")

        found = await asyncio.wait_for(asyncio.gather(*map(at, self.client.channels)), PATIENCE_S)
        for other, name in zip(found, self.client.channels, strict=True):
            if other != found[0]:
                self.noted.differ(f"block {self._height}", f"what {name} has", found[0], other)
        return [found[0]]

    def _cut(self, block: Block) -> list[tuple[bytes, str]]:
        """The same block here; both codes, events and results compared."""
        noted, network = self.noted, self.network
        twins = [self._twins[one.signature] for one in block.transactions]
        for twin in twins:
            network.submit(twin.ours)
        mine = network.cut(range(len(twins)))
        noted.blocks, noted.largest_block = noted.blocks + 1, max(noted.largest_block, len(twins))
        if mine.number + self.base != block.number:
            noted.differ(f"block {block.number}", "its number", mine.number + self.base, block.number)
        for twin, code, theirs in zip(twins, mine.codes, block.transactions, strict=True):
            where = f"block {block.number}, {twin.call.transaction}"
            ours = code.value, twin.ours.event, self._there(twin.ours.read_write_set)
            if ours != (theirs.code, theirs.event, theirs.result):
                noted.differ(where, "code, event, result", ours, (theirs.code, theirs.event, theirs.result))
            noted.ordered[twin.call.transaction] += 1
            noted.codes[theirs.code] += 1
            noted.ranges += bool(twin.ours.read_write_set.ranges)
            noted.valid[twin.call.transaction] += theirs.code == "VALID"
            if theirs.event is not None:
                noted.events[theirs.event[0]] += 1
        return [(one.signature, one.code) for one in block.transactions]

    # The end.

    async def compare_states(self) -> int:
        """All rows, as each organisation's peer answers and as ours has them; how many."""
        ours = dict(self.network.ledger.store.items())
        for organisation, theirs in (await rows_settled(self.client.connection, self.network.protocol, ours)).items():
            for key in sorted(ours.keys() | theirs.keys()):
                if ours.get(key) != theirs.get(key):
                    self.noted.differ(f"row {key} at {organisation}", "its value", ours.get(key), theirs.get(key))
        return len(ours)
