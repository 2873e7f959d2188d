"""What a network on this machine consists of: names, ports, folders, and the files that Fabric's programs read."""

from __future__ import annotations

import json
import random
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_runtime.errors import FabricFailed

HOST = "127.0.0.1"
CHANNEL = "market"
ORDERING = "org-ordering"
ORDERER = f"orderer.{ORDERING}"
PORTS = range(20_000, 32_000)  # below those that systems give to outgoing connections
PURPOSES = {"orderer": ("grpc", "admin", "health"), "peer": ("grpc", "chaincode", "health")}
OFTEN = {
    "requestStateInfoInterval": ("4s", "500ms"), "publishStateInfoInterval": ("4s", "500ms"), "pullInterval": ("4s", "500ms"),
    "reconnectInterval": ("25s", "1s"), "aliveTimeInterval": ("5s", "1s"), "publishCertPeriod": ("10s", "1s"),
    "membershipTrackerInterval": ("5s", "1s"), "digestWaitTime": ("1s", "100ms"), "requestWaitTime": ("1500ms", "200ms"),
}  # fmt: skip
BUILDER = {
    "detect": """#!/bin/sh\ngrep -q '"type" *: *"ccaas"' "$2/metadata.json"\n""",
    "build": """#!/bin/sh\nset -e\ncp "$1/connection.json" "$3/connection.json"\n""",
    "release": """#!/bin/sh\nset -e\nmkdir -p "$2/chaincode/server"\ncp "$1/connection.json" "$2/chaincode/server/connection.json"\n""",
}


@dataclass(frozen=True)
class Batching:
    """When the orderer cuts a block. filters: whether it refuses transactions that their creator did not sign; ours never does."""

    timeout_ms: int = 200
    most_messages: int = 500
    filters: bool = True


