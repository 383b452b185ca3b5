"""How a record came about, in words that people read; programs get every digit."""

from __future__ import annotations

from tests.support.clerk import Clerk, carry


def test_the_history_of_an_item_is_told_in_words(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id("case", "new", "category=neighbour", "village=示范一村")
    patrol = here.id("patrol", "new", "kind_of=screening", "area=北坡", "on=2026-03-01")
    found = ("result=case", f"case={case[:8]}", "village=示范一村")
    assert here("item", "add", patrol, "findings", *found).code == 0
    meeting = here.id(
        "meeting", "new", "kind_of=forum", "starts_at=2026-03-01 09:00", "minutes=议定"
    )
    for state in ("held", "minutes_final"):
        assert here("meeting", "move", meeting, state, "--reason", "如期").code == 0
    assert here("meeting", "confirm", meeting).code == 0
    carry(here, there)

    for clerk in pair:
        page = clerk("patrol", "history", patrol).out
        [line] = [x.strip() for x in page.splitlines() if x.strip().startswith("发现 + ")]
        assert "成案件" in line or "案件" in line, line
        assert case[:8] in line
        assert case not in page, "the beginning of an id is enough for people"
        long = [w for w in clerk("meeting", "history", meeting).out.split() if len(w) > 32]
        assert long == [], "no person reads sixty-four digits"
    [entry] = [
        e for e in here.ask("patrol", "history", patrol) if e["operations"][0]["do"] == "add"
    ]
    assert entry["operations"][0]["value"]["case"] == case, "programs get all of it"
