"""Which record a person named, and what is told after a write. Names no kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds import KINDS, kind_named
from crdt.kinds.language import Kind
from keys.errors import Text
from node.cli.face import Face
from node.cli.newer import say_behind

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.ledgers import Ledger

_KIND_CODE_POINTS = 40
_SAVED = Text("已保存在本机。", "Saved here.")


def kind_meant(text: str) -> Kind:
    """The kind that a person named by its name or by what it is called. Raises UnknownKind."""
    lower = text[:_KIND_CODE_POINTS].lower()
    called = (k for k in KINDS.values() if lower in (k.label.say("zh"), k.label.say("en")))
    return next(called, None) or kind_named(lower)


def found_in(face: Face, text: str, kind: Kind | None) -> tuple[Ledger, RecordId]:
    """The ledger and the record that a person named. Raises NotFound, Ambiguous, WrongKind."""
    ledger = face.ledger
    return ledger, face.service.find_record(ledger, text, kind.name if kind else None)


def tell(face: Face, record: RecordId, entry: bytes | None = None) -> None:
    """After a write: the id, and the running node hears of it."""
    face.wrote()
    found: dict[str, Any] = {"id": record.hex()}
    if entry is not None:
        found["entry"] = entry.hex()
    remarks = _unusual(face, record)
    if remarks:
        found["unusual"] = remarks["unusual"]
    face.answer(found, lambda: face.line(face.short(record)))
    if remarks:
        from node.cli.remarks import unusual_lines

        for line in unusual_lines(face, remarks):
            face.note_line(line)
    face.note(_SAVED)
    held = face.service.record(face.ledger, record)
    say_behind(face, face.service.epochs.behind(face.ledger, held), beside=True)


def _unusual(face: Face, record: RecordId) -> dict[str, Any]:
    """What is unusual of a record, as its JSON says it; nothing where nothing is."""
    from crdt.view import view
    from node.usual import unusual_shape

    held = face.service.record(face.ledger, record)
    kind = kind_named(held.shared.kind)
    if not any(f.usual for f in kind.fields):
        return {}
    found = unusual_shape(held, view(held))
    return {"id": record.hex(), "kind": kind.name, "unusual": found} if found else {}
