"""Second implementation: bundles. From protocol/SPEC.md, "Bundles"."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.second import frames, keys
from tests.second.cbor import Bad, Value, array, decode_array, raw, uint, word

MAGIC = b"mulin bundle 1\r\n"
CHUNK = 4096


def read_bundle(data: bytes, device: bytes, private: bytes) -> tuple[list[list[Value]], bool]:
    """The frames that can be had, the checked manifest first; and whether it is all of the bundle."""
    if not data.startswith(MAGIC):
        raise Bad("magic")
    size = int.from_bytes(data[16:20], "big")
    if size > 65536 or len(data) < 20 + size:
        raise Bad("envelope")
    head, body = data[: 20 + size], data[20 + size :]
    key = _content_key(decode_array(head[20:]), device, private)
    binding = keys.sha256(head)
    plain, whole = _chunks(key, binding, body)
    found: list[list[Value]] = []
    while len(plain) >= 4 and (length := int.from_bytes(plain[:4], "big")):
        if length > len(plain) - 4:
            break
        found.append(_frame(plain[4 : 4 + length], binding, first=not found))
        plain = plain[4 + length :]
    return found, whole


def _content_key(envelope: list[Value], device: bytes, private: bytes) -> bytes:
    version, named, wraps = array(envelope, 3)
    listed = [array(w, 2) for w in array(wraps)]
    devices = [raw(w[0], 32) for w in listed]
    if uint(version) != 1 or devices != sorted(set(devices)) or not 1 <= len(devices) <= 256:
        raise Bad("envelope")
    wrap = next((raw(w[1], 80) for w in listed if w[0] == device), None)
    if wrap is None:
        raise Bad("not for this device")
    key = keys.unwrap(wrap, private, b"mulin/bundlekey/1" + device)
    if keys.key_id(key) != raw(named, 32):
        raise Bad("another key")
    return key


def _chunks(key: bytes, binding: bytes, body: bytes) -> tuple[bytes, bool]:
    plain, index = b"", 0
    while len(body) >= CHUNK + 16:
        opened = None
        for last in (0, 1):
            nonce = bytes([last, 0, 0, 0]) + index.to_bytes(8, "big")
            try:
                aad = b"mulin/chunk/1" + binding + nonce
                opened = AESGCM(key).decrypt(nonce, body[: CHUNK + 16], aad)
                break
            except InvalidTag:
                continue
        if opened is None:
            return plain, False
        plain, index, body = plain + opened, index + 1, body[CHUNK + 16 :]
        if last:
            return plain, not body
    return plain, False


def _frame(body: bytes, binding: bytes, *, first: bool) -> list[Value]:
    plain = decode_array(body)
    if not first:
        return frames.read_frame(len(body).to_bytes(4, "big") + body)
    number, signed = array(plain, 2)
    if uint(number) != 0:
        raise Bad("no manifest")
    said = decode_array(keys.claimed(raw(signed)))
    version, bound, bundle, ledger, device, made_ms, vector, spoiled = array(said, 8)
    if uint(version) != 1 or raw(bound, 32) != binding:
        raise Bad("manifest of another bundle")
    keys.opened(raw(signed), raw(device, 32), "mulin/bundle/1")
    raw(bundle, 16), raw(ledger, 32), uint(made_ms)
    names = [word(name) for name in array(spoiled)]
    if names != sorted(set(names)) or len(names) > 256 or any(len(n) > 120 for n in names):
        raise Bad("spoiled")
    array(vector)
    return [bundle, ledger, made_ms, vector, spoiled]
