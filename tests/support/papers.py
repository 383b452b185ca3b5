"""What a clerk finds on paper: DOCX opened by python-docx, HTML by the standard library's parser."""

from __future__ import annotations

import html.parser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn


@dataclass(slots=True)
class Printed:
    """`words`: all of it in order; `tables`: rows of cells; `footer`: of a DOCX."""

    words: str
    tables: list[list[list[str]]]
    footer: str = ""
    heads_repeat: int = 0
    landscape: bool = False


def opened(file: Path) -> Printed:
    return _docx(file) if file.suffix == ".docx" else _html(file)


def _docx(file: Path) -> Printed:
    made: Any = docx.Document(str(file))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in made.tables]
    body = "\n".join(
        "".join(t.text or "" for t in p.iter(qn("w:t"))) for p in made.element.body.iter(qn("w:p"))
    )
    section = made.sections[0]
    return Printed(
        body,
        tables,
        "\n".join(p.text for p in section.footer.paragraphs),
        sum(1 for _ in made.element.body.iter(qn("w:tblHeader"))),
        section.page_width > section.page_height,
    )


@dataclass(slots=True)
class _Reader:
    said: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    heads: int = 0


def _html(file: Path) -> Printed:
    found, skipped = _Reader(), {"style", "title"}

    class Parser(html.parser.HTMLParser):
        within = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            del attrs
            self.within = tag
            if tag == "table":
                found.tables.append([])
            elif tag == "tr":
                found.tables[-1].append([])
            elif tag in ("td", "th"):
                found.tables[-1][-1].append("")
            found.heads += tag == "thead"

        def handle_endtag(self, tag: str) -> None:
            self.within = "" if tag in skipped or tag == self.within else self.within

        def handle_data(self, data: str) -> None:
            if self.within in skipped:
                return
            found.said.append(data)
            if self.within in ("td", "th"):
                found.tables[-1][-1][-1] += data

    parser = Parser(convert_charrefs=True)
    parser.feed(file.read_text(encoding="utf-8"))
    return Printed("\n".join(found.said), found.tables, heads_repeat=found.heads)
