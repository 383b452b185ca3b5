"""Second implementation: what stands in a record at a causal past. From protocol/SPEC.md.

Slow on purpose: everything is computed from the set of applied entries, straight from the definitions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from tests.second.cbor import Value, encode
from tests.second.entries import Content, Entry
from tests.second.keys import sha256

KINDS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "kinds.json").read_text(encoding="utf-8")
)["kinds"]
Scalar: TypeAlias = bool | int | str | bytes | None
Name: TypeAlias = tuple[int, bytes]
"""(counter, actor) of an inserted code point."""


@dataclass
class Applied:
    """An applied entry with what it did; `inserts` say (text, code point left of it or None, character)."""

    entry: Entry
    content: Content
    township: bytes
    past: frozenset[bytes]
    writes: dict[str, Scalar] = field(default_factory=dict)
    keeps: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    items: set[tuple[str, str]] = field(default_factory=set)
    inserts: dict[Name, tuple[str, Name | None, str]] = field(default_factory=dict)
    deletes: set[Name] = field(default_factory=set)
    counter: int = 0
    """The highest operation counter in its past and its own operations."""


class Record:
    """The applied entries of one record."""

    def __init__(self, record: bytes) -> None:
        self.id = record
        self.applied: dict[bytes, Applied] = {}
        self.kind = ""
        self.home = b""

    def past_of(self, parents: tuple[bytes, ...]) -> frozenset[bytes]:
        """The parents with their pasts."""
        return frozenset(parents).union(*(self.applied[p].past for p in parents))

    def everything(self) -> frozenset[bytes]:
        return frozenset(self.applied)

    def heads(self) -> list[bytes]:
        inner = frozenset().union(*(a.past for a in self.applied.values()))
        return sorted(self.everything() - inner)

    # --- candidates --------------------------------------------------------------------------

    def writers(self, key: str, within: frozenset[bytes]) -> set[bytes]:
        wrote = {e for e in within if key in self.applied[e].writes}
        return {e for e in wrote if not any(e in self.applied[other].past for other in wrote)}

    def candidates(self, key: str, within: frozenset[bytes]) -> list[tuple[bytes, Scalar]]:
        writers = self.writers(key, within)
        says = {e: self.applied[e].writes[key] for e in writers}
        for keeper in within:
            for kept in self.applied[keeper].keeps.get(key, ()):
                over = {w for w in writers if kept in self.applied[w].past}
                aware = {w for w in over if keeper in self.applied[w].past}
                unaware = any(
                    keeper not in self.applied[s].past and self._settles(s, key, kept)
                    for s in within
                )
                if over and unaware and not aware and kept not in writers:
                    says[kept] = self.applied[kept].writes.get(key, False)
        parts = key.split("/")
        if len(parts) == 3 and parts[2] == "removed":
            withdrawing = {e for e in writers if says[e] is True}
            for other in self._keys_of_item(parts[0], parts[1]) - {key}:
                for e in self.writers(other, within) - withdrawing:
                    if any(e not in self.applied[w].past for w in withdrawing):
                        says.setdefault(e, False)
        return sorted(says.items(), key=lambda pair: pair[0])

    def _settles(self, entry: bytes, key: str, cited: bytes) -> bool:
        """Whether an entry settles `key` by a value and cites `cited`."""
        return any(
            o[:2] == ["set", key] and isinstance(o[3], list) and cited in o[3]
            for o in self.applied[entry].content.operations
            if isinstance(o, list)
        )

    def _keys_of_item(self, collection: str, item: str) -> set[str]:
        begin = f"{collection}/{item}/"
        return {k for a in self.applied.values() for k in a.writes if k.startswith(begin)}

    def has_item(self, collection: str, item: str, within: frozenset[bytes]) -> bool:
        return any((collection, item) in self.applied[e].items for e in within)

    def kept(self, key: str, cites: tuple[bytes, ...], within: frozenset[bytes]) -> bool:
        return any(self.applied[e].keeps.get(key) == cites for e in within)

    def conflicts(self) -> list[tuple[str, bytes, list[bytes]]]:
        """(key, conflict id, candidates), ascending by key."""
        everything = self.everything()
        found = []
        for key in sorted(self._all_keys() | self._removals()):
            if self._in_withdrawn_item(key):
                continue
            standing = self.candidates(key, everything)
            cites = [e for e, _ in standing]
            if differ(standing) and not self.kept(key, tuple(cites), everything):
                found.append((key, conflict_id(self.id, key, cites), cites))
        for key, cites in (*self._late(), *self._void()):
            found.append((key, conflict_id(self.id, key, cites), cites))
        return sorted(found)

    # --- late positions, and what was made void ----------------------------------------------

    def _late(self) -> Iterator[tuple[str, list[bytes]]]:
        how, state, everything = KINDS[self.kind]["decided"], self._state_field(), self.everything()
        announced = self.candidates(state, everything) if how else []
        if len({v for _, v in announced}) != 1:
            return
        result = announced[0][1]
        if result not in (how["passed"], how["failed"]):
            return
        known = self.past_of(tuple(e for e, _ in announced))
        places = {k for k in self._all_keys() if k.startswith(how["slot"] + "/")}
        tallies = []
        for within in (known, everything):
            says = [self.candidates(place, within) for place in places]
            said = [one[0][1] for one in says if one and not differ(one)]
            tallies.append((said.count(how["yes"]), said.count(how["no"])))
        needs = [v for _, v in self.candidates(how["needs"], everything)]
        yes, no = tallies[1]
        passes = yes > 0 and no == 0 if needs == [how["unopposed"]] else yes > no
        if tallies[0] != tallies[1] and passes != (result == how["passed"]):
            late = {e for p in places for e, _ in self.candidates(p, everything)} - known
            yield how["slot"], sorted(late)

    def _void(self) -> Iterator[tuple[str, list[bytes]]]:
        how, everything = KINDS[self.kind]["voids"], self.everything()
        standing = self.candidates(self._state_field(), everything) if how else []
        if not standing or any(v != how["state"] for _, v in standing):
            return
        voided = {e for e, _ in standing}
        seen = self.past_of(tuple(voided))
        place = self.candidates(f"{how['confirmed']}/{self.home.hex()}", everything)
        answers = bool(place) and all(v == how["state"] for _, v in place)
        answered = self.past_of(tuple(e for e, _ in place)) if answers else frozenset()
        unaware = {
            e
            for e, a in self.applied.items()
            if e not in seen and not voided & a.past and e not in answered and self._edits(a)
        }
        if unaware:
            yield how["confirmed"], sorted(voided | unaware)

    def _state_field(self) -> str:
        fields = KINDS[self.kind]["fields"]
        return next((str(f["name"]) for f in fields if f["type"]["name"] == "State"), "")

    def _edits(self, applied: Applied) -> bool:
        slots = {f["name"] for f in KINDS[self.kind]["fields"] if f["type"]["name"] == "Slot"}
        said = [o for o in applied.content.operations if isinstance(o, list)]
        return any(str(o[1]).split("/")[0] not in slots for o in said)

    def _in_withdrawn_item(self, key: str) -> bool:
        parts = key.split("/")
        if len(parts) != 3 or parts[2] == "removed":
            return False
        says = self.candidates("/".join([*parts[:2], "removed"]), self.everything())
        return bool(says) and all(value is True for _, value in says)

    def _all_keys(self) -> set[str]:
        return {key for a in self.applied.values() for key in a.writes}

    def _removals(self) -> set[str]:
        return {f"{c}/{i}/removed" for a in self.applied.values() for c, i in a.items}

    # --- texts -------------------------------------------------------------------------------

    def text(self, name: str, within: frozenset[bytes]) -> list[Name]:
        """The visible code points of a text by their names, in order."""
        inserts, deleted = self._inserts(name, within)
        return [n for n in in_order(inserts) if n not in deleted]

    def characters(self, name: str, within: frozenset[bytes]) -> str:
        inserts, _ = self._inserts(name, within)
        return "".join(inserts[n][1] for n in self.text(name, within))

    def inserted(self, name: str, within: frozenset[bytes]) -> int:
        """Code points ever inserted, entry by entry."""
        return sum(t == name for e in within for t, _, _ in self.applied[e].inserts.values())

    def _inserts(
        self, name: str, within: frozenset[bytes]
    ) -> tuple[dict[Name, tuple[Name | None, str]], set[Name]]:
        inserts = {
            n: (left, char)
            for e in within
            for n, (text, left, char) in self.applied[e].inserts.items()
            if text == name
        }
        return inserts, {n for e in within for n in self.applied[e].deletes}

    # --- digest ------------------------------------------------------------------------------

    def digest(self, texts: list[str]) -> bytes:
        everything = self.everything()
        keys: list[Value] = []
        for key in sorted(self._all_keys()):
            says: list[Value] = [[e, v] for e, v in self.candidates(key, everything)]
            keys.append([key, says])
        said: list[Value] = [[t, self.characters(t, everything).encode()] for t in texts]
        kept: list[Value] = []
        for key in sorted({k for a in self.applied.values() for k in a.keeps}):
            lists = sorted(a.keeps[key] for a in self.applied.values() if key in a.keeps)
            kept.append([key, [list(cites) for cites in lists]])
        state = encode([self.id, self.kind, self.home, keys, said, kept])
        return sha256(b"mulin/record/1", state)


def in_order(inserts: dict[Name, tuple[Name | None, str]]) -> list[Name]:
    """Walk the tree of code points: those to the right of one, the greatest name first, each with its own."""
    right: dict[Name | None, list[Name]] = {}
    for name, (left, _) in inserts.items():
        right.setdefault(left, []).append(name)
    order: list[Name] = []
    todo = sorted(right.get(None, []))
    while todo:
        name = todo.pop()
        order.append(name)
        todo += sorted(right.get(name, []))
    return order


def differ(standing: list[tuple[bytes, Scalar]]) -> bool:
    return len({(type(value), value) for _, value in standing}) > 1


def conflict_id(record: bytes, key: str, cites: list[bytes]) -> bytes:
    said = encode([record, key, list(cites)])
    return sha256(b"mulin/conflict/1", said)[:16]


def ledger_digest(ledger: bytes, records: dict[bytes, bytes]) -> bytes:
    listed = b"".join(record + records[record] for record in sorted(records))
    return sha256(b"mulin/digest/1", ledger, listed)
