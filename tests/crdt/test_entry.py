"""Entries: one header, one id; a payload that opens in one place under one key only."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.entry import (
    Content,
    Entry,
    EntryId,
    EntryType,
    Header,
    Incarnation,
    LedgerId,
    RecordId,
    actor_of,
    assemble,
    build,
    open_payload,
    parse_header,
)
from crdt.errors import MalformedEntry
from keys.errors import CannotOpen, MulinError, NotCanonical
from keys.identity import DeviceId
from keys.limits import HEADER_BYTES, PARENTS_PER_ENTRY, PAYLOAD_BYTES
from keys.seal import SealingKey
from tests.support import cbor
from tests.support.damage import damaged
from tests.support.people import seed
from tests.support.two_keys import ambiguous

KEY = SealingKey(seed("key"))
NONCE = seed("nonce", size=12)
CONTENT = Content(1, "司法所", "核对", bytes(32), [["set", "village", "示范一村", []]])


def header(**changed: object) -> Header:
    """A sound header of the second entry of a log, with some fields replaced."""
    fields: dict[str, object] = {
        "ledger": LedgerId(seed("ledger")),
        "device": DeviceId(seed("device")),
        "incarnation": Incarnation(seed("incarnation", size=16)),
        "seq": 1,
        "prev": EntryId(seed("prev")),
        "epoch": 0,
        "claimed_ms": 1_700_000_000_000,
        "type": EntryType.RECORD,
        "record": RecordId(seed("record", size=16)),
        "parents": (EntryId(seed("parent")),),
        "key_id": KEY.id,
        "payload_size": 100,
        "payload_hash": bytes(32),
    }
    return Header(**(fields | changed))  # type: ignore[arg-type]


ids = st.binary(min_size=32, max_size=32)
counts = st.integers(0, 2**63 - 1)
headers = st.builds(
    header,
    ledger=ids,
    device=ids,
    incarnation=st.binary(min_size=16, max_size=16),
    seq=st.integers(1, 2**63 - 1),
    prev=ids,
    epoch=counts,
    claimed_ms=counts,
    parents=st.lists(ids, min_size=1, max_size=5, unique=True).map(lambda p: tuple(sorted(p))),
    payload_size=st.integers(29, PAYLOAD_BYTES),
    payload_hash=ids,
)


@given(headers)
def test_a_header_round_trips_and_its_id_is_the_hash_of_its_bytes(made: Header) -> None:
    entry = assemble(made, None)
    assert parse_header(entry.raw) == made
    assert entry.id == hashlib.sha256(entry.raw).digest()
    assert len(entry.raw) <= HEADER_BYTES
    assert made.encode().startswith(b"\x8e\x01")
    assert cbor.decode(made.context()) == cbor.decode(entry.raw)[:-2]  # type: ignore[index]


MISSHAPEN: dict[str, dict[str, object]] = {
    "a short ledger": {"ledger": b"x" * 31},
    "a long device": {"device": b"x" * 33},
    "a short incarnation": {"incarnation": b"x" * 15},
    "a short key id": {"key_id": b""},
    "a short payload hash": {"payload_hash": b"x"},
    "a short parent": {"parents": (b"x",)},
    "parents out of order": {"parents": (b"b" * 32, b"a" * 32)},
    "a parent twice": {"parents": (b"a" * 32, b"a" * 32)},
    "too many parents": {
        "parents": tuple(n.to_bytes(32, "big") for n in range(PARENTS_PER_ENTRY + 1))
    },
    "a short record": {"record": b"x" * 15},
    "a record without parents": {"parents": ()},
    "parents without a record": {"record": None},
    "a short prev": {"prev": b"x"},
    "no prev in the middle of a log": {"prev": None},
    "a prev at the beginning": {"seq": 0},
    "a log that begins with a record entry": {"seq": 0, "prev": None},
    "an opening in the middle": {"type": EntryType.OPEN, "record": None, "parents": ()},
    "an opening about a record": {"seq": 0, "prev": None, "type": EntryType.OPEN, "parents": ()},
    "an opening with two parents": {
        "seq": 0, "prev": None, "type": EntryType.OPEN, "record": None,
        "parents": (b"a" * 32, b"b" * 32),
    },
    "a negative place": {"seq": -1},
    "a negative epoch": {"epoch": -1},
    "a negative time": {"claimed_ms": -1},
    "a negative type": {"type": -1},
    "true as a number": {"seq": True},
    "true as an epoch": {"epoch": True},
    "an empty payload": {"payload_size": 28},
    "a payload too large": {"payload_size": PAYLOAD_BYTES + 1},
}  # fmt: skip


@pytest.mark.parametrize("changed", MISSHAPEN.values(), ids=MISSHAPEN.keys())
def test_a_misshapen_header_is_refused_by_its_reader_and_its_author(
    changed: dict[str, object],
) -> None:
    assemble(header(), None)  # the sound one
    with pytest.raises(MalformedEntry):
        assemble(header(**changed), None)
    with pytest.raises((MalformedEntry, NotCanonical)):
        parse_header(header(**changed).encode())


def test_openings_begin_a_log_and_may_cite_the_one_before() -> None:
    opening = {"seq": 0, "prev": None, "type": EntryType.OPEN, "record": None}
    for parents in ((), (EntryId(seed("last of the one before")),)):
        entry = assemble(header(**opening, parents=parents), None)
        assert parse_header(entry.raw).parents == parents
        assert entry.record is None


def test_a_type_of_the_future_is_carried() -> None:
    for kind in (2, 77, 2**63 - 1):
        entry = assemble(header(type=kind, record=None, parents=()), None)
        assert parse_header(entry.raw).type == kind
        assert entry.record is None


def test_a_creating_entry_gives_the_record_its_id() -> None:
    entry = assemble(header(record=None, parents=()), None)
    assert entry.record == entry.id[:16]
    assert assemble(header(), None).record == seed("record", size=16)


def test_no_second_spelling_of_a_header_is_read() -> None:
    """`true` for the format's 1 is canonical CBOR of another header, and would have another id."""
    raw = header().encode()
    fields = cbor.decode(raw)
    assert isinstance(fields, list)
    wrong: list[list[cbor.Value]] = [
        [True, *fields[1:]],
        [2, *fields[1:]],
        [*fields, None],
        fields[:-1],
        [*fields[:10], None, *fields[11:]],
        [*fields[:10], [None], *fields[11:]],
        [*fields[:4], True, *fields[5:]],
    ]
    for other in wrong:
        with pytest.raises((MalformedEntry, NotCanonical)):
            parse_header(cbor.encode(other))


