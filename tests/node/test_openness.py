"""Nobody's name comes into what all members read: refused before it is signed, unless it is confirmed."""

from __future__ import annotations

import pytest

from crdt.deeds import Share
from crdt.entry import RecordId
from crdt.texts import spliced
from node.sealerrors import NamesSomebody, RefusalUnexplained
from node.writing import Opening
from tests.node.test_sealed import NAME, PHONE, _party
from tests.support.townships import POST, Town, agree, exchange, together


def _refused(town: Town, record: RecordId, why: str, **fields: str) -> NamesSomebody:
    before = town.entries()
    with pytest.raises(NamesSomebody) as caught:
        town.service.change(town.ledger, record, fields, POST)
    assert town.entries() == before
    said = caught.value.say("zh") + caught.value.say("en") + repr(caught.value)
    assert why in said
    assert not any(v in said for v in (*fields.values(), NAME, PHONE, "13812345678"))
    return caught.value


def test_a_number_is_refused_with_its_field_and_without_itself() -> None:
    a, b = together(2)
    case = a.create()
    fault = _refused(a, case, "手机号码", summary="请打 138-1234-5678")
    assert "事由概要" in fault.say("zh")
    _refused(a, case, "身份证号码", lead_reason="11010119900307803Ｘ")
    _refused(a, case, "电话号码", place="村部 0739-7221234")
    a.say(case, summary="甲方1 与 乙方2 争界，12.5 亩", place_code="522301105", case_no="麻塘-0012")
    exchange(a, b)
    agree(a, b)


def test_a_partys_name_is_refused_where_it_is_readable_and_its_alias_offered() -> None:
    a, b, c = together(3)
    case = a.create()
    _party(a, case, b)
    exchange(a, b, c)
    for town in (a, b):
        fault = _refused(town, case, "甲方1", summary=f"{NAME}占地")
        assert "请改写代称“甲方1”" in fault.say("zh")
        _refused(town, case, "甲方1", project=f"找 {NAME[0]}　{NAME[1]}")
    c.say(case, project=f"{NAME}项目")  # it cannot know
    assert a.service.ground.db.rows("SELECT * FROM looks") == []
    a.say(a.create(), summary=f"别的案件里的{NAME}")  # nobody of that name is a party there


def test_reasons_posts_and_items_are_looked_at() -> None:
    a, _ = together(2)
    case = a.create()
    _party(a, case)
    service, ledger = a.service, a.ledger
    before = a.entries()
    for post, reason in ((POST, f"{NAME}同意"), (f"{NAME}所长", "")):
        with pytest.raises(NamesSomebody):
            service.change(ledger, case, {"party_count": "2"}, post, reason)
    with pytest.raises(NamesSomebody):
        service.add_item(ledger, case, "notes", {"text": f"见了{NAME}"}, POST)
    with pytest.raises(NamesSomebody):
        service.create(
            ledger,
            "team",
            {"kind_of": "patrol", "called": "队", "leader": NAME, "case": case.hex()},
            POST,
        )
    with pytest.raises(NamesSomebody):
        service.create(ledger, "case", {"category": "other", "village": "13812345678"}, POST)
    assert a.entries() == before
    service.add_item(ledger, case, "notes", {"text": "见了甲方1"}, POST)
    [item] = [i for c, i in service.record(ledger, case).shared.items if c == "notes"]
    with pytest.raises(NamesSomebody):
        service.edit_item(ledger, case, "notes", item, {"text": PHONE}, POST)


def test_a_third_value_is_looked_at_and_a_word_that_stands_is_not() -> None:
    a, b = together(2)
    case = a.create()
    exchange(a, b)
    b.service.openness.confirmed = True
    a.say(case, project="水渠")
    b.say(case, project=f"{NAME}水渠")
    exchange(a, b)
    _party(a, case)
    [conflict] = a.service.open_conflicts(a.ledger)
    with pytest.raises(NamesSomebody):
        a.service.settle(a.ledger, conflict, f"{NAME}的水渠", POST, "核对")
    with pytest.raises(NamesSomebody):
        a.service.keep_both(a.ledger, conflict, POST, f"{NAME}说的")
    a.service.settle(a.ledger, conflict, f"{NAME}水渠", POST, "核对")
    exchange(a, b)
    agree(a, b)


