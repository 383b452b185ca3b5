"""Whoever answers where a member was dialled: another member, a stranger, a web server, a redirection, silence.

The node dials out, so a hostile listener is as near as a hostile caller; what it says costs one line.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keys.certificate import make_certificate, pem
from keys.identity import SigningKey
from tests.support.intruder import client_tls
from tests.support.nodes import RunningNode, found, wait_until
from tests.support.people import identity
from tests.support.townships import Town


class Listener:
    """A TLS server on loopback that does with each connection what it is told to."""

    def __init__(self, tls_key: SigningKey, answer: Callable[[ssl.SSLSocket], None]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._answer = answer
        self.port = int(self._socket.getsockname()[1])
        self.calls = 0
        self.asked: list[bytes] = []
        made = client_tls(pem(make_certificate(tls_key)), tls_key.private())
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.sni_callback = lambda sock, _name, _context: setattr(sock, "context", self._tls)
        _lend(made, self._tls, tls_key)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            plain.settimeout(20)
            with contextlib.suppress(OSError), self._tls.wrap_socket(plain, server_side=True) as line:
                self.asked.append(line.recv(4096))
                self._answer(line)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(30)
