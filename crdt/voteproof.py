"""The proof of a double vote as one small thing that anybody can check. No store; pure.

    proof = [2, vote, vote, card | null]

Two signed votes of one township in one round that say different things or are of one device. They stand in
the order of their ids. The card tells whose the devices are; without it both votes are of one device.
"""

from __future__ import annotations

from dataclasses import dataclass

from crdt.errors import NoProof
from crdt.proving import ALTERED, checked
from crdt.statements import Vote, parse
from keys import canonical
from keys.card import Card
from keys.errors import Text
from keys.limits import CARD_BYTES, STATEMENT_BYTES

FORMAT = 2
_APART = Text("两张票不在同一轮", "the two votes are not of one round")
_SAME = Text("两张票说的是一样的", "the two votes say the same")
_STRANGER = Text("名片不是投票设备的", "the card is not of the devices that voted")


@dataclass(frozen=True, slots=True)
class VoteProof:
    """What is proven: two different votes in `round` of the epoch after `votes[0].previous`."""

    votes: tuple[Vote, Vote]
    card: Card | None

    @property
    def id(self) -> bytes:
        """The same for everybody who proves these two votes."""
        return self.votes[0].id[:8] + self.votes[1].id[:8]

    @property
    def ledger(self) -> bytes:
        return self.votes[0].ledger

    @property
    def device(self) -> bytes:
        return self.votes[0].signer


def pack(one: Vote, other: Vote, card: Card | None) -> bytes:
    """Two votes as a proof; whether they are one `check` says."""
    first, second = sorted((one, other), key=lambda v: v.id)
    return canonical.encode([FORMAT, first.raw, second.raw, None if card is None else card.raw])


def is_one(raw: bytes) -> bool:
    """Whether it begins as a proof of this kind."""
    return raw[:2] == canonical.encode([FORMAT, None, None, None])[:2]


def check(raw: bytes) -> VoteProof:
    """What the proof proves. Raises NoProof, and nothing else."""
    return checked(_check, raw)


def _check(raw: bytes) -> VoteProof:
    match canonical.decode_list(raw, 2 * STATEMENT_BYTES + 2 * CARD_BYTES):
        case [int() as version, bytes() as first, bytes() as second, (None | bytes()) as card_raw]:
            pass
        case _:
            raise NoProof(why=ALTERED)
    one, other = parse(first), parse(second)
    if type(version) is not int or version != FORMAT:
        raise NoProof(why=ALTERED)
    if not isinstance(one, Vote) or not isinstance(other, Vote) or one.id > other.id:
        raise NoProof(why=ALTERED)
    places = [(v.ledger, v.previous, v.round) for v in (one, other)]
    if places[0] != places[1]:
        raise NoProof(why=_APART)
    if not one.contradicts(other):
        raise NoProof(why=_SAME)
    card = None if card_raw is None else Card.parse(card_raw)
    signers = {one.signer, other.signer}
    known = signers if card is None else {d.device for d in card.delegations}
    if not signers <= known or (card is None and len(signers) > 1):
        raise NoProof(why=_STRANGER)
    return VoteProof((one, other), card)
