"""`print`: a record on a form, or a list of all, as DOCX or HTML. Names no kind and no field."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeAlias

import click

from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, Option, command
from node.cli.face import Face
from node.cli.files import new_file, shown
from node.cli.sealed import FOR
from node.errors import NotFound

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.forms.fill import Filler
    from node.forms.language import Form
    from node.forms.lists import Chosen

_Span: TypeAlias = tuple[str | None, str | None]
_FROM = Text("列表从哪天起", "of a list: from this day")
_TO = Text("列表到哪天止", "of a list: to this day")
_ENDINGS = (".docx", ".html")
_NOT_SEALED_ANY_MORE = Text(
    "已写入 {file}。文件没有加密，打印后请删除。",
    "Written to {file}. It is not encrypted: delete it once it is printed.",
)


def _complete(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    from node.forms.printed import forms

    return [name for name in forms() if name.startswith(begun)]


@command(
    "print",
    Text(
        "打印表格：写成 Word（.docx）或网页（.html）文件，A4。\n"
        "不写表名时列出有哪些表。密封材料只在本乡镇能看时印上，并记入查阅登记。\n"
        "两边不一致的，各方说法都印上；正式文书要先核对。\n"
        "列表可以像 list 一样筛选，也可以写起止日期：mulin print cases state=mediating",
        "Forms to print, written as Word (.docx) or web page (.html), A4.\n"
        "Without a name it lists the forms. What is sealed is printed where this township may read it, and "
        "listed as a look.\nWhere townships differ every statement is printed; final documents wait until "
        "that is settled.\nA list takes the filters of list, and days: mulin print cases state=mediating",
    ),
    Argument("form", Text("表名", "FORM"), required=False, shell_complete=_complete),
    Argument("words", Text("编号或筛选", "ID or FILTER"), nargs=-1),
    Option(
        "-o",
        Text("写入新文件，.docx 或 .html", "write a new file, .docx or .html"),
        language.FILE,
        name="output",
    ),
    Option("--from", _FROM, language.VALUE, name="first"),
    Option("--to", _TO, language.VALUE, name="last"),
    FOR,
    example="mulin print intake 3f2a9c1e -o 受理登记表.docx --purpose 调解",
)  # fmt: skip
def print_(
    face: Face,
    form: str | None,
    words: tuple[str, ...],
    output: str | None,
    first: str | None,
    last: str | None,
    purpose: str | None,
) -> None:
    from node.forms.errors import FileNeeded, UnknownEnding

    if form is None:
        _list(face)
        return
    declared = _named(form)
    if output is None:
        raise FileNeeded
    ending = next((e for e in _ENDINGS if output.lower().endswith(e)), None)
    if ending is None:
        raise UnknownEnding(what=shown(output), known="、".join(_ENDINGS))
    with new_file(output, 0o600) as file:
        filler = _filler(face, declared, purpose)
        if declared.counts:
            page = filler.every(_span(declared, words, (first, last)))
        elif declared.lists:
            page = filler.every(_chosen(face, declared, words, (first, last)))
        else:
            page = filler.about(_record(face, declared, words, (first, last)))
        if ending == ".docx":
            from node.forms.docx_page import docx_page

            data = docx_page(page)
        else:
            from node.forms.html_page import html_page

            data = html_page(page)
        file.write(data)
    found = {"form": declared.name, "file": output, "bytes": len(data), "marks": list(page.marks)}
    face.answer(found, lambda: face.say(_NOT_SEALED_ANY_MORE, file=shown(output)))
    for mark in page.marks:
        face.note(Text("注意：{mark}", "Note: {mark}"), mark=mark)


def _named(typed: str) -> Form:
    """A form by its name or its title. Raises NoSuchForm."""
    from node.forms.errors import NoSuchForm
    from node.forms.printed import forms

    for name, form in forms().items():
        if typed == name or typed.lower() in (title.lower() for title in form.label):
            return form
    raise NoSuchForm(what=typed[:40], known="、".join(forms()))


def _filler(face: Face, form: Form, purpose: str | None) -> Filler:
    from node.forms.desk import Asked, Desk
    from node.forms.fill import Filler

    asked = Asked(purpose or "", face.post)
    return Filler(Desk(face.service, face.ledger, asked), form, face.lang)


def _record(face: Face, form: Form, words: tuple[str, ...], span: _Span) -> RecordId:
    """Raises RecordNeeded, and what finding raises."""
    from node.forms.errors import RecordNeeded

    if len(words) != 1 or any(span):
        raise RecordNeeded(form=form.label, name=form.name)
    if form.differs:
        # Lists of differences show their ids, and not those of the records.
        with contextlib.suppress(NotFound):
            return face.service.find_conflict(face.ledger, words[0]).record
    return face.service.find_record(face.ledger, words[0], form.kind or None)


def _chosen(face: Face, form: Form, words: tuple[str, ...], span: _Span) -> Chosen:
    """Raises NoRecordNeeded, NoDayInList, and what filters raise."""
    from crdt.kinds import kind_named
    from node.cli.listing import chosen
    from node.forms.errors import NoDayInList, NoRecordNeeded
    from node.forms.lists import Chosen

    listed = form.listed
    if any("=" not in word for word in words):
        raise NoRecordNeeded(form=form.label)
    if any(span) and not listed.day:
        raise NoDayInList(form=form.label)
    first, last = (_day(label, text) for label, text in zip((_FROM, _TO), span, strict=True))
    only = None
    if words:
        lines = chosen(face, kind_named(listed.kind), words)
        only = frozenset(line["id"] for line in lines)
    return Chosen(listed.kind, only, first, last)


def _span(form: Form, words: tuple[str, ...], span: _Span) -> Chosen:
    """Raises PeriodNeeded, BadValue."""
    from node.cli.quarter import days
    from node.forms.errors import PeriodNeeded
    from node.forms.lists import Chosen

    if len(words) != 1 or any(span):
        raise PeriodNeeded(form=form.label, name=form.name)
    first, last = days(words[0])
    return Chosen("", None, first, last)


def _day(label: Text, typed: str | None) -> str:
    """Raises BadValue."""
    from crdt.errors import BadValue
    from crdt.kinds.types import Day, Unfit

    try:
        return str(Day().parse(typed or "") or "")
    except Unfit as fault:
        raise BadValue(field=label, why=fault.why) from fault


def _list(face: Face) -> None:
    from node.cli.tables import Column, print_table
    from node.forms.printed import forms

    found = [
        {
            "name": f.name,
            "label": {"zh": f.label[0], "en": f.label[1]},
            "kind": f.kind or None,
            "list": f.lists,
            "period": f.counts,
            "final": f.final,
        }
        for f in forms().values()
    ]
    columns = (
        Column(Text("表名", "form"), fixed=True),
        Column(Text("名称", "title"), fixed=True),
        Column(Text("用于", "made of"), fixed=True),
    )
    rows = [
        (
            f.name,
            f.label.say(face.lang),
            _of(f).say(face.lang),
        )
        for f in forms().values()
    ]
    face.answer(found, lambda: print_table(face.lang, columns, rows))


def _of(form: Form) -> Text:
    """What it is made of."""
    from crdt.kinds import KINDS

    if form.counts:
        return Text("季度或年份", "a quarter or year")
    if form.lists:
        return Text("全部列出", "all of them")
    return KINDS[form.kind].label if form.kind else Text("任何记录", "any record")
