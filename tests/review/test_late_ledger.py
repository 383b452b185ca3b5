"""A ledger that comes into force while two nodes are still greeting each other."""

from __future__ import annotations

from tests.review.wires import Wires
from tests.support.townships import found, towns


def test_it_is_shared_in_the_session_that_was_just_beginning() -> None:
    a, b = towns(2)
    found(a, b, name="一")
    wires = Wires(a, b)
    wires.connect("a", "b")  # both have said hello, and neither has read the other's
    found(a, b, name="二")
    for label in "ab":
        wires.do(label, wires.cores[label].changed(0.0))
    wires.carry()
    first, second = (a.service.ledgers.choose(name) for name in ("一", "二"))
    typed = {"category": "forest_land", "village": "示范一村"}
    for ledger in (first, second):
        a.service.create(ledger, "case", typed, "司法所")
    wires.changed("a")
    for ledger in (first, second):
        here, there = (t.service.replica.vector(ledger.id) for t in (a, b))
        assert here == there != {}
