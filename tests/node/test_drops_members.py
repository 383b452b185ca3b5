"""An alliance that meets only in a folder decides, removes one, and the removed one learns it there."""

from __future__ import annotations

from crdt.epoch import Rules
from keys.identity import TownshipId
from tests.support.shelves import Share, settle, visit
from tests.support.townships import Town, agree, together


def _vote(town: Town) -> None:
    open_ = town.ledger.chain.open
    [proposal] = open_.rounds[open_.round].proposals
    town.service.epochs.vote(town.ledger, proposal, agree=True)


def test_votes_cast_through_a_folder() -> None:
    members, share = together(3), Share()
    one, two, three = members
    one.service.epochs.propose_rules(one.ledger, Rules(retention_days=30))
    visit(share, one, two)
    _vote(two)
    visit(share, two, three)
    _vote(three)
    settle(share, members)
    agree(*members)
    for town in members:
        assert town.ledger.chain.epoch.rules.retention_days == 30
        assert town.service.epochs.is_final(town.ledger)


def test_who_is_removed_learns_it_from_the_folder_and_its_late_words_are_quarantined() -> None:
    members, share = together(3), Share()
    one, two, gone = members
    case = gone.create("从前的村")
    settle(share, members)
    whom = TownshipId(gone.service.ground.identity.township.public)
    one.service.epochs.propose_removal(one.ledger, whom)
    visit(share, one, two)
    _vote(two)
    late = gone.create("迟到村")
    for _ in range(4):
        visit(share, one, two, gone)
    assert not gone.ledger.is_ours, "it read so"
    fresh = one.create("以后的村")
    for _ in range(4):
        visit(share, one, two, gone)
    agree(one, two)
    for town in (one, two):
        assert town.value(case, "village") == "从前的村"
        assert town.service.ground.model.named([late]) == []
        assert len(town.service.epochs.quarantined(town.ledger)) == 1
        assert town.problems() == []
    assert gone.service.ground.model.named([fresh]) == []
    assert gone.service.ground.log.of_record(gone.ledger.n, fresh) == []
    assert gone.problems() == []
