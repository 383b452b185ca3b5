"""What a record says at one causal past: candidates, items, texts, settlements. Pure, read only.

The removal rule lives here: "withdrawn" stands in conflict with every write in the item that its
author had not seen, so a withdrawal never silently beats somebody's words. Knows no kind's rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crdt.entry import EntryId
from crdt.kinds.types import Scalar
from crdt.operations import REMOVED, split_key
from crdt.texts import Texts
from crdt.writers import Writers


class Standing(NamedTuple):
    """The candidates of one key: sorted entry ids with the value each states."""

    ids: tuple[EntryId, ...]
    values: tuple[Scalar, ...]

    @property
    def differ(self) -> bool:
        """Whether they say different things. True and 1 are different things."""
        return len(self.values) > 1 and len({(type(v), v) for v in self.values}) > 1


@dataclass(slots=True)
class Shared:
    """What the record's entries gathered so far; `items[(collection, item)]` is (adders, keys written).

    An item has one adder, but a hostile device can write one addition into two entries.
    """

    kind: str = ""
    writers: Writers = field(default_factory=Writers)
    items: dict[tuple[str, str], tuple[list[int], set[str]]] = field(default_factory=dict)
    inserted: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    keeps: dict[str, list[tuple[int, tuple[EntryId, ...]]]] = field(default_factory=dict)
    settled: dict[str, list[tuple[int, tuple[EntryId, ...]]]] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    withdrawals: set[str] = field(default_factory=set)
    """Keys `collection/item/removed` that somebody wrote."""
    fragments: dict[str, bytes] = field(default_factory=dict)
    """What record_digest says of a key, until something about the key changes."""
    digested: bool = False
    """Whether record_digest was asked before."""
    standing: dict[str, Standing] = field(default_factory=dict)
    """Candidates now that took some finding, until something about the key changes."""

    undisputed: tuple[int, dict[str, tuple[EntryId, Scalar]]] | None = None
    """What single candidates say, as found when so many entries were here."""
    shown: dict[tuple[str, str], Any] = field(default_factory=dict)
    """How an item was last shown, until something in it changes."""

    def touch(self, key: str) -> None:
        """Something about `key` changed; what stands there now is to be found anew."""
        self.fragments.pop(key, None)
        self.standing.pop(key, None)
        if "/" in key:
            collection, item, part = split_key(key)
            if part is None or item is None:
                return
            self.shown.pop((collection, item), None)
            removed = f"{collection}/{item}/{REMOVED}"
            if part == REMOVED:
                self.withdrawals.add(key)
            elif removed in self.withdrawals:
                self.fragments.pop(removed, None)
                self.standing.pop(removed, None)


class Facts:
    """`shared` as seen from a causal past: a bit set, or None for all of it."""

    __slots__ = ("_seen", "_shared", "_text", "_text_length")

    def __init__(
        self,
        shared: Shared,
        seen: int | None,
        text_length: Callable[[str], int] | None = None,
        text: Callable[[str], str] | None = None,
    ) -> None:
        self._shared = shared
        self._seen = seen
        self._text_length = text_length
        self._text = text

    @classmethod
    def empty(cls) -> Facts:
        return cls(Shared(), 0, lambda _key: 0)

    @property
    def kind(self) -> str:
        return self._shared.kind

    def candidates(self, key: str) -> Standing:
        """Who states what about `key`; for `removed` also who wrote in the item unaware of it."""
        shared, writers, seen = self._shared, self._shared.writers, self._seen
        if seen == 0:
            return _NOTHING
        if key in writers.sole and key not in shared.keeps and key not in shared.withdrawals:
            n, value = writers.sole[key]
            if seen is None or seen >> n & 1:
                return _new(Standing, ((writers.ids[n],), (value,)))
            return _NOTHING
        found = writers.writers(key, self._seen)
        if not found:
            return _NOTHING
        if len(found) == 1 and key not in shared.keeps and key not in shared.withdrawals:
            n = found[0]
            return _new(Standing, ((writers.ids[n],), (writers.value(key, n),)))
        if self._seen is not None:
            return self._candidates(key, found)
        if (standing := shared.standing.get(key)) is None:
            standing = shared.standing[key] = self._candidates(key, found)
        return standing

    def stated(self, key: str) -> bool:
        """Whether anybody ever stated anything about it: if not, it has no candidate at any past."""
        return self._shared.writers.knows(key)

    def undisputed(self) -> dict[str, tuple[EntryId, Scalar]]:
        """What a single candidate says now, by key: nearly all of most records, read in one go."""
        shared = self._shared
        entries = len(shared.writers.ids)
        if shared.undisputed is None or shared.undisputed[0] != entries:
            alone = shared.writers.alone()
            for key in shared.keeps.keys() | shared.withdrawals:
                alone.pop(key, None)
            shared.undisputed = entries, alone
        return shared.undisputed[1]

    def fragments(self) -> tuple[dict[str, bytes], bool]:
        """What is known of what a digest says, and whether to remember what it says of everything else."""
        shared = self._shared
        again, shared.digested = shared.digested, True
        return shared.fragments, again

    def _candidates(self, key: str, found: list[int]) -> Standing:
        writers = self._shared.writers
        says = {writers.ids[n]: writers.value(key, n) for n in found}
        collection, item, part = split_key(key)
        if part == REMOVED and item is not None:
            withdrawn = [n for n in found if writers.value(key, n) is True]
            for n in self._unaware(collection, item, withdrawn):
                says.setdefault(writers.ids[n], False)
        if key in self._shared.keeps:
            says |= self._kept_unaware(key, found)
        if len(says) == 1:
            return Standing(tuple(says), tuple(says.values()))
        ids = tuple(sorted(says))
        return Standing(ids, tuple(says[i] for i in ids))

    def _unaware(self, collection: str, item: str, withdrawn: list[int]) -> list[int]:
        """Standing writes in the item that the author of a standing withdrawal had not seen.

        Also later ones: who writes in an item whose withdrawal is in dispute has not withdrawn it.
        """
        if not withdrawn:
            return []
        writers, removed = self._shared.writers, f"{collection}/{item}/{REMOVED}"
        _, keys = self._shared.items[(collection, item)]
        return [
            n
            for key in sorted(keys)
            if key != removed
            for n in writers.writers(key, self._seen)
            if n not in withdrawn and any(not writers.past[w] >> n & 1 for w in withdrawn)
        ]

    def _kept_unaware(self, key: str, found: list[int]) -> dict[EntryId, Scalar]:
        """Candidates that somebody kept while another, unaware of that, settled them: they stand again.

        Keeping and replacing at the same time are two settlements that differ: people decide anew.
        """
        writers, past = self._shared.writers, self._shared.writers.past
        again: dict[EntryId, Scalar] = {}
        for keeper, cites in self._shared.keeps[key]:
            if not self.sees(keeper) or all(past[w] >> keeper & 1 for w in found):
                continue
            answered = self._settled_unaware(key, keeper)
            for cited in answered.intersection(cites):
                n = writers.number[cited]
                over = [w for w in found if past[w] >> n & 1]
                if over and n not in found and not any(past[w] >> keeper & 1 for w in over):
                    again[cited] = writers.value_or(key, n, False)
        return again

    def _settled_unaware(self, key: str, keeper: int) -> set[EntryId]:
        """What settlements by a value cite whose authors had not seen that `keeper` kept it."""
        past = self._shared.writers.past
        found: set[EntryId] = set()
        for n, cites in self._shared.settled.get(key, ()):
            if self.sees(n) and not past[n] >> keeper & 1:
                found.update(cites)
        return found

    def has_item(self, collection: str, item: str) -> bool:
        found = self._shared.items.get((collection, item))
        return found is not None and any(self.sees(adder) for adder in found[0])

    def items(self, collection: str) -> list[str]:
        """The items of a collection, withdrawn ones too."""
        listed = self._shared.items
        return sorted(i for c, i in listed if c == collection and self.has_item(c, i))

    def members(self, name: str) -> list[str]:
        """The members of a set or the places of a slot about which anybody ever stated anything."""
        parts = (key.partition("/") for key in self._shared.writers.keys())  # noqa: SIM118  (an index)
        return sorted(member for field_name, _, member in parts if field_name == name and member)

    def removed(self, collection: str, item: str) -> bool:
        """Whether every candidate says that the item is withdrawn."""
        standing = self.candidates(f"{collection}/{item}/{REMOVED}")
        return bool(standing.values) and all(v is True for v in standing.values)

    def kept(self, key: str, cites: tuple[EntryId, ...]) -> bool:
        """Whether somebody settled `key` by keeping exactly these candidates."""
        return any(self.sees(n) and c == cites for n, c in self._shared.keeps.get(key, ()))

    def inserted(self, key: str) -> int:
        """Code points ever inserted into a text."""
        return sum(count for n, count in self._shared.inserted.get(key, ()) if self.sees(n))

    def text_length(self, key: str) -> int:
        assert self._text_length is not None, "a text is measured where a document stands"
        return self._text_length(key)

    def text(self, key: str) -> str:
        assert self._text is not None, "the words of a text are read as they are now"
        return self._text(key)

    def sees(self, n: int) -> bool:
        return self._seen is None or bool(self._seen >> n & 1)


_new = tuple.__new__
_NOTHING = Standing((), ())
