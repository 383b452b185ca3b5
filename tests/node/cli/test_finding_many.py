"""Very many finds: some are listed, and nobody is told that these are all."""

from __future__ import annotations

from pathlib import Path

from tests.support.clerk import Clerk


def test_where_very_much_is_found_the_number_is_not_made_up(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, _ = pair
    file = tmp_path / "台账.csv"
    rows = [f"其他纠纷,示范一村,石桥,{n}" for n in range(205)]
    file.write_text("纠纷类别,发生村,具体地点,主张金额\n" + "\n".join(rows), encoding="utf-8")
    assert here("sheet", "import", str(file), "--yes").code == 0
    some = here("find", "石桥").out
    assert "很多，只列了 50 条" in some
    assert "200" not in some, "it never counted them"
    assert "Very many; 50 are listed" in here("find", "石桥", lang="en").out
    assert "只列了" not in here("find", "石桥", "--limit", "205").out
    assert len(here.ask("find", "石桥", "--limit", "300")) == 205
    assert "共 205 条，只列了 50 条；加 --limit 205" in here("case", "list").out
