"""Who vouches for what: X.509 certificates from an authority for each organisation, P-256 signatures, and parts that do neither.

A ledger is handed a `Trust`: a wallet, which signs for those whose keys it holds, and a verifier, which knows the authorities only.
The plain trust signs nothing and accepts everything: whoever can name a peer can speak for it.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import NameOID

from ledger_runtime.checking import Check, Checks, Pool
from ledger_runtime.errors import MalformedCertificate, NoKey, UnfitName, UnknownOrganisation
from ledger_runtime.values import shown
from spec.errors import choices

ORDERING = "org-ordering"
LONGEST_NAME = 64  # characters of a common name (RFC 5280)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
BEGINS, ENDS = datetime.datetime(2020, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59)  # no clock decides what is valid


class Identity(NamedTuple):
    """Whom a certificate names, and who says so."""

    name: str
    organisation: str


class Wallet(Protocol):
    """Signs for those whose keys it holds."""

    def certificate(self, name: str, organisation: str | None = None) -> bytes:
        """The certificate of a member; one that is not known is enrolled, by default with the first organisation."""
        ...

    def sign(self, name: str, message: bytes) -> bytes: ...


class Verifier(Protocol):
    """Checks what others signed; holds no secret."""

    def identity(self, certificate: bytes) -> Identity | None:
        """Whom a certificate names; None when no authority of the network issued it."""
        ...

    def begin(self, checks: Sequence[Check]) -> Checks:
        """Have signatures checked; the answer may be waited for later."""
        ...

    def authorities(self) -> Mapping[str, bytes]:
        """The certificate of each organisation's authority."""
        ...


@dataclass(frozen=True)
class Trust:
    """The two parts that a network is handed. `described` goes into figures."""

    wallet: Wallet
    verifier: Verifier
    signed: bool
    described: str


def check_name(name: str) -> None:
    """Refuse a name that cannot stand in a certificate: UnfitName."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise UnfitName(f"{shown(name)} cannot stand in a certificate: a name has 1 to {LONGEST_NAME} printable characters")


def low_s(signature: bytes) -> bytes:
    """The one of the two signatures over a message that is accepted, here and on Fabric."""
    r, s = decode_dss_signature(signature)
    return signature if 2 * s <= ORDER else encode_dss_signature(r, ORDER - s)


class Nobody:
    """Signs nothing, accepts everything."""

    def certificate(self, name: str, organisation: str | None = None) -> bytes:
        return b""

    def sign(self, name: str, message: bytes) -> bytes:
        return b""

    def identity(self, certificate: bytes) -> Identity | None:
        return None

    def begin(self, checks: Sequence[Check]) -> Checks:
        return Checks([[True] * len(checks)])

    def authorities(self) -> Mapping[str, bytes]:
        return {}


def plain() -> Trust:
    """Nobody signs: for speed, where the question is not who may speak for whom."""
    return Trust(Nobody(), Nobody(), False, "unsigned")


def certified(organisations: Iterable[str], seed: int | None = None, threads: int = 1, shared: bool = False) -> Trust:
    """Real identities for the organisations, and one that orders.

    seed: keys that anybody can compute, for runs that can be replayed; without it the system's chance.
    threads: that check signatures beside the caller's own. shared: peers of one process check each signature once (every figure says so).
    """
    keys = Keys((*organisations, ORDERING), seed)
    verifier = Certificates(keys.authority_certificates(), threads, shared)
    return Trust(keys, verifier, True, f"P-256, {threads} thread{'s' * (threads > 1)}{', checks shared among peers' * shared}")


@dataclass(frozen=True)
class Held:
    """A certificate, and its key where that is held here."""

    key: ec.EllipticCurvePrivateKey | None
    certificate: bytes


class Keys:
    """A wallet: the authorities of all organisations, and every key that they issued a certificate for."""

    def __init__(self, organisations: Iterable[str], seed: int | None = None, held: Mapping[str, Held] | None = None) -> None:
        self.seed, self.organisations = seed, tuple(organisations)
        self.held: dict[str, Held] = dict(held or {})
        for organisation in self.organisations:
            if authority_of(organisation) not in self.held:
                self.held[authority_of(organisation)] = self._made(authority_of(organisation), organisation, None)

    def authority_certificates(self) -> dict[str, bytes]:
        return {organisation: self.held[authority_of(organisation)].certificate for organisation in self.organisations}

    def certificate(self, name: str, organisation: str | None = None) -> bytes:
        """The certificate of a member, enrolled when it is not known.  Raises UnfitName, or UnknownOrganisation."""
        found = self.held.get(name)
        if found is None:
            home = self.organisations[0] if organisation is None else organisation
            if home not in self.organisations:
                raise UnknownOrganisation(f"no organisation {home!r} to enrol {name!r}; choices: {choices(self.organisations)}")
            found = self.held[name] = self._made(name, home, self.held[authority_of(home)])
        return found.certificate

    def sign(self, name: str, message: bytes) -> bytes:
        """A signature of low S over a message, by a member whose key is held.

        Drawn signatures are as fast as it gets; those of a seeded wallet depend on key and message alone (RFC 6979).
        """
        self.certificate(name)
        return low_s(self._key_of(name).sign(message, _DRAWN if self.seed is None else _DETERMINED))

    def _key_of(self, name: str) -> ec.EllipticCurvePrivateKey:
        key = self.held[name].key
        if key is None:
            raise NoKey(f"the key of {name!r} is not held here: this ledger can be read and verified, and nothing can be submitted to it")
        return key

    def _made(self, name: str, organisation: str, authority: Held | None) -> Held:
        check_name(name)
        key = self._key(name)
        issuer = _subject(authority_of(organisation), organisation)
        serial = int.from_bytes(hashlib.sha3_256(key.public_key().public_bytes(*_POINT)).digest()[:16], "big") >> 1 or 1
        builder = x509.CertificateBuilder(issuer, _subject(name, organisation), key.public_key(), serial, BEGINS, ENDS)
        builder = builder.add_extension(x509.BasicConstraints(ca=authority is None, path_length=0 if authority is None else None), True)
        signer = key if authority is None else self._key_of(authority_of(organisation))
        made = builder.sign(signer, hashes.SHA256(), ecdsa_deterministic=self.seed is not None)
        return Held(key, made.public_bytes(serialization.Encoding.DER))

    def _key(self, name: str) -> ec.EllipticCurvePrivateKey:
        if self.seed is None:
            return ec.generate_private_key(ec.SECP256R1())
        drawn = hashlib.shake_256(f"marketproof/key/{self.seed}/{name}".encode(errors="surrogatepass")).digest(48)
        return ec.derive_private_key(int.from_bytes(drawn, "big") % (ORDER - 1) + 1, ec.SECP256R1())


_POINT = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
_DRAWN, _DETERMINED = ec.ECDSA(hashes.SHA256()), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def authority_of(organisation: str) -> str:
    """The name of an organisation's authority."""
    return f"authority.{organisation}"


