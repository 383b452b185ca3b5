"""The one file that imports automerge: perform operations on a record's document, read it back.

The pinned wheel is a native parser that panics on bytes it did not write, so no foreign byte ever
reaches it: operations are judged first and performed here through its own API. Its rules, learned by
measurement: only `with` transactions; set_actor only between transactions; a failed document is
thrown away, never reused; strings, 64-bit integers, booleans, null and bytes only; no counters,
timestamps, floats or marks. Knows no kind and no signature.
"""

from __future__ import annotations

from collections.abc import Sequence

from automerge.core import ROOT, ObjType, ScalarType
from automerge.core import Document as _Automerge

from crdt.entry import ActorId
from crdt.kinds.types import Scalar

_TYPES = {
    str: ScalarType.Str,
    int: ScalarType.Int,
    bool: ScalarType.Boolean,
    bytes: ScalarType.Bytes,
}


class EngineFailed(AssertionError):
    """The library refused or panicked on an operation that our rules allow: a broken invariant."""


class Put:
    """Write one scalar under one key of the root map."""

    __slots__ = ("key", "value")

    def __init__(self, key: str, value: Scalar) -> None:
        self.key = key
        self.value = value


class NewText:
    """Create an empty text object under one key."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key


class EditText:
    """Apply hunks (position, deleted, inserted), last first, to the text under one key."""

    __slots__ = ("hunks", "key")

    def __init__(self, key: str, hunks: Sequence[tuple[int, int, str]]) -> None:
        self.key = key
        self.hunks = hunks


Step = Put | NewText | EditText


class Document:
    """One Automerge document of one record."""

    __slots__ = ("_doc",)

    def __init__(self, doc: _Automerge | None = None) -> None:
        self._doc = doc if doc is not None else _Automerge(b"\0" * 16)

    def perform(self, actor: ActorId, steps: Sequence[Step]) -> bytes:
        """Perform `steps` as one change of `actor` on the current heads; returns the change's hash.

        Raises EngineFailed if the library fails or makes no single change; drop the document then.
        """
        with _ALARMED:
            before = self._doc.get_heads()
            self._doc.set_actor(actor)
            with self._doc.transaction() as tx:
                for step in steps:
                    _perform(tx, step)
            heads = self._doc.get_heads()
        if len(heads) != 1 or heads == before:
            raise EngineFailed("an entry must make exactly one change")
        return heads[0]

    def fork(self, heads: Sequence[bytes]) -> Document:
        """A copy as it stood at these change hashes."""
        with _ALARMED:
            return Document(self._doc.fork(list(heads)))

    def merge(self, other: Document) -> None:
        with _ALARMED:
            self._doc.merge(other._doc)

    def heads(self) -> list[bytes]:
        return sorted(self._doc.get_heads())

    def text(self, key: str) -> str:
        """The text under `key`, "" if there is none."""
        found = self._doc.get(ROOT, key)
        return "" if found is None else self._doc.text(found[1])

    def text_length(self, key: str) -> int:
        found = self._doc.get(ROOT, key)
        return 0 if found is None else self._doc.length(found[1])

    def value(self, key: str, heads: Sequence[bytes] | None = None) -> tuple[bool, Scalar]:
        """(whether the key stands, its winning scalar) now or at `heads`; texts count as no scalar."""
        found = (
            self._doc.get(ROOT, key, list(heads)) if heads is not None else self._doc.get(ROOT, key)
        )
        if found is None or isinstance(found[0], ObjType):
            return False, None
        value: object = found[0][1]
        if isinstance(value, list):  # the binding reads bytes back as a list of integers
            return True, bytes(value)
        assert value is None or isinstance(value, (bool, int, str, bytes)), "we write no other type"
        return True, value

    def keys(self) -> list[str]:
        return list(self._doc.keys(ROOT))

    def save(self) -> bytes:
        """The document in Automerge's own file format: for export only, never hashed, signed or stored."""
        return self._doc.save()

    def writers(self, key: str) -> list[bytes]:
        """Slow oracle: hashes of the changes whose write of `key` nobody in their future overwrote."""
        changes = {c.hash: c for c in self._doc.get_changes([])}
        past: dict[bytes, set[bytes]] = {}
        for change in changes.values():
            past[change.hash] = set().union(*({d} | past[d] for d in change.deps))
        wrote = [h for h, c in changes.items() if self._op_at(key, [h]) != self._op_at(key, c.deps)]
        return [h for h in wrote if not any(h in past[other] for other in wrote)]

    def _op_at(self, key: str, heads: list[bytes]) -> bytes | None:
        if not heads:
            return None
        found = self._doc.get(ROOT, key, heads)
        return None if found is None else found[1]


class _Alarm:
    """Whatever the library raises inside is our broken invariant. A Rust panic is no Exception."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: object
    ) -> None:
        if fault is not None and not isinstance(fault, (KeyboardInterrupt, SystemExit)):
            raise EngineFailed("the engine failed on a permitted operation") from fault


_ALARMED = _Alarm()


def _perform(tx: object, step: Step) -> None:
    match step:
        case Put():
            kind = ScalarType.Null if step.value is None else _TYPES[type(step.value)]
            tx.put(ROOT, step.key, kind, step.value)  # type: ignore[attr-defined]
        case NewText():
            tx.put_object(ROOT, step.key, ObjType.Text)  # type: ignore[attr-defined]
        case EditText():
            text = tx.get(ROOT, step.key)[1]  # type: ignore[attr-defined]
            for at, drop, new in reversed(step.hunks):
                for offset, char in enumerate(new):
                    tx.insert(text, at + drop + offset, ScalarType.Str, char)  # type: ignore[attr-defined]
                for position in range(at + drop - 1, at - 1, -1):
                    tx.delete(text, position)  # type: ignore[attr-defined]
