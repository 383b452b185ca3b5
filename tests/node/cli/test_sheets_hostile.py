"""Files that are no sheets, and moments when a sheet must not be written: nothing is half imported."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from crdt.entry import Entry
from node.ledgers import Ledger
from node.writing import Writing
from tests.support.clerk import Clerk
from tests.support.sheets import cases, edit, exported, put


@pytest.fixture
def here(pair: list[Clerk]) -> Clerk:
    return pair[0]


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", data)
    return out.getvalue()


_WORKBOOK = b"<workbook/>"
_MERGES = b'<x><mergeCell ref="A1:XFD1048576"/></x>'
_ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
_HOSTILE = {
    "empty.xlsx": b"",
    "not.xlsx": b"hello",
    "old.xlsx": b"\xd0\xcf\x11\xe0" + bytes(600),
    "bare.xlsx": _zip(xl__workbook=_WORKBOOK),
    "bomb.xlsx": _zip(xl__workbook=_WORKBOOK, xl__worksheets__a=b" " * 210_000_000),
    "entity.xlsx": _zip(xl__workbook=_ENTITY),
    "merges.xlsx": _zip(xl__workbook=_WORKBOOK, xl__worksheets__a=_MERGES),
    "cells.xlsx": _zip(
        xl__workbook=_WORKBOOK, xl__worksheets__a=b"<x>" + b"<c/>" * 1_000_001 + b"</x>"
    ),
    "torn.csv": '纠纷类别,发生村\n"山林,x\n'.encode(),
    "binary.csv": b"\xff\xfe\xfd\x80\x00",
    "nul.csv": b"a,b\n\x00,\n",
    "foreign.csv": b"x,y\n1,2\n",
    "twice.csv": "纠纷类别,发生村,village\n其他纠纷,a,b\n".encode(),
    "long.csv": "纠纷类别,发生村\n".encode() + b"x" * 300_000,
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_file_that_is_no_sheet(here: Clerk, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(_HOSTILE[name])
    before = here.world()
    done = here("sheet", "import", str(file), "--yes")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "程序内部" not in done.err
    assert here.world() == before


def test_a_workbook_cut_short_or_flipped_anywhere(here: Clerk, tmp_path: Path) -> None:
    cases(here, 1)
    whole = exported(here, tmp_path).read_bytes()
    file = tmp_path / "坏.xlsx"
    before = here.world()
    for n in range(0, len(whole), 997):
        for data in (whole[:n], whole[:n] + bytes([whole[n] ^ 0x55]) + whole[n + 1 :]):
            file.write_bytes(data)
            done = here("sheet", "import", str(file), "--yes")
            assert "程序内部" not in done.err
            assert here.world() == before


def test_a_write_that_fails_in_the_middle_leaves_nothing(
    here: Clerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "新.csv"
    lines = "".join(f"其他纠纷,{n}村\n" for n in range(150))
    file.write_text("纠纷类别,发生村\n" + lines, encoding="utf-8")
    before = here.world()
    whole, calls = Writing._append, [0]

    def fails(self: Writing, ledger: Ledger, commit: Any) -> Any:
        calls[0] += 1
        if calls[0] == 3:
            raise OSError(28, "no space")
        return whole(self, ledger, commit)

    with monkeypatch.context() as patched:
        patched.setattr(Writing, "_append", fails)
        assert here("sheet", "import", str(file), "--yes").code == 3
    assert calls == [3]
    assert here.world() == before
    assert here.ask("sheet", "import", str(file), "--yes")["written"] == 150
    assert here("verify").code == 0


def test_a_record_that_changes_while_the_preview_is_read(
    here: Clerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = cases(here)
    file = exported(here, tmp_path)
    edit(file, put(2, "案号", "甲"))
    edit(file, put(4, "案号", "乙"))
    whole = Writing.write_all

    def late(self: Writing, ledger: Ledger, drafts: Any) -> list[Entry]:
        here.ask("case", "set", ids[2], "urgency=red", "--reason", "现场核对")
        return whole(self, ledger, drafts)

    monkeypatch.setattr(Writing, "write_all", late)
    done = here("sheet", "import", str(file), "--yes")
    assert done.code == 3
    assert "刚才有记录又被改动" in done.err
    assert here.ask("case", "show", ids[0])["fields"]["case_no"] == "0002"
