"""What a clerk types, in the ways clerks type it, and what is refused with a sentence about it."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.kinds.enumerations import CATEGORY, DISPOSITION, URGENCY
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import (
    Choices,
    Code,
    Day,
    FieldType,
    Flag,
    Line,
    Money,
    Number,
    Phone,
    Prose,
    Scalar,
    Slot,
    State,
    Townships,
    Unfit,
    split_members,
)
from keys.errors import Text
from keys.limits import INT_MAX, REGISTER_BYTES, TEXT_CODE_POINTS

LAMP = State(
    (("off", Text("关", "off")), ("on", Text("开", "on")), ("broken", Text("坏", "broken"))),
    initial="off",
    moves=frozenset({("off", "on"), ("on", "off"), ("on", "broken")}),
)


def why(of: FieldType, typed: str) -> str:
    """The sentence a clerk reads about what was typed; in both languages, and never empty."""
    with pytest.raises(Unfit) as fault:
        of.parse(typed)
    assert all(fault.value.why)
    assert str(fault.value) == fault.value.why[1]
    return fault.value.why[0]


def refuses(of: FieldType, value: Scalar) -> None:
    with pytest.raises(Unfit):
        of.check(value)


class TestLine:
    def test_keeps_what_was_typed_without_the_blanks_around_it(self) -> None:
        assert Line().parse("  示范一村\u3000") == "示范一村"
        assert Line().parse("曾示㛃 仇例䶮 阿·示") == "曾示㛃 仇例䶮 阿·示"

    def test_composes_letters_so_that_equal_looks_are_equal(self) -> None:
        assert Line().parse("e\u0301") == "\u00e9"

    def test_says_how_long_it_may_be(self) -> None:
        assert Line(5).parse("一二三四五") == "一二三四五"
        assert why(Line(5), "一二三四五六") == "太长，最多 5 个字"

    @pytest.mark.parametrize(
        "typed",
        ("a\x1b[2J", "a\x00b", "a\tb", "a\nb", "a\u202eb", "a\u200bb", "a\ue000b", "a\udc80b"),
        ids=["escape", "nul", "tab", "line", "override", "zero width", "private", "surrogate"],
    )
    def test_refuses_what_a_reader_would_not_see(self, typed: str) -> None:
        assert why(Line(), typed) == "含有不可见的控制字符"

    def test_of_several_lines_takes_the_line_ends_of_any_system(self) -> None:
        assert Line(200, lines=True).parse("一\r\n二\n三\n") == "一\n二\n三"
        assert why(Line(200, lines=True), "一\r二") == "含有不可见的控制字符"

    def test_is_bounded_in_bytes_as_well(self) -> None:
        wide = Line(REGISTER_BYTES)
        wide.check("a" * REGISTER_BYTES)
        refuses(wide, "长" * (REGISTER_BYTES // 3 + 1))

    @pytest.mark.parametrize("value", ("", "   ", "\u3000", 1, True, b"a"))
    def test_that_arrives_must_be_text_with_something_in_it(self, value: Scalar) -> None:
        refuses(Line(), value)


class TestNumber:
    @pytest.mark.parametrize(
        ("typed", "value"),
        (("0", 0), ("42", 42), ("４２", 42), (" 007 ", 7), ("999999999999999", 10**15 - 1)),
    )
    def test_is_read_in_half_and_full_width(self, typed: str, value: int) -> None:
        assert Number().parse(typed) == value

    @pytest.mark.parametrize("typed", ("-1", "－１", "-999"))
    def test_is_never_negative(self, typed: str) -> None:
        assert why(Number(), typed) == "不能为负数"

    @pytest.mark.parametrize(
        "typed", ("1.5", "三", "1e3", "+1", "--1", "-", "0x10", "1 000", "²", "٣")
    )
    def test_is_whole_and_in_digits(self, typed: str) -> None:
        assert why(Number(), typed) == "应为整数"

    def test_has_an_end(self) -> None:
        assert why(Number(), "1" * 16) == "太长"

    @pytest.mark.parametrize("value", (True, False, "1", b"1", -1, -INT_MAX))
    def test_that_arrives_is_a_number(self, value: Scalar) -> None:
        refuses(Number(), value)
        refuses(Money(), value)


class TestMoney:
    @pytest.mark.parametrize(
        ("typed", "fen"),
        (
            ("8000", 800_000),
            ("8,000", 800_000),
            ("８，０００", 800_000),
            ("8000元", 800_000),
            ("8,000 元", 800_000),
            ("8,000 yuan", 800_000),
            ("￥8000", 800_000),
            ("¥ 9500.5", 950_050),
            ("0.01", 1),
            ("9500.50 元", 950_050),
            ("９５００．５０", 950_050),
            ("0", 0),
        ),
    )
    def test_is_typed_in_yuan_and_kept_in_fen(self, typed: str, fen: int) -> None:
        assert Money().parse(typed) == fen

    @pytest.mark.parametrize(
        "typed",
        (
            "1,5",
            "8,00",
            "1,0000",
            ",100",
            "1.555",
            "八千",
            "8000美元",
            "1e3",
            "8000.",
            "元",
            "1" * 14,
        ),
    )
    def test_refuses_what_could_mean_two_things(self, typed: str) -> None:
        assert why(Money(), typed) == "应为金额，如 8000 或 8000.50"

    @pytest.mark.parametrize("typed", ("-8000", "－8000", "-0.01"))
    def test_is_never_negative(self, typed: str) -> None:
        assert why(Money(), typed) == "不能为负数"

    def test_is_shown_as_people_write_it(self) -> None:
        assert Money().show(950_050, "zh") == "9,500.50 元"
        assert Money().show(800_000, "en") == "8,000 yuan"
        assert Money().show(5, "zh") == "0.05 元"
        assert Money().show(None, "zh") == ""

    @given(st.integers(0, 10**15 - 1), st.sampled_from(["zh", "en"]))
    def test_reads_back_what_it_shows(self, fen: int, lang: str) -> None:
        assert Money().parse(Money().show(fen, lang)) == fen


class TestDay:
    @pytest.mark.parametrize(
        "typed",
        (
            "2024-08-18",
            "2024-8-18",
            "2024/8/18",
            "2024.08.18",
            "2024年8月18日",
            "2024年08月18",
            "2024 年 8 月 18 日",
            "２０２４－０８－１８",
            "２０２４／８／１８",
            "20240818",
        ),
    )
    def test_is_read_in_every_usual_style(self, typed: str) -> None:
        assert Day().parse(typed) == "2024-08-18"

    @pytest.mark.parametrize(
        "typed",
        (
            "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01", "24-8-18", "8-18",
            "2024-08", "18.8.2024", "2024-08-18T10:00", "2024-08-18-01", "昨天", "202408181",
            "2024年8月", "٢٠٢٤-٠٨-١٨",
        ),
    )  # fmt: skip
    def test_refuses_days_that_are_none_or_could_be_two(self, typed: str) -> None:
        assert why(Day(), typed) == "应为日期，如 2024-08-18"

    @pytest.mark.parametrize(
        "value",
        ("2024-8-18", "20240818", "2024-W34-7", "2024-08-18 ", "２０２４-08-18", 20240818, b"x"),
    )
    def test_arrives_in_one_form_only(self, value: Scalar) -> None:
        refuses(Day(), value)

    @given(st.dates())
    def test_reads_back_what_it_shows(self, day: datetime.date) -> None:
        written = day.isoformat()

        assert Day().parse(Day().show(written, "zh")) == written
        assert Day().parse(f"{day.year:04d}年{day.month}月{day.day}日") == written


class TestCodeAndPhone:
    def test_code_has_nine_or_twelve_digits(self) -> None:
        assert Code().parse("430527210") == "430527210"
        assert Code().parse("４３０５２７２１０９０１") == "430527210901"
        for typed in ("4305", "4305272101", "43052721o", "4305272100000"):
            assert why(Code(), typed) == "应为 9 位或 12 位数字代码"
        refuses(Code(), 430527210)

    @pytest.mark.parametrize(
        ("typed", "value"),
        (
            ("0739-0000-118", "0739-0000-118"),
            ("０７３９－００００－１１８", "0739-0000-118"),
            ("12000001234", "12000001234"),
            ("+86 739 0000118", "+86 739 0000118"),
        ),
    )
    def test_phone_is_kept_as_written(self, typed: str, value: str) -> None:
        assert Phone().parse(typed) == value

    @pytest.mark.parametrize(
        "typed", ("12", "打电话", "-0739", "0739-0000-118 转 2", "1" * 26, "0739\t000")
    )
    def test_phone_holds_digits(self, typed: str) -> None:
        assert why(Phone(), typed) == "应为电话号码"

    @given(st.from_regex(r"[0-9]{9}([0-9]{3})?", fullmatch=True))
    def test_code_reads_back_what_it_shows(self, code: str) -> None:
        code = code.translate({ord(c): str(int(c)) for c in code})

        assert Code().parse(Code().show(code, "en")) == code

    @given(st.from_regex(r"\A\+?[0-9]([0-9 \-]{1,23}[0-9\-])\Z", fullmatch=True))
    def test_phone_reads_back_what_it_shows(self, phone: str) -> None:
        phone = "".join(str(int(c)) if c.isdecimal() else c for c in phone)

        assert Phone().parse(Phone().show(phone, "zh")) == phone


class TestFlag:
    @pytest.mark.parametrize("typed", ("是", "yes", "Yes", "1", "１", "true", "y"))
    def test_says_yes(self, typed: str) -> None:
        assert Flag().parse(typed) is True

    @pytest.mark.parametrize("typed", ("否", "no", "0", "FALSE", "n"))
    def test_says_no(self, typed: str) -> None:
        assert Flag().parse(typed) is False

    def test_says_nothing_else(self) -> None:
        assert why(Flag(), "也许") == "应为 是 或 否"
        for value in (1, 0, "yes"):
            refuses(Flag(), value)

    @given(st.booleans(), st.sampled_from(["zh", "en"]))
    def test_reads_back_what_it_shows(self, value: bool, lang: str) -> None:
        assert Flag().parse(Flag().show(value, lang)) is value


class TestChoice:
    def test_is_typed_as_identifier_or_label_of_either_language(self) -> None:
        for typed in ("forest_land", "山林土地纠纷", "forest and land", "Forest and land"):
            assert CATEGORY.parse(typed) == "forest_land"

    def test_names_what_may_be_chosen(self) -> None:
        said = why(URGENCY, "紫")

        assert said == "只能是：蓝、黄、橙、红"

    @pytest.mark.parametrize("value", ("紫", "蓝", "BLUE", 1, True, b"blue"))
    def test_arrives_as_an_identifier_only(self, value: Scalar) -> None:
        refuses(URGENCY, value)

    def test_of_a_newer_neighbour_is_shown_as_it_is(self) -> None:
        assert URGENCY.show("violet", "zh") == "violet"

    @given(st.sampled_from(CATEGORY.codes()), st.sampled_from(["zh", "en"]))
    def test_reads_back_what_it_shows(self, code: str, lang: str) -> None:
        assert CATEGORY.parse(CATEGORY.show(code, lang)) == code

    def test_state_tells_what_may_follow_in_declared_order(self) -> None:
        assert LAMP.following("on") == ["off", "broken"]
        assert LAMP.following("broken") == LAMP.following(None) == []
        assert LAMP.parse("坏") == "broken"

    def test_slot_speaks_as_the_type_in_it(self) -> None:
        slot = Slot(URGENCY)

        assert slot.parse("橙") == "orange"
        assert slot.show("orange", "zh") == "橙"
        assert slot.order() == ["blue", "yellow", "orange", "red"]
        assert "只能是" in why(slot, "紫")


class TestSets:
    @pytest.mark.parametrize(
        "typed",
        (
            "policy_explained、visited_explained",
            "走访解释，政策宣传",
            "visited and explained; policy explained",
            " 政策宣传 ,, 走访解释 , 政策宣传",
        ),
    )
    def test_are_typed_in_one_line(self, typed: str) -> None:
        found = Choices(DISPOSITION).parse_members(typed)

        assert found == ["policy_explained", "visited_explained"]

    def test_refuse_a_member_that_is_none(self) -> None:
        with pytest.raises(Unfit):
            Choices(DISPOSITION).parse_members("政策宣传、罚款")

    def test_may_be_empty(self) -> None:
        assert Choices(DISPOSITION).parse_members("、 ，") == []
        assert split_members("430527210、431225201") == ["430527210", "431225201"]

    @pytest.mark.parametrize(
        "of", (Choices(DISPOSITION), Townships()), ids=["choices", "townships"]
    )
    def test_keep_a_yes_or_no_for_each_member(self, of: FieldType) -> None:
        of.check(True)
        of.check(False)
        for value in (None, 1, "true"):
            refuses(of, value)

    @given(st.sets(st.sampled_from(DISPOSITION.codes())))
    def test_read_back_what_they_show(self, codes: set[str]) -> None:
        of = Choices(DISPOSITION)
        shown = "、".join(DISPOSITION.show(code, "zh") for code in sorted(codes))

        assert set(of.parse_members(shown)) == codes


class TestReferences:
    def test_are_ids_of_the_right_length(self) -> None:
        TownshipRef().check(b"t" * 32)
        RecordRef("case").check(b"r" * 16)
        for value in (b"t" * 31, b"", "t" * 32, 32):
            refuses(TownshipRef(), value)
            refuses(RecordRef("case"), value)

    def test_typed_text_is_for_the_node_to_understand(self) -> None:
        assert why(TownshipRef(), "麻塘乡") == "应为本账本的成员乡镇"
        assert why(RecordRef("case"), "case-1") == "应为一条记录的编号"

    def test_are_shown_in_digits_that_can_be_read_out(self) -> None:
        assert TownshipRef().show(b"\x0a" * 32, "zh") == "0a" * 32


class TestProse:
    def test_keeps_lines_and_the_blanks_people_put(self) -> None:
        assert Prose().parse("  一\r\n二\n") == "  一\n二\n"
        assert Prose().parse("") == ""

    def test_has_the_length_that_can_be_merged(self) -> None:
        Prose().check("长" * TEXT_CODE_POINTS)
        assert why(Prose(), "长" * (TEXT_CODE_POINTS + 1)) == f"太长，最多 {TEXT_CODE_POINTS} 个字"

    @pytest.mark.parametrize("value", ("a\x1bb", "a\u202eb", "a\udc80b", 1, None, b"a"))
    def test_refuses_what_is_no_text(self, value: Scalar) -> None:
        refuses(Prose(), value)
