"""A replica of logs that are nothing but chains of hashes, and the store behind it.

The session is tested against this first: no signature, no database and no record, so that what fails
here is the session's own fault. An entry's id is the hash of its place and its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from keys import canonical
from protocol.errors import Reason
from protocol.messages import LogName, Position, Vector
from tests.support.people import seed

LEDGER = seed("ledger")
OTHER = seed("another ledger")


def log_name(label: str) -> LogName:
    return seed("device", label), seed("incarnation", label, size=16)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a run that was stored."""

    log: LogName
    follows: bytes | None
    tip: Position


class Full(Exception):
    """The log has no room here."""

    def __init__(self, log: LogName) -> None:
        self.log = log


class Refused(Exception):
    """The run is at fault and its sender with it."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a chain."""

    seq: int
    prev: bytes | None
    text: str


def entry_id(log: LogName, link: Link) -> bytes:
    said = canonical.encode([*log, link.seq, link.prev, link.text])
    return hashlib.sha256(said).digest()


@dataclass(slots=True)
class FakeStore:
    """Logs by ledger and name, every entry under its id; both a Replica and what stands behind one."""

    per_run: int = 8
    ledgers: dict[bytes, dict[LogName, dict[bytes, Link]]] = field(default_factory=dict)
    full: set[LogName] = field(default_factory=set)

    # --- writing -----------------------------------------------------------------------------

    def write(
        self, log: LogName, *texts: str, after: bytes | None = None, ledger: bytes = LEDGER
    ) -> bytes:
        """Append entries to a log's tip, or after a given entry (a fork); returns the last id."""
        held = self._log(ledger, log)
        tips = self.vector(ledger).get(log, ())
        prev = after if after is not None or not tips else max(tips)[1]
        for text in texts:
            link = Link(0 if prev is None else held[prev].seq + 1, prev, text)
            prev = entry_id(log, link)
            held[prev] = link
        assert prev is not None, "something was written"
        return prev

    def take(self, ledger: bytes, body: bytes) -> Taken:
        """Store a run. Raises Full, Refused."""
        plain = canonical.decode_list(body, len(body))
        device, incarnation, seq, follows, texts = plain
        assert isinstance(device, bytes), "runs of these tests are well formed"
        assert isinstance(incarnation, bytes), "runs of these tests are well formed"
        assert isinstance(seq, int), "runs of these tests are well formed"
        assert isinstance(texts, list), "runs of these tests are well formed"
        assert follows is None or isinstance(follows, bytes), "runs of these tests are well formed"
        log = (device, incarnation)
        if log in self.full:
            raise Full(log)
        held = self._log(ledger, log)
        prev = follows
        if prev is not None and prev not in held:
            raise Refused(Reason.UNLINKED)
        for n, text in enumerate(texts):
            link = Link(seq + n, prev, str(text))
            prev = entry_id(log, link)
            held[prev] = link
        assert prev is not None, "a run is not empty"
        return Taken(log, follows, (held[prev].seq, prev))

    def _log(self, ledger: bytes, log: LogName) -> dict[bytes, Link]:
        return self.ledgers.setdefault(ledger, {}).setdefault(log, {})

    # --- the replica -------------------------------------------------------------------------

    def vector(self, ledger: bytes) -> Vector:
        found: Vector = {}
        for log, held in self.ledgers.get(ledger, {}).items():
            inner = {link.prev for link in held.values()}
            tips = sorted((link.seq, entry) for entry, link in held.items() if entry not in inner)
            if tips:
                found[log] = tuple(tips)
        return found

    def papers_digest(self, ledger: bytes) -> bytes:
        del ledger
        return b""

    def papers(self, ledger: bytes) -> Sequence[bytes]:
        del ledger
        return ()

    def holds(self, ledger: bytes, log: LogName, position: Position) -> bool:
        link = self.ledgers.get(ledger, {}).get(log, {}).get(position[1])
        return link is not None and link.seq == position[0]

    def marks(self, ledger: bytes, log: LogName) -> Sequence[Position]:
        held = self._log(ledger, log)
        by_seq: dict[int, list[Position]] = {}
        for entry, link in held.items():
            by_seq.setdefault(link.seq, []).append((link.seq, entry))
        seqs, at, step = [], max(by_seq), 1
        while at > 0:
            seqs.append(at)
            at, step = at - step, step * 2
        return [mark for seq in [*seqs, 0] for mark in sorted(by_seq[seq])][:64]

    def next_run(
        self, ledger: bytes, log: LogName, frontier: frozenset[bytes], most_bytes: int = 0
    ) -> tuple[bytes, bytes | None, Position] | None:
        del most_bytes  # runs hold a number of entries here
        held = self._log(ledger, log)
        covered: set[bytes] = set()
        for entry in frontier:
            at: bytes | None = entry
            while at is not None and at not in covered:
                covered.add(at)
                at = held[at].prev
        for _, tip in self.vector(ledger).get(log, ()):
            chain: list[bytes] = []
            at = tip
            while at is not None and at not in covered:
                chain.append(at)
                at = held[at].prev
            if chain:
                return self._pack(log, held, chain[::-1][: self.per_run])
        return None

    def _pack(
        self, log: LogName, held: dict[bytes, Link], chain: list[bytes]
    ) -> tuple[bytes, bytes | None, Position]:
        first, last = held[chain[0]], held[chain[-1]]
        texts: list[canonical.Plain] = [held[entry].text for entry in chain]
        body = canonical.encode([*log, first.seq, first.prev, texts])
        return body, first.prev, (last.seq, chain[-1])
