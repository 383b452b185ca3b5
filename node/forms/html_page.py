"""A page as HTML that a browser prints on A4: it loads nothing and links nowhere. Pure."""

from __future__ import annotations

import html

from node.forms.page import (
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
    widths,
)

_STYLE = """
body{font:12pt/1.5 SimSun,'宋体','Songti SC','Noto Serif CJK SC','Times New Roman',serif;color:#000;
max-width:%(width)s;margin:1em auto;padding:0 1em}
header{text-align:center}header p{margin:0;text-indent:0}h1{font-size:20pt;letter-spacing:.1em;margin:.3em 0}
h2{font-size:13pt;margin:.9em 0 .3em;break-after:avoid}
p{margin:.15em 0;text-indent:2em;white-space:pre-wrap;overflow-wrap:anywhere}
p.small{font-size:9.5pt;text-indent:0;color:#333}p.mark{font-weight:bold;border:1px solid #000;text-indent:0;
padding:.1em .5em;display:inline-block}p.number{text-align:right;text-indent:0}
table{border-collapse:collapse;width:100%%;margin:.3em 0;table-layout:fixed}
th,td{border:1px solid #000;padding:.2em .45em;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere;
text-align:left;font-size:11pt}th{font-weight:normal;background:#f2f2f2}thead{display:table-header-group}
tr{break-inside:avoid}ol{list-style:none;padding:0;margin:.2em 0}ol p{text-indent:0;padding-left:2em}
.sign{display:grid;text-align:center;
grid-template-columns:1fr 1fr;gap:1em 2em;margin:1.2em 0;break-inside:avoid;break-after:avoid}
.sign span{border-bottom:1px solid #000;display:inline-block;width:6em}
.seals{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:1em 3em;margin:1.5em 0;break-inside:avoid}
.seals div{text-align:center;min-width:14em;min-height:7em}.seals p{text-indent:0}.seals i{display:block;
height:3.2em;font-style:normal;color:#777;padding-top:1em}
p.small{break-before:avoid}p:has(+.sign),.seals{break-after:avoid}
.new{break-before:page}.room td{height:2em}
.new{margin:3em 0 .5em;text-align:center}.dense th,.dense td{font-size:9.5pt;padding:.2em .3em}
.cover h1{font-size:32pt;margin:3.2em 0}
@page{size:A4%(turn)s;margin:20mm;@bottom-center{content:"%(before)s" counter(page) "%(between)s"
counter(pages) "%(after)s";font:9pt serif}}
@media print{body{margin:0;max-width:none;padding:0}}
"""


def html_page(page: Page) -> bytes:
    """The whole page, UTF-8."""
    style = _STYLE % {
        "width": "62em" if page.wide else "44em",
        "turn": " landscape" if page.wide else "",
        "before": _in_css(f"{page.foot}　{page.pages[0]}"),
        "between": page.pages[1],
        "after": page.end,
    }
    code = "zh-CN" if page.lang == "zh" else "en"
    marks = "".join(f'<p class="mark">{_safe(mark)}</p>\n' for mark in page.marks)
    number = f'<p class="number">{_safe(page.number)}</p>\n' if page.number else ""
    return (
        f'<!doctype html>\n<html lang="{code}"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{_safe(page.foot)}</title>\n<style>{style}</style></head>\n<body>\n"
        f"<header{' class=cover' if page.cover else ''}>"
        f"<p>{_safe(page.over)}</p>\n<h1>{_safe(page.title)}</h1>\n{marks}</header>\n{number}"
        + "\n".join(_part(part, wide=page.wide) for part in page.parts)
        + "\n</body></html>\n"
    ).encode()


def _part(part: Part, *, wide: bool) -> str:
    match part:
        case Heading(text):
            return f"<h2>{_safe(text)}</h2>"
        case Words(text, small):
            return f"<p{' class=small' if small else ''}>{_safe(text)}</p>"
        case Pairs():
            return _pairs(part)
        case Grid():
            return _grid(part, LANDSCAPE if wide else PORTRAIT)
        case Numbered(rows):
            lines = "".join(f"<li><p>{_safe(f'{no}. {text}')}</p></li>\n" for no, text in rows)
            return f"<ol>\n{lines}</ol>"
        case Signed(labels, date):
            places = "".join(
                f"<div>{_safe(label)}<span>&nbsp;</span><br>{_safe(date)}</div>\n"
                for label in labels
            )
            return f'<div class="sign">\n{places}</div>'
        case Seal(names, words, date):
            places = "".join(
                f"<div><p>{_safe(name)}</p><i>{_safe(words)}</i><p>{_safe(date)}</p></div>\n"
                for name in names
            )
            return f'<div class="seals">\n{places}</div>'
        case Room(lines):
            return f'<table class="room">{"<tr><td></td></tr>" * lines}</table>'
        case NewPage(title):
            return f'<h1 class="new">{_safe(title)}</h1>'
        case Foot(text):
            return f"<p class=small>{_safe(text)}</p>"


def _pairs(part: Pairs) -> str:
    rows = []
    for row in in_rows(part):
        wide = ' colspan="3"' if len(row) == 1 else ""
        cells = "".join(f"<th>{_safe(a)}</th><td{wide}>{_safe(b)}</td>" for a, b in row)
        rows.append(f"<tr>{cells}</tr>\n")
    columns = "".join(f'<col style="width:{share}%">' for share in (17, 33, 17, 33))
    return f"<table><colgroup>{columns}</colgroup>\n{''.join(rows)}</table>"


def _grid(part: Grid, room: int) -> str:
    columns = "".join(f'<col style="width:{share:.1%}">' for share in widths(part, room))
    heads = "".join(f"<th>{_safe(head)}</th>" for head in part.heads)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>\n" for row in part.rows
    )
    dense = " class=dense" if is_dense(part) else ""
    return (
        f"<table{dense}><colgroup>{columns}</colgroup>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>{rows}</tbody></table>"
    )


def _in_css(text: str) -> str:
    """A text between quotes of a style sheet that stands in a page."""
    return "".join(c if c.isalnum() or c in " 　，" else f"\\{ord(c):x} " for c in clean(text))


def _safe(text: str) -> str:
    return html.escape(clean(text))
