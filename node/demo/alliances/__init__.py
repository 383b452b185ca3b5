"""What each alliance of the demo set has beside its cases and contacts, as data.

Figures are those of public reports; villages, people and matters are invented.
"""

from __future__ import annotations

from node.demo.alliances import baisha, changping, jinma, qdg, sanbian
from node.demo.rows import Chairs, Rows

ROWS: dict[str, tuple[Rows, ...]] = {
    "jinma": jinma.ROWS,
    "sanbian": sanbian.ROWS,
    "qdg": qdg.ROWS,
    "changping": changping.ROWS,
    "baisha": baisha.ROWS,
}
PRACTISED = frozenset({"baisha"})
"""Alliances with sheets to practise importing with."""
CHAIRS = {
    "sanbian": Chairs(first="2022Q3", count=8),
    "qdg": Chairs(first="2021Q4", count=12),
}
