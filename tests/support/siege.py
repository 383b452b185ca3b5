"""A node under attack: its process, one honest peer's, and an intruder who is a member with real keys.

After every attack the same things are checked of the world: nothing was stored, an edit of the honest
peer still arrives, memory is bounded, every line of the log is a line, and each refusal is exactly one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keys import canonical
from keys.canonical import Plain
from protocol import messages as m
from tests.support import intruder
from tests.support.intruder import Line, message, web_frame
from tests.support.nodes import RunningNode, found, wait_until
from tests.support.people import NAMES
from tests.support.townships import LEDGER, Town

ROOM_KIB = 24 * 1024
_WINDOW = 4 << 20
# What a peer may do to itself without having done wrong.
_PEACEFUL = ("done", "replaced", "shutting_down")


class Attack:
    """What happened while one attack lasted; `refusals` are the lines about it, once it is over."""

    def __init__(self, node: RunningNode) -> None:
        self.since = node.log_end()
        self.refusals: list[dict[str, Any]] = []
        self.grown_kib = 0


class Siege:
    """`settings`: as node_main takes them, for the attacked node only."""

    def __init__(self, folder: Path, settings: Mapping[str, object] | None = None) -> None:
        self.node, self.honest = RunningNode(folder, 0), RunningNode(folder, 1)
        self.intruder = Town("c")
        found([self.node, self.honest], [self.intruder.service])
        self.tls = intruder.member_tls(self.intruder.service.ground.identity.device.tls)
        self.peer = self.intruder.service.device.hex()[:12]
        self._edits = 0
        self.node.start(settings)
        self.honest.start()
        self.honest_edit_arrives()

    def close(self) -> None:
        codes = [self.honest.close(), self.node.close()]
        self.intruder.close()
        ends = [n.stderr.read_text()[-2000:] for n in (self.honest, self.node)]
        assert codes == [0, 0], f"both nodes stop when asked, not {codes}: {ends}"
        assert self.node.lines()[-1]["event"] in ("stopping", "closed", "disconnected")

    # --- the world ---------------------------------------------------------------------------

    def honest_edit_arrives(self) -> None:
        self._edits += 1
        self.honest.create(f"诚实村{self._edits}")
        wait_until("the edit arrives", lambda: self.node.digest() == self.honest.digest())

    def line_refusals(self, since: int) -> list[dict[str, Any]]:
        """Lines that say why somebody was turned away; the honest peer never is."""
        found = []
        for line in self.node.lines(since):
            assert line["event"] != "failed", line
            wrong = line["event"] == "closed" and line["by"] == "us"
            if line["event"] == "refused" or (wrong and line["reason"] not in _PEACEFUL):
                assert line.get("why") or line.get("reason"), line
                assert line.get("peer", self.peer) == self.peer, line
                found.append(line)
        return found

    @contextmanager
    def attack(self, refusals: int, room_kib: int = ROOM_KIB) -> Iterator[Attack]:
        """Checks the world after the attack; it must have left exactly `refusals` lines about itself."""
        this, before, held = Attack(self.node), self.node.digest(), self._held()
        memory = self.node.memory_kib()
        yield this
        wait_until(
            f"{refusals} refusals in the log",
            lambda: len(self.line_refusals(this.since)) >= refusals,
        )
        assert self._held()[0] == held[0], "an attack stores nothing"
        assert self.node.digest() == before or self._held() != held, "an attack changes nothing"
        self.honest_edit_arrives()
        this.grown_kib = self.node.memory_kib() - memory
        assert this.grown_kib < room_kib, f"{this.grown_kib} KiB more than before"
        this.refusals = self.line_refusals(this.since)
        assert len(this.refusals) == refusals, this.refusals

    def _held(self) -> tuple[int, int]:
        """(entries of whoever is not the honest peer, all entries) at the node."""
        rows = self.node.service.ground.db.rows(
            "SELECT device=?, count(*) FROM entries JOIN logs ON logs.n=entries.log GROUP BY 1",
            bytes(self.honest.service.device),
        )
        counts = dict(rows)
        return counts.get(0, 0), sum(counts.values())

    def secrets(self) -> list[bytes]:
        """What nobody may learn who has not shown a member's certificate."""
        words = [LEDGER, *NAMES[:3], self.node.ledger.hex, "aiohttp", "Python", "mulin"]
        return [w.encode() for w in words] + [bytes(self.node.ledger.id)]

    # --- the intruder ------------------------------------------------------------------------

    def line(self, receive_bytes: int = 0) -> Line:
        """A connection with the intruder's real certificate."""
        return Line(self.node.port, self.tls, receive_bytes=receive_bytes)

    def hello(self, ledger: bytes | None = None) -> bytes:
        """The intruder's first word: it knows the ledger, and that it holds other things than the node."""
        named = bytes(self.node.ledger.id) if ledger is None else ledger
        return message(m.Hello((1,), _WINDOW, (), ((named, bytes(16)),), ()))

    def greeted(self) -> Line:
        """A session: upgraded, hello said, the node's own not yet read."""
        line = self.line().upgraded()
        line.send(web_frame(self.hello()))
        return line

    def say(self, *stream: bytes) -> m.Goodbye | None:
        """Open a session, send these bytes of its stream, read the node's last word."""
        with self.greeted() as line:
            line.send(b"".join(web_frame(part) for part in stream))
            return line.goodbye()

    def run(self) -> list[Plain]:
        """A run of the intruder's own log, honestly made but for what the caller changes in it."""
        self.intruder.create(f"入侵村{self.intruder.entries()}")
        return self.last_run()

    def last_run(self) -> list[Plain]:
        service, ledger = self.intruder.service, self.intruder.ledger
        (log,) = service.replica.vector(ledger.id)
        step = service.replica.next_run(ledger.id, log, frozenset())
        assert step is not None
        return canonical.decode_list(step[0], len(step[0]))

    def sent_run(self, plain: list[Plain], ledger: bytes | None = None) -> m.Goodbye | None:
        named = bytes(self.node.ledger.id) if ledger is None else ledger
        return self.say(message(m.Run(named, canonical.encode(plain))))
