"""Draw what follows what: lanes of a causal history, newest first. Pure; knows ids and parents only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def lanes(entries: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, str | None]]:
    """Rows of the drawing: (lanes, the entry drawn there or None for a joining row).

    `entries` are (id, parents) with every entry before its parents. A lane leads down to the entry it waits
    for; a parent that is not among the entries ends its lane.
    """
    known = {entry for entry, _ in entries}
    waits: list[str] = []
    for entry, parents in entries:
        found = [n for n, wanted in enumerate(waits) if wanted == entry]
        if not found:
            waits.append(entry)
            found = [len(waits) - 1]
        mine = found[0]
        if len(found) > 1:
            yield _row(len(waits), dict.fromkeys(found[1:], "╯") | {mine: "├"}), None
            waits = [w for n, w in enumerate(waits) if n not in found[1:]]
        yield _row(len(waits), {mine: "●"}), entry
        inside = [p for p in parents if p in known]
        if not inside:
            del waits[mine]
            continue
        waits[mine] = inside[0]
        if len(inside) > 1:
            first = len(waits)
            waits += inside[1:]
            marks = dict.fromkeys(range(first, len(waits)), "╮")
            yield _row(len(waits), marks | {mine: "├"}), None


def _row(count: int, marks: dict[int, str]) -> str:
    """One row of lanes; between the first and the last mark of a joining row runs a line."""
    joins = "├" in marks.values()
    left, right = min(marks), max(marks)
    out = ""
    for n in range(count):
        inside = joins and left < n < right
        mark = marks.get(n, "┼" if inside else "│")
        if inside and mark in "╯╮":
            mark = "┴" if mark == "╯" else "┬"
        out += mark + ("─" if joins and left <= n < right else " ")
    return out.rstrip()
