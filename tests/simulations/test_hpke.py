"""What the simulator seals with dice of its own the product opens, and no other device does."""

from __future__ import annotations

import random

import pytest

from keys import seal
from keys.errors import CannotOpen
from simulations.hpke import wrapping
from tests.support.people import seed


def test_the_product_opens_what_was_sealed_with_dice() -> None:
    private, other = seed("hpke"), seed("another")
    public = seal.x25519_public(private)
    for number in range(20):
        wrap = wrapping(random.Random(number).randbytes)
        secret, info = seed("secret", number), seed("info", number, size=number)
        sealed = wrap(secret, public, info)
        assert seal.unwrap(sealed, private, info) == secret
        assert len(sealed) == len(seal.wrap(secret, public, info))
        assert wrapping(random.Random(number).randbytes)(secret, public, info) == sealed
        with pytest.raises(CannotOpen):
            seal.unwrap(sealed, other, info)
        with pytest.raises(CannotOpen):
            seal.unwrap(sealed, private, info + b"x")
