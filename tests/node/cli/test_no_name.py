"""Names and numbers at the command line: refused with the field and never the words, unless confirmed."""

from __future__ import annotations

import json

import pytest

from crdt.entry import RecordId
from node.writing import Opening
from tests.support.clerk import Clerk

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")
NUMBER, NAME = "138-1234-5678", "仲孙无忌"


@pytest.fixture
def here(pair: list[Clerk]) -> Clerk:
    return pair[0]


@pytest.fixture
def case(here: Clerk) -> str:
    """A case with a party."""
    made = here.id(*NEW)
    with here.opened() as service:
        opening = Opening(RecordId(bytes.fromhex(made)))
        party = {"alias": "甲方1", "role": "applicant", "name": NAME}
        service.create(service.ledgers.choose(None), "party", party, "司法所", opening=opening)
    return made


def test_every_way_of_writing_is_looked_at_and_can_be_confirmed(here: Clerk, case: str) -> None:
    ways = (
        ((*NEW, f"summary=请打 {NUMBER}"), "事由概要", "手机号码"),
        (("case", "set", case, f"summary={NAME}占地"), "事由概要", "甲方1"),
        (("case", "set", case, "urgency=red", "--reason", f"{NAME}说"), "理由", "甲方1"),
        (("case", "set", case, "party_count=3", "--as", f"{NAME}的调解员"), "职务", "甲方1"),
        (("case", "move", case, "accepted", "--reason", NUMBER), "理由", "手机号码"),
        (("case", "note", case, "见到", NAME), "内容", "甲方1"),
        (("item", "add", case, "places", f"name={NAME}家"), "地点", "甲方1"),
        (("members", "propose", "key", "--reason", f"电话 {NUMBER}"), "理由", "手机号码"),
    )
    for words, field, what in ways:
        before = here.world()
        done = here(*words)
        assert (done.code, done.out) == (3, ""), words
        assert field in done.err
        assert what in done.err
        assert "--no-name" in done.err
        assert NUMBER not in done.err
        assert NAME not in done.err
        assert here.world() == before
        fault = json.loads(here(*words, "--json", lang="en").err)
        assert fault["error"] == "NamesSomebody"
        assert NAME not in fault["message"]
        assert here(*words, "--no-name").code == 0, words


def test_the_option_is_explained_where_it_is_taken_and_nowhere_else(here: Clerk, case: str) -> None:
    for words in (("case", "new"), ("case", "note"), ("item", "edit"), ("conflicts", "settle")):
        said = here(*words, "--help").out
        assert "--no-name" in said
        assert "确认其中没有当事人信息" in said
    without = (("contact", "new"), ("case", "list"), ("party", "new"), ("status", "--json"))
    for words in without:
        assert "--no-name" not in here(*words, "--help").out
    assert here("case", "list", "--no-name").code == 2


def test_staff_in_their_post_are_entered_as_they_are(here: Clerk, case: str) -> None:
    words = ("contact", "new", "office=司法所", "post=所长", f"name={NAME}", "phone=0739-7221234")
    assert here(*words, f"remark=也可打 {NUMBER}").code == 0
    assert case
