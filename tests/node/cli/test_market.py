"""Markets and notices: what is over leaves the list by itself, prices make series, offers meet demands."""

from __future__ import annotations

import sqlite3
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from node.cli.series import bar
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry

NOTE = ("market_info", "new")


def _ids(clerk: Clerk, *words: str) -> list[str]:
    return sorted(line["id"] for line in clerk.ask("market_info", "list", *words))


def test_a_note_that_is_over_leaves_the_list_by_itself_and_is_found_by_product(
    pair: list[Clerk],
) -> None:
    here, there = pair
    over = here.id(*NOTE, "kind_of=experience", "product=楠竹", f"valid_to={day(-1)}")
    last_day = here.id(*NOTE, "kind_of=experience", "product=楠竹", f"valid_to={day()}")
    open_ = here.id(*NOTE, "kind_of=supply", "product=楠竹")
    other = here.id(*NOTE, "kind_of=supply", "product=天麻", f"valid_to={day(9)}")
    carry(here, there)

    for clerk in pair:
        assert _ids(clerk) == sorted((last_day, open_, other))
        assert _ids(clerk, "product=楠竹") == sorted((last_day, open_))
        assert _ids(clerk, "product=楠竹", "--all") == sorted((over, last_day, open_))
        assert _ids(clerk, f"valid_to={day(-1)}") == [over]  # whoever asks for the day knows
        page = clerk("market_info", "list").out
        assert over[:8] not in page
        assert "另有 1 条已过有效期" in page
        assert "--all" in page
        assert over[:8] in clerk("market_info", "list", "--all").out
        assert "已过有效期" not in clerk("market_info", "list", "--all").out
        assert clerk.ask("market_info", "show", over)["id"] == over  # nothing is lost
    assert "not listed: 1" in here("market_info", "list", lang="en").out

    here("market_info", "set", over, f"valid_to={day(5)}")
    assert over in _ids(here)


def test_a_job_notice_and_an_announcement_are_over_after_their_day_too(pair: list[Clerk]) -> None:
    here, _ = pair
    here.id(*NOTE, "kind_of=labour", "product=采茶工", "quantity=40 人", f"valid_to={day(-1)}")
    here.id("announcement", "new", "called=封路", f"valid_to={day(-1)}")
    stands = here.id("announcement", "new", "called=集市改期", f"valid_to={day(1)}")
    assert _ids(here) == []
    assert "没有符合的记录" in here("market_info", "list").out
    assert "另有 1 条" in here("market_info", "list").out
    assert [a["id"] for a in here.ask("announcement", "list")] == [stands]


def test_what_the_sides_differ_about_is_listed_whether_it_is_over_or_not(pair: list[Clerk]) -> None:
    here, there = pair
    notice = here.id("announcement", "new", "called=封路", f"valid_to={day(-1)}")
    carry(here, there)
    here("announcement", "set", notice, "text=东段封闭")
    there("announcement", "set", notice, "text=全线封闭")
    carry(here, there)
    assert [a["id"] for a in here.ask("announcement", "list", "--conflicts")] == [notice]


def test_twenty_thousand_notes_are_listed_in_a_moment(pair: list[Clerk]) -> None:
    here, _ = pair
    first = here.id(*NOTE, "kind_of=price", "product=天麻", "price_from=1", f"valid_to={day(-1)}")
    with sqlite3.connect(here.folder / "ledger.db") as base:
        _copy(base, "records", first, 20_000)
        _copy(base, "market_notes", first, 20_000)
    with here.opened() as service:
        from node.reading import Reading

        [ledger] = service.ledgers.active()
        reading, today = Reading(service), service.seals.today()
        began = time.perf_counter()
        lines, count, over = reading.newest(ledger, "market_info", 50, today)
        took_s = time.perf_counter() - began
    assert (lines, count, over) == ([], 0, 20_000)
    assert took_s < 1, "a third of a second on a machine at rest"


def _copy(base: sqlite3.Connection, table: str, first: str, count: int) -> None:
    """Rows like the first one, each with an id of its own."""
    names = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')]
    key: object = bytes.fromhex(first) if table == "records" else first
    [row] = base.execute(f'SELECT * FROM "{table}" WHERE id=?', (key,)).fetchall()
    said = dict(zip(names, row, strict=True))
    begins = said.get("n", 0)
    rows = []
    for n in range(1, count):
        made = bytes(12) + n.to_bytes(4, "big")
        fresh: dict[str, object] = {"id": made if table == "records" else made.hex()}
        if "n" in said:
            fresh["n"] = begins + n
        rows.append(list((said | fresh).values()))
    base.executemany(f'INSERT INTO "{table}" VALUES ({",".join("?" * len(names))})', rows)


# --- series -----------------------------------------------------------------------------------


