"""The copy of what is kept of a party as a page that a person reads and prints. HTML, one language. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from crdt.kinds.enumerations import PURPOSE
from keys.errors import Text
from node.looks import ACTION
from node.reading import Json

_STYLE = (
    "body{font:16px/1.6 'Noto Serif CJK SC','Songti SC',SimSun,serif;max-width:46em;margin:2em auto;"
    "padding:0 1.5em;color:#1b1b1b}h1{font-size:1.5em;border-bottom:2px solid #9d2933;padding-bottom:.3em}"
    "h2{font-size:1.15em;margin-top:1.6em}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "vertical-align:top;border-bottom:1px solid #ccc;padding:.25em .8em .25em 0}td{white-space:pre-wrap}"
    "small{color:#555}@media print{body{margin:0}@page{margin:18mm}}"
)
_TITLE = Text("{alias}的个人信息副本", "What is kept of {alias}")
_MADE = Text("{township}，{when} 制作，案件 {case}", "Made by {township}, {when}; case {case}")
_PARTY = Text("登记的信息", "What was entered")
_MENTIONS = Text("其他材料里提到的", "What other papers of the case say")
_GRANTS = Text("哪些乡镇可以看", "Which townships may read it")
_LOOKS = Text("本乡镇谁看过", "Who looked at it in this township")
_ENTERED = Text("登记的乡镇", "entered it")
_ENDED = Text("已到期", "ended")
_NONE = Text("没有。", "None.")
_REST = Text(
    "这个案件另有 {n} 份密封材料，本乡镇无权查看，可向登记的乡镇请求。",
    "{n} further sealed papers of this case are not for this township; ask who entered them.",
)
_OTHERS = Text(
    "其他当事人的姓名已改为代称；长文字只摘出提到本人的行。",
    "Names of others are replaced by what stands for them; of long texts only lines about them are here.",
)
_HEADS = {
    "grants": (Text("乡镇", "township"), Text("用途", "purpose"), Text("职务", "post"), Text("到", "until")),
    "looks": (Text("时间", "time"), Text("操作", "action"), Text("用途", "purpose"), Text("职务", "post")),
}  # fmt: skip


def page(copy: Json, lang: str) -> str:
    """The whole page; it loads nothing and links nowhere."""
    title = _TITLE.say(lang).format(alias=copy["alias"])
    made = _MADE.say(lang).format(
        township=copy["township"],
        when=str(copy["made"])[:16].replace("T", " "),
        case=str(copy["case"])[:8],
    )
    parts = [
        f"<h1>{_safe(title)}</h1>\n<p>{_safe(made)}</p>",
        _heading(_PARTY, lang),
        *(_record(one, lang) for one in copy["party"]),
        _heading(_MENTIONS, lang),
        *(_record(one, lang) for one in copy["mentions"]),
        f"<p><small>{_safe(_OTHERS.say(lang))}</small></p>",
        _heading(_GRANTS, lang),
        _table("grants", _grants(copy, lang), lang),
        _heading(_LOOKS, lang),
        _table("looks", _looks(copy, lang), lang),
    ]
    if copy["not_readable_here"]:
        rest = _REST.say(lang).format(n=copy["not_readable_here"])
        parts.append(f"<p>{_safe(rest)}</p>")
    code = "zh-CN" if lang == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{code}"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{_safe(title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _record(one: Json, lang: str) -> str:
    head = f"{one['label'][lang]} {one['id'][:8]} · {one['home']}"
    rows = ((f["label"][lang], f["shown"][lang]) for f in one["fields"])
    cells = "".join(f"<tr><th>{_safe(a)}</th><td>{_safe(b)}</td></tr>\n" for a, b in rows)
    return f"<p><small>{_safe(head)}</small></p>\n<table>\n{cells}</table>"


def _grants(copy: Json, lang: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for one in copy["grants"]:
        purpose = _ENTERED.say(lang) if one["entered_it"] else PURPOSE.show(one["purpose"], lang)
        until = _ENDED.say(lang) if one["ended"] else one["until"]
        rows.append((one["township"], purpose, one["post"], until))
    return list(dict.fromkeys(rows))


def _looks(copy: Json, lang: str) -> list[tuple[str, ...]]:
    return [
        (
            str(one["at"])[:16].replace("T", " "),
            ACTION.show(one["action"], lang),
            PURPOSE.show(one["purpose"], lang),
            one["post"],
        )
        for one in copy["looks"]
    ]


def _table(name: str, rows: Sequence[Iterable[str]], lang: str) -> str:
    if not rows:
        return f"<p>{_safe(_NONE.say(lang))}</p>"
    heads = "".join(f"<th>{_safe(h.say(lang))}</th>" for h in _HEADS[name])
    body = "".join(
        "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>\n" for row in rows
    )
    return f"<table>\n<tr>{heads}</tr>\n{body}</table>"


def _heading(words: Text, lang: str) -> str:
    return f"<h2>{_safe(words.say(lang))}</h2>"


def _safe(text: object) -> str:
    return html.escape(str(text))
