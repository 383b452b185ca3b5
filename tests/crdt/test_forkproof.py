"""The proof of a fork, checked from its bytes alone: it is accepted, and every altered one refused."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from crdt import forkproof
from crdt.checkpoint import sign_checkpoint
from crdt.entry import Content, Entry, EntryId, RecordId, build
from crdt.errors import NoProof
from keys import canonical, cose
from keys.canonical import Plain
from keys.card import Card, Delegation, DeviceKeys
from keys.identity import DeviceId, SigningKey
from keys.keyfile import Identity
from tests.protocol.author import Author
from tests.support.people import identity, seed
from tests.support.townships import together

MUTATIONS = 3_000
_SMALL_ORDER = bytes([1]) + bytes(31)


@cache
def forked() -> tuple[Identity, list[Entry], list[Entry]]:
    """A device's log up to two rivals, and both branches of three entries."""
    town, _ = together(2)
    author = Author(identity("a"), town.ledger, "fork")
    record = RecordId(seed("record", size=16))
    common = [author.opening(), author.saying(record, [EntryId(seed("root"))], [])]
    branches = []
    for branch in ("one", "other"):
        at, entries = common[-1], list[Entry]()
        for n in range(3):
            header = replace(
                at.header, seq=at.header.seq + 1, prev=at.id, claimed_ms=len(branch) * 10 + n
            )
            content = Content(1, "", branch, bytes(32), [])
            at = build(header, seed(branch, n, size=12), content, town.ledger.key)
            entries.append(at)
        branches.append(entries)
    return identity("a"), branches[0], branches[1]


def side(entries: list[Entry], key: SigningKey) -> list[Plain]:
    head = sign_checkpoint(key, entries[-1], seed("the one before")).raw
    return [[entry.raw for entry in entries], head]


def card_of(who: Identity) -> Card:
    delegation = Delegation.make(who.township, who.device)
    return Card.make(who.township, "三江口镇", "522301105", (delegation,), ("127.0.0.1:7711",))


def sides(*, lengths: tuple[int, int] = (3, 2)) -> list[list[Plain]]:
    who, one, other = forked()
    return [side(e[:n], who.device.sign) for e, n in zip((one, other), lengths, strict=True)]


def proof(card: bytes | None = None, **more: tuple[int, int]) -> bytes:
    return forkproof.pack(canonical.encode([*sides(**more)]), card)


# --- what proves -----------------------------------------------------------------------------


@pytest.mark.parametrize("lengths", ((1, 1), (3, 2), (2, 3)))
def test_two_signed_heads_above_two_rivals_are_a_proof(lengths: tuple[int, int]) -> None:
    who, one, other = forked()
    found = forkproof.check(proof(lengths=lengths))
    assert found.device == who.device.id
    assert set(found.entries) == {one[0].id, other[0].id}
    assert (found.seq, found.incarnation) == (2, one[0].header.incarnation)
    assert found.ledger == one[0].header.ledger
    assert found.card is None


def test_with_the_card_it_names_the_township() -> None:
    who, _, _ = forked()
    card = card_of(who)
    assert forkproof.check(proof(card.raw)).card == card


def test_one_fork_has_one_proof_whoever_holds_it() -> None:
    one, other = sides()
    packed = {
        forkproof.pack(canonical.encode([*both]), None) for both in ((one, other), (other, one))
    }
    assert len(packed) == 1
    names = {forkproof.check(proof(lengths=n)).id for n in ((1, 1), (3, 3))}
    assert len(names) == 1, "however long the chains are"


# --- what does not ---------------------------------------------------------------------------


def refused(raw: bytes) -> bool:
    try:
        forkproof.check(raw)
    except NoProof:
        return True
    return False


def packed(one: Plain, other: Plain, card: bytes | None = None) -> bytes:
    return forkproof.pack(canonical.encode([one, other]), card)


def test_two_positions_of_one_honest_log_prove_nothing() -> None:
    who, one, _ = forked()
    key = who.device.sign
    assert refused(packed(side(one[:1], key), side(one[1:2], key)))
    assert refused(packed(side(one[:1], key), side(one[:2], key))), "one branch, shown twice"


def test_a_head_that_somebody_else_signed_proves_nothing() -> None:
    who, one, other = forked()
    assert refused(packed(side(one, who.device.sign), side(other, identity("b").device.sign)))
    assert refused(packed(side(one, who.device.sign), side(other, who.township)))


def test_a_signature_for_another_purpose_proves_nothing() -> None:
    who, one, other = forked()
    [*_, head] = side(other, who.device.sign)
    assert isinstance(head, bytes)
    body = cose.Signed(head).claimed()
    lifted = cose.sign(who.device.sign, body, "mulin/card/1").raw
    assert refused(packed(side(one, who.device.sign), [[e.raw for e in other], lifted]))


