"""The texts of a record as far as arithmetic goes: lengths, and the words where nobody wrote at once. Pure.

A splice says what it removes and inserts, so the length after it is known once the length before it is;
and where every splice of a text was written knowing the one before, so are the words. Only where two
wrote at once does the document have to say how their words merged (`None` here). Knows no document.
"""

from __future__ import annotations

from collections.abc import Sequence

from crdt.writers import maximal

Hunks = Sequence[tuple[int, int, str]]


class Texts:
    """Grows by `add`; entries carry the numbers of the index of writers."""

    __slots__ = ("_current", "_lengths", "_words", "_wrote")

    def __init__(self) -> None:
        self._lengths: dict[str, dict[int, int]] = {}
        self._wrote: dict[str, int] = {}
        self._current: dict[str, list[int]] = {}
        self._words: dict[str, str | None] = {}

    def add(self, key: str, mine: int, past: Sequence[int], hunks: Hunks, length: int) -> None:
        """Entry `mine` changed a text by `hunks`; `length`: in code points, after it."""
        seen = past[mine]
        before = self._current.get(key, [])
        self._lengths.setdefault(key, {})[mine] = length
        self._wrote[key] = self._wrote.get(key, 0) | 1 << mine
        self._current[key] = [*(w for w in before if not seen >> w & 1), mine]
        words = self._words.get(key, "")
        alone = len(self._current[key]) == 1
        self._words[key] = spliced(words, hunks) if alone and words is not None else None

    def length(self, key: str, past: Sequence[int], seen: int | None) -> int | None:
        """The length of a text within `seen` (None: now); None if several wrote there at once."""
        lengths = self._lengths.get(key)
        if lengths is None:
            return 0
        last = self._current[key] if seen is None else maximal(self._wrote[key], past, seen)
        if len(last) > 1:
            return None
        return lengths[last[0]] if last else 0

    def words(self, key: str) -> str | None:
        """The text now, or None if people ever wrote in it at once."""
        return self._words.get(key, "")


def spliced(text: str, hunks: Hunks) -> str:
    """`text` with every hunk (position, deleted, inserted) done; positions are those of `text`."""
    parts: list[str] = []
    done = 0
    for at, drop, new in hunks:
        parts += (text[done:at], new)
        done = at + drop
    return "".join((*parts, text[done:]))
