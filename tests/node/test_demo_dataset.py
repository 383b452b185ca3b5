"""The demo set: the promised figures, legal all the way, and nobody's name in the open."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice

import pytest

from crdt.kinds import KINDS
from crdt.kinds.case import STATE
from crdt.kinds.language import Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import Choices, FieldType, Items, Slot, Townships, split_members
from keys.limits import NAME_CODE_POINTS, POST_CODE_POINTS, REASON_CODE_POINTS
from node.demo.dataset import (
    FEDERATIONS,
    Act,
    AddItem,
    Change,
    Confirm,
    New,
    Review,
    Serve,
    acts,
)

EVERY = sorted(FEDERATIONS)
CASES = {"jinma": 46, "sanbian": 12, "qdg": 24, "changping": 212, "baisha": 12}
CONTACTS = {"jinma": 24, "sanbian": 15, "qdg": 24, "changping": 12, "baisha": 12}
NODES = """
jinma 430527210 麻塘苗族瑶族乡 绥宁县 湖南
jinma 431225201 金子岩侗族苗族乡 会同县 湖南
sanbian 621222103 中寨镇 文县 甘肃
sanbian 623023106 博峪镇 舟曲县 甘肃
sanbian 513225201 永和乡 九寨沟县 四川
qdg 522301105 三江口镇 兴义市 贵州
qdg 530324202 鲁布革布依族苗族乡 罗平县 云南
qdg 451030103 马蚌镇 西林县 广西
changping 420624104 长坪镇 南漳县 湖北
changping 420624105 薛坪镇 南漳县 湖北
baisha 620521106 白沙镇 清水县 甘肃
baisha 620521211 新城乡 清水县 甘肃
"""


def new(found: list[Act], kind: str) -> list[New]:
    return [act for act in found if isinstance(act, New) and act.kind == kind]


def about(federation: str, *kinds: str) -> list[Act]:
    """The acts about records of these kinds."""
    found = list(acts(federation))
    refs = {act.ref for kind in kinds for act in new(found, kind)}
    return [act for act in found if act.ref in refs]


def final(found: list[Act]) -> dict[str, dict[str, str]]:
    """The fields of every record as they stand at the end, as typed."""
    records: dict[str, dict[str, str]] = {}
    for act in found:
        if isinstance(act, New | Change):
            records.setdefault(act.ref, {}).update(act.fields)
    return records


def cases(federation: str, size: int = 1) -> list[dict[str, str]]:
    found = list(acts(federation, size))
    ends = final(found)
    return [ends[act.ref] for act in new(found, "case")]


def values(act: Act, kind: Kind) -> Iterator[tuple[str, FieldType, str]]:
    """Every typed value of an act with the type it is for: (field, type, text)."""
    if isinstance(act, Confirm | Serve | Review):
        return
    if isinstance(act, AddItem):
        items = kind.by_name[act.collection].type
        assert isinstance(items, Items)
        for name, text in act.fields.items():
            of = items.type_of(name)
            assert of is not None
            yield f"{act.collection}/{name}", of, text
    else:
        for name, text in act.fields.items():
            yield name, kind.by_name[name].type, text


def typed(found: list[Act]) -> Iterator[tuple[Act, str, FieldType, str]]:
    """The typed values of all acts: (act, field, type, text)."""
    kinds = {act.ref: KINDS[act.kind] for act in found if isinstance(act, New)}
    kinds |= {act.ref: KINDS["weekly_review"] for act in found if isinstance(act, Review)}
    for act in found:
        if isinstance(act, Serve):
            continue
        for name, of, text in values(act, kinds[act.ref]):
            yield act, name, of, text


class TestMembers:
    def test_are_the_twelve_townships_with_their_codes(self) -> None:
        told = [
            f"{federation} {m.code} {m.name} {m.county} {m.province}"
            for federation, members in FEDERATIONS.items()
            for m in members
        ]

        assert told == NODES.strip().splitlines()
        assert len({m.code for members in FEDERATIONS.values() for m in members}) == 12
        assert all(len(m.name) <= NAME_CODE_POINTS for ms in FEDERATIONS.values() for m in ms)


class TestFigures:
    @pytest.mark.parametrize("federation", EVERY)
    def test_count_cases_and_contacts(self, federation: str) -> None:
        found = list(acts(federation))

        assert len(new(found, "case")) == CASES[federation]
        assert len(new(found, "contact")) == CONTACTS[federation]

    def test_of_jinma_are_46_cases_in_the_mix_of_the_border(self) -> None:
        found = cases("jinma")

        assert Counter(c["category"] for c in found) == {
            "forest_land": 17,
            "neighbour": 6,
            "housing_homestead": 5,
            "marriage_family": 4,
            "damages": 4,
            "migrant_wages": 3,
            "contract": 3,
            "pollution": 2,
            "traffic": 1,
            "other": 1,
        }
        forest = Counter(c["sub_category"] for c in found if c["category"] == "forest_land")
        boundary = forest.pop("boundary_land") + forest.pop("boundary_mountain")
        assert boundary == 6
        assert forest == {"forest_right": 5, "crop_damage": 3, "grave_site": 2, "enclave_land": 1}
        water = {c["sub_category"] for c in found if c["category"] == "neighbour"}
        assert water == {"water_use", "irrigation_ditch"}

    @pytest.mark.parametrize("size", (1, 10))
    def test_of_jinma_split_old_and_new_and_end_as_told(self, size: int) -> None:
        found = cases("jinma", size)

        assert Counter(c["vintage"] for c in found) == {"new": 31 * size, "legacy": 15 * size}
        assert Counter(c.get("outcome", "open") for c in found) == {
            "agreed_written": 27 * size,
            "agreed_oral": 11 * size,
            "failed_guided": 3 * size,
            "withdrawn": 2 * size,
            "transferred": 1 * size,
            "open": 2 * size,
        }

    @pytest.mark.parametrize("size", (1, 10))
    def test_of_jinma_are_180_rounds_and_366_person_times(self, size: int) -> None:
        found = list(acts("jinma", size))

        twice = {a.ref for a in found if isinstance(a, Change) and "same_as" in a.fields}
        assert len(new(found, "patrol")) - len(twice) == 180 * size
        stated = Counter[str]()
        for act in found:
            if isinstance(act, Change) and act.ref.startswith("screening"):
                stated[act.by] += int(act.fields.get("person_times", 0))
        assert stated == {"430527210": 186 * size, "431225201": 180 * size}

    def test_since_2021(self) -> None:
        years = {c["accepted_on"][:4] for c in cases("jinma")}

        assert years == {"2021", "2022", "2023", "2024"}

    def test_grow_with_the_size_while_the_contacts_stay(self) -> None:
        found = list(acts("qdg", 10))

        assert len(new(found, "case")) == 240
        assert len(new(found, "intake")) == 600
        assert len(new(found, "contact")) == 24
        made = [act.ref for act in found if isinstance(act, New)]
        assert len(set(made)) == len(made)

    def test_a_hundredfold_begins_at_once(self) -> None:
        assert len(list(islice(acts("jinma", 100), 100))) == 100
        assert len(new(list(acts("jinma", 100)), "case")) == 4600

    @pytest.mark.parametrize("federation", EVERY)
    def test_every_township_has_the_usual_offices(self, federation: str) -> None:
        offices = defaultdict(set)
        for act in new(list(acts(federation)), "contact"):
            offices[act.by].add(act.fields["role"])

        usual = {"liaison", "judicial_office", "police_station", "governance_centre"}
        assert set(offices) == {m.code for m in FEDERATIONS[federation]}
        assert all(usual | {"political_legal"} <= roles for roles in offices.values())


class TestSameEveryTime:
    @pytest.mark.parametrize("federation", EVERY)
    def test_the_same_seed_tells_the_same_story(self, federation: str) -> None:
        random.seed(1)
        once = list(acts(federation))
        random.seed(2)

        assert list(acts(federation)) == once

    def test_leaves_the_common_dice_alone(self) -> None:
        random.seed(7)
        expected = random.random()
        random.seed(7)
        list(acts("baisha"))

        assert random.random() == expected

    def test_another_seed_tells_another_story_with_the_same_figures(self) -> None:
        other = list(acts("jinma", seed=7))

        assert other != list(acts("jinma"))
        assert Counter(a.fields["category"] for a in new(other, "case")) == Counter(
            c["category"] for c in cases("jinma")
        )


@pytest.mark.parametrize("federation", EVERY)
class TestLegal:
    def test_every_value_is_one_a_clerk_may_type(self, federation: str) -> None:
        found = list(acts(federation))
        members = {m.code for m in FEDERATIONS[federation]}
        made: dict[str, Kind] = {}
        for act in found:
            assert act.by in members
            if isinstance(act, Serve):
                continue
            assert isinstance(act, Confirm | Review) or act.fields
            assert 0 < len(act.post) <= POST_CODE_POINTS
            if isinstance(act, New):
                assert act.ref not in made
                made[act.ref] = KINDS[act.kind]
            elif isinstance(act, Review):
                made[act.ref] = KINDS["weekly_review"]
            else:
                assert act.ref in made
                assert isinstance(act, Confirm) or 0 < len(act.reason) <= REASON_CODE_POINTS
            for _, of, text in values(act, made[act.ref]):
                self.check(of, text, members, made)

    def check(self, of: FieldType, text: str, members: set[str], made: dict[str, Kind]) -> None:
        match of:
            case TownshipRef():
                assert text in members
            case Townships():
                assert split_members(text)
                assert set(split_members(text)) <= members
            case RecordRef():
                assert made[text].name == of.kind
            case Choices():
                assert set(of.parse_members(text)) == set(split_members(text)) != set()
            case _:
                assert of.parse(text) is not None

    def test_nothing_required_is_missing(self, federation: str) -> None:
        for act in acts(federation):
            if isinstance(act, New):
                required = {f.name for f in KINDS[act.kind].fields if f.required}
                assert required <= set(act.fields)

    def test_every_change_changes_something(self, federation: str) -> None:
        stand: dict[tuple[str, str, str], object] = {}
        for act, name, of, text in typed(list(acts(federation))):
            if isinstance(act, AddItem):
                continue
            place = act.by if isinstance(of, Slot) else ""
            parses = not isinstance(of, (TownshipRef, Townships, RecordRef, Choices))
            value = of.parse(text) if parses else text
            assert stand.get((act.ref, name, place)) != value
            stand[(act.ref, name, place)] = value

    def test_every_case_goes_through_listed_states(self, federation: str) -> None:
        state: dict[str, str] = {}
        for act in about(federation, "case"):
            if isinstance(act, New) and act.kind == "case":
                assert act.fields["state"] in (STATE.initial, "draft")
                state[act.ref] = act.fields["state"]
            elif isinstance(act, Change) and "state" in act.fields:
                assert (state[act.ref], act.fields["state"]) in STATE.moves
                state[act.ref] = act.fields["state"]
        assert len(state) == CASES[federation]
        assert "draft" not in state.values()

    def test_a_starred_step_is_confirmed_by_the_other_side(self, federation: str) -> None:
        state: dict[str, str] = {}
        asked: dict[str, tuple[str, str]] = {}
        for act in about(federation, "case"):
            if isinstance(act, Change) and "state" in act.fields:
                assert act.ref not in asked
                step = (state[act.ref], act.fields["state"])
                state[act.ref] = step[1]
                if step in STATE.starred:
                    asked[act.ref] = (act.by, step[1])
            elif isinstance(act, Change) and "state_confirmed" in act.fields:
                mover, moved_to = asked.pop(act.ref)
                assert act.by != mover
                assert act.fields["state_confirmed"] == moved_to
            elif isinstance(act, New):
                state[act.ref] = act.fields.get("state", "")
        assert asked == {}

    def test_what_is_closed_says_how_and_when_and_what_is_open_does_not(
        self, federation: str
    ) -> None:
        for fields in cases(federation):
            closed = fields["state"] == "closed"
            assert closed == ("outcome" in fields) == ("closed_on" in fields)
            assert ("agreement_form" in fields) == fields.get("outcome", "").startswith("agreed")
            if closed and "accepted_on" in fields:
                assert fields["accepted_on"] < fields["closed_on"] < fields["retain_until"]

    def test_contacts_are_written_by_their_own_township(self, federation: str) -> None:
        home = {act.ref: act.by for act in acts(federation) if isinstance(act, New)}
        for act in acts(federation):
            if act.ref.startswith("contact-"):
                assert act.by == home[act.ref]

    def test_two_townships_have_a_hand_in_every_case_that_was_taken_up(
        self, federation: str
    ) -> None:
        hands = defaultdict(set)
        for act in acts(federation):
            hands[act.ref].add(act.by)
        for act in new(list(acts(federation)), "case"):
            lead = act.fields["lead"]
            assert act.by == lead
            assert lead not in split_members(act.fields["co_handlers"])
            assert act.fields["place_code"].startswith(lead)
        met = [h for ref, h in hands.items() if ref.startswith("case-") and len(h) > 1]
        assert len(met) >= CASES[federation] - 1

    def test_case_numbers_are_told_once(self, federation: str) -> None:
        numbers = [c["case_no"] for c in cases(federation, 10)]

        assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("federation", EVERY)
class TestInvented:
    def test_cases_and_contacts_say_that_they_are_a_demonstration(self, federation: str) -> None:
        for act in about(federation, "case", "contact"):
            if isinstance(act, New):
                assert "演示数据" in act.fields["body" if act.kind == "case" else "remark"]

    def test_names_are_made_of_the_four_characters_and_given_once(self, federation: str) -> None:
        names = [a.fields["name"] for a in new(list(acts(federation)), "contact")]

        assert len(set(names)) == len(names)
        assert all(set("示例试样") & set(name[1:]) for name in names)

    def test_names_hold_what_trips_programs_up(self, federation: str) -> None:
        names = [a.fields["name"] for a in new(list(acts(federation)), "contact")]

        assert {"单", "曾", "仇"} <= {name[0] for name in names}
        assert set("㛃䶮") <= set("".join(names))
        assert any("·" in name and len(name) > 12 for name in names)

    def test_phones_and_villages_do_not_exist(self, federation: str) -> None:
        found = about(federation, "case", "contact", "hotline")
        phones = [text for _, name, _, text in typed(found) if name in ("phone", "phones/phone")]
        codes = [t for _, name, _, t in typed(found) if name in ("place_code", "places/code")]

        assert len(set(phones)) == len(phones)
        assert all(re.fullmatch(r"0\d{2,3}-0000-\d{3}|120\d{8}", phone) for phone in phones)
        assert all(901 <= int(code[9:]) <= 999 for code in codes)

    def test_no_name_and_no_phone_stands_in_an_open_case_field(self, federation: str) -> None:
        found = list(acts(federation))
        names = {a.fields["name"] for a in new(found, "contact")}
        surnames = "".join(sorted({name[0] for name in names} - set("示例试样")))
        like_a_name = re.compile(rf"[{surnames}][示例试样]")
        open_texts = [
            f"{text} {act.post} {getattr(act, 'reason', '')}"
            for act, _, _, text in typed(about(federation, "case"))
            if not isinstance(act, Serve)
        ]

        assert len(open_texts) > 100
        for text in open_texts:
            assert not any(name in text for name in names)
            assert not like_a_name.search(text)
            assert "-0000-" not in text
            assert not re.search(r"(?<!\d)1\d{10}(?!\d)", text)

    def test_the_search_for_names_would_find_one(self, federation: str) -> None:
        names = {a.fields["name"] for a in new(list(acts(federation)), "contact")}

        assert any(name in "申请人龙示春到窗口" for name in names)
