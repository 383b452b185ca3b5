"""A world as people use it in tests: few verbs, each of them written down as a step of a plan.

What was done can so be run again, cut shorter and kept, whatever program did it. Knows no pytest.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeAlias, Union

from node.errors import NotFound
from node.reading import Reading
from simulations import oracles
from simulations.clock import SECOND_US
from simulations.deeds import CLERKS, Deeds
from simulations.errors import BadDuration, NotAgreed, NotWritten
from simulations.links import Rule
from simulations.names import names
from simulations.oracles import Violation
from simulations.plan import Plan, Step
from simulations.runner import world_of
from simulations.trace import story

Case: TypeAlias = str
"""A record, by the name that its opening step gave it."""
Duration: TypeAlias = Union[float, int, str]
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def seconds(duration: Duration) -> float:
    """`90`, `"90s"`, `"1h 30m"`. Raises BadDuration."""
    if isinstance(duration, (int, float)):
        return float(duration)
    if not duration.strip() or _DURATION.sub("", duration).strip():
        raise BadDuration(what=duration[:40])
    return sum(float(number) * _UNIT_S[unit] for number, unit in _DURATION.findall(duration))


class Township:
    """One township, and what its clerks do. What is refused there raises NotWritten."""

    def __init__(self, sim: Sim, place: int) -> None:
        self._sim = sim
        self.place = place

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def name(self) -> str:
        return self._sim.world.towns[self.place].name

    @property
    def on(self) -> bool:
        """Whether its computer is on."""
        return self._sim.world.towns[self.place].on

    # --- writing -----------------------------------------------------------------------------

    def open(self, kind: str, **fields: str) -> Case:
        """A record of any kind."""
        ref = f"r{self._sim.opened}"
        self._sim.opened += 1
        self._sim.write("open", self, {"ref": ref, "kind": kind, "fields": fields})
        return ref

    def open_case(self, **fields: str) -> Case:
        """A case; `category` and `village` have values if nothing else is said."""
        return self.open("case", **({"category": "forest_land", "village": "示范一村"} | fields))

    def say(self, case: Case, reason: str = "核对后更正", **fields: str) -> None:
        """State fields, as a clerk types them: `town.say(case, amount_agreed="8000")`."""
        self._sim.write("edit", self, {"ref": case, "fields": fields, "reason": reason})

    def note(self, case: Case, text: str) -> None:
        """Write a line into its notes."""
        given = {"ref": case, "collection": "notes", "fields": {"text": text}}
        self._sim.write("add", self, given)

    def move(self, case: Case, to: str, reason: str = "按程序办理") -> None:
        """Move it to another state."""
        self._sim.write("move", self, {"ref": case, "to": to, "reason": reason})

    def settle(
        self,
        case: Case,
        *,
        value: str | None = None,
        take: Township | None = None,
        reason: str = "电话核对",
    ) -> None:
        """Settle its first open question: with a `value`, by what a township said, or by keeping all."""
        given: dict[str, Any] = {"ref": case, "how": "keep", "reason": reason}
        if value is not None:
            given |= {"how": "value", "value": value}
        elif take is not None:
            given |= {"how": "take", "town": take.place}
        self._sim.write("settle", self, given)

    # --- reading -----------------------------------------------------------------------------

    def record(self, case: Case) -> dict[str, Any] | None:
        """All that this township knows of it (the JSON of `mulin case show`); None if nothing yet."""
        town = self._sim.world.towns[self.place]
        record = self._sim.deeds.records.get(case)
        if town.service is None or record is None:
            return None
        try:
            return Reading(town.service).record(town.ledger, record)
        except NotFound:
            return None

    def has(self, case: Case) -> bool:
        return self.record(case) is not None

    def value(self, case: Case, field: str) -> Any:
        """What stands in a field here, None if nothing or several things do."""
        record = self.record(case)
        return None if record is None else record["fields"].get(field)

    def conflicts(self, case: Case) -> dict[str, list[Any]]:
        """Open questions here: field → the statements that differ."""
        record = self.record(case) or {"conflicts": []}
        return {
            c["field"]: sorted((k["value"] for k in c["candidates"]), key=repr)
            for c in record["conflicts"]
        }


Towns: TypeAlias = Iterable[Township]


class Sim:
    """A federation of townships, its lines and its computers."""

    def __init__(
        self,
        name: str = "test",
        seed: int = 0,
        *,
        townships: int = 3,
        near: str = "mesh",
        line: str = "office",
        liars: Mapping[int, str] | None = None,
    ) -> None:
        """`near`: mesh, ring, chain, random:4; `line`: office, 2g, village, rough; `liars`: place → how."""
        self._begun = Plan(name, seed, townships, near, line, liars=dict(liars or {}))
        self._steps: list[Step] = []
        self.world = world_of(self._begun)
        self.deeds = Deeds(self.world)
        self.towns = [Township(self, place) for place in range(townships)]
        self.opened = 0
        self.repeatable = True
        """Whether the plan tells all that was done; rules, being functions, cannot be written down."""

    def __getitem__(self, who: int | str) -> Township:
        """By place or name. Raises NoSuchTown."""
        return self.towns[self.world[who].place]

    @property
    def seed(self) -> int:
        return self._begun.seed

    # --- steps -------------------------------------------------------------------------------

    def do(self, verb: str, who: Township | None = None, /, **given: Any) -> None:
        """Any verb of simulations.deeds. What makes no sense here and now does nothing."""
        place = -1 if who is None else who.place
        step = Step(self.world.now_s, verb, place, given)
        self._steps.append(step)
        self.deeds.perform(step)

    def write(self, verb: str, who: Township, given: dict[str, Any]) -> None:
        """A clerk's verb. Raises NotWritten if it was refused."""
        assert verb in CLERKS, "clerks write, others do"
        before, at = self.deeds.writes, len(self.world.trace.events)
        self.do(verb, who, **given)
        if self.deeds.writes == before:
            events = self.world.trace.events[at:]
            why = [e.fact("why") for e in events if e.what == "not_written"]
            raise NotWritten(who=who.name, why=str(why[-1]) if why else "no power")

    def plan(self) -> Plan:
        """All that was done until now."""
        return replace(self._begun, steps=tuple(self._steps), lasts_s=self.world.now_s)

    # --- time --------------------------------------------------------------------------------

    def run(self, for_time: Duration) -> None:
        """Let time pass: `sim.run("90s")`."""
        self.world.clock.run_until(self.world.clock.now_us + round(seconds(for_time) * SECOND_US))

    def settle(self, limit: Duration = "15m") -> float:
        """Let time pass until all honest townships hold the same; seconds that took. Raises NotAgreed."""
        took_s = self.world.settle(seconds(limit))
        self.world.clock.run_until(self.world.clock.now_us)  # also what else is due at this moment
        if took_s is None:
            raise NotAgreed(what="entries")
        return took_s

    def conflicts(self, case: Case) -> dict[str, list[Any]]:
        """Open questions about it, which must be the same at all that are on. Raises NotAgreed."""
        found = [town.conflicts(case) for town in self.towns if town.on]
        if any(one != found[0] for one in found):
            raise NotAgreed(what="conflicts")
        return found[0] if found else {}

    # --- lines -------------------------------------------------------------------------------

    @contextmanager
    def partition(self, *groups: Towns) -> Iterator[None]:
        """Nothing passes between these groups (one: between it and all others) until the block ends."""
        before = self._cut_lines()
        self.split(*groups)
        fresh = sorted(self._cut_lines() - before)
        try:
            yield
        finally:
            for a, b in fresh:
                self.repair(self.towns[a], self.towns[b])

    def _cut_lines(self) -> set[tuple[int, int]]:
        return {pair for pair, link in self.world.network.links() if link.cut}

    def split(self, *groups: Towns) -> None:
        """As `partition`, until somebody repairs it."""
        self.do("split", groups=[sorted(town.place for town in group) for group in groups])

    def heal(self) -> None:
        """Every line works again."""
        self.do("heal")

    def cut(self, source: Township, target: Township) -> None:
        """One way: nothing from `source` reaches `target`."""
        self.do("cut", source, to=target.place)

    def repair(self, source: Township, target: Township) -> None:
        self.do("repair", source, to=target.place)

    def hold(self, source: Township, target: Township) -> None:
        """One way: what is sent waits on its way."""
        self.do("hold", source, to=target.place)

    def release(self, source: Township, target: Township) -> None:
        self.do("release", source, to=target.place)

    @contextmanager
    def rule(self, rule: Rule) -> Iterator[None]:
        """Any function of a packet to a verdict (simulations.links). Such a story is repeated by its seed."""
        self.repeatable = False
        with self.world.rule(rule):
            yield

    # --- computers ---------------------------------------------------------------------------

    def crash(self, who: Township, torn: str = "mixed", *, after: int | None = None) -> None:
        """The power goes: now, or just before the disk does so many operations more.

        `torn`: whether writes that were not synced are "lost", "kept", or some of their sectors ("mixed").
        """
        more = {} if after is None else {"after": after}
        self.do("crash", who, torn=torn, **more)

    def restart(self, who: Township) -> None:
        """Switch on with a disk that works, and run the node."""
        self.do("restart", who)

    def kill(self, who: Township) -> None:
        """The node's process ends; the computer stays on."""
        self.do("kill", who)

    def backup(self, who: Township, label: str = "backup") -> None:
        self.do("backup", who, label=label)

    def restore(self, who: Township, label: str = "backup", *, whole: bool = False) -> None:
        """The old copy is put in place (`whole`: an old disk, mark and all), and the node started."""
        self.do("restore", who, label=label, whole=whole)
        self.do("restart", who)

    def snapshot(self, who: Township, label: str = "snapshot") -> None:
        """Of its whole disk, as a virtual machine makes it."""
        self.do("snapshot", who, label=label)

    def rollback(self, who: Township, label: str = "snapshot") -> None:
        """Back to a snapshot, high-water mark and all; the node runs again if it ran."""
        self.do("rollback", who, label=label)

    def copy(self, who: Township, to: str) -> None:
        """Its folder is copied to another machine, where its clerks go on and the node is started."""
        self.do("copy", who, to=to)
        self.do("restart", who)

    def swap(self, who: Township, to: str = "office") -> None:
        """Its clerks go on at a machine that they left before, and the node is started."""
        self.do("swap", who, to=to)
        self.do("restart", who)

    # --- the end -----------------------------------------------------------------------------

    def finish(self) -> tuple[Violation, ...]:
        """All faults are over and time passes until all agree: what the oracles say then."""
        took_s = oracles.end(self.world, True)
        return tuple(oracles.judge(self.world, agreed_s=took_s))

    def lines(self, lang: str = "zh", but: Container[str] = ()) -> list[str]:
        """The story so far, one line an event, without events of these names."""
        told = [event for event in self.world.trace.events if event.what not in but]
        return list(story(told, names(len(self.towns), lang), lang))

    def close(self) -> None:
        """Give all memory back."""
        self.world.close()

    def __enter__(self) -> Sim:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
