"""One ledger at one place, during one visit: what is new is taken, what somebody lacks is left. No clock.

What is signed inside a file is believed, and nothing else: one that was altered, cut, swapped or brought back
costs room and time. How far everybody comes with what lies there (`node.shelf`) decides what is written and
what is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import partial

from keys.identity import DeviceId
from node.bundles import Bundles, Outcome, Parcel
from node.errors import (
    BundleMissing,
    FileGone,
    ForeignBundle,
    LogFull,
    NotInForce,
    PlaceTrouble,
    StrangeMaker,
)
from node.ledgers import Ledger
from node.places import Place
from node.service import Service
from node.shelf import FOREIGN, PENDING, SPOILED, WHOLE, Item, Items, Shelf, newest_of
from node.store.log import LogName, Position
from protocol.errors import NotForUs
from protocol.messages import Vector

_NAME = re.compile(r"([0-9]{6,12})-[0-9a-f]{8}\.(bundle|vector)", re.ASCII)
_ASIDE = re.compile(r"\.[0-9]{6,12}-[0-9a-f]{8}\.(bundle|vector)\.part", re.ASCII)
_FOLDER_HEX = 32
# So many bundles of one writer, and one that holds them all takes their place.
BUNDLES_MAX = 32


@dataclass(slots=True)
class Visit:
    """What came and went at one place. `spoiled`: files there that could not be read whole."""

    place: str
    came: int = 0
    went: int = 0
    signatures: bool = False
    written: int = 0
    removed: int = 0
    spoiled: set[str] = field(default_factory=set)
    waiting: int = 0


class Corner:
    """One ledger at one place, during one visit."""

    def __init__(
        self, service: Service, place: Place, ledger: Ledger, setting: str, visit: Visit
    ) -> None:
        self._service = service
        self._bundles = Bundles(service)
        self._place = place
        self._id = ledger.id
        self._setting = setting
        self._visit = visit
        self._folder = ledger.hex[:_FOLDER_HEX]
        self._own = service.device.hex()[:_FOLDER_HEX]
        self._items: Items = {}
        self._told, self._newest = "", -1
        self._aside: dict[str, str] = {}
        self._unread: set[str] = set()
        self._erased = 0
        self._recall()

    @property
    def _ledger(self) -> Ledger:
        found = self._service.ledgers.get(self._id)
        assert found is not None, "no ledger is ever forgotten"
        return found

    def _recall(self) -> None:
        """What was found here before; without it every file is read once more."""
        kept = json.loads(self._service.ground.book.setting(self._setting) or "{}")
        with contextlib.suppress(ValueError, TypeError, KeyError):  # another version's
            self._items = {n: Item.of_plain(i) for n, i in kept["items"].items()}
            self._told, self._newest, self._aside = kept["told"], kept["newest"], kept["aside"]
            self._erased = kept.get("erased", 0)

    def _save(self) -> None:
        said = {newest_of(self._items, i.device) for i in self._items.values()}
        kept = {
            # Of earlier words nothing is asked, and a vector may be large.
            "items": {n: i.plain(said=n in said) for n, i in self._items.items()},
            "told": self._told,
            "aside": self._aside,
            "newest": self._newest,
            "erased": self._erased,
        }
        text, ground = json.dumps(kept), self._service.ground
        if ground.book.setting(self._setting) != text:  # or every visit would wake the node
            with ground.db.transaction():
                ground.book.set_setting(self._setting, text)

    # --- in ----------------------------------------------------------------------------------

    def _listed(self) -> dict[str, str]:
        """Every file that a member could have left: name → mark."""
        found: dict[str, str] = {}
        known = self._ledger.members
        members = {d.hex()[:_FOLDER_HEX] for d in (*known.delegations, *known.gone)}
        for folder in self._place.folders(self._folder):
            if folder in members:
                for name, mark in self._place.files(f"{self._folder}/{folder}").items():
                    if _NAME.fullmatch(name):
                        found[f"{folder}/{name}"] = mark
        return found

    def read(self, *, again: bool) -> None:
        """Take what is new; what does not link is tried again as long as something else comes."""
        listed = self._listed()
        self._items = {n: i for n, i in self._items.items() if listed.get(n) == i.mark}
        retry = {PENDING, SPOILED} if again else set[str]()
        if self._newest != self._service.ground.log.newest_number():
            retry.add(PENDING)  # something came since, from wherever
        left = [n for n in sorted(listed) if n not in self._items or self._items[n].state in retry]
        moved = True
        while left and moved:
            moved, todo, left = False, left, []
            for name in todo:
                outcome = self._bundles.take(partial(self._place.open, f"{self._folder}/{name}"))
                self._visit.came += outcome.fresh
                self._visit.signatures |= outcome.signatures
                moved |= outcome.fresh > 0
                if isinstance(outcome.fault, PlaceTrouble):
                    if not isinstance(outcome.fault, FileGone):
                        self._unread.add(name)
                    continue
                self._items[name] = item = _item(listed[name], outcome)
                if item.state == PENDING:
                    left.append(name)
        self._newest = self._service.ground.log.newest_number()
        self._visit.waiting += sum(i.state == PENDING for i in self._items.values())
        self._visit.spoiled |= {f"{self._folder}/{n}" for n in self._spoiled()}
        self._save()

    def _spoiled(self) -> set[str]:
        return {n for n, i in self._items.items() if i.state == SPOILED} | self._unread

    # --- out ---------------------------------------------------------------------------------

    def write(self) -> None:
        """Leave what somebody lacks, or at least how far this node is; remove what nobody needs."""
        self._withdraw_erased()
        ledger, me = self._ledger, self._service.device
        others = [d for d in ledger.members.delegations if d != me]
        mine = self._service.replica.vector(ledger.id) if ledger.active else {}
        held = self._service.ground.book.held_positions(ledger.n)
        shelf = Shelf(
            self._items,
            mine,
            {DeviceId(d): vector for d, vector in held.items()},
            self._service.ground.log.leads_to,
        )
        names = list(self._items)
        if sum(n.endswith(".bundle") for n in self._in_own_folder()) >= BUNDLES_MAX:
            names = []
        lacking = [shelf.lacks(d, names) for d in others]
        tells = bool(self._parted()) and self._told != self._telling()
        if any(lacking):
            self._leave(self._frontier(ledger, mine, [k for k in lacking if k]))
        if tells or (not any(lacking) and self._has_news(mine)):
            self._leave(None)
        self._clear(shelf, others)
        self._bundles.paid(ledger, others)
        self._save()

    def _withdraw_erased(self) -> None:
        """What was erased may lie in files that this node left: they go; what anybody lacks is left anew."""
        erased = len(self._service.ground.seals.erased(self._ledger.n))
        if erased != self._erased:
            for name in self._in_own_folder():
                self._place.remove(f"{self._folder}/{name}")
                self._items.pop(name, None)
                self._visit.removed += 1
            self._erased = erased

    def _frontier(
        self, ledger: Ledger, mine: Vector, lacking: list[dict[LogName, set[Position]]]
    ) -> Vector:
        """From where on to write, so that it links for everybody who lacks something."""
        found: Vector = {}
        log_store = self._service.ground.log
        for log, tips in mine.items():
            number = log_store.number(ledger.n, log)
            assert number is not None, "a log of ours"
            at = [
                {p for p in lack[log] if log_store.holds(number, p)}
                for lack in lacking
                if log in lack
            ]
            if not at:
                found[log] = tips
            elif all(at) and len(tips) == 1:
                found[log] = (min(max(positions) for positions in at),)
            elif all(at) and all(positions == at[0] for positions in at):
                found[log] = tuple(sorted(at[0]))
        return found

    def _has_news(self, mine: Vector) -> bool:
        """Whether the others have not been told here how far this node is, and what it cannot read."""
        newest = newest_of(self._items, self._service.device)
        if newest is None or self._told != self._telling():
            return True
        said = self._items[newest]
        return (
            said.vector != mine
            or said.spoiled != frozenset(self._spoiled())
            or not self._receivers() <= said.receivers
        )

    def _telling(self) -> str:
        """What everybody is told beside entries."""
        papers = self._service.replica.papers_digest(self._id)
        return hashlib.sha256(self._ledger.invitation.encode() + papers).hexdigest()[:32]

    def _receivers(self) -> set[DeviceId]:
        """All members, this node too: its own words may be what it lost."""
        return set(self._ledger.members.delegations)

    def _parted(self) -> set[DeviceId]:
        """Who left learns it from what is told beside entries; of those they get none."""
        return set(self._ledger.members.gone)

    def _leave(self, held: Vector | None) -> None:
        own = self._in_own_folder()
        newest = newest_of(self._items, self._service.device)
        parcel = self._bundles.parcel(
            self._ledger,
            sorted(self._receivers() | (self._parted() if held is None else set())),
            held,
            self._spoiled(),
            self._items[newest].made_ms if newest else 0,
        )
        number = 1 + max((_number(n) for n in own), default=0)
        kind = "vector" if held is None else "bundle"
        name = f"{number:06d}-{parcel.manifest.id.hex()[:8]}.{kind}"
        folder = f"{self._folder}/{self._own}"
        self._place.put(folder, name, parcel)
        mark = self._place.files(folder).get(name, "")
        self._items[f"{self._own}/{name}"] = self._left(mark, parcel)
        self._told = self._telling()
        self._visit.written += 1
        self._visit.went += parcel.entries
        self._save()

    def _left(self, mark: str, parcel: Parcel) -> Item:
        made = parcel.manifest
        return Item(
            mark,
            WHOLE,
            made.device,
            made.made_ms,
            frozenset(self._receivers()),
            made.vector,
            frozenset(made.spoiled),
            parcel.spans,
        )

    def _in_own_folder(self) -> list[str]:
        return sorted(n for n in self._items if n.startswith(f"{self._own}/"))

    def _clear(self, shelf: Shelf, others: list[DeviceId]) -> None:
        """Remove own files without which everybody comes as far by the others; the newest word stays."""
        own = self._in_own_folder()
        kept = [n for n in own if self._items[n].state == WHOLE]
        far = [shelf.lacks(d, kept) for d in others]
        useless = [n for n in own if n not in kept]
        for name in list(kept):
            without = [n for n in kept if n != name]
            if [shelf.lacks(d, without) for d in others] == far:
                kept = without
                useless.append(name)
        newest = newest_of(self._items, self._service.device)
        if newest in useless:
            if self._items[newest].spans:
                # It may be large; what it said of this node is said again without it.
                self._leave(None)
            else:
                useless.remove(newest)
        self._sweep()
        for name in useless:
            self._place.remove(f"{self._folder}/{name}")
            self._items.pop(name, None)
            self._visit.removed += 1

    def _sweep(self) -> None:
        """What a crash left of a file that was being written: it is as it was at the visit before.

        One that is new may be a command's of this very node, which writes it just now.
        """
        folder = f"{self._folder}/{self._own}"
        found = {n: m for n, m in self._place.files(folder).items() if _ASIDE.fullmatch(n)}
        for name in [n for n, mark in found.items() if self._aside.get(n) == mark]:
            self._place.remove(f"{folder}/{name}")
            del found[name]
        self._aside = found


def _item(mark: str, outcome: Outcome) -> Item:
    match outcome.fault:
        case None:
            state = WHOLE
        case BundleMissing() | LogFull() | NotInForce():
            state = PENDING
        case NotForUs() | ForeignBundle() | StrangeMaker():
            return Item(mark, FOREIGN)
        case _:
            state = SPOILED
    made = outcome.manifest
    if made is None:
        return Item(mark, state)
    return Item(
        mark,
        state,
        made.device,
        made.made_ms,
        outcome.receivers,
        made.vector,
        frozenset(made.spoiled),
        outcome.spans,
    )


def _number(name: str) -> int:
    found = _NAME.fullmatch(name.rpartition("/")[2])
    return int(found[1]) if found else 0
