"""A person asks what is kept of them: the desk knows what is due; the copy holds theirs and nobody else's."""

from __future__ import annotations

import json

import pytest

from crdt.deeds import Share
from crdt.entry import RecordId
from node.errors import NotFound, WrongKind
from node.rights import Rights, records_of
from node.rights_page import page
from node.writing import Opening
from tests.support.townships import POST, Town, agree, exchange, together

ZHANG, LI = "张三", "李四"


def _sealed(town: Town, case: RecordId, kind: str, *readers: Town, **typed: str) -> RecordId:
    shares = tuple(Share(r.ledger.me, "mediation", "调解员") for r in readers)
    opening = Opening(case, shares)
    return town.service.create(town.ledger, kind, typed, POST, opening=opening)


def _case(town: Town, *readers: Town) -> tuple[RecordId, RecordId]:
    """A case with two parties and what was written of them; the case and the first party."""
    case = town.create()
    zhang = {"alias": "甲方1", "role": "applicant", "name": ZHANG, "phone": "13800000000"}
    li = {"alias": "乙方1", "role": "respondent", "name": LI, "phone": "13900000000"}
    party = _sealed(town, case, "party", *readers, **zhang)
    _sealed(town, case, "party", *readers, **li)
    facts = f"甲方1 说界石被 {LI} 移动\n{LI} 说自己有病在身\n甲方10 没有到场"
    private = _sealed(town, case, "case_private", *readers, subject="争界", facts=facts)
    for alias, text in (("甲方1", f"{LI}曾答应"), ("乙方1", "家里困难")):
        town.service.add_item(town.ledger, private, "notes", {"alias": alias, "text": text}, POST)
    owed = {"what": "赔偿青苗", "owed_by": "乙方1", "owed_to": "甲方1", "amount": "500"}
    _sealed(town, case, "obligation", *readers, **owed)
    _sealed(town, case, "evidence", *readers, kind_of="photo", called="照片", by="乙方1")
    return case, party


def test_the_copy_has_all_of_one_party_and_nothing_of_another() -> None:
    a, b, c = together(3)
    case, party = _case(a, b)
    exchange(a, b, c)
    b.service.looks.add(b.ledger, party, "view", "mediation", "调解员")
    found = Rights(b.service, b.ledger).copy(case, " 甲方1 ")
    text = json.dumps(found, ensure_ascii=False)
    [own] = found["party"]
    said = {f["field"]: f["value"] for f in own["fields"]}
    assert (said["name"], said["phone"], own["id"]) == (ZHANG, "13800000000", party.hex())
    assert LI not in text
    assert "13900000000" not in text
    assert {m["kind"] for m in found["mentions"]} == {"case_private", "obligation"}
    facts = [f["value"] for m in found["mentions"] for f in m["fields"]]
    assert "甲方1 说界石被 乙方1 移动" in facts
    assert "乙方1曾答应" in facts
    assert 50000 in facts
    for other in ("有病", "没有到场", "困难", "照片"):
        assert other not in text
    assert {g["township"] for g in found["grants"]} == {
        t.ledger.members.name_of(t.ledger.me) for t in (a, b)
    }
    assert [(k["record"], k["action"], k["post"]) for k in found["looks"]] == [
        (party.hex(), "view", "调解员")
    ]
    assert found["not_readable_here"] == 0
    assert len(records_of(found)) == 3
    for lang in ("zh", "en"):
        shown = page(found, lang)
        assert ZHANG in shown
        assert LI not in shown
        assert "500" in shown
    agree(a, b, c)


def test_another_party_is_hidden_however_it_is_written() -> None:
    a, b = together(2)
    case, party = _case(a, b)
    facts = "甲方1 说 李 四 欠钱，电话 139-0000-0000，１３９　００００００００"
    _sealed(a, case, "case_private", subject="续", facts=facts)
    text = json.dumps(Rights(a.service, a.ledger).copy(case, "甲方1"), ensure_ascii=False)
    assert "李 四" not in text
    assert "0000-0000" not in text
    assert "００００" not in text
    assert "甲方1 说 乙方1 欠钱，电话 乙方1，乙方1" in text
    del party, b


