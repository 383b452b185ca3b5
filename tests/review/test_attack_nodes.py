"""What a hostile or removed member does to the nodes of the others."""

from __future__ import annotations

import pytest

from crdt.deeds import Say
from crdt.entry import RecordId
from crdt.epoch import EpochId, Rules
from crdt.papers import encode
from crdt.pen import Pen
from crdt.statements import Proposal, Statement, parse
from keys.canonical import Plain
from keys.card import Card, Delegation, DeviceKeys
from keys.identity import SigningKey, TownshipId
from keys.keyfile import Identity
from keys.limits import STATEMENTS_PER_SIGNER
from keys.seal import KeyId
from node import grants, ledgers
from node.ground import Ground, HighWater
from node.service import Service
from node.store.database import Database
from tests.protocol.author import Author
from tests.support.devices import new_device, tell, word
from tests.support.people import identity, seed
from tests.support.townships import Clock, Town, entropy, exchange, give, together, towns


def _me(town: Town) -> TownshipId:
    return TownshipId(town.service.ground.identity.township.public)


def _open(town: Town) -> Proposal:
    open_ = town.ledger.chain.open
    return open_.rounds[open_.round].proposals[0]


def _pen(town: Town) -> Pen:
    return Pen(town.ledger.id, town.service.ground.identity.device.sign)


def _removed(x: Town, first: Town, *others: Town) -> None:
    first.service.epochs.propose_removal(first.ledger, _me(x))
    for town in others:
        exchange(first, *others)
        town.service.epochs.vote(town.ledger, _open(town), agree=True)
    exchange(first, *others)
    assert {t.ledger.chain.epoch.member(_me(x)) for t in (first, *others)} == {None}


def _stored(town: Town) -> dict[bytes, int]:
    return dict(
        town.service.ground.db.rows("SELECT id, state FROM entries WHERE record IS NOT NULL")
    )


def test_junk_grants_do_not_keep_a_members_device_without_a_key() -> None:
    """x was removed. It says that it gave b the new key: junk, but nobody passes the real one on."""
    a, b, x = together(3)
    exchange(a, b, x)
    d = x.service.ground.identity.device  # whoever: here who is about to leave
    key = DeviceKeys(SigningKey(seed("d2")), SigningKey(seed("t2")), seed("h2"))
    me = a.service.ground.identity.township
    _removed(x, a, b)
    key_id = a.ledger.chain.epoch.key_id
    junk = Pen(a.ledger.id, d.sign).grant(key_id, {key.id: bytes(80)})
    mine = a.service.ground.identity.device
    card = Card.make(
        me, "三江口镇", "522301105", (Delegation.make(me, mine), Delegation.make(me, key)), ()
    )
    word = Pen(a.ledger.id, me).devices(_me(a), (0, 1), card, None)
    tell(a, junk, word)
    assert key.id in a.ledger.members.delegations
    a.service.epochs.settle(a.ledger)
    given = [
        w
        for g in a.ledger.chain.grants[key_id]
        for to, w in g.wraps
        if to == key.id and w != bytes(80)
    ]
    assert given, "a passes its key on to its own new device"


def test_a_flood_does_not_make_two_nodes_know_different_votes() -> None:
    a, b, x = together(3)
    proposal = a.service.epochs.propose_rules(a.ledger, Rules(retention_days=9))
    exchange(a, b)
    b.service.epochs.vote(b.ledger, _open(b), agree=True)
    exchange(a, b)
    vote = _pen(x).vote(a.ledger.chain.epoch.id, 0, proposal, None)
    junk = [
        _pen(x).vote(EpochId(seed("junk", n)), 0, None, None) for n in range(STATEMENTS_PER_SIGNER)
    ]
    tell(a, *junk, vote)
    tell(b, vote, *junk)
    for one, other in ((a, b), (b, a)):
        tell(one, *map(parse, other.service.ground.papers.all(other.ledger.n)))
    exchange(a, b)
    assert a.ledger.chain.epoch.id == b.ledger.chain.epoch.id


def test_strangers_do_not_fill_the_store_with_words_that_vouch_for_themselves() -> None:
    a, b = together(2)
    for n in range(3):
        thief = SigningKey(seed("stranger", n))
        keys = DeviceKeys(SigningKey(seed("sd", n)), SigningKey(seed("st", n)), seed("sh", n))
        card = Card.make(thief, "某乡", "522301105", (Delegation.make(thief, keys),), ())
        tell(a, Pen(a.ledger.id, thief).devices(_me(b), (0, 1), card, None))
    assert a.service.ground.papers.count(a.ledger.n) == 0


