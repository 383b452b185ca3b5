"""The TLS certificate: the same key, the same bytes; good whatever the clock says."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.certificate import certificate_key, make_certificate, pem
from keys.errors import BadCard, WeakKey
from tests.support.damage import damaged
from tests.support.people import signing_key

TLS = signing_key("tls")


def test_the_same_key_makes_the_same_certificate() -> None:
    assert make_certificate(TLS) == make_certificate(TLS)
    assert make_certificate(TLS) != make_certificate(signing_key("another"))


def test_it_is_valid_on_a_dead_clock_and_in_a_hundred_years() -> None:
    """A machine whose battery is empty believes that it is 1 January 2000 or 1970 plus some hours."""
    made = x509.load_der_x509_certificate(make_certificate(TLS))
    assert made.not_valid_before_utc <= datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
    assert made.not_valid_after_utc >= datetime.datetime(2999, 12, 31, tzinfo=datetime.UTC)


def test_it_is_signed_by_the_key_it_shows_and_names_nobody() -> None:
    der = make_certificate(TLS)
    made = x509.load_der_x509_certificate(der)
    made.verify_directly_issued_by(made)
    assert certificate_key(der) == TLS.public
    assert made.subject == made.issuer
    (name,) = made.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert len(name.value) == 32
    assert set(str(name.value)) <= set("0123456789abcdef")
    assert 0 < made.serial_number < 2**159


def test_pem_is_the_same_certificate() -> None:
    der = make_certificate(TLS)
    assert x509.load_pem_x509_certificate(pem(der).encode()).public_bytes(Encoding.DER) == der


def test_damage_is_a_foreseen_fault_or_another_certificate() -> None:
    """A certificate is compared byte by byte with the card, so a changed one may parse; it may not crash."""
    der = make_certificate(TLS)
    for wrong in damaged(der):
        try:
            certificate_key(wrong)
        except (BadCard, WeakKey):
            continue
        assert wrong != der


def test_a_certificate_with_another_kind_of_key_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    when = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.public_key(key.public_key()).not_valid_before(when).not_valid_after(when)
    with pytest.raises(BadCard):
        certificate_key(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
