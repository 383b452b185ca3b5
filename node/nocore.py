"""No picture of this process's memory on disk when it dies: it would hold keys and what is sealed."""

from __future__ import annotations

import contextlib


def forbid_core_dumps() -> None:
    """For this process and all that it starts; where the platform has no such limit nothing is done."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
