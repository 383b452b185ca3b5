"""A computer's disk in memory: what was written, what is safe, and what a power cut leaves. Pure.

A write is safe once its file was synced; until then a power cut may keep it, lose it, or keep some of its
sectors. Faults are set from outside and strike at an operation's number, so that the same story meets the
same fault again. Knows no SQLite and no ledger.
"""

from __future__ import annotations

import errno
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

SECTOR_BYTES = 512


class Torn(Enum):
    """What a power cut leaves of writes that were not synced."""

    LOST = "lost"
    KEPT = "kept"
    MIXED = "mixed"


class DiskFault(OSError):
    """What a program sees of a full, failing or switched-off disk."""


@dataclass(slots=True)
class _Pending:
    """One write that is not safe yet; `new` None: the file was cut to `size`."""

    at: int
    old: bytes
    new: bytes | None
    size: int
    """Of the file before."""


@dataclass(slots=True)
class File:
    """`data`: as programs see it; `pending`: what of it is not safe, oldest first."""

    data: bytearray = field(default_factory=bytearray)
    pending: list[_Pending] = field(default_factory=list)
    born_safe: bool = False
    """Whether the folder's entry for it survives a power cut."""


class Disk:
    """Files by name. Every operation may raise DiskFault, as the faults say."""

    def __init__(self, image: Mapping[str, bytes] | None = None) -> None:
        self.files: dict[str, File] = {
            name: File(bytearray(data), born_safe=True) for name, data in (image or {}).items()
        }
        self.operations = 0
        """Writes, cuts, syncs and removals so far."""
        self.syncs = 0
        self.dead = False
        self.capacity_bytes: int | None = None
        self.sync_us = 0
        """How long a sync takes, in virtual time."""
        self.waited_us = 0
        self._power_cut_at: int | None = None
        self._failing: range = range(0)

    # --- faults ------------------------------------------------------------------------------

    def cut_power_in(self, operations: int) -> None:
        """The power fails just before so many operations from now (0: the next one) are done."""
        self._power_cut_at = self.operations + operations

    def fail_in(self, operations: int, count: int = 1) -> None:
        """`count` operations fail with an I/O error, after so many good ones."""
        start = self.operations + operations
        self._failing = range(start, start + count)

    def mend(self) -> None:
        """No fault is set any more; a cut that came stays."""
        self._power_cut_at, self._failing = None, range(0)
        self.capacity_bytes, self.sync_us = None, 0

    @property
    def awaits_cut(self) -> bool:
        return self._power_cut_at is not None and not self.dead

    def _operation(self) -> None:
        self._check_power()
        if self._power_cut_at is not None and self.operations >= self._power_cut_at:
            self.dead = True
            self._check_power()
        number, self.operations = self.operations, self.operations + 1
        if number in self._failing:
            raise DiskFault(errno.EIO, "input/output error")

    def _check_power(self) -> None:
        if self.dead:
            raise DiskFault(errno.EIO, "no power")

    # --- what programs do --------------------------------------------------------------------

    def exists(self, name: str) -> bool:
        return name in self.files

    def open(self, name: str) -> File:
        """The file, made if it is not there."""
        self._check_power()
        return self.files.setdefault(name, File())

    def read(self, file: File, at: int, size: int) -> bytes:
        self._check_power()
        return bytes(file.data[at : at + size])

    def write(self, file: File, at: int, data: bytes) -> None:
        self._operation()
        grown = at + len(data) - len(file.data)
        if grown > 0:
            if self.capacity_bytes is not None and self.used_bytes() + grown > self.capacity_bytes:
                raise DiskFault(errno.ENOSPC, "disk full")
            size = len(file.data)
            file.data += bytes(grown)
        else:
            size = len(file.data)
        old = bytes(file.data[at : at + len(data)])
        file.pending.append(_Pending(at, old, data, size))
        file.data[at : at + len(data)] = data

    def truncate(self, file: File, size: int) -> None:
        self._operation()
        if size < len(file.data):
            old = bytes(file.data[size:])
            file.pending.append(_Pending(size, old, None, len(file.data)))
            del file.data[size:]

    def sync(self, file: File) -> None:
        self._operation()
        self.syncs += 1
        self.waited_us += self.sync_us
        file.pending.clear()
        file.born_safe = True

    def remove(self, name: str) -> None:
        self._operation()
        self.files.pop(name, None)

    def replace(self, name: str, data: bytes) -> None:
        """Write aside, sync, rename: the old or the new whole, whatever happens."""
        aside = File()
        self.write(aside, 0, data)
        self.sync(aside)
        self._operation()  # the renaming itself
        self.files[name] = aside

    def used_bytes(self) -> int:
        return sum(len(file.data) for file in self.files.values())

    # --- what is left ------------------------------------------------------------------------

    def image(self) -> dict[str, bytes]:
        """A copy of every file as programs see it: what somebody who copies the folder gets."""
        return {name: bytes(file.data) for name, file in self.files.items()}

    def after_power_cut(self, torn: Torn, dice: random.Random) -> Disk:
        """The disk that comes up again."""
        left = Disk()
        for name, file in self.files.items():
            if file.born_safe or torn is not Torn.LOST:
                data = bytearray(file.data) if torn is Torn.KEPT else _left(file, torn, dice)
                left.files[name] = File(data, born_safe=True)
        left.operations, left.syncs = self.operations, self.syncs
        return left


def _left(file: File, torn: Torn, dice: random.Random) -> bytearray:
    """The safe content, and of what came later nothing (LOST) or any of its sectors (MIXED)."""
    data = bytearray(file.data)
    for write in reversed(file.pending):
        if write.new is None:
            data[write.at :] = write.old
        else:
            data[write.at : write.at + len(write.new)] = write.old
            del data[write.size :]
    if torn is Torn.LOST:
        return data
    for write in file.pending:
        if write.new is None:
            if dice.random() < 0.5:
                del data[write.at :]
            continue
        for at, sector in _sectors(write.at, write.new):
            if dice.random() < 0.5:
                if len(data) < at:
                    data += bytes(at - len(data))
                data[at : at + len(sector)] = sector
    return data


def _sectors(at: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """A write cut at the sector boundaries of its file."""
    start = 0
    while start < len(data):
        end = start + SECTOR_BYTES - (at + start) % SECTOR_BYTES
        yield at + start, data[start:end]
        start = end
