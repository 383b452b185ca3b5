"""How each figure is taken: two real nodes, one size of ledger, one run of every part. Returns numbers only.

`cold`: an empty node catches up. `diff`: 20 cases edited on each side of a line that is cut, then it is
mended. `noop`: the line comes back and there is nothing new. `live`: one edit at a time, from the clerk's
commit until the neighbour reads it. `busy`: the same while a third node catches up from the same one.
`start`: from spawning to ready. Every exchange ends by checking that both ends show the same ledger.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crdt.entry import RecordId
from node.bench import build, towns, workload
from node.bench.proxy import LOOPBACK, Line, Proxy
from node.bench.towns import PATIENCE_S, Stuck, Town
from node.demo.world import mulin

PARTS = ("cold", "diff", "noop", "live", "busy", "start")
EDITS_EACH = 20
_READ_STEP_S = 0.0002
_COMMANDS = 5
_SETTLE_S = 30.0
_LOOK_S = 0.0002

Figures = dict[str, float]


@dataclass(slots=True)
class Bench:
    """The folders of one benchmark: `empty` townships, and per size the ledger of one and of two."""

    folder: Path
    note: Callable[[str, dict[str, object]], None] = lambda _what, _facts: None
    _built: int = field(default=0, init=False)
    _dialled: set[int] = field(default_factory=set, init=False)

    def prepare(self) -> None:
        towns.found(self.folder / "empty")
        towns.copy(self.folder / "empty" / "0", self.folder / "growing")

    def build(self, cases: int) -> float:
        """The ledger of this size in a folder of its own, grown from the last; returns its seconds."""
        began_s = time.monotonic()
        town = Town(self.folder / "growing")
        try:
            build.fill(town.service, town.ledger, self._built, cases)
        finally:
            town.close()
        self._built = cases
        towns.copy(self.folder / "growing", self._set(cases))
        return time.monotonic() - began_s

    def _set(self, cases: int) -> Path:
        return self.folder / f"set-{cases}"

    def _shared(self, cases: int) -> Path:
        return self.folder / f"shared-{cases}"

    def forget(self, cases: int) -> None:
        """Give the disk back."""
        shutil.rmtree(self._set(cases), ignore_errors=True)
        shutil.rmtree(self._shared(cases), ignore_errors=True)

    # --- pairs -------------------------------------------------------------------------------

    @contextmanager
    def pair(
        self, one: Path, other: Path, line: Line = LOOPBACK
    ) -> Iterator[tuple[Town, Town, Proxy]]:
        """Two stopped townships from copies of these folders; the second dials the first over a line."""
        towns.copy(one, self.folder / "run" / "0")
        towns.copy(other, self.folder / "run" / "1")
        a, b = Town(self.folder / "run" / "0"), Town(self.folder / "run" / "1")
        proxy = Proxy(line, towns.handshake_of(a, b))
        host, _, port = a.listen.rpartition(":")
        proxy.target = (host, int(port))
        towns.connect(a, b, proxy.address)
        try:
            yield a, b, proxy
        finally:
            proxy.close()
            a.close()
            b.close()

    # --- parts -------------------------------------------------------------------------------

    def cold(self, cases: int, *, keep: bool) -> Figures:
        """`keep`: both folders become the shared state of the other parts."""
        with self.pair(self._set(cases), self.folder / "empty" / "1") as (a, b, proxy):
            a.start()
            before_s, began_s = a.cpu_s(), time.monotonic()
            b.start()
            ready_cpu_s = b.cpu_s()
            agreed_s = towns.wait_equal(a, b, 0.005)
            _wait_settled(a, b)
            first_s = proxy.passages[0].first_frame_s
            assert first_s is not None, "entries came in frames"
            entries = a.entries()
            found = {
                "entries": float(entries),
                "cold_s": agreed_s - first_s,
                "cold_from_start_s": agreed_s - began_s,
                "cold_entries_per_s": entries / (agreed_s - first_s),
                "cold_sender_cpu_s": a.cpu_s() - before_s,
                "cold_receiver_cpu_s": b.cpu_s() - ready_cpu_s,
                "cold_entries_per_cpu_s": entries / max(b.cpu_s() - ready_cpu_s, 0.001),
                "sender_rss_bytes": float(a.rss_bytes(peak=True)),
                "rss_bytes": float(b.rss_bytes(peak=True)),
                **_traffic("cold", proxy),
            }
            a.stop()
            b.stop()
            found["disk_bytes"] = float(b.disk_bytes())
            found["sender_disk_bytes"] = float(a.disk_bytes())
            if keep:
                a.close()
                b.close()
                for place in ("0", "1"):
                    towns.copy(self.folder / "run" / place, self._shared(cases) / place)
        return found

    def diff(self, cases: int, line: Line = LOOPBACK) -> Figures:
        with self.pair(*self._ends(cases), line) as (a, b, proxy):
            _start_cut(a, b, proxy)
            for place, town in enumerate((a, b)):
                ids = _ids(town)
                for number in workload.spread(len(ids), EDITS_EACH, offset=place):
                    edit = workload.later_edit(number, place)
                    build.apply(town.service, town.ledger, ids[number], edit)
                town.control.nudge()
            before = a.cpu_s(), b.cpu_s()
            syncing = mend(b, proxy)
            began_s = towns.wait_connected(proxy)
            agreed_s = towns.wait_equal(a, b)
            syncing.join()
            _wait_settled(a, b)
            return {
                "diff_s": agreed_s - began_s,
                "diff_dialled_cpu_s": a.cpu_s() - before[0],
                "diff_dialler_cpu_s": b.cpu_s() - before[1],
                **_traffic("diff", proxy),
            }

    def noop(self, cases: int) -> Figures:
        with self.pair(*self._ends(cases)) as (a, b, proxy):
            _start_cut(a, b, proxy)
            before = a.cpu_s(), b.cpu_s()
            syncing = mend(b, proxy)
            began_s = towns.wait_connected(proxy)
            syncing.join()
            ended_s = time.monotonic()
            _wait_settled(a, b)
            _check_equal(a, b)
            return {
                "noop_s": ended_s - began_s,
                "noop_dialled_cpu_s": a.cpu_s() - before[0],
                "noop_dialler_cpu_s": b.cpu_s() - before[1],
                **_traffic("noop", proxy),
            }

    def live(self, cases: int, edits: int) -> Figures:
        """Without the proxy: nothing stands between the two."""
        with self.pair(*self._ends(cases)) as (a, b, _):
            towns.connect(a, b, a.listen)
            a.start()
            b.start()
            towns.wait_for("both are connected", lambda: _settled(a, b))
            ids = _ids(a)
            took = [
                _one_live(a, b, ids[number], workload.later_edit(number, round_))
                for round_, number in enumerate(workload.spread(len(ids), edits))
            ]
            towns.wait_equal(a, b)
            return _percentiles("live", took)

    def busy(self, cases: int) -> Figures:
        """Live edits while a third node catches up from the one that is written to."""
        with self.pair(*self._ends(cases)) as (a, b, _):
            towns.copy(self.folder / "empty" / "2", self.folder / "run" / "2")
            c = Town(self.folder / "run" / "2")
            try:
                for other in (b, c):
                    towns.connect(a, other, a.listen)
                a.start()
                b.start()
                towns.wait_for("both are connected", lambda: _settled(a, b))
                ids, all_ = _ids(a), a.entries()
                c.start()
                towns.wait_for("the third begins", lambda: c.service.ground.log.newest_number() > 0)
                took: list[float] = []
                while c.service.ground.log.newest_number() < all_:
                    number = len(took) % len(ids)
                    edit = workload.later_edit(number, len(took))
                    took.append(_one_live(a, b, ids[number], edit))
                towns.wait_equal(a, b)
                towns.wait_equal(a, c)
            finally:
                c.close()
        return _percentiles("busy", took) if took else {}

    def start(self, cases: int) -> Figures:
        """Also what a clerk waits for while the node runs: showing a case, finding one, finding many."""
        with self.pair(*self._ends(cases)) as (a, b, _):
            b.close()
            took_s = a.start()
            rest = a.rss_bytes(peak=False)
            [record] = _ids(a)[:1]
            rare = workload.case_number(cases // 2)
            return {
                "start_s": took_s,
                "start_rss_bytes": float(rest),
                "show_s": _command(a, "case", "show", record.hex()),
                "find_s": _command(a, "find", rare),
                "find_many_s": _command(a, "find", workload.COMMON_WORD),
            }

    def _ends(self, cases: int) -> tuple[Path, Path]:
        return self._shared(cases) / "0", self._shared(cases) / "1"


def _ids(town: Town) -> list[RecordId]:
    return sorted(record for record, _ in town.service.ground.model.digests(town.ledger.n))


def _start_cut(a: Town, b: Town, proxy: Proxy) -> None:
    proxy.cut()
    a.start()
    b.start()


def mend(b: Town, proxy: Proxy) -> threading.Thread:
    """The line is back, and the node that dials is told so; ends once it says that all is exchanged."""
    proxy.forget()
    proxy.mend()
    syncing = threading.Thread(target=b.control.sync, args=([bytes(_first(b))], PATIENCE_S))
    syncing.start()
    return syncing


def _first(b: Town) -> bytes:
    """The device that can be dialled."""
    book = b.service.ground.book
    return next(d for d in b.service.ledgers.peers() if book.addresses(d))


def _settled(a: Town, b: Town) -> bool:
    """Whether both nodes say that everything is exchanged and acknowledged."""
    return any(b.control.live().values()) and a.control.live().get(b.service.device, False)


def _wait_settled(a: Town, b: Town) -> None:
    towns.wait_for("both say that all is exchanged", lambda: _settled(a, b))


def _check_equal(a: Town, b: Town) -> None:
    if (a.entries(), a.digest()) != (b.entries(), b.digest()):
        raise Stuck("two nodes that are in step show different ledgers")


def _one_live(a: Town, b: Town, record: RecordId, edit: workload.Edit) -> float:
    """Seconds from the clerk's commit on `a` until a command on `b` reads the edit."""
    entry = build.apply(a.service, a.ledger, record, edit)
    began_s = time.monotonic()
    # As the command line does it; in a thread because the node answers only after it has sent.
    nudging = threading.Thread(target=a.control.nudge)
    nudging.start()
    ledger, seen = b.ledger, -1
    while True:
        version = b.service.ground.db.data_version()
        if version != seen:
            seen = version
            if entry.id in b.service.records.get(ledger, record).heads():
                took_s = time.monotonic() - began_s
                nudging.join()
                return took_s
        if time.monotonic() - began_s > _SETTLE_S:
            raise Stuck("an edit does not arrive")
        time.sleep(
            _LOOK_S
        )  # a reader that never rests takes the processor from the nodes it measures
        time.sleep(_READ_STEP_S)


def _percentiles(name: str, took_s: list[float]) -> Figures:
    ordered = sorted(took_s)
    return {
        f"{name}_edits": float(len(ordered)),
        f"{name}_p50_ms": 1000 * statistics.median(ordered),
        f"{name}_p99_ms": 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        f"{name}_max_ms": 1000 * ordered[-1],
    }


def _traffic(name: str, proxy: Proxy) -> Figures:
    """`…_bytes` is TCP payload both ways without the TLS handshake, which stands apart."""
    found = proxy.traffic()
    return {
        f"{name}_bytes": float(found.said),
        f"{name}_handshake_bytes": float(found.handshake),
        f"{name}_up_bytes": float(found.up),
        f"{name}_down_bytes": float(found.down),
        f"{name}_frame_bytes": float(found.frames),
    }


def _command(town: Town, *words: str) -> float:
    """What a clerk waits for, as the median of a few."""
    took: list[float] = []
    for _ in range(_COMMANDS):
        began_s = time.monotonic()
        done = subprocess.run(
            [*mulin(), "--home", str(town.folder), *words],
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
        took.append(time.monotonic() - began_s)
        if done.returncode != 0:
            raise Stuck(f"mulin {words[0]} ends with {done.returncode}")
    return statistics.median(took)
