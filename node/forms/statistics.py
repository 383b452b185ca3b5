"""The counted tables of a stretch of time on paper. Counts nothing itself."""

from __future__ import annotations

from keys.errors import Text
from node.forms.desk import Desk
from node.forms.lists import Chosen
from node.forms.page import Grid, Part, Words
from node.quarter import quarter_sheet, shown
from node.tallying import Line, Table

_AS_OF = Text(
    "数据截至 {as_of}，由登记的内容算出，说是一件事的只算一次。",
    "Counted at {as_of} from what is entered; what was joined counts once.",
)
_DIGEST = Text(
    "账本状态 {digest}：两个节点相同，数字就相同。",
    "Ledger {digest}: where two nodes show the same, their figures are the same.",
)
_SHORT = 12


def statistics(desk: Desk, chosen: Chosen, lang: str) -> list[Part]:
    """Every table of the sheet, with what a reader has to know of it."""
    now_ms = desk.service.ground.clock_ms()
    sheet = quarter_sheet(desk.service, desk.ledger, chosen.first, chosen.last, now_ms)
    parts: list[Part] = [Words(_AS_OF.say(lang).format(as_of=sheet.as_of), small=True)]
    parts.append(Words(_DIGEST.say(lang).format(digest=sheet.digest[:_SHORT]), small=True))
    for table in sheet.tables:
        parts += _table(table, lang)
    return parts


def _table(table: Table, lang: str) -> list[Part]:
    label = table.label.say(lang)
    heads = (label[:1].upper() + label[1:], *(c.label.say(lang) for c in table.columns))
    lines = [*table.lines, *([table.total] if table.total is not None else [])]
    grid = Grid(heads, tuple(_row(table, line, lang) for line in lines))
    remarks = (Words("※ " + remark.text.say(lang), small=True) for remark in table.remarks)
    return [grid, *remarks]


def _row(table: Table, line: Line, lang: str) -> tuple[str, ...]:
    units = (line.unit or column.unit for column in table.columns)
    cells = (shown(value, unit, lang) for value, unit in zip(line.cells, units, strict=True))
    return (line.label.say(lang), *cells)
