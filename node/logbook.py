"""The node's log: one JSON line an event, to standard error. No names of people, no field values."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import TextIO


class Logbook:
    """Writes lines; `stream` is closed by nobody here."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def line(self, event: str, facts: Mapping[str, str | int]) -> None:
        """One line. Control characters are escaped by JSON, so a peer cannot forge a line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        text = json.dumps({"at": stamp, "event": event, **facts}, ensure_ascii=True)
        try:
            print(text, file=self._stream, flush=True)
        except (OSError, ValueError):  # a full disk or a closed terminal must not stop the node
            return
