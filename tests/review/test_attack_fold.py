"""What a hostile or removed member does to the count and to the chain; pure."""

from __future__ import annotations

import sys

import pytest

from crdt import ballot
from crdt.chain import Chain, fold
from crdt.deeds import read
from crdt.entry import EntryId, Incarnation
from crdt.epoch import Epoch, Member, Rules
from crdt.founding import Founding
from crdt.pen import Pen
from crdt.statements import Devices, Fence, Proposal, Statement
from keys.card import Card, Delegation, DeviceKeys
from keys.errors import MulinError
from keys.identity import SigningKey
from keys.limits import FENCES_PER_VOTE, STATEMENT_BYTES
from tests.crdt.ballots import founded, key_of_epoch, pen, town, voted_for
from tests.support.people import card, identity, seed

NAMES = ("甲乡", "乙镇", "丙乡")


def _keys(label: str) -> DeviceKeys:
    return identity(label).device


def _word(founding: Founding, who: str, by: SigningKey, keys: DeviceKeys, turn: int = 1) -> Devices:
    new = Card.make(by, "某乡", "522301105", (Delegation.make(by, keys),), ())
    return Pen(founding.id, by).devices(town(who), (0, turn), new, None)


def _step(
    founding: Founding, known: list[Statement], after: Epoch, voters: tuple[str, ...]
) -> None:
    chain = fold(founding, known)
    proposal = pen(voters[0], founding.id).propose(after)
    known += [proposal, *(voted_for(founding, v, chain, proposal) for v in voters)]


def _against(founding: Founding, chain: Chain, keys: DeviceKeys) -> Statement:
    return Pen(founding.id, keys.sign).vote(chain.steps[0].epoch.id, 0, None, None)


def test_a_removed_member_undoes_an_epoch_for_which_it_once_voted() -> None:
    founding, known = founded(3), list[Statement]()
    _step(founding, known, fold(founding, []).epoch.ruling(Rules(retention_days=9)), NAMES)
    last = fold(founding, known).epoch
    _step(founding, known, last.removing(town("丙乡"), key_of_epoch(1)), NAMES[:2])
    before = fold(founding, known)
    assert before.number == 2
    other = _keys("another device of 丙乡")
    known.append(_word(founding, "丙乡", identity("丙乡").township, other))
    known.append(_against(founding, before, other))
    after = fold(founding, known)
    assert after.number == 2
    assert town("丙乡") not in after.members


def test_a_device_that_was_replaced_votes_no_more_once_an_epoch_says_so() -> None:
    """A word alone would let a township take back what it voted; the next ledger key takes the word in."""
    founding, known = founded(3), list[Statement]()
    known.append(_word(founding, "丙乡", identity("丙乡").township, _keys("new of 丙乡")))
    chain = fold(founding, known)
    assert chain.devices[identity("丙乡").device.id].gone
    renewed = chain.epoch.renewing(key_of_epoch(1), list(chain.members.values()))
    _step(founding, known, renewed, NAMES)
    assert fold(founding, known).number == 1
    _step(founding, known, fold(founding, known).epoch.ruling(Rules(retention_days=9)), NAMES)
    assert fold(founding, known).number == 1, "the lost laptop has no say any more"


@pytest.mark.parametrize("owner", ("甲乡", "丙乡"))
def test_nobody_takes_a_members_new_device_by_a_word_of_his_own(owner: str) -> None:
    founding = founded(3)
    fresh = _keys("new device")
    known: list[Statement] = [_word(founding, owner, identity(owner).township, fresh)]
    assert not fold(founding, known).devices[fresh.id].gone
    thief = SigningKey(seed("a stranger's key"))
    known += [_word(founding, n, thief, fresh) for n in NAMES if n != owner]
    standing = fold(founding, known).devices[fresh.id]
    assert standing.township == town(owner)
    assert not standing.gone


def test_a_statement_nested_deeply_is_malformed_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    founding = founded(2)
    mine, chain = pen("甲乡", founding.id), fold(founding, [])
    inner = mine.vote(chain.epoch.id, 0, None, None)
    from crdt.statements import PURPOSE, Vote
    from keys import canonical, cose

    key, raw = identity("甲乡").device.sign, inner.raw
    while True:
        rest: list[canonical.Plain] = [chain.epoch.id, 0, None, None, 0, raw, []]
        body = canonical.encode([1, Vote.NUMBER, founding.id, key.public, *rest])
        wider = cose.sign(key, body, PURPOSE).raw
        if len(wider) > STATEMENT_BYTES:
            break
        raw = wider

    def read_at(depth: int) -> str:
        """Called from one more frame each: where the stack ends must not matter."""
        if depth:
            return read_at(depth - 1)
        try:
            read([[1, raw]])
        except MulinError:
            return "malformed"
        except RecursionError:
            return "a traceback"
        return "read"

    assert {read_at(depth) for depth in range(3)} == {"malformed"}


