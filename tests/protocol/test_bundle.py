"""A bundle as bytes: cut at every byte, altered at every byte, opened by others, fed in any pieces."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import canonical, cose
from keys.errors import MulinError
from keys.identity import DeviceId
from keys.limits import BUNDLE_CHUNK_BYTES, BUNDLE_CHUNKS_LEAST, FRAME_BYTES
from keys.seal import SealingKey, x25519_public
from protocol import bundle, messages
from protocol.bundle import MAGIC, BundleReader, Content, Manifest, padded, write_bundle
from protocol.errors import BundleCut, BundleDamaged, NotABundle
from protocol.frames import encode_frame
from protocol.messages import Found, Run
from tests.support.damage import flipped
from tests.support.people import device_keys, seed

LEDGER = seed("ledger")
MAKER, READER, OTHER = map(device_keys, ("maker", "reader", "other"))
SECRET = seed("content key")
MANIFEST = Manifest(
    seed("bundle", size=16),
    LEDGER,
    MAKER.id,
    1_700_000_000_000,
    {(MAKER.id, seed("incarnation", size=16)): ((7, seed("entry")),)},
    ("somewhere/000001-00000000.bundle",),
)
CONTENT: tuple[Content, ...] = (
    Found(b"founding"),
    *(Run(LEDGER, seed("run", n, size=700 * n)) for n in range(1, 8)),
)
Event = Manifest | Content
SEALED = BUNDLE_CHUNK_BYTES + 16


def made(
    content: Iterable[Content] = CONTENT,
    manifest: Manifest = MANIFEST,
    readers: Iterable[str] = ("reader",),
    signer: str = "maker",
) -> bytes:
    receivers = {device_keys(r).id: x25519_public(device_keys(r).hpke) for r in readers}
    pieces = write_bundle(manifest, device_keys(signer).sign, receivers, SECRET, content)
    return b"".join(pieces)


def read(data: bytes, reader: str = "reader", piece: int = 1 << 20) -> tuple[list[Event], str]:
    """What comes out, and the name of the fault that ended it."""
    machine = BundleReader(device_keys(reader).id, device_keys(reader).hpke)
    events: list[Event] = []
    try:
        for at in range(0, len(data), piece):
            events += machine.feed(data[at : at + piece])
        machine.finish()
    except MulinError as found:
        fault = found
    else:
        return events, ""
    assert fault.say("zh") != fault.say("en")
    return events, type(fault).__name__


WHOLE = made()
EVENTS: list[Event] = [MANIFEST, *CONTENT]


def test_what_was_put_in_comes_out_however_the_bytes_arrive() -> None:
    for piece in (1, 7, SEALED, 1 << 20):
        assert read(WHOLE, piece=piece) == (EVENTS, "")


def test_cut_at_every_byte_it_gives_what_stands_in_whole_chunks_and_no_more() -> None:
    """Feeding byte by byte is cutting at every byte; what must be out by then is told by the plain text."""
    ends = frame_ends()
    head = len(WHOLE) - SEALED * ((len(WHOLE) - len(MAGIC)) // SEALED)
    machine = BundleReader(READER.id, READER.hpke)
    out: list[Event] = []
    steps = set()
    for n in range(len(WHOLE)):
        if n == 0 or n < head:
            with pytest.raises((NotABundle, BundleCut)):
                machine.finish()
        else:
            with pytest.raises(BundleCut):
                machine.finish()
        chunks = max(0, n - head) // SEALED
        covered = sum(end <= chunks * BUNDLE_CHUNK_BYTES for end in ends)
        assert out == EVENTS[:covered], n
        steps.add(covered)
        out += machine.feed(WHOLE[n : n + 1])
    machine.finish()
    assert out == EVENTS
    assert len(steps) > 3, "the cuts fell between frames, too"


def frame_ends() -> list[int]:
    """Where each frame ends in the plain text, by the lengths alone."""
    signed = len(read_plain()[0])
    ends = [signed]
    for message in CONTENT:
        ends.append(ends[-1] + 4 + len(canonical.encode(messages.to_plain(message))))
    return ends


def read_plain() -> list[bytes]:
    """The frames of the plain text, opened here without the reader."""
    envelope = int.from_bytes(WHOLE[16:20], "big")
    at, number, plain = 20 + envelope, 0, b""
    binding = hashlib.sha256(WHOLE[:at]).digest()
    while at < len(WHOLE):
        last = at + SEALED == len(WHOLE)
        nonce = bytes([last, 0, 0, 0]) + number.to_bytes(8, "big")
        aad = b"mulin/chunk/1" + binding + nonce
        plain += SealingKey(SECRET).open(nonce + WHOLE[at : at + SEALED], aad)
        at, number = at + SEALED, number + 1
    frames = []
    while size := int.from_bytes(plain[:4], "big"):
        frames.append(plain[: 4 + size])
        plain = plain[4 + size :]
    assert not any(plain)
    return frames


def prefix_or_refusal(data: bytes) -> None:
    """The oracle for damage: a beginning of what was put in, and a fault with a sentence."""
    events, fault = read(data)
    assert fault, "damage is noticed"
    assert events == EVENTS[: len(events)]


def test_no_flipped_bit_goes_through() -> None:
    dice = random.Random(5)
    head = len(WHOLE) % SEALED
    some = [n for n, _ in enumerate(WHOLE) if n < head or dice.random() < 0.05]
    damaged = list(flipped(WHOLE))
    assert len(some) > 800
    for n in some:
        prefix_or_refusal(damaged[n])


@given(data=st.data())
def test_chunks_moved_left_out_or_repeated_end_it_there(data: st.DataObject) -> None:
    head = len(WHOLE) % SEALED
    chunks = [WHOLE[at : at + SEALED] for at in range(head, len(WHOLE), SEALED)]
    order = data.draw(st.lists(st.sampled_from(range(len(chunks))), max_size=len(chunks) + 2))
    if order == list(range(len(chunks))):
        return
    prefix_or_refusal(WHOLE[:head] + b"".join(chunks[n] for n in order))


def test_a_chunk_of_another_bundle_of_the_same_maker_does_not_fit() -> None:
    other = made(manifest=replace(MANIFEST, made_ms=1))  # even with the same content key
    head = len(WHOLE) % SEALED
    assert other[:20] == WHOLE[:20]
    prefix_or_refusal(WHOLE[: head + SEALED] + other[head + SEALED :])


def test_nobody_else_opens_it() -> None:
    assert read(WHOLE, reader="other") == ([], "NotForUs")
    assert read(made(readers=("reader", "other")), reader="other") == (EVENTS, "")


def test_a_wrap_for_one_device_serves_no_other() -> None:
    """B puts its own id over A's wrap, or finds its wrap swapped."""
    envelope = canonical.decode_list(WHOLE[20 : 20 + int.from_bytes(WHOLE[16:20], "big")], 1 << 16)
    listed = envelope[2]
    assert isinstance(listed, list)
    first = listed[0]
    assert isinstance(first, list)
    first[0] = OTHER.id
    forged = canonical.encode(envelope)
    assert read(MAGIC + len(forged).to_bytes(4, "big") + forged, "other") == ([], "NotABundle")


