"""What an order of erasure reaches: enough townships, the home among them, and never less than before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import erasure
from crdt.chain import Chain, fold
from crdt.entry import RecordId
from crdt.epoch import Epoch, EpochId, Member, Rules
from crdt.erasure import Erasures
from crdt.pen import Pen
from crdt.statements import (
    Acknowledgement,
    Consent,
    Erase,
    Statement,
    beginning_of,
)
from keys.card import Card, Delegation
from keys.identity import DeviceId
from tests.crdt.ballots import founded, key_of_epoch, pen, town, voted_for
from tests.support.beginnings import begun
from tests.support.people import card, identity

FOUNDING = founded(3)
A, B, C, D, SECOND, ODD = "甲乡", "乙镇", "丙乡", "丁镇", "甲乡二号机", "路人"
SIGNERS = (A, SECOND, B, C, D, ODD)
WHOSE = {A: A, SECOND: A, B: B, C: C, D: D}
MEMBERS = ({A, B, C}, {A, B, C, D}, {A, B, C, D}, {A, B, D}, {A, B, D})
NEEDED = (2, 2, 3, 3, 3)
"""By the rules of each epoch; of the last, which asks for more than there are members, all of them."""
BEGUN = {
    "a0": (A, 0),
    "a2": (SECOND, 2),
    "a4": (A, 4),
    "b0": (B, 0),
    "c0": (C, 0),
    "d1": (D, 1),
    "odd": (ODD, 0),
}
"""Per record the device that began it, and the epoch in which it says that it did."""
HEADERS = {
    name: begun(FOUNDING.id, DeviceId(identity(who).device.id), name, epoch)
    for name, (who, epoch) in BEGUN.items()
}
RECORDS = {name: beginning_of(raw, FOUNDING.id) for name, raw in HEADERS.items()}


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


def _history() -> list[Statement]:
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
    return said


HISTORY = _history()
EPOCHS = [step.epoch.id for step in fold(FOUNDING, HISTORY).steps]
ACKNOWLEDGED = ((1, (A, B, C)), (2, (SECOND, B, C, D)), (3, (A, SECOND, B)), (4, (B, D)), (4, (A,)))
"""(epoch, by whom), as they come: 丁镇 never acknowledges the first and the third."""
FINAL = (0, 0, 2, 2, 2, 4)
"""Up to which epoch nothing can be undone, when so many of these have come."""


def _acknowledgements(acknowledged: Iterable[tuple[int, Sequence[str]]]) -> list[Acknowledgement]:
    return [
        pen(name, FOUNDING.id).acknowledge(EPOCHS[number])
        for number, names in acknowledged
        for name in names
    ]


CHAINS = [
    fold(FOUNDING, [*HISTORY, *_acknowledgements(ACKNOWLEDGED[:n])]) for n in range(len(FINAL))
]
LAST = len(FINAL) - 1


# --- what may be said -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """`epoch`: its number, 9: one that nobody knows. `names`: records."""

    signer: str
    epoch: int
    names: tuple[str, ...]

    def make(self) -> Erase:
        epoch = EPOCHS[self.epoch] if self.epoch < len(EPOCHS) else EpochId(bytes(32))
        headers = [HEADERS[name] for name in self.names]
        return pen(self.signer, FOUNDING.id).erase(epoch, headers, "on_request", "本人申请")


ORDERS = (
    Order(A, 0, ("a0", "b0", "a2")),
    Order(A, 1, ("a0", "c0", "d1")),
    Order(B, 2, ("a0", "a2", "odd")),
    Order(B, 2, ("odd", "a4")),
    Order(D, 3, ("c0", "b0", "a4")),
    Order(A, 4, ("b0", "a4")),
    Order(SECOND, 0, ("a0", "d1")),
    Order(C, 3, ("a0",)),
    Order(ODD, 1, ("a0", "odd")),
    Order(A, 9, ("a0",)),
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
sets = st.integers(0, 32).flatmap(
    lambda least: st.lists(st.sampled_from(EVERYTHING), unique=True, min_size=least, max_size=40)
)
"""Mostly some order with most of what is said about it."""
about_one = st.sampled_from(range(len(ORDERS))).flatmap(
    lambda n: st.lists(st.sampled_from([s for s in EVERYTHING if s[1] == n]), unique=True)
)


# --- what is to come out ------------------------------------------------------------------------------


def _approved(said: Sequence[Said], number: int) -> set[str]:
    by = {who for what, n, who in said if n == number and what in ("order", "approve")}
    return {WHOSE[who] for who in by if who in WHOSE} & MEMBERS[ORDERS[number].epoch]


def _reached(said: Sequence[Said], final: int) -> set[RecordId]:
    found: set[RecordId] = set()
    for what, number, _ in said:
        order = ORDERS[number]
        if what != "order" or order.epoch > final:
            continue
        approved = _approved(said, number)
        for name in order.names:
            device, epoch = BEGUN[name]
            if device not in WHOSE or epoch > order.epoch:
                continue
            home = WHOSE[device]
            agreed = home in approved or home not in MEMBERS[order.epoch]
            if agreed and len(approved) >= NEEDED[order.epoch]:
                found.add(RECORDS[name].record)
    return found


def _found(said: Sequence[Said], chain: Chain = CHAINS[-1]) -> Erasures:
    return erasure.erasures_of(chain, [STATEMENTS[one] for one in said])


def _checks(said: Sequence[Said], shuffled: Sequence[Said], more: Sequence[Said], at: int) -> None:
    """`at`: how many acknowledgements have come."""
    found = _found(said, CHAINS[at])
    assert found.reached == _reached(said, FINAL[at])
    other = _found([*shuffled, *shuffled[::2]], CHAINS[at])
    assert other.orders == found.orders
    assert list(other.orders) == list(found.orders)
    assert other.reached == found.reached
    for chain in CHAINS[at:]:
        assert found.reached <= _found([*more, *said], chain).reached
    for what, number, who in said:
        standing = found.orders.get(MADE[number].id)
        if what == "receipt" and standing is not None:
            assert (DeviceId(identity(who).device.id) in standing.done) == (who in WHOSE)
        if what == "order":
            assert (standing is not None) == (ORDERS[number].epoch <= FINAL[at])


@given(said=sets | about_one, more=sets, at=st.integers(0, LAST), data=st.data())
@settings(deadline=None, max_examples=200)
def test_equal_sets_erase_the_same_and_more_never_less(
    said: list[Said], more: list[Said], at: int, data: st.DataObject
) -> None:
    _checks(said, data.draw(st.permutations(said)), more, at)


# --- stories --------------------------------------------------------------------------------------


def _erases(*said: Said, name: str = "a0", chain: Chain = CHAINS[-1]) -> bool:
    return RECORDS[name].record in _found(said, chain).reached


def test_the_history_is_as_it_is_told() -> None:
    for chain, final in zip(CHAINS, FINAL, strict=True):
        assert [step.epoch.townships() for step in chain.steps] == [
            {town(name) for name in members} for members in MEMBERS
        ]
        assert [e.number for e in erasure.final_epochs(chain)] == list(range(final + 1))
    devices = CHAINS[-1].devices
    assert {devices[identity(n).device.id].township for n in (A, SECOND)} == {town(A)}
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
    for name in ("a0", "a2"):
        assert not _erases(*others, name=name)
        assert _erases(*others, ("approve", 2, SECOND), name=name)
    left: tuple[Said, ...] = (("order", 4, D), ("approve", 4, A), ("approve", 4, B))
    assert _erases(*left, name="c0")
    assert not _erases(*left[:2], name="c0")


def test_what_a_device_began_that_nobody_knows_is_not_reached() -> None:
    """Whose it is nobody can tell: neither theirs who order it, nor nobody's."""
    every: tuple[Said, ...] = tuple(s for s in EVERYTHING if s[0] != "receipt")
    assert _erases(*every)
    assert not _erases(*every, name="odd")
    named = _found(every).orders[MADE[2].id]
    assert named.in_force
    assert not named.reaches(RECORDS["odd"])
    assert RECORDS["odd"].record not in named.homes