@given(headers, st.data())
def test_a_damaged_header_is_another_header_or_none(made: Header, data: st.DataObject) -> None:
    raw = bytearray(made.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        other = parse_header(bytes(raw))
    except MulinError:
        return
    assert other != made
    assert assemble(other, None).raw == raw


# --- payloads -------------------------------------------------------------------------------------


def _entry(content: Content = CONTENT, **changed: object) -> Entry:
    return build(header(**changed), NONCE, content, KEY)


def test_what_was_sealed_opens_again() -> None:
    entry = _entry()
    assert open_payload(entry, KEY) == (CONTENT, NONCE)
    assert entry.payload is not None
    assert "示范一村".encode() not in entry.payload
    assert entry.header.payload_size == len(entry.payload)
    assert entry.size == len(entry.raw) + len(entry.payload)


def test_a_payload_lifted_into_another_entry_does_not_open() -> None:
    """The AAD is the header: whatever differs in it, the ciphertext is of another entry."""
    payload = _entry().payload
    assert payload is not None
    others: dict[str, object] = {
        "ledger": LedgerId(seed("another ledger")),
        "device": DeviceId(seed("another device")),
        "incarnation": Incarnation(seed("another", size=16)),
        "seq": 2,
        "prev": EntryId(seed("another prev")),
        "epoch": 1,
        "claimed_ms": 0,
        "record": RecordId(seed("another record", size=16)),
        "parents": (EntryId(seed("another parent")),),
    }
    for name, value in others.items():
        digest = hashlib.sha256(payload).digest()
        thief = header(**{name: value}, payload_size=len(payload), payload_hash=digest)
        with pytest.raises(CannotOpen):
            open_payload(assemble(thief, payload), KEY)


def test_a_ciphertext_for_two_keys_opens_under_the_one_that_the_header_names() -> None:
    """Two nodes with two keys of one ledger must never read two texts out of one signed entry."""
    other = SealingKey(seed("another key"))
    draft = header()
    sealed = ambiguous(KEY.secret, other.secret, NONCE, draft.context(), b"[1, '', '', ...]")
    KEY.open(sealed, draft.context())
    other.open(sealed, draft.context())
    digest = hashlib.sha256(sealed).digest()
    entry = assemble(
        dataclasses.replace(draft, payload_size=len(sealed), payload_hash=digest), sealed
    )
    with pytest.raises(CannotOpen):
        open_payload(entry, other)
    with pytest.raises(NotCanonical):  # the named key opens it, to something that is no content
        open_payload(entry, KEY)
    renamed = dataclasses.replace(
        draft, key_id=other.id, payload_size=len(sealed), payload_hash=digest
    )
    with pytest.raises(CannotOpen):
        open_payload(assemble(renamed, sealed), other)


def test_an_altered_payload_is_refused_before_it_is_opened() -> None:
    entry = _entry()
    assert entry.payload is not None
    for wrong in damaged(entry.payload):
        with pytest.raises(MalformedEntry):
            assemble(entry.header, wrong)


def test_a_detached_payload_leaves_the_entry_what_it_was() -> None:
    entry = _entry()
    bare = assemble(entry.header, None)
    assert (bare.id, bare.raw, bare.payload) == (entry.id, entry.raw, None)
    with pytest.raises(MalformedEntry):
        open_payload(bare, KEY)


def test_a_payload_that_is_no_content_is_refused() -> None:
    sound: list[cbor.Value] = [1, "司法所", "", bytes(32), []]
    wrong: list[cbor.Value] = [
        b"bytes",
        [],
        sound[:-1],
        [*sound, None],
        [True, *sound[1:]],
        ["1", *sound[1:]],
        [1, None, *sound[2:]],
        [1, "", "", "text", []],
        [1, "", "", bytes(32), None],
    ]
    plains = [cbor.encode(w) for w in wrong] + [b"", b"\xff", cbor.encode(sound) + b"\x00"]
    for plain in plains:
        sealed = KEY.seal(NONCE, plain + b"" * 3, header().context())
        fit = {"payload_size": len(sealed), "payload_hash": hashlib.sha256(sealed).digest()}
        if len(sealed) <= 28:
            continue
        with pytest.raises((MalformedEntry, NotCanonical)):
            open_payload(assemble(header(**fit), sealed), KEY)


@given(
    st.integers(-3, 2**40),
    st.sampled_from(["", "司法所", "a" * 24, "长" * 300]),
    st.sampled_from(["", "核对", "b" * 300]),
    st.binary(max_size=300),
)
def test_what_an_actor_is_made_of_is_cut_from_the_payload(
    schema: int, post: str, reason: str, change_hash: bytes
) -> None:
    said = Content(schema, post, reason, change_hash, CONTENT.operations)
    opened, nonce = open_payload(_entry(said), KEY)
    context = header().context()
    assert opened == said
    assert opened.said() == said.said()
    assert actor_of(context, nonce, opened) == actor_of(context, NONCE, said)
    for other in (
        dataclasses.replace(opened, post="镇政府"),
        dataclasses.replace(opened, operations=[]),
    ):
        assert other.said() != opened.said(), "a changed copy is read anew"
    assert dataclasses.replace(opened, change_hash=b"").said() == opened.said()


def test_a_payload_over_the_limit_is_refused_by_its_author() -> None:
    big = dataclasses.replace(CONTENT, operations=[["set", "village", "x" * PAYLOAD_BYTES, []]])
    with pytest.raises(MalformedEntry):
        _entry(big)


def test_an_actor_names_everything_but_the_change_hash() -> None:
    """Ids of items are made of it, so whoever changes a word makes other items, not the same ones."""
    context = header().context()
    actor = actor_of(context, NONCE, CONTENT)
    assert len(actor) == 16
    assert actor == actor_of(context, NONCE, dataclasses.replace(CONTENT, change_hash=b"x" * 32))
    others = (
        (header(seq=2).context(), NONCE, CONTENT),
        (context, seed("another nonce", size=12), CONTENT),
        (context, NONCE, dataclasses.replace(CONTENT, schema=2)),
        (context, NONCE, dataclasses.replace(CONTENT, post="镇政府")),
        (context, NONCE, dataclasses.replace(CONTENT, reason="")),
        (context, NONCE, dataclasses.replace(CONTENT, operations=[])),
    )
    assert len({actor, *(actor_of(*other) for other in others)}) == len(others) + 1
