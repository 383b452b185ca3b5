"""`print` and `export` at the command line: what stands on paper, what does not, and what is listed of it.

DOCX is read with zipfile and the standard library's XML, never with the library that wrote it.
"""

from __future__ import annotations

import html
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import icalendar
import pytest
from rich.cells import cell_len

from crdt.kinds import KINDS
from crdt.kinds.types import Choice, Choices, Flag, State
from node.cli.examples import value_example
from node.forms.printed import forms
from tests.support.clerk import Clerk, carry, mulin

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAME, OTHER, PHONE = "仲孙无忌", "叔孙得臣", "13800990011"
LANGS = ("zh", "en")
FOR = ("--purpose", "调解")


def words_of(file: Path) -> str:
    """All that a reader of the paper sees, paragraphs by lines."""
    if file.suffix == ".html":
        body = file.read_text(encoding="utf-8").partition("<body>")[2]
        return html.unescape(re.sub(r"<[^>]*>", "\n", body))
    with zipfile.ZipFile(file) as packed:
        parts = [n for n in packed.namelist() if re.match(r"word/(document|footer\d*)\.xml", n)]
        trees = [ElementTree.fromstring(packed.read(name)) for name in parts]
    return "\n".join(_line(p) for tree in trees for p in tree.iter(f"{_W}p"))


def _line(paragraph: ElementTree.Element) -> str:
    parts = (n for n in paragraph.iter() if n.tag in (f"{_W}t", f"{_W}br"))
    return "".join("\n" if n.tag == f"{_W}br" else n.text or "" for n in parts)


def every_byte(file: Path) -> bytes:
    """Also what is packed."""
    if file.suffix != ".docx":
        return file.read_bytes()
    with zipfile.ZipFile(file) as packed:
        return b"".join(map(packed.read, packed.namelist()))


@pytest.fixture
def clerk(pair: list[Clerk]) -> Clerk:
    """One of two townships."""
    return pair[0]


@pytest.fixture
def desk(pair: list[Clerk]) -> tuple[list[Clerk], dict[str, str]]:
    """A case with two parties and an agreement that the first township alone reads."""
    here = pair[0]
    case = here.id(
        "case", "new", "--category", "forest_land", "--village", "示范一村", "due_on=2024-09-17",
        "summary=甲方1与甲方10相邻", "lead=" + here.name,
    )  # fmt: skip
    made = {"case": case}
    about = ("--case", case)
    made["party"] = here.id(
        "party", "new", *about, "alias=甲方1", "role=applicant", f"name={NAME}", f"phone={PHONE}"
    )
    here.id("party", "new", *about, "alias=乙方1", "role=respondent", f"name={OTHER}")
    made["agreement"] = here.id(
        "agreement", "new", *about, "--form", "written", "facts=甲方1与乙方1、甲方10相邻",
        "perform_by=2024-10-01",
    )  # fmt: skip
    for no, text in ((2, "乙方1付款八百元"), (1, "甲方1清理水沟")):
        here("item", "add", made["agreement"], "terms", f"no={no}", f"text={text}")
    carry(*pair)
    return pair, made


def test_names_stand_on_paper_only_where_they_may_be_read(
    desk: tuple[list[Clerk], dict[str, str]], tmp_path: Path
) -> None:
    (here, there), made = desk
    for ending in ("docx", "html"):
        file = tmp_path / f"协议.{ending}"
        print_it = ("print", "agreement", made["agreement"][:8], "-o", str(file))
        before = len(here.ask("access"))
        assert here(*print_it).code == (2 if ending == "docx" else 0), "what for?"
        if ending == "docx":
            assert not file.exists()
            assert here.ask("access") == []
            assert here(*print_it, *FOR).code == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        looks = here.ask("access")[before:]
        assert [k["action"] for k in looks] == ["print"] * 3, "the agreement and two parties"
        said = words_of(file)
        assert f"{NAME}（甲方1）与{OTHER}（乙方1）、甲方10相邻" in said
        assert said.index("1. ") < said.index("清理水沟") < said.index("付款八百元")
        assert "草稿" in said
        told = here.ask("agreement", "show", made["agreement"])["agreed"]
        assert told["hash"] in said
        assert PHONE in said
        assert here(*print_it).code == 3, "what stands there is not overwritten"
    for form, one in (("agreement", "agreement"), ("notice", "party"), ("record", "party")):
        file = tmp_path / "other.docx"
        assert there("print", form, made[one], "-o", str(file), *FOR).code in (1, 3)
        assert not file.exists()


