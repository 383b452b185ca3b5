"""Signatures under a founding: whoever signs twice starts no storm, and no signature is overwritten."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from crdt.founding import FOUNDING, Founding, Invitation
from keys import canonical
from keys.card import Card
from keys.identity import SigningKey, TownshipId
from tests.review.wires import Wires
from tests.support.people import identity, seed
from tests.support.townships import LEDGER, Town, towns

_L = 2**252 + 27742317777372353535851937790883648493


def _scalar(key_seed: bytes) -> int:
    raw = bytearray(hashlib.sha512(key_seed).digest()[:32])
    raw[0] &= 248
    raw[31] = raw[31] & 127 | 64
    return int.from_bytes(raw, "little")


def _sign_otherwise(key: SigningKey, body: bytes, purpose: str, label: str) -> bytes:
    """A second valid signature: Ed25519 with a nonce of the signer's choice (the scalar of another key)."""
    other = SigningKey(seed("nonce", label))
    said = canonical.encode(["Signature1", b"\xa1\x01\x27", purpose.encode(), body])
    digest = hashlib.sha512(other.public + key.public + said).digest()
    k = int.from_bytes(digest, "little") % _L
    s = (_scalar(other.seed) + k * _scalar(key.seed)) % _L
    signature = other.public + s.to_bytes(32, "little")
    shape = b"\x84\x43\xa1\x01\x27\xa0"
    return shape + canonical.encode(body) + canonical.encode(signature)


def _proposed(*members: Town) -> Founding:
    """All but the last, `c`, have signed and know of each other's signatures."""
    first, second = (t.service for t in members[:2])
    cards = [t.service.card() for t in members[1:]]
    made = first.ledgers.propose(LEDGER, first.card(), cards)
    signed = second.ledgers.accept(made.invitation.encode())
    first.ledgers.merge(signed.invitation.encode())
    return made.invitation.founding


def test_two_signatures_of_one_township_chase_each_other_nowhere() -> None:
    """`c` of four signs in two ways, and tells `a` the one and `b` the other at once."""
    a, b, c, d = towns(4)
    made = _proposed(a, b, c, d)
    township = TownshipId(identity("c").township.public)
    body = canonical.encode([made.id])
    ways = [_sign_otherwise(identity("c").township, body, FOUNDING, way) for way in ("x", "y")]
    wires = Wires(a, b)
    wires.meet("a", "b")
    for town, way in zip((a, b), ways, strict=True):
        made.check_signature(township, way)
        known = town.service.ledgers.get(made.id)
        assert known is not None
        told = Invitation(made, {**known.invitation.signatures, township: way}, {})
        town.service.ledgers.merge(told.encode())
    wires.do("a", wires.cores["a"].changed(0.0))
    wires.do("b", wires.cores["b"].changed(0.0))
    wires.carry(limit=200)
    for town in (a, b):
        known = town.service.ledgers.get(made.id)
        assert known is not None
        assert township in known.invitation.signatures


def test_a_signature_that_another_process_stored_is_not_lost(tmp_path: Path) -> None:
    """A command merges one word while the running node, which has not looked yet, merges another."""
    a, b, c = towns(3, tmp_path)
    first = a.service.ledgers.propose(
        LEDGER, a.service.card(), [b.service.card(), c.service.card()]
    )
    second, third = (t.service.ledgers.accept(first.invitation.encode()) for t in (b, c))
    command = Town("a", a.folder)
    command.service.ledgers.merge(third.invitation.encode())
    a.service.ledgers.merge(second.invitation.encode())
    for town in (a, Town("a", a.folder)):
        known = town.service.ledgers.get(first.id)
        assert known is not None
        assert known.active
        assert known.invitation.complete


def test_a_founding_that_nobody_here_accepted_costs_no_signature_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A member can send one after another: half a second each, if every card in it were verified."""
    a, b, c = towns(3)
    made = _proposed(b, c)
    known = b.service.ledgers.get(made.id)
    assert known is not None
    raw = known.invitation.encode()
    parsed: list[bytes] = []
    parse = Card.parse.__func__  # type: ignore[attr-defined]

    def counting(cls: type[Card], card: bytes) -> Card:
        parsed.append(card)
        return parse(cls, card)  # type: ignore[no-any-return]

    monkeypatch.setattr(Card, "parse", classmethod(counting))
    assert a.service.ledgers.merge(raw) is None
    assert parsed == []