def test_a_vote_for_none_says_nothing_else() -> None:
    """It has to be cited by the next round; a fat one would have ended all rounds."""
    founding = founded(3)
    chain, device = fold(founding, []), identity("丙乡").device.id
    fence = Fence(device, Incarnation(bytes(16)), 1, EntryId(bytes(32)))
    with pytest.raises(MulinError):
        pen("丙乡", founding.id).vote(chain.epoch.id, 0, None, None, fences=(fence,))


def test_a_member_with_many_logs_can_be_removed() -> None:
    """As many logs as one ledger takes, each forked as often as it may be: the last of them are fenced."""
    founding = founded(3)
    chain = fold(founding, [])
    proposal = pen("甲乡", founding.id).propose(chain.epoch.removing(town("丙乡"), key_of_epoch(1)))
    device = identity("丙乡").device.id
    tips = tuple(
        Fence(device, Incarnation(seed("log", log, size=16)), 0, EntryId(seed("tip", log, tip)))
        for log in range(512)
        for tip in range(16)
    )
    vote = pen("甲乡", founding.id).vote(
        chain.epoch.id, 0, proposal, town("丙乡"), fences=tips[-FENCES_PER_VOTE:]
    )
    assert len(vote.fences) == FENCES_PER_VOTE


def test_a_vote_said_again_with_other_fences_is_a_double_vote() -> None:
    """Its fences count for nothing then, whichever of them is known: what they covered can be adopted."""
    founding, known = founded(3), list[Statement]()
    chain, gone = fold(founding, []), identity("丙乡").device.id
    proposal = pen("甲乡", founding.id).propose(chain.epoch.removing(town("丙乡"), key_of_epoch(1)))
    fence = Fence(gone, Incarnation(bytes(16)), 9, EntryId(bytes(32)))
    mine = pen("乙镇", founding.id)

    def vote(*fences: Fence) -> Statement:
        return mine.vote(chain.epoch.id, 0, proposal, town("丙乡"), fences=fences)

    told = vote(fence)
    known += [proposal, told, voted_for(founding, "甲乡", chain, proposal)]
    assert fold(founding, known).devices[gone].fences == (fence,)
    elsewhere = (
        Fence(identity("乙镇").device.id, fence.incarnation, n, fence.entry) for n in range(64)
    )
    second = next(v for v in (vote(f) for f in elsewhere) if v.id < told.id)
    after = fold(founding, [*known, second])
    assert after.devices[gone].fences == ()
    assert set(after.steps[1].doubles) == {town("乙镇")}
    assert after.number == 1, "the removal stands: it has no rival"


def test_many_proposals_cost_no_more_than_their_number() -> None:
    """Work, not time: how often a proposal is weighed while one statement more is counted."""
    founding = founded(3)
    chain = fold(founding, [])
    junk = [
        pen("丙乡", founding.id).propose(chain.epoch.ruling(Rules(retention_days=n + 1)), ((),))
        for n in range(120)
    ]
    looked = 0
    real = ballot.choice_of

    def counted(epoch: Epoch, proposal: Proposal) -> ballot.Choice:
        nonlocal looked
        looked += 1
        return real(epoch, proposal)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ballot, "choice_of", counted)
        fold(founding, junk)
    assert looked <= 4 * len(junk)


@pytest.mark.xfail(
    strict=True,
    reason="to decide: a round waits for whoever could still decide it; who is silent for ever holds up "
    "membership (data stay writable) until it votes, or the others go on in a successor ledger",
)
def test_who_is_silent_does_not_keep_the_others_from_removing_it() -> None:
    """Of four, two agreed to something and one did not; the fourth says nothing, for ever."""
    founding = Founding.make(
        "联调",
        seed("ballot", size=16),
        [card(x) for x in (*NAMES, "丁镇")],
        fold(founded(3), []).epoch.key_id,
    )
    chain = fold(founding, [])
    first = pen("甲乡", founding.id).propose(chain.epoch.ruling(Rules(retention_days=9)))
    known: list[Statement] = [
        first,
        voted_for(founding, "甲乡", chain, first),
        voted_for(founding, "乙镇", chain, first),
        voted_for(founding, "丙乡", chain, None),
    ]
    open_ = fold(founding, known).open
    assert all(open_.vote_of(town(n)) is None for n in NAMES), "they may still vote for something"


def test_a_newcomers_card_does_not_take_a_device_that_a_member_added() -> None:
    founding, fresh = founded(3), _keys("new device")
    word = _word(founding, "甲乡", identity("甲乡").township, fresh)
    known: list[Statement] = [word, Pen(founding.id, fresh.sign).consent(word.id)]
    new = identity("丁镇").township
    taking = Card.make(new, "丁镇", "522301105", (Delegation.make(new, fresh),), ())
    chain = fold(founding, known)
    proposal = pen("乙镇", founding.id).propose(chain.epoch.admitting(Member(town("丁镇"), taking)))
    consent = Pen(founding.id, new).consent(proposal.id)
    known += [proposal, *(voted_for(founding, n, chain, proposal, consent) for n in NAMES)]
    assert fold(founding, known).devices[fresh.id].township == town("甲乡")
