"""A ledger in a folder: what it starts from, the keys that are held here, a store for each peer, and a seal when it is closed.

`ledger.json` settings and genesis; `keys.json` certificates and keys; `peer-1/`, `peer-2/` ... stores; `seal.json` digests of all other
files, there only while nobody has the ledger open for writing; `lock` held by the one process that has.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ledger_runtime.engines import KINDS, Memory, opened
from ledger_runtime.errors import BrokenSeal, StoreUnusable
from ledger_runtime.identities import ORDERING, Certificates, Held, Keys, Trust
from ledger_runtime.network import ORGANISATIONS, Network, Parts
from ledger_runtime.ordering import Cutting
from ledger_runtime.values import canonical
from spec.errors import choices
from spec.text import Protocol

SETTINGS, KEYS, SEAL, LOCK = "ledger.json", "keys.json", "seal.json", "lock"
KEEPS = 16
CUTTING = Cutting()
NOT_SEALED = (SEAL, LOCK, "lock.mdb", "ledger.sqlite-wal", "ledger.sqlite-shm")


@dataclass(frozen=True)
class Settings:
    """What a ledger is made with. text: the digest of the variant as it was then. seed: of keys and nonces; None: the system's chance."""

    variant: str
    readings: Mapping[str, str]
    text: str
    organisations: tuple[str, ...] = ORGANISATIONS
    policy: str | None = None
    keyed: Mapping[str, str] | None = None
    store: str = "lmdb"
    peers: int = 1
    seed: int | None = None
    genesis: str = ""


class Folder:
    """An existing ledger. Raises StoreUnusable for a folder that holds none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = _settings(_json(path / SETTINGS))

    @staticmethod
    def create(path: Path, settings: Settings, protocol: Protocol, held: Mapping[str, Held] | None = None) -> Folder:
        """Make a ledger in a folder that is not there yet, or is empty.  held: keys and certificates; made anew by default."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise StoreUnusable(f"{str(path)!r} is not empty; a ledger needs a folder of its own")
        if settings.store not in KINDS:
            raise StoreUnusable(f"no kind of store {settings.store!r}; choices: {choices(KINDS)}")
        keys = Keys((*settings.organisations, ORDERING), settings.seed, held)
        engines = [Memory() for _ in range(settings.peers)]
        parts = Parts(_trust(keys, settings, 0), engines, settings.policy, settings.keyed or {})
        network = Network(protocol, settings.organisations, parts=parts)
        path.mkdir(parents=True, exist_ok=True)
        _write(path / SETTINGS, canonical(asdict(replace(settings, genesis=network.ledger.genesis))))
        _write_keys(path, keys)
        folder = Folder(path)
        with folder.network(protocol):
            pass
        return folder

    @contextmanager
    def network(self, protocol: Protocol, threads: int = 1, writes: bool = True, cutting: Cutting = CUTTING) -> Iterator[Network]:
        """The ledger, opened; closed and sealed at the end, also after an error.

        writes: whether anything may change, the seal too. Raises StoreUnusable for a ledger that is in use, BrokenSeal for a changed file
        of a ledger that was closed, BrokenChain or Fork for stores that do not fit together.
        """
        with self._locked():
            self.check_seal(whole=False)
            keys = _held(_json(self.path / KEYS), self.settings)
            known = len(keys.held)
            network = self._opened(protocol, keys, threads, cutting)
            if writes:
                (self.path / SEAL).unlink(missing_ok=True)
            try:
                yield network
            finally:
                height = len(network.blocks)
                network.close()
                if writes:
                    if len(keys.held) != known:
                        _write_keys(self.path, keys)
                    self._seal(height)

    def _opened(self, protocol: Protocol, keys: Keys, threads: int, cutting: Cutting) -> Network:
        settings, places = self.settings, [self.path / f"peer-{number + 1}" for number in range(self.settings.peers)]
        for place in places:
            place.mkdir(exist_ok=True)
        engines = [opened(place, settings.store) for place in places]
        parts = Parts(_trust(keys, settings, threads), engines, settings.policy, settings.keyed or {}, cutting, keeps=KEEPS)
        network = Network(protocol, settings.organisations, settings.seed, parts=parts)
        if network.ledger.genesis != settings.genesis:
            genesis = network.ledger.genesis
            network.close()
            raise StoreUnusable(f"{str(self.path)!r} gives the genesis {genesis}, not that of its making, {settings.genesis}")
        return network

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.path / LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StoreUnusable(f"the ledger in {str(self.path)!r} is in use by another process") from None
            yield

    # The seal.

    @property
    def sealed(self) -> bool:
        """Whether it was closed since it was last open for writing: not so after a process that died."""
        return (self.path / SEAL).is_file()

    def check_seal(self, whole: bool = True) -> bool:
        """Raise BrokenSeal, which names the file, unless every byte is as when the ledger was closed; False when it never was.

        whole: read the stores too; otherwise only what is small.
        """
        if not self.sealed:
            return False
        seal = _json(self.path / SEAL)
        body = {name: value for name, value in seal.items() if name != "seal"}
        if seal.get("seal") != _digest_of(canonical(body)) or not isinstance(seal.get("files"), dict):
            raise BrokenSeal(f"{SEAL} of {str(self.path)!r} is not as it was written")
        files = self._files()
        for name in sorted({*files, *seal["files"]}):
            if (whole or name in (SETTINGS, KEYS)) and (name not in files or file_digest(files[name]) != seal["files"].get(name)):
                raise BrokenSeal(f"{name} of {str(self.path)!r} is not as it was when the ledger was closed at block {seal.get('height')}")
        return True

    def _seal(self, height: int) -> None:
        body = {"files": {name: file_digest(file) for name, file in self._files().items()}, "height": height}
        _write(self.path / SEAL, canonical({**body, "seal": _digest_of(canonical(body))}))

    def _files(self) -> dict[str, Path]:
        files = (file for file in sorted(self.path.rglob("*")) if file.is_file() and file.name not in NOT_SEALED)
        return {file.relative_to(self.path).as_posix(): file for file in files if not file.name.endswith(".part")}


