"""Chapters of the demonstration: a warning answered, a name sealed and erased, an alliance counted.

Every claim is checked as it is told.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from keys.errors import Exit, Text
from node.demo.load import load
from node.demo.telling import Teller
from node.demo.world import StoryFailed, Township, World, mulin, wait_for

_PARTY = "龙示春"
_CLOSED = (int(Exit.NOT_FOUND), int(Exit.REFUSED))


def warn(story: Teller, world: World) -> None:
    """One township warns two; one acknowledges; the morning page knows who did not."""
    here, there, third = world.townships
    story.head(Text("预警：发给邻乡，谁没签收一看便知", "A warning, and who has not answered it"))
    warning = here.ask(
        "warning", "new", "--kind-of", "natural_hazard", "--place", "示范一村", "--level", "orange",
        "matter=沟水上涨", f"addressees={there.member.code}、{third.member.code}", "--as", "值班室",
    )["id"]  # fmt: skip
    world.wait_equal(world.townships, "the warning arrives")
    there.command("warning", "set", warning, "receipts=acknowledged", "--as", "值班室")
    world.wait_equal(world.townships, "the answer arrives")
    page = third.ask("today")
    waiting = [one["township"] for one in page["unanswered"] if one["id"] == warning]
    if waiting != [third.name]:
        raise StoryFailed(f"{third.name} alone should be waited for, not {waiting}")
    story.ok(
        Text(
            f"{there.name}已签收；{third.name}的 mulin today 提醒它还没有签收",
            f"{there.name} acknowledged; mulin today reminds {third.name} that it did not",
        )
    )


def seal(story: Teller, world: World, case: str) -> None:
    """A party's name is read by who was granted it; once erased by nobody, not from a backup either."""
    here, there, third = world.townships
    story.head(Text("密封：当事人的姓名", "Sealed: the name of a party"))
    party = here.ask(
        "party", "new", "--case", case, "--alias", "甲方1", "--role", "applicant", "--name", _PARTY,
    )["id"]  # fmt: skip
    here.command("grant", "add", party, there.name, "--purpose", "mediation", "--as", "司法所")
    world.wait_equal(world.townships, "the sealed record arrives")
    _check(_reads(there, party), "who was granted it should read it")
    _check(not _reads(third, party), "who was not granted it should not read it")
    story.ok(
        Text(
            f"授权给{there.name}后它能看；{third.name}只有密文",
            f"granted, {there.name} reads it; {third.name} holds ciphertext only",
        )
    )
    backup = world.folder / "old.db"
    there.command("backup", str(backup))
    order = here.ask("erase", "order", party, "--ground", "on_request", "--reason", "本人申请")[
        "id"
    ]
    wait_for(lambda: _knows(there, order), "the order arrives")
    there.command("erase", "approve", order)
    wait_for(lambda: _all_erased(here, order), "all have erased it")
    there.stop()
    there.restore(backup)
    there.start()
    world.wait_equal(world.townships, "equal after an old backup came back")
    wait_for(lambda: _holds(there, party) == 0, "nothing of it is left")
    _check(not _reads(there, party), "it should be gone")
    story.ok(
        Text(
            f"两方同意后三方都已删除；{there.name}恢复了旧备份，也没有回来",
            f"two agreed, all three erased it; {there.name} restored an old backup: it stays gone",
        )
    )


def count(story: Teller, folder: Path) -> None:
    """The figures of another alliance, computed by the command line."""
    story.head(Text("统计：金麻联合体三年半", "Figures: three and a half years of 金麻"))
    homes = load(folder / "jinma", "jinma", 1, 2024, lambda _done, _all: None)
    [home, *_] = [home.folder for home in homes.values()]
    cases = {r["value"]: r["count"] for r in _counted(home, "case", "vintage")}
    [rounds] = _counted(home, "patrol", "kind_of")
    shutil.rmtree(folder / "jinma")
    there = sum(rounds["sums"]["person_times"].values())
    told = (cases, rounds["count"], there)
    _check(told == ({"new": 31, "legacy": 15}, 180, 366), f"it should count otherwise: {told}")
    story.ok(
        Text(
            f"mulin count：纠纷 46 件（新 31、旧 15），排查 180 次、{there} 人次",
            f"mulin count: 46 cases (31 new, 15 old), 180 rounds, {there} person-times",
        )
    )


def _counted(home: Path, kind: str, by: str) -> list[dict[str, Any]]:
    words = ("--home", str(home), "count", kind, "--by", by, "--json")
    done = subprocess.run([*mulin(), *words], capture_output=True, timeout=60, check=False)
    _check(done.returncode == 0, done.stderr.decode(errors="replace")[-400:])
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise StoryFailed(what)


def _reads(township: Township, party: str) -> bool:
    """Whether its clerk is shown the name."""
    return _PARTY in township.command(
        "party", "show", party, "--purpose", "mediation", expect=(int(Exit.DONE), *_CLOSED)
    )


def _knows(township: Township, order: str) -> bool:
    ledgers = township.service.ledgers
    ledgers.refresh()
    return any(known.hex() == order for known in ledgers.choose(None).erasures.orders)


def _all_erased(township: Township, order: str) -> bool:
    erasing, ledgers = township.service.erasing, township.service.ledgers
    ledgers.refresh()
    ledger = ledgers.choose(None)
    return all(answer.done for answer in erasing.board(ledger, erasing.find(ledger, order)))


def _holds(township: Township, party: str) -> int:
    """How many payloads of the record are in the store."""
    asked = "SELECT count(*) FROM entries WHERE record=? AND payload NOTNULL"
    row = township.service.ground.db.one(asked, bytes.fromhex(party))
    return int(row[0]) if row else 0
