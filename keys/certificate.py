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

from keys.errors import BadCard
from keys.identity import SigningKey, check_public_key

_FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_TO = datetime.datetime(2999, 12, 31, tzinfo=datetime.UTC)


def make_certificate(tls: SigningKey) -> bytes:
    """DER of the certificate of `tls`; about 280 bytes."""
    tag = hashlib.sha256(b"mulin/tls/1" + tls.public).hexdigest()[:32]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, tag)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(tls.private().public_key())
        .serial_number(int(tag[:15], 16) + 1)
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
    )
    return builder.sign(tls.private(), None).public_bytes(Encoding.DER)


def certificate_key(der: bytes) -> bytes:
    """The Ed25519 key of a certificate made by make_certificate. Raises BadCard, WeakKey."""
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except Exception as fault:  # the parser's errors are many; every one means the same to us
        raise BadCard(why="certificate") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise BadCard(why="certificate")
    raw = key.public_bytes_raw()
    check_public_key(raw)
    return raw


def pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
