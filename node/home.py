"""A node's folder: key file, data file, high-water mark, and what a running node tells others. Disk only.

Files that hold secrets are made with mode 0600 before anything is written to them; files that replace
others are written aside, synced and renamed, so that a power cut leaves the old or the new one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keys import keyfile
from keys.card import clean_code, clean_name
from keys.errors import MulinError
from node import installation, lock, scratch
from node.errors import Busy, DiskTrouble, FileTrouble, HomeTaken, NewerDatabase, NoHome
from node.ground import FiledHighWater, Ground, HighWater
from node.service import Service
from node.store.database import Database, copy_of
from node.whereabouts import Whereabouts

ASIDE = "replaced"
"""How the folders are called in which a restore keeps what it replaced."""


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one node."""

    folder: Path

    @property
    def keys(self) -> Path:
        return self.folder / "township.key"

    @property
    def data(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def high_water(self) -> Path:
        return self.folder / "high-water.json"

    @property
    def installation(self) -> Path:
        return self.folder / "installation"

    @property
    def running(self) -> Path:
        return self.folder / "running.json"

    @property
    def lock(self) -> Path:
        return self.folder / "node.lock"

    def exists(self) -> bool:
        return self.keys.exists()

    def create(
        self,
        name: str,
        code: str,
        address: str,
        passphrase: str | None,
        identity: keyfile.Identity | None = None,
    ) -> None:
        """Make keys, unless there are some, and an empty store. Raises MulinError and then leaves nothing
        behind."""
        name, code = clean_name(name), clean_code(code)
        if self.exists():
            raise HomeTaken
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise FileTrouble(what=fault.strerror) from fault
        identity = identity or new_identity()
        entropy = secrets.token_bytes(keyfile.FILE_ENTROPY_BYTES)
        db = Database(self.data)
        try:
            ground = Ground(db, identity, now_ms, secrets.token_bytes, HighWater())
            with db.transaction():
                own = ("device", identity.device.id.hex())
                for key, value in (("name", name), ("code", code), ("address", address), own):
                    ground.book.set_setting(key, value)
        finally:
            db.close()
        os.chmod(self.data, 0o600)
        write_durably(self.keys, keyfile.dump(identity, passphrase, entropy))

    def replace_keys(self, identity: keyfile.Identity, passphrase: str | None) -> Path:
        """Other keys in the place of those that stand here, which are kept aside; returns where.

        Raises DiskTrouble.
        """
        aside = self.keys.with_name(f"{self.keys.name}.{now_ms()}.old")
        entropy = secrets.token_bytes(keyfile.FILE_ENTROPY_BYTES)
        try:
            write_durably(aside, self._key_bytes())
            write_durably(self.keys, keyfile.dump(identity, passphrase, entropy))
        except OSError as fault:
            raise DiskTrouble(why=fault.strerror) from fault
        return aside

    def key_is_locked(self) -> bool:
        """Whether the key file needs a passphrase. Raises NoHome, BadKeyFile."""
        return keyfile.is_locked(self._key_bytes())

    def open(self, passphrase: str | None) -> Service:
        """The node's service on its real store, clock and chance. Raises MulinError."""
        return self.service(self.identity(passphrase))

    def service(self, identity: keyfile.Identity) -> Service:
        """The same for who has the keys already, on a connection of its own. Raises MulinError."""
        if not self.data.exists():
            raise NoHome
        mark, db = DurableHighWater(self.high_water), Database(self.data)
        try:
            ground = Ground(db, identity, now_ms, secrets.token_bytes, mark)
            ground.whereabouts = self.whereabouts()
            service = Service(ground)
        except BaseException:
            db.close()
            raise
        ground.erase_aside = lambda: self.erase_aside(identity, service)
        return service

    def erase_aside(self, identity: keyfile.Identity, service: Service) -> bool:
        """Erase in stores that a restore put aside what is erased here, and clear what a killed one left;
        whether nothing of it is left there. A store that nobody can read goes; one that somebody holds, or
        that a newer program wrote, waits for another time."""
        done = scratch.clear(self.folder)
        for folder in self.folder.glob(f"{ASIDE}-*"):
            try:
                done &= repeat_erasures(folder / self.data.name, identity, service)
            except (Busy, DiskTrouble, NewerDatabase):
                done = False
            except (MulinError, OSError, sqlite3.DatabaseError, AssertionError, ValueError):
                shutil.rmtree(folder, ignore_errors=True)  # it cannot be read: nobody misses it
        return done

    def whereabouts(self) -> Whereabouts:
        """Where this folder is and in which boot of the machine; marks the folder first if it has no mark."""
        if not self.installation.exists():
            write_durably(self.installation, secrets.token_hex(16).encode())
        return Whereabouts(installation.place(self.installation), installation.boot())

    def identity(self, passphrase: str | None) -> keyfile.Identity:
        """The secret keys. Raises NoHome, BadKeyFile, PassphraseNeeded, WrongPassphrase."""
        return keyfile.load(self._key_bytes(), passphrase)

    def copy(self) -> tuple[bytes, bytes | None]:
        """The data file and the high-water mark as they stand; nothing here is changed. Raises MulinError."""
        if not self.data.exists():
            raise NoHome
        data = copy_of(self.data)
        try:
            return data, self.high_water.read_bytes()
        except FileNotFoundError:
            return data, None
        except OSError as fault:
            raise FileTrouble(what=self.high_water.name) from fault

    def _key_bytes(self) -> bytes:
        if not self.keys.exists():
            raise NoHome
        try:
            return self.keys.read_bytes()
        except OSError as fault:
            raise FileTrouble(what=self.keys.name) from fault


class DurableHighWater(FiledHighWater):
    """The mark in a file of the node's folder."""

    def __init__(self, file: Path) -> None:
        self._file = file
        super().__init__()

    def _load(self) -> bytes | None:
        try:
            return self._file.read_bytes()
        except OSError:
            return None

    def _replace(self, data: bytes) -> None:
        try:
            write_durably(self._file, data)
        except OSError as fault:
            raise DiskTrouble(why=fault.strerror) from fault

    def _confirm(self) -> None:
        """The other process may have died between renaming and syncing."""
        sync_folder(self._file.parent)

    def _alone(self) -> AbstractContextManager[None]:
        return lock.holding(self._file.with_suffix(".lock"))


def repeat_erasures(file: Path, identity: keyfile.Identity, service: Service) -> bool:
    """Erase in another store of this township what is erased in the one of `service`; whether nothing of it
    is left in the file. Raises MulinError, OSError, DatabaseError."""
    if not file.exists():
        return True
    db = Database(file)
    try:
        db.hurry()
        other = Service(Ground(db, identity, now_ms, secrets.token_bytes, HighWater()))
        for ledger in service.ledgers.all():
            known = other.ledgers.get(ledger.id)
            if known is not None:
                other.ledgers.take(known, list(ledger.statements.values()))
        other.erasing.scrub()
        return not other.erasing.waits()
    finally:
        db.close()


def new_identity() -> keyfile.Identity:
    """Fresh keys of a township and its device."""
    return keyfile.Identity.make(secrets.token_bytes(keyfile.KEY_ENTROPY_BYTES))


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def write_durably(file: Path, data: bytes) -> None:
    """Replace `file` by `data`, mode 0600, so that a power cut leaves the old or the new whole."""
    aside = file.with_name(f".{file.name}.{os.getpid()}.new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(aside, file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_json(file: Path) -> dict[str, Any] | None:
    """A small JSON file, None if it is not there or not whole."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
