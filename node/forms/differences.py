"""What townships say differently, on a sheet to settle it by hand, and what was settled before."""

from __future__ import annotations

from crdt.view import View
from keys.errors import Text
from node.forms.desk import Desk
from node.forms.page import Grid, Heading, Pairs, Part, Words
from node.reading import Json, Reading
from node.rows import title_of

_ABOUT = Text("记录", "record")
_NONE = Text("没有两边不一致的内容。", "No statements differ.")
_BEFORE = Text("原来是：{before}", "It stood before: {before}")
_NOTHING = Text("未填", "not stated")
_GRADE = Text("{label}（{id}）", "{label} ({id})")
_HEADS = (
    Text("乡镇", "township"),
    Text("职务", "post"),
    Text("填写的内容", "said"),
    Text("填写时间", "said at"),
    Text("理由", "reason"),
)
_CHOICE = Text(
    "核对结果：□ 用（　　　　）填的 □ 另填（　　　　　）□ 都保留 □ 再核实",
    "Settled as: □ as said by (            )  □ another: ____________  □ both kept  □ later",
)
_WHY = Text(
    "理由：＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿",
    "Reason: ______________________________",
)
_ENTER = Text(
    "核对以后请录入：mulin conflicts settle {id}", "Then enter it: mulin conflicts settle {id}"
)
_CONFIRM = Text(
    "确认的文本与现在的文本不同，需各乡镇重新确认。",
    "What was confirmed is not the present text; the townships confirm it again.",
)
_SETTLED = Text("已经核对过的", "Settled before")
_SETTLED_HEADS = (
    Text("项目", "field"),
    Text("核对结果", "settled as"),
    Text("乡镇", "township"),
    Text("职务", "post"),
    Text("时间", "at"),
    Text("理由", "reason"),
)
_KEPT = Text("都保留", "both kept")
_SHORT = 8


def differences(desk: Desk, seen: View, lang: str) -> list[Part]:
    """The parts of the sheet of one record."""
    reading = Reading(desk.service, lang)
    found: list[Part] = [Pairs(((_ABOUT.say(lang), title_of(seen, lang)),))]
    if not seen.conflicts:
        found.append(Words(_NONE.say(lang)))
    for about in seen.conflicts:
        found += _one(reading.conflict(desk.ledger, about), lang)
    settled = [
        row for line in reading.history(desk.ledger, seen.id) for row in _settled(line, lang)
    ]
    if settled:
        heads = tuple(head.say(lang) for head in _SETTLED_HEADS)
        found += [Heading(_SETTLED.say(lang)), Grid(heads, tuple(settled))]
    return found


def _one(about: Json, lang: str) -> list[Part]:
    label, number = about["label"][lang], about["id"][:_SHORT]
    heads = tuple(head.say(lang) for head in _HEADS)
    rows = tuple(
        (one["township"], one["post"], one["shown"], _at(one), one["reason"])
        for one in about["candidates"]
    )
    before = about["before_shown"] or _NOTHING.say(lang)
    ways = (_CONFIRM,) if about["confirm"] else (_CHOICE, _WHY)
    return [
        Heading(_GRADE.say(lang).format(label=label[:1].upper() + label[1:], id=number)),
        Words(_BEFORE.say(lang).format(before=before)),
        Grid(heads, rows),
        *(Words(words.say(lang)) for words in ways),
        *([] if about["confirm"] else [Words(_ENTER.say(lang).format(id=number), small=True)]),
    ]


def _settled(line: Json, lang: str) -> list[tuple[str, ...]]:
    return [
        (
            done["label"][lang],
            done["shown"] if done["do"] == "settle" else _KEPT.say(lang),
            line["township"],
            line["post"],
            _at(line),
            line["reason"],
        )
        for done in line["operations"]
        if done["do"] in ("settle", "keep")
    ]


def _at(line: Json) -> str:
    return str(line["claimed"])[:16].replace("T", " ")
