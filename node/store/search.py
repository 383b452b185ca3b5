"""The index of words: which record says what, for Chinese from one character up. It holds no text.

It tells where every word of a question stands; whether they stand there in that order the tables of the
kinds tell. So a change writes the words that came and those that went, and nothing else. Many records that
begin at once are indexed later, in the order of their numbers: up to which number all are is noted, and what
lies above it is a candidate for every question. Knows no kind.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from node.store.database import Database

# Characters apart, so that one Chinese character is found; runs of ASCII letters and digits whole.
_WORD = re.compile(r"[0-9a-z]+|[^\W_]")
_SHORT = 16
_MARK = "words"
"""The setting that holds the highest number indexed; absent where all are."""
_MASK = 2**64 - 1
_ALL = 2**63 - 1
Sum = tuple[int, int]
"""How many words, and the sum of their hashes: equal where the same words stand, in any order."""


def words_of(text: str) -> list[str]:
    """Every word of a text, in order."""
    return _WORD.findall(text.lower())


def different_words(texts: Iterable[str]) -> dict[str, None]:
    """The words of several texts, each once. Labels, codes and names stand in very many rows."""
    words = [_words_of_short(t) if len(t) <= _SHORT else words_of(t) for t in texts]
    return dict.fromkeys(chain.from_iterable(words))


@functools.lru_cache(maxsize=4096)
def _words_of_short(text: str) -> tuple[str, ...]:
    return tuple(words_of(text))


def spaced(text: str) -> str:
    """Its words, one blank between them: a phrase stands in a text where this stands in its `spaced`."""
    return " ".join(words_of(text))


class SearchIndex:
    """Words by the row numbers of `records`. Writers expect a transaction opened by their caller."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Words of records (number, words) that these had not yet."""
        self._db.conn.executemany(
            "INSERT INTO search(rowid, words) VALUES (?,?)", [(n, " ".join(w)) for n, w in rows]
        )

    def change(self, number: int, before: Iterable[str], after: Iterable[str]) -> None:
        """A record said `before` and says `after` now."""
        old, new = dict.fromkeys(before), dict.fromkeys(after)
        come, gone = [w for w in new if w not in old], [w for w in old if w not in new]
        if come or gone:
            # In this order: SQLite counts one row for each, and takes a count below zero for damage.
            self.add([(number, come)])
        if gone:
            self._db.conn.execute(
                "INSERT INTO search(search, rowid, words) VALUES ('delete',?,?)",
                (number, " ".join(gone)),
            )

    def clear(self) -> None:
        self._db.conn.execute("INSERT INTO search(search) VALUES ('delete-all')")
        self.set_mark(None)

    # --- what is left for later --------------------------------------------------------------

    def mark(self) -> int | None:
        """Records above this number are not indexed yet; None: all are."""
        row = self._db.one("SELECT value FROM meta WHERE key=?", _MARK)
        return None if row is None else int(row[0])

    def set_mark(self, number: int | None) -> None:
        if number is None:
            self._db.conn.execute("DELETE FROM meta WHERE key=?", (_MARK,))
        else:
            self._db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?,?)", (_MARK, str(number)))

    def waiting(self, most: int) -> list[tuple[int, bytes, str]]:
        """(number, id, kind) of the next records to be indexed."""
        mark = self.mark()
        if mark is None:
            return []
        return self._db.rows(
            "SELECT n, id, kind FROM records WHERE n>? ORDER BY n LIMIT ?", mark, most
        )

    # --- questions ---------------------------------------------------------------------------

    def candidates(self, ledger: int, words: Iterable[str]) -> Iterator[tuple[bytes, str, bool]]:
        """(id, kind, whether it surely holds all the words somewhere), those changed last first."""
        every = " AND ".join(f'"{word}"' for word in dict.fromkeys(words))
        yield from self._db.conn.execute(
            "SELECT id, kind, sure FROM (SELECT rowid AS n, 1 AS sure FROM search WHERE search MATCH ?1 "
            "UNION ALL SELECT n, 0 FROM records WHERE n>?3) AS some "
            "CROSS JOIN records ON records.n=some.n WHERE ledger=?2 ORDER BY updated_n DESC",
            (every, ledger, _ALL if (mark := self.mark()) is None else mark),
        )

    def sums(self) -> dict[int, Sum]:
        """Per row number what the index holds of it; for `verify`."""
        self._db.conn.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.indexed USING fts5vocab(main, search, instance)"
        )
        found: dict[int, Sum] = {}
        last, value = "", 0
        for term, number in self._db.conn.execute("SELECT term, doc FROM temp.indexed"):
            if term != last:
                last, value = term, _hash(term)
            count, total = found.get(number, (0, 0))
            found[number] = count + 1, total + value & _MASK
        return found


@dataclass(slots=True)
class Indexed:
    """All that the index held at one moment, and the mark above which nothing is to be expected."""

    sums: dict[int, Sum] = field(default_factory=dict)
    mark: int | None = None

    def read(self, index: SearchIndex) -> None:
        self.mark, self.sums = index.mark(), index.sums()

    def tells(self, number: int, words: Iterable[str]) -> bool:
        """Whether it holds these words of a record, or none while they wait."""
        if self.mark is not None and number > self.mark:
            return number not in self.sums
        return self.sums.get(number, (0, 0)) == sum_of(words)


def sum_of(words: Iterable[str]) -> Sum:
    """What `sums` says of a record with these words."""
    different = set(words)
    return len(different), sum(map(_hash, different)) & _MASK


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
