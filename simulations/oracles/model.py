"""An independent model of a record, written from the definitions in the design and from nothing else.

It reads the sealed entries itself (its own CBOR, the library's AES), and computes causality, candidates
and conflicts with plain sets. It knows nothing of bit sets, kinds, documents or the order of arrival.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulations.oracles import cbor
from simulations.oracles.cbor import Value

# Fields whose members are flags: what nobody said counts as "no". All else counts as "not stated".
FLAGS = frozenset({"dispositions", "governance", "co_handlers", "liaison_for"})


@dataclass(frozen=True)
class Said:
    """One applied entry: which entries it cites as parents, and what it states."""

    id: bytes
    parents: frozenset[bytes]
    actor: bytes
    operations: list[list[Value]]

    @property
    def writes(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for index, operation in enumerate(self.operations):
            match operation:
                case ["create", kind]:
                    found["kind"] = kind
                case ["set", str() as key, value, _]:
                    found[key] = value
                case ["add", str() as collection, list() as fields]:
                    for field in fields:
                        assert isinstance(field, list)
                        found[f"{collection}/{self.actor.hex()}.{index}/{field[0]}"] = field[1]
        return found


def read(raw: bytes, payload: bytes, secret: bytes) -> Said:
    """An entry from its bytes alone."""
    header = cbor.decode(raw)
    assert isinstance(header, list)
    context = cbor.encode(header[:-2])
    parents = header[10]
    plain = cbor.decode(AESGCM(secret).decrypt(payload[:12], payload[12:], context))
    assert isinstance(plain, list)
    assert isinstance(parents, list)
    schema, post, reason, _, operations = plain
    named = cbor.encode([context, payload[:12], schema, post, reason, operations])
    actor = hashlib.sha256(b"mulin/actor/1" + named).digest()[:16]
    listed = [o for o in operations if isinstance(o, list)] if isinstance(operations, list) else []
    causes = frozenset(p for p in parents if isinstance(p, bytes))
    return Said(hashlib.sha256(raw).digest(), causes, actor, listed)


class Model:
    """A record made of applied entries."""

    def __init__(self, record: bytes, applied: Iterable[Said]) -> None:
        self.record = record
        self.said = {s.id: s for s in applied}
        self._past: dict[bytes, frozenset[bytes]] = {}

    def past(self, entry: bytes) -> frozenset[bytes]:
        """Everything that `entry` builds on."""
        if entry not in self._past:
            parents = self.said[entry].parents
            self._past[entry] = parents.union(*(self.past(p) for p in parents))
        return self._past[entry]

    def seen_by(self, parents: Iterable[bytes]) -> frozenset[bytes]:
        parents = frozenset(parents)
        return parents.union(*(self.past(p) for p in parents))

    def heads(self) -> set[bytes]:
        return self.said.keys() - set().union(*(self.past(e) for e in self.said))

    def keys(self) -> set[str]:
        return {key for s in self.said.values() for key in s.writes}

    def writers(self, key: str, among: frozenset[bytes] | None = None) -> dict[bytes, Value]:
        """The statements about `key` that no other statement about it builds on."""
        entries = self.said.keys() if among is None else among
        wrote = {e: self.said[e].writes[key] for e in entries if key in self.said[e].writes}
        return {e: v for e, v in wrote.items() if not any(e in self.past(o) for o in wrote)}

    def candidates(self, key: str, among: frozenset[bytes] | None = None) -> dict[bytes, Value]:
        """The writers; for a withdrawn item also whoever wrote in it unseen by who withdrew it."""
        wrote = self.writers(key, among)
        found = dict(wrote)
        for keeper, cited in self._citing("keep", key, among):
            over = [w for w in wrote if cited in self.past(w)]
            unaware = any(
                keeper not in self.past(settler)
                for settler, named in self._citing("set", key, among)
                if named == cited
            )
            known = any(keeper in self.past(w) for w in over)
            if over and unaware and cited not in wrote and not known:
                found[cited] = self.said[cited].writes.get(key, False)
        if not key.endswith("/removed"):
            return found
        item = key.removesuffix("removed")
        withdrew = {e for e, value in wrote.items() if value is True}
        for other in self.keys():
            if other.startswith(item) and other != key:
                for e in self.writers(other, among).keys() - withdrew:
                    if any(e not in self.past(w) for w in withdrew):
                        found.setdefault(e, False)
        return found

    def differ(self, candidates: dict[bytes, Value]) -> bool:
        return len({(type(value), value) for value in candidates.values()}) > 1

    def kept(self, key: str, among: frozenset[bytes] | None = None) -> set[tuple[bytes, ...]]:
        """The sets of candidates that somebody chose to keep side by side."""
        entries = self.said.keys() if among is None else among
        found: set[tuple[bytes, ...]] = set()
        for entry in entries:
            for operation in self.said[entry].operations:
                match operation:
                    case ["keep", said, list() as cites] if said == key:
                        found.add(tuple(c for c in cites if isinstance(c, bytes)))
        return found

    def _citing(
        self, wanted: str, key: str, among: frozenset[bytes] | None
    ) -> list[tuple[bytes, bytes]]:
        """(who settles by `wanted`, what is cited), one pair a citation."""
        entries = self.said.keys() if among is None else among
        return [
            (e, cited)
            for e in entries
            for verb, said, *rest in self.said[e].operations
            if (verb, said) == (wanted, key) and isinstance(rest[-1], list)
            for cited in rest[-1]
            if isinstance(cited, bytes)
        ]

    def _withdrawn(self, key: str) -> bool:
        """Whether `key` lies in an item that everybody says is withdrawn."""
        parts = key.split("/")
        if len(parts) != 3 or parts[2] == "removed":
            return False
        says = self.candidates(f"{parts[0]}/{parts[1]}/removed").values()
        return bool(says) and all(value is True for value in says)

    def conflicts(self) -> dict[str, bytes]:
        """Open conflicts: key → id."""
        found: dict[str, bytes] = {}
        for key in self.keys():
            if self._withdrawn(key):
                continue
            candidates = self.candidates(key)
            cites = tuple(sorted(candidates))
            if self.differ(candidates) and cites not in self.kept(key):
                named = cbor.encode([self.record, key, list(cites)])
                found[key] = hashlib.sha256(b"mulin/conflict/1" + named).digest()[:16]
        return found

    def faults(self, said: Said) -> set[str]:
        """Which of the rules about standing statements `said` breaks at its parents."""
        return {f for o in said.operations if (f := self._fault(said, o)) is not None}

    def _fault(self, said: Said, operation: list[Value]) -> str | None:
        among = self.seen_by(said.parents)
        match operation:
            case [("set" | "keep") as verb, str() as key, *_, list() as cites]:
                standing = self.candidates(key, among)
                exact = [*sorted(standing)] == cites
                if self.differ(standing):
                    again = verb == "keep" and tuple(sorted(standing)) in self.kept(key, among)
                    return "stale" if not exact else "unchanged" if again else None
                if cites:
                    return "not-in-conflict"
                before = next(iter(standing.values()), _unsaid(key))
                same = type(before) is type(operation[2]) and before == operation[2]
                return "unchanged" if same else None
        return None


def _unsaid(key: str) -> Value:
    flag = key.endswith("/removed") or key.partition("/")[0] in FLAGS
    return False if flag else None