def test_the_canary_is_silent_without_a_grant(
    desk: tuple[list[Clerk], dict[str, str]], tmp_path: Path
) -> None:
    (_, there), made = desk
    for form in forms().values():
        if form.kind in ("", "case") and not form.counts:
            for ending in ("docx", "html"):
                file = tmp_path / f"{form.name}.{ending}"
                which = [] if form.lists else [made["case"]]
                assert there("print", form.name, *which, "-o", str(file)).code == 0, form.name
                found = every_byte(file)
                assert not any(w.encode() in found for w in (NAME, OTHER, PHONE)), form.name
    calendar = tmp_path / "a.ics"
    assert there("export", "calendar", "-o", str(calendar), *FOR).code == 0
    assert "示范一村" in calendar.read_text()
    assert there.ask("access") == []
    assert "另有 3 份密封材料" in words_of(tmp_path / "closing.html")
    said = words_of(tmp_path / "closing.docx")
    for way in ("人民法院", "仲裁", "行政", "法律援助"):
        assert way in said


def test_both_sides_stand_on_paper_and_a_final_document_waits(
    desk: tuple[list[Clerk], dict[str, str]], tmp_path: Path
) -> None:
    (here, there), made = desk
    here("case", "set", made["case"], "amount_claimed=8000", "--as", "司法所")
    there("case", "set", made["case"], "amount_claimed=9500", "--as", "综治中心")
    here("case", "set", made["case"], "urgency=red", "--reason", "现场核对")
    there("case", "set", made["case"], "urgency=blue")
    carry(here, there)
    for lang, both in (
        (
            "zh",
            (f"{here.name}（司法所）：8,000 元", f"{there.name}（综治中心）：9,500 元", "红", "蓝"),
        ),
        ("en", (f"{here.name} (司法所): ", f"{there.name} (综治中心): ", ": red", ": blue")),
    ):
        for ending in ("docx", "html"):
            file = tmp_path / f"{lang}.{ending}"
            assert there("print", "intake", made["case"], "-o", str(file), lang=lang).code == 0
            said = words_of(file)
            assert all(one in said for one in both), said
            assert {"zh": "待核对", "en": "to be settled"}[lang] in said
        for form, one in (("agreement", "agreement"), ("closing", "case")):
            file = tmp_path / "final.docx"
            done = here("print", form, made[one], "-o", str(file), *FOR, lang=lang)
            assert done.code == 4
            assert "mulin conflicts list" in done.err
            assert not file.exists()
    assert here.ask("access") == [], "nothing was printed"


