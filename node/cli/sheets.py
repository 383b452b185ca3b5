"""`sheet`: records of a kind as XLSX or CSV, and an edited sheet back, shown before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keys.errors import Exit, Text
from node.cli import language
from node.cli.commands import NO_NAME, NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face, printable
from node.cli.files import new_file, read_file, shown
from node.cli.listing import chosen
from node.cli.naming import kind_meant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crdt.kinds.language import Kind
    from node.sheets.carry import Prepared
    from node.sheets.grid import Grid
    from node.sheets.plan import Plan, Remark

_SHOWN_MAX = 20
_KIND = Text("种类", "KIND")
_AGREED = ("y", "yes", "是")
_READING = Text("核对中", "checking")
_SUMMARY = (
    (Text("没有改动：{n} 行", "rows unchanged: {n}"), "same"),
    (Text("要改：{rows} 行，{cells} 格", "rows to change: {rows}, cells: {cells}"), "changes"),
    (Text("新登记：{n} 行", "new records: {n}"), "begins"),
    (Text("略过：{n} 行", "rows left out: {n}"), "skipped"),
    (Text("不收：{n} 行", "rows refused: {n}"), "refused"),
)
_ROW = Text("第 {row} 行：{why}", "row {row}: {why}")
_CELL = Text("“{field}” {before} → {after}", '"{field}" {before} -> {after}')
_MOVED = Text(
    "（这条记录的其他项目在导出以后改过，不受影响）",
    " (other fields of it changed since the export; they stay as they are)",
)
_MORE = Text("…… 还有 {n} 行，加 --json 全部列出", "... and {n} rows more; --json lists them all")
_QUESTION = Text("写入吗？输入 yes：", "Write this? Type yes: ")
_NOT_WRITTEN = Text(
    "没有写入任何内容。要写入，请加 --yes", "Nothing was written. To write it, add --yes"
)
_ONLY_LOOKED = Text(
    "只是看，没有写入。要写入，请不加 --preview 再来一次。",
    "Only looked, nothing was written. To write it, leave --preview out.",
)
_THE_REST = Text(
    "不收的 {refused} 行以外，可以写入 {n} 行。",
    "Besides the rows that are refused ({refused}) there are rows to write: {n}.",
)
_NOTHING = Text("没有要写入的。", "There is nothing to write.")
_WRITTEN = Text("已写入 {n} 条。", "Written: {n} entries.")


@command(
    "export",
    Text(
        "把一种记录导出为表格（.xlsx 或 .csv），可以像 list 一样筛选。\n"
        "在 WPS、Excel、LibreOffice 里改好以后，用 mulin sheet import 收回来。",
        "Write records of a kind into a sheet (.xlsx or .csv); filters are those of list.\n"
        "Edit it in WPS, Excel or LibreOffice and bring it back with mulin sheet import.",
    ),
    Argument("kind", _KIND),
    Argument("filters", language.ASSIGNMENT, nargs=-1),
    Option(
        "-o",
        Text("写入新文件，以 .xlsx 或 .csv 结尾", "write a new file, ending in .xlsx or .csv"),
        language.FILE,
        name="output",
        required=True,
    ),
    example="mulin sheet export case state=mediating -o 台账.xlsx",
)
def export(face: Face, kind: str, filters: tuple[str, ...], output: str) -> None:
    from node.sheets.carry import Sheets

    declared, as_csv = _kind(kind), _is_csv(output)
    with new_file(output) as file:
        lines = chosen(face, declared, filters)
        file.write(
            Sheets(face.service, face.ledger, face.lang).export(declared, lines, as_csv=as_csv)
        )
    face.answer(
        {"file": output, "kind": kind, "rows": len(lines)},
        lambda: face.say(
            Text("已写入 {file}：{n} 行。", "Written to {file}: {n} rows."),
            file=shown(output),
            n=len(lines),
        ),
    )


def _kind(text: str) -> Kind:
    """Raises UnknownKind, SealedNotInSheets."""
    from node.sheets.faults import SealedNotInSheets

    if (kind := kind_meant(text)).sealed:
        raise SealedNotInSheets(kind=kind.label)
    return kind


def _is_csv(name: str) -> bool:
    """Raises SheetFormatUnknown."""
    from node.sheets.faults import SheetFormatUnknown

    lower = name.lower()
    if not lower.endswith((".csv", ".xlsx")):
        raise SheetFormatUnknown(what=shown(name))
    return lower.endswith(".csv")


@command(
    "import",
    Text(
        "收回改过的表格，或收入别处的台账。先列出会改什么，同意以后才写入。\n"
        "只写改过的格子；导出以后别人改过的同一格不收。没有编号的行登记为新记录。",
        "Take an edited sheet back, or in a ledger of another hand. What it would do is listed first.\n"
        "Only edited cells are written, and none that changed here meanwhile. Rows without an id become "
        "new records.",
    ),
    Argument("file", language.FILE),
    Option(
        "--kind",
        Text("是哪种记录（导出的表自己知道）", "which kind it holds (exported sheets know)"),
        _KIND,
    ),
    Option("--preview", Text("只看，不写", "only look"), NO_VALUE, is_flag=True),
    Option("--yes", Text("不再询问，直接写入", "write without asking"), NO_VALUE, is_flag=True),
    Option(
        "--reason", Text("理由；改状态时必填", "why; a change of state needs it"), language.REASON, default=""
    ),
    NO_NAME,
    example="mulin sheet import 台账.xlsx --preview",
)  # fmt: skip
def import_(
    face: Face, file: str, kind: str | None, preview: bool, yes: bool, reason: str
) -> int | None:
    from node.sheets.carry import Sheets

    grid = _read(file)
    sheets = Sheets(face.service, face.ledger, face.lang, face.post, reason)
    with face.progress(_READING) as progress:
        prepared = sheets.prepare(grid, _kind(kind) if kind else None, progress)
    plan = prepared.plan
    if not face.json:
        _print(face, plan)
        if plan.refused and plan.writes:
            face.wrapped(
                _THE_REST, refused=len(plan.refused), n=len(plan.changes) + len(plan.begins)
            )
    written = 0
    if plan.writes and not preview and (yes or _confirmed(face)):
        written = sheets.write(prepared)
        face.wrote()
    face.answer(_told(prepared, file, written), lambda: _say_end(face, plan, written, preview))
    return Exit.REFUSED if plan.refused else None


def _read(file: str) -> Grid:
    """Raises FileTrouble, BadSheet, SheetTooLarge, SheetFormatUnknown."""
    from node.sheets import csvs, xlsx
    from node.sheets.faults import SheetTooLarge
    from node.sheets.grid import FILE_BYTES

    as_csv, data = _is_csv(file), read_file(file, FILE_BYTES)
    if len(data) > FILE_BYTES:
        mib = FILE_BYTES >> 20
        raise SheetTooLarge(why=Text(f"超过 {mib} MiB", f"over {mib} MiB"))
    return csvs.read(data) if as_csv else xlsx.read(data)


def _confirmed(face: Face) -> bool:
    if face.json:
        return False
    if (answer := face.ask(_QUESTION)) is None:
        face.line()
    return (answer or "").lower() in _AGREED


def _say_end(face: Face, plan: Plan, written: int, preview: bool) -> None:
    if written:
        face.say(_WRITTEN, n=written)
    elif not plan.writes:
        face.say(_NOTHING)
    else:
        face.say(_ONLY_LOOKED if preview else _NOT_WRITTEN)


# --- the preview -----------------------------------------------------------------------------


def _print(face: Face, plan: Plan) -> None:
    face.line(plan.kind.label.say(face.lang))
    lists: dict[str, list[str]] = {
        "same": [],
        "changes": [_change(face, plan, n) for n in range(min(len(plan.changes), _SHOWN_MAX))],
        "begins": [_begun(face, plan.kind, b.row, b.typed) for b in plan.begins[:_SHOWN_MAX]],
        "skipped": _remarks(face, plan.skipped),
        "refused": _remarks(face, plan.refused),
    }
    for words, name in _SUMMARY:
        count = plan.same if name == "same" else len(getattr(plan, name))
        if count or name == "same":
            face.wrapped(words, n=count, rows=count, cells=plan.cells)
            _print_some(face, lists[name], count if name != "same" else 0)
    for remark in plan.notes[:_SHOWN_MAX]:
        _print_some(face, [_of(face, remark)], 1)


def _change(face: Face, plan: Plan, n: int) -> str:
    from node.sheets.columns import as_read

    change = plan.changes[n]
    blank = language.NOT_STATED.say(face.lang)
    cells = [
        face.text(
            _CELL,
            field=cell.field.label,
            before=_cut(cell.before) or blank,
            after=_cut(as_read(cell.field.type, cell.after, face.lang)) or blank,
        )
        for cell in change.cells
    ]
    said = language.BETWEEN.say(face.lang).join(cells)
    return _row(face, change.row, said + (_MOVED.say(face.lang) if change.elsewhere else ""))


def _begun(face: Face, kind: Kind, row: int, typed: Mapping[str, str]) -> str:
    """A new record in one line, as far as it goes."""
    from node.cli import layout
    from node.sheets.columns import as_read

    said = " · ".join(as_read(kind.by_name[n].type, t, face.lang) for n, t in typed.items())
    return layout.cut(_row(face, row, printable(" ".join(said.split()))), layout.width() - 2)


def _cut(text: str) -> str:
    from node.sheets.compare import cut

    return printable(cut(text))


def _remarks(face: Face, remarks: Sequence[Remark]) -> list[str]:
    return [_of(face, remark) for remark in remarks[:_SHOWN_MAX]]


def _of(face: Face, remark: Remark) -> str:
    said = printable(remark.why.say(face.lang))
    return _row(face, remark.row, said) if remark.row else said


def _row(face: Face, row: int, said: str) -> str:
    return face.text(_ROW, row=row, why=said)


def _print_some(face: Face, lines: Sequence[str], count: int) -> None:
    from node.cli import layout

    for line in lines:
        face.line(layout.indent(line, 2, layout.width()))
    if count > len(lines):
        face.line("  " + face.text(_MORE, n=count - len(lines)))


# --- for programs ----------------------------------------------------------------------------


def _told(prepared: Prepared, file: str, written: int) -> dict[str, Any]:
    plan = prepared.plan
    remark: Callable[[Remark], dict[str, Any]] = lambda r: {  # noqa: E731
        "row": r.row,
        "why": {"zh": r.why[0], "en": r.why[1]},
    }
    return {
        "file": file,
        "kind": plan.kind.name,
        "written": written,
        "unchanged": plan.same,
        "changes": [
            {
                "row": change.row,
                "id": change.record,
                "moved_elsewhere": change.elsewhere,
                "cells": [
                    {"field": c.field.name, "column": c.column, "before": c.before, "after": c.after}
                    for c in change.cells
                ],
            }
            for change in plan.changes
        ],
        "new": [{"row": b.row, "fields": dict(b.typed)} for b in plan.begins],
        "skipped": [remark(r) for r in plan.skipped],
        "refused": [remark(r) for r in plan.refused],
        "notes": [remark(r) for r in plan.notes],
    }  # fmt: skip


sheet = Group(
    "sheet",
    Text(
        "表格：导出 XLSX、CSV，改好再收回。", "Sheets: XLSX and CSV out, and edited ones back in."
    ),
    [export, import_],
    example="mulin sheet export case -o 台账.xlsx",
)