def test_a_chain_with_a_gap_proves_nothing() -> None:
    who, one, other = forked()
    key = who.device.sign
    assert refused(packed(side(one, key), side([other[0], other[2]], key)))
    assert refused(packed(side(one, key), side([other[0], one[1]], key)))


def test_a_head_of_an_entry_that_is_not_shown_proves_nothing() -> None:
    who, one, other = forked()
    head = sign_checkpoint(who.device.sign, other[2], None).raw
    assert refused(packed(side(one, who.device.sign), [[e.raw for e in other[:2]], head]))


@pytest.mark.parametrize("field", ("ledger", "device", "incarnation"))
def test_rivals_of_different_logs_prove_nothing(field: str) -> None:
    who, one, other = forked()
    was = getattr(other[0].header, field)
    elsewhere: Any = {field: seed("elsewhere", size=len(was))}
    header = replace(other[0].header, **elsewhere)
    raw = header.encode()
    body: list[Plain] = [
        header.ledger,
        header.device,
        header.incarnation,
        header.seq,
        sha(raw),
        None,
    ]
    head = cose.sign(who.device.sign, canonical.encode(body), "mulin/head/1").raw
    assert refused(packed(side(one, who.device.sign), [[raw], head]))


def sha(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def test_a_key_with_which_one_signature_fits_everything_proves_nothing() -> None:
    """R of small order and S = 0 verify under a small-order key, whatever the message."""
    _, one, other = forked()
    found: list[list[Plain]] = []
    for entry in (one[0], other[0]):
        raw = replace(entry.header, device=DeviceId(_SMALL_ORDER)).encode()
        h = entry.header
        body: list[Plain] = [h.ledger, _SMALL_ORDER, h.incarnation, h.seq, sha(raw), None]
        head = cose.joined(canonical.encode(body), _SMALL_ORDER + bytes(32)).raw
        found.append([[raw], head])
    assert refused(packed(found[0], found[1]))


def test_a_card_that_does_not_name_the_device_is_not_accepted() -> None:
    stranger = card_of(identity("b"))
    assert refused(proof(stranger.raw))
    who, _, _ = forked()
    keys = DeviceKeys(SigningKey(seed("new")), who.device.tls, who.device.hpke)
    other_device = card_of(Identity(who.township, keys))
    assert refused(proof(other_device.raw)), "the right township, another device"


@pytest.mark.parametrize(
    "raw",
    (
        b"",
        b"\x80",
        b"\xf6",
        canonical.encode([1]),
        canonical.encode([2, [], [], None]),
        canonical.encode([1, [], [], None]),
        canonical.encode([1, [[], b""], [[], b""], None]),
        canonical.encode([1, [[b""], b""], [[b""], b""], None]),
        canonical.encode([1, [[1], b""], [[b"", 1], b""], None]),
        canonical.encode([True, [[b""], b""], [[b""], b""], None]),
    ),
)
def test_anything_else_is_refused_without_a_traceback(raw: bytes) -> None:
    assert refused(raw)


def test_it_is_refused_with_more_headers_than_a_head_may_close() -> None:
    who, one, other = forked()
    many = [other[0].raw] * 600
    assert refused(packed(side(one, who.device.sign), [[*many], b""]))


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """One change somewhere: a bit, a byte, a piece cut out, doubled, or moved."""
    at, size = dice.randrange(len(raw)), dice.randrange(1, 40)
    piece = raw[at : at + size]
    match dice.randrange(6):
        case 0:
            return raw[:at] + bytes([raw[at] ^ 1 << dice.randrange(8)]) + raw[at + 1 :]
        case 1:
            return raw[:at] + dice.randbytes(1) + raw[at + 1 :]
        case 2:
            return raw[:at] + raw[at + size :]
        case 3:
            return raw[:at] + piece + piece + raw[at + size :]
        case 4:
            rest = raw[:at] + raw[at + size :]
            to = dice.randrange(len(rest) + 1)
            return rest[:to] + piece + rest[to:]
        case _:
            return raw[: dice.randrange(len(raw))]


@pytest.mark.parametrize("with_card", (False, True))
def test_thousands_of_altered_proofs_are_each_refused(with_card: bool) -> None:
    who, _, _ = forked()
    raw = proof(card_of(who).raw if with_card else None)
    forkproof.check(raw)
    dice, tried = random.Random("altered proofs"), 0
    for _ in range(MUTATIONS):
        altered = mutated(raw, dice)
        if altered != raw:
            tried += 1
            assert refused(altered), altered.hex()
    assert tried > 2_500


def test_every_single_bit_counts() -> None:
    raw = proof(lengths=(1, 1))
    for at in range(len(raw)):
        for bit in range(8):
            assert refused(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])
