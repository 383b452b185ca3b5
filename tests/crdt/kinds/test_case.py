"""The kinds say what the domain asks, and ask nothing about people that must not be known."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from crdt.errors import UnknownKind
from crdt.kinds import KINDS, case, contact, enumerations, kind_named
from crdt.kinds.language import SEVERITY_LABELS, Field, Kind, Severity, highest, lowest
from crdt.kinds.types import Choice, Choices, FieldType, Items, Slot, State

ROOT = Path(__file__).parents[3]

STATES = """
draft 草稿, registered 已登记, accepted 已受理, investigating 调查, mediating 调解中,
suspended 中止, agreed 达成协议, performing 履行中, fulfilled 已履行, failed 调解不成,
withdrawn 撤回, not_accepted 不予受理, transferred 已移送, closed 结案, archived 归档, voided 作废
"""

# As the domain describes it: * marks a step that wants the word of the other side or the parties.
MACHINE = """
draft -> registered | voided
registered -> accepted* (parties' consent) | not_accepted | transferred* | voided
accepted -> investigating | mediating | suspended | withdrawn | transferred*
investigating -> mediating | suspended | withdrawn | transferred*
mediating -> agreed* | failed | suspended | withdrawn | transferred* | investigating
suspended -> investigating | mediating | withdrawn | failed
agreed -> performing | fulfilled (immediate) | mediating* (re-mediation)
performing -> fulfilled | failed (breach) | mediating*
fulfilled | failed | withdrawn | not_accepted -> closed
transferred -> closed (receiver accepted) | registered (returned)
closed -> archived | mediating* (reopened)
voided -> registered (others wrote in it meanwhile, and it stays)
"""

# Identifiers as the domain lists them, in its order.
IDENTIFIERS = {
    "CATEGORY": "marriage_family neighbour housing_homestead contract production_business damages"
    " forest_land expropriation pollution migrant_wages other_labour tourism ecommerce"
    " other_consumer medical traffic property_mgmt other",
    "SUB_CATEGORY": "boundary_land boundary_mountain forest_right water_use irrigation_ditch"
    " grazing crop_damage grave_site road_passage enclave_land land_contract dowry_bride_price"
    " support_elderly demolition_compensation relief_gap",
    "VINTAGE": "new legacy",
    "ORIGIN": "on_application proactive referred_court referred_procuratorate referred_police"
    " referred_petition_office referred_other referred_township",
    "CHANNEL": "window phone hotline grid app wechat mini_program letter referral patrol",
    "LEVEL": "grid village township joint county",
    "DIFFICULTY": "simple complex difficult",
    "URGENCY": "blue yellow orange red",
    "OUTCOME": "agreed_written agreed_oral settled_without_agreement failed_guided withdrawn"
    " refused not_admissible transferred merged",
    "DISPOSITION": "policy_explained claim_met aid_given visited_explained",
    "AGREEMENT_FORM": "written oral",
    "SHARE": "local participants federation public",
    "PURPOSE": "mediation safety coordination service governance_of_federation",
    "GOVERNANCE": "autonomy rule_of_law virtue comprehensive joint source",
    "TOPIC": "party_building industry work_safety living_environment border_stability culture"
    " disaster service",
    "CONTACT_ROLE": "party_secretary head political_legal judicial_office police_station"
    " court_tribunal governance_centre village_secretary village_cadre grid_worker household_group_leader"
    " security_household_head resident_team mass_prevention peace_volunteer boundary_keeper"
    " civility_supervisor public_service cleaner mediator liaison data_officer node_admin",
}

# No field may ask this, in either language.
NEVER_ASKED = re.compile(
    "民族|族别|宗教|信仰|身份证|证件|信访|上访|户籍|家庭成员|户主|评分|积分|信用|性别|年龄|出生"
    "|ethnic|nationality|religio|faith|id_?number|id card|identity|petition|household|score|rating"
    "|gender|birth",
    re.IGNORECASE,
)

MACHINES = [f.type for kind in KINDS.values() for f in kind.fields if isinstance(f.type, State)]


def moves_of(text: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(all moves, starred moves) of a machine written as lines `a | b -> c* (why) | d`."""
    moves, starred = set(), set()
    for line in re.sub(r"\([^)]*\)", "", text).strip().splitlines():
        left, right = line.split("->")
        for before in (word.strip() for word in left.split("|")):
            for after in (word.strip() for word in right.split("|")):
                moves.add((before, after.rstrip("*")))
                if after.endswith("*"):
                    starred.add((before, after.rstrip("*")))
    return moves, starred


def enumerations_declared() -> dict[str, Choice]:
    return {name: v for name, v in vars(enumerations).items() if isinstance(v, Choice)}


def types_in(kind: Kind) -> list[tuple[str, FieldType]]:
    """Every type a kind uses, with the types inside sets, slots and items."""
    found: list[tuple[str, FieldType]] = []
    for declared in kind.fields:
        found.append((declared.name, declared.type))
        match declared.type:
            case Choices(of) | Slot(of):
                found.append((declared.name, of))
            case Items(parts):
                found.extend((f"{declared.name}/{name}", of) for name, _, of in parts)
    return found


def texts_of(kind: Kind) -> list[str]:
    """Names and labels of every field and every item's field."""
    texts: list[str] = []
    for declared in kind.fields:
        texts += [declared.name, *declared.label]
        if isinstance(declared.type, Items):
            for name, label, _ in declared.type.fields:
                texts += [name, *label]
    return texts


class TestCaseStates:
    def test_are_the_sixteen_of_the_domain_with_its_labels(self) -> None:
        told = [tuple(pair.split()) for pair in STATES.strip().replace("\n", " ").split(",")]

        assert [(code, label[0]) for code, label in case.STATE.values] == told
        assert len(told) == 16

    def test_move_as_the_domain_says_and_nowhere_else(self) -> None:
        moves, starred = moves_of(MACHINE)

        assert case.STATE.moves == moves
        assert case.STATE.starred == starred
        assert (len(moves), len(starred)) == (40, 9)

    def test_begin_registered_or_before_it_as_a_draft(self) -> None:
        reached = {after for _, after in case.STATE.moves}

        assert case.STATE.initial == "registered"
        assert set(case.STATE.codes()) - reached == {"draft"}
        assert ("draft", "registered") in case.STATE.moves

    def test_end_archived_or_voided_and_every_state_reaches_an_end(self) -> None:
        ends = {s for s in case.STATE.codes() if not case.STATE.following(s)}
        assert ends == {"archived"}
        assert case.STATE.following("voided") == ["registered"], "back to where it was, no further"

        leads_home = set(ends)
        while grown := {b for b, a in case.STATE.moves if a in leads_home} - leads_home:
            leads_home |= grown
        assert leads_home == set(case.STATE.codes())

    def test_are_voided_only_before_the_case_was_taken_up(self) -> None:
        assert {b for b, a in case.STATE.moves if a == "voided"} == {"draft", "registered"}

    @pytest.mark.parametrize("machine", MACHINES)
    def test_of_every_machine_name_declared_states_only(self, machine: State) -> None:
        named = {state for move in machine.moves for state in move} | {machine.initial}

        assert named <= set(machine.codes())
        assert machine.starred <= machine.moves
        assert not any(before == after for before, after in machine.moves)


class TestEnumerations:
    def test_hold_the_identifiers_of_the_domain_in_its_order(self) -> None:
        declared = {name: of.codes() for name, of in enumerations_declared().items()}

        assert declared == {name: row.split() for name, row in IDENTIFIERS.items()}

    @pytest.mark.parametrize("name", sorted(IDENTIFIERS))
    def test_mean_one_thing_by_one_word_in_either_language(self, name: str) -> None:
        rows = enumerations_declared()[name].values
        words: dict[str, set[str]] = {}
        for code, label in rows:
            for word in (code, *label):
                assert word.strip() == word
                assert word
                words.setdefault(word.lower(), set()).add(code)

        assert len({code for code, _ in rows}) == len(rows)
        assert all(len(codes) == 1 for codes in words.values())

    @pytest.mark.parametrize("name", sorted(IDENTIFIERS))
    def test_have_a_chinese_and_an_english_label_fit_for_a_typed_set(self, name: str) -> None:
        for code, (zh, en) in enumerations_declared()[name].values:
            assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code)
            assert re.search("[\u4e00-\u9fff]", zh)
            assert re.fullmatch(r"[a-z0-9 -]+", en) or "," in en
            # A set is typed in one line, parted by these; only single choices may hold a comma.
            if name in ("DISPOSITION", "GOVERNANCE", "TOPIC"):
                assert not set("、，,;；") & set(zh + en)


