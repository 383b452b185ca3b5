"""Bring a backup back, or prove that it could be: copied aside, checked whole, its own logs closed for good.

A restored store never continues a log that it holds: whatever was signed after the backup, the others have
it and give it back. What it replaces is kept. Knows no terminal.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crdt.chain import fold
from crdt.founding import Invitation
from crdt.statements import parse
from keys.errors import MulinError, Text
from keys.identity import TownshipId
from keys.keyfile import Identity
from node import lock, scratch
from node.errors import (
    AlreadyRunning,
    BadBackup,
    DiskTrouble,
    FileTrouble,
    KeyFileNeeded,
    NotADatabase,
    NotOurBackup,
    StoreStands,
)
from node.ground import Ground, HighWater
from node.home import ASIDE, Home, now_ms, read_json, sync_folder, write_durably
from node.ledgers import Ledger
from node.members import Members
from node.officeclock import moment
from node.reading import Reading
from node.service import Service
from node.store.book import BookStore
from node.store.database import Database, copy_of
from node.store.papers import PaperStore
from node.verify import verify

Json = dict[str, Any]
Progress = Callable[[int, int], None]
_UNREADABLE = Text("打不开或不是数据文件", "it cannot be opened or is no store")
_DAMAGED = Text("内容有损坏", "something in it is damaged")
_DATA_FILES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Source:
    """A backup as a person names it: the file that `mulin backup` made, or a copy of a node's folder."""

    path: Path

    @property
    def data(self) -> Path:
        return self.path / "ledger.db" if self.path.is_dir() else self.path

    @property
    def keys(self) -> Path:
        return self.path / "township.key"


@contextlib.contextmanager
def key_in_place(home: Home, source: Source, key: Path | None) -> Iterator[None]:
    """The key file, brought to a folder that has none; taken away again if what follows fails.

    Raises KeyFileNeeded, FileTrouble.
    """
    if home.exists():
        yield
        return
    found = key or source.keys
    if key is None and not (source.path.is_dir() and found.exists()):
        raise KeyFileNeeded
    try:
        raw = found.read_bytes()
        home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(home.keys, raw)
    except OSError as fault:
        raise FileTrouble(what=found.name) from fault
    try:
        yield
    except BaseException:
        home.keys.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def rehearsed(
    folder: Path, data: bytes, identity: Identity, progress: Progress
) -> Iterator[tuple[Service, list[Json]]]:
    """The backup as a store of its own below `folder`, checked, its logs closed; gone afterwards.

    Raises BadBackup, NotOurBackup if it cannot be opened; what is wrong inside stands in the findings.
    """
    with scratch.scratch(folder) as made:
        file = made / "ledger.db"
        write_durably(file, data)
        try:
            db = Database(file)
        except (NotADatabase, sqlite3.DatabaseError) as fault:
            raise BadBackup(why=_UNREADABLE) from fault
        try:
            yield _opened(db, identity, progress)
        finally:
            db.close()


def _opened(db: Database, identity: Identity, progress: Progress) -> tuple[Service, list[Json]]:
    """Raises BadBackup, NotOurBackup."""
    try:
        _check_ours(db, identity)
        service = Service(Ground(db, identity, now_ms, lambda _size: b"", HighWater()))
        ledgers = service.ledgers.all()
        found = [_checked(service, ledger, progress) for ledger in ledgers]
        with db.transaction():
            for ledger in ledgers:
                service.writing.close_incarnation(ledger)
    except (NotOurBackup, BadBackup):
        raise
    except (AssertionError, LookupError, ValueError, sqlite3.DatabaseError, MulinError) as fault:
        raise BadBackup(why=_DAMAGED) from fault  # no sound store of ours is like this
    return service, found


def _check_ours(db: Database, identity: Identity) -> None:
    """Raises NotOurBackup, BadBackup."""
    try:
        rows = db.rows("SELECT n, invitation FROM ledgers")
        papers = PaperStore(db)
        chains = [
            fold(Invitation.parse(bytes(raw)).founding, map(parse, papers.all(n)))
            for n, raw in rows
        ]
    except MulinError as fault:
        raise BadBackup(why=_DAMAGED) from fault
    book, device = BookStore(db), identity.device.id
    here = [Members(chain) for chain in chains]
    if not all(m.has_written(device) or m.is_proposed(device) for m in here):
        raise NotOurBackup
    if (known := book.setting("device")) is not None:
        if known != device.hex():
            raise NotOurBackup
        return
    # A store from before that was noted: every member's device is known in it, so the names must tell.
    own, called = TownshipId(identity.township.public), (book.setting("name"), book.setting("code"))
    for members in here:
        card = members.cards.get(own) or members.former.get(own)
        if card is not None and (card.name, card.code) != called:
            raise NotOurBackup


def _checked(service: Service, ledger: Ledger, progress: Progress) -> Json:
    """All that is to be known of a ledger in a backup. A ledger that is not in force has no entries."""
    ground = service.ground
    found = verify(service, ledger, progress)
    newest = ground.db.one(
        "SELECT max(first_seen_ms) FROM entries JOIN logs ON logs.n=entries.log WHERE ledger=?",
        ledger.n,
    )
    seen_ms = None if newest is None else newest[0]
    return {
        "id": ledger.hex,
        "name": ledger.name,
        "entries": found["entries"],
        "records": ground.model.count(ledger.n),
        "digest": Reading(service).digest(ledger),
        "newest": None if seen_ms is None else moment(int(seen_ms)),
        "problems": found["problems"],
    }


