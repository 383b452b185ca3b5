"""The read model: a table a kind that any SQL tool opens, conflicts, search. Rebuilt from the log at will.

Codes stand in a column of the field's name, their Chinese label beside it in `…_zh`, townships as their
names, so that a person who opens the file can read it. Knows how to store a view, not how to make one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crdt.entry import RECORD_BYTES, RecordId
from crdt.kinds import KINDS
from crdt.kinds.language import Kind
from crdt.kinds.types import Choice, Choices, Flag, Items, Number, Slot
from keys.value import value
from node.store.database import Database
from node.store.history import between, chunks, marks
from node.store.search import Question, SearchIndex, indexed_words

Cell = None | int | str
TABLED = {name: kind for name, kind in KINDS.items() if not kind.sealed}
"""Kinds with a table and searched words: what is sealed has neither."""
_LOOKED_AT = 200
_INDEXED_AT_ONCE = 4
"""So many records that begin in one transaction are indexed there; of more the words wait."""
_CONFLICT_BYTES = 16
_PUT_RECORD = (
    "INSERT INTO records(id, ledger, kind, home, title, digest, updated_ms, updated_n, open) "
    "VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
    "title=excluded.title, digest=excluded.digest, updated_ms=excluded.updated_ms, "
    "updated_n=excluded.updated_n, open=excluded.open"
)


@value
class RecordRow:
    """A line of the list of records; `open` counts its open conflicts. Of what is sealed it holds neither a
    title nor a digest, which would tell a word that is guessed."""

    id: RecordId
    kind: str
    home: bytes
    title: str
    digest: bytes | None
    updated_ms: int
    open: int


@dataclass(frozen=True, slots=True)
class ConflictRow:
    id: bytes
    record: RecordId
    kind: str
    key: str
    severity: str


@value
class Refreshed:
    """All that the read model says of one record. `conflicts`: (id, key, severity)."""

    row: RecordRow
    cells: dict[str, Cell]
    conflicts: Sequence[tuple[bytes, str, str]]


class ModelStore:
    """The caches of one database. Writers expect a transaction opened by their caller."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.words = SearchIndex(db)
        self._statements: dict[str, str] = {}

    def ensure_tables(self) -> None:
        """Make the table of every kind follow its declaration. Once per start; cheap if nothing changed."""
        for kind in TABLED.values():
            self._db.ensure_table(kind.table, columns_of(kind), "id")

    def put(self, ledger: int, fresh: Sequence[Refreshed], now_ms: int, newest: int) -> None:
        """Replace everything the read model says of these records; `newest`: the newest entry's number."""
        numbers = self._numbers([f.row.id for f in fresh])
        begun = [f for f in fresh if f.row.id not in numbers]
        mark = self.words.mark()
        for f in fresh:
            if f.row.id in numbers and (mark is None or numbers[f.row.id] <= mark):
                self._index_anew(numbers[f.row.id], f)
        if mark is None and len(begun) > _INDEXED_AT_ONCE:
            self.words.set_mark(mark := self._newest_number())
        self._db.conn.executemany(_PUT_RECORD, [_record(f.row, ledger, newest) for f in fresh])
        by_kind: dict[str, list[list[Cell]]] = {}
        for f in fresh:
            if f.row.kind in TABLED:
                by_kind.setdefault(f.row.kind, []).append(list(f.cells.values()))
        for kind, cells in by_kind.items():
            self._db.conn.executemany(self._statement(kind), cells)
        if begun and mark is None:
            told = [f for f in begun if f.row.kind in TABLED]
            made = self._numbers([f.row.id for f in told])
            self.words.add((made[f.row.id], indexed_words(_texts(f.cells))) for f in told)
        for f in fresh:
            if f.conflicts or f.row.id in numbers:
                self._put_conflicts(ledger, f.row, f.conflicts, now_ms)

    def remove(self, ledger: int, records: Sequence[RecordId]) -> None:
        """Records of a ledger of which nothing counts any more: nothing tells of them."""
        numbers = self._numbers(self._of_ledger(ledger, records))
        for row in self.named(list(numbers)):
            number, kind = numbers[row.id], KINDS[row.kind]
            mark = self.words.mark()
            if kind.name in TABLED and (mark is None or number <= mark):
                said = self.rows_of(kind, [row.id]).get(row.id.hex(), {})
                self.words.change(number, indexed_words(_texts(said)), ())
            if kind.name in TABLED:
                self._db.conn.execute(f'DELETE FROM "{kind.table}" WHERE id=?', (row.id.hex(),))
            self._db.conn.execute("DELETE FROM conflicts WHERE record=?", (row.id,))
            self._db.conn.execute("DELETE FROM records WHERE id=?", (row.id,))

    def _of_ledger(self, ledger: int, records: Sequence[RecordId]) -> list[RecordId]:
        """Another ledger's record may bear the same name."""
        found: list[RecordId] = []
        for some in chunks(records):
            found += [
                row[0]
                for row in self._db.rows(
                    f"SELECT id FROM records WHERE ledger=? AND id IN ({marks(some)})",
                    ledger,
                    *some,
                )
            ]
        return found

    def _numbers(self, ids: Sequence[RecordId]) -> dict[RecordId, int]:
        """Row numbers of the records that are listed; the index of words shares them."""
        found: dict[RecordId, int] = {}
        for some in chunks(ids):
            found.update(
                self._db.rows(f"SELECT id, n FROM records WHERE id IN ({marks(some)})", *some)
            )
        return found

    def _newest_number(self) -> int:
        row = self._db.one("SELECT coalesce(max(n), 0) FROM records")
        return int(row[0]) if row else 0

    def index_some(self, most: int) -> bool:
        """Index up to `most` records whose words wait; whether there may be more. In a transaction."""
        waiting = self.words.waiting(most)
        cells = self._cells([(RecordId(i), kind) for _, i, kind in waiting])
        self.words.add((n, indexed_words(_texts(cells.get(i.hex(), {})))) for n, i, _ in waiting)
        more = len(waiting) == most
        self.words.set_mark(waiting[-1][0] if more else None)
        return more

    def _index_anew(self, number: int, fresh: Refreshed) -> None:
        """While the table still says what the record said before."""
        if fresh.row.kind not in TABLED:
            return
        kind = KINDS[fresh.row.kind]
        before = self.rows_of(kind, [fresh.row.id]).get(fresh.row.id.hex(), {})
        if before != fresh.cells:
            said = indexed_words(_texts(before))
            self.words.change(number, said, indexed_words(_texts(fresh.cells)))

    def _statement(self, kind: str) -> str:
        if kind not in self._statements:
            columns = [
                f'"{name}"' for name in columns_of(KINDS[kind])
            ]  # a field may be called as SQL is
            self._statements[kind] = (
                f'INSERT INTO "{KINDS[kind].table}"({",".join(columns)}) '
                f"VALUES ({','.join('?' * len(columns))}) ON CONFLICT(id) DO UPDATE SET "
                + ", ".join(f"{c}=excluded.{c}" for c in columns[1:])
            )
        return self._statements[kind]

    def _put_conflicts(
        self, ledger: int, row: RecordRow, found: Sequence[tuple[bytes, str, str]], now_ms: int
    ) -> None:
        standing = {r[0] for r in self._db.rows("SELECT id FROM conflicts WHERE record=?", row.id)}
        if gone := standing - {c[0] for c in found}:
            self._db.conn.executemany("DELETE FROM conflicts WHERE id=?", [(g,) for g in gone])
        if found:
            self._db.conn.executemany(
                "INSERT OR IGNORE INTO conflicts VALUES (?,?,?,?,?,?,?)",
                [
                    (i, ledger, row.id, row.kind, key, severity, now_ms)
                    for i, key, severity in found
                ],
            )

    def clear(self) -> None:
        """Forget every cache; the caller rebuilds it."""
        for table in ("records", "conflicts", *(k.table for k in TABLED.values())):
            self._db.conn.execute(f'DELETE FROM "{table}"')
        self.words.clear()

    # --- reading -----------------------------------------------------------------------------

    def records(
        self, ledger: int, kind: str | None = None, limit: int | None = None, *, on: str = ""
    ) -> list[RecordRow]:
        """Newest first. `on`: a day; then without what was valid until an earlier one."""
        where, given = _asked_for(ledger, kind, on)
        rows = self._db.rows(
            "SELECT id, kind, home, title, digest, updated_ms, open FROM records "
            f"WHERE {where} ORDER BY updated_n DESC, id LIMIT ?",
            *given,
            -1 if limit is None else limit,
        )
        return [RecordRow(RecordId(row[0]), *row[1:]) for row in rows]

    def count(self, ledger: int, kind: str | None = None, *, on: str = "") -> int:
        """How many `records` would list."""
        where, given = _asked_for(ledger, kind, on)
        row = self._db.one(f"SELECT count(*) FROM records WHERE {where}", *given)
        return 0 if row is None else int(row[0])

    def named(self, ids: Sequence[RecordId]) -> list[RecordRow]:
        """Those of the ids that are listed, in no order."""
        found: list[RecordRow] = []
        for some in chunks(ids):
            rows = self._db.rows(
                "SELECT id, kind, home, title, digest, updated_ms, open FROM records "
                f"WHERE id IN ({marks(some)})",
                *some,
            )
            found += [RecordRow(RecordId(row[0]), *row[1:]) for row in rows]
        return found

    def digests(self, ledger: int) -> list[tuple[RecordId, bytes]]:
        rows = self._db.rows(
            "SELECT id, digest FROM records WHERE ledger=? AND digest NOTNULL", ledger
        )
        return [(RecordId(row[0]), row[1]) for row in rows]

    def conflicts(self, ledger: int, prefix: str = "") -> list[ConflictRow]:
        rows = self._db.rows(
            "SELECT id, record, kind, key, severity FROM conflicts WHERE ledger=? "
            "AND id BETWEEN ? AND ? ORDER BY first_seen_ms, id",
            ledger,
            *between(prefix, _CONFLICT_BYTES),
        )
        return [ConflictRow(row[0], RecordId(row[1]), *row[2:]) for row in rows]

    def with_prefix(self, ledger: int, prefix: str) -> list[tuple[RecordId, str]]:
        """Records whose hex id begins with `prefix`, with their kind."""
        rows = self._db.rows(
            "SELECT id, kind FROM records WHERE ledger=? AND id BETWEEN ? AND ? LIMIT 9",
            ledger,
            *between(prefix, RECORD_BYTES),
        )
        return [(RecordId(row[0]), row[1]) for row in rows]

    def rows_of(self, kind: Kind, ids: Iterable[RecordId]) -> dict[str, dict[str, Any]]:
        """Read-model rows by hex id: the columns that this program declares, whatever else stands there."""
        found: dict[str, dict[str, Any]] = {}
        names = list(columns_of(kind))
        columns = ",".join(f'"{name}"' for name in names)
        for some in chunks([i.hex() for i in ids]):
            rows = self._db.rows(
                f'SELECT {columns} FROM "{kind.table}" WHERE id IN ({marks(some)})', *some
            )
            found.update({row[0]: dict(zip(names, row, strict=True)) for row in rows})
        return found

    def strays(self, kind: Kind) -> list[str]:
        """Hex ids in a kind's table that are no record of any ledger."""
        rows = self._db.rows(
            f'SELECT id FROM "{kind.table}" WHERE id NOT IN (SELECT lower(hex(id)) FROM records)'
        )
        return [row[0] for row in rows]

    def number_of(self, record: RecordId) -> int | None:
        """Its row number, which the index of words shares."""
        row = self._db.one("SELECT n FROM records WHERE id=?", record)
        return None if row is None else int(row[0])

    def search(self, ledger: int, text: str, limit: int) -> list[RecordId]:
        """Records that hold `text` as a phrase, or characters read so; one Chinese character is enough."""
        asked = Question(text)
        found: list[RecordId] = []
        if not asked.words:
            return found
        candidates = self.words.candidates(ledger, asked)
        while len(found) < limit and (some := list(islice(candidates, _LOOKED_AT))):
            found += self._saying(asked, some)
        return found[:limit]

    def _saying(self, asked: Question, some: list[tuple[bytes, str, bool]]) -> list[RecordId]:
        """Those of the candidates that say what is asked."""
        unsure = [(RecordId(i), kind) for i, kind, sure in some if not (sure and asked.sure)]
        rows, said = self._cells(unsure), {i for i, _ in unsure}
        return [
            RecordId(i)
            for i, _, _ in some
            if i not in said or asked.fits(_texts(rows.get(i.hex(), {})))
        ]

    def _cells(self, some: Sequence[tuple[RecordId, str]]) -> dict[str, dict[str, Any]]:
        """Rows of records (id, kind) by hex id."""
        rows: dict[str, dict[str, Any]] = {}
        for kind in {kind for _, kind in some} & TABLED.keys():
            rows |= self.rows_of(KINDS[kind], [i for i, k in some if k == kind])
        return rows


