"""Which keys speak for a township: its own words, whatever order they come in and whoever stole its keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import lines
from crdt.chain import fold
from crdt.entry import EntryId, Incarnation
from crdt.epoch import Change, Epoch, Member
from crdt.founding import Founding
from crdt.lines import Line, commitment, line_of
from crdt.lines import _replace as replace_as_it_is
from crdt.pen import Pen
from crdt.statements import Devices, Fence, Recovery, Statement
from keys.card import Card, Delegation
from keys.identity import DeviceId, SigningKey, TownshipId
from keys.seal import KeyId
from tests.support.people import card, device_keys, identity, seed, signing_key

TOWN = "甲乡"
FOUNDING = Founding.make(
    "联调", seed("lines", size=16), [card(TOWN), card("乙镇")], KeyId(seed("k"))
)
ME = TownshipId(identity(TOWN).township.public)
Word = Devices | Recovery


def _card(key: SigningKey, *devices: str) -> Card:
    listed = tuple(Delegation.make(key, device_keys(d)) for d in devices)
    return Card.make(key, "麻塘乡", "430527210", listed, ())


def _device(name: str) -> DeviceId:
    return device_keys(name).id


def _fence(device: str, seq: int) -> Fence:
    return Fence(_device(device), Incarnation(bytes(16)), seq, EntryId(seed("entry", device, seq)))


def _recovery(number: int) -> SigningKey:
    return signing_key(f"recovery {number}")


def _promise(number: int) -> bytes:
    return commitment(_recovery(number).public)


def _key(generation: int) -> SigningKey:
    return identity(TOWN).township if not generation else signing_key(f"township {generation}")


def _begin() -> Member:
    return Member(ME, _card(_key(0), "first"))


def _say(
    generation: int, turn: int, *devices: str, promise: int | None = None, fence: int | None = None
) -> Devices:
    key = _key(generation)
    fences = () if fence is None else (_fence("first", fence),)
    recovery = None if promise is None else _promise(promise)
    return Pen(FOUNDING.id, key).devices(
        ME, (generation, turn), _card(key, *devices), recovery, fences
    )


def _recover(generation: int, *devices: str, fence: int | None = None) -> Recovery:
    """With the recovery key that was promised in the generation before, promising the next."""
    fences = () if fence is None else (_fence("first", fence),)
    return Pen(FOUNDING.id, _recovery(generation - 1)).recover(
        ME, generation, _card(_key(generation), *devices), _promise(generation), fences
    )


def _shape(line: Line) -> tuple[object, ...]:
    return line.member, dict(sorted(line.gone.items())), sorted(line.ever), line.twice


# --- what an honest township says, and what a thief of its keys may ---------------------------------

HONEST: tuple[Word, ...] = (
    _say(0, 1, "first", promise=0),
    _say(0, 2, "first", "second", promise=0),
    _say(0, 3, "first", promise=0),
    _recover(1, "third", fence=7),
    _say(1, 1, "third", "fourth", promise=1),
    _recover(2, "fifth"),
)
THEFT: tuple[Word, ...] = (
    _say(0, 4, "stolen", promise=0, fence=0),
    _say(0, 5, "stolen", "first", promise=0),
    _say(0, 9, "stolen", promise=1),
    _say(1, 2, "stolen", promise=1),
    Pen(FOUNDING.id, _key(0)).recover(ME, 1, _card(_key(0), "stolen"), _promise(1)),
    Pen(FOUNDING.id, identity("乙镇").township).devices(
        ME, (0, 7), _card(identity("乙镇").township, "stolen"), None
    ),
)
POWERLESS = (4, 5)
"""Of these, what is signed by a key that does not speak: no recovery key, another township's."""
OLD_KEYS = (0, 1, 2, 4, 5)
"""Of these, what a thief can say who has no recovery key and none of the new ones."""
ALL = (*HONEST, *THEFT)
numbers = st.lists(st.sampled_from(range(len(ALL))), unique=True)


