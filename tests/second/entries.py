"""Second implementation: entries, payloads, checkpoints, runs, logs. From protocol/SPEC.md."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.second.cbor import (
    Bad,
    Value,
    array,
    decode_array,
    encode,
    integer,
    raw,
    uint,
    word,
)
from tests.second.keys import opened, sha256, unseal


@dataclass(frozen=True)
class Entry:
    """A header, field by field, with its payload where that is not detached."""

    ledger: bytes
    device: bytes
    incarnation: bytes
    seq: int
    prev: bytes | None
    epoch: int
    claimed_ms: int
    type: int
    record_field: bytes | None
    parents: tuple[bytes, ...]
    key_id: bytes
    size: int
    digest: bytes
    payload: bytes | None

    def context(self) -> bytes:
        return encode(self._fields())

    def header(self) -> bytes:
        return encode([*self._fields(), self.size, self.digest])

    def _fields(self) -> list[Value]:
        return [
            1, self.ledger, self.device, self.incarnation, self.seq, self.prev, self.epoch,
            self.claimed_ms, self.type, self.record_field, list(self.parents), self.key_id,
        ]  # fmt: skip

    @property
    def id(self) -> bytes:
        return sha256(self.header())

    @property
    def record(self) -> bytes | None:
        if self.type != 1:
            return None
        return self.record_field or self.id[:16]

    def check(self) -> None:
        """Raises Bad if the entry is malformed."""
        for part in (self.ledger, self.device, self.key_id, self.digest, *self.parents):
            raw(part, 32)
        raw(self.incarnation, 16)
        for number in (self.seq, self.epoch, self.claimed_ms, self.type, self.size):
            uint(number)
        if self.prev is not None:
            raw(self.prev, 32)
        if self.record_field is not None:
            raw(self.record_field, 16)
        begins = self.seq == 0
        if (self.prev is None) != begins or (self.type == 0) != begins:
            raise Bad("place in the log")
        if list(self.parents) != sorted(set(self.parents)) or len(self.parents) > 64:
            raise Bad("parents")
        if self.type == 0 and (self.record_field is not None or len(self.parents) > 1):
            raise Bad("opening")
        if self.type == 1 and (self.record_field is None) != (not self.parents):
            raise Bad("creation")
        if not 28 < self.size <= 256 * 1024 or len(self.header()) > 4096:
            raise Bad("size")
        if self.payload is not None and (len(self.payload), sha256(self.payload)) != (
            self.size,
            self.digest,
        ):
            raise Bad("payload")


def read_header(data: bytes, payload: bytes | None) -> Entry:
    fields = array(decode_array(data), 14)
    if encode(fields[0]) != b"\x01":
        raise Bad("format")
    entry = Entry(
        raw(fields[1]),
        raw(fields[2]),
        raw(fields[3]),
        uint(fields[4]),
        None if fields[5] is None else raw(fields[5]),
        uint(fields[6]),
        uint(fields[7]),
        uint(fields[8]),
        None if fields[9] is None else raw(fields[9]),
        tuple(raw(p) for p in array(fields[10])),
        raw(fields[11]),
        uint(fields[12]),
        raw(fields[13]),
        payload,
    )
    entry.check()
    return entry


@dataclass(frozen=True)
class Content:
    """An opened payload with the actor of its change."""

    schema: int
    post: str
    reason: str
    change_hash: bytes
    operations: list[Value]
    actor: bytes


def open_payload(entry: Entry, key: bytes) -> Content:
    """Raises Bad: such an entry is void."""
    assert entry.payload is not None, "asked for payloads that are here"
    context, nonce = entry.context(), entry.payload[:12]
    body = array(decode_array(unseal(key, entry.payload, context)), 5)
    schema, post, reason = integer(body[0]), word(body[1]), word(body[2])
    operations = array(body[4])
    said = encode([context, nonce, schema, post, reason, operations])
    actor = sha256(b"mulin/actor/1", said)[:16]
    return Content(schema, post, reason, raw(body[3]), operations, actor)


# --- checkpoints and runs ---------------------------------------------------------------------


@dataclass(frozen=True)
class Checkpoint:
    """A head that its device signed."""

    ledger: bytes
    device: bytes
    incarnation: bytes
    seq: int
    entry: bytes
    previous: bytes | None


def read_checkpoint(signed: bytes, device: bytes) -> Checkpoint:
    body = array(decode_array(opened(signed, device, "mulin/head/1")), 6)
    if body[1] != device:
        raise Bad("signed by another")
    return Checkpoint(
        raw(body[0], 32),
        device,
        raw(body[2], 16),
        uint(body[3]),
        raw(body[4], 32),
        None if body[5] is None else raw(body[5], 32),
    )


def read_run(ledger: bytes, body: bytes, members: set[bytes]) -> list[Entry]:
    """The entries of a run that a member signed. Raises Bad."""
    if len(body) > 1 << 20:
        raise Bad("size")
    plain = array(decode_array(body), 8)
    items = array(plain[6])
    if not 1 <= len(items) <= 512:
        raise Bad("number of items")
    device = raw(plain[0], 32)
    blank = Entry(
        ledger, device, raw(plain[1], 16), uint(plain[2]),
        None if plain[3] is None else raw(plain[3], 32),
        uint(plain[4]), 0, 0, None, (), raw(plain[5], 32), 0, b"", None,
    )  # fmt: skip
    entries: list[Entry] = []
    for item in items:
        entries.append(_read_item(blank, array(item), entries))
        blank = replace(
            blank,
            seq=entries[-1].seq + 1,
            prev=entries[-1].id,
            claimed_ms=entries[-1].claimed_ms,
        )
    if device not in members:
        raise Bad("no member")
    head = read_checkpoint(raw(plain[7]), device)
    last = entries[-1]
    if (head.ledger, head.incarnation, head.seq, head.entry) != (
        ledger,
        last.incarnation,
        last.seq,
        last.id,
    ):
        raise Bad("the checkpoint closes another run")
    if sum(len(e.header()) + len(e.payload or b"") for e in entries) > 600 * 1024:
        raise Bad("size of the run")
    return entries


def _read_item(blank: Entry, item: list[Value], before: list[Entry]) -> Entry:
    if len(item) not in (5, 7, 9):
        raise Bad("item")
    parents = tuple(_parent(p, before) for p in array(item[3]))
    record = item[2]
    if record is True:
        if not parents or isinstance(array(item[3])[0], bytes):
            raise Bad("record of no back reference")
        record = before[-integer(array(item[3])[0])].record
        if record is None:
            raise Bad("a record of no record")
    payload = None if len(item) == 9 else raw(item[4])
    if len(item) == 9 and item[4] is not None:
        raise Bad("a payload and its hash")
    entry = replace(
        blank,
        claimed_ms=blank.claimed_ms + integer(item[0]),
        type=uint(item[1]),
        record_field=None if record is None else raw(record),
        parents=parents,
        payload=payload,
        size=uint(item[7]) if payload is None else len(payload),
        digest=raw(item[8]) if payload is None else sha256(payload),
    )
    if len(item) > 5:
        entry = replace(entry, epoch=uint(item[5]), key_id=raw(item[6]))
    entry.check()
    return entry


def _parent(said: Value, before: list[Entry]) -> bytes:
    if isinstance(said, bytes):
        return said
    if not 0 < integer(said) <= len(before):
        raise Bad("back reference")
    return before[-integer(said)].id


def write_run(entries: list[Entry], checkpoint: bytes) -> bytes:
    """A run as a writer gives it: everything left out that can be."""
    first = entries[0]
    place = {e.id: n for n, e in enumerate(entries)}
    items: list[Value] = []
    clock = 0
    for n, e in enumerate(entries):
        parents: list[Value] = [n - place[p] if p in place else p for p in e.parents]
        record: Value = e.record_field
        back = e.parents and e.parents[0] in place
        if record is not None and back and entries[place[e.parents[0]]].record == record:
            record = True
        item: list[Value] = [e.claimed_ms - clock, e.type, record, parents, e.payload]
        if e.payload is None or (e.epoch, e.key_id) != (first.epoch, first.key_id):
            item += [e.epoch, e.key_id]
        if e.payload is None:
            item += [e.size, e.digest]
        items.append(item)
        clock = e.claimed_ms
    head: list[Value] = [first.device, first.incarnation, first.seq, first.prev]
    return encode([*head, first.epoch, first.key_id, items, checkpoint])


@dataclass
class Logs:
    """What a node holds of one ledger."""

    ledger: bytes
    members: set[bytes]
    entries: dict[bytes, Entry] = field(default_factory=dict)

    def take(self, body: bytes) -> None:
        """Verify and store a run. Raises Bad."""
        for entry in read_run(self.ledger, body, self.members):
            if entry.id in self.entries:
                continue
            before = None if entry.prev is None else self.entries.get(entry.prev)
            if entry.prev is not None and (
                before is None
                or (before.device, before.incarnation, before.seq)
                != (entry.device, entry.incarnation, entry.seq - 1)
            ):
                raise Bad("continues nothing")
            self.entries[entry.id] = entry

    def vector(self) -> list[Value]:
        inner = {e.prev for e in self.entries.values()}
        logs: dict[tuple[bytes, bytes], list[tuple[int, bytes]]] = {}
        for i, e in self.entries.items():
            if i not in inner:
                logs.setdefault((e.device, e.incarnation), []).append((e.seq, i))
        found: list[Value] = []
        for log in sorted(logs):
            tips: list[Value] = [[seq, i] for seq, i in sorted(logs[log])]
            found.append([*log, tips])
        return found


def vector_digest(vector: Value) -> bytes:
    return sha256(b"mulin/vector/1", encode(vector))[:16]
