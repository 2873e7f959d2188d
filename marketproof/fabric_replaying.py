"""A Fabric beside a replay: every transaction that a witness commits on our ledger is committed there as well, by a client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ledger_runtime.blocks import Endorsed
from ledger_runtime.errors import FabricFailed, LedgerError, NotEndorsed
from ledger_runtime.fabric.blocks import blocks
from ledger_runtime.fabric.client import Client
from ledger_runtime.fabric.connecting import Connection, read_connection
from ledger_runtime.network import Network
from ledger_runtime.world import StepRefused
from marketproof import witness_files
from marketproof.errors import UserError
from marketproof.fabric import passing
from marketproof.fabric_rows import rows_settled
from marketproof.replaying import ReplayFailed, replay
from model.witness import Witness

TIMEOUT_MS = 20
FORGES = "Forge "


def needs_more_than_a_client(witness: Witness) -> str | None:
    """Why no client can cause it; None when one can."""
    forged = sorted({name for run in (witness.prefix, *witness.runs) for name, _ in run if name.startswith(FORGES)})
    return f"{forged[0]!r} is a write set that no chaincode computed: it needs a corrupt peer, not a client" if forged else None


class Beside:
    """One Fabric, to which a replay's transactions go first."""

    def __init__(self, connection: Connection, runner: asyncio.Runner) -> None:
        self.connection, self._runner = connection, runner
        self._client = runner.run(self._opened())

    async def _opened(self) -> Client:
        return Client(self.connection)

    def commit(self, endorsed: Endorsed) -> None:
        """The same call there, to its block.  Raises StepRefused when it is not committed, or with another result."""
        self._runner.run(self._committed(endorsed))

    async def _committed(self, endorsed: Endorsed) -> None:
        client, given = self._client, {name: value for name, value in endorsed.arguments.items() if name != "caller"}
        try:
            theirs = await client.propose(client.members.member(endorsed.creator), endorsed.transaction, given)
        except (NotEndorsed, FabricFailed) as failed:
            raise StepRefused(f"on Fabric: {failed}") from failed
        receipt = await client.commit(theirs)
        if receipt.code is None:
            receipt = await client.settle(theirs)
        if receipt.code != "VALID" or receipt.block is None:
            raise StepRefused(f"on Fabric: validation code {receipt.code} {receipt.said}")
        async for block in blocks(client, client.members.asker(), receipt.block, receipt.block):
            (found,) = (one for one in block.transactions if one.identifier == receipt.identifier)
            if found.result is None or (dict(found.result.writes), found.event) != (dict(endorsed.read_write_set.writes), endorsed.event):
                raise StepRefused(f"on Fabric: it writes or tells something else: {found.result}, {found.event}")

    def check(self, network: Network) -> None:
        """Raise StepRefused unless every peer has exactly the rows of our ledger."""
        ours = dict(network.ledger.store.items())
        for organisation, theirs in self._runner.run(rows_settled(self.connection, network.protocol, ours)).items():
            if theirs != ours:
                other = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
                raise StepRefused(f"on Fabric: {organisation} has other rows: {', '.join(other)}")

    def close(self) -> None:
        self._runner.run(self._client.__aexit__(None, None, None))


@contextmanager
def beside(run: str, variant: str, readings: dict[str, str], progress: Callable[[str], None]) -> Iterator[Beside]:
    """A Fabric of its own, for one run of a witness."""
    with passing(variant, readings, progress, run, timeout_ms=TIMEOUT_MS) as record, asyncio.Runner() as runner:
        made = Beside(read_connection(record.connection), runner)
        try:
            yield made
        finally:
            made.close()


@contextmanager
def fabrics(variant: str, witness: Witness, progress: Callable[[str], None]) -> Iterator[list[Beside]]:
    """A Fabric for each run of a witness.  Raises UserError for one that no client can cause."""
    why = needs_more_than_a_client(witness)
    if why is not None:
        raise UserError(f"this witness cannot be replayed on Fabric: {why}")
    with ExitStack() as stack:
        try:
            runs = range(len(witness.runs))
            made = [stack.enter_context(beside(str(number), variant, witness.readings, progress)) for number in runs]
        except LedgerError as error:
            raise UserError(str(error)) from error
        yield made


def replayed(path: Path, progress: Callable[[str], None]) -> dict[str, str]:
    """Whether a witness file replays on Fabric, fails, or is beyond a client; and what is said about it."""
    protocol, claim, witness, scope = witness_files.read(path)
    why = needs_more_than_a_client(witness)
    if why is not None:
        return {"result": "not by a client", "said": why}
    try:
        with fabrics(witness.variant, witness, progress) as others:
            explanation = replay(protocol, claim, witness, scope, progress, besides=others)
    except ReplayFailed as failed:
        return {"result": "fails", "said": str(failed)}
    return {"result": "replays", "said": "; ".join(explanation)}