@settings(deadline=None)
@given(said=numbers, data=st.data())
def test_equal_sets_give_equal_lines_in_every_order(said: list[int], data: st.DataObject) -> None:
    other = data.draw(st.permutations(said))
    twice = [*other, *other[: len(other) // 2]]
    one, again = (line_of(_begin(), [ALL[n] for n in listed]) for listed in (said, twice))
    assert _shape(one) == _shape(again)


@settings(deadline=None)
@given(upto=st.integers(0, len(HONEST)), more=st.integers(0, len(HONEST)))
def test_what_a_township_said_later_only_takes_it_further(upto: int, more: int) -> None:
    """Whoever heard the first part of its words stands where it stood when it had said them."""
    fewer, all_ = sorted((upto, more))
    before, after = (line_of(_begin(), HONEST[:n]) for n in (fewer, all_))
    assert before.member.stand <= after.member.stand
    last = HONEST[all_ - 1].card if all_ else _begin().card
    assert after.member.card == last
    assert before.ever.keys() <= after.ever.keys()
    assert not after.twice


def _stands_above(theft: Sequence[Word], honest: Sequence[Word]) -> None:
    """Once the recovery key spoke, what was stolen of the old keys changes nothing that counts."""
    alone, mixed = line_of(_begin(), honest), line_of(_begin(), [*theft, *honest])
    assert mixed.member == alone.member
    assert _device("stolen") not in {d.device for d in mixed.member.card.delegations}
    assert mixed.gone.get(_device("first")) == (_fence("first", 7),)
    assert not mixed.gone.get(_device("stolen"), ())


@pytest.mark.parametrize("upto", range(len(HONEST) + 1))
def test_a_key_that_does_not_speak_changes_nothing(upto: int) -> None:
    for number in POWERLESS:
        _changes_nothing(THEFT[number], HONEST[:upto])


def _changes_nothing(word: Word, honest: Sequence[Word]) -> None:
    alone, mixed = line_of(_begin(), honest), line_of(_begin(), [word, *honest])
    assert (mixed.member, mixed.gone, mixed.twice) == (alone.member, alone.gone, alone.twice)


@settings(deadline=None)
@given(theft=st.sets(st.sampled_from(OLD_KEYS)), upto=st.integers(4, 5))
def test_who_stole_the_old_keys_says_nothing_against_the_recovery_key(
    theft: set[int], upto: int
) -> None:
    _stands_above([THEFT[n] for n in sorted(theft)], HONEST[:upto])


# --- planted --------------------------------------------------------------------------------------


def _follows_forgets_the_generation(member: Member, word: Devices) -> bool:
    return word.turn > member.turn and word.signer in (_key(0).public, _key(1).public)


def _follows_asks_no_signer(member: Member, word: Devices) -> bool:
    return word.generation == member.generation and word.turn > member.turn


def _opens_for_anybody(promised: bytes | None, word: Recovery) -> bool:
    return promised is not None and word.signer is not None


def _fences_stay_as_the_thief_set_them(line: Line, word: Word) -> None:
    gone = dict(line.gone)
    replace_as_it_is(line, word)
    line.gone |= {d: fences for d, fences in gone.items() if d in line.gone}


@pytest.mark.parametrize(
    ("name", "bug"),
    (
        ("_follows", _follows_forgets_the_generation),
        ("_follows", _follows_asks_no_signer),
        ("_opens", _opens_for_anybody),
        ("_replace", _fences_stay_as_the_thief_set_them),
    ),
)
def test_planted_bugs_are_found(
    monkeypatch: pytest.MonkeyPatch, name: str, bug: Callable[..., object]
) -> None:
    assert _thefts_that_work() == 0
    monkeypatch.setattr(lines, name, bug)
    assert _thefts_that_work() > 0


def _thefts_that_work() -> int:
    failed = 0
    for theft in (*((n,) for n in OLD_KEYS), OLD_KEYS):
        for upto in (4, 5):
            try:
                _stands_above([THEFT[n] for n in theft], HONEST[:upto])
            except AssertionError:
                failed += 1
    for n in POWERLESS:
        try:
            _changes_nothing(THEFT[n], HONEST[:3])
        except AssertionError:
            failed += 1
    return failed


# --- in a chain -----------------------------------------------------------------------------------


def test_a_new_ledger_key_changes_nothing_else_and_needs_everybody() -> None:
    epoch = Epoch.of_founding(FOUNDING)
    pens = [Pen(FOUNDING.id, identity(n).device.sign) for n in (TOWN, "乙镇")]
    key = KeyId(hashlib.sha256(b"new").digest())
    proposal = pens[0].propose(epoch.renewing(key))
    votes = [pen.vote(epoch.id, 0, proposal, None) for pen in pens]
    assert fold(FOUNDING, [proposal, votes[0]]).number == 0
    after = fold(FOUNDING, [proposal, *votes]).epoch
    assert (after.change, after.key_id, after.members) == (Change.KEY, key, epoch.members)


@pytest.mark.parametrize("order", (1, -1))
def test_nobody_takes_a_device_by_naming_it(order: int) -> None:
    """Another member names the second laptop as its own; the laptop itself agreed to one of the two."""
    device, other = device_keys("second"), identity("乙镇")
    his = Pen(FOUNDING.id, other.township).devices(
        TownshipId(other.township.public),
        (0, 1),
        Card.make(
            other.township,
            "乙镇",
            "430527210",
            (*card("乙镇").delegations, Delegation.make(other.township, device)),
            (),
        ),
        None,
    )
    ours = _say(0, 1, "second")
    for word, owner in ((ours, ME), (his, TownshipId(other.township.public))):
        agreed = Pen(FOUNDING.id, device.sign).consent(word.id)
        said: list[Statement] = [ours, his, agreed]
        chain = fold(FOUNDING, said[::order])
        assert chain.devices[device.id].township == owner
        assert chain.devices[device.id].delegation.township == owner
    forged = Pen(FOUNDING.id, other.device.sign).consent(his.id)
    both = (fold(FOUNDING, [ours, his]), fold(FOUNDING, [ours, his, forged]))
    assert both[0].devices == both[1].devices, "only the device itself can agree"
