"""A world of townships: real nodes, virtual time, lines that can be cut. The verbs are those of *turmoil*.

Everything is a function of the seed and of what is done to the world. Towns are named by their place (0, 1,
…) or by their name. Knows no oracle: `simulations.oracles` look at a world from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from keys.identity import DeviceId
from node.service import Service
from simulations import founding
from simulations.agreement import agree
from simulations.clock import SECOND_US, Clock
from simulations.disk import Disk, Torn
from simulations.errors import NoSuchTown
from simulations.links import Line, Rule
from simulations.names import name_of
from simulations.network import Network
from simulations.town import DATA, MARK, Town
from simulations.trace import Event, Fact, Trace
from simulations.witness import Witness

Places = Iterable[int | str | Town]
Who = int | str | Town


class World:
    """`count` townships that share a ledger, all switched on, their nodes running."""

    def __init__(
        self,
        count: int = 3,
        seed: int | str = 0,
        *,
        near: Sequence[Sequence[int]] | None = None,
        line: Line | None = None,
        liars: dict[int, type[Town]] | None = None,
        quiet: Iterable[str] = (),
    ) -> None:
        """`near`: whom each knows an address of (everybody, if None); `liars`: towns of another make."""
        self.seed = seed
        self.clock = Clock()
        self.trace = Trace(quiet)
        self.witness = Witness()
        self.network = Network(self.clock, seed, self._line_told)
        if line is not None:
            self.network.default = line
        self.near = [list(places) for places in near or founding.mesh(count)]
        self.peers_of_number: dict[int, int] = {}
        self.complaints: list[str] = []
        """What a story expected and did not find."""
        self.queue_max = 0
        """The most bytes that were ever under way on one direction of a connection."""
        self._backups: dict[tuple[int, str], dict[str, bytes]] = {}
        self._torn: dict[int, Torn] = {}
        makes = liars or {}
        images = founding.images(count, _founders)
        self.towns = [
            makes.get(place, Town)(self, place, name_of(place), Disk(images[place]))
            for place in range(count)
        ]
        self.network.parties = list(self.towns)
        self._places = {town.device: town.place for town in self.towns}
        self._prefixes = {town.device.hex()[:12]: town.place for town in self.towns}
        devices = [town.device for town in self.towns]
        for town in self.towns:
            town.boot()
            if near is not None:
                assert town.service is not None, "a new computer starts"
                founding.know(town.service, self.near[town.place], devices)
        for town in self.towns:
            town.start()

    def close(self) -> None:
        """Give all memory back."""
        for town in self.towns:
            town._drop()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- who ---------------------------------------------------------------------------------

    def __getitem__(self, who: Who) -> Town:
        """A town by place, name or itself. Raises NoSuchTown."""
        if isinstance(who, Town):
            return who
        for town in self.towns:
            if who in (town.place, town.name, name_of(town.place, "en")):
                return town
        raise NoSuchTown(what=str(who)[:40])

    def place_of(self, device: DeviceId) -> int:
        return self._places[device]

    def place_with_prefix(self, prefix: str) -> int:
        return self._prefixes.get(prefix, -1)

    def _places_of(self, towns: Places) -> list[int]:
        return [self[town].place for town in towns]

    @property
    def honest(self) -> list[Town]:
        return [town for town in self.towns if town.honest]

    # --- time --------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        return self.clock.now_s

    def run(self, for_s: float) -> None:
        """Let so many seconds pass in the world."""
        self.clock.run_until(self.clock.now_us + int(for_s * SECOND_US))

    # --- lines -------------------------------------------------------------------------------

    def cut(self, source: Who, target: Who) -> None:
        """One way: nothing from `source` reaches `target` any more."""
        self._on_link("cut", self[source], self[target], cut=True)

    def repair(self, source: Who, target: Who) -> None:
        """One way, whatever was wrong with it."""
        a, b = self[source], self[target]
        self.network.release(a.place, b.place)
        self._on_link("repair", a, b, cut=False)

    def _on_link(self, what: str, a: Town, b: Town, *, cut: bool) -> None:
        link = self.network.link(a.place, b.place)
        if link.cut != cut:
            link.cut = cut
            a.note(what, b.place)

    @contextmanager
    def partition(self, *groups: Places) -> Iterator[None]:
        """Nothing passes between these groups (one group: between it and all others) until the block ends."""
        pairs = self.split(*groups)
        try:
            yield
        finally:
            for a, b in pairs:
                self.repair(a, b)

    def split(self, *groups: Places) -> list[tuple[int, int]]:
        """As `partition`, until somebody repairs it; returns the directions that were cut by this."""
        parts = [self._places_of(group) for group in groups]
        if len(parts) == 1:
            parts.append([t.place for t in self.towns if t.place not in parts[0]])
        pairs = [
            (a, b)
            for one in parts
            for other in parts
            if one is not other
            for a in one
            for b in other
        ]
        fresh = [(a, b) for a, b in pairs if not self.network.link(a, b).cut]
        for a, b in fresh:
            self.cut(a, b)
        return fresh

    def heal(self) -> None:
        """Every line works again in both directions."""
        for (a, b), link in list(self.network.links()):
            if link.cut or link.held is not None:
                self.repair(a, b)

    def hold(self, source: Who, target: Who) -> None:
        """Packets of this direction wait on their way."""
        a, b = self[source], self[target]
        self.network.hold(a.place, b.place)
        a.note("hold", b.place)

    def release(self, source: Who, target: Who) -> None:
        a, b = self[source], self[target]
        self.network.release(a.place, b.place)
        a.note("release", b.place)

    def flap(self, one: Who, other: Who, up_s: float, down_s: float, times: int) -> None:
        """The line between two towns comes and goes, beginning with down."""
        a, b = self[one], self[other]

        def down() -> None:
            self.split([a], [b])

        def up() -> None:
            self.repair(a, b)
            self.repair(b, a)

        at_us = self.clock.now_us
        for _ in range(times):
            self.clock.at(at_us, down)
            at_us += int(down_s * SECOND_US)
            self.clock.at(at_us, up)
            at_us += int(up_s * SECOND_US)

    def reset(self, source: Who, target: Who, after_bytes: int = 0) -> None:
        """Connections break once the source has sent so much more, be it in the middle of a frame."""
        self.network.break_after(self[source].place, self[target].place, after_bytes)

    def set_line(self, source: Who, target: Who, line: Line) -> None:
        a, b = self[source], self[target]
        self.network.link(a.place, b.place).line = line
        a.note("line", b.place, line=line.name)

    @contextmanager
    def rule(self, rule: Rule) -> Iterator[None]:
        """Any function of a packet to a verdict holds until the block ends; the newest is asked first."""
        self.network.rules.insert(0, rule)
        try:
            yield
        finally:
            self.network.rules.remove(rule)

    def _line_told(self, event: str, source: int, target: int, words: str) -> None:
        facts: tuple[tuple[str, Fact], ...] = (("words", words),) if words else ()
        self.trace.add(Event(self.clock.now_us, source, event, target, facts))

    # --- computers ---------------------------------------------------------------------------

    def crash(self, who: Who, torn: Torn = Torn.MIXED) -> None:
        """The power goes, now."""
        self[who].crash(torn)

    def crash_at(self, who: Who, operations: int, torn: Torn = Torn.MIXED) -> None:
        """The power goes just before the disk does its so-manieth operation from now."""
        town = self[who]
        self._torn[town.place] = torn
        town.disk.cut_power_in(operations)

    def torn_next(self, town: Town) -> Torn:
        return self._torn.pop(town.place, Torn.MIXED)

    def restart(self, who: Who) -> None:
        """Switch on and run the node, whatever the state it was in."""
        town = self[who]
        if not town.on:
            town.note("boot")
            town.boot()
        town.awake()
        town.start()

    def backup(self, who: Who, label: str) -> None:
        """What `mulin backup` gives, kept with the mark of that moment."""
        town = self[who]
        if town.service is None:
            return
        self._backups.pop((town.place, label), None)  # they stand in the order they were made
        self._backups[town.place, label] = town.disk.image()
        town.note("backup", label=label)

    def restore(self, who: Who, label: str, *, whole: bool = False) -> None:
        """The old data file is put in place; `whole`: the mark beside it too, as with a copied folder."""
        town = self[who]
        image = self._backups.get((town.place, label))
        if image is None:
            return
        if town.on:
            town.crash(Torn.KEPT)
        image = dict(image)
        if not whole:
            image.pop(MARK, None)
            if MARK in town.disk.files:
                image[MARK] = bytes(town.disk.files[MARK].data)
        if whole:  # a disk has one past: what was kept of it later is gone with what it held then
            kept = [key for key in self._backups if key[0] == town.place]
            for later in kept[kept.index((town.place, label)) + 1 :]:
                del self._backups[later]
        town.note("restore", label=label, how="whole" if whole else "data")
        self._go_on(town, image)

    def _go_on(self, town: Town, image: dict[str, bytes]) -> None:
        """With another disk, which knows nothing of what this one lost."""
        elsewhere = {e for other in self.honest if other is not town for e in other_entries(other)}
        town.put_disk(image)
        town.boot(replaced=elsewhere)

    def rollback(self, who: Who, label: str) -> None:
        """A virtual machine goes back to a snapshot, mark and all, and its node runs again if it ran."""
        town = self[who]
        running = town.core is not None
        self.restore(town, label, whole=True)
        if running:
            self.restart(town)

    def copy(self, who: Who, machine: str) -> None:
        """The folder is copied to another machine, where its clerks go on; this one stays as it is."""
        town = self[who]
        if machine == town.machine:
            return
        for key in [key for key in self._backups if key[0] == town.place]:
            del self._backups[key]  # no disk is set back behind a copy that goes on
        self._leave_machine(town)
        town.machine = machine
        town.note("copy", to=machine)
        self._go_on(town, town.disk.image())

    def swap(self, who: Who, machine: str) -> None:
        """Its clerks go on at another machine of theirs, which stands as they left it."""
        town = self[who]
        if machine not in town.drawer:
            return
        image = town.drawer.pop(machine)
        self._leave_machine(town)
        town.machine = machine
        town.note("swap", to=machine)
        self._go_on(town, image)

    def _leave_machine(self, town: Town) -> None:
        if town.on:
            town.crash(Torn.KEPT)
        town.drawer[town.machine] = town.disk.image()

    def make_peace(self) -> None:
        """Every line works, every disk is good, every computer is on and awake, and all dial one another."""
        self.heal()
        for town in self.towns:
            for other in self.near[town.place]:
                self.network.link(town.place, other).line = self.network.default
            town.disk.mend()
            self.restart(town)
        self.sync()

    def set_clock(self, who: Who, skew_s: float) -> None:
        """The wall clock is off by so much from now on."""
        town = self[who]
        town.skew_ms = int(skew_s * 1000)
        town.note("clock", skew_s=int(skew_s))

    def sync(self) -> None:
        """Everybody dials everybody they know, as `mulin sync` does."""
        for town in self.towns:
            if town.core is not None:
                devices = [self.towns[place].device for place in self.near[town.place]]
                town._later(lambda c, d=devices: c.dial_now(d, self.now_s))  # type: ignore[misc]

    # --- agreement ---------------------------------------------------------------------------

    def agree(self) -> bool:
        """Whether every honest town that is on holds what it should (simulations.agreement)."""
        return agree(self.honest)

    def settle(self, limit_s: float = 900.0) -> float | None:
        """Let time pass until all honest towns hold the same; seconds that took, or None."""
        start_us, look_us = self.clock.now_us, 0
        end_us = start_us + int(limit_s * SECOND_US)
        while True:
            if self.clock.now_us >= look_us:
                if self.agree():
                    return (self.clock.now_us - start_us) / SECOND_US
                look_us = self.clock.now_us + 50_000
            due_us = self.clock.due_us()
            if due_us is None or due_us > end_us:
                return None
            self.clock.step()


def other_entries(town: Town) -> Iterator[bytes]:
    """Ids of all entries on a town's disk; nothing of a computer that is off, or whose memory is lost."""
    if town.on:
        for (entry,) in town.rows("SELECT id FROM entries"):
            assert isinstance(entry, bytes), "an id is bytes"
            yield entry


def _founders(count: int) -> list[tuple[Service, Disk]]:
    """Bare computers on which a ledger can be founded."""
    from node.ground import Ground, HighWater
    from node.store.database import Database
    from simulations import vfs
    from simulations.people import identity_of
    from simulations.town import EPOCH_MS

    made = []
    for place in range(count):
        import random

        disk = Disk()
        folder = vfs.plug(disk)
        db = Database(None, uri=f"file:{folder}/{DATA}?vfs={vfs.VFS}")
        vfs.watch(db.conn)
        dice = random.Random(f"mulin/founding/{place}")
        ground = Ground(db, identity_of(place), lambda: EPOCH_MS, dice.randbytes, HighWater())
        made.append((Service(ground), disk))
    return made
