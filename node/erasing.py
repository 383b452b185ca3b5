"""Orders of erasure: give them, approve them, do them, and say that it is done. No face.

What an order reaches is gone from the tables with the statement that puts it in force. What may still lie in
the file's free pages and in its journal is removed with time to spare; only then the receipt is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crdt.deeds import Deed, Say
from crdt.entry import RecordId
from crdt.erasure import Standing, final_epochs
from crdt.pen import Pen
from crdt.statements import StatementId
from keys.identity import TownshipId
from keys.limits import RECORDS_PER_ERASURE
from node.errors import Ambiguous, NotAMember, NotFound
from node.ground import Ground
from node.ledgers import Ledger, Ledgers
from node.sealerrors import ApprovedAlready, EpochNotFinal, NothingToErase, OrderStands
from node.seals import SCRUB, Seals
from node.writing import Writing

_PREFIX_MIN = 4
_SCRUBBED = "scrubbed"
"""The setting that says of which erasures this file has no trace any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one member has carried an order out. `waits`: devices that have not said so."""

    township: TownshipId
    done: bool
    waits: int


class Erasing:
    """Orders of every ledger of this node."""

    def __init__(self, ground: Ground, ledgers: Ledgers, writing: Writing, seals: Seals) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self._writing = writing
        self._seals = seals

    # --- giving orders -----------------------------------------------------------------------

    def order(
        self, ledger: Ledger, records: Sequence[RecordId], ground: str, reason: str
    ) -> StatementId:
        """Order that what these records say is gone everywhere; ordering is approving. Raises MulinError."""
        self._check_ours(ledger)
        begun = [
            entry
            for record in records
            if (entry := self._seals.beginning(ledger, record)) is not None
            and not self._seals.is_erased(ledger, record)
        ]
        if not 0 < len(begun) <= RECORDS_PER_ERASURE:
            raise NothingToErase
        epoch = final_epochs(ledger.chain)[-1]
        if any(entry.header.epoch > epoch.number for entry in begun):
            raise EpochNotFinal
        wanted = {entry.record for entry in begun}
        for standing in ledger.erasures.orders.values():
            named = {b.record for b in standing.order.records}
            if wanted <= named and not named <= ledger.erasures.reached:
                raise OrderStands(id=standing.order.id.hex()[:8])
        headers = [entry.raw for entry in begun]
        order = self._pen(ledger).erase(epoch.id, headers, ground, reason)
        self._writing.say(ledger, [Say(order)])
        return order.id

    def approve(self, ledger: Ledger, order: StatementId) -> Standing:
        """This township agrees. Raises ApprovedAlready, NotFound."""
        self._check_ours(ledger)
        standing = ledger.erasures.orders.get(order)
        if standing is None:
            raise NotFound(what=order.hex()[:12])
        if ledger.me in standing.approved:
            raise ApprovedAlready
        self._writing.say(ledger, [Say(self._pen(ledger).approve(order))])
        return ledger.erasures.orders[order]

    def find(self, ledger: Ledger, text: str) -> StatementId:
        """An order by the beginning of its id. Raises NotFound, Ambiguous."""
        prefix = text.strip().lower()
        found = [o for o in ledger.erasures.orders if o.hex().startswith(prefix)]
        if not found or len(prefix) < _PREFIX_MIN:
            raise NotFound(what=text[:40])
        if len(found) > 1:
            raise Ambiguous(what=text[:40], choices="、".join(o.hex()[:12] for o in found[:5]))
        return found[0]

    def to_approve(self, ledger: Ledger) -> int:
        """Orders that lack something and that this township has not approved."""
        return sum(
            ledger.is_ours
            and ledger.me in standing.members
            and ledger.me not in standing.approved
            and not {b.record for b in standing.order.records} <= ledger.erasures.reached
            for standing in ledger.erasures.orders.values()
        )

    def board(self, ledger: Ledger, order: StatementId) -> list[Answer]:
        """What each member says of an order."""
        standing = ledger.erasures.orders[order]
        found: list[Answer] = []
        for township in sorted(ledger.members.cards):
            devices = set(ledger.members.devices_of(township))
            waits = len(devices - standing.done)
            found.append(Answer(township, done=bool(devices) and not waits, waits=waits))
        return found

    # --- doing them --------------------------------------------------------------------------

    def tidy(self) -> bool:
        """Remove the traces of what was erased and sign for it, where there is anything to do; whether there
        was. Raises Busy, DiskTrouble. Outside of transactions."""
        scrubbed = self.scrub()
        signed = [self._sign(ledger) for ledger in self._ledgers.active() if ledger.erasures.orders]
        return scrubbed or any(signed)

    def waits(self) -> bool:
        """Whether traces are still to be removed, as somebody was in the way."""
        return bool(self._ground.book.setting(SCRUB))

    def scrub(self) -> bool:
        """Remove the traces of what was erased from the file; whether there were any and nobody was in the
        way."""
        book = self._ground.book
        if not (before := book.setting(SCRUB)):
            return False
        if book.setting(_SCRUBBED) != before:
            if not self._ground.db.scrub():
                return False
            with self._ground.db.transaction():
                book.set_setting(_SCRUBBED, before)
        if not self._ground.erase_aside():
            return False
        with self._ground.db.transaction():
            if book.setting(SCRUB) == before:  # else more was erased meanwhile
                book.set_setting(SCRUB, "")
        return True

    def _sign(self, ledger: Ledger) -> bool:
        """Receipts for orders of which nothing is left here."""
        if self.waits() or not ledger.is_ours:
            return False
        if ledger.chain.epoch.key_id not in ledger.keys or self._seals.to_erase(ledger):
            return False
        pen = self._pen(ledger)
        deeds: list[Deed] = [
            Say(pen.receipt(order))
            for order, standing in ledger.erasures.orders.items()
            if standing.in_force
            and self._ground.identity.device.id not in standing.done
            and all(self._seals.is_done(ledger, b.record) for b in standing.order.records)
        ]
        if deeds:
            self._writing.say(ledger, deeds)
        return bool(deeds)

    def _check_ours(self, ledger: Ledger) -> None:
        if not ledger.is_ours:
            raise NotAMember

    def _pen(self, ledger: Ledger) -> Pen:
        return Pen(ledger.id, self._ground.identity.device.sign)
