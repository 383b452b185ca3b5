"""TLS contexts of a node: mutual TLS 1.3, self-signed certificates, trusted one by one. No sockets.

A certificate is trusted because a founding record names it, and after the handshake it is compared with
the member's, byte by byte. The private key reaches OpenSSL through a file that is encrypted under a
password of the moment, because the standard library takes keys from files only.
"""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Callable, Iterable

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from keys.card import DeviceKeys
from keys.certificate import make_certificate, pem
from keys.limits import SOCKETS_PENDING


class Handshakes:
    """Counts handshakes under way and tells how each unfinished one ended."""

    def __init__(self, refused: Callable[[str], None]) -> None:
        self.refused = refused
        self.pending = 0
        self.started: Callable[[object], None] = lambda _: None


def contexts(
    keys: DeviceKeys, peers: Iterable[bytes], handshakes: Handshakes
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
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
    server.sslobject_class = _watched(handshakes)
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


def _watched(handshakes: Handshakes) -> type[ssl.SSLObject]:
    """An SSLObject that reports refused handshakes: asyncio drops them without a word."""

    class Watched(ssl.SSLObject):
        state = "new"

        def do_handshake(self) -> None:
            if self.state == "new":
                self.state = "under way"
                handshakes.pending += 1
                handshakes.started(self)
            if handshakes.pending > SOCKETS_PENDING:
                self._end("failed", "too many handshakes at once")
                raise ssl.SSLError("too many handshakes at once")
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as fault:
                self._end("failed", fault.reason or type(fault).__name__)
                raise
            self._end("done", "")

        def expire(self) -> None:
            """Called when the time for a handshake is over."""
            self._end("failed", "handshake took too long")

        def _end(self, state: str, why: str) -> None:
            if self.state == "under way":
                handshakes.pending -= 1
                self.state = state
                if why:
                    handshakes.refused(why)

    return Watched
