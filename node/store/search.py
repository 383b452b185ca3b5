"""The index of words: which record says what, for Chinese from one character up. It holds no text.

Words are runs of ASCII letters and digits, and of other letters every two that follow each other, folded. Of
short texts the initials in pinyin, from every character on, are words too. Where all words of a question
stand, the tables of the kinds tell whether they stand there in that order. So a change writes the words that
came and those that went, and nothing else. Many records that begin at once are indexed later, in the order of
their numbers: up to which number all are is noted, and what lies above it is a candidate for every question.
Knows no kind.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise

from node import pinyin
from node.characters import read_as
from node.folding import fold
from node.store.database import Database

# Characters apart, so that one Chinese character is found; runs of ASCII letters and digits whole.
_WORD = re.compile(r"[0-9a-z]+|[^\W_]")
# No word begins so, and the tokenizer takes it for a letter.
_INITIALS = "·"
_LAST = chr(0x10FFFF)
_MARK = "words"
"""The setting that holds the highest number indexed; absent where all are."""
_MASK = 2**64 - 1
_ALL = 2**63 - 1
Sum = tuple[int, int]
"""How many words, and the sum of their hashes: equal where the same words stand, in any order."""


def words_of(text: str) -> list[str]:
    """Every word of a text, in order; other letters than ASCII's one by one."""
    return _WORD.findall(fold(text))


def spaced(text: str) -> str:
    """Its words, one blank between them: a phrase stands in a text where this stands in its `spaced`."""
    return " ".join(words_of(text))


def indexed_words(texts: Iterable[str]) -> dict[str, None]:
    """All that the index holds of several texts, each once. Labels and names stand in very many rows."""
    indexed = [_of_short(t) if len(t) <= pinyin.SHORT else _pairs(words_of(t)) for t in texts]
    return dict.fromkeys(chain.from_iterable(indexed))


_folded_short = functools.lru_cache(maxsize=4096)(fold)


@functools.lru_cache(maxsize=4096)
def _of_short(text: str) -> tuple[str, ...]:
    folded = fold(text)
    initials = (_INITIALS + piece for piece in pinyin.pieces(folded))
    return *_pairs(_WORD.findall(folded)), *initials


def _pairs(words: list[str]) -> list[str]:
    """A letter together with the one that follows it: the letter alone is the beginning of that."""
    return [
        word if word.isascii() or after.isascii() else word + after
        for word, after in zip(words, [*words[1:], ""], strict=False)
    ]


class Question:
    """What a person looks for: words one after the other, or letters that may be pinyin."""

    def __init__(self, text: str) -> None:
        folded = fold(text)
        self.words = _WORD.findall(folded)
        self._answers: dict[str, bool] = {}
        self._phrase = f" {' '.join(self.words)} "
        self._letters = pinyin.typed_letters(folded.strip())
        rows = pinyin.syllables_of(self._letters)
        self._syllables = [row for row in rows if all(map(read_as, row))]
        self._asked = _asked(self.words)
        few = len(self._letters) <= pinyin.WINDOW and not self._syllables
        self.sure = few and len(self._asked) == 1
        """Whether what the index finds says what is asked; else the tables are to be asked."""

    def match(self, indexed: Callable[[str], list[str]]) -> str:
        """In FTS5's language: all that may say it. `indexed`: the words that begin so."""
        found = [_all(self._asked)]
        if self._letters:
            found.append(_all(_beginning(_INITIALS + p) for p in _pieces_asked(self._letters)))
        for row in self._syllables:
            pairs = [_pairs_read(*two, indexed) for two in pairwise(row)]
            if all(pairs):
                found.append(_all(f"({' OR '.join(p)})" for p in pairs))
        return " OR ".join(found)

    def fits(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts of a row says it."""
        return any(map(self._is_said_in, texts))

    def _is_said_in(self, text: str) -> bool:
        """Short texts (villages, offices, codes in words) stand in thousands of rows: each is read once."""
        if len(text) > pinyin.SHORT:
            return self._is_said(text)
        if (found := self._answers.get(text)) is None:
            found = self._answers[text] = self._is_said(text)
        return found

    def _is_said(self, text: str) -> bool:
        folded = _folded_short(text) if len(text) <= pinyin.SHORT else fold(text)
        # Most texts lack one of the words: to part them all would take most of the time.
        if all(map(folded.__contains__, self.words)):
            if self._phrase in f" {' '.join(_WORD.findall(folded))} ":
                return True
        if not self._letters or folded.isascii():
            return False
        if self._spoken is not None and self._spoken.search(folded):
            return True
        return len(folded) <= pinyin.SHORT and pinyin.begun(folded, self._letters)

    @functools.cached_property
    def _spoken(self) -> re.Pattern[str] | None:
        return pinyin.spoken(self._syllables) if self._syllables else None


def _asked(words: list[str]) -> list[str]:
    """Terms that all stand in the index where these words follow each other."""
    found: list[str] = []
    for before, pair in zip(["", *words], _pairs(words), strict=False):
        if pair.isascii() or len(pair) > 1:
            found.append(f'"{pair}"')
        elif before.isascii():  # else it is the second one of the pair before
            found.append(_beginning(pair))
    return list(dict.fromkeys(found))


def _all(terms: Iterable[str]) -> str:
    return f"({' AND '.join(terms)})"


def _beginning(word: str) -> str:
    return f'"{word}" *'


def _pieces_asked(letters: str) -> Iterable[str]:
    """Every piece of the longest length that the index has."""
    last = max(len(letters) - pinyin.WINDOW, 0)
    return dict.fromkeys(letters[at : at + pinyin.WINDOW] for at in range(last + 1))


def _pairs_read(one: str, other: str, indexed: Callable[[str], list[str]]) -> list[str]:
    """The pairs in the index that are read as two syllables."""
    second = set(read_as(other))
    words = chain.from_iterable(map(indexed, read_as(one)))
    return [f'"{word}"' for word in words if len(word) > 1 and word[1] in second]


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

    def begin_anew(self) -> None:
        """All words wait: another version of the program wrote what is here."""
        self.clear()
        if self._db.one("SELECT 1 FROM records") is not None:
            self.set_mark(0)

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

    def candidates(self, ledger: int, asked: Question) -> Iterator[tuple[bytes, str, bool]]:
        """(id, kind, whether the index has what is asked), those changed last first."""
        yield from self._db.conn.execute(
            "SELECT id, kind, sure FROM (SELECT rowid AS n, 1 AS sure FROM search WHERE search MATCH ?1 "
            "UNION ALL SELECT n, 0 FROM records WHERE n>?3) AS some "
            "CROSS JOIN records ON records.n=some.n WHERE ledger=?2 ORDER BY updated_n DESC",
            (
                asked.match(self._beginning_with),
                ledger,
                _ALL if (mark := self.mark()) is None else mark,
            ),
        )

    def _beginning_with(self, start: str) -> list[str]:
        """The words in the index that begin so."""
        self._db.conn.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.spoken USING fts5vocab(main, search, row)"
        )
        rows = self._db.rows(
            "SELECT term FROM temp.spoken WHERE term>=? AND term<=?", start, start + _LAST
        )
        return [row[0] for row in rows]

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
