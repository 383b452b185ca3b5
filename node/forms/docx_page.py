"""A page as a DOCX file for Word, WPS and LibreOffice, A4. The only file that speaks to python-docx."""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as Made
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from node.forms.page import (
    DENSE,
    LANDSCAPE,
    PORTRAIT,
    Foot,
    Grid,
    Heading,
    NewPage,
    Numbered,
    Page,
    Pairs,
    Part,
    Room,
    Seal,
    Signed,
    Words,
    clean,
    in_rows,
    is_dense,
    kept_with_next,
    widths,
)

_WESTERN, _SONG, _HEI = "Times New Roman", "宋体", "黑体"
_LONG, _SHORT, _EDGE, _SIDE = 297, 210, 20, 20
_LABELS = (0.17, 0.33, 0.17, 0.33)
_GREY, _PADDING, _ROW_MM, _COVER_ROW_MM = "F2F2F2", "45", 7.5, 11
_COVER_DOWN_PT, _COVER_TITLE_PT = 70, 32
_LINE_MM, _SIGN_MM, _SEAL_MM = 8.5, 15, 30
_CELL_PT = 10.5


def docx_page(page: Page) -> bytes:
    """The whole file."""
    made = Document()
    _set_up(made, page)
    _styles(made)
    _paragraph(made, page.over, Pt(12), WD_ALIGN_PARAGRAPH.CENTER)
    title = made.add_heading(clean(page.title), 1)
    if page.cover:
        title.paragraph_format.space_before = title.paragraph_format.space_after = Pt(
            _COVER_DOWN_PT
        )
        title.runs[0].font.size = Pt(_COVER_TITLE_PT)
    for mark in page.marks:
        _paragraph(made, f"【{mark}】", Pt(11), WD_ALIGN_PARAGRAPH.CENTER).runs[0].bold = True
    if page.number:
        _paragraph(made, page.number, Pt(11), WD_ALIGN_PARAGRAPH.RIGHT)
    on_cover, kept = page.cover, kept_with_next(page.parts)
    signing = list[tuple[Sequence[str], float]]()
    for part, keep in zip(page.parts, kept, strict=True):
        on_cover = on_cover and not isinstance(part, NewPage)
        if isinstance(part, (Signed, Seal)):
            signing.append(_to_sign(part))
            if not keep:  # in one table with the seal: programs keep no two tables on one page
                _places(made, signing, _width(page))
                signing.clear()
        else:
            row_mm = _COVER_ROW_MM if on_cover else _ROW_MM
            _part(made, part, wide=page.wide, keep=keep, row_mm=row_mm)
    made.core_properties.title = clean(page.foot)[:250]
    made.core_properties.author = ""
    made.core_properties.comments = ""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _set_up(made: Made, page: Page) -> None:
    section = made.sections[0]
    tall, broad = (_SHORT, _LONG) if page.wide else (_LONG, _SHORT)
    section.page_height, section.page_width = Mm(tall), Mm(broad)
    section.orientation = WD_ORIENT.LANDSCAPE if page.wide else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Mm(_EDGE)
    section.left_margin = section.right_margin = Mm(_SIDE)
    foot = section.footer.paragraphs[0]
    for part in page.parts:
        if isinstance(part, Foot):
            foot.insert_paragraph_before(clean(part.text)).runs[0].font.size = Pt(8)
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run(clean(f"{page.foot}　{page.pages[0]}"))
    _count(foot, "PAGE")
    foot.add_run(page.pages[1])
    _count(foot, "NUMPAGES")
    foot.add_run(page.end)
    for run in foot.runs:
        run.font.size = Pt(9)


