"""What clerks do, thrown by dice: mostly sensible, often at cross purposes, sometimes against the rules.

The pools are small on purpose, so that two replicas meet on the same field. Everything is drawn from one
`random.Random`, which Hypothesis may be.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

from crdt.conflicts import conflicts
from crdt.entry import EntryId
from crdt.operations import Add, Create, Keep, Operation, Set, Splice
from crdt.record import Record
from keys.identity import TownshipId

_STATES = ("accepted", "investigating", "mediating", "suspended", "agreed", "failed", "closed")
_Inventor = Callable[[random.Random, Record, TownshipId], Operation]
_FIRST_LETTER = 0x4E00


def letters() -> Iterator[str]:
    """Characters that each stand once in a story, so that each can be followed through every merge."""
    return map(chr, itertools.count(_FIRST_LETTER))


def invent(
    dice: random.Random, record: Record, me: TownshipId, fresh: Iterator[str]
) -> list[Operation]:
    """One to three operations for one entry; nobody promises that they are permitted."""
    table = _CONTACT if record.shared.kind == "contact" else _CASE
    found: dict[str, Operation] = {}
    for _ in range(dice.choice((1, 1, 2, 3))):
        inventor = dice.choice(table)
        operation = _text(dice, record, fresh) if inventor is None else inventor(dice, record, me)
        found[getattr(operation, "key", str(len(found)))] = operation
    return list(found.values())


def _register(dice: random.Random, record: Record, me: TownshipId) -> Operation:
    del record, me
    return dice.choice(
        (
            Set("amount_agreed", 100 * dice.randrange(1, 7)),
            Set("amount_agreed", None),
            Set("village", dice.choice(("示范一村", "示范二村", "示范三村"))),
            Set("difficulty", dice.choice(("simple", "complex", "difficult"))),
        )
    )


def _state(dice: random.Random, record: Record, me: TownshipId) -> Operation:
    del record, me
    return Set("state", dice.choice(_STATES))


def _member(dice: random.Random, record: Record, me: TownshipId) -> Operation:
    del record
    return dice.choice(
        (
            Set("dispositions/claim_met", dice.choice((True, False))),
            Set(f"co_handlers/{me.hex()}", dice.choice((True, False))),
            Set(f"state_confirmed/{me.hex()}", dice.choice(("agreed", None))),
        )
    )


def _item(dice: random.Random, record: Record, me: TownshipId) -> Operation:
    items = sorted(record.shared.items)
    if not items or dice.randrange(6) == 0:
        return Add("notes", (("text", dice.choice(("你好", "再见"))),))
    collection, item = items[dice.randrange(min(2, len(items)))]
    field = {"notes": "text", "phones": "label"}[collection]
    if dice.randrange(3) == 0:
        return Set(f"{collection}/{item}/removed", dice.choice((True, True, False)))
    return Set(f"{collection}/{item}/{field}", f"改{dice.randrange(9)}")


def _text(dice: random.Random, record: Record, fresh: Iterator[str]) -> Operation:
    length = len(record.document().text("summary"))
    at = dice.randrange(length + 1)
    drop = dice.randrange(min(3, length - at) + 1)
    new = "".join(next(fresh) for _ in range(dice.randrange(0 if drop else 1, 4)))
    return Splice("summary", ((at, drop, new),))


def _settle(dice: random.Random, record: Record, me: TownshipId) -> Operation:
    open_now = conflicts(record)
    if not open_now:
        return _register(dice, record, me)
    conflict = dice.choice(open_now)
    cites = tuple(c.entry for c in conflict.candidates)
    if dice.randrange(2) == 0:
        return Keep(conflict.key, cites)
    return Set(conflict.key, dice.choice(conflict.candidates).value, cites)


def _wrong(dice: random.Random, record: Record, me: TownshipId) -> Operation:
    """Against one rule or another, whatever the record says."""
    some = tuple(sorted(record.verdicts))[:1] or (EntryId(bytes(32)),)
    return dice.choice(
        (
            Set("title", "x"),
            Set("no_such_field", 1),
            Set("amount_agreed", -1),
            Set("amount_agreed", True),
            Set("amount_agreed", "100"),
            Set("amount_agreed", 700, some),
            Set("difficulty", "easy"),
            Set("village", ""),
            Set("village", None),
            Set("state", "draft"),
            Set("state", None),
            Set("notes", "x"),
            Set("dispositions/none", True),
            Set("dispositions/claim_met", 1),
            Set(f"state_confirmed/{'00' * 32}", "agreed"),
            Set(f"notes/{'0' * 32}.0/text", "x"),
            Set(f"notes/{'0' * 32}.0/removed", True),
            Set("summary", "x"),
            Add("nowhere", (("text", "x"),)),
            Add("notes", (("colour", "x"),)),
            Add("notes", (("text", "\x1b"),)),
            Splice("summary", ((100_000, 1, ""),)),
            Splice("village", ((0, 0, "x"),)),
            Splice("summary", ((0, 0, "\u202e"),)),
            Splice("summary", ((0, 0, "长" * 5000),)),
            Keep("amount_claimed", some),
            Create("case"),
            Set("kind", "contact"),
        )
    )


def _contact(dice: random.Random, record: Record, me: TownshipId) -> Operation:
    if dice.randrange(3) == 0:
        items = sorted(record.shared.items)
        if not items:
            return Add("phones", (("label", "夜间"), ("phone", "0745-7654321")))
        return Set(f"phones/{items[0][1]}/removed", dice.choice((True, False)))
    return dice.choice(
        (
            Set("phone", dice.choice(("0745-1111111", "0745-2222222"))),
            Set("liaison_for/disaster", dice.choice((True, False))),
            Set("phone", "none"),
            Set("last_checked_on", dice.choice(("2024-08-18", "2024-02-30"))),
        )
    )


# None: a text is edited.
_CASE: tuple[_Inventor | None, ...] = (
    *(_register, _register, _register, _state, _member, _member, _item, _item, _item),
    *(None, None, _settle, _settle, _settle, _wrong),
)
_CONTACT: tuple[_Inventor | None, ...] = (_contact, _contact, _contact, _settle, _wrong)
