"""The verbs of plans: each step of a plan becomes one call on the world. Declared once, in VERBS.

What clerks do goes through the real service; what happens to lines and computers through the world.
Records are named by the `ref` of the step that opened them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crdt.conflicts import Conflict
from crdt.entry import RecordId
from crdt.kinds import kind_named
from crdt.kinds.types import State
from node.errors import NotFound
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from simulations import memberdeeds, sealdeeds
from simulations.disk import Torn
from simulations.links import LINES
from simulations.plan import Step
from simulations.town import Town
from simulations.world import World

POST = "司法所"
Given = dict[str, Any]


class Deeds:
    """Performs steps on one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: dict[str, RecordId] = {}
        self.faults = 0
        """Steps that did something to lines or computers."""
        self.writes = 0
        self.settled = 0

    def perform(self, step: Step) -> None:
        """One step. What makes no sense here and now does nothing."""
        town = self.world.towns[step.town] if 0 <= step.town < len(self.world.towns) else None
        verb = VERBS[step.verb]
        self.faults += step.verb in FAULTS
        verb(self, town, step.given)

    # --- clerks ------------------------------------------------------------------------------

    def _write(
        self,
        town: Town | None,
        act: str,
        given: Given,
        deed: Callable[[Service, Ledger, RecordId], object],
    ) -> object:
        record = self.records.get(str(given.get("ref")))
        if town is None or record is None:
            return None
        done = town.write(act, lambda service, ledger: deed(service, ledger, record))
        if done is not None:
            self.writes += 1
            town.note("wrote", act=act, record=record.hex()[:8])
        return done

    def open(self, town: Town | None, given: Given) -> None:
        """{ref, fields, kind?}"""
        if town is None or given["ref"] in self.records:
            return
        kind, fields = given.get("kind", "case"), _fields(given)
        made = town.write("open", lambda s, k: s.create(k, kind, fields, POST))
        if made is not None:
            self.writes += 1
            self.records[given["ref"]] = made
            town.note("wrote", act="open", record=made.hex()[:8])

    def edit(self, town: Town | None, given: Given) -> None:
        """{ref, fields}"""
        self._write(
            town,
            "edit",
            given,
            lambda s, k, r: s.change(k, r, _fields(given), POST, given.get("reason", "核对后更正")),
        )

    def add(self, town: Town | None, given: Given) -> None:
        """{ref, collection, fields}"""
        self._write(
            town,
            "add",
            given,
            lambda s, k, r: s.add_item(k, r, given["collection"], _fields(given), POST),
        )

    def move(self, town: Town | None, given: Given) -> None:
        """{ref, to} or {ref, pick}: a state by name, or one of those that may follow."""

        def deed(service: Service, ledger: Ledger, record: RecordId) -> object:
            to = given.get("to") or _next_state(service, ledger, record, given["pick"])
            return service.move(ledger, record, to, POST, given.get("reason", "按程序办理"))

        self._write(town, "move", given, deed)

    def settle(self, town: Town | None, given: Given) -> None:
        """{ref, how: take | keep | value, town?, pick?, value?}: the first question, as it stands there."""

        def deed(service: Service, ledger: Ledger, record: RecordId) -> object:
            found = [c for c in service.open_conflicts(ledger) if c.record == record]
            if not found:
                raise NotFound(what=record.hex()[:8])
            return _settle(self.world, service, ledger, found[0], given)

        if self._write(town, "settle", given, deed) is not None:
            self.settled += 1

    # --- reading -----------------------------------------------------------------------------

    def look(self, town: Town | None, given: Given) -> None:
        """{ref} or {find}: reading writes nothing."""
        if town is None or town.service is None or town.asleep:
            return
        if "find" in given:
            town.service.ground.model.search(town.ledger.n, given["find"], 20)
            town.note("looked", record="find")
            return
        record = self.records.get(str(given.get("ref")))
        if record is None:
            return
        try:
            Reading(town.service).record(town.ledger, record)
        except NotFound:
            return
        town.note("looked", record=record.hex()[:8])

    # --- lines -------------------------------------------------------------------------------

    def cut(self, town: Town | None, given: Given) -> None:
        """{to}: one way."""
        if town is not None:
            self.world.cut(town, given["to"])

    def repair(self, town: Town | None, given: Given) -> None:
        """{to}: one way."""
        if town is not None:
            self.world.repair(town, given["to"])

    def split(self, _town: Town | None, given: Given) -> None:
        """{groups: [[places], …]}"""
        self.world.split(*given["groups"])

    def heal(self, _town: Town | None, _given: Given) -> None:
        self.world.heal()

    def hold(self, town: Town | None, given: Given) -> None:
        if town is not None:
            self.world.hold(town, given["to"])

    def release(self, town: Town | None, given: Given) -> None:
        if town is not None:
            self.world.release(town, given["to"])

    def flap(self, town: Town | None, given: Given) -> None:
        """{to, up_s, down_s, times}"""
        if town is not None:
            self.world.flap(town, given["to"], given["up_s"], given["down_s"], given["times"])

    def reset(self, town: Town | None, given: Given) -> None:
        """{to, after_bytes}"""
        if town is not None:
            self.world.reset(town, given["to"], given.get("after_bytes", 0))

    def line(self, town: Town | None, given: Given) -> None:
        """{to, line}: both ways."""
        if town is not None:
            self.world.set_line(town, given["to"], LINES[given["line"]])
            self.world.set_line(given["to"], town, LINES[given["line"]])

    def sync(self, _town: Town | None, _given: Given) -> None:
        self.world.sync()

    # --- computers ---------------------------------------------------------------------------

    def crash(self, town: Town | None, given: Given) -> None:
        """{torn?, after?}: now, or before a disk operation to come."""
        if town is None or not town.on:
            return
        torn = Torn(given.get("torn", "mixed"))
        if "after" in given:
            self.world.crash_at(town, given["after"], torn)
        else:
            self.world.crash(town, torn)

    def restart(self, town: Town | None, _given: Given) -> None:
        if town is not None:
            town.disk.mend()
            self.world.restart(town)

    def kill(self, town: Town | None, _given: Given) -> None:
        if town is not None:
            town.kill()

    def stop(self, town: Town | None, _given: Given) -> None:
        if town is not None:
            town.stop()

    def sleep(self, town: Town | None, _given: Given) -> None:
        if town is not None:
            town.sleep()

    def backup(self, town: Town | None, given: Given) -> None:
        """{label}"""
        if town is not None:
            self.world.backup(town, given["label"])

    def restore(self, town: Town | None, given: Given) -> None:
        """{label, whole?}"""
        if town is not None:
            self.world.restore(town, given["label"], whole=given.get("whole", False))

    def snapshot(self, town: Town | None, given: Given) -> None:
        """{label}: of the whole disk, to roll back to."""
        self.backup(town, given)

    def rollback(self, town: Town | None, given: Given) -> None:
        """{label}"""
        if town is not None:
            self.world.rollback(town, given["label"])

    def copy(self, town: Town | None, given: Given) -> None:
        """{to}: the folder, to another machine"""
        if town is not None:
            self.world.copy(town, given["to"])

    def swap(self, town: Town | None, given: Given) -> None:
        """{to}: back to a machine that was left"""
        if town is not None:
            self.world.swap(town, given["to"])

    def clock(self, town: Town | None, given: Given) -> None:
        """{skew_s}"""
        if town is not None:
            self.world.set_clock(town, given["skew_s"])

    def disk(self, town: Town | None, given: Given) -> None:
        """{fault: full | io | slow | good, after?, count?, sync_us?, room?}"""
        if town is None:
            return
        disk = town.disk
        match given["fault"]:
            case "full":
                disk.capacity_bytes = disk.used_bytes() + given.get("room", 0)
            case "io":
                disk.fail_in(given.get("after", 0), given.get("count", 1))
            case "slow":
                disk.sync_us = given.get("sync_us", 500_000)
            case _:
                disk.mend()
        town.note("disk", fault=given["fault"])

    def lie(self, town: Town | None, given: Given) -> None:
        """{how, …}: a hostile town does what it came for."""
        act = getattr(town, "lie", None)
        if act is not None:
            act(**given)

    def upgrade(self, town: Town | None, given: Given) -> None:
        """{schema}"""
        if town is not None:
            town.upgrade(given["schema"])

    # --- stories -----------------------------------------------------------------------------

    def meet(self, _town: Town | None, given: Given) -> None:
        """{limit_s?}: time passes until all that can agree do."""
        if self.world.settle(given.get("limit_s", 900.0)) is None:
            self.world.complaints.append("they do not meet")

    def expect(self, town: Town | None, given: Given) -> None:
        """{ref, field?, value?, conflicts?, records?}: what a clerk must see there now."""
        if town is None or town.service is None:
            self.world.complaints.append("nobody is there to look")
            return
        record = self.records.get(str(given.get("ref")))
        if record is None:
            self.world.complaints.append(f"{given.get('ref')} was never opened")
            return
        try:
            seen = Reading(town.service).record(town.ledger, record)
        except NotFound:
            self.world.complaints.append(f"{given['ref']} is not at {town.name}")
            return
        if "conflicts" in given and len(seen["conflicts"]) != given["conflicts"]:
            found = len(seen["conflicts"])
            self.world.complaints.append(f"{given['ref']} has {found} questions at {town.name}")
        if "field" in given and seen["fields"][given["field"]] != given["value"]:
            self.world.complaints.append(
                f"{given['field']} of {given['ref']} differs at {town.name}"
            )

    def tell(self, _town: Town | None, given: Given) -> None:
        """{zh, en}: a line of the story."""
        from simulations.trace import Event

        facts = (("zh", given["zh"]), ("en", given["en"]))
        self.world.trace.add(Event(self.world.clock.now_us, -1, "story", -1, facts))


