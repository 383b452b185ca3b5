"""Settling one question after the other: nothing preselected, always a way to leave it for later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.errors import NotInConflict, RuleBroken, Stale
from keys.errors import Exit, MulinError, Text
from node.cli import sealed
from node.cli.conflicts import others, tell_settled
from node.cli.face import Face, printable
from node.cli.questions import print_question

if TYPE_CHECKING:
    from crdt.conflicts import Conflict
    from crdt.entry import Entry
    from crdt.kinds.types import Scalar
    from node.ledgers import Ledger

_KEEP = object()
_LATER = object()
_CHOICE = Text(
    "用哪一个？1-{n} 用该说法，v 另填，k 都保留，l 以后再说：",
    "Which? 1-{n} takes that one, v a third value, k keeps both, l later: ",
)
_NO_CHOICE = Text("请输入 1-{n}、v、k 或 l。", "Please type 1-{n}, v, k or l.")
_MEANING = Text(
    "选定后立即保存，并告诉：{who}。以后还可以再改。",
    "A choice is saved at once, and these will hear of it: {who}. It can be changed later.",
)
_NOTHING = Text("没有两边不一致的内容。", "No statements differ.")


def walk(face: Face, ledger: Ledger, one: Conflict | None) -> int:
    """Ask about every open difference, or about `one`; returns 4 if some are left for later."""
    todo = [one] if one is not None else face.service.open_conflicts(ledger)
    sealed.in_passing(face, ledger, ((c.record.hex(), c.kind) for c in todo))
    if todo:
        face.say(_MEANING, who=others(face, ledger))
    else:
        face.say(_NOTHING)
    settled: list[dict[str, str]] = []
    for number, conflict in enumerate(todo, 1):
        _head(face, number, len(todo))
        entry = _ask_until_done(face, ledger, conflict)
        if entry is not None:
            settled.append({"id": conflict.id.hex(), "entry": entry.id.hex()})
    left = len(face.service.open_conflicts(ledger))
    face.answer({"settled": settled, "left": left}, lambda: _tell_left(face, left))
    return Exit.CONFLICTS if left else Exit.DONE


def _head(face: Face, number: int, whole: int) -> None:
    face.say(Text("\n—— 核对 {n} / {all} ——", "\n—— {n} of {all} ——"), n=number, all=whole)


def _tell_left(face: Face, left: int) -> None:
    if left:
        face.say(Text("还有 {n} 处以后再核对。", "{n} are left for later."), n=left)


def _ask_until_done(face: Face, ledger: Ledger, conflict: Conflict) -> Entry | None:
    """One question; a wrong answer is explained and asked again. None: later."""
    shape = face.reading.conflict(ledger, conflict)
    if not face.json:
        print_question(face, ledger, shape)
    try:
        face.service.check_settles(conflict)
    except RuleBroken as fault:
        _explain(face, fault)
        return None
    while True:
        try:
            chosen = _choose(face, ledger, conflict, shape)
            reason = None if chosen is _LATER else _ask_reason(face)
            if reason is None:
                return None
            entry = _write(face, ledger, conflict, chosen, reason)
        except (Stale, NotInConflict) as fault:  # somebody was faster: the next walk asks anew
            _explain(face, fault)
            return None
        except (RuleBroken, MulinError) as fault:
            _explain(face, fault)
            continue
        face.wrote()
        if not face.json:
            tell_settled(face, ledger, conflict)
        return entry


def _choose(face: Face, ledger: Ledger, conflict: Conflict, shape: dict[str, Any]) -> object:
    """The chosen candidate's value, a third value, _KEEP or _LATER. Raises BadValue."""
    count = len(shape["candidates"])
    while True:
        answer = face.ask(_CHOICE, n=count)
        match (answer or "").lower():
            case "l":
                return _LATER
            case "k":
                return _KEEP
            case "v":
                typed = face.ask(Text("内容：", "Value: "))
                if typed:
                    return face.service.typed_value(ledger, conflict, typed)
            case digits if digits.isascii() and digits.isdigit() and 1 <= int(digits[:4]) <= count:
                return conflict.candidates[int(digits[:4]) - 1].value
        if answer is None:  # nobody answers any more
            face.say(Text("", ""))
            return _LATER
        face.say(_NO_CHOICE, n=count)


def _ask_reason(face: Face) -> str | None:
    """The reason; asked until there is one. None where nobody answers any more."""
    while True:
        answer = face.ask(Text("理由：", "Reason: "))
        if answer is None or answer:
            return answer
        face.say(
            Text("请写明理由，例如：电话核对。", "Please say why, for example: checked by phone.")
        )


def _write(face: Face, ledger: Ledger, conflict: Conflict, chosen: Any, reason: str) -> Entry:
    service = face.service
    if chosen is _KEEP:
        return service.keep_both(ledger, conflict, face.post, reason)
    value: Scalar = chosen
    return service.settle(ledger, conflict, value, face.post, reason)


def _explain(face: Face, fault: MulinError) -> None:
    face.note(Text("{why}", "{why}"), why=printable(fault.say(face.lang)))
