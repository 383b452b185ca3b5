"""The five operations an entry is made of, and their plain form. Knows no kind and no record's state.

A key names a fact of a record in one flat map: `field`, `field/member` for sets and slots,
`collection/item/field` for items. An item is named by the actor of the entry that made it and the
operation's index there, so ids need no coordination and cannot be grabbed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from crdt.entry import ID_BYTES, ActorId, EntryId
from crdt.errors import BadOperation, TooMuch
from crdt.kinds.types import Scalar
from keys import canonical
from keys.canonical import Plain
from keys.errors import Text
from keys.limits import ENTRIES_IN_PAST, INT_MAX, OPERATIONS_PER_ENTRY, REGISTER_BYTES

_NAME = r"[a-z][a-z0-9_]{0,39}"
_KEY = re.compile(
    rf"{_NAME}(/([a-z0-9_]{{1,64}})|/[0-9a-f]{{32}}\.(0|[1-9][0-9]{{0,2}})/{_NAME})?", re.ASCII
)
_ITEM = re.compile(r"[0-9a-f]{32}\.(0|[1-9][0-9]{0,2})", re.ASCII)
_WORD = re.compile(_NAME, re.ASCII)
_NAME_CODE_POINTS = 40
# All candidates of a field must be citable, or a flood of statements could never be settled.
_CITES_MAX = ENTRIES_IN_PAST
_HUNKS_MAX = 64
KIND_KEY = "kind"
REMOVED = "removed"


class Create(NamedTuple):
    """Begin a record of this kind; always the first operation of a creating entry."""

    kind: str


class Set(NamedTuple):
    """State a fact. With `cites` it settles: exactly the candidates that stand there are cited."""

    key: str
    value: Scalar
    cites: tuple[EntryId, ...] = ()


class Add(NamedTuple):
    """Add an item with these fields to a collection."""

    collection: str
    fields: tuple[tuple[str, Scalar], ...]


class Splice(NamedTuple):
    """Change a text: hunks (position, deleted, inserted), ascending, on the text at the parents."""

    key: str
    hunks: tuple[tuple[int, int, str], ...]


class Keep(NamedTuple):
    """Settle by keeping all: the cited candidates stand side by side on purpose."""

    key: str
    cites: tuple[EntryId, ...]


_new = tuple.__new__  # what a named tuple's own maker calls; one call less for the many
Operation: TypeAlias = Create | Set | Add | Splice | Keep


def item_name(actor: ActorId, index: int) -> str:
    return f"{actor.hex()}.{index}"


def split_key(key: str) -> tuple[str, str | None, str | None]:
    """(field, None, None), (field, member, None) or (collection, item, field)."""
    if "/" not in key:
        return key, None, None
    parts = key.split("/")
    return parts[0], parts[1] if len(parts) > 1 else None, parts[2] if len(parts) > 2 else None


def is_item_name(text: str) -> bool:
    return _ITEM.fullmatch(text) is not None


def to_plain(operations: Sequence[Operation]) -> list[Plain]:
    """The plain form that is signed and sent."""
    return [_plain(operation) for operation in operations]


def _plain(operation: Operation) -> Plain:
    match operation:
        case Create(kind):
            return ["create", kind]
        case Set(key, value, cites):
            return ["set", key, value, list(cites)]
        case Add(collection, fields):
            return ["add", collection, [[name, value] for name, value in fields]]
        case Splice(key, hunks):
            return ["text", key, [[at, drop, new] for at, drop, new in hunks]]
        case Keep(key, cites):
            return ["keep", key, list(cites)]


def from_plain(plain: list[Plain]) -> list[Operation]:
    """The operations of a payload. Raises BadOperation, TooMuch: the same verdict on every node."""
    if not plain:
        raise BadOperation(why="none")
    if len(plain) > OPERATIONS_PER_ENTRY:
        raise TooMuch(what=Text("操作", "operations"), limit=OPERATIONS_PER_ENTRY)
    operations: list[Operation] = []
    for item in plain:
        if type(item) is list and len(item) == 4 and item[0] == "set":  # nearly all that arrive
            operations.append(_set(item[1], item[2], item[3]))
        else:
            operations.append(_operation(item))
    _check_together(operations)
    return operations


def measured(plain: list[Any]) -> tuple[list[Operation], int] | None:
    """The operations and their size once encoded, in one look at what was only loaded (`canonical.load`).

    None where they would be refused or are unusual: whoever asks looks at length then. Raises NotCanonical.
    """
    if not 0 < len(plain) <= OPERATIONS_PER_ENTRY:
        return None
    operations: list[Operation] = []
    size = canonical.head_size(len(plain))
    try:
        for item in plain:
            if type(item) is not list:
                return None
            if len(item) != 4 or item[0] != "set":
                size += canonical.size(item, _AROUND)
                operations.append(_operation(item))
                continue
            _, key, value, cites = item
            if cites != [] or type(key) is not str:
                return None
            if (own := _value_size(value)) < 0:
                return None
            key, known = _sound(key)
            size += _SET_SIZE + known + own
            operations.append(_new(Set, (key, value, ())))
        _check_together(operations)
    except BadOperation:
        return None
    return operations, size


_AROUND = 2
"""Arrays around an operation: the payload, its operations."""
_SET_SIZE = canonical.size(["set", []])


def _value_size(value: Any) -> int:
    """Of what one field may state; below zero for anything else."""
    kind = type(value)
    if kind is str:
        n = len(value) if value.isascii() else canonical.text_size(value)
        if n > REGISTER_BYTES:
            return -1
    elif kind is int:
        if not 0 <= value <= INT_MAX:
            return -1
        return canonical.head_size(value)
    elif value is None or kind is bool:
        return 1
    elif kind is bytes and len(value) <= REGISTER_BYTES:
        n = len(value)
    else:
        return -1
    return n + (1 if n < 24 else 2 if n < 0x100 else 3)


@functools.lru_cache(maxsize=4096)
def _sound(key: str) -> tuple[str, int]:
    """One string for all that say this key, and its size once encoded. Raises BadOperation."""
    return key, canonical.size(_key(key))


def _check_together(operations: list[Operation]) -> None:
    """Raises BadOperation: a record is begun first and once, a field is touched once."""
    if len(operations) == 1:
        return
    touched: set[str] = set()
    stated = 0
    for operation in operations:
        kind = type(operation)
        if kind is Set or kind is Splice or kind is Keep:
            touched.add(operation.key)  # type: ignore[union-attr]
            stated += 1
        elif kind is Create and operation is not operations[0]:
            raise BadOperation(why="create comes first")
    if len(touched) != stated:
        raise BadOperation(why="a field twice")


def _set(name: Plain, value: Plain, cites: Plain) -> Set:
    """By hand and not by patterns, like all that follows: every operation that arrives passes here."""
    if type(name) is not str or isinstance(value, list) or type(cites) is not list:
        raise BadOperation(why="shape")
    return _new(Set, (_key(name), _small(value), _cites(cites) if cites else ()))


def _operation(item: Plain) -> Operation:
    """An operation that is no `set`."""
    if type(item) is not list or not 2 <= len(item) <= 4:
        raise BadOperation(why="shape")
    verb, name = item[0], item[1]
    if type(verb) is not str or type(name) is not str:
        raise BadOperation(why="shape")
    if verb == "keep" and len(item) == 3:
        cites = item[2]
        if type(cites) is list and cites:
            return Keep(_key(name), _cites(cites))
    elif verb == "create" and len(item) == 2:
        if _is_word(name):
            return Create(name)
    elif len(item) == 3 and type(item[2]) is list:
        if verb == "add" and _is_word(name):
            return Add(name, _fields(item[2]))
        if verb == "text":
            return Splice(_key(name), _hunks(item[2]))
    raise BadOperation(why="shape")


@functools.lru_cache(maxsize=4096)
def _key(key: str) -> str:
    """Most are names of fields: found sound once, they are not looked through again."""
    if not _KEY.fullmatch(key):
        raise BadOperation(why="key")
    return key


@functools.lru_cache(maxsize=1024)
def _is_word(name: str) -> bool:
    return len(name) <= _NAME_CODE_POINTS and _WORD.fullmatch(name) is not None


def _small(value: Scalar) -> Scalar:
    if (type(value) is str or type(value) is bytes) and len(value) > REGISTER_BYTES:
        raise TooMuch(what=Text("一项文字", "one field"), limit=REGISTER_BYTES)
    return value


def _cites(cites: list[Plain]) -> tuple[EntryId, ...]:
    ids = tuple(EntryId(c) for c in cites if isinstance(c, bytes) and len(c) == ID_BYTES)
    if len(ids) != len(cites) or len(ids) > _CITES_MAX or list(ids) != sorted(set(ids)):
        raise BadOperation(why="citation")
    return ids


def _fields(fields: list[Plain]) -> tuple[tuple[str, Scalar], ...]:
    pairs: list[tuple[str, Scalar]] = []
    for field in fields:
        if type(field) is not list or len(field) != 2:
            raise BadOperation(why="item")
        name, value = field
        if type(name) is not str or value is None or isinstance(value, list):
            raise BadOperation(why="item")
        if not _is_word(name):
            raise BadOperation(why="item")
        pairs.append((name, _small(value)))
    if len(pairs) == 1:
        return tuple(pairs)
    names = [name for name, _ in pairs]
    if not names or names != sorted(set(names)):
        raise BadOperation(why="item")
    return tuple(pairs)


def _hunks(hunks: list[Plain]) -> tuple[tuple[int, int, str], ...]:
    found: list[tuple[int, int, str]] = []
    end = -1
    for hunk in hunks:
        match hunk:
            case [int() as at, int() as drop, str() as new]:
                pass
            case _:
                raise BadOperation(why="hunk")
        if isinstance(at, bool) or isinstance(drop, bool) or at < 0 or drop < 0 or at <= end:
            raise BadOperation(why="hunk")
        if not drop and not new:
            raise BadOperation(why="hunk")
        found.append((at, drop, new))
        end = at + drop
    if not 1 <= len(found) <= _HUNKS_MAX:
        raise BadOperation(why="hunk")
    return tuple(found)
