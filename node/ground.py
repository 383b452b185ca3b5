"""What every use case stands on: the store, the keys, a clock and a source of chance, handed in. No logic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from crdt.entry import Incarnation, LedgerId
from keys.keyfile import Identity
from node.store.book import BookStore
from node.store.database import Database
from node.store.log import LogStore, Position
from node.store.model import ModelStore


@dataclass(frozen=True, slots=True)
class Mark:
    """The highest own position that may have been sent: incarnation, seq and entry id."""

    incarnation: Incarnation
    position: Position


class HighWater:
    """Own positions that may have left this node, kept outside the database. This one forgets on exit."""

    def __init__(self) -> None:
        # Incarnations in the order they were opened.
        self._marks: dict[LedgerId, dict[Incarnation, Position]] = {}

    def get(self, ledger: LedgerId) -> Mark | None:
        """The mark of the incarnation that was opened last."""
        marks = self._marks.get(ledger)
        return Mark(*list(marks.items())[-1]) if marks else None

    def put(self, ledger: LedgerId, mark: Mark) -> None:
        """Called after the commit and before anything is sent; durable when it returns. Never lowers."""
        if self.is_news(ledger, mark):
            self._marks.setdefault(ledger, {})[mark.incarnation] = mark.position

    def is_news(self, ledger: LedgerId, mark: Mark) -> bool:
        known = self._marks.get(ledger, {}).get(mark.incarnation)
        return known is None or known[0] < mark.position[0]


@dataclass(slots=True)
class Ground:
    """`clock_ms` since 1970; `entropy(n)` gives n unpredictable bytes."""

    db: Database
    identity: Identity
    clock_ms: Callable[[], int]
    entropy: Callable[[int], bytes]
    high_water: HighWater
    log: LogStore = field(init=False)
    book: BookStore = field(init=False)
    model: ModelStore = field(init=False)

    def __post_init__(self) -> None:
        self.log = LogStore(self.db)
        self.book = BookStore(self.db)
        self.model = ModelStore(self.db)
        if self.book.setting("tables") != _TABLES_VERSION:
            with self.db.transaction():
                self.model.ensure_tables()
                self.book.set_setting("tables", _TABLES_VERSION)


def _tables_version() -> str:
    from crdt.kinds import KINDS
    from node.store.model import columns_of

    return repr({k.table: sorted(columns_of(k)) for k in KINDS.values()})


_TABLES_VERSION = _tables_version()
