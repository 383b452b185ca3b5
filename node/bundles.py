"""Ledgers in files: what somebody lacks goes out, what somebody made comes in, a receipt says so. No disk.

A bundle comes in as a session's words would: its vector is the maker's Have, each run is verified and
committed by itself. What does not link is left out and said; nothing else suffers. Knows no place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from crdt.entry import LedgerId
from keys import canonical
from keys.errors import MulinError
from keys.identity import DeviceId, TownshipId
from keys.limits import FRAME_BYTES
from keys.seal import KEY_BYTES
from node.errors import (
    BundleMissing,
    BundleRefused,
    Busy,
    DiskTrouble,
    ForeignBundle,
    LogFull,
    NobodyElse,
    NotInForce,
    StrangeMaker,
    Unlinked,
)
from node.ledgers import Ledger
from node.service import Service
from node.spans import Spans, common
from node.store.log import LogName
from node.tidings import Tidings
from protocol.bundle import ID_BYTES, BundleReader, Content, Manifest, write_bundle
from protocol.messages import Found, Run, Vector

# A cut bundle loses what its last run would have held; each run is a commit, and a commit waits for the disk.
RUN_BYTES = 128 * 1024
_PIECE_BYTES = 64 * 1024
_MADE = "bundles/made"


class Reads(Protocol):
    """A file, from its beginning on."""

    def read(self, size: int, /) -> bytes: ...


Opened = Callable[[], AbstractContextManager[Reads]]


class Parcel:
    """A bundle on its way out: its bytes, once, and what went in."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.entries = self.size_bytes = 0
        self.spans = Spans()
        self.pieces: Iterator[bytes] = iter(())

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.size_bytes += len(piece)
            yield piece


@dataclass(slots=True)
class Outcome:
    """What became of a bundle. `fault`: why not all of it was taken, as one sentence."""

    manifest: Manifest | None = None
    receivers: frozenset[DeviceId] = frozenset()
    fresh: int = 0
    signatures: bool = False
    spans: Spans = field(default_factory=Spans)
    heard: bool = False
    missing: set[LogName] = field(default_factory=set)
    full: set[LogName] = field(default_factory=set)
    fault: MulinError | None = None

    @property
    def whole(self) -> bool:
        return self.fault is None