def _asked_for(ledger: int, kind: str | None, on: str) -> tuple[str, list[object]]:
    """A condition on `records`, with what stands in its places."""
    where, given = "ledger=?", list[object]([ledger])
    if kind is not None:
        where, given = f"{where} AND kind=?", [*given, kind]
        until = KINDS[kind].until if kind in TABLED and on else ""
        if until:
            over = f'"{until}"<>\'\' AND "{until}"<?'
            named = f'SELECT id FROM "{KINDS[kind].table}" WHERE {over}'
            where, given = f"{where} AND lower(hex(id)) NOT IN ({named})", [*given, on]
    return where, given


def _record(row: RecordRow, ledger: int, newest: int) -> tuple[object, ...]:
    return (
        row.id,
        ledger,
        row.kind,
        row.home,
        row.title,
        row.digest,
        row.updated_ms,
        newest,
        row.open,
    )


def words_in(cells: Mapping[str, Any]) -> Iterable[str]:
    """All that the index of words holds of a row."""
    return indexed_words(_texts(cells))


def _texts(cells: Mapping[str, Any]) -> list[str]:
    return [cell for cell in cells.values() if type(cell) is str]


def columns_of(kind: Kind) -> dict[str, type]:
    """Columns of a kind's table, in the order of its fields."""
    columns: dict[str, type] = {"id": str, "ledger": str, "home": str, "title": str}
    for declared in kind.fields:
        of = declared.type
        columns[declared.name] = int if isinstance(of, (Number, Flag)) else str
        if isinstance(of, (Choice, Choices)):
            columns[declared.name + "_zh"] = str
        if isinstance(of, (Items, Slot)):
            columns[declared.name] = str
    return columns | {"conflicts": int, "updated": str}
