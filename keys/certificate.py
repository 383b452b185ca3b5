"""The self-signed TLS certificate of a device. Knows no membership: a certificate is bytes to compare.

Valid from 2000 to 2999: a dead clock battery must not lock a township out, and what a certificate
is worth is decided by comparing it with the card, not by its dates. The same key always gives the
same bytes, so a lost file is simply made again.
"""

from __future__ import annotations

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.errors import BadCard, BadSignature
from keys.identity import SigningKey, check_public_key, verify

_FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_TO = datetime.datetime(2999, 12, 31, tzinfo=datetime.UTC)
_ANY = SigningKey(bytes(32))


def make_certificate(tls: SigningKey) -> bytes:
    """DER of the certificate of `tls`; about 280 bytes."""
    return _certificate(tls.public, tls).public_bytes(Encoding.DER)


def _certificate(key: bytes, signer: SigningKey) -> x509.Certificate:
    tag = hashlib.sha256(b"mulin/tls/1" + key).hexdigest()[:32]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, tag)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(Ed25519PublicKey.from_public_bytes(key))
        .serial_number(int(tag[:15], 16) + 1)
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
    )
    return builder.sign(signer.private(), None)


def certificate_key(der: bytes) -> bytes:
    """The Ed25519 key of a certificate made by make_certificate. Raises BadCard, WeakKey.

    Any other is refused: OpenSSL may not read it, and then the node that was told to trust it does not
    start; it may be an authority for strangers, or expire.
    """
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except Exception as fault:  # the parser's errors are many; every one means the same to us
        raise BadCard(why="certificate") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise BadCard(why="certificate")
    raw = key.public_bytes_raw()
    check_public_key(raw)
    expected = _certificate(raw, _ANY)  # all but the signature, which is the last 64 bytes
    if der[:-64] != expected.public_bytes(Encoding.DER)[:-64]:
        raise BadCard(why="certificate")
    try:
        verify(raw, der[-64:], expected.tbs_certificate_bytes, "certificate")
    except BadSignature as fault:
        raise BadCard(why="certificate") from fault
    return raw


def pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
