"""Fabric's programs, built from the module that `go/` pins and kept in the user's cache by the digest of those files.

A build happens once: beside a lock, in a folder that gets its name only when everything is in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from ledger_runtime.errors import FabricMissing

MODULE = Path(__file__).parent / "go"
FABRIC = "github.com/hyperledger/fabric"
NAMES = ("peer", "orderer", "configtxgen", "cryptogen", "osnadmin")
SAMPLES = ("core.yaml", "orderer.yaml")
VERSION = "2.5.1"
VARIABLE = "MARKETPROOF_FABRIC"
TAIL_LINES = 4

Told = Callable[[str], None]


def home() -> Path:
    """Where programs and records of networks are kept: the folder that MARKETPROOF_FABRIC names, else the user's cache."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else user_cache_path("marketproof") / "fabric"


def module_digest() -> str:
    """Which programs are meant: SHA-256 of the module's files, 16 hexadecimal digits."""
    found = hashlib.sha256()
    for path in sorted(MODULE.iterdir()):
        found.update(f"{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def built() -> Path | None:
    """The folder of the programs and sample configurations; None while they are not built."""
    folder = home() / f"programs-{module_digest()}"
    return folder if folder.is_dir() else None


def programs(told: Told = lambda detail: None) -> Path:
    """The same, built now when they are missing.  Raises FabricMissing where that cannot be done."""
    found = built()
    if found is not None:
        return found
    home().mkdir(parents=True, exist_ok=True)
    with locked(home() / "building.lock", told):
        return built() or _build(told)


@contextmanager
def locked(path: Path, told: Told = lambda detail: None) -> Iterator[None]:
    """One process at a time; whoever comes second waits, and says so."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            told("another process is at it, waiting")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(told: Told) -> Path:
    go = shutil.which("go")
    if go is None:
        raise FabricMissing("Fabric's programs are built with Go at the first use, and there is no `go` here; all else works without")
    for left in home().glob("building-*"):
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix="building-", dir=home()))
    try:
        shutil.copytree(MODULE, scratch / "module")
        linked = f"-s -w -X {FABRIC}/common/metadata.Version={VERSION}"
        sources = [f"{FABRIC}/cmd/{name}" for name in NAMES]
        _go([go, "build", "-v", "-trimpath", "-ldflags", linked, "-o", str(scratch / "bin") + os.sep, *sources], scratch / "module", told)
        (source,) = _go([go, "list", "-m", "-f", "{{.Dir}}", FABRIC], scratch / "module", told)
        for name in SAMPLES:
            (scratch / name).write_bytes((Path(source) / "sampleconfig" / name).read_bytes())
        shutil.rmtree(scratch / "module")
        folder = home() / f"programs-{module_digest()}"
        scratch.chmod(0o755)
        scratch.rename(folder)
        return folder
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _go(command: list[str], folder: Path, told: Told) -> list[str]:
    """Run Go and tell what it is at; the lines of its output.  Raises FabricMissing with the end of what it said."""
    said: list[str] = []
    environment = {**os.environ, "CGO_ENABLED": "0", "GO111MODULE": "on", "GOWORK": "off"}
    with subprocess.Popen(command, cwd=folder, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line.strip())
                told(f"building Fabric's programs, once: {len(said)} packages, {said[-1]}")
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        end = " / ".join(line for line in said[-TAIL_LINES:] if line)
        raise FabricMissing(f"Fabric's programs cannot be built with Go's module proxy (code {process.returncode}): {end}")
    return said
