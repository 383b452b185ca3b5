"""Records are found however they and the question are written; what is stored stays as it was typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crdt.deeds import Share
from crdt.entry import RecordId
from node import folding
from node.reading import Reading
from node.writing import Opening
from tests.support.townships import POST, Town, exchange, together

TITLE = "邵阳市红岩镇麻塘2024年山林土地纠纷"
_OTHERWISE = {
    "阳": ("陽", "陽(yáng)", "阳（yánɡ）"),
    "红": ("紅", "紅[hóng]"),
    "岩": ("巖",),
    "镇": ("鎮",),
    "塘": ("塘(má táng)",),
    "2": ("２",),
    "0": ("０",),
    "4": ("４",),
    "纠": ("糾",),
    "纷": ("紛", " 紛", "　纷"),
}


def _ways(text: str) -> st.SearchStrategy[str]:
    """Any way in which a text may come from a page or from another office."""
    return st.tuples(*(st.sampled_from((c, *_OTHERWISE.get(c, ()))) for c in text)).map("".join)


@pytest.fixture(scope="module")
def town() -> Town:
    return together(2)[0]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_typed_one_way_it_is_found_by_the_other(town: Town, data: st.DataObject) -> None:
    typed = data.draw(_ways(TITLE))
    first = data.draw(st.integers(0, len(TITLE) - 1))
    part = TITLE[first : data.draw(st.integers(first + 1, len(TITLE)))]
    asked = data.draw(_ways(part))
    record = town.create(place=typed)
    found = town.service.ground.model.search(town.ledger.n, asked, 9999)
    # A number is one word: half of one is not looked for.
    cut = any(a.isdecimal() and b.isdecimal() for a, b in _edges(TITLE, first, part))
    assert record in found or cut
    assert town.value(record, "place") == typed.strip()


def _edges(text: str, first: int, part: str) -> list[tuple[str, str]]:
    padded = f" {text} "
    end = first + len(part)
    return [(padded[first], padded[first + 1]), (padded[end], padded[end + 1])]


def _found(town: Town, *asked: str) -> list[set[RecordId]]:
    search = town.service.ground.model.search
    return [set(search(town.ledger.n, words, 99)) for words in asked]


def test_letters_find_what_is_read_so() -> None:
    town, _ = together(2)
    forest = town.create(village="麻塘村")
    other = town.create(village="重单村", category="contract", place="曾家长冲仇家坪 mt-12")
    town.create(village="例家湾村", category="traffic")
    assert _found(town, "sltd", "SLTDJF", "mtc", "matang", "ma tang", "Matangcun") == [{forest}] * 6
    asked = ("zd", "cd", "cs", "zsc", "zj", "cj", "cjcc", "zjzcqjp")
    assert [other in found for found in _found(town, *asked)] == [True] * 8
    assert _found(town, "zengjiachangchong", "chongdan", "hetong") == [{other}] * 3
    assert _found(town, "mt") == [{forest, other}], "as letters and as initials"
    assert _found(town, "m", "xyzv", "tangma", "ltd x", "'") == [set()] * 5
    assert town.problems() == []


def test_what_waits_and_what_was_changed_is_found_by_letters_too() -> None:
    one, other = together(2)
    records = [one.create(place=f"麻塘{n}号界桩") for n in range(6)]
    exchange(one, other)
    assert other.service.ground.model.words.mark() == 0
    asked = ("mt", "mth", "matang", "haojiezhuang", "hjz", "塘0号")
    before = _found(other, *asked)
    assert before == [set(records), set(), set(records), set(records), set(records), {records[0]}]
    while other.service.records.index_some(4):
        pass
    assert _found(other, *asked) == before
    other.say(records[0], place="红岩镇")
    assert _found(other, "mt", "hyz") == [set(records[1:]), {records[0]}]
    assert other.problems() == []


def test_listings_show_what_was_typed() -> None:
    town, _ = together(2)
    town.create(village="邵陽（yáng）村")
    (line,) = Reading(town.service).find(town.ledger, "邵阳村", 9)
    assert line["row"]["village"] == "邵陽（yáng）村"
    assert "邵陽（yáng）村" in line["title"]


def test_the_index_of_another_version_is_made_anew_with_time_to_spare(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, _ = together(2, tmp_path_factory.mktemp("towns"))
    records = {town.create(place=f"紅巖{n}") for n in range(3)}
    as_before: Callable[[str], str] = str.lower
    with town.service.ground.db.transaction() as conn:  # as a version that folds nothing left it
        words = town.service.ground.model.words
        words.clear()
        words.add((n, [as_before("紅"), "巖", "村"]) for n in range(1, 4))
        conn.execute("UPDATE meta SET value='before' WHERE key='tables'")
    monkeypatch.setattr(folding, "VERSION", folding.VERSION)
    town.reopen()
    assert town.service.ground.model.words.mark() == 0
    assert _found(town, "红岩", "hy") == [records, records], "nothing is lost meanwhile"
    while town.service.records.index_some(2):
        assert _found(town, "红岩") == [records]
    assert town.service.ground.model.words.mark() is None
    assert _found(town, "红岩", "紅巖", "hy") == [records] * 3
    assert town.problems() == []
    town.reopen()
    assert town.service.ground.model.words.mark() is None, "once"
    town.close()


def test_of_what_is_sealed_no_pair_and_no_initial_stands_in_the_index() -> None:
    town, _ = together(2)
    case = town.create()
    opening = Opening(case, (Share(town.ledger.me, "mediation", POST),))
    typed = {"alias": "甲方1", "role": "applicant", "name": "仲孙无忌"}
    town.service.create(town.ledger, "party", typed, POST, opening=opening)
    assert _found(town, "仲孙", "忌", "zswj", "zs", "zhongsun") == [set()] * 5
    conn = town.service.ground.db.conn
    conn.execute("CREATE VIRTUAL TABLE temp.said USING fts5vocab(main, search, row)")
    said = [row[0] for row in conn.execute("SELECT term FROM temp.said")]
    assert "山林" in said
    assert [t for t in said if set(t) & set("仲孙忌") or t.startswith(("·zs", "·sw", "·wj"))] == []
