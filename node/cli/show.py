"""A record in words: fields, items, who has it, which of its facts are in question. Decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds.references import RecordRef
from crdt.kinds.types import Choice, Choices, FieldType, Items, Slot, Townships
from crdt.operations import split_key
from crdt.view import Item, View, view
from keys.errors import Text
from node.cli import language
from node.cli.face import Face
from node.cli.moments import clock
from node.cli.newer import say_behind
from node.cli.questions import by, shown_at, value_text
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
_ANEW = Text(
    "和公布的结果对不上：mulin conflicts show {id}",
    "the result is not borne out: mulin conflicts show {id}",
)
_PENDING = Text(
    "作废待定，登记乡镇核对：mulin conflicts show {id}",
    "whether it is void is to settle: mulin conflicts show {id}",
)
_HINTS = {"settle": _DIFFER, "confirm": _AGAIN, "decide": _ANEW, "void": _PENDING}
_KEPT = Text("都保留：{values}", "both kept: {values}")
_BETWEEN_SIDES = Text("；", "; ")


def print_record(face: Face, ledger: Ledger, record: RecordId, shape: dict[str, Any]) -> None:
    """`KIND show` for people; `shape` is the same as JSON."""
    from node.cli.decided import print_clash
    from node.cli.layout import width, wrap
    from node.cli.remarks import OTHER_WAYS, print_offer, rising_lines, unusual_lines
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
    for line in unusual_lines(face, shape):
        face.line("\n".join(wrap(line, width())))
    if shape["may_rise"] is not None:
        face.line()
        print_offer(face, rising_lines(face, shape["may_rise"]), 0)
        face.wrapped(OTHER_WAYS)
    for clash in shape.get("clashes", ()):
        print_clash(face, clash)
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
        hint = face.text(_HINTS[about["how"]], id=about["id"][:8])
        said = hint if about["how"] == "decide" else f"{_all_said(face, about)}\n  {hint}"
        beside.setdefault(shown_at(about["kind"], about["field"]), []).append(f"⚠ {said}")
    for about in shape["kept"]:
        values = face.text(_KEPT, values=_all_said(face, about))
        beside.setdefault(split_key(about["field"])[0], []).append(values)
    from node.cli.decided import positions

    pairs: list[tuple[str, str]] = []
    agreed = seen.kind.agreed
    for declared in seen.kind.fields:
        if agreed is not None and declared.name == agreed.confirmed:
            from node.cli.agreements import stands

            stated = stands(face, shape)
        elif "decided" in shape and declared.name == shape["decided"]["field"]:
            stated = positions(face, declared.type, shape["decided"])
        else:
            stated = _stated(face, ledger, seen, declared.name, declared.type)
        lines = [stated] if stated else []
        lines += beside.get(declared.name, [])
        if lines:
            pairs.append((declared.label.say(face.lang), "\n".join(lines)))
    return pairs


def _all_said(face: Face, about: dict[str, Any]) -> str:
    """Every statement of a question with its township, in one line."""
    said = [
        f"{c['township']} {value_text(face, about['field'], c['shown'])}"
        for c in about["candidates"]
    ]
    return _BETWEEN_SIDES.say(face.lang).join(dict.fromkeys(said))


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
            if isinstance(of, RecordRef) and isinstance(value, bytes):
                return f"{shown} {_title(face, value)}".rstrip()
            if isinstance(of, Choice) and isinstance(value, str) and value != shown:
                return f"{shown} ({value})"  # the code too: it is what one types and filters by
            return shown


def _title(face: Face, record: bytes) -> str:
    """Of a record that another one names; of what is sealed there is none."""
    from crdt.entry import RecordId

    rows = face.service.ground.model.named([RecordId(record)])
    lines = face.reading.lines(face.ledger, rows)
    return str(lines[0]["title"]) if lines else ""


def _item(face: Face, ledger: Ledger, of: Items, item: Item) -> str:
    from node.shapes import moment

    stated = item.fields
    said = " · ".join(
        show(kind, stated[n], face.lang, ledger) for n, _, kind in of.fields if n in stated
    )
    who = by(face, ledger.members.name_of(item.township), item.post)
    when = clock(moment(item.claimed_ms))
    return f"{said}\n  {when} {who} [{short_item(item.name)}]"
