"""One device, one certificate, one township: nobody enrols what is somebody else's."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from crdt.errors import MalformedEntry
from crdt.founding import Founding, Invitation
from keys import canonical, cose
from keys.card import DELEGATION, Card, Delegation
from keys.certificate import certificate_key, make_certificate
from keys.errors import BadCard, WeakKey
from keys.seal import SealingKey
from tests.support.damage import damaged
from tests.support.people import card, identity, seed
from tests.support.townships import found, towns


def _delegation(owner: str, device: str, certificate: str) -> Delegation:
    """Signed by one township: a device of a second one with the TLS certificate of a third."""
    township, of = identity(owner).township, identity(device).device
    tls = make_certificate(identity(certificate).device.tls)
    exchange = Delegation.make(township, identity(owner).device).hpke_public
    body = canonical.encode([1, township.public, of.id, tls, exchange])
    raw = cose.sign(township, body, DELEGATION).raw
    return Delegation.parse(raw, card(owner).township)


def _card(owner: str, delegation: Delegation) -> Card:
    return Card.make(identity(owner).township, f"{owner}乡", "430527210", (delegation,), ())


def test_a_certificate_is_one_devices_in_a_founding() -> None:
    """Who copies a neighbour's certificate onto his own card would be taken for him, or he for him."""
    copied = _card("c", _delegation("c", "c", "a"))
    with pytest.raises(MalformedEntry):
        Founding.make("一", bytes(16), [card("a"), card("b"), copied], SealingKey(bytes(32)).id)


@pytest.mark.parametrize("lie", (("c", "a", "c"), ("c", "c", "a"), ("c", "a", "a")))
def test_a_second_ledger_takes_nobody_over(lie: tuple[str, str, str]) -> None:
    """`c` invites `b` to a ledger of two, on a card that names the device or certificate of `a`."""
    a, b = towns(2)
    found(a, b, name="一")
    hers = _card("c", _delegation(*lie))
    key = SealingKey(seed("key"))
    made = Founding.make("二", bytes(16), [hers, b.service.card()], key.id)
    wraps = {d: made.wrap_for(of, key) for d, of in made.delegations().items()}
    signed = {hers.township: made.sign(identity("c").township)}
    before = b.service.ledgers.peers()
    with pytest.raises(MalformedEntry):
        b.service.ledgers.accept(Invitation(made, signed, wraps).encode())
    with pytest.raises(MalformedEntry):
        b.service.ledgers.propose("三", b.service.card(), [hers])
    assert b.service.ledgers.peers() == before


def _strange_certificate(way: str) -> bytes:
    key = identity("c").device.tls
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x" * 60)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    when = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    builder = builder.public_key(key.private().public_key()).not_valid_before(when)
    builder = builder.not_valid_after(when + datetime.timedelta(days=1))
    if way == "an authority":
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
    return builder.sign(key.private(), None).public_bytes(Encoding.DER)


@pytest.mark.parametrize("way", ("a day in 2024", "an authority"))
def test_a_certificate_is_the_one_that_its_key_makes(way: str) -> None:
    """Any other may stop the node that trusts it, expire, or vouch for strangers."""
    with pytest.raises(BadCard):
        certificate_key(_strange_certificate(way))


def test_a_certificate_with_any_bit_changed_is_refused() -> None:
    """Some of these the one library reads and OpenSSL does not."""
    for wrong in damaged(make_certificate(identity("a").device.tls)):
        with pytest.raises((BadCard, WeakKey)):
            certificate_key(wrong)


def test_a_certificate_needs_the_key_that_it_shows() -> None:
    der = make_certificate(identity("a").device.tls)
    with pytest.raises(BadCard):
        certificate_key(der[:-64] + seed("signature", size=64))
    assert certificate_key(der) == identity("a").device.tls.public