def test_what_a_later_removed_member_adopted_is_the_same_on_every_node() -> None:
    a, b, c, d, x = together(5)
    exchange(a, b, c, d, x)
    _removed(x, a, b, c, d)
    x.create("迟到村")
    exchange(a, b, c, d, x)
    [late] = c.service.epochs.quarantined(c.ledger)
    d.service.epochs.adopt(d.ledger, late.entry.id.hex(), "我说算")
    give(d, c)  # c alone hears of it before d is removed, and does not tell
    a.service.epochs.propose_removal(a.ledger, _me(d))
    give(a, b)
    b.service.epochs.vote(b.ledger, _open(b), agree=True)
    give(a, c)
    votes = b.ledger.chain.open.rounds[0].votes[_me(b)]
    proposal = _open(c)
    third = _pen(c).vote(c.ledger.chain.epoch.id, 0, proposal, _me(d), fences=votes[0].fences)
    for town in (a, b, c):
        tell(town, *votes, third)
        assert town.ledger.chain.number == 2
    exchange(a, b, c)
    assert _stored(a)[late.entry.id] == _stored(c)[late.entry.id]
    assert a.digest() == c.digest()
    assert c.problems() == []


def _admitted(newcomer: Town, *members: Town) -> list[Statement]:
    """Proposal and votes; of four members these are enough."""
    first = members[0]
    proposal = first.service.epochs.propose_admission(first.ledger, newcomer.service.card())
    consent = Pen(first.ledger.id, newcomer.service.ground.identity.township).consent(proposal.id)
    previous = first.ledger.chain.epoch.id
    votes = [_pen(t).vote(previous, 0, proposal, None, consent=consent) for t in members]
    return [proposal, *votes]


def _undoing(x: Town) -> list[Statement]:
    """x brings another device and lets it vote against what x agreed to (see test_attack_fold)."""
    township = x.service.ground.identity.township
    keys = DeviceKeys(SigningKey(seed("xd")), SigningKey(seed("xt")), seed("xh"))
    card = Card.make(township, "麻塘乡", "430527210", (Delegation.make(township, keys),), ())
    return [
        Pen(x.ledger.id, township).devices(_me(x), (0, 1), card, None),
        Pen(x.ledger.id, keys.sign).vote(x.ledger.chain.steps[0].epoch.id, 0, None, None),
    ]


def test_an_epoch_that_is_undone_takes_back_what_was_written_in_it() -> None:
    """One node lived through the epoch; the other learns everything at once."""
    a, b, c, x = together(4)
    newcomer = towns(5)[4]
    admission = _admitted(newcomer, a, b, x)
    for town in (a, b, x):
        tell(town, *admission)
        assert town.ledger.chain.number == 1
    a.create("届中村")
    give(a, b)
    for town in (a, b, c):
        tell(town, *admission, *_undoing(x))
    give(a, c)
    assert a.ledger.chain.epoch.id == b.ledger.chain.epoch.id == c.ledger.chain.epoch.id
    assert _stored(a) == _stored(b) == _stored(c)
    assert b.problems() == []


def test_after_an_undone_admission_the_newcomers_log_causes_no_traceback() -> None:
    a, b, c, x = together(4)
    newcomer = towns(5)[4]
    admission = _admitted(newcomer, a, b, x)
    ledger = newcomer.service.ledgers.join(a.ledger.invitation, admission[:1])
    tell(a, *admission)
    a.service.epochs.settle(a.ledger)
    for town in (c, x):
        tell(town, *map(parse, a.service.ground.papers.all(a.ledger.n)))
    for raw in a.service.ground.papers.all(a.ledger.n):
        newcomer.service.ledgers.take(ledger, [parse(raw)])
    newcomer.create("新来村")
    give(newcomer, c)
    tell(c, *_undoing(x))
    c.service.epochs.propose_removal(c.ledger, _me(x))


def test_verify_is_content_with_a_flood_that_was_bounded() -> None:
    a, b, x = together(3)
    for start in (0, 300):
        junk = [
            _pen(x).vote(EpochId(seed("junk", n)), 0, None, None) for n in range(start, start + 300)
        ]
        x.service.writing.say(x.ledger, [Say(s) for s in junk])
    exchange(a, b, x)
    assert a.problems() == []


def test_who_left_is_not_met_again_because_others_leave_too() -> None:
    a, b, c, x = together(4)
    exchange(a, b, c, x)
    _removed(x, a, b, c)
    a.service.ledgers.took_leave(a.ledger, x.service.device)
    assert x.service.device not in a.service.ledgers.peers()
    a.service.epochs.propose_rules(a.ledger, Rules(retention_days=9))
    for town in (b, c):
        exchange(a, b, c)
        town.service.epochs.vote(town.ledger, _open(town), agree=True)
    exchange(a, b, c)
    assert a.ledger.chain.number == 2
    assert x.service.device not in a.service.ledgers.peers()


