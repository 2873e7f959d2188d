"""Bringing a network up, and up again after a crash: certificates, processes, channel, chaincodes; nothing stays behind when it fails."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ledger_runtime.errors import FabricFailed
from ledger_runtime.fabric import records
from ledger_runtime.fabric.connecting import connection_of
from ledger_runtime.fabric.deployment import Definition, package, signature_policy
from ledger_runtime.fabric.layout import CHANNEL, HOST, ORDERING, PURPOSES, Batching, Layout, free_ports, node_of
from ledger_runtime.fabric.processes import NETWORK, start
from ledger_runtime.fabric.programs import Told, programs
from ledger_runtime.fabric.records import Record
from ledger_runtime.policies import Rule

PATIENCE_S = 40.0
PAUSE_S = 0.03
TAIL_CHARACTERS = 300
LEADERLESS = "no Raft leader"

Serving = Callable[[Sequence[tuple[str, str, str]]], Sequence[str]]  # (chaincode, package, address) of each: the command of their server


@dataclass(frozen=True)
class Wanted:
    """A network to be made. serving: the command of a chaincode server. in_memory: None for where there is room."""

    name: str
    variant: str
    readings: dict[str, str]
    text: str
    organisations: tuple[str, ...]
    definitions: tuple[Definition, ...]
    serving: Serving
    batching: Batching = field(default_factory=Batching)
    in_memory: bool | None = None


def up(wanted: Wanted, told: Told = lambda detail: None) -> Record:
    """A network that runs: made anew, or what is missing of it started again.  Raises FabricMissing or FabricFailed."""
    place = programs(told)
    with records.changing(wanted.name):
        found = records.find(wanted.name)
        if found is not None and found.ready:
            if (found.text, found.readings) != (wanted.text, wanted.readings):
                raise FabricFailed(f"network {wanted.name!r} runs another text, of variant {found.variant!r}; take it down first")
            return _again(found, told)
        if found is not None:
            records.remove(found)
        return _made(wanted, place, told)


def down(name: str) -> list[str]:
    """End a network, and delete what it wrote; the names of the processes that ran."""
    with records.changing(name):
        return records.remove(records.need(name))


def _again(record: Record, told: Told) -> Record:
    """Start what died."""
    for name, process in record.processes.items():
        if not process.alive:
            told(f"starting {name} again")
            record = record.having(name, process.again())
    await_all(record)
    return record


def _made(wanted: Wanted, place: Path, told: Told) -> Record:
    folder = records.new_folder(wanted.name, wanted.in_memory)
    record = Record(wanted.name, str(folder), wanted.variant, wanted.readings, wanted.text)
    raising = Raising(wanted, record, place, told)
    records.save(record)
    try:
        return raising.raised()
    except BaseException:
        records.remove(raising.record)
        raise


class Raising:
    """One network on its way."""

    def __init__(self, wanted: Wanted, record: Record, place: Path, told: Told) -> None:
        self.wanted, self.told = wanted, told
        names = [f"orderer/{purpose}" for purpose in PURPOSES["orderer"]]
        for one in wanted.organisations:
            names += [f"{node_of(one)}/{purpose}" for purpose in PURPOSES["peer"]]
            names += [f"chaincode.{one}/{definition.name}" for definition in wanted.definitions]
        ports = free_ports(names)
        self.record = replace(record, ports=ports)
        self.layout = Layout(Path(record.folder), place, wanted.organisations, ports, wanted.batching)
        self.threads = ThreadPoolExecutor(4, "raising")

    def raised(self) -> Record:
        """Everything, in order."""
        self.told("certificates")
        self.layout.write()
        crypto = str(self.layout.folder / "crypto")
        self._run("cryptogen", "generate", f"--config={self.layout.folder / 'crypto-config.yaml'}", f"--output={crypto}")
        configuration = {"FABRIC_CFG_PATH": str(self.layout.folder)}
        self.told("starting orderer, peers and chaincodes")
        self._start("orderer", [str(self.layout.programs / "bin" / "orderer")], self.layout.orderer())
        for one in self.wanted.organisations:
            self._start(node_of(one), [str(self.layout.programs / "bin" / "peer"), "node", "start"], self.layout.peer(one))
        packages = {one: self._packages(one) for one in self.wanted.organisations}
        self._run("configtxgen", "-profile", "Channel", "-channelID", CHANNEL, "-configPath", str(self.layout.folder), "-outputBlock",
                  str(self.layout.block), **configuration)  # fmt: skip
        self.record.connection.write_text(json.dumps(connection_of(self.layout), indent=1))
        await_all(self.record)
        self._join()
        self._deploy(packages)
        self.record = replace(self.record, ready=True)
        records.save(self.record)
        return self.record

    def _start(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        log = self.layout.folder / "log" / f"{name}.log"
        self.record = self.record.having(name, start(command, {**environment, NETWORK: self.record.folder}, log))

    def _packages(self, organisation: str) -> list[tuple[Path, str]]:
        """An organisation's packages, for its peer, each with its id; their server is started."""
        made, served = [], []
        for one in self.wanted.definitions:
            address = self.layout.address(f"chaincode.{organisation}/{one.name}")
            data, identifier = package(one.name, address)
            path = self.layout.folder / f"{one.name}.{organisation}.tgz"
            path.write_bytes(data)
            made.append((path, identifier))
            served.append((one.name, identifier, address))
        self._start(f"chaincode.{organisation}", self.wanted.serving(served), {})
        return made

    def _join(self) -> None:
        """The channel, on the orderer and on every peer."""
        self.told("joining the channel")
        tls = self.layout.node(ORDERING) / "tls"
        said = self._run(
            "osnadmin", "channel", "join", "--channelID", CHANNEL, "--config-block", str(self.layout.block), "-o",
            self.layout.address("orderer/admin"), "--ca-file", str(tls / "ca.crt"), "--client-cert", str(tls / "server.crt"),
            "--client-key", str(tls / "server.key"),
        )  # fmt: skip
        if "Status: 201" not in said:
            raise FabricFailed(f"the orderer did not join the channel: {shortened(said)}")
        self._everywhere(lambda one: self._peer(one, "channel", "join", "-b", str(self.layout.block)))

    def _deploy(self, packages: dict[str, list[tuple[Path, str]]]) -> None:
        """Every chaincode: installed and approved by every organisation, then committed."""
        self.told("deploying the chaincode")
        for place, definition in enumerate(self.wanted.definitions):
            self._deployed(definition, {one: of[place] for one, of in packages.items()})

    def _deployed(self, definition: Definition, packages: dict[str, tuple[Path, str]]) -> None:
        lifecycle = ("lifecycle", "chaincode")
        self._everywhere(lambda one: self._peer(one, *lifecycle, "install", str(packages[one][0])))
        authority = str(self.layout.node(ORDERING) / "tls" / "ca.crt")
        agreed = [
            "-o", self.layout.address("orderer/grpc"), "--tls", "--cafile", authority, "--channelID", CHANNEL, "--name", definition.name,
            "--version", "1", "--sequence", "1", "--signature-policy", signature_policy(Rule(definition.policy, self.wanted.organisations)),
        ]  # fmt: skip
        self._everywhere(lambda one: self._peer(one, *lifecycle, "approveformyorg", *agreed, "--package-id", packages[one][1]))
        asked = [part for one in self.wanted.organisations for part in self._asked(one)]
        self._peer(self.wanted.organisations[0], *lifecycle, "commit", *agreed, *asked)

    def _asked(self, organisation: str) -> list[str]:
        authority = str(self.layout.node(organisation) / "tls" / "ca.crt")
        return ["--peerAddresses", self.layout.address(f"{node_of(organisation)}/grpc"), "--tlsRootCertFiles", authority]

    def _everywhere(self, action: Callable[[str], str]) -> None:
        list(self.threads.map(action, self.wanted.organisations))

    def _peer(self, organisation: str, *arguments: str) -> str:
        """Have an administrator give a command; again while the orderer has not found its leader yet."""
        ends = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._run("peer", *arguments, **self.layout.administrator(organisation))
            except FabricFailed as failed:
                if LEADERLESS not in str(failed) or time.monotonic() > ends:
                    raise
                time.sleep(10 * PAUSE_S)

    def _run(self, program: str, *arguments: str, **environment: str) -> str:
        """What a program says.  Raises FabricFailed with the end of it."""
        command = [str(self.layout.programs / "bin" / program), *arguments]
        done = subprocess.run(command, env=environment, cwd=self.layout.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            called = " ".join([program, *arguments[:3]])
            raise FabricFailed(f"`{called}` failed with {done.returncode}: {shortened(done.stdout + done.stderr)}")
        return done.stdout + done.stderr


def await_all(record: Record) -> None:
    """Wait until everything says that it is well, and its ports answer.  Raises FabricFailed, which names what does not."""
    ends = time.monotonic() + PATIENCE_S
    for name, port in record.ports.items():
        of, _, purpose = name.partition("/")
        process = record.processes[of]
        while not (healthy(port) if purpose == "health" else listening(port)):
            late = time.monotonic() > ends
            if late or not process.alive:
                said = shortened(Path(process.log).read_text(errors="replace"))
                raise FabricFailed(f"{of} {f'does not answer within {PATIENCE_S:.0f} s' if late else 'ended'}: {said}")
            time.sleep(PAUSE_S)


def healthy(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        asked = http.client.HTTPConnection(HOST, port, timeout=1)
        try:
            asked.request("GET", "/healthz")
            return asked.getresponse().status == 200
        finally:
            asked.close()
    return False


def listening(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), 1):
        return True
    return False


def shortened(text: str) -> str:
    """The end of what a program said, on one line."""
    return " ".join(text[-TAIL_CHARACTERS:].split())
