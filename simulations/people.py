"""Who lives in simulated worlds: keys that are the same in each, and that remember what they signed."""

from __future__ import annotations

import random

from keys.card import DeviceKeys
from keys.identity import SigningKey
from keys.keyfile import KEY_ENTROPY_BYTES, Identity


class WitnessKey(SigningKey):
    """A device's signing key that remembers every message it signed: what its owner really said."""

    __slots__ = ("signed",)

    def __init__(self, seed: bytes) -> None:
        super().__init__(seed)
        self.signed: set[bytes] = set()

    def sign(self, message: bytes) -> bytes:
        self.signed.add(message)
        return super().sign(message)


def identity_of(place: int, world: str = "") -> Identity:
    """The same place has the same keys in every world."""
    made = Identity.make(random.Random(f"mulin/town/{world}/{place}").randbytes(KEY_ENTROPY_BYTES))
    device = made.device
    return Identity(
        made.township, DeviceKeys(WitnessKey(device.sign.seed), device.tls, device.hpke)
    )
