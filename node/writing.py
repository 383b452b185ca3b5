"""Append own entries: one immediate transaction that re-reads the tip, checks, signs, inserts, commits.

The high-water mark is raised and made durable after the commit and before anybody may send: a power cut
after sending would otherwise be equivocation. Restore never forks: where somewhere there may be more of the
own log than here (`doubt`), the next write opens a new incarnation that cites the last entry known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crdt.checkpoint import sign_checkpoint
from crdt.deeds import WRITTEN_BY, About, Deed, Share, to_plain
from crdt.document import EngineFailed
from crdt.entry import (
    INCARNATION_BYTES,
    RECORD_BYTES,
    Content,
    Entry,
    EntryId,
    EntryType,
    Header,
    Incarnation,
    RecordId,
    build,
)
from crdt.errors import RuleBroken
from crdt.operations import Create, Operation
from crdt.record import Record
from crdt.run import Verified
from crdt.verdicts import EntryState, Verdict
from keys.cose import Signed
from keys.limits import (
    CHECKPOINT_ENTRIES,
    LOGS_KEPT_FREE,
    LOGS_PER_DEVICE,
    LOGS_PER_LEDGER,
)
from keys.seal import NONCE_BYTES, SealingKey
from node.errors import MovedMeanwhile
from node.ground import Ground, Mark
from node.ledgers import Ledger, Ledgers
from node.records import Records
from node.store.log import Position
from node.whereabouts import Doubt

# With what begins a log they fit under one checkpoint.
_BATCH = CHECKPOINT_ENTRIES - 2


@dataclass(frozen=True, slots=True)
class Opening:
    """How a sealed record begins: what it belongs to, and who may read it beside its own township."""

    about: RecordId | None = None
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What shall be said of one open record (None: it begins). `words`: post and reason; `seen`: the heads
    that it was made on."""

    record: RecordId | None
    operations: Sequence[Operation]
    words: tuple[str, str]
    seen: tuple[EntryId, ...] = ()


@dataclass(slots=True)
class _Commit:
    """Entries on their way into the log, one after the other. `previous`: the last checkpoint's digest."""

    now_ms: int
    incarnation: Incarnation
    last: Position | None
    previous: bytes | None
    entries: list[Entry]

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.last = (entry.header.seq, bytes(entry.id))


