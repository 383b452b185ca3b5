"""Real nodes, and the bytes of all their files: what is sealed stands nowhere, and what was erased comes back
from nowhere, be it the oldest backup."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crdt.deeds import Share
from crdt.entry import RecordId
from crdt.statements import StatementId
from node.restoring import Source, restore
from node.writing import Opening
from tests.support.nodes import RunningNode, found, wait_until
from tests.support.townships import POST

NAME, PHONE, VILLAGE = "仲孙无忌", "13800990011", "金丝雀示范村"
SEALED = (NAME.encode(), PHONE.encode())


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[RunningNode]]:
    made = [RunningNode(tmp_path, n) for n in range(3)]
    found(made)
    for node in made:
        node.start()
    yield made
    for node in made:
        node.close()


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file())


def _found_in(folder: Path, words: tuple[bytes, ...]) -> list[str]:
    """Files in which one of the words stands, journals included."""
    return [f.name for f in _files(folder) if any(w in _bytes(f) for w in words)]


def _bytes(file: Path) -> bytes:
    """A node that runs replaces small files while we look."""
    with contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    return b""


def _told(node: RunningNode, *records: RecordId) -> tuple[bytes, ...]:
    """Every payload about these records and their readers, as it lies in the store."""
    rows = node.service.ground.db.rows(
        "SELECT payload FROM entries WHERE record IN (?1, ?2) OR id IN "
        "(SELECT entry FROM keyings WHERE record IN (?1, ?2))",
        *records,
    )
    return tuple(row[0][12:] for row in rows)


def _agree(nodes: list[RunningNode]) -> None:
    wait_until("all hold the same", lambda: len({n.entries() for n in nodes}) == 1)


def _done(node: RunningNode, order: StatementId) -> bool:
    node.service.ledgers.refresh()
    standing = node.ledger.erasures.orders.get(order)
    if standing is None:
        return False
    return all(answer.done for answer in node.service.erasing.board(node.ledger, order))


def test_the_canary_is_silent_and_stays_so(nodes: list[RunningNode], tmp_path: Path) -> None:
    first, second, third = nodes
    ledger = first.ledger
    case = first.service.create(ledger, "case", {"category": "other", "village": VILLAGE}, POST)
    share = Share(second.ledger.me, "mediation")
    typed = {"alias": "甲方1", "role": "applicant", "name": NAME, "phone": PHONE}
    opening = Opening(case, (share,))
    party = first.service.create(ledger, "party", typed, POST, opening=opening)
    first.control.nudge()
    wait_until("the third has it", lambda: third.service.ground.seals.is_sealed(1, party))
    _agree(nodes)
    assert second.service.record(second.ledger, party).home == ledger.me
    assert _found_in(tmp_path, SEALED) == []
    told = (*_told(first, case, party), VILLAGE.encode())
    assert len(told) == 4
    assert len({n.home.folder for n in nodes if _found_in(n.home.folder, told)}) == 3
    backup = tmp_path / "oldest.db"
    second.service.ground.db.backup(backup)

    order = first.service.erasing.order(ledger, [case, party], "on_request", "本人请求")
    first.control.nudge()
    wait_until("the second hears of it", lambda: _knows(second, order))
    second.service.erasing.approve(second.ledger, order)
    second.control.nudge()
    wait_until("all have signed for it", lambda: all(_done(n, order) for n in nodes))
    for node in nodes:
        assert _found_in(node.home.folder, told) == [], "while it runs"
    assert [node.stop() for node in nodes] == [0, 0, 0]
    for node in nodes:
        assert _found_in(node.home.folder, told) == [], "at rest"
        node.start()
    _agree(nodes)

    _bring_back(second, backup, keep=True)
    assert _found_in(second.home.folder, told) == [], "what it knew to be erased is not restored"
    second.start()
    _agree(nodes)
    assert second.stop() == 0
    _bring_back(second, backup, keep=False)
    assert _found_in(second.home.folder, told) == ["ledger.db"], "on a new machine nobody knows yet"
    second.start()
    wait_until("it was told", lambda: _knows(second, order) and _done(second, order))
    wait_until("nothing is left", lambda: not _found_in(second.home.folder, told))
    _agree(nodes)
    assert [node.problems() for node in nodes] == [[]] * 3
    assert _found_in(tmp_path, SEALED) == []


def _knows(node: RunningNode, order: StatementId) -> bool:
    node.service.ledgers.refresh()
    return order in node.ledger.erasures.orders


def _bring_back(node: RunningNode, backup: Path, *, keep: bool) -> None:
    """Restore it; `keep`: where the store stood that was in use, else as on a new machine."""
    node.stop()
    identity = node.service.ground.identity
    node.service.ground.db.close()
    if not keep:
        for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
            (node.home.folder / name).unlink(missing_ok=True)
    restore(node.home, identity, Source(backup), replace=keep, progress=lambda _done, _all: None)
    node.service = node.home.open(None)
