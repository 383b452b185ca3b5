"""The printed forms through LibreOffice: how many pages they take and what stands on the last of them.

Skipped where it is not installed; slow, as an office program is.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.clerk import Clerk

SOFFICE, PDFTOTEXT = shutil.which("soffice"), shutil.which("pdftotext")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SOFFICE or not PDFTOTEXT, reason="LibreOffice or pdftotext is missing"),
]
FOR = ("--purpose", "调解")
LONG = "甲方1称发证时以古道为界，乙方1称历来以水沟为界。" * 60


def _pages(files: list[Path]) -> list[list[str]]:
    """The words of each page of each file, without blanks."""
    assert SOFFICE is not None
    assert PDFTOTEXT is not None
    folder = files[0].parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, *map(str, files)], check=True, capture_output=True, timeout=180)
    found = []
    for file in files:
        told = subprocess.run(
            [PDFTOTEXT, "-layout", file.with_suffix(".pdf"), "-"], check=True, capture_output=True
        )
        found.append(["".join(p.split()) for p in told.stdout.decode().split("\f") if p.strip()])
    return found


def test_pages_break_where_a_reader_expects_it(pair: list[Clerk], tmp_path: Path) -> None:
    here, there = pair
    case = here.id("case", "new", "category=forest_land", "village=例家湾村")
    about = ("--case", case)
    for alias, role in (("甲方1", "applicant"), ("乙方1", "respondent")):
        here.id("party", "new", *about, f"alias={alias}", f"role={role}", "name=㛃䶮·示某")
    typed = ("kind_of=mediation", "held_on=2026-03-02", f"record={LONG}")
    session = here.id("session", "new", *about, *typed)
    handover = here.id(
        "handover", "new", "quarter=2026Q3", f"giver={here.name}", f"taker={there.name}"
    )
    for n in range(30):
        assert here("item", "add", handover, "checklist", f"text=第{n}项").code == 0
    files = []
    for form, named in (("session", session), ("handover", handover), ("file", case)):
        file = tmp_path / f"{form}.docx"
        assert here("print", form, named, "-o", str(file), *FOR).code == 0
        files.append(file)
    record, listed, cover = _pages(files)
    for page in record + listed + cover:
        assert "打印：" in page, "who printed it stands on every page"
    assert all(f"第{n}页，共{len(record)}页" in page for n, page in enumerate(record, 1))
    signed = [n for n, page in enumerate(record) if "调解员：" in page]
    assert signed == [n for n, page in enumerate(record) if "（盖章处）" in page], "one page"
    assert "请注意诉讼时效" in record[signed[0]], "not without a word of what is signed"
    heads = ["未办理由" in page for page in listed if "第29项" in page or "第0项" in page]
    assert heads == [True, True], "the head stands on both pages"
    assert len(cover) == 3
    assert ["（盖章处）" in page for page in cover] == [True, False, False]
    assert ["卷内目录" in page for page in cover] == [False, True, False]
