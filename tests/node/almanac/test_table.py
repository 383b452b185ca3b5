"""The file of holidays: what is written is read back, and what is wrong is refused in plain words."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import Text
from keys.limits import HOLIDAYS_FILE_BYTES
from node.almanac.errors import BadTable
from node.almanac.table import dump, parse
from node.almanac.workdays import Holiday, Workdays
from node.holidays import shipped

GOOD = """[[holiday]]
year = 2027
zh = "元旦"
rest = ["2027-01-01..2027-01-03"]
"""


def test_the_table_that_comes_along_is_written_as_it_is_read() -> None:
    again = parse(dump(shipped()))
    assert again.holidays == shipped().holidays
    assert dump(again) == dump(shipped())
    assert sorted(again.years) == list(range(2004, 2027))


@st.composite
def _tables(draw: st.DrawFn) -> Workdays:
    """Tables of few holidays, no day of which is named twice."""
    year = draw(st.integers(1991, 2099))
    window = st.dates(datetime.date(year - 1, 12, 25), datetime.date(year, 12, 31))
    rest = draw(st.sets(window, min_size=1, max_size=40))
    work = {d for d in draw(st.sets(window, max_size=20)) if d.weekday() >= 5} - rest
    name = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=9)
    names = draw(st.tuples(name, name))
    whole = Holiday(year, Text(*names), tuple(sorted(rest)), tuple(sorted(work)))
    return Workdays([whole])


@given(_tables())
def test_what_is_written_is_read_back(table: Workdays) -> None:
    assert parse(dump(table)).holidays == table.holidays


@pytest.mark.parametrize("encoding", ("utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"))
def test_files_of_any_editor_are_read(encoding: str) -> None:
    (found,) = parse(GOOD.replace("\n", "\r\n").encode(encoding)).holidays
    assert found.name == ("元旦", "元旦")
    assert len(found.rest) == 3


def test_days_may_stand_without_quotes() -> None:
    (found,) = parse(
        GOOD.replace('"2027-01-01..2027-01-03"', "2027-01-01, 2027-01-02").encode()
    ).holidays
    assert found.rest == (datetime.date(2027, 1, 1), datetime.date(2027, 1, 2))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    (
        ("rest =", "rset =", "不认识“rset”"),
        ("[[holiday]]", "[[holidays]]", "不认识“holidays”"),
        ("[[holiday]]", "[holiday]", "[[holiday]] 开头"),
        ("year = 2027", 'year = "2027"', "year 应为年份"),
        ("year = 2027", "year = 27", "year 应为年份"),
        ("year = 2027", "year = true", "year 应为年份"),
        ("year = 2027", "year = 2028", "2027-01-01 不在 2028 年"),
        ('zh = "元旦"', "", "节日名称"),
        ('zh = "元旦"', 'zh = ""', "节日名称"),
        ('zh = "元旦"', 'zh = "\\u001b[31m"', "节日名称"),
        ('zh = "元旦"', f'zh = "{"元" * 200}"', "节日名称"),
        ('zh = "元旦"', 'zh = "元旦"\nen = 1', "节日名称"),
        ('["2027-01-01..2027-01-03"]', "[]", "没有一天"),
        ('["2027-01-01..2027-01-03"]', '"2027-01-01"', "[ ]"),
        ('["2027-01-01..2027-01-03"]', "[1]", "应写成"),
        ('["2027-01-01..2027-01-03"]', "[2027-01-01T00:00:00]", "应写成"),
        ("2027-01-01..2027-01-03", "2027-01-03..2027-01-01", "前后不对"),
        ("2027-01-01..2027-01-03", "2027-01-01..2027-12-31", "前后不对"),
        ("2027-01-01..2027-01-03", "2027-02-29", "应写成"),
        ("2027-01-01..2027-01-03", "2027年1月1日", "应写成"),
        ("2027-01-03", '2027-01-03", "2027-01-02', "写了两次"),
        ("2027-01-03\"]", '2027-01-03"]\nwork = ["2027-01-02"]', "又休息又上班"),
        ("2027-01-03\"]", '2027-01-03"]\nwork = ["2027-01-05"]', "不是周末"),
        ('zh = "元旦"', 'zh = "元旦', "第 3 行写法不对"),
        ("2027", "9" * 5000, "写法不对"),
        (GOOD, "x = " + "[" * 3000, "写法不对"),
        (GOOD, "", "没有一个节假日"),
        (GOOD, "# 只有注释", "没有一个节假日"),
    ),
)  # fmt: skip
def test_what_is_wrong_is_said(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(BadTable) as fault:
        parse(GOOD.replace(old, new).encode())
    assert said in fault.value.say("zh")
    assert "holiday" in fault.value.say("en")


@pytest.mark.parametrize(
    "data", (b"\xff\xfe\x00\x01\xff", b"\x00" * 9, b"PK\x03\x04", b"#" * (HOLIDAYS_FILE_BYTES + 1))
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadTable):
        parse(data)


@given(st.binary(max_size=60), st.integers(0, len(GOOD.encode())))
def test_no_bytes_break_it(noise: bytes, at: int) -> None:
    whole = GOOD.encode()
    with contextlib.suppress(BadTable):
        parse(whole[:at] + noise + whole[at:])
