"""Shapes and words as SVG and HTML text. Every text goes through `escaped`. Knows no simulation. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from keys.text import refused_character


def escaped(text: object) -> str:
    """Text as content or as a quoted attribute; what could move a cursor or end a document becomes a mark."""
    kept = "".join("\ufffd" if refused_character(c, lines=True) else c for c in str(text))
    return html.escape(kept, quote=True)


def element(name: str, inside: str = "", /, **attributes: object) -> str:
    """One element. `inside` is markup already. In names of attributes `_` is `-`, at the end nothing."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


def _number(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


def rect(
    x: float, y: float, width: float, height: float, class_: str, *, title: str = "", **more: object
) -> str:
    return element(
        "rect", _title(title), x=x, y=y, width=width, height=height, class_=class_, **more
    )


def label(x: float, y: float, text: str, class_: str = "", **more: object) -> str:
    return element("text", escaped(text), x=x, y=y, class_=class_ or None, **more)


def path(points: str, class_: str, *, title: str = "", **more: object) -> str:
    return element("path", _title(title), d=points, class_=class_, **more)


def line(points: Sequence[tuple[float, float]], class_: str, **more: object) -> str:
    """A line through points."""
    words = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return element("polyline", points=words, class_=class_, **more)


def _title(text: str) -> str:
    return element("title", escaped(text)) if text else ""


def group(parts: Iterable[str], **attributes: object) -> str:
    return element("g", "\n".join(parts), **attributes)


def drawing(parts: Iterable[str], width: float, height: float, about: str) -> str:
    return element(
        "svg",
        "\n".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        aria_label=about,
    )
