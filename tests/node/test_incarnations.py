"""No schedule of writes, crashes, restarts, rolled back disks, old copies, copied folders and meetings forks.

One township's disks are set back and its folder is copied as often as Hypothesis likes, all machines go on,
and whom its neighbours meet when is drawn too. What is left switched off in `Writing.doubt` is found. One
thing is left out: a disk is not set back behind a copy of its folder that goes on elsewhere, for the copy may
hold what no neighbour got (test_whereabouts.py tells what becomes of it).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from node.ground import Ground, HighWater
from node.ledgers import Ledger
from node.service import Service
from node.store.database import Database
from node.whereabouts import Doubt, Whereabouts
from node.writing import Writing
from tests.support.cores import Net
from tests.support.people import identity
from tests.support.townships import Town, agree, entropy, exchange, together

_MACHINES_MAX = 3
_LINES = (("a", "b"), ("a", "c"), ("b", "c"))
_LINE_SETS = st.sets(st.sampled_from(_LINES), min_size=1)
_AMOUNTS = st.sampled_from(("5", "6", "7"))
_THEN = st.none() | _AMOUNTS


@dataclass
class Image:
    """A disk as it was: the store, and the high-water mark beside it."""

    data: bytes
    marks: dict[Any, Any]


def image_of(town: Town) -> Image:
    ground = town.service.ground
    return Image(ground.db.conn.serialize(), copy.deepcopy(ground.high_water._marks))


def start(town: Town, image: Image, where: Whereabouts) -> None:
    """A machine comes up with this disk."""
    town.close()
    town.lives += 1
    db, marks = Database(None), HighWater()
    db.conn.deserialize(image.data)
    marks._marks = copy.deepcopy(image.marks)
    dice = entropy(f"{town.label}/{where.place}/{town.lives}")
    ground = Ground(db, identity(town.label), town.clock, dice, marks)
    ground.whereabouts = town.where = where
    town.service = Service(ground)


class Incarnations(RuleBasedStateMachine):
    """`a` has several machines, the first in the office; `b` and `c` have one each, and good disks."""

    @initialize()
    def begin(self) -> None:
        first, self.b, self.c = together(3)
        self.machines = [first]
        self.past: list[list[Image]] = [[]]
        """Of each machine the states of its disk that can be brought back, oldest first."""
        self.floor = [0]
        """Which of them are older than a copy that goes on: their files may come back, their disks not."""
        self.boots = 0
        for town in (first, self.b, self.c):
            self._start(town, image_of(town), "office")
        self.record = first.create()
        exchange(first, self.b, self.c)

    def _start(self, town: Town, image: Image, place: str) -> None:
        self.boots += 1
        start(town, image, Whereabouts(place, f"boot {self.boots}"))

    def _machine(self, pick: int) -> int:
        return pick % len(self.machines)

    # --- clerks ------------------------------------------------------------------------------

    @rule(pick=st.integers(0, 2), amount=_AMOUNTS)
    def write(self, pick: int, amount: str) -> None:
        self._then(self._machine(pick), amount)

    def _then(self, n: int, amount: str | None) -> None:
        """What a clerk writes before anybody could tell how old the disk is."""
        if amount is not None:
            self.machines[n].create(f"示范{amount}村")

    @rule(of=st.sampled_from("bc"), amount=_AMOUNTS)
    def neighbour_writes(self, of: str, amount: str) -> None:
        (self.b if of == "b" else self.c).create(f"邻乡{amount}村")

    # --- machines ----------------------------------------------------------------------------

    @rule(pick=st.integers(0, 2), power=st.booleans())
    def memory_lost(self, pick: int, power: bool) -> None:
        """The process ends and is begun again, or with the power the machine."""
        town = self.machines[self._machine(pick)]
        assert town.where is not None, "every machine here knows where it is"
        if power:
            self._start(town, image_of(town), town.where.place)
        else:
            start(town, image_of(town), town.where)

    @rule(pick=st.integers(0, 2), then=_THEN)
    def snapshot(self, pick: int, then: str | None) -> None:
        n = self._machine(pick)
        self.past[n].append(image_of(self.machines[n]))
        self._then(n, then)

    @rule(pick=st.integers(0, 2), back=st.integers(0, 3), then=_THEN)
    def rolled_back(self, pick: int, back: int, then: str | None) -> None:
        """The disk is as it was; what was kept of it later is gone."""
        n = self._machine(pick)
        if (count := len(self.past[n]) - self.floor[n]) > 0:
            del self.past[n][self.floor[n] + 1 + back % count :]
            town = self.machines[n]
            assert town.where is not None, "every machine here knows where it is"
            self._start(town, self.past[n][-1], town.where.place)
            self._then(n, then)

    @rule(pick=st.integers(0, 2), back=st.integers(0, 3), then=_THEN)
    def old_file(self, pick: int, back: int, then: str | None) -> None:
        """An old data file is put in place of today's; mark and boot stay."""
        n = self._machine(pick)
        if self.past[n]:
            town, old = self.machines[n], self.past[n][back % len(self.past[n])]
            assert town.where is not None, "every machine here knows where it is"
            start(town, Image(old.data, image_of(town).marks), town.where)
            self._then(n, then)

    @rule(pick=st.integers(0, 2), then=_THEN)
    def folder_copied(self, pick: int, then: str | None) -> None:
        """To a new machine; both are used from now on."""
        if len(self.machines) < _MACHINES_MAX:
            of = self._machine(pick)
            n, image = len(self.machines), image_of(self.machines[of])
            self.floor[of] = len(self.past[of])
            twin = Town("a", lives=100 * n)
            self._start(twin, image, f"copy {n}")
            self.machines.append(twin)
            self.past.append([])
            self.floor.append(0)
            self._then(n, then)

    # --- meetings ----------------------------------------------------------------------------

    @rule(pick=st.integers(0, 2), lines=_LINE_SETS)
    def meet(self, pick: int, lines: set[tuple[str, str]]) -> None:
        """Nodes run, as far as lines go, until nothing moves any more."""
        net = Net([self.machines[self._machine(pick)], self.b, self.c])
        net.unreachable = {
            pair for a, b in _LINES if (a, b) not in lines for pair in ((a, b), (b, a))
        }
        net.start()
        net.run(8.0)

    @rule(
        pick=st.integers(0, 2),
        amount=_AMOUNTS,
        lines=_LINE_SETS,
        whole=st.booleans(),
        near=st.none() | _LINE_SETS,
        then=_THEN,
    )
    def set_back(
        self,
        pick: int,
        amount: str,
        lines: set[tuple[str, str]],
        whole: bool,
        near: set[tuple[str, str]] | None,
        then: str | None,
    ) -> None:
        """Written, perhaps told; then the disk or its data file is as before, and who is near is met."""
        n = self._machine(pick)
        town, before = self.machines[n], image_of(self.machines[n])
        assert town.where is not None, "every machine here knows where it is"
        self._then(n, amount)
        self.meet(pick, lines)
        if whole:
            self._start(town, before, town.where.place)
        else:
            start(town, Image(before.data, image_of(town).marks), town.where)
        if near is not None:
            self.meet(pick, near)
        self._then(n, then)

    # --- oracles -----------------------------------------------------------------------------

    @invariant()
    def nobody_forks(self) -> None:
        """No two entries of one device stand in one place, wherever they lie."""
        if not hasattr(self, "machines"):
            return
        said: dict[tuple[bytes, bytes, int], bytes] = {}
        for town in (*self.machines, self.b, self.c):
            assert town.forks() == 0, "a proof against an honest township"
            rows = town.service.ground.db.rows(
                "SELECT device, incarnation, seq, id FROM entries JOIN logs ON logs.n=entries.log"
            )
            for device, incarnation, seq, entry in rows:
                assert said.setdefault((device, incarnation, seq), entry) == entry, "a fork"

    def teardown(self) -> None:
        """In the end everybody gets everything, and still nobody forked."""
        if not hasattr(self, "machines"):
            return
        everybody = (*self.machines, self.b, self.c)
        exchange(*everybody)
        agree(*everybody)
        self.nobody_forks()


TestIncarnations = Incarnations.TestCase
TestIncarnations.settings = settings(max_examples=25, stateful_step_count=25)


@pytest.mark.slow
def test_new_schedules_every_time() -> None:
    many = settings(max_examples=400, stateful_step_count=60, derandomize=False)
    run_state_machine_as_test(Incarnations, settings=many)


Plant = Callable[[pytest.MonkeyPatch], None]


def _without(doubt: Doubt) -> Plant:
    whole = Writing.doubt

    def blind(writing: Writing, ledger: Ledger) -> Doubt | None:
        found = whole(writing, ledger)
        return None if found is doubt else found

    return lambda patch: patch.setattr(Writing, "doubt", blind)


@pytest.mark.parametrize(
    "plant",
    (
        pytest.param(_without(Doubt.OLDER), id="an old data file is not noticed"),
        pytest.param(_without(Doubt.BOOTED), id="a disk set back is not thought of"),
        pytest.param(_without(Doubt.COPIED), id="a copied folder is taken for the first"),
    ),
)
def test_a_rule_that_is_switched_off_is_found(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    search = settings(
        max_examples=500,
        stateful_step_count=6,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate,),
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Incarnations, settings=search)
