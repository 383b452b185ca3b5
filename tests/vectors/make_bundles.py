"""Vectors of a bundle: its bytes, what is in it, and what is left of it when it is cut or altered."""

from __future__ import annotations

from unittest import mock

from crdt.run import encode_run
from keys import seal
from keys.errors import MulinError
from keys.seal import key_id, x25519_public
from protocol import messages as m
from protocol.bundle import BundleReader, Content, Manifest, write_bundle
from tests.support.people import identity, seed
from tests.vectors.make_frames import invitation
from tests.vectors.shapes import Json, shown
from tests.vectors.story import TOWNS, Story, founding

SECRET = seed("vectors", "content key")
READER = identity(TOWNS[1][0]).device
INFO = b"mulin/bundlekey/1" + READER.id


def wrap_that_opens(known: str) -> bytes:
    """The known wrap if it opens to the content key, else a fresh one: the only chance in the file."""
    try:
        if seal.unwrap(bytes.fromhex(known), READER.hpke, INFO) == SECRET:
            return bytes.fromhex(known)
    except (MulinError, ValueError):
        pass
    return seal.wrap(SECRET, x25519_public(READER.hpke), INFO)


def bundle_vectors(story: Story, wraps: dict[str, str], known: str) -> Json:
    """`known`: the wrap in the file that is there, or ""."""
    content: list[Content] = [m.Found(invitation(founding(), wraps).encode())]
    runs = (story.san.run(0, 6, None), story.san.run(7, 9, None), story.lu.run(0, 5, None))
    content += [m.Run(founding().id, encode_run(run)) for run in runs]
    maker = story.san.who.device
    vector: m.Vector = {
        (s.who.device.id, s.incarnation): ((len(s.entries) - 1, bytes(s.entries[-1].id)),)
        for s in (story.san, story.lu)
    }
    name = f"{maker.id.hex()[:32]}/000001-00000000.bundle"
    manifest = Manifest(
        seed("vectors", "bundle", size=16),
        founding().id,
        maker.id,
        1_700_000_000_000,
        vector,
        (name,),
    )
    wrap = wrap_that_opens(known)
    receivers = {READER.id: x25519_public(READER.hpke)}
    with mock.patch.object(seal, "wrap", return_value=wrap):
        data = b"".join(write_bundle(manifest, maker.sign, receivers, SECRET, content))
    assert whole_frames(data) == len(content) + 1
    return {
        "device": READER.id.hex(),
        "hpke_private": READER.hpke.hex(),
        "content_key": SECRET.hex(),
        "content_key_id": key_id(SECRET).hex(),
        "wrap": wrap.hex(),
        "bundle": data.hex(),
        "maker": maker.id.hex(),
        "manifest": shown(
            [manifest.id, manifest.ledger, manifest.made_ms, m.vector_plain(vector), [name]]
        ),
        "messages": [shown(m.to_plain(one)) for one in content],
        "cut": [[n, whole_frames(data[:n])] for n in cuts(len(data))],
        "flipped": [[n, whole_frames(flipped(data, n))] for n in cuts(len(data))],
    }


def cuts(size: int) -> list[int]:
    """Some places in the envelope, on both sides of every chunk's end, and one before the end."""
    chunk = 4096 + 16
    ends = range(size % chunk, size, chunk)
    return sorted({0, 5, 18, 30, 150, *(end + n for end in ends for n in (-1, 0, 1)), size - 1})


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def whole_frames(data: bytes) -> int:
    """How many frames a reader gets."""
    reader = BundleReader(READER.id, READER.hpke)
    count = 0
    try:
        for _ in reader.feed(data):
            count += 1
        reader.finish()
    except MulinError:
        pass
    return count