def test_the_signature_is_of_the_device_that_is_named_and_for_this_bundle() -> None:
    assert read(made(signer="other")) == ([], "BundleDamaged")
    assert read(made(manifest=replace(MANIFEST, device=DeviceId(bytes(32))))) == (
        [],
        "BundleDamaged",
    )
    # The manifest of one bundle put into another by somebody who may read both.
    [lifted, *_] = read_plain()
    plain = canonical.decode_list(lifted[4:], FRAME_BYTES)
    receivers = {READER.id: x25519_public(READER.hpke)}
    key, pieces = SealingKey(SECRET), write_bundle(MANIFEST, MAKER.sign, receivers, SECRET, ())
    head = next(iter(pieces))
    binding = hashlib.sha256(head).digest()
    forged = head + b"".join(bundle._chunks(key, binding, [encode_frame(plain)]))
    assert read(forged) == ([], "BundleDamaged")


@pytest.mark.parametrize(
    "content",
    (
        (Run(LEDGER, b"run"), Found(b"too late")),
        (Run(seed("another ledger"), b"run"),),
        (messages.Have(LEDGER, {}),),
    ),
)
def test_what_does_not_belong_there_ends_it(content: tuple[Content, ...]) -> None:
    events, fault = read(made(content))
    assert fault == "BundleDamaged"
    assert events == [MANIFEST, *content[:-1]]


