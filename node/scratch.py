"""Folders for stores that are not in place yet: mode 0700, held while somebody works in one, then gone.

What one left that was killed is cleared by whoever comes next. Knows no store.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from node import lock

_PREFIX = ".restore-"
_HELD = "held.lock"


@contextlib.contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A new one below `folder`. Nothing is put into it before it is held."""
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder) as made,
        lock.holding(Path(made, _HELD)),
    ):
        yield Path(made)


def clear(folder: Path) -> bool:
    """Remove those that nobody holds; whether no other is left."""
    done = True
    for left in folder.glob(f"{_PREFIX}*"):
        if not any(left.iterdir()):
            continue  # just made, and about to be held
        held = lock.take(left / _HELD)
        if held is None:
            done = False
            continue
        held.close()
        shutil.rmtree(left, ignore_errors=True)
    return done
