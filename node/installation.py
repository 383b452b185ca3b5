"""What tells this folder on this machine from a copy of it, and this boot from the next. Only reads.

A copy of the mark has another inode or another time of change, which no program can set, whatever copied it:
`cp -a`, rsync, an archive, a file manager. A folder that is moved within its disk keeps both, and is no copy.
Another machine has another id. A disk that is copied or set back below the files is told by the boot alone.
A false alarm costs a new incarnation; so whatever cannot be read counts as empty and nothing here fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

_MACHINE_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostid")
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_BOOT_GRAIN_S = 600


def place(mark: Path) -> str:
    """The mark's content, its file and the machine, as one hash. Raises OSError where there is no mark."""
    facts = mark.stat()
    said = [mark.read_bytes().hex(), str(facts.st_ino), str(facts.st_ctime_ns), _machine()]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _machine() -> str:
    for name in _MACHINE_IDS:
        with contextlib.suppress(OSError):
            return Path(name).read_bytes().strip().hex()
    return os.environ.get("COMPUTERNAME", "")


def boot() -> str:
    """The same until the machine starts anew."""
    with contextlib.suppress(OSError):
        return Path(_BOOT_ID).read_text(encoding="ascii").strip()
    if sys.platform == "darwin":
        ask = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            found = subprocess.run(ask, capture_output=True, text=True, timeout=5, check=True)
            return found.stdout.strip()
    # The moment it started, roughly: a clock that is set is taken for a start, and that costs little.
    return str(round((time.time() - time.monotonic()) / _BOOT_GRAIN_S))
