"""The members of a ledger as its chain of epochs says: whose a device is, what a township is called. Pure."""

from __future__ import annotations

from crdt.chain import Chain, Standing
from crdt.entry import LedgerId
from crdt.epoch import Change, Member
from crdt.statements import Proposal
from keys.card import Card, Delegation
from keys.identity import DeviceId, TownshipId, did_key
from node.errors import Ambiguous, NotFound

NOBODY = TownshipId(bytes(32))


class Members:
    """Who belongs to one ledger, and who did. `cards`, `delegations`: of those who do now."""

    def __init__(self, chain: Chain) -> None:
        self.ledger: LedgerId = chain.founding.id
        self.name = chain.founding.name
        self.cards: dict[TownshipId, Card] = {t: m.card for t, m in chain.members.items()}
        self.delegations: dict[DeviceId, Delegation] = {
            device: standing.delegation
            for device, standing in chain.devices.items()
            if not standing.gone
        }
        self.former: dict[TownshipId, Card] = {
            m.township: m.card
            for step in chain.steps
            for m in step.epoch.members
            if m.township not in self.cards
        }
        self.candidates: dict[TownshipId, tuple[Proposal, Member]] = {
            m.township: (proposal, m)
            for round_ in chain.open.rounds
            for proposal in round_.proposals
            for m in proposal.epoch.members
            if not round_.dead
            and m.township == proposal.epoch.about
            and proposal.epoch.change in (Change.ADMIT, Change.REKEY)
        }
        """Whom an open proposal would let in, or give new keys."""
        self._devices: dict[DeviceId, Standing] = chain.devices
        self.gone: dict[DeviceId, Standing] = {d: s for d, s in chain.devices.items() if s.gone}
        """Devices that write here no more."""
        self.epoch: int = chain.number
        known = self.cards | self.former
        called = [c.name for c in known.values()]
        self._names: dict[bytes, str] = {
            t: c.name if called.count(c.name) == 1 else f"{c.name}({c.code})"
            for t, c in known.items()
        }

    def is_member(self, device: DeviceId) -> bool:
        """Whether a device writes for a member now."""
        return device in self.delegations

    def has_written(self, device: DeviceId) -> bool:
        """Whether entries of a device belong here at all; what they count for is another question."""
        return device in self._devices

    def is_proposed(self, device: DeviceId) -> bool:
        """Whether a device would write for a member by a proposal that is open."""
        listed = (d for _, m in self.candidates.values() for d in m.card.delegations)
        return any(d.device == device for d in listed)

    def standing(self, device: DeviceId) -> Standing:
        return self._devices[device]

    def township_of(self, device: DeviceId) -> TownshipId:
        """The township that a device writes or wrote for; nobody's, if what let it in was undone."""
        found = self._devices.get(device)
        return NOBODY if found is None else found.township

    def names_differ(self, other: Members) -> bool:
        """Whether anybody is called otherwise there."""
        return any(other.name_of(t) != name for t, name in self._names.items())

    def whose(self, device: DeviceId) -> TownshipId | None:
        """The same, None if it never wrote here."""
        found = self._devices.get(device)
        return None if found is None else found.township

    def township_of_any(self, device: bytes) -> TownshipId:
        """Whose a device is or was; nobody's, if it never wrote here."""
        return self.whose(DeviceId(device)) or NOBODY

    def devices_of(self, township: TownshipId) -> list[DeviceId]:
        return [d for d in self.delegations if self._devices[d].township == township]

    def name_of(self, township: bytes) -> str:
        """Its name, with its code where two are called the same; also of who was a member once."""
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
