"""Real processes: a township is removed while its line is cut, goes on writing, and comes back; one joins."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crdt.epoch import Change
from crdt.verdicts import EntryState
from keys.identity import TownshipId
from node.errors import NotAMember
from node.exchange import Joining, joining_file, read_joining
from tests.support.nodes import RunningNode, found, wait_until


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[RunningNode]]:
    made = [RunningNode(tmp_path, place) for place in range(4)]
    try:
        yield made
    finally:
        for node in made:
            node.close()


def _me(node: RunningNode) -> TownshipId:
    return TownshipId(node.service.ground.identity.township.public)


def _says(node: RunningNode, deed: Callable[[], object]) -> None:
    """As a command does: read what the running node did, write, tell it."""
    node.service.ledgers.refresh()
    deed()
    node.control.nudge()


def _vote(node: RunningNode) -> None:
    ledgers, epochs = node.service.ledgers, node.service.epochs

    def may_vote() -> bool:
        ledgers.refresh()
        open_ = node.ledger.chain.open
        return open_.round < len(open_.rounds) and bool(open_.rounds[open_.round].proposals)

    wait_until("the proposal came", may_vote)
    open_ = node.ledger.chain.open
    [proposal] = open_.rounds[open_.round].proposals

    def agreed() -> bool:
        ledgers.refresh()
        admits = proposal.epoch.change is Change.ADMIT
        return not admits or epochs.consents(node.ledger, proposal) is not None

    wait_until("whom it lets in agreed", agreed)
    _says(node, lambda: epochs.vote(node.ledger, proposal, agree=True))


def _in_epoch(node: RunningNode, number: int) -> bool:
    node.service.ledgers.refresh()
    return bool(node.ledger.chain.number == number)


def _states(node: RunningNode) -> dict[bytes, int]:
    return dict(node.service.ground.db.rows("SELECT id, state FROM entries WHERE state != 1"))


def test_who_is_removed_in_its_absence_learns_it_and_all_show_the_same(
    nodes: list[RunningNode],
) -> None:
    a, b, c, x = nodes
    found(nodes)
    for node in nodes:
        node.start()
    a.create("示范村")
    wait_until("all have it", lambda: {n.entries() for n in nodes} == {a.entries()})

    x.stop()
    late = x.create("迟到村")
    _says(a, lambda: a.service.epochs.propose_removal(a.ledger, _me(x)))
    for voter in (b, c):
        _vote(voter)
    for node in (a, b, c):
        wait_until("it is removed", functools.partial(_in_epoch, node, 1))
    fresh = a.create("新村")

    x.start()
    wait_until("it learns it", lambda: _in_epoch(x, 1))
    wait_until(
        "its late words are here",
        lambda: all(late in {e[:16] for e in _states(n)} for n in (a, b, c)),
    )
    for node in nodes:
        assert _states(node) == _states(x)
        assert set(_states(node).values()) == {int(EntryState.QUARANTINED)}
        assert node.problems() == []
    assert x.service.ground.model.named([fresh]) == []
    with pytest.raises(NotAMember):
        x.service.create(x.ledger, "case", {"category": "forest_land", "village": "再村"}, "司法所")

    def met_no_more() -> bool:
        for node in nodes:
            node.service.ledgers.refresh()
        device = x.service.device
        return all(device not in n.service.ledgers.peers() for n in (a, b, c))

    wait_until("they took leave", met_no_more)
    refused = len([line for line in x.lines() if line["event"] == "opened"])
    x.stop()
    x.start()
    a.create("更新的村")
    wait_until("the members go on", lambda: c.entries() == a.entries() == b.entries())
    assert len([line for line in x.lines() if line["event"] == "opened"]) == refused


def test_a_fourth_township_joins_a_ledger_of_three(nodes: list[RunningNode]) -> None:
    a, b, c, x = nodes
    found([a, b, c])
    for node in nodes:
        node.start()
    case = a.create("示范村")
    proposal = a.service.epochs.propose_admission(a.ledger, x.service.card())
    statements = a.service.ground.papers.all(a.ledger.n)
    joining = Joining(a.ledger.invitation, statements, proposal.id)
    text = joining_file(joining, a.ledger.members.cards.values())
    a.control.nudge()

    brought = read_joining(text.encode())
    assert brought.proposal is not None
    ledger = x.service.ledgers.join(brought.invitation, brought.parsed())
    x.service.epochs.consent(ledger, x.service.epochs.proposal(ledger, brought.proposal.hex()))
    x.control.nudge()
    for voter in (a, b, c):
        _vote(voter)

    def at_home() -> bool:
        x.service.ledgers.refresh()
        return ledger.active and x.service.ground.model.named([case]) != []

    wait_until("it reads what was there before", at_home)

    def has_key() -> bool:
        x.service.ledgers.refresh()
        return bool(ledger.keys)

    wait_until("it has the key", has_key)
    own = x.create("新成员村")
    wait_until("the others read it", lambda: c.service.ground.model.named([own]) != [])
    wait_until("all agree", lambda: len({n.digest() for n in nodes}) == 1)
    assert [node.problems() for node in nodes] == [[], [], [], []]
