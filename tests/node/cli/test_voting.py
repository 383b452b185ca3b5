"""Votes at the command line: why somebody voted so is there for everybody to read, now and later."""

from __future__ import annotations

from tests.support.clerk import Clerk, carry, tell


def test_the_reason_beside_a_vote_is_read_at_every_node(three: list[Clerk]) -> None:
    """Found by hand: reasons were signed and carried, and shown nowhere."""
    one, two, other = three
    assert one("members", "propose", "rules", "--retention-days", "9", "--reason", "商定").code == 0
    tell(*three)
    [proposal] = one.ask("members", "list")["proposals"]
    done = two("members", "vote", proposal["id"][:8], "--agree", "--reason", "电话核实")
    assert done.code == 0
    tell(*three)
    carry(*three)
    written = {one.name: "商定", two.name: "电话核实"}
    for clerk in three:
        assert clerk.ask("members", "show", proposal["id"])["reasons"] == written
        assert f"  {two.name}：电话核实" in clerk("members", "show", proposal["id"][:8]).out
        told = [line["reason"] for line in clerk.ask("log") if line["reason"]]
        assert sorted(told) == sorted(written.values())
        assert "理由：电话核实" in clerk("log").out
    assert other("members", "vote", proposal["id"][:8], "--agree").code == 0
    tell(*three)
    [adopted] = one.ask("members", "list")["proposals"]
    assert (adopted["state"], adopted["reasons"]) == ("adopted", written)
