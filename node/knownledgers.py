"""The ledgers of this node as they are asked about: which there are, whom we meet in them, who is who.

Changes nothing but that a leave was taken. Knows no socket.
"""

from __future__ import annotations

from crdt.entry import LedgerId
from keys.card import Delegation
from keys.errors import MulinError
from keys.identity import DeviceId, TownshipId
from node.errors import Ambiguous, NoLedger, NotFound, SeveralLedgers
from node.ground import Ground
from node.ledger import Ledger


class KnownLedgers:
    """All ledgers of this node."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._township = TownshipId(ground.identity.township.public)
        self._device = ground.identity.device.id
        self._all: dict[LedgerId, Ledger] = {}

    def all(self) -> list[Ledger]:
        return sorted(self._all.values(), key=lambda ledger: ledger.n)

    def active(self) -> list[Ledger]:
        return [ledger for ledger in self.all() if ledger.active]

    def get(self, ledger: bytes) -> Ledger | None:
        return self._all.get(LedgerId(ledger))

    def choose(self, text: str | None, *, pending: bool = False) -> Ledger:
        """The one ledger in force, or the one named by name or id prefix. Raises MulinError."""
        listed = self.all() if pending else self.active()
        if text is None:
            if not listed:
                raise NoLedger
            if len(listed) > 1:
                choices = "、".join(f"{k.name} {k.hex[:8]}" for k in listed)
                raise SeveralLedgers(choices=choices)
            return listed[0]
        found = [k for k in listed if k.name == text or (len(text) >= 4 and k.hex.startswith(text))]
        if not found:
            raise NotFound(what=text[:60])
        if len(found) > 1:
            raise Ambiguous(what=text[:60], choices="、".join(k.hex[:12] for k in found))
        return found[0]

    # --- peers -------------------------------------------------------------------------------

    def shared_with(self, device: DeviceId) -> tuple[list[Ledger], list[Ledger]]:
        """Ledgers (in force, pending) that a device belongs to, or has to take leave of (`leaves`)."""
        active = [k for k in self.all() if k.active and self._meets(k, device)]
        pending = [k for k in self.all() if k not in active and self._concerns(k, device)]
        return active, pending

    def leaves(self, device: DeviceId) -> list[Ledger]:
        """Ledgers that a device was told it no longer belongs to, or has to be told."""
        return [
            k for k in self.all() if device in k.members.gone and not self._took_leave(k, device)
        ]

    def took_leave(self, ledger: Ledger, device: DeviceId) -> None:
        """Everything was exchanged with a device, one of us two being a member's no more."""
        if not self._took_leave(ledger, device):
            with self._ground.db.transaction():
                self._ground.book.set_setting(leave_mark(ledger, device), _LEFT)

    def _took_leave(self, ledger: Ledger, device: DeviceId) -> bool:
        """Once is enough, whatever is decided later: both ends must agree on it or they dial in vain."""
        return self._ground.book.setting(leave_mark(ledger, device)) == _LEFT

    def _meets(self, ledger: Ledger, device: DeviceId) -> bool:
        both = (device, self._device)
        gone = [d for d in both if not ledger.members.is_member(d)]
        if not all(ledger.members.has_written(d) for d in both) or len(gone) == len(both):
            return False
        return not gone or not self._took_leave(ledger, device)

    def _concerns(self, ledger: Ledger, device: DeviceId) -> bool:
        """Whether a device belongs to a ledger, or may soon."""
        return ledger.members.is_member(device) or ledger.members.is_proposed(device)

    def peers(self) -> dict[DeviceId, Delegation]:
        """Every other device we share a ledger with, in force or pending, or have to take leave of."""
        found: dict[DeviceId, Delegation] = {}
        for ledger in self.all():
            members = ledger.members
            if ledger.is_ours or not ledger.active:
                found |= members.delegations
                for _, member in members.candidates.values():
                    for delegation in member.card.delegations:
                        # A card proves no possession: who is proposed takes no member's device by naming it.
                        if not members.has_written(delegation.device):
                            found.setdefault(delegation.device, delegation)
                for device, standing in members.gone.items():
                    if not self._took_leave(ledger, device):
                        found.setdefault(device, standing.delegation)
            else:
                mine = members.delegations.items()
                found |= {d: s for d, s in mine if not self._took_leave(ledger, d)}
        found.pop(self._device, None)
        return found

    def others(self, ledger: Ledger) -> set[DeviceId]:
        """Every other device of a ledger, those of the own township too: whom entries of ours went to."""
        return ledger.members.delegations.keys() - {self._device}

    def township_of(self, delegation: Delegation) -> TownshipId:
        """The member that a device writes or wrote for, in whichever ledger; else whose card names it."""
        for ledger in self.all():
            found = ledger.members.whose(delegation.device)
            if found is not None:
                return found
        return delegation.township

    def name_of(self, township: bytes) -> str:
        """A township's name in whichever ledger knows it."""
        for ledger in self.all():
            members = ledger.members
            if TownshipId(township) in members.cards | members.former:
                return members.name_of(township)
        return "?"

    def find_township(self, text: str) -> TownshipId:
        """A township of any ledger. Raises NotFound, Ambiguous."""
        fault: MulinError = NotFound(what=text[:60])
        for ledger in self.all():
            try:
                return ledger.members.find(text)
            except MulinError as found:
                fault = found
        raise fault


_LEFT = "1"


def leave_mark(ledger: Ledger, device: DeviceId) -> str:
    return f"leave/{ledger.hex}/{device.hex()}"
