"""What folding makes equal and what it leaves apart, and Latin letters for Chinese ones."""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from node import characters, folding, pinyin
from node.folding import fold

# Typed elsewhere: (as it comes, as a clerk of this side types it).
EQUAL = (
    ("邵陽(yáng)市", "邵阳市"),
    ("邵陽（yánɡ）市", "邵阳市"),
    ("隆回（Lónghuí）縣", "隆回县"),
    ("麻塘 (má táng) 鄉", "麻塘 乡"),
    ("城步苗族自治縣〔chéng-bù〕", "城步苗族自治县"),
    ("綏寧[suí níng, suī]", "绥宁"),
    ("绿(lǜ)洲", "绿洲"),
    ("花兒(huār)", "花儿"),
    ("重(zhòng)（chóng）庆", "重庆"),
    ("調解協議書", "调解协议书"),
    ("紅巖鎮灣頭村", "红岩镇湾头村"),
    ("接著", "接着"),
    ("２０２４年Ｋ１２＋３００", "2024年k12+300"),
    ("（村委会）", "(村委会)"),
    ("山林，水渠！", "山林,水渠!"),
    ("⼭林", "山林"),
)
LEFT = (
    "界桩(2024)",
    "示范一村(村委会)",
    "水渠(东)",
    "界桩(km)",
    "咖啡(café)馆",
    "里程(k12)",
    "石头(tou)",
    "(yáng)",
)
INITIALS = {
    "山林土地纠纷": {"sltdjf"},
    "麻塘": {"mt"},
    "邵阳": {"sy"},
    "婚姻家庭": {"hyjt"},
    "宅基地": {"zjd"},
    "重庆": {"zq", "cq"},
    "长沙": {"cs", "zs"},
    "单家": {"dj", "sj"},
    "曾家": {"zj", "cj"},
    "仇家": {"cj", "qj"},
    "调解": {"tj", "dj"},
    "重长": {"cc", "cz", "zc", "zz"},
}
# GB 2312 lists its first 3,755 characters by their sound: an older list than the one we read.
_GB2312 = {
    "a": 0xB0A1, "b": 0xB0C5, "c": 0xB2C1, "d": 0xB4EE, "e": 0xB6EA, "f": 0xB7A2, "g": 0xB8C1,
    "h": 0xB9FE, "j": 0xBBF7, "k": 0xBFA6, "l": 0xC0AC, "m": 0xC2E8, "n": 0xC4C3, "o": 0xC5B6,
    "p": 0xC5BE, "q": 0xC6DA, "r": 0xC8BB, "s": 0xC8F6, "t": 0xCBFA, "w": 0xCDDA, "x": 0xCEF4,
    "y": 0xD1B9, "z": 0xD4D1, "": 0xD7FA,
}  # fmt: skip
_MIXED = st.text(
    alphabet="邵陽阳紅重山(（)）[]〔〕【】 \u3000yánɡgüǜA1Ａ１\n\u0301\u0338·", max_size=30
)


@pytest.mark.parametrize(("typed", "meant"), EQUAL)
def test_what_means_the_same_is_folded_to_the_same(typed: str, meant: str) -> None:
    assert fold(typed).replace(" ", "") == meant.replace(" ", "")


@pytest.mark.parametrize("text", LEFT)
def test_real_brackets_stay(text: str) -> None:
    assert fold(text) == text


@given(st.text() | _MIXED)
@example("邵(yáng(yáng))(yáng)")
@example("邵[yá́ng]\u0338(yáng)")
@example("\u1e9e\u0130\u03d3\u0345")
@example("薴苧苎")
def test_to_fold_twice_is_to_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(_MIXED, _MIXED)
def test_lines_are_folded_each_for_itself(one: str, other: str) -> None:
    assert fold(f"{one}\n{other}") == f"{fold(one)}\n{fold(other)}"


@pytest.mark.parametrize(("text", "letters"), INITIALS.items())
def test_initials_are_those_of_every_usual_reading(text: str, letters: set[str]) -> None:
    whole = {p for p in pinyin.pieces(text) if len(p) == len(text)}
    if len(text) <= pinyin.WINDOW:
        assert whole >= letters
    assert all(pinyin.begins(text, said) and pinyin.begun(f"的{text}的", said) for said in letters)
    assert not pinyin.begins(text, "vv")
    assert not pinyin.begun(text, "vv")


def test_initials_are_those_that_an_older_standard_goes_by() -> None:
    differ = 0
    for (letter, first), (_, end) in itertools.pairwise(_GB2312.items()):
        for code in range(first, end):
            if code & 0xFF not in range(0xA1, 0xFF):
                continue
            character = code.to_bytes(2, "big").decode("gb2312")
            differ += letter not in {said[0] for said in characters.readings(character)}
    assert differ <= 3


def test_syllables_are_those_that_characters_are_read_as() -> None:
    heard = {r for c in map(chr, range(0x4E00, 0x9FA6)) for r in characters.readings(c)}
    of_dialects_and_sighs = {"m", "n", "ng", "hm", "hng", "len", "fiao"}
    assert {s for s in heard if not pinyin.is_pinyin(s)} <= of_dialects_and_sighs
    assert {"ma", "tang", "lv", "zhuang", "er"} <= heard & pinyin.SYLLABLES


@pytest.mark.parametrize(
    ("letters", "rows"),
    (
        ("matang", [["ma", "tang"]]),
        ("xian", [["xi", "an"]]),
        ("lueyang", [["lve", "yang"]]),
        ("ma", []),
        ("sltd", []),
    ),
)
def test_letters_are_parted_into_syllables(letters: str, rows: list[list[str]]) -> None:
    found = pinyin.syllables_of(letters)
    assert [row for row in rows if row not in found] == []
    assert bool(found) == bool(rows)


def test_who_changes_a_table_or_a_rule_counts_the_version_up() -> None:
    """Else an index made before would be taken for one of today. Then put the new sum here."""
    every = [chr(point) for point in range(0x3400, 0xA000)]
    said = [(fold(c), pinyin.pieces(fold(c))) for c in every] + [fold(typed) for typed, _ in EQUAL]
    sum_ = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
    assert (folding.VERSION, sum_) == (1, "ba97a7785ce71c0f")


def test_neither_the_phrases_nor_the_program_of_pypinyin_are_loaded() -> None:
    asked = "import sys, node.pinyin as p; p.pieces('山林'); sys.exit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.mark.parametrize(
    "text", ("邵(" + "an" * 39 + "àv)", "邵" + "(àn)" * 2000, "邵(àn" * 2000, "邵" + "(" * 9000)
)
def test_no_text_takes_long(text: str) -> None:
    began_s = time.process_time()
    fold(text)
    list(itertools.islice(pinyin.splits("an" * 11 + "v"), 9))
    assert time.process_time() - began_s < 0.5
