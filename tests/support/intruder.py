"""A hostile caller: raw sockets, its own WebSocket framing, frames the product would never make.

It speaks TLS and HTTP by hand, so that it can stop, stutter or lie at any byte. What it reads it decodes
with the product's codec; what it sends may be anything.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import tempfile
from collections.abc import Iterator
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys import canonical
from keys.certificate import make_certificate, pem
from keys.identity import SigningKey
from protocol import messages as m
from protocol.frames import encode_frame

PATIENCE_S = 20.0
UPGRADE = (
    b"GET /mulin/1 HTTP/1.1\r\nHost: node\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
Secret: TypeAlias = Ed25519PrivateKey | RSAPrivateKey


def client_tls(
    certificate: str | None = None,
    key: Secret | None = None,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> ssl.SSLContext:
    """A client that trusts anybody and shows this certificate (PEM), or none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = newest
    if certificate is not None and key is not None:
        _load(context, certificate, key)
    return context


def server_tls(tls_key: SigningKey) -> ssl.SSLContext:
    """What a listener with this device's certificate would use; it asks the caller for none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, pem(make_certificate(tls_key)), tls_key.private())
    return context


def _load(context: ssl.SSLContext, certificate: str, key: Secret) -> None:
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        os.write(handle, certificate.encode() + secret)
        os.close(handle)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)


def member_tls(tls_key: SigningKey) -> ssl.SSLContext:
    """What a township's own device would show."""
    return client_tls(pem(make_certificate(tls_key)), tls_key.private())


def web_frame(payload: bytes, opcode: int = BINARY, *, size: int | None = None) -> bytes:
    """A masked WebSocket frame; the mask is zero, so the payload stands as it is. `size` may lie."""
    length = len(payload) if size is None else size
    head = bytes([0x80 | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 1 << 16:
        head += b"\xfe" + length.to_bytes(2, "big")
    else:
        head += b"\xff" + length.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def message(said: m.Message) -> bytes:
    """A message as bytes of the session's stream."""
    return encode_frame(m.to_plain(said))


class Line:
    """One connection of the intruder."""

    def __init__(self, port: int, tls: ssl.SSLContext | None, *, receive_bytes: int = 0) -> None:
        """Connects; with `tls` also shakes hands (TLS 1.3 tells a refused client only when it reads)."""
        plain = socket.socket()
        if receive_bytes:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        plain.settimeout(PATIENCE_S)
        self.socket: socket.socket = plain
        try:
            plain.connect(("127.0.0.1", port))
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is not None:
                self.socket = tls.wrap_socket(plain)
        except OSError:
            plain.close()
            raise
        self._read = b""
        self._stream = bytearray()
        self.closed = False

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    # --- sending -----------------------------------------------------------------------------

    def send(self, data: bytes) -> bool:
        """False if the other side has closed."""
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True
        return not self.closed

    def say(self, *said: m.Message) -> bool:
        return self.send(b"".join(web_frame(message(s)) for s in said))

    # --- reading -----------------------------------------------------------------------------

    def rest(self) -> bytes:
        """Everything the other side still says until it closes; fails if it does not close."""
        found = bytearray(self._read)
        self._read = b""
        while chunk := self._some():
            found += chunk
        return bytes(found)

    def _some(self) -> bytes:
        """Some bytes; none once the other side has closed."""
        try:
            found = self.socket.recv(1 << 16)
        except TimeoutError:
            raise AssertionError("the node neither answered nor closed") from None
        except OSError:
            found = b""
        self.closed = self.closed or not found
        return found

    def answer(self) -> bytes:
        """The head of an HTTP response, b"" if the connection was closed instead."""
        while b"\r\n\r\n" not in self._read:
            chunk = self._some()
            if not chunk:
                return b""
            self._read += chunk
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        return head

    def upgraded(self) -> Line:
        """Become a WebSocket."""
        self.send(UPGRADE)
        assert self.answer().startswith(b"HTTP/1.1 101"), "the node takes its member"
        return self

    def messages(self) -> Iterator[m.Message]:
        """What the node says, until it closes the WebSocket or the connection."""
        while True:
            while (frame := self._frame()) is None:
                if self.closed:
                    return
                self._read += self._some()
            opcode, payload = frame
            if opcode == CLOSE:
                return
            self._stream += payload if opcode == BINARY else b""
            while len(self._stream) >= 4:
                end = 4 + int.from_bytes(self._stream[:4], "big")
                if len(self._stream) < end:
                    break
                body = bytes(self._stream[4:end])
                del self._stream[:end]
                yield m.from_plain(canonical.decode_list(body, len(body)))

    def _frame(self) -> tuple[int, bytes] | None:
        """One whole WebSocket frame from what was read."""
        data = self._read
        if len(data) < 2:
            return None
        size, at = data[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            if len(data) < at:
                return None
            size = int.from_bytes(data[2:at], "big")
        if len(data) < at + size:
            return None
        self._read = data[at + size :]
        return data[0] & 15, data[at : at + size]

    def goodbye(self) -> m.Goodbye | None:
        """The node's last word, None if it hung up without one."""
        last: m.Message | None = None
        with contextlib.suppress(OSError):
            for last in self.messages():
                if isinstance(last, m.Goodbye):
                    return last
        return None