def test_a_text_that_was_confirmed_and_is_another_now_is_not_printed(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, there = pair
    case = here.id("case", "new", "--category", "other", "--village", "示范一村")
    made = here.id("agreement", "new", "--case", case, "--share", there.name, "--form", "written")
    carry(here, there)
    assert there("agreement", "set", made, "place=村委会").code == 0
    assert here("agreement", "move", made, "ready", "--reason", "双方同意").code == 0
    assert here("agreement", "confirm", made).code == 0
    first = tmp_path / "first.docx"
    assert here("print", "agreement", made, "-o", str(first), *FOR).code == 0
    assert f"{here.name}：已确认这份文本" in words_of(first)
    assert f"{there.name}：未确认" in words_of(first)
    carry(here, there)
    for clerk in pair:
        file = tmp_path / "second.docx"
        assert clerk("print", "agreement", made, "-o", str(file), *FOR).code == 4
        assert not file.exists()


def test_a_name_that_two_people_have_or_that_is_in_question_stands_nowhere_in_a_text(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, there = pair
    case = here.id("case", "new", "--category", "other", "--village", "村", "summary=甲方1和A1说")
    carry(here, there)
    for clerk, other, name in ((here, there, NAME), (there, here, OTHER)):
        share = ("--case", case, "--share", other.name, "role=applicant")
        clerk.id("party", "new", *share, "alias=甲方1", f"name={name}")
    named = ("alias=A1", "role=third", "name=一")
    one = here.id("party", "new", "--case", case, "--share", there.name, *named)
    carry(here, there)
    here("party", "set", one, "name=公孙一")
    there("party", "set", one, "name=公孙二")
    carry(here, there)
    for clerk in pair:
        file = tmp_path / f"{clerk.folder.name}.html"
        assert clerk("print", "intake", case, "-o", str(file), *FOR).code == 0
        said = words_of(file)
        assert "甲方1和A1说" in said
        assert all(name in said for name in (NAME, OTHER, "公孙一", "公孙二", "待核对"))
        assert {k["purpose"] for k in clerk.ask("access")} == {"mediation"}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_record_of_every_kind_has_a_printed_form(kind: str, clerk: Clerk, tmp_path: Path) -> None:
    declared = KINDS[kind]
    case = clerk.id("case", "new", "--category", "other", "--village", "示范一村")
    about = ("--case", case) if declared.about else ()
    typed = [
        f"{f.name}={value_example(f.type)}"
        for f in declared.fields
        if not isinstance(f.type, State)
        if f.required or isinstance(f.type, (Choice, Choices, Flag)) or f.name in declared.title
    ]
    made = clerk.id(kind, "new", *about, *typed, "--reason", "现场核对")
    for lang in LANGS:
        for ending in ("docx", "html"):
            file = tmp_path / f"{kind}-{lang}.{ending}"
            done = clerk("print", "record", made, "-o", str(file), *FOR, lang=lang)
            assert done.code == 0, done.err
            said = words_of(file).lower()
            assert declared.label.say(lang).lower() in said
            for f in declared.fields:
                if f.required:
                    label = (
                        f.label.say(lang).removesuffix("（不写姓名）").removesuffix(", no names")
                    )
                    assert label.removesuffix(", no name").lower() in said
            assert "{" not in said
        for form in forms().values():
            if form.kind == kind and form.only is None:
                file = tmp_path / f"form-{form.name}-{lang}.docx"
                done = clerk("print", form.name, made, "-o", str(file), *FOR, lang=lang)
                assert done.code == 0, done.err
                assert form.label.say(lang).lower() in words_of(file).lower()


def test_markup_and_strange_characters_survive(clerk: Clerk, tmp_path: Path) -> None:
    text = "<b>&amp;</b> ]]> {0} %s \"'` 𠮷 \uffff\ufdd0 =1+1"
    case = clerk.id("case", "new", "--category", "other", "--village", "村", "--no-name")
    assert clerk("case", "set", case, f"place={text}").code == 0
    for ending in ("docx", "html"):
        file = tmp_path / f"x.{ending}"
        assert clerk("print", "record", case, "-o", str(file)).code == 0
        assert text.replace("\uffff", "\ufffd") in words_of(file)
    assert "<b>" not in (tmp_path / "x.html").read_text().partition("<body>")[2]


def test_what_cannot_be_printed_is_said_in_a_sentence(
    desk: tuple[list[Clerk], dict[str, str]], tmp_path: Path
) -> None:
    (here, _), made = desk
    file = str(tmp_path / "x.docx")
    for words, code in (
        (("intake", made["case"]), 2),
        (("intake", made["case"], "-o", str(tmp_path / "x.pdf")), 2),
        (("intake", "-o", file), 2),
        (("contacts", made["case"], "-o", file), 2),
        (("session", made["case"], "-o", file), 2),
        (("oral", made["agreement"], "-o", file, *FOR), 2),
        (("nonsense", made["case"], "-o", file), 2),
        (("intake", "ffffffff", "-o", file), 1),
        (("intake", made["case"], "-o", str(tmp_path / "no" / "x.docx")), 2),
    ):
        for lang in LANGS:
            done = here("print", *words, lang=lang)
            assert (done.code, done.err.count("\n")) == (code, 1), done.err
    assert not list(tmp_path.glob("x.*"))
    for lang in LANGS:
        done = here("print", lang=lang)
        assert done.code == 0
        assert max(map(cell_len, done.out.splitlines())) <= 80
        assert all(form.label.say(lang) in done.out for form in forms().values())
    assert {f["name"] for f in here.ask("print")} == set(forms())
    assert here("print", "受理登记表", made["case"], "-o", file, *FOR).code == 0, "by its title"


def test_the_shell_completes_the_forms() -> None:
    asked = {"_MULIN_COMPLETE": "bash_complete", "COMP_WORDS": "mulin print in", "COMP_CWORD": "2"}
    assert "intake" in mulin(env=asked).out


def test_a_calendar_names_no_party_and_lists_what_it_took(
    desk: tuple[list[Clerk], dict[str, str]], tmp_path: Path
) -> None:
    (here, _), made = desk
    owed = here.id(
        "obligation", "new", "--case", made["case"], f"what={NAME}付款", "due_on=2024-11-01"
    )
    plain, whole, after = (tmp_path / f"{n}.ics" for n in "abc")
    done = here("export", "calendar", "-o", str(plain))
    assert (done.code, "--purpose" in done.err) == (0, True)
    assert plain.read_text().count("BEGIN:VEVENT") == 1
    assert here.ask("access") == []
    assert here.ask("export", "calendar", "-o", str(whole), *FOR)["events"] == 3
    said = whole.read_bytes().replace(b"\r\n ", b"").decode()
    assert [d in said for d in ("20240917", "20241001", "20241101")] == [True] * 3
    assert owed[:8] in said
    assert not any(word in said for word in (NAME, OTHER, "甲方1"))
    assert {k["action"] for k in here.ask("access")} == {"export"}
    here("obligation", "move", owed, "done", "--reason", "已付")
    assert here.ask("export", "calendar", "-o", str(after), *FOR)["events"] == 2


@pytest.fixture
def lasting() -> Iterator[None]:
    """A kind that says from when to when its records last."""
    object.__setattr__(KINDS["contact"], "lasts", ("valid_from", "valid_to"))
    yield
    object.__setattr__(KINDS["contact"], "lasts", None)


@pytest.mark.usefixtures("lasting")
def test_what_lasts_stands_in_the_calendar_from_its_first_day_to_its_last(
    clerk: Clerk, tmp_path: Path
) -> None:
    post = ("office=司法所", "post=所长", "name=赵某", "phone=0745-1234567")
    made = clerk.id("contact", "new", *post, "valid_from=2024-08-18", "valid_to=2024-08-20")
    clerk.id("contact", "new", *post)
    uids = []
    for n in range(2):
        file = tmp_path / f"{n}.ics"
        assert clerk.ask("export", "calendar", "-o", str(file))["events"] == 1
        said = file.read_text()
        assert "DTSTART;VALUE=DATE:20240818" in said
        assert f"DTEND;VALUE=DATE:2024082{1 + n}" in said, "the day after the last"
        uids.append(re.findall(r"UID:(.*)", said))
        clerk("contact", "set", made, "valid_to=2024-08-21")
    assert uids[0] == uids[1], "a calendar moves the event that it has"


def test_a_calendar_says_whose_duty_it_is(pair: list[Clerk], tmp_path: Path) -> None:
    here, there = pair
    for clerk in pair:
        span = ("starts_at=2026-12-01 08:00", "ends_at=2026-12-01 20:00")
        clerk.id("duty_shift", "new", "post=值班员", *span)
    carry(here, there)
    file = tmp_path / "值班.ics"
    assert here("export", "calendar", "-o", str(file)).code == 0
    events = icalendar.Calendar.from_ical(file.read_bytes()).events
    assert {str(event.summary).partition("：")[0] for event in events} == {
        f"{clerk.name}值班" for clerk in pair
    }


def test_a_meeting_that_is_called_off_leaves_the_calendar(clerk: Clerk, tmp_path: Path) -> None:
    meeting = clerk.id("meeting", "new", "kind_of=special", "starts_at=2024-08-18 09:00")
    held, off = tmp_path / "held.ics", tmp_path / "off.ics"
    assert clerk.ask("export", "calendar", "-o", str(held))["events"] == 1
    assert "DTSTART:20240818T010000Z" in held.read_text()
    assert clerk("meeting", "move", meeting, "cancelled", "--reason", "改期").code == 0
    assert clerk.ask("export", "calendar", "-o", str(off))["events"] == 0


def test_contacts_become_cards_that_keep_their_name(pair: list[Clerk], tmp_path: Path) -> None:
    here, there = pair
    here.id("contact", "new", "office=司法所", "post=所长", "name=赵某", "phone=0745-1234567")
    made = there.id(
        "contact", "new", "office=派出所", "post=所长", "name=钱某", "phone=0745-7654321"
    )
    assert there("item", "add", made, "phones", "phone=13900000000", "label=夜间").code == 0
    gone = ("valid_to=2020-01-01", "name=孙某", "phone=0745-1111111")
    there.id("contact", "new", "office=派出所", "post=副所长", *gone)
    carry(here, there)
    files = [tmp_path / f"{n}.vcf" for n in range(3)]
    told = here.ask("export", "vcard", "-o", str(files[0]))
    assert (told["cards"], told["no_longer_in_post"]) == (2, 1)
    assert there("export", "vcard", "-o", str(files[1]), "--version", "4.0").code == 0
    assert here("export", "vcard", "-o", str(files[0])).code == 3
    old, new = (f.read_text() for f in files[:2])
    uids = [sorted(re.findall(r"UID:(.*)", text)) for text in (old, new)]
    assert uids[0] == uids[1]
    assert len(set(uids[0])) == 2
    assert f"ORG:{there.name};派出所" in new
    assert "孙某" not in old
    there("contact", "set", made, "phone=0745-2222222")
    assert there("export", "vcard", "-o", str(files[2])).code == 0
    changed = files[2].read_text()
    assert sorted(re.findall(r"UID:(.*)", changed)) == uids[0]
    assert "0745-2222222" in changed
