"""A look through a workbook's bytes before any library reads them: is it one, small enough, harmless?

Also finds what the library does not tell: merged cells, hidden rows, formulas, failed formulas. Pure.
"""

from __future__ import annotations

import io
import re
import xml.parsers.expat
import zipfile
import zlib
from dataclasses import dataclass, field

from keys.errors import Text
from node.sheets import grid
from node.sheets.faults import BadSheet, SheetTooLarge
from node.sheets.grid import Area

_OLD = b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 16
_SHEETS = re.compile(r"/?xl/worksheets/[^/]+\.xml")
_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_NOT_ONE = Text("不是 XLSX 工作簿，或已损坏", "it is no XLSX workbook, or damaged")
_OLD_FORMAT = Text(
    "旧的 .xls 格式，或设了打开密码；请另存为不带密码的 .xlsx",
    "the old .xls format, or protected by a password; save it as .xlsx without one",
)
_OPEN_DOCUMENT = Text(
    "这是 OpenDocument 表格；请另存为 .xlsx", "it is an OpenDocument sheet; save it as .xlsx"
)
_DECLARES = Text("其中的 XML 自带定义，可能有害", "its XML declares entities, which may do harm")


@dataclass(slots=True)
class Scanned:
    """One worksheet. Cells are (row from 1, column from 0)."""

    merged: list[Area] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    faulty: set[tuple[int, int]] = field(default_factory=set)


def scan(data: bytes) -> dict[str, Scanned]:
    """Per worksheet part of a workbook. Raises BadSheet, SheetTooLarge."""
    if data.startswith(_OLD):
        raise BadSheet(why=_OLD_FORMAT)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _scan(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        xml.parsers.expat.ExpatError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        UnicodeError,
        ValueError,
        OSError,
    ) as fault:
        raise BadSheet(why=_NOT_ONE) from fault


def _scan(archive: zipfile.ZipFile) -> dict[str, Scanned]:
    parts = archive.infolist()
    if len(parts) > grid.PARTS or sum(p.file_size for p in parts) > grid.UNZIPPED_BYTES:
        raise SheetTooLarge(why=Text("解开以后太大", "too much once unzipped"))
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise BadSheet(why=_OPEN_DOCUMENT if "mimetype" in names else _NOT_ONE)
    found: dict[str, Scanned] = {}
    left = _Left()
    for part in parts:
        if not part.filename.endswith((".xml", ".rels", ".vml")):
            continue
        look = _Look(left)
        parser = xml.parsers.expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse
        if _SHEETS.fullmatch(part.filename):
            parser.StartElementHandler = look.begin
            found[part.filename.lstrip("/")] = look.found
        with archive.open(part) as file:  # gives no more than the size that was added up
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    return found


def _refuse(*_: object) -> None:
    raise BadSheet(why=_DECLARES)


@dataclass(slots=True)
class _Left:
    """What a workbook may still hold."""

    cells: int = grid.CELLS
    merged: int = grid.MERGED_CELLS


class _Look:
    """Of one worksheet."""

    def __init__(self, left: _Left) -> None:
        self.found = Scanned()
        self._left = left
        self._at: tuple[int, int] | None = None

    def begin(self, name: str, said: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "c":
                self._left.cells -= 1
                if self._left.cells < 0:
                    raise SheetTooLarge(
                        why=Text(f"超过 {grid.CELLS} 格", f"over {grid.CELLS} cells")
                    )
                self._at = place(said.get("r", ""))
                if said.get("t") == "e" and self._at is not None:
                    self.found.faulty.add(self._at)
            case "f":
                if self._at is not None:
                    self.found.formulas.add(self._at)
            case "row":
                if said.get("hidden") in ("1", "true") and said.get("r", "").isdigit():
                    self.found.hidden.add(int(said["r"]))
            case "mergeCell":
                self._merge(said.get("ref", ""))

    def _merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        begins, ends = place(first), place(last or first)
        if begins is None or ends is None or ends < begins:
            return
        area = Area(begins[0], begins[1], ends[0], ends[1])
        self._left.merged -= (area.bottom - area.top + 1) * (
            min(area.right, grid.COLUMNS) - area.left + 1
        )
        if self._left.merged < 0:
            raise SheetTooLarge(why=Text("合并的格子太多", "too many merged cells"))
        self.found.merged.append(area)


def place(ref: str) -> tuple[int, int] | None:
    """(row from 1, column from 0) of "B7"."""
    match = _REF.fullmatch(ref.replace("$", ""))
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1
