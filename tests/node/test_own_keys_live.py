"""Real processes: a second laptop meets everybody until it is stolen; a lost one is replaced by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keys.recovery import key_of
from node.exchange import joining_file, read_joining
from node.ownkeys import Held
from tests.support.nodes import RunningNode, found, wait_until
from tests.support.people import seed


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[RunningNode]]:
    """Three members, running, and a laptop that is just unpacked."""
    made = [RunningNode(tmp_path, place) for place in range(4)]
    try:
        found(made[:3])
        for node in made[:3]:
            node.start()
        yield made
    finally:
        for node in made:
            node.close()


def _says(node: RunningNode, deed: Callable[[], object]) -> None:
    """As a command does: read what the running node did, write, tell it."""
    node.service.ledgers.refresh()
    deed()
    node.control.nudge()


def _fresh(node: RunningNode) -> RunningNode:
    node.service.ledgers.refresh()
    return node


def _has(node: RunningNode, record: bytes) -> bool:
    _fresh(node)
    return bool(node.service.ground.model.named([record]))  # type: ignore[list-item]


def _all_adopt(proposer: RunningNode, voters: list[RunningNode]) -> None:
    """The new ledger key that somebody proposed."""
    for node in voters:

        def proposed(node: RunningNode = node) -> bool:
            open_ = _fresh(node).ledger.chain.open
            return any(r.proposals for r in open_.rounds)

        wait_until("the new key is proposed", proposed)
        [proposal] = [p for r in node.ledger.chain.open.rounds for p in r.proposals]
        _says(node, lambda n=node, p=proposal: n.service.epochs.vote(n.ledger, p, agree=True))  # type: ignore[misc]
    for node in (proposer, *voters):
        wait_until("it is adopted", lambda n=node: _fresh(n).ledger.chain.number == 1)  # type: ignore[misc]


def test_a_second_laptop_meets_everybody_until_it_is_stolen(nodes: list[RunningNode]) -> None:
    a, b, c, laptop = nodes
    before = a.create("示范村")
    card = laptop.service.card()
    _says(a, lambda: a.service.own_keys.add(a.ledger, card))
    text = joining_file(a.service.own_keys.passed(a.ledger), [])
    brought = read_joining(text.encode())
    laptop.service.ledgers.join(brought.invitation, brought.parsed())
    laptop.start()
    wait_until("it reads what was there", lambda: _has(laptop, before))
    own = laptop.create("二号机村")
    for node in (a, b, c):
        wait_until("everybody reads what it wrote", lambda n=node: _has(n, own))  # type: ignore[misc]
    assert b.service.record(b.ledger, own).home == a.service.township

    laptop.stop()
    late = laptop.create("迟到村")
    stolen = laptop.service.device
    _says(a, lambda: a.service.own_keys.revoke(a.ledger, stolen, "电脑被盗"))
    _says(a, lambda: a.service.own_keys.renew(a.ledger))
    _all_adopt(a, [b, c])
    fresh = b.create("新村")
    laptop.start()
    wait_until("it learns it", lambda: not _fresh(laptop).ledger.is_ours)
    for node in (a, b, c):
        wait_until(
            "it is met no more",
            lambda n=node: stolen not in _fresh(n).service.ledgers.peers(),  # type: ignore[misc]
        )
    wait_until("the others go on", lambda: _has(c, fresh))
    assert not _has(laptop, fresh)
    assert not any(_has(node, late) for node in (a, b, c))
    assert all(node.problems() == [] for node in (a, b, c, laptop))


def test_a_new_laptop_takes_the_place_of_a_lost_one(nodes: list[RunningNode]) -> None:
    a, b, lost, laptop = nodes
    first, after = key_of(seed("live")), key_of(seed("live", 2))
    _says(lost, lambda: lost.service.own_keys.promise(lost.ledger, first))
    before = lost.create("示范村")
    promised = lost.service.township

    def known() -> bool:
        return _fresh(a).ledger.chain.members[promised].recovery is not None and _has(a, before)

    wait_until("the others know of the promise", known)
    lost.stop()

    brought = a.service.own_keys.passed(a.ledger)
    ledger = laptop.service.ledgers.take_up(brought.invitation, brought.parsed())
    laptop.service.own_keys.recover(ledger, first, after, Held({}, brought.fences))
    laptop.start()
    given = laptop.service.own_keys.passed(ledger).parsed()
    _says(b, lambda: b.service.ledgers.take(b.ledger, given))
    wait_until("it reads what the lost one wrote", lambda: _has(laptop, before))
    _all_adopt(laptop, [a, b])
    own = laptop.create("新电脑村")
    for node in (a, b):
        wait_until("the others read it", lambda n=node: _has(n, own))  # type: ignore[misc]
        assert node.service.record(node.ledger, own).home == promised
        assert node.service.record(node.ledger, before).home == promised
    lost.start()
    wait_until("who finds the old one learns it", lambda: not _fresh(lost).ledger.is_ours)
    assert not _has(lost, own)
    assert all(node.problems() == [] for node in nodes)
