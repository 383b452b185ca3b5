"""What is refused on purpose: nothing here has a place for what must not be kept of people.

Whoever adds such a field, value or item has to come here first, and to say why.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from crdt.errors import DerivedField, UnknownField
from crdt.kinds import KINDS
from crdt.kinds.enumerations import ORIGIN
from crdt.kinds.language import AREA_LABELS, Kind, highest
from crdt.kinds.refused import refused
from crdt.kinds.types import Choice, Choices, FieldType, Items, Line, Prose, Slot, Unfit
from node.assign import field_named
from node.forms.printed import forms

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
    "health of a person": "病 诊断 体温 疫苗 核酸 残疾 patient diagnos vaccin disab health_status",
    "suspects": "嫌疑 犯罪 前科 违法 涉毒 suspect crime criminal offender",
    "honours and labels": "模范 好人 荣誉 懒 文明户 星级 家风 honour honor idler model_",
    "helped people": "受助 受益 低保 贫困 五保 帮扶对象 beneficiar poverty poor_",
    "workers": "工人 务工人员 花名册 worker_ workers-list employee payroll",
    "accounts and posts": "账号 微信号 网名 舆情 发帖 言论 评论 online_account username weibo public-opinion",
    "cameras": "摄像 监控 视频 camera video footage",
    "prediction and ranking": "预测 排名 排行 predict forecast ranking",
    "sex and age": "性别 年龄 出生 gender birth",
    "family": "家庭人口 子女 配偶 离异 留守 spouse divorc left_behind",
}
# A matter may be referred by this office or to it: that says where it comes from, and nothing of a person.
# A grid worker is a post; its phone is that of an office.
ABOUT_THE_MATTER = {
    ("grid", "grid_worker_phone", ""),
    ("case", "origin", "referred_petition_office"),
    ("transfer", "kind_of", "to_petition_office"),
}
# The cover of a file lists a paper that lies in it; nobody types it in here. Closing papers tell a party of
# every way that stays open, this one too.
ON_PAPER = {
    ("6. 反映和投诉：对调解工作有意见的，可以向司法行政机关反映、投诉，也可以依法信访。", "信访"),
    (
        "6. Complaint: about the mediation to the office of justice, or by petition as the law provides.",
        "petition",
    ),
    ("当事人身份证明（纸质）", "身份证"),
    ("proofs of identity, on paper", "identity number"),
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
    yield (kind.name, "", ""), (kind.name, kind.table, *kind.label, *AREA_LABELS[kind.area])
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


def test_no_paper_has_a_box_for_it() -> None:
    """Titles, headings and sentences of every form that is printed."""
    said = {form.name: texts_in(form) for form in forms().values()}
    assert all(said.values())
    for what, words in REFUSED.items():
        for name, texts in said.items():
            found = [(t, w) for t in texts for w in words.split() if w in t.lower()]
            assert [f for f in found if f not in ON_PAPER] == [], f"{what}: {name}"


def texts_in(said: object) -> list[str]:
    """Every text in a declaration, however deep."""
    if isinstance(said, str):
        return [said]
    if isinstance(said, tuple):
        return [text for part in said for text in texts_in(part)]
    if dataclasses.is_dataclass(said):
        parts = [getattr(said, field.name) for field in dataclasses.fields(said)]
        return [text for part in parts for text in texts_in(part)]
    return []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_field_and_no_value_is_called_so(kind: Kind) -> None:
    """Neither as a clerk types it nor as a neighbour's program would send it."""
    words = sorted({w.replace("-", " ") for row in REFUSED.values() for w in row.split()})
    for word in words:
        with pytest.raises((UnknownField, DerivedField)):
            field_named(kind, word)
        for f in kind.fields:
            for choice in (*_choices(f.type), *_in_items(f.type)):
                with pytest.raises(Unfit):
                    choice.check(choice.read(word))


def _in_items(of: FieldType) -> Iterator[Choice]:
    if isinstance(of, Items):
        for _, _, part in of.fields:
            yield from _choices(part)


def test_a_heading_in_a_sheet_shows_it_and_a_matter_of_things_does_not() -> None:
    for heading in (
        "民族", "宗教信仰", "身份证号", "公民身份号码", "ID number", "上访次数", "户主姓名", "家庭成员",
        "积分", "信用评分", "人员风险等级", "重点人员", "是否吸毒", "健康状况", "道德模范", "行踪轨迹",
        "人脸照片", "微信号", "受助人名单", "household", "Blacklist", "religion", "政治面貌", "舆情",
    ):  # fmt: skip
        assert refused(heading) is not None, heading
    for heading in (
        "序号", "发生地点", "隐患等级", "风险等级", "监控措施", "银行账号", "事由", "备注", "责任单位",
        "operating", "surface", "intake", "matter", "public health", "office", "党员教育经费", "信访件编号",
    ):  # fmt: skip
        assert refused(heading) is None, heading
    for kind in KINDS.values():
        for f in kind.fields:
            if not kind.sealed:
                assert not any(refused(name) for name in (f.name, *f.label)), (
                    f"{kind.name}.{f.name}"
                )


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
