"""Further devices of a township, as its own word names them."""

from __future__ import annotations

from crdt.papers import encode
from crdt.pen import Pen
from crdt.statements import Statement
from keys.card import Card, Delegation, DeviceKeys
from keys.identity import SigningKey
from tests.support.people import seed
from tests.support.townships import Town


def new_device(label: str) -> DeviceKeys:
    return DeviceKeys(SigningKey(seed(label, "d")), SigningKey(seed(label, "t")), seed(label, "h"))


def word(town: Town, turn: int, *keys: DeviceKeys, name: str = "某乡") -> Statement:
    """The township's own word: these are its devices."""
    township = town.service.ground.identity.township
    listed = tuple(Delegation.make(township, k) for k in keys)
    card = Card.make(township, name, "522301105", listed, ())
    return Pen(town.ledger.id, township).devices(town.ledger.me, (0, turn), card, None)


def tell(town: Town, *said: Statement) -> None:
    for part in encode(town.ledger.id, [s.raw for s in said]):
        town.service.ledgers.merge(part)
