"""Files that a person named: read within a bound, written only where none stands yet. Knows no format."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from node.errors import FileExists, FileTrouble

_UNFIT = '/\\:*?"<>|\0'


def read_file(name: str, limit: int) -> bytes:
    """Its bytes; one more than `limit` where it is larger. Raises FileTrouble."""
    try:
        with open(name, "rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as fault:
        raise FileTrouble(what=shown(name)) from fault


@contextlib.contextmanager
def reading(name: str) -> Iterator[Reading]:
    """A file that is read bit by bit. Raises FileTrouble."""
    try:
        file = open(name, "rb")  # noqa: SIM115  (what is done with its bytes raises for itself)
    except (OSError, ValueError) as fault:
        raise FileTrouble(what=shown(name)) from fault
    with file:
        yield Reading(name, file)


class Reading:
    """It may vanish meanwhile, as a stick does: then reading raises FileTrouble."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self._name = name
        self._file = file

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read(size)
        except OSError as fault:
            raise FileTrouble(what=shown(self._name)) from fault


@contextlib.contextmanager
def new_file(name: str, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file that was not there before, and is not there afterwards if what happens inside fails.

    Made before the work begins, so that nothing is done whose result has no place. Raises FileExists,
    FileTrouble.
    """
    try:
        handle = os.open(
            name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode
        )
    except FileExistsError as fault:
        raise FileExists(what=shown(name)) from fault
    except (OSError, ValueError) as fault:
        raise FileTrouble(what=shown(name)) from fault
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def shown(name: str) -> str:
    """A file's own name, without the folders above it."""
    return os.path.basename(name.rstrip("/"))[:60] or name[:60]


def fit_for_a_name(text: str) -> str:
    """`text` as part of a file name on any system."""
    clean = "".join("_" if c in _UNFIT or not c.isprintable() else c for c in text)
    return clean.strip(". ") or "_"


def private(path: Path) -> bool:
    """Whether nobody else may read it; true where the system has no such modes."""
    return os.name != "posix" or not path.stat().st_mode & 0o077
