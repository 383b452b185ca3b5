"""An epoch of a ledger: who its members are, by which rules they decide, which key seals. Pure.

Epoch 0 is the founding. Every later one cites the one before and is adopted by votes (crdt.ballot). A
township keeps the id it was founded or admitted with for as long as the ledger lasts; the card beside it
says which keys speak for it now. Knows no vote and no store.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

from crdt.entry import ID_BYTES, LedgerId
from crdt.errors import MalformedEntry
from crdt.founding import Founding
from keys import canonical
from keys.canonical import Plain
from keys.card import Card
from keys.identity import TownshipId
from keys.limits import DEVICES_PER_LEDGER, EPOCH_BYTES, MEMBERS_PER_LEDGER
from keys.seal import KeyId

EpochId = NewType("EpochId", bytes)
SMALL_ALLIANCE = 3
"""Up to so many members everybody has to agree; above, admissions and rules may lack one."""

ERASURE_APPROVALS = 2
"""So many townships approve an erasure where nothing else was agreed: nobody erases alone."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the members agreed on beside who they are.

    `may_miss`: votes that may be missing from an admission or a change of rules in a ledger of more than
    three, 0 or 1. `schema`: the newest rules that entries may be written by. `retention_days`: how long
    closed matters are kept with names, 0: until somebody decides. `erasure`: how many townships have to
    approve that something is erased (as many as there are, if there are fewer).
    """

    may_miss: int = 1
    schema: int = 1
    retention_days: int = 0
    erasure: int = ERASURE_APPROVALS

    def plain(self) -> list[Plain]:
        said: list[Plain] = [self.may_miss, self.schema, self.retention_days]
        return said if self.erasure == ERASURE_APPROVALS else [*said, self.erasure]

    @classmethod
    def read(cls, plain: Plain) -> Rules:
        """Raises MalformedEntry."""
        match plain:
            case [int() as may_miss, int() as schema, int() as days]:
                erasure = ERASURE_APPROVALS
            case [int() as may_miss, int() as schema, int() as days, int() as erasure] if (
                erasure != ERASURE_APPROVALS  # it would be written without
            ):
                pass
            case _:
                raise MalformedEntry(why="rules")
        if any(type(n) is bool for n in (may_miss, schema, days, erasure)):
            raise MalformedEntry(why="rules")
        if may_miss not in (0, 1) or schema < 1 or not 0 <= days <= 100_000:
            raise MalformedEntry(why="rules")
        if not 1 <= erasure <= MEMBERS_PER_LEDGER:
            raise MalformedEntry(why="rules")
        return cls(may_miss, schema, days, erasure)


@dataclass(frozen=True, slots=True)
class Member:
    """One township. `card`: who speaks for it; its key is `township`'s own until it was recovered.

    `recovery`: hash of the public recovery key, None as long as it made none. (`generation`, `turn`):
    how often it was recovered, and how often it changed its devices since.
    """

    township: TownshipId
    card: Card
    recovery: bytes | None = None
    generation: int = 0
    turn: int = 0

    def plain(self) -> list[Plain]:
        return [self.township, self.card.raw, self.recovery, self.generation, self.turn]

    @classmethod
    def read(cls, plain: Plain) -> Member:
        """Raises a MulinError."""
        match plain:
            case [
                bytes() as township,
                bytes() as card,
                (None | bytes()) as recovery,
                int() as generation,
                int() as turn,
            ]:
                pass
            case _:
                raise MalformedEntry(why="member")
        sized = len(township) == ID_BYTES and (recovery is None or len(recovery) == ID_BYTES)
        if not sized or min(generation, turn) < 0 or bool in (type(generation), type(turn)):
            raise MalformedEntry(why="member")
        return cls(TownshipId(township), Card.parse(card), recovery, generation, turn)

    @property
    def stand(self) -> tuple[int, int]:
        """How new this word about the township's keys is."""
        return self.generation, self.turn


