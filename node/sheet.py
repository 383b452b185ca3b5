"""A secret on one printable page that needs nothing else: words, digits and a QR code. HTML, zh and en.

Reads and writes no file, and keeps nothing.
"""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno

from keys.errors import Text

_STYLE = (
    "body{font:16px/1.6 'Noto Serif CJK SC','Songti SC',SimSun,serif;max-width:44em;margin:2em auto;"
    "padding:0 1.5em;color:#1b1b1b}h1{font-size:1.5em;border-bottom:2px solid #9d2933;padding-bottom:.3em}"
    "pre{font:600 1.15em/1.9 'Noto Sans Mono',Consolas,monospace;white-space:pre-wrap;border:1px solid #999;"
    "padding:.6em 1em}figure{margin:1.5em 0;text-align:center}figcaption{font-size:.85em;color:#555}"
    "dt{color:#555;font-size:.9em}dd{margin:0 0 .5em}.en{color:#555;font-size:.9em}"
    "@media print{body{margin:0}@page{margin:18mm}}"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a page. `secret` is also in the QR code, word for word."""

    title: Text
    facts: Sequence[tuple[Text, str]]
    secret: str
    advice: Sequence[Text]

    def page(self) -> str:
        """The whole page; it loads nothing and links nowhere."""
        facts = "".join(
            f"<dt>{_both(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in self.facts
        )
        advice = "".join(
            f'<li>{html.escape(a.say("zh"))}<br><span class="en">{html.escape(a.say("en"))}</span></li>'
            for a in self.advice
        )
        return (
            '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>睦邻 Mulin · {_both(self.title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
            f"<h1>{_both(self.title)}</h1>\n<dl>{facts}</dl>\n<pre>{html.escape(self.secret)}</pre>\n"
            f"<figure>{_code(self.secret).svg_inline(scale=4)}"
            "<figcaption>扫码所得与上面的文字相同 · the code says the same</figcaption></figure>\n"
            f"<ol>{advice}</ol>\n</body></html>\n"
        )

    def terminal(self) -> str:
        """The QR code in half blocks."""
        out = io.StringIO()
        _code(self.secret).terminal(out, border=2, compact=True)
        return out.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m")


def _both(words: Text) -> str:
    return html.escape(f"{words.say('zh')} · {words.say('en')}")
