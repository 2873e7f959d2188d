"""Hyperledger Caliper: installed once at the versions that `node/` pins, its files made from calls, and a run of it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from fabric_protos.msp import identities_pb2

from ledger_runtime.errors import FabricFailed, FabricMissing
from ledger_runtime.fabric.connecting import Connection
from ledger_runtime.fabric.members import Member
from ledger_runtime.fabric.programs import Told, home, locked

MODULE = Path(__file__).parent / "node"
PINNED = "package.json", "package-lock.json"
CALLS = "calls.js"
PAUSE_S = 0.3
INSTALL = "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"
# A line of Caliper's table: name, succeeded, failed, send rate, latencies (most, least, average), throughput.
LINE = re.compile(r"^\| (\S.*?) +\| (\d+) +\| (\d+) +\| (\S+) +\| (\S+) +\| (\S+) +\| (\S+) +\| (\S+) +\|$", re.MULTILINE)


def installed(told: Told = lambda detail: None) -> Path:
    """The folder of Caliper, installed now when it is missing.  Raises FabricMissing where that cannot be done."""
    digest = hashlib.sha256(b"".join((MODULE / name).read_bytes() for name in PINNED)).hexdigest()[:16]
    folder = home() / f"caliper-{digest}"
    home().mkdir(parents=True, exist_ok=True)
    with locked(home() / "caliper.lock", told):
        return folder if folder.is_dir() else _install(folder, told)


def _install(folder: Path, told: Told) -> Path:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise FabricMissing("Caliper needs Node.js and npm, and they are not on this machine; everything else works without")
    scratch = Path(tempfile.mkdtemp(prefix="caliper-", dir=home()))
    try:
        for name in PINNED:
            shutil.copy(MODULE / name, scratch)
        with (scratch / "log").open("w+b") as log, subprocess.Popen([npm, *INSTALL], cwd=scratch, stdin=subprocess.DEVNULL, stdout=log,
                                                                   stderr=log) as process:  # fmt: skip
            _watch(process, lambda: told(f"installing Caliper, once: {_count(scratch / 'node_modules')} packages"))
        if process.returncode:
            said = (scratch / "log").read_text(errors="replace").split()
            raise FabricMissing(f"Caliper cannot be installed (npm's code {process.returncode}): {' '.join(said)[-300:]}")
        scratch.rename(folder)
        return folder
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0


def _watch(process: subprocess.Popen[bytes], tell: Any) -> None:
    """Until it ends; ended when we are."""
    try:
        while process.poll() is None:
            tell()
            time.sleep(PAUSE_S)
    except BaseException:
        process.terminate()
        raise


def network_file(connection: Connection, members: Mapping[str, Iterable[Member]]) -> dict[str, Any]:
    """How Caliper reaches a network; members by organisation. It takes no organisation that has nobody to call."""
    organisations = []
    for name, of_it in members.items():
        one = connection.organisations[name]
        options = {"grpc.enable_http_proxy": 0, **({} if one.host is None else {"ssl-target-name-override": one.host})}
        organisations.append({
            "mspid": name, "identities": {"certificates": [_identity(member) for member in of_it]},
            "peers": [{"endpoint": one.address, "tlsCACerts": {"path": str(one.tls)}, "grpcOptions": options}],
        })  # fmt: skip
    contracts = [{"id": connection.chaincode, "contractID": connection.chaincode}]
    channels = [{"channelName": connection.channel, "contracts": contracts}]
    about = {"name": "marketproof", "version": "2.0.0", "caliper": {"blockchain": "fabric"}}
    return {**about, "channels": channels, "organizations": organisations}


def _identity(member: Member) -> dict[str, Any]:
    certificate = identities_pb2.SerializedIdentity.FromString(member.creator).id_bytes.decode()
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return {"name": member.name, "clientPrivateKey": {"pem": member.key.private_bytes(*form).decode()},
            "clientSignedCert": {"pem": certificate}}  # fmt: skip


def write(folder: Path, network: Mapping[str, Any], rounds: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], at_once: int) -> None:
    """The network file, the benchmark file and the calls of each round, as Caliper reads them (JSON is YAML)."""
    told = []
    for number, (label, calls) in enumerate(rounds):
        path = folder / f"calls-{number}.json"
        path.write_text(json.dumps(calls))
        rate = {"type": "fixed-load", "opts": {"transactionLoad": at_once}}
        told.append({"label": label, "txNumber": len(calls), "rateControl": rate,
                     "workload": {"module": CALLS, "arguments": {"calls": str(path)}}})  # fmt: skip
    (folder / "network.yaml").write_text(json.dumps(network))
    (folder / "benchmark.yaml").write_text(json.dumps({"test": {"name": "marketproof", "workers": {"number": 1}, "rounds": told}}))
    shutil.copy(MODULE / CALLS, folder)


def launched(place: Path, folder: Path, told: Told) -> dict[str, dict[str, str]]:
    """Run Caliper on what was written; its own table by round.  Raises FabricFailed with what it said."""
    (folder / "node_modules").symlink_to(place / "node_modules")
    command = [
        str(place / "node_modules" / ".bin" / "caliper"), "launch", "manager", "--caliper-workspace", str(folder),
        "--caliper-networkconfig", "network.yaml", "--caliper-benchconfig", "benchmark.yaml", "--caliper-flow-only-test",
        "--caliper-fabric-gateway-enabled",
    ]  # fmt: skip
    log = folder / "caliper.out"
    surroundings = {**os.environ, "NODE_ENV": "production"}
    with log.open("wb") as file, subprocess.Popen(command, cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=file,
                                                  stderr=file) as process:  # fmt: skip
        _watch(process, lambda: told(f"Caliper: {_count_made(folder)} rounds"))
    said = log.read_text(errors="replace")
    names = "name", "succeeded", "failed", "send rate", "most latency s", "least latency s", "average latency s", "throughput/s"
    table = {line[0]: dict(zip(names[1:], line[1:], strict=True)) for line in LINE.findall(said)}
    if process.returncode or not table:
        raise FabricFailed(f"Caliper failed with {process.returncode}: {' '.join(said.split())[-600:]}")
    return table


def _count_made(folder: Path) -> int:
    return sum(1 for _ in folder.glob("*.made-0"))


def made(folder: Path, number: int) -> list[dict[str, Any]]:
    """What Caliper was told of each call of a round: id, began and ended (ms since 1970), status."""
    return [one for path in sorted(folder.glob(f"calls-{number}.json.made-*")) for one in json.loads(path.read_text())]
