"""What a member may try on a sealed record whose keys it has, had, or never had: none of it is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crdt.deeds import Say, Wrap
from crdt.entry import Content, Entry, EntryId, Header, RecordId
from crdt.errors import MalformedEntry
from crdt.kinds import kind_named
from crdt.operations import Create, Set
from crdt.pen import Pen
from crdt.verdicts import EntryState
from keys.identity import DeviceId
from keys.seal import NONCE_BYTES, KeyId, SealingKey
from node.sealerrors import NotGranted
from node.seals import UNGRANTED
from node.writing import Opening
from tests.node.test_erasing import _meet, _order, _papers, _payloads
from tests.node.test_sealed import NAME, _party
from tests.support.forging import (
    beginning,
    begun_by,
    detached,
    forge,
    invented,
    me,
    says,
    state,
    wrap_of,
)
from tests.support.people import identity, seed
from tests.support.townships import POST, Town, agree, exchange, found, together
from tests.support.two_keys import ambiguous


def _key(town: Town, record: RecordId) -> SealingKey:
    """The newest key of a record that a town holds."""
    held = town.service.seals.keys(town.ledger, record)
    keys = town.service.seals.sealing(town.ledger, record).keys
    return held[max(held, key=lambda k: keys[k].rank)]


def _heads(town: Town, record: RecordId) -> tuple[EntryId, ...]:
    return town.service.records.get(town.ledger, record).heads()


def _entry(town: Town, entry: bytes) -> Entry:
    found_ = town.service.ground.log.entry(EntryId(entry))
    assert found_ is not None
    return found_


def _lifted(payload: bytes | None) -> Callable[[Header], bytes]:
    assert payload is not None
    said = payload
    return lambda _header: said


# --- two keys for one ciphertext ----------------------------------------------------------------------


def test_a_key_under_another_keys_name_is_no_key() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    one, other = invented("one"), invented("other")
    a.service.writing.say(a.ledger, [wrap_of(a, party, one, a, b)], record=party)
    a.service.writing.say(a.ledger, [wrap_of(a, party, other, c, named=one.id)], record=party)
    exchange(a, b, c)
    assert _holds(b, party, one.id)
    assert not _holds(c, party, one.id)
    agree(a, b, c)


def _holds(town: Town, record: RecordId, key: KeyId) -> bool:
    return key in town.service.seals.keys(town.ledger, record)


def test_one_ciphertext_for_two_keys_says_nothing_to_anybody() -> None:
    """AES-GCM opens it under both; whoever was given the second under the first's name has no key at all."""
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    one, other = invented("one"), invented("other")
    opened: list[bytes] = []

    def payload(header: Header) -> bytes:
        made = ambiguous(
            one.secret, other.secret, seed("nonce", size=NONCE_BYTES), header.context(), b"x" * 16
        )
        opened.extend(key.open(made, header.context()) for key in (one, other))
        return made

    a.service.writing.say(a.ledger, [wrap_of(a, party, one, a, b)], record=party)
    a.service.writing.say(a.ledger, [wrap_of(a, party, other, c, named=one.id)], record=party)
    said = forge(a, party, one, payload, parents=_heads(a, party))
    exchange(a, b, c)
    assert len(set(opened)) == 2, "the trick itself works"
    assert state(b, said) == (EntryState.VOID, "payload")
    assert state(c, said)[0] == EntryState.CLOSED
    assert [t.value(party, "name") for t in (a, b, c)] == [NAME] * 3
    assert all(t.problems() == [] for t in (a, b, c))


# --- lifted -------------------------------------------------------------------------------------------


def test_a_ciphertext_lifted_into_another_entry_or_record_is_void() -> None:
    a, b, c = together(3)
    case = a.create()
    party, other = _party(a, case, b, c), _party(a, case, b, c)
    said = _entry(a, a.say(party, phone="13900000001"))
    key = _key(a, party)
    a.service.writing.say(a.ledger, [wrap_of(a, other, key, a, b, c)], record=other)
    exchange(a, b, c)
    again = forge(b, party, key.id, _lifted(said.payload), parents=_heads(b, party))
    moved = forge(b, other, key.id, _lifted(said.payload), parents=_heads(b, other))
    exchange(a, b, c)
    for town in (a, b, c):
        assert state(town, again) == state(town, moved) == (EntryState.VOID, "payload")
        assert town.value(party, "phone") == "13900000001"
        assert town.value(other, "phone") != "13900000001"
    agree(a, b, c)