class Change(enum.IntEnum):
    """What an epoch changes of the one before: one thing at a time. The numbers are signed."""

    FOUND = 0
    ADMIT = 1
    REMOVE = 2
    REKEY = 3
    RULES = 4
    KEY = 5


NEW_KEY = frozenset({Change.REMOVE, Change.REKEY, Change.KEY})
"""Changes after which somebody may no longer read what is written: they come with a new ledger key."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """`change`, `about`: what it changes and whom that concerns. `members` are sorted by township.

    `previous` is the id of the epoch before; the founding's own id is the ledger's.
    """

    ledger: LedgerId
    number: int
    previous: EpochId
    change: Change
    about: TownshipId | None
    members: tuple[Member, ...]
    rules: Rules
    key_id: KeyId
    id: EpochId
    raw: bytes

    @classmethod
    def of_founding(cls, founding: Founding) -> Epoch:
        members = tuple(Member(c.township, c) for c in founding.cards)
        nothing, here = EpochId(bytes(ID_BYTES)), EpochId(bytes(founding.id))
        return cls(
            founding.id,
            0,
            nothing,
            Change.FOUND,
            None,
            members,
            Rules(),
            founding.key_id,
            here,
            founding.raw,
        )

    def admitting(self, member: Member) -> Epoch:
        """The next epoch, with one more member. Raises MalformedEntry."""
        return self._next(Change.ADMIT, member.township, [*self.members, member])

    def removing(self, township: TownshipId, key_id: KeyId) -> Epoch:
        """The next epoch, without one. Raises MalformedEntry."""
        left = [m for m in self.members if m.township != township]
        return self._next(Change.REMOVE, township, left, key_id=key_id)

    def rekeying(self, member: Member, key_id: KeyId) -> Epoch:
        """The next epoch, in which the others vouch for new keys of a member. Raises MalformedEntry."""
        others = [m for m in self.members if m.township != member.township]
        return self._next(Change.REKEY, member.township, [*others, member], key_id=key_id)

    def ruling(self, rules: Rules) -> Epoch:
        """The next epoch, under other rules. Raises MalformedEntry."""
        return self._next(Change.RULES, None, self.members, rules=rules)

    def renewing(self, key_id: KeyId, members: Sequence[Member] = ()) -> Epoch:
        """The next epoch, under another ledger key; `members`: as they announced themselves since. Devices
        that they left out have no say in what comes after. Raises MalformedEntry."""
        newer = {m.township: m for m in members}
        listed = [newer.get(m.township, m) for m in self.members]
        return self._next(Change.KEY, None, listed, key_id=key_id)

    def _next(
        self,
        change: Change,
        about: TownshipId | None,
        members: Sequence[Member],
        *,
        rules: Rules | None = None,
        key_id: KeyId | None = None,
    ) -> Epoch:
        listed = sorted(members, key=lambda m: m.township)
        body: list[Plain] = [
            1,
            self.ledger,
            self.number + 1,
            self.id,
            int(change),
            about,
            [m.plain() for m in listed],
            (rules or self.rules).plain(),
            key_id or self.key_id,
        ]
        after = Epoch.parse(canonical.encode(body))
        check_step(self, after)
        return after

    @classmethod
    def parse(cls, raw: bytes) -> Epoch:
        """Raises a MulinError unless it is well formed and every card in it verifies."""
        match canonical.decode_list(raw, EPOCH_BYTES):
            case [
                1,
                bytes() as ledger,
                int() as number,
                bytes() as previous,
                int() as change,
                (None | bytes()) as about,
                list() as listed,
                rules,
                bytes() as key_id,
            ]:
                pass
            case _:
                raise MalformedEntry(why="epoch")
        if not len(ledger) == len(previous) == len(key_id) == ID_BYTES or number < 1:
            raise MalformedEntry(why="epoch")
        if type(change) is bool or change not in _VOTED:
            raise MalformedEntry(why="epoch change")
        members = tuple(Member.read(m) for m in listed)
        _check_members(members)
        return cls(
            LedgerId(ledger),
            number,
            EpochId(previous),
            Change(change),
            None if about is None else TownshipId(about),
            members,
            Rules.read(rules),
            KeyId(key_id),
            EpochId(hashlib.sha256(b"mulin/epoch/1" + raw).digest()),
            raw,
        )

    def townships(self) -> frozenset[TownshipId]:
        return frozenset(m.township for m in self.members)

    def member(self, township: bytes) -> Member | None:
        return next((m for m in self.members if m.township == township), None)


_VOTED = frozenset(Change) - {Change.FOUND}


def _check_members(members: Sequence[Member]) -> None:
    townships = [m.township for m in members]
    devices = [d.device for m in members for d in m.card.delegations]
    certificates = {d.certificate for m in members for d in m.card.delegations}
    speakers = {m.card.township for m in members}
    if townships != sorted(set(townships)) or not 1 <= len(members) <= MEMBERS_PER_LEDGER:
        raise MalformedEntry(why="epoch members")
    if len(speakers) != len(members) or len(set(devices)) != len(devices):
        raise MalformedEntry(why="epoch members")
    if len(certificates) != len(devices) or len(devices) > DEVICES_PER_LEDGER:
        raise MalformedEntry(why="epoch devices")


def check_step(before: Epoch, after: Epoch) -> None:
    """Raises MalformedEntry unless `after` follows `before` and changes what it says and nothing else.

    Members it does not concern stand in it as they stood before, byte for byte: what they announced of
    their own devices since needs nobody's vote and stays beside the epochs (crdt.lines), until a change of
    the ledger key takes it in.
    """
    place = (after.ledger, after.number, after.previous)
    if place != (before.ledger, before.number + 1, before.id):
        raise MalformedEntry(why="epoch order")
    was, now = {m.township: m for m in before.members}, {m.township: m for m in after.members}
    differ = {t for t in was.keys() | now.keys() if was.get(t) != now.get(t)}
    about = set() if after.about is None else {after.about}
    shape = {
        Change.ADMIT: (False, True),
        Change.REMOVE: (True, False),
        Change.REKEY: (True, True),
    }
    expected = shape.get(after.change)
    if after.change is Change.KEY and was.keys() == now.keys():
        differ = {t for t in differ if now[t].stand <= was[t].stand}
    if differ != about or (
        expected is not None and (after.about in was, after.about in now) != expected
    ):
        raise MalformedEntry(why="an epoch changes one thing")
    if after.change is Change.REKEY and not all(_are_new_keys(was[t], now[t]) for t in about):
        raise MalformedEntry(why="new keys")
    if (after.change is Change.RULES) != (before.rules != after.rules):
        raise MalformedEntry(why="epoch rules")
    if after.rules.schema < before.rules.schema:
        raise MalformedEntry(why="what was written stays readable")
    if (after.change in NEW_KEY) != (before.key_id != after.key_id):
        raise MalformedEntry(why="epoch key")


def _are_new_keys(was: Member, now: Member) -> bool:
    """Newer than any word of the old ones that its epoch knows, and not a promise made in their name."""
    return now.recovery is None and now.turn == 0 and now.generation > was.generation


def excluded_from(before: Epoch, change: Change, about: TownshipId | None) -> TownshipId | None:
    """Who has no say in a proposal, as it is about them. Of two members nobody decides alone."""
    if change in (Change.REMOVE, Change.REKEY) and len(before.members) > 2:
        return about
    return None


def threshold(before: Epoch, excluded: TownshipId | None, may_miss: int) -> int:
    """Votes that a proposal needs. `may_miss`: of the rules it would bring, as a change of the threshold
    needs the larger of the old and the new one."""
    n = len(before.members)
    if excluded is not None:
        return n - 1
    return n if n <= SMALL_ALLIANCE else n - min(before.rules.may_miss, may_miss)
