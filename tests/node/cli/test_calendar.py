"""`calendar` at the command line, lunar days typed into fields, and the table of a node."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from node import holidays
from node.cli import calendar
from tests.support.clerk import Clerk, mulin

TODAY = datetime.date(2026, 11, 26)
NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")
NEXT_YEAR = """[[holiday]]
year = 2027
zh = "元旦"
en = "New Year's Day"
rest = ["2027-01-01..2027-01-03"]

[[holiday]]
year = 2027
zh = "其他法定假日"
rest = ["2027-02-06..2027-02-08", "2027-05-01", "2027-06-09", "2027-09-15", "2027-10-01..2027-10-03"]
"""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "today", lambda: TODAY)


def _ask(*words: str, code: int = 0) -> dict[str, object]:
    done = mulin("calendar", *words, "--json", "--home", "/nowhere")
    assert done.code == code, done.err
    found: dict[str, object] = done.json
    return found


def test_a_day_is_told_without_a_node() -> None:
    assert _ask() == {
        "day": "2026-11-26",
        "weekday": 4,
        "week": "2026-W48",
        "quarter": "2026Q4",
        "lunar": {"year": 2026, "month": 10, "day": 18, "leap": False},
        "festivals": [],
        "working": True,
        "estimated": False,
        "holiday": None,
        "table": {"first": 2004, "last": 2026},
    }


def test_a_festival_of_a_year_is_a_solar_day() -> None:
    found = _ask("2026", "三月三")
    assert found["day"] == "2026-04-19"
    assert found["festivals"] == [{"zh": "三月三", "en": "Third of the Third"}]
    assert "last" not in found


def test_a_festival_without_a_year_is_the_next_one_and_says_so() -> None:
    found = _ask("三月三")
    assert (found["day"], found["last"], found["estimated"]) == ("2027-04-09", "2026-04-19", True)
    assert (
        "这是下一个；上一个是 2026-04-19" in mulin("calendar", "三月三", "--home", "/nowhere").out
    )


def test_make_up_days_and_holidays_are_named() -> None:
    assert _ask("2026-02-14")["working"] is True
    assert "是（春节调休上班）" in mulin("calendar", "2026-02-14", "--home", "/nowhere").out
    assert "否（国庆节）" in mulin("calendar", "2026年10月1日", "--home", "/nowhere").out


@pytest.mark.parametrize(
    ("word", "first", "last", "worked", "estimated"),
    (
        ("2026Q3", "2026-07-01", "2026-09-30", 66, False),
        ("2026年第三季度", "2026-07-01", "2026-09-30", 66, False),
        ("2026-W40", "2026-09-28", "2026-10-04", 3, False),
        ("2025", "2025-01-01", "2025-12-31", 248, False),
        ("2027", "2027-01-01", "2027-12-31", 261, True),
    ),
)
def test_spans_count_their_working_days(
    word: str, first: str, last: str, worked: int, estimated: bool
) -> None:
    found = _ask(word)
    assert (found["from"], found["to"]) == (first, last)
    assert (found["working_days"], found["estimated"]) == (worked, estimated)


def test_due_days_are_counted() -> None:
    assert _ask("due", "2026-09-30", "1")["due"] == "2026-10-08"
    found = _ask("due", "2026-12-23", "3")
    assert (found["due"], found["estimated"]) == ("2026-12-28", True)
    assert _ask("due", "2026-12-10", "30", "--days")["due"] == "2027-01-09"


@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize(
    "words",
    ([], ["2026"], ["2026Q4"], ["三月三"], ["2020年闰四月初八"], ["due", "2026-12-10", "30", "--days"]),
)  # fmt: skip
def test_answers_fit_a_terminal(words: list[str], lang: str) -> None:
    done = mulin("calendar", *words, "--lang", lang, "--home", "/nowhere")
    assert done.code == 0, done.err
    assert max(map(cell_len, done.out.split("\n"))) <= 80


def test_a_year_is_imported_after_a_look(alone: Clerk, tmp_path: Path) -> None:
    file = tmp_path / "2027.toml"
    file.write_bytes(NEXT_YEAR.encode("gb18030"))
    stands = alone.folder / holidays.FILE
    for words, typed in ((("--dry-run",), "y\n"), ((), "n\n"), ((), "")):
        done = alone("calendar", "import", str(file), *words, typed=typed)
        assert done.code == 0, done.err
        assert "01-01..01-03" in done.out
        assert "没有保存" in done.out
        assert not stands.exists()
    done = alone("calendar", "import", str(file), typed="y\n")
    assert "已保存" in done.out
    assert stands.stat().st_mode & 0o077 == 0
    assert alone.ask("calendar", "2027-01-01")["holiday"]["zh"] == "元旦"
    assert alone.ask("calendar", "2026-12-28")["estimated"] is False
    assert alone.ask("calendar")["table"] == {"first": 2004, "last": 2027}
    again = alone.ask("calendar", "import", str(file), "--yes")
    assert (again["saved"], again["years"][0]["state"]) == (False, "same")


def test_what_was_exported_may_be_changed_and_imported(alone: Clerk, tmp_path: Path) -> None:
    file = tmp_path / "表.toml"
    alone.ask("calendar", "export", "-o", str(file))
    assert alone("calendar", "export", "-o", str(file)).code == 3
    assert alone.ask("calendar", "import", str(file), "--yes")["saved"] is False
    text = file.read_text().replace("2026-10-01..2026-10-07", "2026-10-01..2026-10-08")
    file.write_text(text + "\n" + NEXT_YEAR)
    found = alone.ask("calendar", "import", str(file), "--yes")
    states = {change["year"]: change["state"] for change in found["years"]}
    assert states.pop(2026) == "changed"
    assert states.pop(2027) == "new"
    assert set(states.values()) == {"same"}
    assert alone.ask("calendar", "2026-10-08")["working"] is False


def test_a_year_without_the_holidays_of_the_law_is_taken_only_if_somebody_insists(
    alone: Clerk, tmp_path: Path
) -> None:
    """Else one holiday in a file would make a whole year certain."""
    file = tmp_path / "2027.toml"
    file.write_text(NEXT_YEAR.partition("\n\n")[0])
    done = alone("calendar", "import", str(file), "--yes")
    assert done.code == 3
    assert "2027 年的表不完整：2027-02-08、2027-06-09" in done.err
    assert "请核对：2027 年的表里" in alone("calendar", "import", str(file), "--dry-run").out
    assert not (alone.folder / holidays.FILE).exists()
    assert alone.ask("calendar", "import", str(file), "--yes", "--anyway")["saved"] is True


def test_a_bad_file_changes_nothing(alone: Clerk, tmp_path: Path) -> None:
    file = tmp_path / "2027.toml"
    file.write_text(NEXT_YEAR.replace("rest", "rset"))
    before = sorted(alone.folder.iterdir())
    done = alone("calendar", "import", str(file), "--yes")
    assert (done.code, done.err) == (
        2,
        "这份节假日表不能用：第 1 个节假日：不认识“rset”。没有改动任何内容。\n",
    )
    assert alone("calendar", "import", str(tmp_path), "--yes").code == 2
    assert alone("calendar", "import", str(tmp_path / "none"), "--yes").code == 2
    assert sorted(alone.folder.iterdir()) == before


def test_a_table_that_somebody_spoiled_is_named(alone: Clerk) -> None:
    (alone.folder / holidays.FILE).write_text("[[holiday")
    done = alone("calendar", "2026-12-28")
    assert done.code == 3
    assert "holidays.toml 不能用：写法不对" in done.err


def test_importing_needs_a_node(tmp_path: Path) -> None:
    file = tmp_path / "2027.toml"
    file.write_text(NEXT_YEAR)
    done = mulin("calendar", "import", str(file), "--yes", "--home", str(tmp_path / "none"))
    assert done.code == 2
    assert not (tmp_path / "none").exists()


def test_lunar_days_are_typed_into_fields(pair: list[Clerk]) -> None:
    here = pair[0]
    record = here.id(*NEW, "occurred_on=农历2026年三月初三")
    assert here.ask("case", "show", record)["fields"]["occurred_on"] == "2026-04-19"
    done = here("case", "set", record, "due_on=2026年腊月初八")
    assert done.code == 0, done.err
    assert "2026年腊月初八 即 2027-01-15。" in done.err
    assert here.ask("case", "show", record)["fields"]["due_on"] == "2027-01-15"
    assert "即" not in here("case", "set", record, "due_on=2027年1月16日").err


@pytest.mark.parametrize(
    ("typed", "said"),
    (
        ("三月三", "没有写年份，请写其中一个：农历"),
        ("2026年闰四月初一", "没有农历2026年闰四月初一这一天"),
        ("农历2200年三月初三", "农历只能换算 1900 年到 2100 年"),
        ("2026年三月三日", "应为日期"),
    ),
)
def test_a_day_that_may_be_another_is_refused(pair: list[Clerk], typed: str, said: str) -> None:
    here = pair[0]
    before = here.world()
    done = here(*NEW, f"occurred_on={typed}")
    assert done.code == 2
    assert said in done.err
    assert here.world() == before
