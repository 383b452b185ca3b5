"""A Hypothesis state machine over a world: it looks for stories that break an oracle, and shrinks them.

Use it as `FederationMachine.TestCase`, or derive from it and add rules. A story that breaks is a plan: one
line that `mulin simulate replay` and `simulations.runner.run` take and `simulations.shrink` cuts further.
Imports Hypothesis, which an installed Mulin does not need.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulations.disk import Torn
from simulations.liars import LIARS
from simulations.links import LINES
from simulations.oracles import JUDGES
from simulations.oracles.scene import Scene
from simulations.plan import Plan
from simulations.sim import Sim
from simulations.town import FIRST_MACHINE

TOWNS = 3
"""Honest ones; a hostile one comes after them."""
CHEAP = ("durability", "no-forks", "bounds", "unforeseen")
"""Judges that have something to say at any moment, not only in the end."""

_PLACES = st.integers(0, TOWNS - 1)
_STEPS_AWAY = st.integers(1, TOWNS - 1)
_CASES = st.integers(0, 3)
_AMOUNTS = st.sampled_from(("8000", "9000", "8500"))
_MACHINES = st.sampled_from((FIRST_MACHINE, "laptop", "spare"))
_SECONDS = st.sampled_from((1, 0.1, 10, 70, 400))
_ORDERS = ("void", "waiting", "flood", "remember", "return")


class StoryBroken(AssertionError):
    """An oracle was broken. `plan`: how."""

    def __init__(self, plan: Plan, found: list[str]) -> None:
        self.plan = plan
        super().__init__("\n".join([*found, plan.text()]))


class FederationMachine(RuleBasedStateMachine):
    """Clerks, lines, power, disks, old copies, clocks and perhaps a liar, in any order."""

    sim: Sim | None = None
    _over = False

    @initialize(seed=st.integers(0, 99), liar=st.sampled_from((None, *LIARS)))
    def begin(self, seed: int, liar: str | None) -> None:
        liars = {} if liar is None else {TOWNS: liar}
        self.sim = Sim("machine", seed, townships=TOWNS + len(liars), liars=liars)
        # Where nobody wrote anything there is nothing to lose, and without a copy nothing to bring back.
        self.open(0)
        self.backup(0)

    def _do(self, verb: str, place: int = -1, **given: Any) -> None:
        assert self.sim is not None, "it began"
        self.sim.do(verb, None if place < 0 else self.sim.towns[place], **given)

    # --- clerks ------------------------------------------------------------------------------

    @rule(place=_PLACES)
    def open(self, place: int) -> None:
        assert self.sim is not None, "it began"
        fields = {"category": "forest_land", "village": "示范一村"}
        self._do("open", place, ref=f"r{len(self.sim.deeds.records)}", fields=fields)

    @precondition(lambda self: self.sim.deeds.records)
    @rule(place=_PLACES, case=_CASES, amount=_AMOUNTS)
    def edit(self, place: int, case: int, amount: str) -> None:
        self._do("edit", place, ref=self._ref(case), fields={"amount_agreed": amount})

    @precondition(lambda self: self.sim.deeds.records)
    @rule(place=_PLACES, case=_CASES, pick=st.sampled_from((0.0, 0.5, 0.9)))
    def move(self, place: int, case: int, pick: float) -> None:
        self._do("move", place, ref=self._ref(case), pick=pick)

    @precondition(lambda self: self.sim.deeds.writes > 1)
    @rule(
        place=_PLACES, case=_CASES, how=st.sampled_from(("take", "keep", "value")), amount=_AMOUNTS
    )
    def settle(self, place: int, case: int, how: str, amount: str) -> None:
        self._do("settle", place, ref=self._ref(case), how=how, pick=0.0, value=amount)

    def _ref(self, case: int) -> str:
        assert self.sim is not None, "it began"
        return f"r{case % len(self.sim.deeds.records)}"

    # --- lines -------------------------------------------------------------------------------

    @rule(group=st.sets(_PLACES, max_size=TOWNS - 1))
    def split(self, group: set[int]) -> None:
        assert self.sim is not None, "it began"
        others = [p for p in range(len(self.sim.towns)) if p not in group]
        self._do("split", groups=[sorted(group), others])

    @rule()
    def heal(self) -> None:
        self._do("heal")

    @rule(verb=st.sampled_from(("cut", "hold", "release", "repair")), a=_PLACES, on=_STEPS_AWAY)
    def one_way(self, verb: str, a: int, on: int) -> None:
        self._do(verb, a, to=(a + on) % TOWNS)

    @rule(a=_PLACES, on=_STEPS_AWAY, after_bytes=st.integers(0, 3000))
    def reset(self, a: int, on: int, after_bytes: int) -> None:
        self._do("reset", a, to=(a + on) % TOWNS, after_bytes=after_bytes)

    @rule(a=_PLACES, on=_STEPS_AWAY, name=st.sampled_from(tuple(LINES)))
    def line(self, a: int, on: int, name: str) -> None:
        self._do("line", a, to=(a + on) % TOWNS, line=name)

    # --- computers ---------------------------------------------------------------------------

    @rule(
        place=_PLACES,
        torn=st.sampled_from([torn.value for torn in Torn]),
        after=st.none() | st.integers(0, 60),
    )
    def crash(self, place: int, torn: str, after: int | None) -> None:
        self._do("crash", place, torn=torn, **({} if after is None else {"after": after}))

    @rule(verb=st.sampled_from(("restart", "kill", "stop", "sleep")), place=_PLACES)
    def node(self, verb: str, place: int) -> None:
        self._do(verb, place)

    @rule(place=_PLACES)
    def backup(self, place: int) -> None:
        self._do("backup", place, label="b")

    @rule(place=_PLACES, whole=st.booleans(), amount=st.none() | _AMOUNTS)
    def restore(self, place: int, whole: bool, amount: str | None) -> None:
        """`amount`: what a clerk writes there before the neighbours can tell how old the copy is."""
        self._do("restore", place, label="b", whole=whole)
        if amount is not None:
            self.edit(place, 0, amount)

    @rule(place=_PLACES)
    def snapshot(self, place: int) -> None:
        self._do("snapshot", place, label="s")

    @rule(place=_PLACES, amount=st.none() | _AMOUNTS)
    def rollback(self, place: int, amount: str | None) -> None:
        self._do("rollback", place, label="s")
        if amount is not None:
            self.edit(place, 0, amount)

    @rule(place=_PLACES, verb=st.sampled_from(("copy", "swap")), to=_MACHINES)
    def other_machine(self, place: int, verb: str, to: str) -> None:
        self._do(verb, place, to=to)

    @rule(place=_PLACES, skew_s=st.sampled_from((60, -60, 400 * 86_400, -60 * 365 * 86_400)))
    def clock(self, place: int, skew_s: int) -> None:
        self._do("clock", place, skew_s=skew_s)

    @rule(
        place=_PLACES,
        fault=st.sampled_from(("full", "io", "slow")),
        after=st.integers(0, 40),
        room=st.integers(0, 40_000),
    )
    def disk(self, place: int, fault: str, after: int, room: int) -> None:
        more = {"full": {"room": room}, "io": {"after": after}}.get(fault, {})
        self._do("disk", place, fault=fault, **more)

    @precondition(lambda self: len(self.sim.towns) > TOWNS)
    @rule(how=st.sampled_from(_ORDERS))
    def lie(self, how: str) -> None:
        self._do("lie", TOWNS, how=how)

    @rule(for_s=_SECONDS)
    def run(self, for_s: float) -> None:
        assert self.sim is not None, "it began"
        self.sim.run(for_s)

    # --- oracles -----------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken_yet(self) -> None:
        if self.sim is None:
            return
        scene = Scene(self.sim.world, None, True)
        self._check([f"{name}: {said}" for name in CHEAP for said in JUDGES[name](scene)])

    def teardown(self) -> None:
        """Every story ends with all the oracles."""
        if self.sim is None:
            return
        try:
            if not self._over:
                plan = self.sim.plan()
                found = self.sim.finish()
                self._check([f"{v.oracle}: {v.sentence}" for v in found], plan)
        finally:
            self.sim.close()

    def _check(self, found: list[str], plan: Plan | None = None) -> None:
        if found:
            assert self.sim is not None, "it began"
            self._over = True
            raise StoryBroken(plan or self.sim.plan(), found)
