"""A peer that sends rubbish and its goodbye in one breath: the connection is hung up all the same."""

from __future__ import annotations

from node.effects import Hangup
from protocol import messages as m
from protocol.frames import encode_frame
from tests.review.wires import Wires
from tests.support.townships import together


def test_the_line_is_hung_up_after_rubbish_and_a_goodbye() -> None:
    a, b = together(2)
    wires = Wires(a, b)
    mine, _ = wires.connect("a", "b")
    wires.carry()
    said = (m.Run(bytes(a.ledger.id), b"rubbish"), m.Goodbye(0, ""))
    data = b"".join(encode_frame(m.to_plain(word)) for word in said)
    effects = wires.cores["a"].received(mine, data, 0.0)
    assert Hangup(mine) in effects
