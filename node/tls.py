"""TLS contexts of a node: mutual TLS 1.3, self-signed certificates, trusted one by one. No sockets.

A certificate is trusted because a delegation in a ledger held here names it, and after the handshake it is
compared with the member's, byte by byte. The private key reaches OpenSSL through a file that is encrypted
under a password of the moment, because the standard library takes keys from files only.
"""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Iterable

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from keys.card import DeviceKeys
from keys.certificate import make_certificate, pem


def contexts(keys: DeviceKeys, peers: Iterable[bytes]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(for listening, for dialling); `peers`: certificates (DER) of every known device."""
    trusted = list(peers)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    for context in (server, client):
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        _load_identity(context, keys)
        trust(context, trusted)
    server.num_tickets = 0
    return server, client


def trust(context: ssl.SSLContext, certificates: Iterable[bytes]) -> None:
    """Accept these certificates too."""
    text = "".join(pem(der) for der in certificates)
    if text:
        context.load_verify_locations(cadata=text)


def _load_identity(context: ssl.SSLContext, keys: DeviceKeys) -> None:
    password = secrets.token_hex(32)
    secret = keys.tls.private().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )
    handle, path = tempfile.mkstemp(prefix="mulin-", suffix=".pem")
    try:
        os.write(handle, pem(make_certificate(keys.tls)).encode() + secret)
        os.close(handle)
        context.load_cert_chain(path, password=password)
    finally:
        os.unlink(path)
