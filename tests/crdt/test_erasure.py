"""What an order of erasure reaches: enough townships, the home among them, and never less than before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crdt import erasure
from crdt.chain import Chain, fold
from crdt.entry import RecordId
from crdt.epoch import Epoch, EpochId, Member, Rules
from crdt.erasure import Erasures, Standing
from crdt.pen import Pen
from crdt.statements import Approve, Consent, Erase, Receipt, Statement
from keys.card import Card, Delegation
from keys.identity import DeviceId, TownshipId
from tests.crdt.ballots import founded, key_of_epoch, pen, town, voted_for
from tests.support.people import card, identity, seed

FOUNDING = founded(3)
A, B, C, D, SECOND, ODD = "甲乡", "乙镇", "丙乡", "丁镇", "甲乡二号机", "路人"
SIGNERS = (A, SECOND, B, C, D, ODD)
WHOSE = {A: A, SECOND: A, B: B, C: C, D: D}
MEMBERS = ({A, B, C}, {A, B, C, D}, {A, B, C, D}, {A, B, D}, {A, B, D})
NEEDED = (2, 2, 3, 3, 3)
"""By the rules of each epoch; of the last, which asks for more than there are members, all of them."""
RECORDS = {name: RecordId(seed("record", name, size=16)) for name in (A, B, C)}


def _adopt(
    said: list[Statement],
    after: Callable[[Epoch], Epoch],
    *voters: str,
    consenting: str | None = None,
) -> None:
    chain = fold(FOUNDING, said)
    proposal = pen(voters[0], FOUNDING.id).propose(after(chain.epoch))
    consent: Consent | None = None
    if consenting is not None:
        consent = Pen(FOUNDING.id, identity(consenting).township).consent(proposal.id)
    said.append(proposal)
    said += [voted_for(FOUNDING, name, chain, proposal, consent) for name in voters]


def _history() -> Chain:
    """丁镇 joins, the rules ask for three, 丙乡 is removed, the rules ask for nine; 甲乡 has two devices."""
    mine, second = card(A), identity(SECOND).device
    both = (*mine.delegations, Delegation.make(identity(A).township, second))
    named = Card.make(identity(A).township, mine.name, mine.code, both, mine.addresses)
    said: list[Statement] = []
    newcomer = Member(town(D), card(D))
    _adopt(said, lambda epoch: epoch.admitting(newcomer), A, B, C, consenting=D)
    _adopt(said, lambda epoch: epoch.ruling(Rules(erasure=3)), A, B, C, D)
    _adopt(said, lambda epoch: epoch.removing(town(C), key_of_epoch(1)), A, B, D)
    _adopt(said, lambda epoch: epoch.ruling(Rules(erasure=9)), A, B, D)
    said.append(Pen(FOUNDING.id, identity(A).township).devices(town(A), (0, 1), named, None))
    return fold(FOUNDING, said)


CHAIN = _history()
EPOCHS = [step.epoch.id for step in CHAIN.steps]


# --- what may be said -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """`epoch`: its number, 9: one that nobody knows. `names`: whose record, and whose it is said to be."""

    signer: str
    epoch: int
    names: tuple[tuple[str, str], ...]

    def make(self) -> Erase:
        epoch = EPOCHS[self.epoch] if self.epoch < len(EPOCHS) else EpochId(seed("no epoch"))
        named = [(RECORDS[record], town(home)) for record, home in self.names]
        return pen(self.signer, FOUNDING.id).erase(epoch, named, "on_request", "本人申请")


ORDERS = (
    Order(A, 0, ((A, A), (B, B))),
    Order(A, 1, ((A, A), (C, C))),
    Order(B, 2, ((A, A),)),
    Order(B, 2, ((A, B),)),
    Order(D, 3, ((C, C), (B, B))),
    Order(A, 4, ((B, B), (A, A))),
    Order(SECOND, 0, ((A, A),)),
    Order(C, 3, ((A, A),)),
    Order(ODD, 1, ((A, A),)),
    Order(A, 9, ((A, A),)),
)
MADE = tuple(order.make() for order in ORDERS)
Said = tuple[str, int, str]
"""(what, of which order, by whom)"""
EVERYTHING: tuple[Said, ...] = (
    *(("order", n, order.signer) for n, order in enumerate(ORDERS)),
    *(("approve", n, who) for n in range(len(ORDERS)) for who in SIGNERS),
    *(("receipt", n, who) for n in range(len(ORDERS)) for who in (A, SECOND, ODD)),
)


def _statement(said: Said) -> Statement:
    what, number, who = said
    if what == "order":
        return MADE[number]
    writing = pen(who, FOUNDING.id)
    order = MADE[number].id
    return writing.approve(order) if what == "approve" else writing.receipt(order)


STATEMENTS = {said: _statement(said) for said in EVERYTHING}
sets = st.lists(st.sampled_from(EVERYTHING), unique=True, max_size=40)
"""Mostly some order with most of what is said about it."""
about_one = st.sampled_from(range(len(ORDERS))).flatmap(
    lambda n: st.lists(st.sampled_from([s for s in EVERYTHING if s[1] == n]), unique=True)
)


# --- what is to come out ------------------------------------------------------------------------------


def _approved(said: Sequence[Said], number: int) -> set[str]:
    by = {who for what, n, who in said if n == number and what in ("order", "approve")}
    return {WHOSE[who] for who in by if who in WHOSE} & MEMBERS[ORDERS[number].epoch]


def _reached(said: Sequence[Said], record: str, home: str | None) -> bool:
    for what, number, _ in said:
        order = ORDERS[number]
        if what != "order" or order.epoch >= len(MEMBERS):
            continue
        approved = _approved(said, number)
        for named, claimed in order.names:
            enough = len(approved) >= NEEDED[order.epoch]
            agreed = claimed in approved or claimed not in MEMBERS[order.epoch]
            if named == record and home in (None, claimed) and enough and agreed:
                return True
    return False


def _found(said: Sequence[Said]) -> Erasures:
    return erasure.erasures_of(CHAIN, [STATEMENTS[one] for one in said])


HOMES = (A, B, C, D, None)


def _reaches(found: Erasures) -> dict[tuple[str, str | None], bool]:
    return {
        (record, home): found.may_erase(RECORDS[record])
        if home is None
        else found.erases(RECORDS[record], town(home), 0)
        for record in RECORDS
        for home in HOMES
    }


def _checks(said: Sequence[Said], shuffled: Sequence[Said], more: Sequence[Said]) -> None:
    found = _found(said)
    assert _reaches(found) == {(r, h): _reached(said, r, h) for r in RECORDS for h in HOMES}
    other = _found([*shuffled, *shuffled[::2]])
    assert other.orders == found.orders
    assert list(other.orders) == list(found.orders)
    assert _reaches(other) == _reaches(found)
    later = _reaches(_found([*more, *said]))
    assert all(later[name] for name, reached in _reaches(found).items() if reached)
    for what, number, who in said:
        standing = found.orders.get(MADE[number].id)
        if what == "receipt" and standing is not None:
            assert (DeviceId(identity(who).device.id) in standing.done) == (who in WHOSE)


@given(said=sets | about_one, more=sets, data=st.data())
@settings(deadline=None, max_examples=200)
def test_equal_sets_erase_the_same_and_more_never_less(
    said: list[Said], more: list[Said], data: st.DataObject
) -> None:
    _checks(said, data.draw(st.permutations(said)), more)


# --- stories --------------------------------------------------------------------------------------


def _erases(*said: Said, record: str = A, home: str | None = A) -> bool:
    return _reaches(_found(said))[record, home]


def test_the_history_is_as_it_is_told() -> None:
    assert [step.epoch.townships() for step in CHAIN.steps] == [
        {town(name) for name in members} for members in MEMBERS
    ]
    assert {CHAIN.devices[identity(n).device.id].township for n in (A, SECOND)} == {town(A)}
    found = _found([s for s in EVERYTHING if s[0] == "order"])
    needed = [found.orders[made.id].needed for made in MADE[:6]]
    assert needed == [NEEDED[order.epoch] for order in ORDERS[:6]]


def test_two_devices_of_one_township_are_one_and_strangers_none() -> None:
    order: Said = ("order", 0, A)
    assert not _erases(order, ("approve", 0, SECOND), ("approve", 0, ODD), ("approve", 0, D))
    assert _erases(order, ("approve", 0, B))
    assert not _erases(("approve", 0, A), ("approve", 0, B)), "of an order that nobody has seen"
    assert not _erases(("order", 8, ODD), ("approve", 8, B))
    assert _erases(("order", 8, ODD), ("approve", 8, B), ("approve", 8, A)), "theirs, by approval"


def test_the_home_has_to_agree_as_long_as_it_is_a_member() -> None:
    others: tuple[Said, ...] = (("order", 2, B), ("approve", 2, C), ("approve", 2, D))
    assert not _erases(*others)
    assert _erases(*others, ("approve", 2, SECOND))
    left: tuple[Said, ...] = (("order", 4, D), ("approve", 4, A), ("approve", 4, B))
    assert _erases(*left, record=C, home=C)
    assert not _erases(*left[:2], record=C, home=C)


def test_a_wrong_home_reaches_nothing_of_which_the_beginning_is_known() -> None:
    wrong: tuple[Said, ...] = (("order", 3, B), ("approve", 3, C), ("approve", 3, D))
    assert not _erases(*wrong)
    assert _erases(*wrong, home=None), "as long as it is not, the order is believed"


def test_of_few_members_all_are_enough() -> None:
    order: tuple[Said, ...] = (("order", 5, A), ("approve", 5, B))
    assert not _erases(*order)
    assert _erases(*order, ("approve", 5, D))


def test_who_was_no_member_yet_is_not_erased_without_its_word() -> None:
    """丁镇 is a member; of what it began since, 甲乡 and 乙镇 say that in the founding there was no 丁镇."""
    record = RecordId(seed("record of the newcomer", size=16))
    order = pen(A, FOUNDING.id).erase(EPOCHS[0], [(record, town(D))], "on_request", "")
    approval = pen(B, FOUNDING.id).approve(order.id)
    found = erasure.erasures_of(CHAIN, [order, approval])
    assert found.erases(record, town(D), 0), "if it began it as no member, nobody asks it"
    assert not found.erases(record, town(D), 1)


# --- planted --------------------------------------------------------------------------------------


def _any_device_is_one(standing: Standing, chain: Chain, signer: bytes) -> None:
    if chain.devices.get(DeviceId(signer)) is not None:
        standing.approved.add(TownshipId(signer))
        _APPROVE(standing, chain, signer)


def _members_of_any_epoch(standing: Standing, chain: Chain, signer: bytes) -> None:
    if (device := chain.devices.get(DeviceId(signer))) is not None:
        standing.approved.add(device.township)


def _only_who_writes_now(standing: Standing, chain: Chain, signer: bytes) -> None:
    device = chain.devices.get(DeviceId(signer))
    if device is not None and not device.gone:
        _APPROVE(standing, chain, signer)


class _HomeIsNotAsked(Standing):
    def reaches(self, home: TownshipId) -> bool:
        return self.in_force and bool(home)


class _MoreThanEnough(Standing):
    @property
    def in_force(self) -> bool:
        return len(self.approved) > self.needed


class _WhoeverIsSaid(Erasures):
    def erases(self, record: RecordId, home: TownshipId, began: int) -> bool:
        return self.may_erase(record) and bool(home) and began >= 0


def _takes_back(chain: Chain, statements: Sequence[Statement]) -> Erasures:
    listed = [s for s in statements if isinstance(s, (Erase, Approve, Receipt))]
    return _ERASURES_OF(chain, listed[:30])


_APPROVE, _ERASURES_OF = erasure._approve, erasure.erasures_of


@pytest.mark.parametrize(
    ("name", "bug"),
    (
        ("_approve", _any_device_is_one),
        ("_approve", _members_of_any_epoch),
        ("_approve", _only_who_writes_now),
        ("Standing", _HomeIsNotAsked),
        ("Standing", _MoreThanEnough),
        ("Erasures", _WhoeverIsSaid),
        ("erasures_of", _takes_back),
        ("min", max),
    ),
)
def test_planted_bugs_are_found(
    monkeypatch: pytest.MonkeyPatch, name: str, bug: Callable[..., object]
) -> None:
    monkeypatch.setattr(erasure, name, bug, raising=False)
    with pytest.raises(AssertionError):
        _search()


@given(said=about_one | sets, more=sets, data=st.data())
@settings(
    deadline=None,
    max_examples=3_000,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.generate,),
)
def _search(said: list[Said], more: list[Said], data: st.DataObject) -> None:
    _checks(said, data.draw(st.permutations(said)), more)
