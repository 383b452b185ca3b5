"""Runs: consecutive entries of one log with the checkpoint that closes them; their form on the wire.

The wire leaves out what the receiver can derive: ledger, device, incarnation, seq, prev inside the run,
payload size and hash, and says "the entry n back in this run" where that is shorter than an id. What is
hashed is always the canonical header, rebuilt here. Verification is a type: `Signed` has no entries;
only `verified` makes a `Verified`, and only that is ever stored. Knows no store and no frame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from crdt.checkpoint import Checkpoint, verify_checkpoint
from crdt.entry import Entry, EntryId, Header, Incarnation, LedgerId, RecordId, assemble, sealed_by
from crdt.errors import MalformedEntry, UnknownDevice
from keys import canonical
from keys.canonical import Plain
from keys.identity import DeviceId
from keys.limits import ENTRIES_PER_FRAME, FRAME_BYTES
from keys.seal import KeyId
from keys.value import value


@value
class Verified:
    """Entries of one log in order, all vouched for by `checkpoint`. Made by `verified` or by their author."""

    entries: tuple[Entry, ...]
    checkpoint: Checkpoint

    @property
    def log(self) -> tuple[DeviceId, Incarnation]:
        return self.checkpoint.device, self.checkpoint.incarnation

    @property
    def first(self) -> Header:
        return self.entries[0].header


class Signed:
    """A run as it arrived. It tells which log it claims to extend, and gives its entries to nobody."""

    __slots__ = ("_checkpoint", "_entries", "device", "incarnation", "ledger")

    def __init__(self, ledger: LedgerId, plain: list[Plain]) -> None:
        """Raises MalformedEntry, NotCanonical: hashes and format are checked, the signature is not."""
        match plain:
            case [
                bytes() as device,
                bytes() as incarnation,
                int() as seq,
                (None | bytes()) as prev,
                int() as epoch,
                bytes() as key_id,
                list() as items,
                bytes() as checkpoint,
            ] if 0 < len(items) <= ENTRIES_PER_FRAME:
                pass
            case _:
                raise MalformedEntry(why="run fields")
        self.ledger = ledger
        self.device = DeviceId(device)
        self.incarnation = Incarnation(incarnation)
        self._checkpoint = checkpoint
        common = _Common(ledger, self.device, self.incarnation, epoch, KeyId(key_id))
        self._entries = _unpack(common, seq, None if prev is None else EntryId(prev), items)

    def verified(self, is_member: Callable[[DeviceId], bool]) -> Verified:
        """Raises UnknownDevice, BadSignature, MalformedEntry unless a member signed exactly this run."""
        if not is_member(self.device):
            raise UnknownDevice
        head = verify_checkpoint(self._checkpoint, self.device)
        last = self._entries[-1]
        said = (head.ledger, head.incarnation, head.seq, head.entry)
        if said != (self.ledger, self.incarnation, last.header.seq, last.id):
            raise MalformedEntry(why="the checkpoint closes another run")
        return Verified(tuple(self._entries), head)


@value
class _Common:
    ledger: LedgerId
    device: DeviceId
    incarnation: Incarnation
    epoch: int
    key_id: KeyId


def pack(run: Verified) -> list[Plain]:
    """The plain form of a run. The first entry's epoch and key stand for all that do not differ."""
    first = run.first
    place = {entry.id: n for n, entry in enumerate(run.entries)}
    items: list[Plain] = []
    clock = 0
    for n, entry in enumerate(run.entries):
        h = entry.header
        parents: list[Plain] = [n - place[p] if p in place else p for p in h.parents]
        record = _record_back(run.entries, n, place)
        item: list[Plain] = [h.claimed_ms - clock, int(h.type), record, parents, entry.payload]
        clock = h.claimed_ms
        detached = entry.payload is None
        if (h.epoch, h.key_id) != (first.epoch, first.key_id) or detached:
            item += [h.epoch, h.key_id]
        if detached:
            item += [h.payload_size, h.payload_hash]
        items.append(item)
    return [
        first.device,
        first.incarnation,
        first.seq,
        first.prev,
        first.epoch,
        first.key_id,
        items,
        run.checkpoint.raw,
    ]


_ITEM_SIZES = (5, 7, 9)
_NO_REST: list[Plain] = []


def _record_back(entries: Sequence[Entry], n: int, place: dict[EntryId, int]) -> Plain:
    """null, the record's id, or True for "the record of the first parent, which is in this run"."""
    h = entries[n].header
    if h.record is None:
        return None
    if h.parents and h.parents[0] in place and entries[place[h.parents[0]]].record == h.record:
        return True
    return h.record


def _unpack(common: _Common, seq: int, prev: EntryId | None, items: list[Plain]) -> list[Entry]:
    entries: list[Entry] = []
    clock, checked = 0, False
    for item in items:
        if type(item) is not list or len(item) not in _ITEM_SIZES or type(item[0]) is not int:
            raise MalformedEntry(why="run entry")
        step = item[0]
        clock += step
        entry = _unpack_one(common, seq, prev, clock, item, entries, checked=checked)
        entries.append(entry)
        checked = checked or len(item) == 5
        seq, prev = seq + 1, entry.id
    return entries


def _unpack_one(
    common: _Common,
    seq: int,
    prev: EntryId | None,
    clock: int,
    item: list[Plain],
    before: list[Entry],
    *,
    checked: bool,
) -> Entry:
    """One entry; `before`: those before it in this run. `checked`: what they have in common is sound."""
    first, rest = (item, _NO_REST) if len(item) == 5 else (item[:5], item[5:])
    _, kind, record, listed, payload = first
    if type(kind) is not int or type(listed) is not list:
        raise MalformedEntry(why="run entry")
    parents = tuple([_parent(p, before) for p in listed]) if listed else ()
    if record is True:
        record = before[-listed[0]].record if listed and type(listed[0]) is int else None
        if record is None:
            raise MalformedEntry(why="back reference")
    elif record is not None and type(record) is not bytes:
        raise MalformedEntry(why="run entry")
    epoch, key_id = common.epoch, common.key_id
    if rest:
        if type(rest[0]) is not int or type(rest[1]) is not bytes:
            raise MalformedEntry(why="run entry")
        epoch, key_id = rest[0], KeyId(rest[1])
    if type(payload) is bytes and len(rest) < 3:
        size, digest = len(payload), hashlib.sha256(payload).digest()
    else:
        size, digest = _detached(payload, rest[2:])
    header = Header(
        common.ledger,
        common.device,
        common.incarnation,
        seq,
        prev,
        epoch,
        clock,
        kind,
        None if record is None else RecordId(record),
        parents,
        key_id,
        size,
        digest,
    )
    if type(payload) is bytes:
        return sealed_by(header, payload, checked=checked and not rest)
    return assemble(header, None)


def _detached(payload: Plain, rest: Sequence[Plain]) -> tuple[int, bytes]:
    """Size and hash of a payload that is not here."""
    if payload is None and len(rest) == 2:
        size, digest = rest
        if type(size) is int and type(digest) is bytes:
            return size, digest
    raise MalformedEntry(why="payload")


def _parent(said: Plain, before: list[Entry]) -> EntryId:
    if type(said) is int and 0 < said <= len(before):
        return before[-said].id
    if type(said) is bytes:
        return EntryId(said)
    raise MalformedEntry(why="back reference")


def decode_run(ledger: LedgerId, body: bytes) -> Signed:
    """A run from its bytes. Raises NotCanonical, MalformedEntry."""
    return Signed(ledger, canonical.decode_list(body, FRAME_BYTES))


def encode_run(run: Verified) -> bytes:
    return canonical.encode(pack(run))
