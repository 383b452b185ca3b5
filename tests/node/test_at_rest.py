"""Nothing sealed lies about: no file, no line of a log, no fault's sentence and no core dump has it."""

from __future__ import annotations

import io
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from crdt.deeds import Share
from crdt.entry import RecordId
from keys.errors import MulinError
from node.logbook import Logbook
from node.service import Service
from node.writing import Opening
from tests.support.clerk import Clerk, found, settle_in
from tests.support.nodes import RunningNode, wait_until
from tests.support.nodes import found as founded
from tests.support.townships import POST

NAME, PHONE, PLACE = "仲孙无忌", "13800990011", "示范一村石桥头七号"
CANARIES = (NAME, PHONE, PLACE)
PARTY = {"alias": "甲方1", "role": "applicant", "name": NAME, "phone": PHONE, "address": PLACE}


def _party(service: Service, *, shared: bool = True) -> RecordId:
    ledger = service.ledgers.choose(None)
    case = service.create(ledger, "case", {"category": "other", "village": "村"}, POST)
    others = [t for t in ledger.members.cards if t != ledger.me] if shared else []
    opening = Opening(case, tuple(Share(t, "mediation") for t in others))
    return service.create(ledger, "party", PARTY, POST, opening=opening)


def _holds_none(data: bytes | str) -> bool:
    text = data if isinstance(data, bytes) else data.encode()
    return not any(c.encode() in text or ascii(c)[1:-1].encode() in text for c in CANARIES)


def _files(folder: Path) -> Iterator[Path]:
    return (f for f in folder.rglob("*") if f.is_file())


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    pair = settle_in(tmp_path, 2)
    found(tmp_path, *pair)
    return pair[0]


def test_two_running_nodes_leave_nothing_in_their_logs_and_files(tmp_path: Path) -> None:
    nodes = [RunningNode(tmp_path, n) for n in (0, 1)]
    founded(nodes)
    for node in nodes:
        node.start()
    try:
        party = _party(nodes[0].service)
        nodes[0].control.nudge()
        wait_until("they agree", lambda: nodes[0].entries() == nodes[1].entries() > 3)
        assert nodes[1].service.record(nodes[1].ledger, party).home is not None
        limits = [Path(f"/proc/{n.process.pid}/limits") for n in nodes if n.process is not None]
        for limit in limits:
            if limit.exists():
                core = next(k for k in limit.read_text().splitlines() if "core file" in k)
                assert core.split()[4:6] == ["0", "0"]
    finally:
        codes = [node.close() for node in nodes]
    assert codes == [0, 0]
    for file in _files(tmp_path):
        assert _holds_none(file.read_bytes()), file.name
    assert all(node.lines() for node in nodes)


def test_no_fault_repeats_what_is_sealed(clerk: Clerk) -> None:
    with clerk.opened() as service:
        ledger = service.ledgers.choose(None)
        party = _party(service)
        faults: list[MulinError] = []
        for typed in (
            {"name": NAME * 40},
            {"name": NAME},
            {"kind_of": NAME},
            {"phone": NAME},
            {"minor": PLACE},
            {"attorney_on": PHONE},
            {"village_code": PHONE},
            {"name": ""},
        ):
            with pytest.raises(MulinError) as caught:
                service.change(ledger, party, typed, POST)
            faults.append(caught.value)
        for fault in faults:
            for said in (
                fault.say("zh"),
                fault.say("en"),
                str(fault),
                repr(fault),
                repr(fault.facts),
            ):
                assert _holds_none(said), type(fault).__name__


def test_a_fault_that_nobody_foresaw_says_its_class_and_nothing_else(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(f"{NAME} {PHONE}")

    with clerk.opened() as service:
        party = _party(service).hex()
    with monkeypatch.context() as patched:
        patched.setattr("node.writing.Writing.write", fails)
        done = clerk("case", "new", "--category", "other", "--village", "村")
        as_json = clerk("case", "new", "--category", "other", "--village", "村", "--json")
    assert "RuntimeError" in done.err
    assert _holds_none(done.err + done.out + as_json.err + as_json.out)
    lines = io.StringIO()
    try:
        fails()
    except RuntimeError as fault:
        Logbook(lines).failed(fault)
        Logbook(lines).of_library("asyncio").error("task failed", exc_info=fault)
    assert "RuntimeError" in lines.getvalue()
    assert _holds_none(lines.getvalue())
    for file in _files(clerk.folder):
        assert _holds_none(file.read_bytes()), file.name
    assert party


def test_every_command_forbids_core_dumps(clerk: Clerk) -> None:
    assert clerk("status").code == 0
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def test_doctor_names_what_others_may_read_and_how_to_mend_it(clerk: Clerk) -> None:
    aside = clerk.folder / "replaced-1"
    aside.mkdir(mode=0o700)
    assert clerk("backup", str(clerk.folder / "备份.db")).code == 0
    with clerk.opened() as service:
        _party(service)
        modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in _files(clerk.folder)}
        assert {"ledger.db-wal", "ledger.db-shm", "备份.db", "high-water.json"} <= modes.keys()
        assert set(modes.values()) == {0o600}
    assert _check(clerk, 0)["level"] == "fine"
    for mode, path in ((0o644, "备份.db"), (0o750, "replaced-1"), (0o640, "high-water.json")):
        before = (clerk.folder / path).stat().st_mode
        (clerk.folder / path).chmod(mode)
        found_here = _check(clerk, 3)
        assert found_here["level"] == "wrong"
        assert path in found_here["said"]
        assert found_here["hint"] == f"请运行：chmod -R go= {clerk.folder}"
        (clerk.folder / path).chmod(stat.S_IMODE(before))
    (clerk.folder / "link").symlink_to("/etc/hosts")
    assert _check(clerk, 0)["level"] == "fine"


def _check(clerk: Clerk, code: int) -> dict[str, str]:
    done = clerk("doctor", "--json")
    assert done.code in (code, 3), done.err  # a port that is taken is wrong too, and none of this
    [found_here] = [c for c in done.json["checks"] if c["check"] == "files"]
    assert isinstance(found_here, dict)
    return found_here
