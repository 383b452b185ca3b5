"""The node's log: one JSON line an event, to standard error. No names of people, no field values."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
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

    def failed(self, fault: BaseException) -> None:
        """A fault that nobody foresaw: its class and where it arose. Its text may hold a value."""
        frames = traceback.extract_tb(fault.__traceback__)
        path = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in frames[:-6:-1])
        self.line("failed", {"what": type(fault).__name__, "where": path})

    def of_library(self, name: str) -> logging.Logger:
        """A logger to hand to a library that would otherwise print tracebacks."""
        logger = logging.Logger(name)  # noqa: LOG001  (one a node, unknown to everybody else)
        self.speak_for(logger)
        return logger

    def speak_for(self, logger: logging.Logger) -> None:
        """From now on this logger's words come here and nowhere else."""
        logger.addHandler(_Lines(self))
        logger.propagate = False


class _Lines(logging.Handler):
    """A library's faults as lines: a request it could not read is refused, all else failed.

    What it says without a fault ("socket.send() raised exception", when a peer is gone) is nobody's concern.
    """

    def __init__(self, log: Logbook) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None and type(fault).__module__.startswith("aiohttp"):
            self._log.line("refused", {"why": f"bad request: {type(fault).__name__}"})
        elif fault is not None:
            self._log.failed(fault)
