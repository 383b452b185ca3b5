"""Use cases of membership: propose, vote, consent, acknowledge, pass on keys, quarantine. No sockets.

What a proposal or vote is worth `crdt.chain` tells; here it is made, in the name of this device, and
written down. A vote is safe outside the database before it is said: a restored copy must not vote anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from crdt.ballot import choice_of
from crdt.deeds import Adopt, Deed, Say, Understand
from crdt.entry import Entry, EntryId, Incarnation
from crdt.epoch import NEW_KEY, Change, Epoch, EpochId, Member, Rules
from crdt.kinds import kind_named
from crdt.pen import Pen
from crdt.record import Record
from crdt.statements import Acknowledgement, Consent, Fence, Grant, Proposal, Vote, parse
from keys.card import Card, Delegation
from keys.identity import DeviceId, TownshipId
from keys.limits import FENCES_PER_VOTE
from keys.seal import KEY_BYTES, KeyId, SealingKey
from node.errors import (
    AlreadyMember,
    ConsentMissing,
    KeyNotGranted,
    NotAMember,
    NotAsAnnounced,
    NotFound,
    NotQuarantined,
    RoundClosed,
    RulesTooNew,
    TooFewMembers,
    VotedAlready,
)
from node.grants import granted, ungranted, wrapped
from node.ground import Ground
from node.ledgers import Ledger, Ledgers
from node.ownerrors import DeviceKnown
from node.waiting import check_waited
from node.writing import Writing


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry of somebody who had left, which nobody built on."""

    entry: Entry
    township: TownshipId