def test_a_wrap_lifted_from_another_record_or_device_gives_no_key() -> None:
    a, b, c = together(3)
    case = a.create()
    party, other = _party(a, case, b), _party(a, case, b, c)
    exchange(a, b, c)
    key = _key(a, party)
    [(to, wrapped)] = wrap_of(a, party, key, b).wraps
    a.service.writing.say(a.ledger, [Wrap(key.id, ((to, wrapped),))], record=other)
    own = invented("own")
    [(_, for_b)] = wrap_of(a, other, own, b).wraps
    theirs = ((DeviceId(c.service.device), for_b),)
    a.service.writing.say(a.ledger, [Wrap(own.id, theirs)], record=other)
    exchange(a, b, c)
    assert _holds(b, party, key.id)
    assert not _holds(b, other, key.id)
    assert not _holds(c, other, own.id)
    agree(a, b, c)


def test_a_wrap_lifted_from_another_ledger_of_the_same_towns_gives_no_key() -> None:
    a, b = together(2)
    party = _party(a, a.create(), b)
    exchange(a, b)
    old, key = a.ledger, _key(a, party)
    wrap = wrap_of(a, party, key, b)
    found(a, b, name="另一个联合体")
    ours, theirs = (next(k for k in t.service.ledgers.active() if k.id != old.id) for t in (a, b))
    typed = {"alias": "甲方1", "role": "applicant", "name": NAME}
    mine = a.service.create(ours, "party", typed, POST, opening=Opening())
    a.service.writing.say(ours, [wrap], record=mine)
    exchange(a, b)
    assert key.id in a.service.seals.sealing(ours, mine).keys, "it was said"
    assert b.service.seals.keys(theirs, mine) == {}
    assert key.id in b.service.seals.keys(b.service.ledgers.choose(old.hex), party), (
        "where it belongs it opens"
    )


# --- a grant that was withdrawn, used again -----------------------------------------------------------


def test_who_was_withdrawn_is_not_read_under_the_old_key() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    exchange(a, b, c)
    old = _key(b, party)
    a.service.granting.withdraw(a.ledger, party, me(b), "退出")
    exchange(a, b, c)
    with pytest.raises(NotGranted):
        b.say(party, phone="1")
    said = forge(b, party, old, says(Set("phone", "13900000002")), parents=_heads(b, party))
    exchange(a, b, c)
    for town in (a, c):
        assert state(town, said)[0] == EntryState.QUARANTINED
        assert town.value(party, "phone") == "13800000000"
    after = _entry(c, c.say(party, address="新地址"))
    assert after.header.key_id != old.id
    exchange(a, b, c)
    assert a.value(party, "address") == "新地址"
    assert not _holds(b, party, after.header.key_id)
    agree(a, b, c)


def test_a_key_that_who_was_withdrawn_makes_for_the_others_is_not_written_under() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    exchange(a, b, c)
    a.service.granting.withdraw(a.ledger, party, me(b), "退出")
    exchange(a, b, c)
    new = invented("for the others")
    b.service.writing.say(b.ledger, [wrap_of(b, party, new, a, c)], record=party)
    said = forge(b, party, new, says(Set("phone", "13900000002")), parents=_heads(b, party))
    exchange(a, b, c)
    for town in (a, c):
        sealing = town.service.seals.sealing(town.ledger, party)
        assert sealing.keys[new.id].makers == {me(b)}, "it opens what others may say under it"
        ours = [d for t in (a, c) for d in town.ledger.members.devices_of(me(t))]
        assert sealing.to_write({new.id}, {me(a), me(c)}, set(ours)) is None
        assert state(town, said)[0] == EntryState.QUARANTINED
        written = _entry(town, town.say(party, address=f"{town.label}地址"))
        assert written.header.key_id != new.id
        assert not _holds(b, party, written.header.key_id)
        exchange(a, b, c)
    assert a.value(party, "address") == "c地址"
    agree(a, b, c)


# --- the wrong layer ----------------------------------------------------------------------------------


def _creation(town: Town, kind: str, typed: dict[str, str]) -> Content:
    made = town.service._reader(town.ledger).creation(kind_named(kind), typed)
    return says(Create(kind), *made)


