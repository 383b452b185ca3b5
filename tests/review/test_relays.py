"""Two relays hand over the same log at once: both sessions come to their end."""

from __future__ import annotations

from tests.review.wires import Wires
from tests.support.townships import give, together


def test_what_another_brought_first_is_exchanged_too() -> None:
    a, b, c = together(3)
    b.create("示范一村")
    for town in (a, c):
        give(b, town)
    for n in range(3):
        b.create(f"示范{n + 2}村")
    give(b, c)
    wires = Wires(a, b, c)
    wires.connect("a", "b")
    wires.connect("a", "c")
    wires.carry()
    assert a.digest() == b.digest()
    assert all(map(wires.synced, "abc"))