def _trust(keys: Keys, settings: Settings, threads: int) -> Trust:
    return Trust(keys, Certificates(keys.authority_certificates(), threads), True, f"P-256, {threads} threads")


def file_digest(file: Path) -> str:
    """SHA3-256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened_file:
        return hashlib.file_digest(opened_file, "sha3_256").hexdigest()


def _digest_of(data: bytes) -> str:
    return hashlib.sha3_256(data).hexdigest()


def _write(file: Path, data: bytes, mode: int = 0o644) -> None:
    """Whole or not at all, and on disk."""
    part = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as opened_file:
        opened_file.write(data)
        opened_file.flush()
        os.fsync(opened_file.fileno())
    part.replace(file)


def _json(file: Path) -> dict[str, Any]:
    try:
        read = json.loads(file.read_bytes())
        if isinstance(read, dict):
            return read
        raise ValueError(f"it holds a {type(read).__name__}")
    except FileNotFoundError:
        raise StoreUnusable(f"{str(file.parent)!r} holds no ledger: there is no {file.name}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise StoreUnusable(f"{str(file)!r} cannot be read: {error}") from None


def _settings(read: dict[str, Any]) -> Settings:
    try:
        settings = Settings(**{**read, "organisations": tuple(read["organisations"])})
        sound = type(settings.peers) is int and isinstance(settings.variant, str) and settings.store in KINDS
        if sound and dict(settings.readings) == settings.readings:
            return settings
    except (TypeError, KeyError, ValueError):
        pass
    raise StoreUnusable(f"{SETTINGS} does not hold the settings of a ledger")


def _write_keys(path: Path, keys: Keys) -> None:
    told = {name: {"certificate": one.certificate.hex(), "key": _pem(one.key)} for name, one in keys.held.items()}
    _write(path / KEYS, canonical(told), 0o600)


def _pem(key: ec.EllipticCurvePrivateKey | None) -> str | None:
    if key is None:
        return None
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode()


def _held(read: dict[str, Any], settings: Settings) -> Keys:
    try:
        held = {name: Held(_key(one["key"]), bytes.fromhex(one["certificate"])) for name, one in read.items()}
    except (TypeError, KeyError, ValueError) as error:
        raise StoreUnusable(f"{KEYS} does not hold certificates and keys: {error}") from None
    return Keys((*settings.organisations, ORDERING), settings.seed, held)


def _key(pem: str | None) -> ec.EllipticCurvePrivateKey | None:
    if pem is None:
        return None
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"a key is a {type(key).__name__}")
    return key