def test_a_device_taken_by_a_later_word_shows_the_same_on_every_node() -> None:
    """Where the word that takes it came before its entries, and where it came after."""
    a, b, c = together(3)
    thief, third, owner = sorted((a, b, c), key=_me)
    fresh = new_device("second")
    mine = owner.service.ground.identity
    adding = word(owner, 1, mine.device, fresh)
    ground = Ground(
        Database(None), Identity(mine.township, fresh), Clock(), entropy("second"), HighWater()
    )
    second = Town("d")
    second.service = Service(ground)
    second.service.ledgers._put(owner.ledger.invitation)
    second.service.ledgers.merge(encode(owner.ledger.id, [adding.raw])[0])
    for town in (owner, thief, third):
        tell(town, adding)
    owner.service.epochs.settle(owner.ledger)
    tell(second, *map(parse, owner.service.ground.papers.all(owner.ledger.n)))
    record = second.create("示范一村")
    taking = word(thief, 1, thief.service.ground.identity.device, fresh)
    give(second, owner)
    assert owner.service.ground.model.named([record])
    tell(owner, taking)
    tell(third, taking)
    give(second, third)
    assert owner.digest() == third.digest()
    assert owner.problems() == []


def test_a_member_cannot_use_up_the_word_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """a proposed the last epoch, so it passes keys on to every new device of x, one statement each."""
    monkeypatch.setattr(grants, "STATEMENTS_PER_SIGNER", 12)
    a, b, x = together(3)
    a.service.epochs.propose_rules(a.ledger, Rules(retention_days=9))
    for town in (b, x):
        exchange(a, b, x)
        town.service.epochs.vote(town.ledger, _open(town), agree=True)
    exchange(a, b, x)
    assert a.ledger.chain.number == 1
    mine = x.service.ground.identity.device
    for turn in range(1, 12):
        tell(a, word(x, turn, mine, new_device(f"x{turn}")))
        a.service.epochs.settle(a.ledger)  # as a node does whenever papers come
    a.service.epochs.propose_removal(a.ledger, _me(x))
    assert a.ledger.chain.open.vote_of(_me(a)) is not None


def test_one_statement_more_is_not_all_of_them_verified_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = together(2)
    said = [_pen(b).vote(EpochId(seed("junk", n)), 0, None, None) for n in range(60)]
    read = 0

    def counted(raw: bytes) -> Statement:
        nonlocal read
        read += 1
        return parse(raw)

    monkeypatch.setattr(ledgers, "parse", counted)
    for one in said:
        tell(a, one)
    assert read <= 4 * len(said)


def test_a_newcomer_of_the_same_name_leaves_no_row_out_of_date() -> None:
    a, b = together(2)
    newcomer = towns(3)[2]
    a.create("示范一村")
    exchange(a, b)
    with newcomer.service.ground.db.transaction():
        newcomer.service.ground.book.set_setting("name", a.service.card().name)
    admission = _admitted(newcomer, a, b)
    for town in (a, b):
        tell(town, *admission)
        assert town.ledger.chain.number == 1
        assert town.problems() == []


def test_what_all_members_acknowledged_is_not_undone() -> None:
    """b was removed, and all who stayed said so; c then votes a second time, for b's old proposal."""
    a, b, c = together(3)
    key_id = KeyId(seed("a key of b"))
    old = _pen(b).propose(b.ledger.chain.epoch.removing(_me(a), key_id))
    votes = [_pen(t).vote(old.epoch.previous, 0, old, _me(a)) for t in (b, c)]
    _removed(b, a, c)
    for town in (a, c):
        town.service.epochs.settle(town.ledger)
    exchange(a, c)
    assert a.service.epochs.is_final(a.ledger), "nothing can undo it then"
    tell(a, old, *votes)
    assert a.ledger.chain.number == 1
    assert a.ledger.chain.epoch.member(_me(b)) is None


def test_what_undoes_an_admission_is_taken_where_the_newcomer_wrote_already() -> None:
    """x builds on the newcomer's record; both say epoch 0. Judging it anew must not fail the transaction."""
    a, b, _, x = together(4)
    admission = _admitted(towns(5)[4], a, b, x)
    tell(a, *admission)
    newcomer, liar = (
        Author(identity("e"), a.ledger, "n"),
        Author(identity("d"), a.ledger, "x"),
    )
    opening, made = newcomer.opening(), newcomer.creation("新来村")
    a.service.ingest.take(a.ledger, newcomer.run([opening, made]))
    built = [liar.opening(), liar.saying(RecordId(made.id[:16]), [made.id], [_PLACE])]
    a.service.ingest.take(a.ledger, liar.run(built))
    undoing = _undoing(x)
    tell(a, *undoing)
    assert set(a.service.ground.papers.known(a.ledger.n)) >= {s.id for s in undoing}


_PLACE: Plain = ["set", "place", "别处", []]