class Writing:
    """Writes in the name of this device."""

    def __init__(self, ground: Ground, ledgers: Ledgers, records: Records) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self._records = records
        self._key = ground.identity.device.sign
        self._device = ground.identity.device.id
        self.look: Callable[[Ledger, RecordId | None, Sequence[Deed], str], None] = lambda *_: None
        """Looks at the words of what is about to be said openly, and may refuse it."""
        self.reopened: Doubt | None = None
        """Why a write of this process opened a new incarnation, for whoever tells the clerk."""

    def write(
        self,
        ledger: Ledger,
        record: RecordId | None,
        operations: Sequence[Operation],
        post: str,
        reason: str,
        seen: tuple[EntryId, ...] | None = None,
        *,
        opening: Opening | None = None,
        once: bool = False,
    ) -> Entry:
        """Commit one entry (None: it begins a record). Raises RuleBroken and then changes nothing.

        `seen`: the heads that its author saw, and so its parents; None: those of this moment. `opening`: the
        record it begins is sealed. `once`: under a key of its own.
        """
        try:
            with self._ground.db.transaction():
                commit = self._begin(ledger)
                held = self._held(ledger, record)
                key = ledger.key if opening is None else self._records.seals.new_key()
                if record is not None and self._records.seals.is_sealed(ledger, record):
                    to_write = self._records.seals.to_write(ledger, record, once=once)
                    key = to_write.key
                    if to_write.before:
                        self._deed(ledger, commit, to_write.before, "", record)
                parents = held.heads() if seen is None else seen
                draft = self._header(ledger, commit, EntryType.RECORD, record, parents, key)
                entry = self._build(held, draft, operations, (post, reason), key)
                commit.add(entry)
                if opening is not None and entry.record is not None:
                    said = self._opened(ledger, entry.record, key, opening)
                    self._deed(ledger, commit, said, "", entry.record)
                verdicts = self._append(ledger, commit)
                if Verdict(entry.id, EntryState.APPLIED) not in verdicts:
                    raise EngineFailed("what was drafted does not apply here")
        except RuleBroken:
            raise  # drafting changes no record
        except BaseException:
            self._records.forget()
            raise
        self._raise_mark(ledger, commit)
        return entry

    def write_all(self, ledger: Ledger, drafts: Sequence[Draft]) -> list[Entry]:
        """Commit an entry for each draft in one transaction, all or none; no two are about one record.

        Raises RuleBroken, and MovedMeanwhile where a record is not as it was seen.
        """
        made: list[Entry] = []
        commit: _Commit | None = None
        try:
            with self._ground.db.transaction():
                for start in range(0, len(drafts), _BATCH):
                    commit = self._begin(ledger)
                    some = drafts[start : start + _BATCH]
                    own = [self._drafted(ledger, commit, draft) for draft in some]
                    verdicts = set(self._append(ledger, commit))
                    if not all(Verdict(e.id, EntryState.APPLIED) in verdicts for e in own):
                        raise EngineFailed("what was drafted does not apply here")
                    made += own
        except BaseException:
            self._records.forget()  # earlier ones of them were performed
            raise
        if commit is not None:
            self._raise_mark(ledger, commit)
        return made

    def _drafted(self, ledger: Ledger, commit: _Commit, draft: Draft) -> Entry:
        held = self._held(ledger, draft.record)
        if draft.record is not None and held.heads() != draft.seen:
            raise MovedMeanwhile
        header = self._header(
            ledger, commit, EntryType.RECORD, draft.record, draft.seen, ledger.key
        )
        entry = self._build(held, header, draft.operations, draft.words, ledger.key)
        commit.add(entry)
        return entry

    def try_out(self, ledger: Ledger, draft: Draft) -> None:
        """Whether an entry could say it now; nothing is written. Raises RuleBroken."""
        held = self._held(ledger, draft.record)
        nowhere = Incarnation(bytes(INCARNATION_BYTES))
        commit = _Commit(self._ground.clock_ms(), nowhere, None, None, [])
        header = self._header(
            ledger, commit, EntryType.RECORD, draft.record, draft.seen, ledger.key
        )
        nonce = bytes(NONCE_BYTES)
        held.draft(header, nonce, draft.operations, *draft.words)

    def say(
        self,
        ledger: Ledger,
        deeds: Sequence[Deed],
        reason: str = "",
        *,
        record: RecordId | None = None,
    ) -> Entry:
        """Commit one entry about the ledger itself, or about who may read `record`. Raises NotAMember,
        KeyMissing, NamesSomebody."""
        self.look(ledger, record, deeds, reason)
        try:
            with self._ground.db.transaction():
                commit = self._begin(ledger)
                entry = self._deed(ledger, commit, deeds, reason, record)
                self._append(ledger, commit)
        except BaseException:
            self._records.forget()
            self._ledgers.forget(ledger)
            raise
        self._raise_mark(ledger, commit)
        return entry

    # --- one commit --------------------------------------------------------------------------

    def _begin(self, ledger: Ledger) -> _Commit:
        now_ms = self._ground.clock_ms()
        entries, (incarnation, last), previous = self._at_tip(ledger, now_ms)
        return _Commit(now_ms, incarnation, last, previous, entries)

    def _deed(
        self,
        ledger: Ledger,
        commit: _Commit,
        deeds: Sequence[Deed],
        reason: str,
        record: RecordId | None,
    ) -> Entry:
        key = ledger.key  # of the epoch in which it is said, which it may end
        heads = () if record is None else self._records.seals.sealing(ledger, record).heads
        draft = self._header(ledger, commit, EntryType.LEDGER, record, heads, key)
        nonce = self._ground.entropy(NONCE_BYTES)
        content = Content(WRITTEN_BY, "", reason, b"", to_plain(deeds))
        entry = build(draft, nonce, content, key)
        commit.add(entry)
        return entry

    def _opened(
        self, ledger: Ledger, record: RecordId, key: SealingKey, opening: Opening
    ) -> list[Deed]:
        """What is said with the first entry of a sealed record."""
        seals = self._records.seals
        readers = {ledger.me, *(share.township for share in opening.shares)}
        wrap = seals.wrap(ledger, record, key, seals.devices(ledger, readers))
        about = [] if opening.about is None else [About(opening.about)]
        return [*about, *opening.shares, wrap]

    def _append(self, ledger: Ledger, commit: _Commit) -> list[Verdict]:
        entries = commit.entries
        assert len(entries) <= CHECKPOINT_ENTRIES, "a commit is closed by one checkpoint"
        checkpoint = sign_checkpoint(self._key, entries[-1], commit.previous)
        run = Verified(tuple(entries), checkpoint)
        self._ground.log.append(ledger.n, run, commit.now_ms, ours=True)
        return self._records.take(ledger, entries, commit.now_ms, perform=True)

    def _raise_mark(self, ledger: Ledger, commit: _Commit) -> None:
        last = commit.entries[-1]
        mark = Mark(last.header.incarnation, (last.header.seq, last.id))
        self._ground.high_water.put(ledger.id, mark)

    def _held(self, ledger: Ledger, record: RecordId | None) -> Record:
        if record is None:
            nowhere = RecordId(bytes(RECORD_BYTES))
            return Record(nowhere, ledger.members.township_of, self._ground.schema)
        return self._records.get(ledger, record)

    def _build(
        self,
        held: Record,
        draft: Header,
        operations: Sequence[Operation],
        words: tuple[str, str],
        key: SealingKey,
    ) -> Entry:
        """`words`: post and reason."""
        begins = isinstance(operations[0], Create)
        assert (draft.record is None) == begins, "a record begins with create"
        nonce = self._ground.entropy(NONCE_BYTES)
        content = held.draft(draft, nonce, operations, *words)
        return build(draft, nonce, content, key)

    def _header(
        self,
        ledger: Ledger,
        commit: _Commit,
        kind: EntryType,
        record: RecordId | None,
        parents: tuple[EntryId, ...],
        key: SealingKey,
    ) -> Header:
        last = commit.last
        return Header(
            ledger=ledger.id,
            device=self._device,
            incarnation=commit.incarnation,
            seq=0 if last is None else last[0] + 1,
            prev=None if last is None else EntryId(last[1]),
            epoch=ledger.members.epoch,
            claimed_ms=max(commit.now_ms, 0),
            type=kind,
            record=record,
            parents=parents,
            key_id=key.id,
            payload_size=0,
            payload_hash=b"",
        )

    # --- the own log -------------------------------------------------------------------------

    def _at_tip(
        self, ledger: Ledger, now_ms: int
    ) -> tuple[list[Entry], tuple[Incarnation, Position], bytes | None]:
        """(entries to write first, where to continue, digest of the last checkpoint)."""
        found, doubt = self.own_tip(ledger), self.doubt(ledger)
        if found is not None and doubt is None:
            incarnation, log, position = found
            raw = self._ground.log.last_checkpoint(log, EntryId(position[1]))
            return [], (incarnation, position), None if raw is None else Signed(raw).digest
        incarnation = Incarnation(self._ground.entropy(INCARNATION_BYTES))
        cites = () if found is None else (EntryId(found[2][1]),)
        beginning = _Commit(now_ms, incarnation, None, None, [])
        draft = self._header(ledger, beginning, EntryType.OPEN, None, cites, ledger.key)
        nonce = self._ground.entropy(NONCE_BYTES)
        content = Content(self._ground.schema, "", "", b"", [])  # so others know what it knows
        opening = build(draft, nonce, content, ledger.key)
        self._ground.book.set_setting(f"incarnation/{ledger.hex}", incarnation.hex())
        if self._ground.whereabouts is not None:
            self._ground.book.set_setting(f"place/{ledger.hex}", self._ground.whereabouts.place)
            self._ground.book.set_setting(f"boot/{ledger.hex}", self._ground.whereabouts.boot)
        self.reopened = doubt or self.reopened
        return [opening], (incarnation, (0, opening.id)), None

    def own_tip(self, ledger: Ledger) -> tuple[Incarnation, int, Position] | None:
        """(incarnation, log number, tip) of the log this device writes now."""
        text = self._ground.book.setting(f"incarnation/{ledger.hex}")
        if text is None:
            return None
        incarnation = Incarnation(bytes.fromhex(text))
        log = self._ground.log.number(ledger.n, (self._device, incarnation))
        tip = None if log is None else self._ground.log.tip_of(log)
        return None if log is None or tip is None else (incarnation, log, tip)

    def doubt(self, ledger: Ledger) -> Doubt | None:
        """Why the own log must not be continued; None where there can be no more of it than is here."""
        if self.is_behind(ledger):
            return Doubt.OLDER
        where, book = self._ground.whereabouts, self._ground.book
        if where is None or self.own_tip(ledger) is None:
            return None
        if book.setting(f"place/{ledger.hex}") != where.place:
            return Doubt.COPIED
        if book.setting(f"boot/{ledger.hex}") == where.boot or self.has_many_lives(ledger):
            return None
        return Doubt.BOOTED

    def has_many_lives(self, ledger: Ledger) -> bool:
        """Others take so many logs of a device and no more: the last are kept for what is certain."""
        logs = self._ground.log.logs(ledger.n).values()
        lives = sum(device == self._device for device, _ in logs)
        fair_share = LOGS_PER_LEDGER // 2 // len(ledger.members.delegations)
        return lives >= min(LOGS_PER_DEVICE - LOGS_KEPT_FREE, fair_share)

    def confirm(self, ledger: Ledger) -> None:
        """All the others at once know no more of our logs than we do: in this boot they go on."""
        where = self._ground.whereabouts
        if where is not None and self.doubt(ledger) == Doubt.BOOTED:
            with self._ground.db.transaction():
                self._ground.book.set_setting(f"boot/{ledger.hex}", where.boot)

    def is_behind(self, ledger: Ledger) -> bool:
        """Whether this database is older than what was already signed: an old copy was brought back."""
        mark = self._ground.high_water.get(ledger.id)
        closed = self._ground.book.setting(f"closed/{ledger.hex}")
        found = self.own_tip(ledger)
        if found is None:
            # What was signed with the keys that stood here before these is nothing to continue.
            logs = self._ground.log.logs(ledger.n).values()
            before = {incarnation.hex() for device, incarnation in logs if device != self._device}
            signed = {closed, None if mark is None else mark.incarnation.hex()} - {None}
            return not signed <= before
        incarnation, _, _ = found
        if closed == incarnation.hex():
            return True
        if mark is None:
            return False
        number = self._ground.log.number(ledger.n, (self._device, mark.incarnation))
        return number is None or not self._ground.log.holds(number, mark.position)

    def close_incarnation(self, ledger: Ledger) -> None:
        """A peer holds more of the own log than we do: never continue it. In a transaction."""
        found = self.own_tip(ledger)
        if found is not None:
            self._ground.book.set_setting(f"closed/{ledger.hex}", found[0].hex())
