"""Records as large as they may become: 1,900 entries, 500 + 500 written apart, minutes of 50,000 characters.

Each is opened by a process that has not seen it, edited, carried between two running nodes, and merged after
both wrote while apart. A person waits for every one of these; half a second is what is borne. Numbers only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from crdt.entry import RecordId
from node.bench import towns, workload
from node.bench.proxy import Proxy
from node.bench.run import Bench, Figures, mend
from node.bench.towns import Town

_LONG_ENTRIES = 1_900
_EACH = 500
_MINUTES_CHARACTERS = 50_000
_PARAGRAPH_CHARACTERS = 1_000
_STEP_S = 0.001
_TEXT = "双方到场核对界桩，说明各自的理由，由调解员逐条记录，念给双方听过，双方没有异议。"


def measure(bench: Bench) -> Figures:
    """The three of them, one after the other, each in a fresh pair of townships."""
    folder = bench.folder / "empty"
    found: Figures = {}
    for name, fill in (("long", _long), ("twins", _twins), ("minutes", _minutes)):
        with bench.pair(folder / "0", folder / "1") as (a, b, proxy):
            record = a.service.create(a.ledger, "case", workload.case(0), workload.POST)
            found |= {f"{name}_{k}": v for k, v in fill(a, b, proxy, record).items()}
    return {name: round(value, 4) for name, value in found.items()}


def _long(a: Town, b: Town, proxy: Proxy, record: RecordId) -> Figures:
    for n in range(_LONG_ENTRIES):
        _edit(a, record, n)
    return {"entries": float(a.entries()), **_used(a, b, proxy, record, _edit)}


def _twins(a: Town, b: Town, proxy: Proxy, record: RecordId) -> Figures:
    """Both nodes run and the line is cut; what is measured is until they agree after it is mended."""
    _together(a, b)
    proxy.cut()
    for n in range(_EACH):
        _edit(a, record, n)
        _note(b, record, n)
    merge_s = _merged(a, b, proxy)
    opened_s = _opened(b.folder, record)
    return {"entries": float(a.entries()), "merge_s": merge_s, "open_s": opened_s}


def _minutes(a: Town, b: Town, proxy: Proxy, record: RecordId) -> Figures:
    for n in range(_MINUTES_CHARACTERS // _PARAGRAPH_CHARACTERS):
        _paragraph(a, record, n)
    return {"characters": float(_MINUTES_CHARACTERS), **_used(a, b, proxy, record, _paragraph)}


def _used(
    a: Town, b: Town, proxy: Proxy, record: RecordId, write: Callable[[Town, RecordId, int], None]
) -> Figures:
    """Open, edit, carry one edit to the neighbour, merge one written on each side of a cut line."""
    open_s = _opened(a.folder, record)
    began_s = time.monotonic()
    write(a, record, 1)
    edit_s = time.monotonic() - began_s
    _together(a, b)
    began_s = time.monotonic()
    write(a, record, 2)
    a.control.nudge()
    towns.wait_equal(a, b, _STEP_S)
    sync_s = time.monotonic() - began_s
    proxy.cut()
    write(a, record, 3)
    write(b, record, 4)
    merge_s = _merged(a, b, proxy)
    return {"open_s": open_s, "edit_s": edit_s, "sync_s": sync_s, "merge_s": merge_s}


def _merged(a: Town, b: Town, proxy: Proxy) -> float:
    """Seconds from the moment the line is back until both show the same."""
    began_s = time.monotonic()
    syncing = mend(b, proxy)
    towns.wait_equal(a, b, _STEP_S)
    took_s = time.monotonic() - began_s
    syncing.join()
    return took_s


def _together(a: Town, b: Town) -> None:
    a.start()
    b.start()
    towns.wait_equal(a, b, _STEP_S)


def _opened(folder: Path, record: RecordId) -> float:
    """Seconds in which a process that has not seen it has the record ready to be shown."""
    town = Town(folder)
    try:
        began_s = time.monotonic()
        town.service.record(town.ledger, record).document()
        return time.monotonic() - began_s
    finally:
        town.close()


def _edit(town: Town, record: RecordId, n: int) -> None:
    typed = {"amount_claimed": str(100 * (n + 1))}
    town.service.change(town.ledger, record, typed, workload.POST, "核对后更正")


def _note(town: Town, record: RecordId, n: int) -> None:
    text = f"第 {n + 1} 次上门，双方同意再谈"
    town.service.add_item(town.ledger, record, "notes", {"text": text}, workload.POST)


def _paragraph(town: Town, record: RecordId, n: int) -> None:
    text = (f"第 {n + 1} 段：" + _TEXT * 40)[:_PARAGRAPH_CHARACTERS]
    town.service.add_item(town.ledger, record, "notes", {"text": text}, workload.POST)
