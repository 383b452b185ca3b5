"""The trick that key ids stop: one AES-GCM ciphertext that opens under two keys, to two texts.

GCM's tag is linear in every block of the ciphertext, so one free block makes the tags of two keys equal
(Dodis, Grubbs, Ristenpart, Woodage, "Fast Message Franking"; Albertini et al., "How to Abuse and Fix
Authenticated Encryption Without Key Commitment").
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
_ONE = 1 << 127


def ambiguous(first: bytes, second: bytes, nonce: bytes, aad: bytes, text: bytes) -> bytes:
    """nonce ‖ ciphertext ‖ tag that both keys open; under `first` it begins with `text` (16 bytes)."""
    assert len(text) == BLOCK
    counter = nonce + (2).to_bytes(4, "big")
    chosen = _number(text) ^ _number(_block(first, counter))
    before = [_number(aad[n : n + BLOCK].ljust(BLOCK, b"\0")) for n in range(0, len(aad), BLOCK)]
    lengths = 8 * len(aad) << 64 | 8 * 2 * BLOCK
    blocks = [*before, chosen, 0, lengths]  # the zero is the block to solve for
    hidden = [_block(key, bytes(BLOCK)) for key in (first, second)]
    h1, h2 = map(_number, hidden)
    masks = [_number(_block(key, nonce + (1).to_bytes(4, "big"))) for key in (first, second)]
    difference = _hash(h1, blocks) ^ masks[0] ^ _hash(h2, blocks) ^ masks[1]
    free = _times(difference, _inverse(_times(h1, h1) ^ _times(h2, h2)))
    tag = _hash(h1, [*before, chosen, free, lengths]) ^ masks[0]
    return nonce + b"".join(n.to_bytes(BLOCK, "big") for n in (chosen, free, tag))


def _number(block: bytes) -> int:
    return int.from_bytes(block, "big")


def _block(key: bytes, block: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def _hash(h: int, blocks: list[int]) -> int:
    state = 0
    for block in blocks:
        state = _times(state ^ block, h)
    return state


def _times(x: int, y: int) -> int:
    """A product in GCM's field of 2^128 elements, whose bits stand in reversed order."""
    product = 0
    for bit in range(127, -1, -1):
        if y >> bit & 1:
            product ^= x
        x = x >> 1 ^ (0xE1 << 120 if x & 1 else 0)
    return product


def _inverse(x: int) -> int:
    """x to the power 2^128 - 2."""
    power, result = x, _ONE
    for _ in range(127):
        power = _times(power, power)
        result = _times(result, power)
    return result
