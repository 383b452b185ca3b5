"""`item`: the many things of one record (places, mediators, notes): add, edit, withdraw one."""

from __future__ import annotations

from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_NAME, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.naming import found_in, tell

_RECORD = Argument("record", language.ID)
_COLLECTION = Argument("collection", Text("清单", "COLLECTION"))
_ITEM = Argument("item_name", Text("条目", "ITEM"))
_ASSIGNMENTS = Argument("assignments", language.ASSIGNMENT, nargs=-1, required=True)
_WHY = Option("--reason", Text("理由", "why"), language.REASON, default="")


@command(
    "add",
    Text("在清单里加一条。", "Add one to a collection."),
    _RECORD,
    _COLLECTION,
    _ASSIGNMENTS,
    _WHY,
    NO_NAME,
    example="mulin item add 3f2a9c1e places name=石桥",
)
def add(
    face: Face, record: str, collection: str, assignments: tuple[str, ...], reason: str
) -> None:
    from node.assign import split_assignments

    typed = split_assignments(assignments)
    ledger, found = found_in(face, record, None)
    entry = face.service.add_item(ledger, found, collection, typed, face.post, reason)
    tell(face, found, entry.id)


@command(
    "edit",
    Text(
        "修改清单里的一条；条目编号见 show 里的方括号。",
        "Change one; its name stands in square brackets in show.",
    ),
    _RECORD,
    _COLLECTION,
    _ITEM,
    _ASSIGNMENTS,
    _WHY,
    NO_NAME,
    example="mulin item edit 3f2a9c1e places 7c01d2e3.0 name=石桥头",
)
def edit(
    face: Face,
    record: str,
    collection: str,
    item_name: str,
    assignments: tuple[str, ...],
    reason: str,
) -> None:
    from node.assign import split_assignments

    typed = split_assignments(assignments)
    ledger, found = found_in(face, record, None)
    entry = face.service.edit_item(ledger, found, collection, item_name, typed, face.post, reason)
    tell(face, found, entry.id)


@command(
    "remove",
    Text(
        "撤下清单里的一条；经过仍可在 history 里看到。",
        "Withdraw one; the history still shows it.",
    ),
    _RECORD,
    _COLLECTION,
    _ITEM,
    _WHY,
    NO_NAME,
    example="mulin item remove 3f2a9c1e places 7c01d2e3.0",
)
def remove(face: Face, record: str, collection: str, item_name: str, reason: str) -> None:
    from crdt.operations import REMOVED

    ledger, found = found_in(face, record, None)
    typed = {REMOVED: "yes"}
    entry = face.service.edit_item(ledger, found, collection, item_name, typed, face.post, reason)
    tell(face, found, entry.id)


item = Group(
    "item",
    Text(
        "记录里的清单（地点、办理记录等）：加、改、撤下。",
        "Collections of a record: add, edit, withdraw.",
    ),
    (add, edit, remove),
    example="mulin item add 3f2a9c1e places name=石桥",
)
