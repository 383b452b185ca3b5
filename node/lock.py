"""Files that only one process may hold: mode 0600, let go when the process ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def take(file: Path) -> IO[bytes] | None:
    """Hold `file` until what is returned is closed; None if another process holds it."""
    held = _open(file)
    if _lock(held, wait=False):
        return held
    held.close()
    return None


@contextmanager
def holding(file: Path) -> Iterator[None]:
    """Hold `file` meanwhile; waits for whoever holds it now."""
    with _open(file) as held:
        _lock(held, wait=True)
        yield


def _open(file: Path) -> IO[bytes]:
    return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def _lock(held: IO[bytes], *, wait: bool) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            how = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK  # type: ignore[attr-defined]
            msvcrt.locking(held.fileno(), how, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(held.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