@dataclass(frozen=True)
class Layout:
    """folder: everything that the network writes. ports: by process and purpose, such as `peer.org-do/health`."""

    folder: Path
    programs: Path
    organisations: tuple[str, ...]
    ports: dict[str, int]
    batching: Batching

    def address(self, name: str) -> str:
        return f"{HOST}:{self.ports[name]}"

    def crypto(self, organisation: str) -> Path:
        """The folder of an organisation's certificates and keys."""
        kind = "ordererOrganizations" if organisation == ORDERING else "peerOrganizations"
        return self.folder / "crypto" / kind / organisation

    def node(self, organisation: str) -> Path:
        """The same of its one node."""
        return self.crypto(organisation) / ("orderers" if organisation == ORDERING else "peers") / node_of(organisation)

    def admin(self, organisation: str) -> Path:
        return self.crypto(organisation) / "users" / f"Admin@{organisation}" / "msp"

    @property
    def block(self) -> Path:
        """The channel's first block."""
        return self.folder / "channel.block"

    # What the programs read.

    def write(self) -> None:
        """All files except certificates and the first block."""
        for name in ("log", "data"):
            (self.folder / name).mkdir(parents=True)
        for name, script in BUILDER.items():
            path = self.folder / "builder" / "bin" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(script)
            path.chmod(0o755)
        (self.folder / "core.yaml").write_text(self._core((self.programs / "core.yaml").read_text()))
        (self.folder / "orderer.yaml").write_text((self.programs / "orderer.yaml").read_text())
        (self.folder / "crypto-config.yaml").write_text(json.dumps(self._people()))
        (self.folder / "configtx.yaml").write_text(json.dumps(self._channel()))

    def _core(self, sample: str) -> str:
        """The sample, without docker, with our builder, and with gossip in a hurry."""
        builders = f"\n    externalBuilders: [{{name: ccaas, path: {json.dumps(str(self.folder / 'builder'))}}}]\n"
        made, found = re.subn(r"\n    externalBuilders:\n(?:       .*\n)+", builders, sample)
        docker = "endpoint: unix:///var/run/docker.sock"
        if found != 1 or docker not in made:
            raise FabricFailed("core.yaml of Fabric's module is not the one that this was written for")
        made = made.replace(docker, 'endpoint: ""')
        for name, (usual, hurried) in OFTEN.items():
            made = made.replace(f"{name}: {usual}", f"{name}: {hurried}")
        return made

    def _people(self) -> dict[str, Any]:
        names = ["localhost", HOST]
        peers = [
            {"Name": one, "Domain": one, "EnableNodeOUs": True, "Users": {"Count": 0},
             "Specs": [{"Hostname": "peer", "CommonName": node_of(one), "SANS": names}]}
            for one in self.organisations
        ]  # fmt: skip
        orderer = {"Hostname": "orderer", "CommonName": ORDERER, "SANS": names}
        return {"PeerOrgs": peers, "OrdererOrgs": [{"Name": ORDERING, "Domain": ORDERING, "EnableNodeOUs": True, "Specs": [orderer]}]}

    def _organisation(self, name: str) -> dict[str, Any]:
        rules = {"Readers": "member", "Writers": "member", "Admins": "admin", "Endorsement": "peer"}
        policies = {what: {"Type": "Signature", "Rule": f"OR('{name}.{role}')"} for what, role in rules.items()}
        made: dict[str, Any] = {"Name": name, "ID": name, "MSPDir": str(self.crypto(name) / "msp"), "Policies": policies}
        if name == ORDERING:
            return {**made, "OrdererEndpoints": [self.address("orderer/grpc")]}
        return {**made, "AnchorPeers": [{"Host": HOST, "Port": self.ports[f"{node_of(name)}/grpc"]}]}

    def _channel(self) -> dict[str, Any]:
        policies = {name: implicit(how, name) for name, how in (("Readers", "ANY"), ("Writers", "ANY"), ("Admins", "MAJORITY"))}
        anybody = {"Type": "Signature", "Rule": f"OutOf(0, '{ORDERING}.member')"}
        certificate = str(self.node(ORDERING) / "tls" / "server.crt")
        consenter = {"Host": HOST, "Port": self.ports["orderer/grpc"], "ClientTLSCert": certificate, "ServerTLSCert": certificate}
        raft = {"TickInterval": "100ms", "ElectionTick": 10, "HeartbeatTick": 1, "MaxInflightBlocks": 5, "SnapshotIntervalSize": "64 MB"}
        size = {"MaxMessageCount": self.batching.most_messages, "AbsoluteMaxBytes": "99 MB", "PreferredMaxBytes": "16 MB"}
        majority = implicit("MAJORITY", "Endorsement")
        profile = {
            "Policies": policies if self.batching.filters else {**policies, "Writers": anybody},
            "Capabilities": {"V2_0": True},
            "Orderer": {
                "OrdererType": "etcdraft", "BatchTimeout": f"{self.batching.timeout_ms}ms", "BatchSize": size,
                "EtcdRaft": {"Consenters": [consenter], "Options": raft}, "Organizations": [self._organisation(ORDERING)],
                "Policies": {**policies, "BlockValidation": implicit("ANY", "Writers")}, "Capabilities": {"V2_0": True},
            },
            "Application": {
                "Organizations": [self._organisation(one) for one in self.organisations],
                "Policies": {**policies, "LifecycleEndorsement": majority, "Endorsement": majority}, "Capabilities": {"V2_5": True},
            },
        }  # fmt: skip
        return {"Profiles": {"Channel": profile}}

    # What they are told.

    def peer(self, organisation: str) -> dict[str, str]:
        """The environment of an organisation's peer, and of commands that ask it."""
        name, tls = node_of(organisation), self.node(organisation) / "tls"
        own, data = self.address(f"{name}/grpc"), self.folder / "data" / name
        chaincode = self.address(f"{name}/chaincode")
        return {
            "FABRIC_CFG_PATH": str(self.folder), "CORE_PEER_ID": name, "CORE_PEER_NETWORKID": self.folder.name, "CORE_PEER_ADDRESS": own,
            "CORE_PEER_LISTENADDRESS": own, "CORE_PEER_CHAINCODEADDRESS": chaincode, "CORE_PEER_CHAINCODELISTENADDRESS": chaincode,
            "CORE_PEER_GOSSIP_BOOTSTRAP": own, "CORE_PEER_GOSSIP_EXTERNALENDPOINT": own, "CORE_PEER_GOSSIP_ENDPOINT": own,
            "CORE_PEER_LOCALMSPID": organisation, "CORE_PEER_MSPCONFIGPATH": str(self.node(organisation) / "msp"),
            "CORE_PEER_FILESYSTEMPATH": str(data), "CORE_LEDGER_SNAPSHOTS_ROOTDIR": str(data / "snapshots"),
            "CORE_PEER_TLS_ENABLED": "true", "CORE_PEER_TLS_CERT_FILE": str(tls / "server.crt"),
            "CORE_PEER_TLS_KEY_FILE": str(tls / "server.key"), "CORE_PEER_TLS_ROOTCERT_FILE": str(tls / "ca.crt"),
            "CORE_OPERATIONS_LISTENADDRESS": self.address(f"{name}/health"), "CORE_METRICS_PROVIDER": "prometheus",
            "CORE_PEER_LIMITS_CONCURRENCY_GATEWAYSERVICE": "20000", "CORE_PEER_LIMITS_CONCURRENCY_ENDORSERSERVICE": "20000",
            "CORE_CHAINCODE_EXECUTETIMEOUT": "30s", "FABRIC_LOGGING_SPEC": "warn",
        }  # fmt: skip

    def administrator(self, organisation: str) -> dict[str, str]:
        """The environment in which an organisation's administrator gives commands to its peer."""
        return {**self.peer(organisation), "CORE_PEER_MSPCONFIGPATH": str(self.admin(organisation)), "FABRIC_LOGGING_SPEC": "error"}

    def orderer(self) -> dict[str, str]:
        """The environment of the orderer."""
        tls, data = self.node(ORDERING) / "tls", self.folder / "data" / "orderer"
        certificate, key, authorities = str(tls / "server.crt"), str(tls / "server.key"), f"[{tls / 'ca.crt'}]"
        cluster, admin = "ORDERER_GENERAL_CLUSTER_", "ORDERER_ADMIN_"
        return {
            "FABRIC_CFG_PATH": str(self.folder), "ORDERER_GENERAL_LISTENADDRESS": HOST,
            "ORDERER_GENERAL_LISTENPORT": str(self.ports["orderer/grpc"]),
            "ORDERER_GENERAL_LOCALMSPID": ORDERING, "ORDERER_GENERAL_LOCALMSPDIR": str(self.node(ORDERING) / "msp"),
            "ORDERER_GENERAL_TLS_ENABLED": "true", "ORDERER_GENERAL_TLS_PRIVATEKEY": key, "ORDERER_GENERAL_TLS_CERTIFICATE": certificate,
            "ORDERER_GENERAL_TLS_ROOTCAS": authorities, f"{cluster}CLIENTCERTIFICATE": certificate, f"{cluster}CLIENTPRIVATEKEY": key,
            f"{cluster}ROOTCAS": authorities, "ORDERER_GENERAL_BOOTSTRAPMETHOD": "none", "ORDERER_CHANNELPARTICIPATION_ENABLED": "true",
            f"{admin}LISTENADDRESS": self.address("orderer/admin"), f"{admin}TLS_ENABLED": "true", f"{admin}TLS_CERTIFICATE": certificate,
            f"{admin}TLS_PRIVATEKEY": key, f"{admin}TLS_ROOTCAS": authorities, f"{admin}TLS_CLIENTROOTCAS": authorities,
            "ORDERER_FILELEDGER_LOCATION": str(data), "ORDERER_CONSENSUS_WALDIR": str(data / "wal"),
            "ORDERER_CONSENSUS_SNAPDIR": str(data / "snap"), "ORDERER_OPERATIONS_LISTENADDRESS": self.address("orderer/health"),
            "ORDERER_METRICS_PROVIDER": "prometheus", "FABRIC_LOGGING_SPEC": "warn",
        }  # fmt: skip


def node_of(organisation: str) -> str:
    """The name of an organisation's one node."""
    return ORDERER if organisation == ORDERING else f"peer.{organisation}"


def implicit(how: str, rule: str) -> dict[str, str]:
    """A policy over the organisations' policies of one name: ANY or MAJORITY of them."""
    return {"Type": "ImplicitMeta", "Rule": f"{how} {rule}"}


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """A port for each name that nobody listens on.  Raises FabricFailed when there are too few."""
    wanted, held = list(names), list[socket.socket]()
    candidates = random.SystemRandom().sample(PORTS, len(PORTS))
    try:
        for port in candidates:
            if len(held) == len(wanted):
                break
            tried = socket.socket()
            try:
                tried.bind((HOST, port))
                held.append(tried)
            except OSError:
                tried.close()
        if len(held) < len(wanted):
            raise FabricFailed(f"fewer than {len(wanted)} ports of {PORTS.start} to {PORTS.stop - 1} are free")
        return {name: one.getsockname()[1] for name, one in zip(wanted, held, strict=True)}
    finally:
        for one in held:
            one.close()
