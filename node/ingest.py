"""Take in what a peer sent: verify, store, judge, in one transaction a run. Knows no socket and no session.

Cheap checks come first (size, canonical form, known device, signature) and nothing of a refused run is
kept. A fork is not refused: both branches are stored and merge, and the proof is kept and shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crdt.entry import Entry, EntryId
from crdt.errors import MalformedEntry
from crdt.run import Verified, decode_run
from keys import canonical
from keys.identity import DeviceId
from node.errors import LogFull, Muted, Unlinked
from node.ground import Ground
from node.ledgers import Ledger, Ledgers
from node.paths import path_above
from node.records import Records
from node.store.book import ForkRow
from node.store.log import LogName, Position, Stored
from node.writing import Writing

Held = tuple[Ledger, DeviceId, LogName, tuple[Position, ...]]
"""A device that says it holds these positions of a log."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a run: the log, the id that what was new follows, its last position, how many were new.

    `before`: the position that the whole run follows.
    """

    log: LogName
    follows: EntryId | None
    tip: Position
    fresh: int
    forked: bool
    before: Position | None


class Ingest:
    """Entries from others."""

    def __init__(
        self, ground: Ground, ledgers: Ledgers, records: Records, writing: Writing
    ) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self._records = records
        self._writing = writing
        self.on_fork: Callable[[Ledger, LogName, int], None] = lambda *_: None

    def take(self, ledger: Ledger, body: bytes, giver: DeviceId | None = None) -> Taken:
        """Verify and store a run. Raises MulinError (and then nothing of it is kept).

        `giver`: the peer who sent it, and so holds it.
        """
        claimed = decode_run(ledger.id, body)
        if self.is_muted(ledger, claimed.device):
            raise Muted
        run = claimed.verified(ledger.members.has_written)
        now_ms = self._ground.clock_ms()
        last = run.entries[-1]
        tip = (last.header.seq, bytes(last.id))
        try:
            with self._ground.db.transaction():
                run = self._without_erased(ledger, run)
                stored = self._ground.log.append(ledger.n, run, now_ms)
                if stored.fresh:
                    self._records.take(ledger, stored.fresh, now_ms)
                forked = self._note_forks(ledger, run, stored, now_ms)
                if stored.fresh and run.log[0] == self._ground.identity.device.id:
                    self._own_tail_came_back(ledger, run)
                if giver is not None:
                    self._note_held([(ledger, giver, run.log, (tip,))], now_ms)
        except (MalformedEntry, Unlinked, LogFull):
            raise  # nothing was judged yet
        except BaseException:
            self._records.forget()  # all: what these entries were awaited by was judged again too
            self._ledgers.forget(ledger)
            raise
        first = run.first
        before = None if first.prev is None else (first.seq - 1, bytes(first.prev))
        return Taken(run.log, stored.follows, tip, len(stored.fresh), forked, before)

    def _without_erased(self, ledger: Ledger, run: Verified) -> Verified:
        """What was ordered to be erased is not let in again; of anything else a header alone would hide what
        its author said. In the transaction, as a command may just have erased. Raises MalformedEntry."""
        if self._ground.papers.count(ledger.n) != len(ledger.statements):
            self._ledgers.refresh()
        if not ledger.erasures.reached:  # as a rule
            if any(entry.payload is None for entry in run.entries):
                raise MalformedEntry(why="payload missing")
            return run
        kept: list[Entry] = []
        for entry in run.entries:
            erased = entry.subject in ledger.erasures.reached
            if entry.payload is None and not erased:
                raise MalformedEntry(why="payload missing")
            kept.append(replace(entry, payload=None) if erased else entry)
        return Verified(tuple(kept), run.checkpoint)

    def note_held(self, said: Sequence[Held]) -> None:
        """Peers say that they hold these positions, which are held here too. Raises Busy, DiskTrouble."""
        if any(self._is_news(*one) is not None for one in said):
            with self._ground.db.transaction():
                self._note_held(said, self._ground.clock_ms())

    def _note_held(self, said: Sequence[Held], now_ms: int) -> None:
        for one in said:
            number = self._is_news(*one)
            if number is not None:
                self._ground.book.add_held(number, one[1], one[3], now_ms)

    def _is_news(
        self, ledger: Ledger, device: DeviceId, log: LogName, tips: tuple[Position, ...]
    ) -> int | None:
        """The log's number, if this says more than the device said before; else a write for nothing."""
        number = self._ground.log.number(ledger.n, log)
        if number is None or not self._ground.book.held_is_news(number, device, tips):
            return None
        return number

    def muted(self) -> frozenset[bytes]:
        """Devices and townships of which nothing new is taken here, until a person says otherwise."""
        return self._ground.book.muted()

    def is_muted(self, ledger: Ledger, device: DeviceId) -> bool:
        muted = self.muted()
        if not muted or not ledger.members.has_written(device):
            return False
        return device in muted or ledger.members.township_of(device) in muted

    def wants(self, ledger: Ledger, log: LogName) -> bool:
        """Whether more of a log, new or held, would be taken now."""
        if self.is_muted(ledger, DeviceId(log[0])):
            return False
        return self._ground.log.has_room(ledger.n, log)

    def log_of(self, ledger: Ledger, body: bytes) -> LogName:
        """The log that a well-formed run claims to extend."""
        run = decode_run(ledger.id, body)
        return run.device, run.incarnation

    def _own_tail_came_back(self, ledger: Ledger, run: Verified) -> None:
        """Others hold entries of ours that we did not: this is an old copy; never continue that log."""
        found = self._writing.own_tip(ledger)
        if found is not None and found[0] == run.log[1]:
            self._writing.close_incarnation(ledger)

    def peer_knows_more(self, ledger: Ledger, vector: dict[LogName, tuple[Position, ...]]) -> bool:
        """Whether a peer names a position of our own logs that we do not hold; closes the incarnation.

        Also where it is of another incarnation: this is an old copy then, and what else it lost of the
        one it would continue nobody here can tell.
        """
        device = self._ground.identity.device.id
        for log, tips in vector.items():
            if log[0] != device:
                continue
            number = self._ground.log.number(ledger.n, log)
            if number is None or not all(self._ground.log.holds(number, tip) for tip in tips):
                with self._ground.db.transaction():
                    self._writing.close_incarnation(ledger)
                return True
        return False

    # --- forks -------------------------------------------------------------------------------

    def _note_forks(self, ledger: Ledger, run: Verified, stored: Stored, now_ms: int) -> bool:
        log = self._ground.log.number(ledger.n, run.log)
        news = False
        for seq, one, other in stored.forks:
            assert log is not None, "a fork lies in a log we hold"
            proof = self._proof(log, (one, other))
            row = ForkRow(log, seq, one, other, proof, now_ms)
            if self._ground.book.add_fork(row):
                news = True
                self.on_fork(ledger, run.log, seq)
        return news

    def _proof(self, log: int, rivals: tuple[EntryId, EntryId]) -> bytes:
        """Two signed heads with the headers from the fork to each: convincing without any store."""
        sides: list[canonical.Plain] = []
        for rival in rivals:
            headers, head = path_above(self._ground.log, log, rival)
            sides.append([list[canonical.Plain](headers), head])
        return canonical.encode(sides)
