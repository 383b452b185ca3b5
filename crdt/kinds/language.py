"""The words in which a kind of record is declared. Everything else is derived from a declaration.

A kind says its fields with type, label in both languages, who may write, how serious a difference
is and which value is safe to show meanwhile. Validation, the Automerge shape, SQL columns, command
line and conflict rules all read this one declaration. Knows no record and no node.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crdt.kinds.types import Choices, FieldType, Items, Prose, Scalar, Slot, State, Townships
from keys.errors import Text


class Severity(enum.StrEnum):
    """How a difference about a field is treated until people have settled it."""

    BLOCKING = "blocking"
    IMPORTANT = "important"
    MINOR = "minor"


class Area(enum.StrEnum):
    """The areas of work that kinds belong to, in the order in which people look for them."""

    DISPUTES = "disputes"
    PEOPLE = "people"
    ALARMS = "alarms"
    ROUNDS = "rounds"
    MEETINGS = "meetings"
    MATTERS = "matters"
    SERVICES = "services"


AREA_LABELS = {
    Area.DISPUTES: Text("纠纷调解", "disputes"),
    Area.PEOPLE: Text("联络值守", "people and duty"),
    Area.ALARMS: Text("预警应急", "alarms"),
    Area.ROUNDS: Text("巡防排查", "rounds"),
    Area.MEETINGS: Text("会议机制", "meetings and bodies"),
    Area.MATTERS: Text("难题项目", "matters and projects"),
    Area.SERVICES: Text("服务报数", "services and figures"),
}

SEVERITY_LABELS = {
    Severity.BLOCKING: Text("必须先核对", "blocking"),
    Severity.IMPORTANT: Text("重要", "important"),
    Severity.MINOR: Text("一般", "minor"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A day by which something is to be done: the one that stands there, or so many `days` after it.
    People are told `ahead` days before."""

    ahead: int = 7
    days: int = 0

    def on(self, stated: str) -> str:
        """The day on which it is due, of the day that stands there."""
        day = datetime.date.fromisoformat(stated)
        if day > datetime.date.max - datetime.timedelta(days=self.days):
            return stated  # a typing mistake at the end of all calendars
        return (day + datetime.timedelta(days=self.days)).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One declared field. `safe` picks the value to show while candidates differ."""

    name: str
    label: Text
    type: FieldType
    required: bool = False
    severity: Severity = Severity.IMPORTANT
    safe: Callable[[list[Scalar], FieldType], Scalar] | None = None
    since: int = 1
    """The first schema number that knows this field."""
    column: bool = True
    """Whether it is a column of the list views."""
    today: bool = False
    """Whether it says the day (or the moment) of entering where nothing else is typed."""
    due: Due | None = None
    """When it is a day by which something is to be done: calendars and the morning page tell of it."""
    after: tuple[str, int] | None = None
    """(day field, days): a day that is filled in where none is typed when a record begins."""
    register: bool = field(init=False, repr=False, compare=False)
    """Whether it is one value under one key."""
    states: State | None = field(init=False, repr=False, compare=False)
    """Its type, where that is a state machine."""
    simple: bool = field(init=False, repr=False, compare=False)
    """Whether it is a register and no state machine: its first statement only has to fit its type."""
    check: Callable[[Scalar], None] = field(init=False, repr=False, compare=False)
    """Its type's check. Raises Unfit."""

    def __post_init__(self) -> None:
        parted = isinstance(self.type, (Choices, Townships, Slot, Items, Prose))
        object.__setattr__(self, "register", not parted)
        states = self.type if isinstance(self.type, State) else None
        object.__setattr__(self, "states", states)
        object.__setattr__(self, "simple", not parted and states is None)
        object.__setattr__(self, "check", self.type.check)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """With the move to `state` the last day on which a record is kept is stated in `until`: so many `days`
    on, or what the members agreed on. `shorter`: (field, value, days) where another number holds. `hold`: the
    field that says until when it may not be erased."""

    state: str
    until: str
    hold: str
    days: int
    shorter: tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The text of a record that townships confirm by its hash.

    `fields`: what the hash covers, registers, texts and collections; `draft`: the state in which they are
    written, to which one returns; `before`: states before it, in which they may be changed as well;
    `confirmed`: the slot in which each township states the hash that it confirms.
    """

    fields: tuple[str, ...]
    draft: str
    confirmed: str
    before: tuple[str, ...] = ()

    @property
    def open(self) -> frozenset[str]:
        """The states in which the text may be changed."""
        return frozenset((self.draft, *self.before))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifies:
    """A kind whose records are persons. `by`: the fields that tell who it is; `alias`: what stands for them
    where everybody reads."""

    by: tuple[str, ...]
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A record that others answer, each township in its place of `slot`. `asked`: the set of those who are.

    `since`: the moment from which time counts, "" the entering; `grade`: the field whose value says in
    `within_min` how many minutes they have; without it there is no time limit. `met`: the words in the slot
    that are an answer; none: any word.
    """

    slot: str
    asked: str
    since: str = ""
    grade: str = ""
    within_min: Mapping[str, int] = field(default_factory=dict)
    met: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Covers:
    """A record by which somebody answers for the time that it `lasts`; `who`: the fields that tell whom to
    call. Townships that have any are expected to leave no gap."""

    who: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """A list worked off before a state is entered: every item of `items` is `done` or says a `reason`."""

    state: str
    items: str
    done: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How far it is: from `origin` to `destination` in so many `minutes`."""

    origin: str
    destination: str
    minutes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """When two records may be one matter entered twice: `fields` say the same, `day` is at most `days` apart.

    Never found by names. `joined`: the field in which people say that they are one; "" where it is only told.
    """

    fields: tuple[str, ...]
    day: str = ""
    days: int = 0
    joined: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toured:
    """A record that gathers rounds to places. `targets`: the collection of places to go to, `goal` its part
    that says how often; `rounds`: (kind, field) of the rounds, whose field names this record; `covers` and
    `findings`: their collections, `result` the part that says what was found; `place`: the parts of all three
    that say where. It is summed up on the day `last`.
    """

    targets: str
    goal: str
    rounds: tuple[str, str]
    covers: str
    findings: str
    result: str
    place: tuple[str, ...]
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A record whose figures are counted from records of the kind `of`. `period`: the week it is about;
    `figures`: the collection they stand in, each with `measure`, `value` and the fields `by` which they are
    parted; `as_of`: the moment at which they were counted."""

    period: str
    of: str
    figures: str
    measure: str
    value: str
    by: tuple[str, ...]
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of record. `title` names the fields a title is made from; `table` is its SQL table.

    `sealed`: it has a key of its own, and only townships that were granted it read it; then it has no table,
    and no word of it stands in any index. `about`: the kind of record that it belongs to, "" none.
    `agreed`: what townships confirm by its hash. `kept`: how long it is kept. `ends`: (state, day field)
    with which what was given to it for a time is over. `names`: it holds names of staff in their post, and is
    not searched for names. `identifies`: its records are persons. `explained`: (state, field): who enters
    that state says why, in the field or as the reason. `answered`: others answer it. `twins`: how one finds
    that two are the same. `covers`: somebody answers for a time by it. `complete`: what is worked off before
    a state. `ways`: how far it is somewhere. `stands_at`: the field that says where it starts from.
    `toured`: it gathers rounds to places. `generated`: its figures are counted. `told_by`: the fields by
    which many of them are told in short, the state if none is named. `lasts`: (field, field) from when to
    when it takes place, which calendars show; the second may be the first, for what takes one day. `over`:
    (field, values) with which nothing of it is due any more; no values: with any.
    """

    name: str
    table: str
    label: Text
    fields: tuple[Field, ...]
    title: tuple[str, ...]
    area: Area = Area.DISPUTES
    home_only: bool = False
    first_schema: int = 1
    sealed: bool = False
    about: str = ""
    agreed: Agreed | None = None
    kept: Kept | None = None
    ends: tuple[str, str] | None = None
    names: bool = False
    identifies: Identifies | None = None
    explained: tuple[str, str] | None = None
    answered: Answered | None = None
    twins: Twins | None = None
    covers: Covers | None = None
    complete: Complete | None = None
    ways: Ways | None = None
    stands_at: str = ""
    toured: Toured | None = None
    generated: Generated | None = None
    told_by: tuple[str, ...] = ()
    lasts: tuple[str, str] | None = None
    over: tuple[str, tuple[str, ...]] | None = None
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)
    texts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    to_state: tuple[Field, ...] = field(init=False, repr=False, compare=False)
    """What a record cannot begin without."""
    shown_as: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Names of the fields that a view shows as "registers" (texts too), "sets", "slots", "items"."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})
        texts = tuple(f.name for f in self.fields if isinstance(f.type, Prose))
        object.__setattr__(self, "texts", texts)
        to_state = tuple(f for f in self.fields if f.required or f.states is not None)
        object.__setattr__(self, "to_state", to_state)
        shown: dict[str, list[str]] = {"registers": [], "sets": [], "slots": [], "items": []}
        for f in self.fields:
            shown[_shown_as(f.type)].append(f.name)
        object.__setattr__(self, "shown_as", {k: tuple(names) for k, names in shown.items()})
        assert len(self.by_name) == len(self.fields), "a field name is declared twice"
        assert "kind" not in self.by_name, "kind is not a field"
        machine = next((f for f in self.fields if f.states is not None), None)
        if self.over is None and machine is not None and machine.states is not None:
            object.__setattr__(self, "over", (machine.name, tuple(sorted(machine.states.over))))
        if not self.told_by and machine is not None:
            object.__setattr__(self, "told_by", (machine.name,))
        named = (*(self.lasts or ()), *(self.over or ())[:1])
        assert set(named) <= set(self.by_name), "these are fields"
        if self.agreed is not None:
            covered = [self.by_name[name] for name in self.agreed.fields]
            assert all(f.register or isinstance(f.type, (Items, Prose)) for f in covered), (
                "a hash covers these"
            )


def stated(name: str, zh: str, en: str, of: FieldType, **more: Any) -> Field:
    """A field in one line: its name, its labels, its type, and whatever else `Field` knows."""
    return Field(name=name, label=Text(zh, en), type=of, **more)


def _shown_as(of: FieldType) -> str:
    match of:
        case Choices() | Townships():
            return "sets"
        case Slot():
            return "slots"
        case Items():
            return "items"
    return "registers"


def highest(values: list[Scalar], kind: FieldType) -> Scalar:
    """Safe value of a graded field: the highest grade counts meanwhile."""
    order = kind.order()
    return max(values, key=lambda v: order.index(v) if v in order else -1)
