"""Hands the jobs of a sweep to the workers of a Dask scheduler. The one importer of that extra."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from simulations.errors import SchedulerUnreachable, WorkerDiffers, WorkerLost
from simulations.sweep import AHEAD, Job, Result, perform

_DIAL_S = 5
_PROBE = Job("lines", 1)


class _Scheduler(Client):
    """A connection to a scheduler that others in this process do not share."""

    def __init__(self, address: str) -> None:
        """Raises SchedulerUnreachable."""
        try:
            super().__init__(address, timeout=_DIAL_S, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TypeError) as fault:  # a TimeoutError is an OSError
            self.status = "closed"  # its end would wait long for what never began
            raise SchedulerUnreachable(address=address[:80]) from fault


def perform_all(jobs: Iterator[Job], address: str) -> Iterator[Result]:
    """Results in the order they come. Raises SchedulerUnreachable, WorkerDiffers, WorkerLost."""
    with _Scheduler(address) as scheduler:
        _compare(scheduler)
        threads = max(sum(scheduler.nthreads().values()), 1)
        first = itertools.islice(jobs, threads * AHEAD)
        done = as_completed(
            [scheduler.submit(perform, job, pure=False) for job in first], loop=scheduler.loop
        )
        try:
            for future in done:
                yield future.result()
                for job in itertools.islice(jobs, 1):
                    done.add(scheduler.submit(perform, job, pure=False))
        except (KilledWorker, OSError) as fault:
            raise WorkerLost from fault


def _compare(scheduler: Client) -> None:
    """Every worker must tell the story we tell: another version of the program finds other things."""
    try:
        told = scheduler.run(perform, _PROBE)
    except (ImportError, AttributeError, OSError) as fault:
        raise WorkerDiffers from fault
    expected = perform(_PROBE)
    if not told or any(result != expected for result in told.values()):
        raise WorkerDiffers
