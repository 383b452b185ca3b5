"""A member that says the most extreme things its types permit: nothing breaks, nothing is lost.

One ledger: a township that works as usual, and one whose node signs numbers of nineteen digits, days at both
ends of all calendars, clocks of another age, hundreds of items and words that mean something to programs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from crdt.kinds import KINDS
from crdt.kinds.language import Kind
from crdt.kinds.times import Moment
from crdt.kinds.types import Day
from crdt.operations import Create, Operation, Set
from node.cli.calendar import today
from node.forms.printed import forms
from node.writing import Draft
from tests.node.cli.test_every_kind import begun
from tests.support.clerk import Clerk, carry, copied
from tests.support.desks import FOR
from tests.support.extremes import Hostile
from tests.support.wall import Wall

OPEN = [kind for kind in KINDS.values() if not kind.sealed]
SEALED = [kind for kind in KINDS.values() if kind.sealed]
PER_KIND = 9
_PLACE = "示范一村"
VIEWS: dict[str, tuple[str, ...]] = {
    "today": ("today",),
    "plan": ("plan",),
    "matches": ("matches",),
    "nearest": ("nearest", _PLACE),
    "whom": ("whom", _PLACE),
    "duplicates": ("duplicates",),
    "quarter": ("quarter", "2024Q1"),
    "year": ("quarter", "2024"),
    "review": ("review", "--look"),
    "a week of old": ("review", "2024-W33", "--look"),
    "the first week": ("review", "0001-W01", "--look"),
    "the last week": ("review", "9999-W52", "--look"),
    "across": ("count", "--by", "coop_field"),
    "find": ("find", _PLACE),
    "log": ("log", "--limit", "100000"),
    "status": ("status",),
    "peers": ("peers",),
    "chair": ("chair", "show"),
    "conflicts": ("conflicts", "list"),
    **{f"list {k.name}": (k.name, "list") for k in KINDS.values()},
    **{f"count {k.name}": ("count", k.name) for k in OPEN},
    **{f"series {k.name}": ("series", k.name) for k in OPEN if k.series is not None},
}


@dataclass(frozen=True, slots=True)
class World:
    """`own`: ids of what the township entered that works as usual; `before`: those that each view told of."""

    here: Clerk
    there: Clerk
    own: frozenset[str]
    theirs: dict[str, list[str]]
    before: dict[str, frozenset[str]]


@pytest.fixture(scope="module")
def world(pair_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    here, there = copied(pair_template, tmp_path_factory.mktemp("extremes"))
    own = frozenset(here.id(k.name, "new", *begun(k), *_days(k)) for k in OPEN)
    before = {name: _told(here(*words, "--json"), own) for name, words in VIEWS.items()}
    with there.opened() as service:
        writer = Hostile(service, [bytes.fromhex(o) for o in sorted(own)], random.Random(PER_KIND))
        theirs = {k.name: writer.write(k, PER_KIND) for k in (*OPEN, *SEALED)}
    carry(here, there)
    return World(here, there, own, theirs, before)


def _days(kind: Kind) -> list[str]:
    """Today in every field that takes a day: so that much of it is due."""
    timed = [f for f in kind.fields if isinstance(f.type, Day) and not f.required]
    return [f"{f.name}={today()}" for f in timed]


def _told(done: Any, own: frozenset[str]) -> frozenset[str]:
    """Which of the township's own records a page speaks of."""
    _sound(done)
    return own & frozenset(_words(done.json))


