"""Records that may be one matter entered twice: same fields, days near each other. Never by names. Read only.

It only tells; people look and say in the record's own field that the two are one, or do nothing. What they
said is undone like any other statement, and both numbers stay. Names no kind: a kind says how (`Kind.twins`).
"""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence

from crdt.entry import RecordId
from crdt.kinds.follows import Twins
from crdt.kinds.language import Kind
from node.ledgers import Ledger
from node.matters import first_of
from node.store.database import Database
from node.store.pages import Cells, Pages

Row = tuple[RecordId, Cells]
_BESIDE_MAX = 20


def twins(db: Database, ledger: Ledger, kind: Kind) -> list[tuple[RecordId, RecordId]]:
    """Pairs that nobody joined, each with the older record first."""
    how = kind.twins
    if how is None:
        return []
    names = [*how.fields, *(n for n in (how.day, how.joined) if n)]
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in Pages(db).rows(ledger.n, kind, list(dict.fromkeys(names))):
        key = tuple(row[1][name] for name in how.fields)
        if all(said not in (None, "") for said in key):
            groups[key].append(row)
    return [pair for group in groups.values() for pair in pairs(how, group)]


def pairs(how: Twins, group: Sequence[Row]) -> Iterator[tuple[RecordId, RecordId]]:
    """Those of one group whose days are near and which are not joined, directly or by others."""
    one = first_of(how.joined, group) if how.joined else {record: record for record, _ in group}
    order = {record: n for n, (record, _) in enumerate(group)}
    for some in _near(how, group):
        a, b = sorted(some, key=order.__getitem__)
        if one[a] != one[b]:
            yield a, b


def _near(how: Twins, group: Sequence[Row]) -> Iterator[tuple[RecordId, RecordId]]:
    """Any two whose days are near; in the order of days, so that those far apart are never compared, nor one
    with thousands that are all alike: each of these is told with those beside it."""
    dated = sorted(
        (_day(str(cells[how.day])) if how.day else 0, record)
        for record, cells in group
        if not how.day or cells[how.day]
    )
    for n, (day, record) in enumerate(dated):
        for later, other in itertools.islice(dated, n + 1, n + 1 + _BESIDE_MAX):
            if later - day > how.days:
                break
            yield record, other


def _day(cell: str) -> int:
    return datetime.date.fromisoformat(cell[:10]).toordinal()
