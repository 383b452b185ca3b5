"""Who belongs to an alliance, and how it hosts, turns, hands over and remembers: told at command lines."""

from __future__ import annotations

from pathlib import Path

from tests.support.clerk import Clerk, carry, found, settle_in, tell

WHY = ("--reason", "已核实")


def members(clerk: Clerk, ledger: str) -> list[tuple[str, str, str]]:
    listed = clerk.ask("ledger", "show", ledger)["members"]
    return [(m["township"], m["code"], m["fingerprint"]) for m in listed]


def test_two_townships_become_one_alliance_from_one_file_and_show_the_same_members(
    tmp_path: Path,
) -> None:
    here, there = settle_in(tmp_path, 2)
    card, invitation = tmp_path / "there.card", tmp_path / "金麻.mulin"
    assert there("card", "-o", str(card)).code == 0
    assert here("ledger", "new", "金麻", "--with", str(card), "-o", str(invitation)).code == 0
    assert there("ledger", "accept", str(invitation), "--yes").code == 0
    assert there.ask("ledger", "list")[0]["active"], "one file was all that it needed"
    with there.opened() as service:
        signed = [ledger.invitation.encode() for ledger in service.ledgers.all()]
    with here.opened() as service:  # as when they meet
        service.ledgers.merge(*signed)

    assert members(here, "金麻") == members(there, "金麻")
    assert {name for name, _, _ in members(here, "金麻")} == {here.name, there.name}
    case = here.id("case", "new", "category=neighbour", "village=示范一村")
    carry(here, there)
    assert there.ask("case", "show", case)["home"] == here.name


def test_a_node_in_two_alliances_carries_nothing_from_one_to_the_other(tmp_path: Path) -> None:
    both, east, west = settle_in(tmp_path, 3)
    for n, other in enumerate((east, west)):
        (tmp_path / str(n)).mkdir()
        found(tmp_path / str(n), both, other)
    told = {}
    for ledger in both.ask("ledger", "list"):
        [with_] = [m["township"] for m in ledger["members"] if m["township"] != both.name]
        village = "东边村" if with_ == east.name else "西边村"
        told[with_] = both.id(
            "case", "new", "category=neighbour", f"village={village}", "--ledger", ledger["id"]
        )
    carry(both, east, west)

    for clerk, mine, others in ((east, "东边村", "西边村"), (west, "西边村", "东边村")):
        assert len(clerk.ask("ledger", "list")) == 1
        assert [c["id"] for c in clerk.ask("case", "list")] == [told[clerk.name]]
        assert clerk.ask("find", others) == []
        file = b"".join(p.read_bytes() for p in clerk.folder.glob("ledger.db*"))
        assert mine.encode() in file
        assert others.encode() not in file


def test_what_a_township_wrote_stays_with_its_name_when_bodies_and_townships_end(
    three: list[Clerk],
) -> None:
    one, two, third = three
    body = third.id(
        "joint_body", "new", "kind_of=joint_party_committee", "called=三边党工委",
        f"townships={'、'.join(c.name for c in three)}", "founded_on=2013-8-23",
    )  # fmt: skip
    place = one.id("place", "new", "kind_of=village", "called=马蚌镇政府", "earlier_names=马蚌乡")
    carry(*three)
    assert one("joint_body", "set", body, "called=三边联合党工委", *WHY).code == 0
    carry(*three)
    assert one("members", "propose", "remove", third.name, "--reason", "撤乡并镇").code == 0
    tell(*three)
    [proposal] = one.ask("members", "list")["proposals"]
    assert two("members", "vote", proposal["id"][:8], "--agree").code == 0
    tell(one, two)
    assert one("joint_body", "move", body, "dissolved", *WHY).code == 0
    carry(one, two)

    for clerk in (one, two):
        assert [m["township"] for m in clerk.ask("members", "list")["former"]] == [third.name]
        shown = clerk.ask("joint_body", "show", body)
        assert (shown["home"], shown["fields"]["state"]) == (third.name, "dissolved")
        assert third.name in clerk("joint_body", "show", body).out
        past = clerk("joint_body", "history", body).out
        assert all(said in past for said in ("三边党工委", "三边联合党工委", third.name))
        assert [p["id"] for p in clerk.ask("find", "马蚌乡")] == [place]


def test_a_hand_over_says_what_is_left_and_counts_funds_as_totals(pair: list[Clerk]) -> None:
    here, there = pair
    term = here.id("handover", "new", "quarter=2024Q3", f"giver={here.name}", f"taker={there.name}")
    here("item", "add", term, "checklist", "text=经费结清")
    fund = here.id(
        "fund_line", "new", "quarter=2024Q3", "what=党员教育", "planned=5000", "given=3000"
    )
    carry(here, there)
    there("fund_line", "set", fund, "given=2000")
    assert there("handover", "move", term, "signed", *WHY).code == 2, "neither side signs it"
    [item] = there.ask("handover", "show", term)["fields"]["checklist"]
    assert there("item", "edit", term, "checklist", item["item"], "reason=等审计").code == 0
    assert there("handover", "move", term, "signed", *WHY).code == 0
    carry(here, there)
    assert here("handover", "confirm", term).code == 0

    shown = here.ask("handover", "show", term)["fields"]
    assert (shown["state"], shown["checklist"][0]["reason"]) == ("signed", "等审计")
    [sums] = here.ask("count", "fund_line", "quarter=2024Q3")
    assert sums["sums"] == {
        "planned": {"": 500000},
        "given": {here.name: 300000, there.name: 200000},
    }
