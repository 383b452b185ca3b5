"""Who may read which sealed record on this node, and the keys that this device was given for it.

Keys lie wrapped in the log and are opened in memory. Whoever writes takes a key that nobody has who may not
read now, and makes a new one where there is none: a grant that was withdrawn, a laptop that was revoked and a
township that left need no rule of their own. Knows no kind, no terminal and no face.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from crdt.deeds import Deed, Share, Wrap
from crdt.entry import Entry, EntryId, RecordId
from crdt.sealing import Keying, Sealing, sealing_of
from crdt.verdicts import LEFT
from keys import seal
from keys.errors import CannotOpen
from keys.identity import DeviceId, TownshipId
from keys.seal import KEY_BYTES, KeyId, SealingKey
from node.deeds import Deeds
from node.errors import DamagedEntry
from node.ground import Ground
from node.ledgers import Ledger
from node.sealerrors import GrantEnded, NotGranted, RecordErased

_WRAP = b"mulin/record-key/1"
WRAPS_AT_ONCE = 8
"""Keys in one entry: for 256 devices each they fill it."""
UNGRANTED = "grant"
"""Why an entry waits: its author was never given to read the record."""
SCRUB = "scrub"
"""The setting that says that something was erased whose traces are still to be removed from the file."""
_Name = tuple[int, RecordId]


@dataclass(slots=True)
class _Held:
    """What is known here of one record. `sealed`: it began under a key of its own; `keys`: those this device
    can open."""

    sealing: Sealing
    sealed: bool
    keys: dict[KeyId, SealingKey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToWrite:
    """The key for the next entry, and what has to be said before it."""

    key: SealingKey
    before: tuple[Deed, ...]


class Seals:
    """The sealed records of every ledger of this node."""

    def __init__(self, ground: Ground, deeds: Deeds) -> None:
        self._ground = ground
        self._deeds = deeds
        self._held: dict[_Name, _Held] = {}
        self._erased: dict[int, set[RecordId]] = {}
        self.is_over: Callable[[Ledger, RecordId], bool] = lambda *_: False
        """Whether a task force is over; whoever has records says so."""

    def forget(self, ledger: Ledger | None = None, record: RecordId | None = None) -> None:
        """It is to be read anew: all, or one record."""
        if ledger is not None and record is not None:
            self._held.pop((ledger.n, record), None)
            return
        self._held.clear()
        self._erased.clear()

    def keyed(self, ledger: Ledger, record: RecordId) -> None:
        """Something new was said of who may read it. In a transaction."""
        self.forget(ledger, record)
        gone = self.is_erased(ledger, record)
        about = None if gone else self.sealing(ledger, record).about
        self._ground.seals.set_about(ledger.n, record, about)

    def read_anew(self, ledger: Ledger) -> None:
        """Who may read which record, and what it belongs to, from the log. In a transaction."""
        store = self._ground.seals
        store.clear(ledger.n)
        for entry in store.naming(self._ground.log, ledger.n):
            assert entry.header.record is not None, "it names one"
            store.note(ledger.n, entry.header.record, entry.id)
        for record in store.records(ledger.n):
            self.keyed(ledger, record)

    # --- who may read ------------------------------------------------------------------------

    def is_sealed(self, ledger: Ledger, record: RecordId) -> bool:
        """Whether it began under a key of its own: nothing that is said later seals a record."""
        return self._ground.seals.is_sealed(ledger.n, record) and self._of(ledger, record).sealed

    def is_named(self, ledger: Ledger, record: RecordId, entries: Collection[EntryId]) -> bool:
        """Whether one of these is what was seen last of somebody when a grant was withdrawn."""
        ended = self.sealing(ledger, record).ended.values()
        return any(fence.entry in entries for fences in ended for fence in fences)

    def sealing(self, ledger: Ledger, record: RecordId) -> Sealing:
        """Who may read it, as all that is here says."""
        return self._of(ledger, record).sealing

    def keys(self, ledger: Ledger, record: RecordId) -> dict[KeyId, SealingKey]:
        return self._of(ledger, record).keys

    def _of(self, ledger: Ledger, record: RecordId) -> _Held:
        name = (ledger.n, record)
        if (found := self._held.get(name)) is None:
            entry = self.beginning(ledger, record)
            sealed = entry is not None and not ledger.is_open(entry.header)
            home = self._home_of(ledger, entry)
            sealing = sealing_of(home, self._keyings(ledger, record))
            found = self._held[name] = _Held(sealing, sealed)
            for key_id, key in found.sealing.keys.items():
                for wrapped in key.wraps.get(ledger.device, ()):
                    if (opened := self._unwrap(ledger, record, key_id, wrapped)) is not None:
                        found.keys[key_id] = opened
                        break
        return found

    def home(self, ledger: Ledger, record: RecordId) -> TownshipId | None:
        """The township that began a record, None while its beginning is not here."""
        return self._home_of(ledger, self.beginning(ledger, record))

    def _home_of(self, ledger: Ledger, entry: Entry | None) -> TownshipId | None:
        if entry is None or not ledger.members.has_written(entry.header.device):
            return None
        return ledger.members.township_of(entry.header.device)

    def _keyings(self, ledger: Ledger, record: RecordId) -> Iterable[Keying]:
        for entry_id in self._ground.seals.keyings(ledger.n, record):
            entry = self._ground.log.entry(entry_id)
            if entry is None or entry.payload is None or not self._counts(ledger, entry):
                continue
            _, deeds = self._deeds.judge(ledger, entry)
            township = ledger.members.township_of(entry.header.device)
            yield Keying(entry.id, township, entry.header.parents, tuple(deeds))

    def _counts(self, ledger: Ledger, entry: Entry) -> bool:
        gone = ledger.members.gone
        return not gone or self._deeds.counts(ledger, entry, gone)

    def hold(self, ledger: Ledger, record: RecordId, entry: Entry) -> str:
        """Why an entry in a sealed record does not count yet: "", `UNGRANTED`, or its author's grant was
        withdrawn and it lies beyond what was seen of it then."""
        sealing = self.sealing(ledger, record)
        township = ledger.members.township_of(entry.header.device)
        if township in sealing.readers or sealing.home is None:
            return ""
        fences = sealing.ended.get(township)
        if fences is None:
            return UNGRANTED
        if self._deeds.is_within(entry.id, fences) or self._is_adopted(ledger, sealing, entry):
            return ""
        return LEFT

    def _is_adopted(self, ledger: Ledger, sealing: Sealing, entry: Entry) -> bool:
        """Whether somebody who may read lets it count."""
        for by in self._ground.papers.adopters(ledger.n, entry.id):
            adopting = self._ground.log.entry(by)
            if adopting is None or not self._counts(ledger, adopting):
                continue
            if ledger.members.township_of(adopting.header.device) in sealing.readers:
                return True
        return False

    def is_parted(self, ledger: Ledger, record: RecordId) -> bool:
        """Whether somebody's grant was withdrawn: what they wrote counts if a reader built on it."""
        return bool(self.sealing(ledger, record).ended)

    # --- today -------------------------------------------------------------------------------

    def readers(self, ledger: Ledger, record: RecordId) -> set[TownshipId]:
        """Who may read it now, by this node's clock: grants that ended are left out, and who is no member."""
        sealing = self.sealing(ledger, record)
        found = {t for t, share in sealing.shares.items() if not self.has_ended(ledger, share)}
        if sealing.home is not None:
            found.add(sealing.home)
        return found & ledger.members.cards.keys()

    def has_ended(self, ledger: Ledger, share: Share) -> bool:
        if share.until and share.until < self.today():
            return True
        return share.team is not None and self.is_over(ledger, share.team)

    def today(self) -> str:
        from node.officeclock import when

        return when(self._ground.clock_ms())[:10]

    def check_reader(self, ledger: Ledger, record: RecordId) -> None:
        """Raises NotGranted, GrantEnded unless this township may read a record now."""
        sealing = self.sealing(ledger, record)
        if ledger.me not in sealing.readers or not self.keys(ledger, record):
            raise NotGranted(id=record.hex()[:12])
        if ledger.me not in self.readers(ledger, record):
            raise GrantEnded(id=record.hex()[:12])

    # --- keys --------------------------------------------------------------------------------

    def to_write(self, ledger: Ledger, record: RecordId, *, once: bool = False) -> ToWrite:
        """The key to write under. Raises NotGranted, GrantEnded.

        `once`: one of its own for this entry, which may be shown to others with it.
        """
        self.check_reader(ledger, record)
        held = self._of(ledger, record)
        devices = self.devices(ledger, self.readers(ledger, record))
        before = self.missing_wraps(ledger, record, devices)[: WRAPS_AT_ONCE - 1]
        found = held.sealing.to_write(held.keys, self.readers(ledger, record), set(devices))
        if found is not None and not once:
            lacking = held.sealing.lacking(found, devices)
            if lacking and found not in {wrap.key_id for wrap in before}:
                before = (*before, self.wrap(ledger, record, held.keys[found], lacking))
            return ToWrite(held.keys[found], before)
        key = self.new_key()
        return ToWrite(key, (*before, self.wrap(ledger, record, key, devices, once=once)))

    def new_key(self) -> SealingKey:
        return SealingKey(self._ground.entropy(KEY_BYTES))

    def devices(self, ledger: Ledger, readers: Iterable[TownshipId]) -> list[DeviceId]:
        """The devices of these townships that write now."""
        return sorted(d for t in readers for d in ledger.members.devices_of(t))

    def missing_wraps(
        self,
        ledger: Ledger,
        record: RecordId,
        devices: Sequence[DeviceId],
        anew: Collection[DeviceId] = (),
    ) -> tuple[Wrap, ...]:
        """Keys that entries of a record name, for those of the devices that were never given them. `anew`:
        devices that get all of them, as what others say they wrapped may be nothing."""
        held = self._of(ledger, record)
        lacking = {k: {*held.sealing.lacking(k, devices), *anew} for k in sorted(held.keys)}
        if not any(lacking.values()):
            return ()
        # Of what entries name alone, or whoever invents keys would have everybody pass them on.
        named = {e.header.key_id for e in self._ground.log.of_record(ledger.n, record)}
        return tuple(
            self.wrap(ledger, record, held.keys[k], sorted(to), once=held.sealing.keys[k].once)
            for k, to in lacking.items()
            if to and k in named
        )

    def wrap(
        self,
        ledger: Ledger,
        record: RecordId,
        key: SealingKey,
        devices: Sequence[DeviceId],
        *,
        once: bool = False,
    ) -> Wrap:
        """A key for devices of members."""
        listed = ledger.members.delegations
        wraps = [
            (
                d,
                self._ground.wrap(
                    key.secret, listed[d].hpke_public, _info(ledger, record, key.id, d)
                ),
            )
            for d in devices
        ]
        return Wrap(key.id, tuple(wraps), once)

    def _unwrap(
        self, ledger: Ledger, record: RecordId, key_id: KeyId, wrapped: bytes
    ) -> SealingKey | None:
        private = self._ground.identity.device.hpke
        try:
            secret = seal.unwrap(wrapped, private, _info(ledger, record, key_id, ledger.device))
        except CannotOpen:
            return None
        if len(secret) != KEY_BYTES or seal.key_id(secret) != key_id:
            return None  # a key is what its id commits to
        return SealingKey(secret)

    # --- erased ------------------------------------------------------------------------------

    def is_erased(self, ledger: Ledger, record: RecordId) -> bool:
        if record in ledger.erasures.reached:
            return True
        if (known := self._erased.get(ledger.n)) is None:
            known = self._erased[ledger.n] = self._ground.seals.erased(ledger.n)
        return record in known

    def check_stands(self, ledger: Ledger, record: RecordId) -> None:
        """Raises RecordErased."""
        if self.is_erased(ledger, record):
            raise RecordErased(id=record.hex()[:12])

    def to_erase(self, ledger: Ledger) -> list[RecordId]:
        """Records that orders reach and that are not erased here yet."""
        reached = ledger.erasures.reached
        return sorted(reached - self._ground.seals.erased(ledger.n)) if reached else []

    def erase(self, ledger: Ledger, records: Sequence[RecordId]) -> None:
        """Take away whatever is stored of records, but that they were. In a transaction."""
        ground = self._ground
        ground.db.overwrite()
        ground.model.remove(ledger.n, records)
        for record in records:
            ground.seals.detach(ground.log, ledger.n, record)
            ground.seals.put_erased(ledger.n, record, ground.clock_ms())
            self._held.pop((ledger.n, record), None)
        ground.seals.forget(ledger.n, records)
        # A number, so that whoever scrubs sees whether more was erased meanwhile.
        ground.book.set_setting(SCRUB, str(int(ground.book.setting(SCRUB) or 0) + 1))
        self._erased.pop(ledger.n, None)

    def is_done(self, ledger: Ledger, record: RecordId) -> bool:
        """Whether a record is erased and nothing of it is left here."""
        known = self._ground.seals
        return record in known.erased(ledger.n) and not known.has_payload(ledger.n, record)

    def beginning(self, ledger: Ledger, record: RecordId) -> Entry | None:
        """The entry that began a record, if it is here and can be read."""
        found = self._ground.seals.beginning(ledger.n, record)
        try:
            return None if found is None else self._ground.log.entry(found)
        except DamagedEntry:  # `verify` names it
            return None


def _info(ledger: Ledger, record: RecordId, key: KeyId, device: DeviceId) -> bytes:
    """What a wrapped key is bound to: lifted to another ledger, record or device it does not open."""
    return hashlib.sha256(_WRAP + ledger.id + record + key + device).digest()
