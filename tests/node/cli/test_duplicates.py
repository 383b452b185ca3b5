"""One matter that two townships entered while the line was down: told, joined, and parted again."""

from __future__ import annotations

import datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crdt.entry import RecordId
from crdt.kinds.follows import Twins
from node.store.pages import Cells
from node.twins import pairs
from tests.support.clerk import Clerk, carry

CASE = ("case", "new", "category=forest_land", "village=示范一村")


def test_one_quarrel_entered_on_both_sides_of_a_cut_is_told_and_can_be_joined_and_parted(
    pair: list[Clerk],
) -> None:
    here, there = pair
    mine = here.id(*CASE, "occurred_on=2024-08-10")
    theirs = there.id(*CASE, "occurred_on=2024-08-12")
    here.id(*CASE, "occurred_on=2023-08-12")
    here.id("case", "new", "category=forest_land", "village=例家湾村", "occurred_on=2024-08-11")
    here.id(*CASE)  # nobody knows when: no guess
    carry(here, there)

    for clerk in pair:
        told = clerk.ask("duplicates")
        assert [{r["id"] for r in one["records"]} for one in told] == [{mine, theirs}]
    assert "duplicate_of=" in here("duplicates", "case").out

    assert there("case", "set", theirs, f"duplicate_of={mine[:8]}", "amount_agreed=80").code == 0
    carry(here, there)
    [line] = here.ask("series", "case", "amount_agreed", "--on", "occurred_on")
    told = [(p["id"], p["on"], p["amount_agreed"]) for p in line["points"]]
    assert told == [(mine, "2024-08-10", 8000)], "told once, with what the other record adds"
    assert there("case", "set", mine, "amount_agreed=90").code == 0
    [line] = there.ask("series", "case", "amount_agreed", "--on", "occurred_on")
    assert [p["amount_agreed"] for p in line["points"]] == [9000]
    for clerk in pair:
        assert clerk.ask("duplicates") == []
        assert clerk.ask("case", "show", theirs)["fields"]["duplicate_of"] == mine
        assert len(clerk.ask("case", "list")) == 5  # both numbers stay

    assert here("case", "set", theirs, "duplicate_of=").code == 0
    assert len(here.ask("duplicates")) == 1


def test_one_round_reported_by_two_is_told(pair: list[Clerk]) -> None:
    here, there = pair
    round_ = ("patrol", "new", "kind_of=screening", "area=界河两岸", "on=2024-08-18")
    one = here.id(*round_)
    other = there.id(*round_)
    carry(here, there)
    found = here.ask("duplicates", "patrol")
    assert [{r["id"] for r in pair["records"]} for pair in found] == [{one, other}]


def test_names_are_never_compared() -> None:
    from crdt.kinds import KINDS

    for kind in KINDS.values():
        if kind.twins is not None:
            assert not kind.sealed
            assert not kind.names
            assert kind.identifies is None


HOW = Twins(fields=("village",), day="on", days=2, joined="same_as")
START = datetime.date(2024, 8, 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 5))),
        max_size=6,
    )
)
def test_told_is_every_near_pair_that_nothing_joins(rows: list[tuple[int, int | None]]) -> None:
    """The oracle joins by painting: it gives everybody a colour and repaints until nothing changes."""
    ids = [RecordId(bytes([n] * 16)) for n in range(len(rows))]
    group: list[tuple[RecordId, Cells]] = [
        (
            ids[n],
            {
                "village": "示范一村",
                "on": (START + datetime.timedelta(days=on)).isoformat(),
                "same_as": None if to is None or to >= len(ids) else ids[to].hex()[:8],
            },
        )
        for n, (on, to) in enumerate(rows)
    ]
    colour = list(range(len(ids)))
    for _ in ids:
        for n, (_, to) in enumerate(rows):
            if to is not None and to < len(ids):
                low, high = sorted((colour[n], colour[to]))
                colour = [low if c == high else c for c in colour]
    expected = {
        (ids[a], ids[b])
        for a in range(len(ids))
        for b in range(a + 1, len(ids))
        if colour[a] != colour[b] and abs(rows[a][0] - rows[b][0]) <= 2
    }
    assert set(pairs(HOW, group)) == expected


def test_of_very_many_pairs_the_first_are_printed_and_all_are_counted(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, _ = pair
    file = tmp_path / "台账.csv"
    rows = [f"其他纠纷,示范一村,2026-03-01,{n}" for n in range(12)]
    file.write_text("纠纷类别,发生村,发生日期,主张金额\n" + "\n".join(rows), encoding="utf-8")
    assert here("sheet", "import", str(file), "--yes").code == 0
    assert len(here.ask("duplicates", "case")) == 66
    page = here("duplicates").out
    assert sum("示范一村" in line for line in page.splitlines()) == 50
    assert "共 66 对，只列了 50 对" in page
    assert "66 pairs" in here("duplicates", lang="en").out
