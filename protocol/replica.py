"""The narrow view of a ledger that a session needs. Satisfied by shape; the node introduces the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from protocol.messages import LogName, Position, Vector


class Replica(Protocol):
    """Read-only questions about what this node holds. All answers are of this moment."""

    def vector(self, ledger: bytes) -> Vector:
        """The tips of every log held."""
        ...

    def papers_digest(self, ledger: bytes) -> bytes:
        """16 bytes that name what was signed about its members since the founding; empty if nothing was."""
        ...

    def papers(self, ledger: bytes) -> Sequence[bytes]:
        """All that was signed so, in parts that each fit a frame."""
        ...

    def holds(self, ledger: bytes, log: LogName, position: Position) -> bool:
        """Whether this very entry is held."""
        ...

    def marks(self, ledger: bytes, log: LogName) -> Sequence[Position]:
        """Positions of the log, newest first, thinning out towards its beginning."""
        ...

    def next_run(
        self, ledger: bytes, log: LogName, frontier: frozenset[bytes], most_bytes: int
    ) -> tuple[bytes, bytes | None, Position] | None:
        """The next run for one who holds `frontier` and all before it: (body, id it follows, new tip).

        Up to the last checkpoint within `most_bytes`, else up to the first.
        """
        ...
