"""Hostile members: townships with valid keys and other habits. Each is a Town that lies in one way.

What they do is what a member could do who changed the program: their signatures are good, their words
are not. Declared once, in LIARS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from crdt.checkpoint import sign_checkpoint
from crdt.entry import Content, Entry, EntryId, EntryType, Header, RecordId, build
from crdt.run import Verified
from crdt.schema import SCHEMA
from keys.canonical import Plain
from keys.seal import NONCE_BYTES
from node.effects import Effect, Send
from node.ground import Ground
from node.ledgers import Ledger
from node.replica import StoreReplica
from node.service import Service
from protocol.frames import PREFIX_BYTES
from protocol.messages import LogName, Position
from simulations.disk import Torn
from simulations.town import Town

_RUN, _PING_FRAME = 3, b"\0\0\0\x03\x82\x0b\0"
_FLOOD_PINGS = 40
_KEPT_FRAMES = 64


class Liar(Town):
    """A member that does not play by the rules."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.honest = False

    def lie(self, how: str, **more: int) -> None:
        """What it came for; most lie all the time and need no order."""
        if how == "void":
            self.speak_void(more.get("n", 5))
        elif how == "waiting":
            self.speak_of_nothing(more.get("n", 50))

    # --- entries that no honest node writes --------------------------------------------------

    def force(
        self, operations: Sequence[list[Plain]], record: RecordId | None, parents: Sequence[EntryId]
    ) -> Entry | None:
        """An entry that is signed and stored here without anybody asking whether it may be."""
        service = self.service
        if service is None:
            return None
        ground, ledger = service.ground, self.ledger
        with ground.db.transaction():
            entries, (incarnation, last), previous = service.writing._at_tip(
                ledger, self.clock_ms()
            )
            header = Header(
                ledger.id, self.device, incarnation, last[0] + 1, EntryId(last[1]), 0,
                max(self.clock_ms(), 0), EntryType.RECORD, record, tuple(sorted(parents)),
                ledger.key.id, 0, b"",
            )  # fmt: skip
            content = Content(SCHEMA, "恶意", "", bytes(32), list(operations))
            entry = build(header, self._dice.randbytes(NONCE_BYTES), content, ledger.key)
            entries.append(entry)
            checkpoint = sign_checkpoint(self.identity.device.sign, entry, previous)
            ground.log.append(ledger.n, Verified(tuple(entries), checkpoint), 0, ours=True)
            service.records.take(ledger, entries, 0)
        if self.core is not None:
            self._later(lambda c: c.changed(self._now_s()))
        return entry

    def speak_void(self, n: int) -> None:
        """Entries that break rules: unknown fields, moves that do not exist, other townships' slots."""
        self.note("lie", how="void")
        for record in self._some_records(n):
            service = self.service
            assert service is not None, "its records were just read"
            heads = service.records.get(self.ledger, record).heads()
            self.force([["set", "state", "archived", []]], record, heads)
            self.force([["set", "no_such_field", 1, []]], record, heads)

    def speak_of_nothing(self, n: int) -> None:
        """Entries that cite parents nobody has: they wait for ever in everybody's waiting room."""
        self.note("lie", how="waiting")
        for i in range(n):
            missing = EntryId(hashlib.sha256(self._dice.randbytes(8)).digest())
            record = RecordId(self._dice.randbytes(16))
            self.force([["set", "village", f"示范{i}村", []]], record, [missing])

    def _some_records(self, n: int) -> list[RecordId]:
        if self.service is None:
            return []
        rows = self.rows("SELECT id FROM records ORDER BY id LIMIT ?", n)
        return [RecordId(row[0]) for row in rows]  # type: ignore[arg-type]


class Silent(Liar):
    """Takes every call and never says a word."""

    def _perform(self, effects: list[Effect]) -> None:
        super()._perform([e for e in effects if not isinstance(e, Send)])


class Forger(Liar):
    """Changes one byte in every third run that it sends or passes on."""

    _runs = 0

    def _send(self, number: int, data: bytes) -> None:
        out = bytearray()
        for frame in _frames(data):
            if frame[PREFIX_BYTES + 1] == _RUN:
                self._runs += 1
                if self._runs % 3 == 0:
                    at = self._dice.randrange(PREFIX_BYTES + 40, len(frame))
                    frame = (
                        frame[:at]
                        + bytes([frame[at] ^ 1 << self._dice.randrange(8)])
                        + frame[at + 1 :]
                    )
                    self.note("lie", how="forged")
            out += frame
        super()._send(number, bytes(out))


class Replayer(Liar):
    """Says again, at any time and to anybody, what it once said."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)
        self._said: list[bytes] = []

    def _send(self, number: int, data: bytes) -> None:
        if self._said and self._dice.random() < 0.3:
            self.note("lie", how="replayed")
            data += self._dice.choice(self._said)
        runs = [f for f in _frames(data) if f[PREFIX_BYTES + 1] == _RUN]
        self._said = (self._said + runs)[-_KEPT_FRAMES:]
        super()._send(number, data)


class Withholder(Liar):
    """Speaks of its own log only, and hides what others entrusted to it."""

    def _make_service(self, ground: Ground) -> Service:
        service = Service(ground)
        service.replica = _OwnOnly(ground, service.ledgers)
        return service


class _OwnOnly(StoreReplica):
    def vector(self, ledger: bytes) -> dict[LogName, tuple[Position, ...]]:
        own = self._ground.identity.device.id
        return {log: tips for log, tips in super().vector(ledger).items() if log[0] == own}


class Flooder(Liar):
    """Asks forty times whether the other is there before it says anything, three times in ten."""

    def _send(self, number: int, data: bytes) -> None:
        flood = _PING_FRAME * _FLOOD_PINGS if self._dice.random() < 0.3 else b""
        super()._send(number, flood + data)

    def lie(self, how: str, **more: int) -> None:
        super().lie(how, **more)
        if how == "flood":
            self.speak_of_nothing(more.get("n", 20))
            self.speak_void(more.get("n", 20) // 5)


class Equivocator(Liar):
    """Says one thing, goes back to an old copy of its disk, and says another in the same place."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)
        self._copy: dict[str, bytes] | None = None

    def _make_service(self, ground: Ground) -> Service:
        service = Service(ground)
        service.writing.doubt = _never  # type: ignore[method-assign]
        service.writing.close_incarnation = _nothing  # type: ignore[method-assign]
        return service

    def lie(self, how: str, **more: int) -> None:
        super().lie(how, **more)
        if how == "remember" and self.service is not None:
            self._copy = self.disk.image()
        elif how == "return" and self._copy is not None and self.on:
            self.note("lie", how="equivocates")
            self.crash(Torn.KEPT)
            self.put_disk(self._copy)
            self.boot()
            self.start()


def _never(ledger: Ledger) -> None:
    del ledger


def _nothing(ledger: Ledger) -> None:
    del ledger


LIARS: dict[str, type[Town]] = {
    "void": Liar,
    "silent": Silent,
    "forger": Forger,
    "replayer": Replayer,
    "withholder": Withholder,
    "flooder": Flooder,
    "equivocator": Equivocator,
}


def _frames(data: bytes) -> list[bytes]:
    """The whole frames of what a session hands out."""
    found, at = [], 0
    while at < len(data):
        end = at + PREFIX_BYTES + int.from_bytes(data[at : at + PREFIX_BYTES], "big")
        found.append(data[at:end])
        at = end
    return found
