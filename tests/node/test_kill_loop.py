"""Two real nodes that write all the time and are killed all the time: nothing acknowledged is ever lost.

SIGKILL at random moments, in the middle of a start too. What was acknowledged is what a writer printed after
its commit. In the end both nodes run once more, exchange everything, and must agree.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.nodes import RunningNode, child_environment, found, wait_until
from tests.support.writer import ID_BYTES

_WRITER = Path(__file__).resolve().parents[1] / "support" / "writer.py"
_SYNC_S = 60.0


class Victim:
    """A process that is killed and started again. `acknowledged`: where it prints."""

    def __init__(self, launch: Callable[[int], subprocess.Popen[str]], acknowledged: Path) -> None:
        self._launch = launch
        self._acknowledged = acknowledged
        self.lives = 0
        self.rise()

    def rise(self) -> None:
        self._size_at_start = self._size()
        self.process = self._launch(self.lives)
        self.lives += 1

    def _size(self) -> int:
        return self._acknowledged.stat().st_size if self._acknowledged.exists() else 0

    def at_work(self) -> bool:
        """Whether something was acknowledged in this life; fails if it died by itself."""
        assert self.process.poll() is None, "it ended without being killed"
        return self._size() > self._size_at_start

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Pair:
    """Two nodes of one ledger, and whoever writes in them."""

    def __init__(self, folder: Path, seed: int, *, apart: bool) -> None:
        self.seed = seed
        self.dice = random.Random(seed)
        self.nodes = [RunningNode(folder, 0), RunningNode(folder, 1)]
        found(self.nodes)
        self.victims: list[Victim] = []
        for place, node in enumerate(self.nodes):
            settings: dict[str, object] = {} if apart else {"writes": f"号{place}"}
            self.victims.append(Victim(self._node(node, settings), node.stdout))
            if apart:
                words = folder / f"{place}.writer.out"
                node.writes_also = words
                self.victims.append(Victim(self._writer(node, words, place), words))

    def _node(
        self, node: RunningNode, settings: dict[str, object]
    ) -> Callable[[int], subprocess.Popen[str]]:
        def launch(_life: int) -> subprocess.Popen[str]:
            node.launch(settings)
            assert node.process is not None
            return node.process

        return launch

    def _writer(
        self, node: RunningNode, words: Path, place: int
    ) -> Callable[[int], subprocess.Popen[str]]:
        def launch(life: int) -> subprocess.Popen[str]:
            with words.open("a") as out, node.stderr.open("a") as errors:
                return subprocess.Popen(
                    [sys.executable, str(_WRITER), str(node.home.folder), f"号{place}", str(life)],
                    stdout=out,
                    stderr=errors,
                    env=child_environment(),
                    text=True,
                )

        return launch

    def kill_loop(self, kills: int) -> None:
        """One in five is killed at any moment of its start; the others once they have written."""
        for _ in range(kills):
            victim = self.dice.choice(self.victims)
            if self.dice.random() > 0.2:
                wait_until("it is at work", lambda v=victim: self.is_up(v))  # type: ignore[misc]
            time.sleep(self.dice.random() * 0.1)  # the moment of the kill
            victim.kill()
            victim.rise()

    def is_up(self, victim: Victim) -> bool:
        """A node that only carries others' writes is at work once it answers."""
        node = next((n for n in self.nodes if n.process is victim.process), None)
        if node is not None and node.writes_also is not None:
            return node.alive()
        return victim.at_work()

    def end(self) -> None:
        for victim in self.victims:
            victim.kill()

    def close(self) -> None:
        for node in self.nodes:
            node.close()


@pytest.fixture
def pair_of(tmp_path: Path) -> Iterator[Callable[[bool], Pair]]:
    made: list[Pair] = []

    def make(apart: bool) -> Pair:
        seed = os.environ.get("MULIN_KILL_SEED") or random.SystemRandom().getrandbits(32)
        made.append(Pair(tmp_path, int(seed), apart=apart))
        return made[-1]

    yield make
    for pair in made:
        pair.end()
        pair.close()


def acknowledged(node: RunningNode) -> set[bytes]:
    files = [node.stdout] + ([node.writes_also] if node.writes_also else [])
    lines = [line for file in files for line in file.read_text().split()]
    assert all(len(line) == 2 * ID_BYTES for line in lines)
    return {bytes.fromhex(line) for line in lines}


def held(node: RunningNode) -> set[bytes]:
    rows = node.service.ground.db.rows("SELECT id FROM entries")
    return {bytes(row[0][:ID_BYTES]) for row in rows}


def survive(pair: Pair, kills: int, say: Callable[[str], None]) -> None:
    say(f"MULIN_KILL_SEED={pair.seed}")
    began = time.monotonic()
    pair.kill_loop(kills)
    pair.end()
    took_s = time.monotonic() - began
    promised = [acknowledged(node) for node in pair.nodes]
    for node, ids in zip(pair.nodes, promised, strict=True):
        assert ids <= held(node), "lost on its own node"
    for node in pair.nodes:
        node.start()
    wait_until(
        "they are equal", lambda: all(pair.nodes[0].control.sync(None, 5.0).values()), _SYNC_S
    )
    wait_until("they agree", lambda: pair.nodes[0].digest() == pair.nodes[1].digest(), _SYNC_S)
    for node in pair.nodes:
        assert node.stop() == 0
        assert promised[0] | promised[1] <= held(node), "lost on the way"
        assert node.problems() == []
        assert node.service.ground.book.forks(node.ledger.n) == []
        assert [x for x in node.lines() if x["event"] == "failed"] == []
        assert len(node.service.ground.log.logs(node.ledger.n)) == 2, "a crash begins no new log"
    assert pair.nodes[0].entries() == pair.nodes[1].entries()
    assert all(promised), "both wrote"
    written = sum(map(len, promised))
    say(f"{kills} kills in {took_s:.0f} s, {written} acknowledged entries, none lost")


@pytest.mark.parametrize("apart", (False, True), ids=("the node writes", "commands write"))
def test_a_few_kills(
    pair_of: Callable[[bool], Pair], apart: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        survive(pair_of(apart), 13, lambda text: print(f"\n{text}"))  # noqa: T201


@pytest.mark.slow
@pytest.mark.parametrize("apart", (False, True), ids=("the node writes", "commands write"))
def test_two_hundred_kills(
    pair_of: Callable[[bool], Pair], apart: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        survive(pair_of(apart), 200, lambda text: print(f"\n{text}"))  # noqa: T201
