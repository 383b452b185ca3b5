"""`print`: a record on a form, or a list of all, as DOCX or HTML. Names no kind and no field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, Option, command
from node.cli.face import Face
from node.cli.files import new_file, shown
from node.cli.sealed import FOR

if TYPE_CHECKING:
    from node.forms.language import Form
    from node.forms.page import Page

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
        "两边不一致的，各方说法都印上；正式文书要先核对。",
        "Forms to print, written as Word (.docx) or web page (.html), A4.\n"
        "Without a name it lists the forms. What is sealed is printed where this township may read it, and "
        "listed as a look.\nWhere townships differ every statement is printed; final documents wait until "
        "that is settled.",
    ),
    Argument("form", Text("表名", "FORM"), required=False, shell_complete=_complete),
    Argument("record", language.ID, required=False),
    Option(
        "-o",
        Text("写入新文件，.docx 或 .html", "write a new file, .docx or .html"),
        language.FILE,
        name="output",
    ),
    FOR,
    example="mulin print intake 3f2a9c1e -o 受理登记表.docx --purpose 调解",
)  # fmt: skip
def print_(
    face: Face, form: str | None, record: str | None, output: str | None, purpose: str | None
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
        page = _page(face, declared, record, purpose)
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


def _page(face: Face, form: Form, record: str | None, purpose: str | None) -> Page:
    from node.forms.desk import Asked, Desk
    from node.forms.errors import NoRecordNeeded, RecordNeeded
    from node.forms.fill import Filler

    ledger = face.ledger
    filler = Filler(Desk(face.service, ledger, Asked(purpose or "", face.post)), form, face.lang)
    if form.lists:
        if record is not None:
            raise NoRecordNeeded(form=form.label)
        return filler.every()
    if record is None:
        raise RecordNeeded(form=form.label, name=form.name)
    return filler.about(face.service.find_record(ledger, record, form.kind or None))


def _list(face: Face) -> None:
    from crdt.kinds import KINDS
    from node.cli.tables import Column, print_table
    from node.forms.printed import forms

    found = [
        {
            "name": f.name,
            "label": {"zh": f.label[0], "en": f.label[1]},
            "kind": f.kind or None,
            "list": f.lists,
            "final": f.final,
        }
        for f in forms().values()
    ]
    any_, every = Text("任何记录", "any record"), Text("全部列出", "all of them")
    columns = (
        Column(Text("表名", "form"), fixed=True),
        Column(Text("名称", "title"), fixed=True),
        Column(Text("用于", "made of"), fixed=True),
    )
    rows = [
        (
            f.name,
            f.label.say(face.lang),
            (every if f.lists else KINDS[f.kind].label if f.kind else any_).say(face.lang),
        )
        for f in forms().values()
    ]
    face.answer(found, lambda: print_table(face.lang, columns, rows))
