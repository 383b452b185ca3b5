"""Ten thousand mutated frames at a real node, from a member with a valid certificate, over TLS.

After every frame comes a ping: a pong says that the frame was harmless, a goodbye that it was refused. So
each frame is known to have been looked at, and the log must hold one line for each that was refused.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from keys import canonical
from keys.canonical import Plain
from protocol import messages as m
from tests.support.intruder import UPGRADE, message, web_frame
from tests.support.mutants import honest_frames, mutant
from tests.support.siege import Siege

MUTANTS = 10_000
_BATCH = 16
_PING = 0x5A5A_0000_0000
_SEED = 20_261_123


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    under = Siege(tmp_path_factory.mktemp("mutants"))
    yield under
    under.close()


def damaged_runs(siege: Siege, dice: random.Random, count: int) -> list[bytes]:
    """Runs whose signature cannot hold, so that no mutant of them is by chance an honest run."""
    bodies = []
    for _ in range(count):
        plain: list[Plain] = siege.run()
        checkpoint = plain[7]
        assert isinstance(checkpoint, bytes)
        at = len(checkpoint) - 1 - dice.randrange(60)
        plain[7] = checkpoint[:at] + bytes([checkpoint[at] ^ 1]) + checkpoint[at + 1 :]
        bodies.append(canonical.encode(plain))
    return bodies


def frames_of(siege: Siege, dice: random.Random) -> list[bytes]:
    ledger = siege.intruder.ledger
    vector = siege.node.service.replica.vector(ledger.id)
    log = next(name for name in vector if name[0] == siege.honest.service.device)
    runs = damaged_runs(siege, dice, 3)
    return honest_frames(ledger.id, log, vector[log][0], runs, ledger.invitation.encode())


def send_batch(siege: Siege, batch: list[bytes]) -> tuple[int, str]:
    """(how many of the batch the node looked at, how the last of them ended the session, if it did)."""
    # Apart: what a session sends at once it answers at once, a run is judged a moment later.
    pings = [web_frame(one) + web_frame(message(m.Ping(_PING + n))) for n, one in enumerate(batch)]
    with siege.line() as line:
        line.send(UPGRADE + web_frame(siege.hello()) + b"".join(pings))
        assert line.answer().startswith(b"HTTP/1.1 101")
        looked_at = 0
        for said in line.messages():
            if isinstance(said, m.Pong):
                looked_at += said.number == _PING + looked_at
                if looked_at == len(batch):
                    return looked_at, ""
            if isinstance(said, m.Goodbye):
                return looked_at + 1, "refused"
        return looked_at + 1, "left"  # the mutant was a goodbye of its own


def test_ten_thousand_mutated_frames(siege: Siege, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(_SEED)
    frames = frames_of(siege, dice)
    mutants = [mutant(dice, frames) for _ in range(MUTANTS)]
    left_by_itself = done = refused = 0
    before, memory, since = siege.node.entries(), siege.node.memory_kib(), siege.node.log_end()
    began = time.monotonic()
    while done < MUTANTS:
        looked_at, ended = send_batch(siege, mutants[done : done + _BATCH])
        done += looked_at
        left_by_itself += ended == "left"
        refused += ended == "refused"
    took_s = time.monotonic() - began
    with siege.attack(refusals=0):
        pass
    assert siege.node.entries() == before + 1, "the one entry is the honest peer's"
    lines = siege.line_refusals(since)
    assert len(lines) == refused, "one line for each frame that was refused"
    assert refused > MUTANTS // 4, "the mutants are wrong enough"
    assert len({line.get("reason") for line in lines}) >= 5, "they are wrong in many ways"
    assert left_by_itself < refused // 10
    grown_kib = siege.node.memory_kib() - memory
    assert grown_kib < 24 * 1024, f"{grown_kib} KiB more than before"
    assert siege.node.problems() == []
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{MUTANTS} mutated frames in {took_s:.1f} s ({MUTANTS / took_s:.0f}/s), "
            f"{refused} refused, {grown_kib} KiB more resident"
        )
