"""What must not be kept of people has no way in: not by a field, a value, a tag, an item or a sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from crdt.kinds import KINDS
from crdt.kinds.refused import REFUSED
from tests.node.cli.test_every_kind import OPEN, begun
from tests.support.clerk import Clerk

HEADINGS = (
    "民族", "宗教信仰", "政治面貌", "身份证号码", "上访次数", "户主", "积分", "人员风险等级", "重点人员",
    "健康状况", "道德模范", "行踪轨迹", "人脸照片", "微信号", "低保户",
)  # fmt: skip
"""One for each row of what is refused."""


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_sheet_with_such_a_column_is_refused_whole(
    pair: list[Clerk], tmp_path: Path, heading: str
) -> None:
    here = pair[0]
    assert len(HEADINGS) == len(REFUSED)
    file = tmp_path / "台账.csv"
    file.write_text(f"纠纷类别,发生村,{heading}\n邻里纠纷,示范一村,某某\n", encoding="utf-8-sig")
    before = here.world()
    for lang in ("zh", "en"):
        done = here("sheet", "import", str(file), "--yes", lang=lang)
        assert (done.code, heading in done.err) == (3, True)
        assert "某某" not in done.out + done.err
    assert here.world() == before
    file.write_text("纠纷类别,发生村,现场照片\n邻里纠纷,示范一村,有\n", encoding="utf-8-sig")
    assert here.ask("sheet", "import", str(file), "--yes")["written"] == 1


@pytest.mark.parametrize("number", range(len(OPEN)), ids=[kind.name for kind in OPEN])
def test_no_kind_takes_such_a_column_or_such_a_field(
    pair: list[Clerk], tmp_path: Path, number: int
) -> None:
    here, kind = pair[0], OPEN[number]
    heading = HEADINGS[number % len(HEADINGS)]
    said = dict(word.split("=", 1) for word in begun(kind))
    file = tmp_path / "表.csv"
    file.write_text(
        ",".join((*said, heading)) + "\n" + ",".join((*said.values(), "某某")) + "\n",
        encoding="utf-8-sig",
    )
    before = here.world()
    assert here("sheet", "import", str(file), "--kind", kind.name, "--yes").code == 3
    typed = here(kind.name, "new", *begun(kind), f"{heading}=某某")
    assert (typed.code, heading in typed.err) == (2, True)
    assert here.world() == before


@pytest.mark.parametrize("name", [k.name for k in KINDS.values() if k.sealed])
def test_what_is_sealed_has_no_place_for_it_either(pair: list[Clerk], name: str) -> None:
    here, kind = pair[0], KINDS[name]
    case = here.id("case", "new", "category=neighbour", "village=示范一村")
    required = [f"{f.name}=x" for f in kind.fields if f.required]
    before = here.world()
    for heading in HEADINGS:
        typed = here(name, "new", "--case", case, *required, f"{heading}=某某")
        assert typed.code == 2
        assert here.world() == before
    assert here("sheet", "export", name, "-o", "不写.xlsx").code != 0


@pytest.mark.parametrize("word", ("钉子户", "重点人", "好人", "法治、上访户", "某某", "label"))
def test_tags_take_declared_codes_and_no_words(
    pair: list[Clerk], tmp_path: Path, word: str
) -> None:
    here = pair[0]
    case = here.id("case", "new", "category=neighbour", "village=示范一村", "governance=法治")
    before = here.world()
    for field in ("governance", "dispositions", "category", "sub_category"):
        done = here("case", "set", case, f"{field}={word}")
        assert done.code == 2
    assert here("team", "new", "called=队", f"kind_of={word}").code == 2
    file = tmp_path / "表.csv"
    file.write_text(f"纠纷类别,发生村,治理标签\n邻里纠纷,例家湾村,{word}\n", encoding="utf-8-sig")
    done = here.ask("sheet", "import", str(file), "--yes", code=3)
    assert (done["written"], len(done["refused"])) == (0, 1)
    assert here.world() == before
    assert here.ask("case", "show", case)["fields"]["governance"] == ["rule_of_law"]


def test_public_health_is_about_a_thing_and_nobody(pair: list[Clerk]) -> None:
    here = pair[0]
    hazard = here.id(
        "hazard", "new", "kind_of=公共卫生", "place=示范一村水厂", "description=水质检测不合格"
    )
    before = here.world()
    for word in ("患者", "姓名", "诊断", "体温", "疫苗", "patient", "health_status"):
        done = here("hazard", "set", hazard, f"{word}=某某")
        assert (done.code, word in done.err) == (2, True)
    for said in ("110101199003077715 发热", "电话 13800990011"):
        assert here("hazard", "set", hazard, f"description={said}").code == 3
    assert here("item", "add", hazard, "checks", "on=2024-8-1", "姓名=某某").code == 2
    assert here.world() == before