class Bundles:
    """Bundles of one node."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ground = service.ground
        self._tidings = Tidings(service)

    # --- out ---------------------------------------------------------------------------------

    def devices_of(self, ledger: Ledger, townships: Iterable[TownshipId]) -> list[DeviceId]:
        """Every device of these townships but this one. Raises NobodyElse."""
        found = [d for t in townships for d in ledger.members.devices_of(t)]
        others = [d for d in found if d != self._service.device]
        if not others:
            raise NobodyElse
        return others

    def held_by_all(self, ledger: Ledger, townships: Iterable[TownshipId]) -> Vector:
        """What every one of these townships is known to hold, by what any of its devices said."""
        held = self._ground.book.held_positions(ledger.n)
        vectors: list[Vector] = []
        for township in townships:
            most: Vector = {}
            for device in ledger.members.devices_of(township):
                for log, tips in held.get(device, {}).items():
                    most[log] = max(
                        most.get(log, ()), tips, key=lambda t: max(t, default=(-1, b""))
                    )
            vectors.append(most)
        return common(vectors, self._service.replica.vector(ledger.id))

    def parcel(
        self,
        ledger: Ledger,
        devices: Sequence[DeviceId],
        held: Vector | None,
        spoiled: Iterable[str] = (),
        later_than_ms: int = 0,
    ) -> Parcel:
        """A bundle for these devices: all that is not in `held`; None: no entries, only the vector."""
        entropy = self._ground.entropy
        made = Parcel(
            Manifest(
                entropy(ID_BYTES),
                ledger.id,
                self._service.device,
                self._made_ms(later_than_ms),
                self._service.replica.vector(ledger.id) if ledger.active else {},
                tuple(sorted(spoiled)),
            )
        )
        receivers = {d: ledger.members.standing(d).delegation.hpke_public for d in devices}
        made.pieces = write_bundle(
            made.manifest,
            self._ground.identity.device.sign,
            receivers,
            entropy(KEY_BYTES),
            self._content(ledger, held, made),
        )
        return made

    def _made_ms(self, later_than_ms: int) -> int:
        """Later than every one made before: with a dead clock, too, the newest is told from the others."""
        with self._ground.db.transaction():
            before = max(int(self._ground.book.setting(_MADE) or 0), later_than_ms)
            now_ms = max(self._ground.clock_ms(), before + 1)
            self._ground.book.set_setting(_MADE, str(now_ms))
        return now_ms

    def _content(self, ledger: Ledger, held: Vector | None, made: Parcel) -> Iterator[Content]:
        yield Found(ledger.invitation.encode())
        for papers in self._service.replica.papers(ledger.id):
            yield Found(papers)
        if held is None or not ledger.active:
            return
        replica = self._service.replica
        for log, tips in sorted(replica.vector(ledger.id).items()):
            known = frozenset(entry for _, entry in held.get(log, ()))
            while not {entry for _, entry in tips} <= known:
                step = replica.next_run(ledger.id, log, known, RUN_BYTES)
                if step is None:
                    break
                body, follows, tip = step
                known = (known - {follows or b""}) | {tip[1]}
                begins = canonical.decode_list(body, FRAME_BYTES)[2]
                assert type(begins) is int, "we made this run"
                made.entries += tip[0] - begins + 1
                before = None if follows is None else (begins - 1, follows)
                made.spans.add(self._ground.log, log, before, tip)
                yield Run(ledger.id, body)

    # --- in ----------------------------------------------------------------------------------

    def take(self, opened: Opened) -> Outcome:
        """Take a bundle in; `opened` gives its bytes from the beginning, each time it is called.

        What waits for others fills a log's waiting room: then it is read again once they are here. Raises
        Busy, DiskTrouble.
        """
        outcome = Outcome()
        while True:
            before = outcome.fresh
            outcome.full, outcome.missing = set(), set()
            outcome.fault = self._read(opened, outcome)
            if not outcome.full or outcome.fresh == before:
                break
        self._note(outcome)
        self._settle(outcome)
        if outcome.fault is None and outcome.missing:
            outcome.fault = BundleMissing(n=len(outcome.missing))
        elif outcome.fault is None and outcome.full:
            outcome.fault = LogFull()
        return outcome

    def _read(self, opened: Opened, outcome: Outcome) -> MulinError | None:
        """Once through; returns what ended it before its end."""
        device = self._ground.identity.device
        reader = BundleReader(device.id, device.hpke)
        try:
            with opened() as file:
                while data := file.read(_PIECE_BYTES):
                    for event in reader.feed(data):
                        self._on(event, outcome)
                    outcome.receivers = reader.receivers
            reader.finish()
            self._check_maker(outcome)
        except (Busy, DiskTrouble):
            raise
        except MulinError as fault:
            return fault
        return None

    def _on(self, event: Manifest | Content, outcome: Outcome) -> None:
        """Raises MulinError where it ends."""
        match event:
            case Manifest():
                outcome.manifest = event
                if self._service.ledgers.get(event.ledger) is None:
                    raise ForeignBundle
            case Found(papers):
                self._on_found(papers, outcome)
            case Run(_, body):
                self._check_maker(outcome)
                self._on_run(body, outcome)

    def _on_found(self, papers: bytes, outcome: Outcome) -> None:
        try:
            merged = self._service.ledgers.merge(papers)
        except (Busy, DiskTrouble):
            raise
        except MulinError as fault:
            raise BundleRefused(why=type(fault).__name__) from fault
        outcome.signatures |= merged is not None and merged[1]

    def _check_maker(self, outcome: Outcome) -> None:
        """After the foundings, which may say that it is a member. Raises StrangeMaker."""
        ledger = self._ledger(outcome)
        assert outcome.manifest is not None, "a bundle begins with it"
        if not ledger.members.has_written(outcome.manifest.device):
            raise StrangeMaker
        if not outcome.heard:
            outcome.heard = True
            self._service.ingest.peer_knows_more(ledger, outcome.manifest.vector)

    def _ledger(self, outcome: Outcome) -> Ledger:
        """As it is now: its foundings may have changed it."""
        found = outcome.manifest and self._service.ledgers.get(outcome.manifest.ledger)
        assert found, "what is about another ledger ended before"
        return found

    def _on_run(self, body: bytes, outcome: Outcome) -> None:
        ledger, ingest = self._ledger(outcome), self._service.ingest
        if not ledger.active:
            raise NotInForce
        try:
            taken = ingest.take(ledger, body)
        except (Busy, DiskTrouble):
            raise
        except LogFull:
            outcome.full.add(ingest.log_of(ledger, body))
        except Unlinked:
            log = ingest.log_of(ledger, body)
            if log not in outcome.full:
                outcome.missing.add(log)
        except MulinError as fault:
            raise BundleRefused(why=type(fault).__name__) from fault
        else:
            outcome.fresh += taken.fresh
            outcome.spans.add(self._ground.log, taken.log, taken.before, taken.tip)

    def _note(self, outcome: Outcome) -> None:
        """What the maker signed that it held, as if it had just said so."""
        manifest = outcome.manifest
        ledger = manifest and self._service.ledgers.get(manifest.ledger)
        if manifest is None or not ledger or not ledger.members.is_member(manifest.device):
            return
        if manifest.device == self._service.device:
            return
        self._tidings.said(manifest.device, ledger.id, manifest.vector, {})
        if outcome.spans:
            self._owe(ledger.id, manifest.device)

    def _settle(self, outcome: Outcome) -> None:
        """Another epoch may have come in: it is acknowledged, and its keys passed on where that is for us."""
        ledger = outcome.manifest and self._service.ledgers.get(outcome.manifest.ledger)
        if ledger and ledger.active:
            self._service.settle_ledger(ledger)

    # --- receipts ----------------------------------------------------------------------------

    def owed(self, ledger: Ledger) -> list[DeviceId]:
        """Devices whose bundles were taken since the last receipt."""
        return [d for d in self._owed(ledger.id) if ledger.members.is_member(d)]

    def paid(self, ledger: Ledger, devices: Iterable[DeviceId]) -> None:
        """These have got a receipt."""
        known = self._owed(ledger.id)
        left = [d for d in known if d not in set(devices)]
        if left != known:
            self._set_owed(ledger.id, left)

    def _owe(self, ledger: LedgerId, device: DeviceId) -> None:
        known = self._owed(ledger)
        if device not in known:
            self._set_owed(ledger, [*known, device])

    def _owed(self, ledger: LedgerId) -> list[DeviceId]:
        listed = json.loads(self._ground.book.setting(f"owed/{ledger.hex()}") or "[]")
        return [DeviceId(bytes.fromhex(d)) for d in listed]

    def _set_owed(self, ledger: LedgerId, devices: Sequence[DeviceId]) -> None:
        with self._ground.db.transaction():
            text = json.dumps([d.hex() for d in devices])
            self._ground.book.set_setting(f"owed/{ledger.hex()}", text)


__all__ = ["Bundles", "Opened", "Outcome", "Parcel", "Reads"]
