"""What entries about the ledger itself bring about, and what entries of those who left count for.

Statements in them join the ledger's papers; adoptions, known rules and successions are noted. Expects
a transaction opened by its caller. Knows no record and no peer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crdt.chain import Chain, Standing
from crdt.deeds import (
    About,
    Adopt,
    Deed,
    Say,
    Share,
    Succeed,
    Understand,
    Withdraw,
    Wrap,
    read,
)
from crdt.entry import Entry, EntryId, EntryType, RecordId, open_payload
from crdt.statements import Fence, StatementId
from crdt.verdicts import NEWER, EntryState, Verdict
from keys.errors import MulinError
from keys.identity import DeviceId
from node.ground import Ground
from node.ledgers import Ledger, Ledgers
from node.members import Members


class Deeds:
    """Of every ledger of this node."""

    def __init__(self, ground: Ground, ledgers: Ledgers) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self.keyed: set[tuple[int, RecordId]] = set()
        """Records of which entries say something new about who may read them; whoever reads it empties it."""
        self._covered: dict[Fence, frozenset[EntryId]] = {}

    def take(self, ledger: Ledger, entries: Sequence[Entry]) -> list[Verdict]:
        """Do what they say; verdicts of those that are not applied."""
        verdicts: list[Verdict] = []
        said: list[Say] = []
        for entry in entries:
            verdict, deeds = self.judge(ledger, entry)
            if verdict.state != EntryState.APPLIED:
                verdicts.append(verdict)
            if (
                entry.header.record is not None
            ):  # whatever it says of the record, it is erased with it
                self._ground.seals.note(ledger.n, entry.header.record, entry.id)
            said += [d for d in deeds if isinstance(d, Say)]
            for deed in deeds:
                self._note(ledger, entry, deed)
        if said:
            self._ledgers.learn(ledger, [s.statement for s in said])
        return verdicts

    def judge(self, ledger: Ledger, entry: Entry) -> tuple[Verdict, list[Deed]]:
        """What an entry that is about no record says, and where it stands."""
        verdict, deeds, _ = self._read(ledger, entry)
        return verdict, deeds

    def _read(self, ledger: Ledger, entry: Entry) -> tuple[Verdict, list[Deed], str]:
        """The same, and the reason that its author wrote beside it."""
        if entry.header.seq == 0:
            return Verdict(entry.id, EntryState.APPLIED), self._opening(ledger, entry), ""
        if entry.payload is None:
            return Verdict(entry.id, EntryState.ERASED), [], ""
        key = ledger.keys.get(entry.header.key_id)
        if entry.header.type != EntryType.LEDGER or key is None:
            # Of a type that only a newer version knows, or under a key to come.
            return Verdict(entry.id, EntryState.WAITING), [], ""
        try:
            content, _ = open_payload(entry, key)
            if content.schema > self._ground.schema:
                return Verdict(entry.id, EntryState.WAITING, NEWER), [], ""
            said = read(content.operations)
            return Verdict(entry.id, EntryState.APPLIED), said, content.reason
        except MulinError:
            return Verdict(entry.id, EntryState.VOID, "payload"), [], ""

    def _opening(self, ledger: Ledger, entry: Entry) -> list[Deed]:
        """Up to which number its author's program knew the rules. It counts, whatever it says."""
        key = ledger.keys.get(entry.header.key_id)
        if key is None or entry.payload is None:
            return []
        try:
            schema = open_payload(entry, key)[0].schema
        except MulinError:
            return []
        return [Understand(schema)] if schema > 1 else []

    def reason(self, ledger: Ledger, entry: Entry) -> str:
        """Why its author said what it says of the ledger; "" where nothing was written or can be read."""
        return self._read(ledger, entry)[2]

    def reasons(self, ledger: Ledger) -> dict[StatementId, str]:
        """What was written beside statements, where anything was."""
        found: dict[StatementId, str] = {}
        for entry in self._ground.log.about_ledger(ledger.n):
            _, deeds, why = self._read(ledger, entry)
            if why:
                found |= {d.statement.id: why for d in deeds if isinstance(d, Say)}
        return found

    def _note(self, ledger: Ledger, entry: Entry, deed: Deed) -> None:
        papers = self._ground.papers
        match deed:
            case Succeed(old, digest):
                book = self._ground.book
                book.set_setting(f"succeeds/{ledger.hex}", old.hex())
                book.set_setting(f"succeeds/{ledger.hex}/digest", digest.hex())
            case Understand(schema):
                papers.understand(ledger.n, entry.header.device, schema)
            case Adopt(adopted):
                papers.adopt(ledger.n, adopted, entry.id)
                self._ledgers.on_adopted(ledger, adopted)
            case About() | Share() | Withdraw() | Wrap() if entry.header.record is not None:
                self.keyed.add((ledger.n, entry.header.record))

    def take_waiting(self, ledger: Ledger) -> None:
        """What lay here under a key that has come since."""
        log = self._ground.log
        waiting = [*log.openings(ledger.n), *log.waiting_deeds(ledger.n)]
        verdicts = {v.entry: v for v in self.take(ledger, waiting)}
        applied = EntryState.APPLIED
        log.set_verdicts(verdicts.get(e.id) or Verdict(e.id, applied) for e in waiting)

    # --- who left ----------------------------------------------------------------------------

    def counts(self, ledger: Ledger, entry: Entry, gone: Mapping[DeviceId, Standing]) -> bool:
        """Whether an entry counts by itself: its author belongs here, or it lies within the fences, or a
        member adopted it. (What members build on counts too; that the record knows.)"""
        standing = gone.get(entry.header.device)
        if standing is None or self._is_below(entry.id, standing):
            return True
        for by in self._ground.papers.adopters(ledger.n, entry.id):
            adopting = self._ground.log.entry(by)
            if adopting is not None and adopting.id != entry.id:
                author = gone.get(adopting.header.device)
                if author is None or self._is_below(adopting.id, author):
                    return True
        return False

    def _is_below(self, entry: EntryId, standing: Standing) -> bool:
        """Whether a device's fences cover an entry: one named, or what lies before it on its branch."""
        return self.is_within(entry, standing.fences)

    def is_within(self, entry: EntryId, fences: Iterable[Fence]) -> bool:
        """Whether an entry is one that a fence names, or lies before it on its branch."""
        return any(entry in self._below(fence) for fence in fences)

    def _below(self, fence: Fence) -> frozenset[EntryId]:
        """Nothing while what the fence names is not here; then all that there will ever be."""
        if (found := self._covered.get(fence)) is None:
            found = frozenset(self._ground.log.up_to(fence.entry, fence.seq))
            if found:
                self._covered[fence] = found
        return found

    def arrived(self, ledger: Ledger, entries: Sequence[Entry]) -> list[RecordId]:
        """Records to judge again as what a fence names came: it covers what waited below it."""
        log, came = self._ground.log, {e.id for e in entries}
        found: set[RecordId] = set()
        for device, standing in ledger.members.gone.items():
            if any(fence.entry in came for fence in standing.fences):
                found.update(log.records_by(ledger.n, device))
                found.update(log.records_adopted_by(ledger.n, device))
        return sorted(found)

    def concerned(self, ledger: Ledger, before: Chain) -> list[RecordId]:
        """Records whose entries may count for something else than under an earlier chain."""
        log, now = self._ground.log, ledger.chain
        here = [s.epoch.id for s in now.steps]
        if [s.epoch.id for s in before.steps] != here[: len(before.steps)]:
            return log.all_records(ledger.n)  # an epoch is undone
        if Members(before).names_differ(ledger.members):
            return log.all_records(ledger.n)  # rows hold names
        found: set[RecordId] = set()
        for device in now.devices.keys() | before.devices.keys():
            if now.devices.get(device) != before.devices.get(device):
                found.update(log.records_by(ledger.n, device))
                found.update(log.records_adopted_by(ledger.n, device))
        found.update(log.records_in(ledger.n, (EntryState.QUARANTINED, EntryState.CLOSED)))
        if now.devices != before.devices:  # who speaks for whom decides who may grant
            found.update(self._ground.seals.records(ledger.n))
        if now.number != before.number:
            found.update(log.waiting_for_epoch(ledger.n))
        return sorted(found)