def test_what_is_sealed_is_not_read_under_the_ledger_key() -> None:
    a, b, c = together(3)
    typed = {"alias": "甲方1", "role": "applicant", "name": "李四"}
    said = forge(b, None, b.ledger.key, _creation(b, "party", typed))
    exchange(a, b, c)
    for town in (a, b, c):
        assert state(town, said) == (EntryState.VOID, "layer")
    agree(a, b, c)


def test_what_is_open_is_not_read_under_a_key_of_its_own() -> None:
    a, b, c = together(3)
    key = invented("secret case")
    typed = {"category": "forest_land", "village": "示范一村"}
    said = forge(a, None, key, _creation(a, "case", typed))
    assert said.record is not None
    wrap = wrap_of(a, said.record, key, a, b)
    a.service.writing.say(a.ledger, [wrap], record=said.record)
    exchange(a, b, c)
    for town in (a, b):
        assert state(town, said) == (EntryState.VOID, "layer")
    assert state(c, said)[0] in (EntryState.CLOSED, EntryState.WAITING)
    agree(a, b, c)


@pytest.mark.parametrize("ledger_key", (True, False))
def test_who_was_never_granted_says_nothing_in_a_sealed_record(ledger_key: bool) -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b, c)
    key = c.ledger.key if ledger_key else invented("strange")
    wrap = wrap_of(c, party, key, a, b, c)
    c.service.writing.say(c.ledger, [wrap], record=party)
    said = forge(c, party, key, says(Set("phone", "13900000002")), parents=_heads(a, party))
    exchange(a, b, c)
    for town in (a, b):
        assert town.value(party, "phone") == "13800000000"
        assert not _holds(town, party, key.id)
        layer, grant = (EntryState.VOID, "layer"), (EntryState.WAITING, UNGRANTED)
        assert state(town, said) == (layer if ledger_key else grant)
        town.say(party, address=f"{town.label}地址")
        exchange(a, b, c)
    with pytest.raises(NotGranted):
        c.service.record(c.ledger, party)
    agree(a, b, c)


# --- without a payload --------------------------------------------------------------------------------


def test_a_header_alone_is_refused_unless_an_order_in_force_names_its_record() -> None:
    a, b, c = together(3)
    case = a.create()
    party, other = _party(a, case, b), _party(a, case, b)
    _meet(a, b)

    def of(record: RecordId) -> Callable[[Entry], bool]:
        return lambda entry: entry.subject == record

    for record in (party, case):
        assert _refuses(c, detached(a, c, of(record)))
    order = _order(a, party)
    _papers(a, b, c)
    assert _refuses(c, detached(a, c, of(party))), "it is not in force"
    b.service.erasing.approve(b.ledger, order)
    _papers(a, b, c)
    assert _refuses(c, detached(a, c, of(other))), "it names another"
    assert c.service.ground.db.one("SELECT 1 FROM entries WHERE record=?", other) is None
    _meet(a, b, c)
    assert _payloads(c, party) == 0 < _payloads(c, other)
    agree(a, b, c)


def _refuses(town: Town, bodies: list[bytes]) -> bool:
    try:
        for body in bodies:
            town.service.ingest.take(town.ledger, body)
    except MalformedEntry:
        return True
    return False


def test_an_order_of_strangers_or_without_the_home_erases_nothing() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    ledger, epoch = b.ledger, b.ledger.chain.epoch.id
    strange = [Pen(ledger.id, identity(n).device.sign) for n in ("d", "e")]
    theirs = strange[0].erase(epoch, [beginning(a, party)], "on_request", "")
    b.service.writing.say(ledger, [Say(theirs), Say(strange[1].approve(theirs.id))])
    ours = [Pen(ledger.id, t.service.ground.identity.device.sign) for t in (b, c)]
    forged = begun_by(b, beginning(a, party))
    wrong = ours[0].erase(epoch, [forged], "on_request", "")
    right = ours[0].erase(epoch, [beginning(a, party)], "on_request", "")
    for order in (wrong, right):
        b.service.writing.say(ledger, [Say(order), Say(ours[1].approve(order.id))])
    _meet(a, b, c)
    for town in (a, b, c):
        assert _payloads(town, party) > 0
        orders = town.ledger.erasures.orders
        assert orders.keys() == {wrong.id, right.id}
        assert all(standing.in_force for standing in orders.values())
        assert town.ledger.erasures.reached == {wrong.records[0].record}, (
            "of which there is nothing"
        )
    assert a.value(party, "name") == b.value(party, "name") == NAME
    agree(a, b, c)
