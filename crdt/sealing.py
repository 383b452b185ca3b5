"""Who may read a sealed record, and under which keys: from the entries that say so. Pure.

Only the township that began a record grants and withdraws; whoever may read passes keys on. Of what is said
about a township at once without knowledge of each other, the withdrawal counts. Equal sets of entries give
equal answers. Knows no clock: that a grant has ended is told by whoever asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from crdt.deeds import About, Deed, Share, Withdraw, Wrap
from crdt.entry import EntryId, RecordId
from crdt.statements import Fence
from keys.identity import DeviceId, TownshipId
from keys.limits import PARENTS_PER_ENTRY
from keys.seal import KeyId


@dataclass(frozen=True, slots=True)
class Keying:
    """An entry about who may read one record. `parents`: those its author knew."""

    entry: EntryId
    township: TownshipId
    parents: tuple[EntryId, ...]
    deeds: tuple[Deed, ...]


@dataclass(slots=True)
class Key:
    """`makers`: townships that brought it in; `wraps`: what was wrapped for whom; `given`: for whom those
    wrapped it whose grant stands, as the others' word is as good as none; `rank`: later is higher; `whole`:
    all that whoever brought it in knew is here, so that it is known who brought it in."""

    id: KeyId
    makers: set[TownshipId] = field(default_factory=set)
    wraps: dict[DeviceId, list[bytes]] = field(default_factory=dict)
    given: set[DeviceId] = field(default_factory=set)
    once: bool = False
    rank: tuple[int, bytes] = (0, b"")
    whole: bool = True


@dataclass(slots=True)
class Sealing:
    """`shares`: who may read beside `home`; `ended`: who may no longer, and how far its logs count;
    `heads`: the parents of whatever is said next."""

    home: TownshipId | None
    about: RecordId | None = None
    shares: dict[TownshipId, Share] = field(default_factory=dict)
    ended: dict[TownshipId, tuple[Fence, ...]] = field(default_factory=dict)
    keys: dict[KeyId, Key] = field(default_factory=dict)
    heads: tuple[EntryId, ...] = ()

    @property
    def readers(self) -> set[TownshipId]:
        """Who may read, whatever the day."""
        return self.shares.keys() | ({self.home} if self.home else set())

    def ever(self, township: TownshipId) -> bool:
        """Whether a township may read or might once."""
        return township in self.readers or township in self.ended

    def to_write(
        self,
        held: Collection[KeyId],
        readers: AbstractSet[TownshipId],
        devices: AbstractSet[DeviceId],
    ) -> KeyId | None:
        """The newest key that nobody has who may not read now; None: there has to be a new one.

        `held`: those that the writer has; `devices`: those of the `readers`.
        """
        fitting = [
            key
            for key in self.keys.values()
            if key.id in held
            and not key.once
            and key.whole
            and key.makers <= readers
            and key.given <= devices
        ]
        return max(fitting, key=lambda key: (key.rank, key.id)).id if fitting else None

    def lacking(self, key: KeyId, devices: Iterable[DeviceId]) -> list[DeviceId]:
        """Those of the devices for which a key was never wrapped."""
        found = self.keys.get(key)
        return [d for d in devices if found is None or d not in found.given]


def sealing_of(home: TownshipId | None, keyings: Iterable[Keying]) -> Sealing:
    """What these entries together say. `home`: the township that began the record, None: not known yet.

    Only of those counts anything who may read or might once: nobody else can even be in the way.
    """
    every = list(keyings)
    granted = (d.township for k in every if k.township == home for d in k.deeds if type(d) is Share)
    ever = {home, *granted}
    known = {k.entry: k for k in every if k.township in ever}
    order = _Order(known)
    found = Sealing(home)
    said: dict[TownshipId, list[tuple[EntryId, Share | Withdraw]]] = {}
    wraps: dict[KeyId, list[tuple[Keying, Wrap]]] = {}
    about: list[tuple[int, EntryId, RecordId]] = []
    for entry, keying in known.items():
        for deed in keying.deeds:
            match deed:
                case Share() | Withdraw() if keying.township == home:
                    said.setdefault(deed.township, []).append((entry, deed))
                case About(record) if keying.township == home:
                    about.append((order.depth(entry), entry, record))
                case Wrap():
                    wraps.setdefault(deed.key_id, []).append((keying, deed))
    found.about = min(about)[2] if about else None
    for township, about_it in said.items():
        _settle(found, township, about_it, order)
    gone = found.ended.keys()
    found.keys = {key_id: _key(key_id, listed, order, gone) for key_id, listed in wraps.items()}
    found.heads = _heads(known, order, home)
    return found


class _Order:
    """Which entries stand before which. The past of each is a set of bits, so that many cost little."""

    def __init__(self, known: Mapping[EntryId, Keying]) -> None:
        self._bit: dict[EntryId, int] = {}
        self._past: dict[EntryId, int] = {}
        self._whole: dict[EntryId, bool] = {}
        for start in known:
            path = [start]
            while path:
                entry = path[-1]
                parents = [p for p in known[entry].parents if p in known]
                if missing := [p for p in parents if p not in self._past]:
                    path += missing  # an id is a hash of what it cites: nothing goes in circles
                    continue
                if entry not in self._past:
                    self._add(entry, known[entry], parents)
                path.pop()

    def _add(self, entry: EntryId, keying: Keying, parents: Sequence[EntryId]) -> None:
        past = 0
        for parent in parents:
            past |= self._past[parent] | 1 << self._bit[parent]
        self._bit[entry], self._past[entry] = len(self._bit), past
        here = len(parents) == len(keying.parents)
        self._whole[entry] = here and all(self._whole[p] for p in parents)

    def depth(self, entry: EntryId) -> int:
        """How many stand before it."""
        return self._past[entry].bit_count()

    def among(self, entries: Iterable[EntryId]) -> int:
        """These as a set of bits."""
        found = 0
        for entry in entries:
            found |= 1 << self._bit[entry]
        return found

    def before(self, entries: Iterable[EntryId]) -> int:
        """All that stands before any of these, as a set of bits."""
        found = 0
        for entry in entries:
            found |= self._past[entry]
        return found

    def follows(self, entry: EntryId, some: int) -> bool:
        """Whether one of `some` stands before it."""
        return bool(self._past[entry] & some)

    def whole(self, entry: EntryId) -> bool:
        """Whether all that stands before it is here."""
        return self._whole[entry]


def _heads(
    known: Mapping[EntryId, Keying], order: _Order, home: TownshipId | None
) -> tuple[EntryId, ...]:
    """What nobody cites yet, sorted; of too many home's own and then the newest: what home says has to follow
    what it said before, whoever crowds in."""
    cited = {p for k in known.values() for p in k.parents}
    free = sorted(
        known.keys() - cited, key=lambda e: (known[e].township == home, order.depth(e), e)
    )
    return tuple(sorted(free[-PARENTS_PER_ENTRY:]))


def _key(
    key_id: KeyId,
    listed: Sequence[tuple[Keying, Wrap]],
    order: _Order,
    gone: AbstractSet[TownshipId],
) -> Key:
    """Who wrapped it brought it in, unless an entry before had. `gone`: whose grant was withdrawn."""
    here = order.among(keying.entry for keying, _ in listed)
    first = [keying for keying, _ in listed if not order.follows(keying.entry, here)]
    key = Key(
        key_id,
        {keying.township for keying in first},
        once=any(wrap.once for keying, wrap in listed if keying.township not in gone),
        rank=min((order.depth(keying.entry), bytes(keying.entry)) for keying in first),
        whole=all(order.whole(keying.entry) for keying in first),
    )
    for keying, wrap in listed:
        for device, wrapped in wrap.wraps:
            key.wraps.setdefault(device, []).append(wrapped)
            if keying.township not in gone:
                key.given.add(device)
    return key


def _settle(
    found: Sealing,
    township: TownshipId,
    listed: Sequence[tuple[EntryId, Share | Withdraw]],
    order: _Order,
) -> None:
    """Of what home says about a township those count that none of the others follows."""
    before = order.before(entry for entry, _ in listed)
    last = [d for e, d in listed if not before & order.among([e])]
    fences = {f for d in last if isinstance(d, Withdraw) for f in d.fences}
    if any(isinstance(d, Withdraw) for d in last):
        sorted_fences = sorted(fences, key=lambda f: (f.device, f.incarnation, f.seq, f.entry))
        found.ended[township] = tuple(sorted_fences)
        return
    shares = [d for d in last if isinstance(d, Share)]
    # Given twice at once: the narrower one.
    found.shares[township] = min(
        shares, key=lambda s: (s.until or "9", s.purpose, s.post, s.team or b"")
    )
