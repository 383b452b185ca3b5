"""A file that carries entries where no line does: the frames of a session, sealed for some devices. Pure.

A bundle is written and read as a stream, and a reader holds one chunk and one frame of it at a time. Every
chunk is sealed under its place in the file, so that what was moved, altered or left out is seen where it
happens; what came before that counts. No names, no paths, nothing to unpack. SPEC.md has the form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from keys import canonical, cose, seal
from keys.canonical import Plain
from keys.errors import MulinError
from keys.identity import DeviceId, SigningKey, check_public_key
from keys.limits import (
    BUNDLE_CHUNK_BYTES,
    BUNDLE_CHUNKS_LEAST,
    BUNDLE_ENVELOPE_BYTES,
    BUNDLE_SPOILED,
    DEVICES_PER_LEDGER,
    FRAME_BYTES,
)
from keys.seal import KEY_BYTES, NONCE_BYTES, KeyId, SealingKey
from protocol import messages as m
from protocol.errors import BundleCut, BundleDamaged, NotABundle, NotForUs
from protocol.frames import PREFIX_BYTES, encode_frame

# A program that takes the file for text changes the line end, and it is seen at once.
MAGIC = b"mulin bundle 1\r\n"
BUNDLE = "mulin/bundle/1"
_KEY = b"mulin/bundlekey/1"
_CHUNK = b"mulin/chunk/1"
_FORMAT = 1
_TAG_BYTES = 16
_SEALED_BYTES = BUNDLE_CHUNK_BYTES + _TAG_BYTES
_WRAP_BYTES = 80
_MANIFEST = 0
ID_BYTES = 16
NAME_CHARACTERS = 120
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the maker signs: which ledger, which device, when by its clock, and all that it held then.

    `spoiled`: names of bundles beside this one that the maker could not read whole.
    """

    id: bytes
    ledger: bytes
    device: DeviceId
    made_ms: int
    vector: m.Vector
    spoiled: tuple[str, ...] = ()


Content = m.Found | m.Run


# --- writing -------------------------------------------------------------------------------------


def write_bundle(
    manifest: Manifest,
    signer: SigningKey,
    receivers: Mapping[DeviceId, bytes],
    secret: bytes,
    content: Iterable[Content],
) -> Iterator[bytes]:
    """The bytes of a bundle, piece by piece.

    `receivers`: device → X25519 public key; `secret`: 32 random bytes, used for this bundle alone.
    """
    key = SealingKey(secret)
    wraps: list[Plain] = [
        [device, seal.wrap(secret, public, _KEY + device)]
        for device, public in sorted(receivers.items())
    ]
    envelope = canonical.encode([_FORMAT, key.id, wraps])
    head = MAGIC + len(envelope).to_bytes(PREFIX_BYTES, "big") + envelope
    binding = hashlib.sha256(head).digest()
    yield head
    signed = cose.sign(signer, _encode_manifest(manifest, binding), BUNDLE)
    yield from _chunks(key, binding, _frames([_MANIFEST, signed.raw], content))


def _frames(manifest: list[Plain], content: Iterable[Content]) -> Iterator[bytes]:
    yield encode_frame(manifest)
    for message in content:
        yield encode_frame(m.to_plain(message))


def _chunks(key: SealingKey, binding: bytes, frames: Iterable[bytes]) -> Iterator[bytes]:
    """Frames one after the other, cut into chunks; zeros fill it up to a coarse size."""
    left, number = bytearray(), 0
    for frame in frames:
        left += frame
        # The last chunk is marked, so one is kept back until it is known that more follows.
        while len(left) > BUNDLE_CHUNK_BYTES:
            yield _seal(key, binding, number, bytes(left[:BUNDLE_CHUNK_BYTES]), last=False)
            del left[:BUNDLE_CHUNK_BYTES]
            number += 1
    total = padded(number + 1)
    while number < total:
        plain = bytes(left[:BUNDLE_CHUNK_BYTES]).ljust(BUNDLE_CHUNK_BYTES, b"\0")
        left.clear()
        yield _seal(key, binding, number, plain, last=number == total - 1)
        number += 1


