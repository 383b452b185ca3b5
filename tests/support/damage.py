"""Every small damage to some bytes: what a bad disk, a bad line or a curious neighbour would try."""

from __future__ import annotations

from collections.abc import Iterator


def flipped(raw: bytes) -> Iterator[bytes]:
    """`raw` with one bit changed, once for every byte; which bit goes round."""
    for n, byte in enumerate(raw):
        yield raw[:n] + bytes([byte ^ 1 << n % 8]) + raw[n + 1 :]


def truncated(raw: bytes) -> Iterator[bytes]:
    """Every beginning of `raw` but all of it."""
    for n in range(len(raw)):
        yield raw[:n]


def damaged(raw: bytes) -> Iterator[bytes]:
    """Flips, truncations, and a byte too many at either end and in the middle."""
    yield from flipped(raw)
    yield from truncated(raw)
    half = len(raw) // 2
    yield from (raw + b"\0", b"\0" + raw, raw[:half] + b"\0" + raw[half:])