def test_who_is_called_by_another_phone_or_two_aliases_gets_all_of_it() -> None:
    a, b = together(2)
    case, party = _case(a, b)
    a.service.add_item(a.ledger, party, "phones", {"phone": "13711111111"}, POST)
    _sealed(a, case, "case_private", b, subject="来电", facts="137 1111 1111 打来电话\n别的事")
    exchange(a, b)
    a.say(party, alias="甲方7")
    b.say(party, alias="甲方8")
    exchange(a, b)
    found = Rights(a.service, a.ledger).copy(case, party.hex()[:8])
    assert set(found["alias"].split("/")) == {"甲方7", "甲方8"}
    text = json.dumps(found, ensure_ascii=False)
    assert "打来电话" in text
    assert ZHANG in text
    assert LI not in text
    with pytest.raises(NotFound):
        Rights(a.service, a.ledger).copy(case, "")


def test_who_was_not_granted_gives_nothing_and_says_what_is_not_readable() -> None:
    a, b, c = together(3)
    case, _ = _case(a, b)
    exchange(a, b, c)
    with pytest.raises(NotFound):
        Rights(c.service, c.ledger).copy(case, "甲方1")
    mine = {"alias": "甲方1", "role": "applicant", "name": ZHANG}
    _sealed(c, case, "party", **mine)
    exchange(a, b, c)
    found = Rights(c.service, c.ledger).copy(case, "甲方1")
    assert found["not_readable_here"] == 5
    assert "请求" in page(found, "zh")
    assert Rights(a.service, a.ledger).copy(case, "甲方1")["not_readable_here"] == 1
    with pytest.raises(NotFound):
        Rights(a.service, a.ledger).copy(case, "甲方2")


def test_a_page_shows_what_was_typed_as_text() -> None:
    a, _ = together(2)
    case = a.create()
    evil = {"alias": "<b>甲", "role": "applicant", "name": "<script>alert(1)</script>"}
    _sealed(a, case, "party", **evil)
    shown = page(Rights(a.service, a.ledger).copy(case, "<b>甲"), "zh")
    assert "<script" not in shown
    assert "<b>" not in shown


def test_requests_stand_in_the_order_in_which_they_are_due() -> None:
    a, b = together(2)
    case, _ = _case(a, b)
    ids = {}
    for name, day in (
        ("late", "2023-10-01"),
        ("soon", "2023-11-10"),
        ("later", "2023-11-14"),
        ("done", "2023-10-02"),
    ):
        asked = {"kind_of": "copy", "alias": "甲方1", "received_on": day}
        ids[name] = _sealed(a, case, "rights_request", b, **asked)
    a.service.move(a.ledger, ids["done"], "refused", POST, "不是本人")
    exchange(a, b)
    for town in (a, b):
        found = Rights(town.service, town.ledger).requests()
        assert [r["id"] for r in found] == [ids[n].hex() for n in ("late", "soon", "later", "done")]
        assert [r["overdue"] for r in found] == [True, False, False, False]
        assert found[0]["due_on"] == "2023-10-16"
        assert {r["case"] for r in found} == {case.hex()}


def test_a_request_or_a_party_names_whom_to_erase() -> None:
    a, b = together(2)
    case, party = _case(a, b)
    asked = {"kind_of": "erase", "alias": "甲方1", "received_on": "2023-11-10"}
    request = _sealed(a, case, "rights_request", b, **asked)
    rights = Rights(a.service, a.ledger)
    assert rights.parties(request) == rights.parties(party) == [party]
    with pytest.raises(WrongKind):
        rights.parties(case)
    nobody = _sealed(a, case, "rights_request", b, **asked | {"alias": "丙方"})
    with pytest.raises(NotFound):
        rights.parties(nobody)