class TestEveryKind:
    @pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
    def test_asks_nothing_that_the_ledger_must_not_know(self, kind: Kind) -> None:
        assert [text for text in texts_of(kind) if NEVER_ASKED.search(text)] == []

    def test_would_be_caught_if_it_did(self) -> None:
        asked = ("民族", "religion", "id_number", "信访次数", "household_size", "信用评分")

        assert all(NEVER_ASKED.search(text) for text in asked)

    @pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
    def test_names_its_fields_so_that_they_fit_keys_columns_and_people(self, kind: Kind) -> None:
        for declared in kind.fields:
            assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", declared.name)
            assert all(declared.label)
            if isinstance(declared.type, Items):
                names = [name for name, _, _ in declared.type.fields]
                assert len(set(names)) == len(names)
                assert "removed" not in names
        zh, en = zip(*(f.label for f in kind.fields), strict=True)
        assert len(set(zh)) == len(set(en)) == len(kind.fields)

    @pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
    def test_makes_its_title_from_required_fields(self, kind: Kind) -> None:
        assert kind.title
        assert all(kind.by_name[name].required for name in kind.title)
        assert "title" not in kind.by_name

    @pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
    def test_has_labels_for_every_severity_and_a_grade_where_a_safe_value_is_asked(
        self, kind: Kind
    ) -> None:
        assert set(SEVERITY_LABELS) == set(Severity)
        for declared in kind.fields:
            assert declared.safe is None or declared.type.order() or declared.safe is lowest

    def test_is_found_by_lying_in_the_folder_and_by_nothing_else(self) -> None:
        files = (ROOT / "crdt" / "kinds").glob("*.py")
        said = "".join(path.read_text(encoding="utf-8") for path in files)
        named = re.findall(r"\bKind\(\s*name=\"(\w+)\"", said)

        assert sorted(named) == sorted(KINDS)
        assert {"case", "contact", "warning"} <= set(KINDS)
        assert kind_named("case") is case.KIND
        assert kind_named("contact") is contact.KIND
        assert all(KINDS[name].name == name for name in KINDS)

    def test_that_is_unknown_is_said_to_be(self) -> None:
        with pytest.raises(UnknownKind) as fault:
            kind_named("household")

        assert "household" in fault.value.say("zh")
        assert fault.value.code == "unknown-kind"

    def test_is_one_new_file_and_nothing_else(self, tmp_path: Path) -> None:
        for folder in ("crdt", "keys"):
            for path in (ROOT / folder).rglob("*.py"):
                copy = tmp_path / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
        new = (tmp_path / "crdt/kinds/contact.py").read_text(encoding="utf-8")
        new = new.replace('name="contact"', 'name="bookshelf"').replace(
            '"contacts"', '"bookshelves"'
        )
        (tmp_path / "crdt/kinds/bookshelf.py").write_text(new, encoding="utf-8")

        asked = "from crdt.kinds import kind_named; print(kind_named('bookshelf').table)"
        told = subprocess.run(
            [sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True
        )

        assert told.stdout == "bookshelves\n"


class TestCase:
    def test_needs_a_category_and_a_village_only(self) -> None:
        assert [f.name for f in case.KIND.fields if f.required] == ["category", "village"]
        assert case.KIND.title == ("category", "village")
        assert not case.KIND.home_only

    def test_blocks_on_what_decides_about_people(self) -> None:
        by = {s: [f.name for f in case.KIND.fields if f.severity is s] for s in Severity}

        blocking = ["due_on", "state", "amount_claimed", "amount_agreed", "outcome"]
        assert by[Severity.BLOCKING] == blocking
        assert by[Severity.MINOR] == [
            *("difficulty", "difficulty_reason", "urgency", "urgency_reason"),
            *("registered_on", "agreed_on", "followed_on"),
        ]
        assert "lead" in by[Severity.IMPORTANT]

    @pytest.mark.parametrize(
        ("field", "said", "counts"),
        (
            ("urgency", ["yellow", "red", "blue"], "red"),
            ("urgency", ["blue", "orange"], "orange"),
            ("difficulty", ["difficult", "simple"], "difficult"),
            ("difficulty", [None, "simple"], "simple"),
        ),
    )
    def test_counts_the_higher_grade_meanwhile(
        self, field: str, said: list[str | None], counts: str
    ) -> None:
        declared: Field = case.KIND.by_name[field]

        assert declared.safe is highest
        assert highest(list(said), declared.type) == counts
        assert highest(list(reversed(said)), declared.type) == counts

    def test_lets_each_township_confirm_a_state_in_its_own_place(self) -> None:
        confirmed = case.KIND.by_name["state_confirmed"].type

        assert isinstance(confirmed, Slot)
        assert isinstance(confirmed.of, Choice)
        assert confirmed.of.codes() == case.STATE.codes()

    def test_names_mediators_by_post_and_has_no_place_for_a_name(self) -> None:
        mediators = case.KIND.by_name["mediators"].type

        assert isinstance(mediators, Items)
        assert [name for name, _, _ in mediators.fields] == ["post", "township"]
        assert not [path for path, _ in types_in(case.KIND) if re.search(r"phone|party_name", path)]
        assert "name" not in case.KIND.by_name
        assert "不写姓名" in case.KIND.by_name["summary"].label[0]


class TestContact:
    def test_belongs_to_its_township(self) -> None:
        assert contact.KIND.home_only
        assert contact.KIND.table == "contacts"
        assert contact.KIND.title == ("office", "post")

    def test_needs_an_office_a_post_a_name_and_a_phone(self) -> None:
        required = [f.name for f in contact.KIND.fields if f.required]

        assert required == ["office", "post", "name", "phone"]