def test_what_is_said_of_the_ledger_is_open_too() -> None:
    a, b, c = together(3)
    case = a.create()
    party = _party(a, case, b)
    exchange(a, b, c)
    before = a.entries()
    share = Share(c.ledger.me, "mediation", POST)
    with pytest.raises(NamesSomebody):
        a.service.granting.grant(a.ledger, party, share, f"{NAME}住在那边")
    with pytest.raises(NamesSomebody):
        a.service.granting.grant(a.ledger, party, Share(c.ledger.me, "mediation", NAME))
    with pytest.raises(NamesSomebody):
        a.service.erasing.order(a.ledger, [party], "on_request", f"{NAME}申请")
    with pytest.raises(NamesSomebody):
        a.service.epochs.propose_removal(a.ledger, c.ledger.me, "问 13812345678")
    with pytest.raises(NamesSomebody):
        _party_with_post(a, case, b, "13812345678")
    assert a.entries() == before
    a.service.granting.grant(a.ledger, party, share, "甲方1 住在那边")
    exchange(a, b, c)
    assert c.value(party, "name") == NAME


def _party_with_post(town: Town, case: RecordId, reader: Town, post: str) -> RecordId:
    typed = {"alias": "乙方1", "role": "respondent", "name": "李四"}
    opening = Opening(case, (Share(reader.ledger.me, "mediation", post),))
    return town.service.create(town.ledger, "party", typed, POST, opening=opening)


def test_confirmed_words_pass_and_staff_and_sealed_words_need_no_confirmation() -> None:
    a, b = together(2)
    case = a.create()
    party = _party(a, case, b)
    a.service.change(a.ledger, party, {"address": "问 13812345678"}, f"{NAME}的调解员", NAME)
    typed = {"office": "司法所", "post": "所长", "name": NAME, "phone": PHONE, "remark": PHONE}
    a.service.create(a.ledger, "contact", typed, POST)
    a.service.openness.confirmed = True
    a.say(case, summary=f"{NAME}是河名")
    a.service.openness.confirmed = False
    a.say(case, summary=f"{NAME}是河名，两村共用")  # only what is new is looked at
    _refused(a, case, "甲方1", project=NAME)
    exchange(a, b)
    agree(a, b)


def test_a_refusal_says_why_and_an_answer_is_due_in_fifteen_days() -> None:
    a, b = together(2)
    case = a.create()
    typed = {"kind_of": "copy", "alias": "甲方1", "received_on": "2024-02-20"}
    request = a.service.create(a.ledger, "rights_request", typed, POST, opening=Opening(case))
    assert a.value(request, "due_on") == "2024-03-06"
    later = typed | {"due_on": "2024-03-01"}
    other = a.service.create(a.ledger, "rights_request", later, POST, opening=Opening(case))
    assert a.value(other, "due_on") == "2024-03-01"
    with pytest.raises(RefusalUnexplained):
        a.say(request, state="refused")
    assert a.value(request, "state") == "received"
    a.say(request, state="refused", refusal="不是本人")
    a.service.move(a.ledger, other, "refused", POST, "不是本人")
    assert a.value(request, "state") == a.value(other, "state") == "refused"
    exchange(a, b)
    agree(a, b)


def test_spliced_is_what_the_text_becomes() -> None:
    a, _ = together(2)
    case = a.create(summary="甲乙丙丁戊")
    a.say(case, summary="甲甲丙戊己")
    assert a.value(case, "summary") == "甲甲丙戊己"
    assert spliced("甲乙丙丁戊", ((1, 1, "甲"), (3, 1, ""), (5, 0, "己"))) == "甲甲丙戊己"
