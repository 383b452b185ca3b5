"""Places: a folder of this machine, secrets in addresses, drivers missing or at fault."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from keys.errors import MulinError
from node import places
from node.drops import Drops
from node.errors import BadPlace, DriverMissing, NoPlaces, NotFound, PlaceKnown, PlaceTrouble
from node.ingest import Ingest
from node.places import Place, settled, shown
from node.replica import StoreReplica
from tests.support.shelves import Share, settle, visit
from tests.support.townships import agree, together

pytestmark = pytest.mark.usefixtures("one_version")

SECRET = "geheim-7731"


def test_a_folder_of_this_machine_serves(tmp_path: Path) -> None:
    members = together(2)
    url = str(tmp_path)
    members[0].create()
    for _ in range(3):
        for town in members:
            Drops(town.service).sync(url)
    agree(*members)
    left = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert {p.suffix for p in left} == {".vector"}


def test_a_file_gets_its_name_once_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power is cut while one is written: nobody sees it, and the next visit sweeps it away."""
    members = together(2)
    members[0].create()
    drops = Drops(members[0].service)
    with monkeypatch.context() as crash:
        crash.setattr(LocalFileSystem, "mv", lambda *_, **__: (_ for _ in ()).throw(OSError(5)))
        with pytest.raises(PlaceTrouble):
            drops.sync(str(tmp_path))
    parts = [p.name for p in tmp_path.rglob("*") if p.is_file()]
    assert len(parts) == 1
    assert parts[0].startswith(".")
    other = Drops(members[1].service).sync(str(tmp_path))
    assert (other.came, other.spoiled) == (0, set())
    drops.sync(str(tmp_path))
    assert list(tmp_path.rglob("*.part")), "it could be another command's, being written now"
    drops.sync(str(tmp_path))
    assert not list(tmp_path.rglob("*.part"))
    Drops(members[1].service).sync(str(tmp_path))
    agree(*members)


def test_a_stick_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    town = together(2)[0]
    drops, there = Drops(town.service), tmp_path / "stick"
    with pytest.raises(PlaceTrouble):
        drops.add(str(there))
    there.mkdir()
    drops.add(str(there))
    there.rmdir()
    with pytest.raises(PlaceTrouble) as caught:
        drops.sync(drops.urls()[0])
    assert "没有找到" in caught.value.say("zh")
    assert not there.exists()


def test_places_are_added_chosen_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drops = Drops(together(2)[0].service)
    with pytest.raises(NoPlaces):
        drops.chosen(None)
    monkeypatch.chdir(tmp_path)
    drops.add(".")
    assert drops.urls() == [str(tmp_path)], "wherever the node is started"
    with pytest.raises(PlaceKnown):
        drops.add(str(tmp_path))
    drops.add(Share().url)
    assert len(drops.chosen(None)) == 2
    assert drops.chosen(str(tmp_path)) == [str(tmp_path)]
    with pytest.raises(NotFound):
        drops.remove("memory:///elsewhere")
    drops.remove(str(tmp_path))
    assert len(drops.urls()) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    (
        (f"smb://clerk:{SECRET}@server.lan/share/mulin", "smb://server.lan/share/mulin"),
        (f"sftp://clerk:{SECRET}@10.0.0.7:2222/mulin", "sftp://10.0.0.7:2222/mulin"),
        (f"s3://bucket/mulin?token={SECRET}", "s3://bucket/mulin"),
        (f"webdav://u:{SECRET}@cloud.lan/dav#{SECRET}", "webdav://cloud.lan/dav"),
        (f"smb://u:{SECRET}@server:not-a-port/x", "smb://…"),
        (f"smb://u:12/{SECRET}@server/x", "smb://…"),
        ("/mnt/share", "/mnt/share"),
    ),
)
def test_what_is_secret_in_an_address_is_not_shown(url: str, words: str) -> None:
    assert shown(url) == words
    try:
        Place(url).folders("")
    except MulinError as fault:
        for said in (fault.say("zh"), fault.say("en"), str(fault), repr(fault.__cause__)):
            assert SECRET not in said


def test_a_password_may_hold_anything_when_it_is_escaped() -> None:
    bare, account = places._account("ftp://u%40x:p%2Fw@host:21/mulin")
    assert bare == "ftp://host:21/mulin"
    assert account == {"username": "u@x", "password": "p/w"}
    for url in ("ftp://u:pw@host/mulin", "/mnt/50%/x", "s3://bucket/a%20b"):
        assert places._account(url) == (url, {})


@pytest.mark.parametrize(
    ("url", "scheme", "package"),
    (
        ("smb://server/share", "smb", "smbprotocol"),
        ("s3://bucket/mulin", "s3", "s3fs"),
        ("sftp://host/mulin", "sftp", "paramiko"),
        ("webdav://host/dav", "webdav", "webdav4"),
        ("gs://bucket/mulin", "gs", "gcsfs"),
    ),
)
def test_a_missing_driver_is_named_in_one_sentence(url: str, scheme: str, package: str) -> None:
    with pytest.raises(DriverMissing) as caught:
        Place(url)
    assert caught.value.say("en").endswith(
        f"{scheme}:// is missing; install it: pip install {package}"
    )


@pytest.mark.parametrize(
    "url", ("", " ", "ftp://", "nosuch://host/x", "zip://a.zip::smb://h/x", "a\0b")
)
def test_what_is_no_address_of_a_folder_is_refused(url: str) -> None:
    with pytest.raises(BadPlace):
        Place(settled(url))


def fails(_fs: object, *_: object, **__: object) -> None:
    raise RuntimeError(f"connection to u:{SECRET}@server failed")


@pytest.mark.parametrize("method", ("ls", "_open", "makedirs", "rm_file"))
def test_what_a_driver_raises_becomes_one_sentence_without_its_words(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    members, share = together(2), Share()
    members[0].create()
    settle(share, members)
    members[0].create()
    faults: list[PlaceTrouble] = []
    with monkeypatch.context() as broken:
        broken.setattr(MemoryFileSystem, method, fails)
        for town in members:
            try:
                visit(share, town)
            except PlaceTrouble as fault:
                faults.append(fault)
    assert faults
    assert not any(SECRET in str(fault) or fault.__cause__ for fault in faults)
    settle(share, members)
    agree(*members)


def test_a_fault_of_ours_is_not_said_to_be_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    members, share = together(2), Share()
    members[0].create()
    for owner, name in ((StoreReplica, "next_run"), (Ingest, "take")):
        with monkeypatch.context() as broken:
            broken.setattr(owner, name, fails)
            with pytest.raises(RuntimeError):
                visit(share, *members)
        visit(share, members[0])
    settle(share, members)
    agree(*members)


def test_a_visit_where_nothing_happens_writes_nothing() -> None:
    """Or the node would be woken by its own visits."""
    members, share = together(2), Share()
    members[0].create()
    settle(share, members)
    before = [town.service.ground.db.conn.total_changes for town in members]
    visit(share, *members)
    assert [town.service.ground.db.conn.total_changes for town in members] == before


@pytest.mark.parametrize("url", ("ftp://127.0.0.1:1/x", "ftp:///x"))
def test_a_driver_that_fails_while_it_is_made_prints_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found with a mistyped address: fsspec's FTP fails once more when it is thrown away."""
    printed: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    with pytest.raises(PlaceTrouble):
        Place(url)
    gc.collect()
    assert printed == []
    assert sys.unraisablehook == printed.append, "what was there before is back"
