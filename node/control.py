"""How a command speaks to the running node of the same folder, on loopback with a token from a 0600 file.

Only for nudging (a datagram), for asking who is connected and for waiting until peers are equal (HTTP);
everything else a command does on the store itself, whether a node runs or not. The node's side is
`control_server`.
"""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any

from node.home import Home, read_json

_TIMEOUT_S = 5.0


class Control:
    """A command's side. Every call says so quietly if no node runs."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def alive(self) -> bool:
        """Whether a node of this folder answers."""
        return self._call("GET", "/live", None, _TIMEOUT_S) is not None

    def live(self) -> dict[bytes, bool]:
        """Connected devices, and whether everything is exchanged with each; empty if no node runs."""
        found = self._call("GET", "/live", None, _TIMEOUT_S) or {}
        return {bytes.fromhex(d): bool(up) for d, up in found.items()}

    def nudge(self) -> None:
        """Tell the running node, if any, that the store changed: one datagram, and no waiting.

        One that gets lost costs a tenth of a second: the node looks by itself.
        """
        match read_json(self._home.running):
            case {"nudge": int() as port, "token": str() as token} if 0 < port < 65536:
                with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as line:
                    line.sendto(token.encode(), ("127.0.0.1", port))

    def sync(self, devices: list[bytes] | None, timeout_s: float) -> dict[bytes, bool]:
        """Ask the running node to exchange everything with these devices (None: all) and wait."""
        named = None if devices is None else [d.hex() for d in devices]
        body = {"devices": named, "timeout_s": timeout_s}
        found = self._call("POST", "/sync", body, timeout_s + _TIMEOUT_S) or {}
        return {bytes.fromhex(d): bool(up) for d, up in found.items()}

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None, timeout_s: float
    ) -> dict[str, Any] | None:
        match read_json(self._home.running):
            case {"port": int() as port, "token": str() as token}:
                pass
            case _:  # no node runs, or what one left behind is not whole
                return None
        import http.client  # a command that asks nothing starts faster without

        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        try:
            text = None if body is None else json.dumps(body)
            headers = {"X-Mulin-Token": token, "Content-Type": "application/json"}
            connection.request(method, path, text, headers)
            answer = connection.getresponse()
            found = json.loads(answer.read()) if answer.status == 200 else None
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return found if isinstance(found, dict) else None