def _words(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for one in found.values():
            yield from _words(one)
    elif isinstance(found, list):
        for one in found:
            yield from _words(one)
    elif isinstance(found, str):
        yield found


def _sound(done: Any) -> None:
    """It ended as commands end: with what was asked for, or with differences to settle."""
    assert done.code in (0, 4), done.err
    assert "程序内部" not in done.err


def test_what_was_signed_arrived_whole(world: World) -> None:
    for kind, records in world.theirs.items():
        more = ("--all",) if KINDS[kind].until else ()
        assert {r["id"] for r in world.here.ask(kind, "list", *more)} >= set(records)
    assert world.here("verify").code == 0


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_breaks_or_loses_what_others_entered(world: World, view: str) -> None:
    done = world.here(*VIEWS[view], "--json")
    assert _told(done, world.own) >= world.before[view]
    for lang in ("zh", "en"):
        page = world.here(*VIEWS[view], lang=lang)
        _sound(page)
        assert max(map(cell_len, page.out.splitlines()), default=0) <= 80


def test_the_views_speak_of_what_was_entered(world: World) -> None:
    """Or nothing could be lost in them."""
    for view in ("today", "matches", "nearest", "whom", *(f"list {k.name}" for k in OPEN)):
        assert world.before[view] or view in ("matches", "whom"), view


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_a_record_of_extremes_is_shown_kept_and_taken_along(
    world: World, kind: Kind, tmp_path: Path
) -> None:
    for n, record in enumerate(world.theirs[kind.name]):
        why = FOR if kind.sealed else ()
        _sound(world.here(kind.name, "show", record, *why, lang=("zh", "en")[n % 2]))
        _sound(world.here(kind.name, ("history", "export")[n % 2], record, *why))
        paper = tmp_path / f"{n}.docx"
        _sound(world.here("print", "record", record, "-o", str(paper), *FOR))
    if kind.sealed:
        return
    for ending in ("xlsx", "csv"):
        _sound(world.here("sheet", "export", kind.name, "-o", str(tmp_path / f"all.{ending}")))


@pytest.mark.parametrize("form", [name for name, f in forms().items() if f.lists or f.counts])
def test_lists_are_printed(world: World, form: str, tmp_path: Path) -> None:
    period = ("2024Q1",) if forms()[form].counts else ()
    for ending in ("docx", "html"):
        paper = tmp_path / f"list.{ending}"
        _sound(world.here("print", form, *period, "-o", str(paper)))
        assert paper.stat().st_size > 0


FORMS = [(name, f.kind) for name, f in forms().items() if f.kind]


@pytest.mark.parametrize(("form", "kind"), FORMS)
def test_forms_are_printed(world: World, form: str, kind: str, tmp_path: Path) -> None:
    for n, record in enumerate(world.theirs[kind]):
        done = world.here("print", form, record, "-o", str(tmp_path / f"{n}.html"), *FOR)
        assert "程序内部" not in done.err
        assert done.code in (0, 2, 3, 4), done.err


def test_a_calendar_and_address_cards_are_written(world: World, tmp_path: Path) -> None:
    _sound(world.here("export", "calendar", "-o", str(tmp_path / "all.ics")))
    _sound(world.here("export", "vcard", "-o", str(tmp_path / "all.vcf")))
    _sound(world.here("export", "calendar", "-o", str(tmp_path / "sealed.ics"), *FOR))
    written = (tmp_path / "all.ics").read_text(encoding="utf-8")
    assert written.count("BEGIN:VEVENT") > len(OPEN)


@pytest.mark.parametrize("kind", OPEN, ids=lambda k: k.name)
def test_figures_are_counted_by_every_field(world: World, kind: Kind) -> None:
    for declared in kind.fields:
        done = world.here("count", kind.name, "--by", declared.name)
        _sound(done)
        day = isinstance(declared.type, (Day, Moment))
        if day:
            _sound(world.here("count", kind.name, "--on", declared.name, "--from", "2024-01-01"))


MANY = 400


def test_hundreds_that_are_all_alike_bury_nothing(pair: list[Clerk], wall: Wall) -> None:
    """As after a sheet that somebody brought in twice: two who met in one room are still told."""
    here, there = pair
    wall.set("2024-08-18 09:00")
    at = ("kind_of=consultation", "starts_at=2024-08-18 14:00", "ends_at=2024-08-18 15:00")
    own = here.id("meeting", "new", *at, "place=示范二村")
    other = there.id("meeting", "new", *at, "place=示范二村")
    meeting = KINDS["meeting"]
    said = {
        "kind_of": "consultation",
        "starts_at": "2024-08-18 14:00",
        "ends_at": "2024-08-18 15:00",
        "place": "示范一村",
        "state": str(meeting.machine and meeting.machine.states and meeting.machine.states.initial),
    }
    alike: list[Operation] = [
        Create("meeting"),
        *(Set(name, value) for name, value in said.items()),
    ]
    with there.opened() as service:
        drafts = [Draft(None, alike, ("", ""))] * MANY
        service.writing.write_all(service.ledgers.choose(None), drafts)
    carry(here, there)

    told = here.ask("today")["clashes"]
    assert {(c["id"], c["first"]["id"]) for c in told} & {(own, other), (other, own)}
    assert len(told) < MANY
    twins = [{one["id"] for one in pair["records"]} for pair in here.ask("duplicates")]
    assert {own, other} in twins
    assert MANY <= len(twins) < 30 * MANY, "each is told with some, none with all"
    page = here("duplicates")
    assert "只列了 50 对" in page.out
    assert len(page.out.splitlines()) < MANY
    assert len(here.ask("meeting", "show", own)["clashes"]) == 1
