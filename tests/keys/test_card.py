"""Cards: one fingerprint over the phone vouches for every key on them, so nothing on them may move."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import canonical, cose
from keys.canonical import Plain
from keys.card import CARD, DELEGATION, Card, Delegation
from keys.certificate import make_certificate
from keys.errors import BadCard, BadCode, BadName, BadSignature, MulinError, WeakKey
from keys.identity import SigningKey, TownshipId
from keys.seal import x25519_public
from tests.support.damage import damaged
from tests.support.people import card, device_keys, identity, signing_key

OURS = identity("麻塘乡")
THEIRS = identity("金子岩乡")
ADDRESS = "127.0.0.1:7711"


def _delegation() -> Delegation:
    return Delegation.make(OURS.township, OURS.device)


def _fields() -> list[Plain]:
    """What our card says, before it is signed."""
    return [1, OURS.township.public, "麻塘乡", "430527210", [_delegation().raw], [ADDRESS]]


def _signed(fields: list[Plain], key: SigningKey = OURS.township) -> bytes:
    return cose.sign(key, canonical.encode(fields), CARD).raw


def test_a_card_tells_what_was_put_on_it() -> None:
    made = card("麻塘乡")
    read = Card.parse(made.raw)
    assert read == made
    assert read.township == OURS.township.public
    assert (read.name, read.code, read.addresses) == ("麻塘乡", "430527210", (ADDRESS,))
    (delegation,) = read.delegations
    assert delegation.device == OURS.device.id
    assert delegation.certificate == make_certificate(OURS.device.tls)
    assert delegation.hpke_public == x25519_public(OURS.device.hpke)


def test_signing_tls_and_exchange_keys_are_three_keys() -> None:
    device = OURS.device
    assert len({device.sign.public, device.tls.public, x25519_public(device.hpke)}) == 3
    assert OURS.township.public not in (device.sign.public, device.tls.public)


def test_any_changed_byte_is_refused() -> None:
    for wrong in damaged(card("麻塘乡").raw):
        with pytest.raises(MulinError):
            Card.parse(wrong)


def test_any_changed_byte_of_a_delegation_is_refused() -> None:
    township = TownshipId(OURS.township.public)
    made = _delegation()
    assert Delegation.parse(made.raw, township) == made
    for wrong in damaged(made.raw):
        with pytest.raises(MulinError):
            Delegation.parse(wrong, township)


def test_a_delegation_serves_only_the_township_that_made_it() -> None:
    foreign = Delegation.make(THEIRS.township, OURS.device)
    with pytest.raises(BadSignature):
        Delegation.parse(foreign.raw, TownshipId(OURS.township.public))
    on_our_card = Card.make(OURS.township, "麻塘乡", "430527210", (foreign,), ())
    with pytest.raises(BadSignature):
        Card.parse(on_our_card.raw)


def test_a_township_cannot_sign_in_the_name_of_another() -> None:
    """Signed by us, but the township written inside is the neighbour."""
    body: list[Plain] = [1, THEIRS.township.public, OURS.device.id, b"", b""]
    raw = cose.sign(OURS.township, canonical.encode(body), DELEGATION).raw
    with pytest.raises(BadCard):
        Delegation.parse(raw, TownshipId(OURS.township.public))
    with pytest.raises(BadSignature):
        Card.parse(_signed([1, THEIRS.township.public, *_fields()[2:]]))


def _with(place: int, value: Plain) -> list[Plain]:
    fields = _fields()
    fields[place] = value
    return fields


MISSHAPEN: dict[str, Callable[[], list[Plain]]] = {
    "another version": lambda: _with(0, 2),
    "no name": lambda: _with(2, ""),
    "a name with blanks around": lambda: _with(2, " 麻塘乡 "),
    "a name that turns round": lambda: _with(2, "麻塘\u202e乡"),
    "a name too long": lambda: _with(2, "乡" * 61),
    "a name that is no text": lambda: _with(2, b"name"),
    "a code of eight digits": lambda: _with(3, "43052721"),
    "a code in full-width digits": lambda: _with(3, "４３０５２７２１０"),
    "no device": lambda: _with(4, []),
    "nine devices": lambda: _with(4, [_delegation().raw] * 9),
    "a delegation that is no bytes": lambda: _with(4, ["device"]),
    "five addresses": lambda: _with(5, [ADDRESS] * 5),
    "an address without a port": lambda: _with(5, ["127.0.0.1"]),
    "an impossible port": lambda: _with(5, ["127.0.0.1:65536"]),
    "an address with a blank": lambda: _with(5, ["a b:1"]),
    "an address that is no text": lambda: _with(5, [1]),
    "a field too many": lambda: [*_fields(), 0],
    "a field too few": lambda: _fields()[:-1],
}


@pytest.mark.parametrize("fields", MISSHAPEN.values(), ids=MISSHAPEN.keys())
def test_a_misshapen_card_is_refused_though_it_is_signed(fields: Callable[[], list[Plain]]) -> None:
    Card.parse(_signed(_fields()))  # the sound one, or the test would prove nothing
    with pytest.raises((BadCard, BadName, BadCode)):
        Card.parse(_signed(fields()))


def test_weak_keys_do_not_get_on_a_card() -> None:
    identity_point = b"\x01" + bytes(31)
    device, certificate = OURS.device, make_certificate(OURS.device.tls)
    exchange = x25519_public(device.hpke)
    bodies: tuple[list[Plain], ...] = (
        [1, OURS.township.public, identity_point, certificate, exchange],
        # Nobody could wrap a ledger key for it, and founding would end in a library's own error.
        [1, OURS.township.public, device.id, certificate, bytes(32)],
        [1, OURS.township.public, device.id, certificate, identity_point],
    )
    for body in bodies:
        raw = cose.sign(OURS.township, canonical.encode(body), DELEGATION).raw
        with pytest.raises(WeakKey):
            Delegation.parse(raw, TownshipId(OURS.township.public))
        with pytest.raises(WeakKey):
            Card.parse(_signed(_with(4, [raw])))
    with pytest.raises(WeakKey):
        Card.parse(_signed(_with(1, identity_point)))


def test_what_is_no_certificate_is_refused() -> None:
    exchange = x25519_public(OURS.device.hpke)
    for certificate in (b"", b"\x30\x00", b"x" * 300, make_certificate(OURS.device.tls)[:-1]):
        body: list[Plain] = [1, OURS.township.public, OURS.device.id, certificate, exchange]
        raw = cose.sign(OURS.township, canonical.encode(body), DELEGATION).raw
        with pytest.raises(BadCard):
            Delegation.parse(raw, TownshipId(OURS.township.public))


def test_a_clerk_cannot_make_a_misshapen_card() -> None:
    for name, code, address, fault in (
        ("", "430527210", ADDRESS, BadName),
        ("麻塘\x1b[2J乡", "430527210", ADDRESS, BadName),
        ("麻塘乡", "4305272", ADDRESS, BadCode),
        ("麻塘乡", "430527210", "example", BadCard),
    ):
        with pytest.raises(fault):
            Card.make(OURS.township, name, code, (_delegation(),), (address,))


def test_a_card_travels_as_one_line_of_text() -> None:
    made = card("麻塘乡")
    assert Card.from_text(made.text()) == made
    letter = f"这是我们的名片：\r\n\r\n  {made.text()}  \n\n司法所\n"
    assert Card.from_text(letter) == made
    assert made.text().isascii()
    assert "\n" not in made.text()


@pytest.mark.parametrize(
    "text",
    (
        "",
        "hello",
        "mulin-card:",
        "mulin-card:@@@@",
        "mulin-card:中文",
        "mulin-card:" + "A" * 100_000,
        "mulin-card:" + base64.urlsafe_b64encode(b"\x84\x43\xa1\x01\x27\xa0" * 20).decode(),
        card("麻塘乡").text() + "\n" + card("金子岩乡").text(),
        card("麻塘乡").text()[:-9],
    ),
    ids=("empty", "no card", "bare", "no base64", "chinese", "long", "no COSE", "two", "cut"),
)
def test_a_file_that_is_no_card_gets_one_sentence(text: str) -> None:
    with pytest.raises(BadCard) as caught:
        Card.from_text(text)
    assert "名片" in caught.value.say("zh")
    assert "card" in caught.value.say("en")


@given(st.text(max_size=80))
def test_no_text_makes_more_than_a_sentence(text: str) -> None:
    for attempt in (text, "mulin-card:" + text):
        with pytest.raises(BadCard):
            Card.from_text(attempt)


@given(st.binary(max_size=300))
def test_no_signed_body_makes_more_than_a_sentence(body: bytes) -> None:
    """The township's own key signs rubbish: the worst case, since nothing stops at the signature."""
    raw = cose.sign(signing_key("坏"), body, CARD).raw
    with pytest.raises(MulinError):
        Card.parse(raw)


def test_a_card_longer_than_the_limit_is_refused() -> None:
    delegations = tuple(
        Delegation.make(OURS.township, device_keys(f"device {n}")) for n in range(8)
    )
    assert len(Card.parse(_signed(_with(4, [d.raw for d in delegations]))).delegations) == 8
    with pytest.raises(BadCard):
        Card.parse(_signed(_with(4, [d.raw + bytes(800) for d in delegations])))
