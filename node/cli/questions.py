"""A question about differing statements, as a clerk reads it: one card, one full sentence. Decides nothing.

Never "ours" and "theirs", no hashes, no branches: townships, posts, times and what they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds import kind_named
from crdt.kinds.language import SEVERITY_LABELS, Severity
from crdt.kinds.types import Choices, Items
from keys.errors import Text
from node.cli import language, layout
from node.cli.face import Face
from node.cli.moments import clock

if TYPE_CHECKING:
    from node.ledgers import Ledger

_WITHDRAW = Text("撤下", "withdraw it")
_LEAVE = Text("保留", "leave it")
_DIFFER = Text(
    "“{title}”的“{field}”两边不一致，请核对。（{severity}）",
    'Two statements about "{field}" of "{title}" differ; please check. ({severity})',
)
_OUTDATED = Text(
    "“{title}”的文本已和确认时不同，请重新确认。（{severity}）",
    'The text of "{title}" is another than the one confirmed; confirm it again. ({severity})',
)
_LATE = Text(
    "“{title}”公布结果以后才收到的意见和结果对不上，请轮值乡镇处理。（{severity}）",
    'Positions on "{title}" came after its result and do not bear it out; the chair decides. ({severity})',
)
_VOID = Text(
    "“{title}”一边作废、一边还在填写：暂不作废，请登记乡镇核对。（{severity}）",
    '"{title}" was made void while others wrote in it: it is not void until who entered it settles. '
    "({severity})",
)
_SENTENCES = {"settle": _DIFFER, "confirm": _OUTDATED, "decide": _LATE, "void": _VOID}
_BY = Text("{township}（{post}）", "{township} ({post})")


def by(face: Face, township: str, post: str) -> str:
    """Who speaks: a township, and the post if one was given."""
    return face.text(_BY, township=township, post=post) if post else township


def about_key(face: Face, ledger: Ledger, kind: str, key: str) -> str:
    """A fact in words: the field, and the member or the item where it is one of many."""
    from crdt.operations import split_key
    from node.finding import short_item

    _, member, part = split_key(key)
    declared = kind_named(kind).by_name[shown_at(kind, key)]
    label, of = declared.label.say(face.lang), declared.type
    if member is None:
        return label
    if part is not None and isinstance(of, Items):
        inner = next((text.say(face.lang) for n, text, _ in of.fields if n == part), "")
        return " · ".join(word for word in (label, short_item(member), inner) if word)
    if isinstance(of, Choices):
        return f"{label} · {of.of.show(member, face.lang)}"
    return f"{label} · {ledger.members.name_of(bytes.fromhex(member))}"


def shown_at(kind: str, key: str) -> str:
    """The field beside which a question stands: whether it is void, beside the state."""
    declared = kind_named(kind)
    if declared.voids is not None and key == declared.voids.confirmed:
        return next(f.name for f in declared.fields if f.states is not None)
    return key.partition("/")[0]


def value_text(face: Face, key: str, shown: str) -> str:
    """A statement's value; "withdraw" and "leave" where it is about an item's removal."""
    from crdt.operations import REMOVED, split_key

    if split_key(key)[2] == REMOVED:
        return (_WITHDRAW if shown in language.YES else _LEAVE).say(face.lang)
    return shown or language.NOT_STATED.say(face.lang)


def severity_text(face: Face, severity: str) -> str:
    return SEVERITY_LABELS[Severity(severity)].say(face.lang)


def print_question(face: Face, ledger: Ledger, shape: dict[str, Any]) -> None:
    """One card: the question, what stood before, every statement with township, post, times and reason."""
    sentence = face.text(
        _SENTENCES[shape["how"]],
        title=shape["title"],
        field=about_key(face, ledger, shape["kind"], shape["field"]),
        severity=severity_text(face, shape["severity"]),
    )
    cells = layout.width()
    face.line("\n".join(layout.wrap(sentence, cells)))
    if shape["how"] in ("settle", "void"):
        before = shape["before_shown"] or language.NOT_STATED.say(face.lang)
        before = face.text(Text("原来：{value}", "Before: {value}"), value=before)
        face.line(layout.indent(before, 2, cells))
    for number, said in enumerate(shape["candidates"], 1):
        _print_statement(face, shape["field"], number, said, cells)
    if shape["advice"] is not None:
        face.line(layout.indent(shape["advice"]["zh" if face.lang == "zh" else "en"], 2, cells))


def _print_statement(face: Face, key: str, number: int, said: dict[str, Any], cells: int) -> None:
    head = face.text(
        Text("{n}  {who}填：{value}", "{n}  {who} says: {value}"),
        n=number,
        who=by(face, said["township"], said["post"]),
        value=value_text(face, key, said["shown"]),
    )
    face.line(layout.indent(head, 2, cells))
    when = face.text(
        Text("填写 {claimed}，本机收到 {seen}", "written {claimed}, here since {seen}"),
        claimed=clock(said["claimed"]),
        seen=clock(said["first_seen"]),
    )
    face.line(layout.indent(when, 5, cells))
    if said["reason"]:
        reason = face.text(Text("理由：{why}", "Reason: {why}"), why=said["reason"])
        face.line(layout.indent(reason, 5, cells))
