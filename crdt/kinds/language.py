"""The words in which a kind of record is declared. Everything else is derived from a declaration.

A kind says its fields with type, label in both languages, who may write, how serious a difference
is and which value is safe to show meanwhile. Validation, the Automerge shape, SQL columns, command
line and conflict rules all read this one declaration. Knows no record and no node.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from crdt.kinds.follows import (
    Above,
    Again,
    Answered,
    Books,
    Calls,
    Covers,
    Generated,
    Joins,
    Lies,
    Matches,
    Rises,
    Series,
    Toured,
    Twins,
    Usual,
    Ways,
)
from crdt.kinds.since import newest as newest_of
from crdt.kinds.types import (
    Choice,
    Choices,
    FieldType,
    Items,
    Prose,
    Scalar,
    Slot,
    State,
    Townships,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A day by which something is to be done: the one that stands in a field, or so many `days` after it.

    People are told `ahead` days before. `label`: what is due, where that is not what the field is called;
    `working`: these are working days; `states`: it runs in these alone, none: until all is over; `unless`:
    the field that ends it once it says anything; `limit`: the code under which members may agree otherwise.
    """

    ahead: int = 7
    days: int = 0
    label: Text | None = None
    working: bool = False
    states: tuple[str, ...] = ()
    unless: str = ""
    limit: str = ""


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
    due: tuple[Due, ...] = ()
    """What is to be done by this day, or so long after it: calendars and the morning page tell of it."""
    entered: str = ""
    """The state with which today is filled in where no day stands there yet."""
    by_post: bool = False
    """Whether it says who wrote, by post, where nothing else is typed."""
    why: str = ""
    """The field that says why: whoever states a grade says it there or as the reason. The lowest grade needs
    none where no other stood."""
    after: tuple[str, int] | None = None
    """(day field, days): a day that is filled in where none is typed when a record begins."""
    usual: Usual | None = None
    """Between what it mostly is; people are told of anything else."""
    advice: Text | None = None
    """What is usual, for whoever settles a difference about it."""
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
class Complete:
    """A list worked off before a state is entered: every item of `items` is `done` or says a `reason`."""

    state: str
    items: str
    done: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What townships decide by stating their positions in `slot`, `yes` or `no` among them: `passed` and
    `failed` are the states that announce it. What whoever announced it did not know of is late.

    It passes where more say `yes` than `no`; where the field `needs` says `unopposed`, where some say `yes`
    and nobody `no`.
    """

    slot: str
    yes: str
    no: str
    passed: str
    failed: str
    needs: str
    unopposed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voids:
    """A record that is void in `state`. What others wrote unaware of that keeps it alive until the township
    that entered it says so again in its place of `confirmed`, or states another state."""

    state: str
    confirmed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of record. `title` names the fields a title is made from; `table` is its SQL table; `about`: the
    kind of record that it belongs to, "" none.

    Who reads and writes. `sealed`: it has a key of its own, and only townships that were granted it read it;
    then it has no table, and no word of it stands in any index. `home_only`: only the township that entered
    it writes it; `by_home`: states that only that township states. `names`: it holds names of staff in their
    post, and is not searched for names. `identifies`: its records are persons. `under`: the field that says
    in whose name papers go out, where that is not the township.

    What is asked of who writes. `agreed`: townships confirm its text by its hash. `decided`: they decide it.
    `voids`: it can be void. `complete`: what is worked off before a state. `explained`: (state, field): who
    enters that state says why, in the field or as the reason. `taken`: (state, field): who enters that state
    is stated in the field, so that two at once show. `kept`: how long it is kept. `ends`: (state, day field)
    with which what was given to it for a time is over. `limits`: (code field, number field) in which its
    records say which time limits members agreed on. A program asks its own clerks for what is `complete`,
    `explained` and `by_home`; an entry that goes without is not void.

    When. `lasts`: (field, field) from when to when it takes place, which calendars show; the second may be
    the first, for what takes one day. `over`: (field, values) with which nothing of it is due any more; no
    values: with any. `until`: the last day on which it is valid; lists leave it out after.

    How it is shown. `listed`: what lists show beside the title, where that is not the usual. `picked_by`: the
    field by whose words others name it. `told_by`: the fields by which many of them are told in short, the
    state if none is named.

    All the rest follows from its records and is declared in `crdt.kinds.follows`. `stands_at`: the field that
    says where it starts from.
    """

    name: str
    table: str
    label: Text
    fields: tuple[Field, ...]
    title: tuple[str, ...]
    area: Area = Area.DISPUTES
    first_schema: int = 1
    about: str = ""

    sealed: bool = False
    home_only: bool = False
    by_home: tuple[str, ...] = ()
    names: bool = False
    identifies: Identifies | None = None
    under: str = ""

    agreed: Agreed | None = None
    decided: Decided | None = None
    voids: Voids | None = None
    complete: Complete | None = None
    explained: tuple[str, str] | None = None
    taken: tuple[str, str] | None = None
    kept: Kept | None = None
    ends: tuple[str, str] | None = None
    limits: tuple[str, str] | None = None

    lasts: tuple[str, str] | None = None
    over: tuple[str, tuple[str, ...]] | None = None
    until: str = ""

    listed: tuple[str, ...] = ()
    picked_by: str = ""
    told_by: tuple[str, ...] = ()

    above: Above | None = None
    again: Again | None = None
    answered: Answered | None = None
    books: Books | None = None
    calls: Calls | None = None
    covers: Covers | None = None
    generated: Generated | None = None
    joins: Joins | None = None
    lies: Lies | None = None
    matches: Matches | None = None
    rises: Rises | None = None
    series: Series | None = None
    stands_at: str = ""
    toured: Toured | None = None
    twins: Twins | None = None
    ways: Ways | None = None

    newest: int = field(init=False, repr=False, compare=False)
    """The highest schema number that added anything to it."""
    earlier: dict[int, Kind] = field(init=False, repr=False, compare=False, default_factory=dict)
    """The kind as lower numbers know it, made when first asked for (`earlier.as_of`)."""
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)
    texts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    to_state: tuple[Field, ...] = field(init=False, repr=False, compare=False)
    """What a record cannot begin without."""
    machine: Field | None = field(init=False, repr=False, compare=False)
    """The field that is its state machine."""
    shown_as: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """Names of the fields that a view shows as "registers" (texts too), "sets", "slots", "items"."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})
        newest = max(self.first_schema, *(max(f.since, newest_of(f.type)) for f in self.fields))
        object.__setattr__(self, "newest", newest)
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
        assert all(self.by_name[name].since <= self.first_schema for name in texts), (
            "a mergeable text is made with its record: none is added later"
        )
        machine = next((f for f in self.fields if f.states is not None), None)
        object.__setattr__(self, "machine", machine)
        if self.over is None and machine is not None and machine.states is not None:
            object.__setattr__(self, "over", (machine.name, tuple(sorted(machine.states.over))))
        runs_in = {s for f in self.fields for due in f.due for s in due.states}
        runs_in |= {f.entered for f in self.fields if f.entered}
        known = () if machine is None or machine.states is None else machine.states.codes()
        assert runs_in <= set(known), "these are states"
        named = {
            *(self.lasts or ()),
            *(self.over or ())[:1],
            *self.listed,
            self.until,
            self.picked_by,
        }
        assert named - {""} <= set(self.by_name), "these are fields"
        assert self.matches is None or self.until, "what is offered is valid for a time"
        if not self.told_by and machine is not None:
            object.__setattr__(self, "told_by", (machine.name,))
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


def confirmed(states: Choice) -> Field:
    """The place of each township for the state that it confirms, where a move needs another's word."""
    zh, en = "各乡镇确认的状态", "state confirmed by each township"
    return stated("state_confirmed", zh, en, Slot(states), column=False)


def lowest(values: list[Scalar], _kind: FieldType) -> Scalar:
    """Safe value of a time limit: the shortest counts meanwhile."""
    return min((v for v in values if isinstance(v, int)), default=None)


def highest(values: list[Scalar], kind: FieldType) -> Scalar:
    """Safe value of a graded field: the highest grade counts meanwhile."""
    order = kind.order()
    return max(values, key=lambda v: order.index(v) if v in order else -1)