def _fields(given: Given) -> dict[str, str]:
    """In one order: equal plans say equal things, whatever order a file keeps them in."""
    return dict(sorted(given["fields"].items()))


def _next_state(service: Service, ledger: Ledger, record: RecordId, pick: float) -> str:
    held = service.record(ledger, record)
    for declared in kind_named(held.shared.kind).fields:
        if isinstance(declared.type, State):
            standing = held.facts().candidates(declared.name).values
            now = standing[0] if standing else None
            may = sorted(after for before, after in declared.type.moves if before == now)
            if may:
                return may[int(pick * len(may))]
    raise NotFound(what="state")


def _settle(
    world: World, service: Service, ledger: Ledger, conflict: Conflict, given: Given
) -> object:
    why = given.get("reason", "电话核对")
    match given["how"]:
        case "keep":
            return service.keep_both(ledger, conflict, POST, why)
        case "value":
            value = service.typed_value(ledger, conflict, given["value"])
        case _ if "town" in given:
            township = world.towns[given["town"]].identity.township.public
            value = service.value_of_township(ledger, conflict, township)  # type: ignore[arg-type]
        case _:
            value = _picked(conflict, given["pick"])
    return service.settle(ledger, conflict, value, POST, why)


def _picked(conflict: Conflict, pick: float) -> Any:
    candidates: Sequence[Any] = conflict.candidates
    return candidates[int(pick * len(candidates))].value


