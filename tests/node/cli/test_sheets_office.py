"""The same sheets through LibreOffice, a program of another hand. Skipped where it is not installed."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.clerk import Clerk

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def _converted(file: Path, to: str) -> Path:
    """What LibreOffice saves after it has opened `file`; in a folder of its own."""
    assert SOFFICE is not None
    folder = file.parent / f"{file.suffix[1:]}-{to}"
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    # A dialogue asks a person how a CSV is encoded; without one it has to be told: comma, quote, UTF-8.
    how = ["--infilter=CSV:44,34,76,1"] if file.suffix == ".csv" else []
    subprocess.run(
        [SOFFICE, profile, "--headless", *how, "--convert-to", to, "--outdir", folder, file],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder / f"{file.stem}.{to}"


def test_a_sheet_comes_back_from_libreoffice_unchanged(pair: list[Clerk], tmp_path: Path) -> None:
    here = pair[0]
    texts = ("=1+1", "+86", "'x", "00123", "1-2", "1E5", "a,b", '"', "TRUE", "2026-3-1")
    for n, text in enumerate(texts):
        here.id(
            "case", "new", "category=forest_land", "village=示范村", f"place={text}", "vintage=legacy",
            f"amount_claimed={n}.5", "occurred_on=2026-3-1", "place_code=430527210", "party_count=3",
            "dispositions=政策宣传", "summary=第一行\n第二行", f"lead={here.name}",
        )  # fmt: skip
    file = tmp_path / "台账.xlsx"
    assert here("sheet", "export", "case", "-o", str(file)).code == 0
    through = _converted(_converted(file, "ods"), "xlsx")
    done = here.ask("sheet", "import", str(through), "--preview")
    assert (done["unchanged"], done["changes"], done["new"]) == (len(texts), [], [])
    assert (done["refused"], done["notes"]) == ([], [])


def test_a_csv_edited_in_libreoffice_changes_the_edited_cell(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here = pair[0]
    made = here.id(
        "case", "new", "category=other", "village=一村", "place_code=430527210", "case_no=007"
    )
    here.id("case", "new", "category=other", "village=二村", "place==1+1")
    file = tmp_path / "台账.csv"
    assert here("sheet", "export", "case", "-o", str(file)).code == 0
    saved = _converted(file, "xlsx")
    done = here.ask("sheet", "import", str(saved), "--preview")
    assert (done["unchanged"], done["changes"], done["new"]) == (2, [], [])
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    place = next(n for n, title in enumerate(rows[0]) if title.startswith("发生村"))
    row = next(row for row in rows if made in row)
    row[place] = "三村"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)
    (tmp_path / "csv-xlsx" / "台账.xlsx").unlink()
    [change] = here.ask("sheet", "import", str(_converted(file, "xlsx")), "--yes")["changes"]
    assert (change["id"], [c["after"] for c in change["cells"]]) == (made, ["三村"])
