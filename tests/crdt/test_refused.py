"""What is refused on purpose: nothing here has a place for what must not be kept of people.

Whoever adds such a field, value or item has to come here first, and to say why.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crdt.kinds import KINDS
from crdt.kinds.enumerations import ORIGIN
from crdt.kinds.language import Kind, highest
from crdt.kinds.types import Choice, Choices, FieldType, Items, Line, Prose, Slot

REFUSED = {
    "ethnicity": "民族 族别 族群 ethnic nationality",
    "religion": "宗教 信仰 教派 religio faith belief",
    "party membership": "党员 党派 政治面貌 团员 political_status party_member party-member",
    "identity number": "身份证 证件号 identity-number id_card id_no id_number passport",
    "petition counts": "信访 上访 访次 越级 petition",
    "household file": "户口 户籍 户号 家庭成员 家庭档案 household-file household_file hukou family_member",
    "score": "积分 评分 得分 打分 分值 信用 score rating credit",
    "grade of persons": "人员等级 风险等级 危险等级 稳控 risk threat",
    "special-person lists": "重点人 特殊人 关注人 名单 吸毒 刑满 精神 邪教 special_person blacklist watch",
    "location tracking": "定位 轨迹 行踪 经度 纬度 gps latitude longitude track whereabouts",
    "biometrics": "人脸 指纹 虹膜 face_ fingerprint biometric",
}
# A matter may be referred by this office or to it: that says where it comes from, and nothing of a person.
ABOUT_THE_MATTER = {
    ("case", "origin", "referred_petition_office"),
    ("transfer", "kind_of", "to_petition_office"),
}
TAG = ("标签", "标记", "tag", "label_")

PARTY_FIELDS = {
    "alias", "role", "kind_of", "name", "phone", "phones", "address", "village_code", "representative",
    "attorney_on", "languages", "minor", "notified_on", "consents", "consent_note",
}  # fmt: skip
"""All that is kept of a party; each has its use in a mediation."""


def _choices(of: FieldType) -> Iterator[Choice]:
    match of:
        case Choice():
            yield of
        case Choices() | Slot():
            yield from _choices(of.of)


def _declared(kind: Kind) -> Iterator[tuple[tuple[str, str, str], tuple[str, ...]]]:
    """(where it stands, its name and labels) of every field, value and item field of a kind."""
    yield (kind.name, "", ""), (kind.name, kind.table, *kind.label)
    for f in kind.fields:
        yield (kind.name, f.name, ""), (f.name, *f.label)
        for choice in _choices(f.type):
            for code, label in choice.values:
                yield (kind.name, f.name, code), (code, *label)
        if isinstance(f.type, Items):
            for name, label, of in f.type.fields:
                yield (kind.name, f.name, name), (name, *label)
                for choice in _choices(of):
                    for code, said in choice.values:
                        yield (kind.name, f.name, code), (code, *said)


ALL = [declared for kind in KINDS.values() for declared in _declared(kind)]


@pytest.mark.parametrize("what", REFUSED)
def test_there_is_no_place_for_it(what: str) -> None:
    found = [
        (where, word)
        for where, names in ALL
        for word in REFUSED[what].split()
        if any(word.replace("-", " ") in name.lower() for name in names)
        and where not in ABOUT_THE_MATTER
    ]
    assert not found, f"{what}: {found}"


def test_where_a_petition_office_stands_it_is_about_the_matter() -> None:
    said = dict(ORIGIN.values)["referred_petition_office"]
    assert said == ("信访部门委托移送", "referred by a petition office")
    fields = [f for k in KINDS.values() for f in k.fields if f.type is ORIGIN]
    assert [(f.name, f.label[0]) for f in fields] == [("origin", "案件来源")]
    assert {where for where, _ in ALL} >= ABOUT_THE_MATTER


def test_there_is_no_free_tag() -> None:
    for kind in KINDS.values():
        for f in kind.fields:
            if any(
                word.replace("-", " ") in name.lower()
                for word in TAG
                for name in (f.name, *f.label)
            ):
                assert isinstance(f.type, (Choice, Choices)), f"{kind.name}.{f.name}"
    assert {f.name for f in KINDS["case"].fields if isinstance(f.type, Choices)} == {
        "dispositions",
        "governance",
    }


def test_of_a_party_nothing_else_is_kept_and_nothing_grades_it() -> None:
    persons = [kind for kind in KINDS.values() if kind.identifies is not None]
    assert [kind.name for kind in persons] == ["party"]
    for kind in persons:
        assert kind.sealed
        assert set(kind.by_name) == PARTY_FIELDS
        assert not [f.name for f in kind.fields if f.safe is highest]
        assert kind.identifies is not None
        assert {*kind.identifies.by, kind.identifies.alias} <= kind.by_name.keys()


def test_whatever_is_free_text_about_a_case_and_open_says_that_no_names_belong_there() -> None:
    """Long open texts tell so where they are typed."""
    for kind in KINDS.values():
        if kind.sealed or kind.names:
            continue
        for f in kind.fields:
            if isinstance(f.type, Prose):
                assert "不写姓名" in f.label[0], f"{kind.name}.{f.name}"
            if isinstance(f.type, Items):
                for name, label, of in f.type.fields:
                    if isinstance(of, Line) and of.lines:
                        assert "不写姓名" in label[0], f"{kind.name}.{f.name}/{name}"
