"""A record in words: fields, items, who has it, which of its facts are in question. Decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds.types import Choice, Choices, FieldType, Items, Slot, Townships
from crdt.operations import split_key
from crdt.view import Item, View, view
from keys.errors import Text
from node.cli import language
from node.cli.face import Face
from node.cli.moments import clock
from node.cli.newer import UPGRADE, say_behind
from node.cli.questions import by, value_text
from node.finding import short_item
from node.rows import show

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.ledgers import Ledger

_DIFFER = Text(
    "两边不一致，请核对：mulin conflicts show {id}", "to settle: mulin conflicts show {id}"
)
_AGAIN = Text(
    "请重新确认：mulin conflicts show {id}", "to confirm again: mulin conflicts show {id}"
)
_KEPT = Text("都保留：{values}", "both kept: {values}")
_BETWEEN_SIDES = Text("；", "; ")


def print_record(face: Face, ledger: Ledger, record: RecordId, shape: dict[str, Any]) -> None:
    """`KIND show` for people; `shape` is the same as JSON."""
    from node.cli.tables import print_pairs

    seen = view(face.service.record(ledger, record))
    face.line(shape["title"])
    face.say(
        Text(
            "{kind} {id} · {home}登记 · 共 {n} 次填写",
            "{kind} {id} · entered by {home} · {n} entries",
        ),
        kind=seen.kind.label,
        id=face.short(record),
        home=shape["home"],
        n=shape["entries"],
    )
    face.say(Text("送达：{who}", "Delivered: {who}"), who=_delivered(face, shape["delivered"]))
    say_behind(face, shape["behind"])
    face.line()
    print_pairs(_pairs(face, ledger, seen, shape))
    if shape["newer"]:
        face.say(UPGRADE, n=shape["newer"])
    if shape["waiting"]:
        face.say(
            Text("另有 {n} 条在等前文到达。", "{n} more wait for what comes before them."),
            n=shape["waiting"],
        )
    if shape["void"]:
        face.say(
            Text("另有 {n} 条违反规则，已作废。", "{n} more break a rule and are void."),
            n=shape["void"],
        )


def _delivered(face: Face, delivered: dict[str, bool]) -> str:
    yes, no = Text("{name} ✓", "{name} ✓"), Text("{name} 未送达", "{name} not yet")
    parts = [face.text(yes if there else no, name=name) for name, there in delivered.items()]
    return language.BETWEEN.say(face.lang).join(parts)


def _pairs(face: Face, ledger: Ledger, seen: View, shape: dict[str, Any]) -> list[tuple[str, str]]:
    """Labels and values of what is stated; a field in question says so beside its fail-safe value."""
    beside: dict[str, list[str]] = {}
    for about in shape["conflicts"]:
        hint = face.text(_AGAIN if about["confirm"] else _DIFFER, id=about["id"][:8])
        beside.setdefault(split_key(about["field"])[0], []).append(
            f"⚠ {_all_said(face, about)}\n  {hint}"
        )
    for about in shape["kept"]:
        values = face.text(_KEPT, values=_all_said(face, about))
        beside.setdefault(split_key(about["field"])[0], []).append(values)
    pairs: list[tuple[str, str]] = []
    agreed = seen.kind.agreed
    for declared in seen.kind.fields:
        if agreed is not None and declared.name == agreed.confirmed:
            from node.cli.agreements import stands

            stated = stands(face, shape)
        else:
            stated = _stated(face, ledger, seen, declared.name, declared.type)
        lines = [stated] if stated else []
        lines += beside.get(declared.name, [])
        if lines:
            pairs.append((declared.label.say(face.lang), "\n".join(lines)))
    return pairs


def _all_said(face: Face, about: dict[str, Any]) -> str:
    """Every statement of a question with its township, in one line."""
    return _BETWEEN_SIDES.say(face.lang).join(
        f"{c['township']} {value_text(face, about['field'], c['shown'])}"
        for c in about["candidates"]
    )


def _stated(face: Face, ledger: Ledger, seen: View, name: str, of: FieldType) -> str:
    match of:
        case Choices():
            return language.BETWEEN.say(face.lang).join(
                of.of.show(m, face.lang) for m in seen.sets[name]
            )
        case Townships():
            names = [ledger.members.name_of(bytes.fromhex(m)) for m in seen.sets[name]]
            return language.BETWEEN.say(face.lang).join(names)
        case Slot():
            says = [
                f"{ledger.members.name_of(bytes.fromhex(m))} {show(of.of, v, face.lang, ledger)}"
                for m, v in seen.slots[name].items()
            ]
            return _BETWEEN_SIDES.say(face.lang).join(says)
        case Items():
            return "\n".join(_item(face, ledger, of, i) for i in seen.items[name] if not i.removed)
        case _:
            value = seen.registers[name]
            shown = show(of, value, face.lang, ledger)
            if isinstance(of, Choice) and isinstance(value, str) and value != shown:
                return f"{shown} ({value})"  # the code too: it is what one types and filters by
            return shown


def _item(face: Face, ledger: Ledger, of: Items, item: Item) -> str:
    from node.shapes import moment

    stated = item.fields
    said = " · ".join(
        show(kind, stated[n], face.lang, ledger) for n, _, kind in of.fields if n in stated
    )
    who = by(face, ledger.members.name_of(item.township), item.post)
    when = clock(moment(item.claimed_ms))
    return f"{said}\n  {when} {who} [{short_item(item.name)}]"
