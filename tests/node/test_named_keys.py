"""Keys that a statement names: whose word is kept, and that naming a member's device changes nothing."""

from __future__ import annotations

import itertools

from crdt.chain import fold
from crdt.epoch import Member
from crdt.founding import Founding
from crdt.lines import commitment
from crdt.pen import Pen
from crdt.statements import Statement, parse
from keys.card import Card, Delegation
from keys.identity import SigningKey, TownshipId
from keys.seal import KeyId
from node.grants import admissible
from tests.support.people import card, device_keys, identity, seed, signing_key
from tests.support.townships import together

ME = TownshipId(identity("甲乡").township.public)
FOUNDING = Founding.make(
    "联调", seed("named", size=16), [card("甲乡"), card("乙镇")], KeyId(seed("k"))
)


def _card(key: SigningKey, device: str) -> Card:
    return Card.make(key, "麻塘乡", "430527210", (Delegation.make(key, device_keys(device)),), ())


def test_nobody_vouches_for_himself() -> None:
    chain = fold(FOUNDING, [])
    stranger = signing_key("stranger")
    word = Pen(FOUNDING.id, stranger).devices(ME, (0, 1), _card(stranger, "x"), None)
    recovery = Pen(FOUNDING.id, stranger).recover(ME, 1, _card(stranger, "y"), None)
    proposal = Pen(FOUNDING.id, stranger).propose(chain.epoch.renewing(KeyId(seed("key"))))
    assert admissible(chain, [], [word, recovery, proposal]) == []


def test_whom_a_known_key_names_is_heard_in_whatever_order() -> None:
    first, second = signing_key("recovery"), signing_key("second")
    fresh = signing_key("new township")
    promise = Pen(FOUNDING.id, identity("甲乡").township).devices(
        ME, (0, 1), card("甲乡"), commitment(first.public)
    )
    recovered = Pen(FOUNDING.id, first).recover(
        ME, 1, _card(fresh, "new"), commitment(second.public)
    )
    later = Pen(FOUNDING.id, fresh).devices(
        ME, (1, 1), _card(fresh, "newer"), commitment(second.public)
    )
    agreed = Pen(FOUNDING.id, device_keys("newer").sign).consent(later.id)
    listed: list[Statement] = [promise, recovered, later, agreed]
    for order in itertools.permutations(listed):
        assert set(admissible(fold(FOUNDING, []), [], order)) == set(listed)
    assert admissible(fold(FOUNDING, []), [], [recovered, later, agreed]) == []


def test_a_proposed_card_takes_no_members_device() -> None:
    a, b, c = together(3)
    laptop, liar = card("laptop"), signing_key("liar")
    a.service.own_keys.add(a.ledger, laptop)
    [theirs] = laptop.delegations
    [other] = card("other").delegations
    wrong = Delegation.of(liar, theirs.device, other.certificate, other.hpke_public)
    asked = Card.make(liar, "新乡", "430527210", (wrong,), ())
    after = c.ledger.chain.epoch.admitting(Member(TownshipId(liar.public), asked))
    proposal = Pen(c.ledger.id, c.service.ground.identity.device.sign).propose(after)
    said = [parse(s) for s in a.service.ground.papers.all(a.ledger.n)]
    for town in (b, c):
        town.service.ledgers.take(town.ledger, said)
    before = b.service.ledgers.peers()
    assert before[theirs.device].certificate == theirs.certificate
    b.service.ledgers.take(b.ledger, [proposal])
    assert b.ledger.members.candidates
    assert b.service.ledgers.peers() == before
