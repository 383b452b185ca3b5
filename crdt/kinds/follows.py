"""What follows from what records say, as declarations: series, twins, whom to call. Nothing is stored.

All of it is derived by reading, and is a proposal to people at most. Knows no kind, no record and no node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Where = tuple[str, tuple[str, ...]]
"""(field, the codes that it has to say)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A number is mostly between `least` and `most`, `where` a field says so. Any other is accepted: people
    are told, and the field `why` says the reason."""

    least: int
    most: int
    why: str
    where: Where | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers over time: the fields `of` on the day `on`, a series for each of `by`. What is told in another
    `unit` is another series, whatever people group by."""

    of: tuple[str, ...]
    on: str
    by: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Some offer what others want: `sort` says `offer` or `wanted`, and both say the same in `by`. `shows`:
    what people want to know of each, beside who it is."""

    sort: str
    offer: str
    wanted: str
    by: str
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """How a matter is handed to somebody: a record of `kind` that says `said`, names the matter in `about`
    and who gets it in `receiver`. Where it is in one of `undone` it counts no more."""

    kind: str
    said: Mapping[str, str]
    about: str
    receiver: str
    undone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rises:
    """A matter that may go up where it lies at one of `levels`, as the field `level` says, and a day is over
    that one of the fields `due` sets. It is `handed` on, or enters the state `state`. `offices`: the sorts of
    office it goes to, the first that there is. `own`: levels from which it goes to the township's own office,
    and not above it yet. `lead`: the township that handles it, beside the one that entered it."""

    level: str
    levels: tuple[str, ...]
    own: tuple[str, ...]
    due: tuple[str, ...]
    offices: tuple[str, ...]
    handed: Handed | None = None
    state: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """An office, and who stands above it: the fields that say so. `rank`: of which administration."""

    sort: str
    office: str
    superior: str
    phone: str
    rank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What comes again: (value of `sort` → so many months later) after the day `on`, with `host` the township
    whose turn it is then. In one of the states `off` it did not take place."""

    sort: str
    months: Mapping[str, int]
    on: str
    host: str
    off: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Whom to call at a place: what the fields `at` name. `who`: for each post the fields that say who it is,
    and the one with its phone."""

    at: tuple[str, ...]
    who: tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lies:
    """A place that is `called` so and has a `code`; `within`: fields that name what it lies in, in turn."""

    called: str
    code: str
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joins:
    """Places that belong together: `members` names them, `where` it is such a record."""

    members: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A record that others answer, each township in its place of `slot`. `asked`: the set of those who are.

    `since`: the moment from which time counts, "" the entering; `grade`: the field whose value says in
    `within_min` how many minutes they have; without it there is no time limit. `limit`: with `_` and the
    grade, the code under which members may agree on other minutes. `met`: the words in the slot that are an
    answer; none: any word.
    """

    slot: str
    asked: str
    since: str = ""
    grade: str = ""
    within_min: Mapping[str, int] = field(default_factory=dict)
    limit: str = ""
    met: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Covers:
    """A record by which somebody answers for the time that it `lasts`; `who`: the fields that tell whom to
    call. Townships that have any are expected to leave no gap."""

    who: tuple[str, ...]


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
class Books:
    """What a record takes up while it `lasts`: `fields` name it, a collection each of its items. Two records
    that take up the same at one time are told; in the states `free` nothing is taken up."""

    fields: tuple[str, ...]
    free: tuple[str, ...] = ()


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
