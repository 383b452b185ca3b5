"""The index of words: which record says what, for Chinese from one character up. It holds no text.

It tells where every word of a question stands; whether they stand there in that order the tables of the
kinds tell. So a change writes the words that came and those that went, and nothing else. Knows no kind.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from node.store.database import Database

# Characters apart, so that one Chinese character is found; runs of ASCII letters and digits whole.
_WORD = re.compile(r"[0-9a-z]+|[^\W_]")
_SHORT = 16
_MASK = 2**64 - 1
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

    def candidates(self, ledger: int, words: Iterable[str]) -> Iterator[tuple[bytes, str]]:
        """(id, kind) of records that hold all the words somewhere, those changed last first."""
        every = " AND ".join(f'"{word}"' for word in dict.fromkeys(words))
        yield from self._db.conn.execute(
            "SELECT records.id, records.kind FROM search JOIN records ON records.rowid=search.rowid "
            "WHERE search MATCH ? AND records.ledger=? ORDER BY records.updated_n DESC",
            (every, ledger),
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


def sum_of(words: Iterable[str]) -> Sum:
    """What `sums` says of a record with these words."""
    different = set(words)
    return len(different), sum(map(_hash, different)) & _MASK


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
