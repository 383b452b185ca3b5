"""Words about what is sealed and erased: what is made is read back, and nothing else is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import deeds
from crdt.deeds import About, Deed, Looked, Share, Withdraw, Wrap
from crdt.entry import RECORD_BYTES, EntryId, EntryType, Incarnation, LedgerId, RecordId
from crdt.epoch import ERASURE_APPROVALS, EpochId, Rules
from crdt.errors import MalformedEntry
from crdt.pen import Pen
from crdt.statements import (
    PURPOSE,
    Approve,
    Beginning,
    Erase,
    Fence,
    Receipt,
    StatementId,
    beginning_of,
    parse,
)
from keys import canonical, cose
from keys.canonical import Plain
from keys.errors import BadSignature, MulinError
from keys.identity import DeviceId, TownshipId
from keys.limits import (
    DEVICES_PER_LEDGER,
    FENCES_PER_VOTE,
    HEADER_BYTES,
    INT_MAX,
    MEMBERS_PER_LEDGER,
    PAYLOAD_BYTES,
    POST_CODE_POINTS,
    REASON_CODE_POINTS,
    RECORDS_PER_ERASURE,
)
from keys.seal import KeyId
from tests.support.beginnings import begun, header
from tests.support.people import identity, seed

LEDGER = LedgerId(seed("ledger"))
KEY = identity("a").device.sign
ID, SHORT = seed("id"), seed("short", size=16)
DEVICE = identity("a").device.id
NUMBER = b"\x18\x64"
"""How the size of the payload, 100, is written."""
NUMBERS = {Erase: 9, Approve: 10, Receipt: 11}


# --- statements ---------------------------------------------------------------------------------------


def _signed(number: int, *rest: Plain, signer: bytes = KEY.public) -> bytes:
    body = canonical.encode([1, number, LEDGER, signer, *rest])
    return cose.sign(KEY, body, PURPOSE).raw


def _record(raw: bytes) -> RecordId:
    return RecordId(hashlib.sha256(raw).digest()[:RECORD_BYTES])


def _sorted(headers: Iterable[bytes]) -> list[bytes]:
    return sorted(headers, key=_record)


def _many(count: int) -> list[bytes]:
    """Each as long as a header that begins a record can be."""
    sizes = replace(
        header(LEDGER, DEVICE, "long"),
        seq=INT_MAX,
        epoch=INT_MAX,
        claimed_ms=INT_MAX,
        payload_size=PAYLOAD_BYTES,
    )
    headers = (replace(sizes, prev=EntryId(seed("before", n))) for n in range(count))
    return _sorted(h.encode() for h in headers)


def test_orders_approvals_and_receipts_are_read_back() -> None:
    pen = Pen(LEDGER, KEY)
    named = [begun(LEDGER, DEVICE, n, epoch=n) for n in range(3)]
    order = pen.erase(EpochId(ID), [*named, *named], "on_request", "本人申请")
    assert [b.raw for b in order.records] == _sorted(named), "in one order, each of them once"
    assert [b.record for b in order.records] == sorted(_record(raw) for raw in named)
    assert {(b.device, b.epoch) for b in order.records} == {(DEVICE, n) for n in range(3)}
    said = (order, pen.approve(order.id), pen.receipt(order.id))
    for one in said:
        assert parse(one.raw) == one
        assert parse(one.raw, one.NUMBER) == one
        assert (one.ledger, one.signer) == (LEDGER, KEY.public)
        assert one.raw == _signed(NUMBERS[type(one)], *_rest(one))
        for other in NUMBERS.values():
            if other != one.NUMBER:
                with pytest.raises(MalformedEntry):
                    parse(one.raw, other)
    assert len({one.id for one in said}) == 3


def _rest(one: Erase | Approve | Receipt) -> list[Plain]:
    if isinstance(one, Erase):
        return [one.epoch, [b.raw for b in one.records], one.ground, one.reason]
    return [one.order]


HEADER = header(LEDGER, DEVICE, "one")
ONE, TWO = _sorted([HEADER.encode(), begun(LEDGER, DEVICE, "two")])
EARLIER = EntryId(ID)
NO_BEGINNINGS: dict[str, Plain] = {
    "of another ledger": replace(HEADER, ledger=LedgerId(ID)).encode(),
    "of a later entry": replace(HEADER, record=RecordId(SHORT), parents=(EARLIER,)).encode(),
    "of a later entry that names no record": replace(HEADER, parents=(EARLIER,)).encode(),
    "of an entry about who reads": replace(
        HEADER, type=EntryType.LEDGER, record=RecordId(SHORT)
    ).encode(),
    "of an entry about the ledger": replace(HEADER, type=EntryType.LEDGER).encode(),
    "of an opening": replace(HEADER, type=EntryType.OPEN, seq=0, prev=None).encode(),
    "of a type that nobody knows": replace(HEADER, type=7).encode(),
    "without a device": replace(HEADER, device=DeviceId(b"")).encode(),
    "of a negative epoch": replace(HEADER, epoch=-1).encode(),
    "in another form": HEADER.encode().replace(NUMBER, b"\x1a" + bytes(2) + NUMBER[1:]),
    "without its end": HEADER.encode()[:-1],
    "with something more": HEADER.encode() + b"\0",
    "with a field more": canonical.encode(
        [*canonical.decode_list(HEADER.encode(), HEADER_BYTES), None]
    ),
    "as fields": canonical.decode_list(HEADER.encode(), HEADER_BYTES),
    "of nothing": b"",
    "that is an id": ID,
    "that is a record": SHORT,
    "that is text": ID.hex(),
    "that is none": None,
    "with its home": [HEADER.encode(), ID],
    "as it was before": [SHORT, ID],
}
"""What stands in an order where the header belongs that began a record."""
BAD_ORDERS: dict[str, list[Plain]] = {
    "none": [ID, [], "g", ""],
    "too many": [ID, [*_many(RECORDS_PER_ERASURE + 1)], "g", ""],
    "out of order": [ID, [TWO, ONE], "g", ""],
    "twice": [ID, [ONE, ONE], "g", ""],
    "a short epoch": [ID[:-1], [ONE], "g", ""],
    "an epoch that is text": ["epoch", [ONE], "g", ""],
    "a long ground": [ID, [ONE], "g" * (POST_CODE_POINTS + 1), ""],
    "a long reason": [ID, [ONE], "g", "理" * (REASON_CODE_POINTS + 1)],
    "a ground of bytes": [ID, [ONE], b"g", ""],
    "no reason": [ID, [ONE], "g"],
    "something more": [ID, [ONE], "g", "", None],
    **{f"a header {name}": [ID, [raw], "g", ""] for name, raw in NO_BEGINNINGS.items()},
    "one header and none": [ID, [ONE, None], "g", ""],
}


@pytest.mark.parametrize("name", BAD_ORDERS)
def test_a_malformed_order_is_refused(name: str) -> None:
    with pytest.raises(MulinError):
        parse(_signed(9, *BAD_ORDERS[name]))


@pytest.mark.parametrize("name", NO_BEGINNINGS)
def test_no_pen_orders_by_what_began_nothing(name: str) -> None:
    raw = NO_BEGINNINGS[name]
    if isinstance(raw, bytes):
        with pytest.raises(MulinError):
            Pen(LEDGER, KEY).erase(EpochId(ID), [raw], "g", "")
        with pytest.raises(MulinError):
            beginning_of(raw, LEDGER)


def test_a_header_names_its_record_and_nobody_names_it_otherwise() -> None:
    """Another device or epoch in it: another record."""
    found = beginning_of(ONE, LEDGER)
    assert found == Beginning(_record(ONE), DEVICE, 0, ONE)
    others = (
        replace(HEADER, device=DeviceId(ID)),
        replace(HEADER, epoch=1),
        replace(HEADER, seq=2),
    )
    records = {beginning_of(h.encode(), LEDGER).record for h in (HEADER, *others)}
    assert len(records) == 4
    assert {_record(h.encode()) for h in (HEADER, *others)} == records


def test_the_largest_order_that_may_be_is_read() -> None:
    many: list[Plain] = [*_many(RECORDS_PER_ERASURE)]
    longest = ("g" * POST_CODE_POINTS, "理" * REASON_CODE_POINTS)
    order = parse(_signed(9, ID, many, *longest))
    assert isinstance(order, Erase)
    assert len(order.records) == RECORDS_PER_ERASURE


@pytest.mark.parametrize("number", (10, 11))
def test_a_malformed_approval_or_receipt_is_refused(number: int) -> None:
    bad: tuple[list[Plain], ...] = ([], [ID[:-1]], [ID + b"\0"], [ID, ID], [None], [ID.hex()], [1])
    for rest in bad:
        with pytest.raises(MulinError):
            parse(_signed(number, *rest))


@pytest.mark.parametrize("number", (9, 10, 11))
def test_nobody_signs_for_another(number: int) -> None:
    rest: list[Plain] = [ID] if number != 9 else [ID, [ONE], "g", ""]
    parse(_signed(number, *rest))
    with pytest.raises(BadSignature):
        parse(_signed(number, *rest, signer=identity("b").device.id))
    raw = bytearray(_signed(number, *rest))
    raw[-1] ^= 1
    with pytest.raises(MulinError):
        parse(bytes(raw))


# --- deeds ----------------------------------------------------------------------------------------

ids = st.integers(0, 3).map(lambda n: seed("any id", n))
records = st.integers(0, 3).map(lambda n: RecordId(seed("any record", n, size=16)))
words = st.text(max_size=POST_CODE_POINTS)
fences = st.builds(
    Fence,
    ids.map(DeviceId),
    st.just(Incarnation(bytes(16))),
    st.integers(0, INT_MAX),
    ids.map(EntryId),
)
some: st.SearchStrategy[Deed] = st.one_of(
    st.builds(About, records),
    st.builds(Share, ids.map(TownshipId), words, words, words, st.none() | records),
    st.builds(Withdraw, ids.map(TownshipId), st.lists(fences, max_size=3).map(tuple)),
    st.builds(
        Wrap,
        ids.map(KeyId),
        st.lists(st.tuples(ids.map(DeviceId), st.binary(max_size=256)), max_size=3).map(tuple),
        st.booleans(),
    ),
    st.builds(Looked, st.integers(0, INT_MAX), ids),
)


@settings(deadline=None)
@given(said=st.lists(some, max_size=4))
def test_deeds_are_read_back(said: list[Deed]) -> None:
    raw = canonical.encode(deeds.to_plain(said))
    assert deeds.read(canonical.decode_list(raw, len(raw))) == said


FENCE: Plain = [ID, SHORT, 1, ID]
BAD_DEEDS: tuple[list[Plain], ...] = (
    [8],
    [8, ID],
    [8, None],
    [8, SHORT, SHORT],
    [9, ID, "for", "post", ""],
    [9, SHORT, "for", "post", "", None],
    [9, ID, "f" * (POST_CODE_POINTS + 1), "", "", None],
    [9, ID, "", "p" * (POST_CODE_POINTS + 1), "", None],
    [9, ID, "", "", "u" * (POST_CODE_POINTS + 1), None],
    [9, ID, "", "", "", ID],
    [9, ID, "", "", None, None],
    [10, ID],
    [10, SHORT, []],
    [10, ID, [FENCE] * (FENCES_PER_VOTE + 1)],
    [10, ID, [[ID, ID, 1, ID]]],
    [10, ID, [[ID, SHORT, -1, ID]]],
    [10, ID, [[ID, SHORT, True, ID]]],
    [10, ID, [ID]],
    [11, ID, []],
    [11, SHORT, [], False],
    [11, ID, [], 0],
    [11, ID, [[ID, b"w" * 257]], False],
    [11, ID, [[SHORT, b"w"]], False],
    [11, ID, [[ID, b"w"]] * (DEVICES_PER_LEDGER + 1), False],
    [11, ID, [], False, None],
)


@pytest.mark.parametrize("plain", BAD_DEEDS, ids=str)
def test_a_malformed_deed_voids_all_of_its_entry(plain: list[Plain]) -> None:
    with pytest.raises(MulinError):
        deeds.read([[8, SHORT], plain])


def test_what_a_newer_version_says_of_views_is_left_to_it() -> None:
    newer: tuple[list[Plain], ...] = (
        [12, -1, ID],
        [12, True, ID],
        [12, 1, SHORT],
        [12, 1],
        [13, "?"],
    )
    for plain in newer:
        assert deeds.read([[8, SHORT], plain]) == [About(RecordId(SHORT))]


# --- rules ----------------------------------------------------------------------------------------


def test_rules_have_one_form_each() -> None:
    for erasure in range(1, MEMBERS_PER_LEDGER + 1):
        rules = Rules(1, 1, 365, erasure)
        assert Rules.read(rules.plain()) == rules
        assert len(rules.plain()) == (3 if erasure == ERASURE_APPROVALS else 4)
    assert Rules.read([1, 1, 0]).erasure == ERASURE_APPROVALS


@pytest.mark.parametrize(
    "plain",
    (
        [1, 1, 0, ERASURE_APPROVALS],
        [1, 1, 0, 0],
        [1, 1, 0, -1],
        [1, 1, 0, True],
        [1, 1, 0, None],
        [1, 1, 0, MEMBERS_PER_LEDGER + 1],
        [1, 1, 0, 3, 3],
        [1, 1],
        [2, 1, 0, 3],
        [1, 0, 0, 3],
    ),
    ids=str,
)
def test_other_rules_are_refused(plain: Plain) -> None:
    with pytest.raises(MalformedEntry):
        Rules.read(plain)


def test_an_id_of_an_order_is_no_other_id() -> None:
    order = Pen(LEDGER, KEY).approve(StatementId(ID))
    assert order.id != Pen(LEDGER, KEY).receipt(StatementId(ID)).id
