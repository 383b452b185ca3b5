"""What entries about the ledger itself bring about, and what entries of those who left count for.

Statements in them join the ledger's papers; acknowledgements and adoptions are noted. Expects a transaction
opened by its caller. Knows no record and no peer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crdt.chain import Chain, Standing
from crdt.deeds import Acknowledge, Adopt, Deed, Say, Succeed, Understand, read
from crdt.entry import Entry, EntryType, RecordId, open_payload
from crdt.statements import Fence
from crdt.verdicts import EntryState, Verdict
from keys.errors import MulinError
from keys.identity import DeviceId
from node.ground import Ground
from node.ledgers import Ledger, Ledgers


class Deeds:
    """Of every ledger of this node."""

    def __init__(self, ground: Ground, ledgers: Ledgers) -> None:
        self._ground = ground
        self._ledgers = ledgers

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
            case Acknowledge(epoch):
                papers.acknowledge(ledger.n, entry.header.device, epoch, entry.id)
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
        if standing is None:
            return True
        if any(self._within(ledger, entry, fence) for fence in standing.fences):
            return True
        for by in self._ground.papers.adopters(ledger.n, entry.id):
            adopting = self._ground.log.entry(by)
            if adopting is not None and adopting.id != entry.id:
                author = gone.get(adopting.header.device)
                if author is None or any(
                    self._within(ledger, adopting, fence) for fence in author.fences
                ):
                    return True
        return False

    def _within(self, ledger: Ledger, entry: Entry, fence: Fence) -> bool:
        """Whether an entry is the fence or lies before it on its branch."""
        h = entry.header
        if (h.device, h.incarnation) != (fence.device, fence.incarnation) or h.seq > fence.seq:
            return False
        if h.seq == fence.seq:
            return entry.id == fence.entry
        log = self._ground.log.number(ledger.n, entry.log)
        return log is None or self._ground.log.precedes(log, entry.id, h.seq, fence.entry)

    def concerned(self, ledger: Ledger, before: Chain) -> list[RecordId]:
        """Records whose entries may count for something else than under an earlier chain."""
        log, now = self._ground.log, ledger.chain
        found: set[RecordId] = set()
        for device, standing in now.devices.items():
            known = before.devices.get(device)
            if known is not None and (known.gone, known.fences) != (standing.gone, standing.fences):
                found.update(log.records_by(ledger.n, device))
        found.update(log.records_in(ledger.n, (EntryState.QUARANTINED, EntryState.CLOSED)))
        if now.number != before.number:
            found.update(log.waiting_for_epoch(ledger.n))
        return sorted(found)
