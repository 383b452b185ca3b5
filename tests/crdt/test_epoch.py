"""Epochs: each changes one thing of the one before, and nobody slips another into it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from crdt.chain import fold
from crdt.epoch import Change, Epoch, Member, Rules, check_step, threshold
from crdt.errors import MalformedEntry
from keys import canonical
from keys.canonical import Plain
from keys.errors import MulinError
from keys.seal import KeyId
from tests.crdt.ballots import NAMES, NEWCOMER, founded, key_of_epoch, pen, town, voted_for
from tests.support.people import card, seed

FOUNDING = founded(4)
BEFORE = Epoch.of_founding(FOUNDING)
GUEST = Member(town(NEWCOMER), card(NEWCOMER))


def made(change: Change, **altered: object) -> Epoch:
    """The epoch that a liar would make: like an honest one, with these fields put otherwise."""
    honest = {
        Change.ADMIT: lambda: BEFORE.admitting(GUEST),
        Change.REMOVE: lambda: BEFORE.removing(town(NAMES[3]), key_of_epoch(1)),
        Change.RULES: lambda: BEFORE.ruling(Rules(retention_days=5)),
        Change.REKEY: lambda: BEFORE.rekeying(_rekeyed(), key_of_epoch(1)),
    }[change]()
    fields: dict[str, Plain] = dict(
        zip(
            (
                "format",
                "ledger",
                "number",
                "previous",
                "called",
                "about",
                "members",
                "rules",
                "key",
            ),
            canonical.decode_list(honest.raw, len(honest.raw)),
            strict=True,
        )
    )
    fields |= {name: value(fields[name]) for name, value in altered.items()}  # type: ignore[operator]
    return Epoch.parse(canonical.encode(list(fields.values())))


def _rekeyed() -> Member:
    return Member(town(NAMES[2]), card(NEWCOMER), None, 1, 0)


def _promising(members: Plain) -> Plain:
    """The member with new keys, with a recovery key that the proposer made."""
    assert isinstance(members, list)
    return [_with(m, 2, bytes(32)) if _is_new(m) else m for m in members]


def _as_old(members: Plain) -> Plain:
    assert isinstance(members, list)
    return [_with(m, 3, 0) if _is_new(m) else m for m in members]


def _is_new(member: Plain) -> bool:
    return isinstance(member, list) and member[0] == town(NAMES[2])


def _with(member: Plain, place: int, value: Plain) -> Plain:
    assert isinstance(member, list)
    return [*member[:place], value, *member[place + 1 :]]


def _other_card(members: Plain) -> Plain:
    """Another key for a member that the epoch is not about."""
    assert isinstance(members, list)
    listed = [list(m) for m in members if isinstance(m, list)]
    for m in listed:
        if m[0] == town(NAMES[0]):
            m[1] = card("一个陌生的乡镇").raw
    return listed  # type: ignore[return-value]


def _without(members: Plain) -> Plain:
    assert isinstance(members, list)
    return [m for m in members if isinstance(m, list) and m[0] != town(NAMES[0])]


_KEPT = bytes(BEFORE.key_id)
LIES: dict[str, Callable[[], Epoch]] = {
    "another's key beside a newcomer": lambda: made(Change.ADMIT, members=_other_card),
    "a second removal beside the first": lambda: made(Change.REMOVE, members=_without),
    "rules beside a newcomer": lambda: made(Change.ADMIT, rules=lambda _: [0, 1, 9]),
    "a removal that keeps the key": lambda: made(Change.REMOVE, key=lambda _: _KEPT),
    "new keys with a promise of the proposer's": lambda: made(Change.REKEY, members=_promising),
    "new keys that are no newer": lambda: made(Change.REKEY, members=_as_old),
    "new keys that keep the ledger's": lambda: made(Change.REKEY, key=lambda _: _KEPT),
    "an admission with another key": lambda: made(Change.ADMIT, key=lambda _: seed("mine alone")),
    "rules that are a removal": lambda: made(Change.RULES, members=_without),
    "rules about somebody": lambda: made(Change.RULES, about=lambda _: town(NAMES[0])),
    "a removal about another": lambda: made(Change.REMOVE, about=lambda _: town(NAMES[0])),
    "a removal called new keys": lambda: made(Change.REMOVE, called=lambda _: int(Change.REKEY)),
    "new keys called a removal": lambda: made(Change.REKEY, called=lambda _: int(Change.REMOVE)),
    "after another epoch": lambda: made(Change.RULES, previous=lambda _: seed("elsewhere")),
    "a number too far": lambda: made(Change.RULES, number=lambda _: 2),
    "of another ledger": lambda: made(Change.RULES, ledger=lambda _: seed("another ledger")),
    "rules that forget what is written": lambda: replace(
        BEFORE.ruling(Rules(retention_days=5)), rules=Rules(schema=0, retention_days=5)
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_epoch_says_what_it_changes_and_changes_nothing_else(lie: str) -> None:
    with pytest.raises(MulinError):
        check_step(BEFORE, LIES[lie]())


@pytest.mark.parametrize("lie", [n for n in LIES if n != "rules that forget what is written"])
def test_no_votes_make_a_lie_an_epoch(lie: str) -> None:
    try:
        epoch = LIES[lie]()
    except MulinError:
        return  # it cannot even be written down
    chain = fold(FOUNDING, [])
    proposal = pen(NAMES[0], FOUNDING.id).propose(epoch)
    votes = [voted_for(FOUNDING, name, chain, proposal) for name in NAMES[:4]]
    assert fold(FOUNDING, [proposal, *votes]).number == 0


def test_honest_ones_pass() -> None:
    for change in (Change.ADMIT, Change.REMOVE, Change.RULES, Change.REKEY):
        check_step(BEFORE, made(change))


def test_an_epoch_is_what_was_signed_to_the_byte() -> None:
    """An altered one is refused, or is another epoch with another name."""
    raw, dice = BEFORE.ruling(Rules(retention_days=5)).raw, random.Random(1)
    for _ in range(1_500):
        broken = bytearray(raw)
        broken[dice.randrange(len(raw))] ^= dice.randrange(1, 256)
        try:
            found = Epoch.parse(bytes(broken))
        except MulinError:
            continue
        assert found.raw == bytes(broken)
        assert found.id != BEFORE.ruling(Rules(retention_days=5)).id


def test_how_many_must_agree() -> None:
    """The table of thresholds: admissions and rules, then removals."""
    needs = {}
    for n in range(2, 8):
        before = Epoch.of_founding(founded(n))
        excluded = town(NAMES[n - 1]) if n > 2 else None
        needs[n] = (
            threshold(before, None, 1),
            threshold(before, None, 0),
            threshold(before, excluded, 1),
        )
    assert needs == {
        2: (2, 2, 2), 3: (3, 3, 2), 4: (3, 4, 3), 5: (4, 5, 4), 6: (5, 6, 5), 7: (6, 7, 6),
    }  # fmt: skip


def test_a_stricter_rule_binds_its_own_repeal() -> None:
    """To lower the threshold takes the larger of the old and the new one."""
    strict = replace(BEFORE, rules=Rules(may_miss=0))
    assert threshold(strict, None, 1) == 4
    assert threshold(BEFORE, None, 0) == 4


def test_members_are_bounded_and_distinct() -> None:
    with pytest.raises(MalformedEntry):
        BEFORE.admitting(Member(town(NEWCOMER), card(NAMES[0])))
    with pytest.raises(MalformedEntry):
        BEFORE.admitting(Member(town(NAMES[0]), card(NAMES[0])))
    assert KeyId(BEFORE.key_id) == FOUNDING.key_id
