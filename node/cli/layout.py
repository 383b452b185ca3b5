"""Text in terminal cells: wide characters count as two. Wrapping and aligning; prints nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, chop_cells

WIDTH_MAX = 80
_WIDTH_MIN = 40
# Blanks, a code with its label, a word, or one wide character: between these a line may break, but none
# begins with a stop.
_PIECE = re.compile(
    r"\s+|[a-z_]+\([^()\s]+\)|(?:[^\s\u2e80-\uffef]+|[\u2e80-\uffef])[，。；：、）》？！”’]*"
)


def terminal_width() -> int:
    """Cells in a line of the terminal; 80 where there is none."""
    return max(_WIDTH_MIN, shutil.get_terminal_size((WIDTH_MAX, 24)).columns)


def width() -> int:
    """The terminal's width, but no more than people like to read."""
    return min(WIDTH_MAX, terminal_width())


def pad(text: str, cells: int) -> str:
    """`text` with blanks up to `cells`."""
    return text + " " * max(0, cells - cell_len(text))


def wrap(text: str, cells: int) -> list[str]:
    """Lines of at most `cells`, broken at blanks and between wide characters; a long word is cut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph, cells):
            if line and cell_len(line + piece.rstrip()) > cells:
                lines.append(line.rstrip())
                line = "" if piece.isspace() else piece
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def beside(parts: Sequence[str], between: str, cells: int) -> list[str]:
    """Lines of whole parts, as many beside each other as fit."""
    lines: list[str] = []
    for part in parts:
        longer = lines[-1] + between + part if lines else part
        if lines and cell_len(longer) <= cells:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _pieces(paragraph: str, cells: int) -> Iterable[str]:
    for piece in _PIECE.findall(paragraph):
        if cell_len(piece) <= cells:
            yield piece
        else:
            yield from chop_cells(piece, cells)


def indent(text: str, by: int, cells: int) -> str:
    """Wrapped and moved to the right."""
    return "\n".join((" " * by + line).rstrip() for line in wrap(text, cells - by))


def definitions(rows: Sequence[tuple[str, str]], cells: int, left_max: int = 30) -> str:
    """Two columns: what and its explanation; a long "what" stands on a line of its own."""
    left = min(left_max, max((cell_len(what) for what, _ in rows), default=0)) + 4
    lines: list[str] = []
    for what, about in rows:
        explained = wrap(about, cells - left)
        head = "  " + what
        if cell_len(head) > left - 2:
            lines.append(head)
            head = ""
        lines.append((pad(head, left) + explained[0]).rstrip())
        lines += [(" " * left + line).rstrip() for line in explained[1:]]
    return "\n".join(lines)


def cut(text: str, cells: int) -> str:
    """One line of at most `cells`; what does not fit ends in …"""
    text = " ".join(text.splitlines())
    if cell_len(text) <= cells:
        return text
    kept, room = "", cells - 1
    for char in text:
        room -= cell_len(char)
        if room < 0:
            break
        kept += char
    return kept + "…"