def test_prices_of_a_product_at_a_place_are_a_series_of_both_townships(pair: list[Clerk]) -> None:
    here, there = pair
    price = (*NOTE, "kind_of=price", "product=天麻", "place=石桥", "unit=元/公斤")
    here.id(*price, "price_from=41", "price_to=45", "on=2024-07-01")
    here.id(*price, "price_from=38", "price_to=42", "on=2024-06-01", "valid_to=2024-06-30")
    there.id(*price, "price_from=47", "on=2024-07-15")
    there.id(*NOTE, "kind_of=price", "product=天麻", "place=西村", "unit=元/公斤", "price_from=52")
    here.id(*NOTE, "kind_of=price", "product=天麻", "place=石桥", "unit=元/斤", "price_from=20")
    here.id(*NOTE, "kind_of=price", "product=竹笋", "place=石桥")  # no price: no point
    carry(here, there)

    for clerk in pair:
        found = clerk.ask("series", "market_info", "price_from", "--by", "product", "--by", "place")
        said = {(s["by"]["product"], s["by"]["place"], s["unit"]): s["points"] for s in found}
        assert set(said) == {
            ("天麻", "石桥", "元/公斤"),
            ("天麻", "西村", "元/公斤"),
            ("天麻", "石桥", "元/斤"),  # what is told in another unit is never in one line
        }
        points = said["天麻", "石桥", "元/公斤"]
        assert [(p["on"], p["price_from"], p["home"]) for p in points] == [
            ("2024-06-01", 3800, here.name),
            ("2024-07-01", 4100, here.name),
            ("2024-07-15", 4700, there.name),
        ]

    july = here.ask(
        "series", "market_info", "place=石桥", "--from", "2024-07-01", "--to", "2024-07-31"
    )
    assert [[p["price_to"] for p in s["points"]] for s in july] == [[4500, None]]
    for lang in ("zh", "en"):
        page = here("series", "market_info", lang=lang).out
        assert max(map(cell_len, page.splitlines())) <= 80
    lines = here("series", "market_info", "product=天麻", "place=石桥").out.splitlines()
    bars = [line.count("#") for line in lines if line.startswith("2024")]
    assert bars == sorted(bars)
    assert bars[0] < bars[-1] == 20


def test_a_figure_of_each_quarter_is_a_series(pair: list[Clerk]) -> None:
    here, there = pair
    for clerk, said, on, value in (
        (here, "2024Q1", "2024-03-31", 22),
        (here, "2024Q2", "2024-06-30", 24),
        (there, "2024Q1", "2024-03-31", 9),
    ):
        clerk.id("indicator", "new", "key=木材企业", f"period={said}", f"on={on}", f"value={value}")
    carry(here, there)
    found = there.ask("series", "indicator")
    told = {s["by"]["home"]: [(p["on"], p["value"]) for p in s["points"]] for s in found}
    assert told == {
        here.name: [("2024-03-31", 22), ("2024-06-30", 24)],
        there.name: [("2024-03-31", 9)],
    }


@pytest.mark.parametrize(
    "asked",
    (
        "team",
        "market_info product",
        "market_info 没有的",
        "market_info --by 没有的",
        "market_info --from 明天",
        "没有的",
    ),
)
def test_a_series_that_cannot_be_is_one_sentence(pair: list[Clerk], asked: str) -> None:
    done = pair[0]("series", *asked.split())
    assert done.code in (1, 2)
    assert len(done.err.splitlines()) == 1
    assert done.out == ""


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_a_bar_never_says_more_than_the_longest_nor_hides_what_there_is(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert len(bar(low, high)) <= len(bar(high, high)) <= 20
    assert bool(bar(low, high)) == (low > 0)


# --- offers and demands -----------------------------------------------------------------------


def test_offers_and_demands_of_a_product_are_listed_together_while_they_are_valid(
    pair: list[Clerk],
) -> None:
    here, there = pair
    offer = here.id(*NOTE, "kind_of=supply", "product=木片", "quantity=30 吨", "price_from=420")
    here.id(*NOTE, "kind_of=supply", "product=木片", f"valid_to={day(-1)}")
    wanted = there.id(*NOTE, "kind_of=demand", "product=木片", f"valid_to={day()}")
    there.id(*NOTE, "kind_of=price", "product=木片", "price_from=410")
    there.id(*NOTE, "kind_of=demand", "product=竹笋")  # nobody has any
    own = [here.id(*NOTE, f"kind_of={sort}", "product=废木料") for sort in ("supply", "demand")]
    carry(here, there)

    for clerk in pair:
        found = clerk.ask("matches")
        assert [(m["what"], m["across"]) for m in found] == [("废木料", False), ("木片", True)]
        assert [[one["id"] for one in m["offers"] + m["wanted"]] for m in found] == [
            own,
            [offer, wanted],
        ]
        assert [m["what"] for m in clerk.ask("matches", "--across")] == ["木片"]
        page = clerk("matches", "木片").out
        assert (offer[:8] in page, wanted[:8] in page, "30 吨" in page) == (True, True, True)
        assert "没有对得上的" in clerk("matches", "竹笋").out
    for lang in ("zh", "en"):
        assert max(map(cell_len, here("matches", lang=lang).out.splitlines())) <= 80

    there("market_info", "set", wanted, f"valid_to={day(-1)}")
    carry(here, there)
    assert [m["what"] for m in here.ask("matches")] == ["废木料"]


def test_one_product_is_one_product_however_it_is_written(pair: list[Clerk]) -> None:
    here, there = pair
    here.id(*NOTE, "kind_of=supply", "product=杂木（干）")
    there.id(*NOTE, "kind_of=demand", "product=雜木（干）")
    carry(here, there)
    assert len(here.ask("matches", "杂木")) == 1