def _subject(name: str, organisation: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _issuer(organisation: str, data: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise MalformedCertificate(f"the certificate of the authority of {organisation} cannot be read: {error}") from None


class Certificates:
    """A verifier that knows the authorities' certificates. What it found out about a certificate it remembers."""

    def __init__(self, authorities: Mapping[str, bytes], threads: int = 1, shared: bool = False) -> None:
        self._authorities = dict(authorities)
        self._issuers = {organisation: _issuer(organisation, data) for organisation, data in authorities.items()}
        self._known: dict[bytes, tuple[Identity, ec.EllipticCurvePublicKey] | None] = {}
        self._pool = Pool(self._holds, threads, shared)

    def authorities(self) -> Mapping[str, bytes]:
        return self._authorities

    def identity(self, certificate: bytes) -> Identity | None:
        found = self._found(certificate)
        return None if found is None else found[0]

    def begin(self, checks: Sequence[Check]) -> Checks:
        return self._pool.begin(checks)

    def _found(self, certificate: bytes) -> tuple[Identity, ec.EllipticCurvePublicKey] | None:
        if certificate not in self._known:
            self._known[certificate] = self._examined(certificate)
        return self._known[certificate]

    def _examined(self, certificate: bytes) -> tuple[Identity, ec.EllipticCurvePublicKey] | None:
        try:
            read = x509.load_der_x509_certificate(certificate)
            (organisation,) = (str(one.value) for one in read.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME))
            (name,) = (str(one.value) for one in read.subject.get_attributes_for_oid(NameOID.COMMON_NAME))
            read.verify_directly_issued_by(self._issuers[organisation])
            key = read.public_key()
            if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
                return Identity(name, organisation), key
        except (ValueError, TypeError, KeyError, InvalidSignature, x509.InvalidVersion):
            pass
        return None

    def _holds(self, check: Check) -> bool:
        certificate, message, signature = check
        found = self._found(certificate)
        if found is None:
            return False
        try:
            if 2 * decode_dss_signature(signature)[1] > ORDER:
                return False
            found[1].verify(signature, message, _DRAWN)
        except (InvalidSignature, ValueError):
            return False
        return True
