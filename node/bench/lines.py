"""Lines as they are in the hills: 20 kB a second, 600 ms there and back; and one that falls all the time.

On the slow line 40 edits are compared with a bound: 1.3 times what the bytes take at its rate, and three
round trips. On the one that falls, what was carried twice is counted: all that arrived, less what one
undisturbed exchange carries, less a greeting for every further connection; what is lost each time should
be a frame at most. A line that holds for less than a frame takes never gets anywhere: Stuck. Numbers only.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass

from node.bench import build, towns
from node.bench.proxy import LOOPBACK, Line, Proxy
from node.bench.run import Bench, Figures
from node.bench.towns import Town

_BYTES_FACTOR = 1.3
_ROUND_TRIPS = 3


@dataclass(frozen=True, slots=True)
class Rural:
    """A line of the second generation, and how often it falls where it does."""

    bytes_per_s: float = 20_000.0
    round_trip_s: float = 0.6
    drop_every_s: float = 30.0

    @property
    def slow(self) -> Line:
        return Line(self.bytes_per_s, self.round_trip_s)

    @property
    def falling(self) -> Line:
        return Line(self.bytes_per_s, self.round_trip_s, self.drop_every_s)


RURAL = Rural()


def measure(bench: Bench, cases: int, drop_cases: int, rural: Rural) -> Figures:
    """`cases`: a size whose shared state stands; `drop_cases`: the ledger that crosses a falling line."""
    found = slow(bench, cases, rural) | falling(bench, drop_cases, rural)
    return {name: round(value, 3) for name, value in found.items()}


def slow(bench: Bench, cases: int, rural: Rural) -> Figures:
    """20 edits on each side of a cut slow line, until both agree; the TLS handshake stands apart."""
    run = bench.diff(cases, rural.slow)
    busier = max(run["diff_up_bytes"], run["diff_down_bytes"])
    bound_s = _BYTES_FACTOR * busier / rural.bytes_per_s + _ROUND_TRIPS * rural.round_trip_s
    took_s = run["diff_s"] - rural.round_trip_s
    return {
        "slow_s": took_s,
        "slow_handshake_s": rural.round_trip_s,
        "slow_bytes": run["diff_up_bytes"] + run["diff_down_bytes"],
        "slow_bound_s": bound_s,
        "slow_of_bound": took_s / bound_s,
    }


def falling(bench: Bench, cases: int, rural: Rural) -> Figures:
    """An empty node catches up over a line that falls; afterwards both hold the same."""
    source, empty = bench.folder / "falling", bench.folder / "empty"
    towns.copy(empty / "0", source)
    town = Town(source)
    try:
        build.fill(town.service, town.ledger, 0, cases)
        largest = _largest_run(town)
    finally:
        town.close()
    with bench.pair(source, empty / "1", LOOPBACK) as (a, b, proxy):
        _catch_up(a, b)
        once = _down(proxy)
        proxy.drop()
        proxy.forget()  # what follows is the greeting of a connection that has nothing to carry
        towns.wait_for("they meet again", lambda: bool(proxy.passages))
        towns.wait_for("they are in step", lambda: all(b.control.live().values()))
        greeting = _down(proxy)
    with bench.pair(source, empty / "1", rural.falling) as (a, b, proxy):
        took_s = _catch_up(a, b)
        connections = sum(p.down.content_bytes > 0 for p in proxy.passages)
        arrived = _down(proxy)
    shutil.rmtree(source)
    again = max(0, arrived - once - (connections - 1) * greeting)
    return {
        "falling_s": took_s,
        "falling_drops": float(connections - 1),
        "falling_bytes": float(arrived),
        "falling_again_bytes": float(again),
        "falling_again_per_drop_bytes": again / max(1, connections - 1),
        "falling_largest_run_bytes": float(largest),
    }


def _catch_up(a: Town, b: Town) -> float:
    a.start()
    b.start()
    began_s = time.monotonic()
    return towns.wait_equal(a, b, 0.01) - began_s


def _down(proxy: Proxy) -> int:
    """What arrived at the one that dialled, without handshakes."""
    return sum(p.down.tcp_bytes - p.down.handshake_bytes for p in proxy.passages)


def _largest_run(town: Town) -> int:
    """Bytes of the largest run that a neighbour with nothing is sent."""
    replica, ledger = town.service.replica, town.ledger.id
    largest, frontier = 0, frozenset[bytes]()
    [log] = replica.vector(ledger)
    while (found := replica.next_run(ledger, log, frontier)) is not None:
        body, _, tip = found
        largest, frontier = max(largest, len(body)), frozenset({tip[1]})
    return largest
