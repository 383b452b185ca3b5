"""Members at their stores: votes once cast stand, keys come before votes for them, junk is bounded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import node.writing
from crdt.deeds import Understand
from crdt.epoch import EpochId, Rules
from crdt.papers import encode
from crdt.pen import Pen
from crdt.schema import SCHEMA
from crdt.statements import Proposal, Statement, StatementId
from crdt.verdicts import EntryState
from keys.errors import MulinError
from keys.identity import SigningKey, TownshipId
from keys.limits import PROPOSALS_PER_SIGNER, ROUNDS_PER_EPOCH, STATEMENTS_PER_SIGNER
from node import epochs
from node.errors import ConsentMissing, KeyNotGranted, NotAMember, RoundClosed, VotedAlready
from node.ground import Ground
from tests.support.people import seed
from tests.support.townships import Town, agree, exchange, together, towns


def _me(town: Town) -> TownshipId:
    return TownshipId(town.service.ground.identity.township.public)


def _open(town: Town) -> Proposal:
    open_ = town.ledger.chain.open
    return open_.rounds[open_.round].proposals[0]


def _removed(a: Town, b: Town, x: Town) -> None:
    """a and b have removed x, and know it."""
    a.service.epochs.propose_removal(a.ledger, _me(x))
    exchange(a, b)
    b.service.epochs.vote(b.ledger, _open(b), agree=True)
    exchange(a, b)


def test_a_vote_once_cast_stands_whatever_copy_is_brought_back(tmp_path: Path) -> None:
    """Test 5 and 2 of the list together: a restored copy must not vote anew, and differently."""
    one, other, third = together(3, tmp_path)
    one.service.epochs.propose_rules(one.ledger, Rules(retention_days=9))
    exchange(one, other)
    other.close()
    shutil.copy(tmp_path / "b" / "ledger.db", tmp_path / "old.db")
    other.reopen()
    other.service.epochs.vote(other.ledger, _open(other), agree=True)
    other.close()
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (tmp_path / "b" / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", tmp_path / "b" / "ledger.db")
    other.reopen()
    assert other.ledger.chain.open.vote_of(_me(other)) is None, "the old copy has forgotten it"
    with pytest.raises(VotedAlready):
        other.service.epochs.vote(other.ledger, _open(other), agree=False)
    exchange(one, other, third)
    third.service.epochs.vote(third.ledger, _open(third), agree=True)
    exchange(one, other, third)
    for town in (one, other, third):
        assert town.ledger.chain.epoch.rules.retention_days == 9
        assert not town.ledger.chain.steps[1].doubles
        assert town.forks() == 0


def test_a_crash_between_writing_a_vote_down_and_saying_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, third = together(3, tmp_path)
    one.service.epochs.propose_rules(one.ledger, Rules(retention_days=9))
    exchange(one, other, third)
    with monkeypatch.context() as crash:
        crash.setattr(other.service.writing, "say", lambda *_: (_ for _ in ()).throw(OSError()))
        with pytest.raises(OSError):
            other.service.epochs.vote(other.ledger, _open(other), agree=True)
    other.reopen()
    other.service.epochs.vote(other.ledger, _open(other), agree=True)
    vote = other.ledger.chain.open.vote_of(_me(other))
    assert vote is not None
    assert vote.choice == _open(other).id
    with pytest.raises(VotedAlready):
        other.service.epochs.vote(other.ledger, _open(other), agree=True)


def test_nobody_votes_for_an_epoch_that_he_could_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other, third = together(3)
    monkeypatch.setattr(epochs, "wrapped", lambda *_: bytes(80))
    with pytest.raises(KeyNotGranted):
        one.service.epochs.propose_removal(one.ledger, _me(third))
    exchange(one, other)
    with pytest.raises(KeyNotGranted):
        other.service.epochs.vote(other.ledger, _open(other), agree=True)
    assert other.ledger.chain.number == 0
    assert other.service.epochs.vote(other.ledger, _open(other), agree=False).choice is None


def test_who_is_removed_cannot_write_or_read_what_comes_after() -> None:
    one, other, gone = together(3)
    before = gone.create("从前的村")
    exchange(one, other, gone)
    _removed(one, other, gone)
    after = one.create("以后的村")
    exchange(one, gone)
    with pytest.raises(NotAMember):
        gone.create("再写的村")
    entry = gone.service.ground.log.of_record(gone.ledger.n, after)
    assert gone.service.ground.model.named([after]) == []
    assert all(e.header.key_id not in gone.ledger.keys for e in entry), "even a leaked copy is shut"
    exchange(one, other)
    assert other.value(before, "village") == "从前的村"
    assert one.digest() == other.digest()
    assert one.problems() == other.problems() == gone.problems() == []


def test_votes_are_for_what_is_open_now() -> None:
    one, other, third = together(3)
    first = one.service.epochs.propose_rules(one.ledger, Rules(retention_days=1))
    exchange(one, other, third)
    for town in (other, third):
        town.service.epochs.vote(town.ledger, _open(town), agree=True)
    exchange(one, other, third)
    with pytest.raises(RoundClosed):
        one.service.epochs.vote(one.ledger, first, agree=True)


def test_a_newcomer_has_to_agree_first() -> None:
    one, other = together(2)
    [_, _, newcomer] = towns(3)
    proposal = one.service.epochs.propose_admission(one.ledger, newcomer.service.card())
    with pytest.raises(ConsentMissing):
        one.service.epochs.vote(one.ledger, proposal, agree=True)
    exchange(one, other)
    assert not other.ledger.chain.open.rounds[0].votes


def test_statements_of_strangers_are_nobodys_word_and_those_of_members_are_bounded() -> None:
    one, other = together(2)
    ledger, stranger = one.ledger, SigningKey(seed("stranger"))
    foreign = Pen(ledger.id, stranger).vote(ledger.chain.epoch.id, 0, None, None)
    assert one.service.ledgers.merge(encode(ledger.id, [foreign.raw])[0]) == (ledger, False)
    assert one.service.ground.papers.count(ledger.n) == 0
    hostile = Pen(ledger.id, other.service.ground.identity.device.sign)
    now = ledger.chain.epoch
    rules = [hostile.propose(now.ruling(Rules(retention_days=n + 1))) for n in range(600)]
    votes = [hostile.vote(now.id, n, p, None) for n in range(ROUNDS_PER_EPOCH) for p in rules[:3]]
    invented = [seed(f"nothing known {n}") for n in range(600)]
    about_nothing: list[Statement] = []
    for nothing in invented:
        about_nothing += [
            hostile.vote(EpochId(nothing), 0, None, None, fences=()),
            hostile.acknowledge(EpochId(nothing)),
            hostile.consent(StatementId(nothing)),
        ]
    for part in encode(ledger.id, [s.raw for s in (*votes, *rules, *about_nothing)]):
        one.service.ledgers.merge(part)
    most = 2 * ROUNDS_PER_EPOCH + PROPOSALS_PER_SIGNER + STATEMENTS_PER_SIGNER
    assert one.service.ground.papers.count(ledger.n) == most
    honest = one.service.epochs.propose_rules(ledger, Rules(retention_days=900))
    assert ledger.chain.epoch == honest.epoch, (
        "who votes for everything keeps nothing from being decided"
    )


@pytest.mark.parametrize("damage", range(0, 400, 7))
def test_damaged_papers_are_refused_and_change_nothing(damage: int) -> None:
    one, other = together(2)
    made = other.service.epochs.propose_rules(other.ledger, Rules(retention_days=3))
    [part] = encode(one.ledger.id, [made.raw])
    broken = bytearray(part)
    broken[damage * len(part) // 400] ^= 0x41
    try:
        merged = one.service.ledgers.merge(bytes(broken))
    except MulinError:
        merged = None
    assert merged is None, "or it is about a ledger that nobody has here"
    assert one.service.ground.papers.count(one.ledger.n) == 0


def test_a_record_of_who_left_disappears_and_comes_back_when_it_is_adopted() -> None:
    one, other, gone = together(3)
    exchange(one, other, gone)
    _removed(one, other, gone)
    late = gone.create("迟到村")
    exchange(one, other, gone)
    for town in (one, other):
        assert town.service.ground.model.named([late]) == []
    [quarantined] = one.service.epochs.quarantined(one.ledger)
    one.service.epochs.adopt(one.ledger, quarantined.entry.id.hex(), "确有其事")
    exchange(one, other)
    agree(one, other)
    for town in (one, other):
        assert town.value(late, "village") == "迟到村"
        assert town.problems() == []
        states = town.service.ground.db.rows("SELECT count(*) FROM entries WHERE state=4")
        assert states == [(0,)], EntryState.QUARANTINED.name


def test_what_is_said_of_a_ledger_by_newer_rules_waits_for_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found in review: what a newer version says was void for ever at who upgrades late."""
    one, other = together(2, tmp_path)
    with monkeypatch.context() as newer:
        newer.setattr(node.writing, "WRITTEN_BY", SCHEMA + 1)
        entry = one.service.writing.say(one.ledger, [Understand(SCHEMA + 1)])
    exchange(one, other)
    papers, device = other.service.ground.papers, one.service.device
    assert _state(other, entry.id) == EntryState.WAITING
    assert papers.understood(other.ledger.n).get(device) != SCHEMA + 1
    assert [p for p in other.problems() if entry.id.hex()[:12] in p] == []
    monkeypatch.setattr(Ground.__init__, "__defaults__", _newer(Ground.__init__.__defaults__))
    other.reopen()
    assert _state(other, entry.id) == EntryState.APPLIED
    assert other.service.ground.papers.understood(other.ledger.n)[device] == SCHEMA + 1
    assert other.problems() == []


def _newer(defaults: tuple[object, ...] | None) -> tuple[object, ...]:
    return tuple(SCHEMA + 1 if one == SCHEMA else one for one in defaults or ())


def _state(town: Town, entry: bytes) -> EntryState:
    [(state,)] = town.service.ground.db.rows("SELECT state FROM entries WHERE id=?", entry)
    return EntryState(state)
