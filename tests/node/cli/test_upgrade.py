"""Programs of two versions in one ledger: the earlier carries what it does not know, and shows it later.

Told twice: the version before this one and this one, and this one and a next that knows one kind more. Every
command of another version is a process of its own, and entries travel in files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from crdt.schema import SCHEMA
from tests.support.clerk import Clerk
from tests.support.versions import VersionClerk, alliance, program, stick

KINDS = Path(__file__).resolve().parents[2] / "support" / "kinds"
GATE, TESTIMONY = KINDS / "water_gate.py", KINDS / "testimony.py"
CASE = ("case", "new", "--category", "forest_land", "--village", "示范一村")


@dataclass(frozen=True)
class Meeting:
    """Two versions, and what only the newer knows."""

    earlier: VersionClerk | None
    newer: VersionClerk | None
    kind: str
    begun: tuple[str, ...]
    field: str
    values: tuple[str, str]
    word: str
    table: str

    def upgraded(self, clerk: Clerk) -> Clerk:
        """The home of who was behind, with the newer program in the place of the earlier."""
        if self.newer is None:
            return Clerk(clerk.folder, clerk.name)
        return VersionClerk(clerk.folder, clerk.name, self.newer.schema, self.newer.kinds)


MEETINGS = (
    Meeting(
        program(SCHEMA - 1),
        None,
        "warning",
        ("kind_of=fire", "place=上坝渡口", "level=red", "matter=浓烟"),
        "source",
        ("林业站", "消防队"),
        "上坝",
        "warnings",
    ),
    Meeting(
        None,
        program(SCHEMA + 1, GATE),
        "water_gate",
        ("sort=weir", "called=上坝口", "check_on=2026-12-01"),
        "cost",
        ("800", "950"),
        "上坝",
        "water_gates",
    ),
)


@pytest.mark.parametrize("met", MEETINGS, ids=("the-last-version", "the-next-version"))
def test_who_upgrades_late_carries_what_is_new_and_shows_it_afterwards(
    met: Meeting, tmp_path: Path
) -> None:
    here, behind, there = alliance(tmp_path, met.newer, met.earlier, met.newer)
    case = here.id(*CASE)
    record = here.id(met.kind, "new", *met.begun)
    assert here(met.kind, "set", record, f"{met.field}={met.values[0]}").code == 0
    stick(here, behind, tmp_path)

    _carries(behind, met, record, entries=2)
    sight = here.ask(met.kind, "show", record)["behind"]
    assert sight == [], "it has said nothing yet by which one could know"
    assert behind.ask("case", "show", case)["title"] == here.ask("case", "show", case)["title"]
    assert behind("case", "set", case, "place=河边").code == 0, "work goes on"

    stick(behind, there, tmp_path)
    assert there.ask(met.kind, "show", record)["fields"][met.field] is not None
    assert there.ask("verify")["ok"]
    stick(there, here, tmp_path)
    assert here.ask("case", "show", case)["fields"]["place"] == "河边"
    assert here.ask(met.kind, "show", record)["behind"] == [behind.name]
    assert (
        f"据本机所知，{behind.name}的程序还没有升级，升级以后才看得到。"
        in here(met.kind, "show", record).out
    )
    assert here.ask("case", "show", case)["behind"] == []
    for clerk, value in ((there, met.values[1]), (here, "")):
        done = clerk(met.kind, "set", record, f"{met.field}={value}")
        assert (done.code, f"据本机所知，{behind.name}的程序还没有升级" in done.err) == (0, True)
    stick(there, behind, tmp_path)
    stick(here, behind, tmp_path)
    _carries(behind, met, record, entries=4)
    before = _facts(behind)
    assert before["digest"] != _facts(there)["digest"]

    stick(behind, there, tmp_path)
    _shows_all(met.upgraded(behind), (here, there), met, record, before)
    _touches_nothing(behind)


def _shows_all(
    upgraded: Clerk,
    others: tuple[Clerk, Clerk],
    met: Meeting,
    record: str,
    before: dict[str, object],
) -> None:
    """After the upgrade, and without anything having come, all is there as it is at the others."""
    here, there = others
    now = _facts(upgraded)
    assert (now["newer"], now["waiting"], now["conflicts"]) == (0, 0, 1)
    assert now["entries"] == before["entries"], "nothing came"
    assert now["digest"] == _facts(there)["digest"]
    assert [r["id"] for r in upgraded.ask(met.kind, "list")] == [record]
    assert record in [r["id"] for r in upgraded.ask("find", met.word)]
    shown = upgraded.ask(met.kind, "show", record)
    theirs = there.ask(met.kind, "show", record)
    assert [shown[k] for k in ("title", "fields", "entries")] == [
        theirs[k] for k in ("title", "fields", "entries")
    ]
    assert [c["id"] for c in shown["conflicts"]] == [c["id"] for c in theirs["conflicts"]]
    assert shown["delivered"] == {upgraded.name: True, here.name: False, there.name: False}
    assert [c["record"] for c in upgraded.ask("conflicts", "list", code=4)] == [record]
    with contextlib.closing(sqlite3.connect(upgraded.folder / "ledger.db")) as base:
        [(title,)] = base.execute(f'SELECT title FROM "{met.table}"').fetchall()
    assert title == shown["title"]
    assert upgraded.ask("verify")["ok"]
    assert upgraded("doctor").code == 0


def _facts(clerk: Clerk) -> dict[str, object]:
    found: dict[str, object] = clerk.ask("status")["ledgers"][0]
    return found


def _carries(behind: Clerk, met: Meeting, record: str, *, entries: int) -> None:
    """Whoever is behind holds it all, says so in plain words, and shows none of it."""
    facts = _facts(behind)
    assert (facts["newer"], facts["waiting"], facts["conflicts"]) == (entries, 0, 0)
    assert f"{entries} 条是更新的程序写的" in behind("status").out
    assert f"{entries} were written by newer programs" in behind("status", lang="en").out
    assert behind.ask("verify")["ok"]
    checks = {c["check"]: c for c in behind.ask("doctor")["checks"]}
    assert (checks["newer"]["level"], "升级" in checks["newer"]["hint"]) == ("note", True)
    found = behind("find", met.word)
    assert found.code == 0
    assert found.out.startswith("没有符合的记录。\n另有")
    assert behind("case", "list").out.count("更新的程序写的") == 1
    lost = behind("case", "show", record)
    assert (lost.code, "更新的程序写的" in lost.err) == (1, True)
    assert behind(met.kind, "list").code == 2, "a command that it does not have"
    assert "更新的程序写的" in behind("today").out


def _touches_nothing(behind: Clerk) -> None:
    """The earlier program meets a store of the newer: one sentence, and not a byte is changed."""
    before = _bytes(behind.folder)
    for words in (("status",), ("case", "list"), ("today",), CASE):
        done = behind(*words)
        assert (done.code, done.out, done.err.count("\n")) == (3, "", 1), done
        assert "没有改动。请升级。" in done.err
    assert "请升级" in behind("doctor").out
    assert _bytes(behind.folder) == before


def _bytes(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_what_is_sealed_and_new_is_carried_for_who_may_read_it(tmp_path: Path) -> None:
    """Granted to who is behind, and to who is not: each reads it once its program can, and nobody else."""
    newer = program(SCHEMA + 1, TESTIMONY)
    here, behind, there = alliance(tmp_path, newer, None, newer)
    case = here.id(*CASE)
    record = here.id("testimony", "new", "--case", case, "alias=证人1", "said=看到界桩被移动")
    purpose = ("--purpose", "调解", "--until", "2099-12-31")
    assert here("grant", "add", record, behind.name, *purpose).code == 0
    stick(here, behind, tmp_path)
    stick(behind, there, tmp_path)

    assert behind.ask("verify")["ok"]
    assert _facts(behind)["newer"] == 1
    seen = json.dumps([behind.ask("case", "show", case), behind.ask("status")], ensure_ascii=False)
    assert "证人1" not in seen
    closed = there("testimony", "show", record, "--purpose", "调解")
    assert closed.code == 3, "it is not granted, whatever the program knows"

    upgraded = VersionClerk(behind.folder, behind.name, newer.schema, newer.kinds)
    shown = upgraded.ask("testimony", "show", record, "--purpose", "调解")
    assert shown["fields"]["said"] == "看到界桩被移动"
    assert _facts(upgraded)["newer"] == 0
    assert upgraded.ask("verify")["ok"]
    assert b"\xe8\xaf\x81\xe4\xba\xba1" not in (upgraded.folder / "ledger.db").read_bytes()


def test_what_is_not_new_is_read_by_everybody(tmp_path: Path) -> None:
    """Each entry says no newer rules than it needs, whatever the program of its author knows."""
    behind_is = program(SCHEMA - 1)
    here, behind = alliance(tmp_path, None, behind_is)
    plain = here.id(*CASE)
    assert here("case", "move", plain, "accepted", "--reason", "双方同意").code == 0
    stick(here, behind, tmp_path)
    assert behind.ask("case", "show", plain)["fields"]["state"] == "accepted"
    assert _facts(behind)["newer"] == 0
    knows = {d["township"]: d["schema"] for d in here.ask("compat")["devices"]}
    assert knows[here.name] == SCHEMA
