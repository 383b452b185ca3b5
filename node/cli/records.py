"""The commands of a kind of record, made from its declaration: `case`, `contact`, and whatever comes.

A field that the kind requires is also an option of `new`; a state machine brings `move`, a place where each
township confirms the state brings `confirm`, a collection of notes brings `note`. Names no kind and no field.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from crdt.kinds import KINDS
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choice, Items, Slot, State
from keys.errors import Text
from node.cli import language, sealed
from node.cli.answers import answers_of
from node.cli.asking import with_answers
from node.cli.commands import NO_NAME, Argument, Command, Group, Option
from node.cli.completing import assignments, offers
from node.cli.examples import example_of, value_example
from node.cli.face import Face
from node.cli.history import history_of
from node.cli.listing import LIMIT, list_records
from node.cli.naming import found_in, tell

NOTES = "notes"
_OPTION = "field_"
_TAKEN = frozenset(
    {"lang", "home", "json", "ledger", "as", "help", "reason", "limit", "conflicts", "no_name"}
)
_WHY = Option("--reason", Text("理由", "why"), language.REASON, default="")
_WHY_ASKED = Option(
    "--reason", Text("理由，必须写明", "why; it must be said"), language.REASON, default=""
)
_EVERYTHING = Option(
    "--all",
    Text("已过有效期的也列出", "what is valid no more, too"),
    name="everything",
    is_flag=True,
)
_FORMATS = ("json", "automerge")
_Verb = Callable[[Kind], Command | None]


def group_of(kind: Kind) -> Group:
    """All commands of a kind."""
    return _group(kind.name)


@functools.cache
def _group(name: str) -> Group:
    kind = KINDS[name]
    zh, en = kind.label
    made = [verb(kind) for verb in _VERBS]
    return Group(
        kind.name,
        Text(f"{zh}：登记、查看、修改。", f"{en.capitalize()}: enter, see, change."),
        [c for c in made if c is not None],
        example=f"mulin {kind.name} list",
    )


# --- entering and changing -------------------------------------------------------------------


def _new(kind: Kind) -> Command:
    options = [_required(f) for f in kind.fields if f.required and f.name not in _TAKEN]
    options += sealed.OPENING if kind.sealed else []

    def new(face: Face, assignments: tuple[str, ...], reason: str, **given: Any) -> None:
        from node.assign import split_assignments

        opening = sealed.opening(face, kind, given) if kind.sealed else None
        typed = {k.removeprefix(_OPTION): v for k, v in given.items() if v is not None}
        typed = with_answers(face, kind, typed | split_assignments(assignments))
        record = face.service.create(face.ledger, kind.name, typed, face.post, reason, opening)
        tell(face, record)

    zh, en = kind.label
    return Command(
        "new",
        Text(f"登记新的{zh}，打印编号。", f"Enter a new {en}; prints its id."),
        [assignments(kind), *options, _WHY, *_checked(kind)],
        new,
        f"mulin {kind.name} new {'--case 3f2a ' if kind.about else ''}{example_of(kind)}",
    )


def _required(declared: Field) -> Option:
    zh, en = declared.label
    return Option(
        "--" + declared.name.replace("_", "-"),
        Text(f"{zh}（必填）", f"{en} (required)"),
        language.VALUE,
        name=_OPTION + declared.name,
        shell_complete=offers(declared.type),
    )


def _set(kind: Kind) -> Command:
    def set_(face: Face, record: str, assignments: tuple[str, ...], reason: str) -> None:
        from node.assign import split_assignments

        typed = split_assignments(assignments)
        ledger, found = found_in(face, record, kind)
        entry = face.service.change(ledger, found, typed, face.post, reason)
        tell(face, found, entry.id)

    declared = next(f for f in kind.fields if not f.required and not isinstance(f.type, State))
    zh, en = kind.label
    return Command(
        "set",
        Text(
            f"修改{zh}的项目；只写要改的。\n有哪些项目：mulin kinds {kind.name}",
            f"Change fields of {_a(en)}; name only those.\nThe fields: mulin kinds {kind.name}",
        ),
        [
            _ID,
            assignments(kind, required=True),
            _WHY,
            *_checked(kind),
        ],
        set_,
        f"mulin {kind.name} set 3f2a9c1e {declared.name}={value_example(declared.type)}",
    )


def _move(kind: Kind) -> Command | None:
    machine = kind.machine
    if machine is None:
        return None

    def move(face: Face, record: str, state: str, reason: str) -> None:
        ledger, found = found_in(face, record, kind)
        entry = face.service.move(ledger, found, state, face.post, reason)
        tell(face, found, entry.id)

    zh, en = kind.label
    states = machine.type.values if isinstance(machine.type, State) else ()
    example = states[min(2, len(states) - 1)][0]
    return Command(
        "move",
        Text(
            f"{zh}进入下一个状态。\n状态：" + "、".join(f"{c} {t[0]}" for c, t in states),
            f"Move {_a(en)} to its next state.\nStates: " + ", ".join(c for c, _ in states),
        ),
        [
            _ID,
            Argument("state", language.STATE, shell_complete=offers(machine.type)),
            _WHY_ASKED,
            *_checked(kind),
        ],
        move,
        Text(
            f"mulin {kind.name} move 3f2a9c1e {example} --reason 双方同意调解",
            f'mulin {kind.name} move 3f2a9c1e {example} --reason "both sides agree"',
        ),
    )


def _confirm(kind: Kind) -> Command | None:
    if kind.agreed is not None:
        from node.cli.agreements import confirm_of

        return confirm_of(kind)
    machine, slot = kind.machine, _confirming(kind)
    if machine is None or slot is None:
        return None

    def confirm(face: Face, record: str) -> None:
        from crdt.errors import Stale
        from crdt.view import view

        ledger, found = found_in(face, record, kind)
        state = view(face.service.record(ledger, found)).registers[machine.name]
        if state is None:  # the sides differ about it: nothing to confirm yet
            raise Stale(field=machine.label)
        typed = {slot.name: str(state)}
        entry = face.service.change(ledger, found, typed, face.post)
        tell(face, found, entry.id)

    zh, en = kind.label
    return Command(
        "confirm",
        Text(
            f"本乡镇确认{zh}现在的状态。",
            f"Confirm, for this township, the present state of {_a(en)}.",
        ),
        [_ID, *_checked(kind)],
        confirm,
        f"mulin {kind.name} confirm 3f2a9c1e",
    )


def _certificate(kind: Kind) -> Command | None:
    from node.cli.agreements import certificate_of

    # What is open lies under the key of everything else that is open: nobody can be given that key.
    return certificate_of(kind) if kind.agreed is not None and kind.sealed else None


def _note(kind: Kind) -> Command | None:
    declared = kind.by_name.get(NOTES)
    if declared is None or not isinstance(declared.type, Items):
        return None
    first = declared.type.fields[0][0]

    def note(face: Face, record: str, text: tuple[str, ...]) -> None:
        ledger, found = found_in(face, record, kind)
        typed = {first: " ".join(text)}
        entry = face.service.add_item(ledger, found, NOTES, typed, face.post)
        tell(face, found, entry.id)

    zh, en = kind.label
    return Command(
        "note",
        Text(f"给{zh}加一条办理记录，不写姓名。", f"Add a note to {_a(en)}; no names."),
        [_ID, Argument("text", Text("内容", "TEXT"), nargs=-1, required=True), *_checked(kind)],
        note,
        f"mulin {kind.name} note 3f2a9c1e 已到现场查看界桩",
    )


# --- seeing ----------------------------------------------------------------------------------


def _list(kind: Kind) -> Command:
    if kind.sealed:
        return sealed.list_of(kind)

    def list_(
        face: Face,
        filters: tuple[str, ...],
        conflicts: bool,
        limit: int | None,
        everything: bool = False,
    ) -> None:
        named = {word.partition("=")[0].strip() for word in filters}
        everything |= conflicts or not named.isdisjoint(_until(kind))
        list_records(
            face, kind, filters, only_conflicts=conflicts, limit=limit, everything=everything
        )

    declared = next((f for f in kind.fields if isinstance(f.type, Choice)), kind.fields[0])
    zh, _ = kind.label
    return Command(
        "list",
        Text(
            f"{zh}列表，新近改动的在前；可以按项目筛选。",
            "A list, latest first; fields may filter it.",
        ),
        [
            assignments(kind, "filters"),
            Option(
                "--conflicts",
                Text("只列两边不一致的", "only those where the sides differ"),
                is_flag=True,
            ),
            *([_EVERYTHING] if kind.until else []),
            LIMIT,
        ],
        list_,
        f"mulin {kind.name} list {declared.name}={value_example(declared.type)}",
    )


def _show(kind: Kind) -> Command:
    def show(face: Face, record: str, purpose: str | None = None) -> None:
        from node.cli.gathered import gathered_of, print_gathered
        from node.cli.show import print_record, rising_of
        from node.cli.whom import beside, print_spots

        ledger, found = found_in(face, record, kind)
        sealed.look(face, ledger, found, kind, "view", purpose)
        shape = face.reading.record(ledger, found) | rising_of(face, ledger, found)
        shape |= gathered_of(face, ledger, found, kind)
        spots = beside(face, kind, shape)

        def people() -> None:
            print_record(face, ledger, found, shape)
            print_gathered(face, kind, shape)
            sealed.print_belonging(face, shape["sealed"])
            if spots:
                face.line()
                print_spots(face, spots)

        face.answer(shape, people)

    zh, en = kind.label
    return Command(
        "show",
        Text(f"一个{zh}的全部内容。", f"Everything about {_a(en)}."),
        [_ID, *sealed.purpose(kind)],
        show,
        f"mulin {kind.name} show 3f2a9c1e",
    )


def _history(kind: Kind) -> Command:
    def history(face: Face, record: str, purpose: str | None = None) -> None:
        ledger, found = found_in(face, record, kind)
        sealed.look(face, ledger, found, kind, "view", purpose)
        history_of(face, ledger, found, graph=False)

    zh, en = kind.label
    return Command(
        "history",
        Text(f"{zh}的修改经过：谁、何时、改了什么。", f"How {_a(en)} came about: who, when, what."),
        [_ID, *sealed.purpose(kind)],
        history,
        f"mulin {kind.name} history 3f2a9c1e",
    )


def _export(kind: Kind) -> Command:
    def export(
        face: Face, record: str, form: str, output: str | None, purpose: str | None = None
    ) -> None:
        from node.cli.export import export_record

        ledger, found = found_in(face, record, kind)
        sealed.look(face, ledger, found, kind, "export", purpose)
        export_record(face, ledger, found, form, output)

    zh, en = kind.label
    return Command(
        "export",
        Text(
            f"导出{zh}。\njson 含全部修改经过；automerge 供 Automerge 程序打开。",
            f"Export {_a(en)}.\njson has its history; automerge is for programs that read Automerge.",
        ),
        [
            _ID,
            Option(
                "--format",
                Text("格式", "format"),
                name="form",
                type=click.Choice(_FORMATS),
                default="json",
                show_default=True,
            ),
            Option("-o", Text("写入新文件", "write a new file"), language.FILE, name="output"),
            *sealed.purpose(kind),
        ],
        export,
        f"mulin {kind.name} export 3f2a9c1e --format automerge -o 3f2a.am",
    )


def _until(kind: Kind) -> set[str]:
    """What the field may be called that says how long it is valid: who asks for it knows of it."""
    return {kind.until, *kind.by_name[kind.until].label} if kind.until else set()


# --- shared ----------------------------------------------------------------------------------

_ID = Argument("record", language.ID)
_VERBS: tuple[_Verb, ...] = (
    _new, _list, _show, _set, _move, _confirm, _certificate, _note, answers_of, _history, _export,
)  # fmt: skip


def _checked(kind: Kind) -> list[Option]:
    """What says that no text tells of a party, where texts are looked at for that."""
    return [] if kind.sealed or kind.names else [NO_NAME]


def _a(en: str) -> str:
    """The name of a kind with its article."""
    return f"an {en}" if en[0] in "aeio" else f"a {en}"


def _confirming(kind: Kind) -> Field | None:
    """The field in which each township confirms the state: it takes the same values."""
    machine = kind.machine
    if machine is None:
        return None
    states = machine.type.values if isinstance(machine.type, State) else ()
    slots = [(f, f.type.of) for f in kind.fields if isinstance(f.type, Slot)]
    return next((f for f, of in slots if isinstance(of, Choice) and of.values == states), None)


record = Group(
    "record",
    Text(
        "任何种类的记录，例如 record case list。", "Records of any kind, such as: record case list."
    ),
    [group_of(k) for k in KINDS.values()],
    example="mulin record case export 3f2a9c1e --format json",
)