def entries_of(service: Service) -> set[bytes]:
    return {bytes(entry) for (entry,) in service.ground.db.rows("SELECT id FROM entries")}


def read_backup(source: Source) -> bytes:
    """The backup's data as one file, its journal included. Raises BadBackup, FileTrouble."""
    if not source.data.is_file():
        raise FileTrouble(what=source.path.name)
    try:
        return copy_of(source.data)
    except (NotADatabase, sqlite3.DatabaseError) as fault:
        raise BadBackup(why=_UNREADABLE) from fault
    except OSError as fault:
        raise FileTrouble(what=source.path.name) from fault


def restore(
    home: Home, identity: Identity, source: Source, *, replace: bool, progress: Progress
) -> Json:
    """Put a backup in place. Raises StoreStands, BadBackup, NotOurBackup, AlreadyRunning.

    Nothing stands in its place before all of it was checked, and what stood there is kept aside.
    """
    if home.data.exists() and not replace:
        raise StoreStands
    data = read_backup(source)
    with _alone(home):
        scratch.clear(home.folder)
        with rehearsed(home.folder, data, identity, progress) as (service, found):
            if any(ledger["problems"] for ledger in found):
                raise BadBackup(why=_DAMAGED)
            kept = entries_of(service)
            _erase_again(home, service)
            service.ground.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert service.ground.db.file is not None, "it was made as a file"
            data = service.ground.db.file.read_bytes()
        newer = _more_than(home, kept)
        try:
            aside = _put_aside(home)
            write_durably(home.data, data)
        except OSError as fault:
            raise DiskTrouble(why=fault.strerror) from fault
    return {"ledgers": found, "aside": None if aside is None else str(aside), "newer": newer}


@contextlib.contextmanager
def _alone(home: Home) -> Iterator[None]:
    """While no node runs here. Raises AlreadyRunning."""
    held = lock.take(home.lock)
    if held is None:
        raise AlreadyRunning(pid=(read_json(home.running) or {}).get("pid", "?"))
    with held:
        yield


@contextlib.contextmanager
def _replaced(home: Home) -> Iterator[Database]:
    """A copy of the store that stands there. Raises MulinError, OSError, DatabaseError."""
    data = copy_of(home.data)
    with scratch.scratch(home.folder) as made:
        file = made / home.data.name
        write_durably(file, data)
        db = Database(file)
        try:
            yield db
        finally:
            db.close()


def _more_than(home: Home, kept: set[bytes]) -> int | None:
    """How many entries the store that is replaced holds besides; None where it cannot be read any more."""
    if not home.data.exists():
        return 0
    with contextlib.suppress(MulinError, OSError, sqlite3.DatabaseError), _replaced(home) as db:
        return len({bytes(e) for (e,) in db.rows("SELECT id FROM entries")} - kept)
    return None


def _erase_again(home: Home, service: Service) -> None:
    """What the store that is replaced knows to be erased goes before the backup stands in its place; what
    only neighbours know goes when they are met, before any entry."""
    if not home.data.exists():
        return
    with contextlib.suppress(OSError, sqlite3.DatabaseError, NotADatabase), _replaced(home) as db:
        papers = PaperStore(db)
        for n, ledger_id in db.rows("SELECT n, id FROM ledgers"):
            ledger = service.ledgers.get(ledger_id)
            if ledger is not None:
                service.ledgers.take(ledger, [parse(raw) for raw in papers.all(n)])
    service.erasing.scrub()


def _put_aside(home: Home) -> Path | None:
    """Move the store that stands there into a folder beside it. Raises OSError."""
    if not home.data.exists():
        return None
    aside = Path(tempfile.mkdtemp(prefix=f"{ASIDE}-", dir=home.folder))  # mode 0700
    for suffix in _DATA_FILES:
        file = home.data.with_name(home.data.name + suffix)
        if file.exists():
            os.replace(file, aside / file.name)
    if home.high_water.exists():  # the one in place is never lowered
        shutil.copy2(home.high_water, aside / home.high_water.name)
    sync_folder(home.folder)
    return aside


def drill(home: Home, service: Service, file: Path | None, progress: Progress) -> Json:
    """Restore a backup into a folder that is thrown away: what it holds, and what the running store has more.

    `file` None: a copy of this moment. Raises BadBackup, NotOurBackup.
    """
    data = copy_of(home.data) if file is None else read_backup(Source(file))
    identity, held = service.ground.identity, entries_of(service)
    with rehearsed(home.folder, data, identity, progress) as (restored, found):
        kept = entries_of(restored)
        logs_closed = all(
            restored.writing.own_tip(k) is None or restored.writing.is_behind(k)
            for k in restored.ledgers.all()
        )
    problems = [problem for ledger in found for problem in ledger["problems"]]
    return {
        "ok": not problems and logs_closed,
        "bytes": len(data),
        "made": None if file is None else moment(int(Source(file).data.stat().st_mtime * 1000)),
        "ledgers": found,
        "problems": problems,
        "running_has_more": len(held - kept),
        "backup_has_more": len(kept - held),
    }
