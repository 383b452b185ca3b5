"""What entries about the ledger itself bring about, and what entries of those who left count for.

Statements in them join the ledger's papers; acknowledgements and adoptions are noted. Expects a transaction
opened by its caller. Knows no record and no peer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crdt.chain import Chain, Standing
from crdt.deeds import Adopt, Deed, Say, Succeed, Understand, read
from crdt.entry import Entry, EntryId, EntryType, RecordId, open_payload
from crdt.statements import Fence
from crdt.verdicts import EntryState, Verdict
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
        self._covered: dict[tuple[int, DeviceId, tuple[Fence, ...]], frozenset[EntryId]] = {}

    def take(self, ledger: Ledger, entries: Sequence[Entry]) -> list[Verdict]:
        """Do what they say; verdicts of those that are not applied."""
        verdicts: list[Verdict] = []
        said: list[Say] = []
        for entry in entries:
            verdict, deeds = self.judge(ledger, entry)
            if verdict.state != EntryState.APPLIED:
                verdicts.append(verdict)
            said += [d for d in deeds if isinstance(d, Say)]
            for deed in deeds:
                self._note(ledger, entry, deed)
        if said:
            self._ledgers.learn(ledger, [s.statement for s in said])
        return verdicts

    def judge(self, ledger: Ledger, entry: Entry) -> tuple[Verdict, list[Deed]]:
        """What an entry that is about no record says, and where it stands."""
        if entry.header.seq == 0:
            return Verdict(entry.id, EntryState.APPLIED), []
        key = ledger.keys.get(entry.header.key_id)
        if entry.header.type != EntryType.LEDGER or key is None:
            # Of a type that only a newer version knows, or under a key to come.
            return Verdict(entry.id, EntryState.WAITING), []
        try:
            content, _ = open_payload(entry, key)
            return Verdict(entry.id, EntryState.APPLIED), read(content.operations)
        except MulinError:
            return Verdict(entry.id, EntryState.VOID, "payload"), []

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

    def take_waiting(self, ledger: Ledger) -> None:
        """What lay here under a key that has come since."""
        waiting = self._ground.log.waiting_deeds(ledger.n)
        verdicts = {v.entry: v for v in self.take(ledger, waiting)}
        applied = EntryState.APPLIED
        self._ground.log.set_verdicts(verdicts.get(e.id) or Verdict(e.id, applied) for e in waiting)

    # --- who left ----------------------------------------------------------------------------

    def counts(self, ledger: Ledger, entry: Entry, gone: Mapping[DeviceId, Standing]) -> bool:
        """Whether an entry counts by itself: its author belongs here, or it lies within the fences, or a
        member adopted it. (What members build on counts too; that the record knows.)"""
        standing = gone.get(entry.header.device)
        if standing is None or entry.id in self._below(ledger, standing):
            return True
        for by in self._ground.papers.adopters(ledger.n, entry.id):
            adopting = self._ground.log.entry(by)
            if adopting is not None and adopting.id != entry.id:
                author = gone.get(adopting.header.device)
                if author is None or adopting.id in self._below(ledger, author):
                    return True
        return False

    def _below(self, ledger: Ledger, standing: Standing) -> frozenset[EntryId]:
        """All entries that a device's fences cover: those named and what lies before them on their branch."""
        key = ledger.n, standing.delegation.device, standing.fences
        if (found := self._covered.get(key)) is None:
            log = self._ground.log
            found = frozenset(e for f in standing.fences for e in log.up_to(f.entry, f.seq))
            self._covered[key] = found
        return found

    def forget(self) -> None:
        """Entries came or went: what the fences cover is to be found anew."""
        self._covered.clear()

    def arrived(self, ledger: Ledger, entries: Sequence[Entry]) -> list[RecordId]:
        """Records to judge again as entries of somebody who left came: a fence may cover more now."""
        gone = ledger.members.gone
        devices = {e.header.device for e in entries if e.header.device in gone}
        before = {d: self._below(ledger, gone[d]) for d in devices}
        self.forget()
        grown = [d for d in sorted(devices) if self._below(ledger, gone[d]) != before[d]]
        return sorted({r for d in grown for r in self._ground.log.records_by(ledger.n, d)})

    def concerned(self, ledger: Ledger, before: Chain) -> list[RecordId]:
        """Records whose entries may count for something else than under an earlier chain."""
        log, now = self._ground.log, ledger.chain
        self.forget()
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
        if now.number != before.number:
            found.update(log.waiting_for_epoch(ledger.n))
        return sorted(found)
