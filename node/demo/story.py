"""The demonstration: three townships found a ledger, lose the line, say different things, settle, agree.

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
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from keys.errors import Text
from keys.identity import fingerprint
from node.control import Control
from node.demo.dataset import FEDERATIONS, acts
from node.demo.perform import Clerks
from node.demo.world import StoryFailed, Township, World, wait_for

_FEDERATION = "qdg"
_LEDGER = "黔滇桂边界联调（演示数据）"
_TOLD = ("case-", "contact-")
"""The records that the story enters: more would only take longer."""


class Story:
    """Tells and performs the story in one language."""

    def __init__(self, console: Console, lang: str, size: int) -> None:
        self._console = console
        self._lang = lang
        self._size = size
        self._chapter = 0

    def run(self, *, keep: bool) -> dict[str, Any]:
        """Perform it all; returns what was proved. Raises StoryFailed."""
        began = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="mulin-demo-"))
        self._console.rule(self._t(Text("睦邻 · 演示数据", "Mulin · demonstration data")))
        world = World(folder, FEDERATIONS[_FEDERATION])
        kept = False
        try:
            self._found(world)
            record = self._fill(world)
            self._disagree(world, record)
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
        self._head(
            Text("三个乡镇各自运行节点，共同建立账本", "Three townships, three nodes, one ledger")
        )
        first, *others = world.townships
        for t in world.townships:
            t.command("card", "-o", str(world.folder / f"{t.member.code}.card"))
            digits = fingerprint(t.service.township)
            self._say(Text(f"{t.name}  指纹 {digits}", f"{t.name}  fingerprint {digits}"))
        invite = world.folder / "invite.mulin"
        cards = [w for t in others for w in ("--with", str(world.folder / f"{t.member.code}.card"))]
        first.command("ledger", "new", _LEDGER, *cards, "-o", str(invite))
        for t in others:
            t.command("ledger", "accept", str(invite), "--yes")
        for t in world.townships:
            t.start()
        wait_for(lambda: all(self._in_force(t) for t in world.townships), "everybody has signed")
        self._ok(Text("三方都已签字，账本成立", "all three have signed; the ledger is in force"))

    def _in_force(self, township: Township) -> bool:
        township.service.ledgers.refresh()
        return bool(township.service.ledgers.active())

    def _fill(self, world: World) -> str:
        self._head(Text("登记案件和联络人", "Cases and contacts are entered"))
        by_code = world.by_code()
        clerks = Clerks({code: t.service for code, t in by_code.items()}, world.bring)
        listed = [a for a in acts(_FEDERATION, self._size) if a.ref.startswith(_TOLD)]
        with self._progress() as bar:
            task = bar.add_task(self._t(Text("登记", "entering")), total=len(listed))
            for _ in clerks.perform(listed):
                bar.advance(task)
        for t in world.townships:
            Control(t.home).nudge()
        digest = world.wait_equal(world.townships, "three equal digests")
        cases = len(world.townships[0].ask("case", "list"))
        contacts = len(world.townships[0].ask("contact", "list"))
        self._ok(
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
        self._head(
            Text(
                f"{there.name}断线，两边各自修改同一案件",
                f"{there.name} is cut off; both edit one case",
            )
        )
        there.stop()
        here.command("case", "set", record, "amount_agreed=8000", "--as", "司法所")
        there.command("case", "set", record, "amount_agreed=9500", "--as", "派出所")
        self._say(Text(f"{here.name} 填：8000 元", f"{here.name} writes 8000 yuan"))
        self._say(
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
        self._ok(
            Text(
                "恢复连接，两种说法都在，没有谁被覆盖",
                "reconnected: both statements stand, nobody is overwritten",
            )
        )
        self._cards(conflict)
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
        self._ok(
            Text(
                f"{third.name}在命令行核对：采用{there.name}的说法，并写明理由",
                f"{third.name} settles from the command line: {there.name}'s word, with a reason",
            )
        )

    def _prove(self, world: World) -> dict[str, Any]:
        self._head(
            Text("证明：三方一致，每份日志可验证", "Proof: all three agree and every log verifies")
        )
        table = Table(box=None, pad_edge=False)
        for column in (
            Text("乡镇", "township"),
            Text("条目", "entries"),
            Text("摘要", "digest"),
            Text("验证", "verified"),
        ):
            table.add_column(self._t(column))
        digests: set[str] = set()
        entries = 0
        with self._progress() as bar:
            task = bar.add_task(self._t(Text("验证", "verifying")), total=len(world.townships))
            for t in world.townships:
                result = t.ask("verify")
                bar.advance(task)
                if not result["ok"]:
                    raise StoryFailed(f"{t.name}: {result['problems'][:3]}")
                digests.add(t.digest())
                entries = result["entries"]
                table.add_row(t.name, str(entries), t.digest()[:16], "✓")
        self._console.print(table)
        if len(digests) != 1:
            raise StoryFailed("the digests differ at the end")
        self._ok(Text("三个节点摘要相同", "three equal digests"))
        return {"ok": True, "digest": digests.pop(), "entries": entries}

    def _explain(self, world: World) -> None:
        self._head(Text("节点保持运行", "The nodes are left running"))
        for t in world.townships:
            assert t.process is not None, "a kept node runs"
            self._console.print(
                f"  {t.name}: mulin --home {t.home.folder} status   (pid {t.process.pid})"
            )
        pids = " ".join(str(t.process.pid) for t in world.townships if t.process)
        self._say(
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
                self._console.print(f"   {t.member.code} {line}", markup=False)

    # --- telling -----------------------------------------------------------------------------

    def _cards(self, conflict: dict[str, Any]) -> None:
        table = Table(
            title=self._t(Text("两边不一致，请核对", "Two statements differ; please check"))
        )
        for candidate in conflict["candidates"]:
            table.add_column(f"{candidate['township']} {candidate['post']}")
        table.add_row(*(escape(c["shown"]) for c in conflict["candidates"]))
        self._console.print(table)

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("  {task.description}"),
            BarColumn(30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )

    def _head(self, text: Text) -> None:
        self._chapter += 1
        self._console.print(f"\n[bold]{self._chapter}. {escape(self._t(text))}[/bold]")

    def _say(self, text: Text) -> None:
        self._console.print(f"   {escape(self._t(text))}")

    def _ok(self, text: Text) -> None:
        self._console.print(f"   [green]✓[/green] {escape(self._t(text))}")

    def _t(self, text: Text) -> str:
        return text.say(self._lang)
