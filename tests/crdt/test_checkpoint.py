"""Checkpoints: one signature vouches for a log up to a place; nobody else's, nowhere else."""

from __future__ import annotations

import pytest

from crdt.checkpoint import HEAD, Checkpoint, sign_checkpoint, verify_checkpoint
from crdt.errors import MalformedEntry
from keys import cose
from keys.errors import BadSignature, MulinError
from keys.identity import DeviceId
from simulations.oracles import cbor
from tests.support.damage import damaged
from tests.support.world import Pen, World

PREVIOUS = b"p" * 32


@pytest.fixture
def pen() -> Pen:
    return World().pen("三江口镇")


def test_a_checkpoint_says_which_entry_it_closes(pen: Pen) -> None:
    entry = pen.made[0]
    first = sign_checkpoint(pen.key, entry, None)
    assert verify_checkpoint(first.raw, pen.device) == first
    assert (first.entry, first.seq, first.device) == (entry.id, 0, pen.device)
    second = sign_checkpoint(pen.key, entry, first.digest)
    assert verify_checkpoint(second.raw, pen.device).previous == first.digest
    assert second.digest != first.digest


def test_it_serves_one_device_only(pen: Pen) -> None:
    other = World("another").pen("鲁布革乡")
    made = sign_checkpoint(pen.key, pen.made[0], None)
    with pytest.raises(BadSignature):
        verify_checkpoint(made.raw, other.device)
    # Signed by the other device, but about our log.
    foreign = sign_checkpoint(other.key, pen.made[0], None)
    with pytest.raises(MalformedEntry):
        verify_checkpoint(foreign.raw, other.device)


def test_an_altered_byte_anywhere_is_refused(pen: Pen) -> None:
    made = sign_checkpoint(pen.key, pen.made[0], PREVIOUS)
    for wrong in damaged(made.raw):
        with pytest.raises(MulinError):
            verify_checkpoint(wrong, pen.device)


def test_misshapen_ones_are_refused_though_they_are_signed(pen: Pen) -> None:
    entry = pen.made[0]
    h = entry.header
    sound: list[cbor.Value] = [h.ledger, h.device, h.incarnation, 3, entry.id, PREVIOUS]
    assert isinstance(_verified(pen, sound), Checkpoint)
    for place, value in (
        (0, h.ledger[:31]),
        (1, bytes(32)),
        (2, h.incarnation + b"x"),
        (3, True),
        (3, -1),
        (3, "3"),
        (4, b""),
        (4, entry.id + b"x"),
        (5, b"short"),
        (5, 0),
    ):
        wrong = [*sound]
        wrong[place] = value
        with pytest.raises(MalformedEntry):
            _verified(pen, wrong)
    for length in (sound[:-1], [*sound, None], []):
        with pytest.raises(MalformedEntry):
            _verified(pen, length)


def _verified(pen: Pen, fields: list[cbor.Value]) -> Checkpoint:
    signed = cose.sign(pen.key, cbor.encode(fields), HEAD)
    return verify_checkpoint(signed.raw, pen.device)


def test_a_signature_for_another_purpose_is_no_checkpoint(pen: Pen) -> None:
    h = pen.made[0].header
    body = cbor.encode([h.ledger, h.device, h.incarnation, 0, pen.made[0].id, None])
    for purpose in ("mulin/card/1", "mulin/founding/1", ""):
        with pytest.raises(BadSignature):
            verify_checkpoint(cose.sign(pen.key, body, purpose).raw, DeviceId(pen.key.public))