def test_whose_a_record_is_said_to_be_makes_it_another_record() -> None:
    """Two who have no say order what 甲乡 began, by a header that says that one of them did."""
    true = RECORDS["a0"]
    forged = true.raw.replace(true.device, identity(B).device.id)
    assert beginning_of(forged, FOUNDING.id).device == identity(B).device.id
    order = pen(B, FOUNDING.id).erase(EPOCHS[1], [forged], "on_request", "")
    approvals = [pen(name, FOUNDING.id).approve(order.id) for name in (C, D)]
    found = erasure.erasures_of(CHAINS[-1], [order, *approvals])
    assert found.reached == {beginning_of(forged, FOUNDING.id).record}
    assert true.record not in found.reached
    assert not found.orders[order.id].reaches(true)


def test_of_few_members_all_are_enough() -> None:
    order: tuple[Said, ...] = (("order", 5, A), ("approve", 5, B))
    assert not _erases(*order, name="b0")
    assert _erases(*order, ("approve", 5, D), name="b0")


def test_who_was_no_member_yet_is_not_erased_without_its_word() -> None:
    """丁镇 is a member; of what it began since, 甲乡 and 乙镇 say that in the founding there was no 丁镇."""
    order = pen(A, FOUNDING.id).erase(EPOCHS[0], [HEADERS["d1"]], "on_request", "")
    approval = pen(B, FOUNDING.id).approve(order.id)
    found = erasure.erasures_of(CHAINS[-1], [order, approval])
    assert found.orders[order.id].in_force
    assert found.orders[order.id].agrees(town(D)), "in that epoch nobody asks it"
    assert not found.reached, "and it reaches nothing that was begun in a later one"


