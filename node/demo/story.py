"""The demonstration: three townships found a ledger, lose the line, differ, settle, warn, seal, erase, agree.

Everything is done for real: three node processes, mutual TLS, their own SQLite files, the command line.
Every claim is checked as it is told; whatever is not as told raises StoryFailed.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from keys.errors import Text
from keys.identity import fingerprint
from node.control import Control
from node.demo.chapters import count, seal, warn
from node.demo.dataset import FEDERATIONS, acts
from node.demo.perform import Clerks
from node.demo.telling import Teller
from node.demo.world import StoryFailed, Township, World, wait_for

_FEDERATION = "qdg"
_LEDGER = "黔滇桂边界联调（演示数据）"
_CASES = 8
_TOLD = ("contact-", "coop-field-", "project-00001")
"""What the story enters beside so many cases: more would only take longer."""


class Story(Teller):
    """Tells and performs the story."""

    def __init__(self, console: Console, lang: str, size: int) -> None:
        super().__init__(console, lang)
        self._size = size

    def run(self, *, keep: bool) -> dict[str, Any]:
        """Perform it all; returns what was proved. Raises StoryFailed."""
        began = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="mulin-demo-"))
        self.console.rule(self.t(Text("睦邻 · 演示数据", "Mulin · demonstration data")))
        world = World(folder, FEDERATIONS[_FEDERATION])
        kept = False
        try:
            self._found(world)
            record = self._fill(world)
            self._disagree(world, record)
            warn(self, world)
            seal(self, world, record)
            count(self, folder)
            found = self._prove(world)
            found["seconds"] = round(time.monotonic() - began, 1)
            if keep:
                self._explain(world)
                kept = True
            return found
        except StoryFailed:
            self._tell_logs(world)
            raise
        finally:
            if not kept:
                world.close()
                shutil.rmtree(folder)

    # --- chapters ----------------------------------------------------------------------------

    def _found(self, world: World) -> None:
        self.head(
            Text("三个乡镇各自运行节点，共同建立账本", "Three townships, three nodes, one ledger")
        )
        first, *others = world.townships
        for t in world.townships:
            t.command("card", "-o", str(world.folder / f"{t.member.code}.card"))
            digits = fingerprint(t.service.township)
            self.say(Text(f"{t.name}  指纹 {digits}", f"{t.name}  fingerprint {digits}"))
        invite = world.folder / "invite.mulin"
        cards = [w for t in others for w in ("--with", str(world.folder / f"{t.member.code}.card"))]
        first.command("ledger", "new", _LEDGER, *cards, "-o", str(invite))
        for t in others:
            t.command("ledger", "accept", str(invite), "--yes")
        for t in world.townships:
            t.start()
        wait_for(lambda: all(self._in_force(t) for t in world.townships), "everybody has signed")
        self.ok(Text("三方都已签字，账本成立", "all three have signed; the ledger is in force"))

    def _in_force(self, township: Township) -> bool:
        township.service.ledgers.refresh()
        return bool(township.service.ledgers.active())

    def _fill(self, world: World) -> str:
        self.head(Text("登记案件和联络人", "Cases and contacts are entered"))
        by_code = world.by_code()
        clerks = Clerks({code: t.service for code, t in by_code.items()}, world.bring)
        told = [f"case-{n:04d}" for n in range(1, _CASES * self._size + 1)]
        listed = [
            a for a in acts(_FEDERATION, self._size) if a.ref in told or a.ref.startswith(_TOLD)
        ]
        with self.progress() as bar:
            task = bar.add_task(self.t(Text("登记", "entering")), total=len(listed))
            for _ in clerks.perform(listed):
                bar.advance(task)
        for t in world.townships:
            Control(t.home).nudge()
        digest = world.wait_equal(world.townships, "three equal digests")
        cases = len(world.townships[0].ask("case", "list"))
        contacts = len(world.townships[0].ask("contact", "list"))
        self.ok(
            Text(
                f"{cases} 件案件、{contacts} 位联络人，三方一致（{digest[:8]}）",
                f"{cases} cases, {contacts} contacts, equal at all three ({digest[:8]})",
            )
        )
        village = "示范一村"
        record = world.townships[0].ask(
            "case", "new", "--category", "forest_land", "--village", village, "state=registered"
        )["id"]
        wait_for(lambda: len({t.digest() for t in world.townships}) == 1, "the new case arrives")
        return str(record)

    def _disagree(self, world: World, record: str) -> None:
        here, there, third = world.townships
        self.head(
            Text(
                f"{there.name}断线，两边各自修改同一案件",
                f"{there.name} is cut off; both edit one case",
            )
        )
        there.stop()
        here.command("case", "set", record, "amount_agreed=8000", "--as", "司法所")
        there.command("case", "set", record, "amount_agreed=9500", "--as", "派出所")
        self.say(Text(f"{here.name} 填：8000 元", f"{here.name} writes 8000 yuan"))
        self.say(
            Text(
                f"{there.name} 填：9500 元（未联网，已存本机）",
                f"{there.name} writes 9500 yuan (offline, saved)",
            )
        )
        if here.digest() == there.digest():
            raise StoryFailed("the two sides should differ while cut off")
        there.start()
        world.wait_equal(world.townships, "equal after reconnecting")
        found = third.ask("conflicts", "list", expect=(4,))
        [conflict] = [c for c in found if c["record"] == record]
        said = {c["township"]: c["shown"] for c in conflict["candidates"]}
        if set(said) != {here.name, there.name}:
            raise StoryFailed("both statements should stand")
        self.ok(
            Text(
                "恢复连接，两种说法都在，没有谁被覆盖",
                "reconnected: both statements stand, nobody is overwritten",
            )
        )
        self.cards(conflict)
        third.command(
            "conflicts", "settle", conflict["id"], "--take", there.name,
            "--reason", "电话核对，以协议书为准", "--as", "综治中心",
        )  # fmt: skip
        world.wait_equal(world.townships, "equal after settling")
        if here.ask("conflicts", "list") != []:
            raise StoryFailed("nothing should be left to settle")
        value = here.ask("case", "show", record)["fields"]["amount_agreed"]
        if value != 950_000:
            raise StoryFailed("the settled value should stand")
        self.ok(
            Text(
                f"{third.name}在命令行核对：采用{there.name}的说法，并写明理由",
                f"{third.name} settles from the command line: {there.name}'s word, with a reason",
            )
        )

    def _prove(self, world: World) -> dict[str, Any]:
        self.head(
            Text("证明：三方一致，每份日志可验证", "Proof: all three agree and every log verifies")
        )
        table = Table(box=None, pad_edge=False)
        for column in (
            Text("乡镇", "township"),
            Text("条目", "entries"),
            Text("摘要", "digest"),
            Text("验证", "verified"),
        ):
            table.add_column(self.t(column))
        digests: set[str] = set()
        entries = 0
        with self.progress() as bar:
            task = bar.add_task(self.t(Text("验证", "verifying")), total=len(world.townships))
            for t in world.townships:
                result = t.ask("verify")
                bar.advance(task)
                if not result["ok"]:
                    raise StoryFailed(f"{t.name}: {result['problems'][:3]}")
                digests.add(t.digest())
                entries = result["entries"]
                table.add_row(t.name, str(entries), t.digest()[:16], "✓")
        self.console.print(table)
        if len(digests) != 1:
            raise StoryFailed("the digests differ at the end")
        self.ok(Text("三个节点摘要相同", "three equal digests"))
        return {"ok": True, "digest": digests.pop(), "entries": entries}

    def _explain(self, world: World) -> None:
        self.head(Text("节点保持运行", "The nodes are left running"))
        for t in world.townships:
            assert t.process is not None, "a kept node runs"
            self.console.print(
                f"  {t.name}: mulin --home {t.home.folder} status   (pid {t.process.pid})"
            )
        pids = " ".join(str(t.process.pid) for t in world.townships if t.process)
        self.say(
            Text(
                f"结束：kill {pids} && rm -r {world.folder}",
                f"to end: kill {pids} && rm -r {world.folder}",
            )
        )

    def _tell_logs(self, world: World) -> None:
        """What the nodes wrote last: a failed demonstration must be possible to mend."""
        for t in world.townships:
            lines = t.log.read_text(errors="replace").splitlines() if t.log.exists() else []
            for line in lines[-8:]:
                self.console.print(f"   {t.member.code} {line}", markup=False)