def test_what_a_maker_hides_in_the_padding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bundle, "_frames", lambda _m, _c: iter([*read_plain(), b"\0\0\0\0" + b"hidden"])
    )
    receivers = {READER.id: x25519_public(READER.hpke)}
    made_ = b"".join(write_bundle(MANIFEST, MAKER.sign, receivers, SECRET, ()))
    assert read(made_)[1] == "BundleDamaged"


def test_a_size_that_no_frame_has_is_refused_before_it_is_waited_for() -> None:
    key, binding = SealingKey(SECRET), b"x" * 32
    huge = (FRAME_BYTES + 1).to_bytes(4, "big")
    machine = BundleReader(READER.id, READER.hpke)
    machine._key, machine._binding = key, binding
    with pytest.raises(BundleDamaged):
        list(machine.feed(b"".join(bundle._chunks(key, binding, [huge]))))


@pytest.mark.parametrize(
    "junk", (b"", b"m", MAGIC, b"PK\x03\x04" + bytes(999), MAGIC + b"\xff" * 99)
)
def test_another_file_is_no_bundle(junk: bytes) -> None:
    assert read(junk) == ([], "NotABundle")


def test_its_size_tells_little() -> None:
    sizes = {len(made(CONTENT[:1])), len(made(CONTENT[:2])), len(made(()))}
    assert len(sizes) == 1, "a little and nothing look alike"
    steps = [padded(n) for n in range(1, 5000)]
    assert steps[0] == BUNDLE_CHUNKS_LEAST
    assert all(n <= p <= max(BUNDLE_CHUNKS_LEAST, n * 1.13) for n, p in enumerate(steps, 1))
    assert len(set(steps)) < 90


def test_a_reader_holds_one_chunk_and_one_frame() -> None:
    largest = Run(LEDGER, bytes(FRAME_BYTES - 100))
    machine = BundleReader(READER.id, READER.hpke)
    held = 0
    data = made([largest] * 3)
    for at in range(0, len(data), 1000):
        list(machine.feed(data[at : at + 1000]))
        held = max(held, len(machine._plain) + len(machine._sealed))
    assert machine.whole
    assert held <= FRAME_BYTES + 4 + 2 * SEALED


# --- planted bugs: the tests above are worth something only if these are caught -------------------


def chunks_that_know_no_place(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bundle, "_place", lambda *_, **__: (bytes(12), b""))


def no_last_chunk(patch: pytest.MonkeyPatch) -> None:
    """Whoever cuts the file at a chunk is not found out."""
    patch.setattr(BundleReader, "finish", lambda _: None)


def unbound(patch: pytest.MonkeyPatch) -> None:
    real = bundle._place
    patch.setattr(bundle, "_place", lambda _b, number, last: real(b"", number, last=last))


def unsigned(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cose.Signed, "verified", lambda self, *_: self.claimed())


@pytest.mark.parametrize(
    ("bug", "check"),
    (
        (chunks_that_know_no_place, test_chunks_moved_left_out_or_repeated_end_it_there),
        (no_last_chunk, test_cut_at_every_byte_it_gives_what_stands_in_whole_chunks_and_no_more),
        (unbound, test_a_chunk_of_another_bundle_of_the_same_maker_does_not_fit),
        (unsigned, test_the_signature_is_of_the_device_that_is_named_and_for_this_bundle),
    ),
)
def test_a_planted_bug_is_caught(
    bug: Callable[[pytest.MonkeyPatch], None],
    check: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug(monkeypatch)
    if bug in (chunks_that_know_no_place, unbound):
        monkeypatch.setitem(globals(), "WHOLE", made())
    with pytest.raises((AssertionError, BaseExceptionGroup, pytest.fail.Exception)):
        check()
