"""What a reader of a sheet of figures has to know beside them: declared once, told by every face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crdt.kinds import kind_named
from keys.errors import Text
from node.cells import townships
from node.counting import Counting, Unless
from node.matters import Matter
from node.tallying import Remark, Remarks


def _ids(found: Iterable[Matter]) -> tuple[str, ...]:
    return tuple(m.records[0].hex() for m in found)


def undated(kind_name: str, on: str, unless: Unless = ("", ())) -> Remarks:
    """Who states no day is in no quarter; `unless`: (field, values) of which none is expected."""

    def of(counting: Counting, _: Sequence[Matter]) -> Iterable[Remark]:
        kind = kind_named(kind_name)
        label = kind.by_name[on].label
        undated = [m for m in counting.of(kind) if not m.cells[on]]
        if found := [m for m in undated if m.cells.get(unless[0]) not in unless[1]]:
            zh = f"有 {len(found)} 条没有填{label[0]}，没有算进去"
            en = f"{len(found)} state no {label[1]} and are not counted"
            yield Remark("undated", Text(zh, en), _ids(found))

    return of


def in_question(_: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
    """Of what is in question a field counts with its safe value, or as not stated."""
    if some := [m for m in found if m.cells["conflicts"]]:
        zh = f"有 {len(some)} 条两边说法不一致，核对后数字可能会变"
        en = f"townships differ about {len(some)}: figures may change once it is settled"
        yield Remark("in_question", Text(zh, en), _ids(some))


def joined(_: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
    """What was entered twice and counts once."""
    if some := [m for m in found if len(m.records) > 1]:
        n = sum(len(m.records) - 1 for m in some)
        zh, en = f"重复登记的 {n} 条已并入，只算一次", f"{n} entered twice count once"
        yield Remark("joined", Text(zh, en), _ids(some))


def differing(slot: str, asked: str) -> Remarks:
    """One round about which a township states two numbers; or townships took part and state none."""

    def of(_: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
        two = [m for m in found if any(len(n) > 1 for n in m.stated.get(slot, {}).values())]
        if two:
            zh = f"有 {len(two)} 次同一乡镇报了不同的数，按先登记的一条算"
            en = f"for {len(two)} a township states different numbers: the first record counts"
            yield Remark("differing", Text(zh, en), _ids(two))
        silent = [
            m for m in found if set(townships(m.cells[asked])) - m.stated.get(slot, {}).keys()
        ]
        if silent:
            zh = f"有 {len(silent)} 次有参加的乡镇没有报数"
            en = f"for {len(silent)} a township that took part states no number"
            yield Remark("silent", Text(zh, en), _ids(silent))

    return of


def odd_clocks(counting: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
    """Who answered before being told has a wrong clock, or the other has."""
    if some := [m for m in found if any(a.is_odd for a in counting.answers(m))]:
        zh = f"有 {len(some)} 条签收时间早于通知时间，时钟不准，用时没有算"
        en = f"{len(some)} were answered before they were told: a clock is wrong, no time counts"
        yield Remark("odd_clocks", Text(zh, en), _ids(some))
