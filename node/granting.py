"""Give a township to read what is sealed, take it back, pass keys on to devices that lack them. No face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crdt.deeds import Share, Withdraw, Wrap
from crdt.entry import Entry, RecordId
from keys.identity import TownshipId
from keys.limits import FENCES_PER_VOTE
from node.epochs import Epochs
from node.errors import NotAMember
from node.ground import Ground
from node.ledgers import Ledger
from node.sealerrors import GrantsNothing, NotSealed, OnlyHomeGrants, SaidAlready
from node.seals import WRAPS_AT_ONCE, Seals
from node.writing import Writing


@dataclass(frozen=True, slots=True)
class Granted:
    """Who may read a record, and whether it has ended. `share` None: the township that entered it."""

    township: TownshipId
    share: Share | None
    ended: bool


class Granting:
    """Grants of this township."""

    def __init__(self, ground: Ground, writing: Writing, seals: Seals, epochs: Epochs) -> None:
        self._ground = ground
        self._writing = writing
        self._seals = seals
        self._epochs = epochs

    def of(self, ledger: Ledger, record: RecordId) -> list[Granted]:
        """Everybody who may read a record, the township that entered it first. Raises NotSealed."""
        if not self._seals.is_sealed(ledger, record):
            raise NotSealed(id=record.hex()[:12])
        sealing = self._seals.sealing(ledger, record)
        found = [] if sealing.home is None else [Granted(sealing.home, None, ended=False)]
        for township, share in sorted(sealing.shares.items()):
            found.append(Granted(township, share, self._seals.has_ended(ledger, share)))
        return found

    def grant(self, ledger: Ledger, record: RecordId, share: Share, reason: str = "") -> Entry:
        """Let a township read a record, all of it from its beginning; said again it is given every key again.

        Raises MulinError.
        """
        self._check_ours(ledger, record)
        seals = self._seals
        sealing = seals.sealing(ledger, record)
        if share.township == sealing.home:
            raise GrantsNothing
        others = seals.devices(ledger, seals.readers(ledger, record) - {share.township})
        theirs = seals.devices(ledger, [share.township])
        wraps = seals.missing_wraps(ledger, record, others, theirs)
        self._writing.look(ledger, record, [share], reason)
        for some in _parts(wraps):
            self._writing.say(ledger, some, record=record)
        return self._writing.say(ledger, [share], reason, record=record)

    def withdraw(
        self, ledger: Ledger, record: RecordId, township: TownshipId, reason: str
    ) -> Entry:
        """Let a township read nothing that is written from now on. Raises MulinError.

        What it had it has; what it writes that nobody has seen yet waits until somebody adopts it.
        """
        self._check_ours(ledger, record)
        if township not in self._seals.sealing(ledger, record).shares:
            raise SaidAlready(who=ledger.members.name_of(township))
        fences = self._epochs.fences(ledger, township)[-FENCES_PER_VOTE:]
        return self._writing.say(ledger, [Withdraw(township, fences)], reason, record=record)

    def pass_on(self, ledger: Ledger) -> int:
        """Wrap keys for readers' devices that were never given them, such as a new laptop; returns of how
        many records. Asked for all records only when the devices of the ledger are others than before."""
        book = self._ground.book
        now = repr(sorted(d.hex() for d in ledger.members.delegations))
        name = f"passed-on/{ledger.hex}"
        if book.setting(name) == now or not ledger.is_ours:
            return 0
        done = 0
        for record in self._ground.seals.records(ledger.n):
            if self._seals.is_erased(ledger, record) or not self._seals.keys(ledger, record):
                continue
            readers = self._seals.readers(ledger, record)
            if ledger.me not in readers:
                continue
            devices = self._seals.devices(ledger, readers)
            wraps = self._seals.missing_wraps(ledger, record, devices)
            for some in _parts(wraps):
                self._writing.say(ledger, some, record=record)
            done += bool(wraps)
        with self._ground.db.transaction():
            book.set_setting(name, now)
        return done

    def _check_ours(self, ledger: Ledger, record: RecordId) -> None:
        if not ledger.is_ours:
            raise NotAMember
        if not self._seals.is_sealed(ledger, record):
            raise NotSealed(id=record.hex()[:12])
        self._seals.check_stands(ledger, record)
        if self._seals.home(ledger, record) != ledger.me:
            raise OnlyHomeGrants


def _parts(wraps: Sequence[Wrap]) -> Iterator[Sequence[Wrap]]:
    """As many as one entry holds, however many devices each is for."""
    return (wraps[at : at + WRAPS_AT_ONCE] for at in range(0, len(wraps), WRAPS_AT_ONCE))
