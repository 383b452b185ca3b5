"""The members of a ledger as its founding says: which device is whose, what a township is called. Pure."""

from __future__ import annotations

from crdt.entry import LedgerId
from crdt.founding import Founding
from keys.card import Card, Delegation
from keys.identity import DeviceId, TownshipId, did_key
from node.errors import Ambiguous, NotFound


class Members:
    """Epoch 0 of one ledger."""

    def __init__(self, founding: Founding) -> None:
        self.ledger: LedgerId = founding.id
        self.name = founding.name
        self.cards: dict[TownshipId, Card] = {c.township: c for c in founding.cards}
        self.delegations: dict[DeviceId, Delegation] = founding.delegations()
        called = [c.name for c in founding.cards]
        self._names: dict[bytes, str] = {
            c.township: c.name if called.count(c.name) == 1 else f"{c.name}({c.code})"
            for c in founding.cards
        }

    def is_member(self, device: DeviceId) -> bool:
        return device in self.delegations

    def township_of(self, device: DeviceId) -> TownshipId:
        """The township that delegated a member device."""
        return self.delegations[device].township

    def devices_of(self, township: TownshipId) -> list[DeviceId]:
        return [d for d, delegation in self.delegations.items() if delegation.township == township]

    def name_of(self, township: bytes) -> str:
        """Its name, with its code where two members are called the same."""
        return self._names.get(township) or did_key(township)[8:18] + "…"

    def find(self, text: str) -> TownshipId:
        """A township by name or part of it, code, did:key or a prefix of it. Raises NotFound, Ambiguous."""
        text = text.strip()
        exact = [t for t, c in self.cards.items() if text in (c.name, c.code, did_key(t))]
        if len(exact) == 1:
            return exact[0]
        bare = text.removeprefix("did:key:")
        close = exact or [
            t
            for t, c in self.cards.items()
            if text
            and (text in c.name or c.code.startswith(text) or did_key(t)[8:].startswith(bare))
        ]
        if not close:
            raise NotFound(what=text[:60])
        if len(close) > 1:
            choices = "、".join(f"{self.cards[t].name} {self.cards[t].code}" for t in close)
            raise Ambiguous(what=text[:60], choices=choices)
        return close[0]
