"""What an entry does to the document: steps that follow from its judged operations alone. Pure.

So nothing has to be kept for the time when an entry is performed, and nothing judged again. Knows no rule:
whether the operations are permitted was asked before (`judge`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crdt.document import EditText, NewText, Put, Step
from crdt.entry import ActorId, EntryId
from crdt.kinds import kind_named
from crdt.operations import KIND_KEY, Add, Create, Keep, Operation, Set, Splice, item_name

SETTLED = "settled"


def steps_of(operations: Sequence[Operation], actor: ActorId) -> list[Step]:
    """The steps of judged operations, in their order."""
    steps: list[Step] = []
    for index, operation in enumerate(operations):
        match operation:
            case Set(key, value, cites):
                if cites:
                    # What is cited may not stand in the document: a write elsewhere in a withdrawn item,
                    # a candidate that somebody kept. Saying the one value that does stand there again
                    # would be no change: so it is unsaid first.
                    steps.append(Put(key, False if value is None else None))
                steps.append(Put(key, value))
                if cites:
                    steps += _settled(actor, index, key, cites, kept=False)
            case Add(collection, fields):
                item = item_name(actor, index)
                steps += [Put(f"{collection}/{item}/{name}", value) for name, value in fields]
            case Splice(key, hunks):
                steps.append(EditText(key, hunks))
            case Keep(key, cites):
                steps += _settled(actor, index, key, cites, kept=True)
            case Create(name):
                steps += _begun(name)
    return steps


def _begun(name: str) -> Iterator[Step]:
    kind = kind_named(name)
    yield Put(KIND_KEY, kind.name)
    for text in kind.texts:  # all: a kind gets no text later
        yield NewText(text)


def _settled(
    actor: ActorId, index: int, key: str, cites: tuple[EntryId, ...], *, kept: bool
) -> Iterator[Step]:
    """A settlement leaves an item of its own in the document: it always changes the record."""
    item = item_name(actor, index)
    yield Put(f"{SETTLED}/{item}/field", key)
    yield Put(f"{SETTLED}/{item}/cites", b"".join(cites))
    yield Put(f"{SETTLED}/{item}/kept", kept)
