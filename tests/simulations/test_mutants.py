"""Every judge has planted bugs that it, by name, finds; in the same story without the bug it finds nothing.

A judge that never speaks is no judge. Each bug is of a kind that programs like ours had.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

import pytest

from crdt.checkpoint import Checkpoint, sign_checkpoint
from crdt.entry import Content, Entry, EntryType, Header, Incarnation, build
from crdt.errors import MalformedEntry
from crdt.record import Record
from crdt.run import Verified
from crdt.schema import SCHEMA
from crdt.verdicts import Offered
from keys import canonical, cose
from keys.identity import DeviceId
from keys.limits import WINDOW_BYTES
from node.core import NodeCore
from node.errors import Busy
from node.ground import Ground
from node.ingest import Ingest
from node.ledgers import Ledger
from node.records import Records
from node.rows import conflict_rows, row_of
from node.service import Service
from node.store.log import LogStore
from protocol.session import Session
from simulations.disk import Disk
from simulations.liars import LIARS, Flooder, Liar
from simulations.oracles import JUDGES, judges
from simulations.runner import run
from simulations.town import Town
from tests.simulations import planted_copies, planted_seals  # noqa: F401  (enter their bugs too)
from tests.simulations.planting import PLANTED, Patch, at, of, opened, planted, said

TWO_STATEMENTS = of(
    opened(0, 0, "r"),
    at(10, "split", groups=[[0], [1, 2]]),
    said(20, 0, "r", "8000"),
    said(20, 1, "r", "9000"),
    at(40, "heal"),
)
POWER_CUT = of(opened(0, 0, "r"), at(10, "crash", 0, torn="lost"), at(20, "restart", 0))


# --- recovery, durability, unforeseen --------------------------------------------------------


@planted("recovery", POWER_CUT)
def a_lock_that_outlives_its_process(patch: Patch) -> None:
    def make(town: Town, ground: Ground) -> Service:
        if town.lives > 1:
            raise Busy
        return Service(ground)

    patch.setattr(Town, "_make_service", make)


@planted("durability", POWER_CUT)
def a_sync_that_keeps_nothing(patch: Patch) -> None:
    patch.setattr(Disk, "sync", lambda disk, _file: disk._operation())


@planted("durability", TWO_STATEMENTS)
def one_entry_is_not_stored(patch: Patch) -> None:
    """It came, it was judged and acknowledged; it stands in the list of tips, so nobody sends it again."""
    append, insert = LogStore.append, LogStore._insert

    def forgetful(log: LogStore, number: int, fresh: Any, head: Checkpoint, now_ms: int) -> None:
        insert(log, number, fresh, head, now_ms)
        log._db.conn.execute("DELETE FROM entries WHERE log=? AND seq=2", (number,))

    def others(
        log: LogStore, ledger: int, run: Verified, now_ms: int, *, ours: bool = False
    ) -> Any:
        with pytest.MonkeyPatch.context() as inside:
            if not ours:
                inside.setattr(LogStore, "_insert", forgetful)
            return append(log, ledger, run, now_ms, ours=ours)

    patch.setattr(LogStore, "append", others)


LONG_OFF = of(at(10, "crash", 0), at(150, "restart", 0), lasts_s=200.0)


@planted("unforeseen", LONG_OFF)
def nobody_thought_of_a_failed_call(patch: Patch) -> None:
    def failed(core: NodeCore, device: DeviceId, now_s: float) -> Any:
        del now_s
        return core._peers.pop(device)[0]  # type: ignore[index]

    patch.setattr(NodeCore, "dial_failed", failed)


# --- progress, agreement, blame --------------------------------------------------------------


@planted("progress", of(opened(30, 0, "r")))
def a_session_that_passes_nothing_on(patch: Patch) -> None:
    patch.setattr(Session, "push", lambda _session: [])


@planted("agreement", TWO_STATEMENTS)
def a_digest_in_order_of_arrival(patch: Patch) -> None:
    def digest(record: Record) -> bytes:
        return hashlib.sha256(b"".join(a.entry.id for a in record.applied)).digest()

    patch.setattr("node.records.record_digest", digest)


@planted("agreement", TWO_STATEMENTS)
def a_conflict_is_listed_now_and_then(patch: Patch) -> None:
    turn = itertools.count()
    patch.setattr("node.records.conflict_rows", lambda seen: conflict_rows(seen)[: next(turn) % 2])


AHEAD = of(opened(0, 0, "r"), at(10, "clock", 1, skew_s=400 * 86_400), said(20, 1, "r", "8000"))


@planted("blame", AHEAD)
def who_is_ahead_of_my_clock_is_wrong(patch: Patch) -> None:
    opens = Records._opened

    def timely(records: Records, ledger: Ledger, entry: Entry) -> Offered:
        if entry.header.claimed_ms > records._ground.clock_ms() + 86_400_000:
            return Offered(entry, None, fault="payload")
        return opens(records, ledger, entry)

    patch.setattr(Records, "_opened", timely)


@planted("blame", of(opened(0, 0, "r"), said(20, 0, "r", "8000")))
def a_limit_of_my_own(patch: Patch) -> None:
    take = Ingest.take

    def strict(ingest: Ingest, ledger: Ledger, body: bytes, *more: Any) -> Any:
        if len(body) > 330:
            raise MalformedEntry(why="run size")
        return take(ingest, ledger, body, *more)

    patch.setattr(Ingest, "take", strict)


# --- authenticity ----------------------------------------------------------------------------


class Impostor(Liar):
    """Writes in the name of the first town."""

    def lie(self, how: str, **more: int) -> None:
        assert self.service is not None, "it is never off in these stories"
        self.note("lie", how=how, more=len(more))
        ground, ledger = self.service.ground, self.ledger
        device = self.world.towns[0].device
        nonce, incarnation = self._dice.randbytes(12), Incarnation(self._dice.randbytes(16))
        header = Header(
            ledger.id, device, incarnation, 0, None, 0, self.clock_ms(), EntryType.OPEN, None, (),
            ledger.key.id, 0, b"",
        )  # fmt: skip
        entry = build(header, nonce, Content(SCHEMA, "", "", b"", []), ledger.key)
        checkpoint = sign_checkpoint(self.identity.device.sign, entry, None)
        with ground.db.transaction():
            ground.log.append(ledger.n, Verified((entry,), checkpoint), 0, ours=True)
            self.service.records.take(ledger, [entry], 0)
        self._later(lambda c: c.changed(self._now_s()))


def unchecked(raw: bytes, device: DeviceId) -> Checkpoint:
    """A checkpoint as its body says, whoever signed it."""
    del device
    ledger, signer, incarnation, seq, entry, previous = canonical.decode_list(
        cose.Signed(raw).claimed(), 512
    )
    return Checkpoint(ledger, signer, incarnation, seq, entry, previous, raw)  # type: ignore[arg-type]


def an_impostor(patch: Patch) -> None:
    patch.setitem(LIARS, "impostor", Impostor)


@planted(
    "authenticity",
    of(opened(0, 0, "r"), at(20, "lie", 2, how="impersonate"), liars={2: "impostor"}),
    an_impostor,
)
def signatures_are_not_checked(patch: Patch) -> None:
    patch.setattr("crdt.run.verify_checkpoint", unchecked)


# --- bounds ----------------------------------------------------------------------------------


class Hoarder(Flooder):
    """Has no limits of its own, and waits for nothing."""

    def _make_service(self, ground: Ground) -> Service:
        ground.log._check_room = lambda *_: None  # type: ignore[method-assign]
        return Service(ground)


def small_waiting_rooms(patch: Patch) -> None:
    patch.setitem(LIARS, "hoarder", Hoarder)
    patch.setattr("node.store.log.WAITING_ENTRIES_PER_LOG", 10)
    patch.setattr(judges, "WAITING_ENTRIES_PER_LOG", 10)


@planted(
    "bounds",
    of(at(10, "lie", 2, how="waiting", n=560), liars={2: "hoarder"}),
    small_waiting_rooms,
)
def a_waiting_room_without_walls(patch: Patch) -> None:
    patch.setattr(LogStore, "_check_room", lambda *_: None)


def a_narrow_window(patch: Patch) -> None:
    patch.setattr(judges, "QUEUE_BYTES_MAX", 4_000)
    patch.setattr("protocol.session.WINDOW_BYTES", 1_000)
    patch.setattr("node.store.history.RUN_BYTES", 1_500)


MUCH_TO_SAY = of(
    at(0, "cut", 0, to=1),
    at(0, "cut", 1, to=0),
    *(opened(n / 10, 0, f"r{n}") for n in range(40)),
    at(20, "heal"),
    towns=2,
)


@planted("bounds", MUCH_TO_SAY, a_narrow_window)
def a_peer_that_grants_too_much(patch: Patch) -> None:
    patch.setattr("protocol.session.WINDOW_BYTES", WINDOW_BYTES)


# --- genesis, model --------------------------------------------------------------------------


@planted("genesis", TWO_STATEMENTS)
def a_table_that_is_not_kept_up(patch: Patch) -> None:
    def stale(seen: Any, ledger: Ledger) -> Any:
        title, cells = row_of(seen, ledger)
        return title, cells | {"conflicts": 0}

    patch.setattr("node.records.row_of", stale)


@planted("model", TWO_STATEMENTS)
def a_conflict_nobody_is_asked_about(patch: Patch) -> None:
    patch.setattr("crdt.conflicts.conflict_at", lambda *_: None)


# --- story -----------------------------------------------------------------------------------

EXPECTED = TWO_STATEMENTS.with_steps(
    (*TWO_STATEMENTS.steps, at(80, "expect", 2, ref="r", conflicts=1))
)


@planted("story", EXPECTED)
def a_story_that_ends_otherwise(patch: Patch) -> None:
    patch.setattr("crdt.conflicts.conflict_at", lambda *_: None)


# --- the tests -------------------------------------------------------------------------------

NAMES = [name for name, bug in PLANTED.items() if bug.judge in JUDGES]


def test_there_is_a_planted_bug_for_every_judge() -> None:
    assert {bug.judge for bug in PLANTED.values()} >= JUDGES.keys()


@pytest.mark.usefixtures("one_version")
@pytest.mark.parametrize("name", NAMES)
def test_the_judge_finds_it_and_without_it_nobody_finds_anything(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug = PLANTED[name]
    bug.scenery(monkeypatch)
    clean = run(bug.plan, curve=False)
    assert clean.ok, clean.violations
    bug.plant(monkeypatch)
    found = run(bug.plan, curve=False).violations
    assert bug.judge in {v.oracle for v in found}, found
    assert len({v.oracle for v in found}) < len(JUDGES), "a bug that breaks all shows nothing"