def test_of_an_epoch_that_may_be_undone_nothing_is_ordered_yet() -> None:
    order: tuple[Said, ...] = (("order", 5, A), ("approve", 5, B), ("approve", 5, D))
    for chain, final in zip(CHAINS, FINAL, strict=True):
        assert _erases(*order, name="b0", chain=chain) == (final == 4)
        assert (MADE[5].id in _found(order, chain).orders) == (final == 4)


FOUR = founded(4)


def _rivals() -> tuple[list[Statement], list[Statement], EpochId]:
    """Two epochs after a founding, each with votes enough, as 丙乡 and 丁镇 voted for both."""
    chain, said = fold(FOUR, []), list[list[Statement]]()
    ids: list[EpochId] = []
    for first, days in ((A, 100), (B, 200)):
        proposal = pen(first, FOUR.id).propose(chain.epoch.ruling(Rules(1, 1, days)))
        said.append([proposal, *(voted_for(FOUR, n, chain, proposal) for n in (first, C, D))])
        ids.append(proposal.epoch.id)
    return said[0], said[1], ids[0]


def test_what_is_ordered_in_an_epoch_that_is_undone_never_was() -> None:
    one, other, epoch = _rivals()
    raw = begun(FOUR.id, identity(A).device.id, "a0")
    order = pen(A, FOUR.id).erase(epoch, [raw], "on_request", "")
    said: list[Statement] = [order, pen(B, FOUR.id).approve(order.id)]
    alone = fold(FOUR, one)
    assert alone.epoch.id == epoch
    assert not erasure.erasures_of(alone, said).orders, "it may be undone"
    undone = fold(FOUR, [*one, *other])
    assert undone.number == 0, "and it was"
    assert not erasure.erasures_of(undone, said).orders
    known: list[Statement] = [pen(n, FOUR.id).acknowledge(epoch) for n in (A, B, C, D)]
    for chain in (fold(FOUR, [*one, *known]), fold(FOUR, [*one, *other, *known])):
        assert chain.epoch.id == epoch
        assert erasure.erasures_of(chain, said).reached == {beginning_of(raw, FOUR.id).record}
