"""What every use case stands on: the store, the keys, a clock and a source of chance, handed in. No logic."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crdt.entry import Incarnation, LedgerId
from crdt.schema import SCHEMA
from keys import seal
from keys.keyfile import Identity
from node import folding
from node.errors import NewerDatabase
from node.store.book import BookStore
from node.store.database import Database
from node.store.log import LogStore, Position
from node.store.looks import LookStore
from node.store.model import ModelStore
from node.store.papers import PaperStore
from node.store.seals import SealStore
from node.store.tables import RULES_KNOWN, TABLES_OF_KINDS
from node.whereabouts import Whereabouts

Place: TypeAlias = tuple[bytes, int]
"""Where a vote was cast: the epoch that it is to follow, and the round."""
_VOTES = "votes"


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
        self._votes: dict[tuple[LedgerId, Place], bytes] = {}

    def get(self, ledger: LedgerId) -> Mark | None:
        """The mark of the incarnation that was opened last."""
        marks = self._marks.get(ledger)
        return Mark(*list(marks.items())[-1]) if marks else None

    def put(self, ledger: LedgerId, mark: Mark) -> None:
        """Called after the commit and before anything is sent; durable when it returns. Never lowers."""
        if self.is_news(ledger, mark):
            self._marks.setdefault(ledger, {})[mark.incarnation] = mark.position

    def vote(self, ledger: LedgerId, place: Place) -> bytes | None:
        """The vote that was cast in a round, None if none was."""
        return self._votes.get((ledger, place))

    def put_vote(self, ledger: LedgerId, place: Place, vote: bytes) -> None:
        """Called before a vote is said to anybody; durable when it returns. Never replaces one."""
        self._votes.setdefault((ledger, place), vote)

    def is_news(self, ledger: LedgerId, mark: Mark) -> bool:
        known = self._marks.get(ledger, {}).get(mark.incarnation)
        return known is None or known[0] < mark.position[0]


class FiledHighWater(HighWater):
    """The mark in a small file, safe before `put` returns. Where the file lies a subclass knows."""

    def __init__(self) -> None:
        super().__init__()
        self._read()

    def _load(self) -> bytes | None:
        """The file's content, None if there is none."""
        raise NotImplementedError

    def _replace(self, data: bytes) -> None:
        """The old or the new whole, whatever happens; safe when it returns. Raises DiskTrouble."""
        raise NotImplementedError

    def _confirm(self) -> None:
        """What another process wrote there is safe when this returns."""

    def _alone(self) -> AbstractContextManager[None]:
        """While it is held no other process of this township replaces the file."""
        return nullcontext()

    def put(self, ledger: LedgerId, mark: Mark) -> None:
        if not self.is_news(ledger, mark):
            return
        with self._alone():
            self._read()
            if not self.is_news(ledger, mark):  # another process raised it
                self._confirm()
                return
            before = {known: dict(marks) for known, marks in self._marks.items()}
            super().put(ledger, mark)
            try:
                self._write()
            except BaseException:
                self._marks = before  # what is not safe is not known
                raise

    def vote(self, ledger: LedgerId, place: Place) -> bytes | None:
        self._read()
        return super().vote(ledger, place)

    def put_vote(self, ledger: LedgerId, place: Place, vote: bytes) -> None:
        with self._alone():
            self._read()
            before = dict(self._votes)
            super().put_vote(ledger, place, vote)
            try:
                self._write()
            except BaseException:
                self._votes = before
                raise

    def _write(self) -> None:
        kept: dict[str, Any] = {
            ledger.hex(): [[i.hex(), seq, entry.hex()] for i, (seq, entry) in marks.items()]
            for ledger, marks in self._marks.items()
        }
        if self._votes:
            kept[_VOTES] = [
                [ledger.hex(), epoch.hex(), round_, vote.hex()]
                for (ledger, (epoch, round_)), vote in self._votes.items()
            ]
        self._replace(json.dumps(kept).encode())

    def _read(self) -> None:
        """Another process of this township may have raised the mark."""
        try:
            found = json.loads(self._load() or b"{}")
            for ledger, epoch, round_, vote in found.pop(_VOTES, ()):
                place = (bytes.fromhex(epoch), int(round_))
                super().put_vote(LedgerId(bytes.fromhex(ledger)), place, bytes.fromhex(vote))
            for ledger, marks in found.items():
                for incarnation, seq, entry in marks:
                    position = int(seq), bytes.fromhex(entry)
                    mark = Mark(Incarnation(bytes.fromhex(incarnation)), position)
                    super().put(LedgerId(bytes.fromhex(ledger)), mark)
        except (ValueError, TypeError, AttributeError):  # not ours: as good as no file
            return


@dataclass(slots=True)
class Ground:
    """`clock_ms` since 1970; `entropy(n)` gives n unpredictable bytes."""

    db: Database
    identity: Identity
    clock_ms: Callable[[], int]
    entropy: Callable[[int], bytes]
    high_water: HighWater
    schema: int = SCHEMA
    """The rules this version of the program knows and writes by."""
    whereabouts: Whereabouts | None = None
    """None: nobody can copy this store or set it back unseen, as one in memory."""
    wrap: Callable[[bytes, bytes, bytes], bytes] = seal.wrap
    """Seals a secret for a device's public key; it draws its own chance."""
    erase_aside: Callable[[], bool] = lambda: True
    """Erases in stores that were put aside, too, and says whether nothing of it is left there."""
    log: LogStore = field(init=False)
    book: BookStore = field(init=False)
    model: ModelStore = field(init=False)
    papers: PaperStore = field(init=False)
    seals: SealStore = field(init=False)
    looks: LookStore = field(init=False)

    def __post_init__(self) -> None:
        """Raises NewerDatabase and changes nothing then."""
        self.log = LogStore(self.db)
        self.book = BookStore(self.db)
        self.model = ModelStore(self.db)
        self.papers = PaperStore(self.db)
        self.seals = SealStore(self.db)
        self.looks = LookStore(self.db)
        found = self.book.setting(RULES_KNOWN)
        if found is not None and int(found) > self.schema:
            raise NewerDatabase(found=found, known=self.schema)
        if self.book.setting(TABLES_OF_KINDS) != _TABLES_VERSION:
            with self.db.transaction():
                self.model.ensure_tables()
                self.model.words.begin_anew()
                self.book.set_setting(TABLES_OF_KINDS, _TABLES_VERSION)


def _tables_version() -> str:
    from node.store.model import TABLED, columns_of

    # The folding is part of it: an earlier version of the program, too, leaves its own word here.
    return repr((folding.VERSION, {k.table: sorted(columns_of(k)) for k in TABLED.values()}))


_TABLES_VERSION = _tables_version()
