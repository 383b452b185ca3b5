"""Whoever looks at the demo set is told on every screen that nobody and nothing in it exists."""

from __future__ import annotations

import json

import pytest

from tests.node.demo.conftest import Alliance, rows
from tests.support.clerk import mulin

SCREENS = (
    "today",
    "case list",
    "count case --by category",
    "find 示范一村",
    "chair show",
    "conflicts list",
    "status",
    "duplicates",
    "log",
    "verify",
    "sheet export case -o FILE.xlsx",
    "print cases -o FILE.html",
)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_says_that_it_is_invented(
    alliance: Alliance, screen: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    one, *_ = alliance("baisha")
    for lang, words in (("zh", "演示数据"), ("en", "demonstration data")):
        folder = tmp_path_factory.mktemp("screen")
        done = one(*screen.replace("FILE", str(folder / "out")).split(), lang=lang)
        assert done.code == 0, done.err
        assert words in done.out + done.err
        for file in folder.glob("*.html"):
            assert "演示数据" in file.read_text(encoding="utf-8")


def test_what_programs_read_is_left_alone(alliance: Alliance) -> None:
    one, *_ = alliance("baisha")

    done = one("case", "list", "--json")
    assert done.err == ""
    assert len(json.loads(done.out)) == 12


def test_the_record_says_so_too(alliance: Alliance) -> None:
    one, *_ = alliance("baisha")

    assert all("演示数据" in row["summary"] for row in rows(one, "case"))


def test_a_folder_that_is_there_is_not_touched(alliance: Alliance) -> None:
    one, *_ = alliance("baisha")
    folder = one.folder.parent
    before = sorted(folder.rglob("*"))

    done = mulin("demo", "load", "jinma", "-o", str(folder))
    assert done.code == 3
    assert folder.name in done.err
    assert sorted(folder.rglob("*")) == before


def test_every_township_holds_the_same_and_every_log_verifies(alliance: Alliance) -> None:
    for name in ("jinma", "sanbian", "qdg", "changping", "baisha"):
        found = [clerk.ask("status")["ledgers"][0] for clerk in alliance(name)]
        assert len({ledger["digest"] for ledger in found}) == 1
        assert all("演示数据" in ledger["name"] for ledger in found)
    first, *_ = alliance("baisha")
    assert first.ask("verify")["ok"] is True