Verb = Callable[[Deeds, Town | None, Given], None]
CLERKS: dict[str, Verb] = {
    "open": Deeds.open,
    "edit": Deeds.edit,
    "add": Deeds.add,
    "move": Deeds.move,
    "settle": Deeds.settle,
    "propose": memberdeeds.propose,
    "vote": memberdeeds.vote,
    "adopt": memberdeeds.adopt,
    "seal": sealdeeds.seal,
    "reword": sealdeeds.reword,
    "grant": sealdeeds.grant,
    "withdraw": sealdeeds.withdraw,
    "erase": sealdeeds.erase,
    "approve": sealdeeds.approve,
    "look": Deeds.look,
}
FAULTS: dict[str, Verb] = {
    "cut": Deeds.cut,
    "split": Deeds.split,
    "hold": Deeds.hold,
    "flap": Deeds.flap,
    "reset": Deeds.reset,
    "line": Deeds.line,
    "crash": Deeds.crash,
    "kill": Deeds.kill,
    "stop": Deeds.stop,
    "sleep": Deeds.sleep,
    "restore": Deeds.restore,
    "rollback": Deeds.rollback,
    "copy": Deeds.copy,
    "swap": Deeds.swap,
    "clock": Deeds.clock,
    "disk": Deeds.disk,
    "lie": Deeds.lie,
}
VERBS: dict[str, Verb] = {
    **CLERKS,
    **FAULTS,
    "repair": Deeds.repair,
    "heal": Deeds.heal,
    "release": Deeds.release,
    "sync": Deeds.sync,
    "restart": Deeds.restart,
    "upgrade": Deeds.upgrade,
    "meet": Deeds.meet,
    "expect": Deeds.expect,
    "backup": Deeds.backup,
    "snapshot": Deeds.snapshot,
    "tell": Deeds.tell,
}
