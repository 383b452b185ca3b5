"""Sheets to practise importing with: a work ledger as it should be, and two as they mostly are. Pure.

The same every time. What is in them stands in no store until somebody imports them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from crdt.kinds import KINDS
from node.demo.words import DEMO, VILLAGES
from node.sheets import xlsx

CLEAN, OLD, MERGED = "工作台账.xlsx", "旧台账.csv", "旧台账（合并格）.xlsx"
CLEAN_ROWS, OLD_ROWS, OLD_TWICE, MERGED_ROWS = 10, 9, 2, 6
_FIELDS = ("category", "village", "occurred_on", "channel", "amount_claimed", "dispositions")
_CATEGORIES = (
    "婚姻家庭纠纷",
    "邻里纠纷",
    "征地拆迁纠纷",
    "拖欠农民工工资纠纷",
    "其他纠纷",
)
_ANSWERS = ("政策宣传", "诉求解决到位", "帮扶救助", "走访解释")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def sheets() -> dict[str, bytes]:
    """File name → bytes."""
    return {
        CLEAN: _book([_row(n, f"2024-02-{n + 1:02d}") for n in range(CLEAN_ROWS)]),
        OLD: _old(),
        MERGED: _book(_merged(), merged=("D2:D4", "D5:D7")),
    }


def _row(n: int, day: str, village: str = "") -> list[str]:
    return [
        _CATEGORIES[n % len(_CATEGORIES)],
        village or VILLAGES[0][n % len(VILLAGES[0])],
        day,
        ("窗口来访", "网格上报", "排查发现")[n % 3],
        str(600 + 350 * n),
        "、".join(_ANSWERS[: n % 4 + 1]),
    ]


def _book(rows: Sequence[Sequence[str]], merged: Sequence[str] = ()) -> bytes:
    kind = KINDS["case"]
    fields = [kind.by_name[name] for name in _FIELDS]
    headings = [f.label[0] for f in fields]
    cells = [["", "", *row] for row in rows]
    title = f"工作台账（{DEMO}）"
    return xlsx.write(xlsx.Book(title, "zh", ("", ""), headings, fields, (), cells, merged=merged))


def _merged() -> list[list[str]]:
    """The village stands once for three rows."""
    rows = [_row(n, f"2024-03-{n + 1:02d}", VILLAGES[0][5 + n // 3]) for n in range(MERGED_ROWS)]
    for n, row in enumerate(rows):
        if n % 3:
            row[1] = ""
    return rows


def _old() -> bytes:
    """As an office of ten years ago saved it: another code page, wide digits, days in three styles, and the
    last rows once more."""
    rows: list[list[str]] = []
    for n in range(OLD_ROWS):
        day = (f"2024-1-{n + 16}", f"2024年1月{n + 16}日", f"2024/1/{n + 16}")[n % 3]
        row = _row(n + 3, day)
        if n % 2:
            row[4] = row[4].translate(_WIDE)
        rows.append(row)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["序号", *(KINDS["case"].by_name[name].label[0] for name in _FIELDS)])
    for n, row in enumerate([*rows, *rows[-OLD_TWICE:]], start=1):
        writer.writerow([str(n), *row])
    return out.getvalue().encode("gb18030")