class Epochs:
    """In the name of this device."""

    def __init__(self, ground: Ground, ledgers: Ledgers, writing: Writing) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self._writing = writing

    # --- proposing ---------------------------------------------------------------------------

    def propose_admission(self, ledger: Ledger, card: Card) -> Proposal:
        """That a township become a member; it has to consent before anybody can vote for it."""
        if card.township in ledger.members.cards:
            raise AlreadyMember
        return self._propose(ledger, ledger.chain.epoch.admitting(Member(card.township, card)))

    def propose_removal(self, ledger: Ledger, township: TownshipId, reason: str = "") -> Proposal:
        """That a township be a member no more; proposing it is voting for it."""
        if len(ledger.chain.epoch.members) < 2:
            raise TooFewMembers
        key = SealingKey(self._ground.entropy(KEY_BYTES))
        after = ledger.chain.epoch.removing(township, key.id)
        if self.me(ledger) in ledger.chain.epoch.townships():
            self._check_unvoted(ledger)
        proposal = self._propose(ledger, after, self._grant(ledger, after, key), reason)
        if self.me(ledger) in ledger.chain.epoch.townships():
            self.vote(ledger, proposal, agree=True, reason=reason)
        return proposal

    def propose_rekey(self, ledger: Ledger, township: TownshipId, card: Card) -> Proposal:
        """New keys for a township that lost its own and its recovery key. It consents with the new ones, and
        nobody can agree before the waiting time is over, the proposer neither."""
        member = ledger.chain.members[township]
        if any(d.device in ledger.chain.devices for d in card.delegations):
            raise DeviceKnown
        fresh = Member(township, card, generation=member.generation + 1)
        key = SealingKey(self._ground.entropy(KEY_BYTES))
        after = ledger.chain.epoch.rekeying(fresh, key.id)
        return self._propose(ledger, after, self._grant(ledger, after, key))

    def propose_rules(self, ledger: Ledger, rules: Rules, reason: str = "") -> Proposal:
        """Other rules; proposing them is voting for them."""
        self._check_unvoted(ledger)
        proposal = self._propose(ledger, ledger.chain.epoch.ruling(rules), reason=reason)
        self.vote(ledger, proposal, agree=True, reason=reason)
        return proposal

    def propose_key(self, ledger: Ledger, reason: str = "") -> Proposal:
        """A new ledger key, which devices that are gone do not get; proposing it is voting for it."""
        key = SealingKey(self._ground.entropy(KEY_BYTES))
        chain = ledger.chain
        newer = [
            chain.members[m.township]
            for m in chain.epoch.members
            if chain.members[m.township].stand > m.stand
        ]
        after = chain.epoch.renewing(key.id, newer)
        self._check_unvoted(ledger)
        proposal = self._propose(ledger, after, self._grant(ledger, after, key), reason)
        self.vote(ledger, proposal, agree=True, reason=reason)
        return proposal

    def _check_unvoted(self, ledger: Ledger) -> None:
        """Before something is proposed that one votes for at once. Raises VotedAlready."""
        if ledger.chain.open.vote_of(self.me(ledger)) is not None:
            raise VotedAlready

    def _propose(
        self, ledger: Ledger, after: Epoch, grant: Grant | None = None, reason: str = ""
    ) -> Proposal:
        self._check_ours(ledger)
        self._writing.look(ledger, None, (), reason)  # that of the vote which follows
        proposal = self._pen(ledger).propose(after, ledger.chain.open.dead_votes())
        said: list[Deed] = [Say(proposal)]
        self._writing.say(ledger, said if grant is None else [*said, Say(grant)])
        return proposal

    def _grant(self, ledger: Ledger, after: Epoch, key: SealingKey) -> Grant:
        """The key of an epoch to come, for the devices of all who would be its members."""
        now = ledger.chain.members
        members = [
            m if m.township == after.about else now.get(m.township, m) for m in after.members
        ]
        devices = ledger.chain.devices
        listed = [
            d
            for m in members
            for d in m.card.delegations
            if d.device not in devices or devices[d.device].township == m.township
        ]
        wraps = {d.device: wrapped(self._ground.wrap, ledger.id, key, d) for d in listed}
        return self._pen(ledger).grant(key.id, wraps)

    # --- deciding ----------------------------------------------------------------------------

    def proposal(self, ledger: Ledger, text: str) -> Proposal:
        """One that is or was to be voted on, by the beginning of its id. Raises NotFound."""
        listed = [p for r in ledger.chain.open.rounds for p in r.proposals]
        listed += [s.proposal for s in ledger.chain.steps if s.proposal is not None]
        found = [p for p in listed if len(text) >= 4 and p.id.hex().startswith(text)]
        if len(found) != 1:
            raise NotFound(what=text[:60])
        return found[0]

    def consents(self, ledger: Ledger, proposal: Proposal) -> Consent | None:
        """The word of whom a proposal lets in or gives new keys."""
        about = proposal.epoch.member(proposal.epoch.about or b"")
        given = ledger.chain.consents.get(proposal.id, ())
        return next((c for c in given if about and c.signer == about.card.township), None)

    def vote(self, ledger: Ledger, proposal: Proposal, *, agree: bool, reason: str = "") -> Vote:
        """This township's one vote in the open round. Raises RoundClosed, VotedAlready, …"""
        self._check_ours(ledger)
        self._writing.look(ledger, None, (), reason)  # before the vote is written down
        chain, me = ledger.chain, self.me(ledger)
        if proposal.round != chain.open.round or proposal.epoch.previous != chain.epoch.id:
            raise RoundClosed
        if agree and proposal.epoch.change is Change.REKEY:
            check_waited(self._ground, ledger, proposal)
        place = (bytes(chain.epoch.id), proposal.round)
        if chain.open.vote_of(me) is not None:
            raise VotedAlready
        before = self._ground.high_water.vote(ledger.id, place)
        if (
            before is not None
        ):  # written down before a crash or a restore, and perhaps heard of elsewhere
            vote = parse(before)
            assert isinstance(vote, Vote), "a vote was written down"
            self._writing.say(ledger, [Say(vote)], reason)
            if (vote.choice == proposal.id) != agree:
                raise VotedAlready
            return vote
        vote = self._make_vote(ledger, proposal, agree=agree)
        self._ground.high_water.put_vote(ledger.id, place, vote.raw)
        self._writing.say(ledger, [Say(vote)], reason)
        return vote

    def _make_vote(self, ledger: Ledger, proposal: Proposal, *, agree: bool) -> Vote:
        chain, after, pen = ledger.chain, proposal.epoch, self._pen(ledger)
        if not agree:
            return pen.vote(chain.epoch.id, proposal.round, None, None)
        if after.rules.schema > self._ground.schema:
            raise RulesTooNew(version=after.rules.schema, known=self._ground.schema)
        consent = None
        if after.change in (Change.ADMIT, Change.REKEY):
            consent = self.consents(ledger, proposal)
            if consent is None:
                raise ConsentMissing
        if after.change is Change.KEY and any(
            m not in (chain.members.get(m.township), chain.epoch.member(m.township))
            for m in after.members
        ):
            raise NotAsAnnounced
        if after.change in NEW_KEY and after.member(self.me(ledger)) is not None:
            self._check_granted(ledger, after.key_id)
        excluded = choice_of(chain.epoch, proposal)[1]
        fences = (
            ()
            if after.about is None or after.change not in NEW_KEY
            else self.fences(ledger, after.about)[-FENCES_PER_VOTE:]
        )
        return pen.vote(
            chain.epoch.id, proposal.round, proposal, excluded, consent=consent, fences=fences
        )

    def _check_granted(self, ledger: Ledger, key_id: KeyId) -> None:
        """Nobody votes for an epoch that they could not read."""
        private = self._ground.identity.device.hpke
        device = self._ground.identity.device.id
        if key_id not in ledger.keys | granted(ledger.chain, ledger.keys, device, private):
            raise KeyNotGranted

    def fences(self, ledger: Ledger, *whose: TownshipId) -> tuple[Fence, ...]:
        """How far the logs of these townships, or of all, are verified here: every branch of each. Of
        devices that are gone, how far they count: what came later is here too, and counts no more for it."""
        found: list[Fence] = []
        for (device, incarnation), tips in sorted(self._ground.log.tips(ledger.n).items()):
            standing = ledger.chain.devices.get(DeviceId(device))
            if standing is None or standing.gone or (whose and standing.township not in whose):
                continue
            here = Incarnation(incarnation)
            found += [Fence(DeviceId(device), here, seq, EntryId(e)) for seq, e in tips]
        for standing in ledger.chain.devices.values():
            if standing.gone and (not whose or standing.township in whose):
                found += standing.fences
        return tuple(found)

    def consent(self, ledger: Ledger, proposal: Proposal) -> Consent:
        """This township agrees to become a member as a proposal says. It writes no log yet."""
        key = self._ground.identity.township
        consent = Pen(ledger.id, key).consent(proposal.id)
        with self._ground.db.transaction():
            self._ledgers.learn(ledger, [consent])
        return consent

    # --- what follows from an epoch ----------------------------------------------------------

    def settle(self, ledger: Ledger, met: DeviceId | None = None) -> bool:
        """Acknowledge the epoch and pass keys on where it is for us to do. `met`: a device that is here
        and may lack them. Whether anything was said. Raises Busy, DiskTrouble."""
        if not ledger.is_ours or ledger.chain.epoch.key_id not in ledger.keys:
            return False
        renewed = self._renew(ledger)
        deeds: list[Deed] = []
        known = self._ground.schema
        if known > self.understood(ledger).get(self._ground.identity.device.id, 1):
            deeds.append(Understand(known))
        epoch, device = ledger.chain.epoch, self._ground.identity.device.id
        if epoch.number and not self._acknowledged(ledger, device, epoch.id):
            deeds.append(Say(self._pen(ledger).acknowledge(epoch.id)))
        for key, devices in ungranted(ledger.chain, ledger.keys.values(), self.me(ledger)):
            ours = [d for d in devices if self._is_for_us(ledger, d, met)]
            if ours:
                wraps = {d.device: wrapped(self._ground.wrap, ledger.id, key, d) for d in ours}
                deeds.append(Say(self._pen(ledger).grant(key.id, wraps)))
        if deeds:
            self._writing.say(ledger, deeds)
        return renewed or bool(deeds)

    def _acknowledged(self, ledger: Ledger, device: DeviceId, epoch: EpochId) -> bool:
        said = ledger.statements.values()
        return any(
            isinstance(s, Acknowledgement) and s.signer == device and s.epoch == epoch for s in said
        )

    def renew_when_possible(self, ledger: Ledger) -> None:
        """Propose a new ledger key, as soon as this device has the present one."""
        with self._ground.db.transaction():
            self._ground.book.set_setting(_renew(ledger), "1")
        self.settle(ledger)

    def _renew(self, ledger: Ledger) -> bool:
        if self._ground.book.setting(_renew(ledger)) != "1":
            return False
        if ledger.chain.open.vote_of(self.me(ledger)) is None:
            self.propose_key(ledger)
        with self._ground.db.transaction():
            self._ground.book.set_setting(_renew(ledger), "")
        return True

    def _is_for_us(self, ledger: Ledger, to: Delegation, met: DeviceId | None) -> bool:
        """One passes a key on and not everybody: who proposed, whose device it is, or who meets it."""
        me, proposal = self.me(ledger), ledger.chain.steps[-1].proposal
        members = ledger.members
        if to.device == met or members.township_of(to.device) == me:
            return True
        return proposal is not None and members.township_of(DeviceId(proposal.signer)) == me

    def understood(self, ledger: Ledger) -> dict[DeviceId, int]:
        """Per member's device up to which version it knows the rules, as it said."""
        said = self._ground.papers.understood(ledger.n)
        return {device: said.get(device, 1) for device in ledger.members.delegations}

    def known_by_all(self, ledger: Ledger) -> int:
        """Up to which version every member's program knows the rules, as far as one heard of it."""
        best: dict[TownshipId, int] = {ledger.me: self._ground.schema}
        for device, number in self.understood(ledger).items():
            township = ledger.members.township_of(device)
            if township is not None:
                best[township] = max(number, best.get(township, 1))
        return min(best.get(township, 1) for township in ledger.members.cards)

    def behind(self, ledger: Ledger, record: Record) -> list[str]:
        """Who may read a record, wrote here and never said to know its rules: it sees it after an upgrade."""
        rules = max(a.content.schema for a in record.applied)
        if rules == 1 or kind_named(record.shared.kind).sealed:
            return []
        wrote = {DeviceId(device) for device, _ in self._ground.log.logs(ledger.n).values()}
        known: dict[TownshipId, int] = {}
        for device, number in self.understood(ledger).items():
            township = ledger.members.township_of(device)
            if device in wrote and township != ledger.me:
                known[township] = max(number, known.get(township, 0))
        return [ledger.members.name_of(t) for t, number in known.items() if number < rules]

    def to_vote(self, ledger: Ledger) -> int:
        """Proposals on which this township has not voted and may."""
        open_ = ledger.chain.open
        if not ledger.is_ours or open_.round >= len(open_.rounds):
            return 0
        voted = open_.vote_of(self.me(ledger)) is not None
        return 0 if voted else len(open_.rounds[open_.round].proposals)

    def is_final(self, ledger: Ledger) -> bool:
        """Whether every member acknowledged the epoch: nothing can undo it then."""
        return ledger.chain.final

    # --- quarantine --------------------------------------------------------------------------

    def quarantined(self, ledger: Ledger) -> list[Quarantined]:
        """In the order in which they came here."""
        return [
            Quarantined(entry, ledger.members.township_of(entry.header.device))
            for entry in self._ground.log.quarantined(ledger.n)
        ]

    def adopt(self, ledger: Ledger, text: str, reason: str) -> Entry:
        """Let one entry count that came after its author had left. Raises NotQuarantined."""
        self._check_ours(ledger)
        listed = [q.entry for q in self.quarantined(ledger) if q.entry.id.hex().startswith(text)]
        if len(listed) != 1 or len(text) < 4:
            raise NotQuarantined(what=text[:60])
        self._writing.say(ledger, [Adopt(listed[0].id)], reason)
        return listed[0]

    # -----------------------------------------------------------------------------------------

    def me(self, ledger: Ledger) -> TownshipId:
        """The member that this device writes for. Raises NotAMember."""
        if not ledger.members.has_written(ledger.device):
            raise NotAMember
        return ledger.me

    def _check_ours(self, ledger: Ledger) -> None:
        if not ledger.is_ours:
            raise NotAMember

    def _pen(self, ledger: Ledger) -> Pen:
        return Pen(ledger.id, self._ground.identity.device.sign)


def _renew(ledger: Ledger) -> str:
    return f"renew/{ledger.hex}"