def _count(foot: Paragraph, what: str) -> None:
    """A number that the program which prints fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), what)
    run = foot.add_run("1")
    field.append(run._r)
    foot._p.append(field)
    run.font.size = Pt(9)


def _styles(made: Made) -> None:
    for name, font, size in (
        ("Normal", _SONG, 12), ("Heading 1", _HEI, 20), ("Heading 2", _HEI, 13),
    ):  # fmt: skip
        style = made.styles[name]
        assert isinstance(style, ParagraphStyle), "these come with the library"
        style.font.name, style.font.size = _WESTERN, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
        fonts.set(qn("w:hAnsi"), _WESTERN)
        layout = style.paragraph_format
        layout.space_before, layout.space_after = Pt(0), Pt(3)
        layout.line_spacing = 1.15
        if name != "Normal":
            style.font.bold = name == "Heading 2"
            layout.space_before, layout.keep_with_next = Pt(8), True
        if name == "Heading 1":
            layout.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _paragraph(made: Made, text: str, size: Length, where: WD_ALIGN_PARAGRAPH) -> Paragraph:
    found = made.add_paragraph()
    found.alignment = where
    found.add_run(clean(text)).font.size = size
    return found


def _width(page: Page) -> int:
    return (_LONG if page.wide else _SHORT) - 2 * _SIDE


def _part(made: Made, part: Part, *, wide: bool, keep: bool, row_mm: float) -> None:
    width = (_LONG if wide else _SHORT) - 2 * _SIDE
    match part:
        case Heading(text):
            made.add_heading(clean(text), 2)
        case Words(text, small):
            found = _paragraph(made, text, Pt(9 if small else 12), WD_ALIGN_PARAGRAPH.LEFT)
            found.paragraph_format.first_line_indent = None if small else Pt(24)
            found.paragraph_format.keep_with_next = keep or None
        case Pairs():
            _pairs(made, part, width, row_mm, keep=keep)
        case Grid():
            _grid(made, part, width, LANDSCAPE if wide else PORTRAIT, keep=keep)
        case Numbered(rows):
            for no, text in rows:
                found = _paragraph(made, f"{no}. {text}", Pt(12), WD_ALIGN_PARAGRAPH.LEFT)
                found.paragraph_format.left_indent = Pt(24)
        case Room(lines):
            table = _table(made, [width])
            for _ in range(lines):
                _row(table, _LINE_MM)
            _gap(made, keep=keep)
        case NewPage(title):
            made.add_heading(clean(title), 1).paragraph_format.page_break_before = True


def _pairs(made: Made, part: Pairs, width: int, row_mm: float, *, keep: bool) -> None:
    table = _table(made, [share * width for share in _LABELS])
    for row in in_rows(part):
        cells = _row(table, row_mm).cells
        if len(row) == 1:
            cells[1].merge(cells[3])
        for at, (label, value) in enumerate(row):
            _fill(cells[2 * at], label, shade=True)
            _fill(cells[2 * at + 1], value)
    _gap(made, keep=keep)


def _grid(made: Made, part: Grid, width: int, room: int, *, keep: bool) -> None:
    size = Pt(_CELL_PT * DENSE if is_dense(part) else _CELL_PT)
    table = _table(made, [share * width for share in widths(part, room)])
    head = _row(table, _ROW_MM)
    for cell, text in zip(head.cells, part.heads, strict=True):
        _fill(cell, text, shade=True, size=size)
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    if part.rows:
        _rows(table, part.rows, size)
    _gap(made, keep=keep)


def _rows(table: Table, rows: Sequence[Sequence[str]], size: Length) -> None:
    """Copies of one row: made one by one, thousands of them would take many times as long."""
    first = _row(table, _ROW_MM)
    for cell in first.cells:
        _fill(cell, "", size=size)
    pattern = first._tr
    table._tbl.remove(pattern)
    for row in rows:
        made = copy.deepcopy(pattern)
        for cell, text in zip(made.tc_lst, row, strict=True):
            cell.p_lst[0].r_lst[0].text = clean(text)
        table._tbl.append(made)


def _to_sign(part: Signed | Seal) -> tuple[Sequence[str], float]:
    """What stands in the places, and how high they are."""
    match part:
        case Signed(labels, date):
            return [f"{label}____________\n{date}" for label in labels], _SIGN_MM
        case Seal(names, words, date):
            alone = [""] if len(names) % 2 else []
            return [*alone, *(f"{n}\n\n{words}\n\n{date}" for n in names)], _SEAL_MM


def _places(made: Made, signing: Sequence[tuple[Sequence[str], float]], width: int) -> None:
    """Two in a row, without borders, all on one page."""
    table = _table(made, [width / 2, width / 2], style="Normal Table")
    rows = [(texts[at : at + 2], mm) for texts, mm in signing for at in range(0, len(texts), 2)]
    for n, (texts, high_mm) in enumerate(rows, 1):
        cells = _row(table, high_mm).cells
        for cell, text in zip(cells, texts, strict=False):
            _fill(cell, text)
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        for cell in cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = n < len(rows)
    _gap(made)


def _table(made: Made, shares_mm: Sequence[float], style: str = "Table Grid") -> Table:
    table: Table = made.add_table(0, len(shares_mm), made.styles[style])
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, share in zip(table.columns, shares_mm, strict=True):
        column.width = Mm(share)
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        one = OxmlElement(f"w:{side}")
        one.set(qn("w:w"), _PADDING)
        one.set(qn("w:type"), "dxa")
        margins.append(one)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)
    return table


def _row(table: Table, high_mm: float) -> _Row:
    """A new row, not broken between two pages, with room to write by hand."""
    made: _Row = table.add_row()  # type: ignore[no-untyped-call]
    made._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    made.height = Mm(high_mm)
    return made


def _gap(made: Made, *, keep: bool = False) -> None:
    """What follows a table keeps a distance from it."""
    layout = made.add_paragraph().paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing = Pt(5)
    layout.keep_with_next = keep or None


def _fill(
    cell: _Cell,
    text: str,
    *,
    shade: bool = False,
    size: Length = Pt(_CELL_PT),  # noqa: B008 - a number
) -> None:
    words = cell.paragraphs[0]
    words.paragraph_format.space_after = Pt(0)
    words.paragraph_format.line_spacing = 1
    words.add_run(clean(text)).font.size = size
    if shade:
        grey = OxmlElement("w:shd")
        grey.set(qn("w:val"), "clear")
        grey.set(qn("w:fill"), _GREY)
        cell._tc.get_or_add_tcPr().append(grey)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
