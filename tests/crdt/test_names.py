"""No number of a person's passes in a text that all read; ordinary texts about disputes do."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crdt.names import Trace, findings, mentions, replaced, spots

_CHECKS = "10X98765432"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WIDE = str.maketrans("0123456789+-", "０１２３４５６７８９＋－")
_AROUND = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co")), max_size=30)
_digits = st.sampled_from("0123456789")


def _of(size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet=_digits, min_size=size, max_size=size)


@st.composite
def _mobiles(draw: st.DrawFn) -> str:
    number = "1" + draw(st.sampled_from("3456789")) + draw(_of(9))
    sign = draw(st.sampled_from(("-", " ", "\u3000", "—")))
    shape = draw(st.sampled_from(("whole", "grouped")))
    if shape == "grouped":
        number = sign.join((number[:3], number[3:7], number[7:]))
    return draw(st.sampled_from(("", "+86", "+86 ", "86", "0086-"))) + number


@st.composite
def _landlines(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(("010", "021", "0739", "0859", "0776", "(0739)", "（0859）")))
    local = draw(st.sampled_from("23456789")) + draw(_of(draw(st.sampled_from((6, 7)))))
    return area + draw(st.sampled_from(("-", " ", "", "－"))) + local


@st.composite
def _identities(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(("430527", "522301", "451030", "110101")))
    day = draw(st.dates()).isoformat().replace("-", "")
    day = draw(st.sampled_from(("19", "20"))) + day[2:4] + "06" + "15"
    if draw(st.booleans()):
        return region + day[2:] + draw(_of(3))
    body = region + day + draw(_of(3))
    total = sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    last = _CHECKS[total % 11]
    return body + draw(st.sampled_from((last, last.lower())))


def _is_apart(before: str, after: str) -> bool:
    """What stands beside a number does not make another number of it."""
    folded = [unicodedata.normalize("NFKC", t) for t in (before, after)]
    ends = folded[0][-1:], folded[1][:1]
    return not any(unicodedata.category(c) == "Nd" for c in ends if c)


@given(before=_AROUND, after=_AROUND, wide=st.booleans(), data=st.data())
@pytest.mark.parametrize(
    ("trace", "numbers"),
    (
        (Trace.MOBILE, _mobiles()),
        (Trace.LANDLINE, _landlines()),
        (Trace.IDENTITY, _identities()),
    ),
)
def test_no_number_passes_wherever_it_stands(
    trace: Trace,
    numbers: st.SearchStrategy[str],
    before: str,
    after: str,
    wide: bool,
    data: st.DataObject,
) -> None:
    assume(_is_apart(before, after))
    number = data.draw(numbers)
    text = before + (number.translate(_WIDE) if wide else number) + after
    assert trace in findings(text)


@given(st.lists(st.sampled_from(("", " ", "-", "  ", "－")), min_size=10, max_size=10), _of(9))
def test_blanks_and_hyphens_hide_no_mobile(between: list[str], rest: str) -> None:
    digits = "13" + rest
    text = digits[0] + "".join(b + d for b, d in zip(between, digits[1:], strict=True))
    assert findings(f"请打电话 {text}，找本人") == [Trace.MOBILE]


ORDINARY = (
    "金麻联调〔2024〕麻塘-0012",
    "案号 金麻联调〔2024〕麻塘-0312，2024-08-18 立案",
    "地点代码 522301105 和 530324202001",
    "主张 15000-200000 元，已付 8,000.50 元；面积 12.5 亩",
    "2024年8月18日 9:30 到现场，2024-12-31 前答复",
    "2024-12-18 2025-01-05 9:30 两次到场",
    "补偿 150 2024-08-18 前付清",
    "13 户、158 棵树，界桩 12 号至 15 号，1380 平方米",
    "双方同意调解，甲方1 让出 1.3 米，乙方2 不要求 3500 元",
    "民法典第1165条；湘政发〔2019〕13号；编号 20240818",
    "卷宗 2024-麻塘-00013，第 3 卷第 158 页",
)  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_texts_pass(text: str) -> None:
    assert findings(text, ["张三", "13800000000"]) == []


@given(
    st.integers(0, 99_999_999),
    st.dates(),
    st.integers(1, 9999),
    st.sampled_from((9, 12)),
    st.data(),
)
def test_amounts_days_and_codes_pass(
    amount: int, day: object, number: int, size: int, data: st.DataObject
) -> None:
    code = "5" + data.draw(_of(size - 1))
    for text in (
        f"要求赔偿{amount}元",
        f"于{day}办结",
        f"金麻联调〔2024〕麻塘-{number:04d}",
        f"地点{code}",
    ):
        assert findings(text) == []


@pytest.mark.parametrize(
    "text", ("张三反映", "张 三反映", "张　三", "找阿依买买提", "a Zhang San b", "1380 0000 000")
)
def test_known_words_are_found_folded(text: str) -> None:
    known = ["张三", "阿依·买买提", "ZHANG SAN", "13800000000"]
    assert Trace.KNOWN in findings(text, known)


def test_one_letter_says_nothing_and_what_stood_there_is_not_found_again() -> None:
    assert findings("张家界", ["张", "110"]) == []
    text = "电话13812345678"
    assert findings(text + "，已接通", before=text) == []
    assert findings(text + "，另一个13912345678", before=text) == [Trace.MOBILE]


_BLANKS = st.sampled_from(("", " ", "\u3000", "-", "－", "·", "  "))


@given(_AROUND, st.sampled_from(("李四", "13900000000", "Ａｎｎ Lee", "阿不都·买买提")), st.data())
def test_a_word_is_replaced_however_it_is_written(
    around: str, word: str, data: st.DataObject
) -> None:
    """What looks for names in open texts finds nothing afterwards: it is the oracle."""
    assume(not spots(around, [word]))
    written = "".join(c + data.draw(_BLANKS) for c in word[:-1]) + word[-1]
    if data.draw(st.booleans()):
        written = written.translate(_WIDE)
    text = around + written + "说"
    assert findings(text, [word]) != []
    done = replaced(text, {word: "乙方1"})
    assert Trace.KNOWN not in findings(done, [word])
    assert "乙方1" in done
    assert done.endswith("说")


def test_of_two_words_that_overlap_the_longer_is_replaced() -> None:
    assert replaced("李 四 光与李四", {"李四": "乙方1", "李四光": "乙方2"}) == "乙方2与乙方1"


def test_an_alias_is_not_mentioned_in_a_longer_one() -> None:
    assert mentions("甲方 1说", "甲方1")
    assert not mentions("甲方12 没有到场", "甲方1")
    assert mentions("甲方12和甲方1", "甲方1")
