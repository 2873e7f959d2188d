"""Members of a Fabric network: X.509 certificates that name them, P-256 keys, signatures of low S."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fabric_protos.msp import identities_pb2

from ledger_runtime.errors import FabricFailed, NoKey
from ledger_runtime.fabric.connecting import Organisation
from ledger_runtime.identities import check_name, low_s
from spec.errors import choices

CLIENT, ASKER = "client", "asker"


@dataclass(frozen=True)
class Member:
    """Who signs: `creator` is how Fabric writes down who that is."""

    name: str
    key: ec.EllipticCurvePrivateKey
    creator: bytes

    @property
    def organisation(self) -> str:
        return str(identities_pb2.SerializedIdentity.FromString(self.creator).mspid)

    def sign(self, message: bytes) -> bytes:
        return low_s(self.key.sign(message, ec.ECDSA(hashes.SHA256())))


class Members:
    """Everybody who calls from here: enrolled when first needed, by the authority of an organisation whose key is held."""

    def __init__(self, organisations: Mapping[str, Organisation]) -> None:
        self._organisations, self._known = organisations, dict[str, Member]()
        self._authorities: dict[str, tuple[x509.Certificate, ec.EllipticCurvePrivateKey]] = {}
        for organisation in organisations.values():
            for name, (certificate, key) in organisation.members.items():
                self._known[name] = _member(organisation.name, name, _read(certificate), _key(key))

    def member(self, name: str, organisation: str | None = None) -> Member:
        """A member by name.  Raises UnfitName, or NoKey where nobody here can enrol it."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._enrolled(name, self._home(organisation))
        return found

    def asker(self) -> Member:
        """Somebody who may ask for blocks: enrolled for that, or anybody whose key is held."""
        if any(one.authority is not None for one in self._organisations.values()) or not self._known:
            return self.member(ASKER)
        return next(iter(self._known.values()))

    def _home(self, organisation: str | None) -> str:
        enrolling = [name for name, one in self._organisations.items() if one.authority is not None]
        if organisation in enrolling:
            return str(organisation)
        if organisation is not None or not enrolling:
            raise NoKey(f"no authority of {organisation!r} to enrol anybody is in the connection file; choices: {choices(enrolling)}")
        return enrolling[0]

    def _enrolled(self, name: str, home: str) -> Member:
        check_name(name)
        if home not in self._authorities:
            authority = self._organisations[home].authority
            assert authority is not None
            self._authorities[home] = x509.load_pem_x509_certificate(_read(authority[0])), _key(authority[1])
        issuer, signer = self._authorities[home]
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, CLIENT), x509.NameAttribute(NameOID.COMMON_NAME, name),
        ])  # fmt: skip
        builder = x509.CertificateBuilder(
            issuer.subject, subject, key.public_key(), x509.random_serial_number(), issuer.not_valid_before_utc, issuer.not_valid_after_utc
        )
        signs = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        above = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
        builder = builder.add_extension(signs, True).add_extension(x509.BasicConstraints(False, None), True).add_extension(above, False)
        made = builder.sign(signer, hashes.SHA256())
        return _member(home, name, made.public_bytes(serialization.Encoding.PEM), key)


def _member(organisation: str, name: str, certificate: bytes, key: ec.EllipticCurvePrivateKey) -> Member:
    return Member(name, key, identities_pb2.SerializedIdentity(mspid=organisation, id_bytes=certificate).SerializeToString())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FabricFailed(f"{str(path)!r} cannot be read: {error.strerror}") from None


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(_read(path), None)
    except (ValueError, TypeError) as error:
        raise FabricFailed(f"{str(path)!r} holds no key: {error}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise FabricFailed(f"{str(path)!r} holds no P-256 key, but a {type(key).__name__}")
    return key
