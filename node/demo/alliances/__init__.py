"""What each alliance of the demo set has beside its cases and contacts, as data.

Figures are those of public reports; villages, people and matters are invented.
"""

from __future__ import annotations

from node.demo.alliances import jinma
from node.demo.rows import Rows

ROWS: dict[str, tuple[Rows, ...]] = {"jinma": jinma.ROWS}