def padded(chunks: int) -> int:
    """How many chunks a bundle has that needs so many: its size tells little of what is in it."""
    step = 1 << max(0, chunks.bit_length() - _STEPS)
    return max(BUNDLE_CHUNKS_LEAST, -(-chunks // step) * step)


def _seal(key: SealingKey, binding: bytes, number: int, plain: bytes, *, last: bool) -> bytes:
    nonce, aad = _place(binding, number, last=last)
    return key.seal(nonce, plain, aad)[NONCE_BYTES:]


def _place(binding: bytes, number: int, *, last: bool) -> tuple[bytes, bytes]:
    """Nonce and additional data of a chunk: of this bundle, at this place, the last or not."""
    place = bytes([last, 0, 0, 0]) + number.to_bytes(8, "big")
    return place, _CHUNK + binding + place


# --- reading -------------------------------------------------------------------------------------


class BundleReader:
    """Takes a bundle's bytes, cut anywhere, and gives its manifest and then what it carries.

    Only what its maker wrote there comes out, whatever happened to the file after that byte.
    """

    def __init__(self, device: DeviceId, private: bytes) -> None:
        """`private`: the X25519 secret of this device."""
        self._device = device
        self._private = private
        self._sealed = bytearray()
        self._plain = bytearray()
        self._key: SealingKey | None = None
        self._binding = b""
        self._number = 0
        self._ended = self._runs = False
        self.receivers: frozenset[DeviceId] = frozenset()
        self.manifest: Manifest | None = None
        self.whole = False

    def feed(self, data: bytes) -> Iterator[Manifest | Content]:
        """What these bytes complete. Raises NotABundle, NotForUs, BundleDamaged, and is of no use then."""
        self._sealed += data
        if self._key is None and not self._opened():
            return
        while self._sealed:
            if self.whole:
                raise BundleDamaged  # something was put behind the end
            if len(self._sealed) < _SEALED_BYTES:
                return
            self._plain += self._next_chunk()
            yield from self._completed()

    def finish(self) -> None:
        """There are no more bytes. Raises NotABundle, BundleCut."""
        if not self.receivers:
            raise NotABundle
        if not self.whole:
            raise BundleCut

    def _opened(self) -> bool:
        """Whether the envelope is here; then the key is."""
        head = bytes(self._sealed[: len(MAGIC) + PREFIX_BYTES])
        if not MAGIC.startswith(head[: len(MAGIC)]):
            raise NotABundle
        if len(head) < len(MAGIC) + PREFIX_BYTES:
            return False
        size = int.from_bytes(head[len(MAGIC) :], "big")
        if size > BUNDLE_ENVELOPE_BYTES:
            raise NotABundle
        end = len(head) + size
        if len(self._sealed) < end:
            return False
        key_id, wraps = _parse_envelope(bytes(self._sealed[len(head) : end]))
        self._binding = hashlib.sha256(self._sealed[:end]).digest()
        del self._sealed[:end]
        self.receivers = frozenset(wraps)
        self._key = self._unwrap(key_id, wraps.get(self._device))
        return True

    def _unwrap(self, key_id: KeyId, wrap: bytes | None) -> SealingKey:
        if wrap is None:
            raise NotForUs
        try:
            secret = seal.unwrap(wrap, self._private, _KEY + self._device)
        except MulinError as fault:
            raise NotABundle from fault
        if len(secret) != KEY_BYTES or seal.key_id(secret) != key_id:
            raise NotABundle
        return SealingKey(secret)

    def _next_chunk(self) -> bytes:
        assert self._key is not None, "the envelope is open"
        sealed = bytes(self._sealed[:_SEALED_BYTES])
        del self._sealed[:_SEALED_BYTES]
        for last in (False, True):
            nonce, aad = _place(self._binding, self._number, last=last)
            try:
                plain = self._key.open(nonce + sealed, aad)
            except MulinError:
                continue
            self._number += 1
            self.whole = last
            return plain
        raise BundleDamaged

    def _completed(self) -> Iterator[Manifest | Content]:
        while len(self._plain) >= PREFIX_BYTES and not self._ended:
            size = int.from_bytes(self._plain[:PREFIX_BYTES], "big")
            if size > FRAME_BYTES:
                raise BundleDamaged
            self._ended = size == 0
            if self._ended or len(self._plain) < PREFIX_BYTES + size:
                break
            body = bytes(self._plain[PREFIX_BYTES : PREFIX_BYTES + size])
            del self._plain[: PREFIX_BYTES + size]
            yield self._frame(body)
        if self._ended or self.whole:
            if any(self._plain) or self.manifest is None:
                raise BundleDamaged  # its maker's fault: half a frame, or something in the padding
            self._plain.clear()

    def _frame(self, body: bytes) -> Manifest | Content:
        """Manifest, then foundings, then runs. Raises BundleDamaged for anything else."""
        try:
            plain = canonical.decode_list(body, FRAME_BYTES)
            if self.manifest is None:
                self.manifest = _parse_manifest(plain, self._binding)
                return self.manifest
            message = m.from_plain(plain)
        except MulinError as fault:
            raise BundleDamaged from fault
        match message:
            case m.Run(ledger, _) if ledger == self.manifest.ledger:
                self._runs = True
                return message
            case m.Found() if not self._runs:
                return message
        raise BundleDamaged


def _parse_envelope(raw: bytes) -> tuple[KeyId, dict[DeviceId, bytes]]:
    """Raises NotABundle."""
    try:
        plain = canonical.decode_list(raw, BUNDLE_ENVELOPE_BYTES)
    except MulinError as fault:
        raise NotABundle from fault
    match plain:
        case [int() as number, bytes() as key_id, list() as listed] if (
            type(number) is int and number == _FORMAT and len(key_id) == KEY_BYTES
        ):
            wraps = dict(map(_wrap, listed))
            if 1 <= len(listed) <= DEVICES_PER_LEDGER and list(wraps) == sorted(wraps):
                if len(wraps) == len(listed):
                    return KeyId(key_id), wraps
    raise NotABundle


def _wrap(item: Plain) -> tuple[DeviceId, bytes]:
    match item:
        case [bytes() as device, bytes() as wrap] if len(device) == 32 and len(wrap) == _WRAP_BYTES:
            return DeviceId(device), wrap
    raise NotABundle


# --- the manifest --------------------------------------------------------------------------------


def _encode_manifest(manifest: Manifest, binding: bytes) -> bytes:
    spoiled: list[Plain] = [*sorted(set(manifest.spoiled))[:BUNDLE_SPOILED]]
    return canonical.encode(
        [
            _FORMAT,
            binding,
            manifest.id,
            manifest.ledger,
            manifest.device,
            manifest.made_ms,
            m.vector_plain(manifest.vector),
            spoiled,
        ]
    )


def _parse_manifest(plain: list[Plain], binding: bytes) -> Manifest:
    """Raises MulinError unless the device that it names signed it for this very bundle."""
    match plain:
        case [int() as number, bytes() as raw] if type(number) is int and number == _MANIFEST:
            signed = cose.Signed(raw)
        case _:
            raise BundleDamaged
    match canonical.decode_list(signed.claimed(), FRAME_BYTES):
        case [
            int() as number,
            bytes() as bound,
            bytes() as id_,
            bytes() as ledger,
            bytes() as device,
            int() as made_ms,
            list() as vector,
            list() as spoiled,
        ] if number is not True and number == _FORMAT and bound == binding:
            pass
        case _:
            raise BundleDamaged
    if len(id_) != ID_BYTES or type(made_ms) is not int or made_ms < 0:
        raise BundleDamaged
    check_public_key(device)
    signed.verified(device, BUNDLE)
    names = tuple(n for n in spoiled if isinstance(n, str) and len(n) <= NAME_CHARACTERS)
    if len(names) != len(spoiled) or list(names) != sorted(set(names)):
        raise BundleDamaged
    if len(names) > BUNDLE_SPOILED:
        raise BundleDamaged
    # As a session's Have, with all that is checked there.
    have = m.from_plain([m.NUMBERS[m.Have], ledger, vector, b""])
    assert isinstance(have, m.Have), "its number says so"
    return Manifest(id_, have.ledger, DeviceId(device), made_ms, have.vector, names)
