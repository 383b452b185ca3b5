"""Two different votes of one township as a file: whoever reads it needs nothing else."""

from __future__ import annotations

import random

import pytest

from crdt import voteproof
from crdt.chain import fold
from crdt.entry import EntryId, Incarnation
from crdt.epoch import Rules
from crdt.errors import NoProof
from crdt.statements import Fence, Vote
from node.exchange import proof_file, read_proof
from tests.crdt.ballots import NAMES, founded, key_of_epoch, pen, town, voted_for
from tests.support.people import card, identity


def _twice() -> tuple[Vote, Vote]:
    founding = founded(3)
    chain = fold(founding, [])
    proposal = pen(NAMES[0], founding.id).propose(chain.epoch.ruling(Rules(retention_days=1)))
    liar = NAMES[2]
    return voted_for(founding, liar, chain, proposal), voted_for(
        founding, liar, chain, None, round_=0
    )


def test_two_votes_prove_it_and_say_whose_they_are() -> None:
    one, other = _twice()
    bare = voteproof.check(voteproof.pack(one, other, None))
    for pair in ((one, other), (other, one)):
        raw = voteproof.pack(*pair, card(NAMES[2]))
        proof = voteproof.check(raw)
        assert {v.id for v in proof.votes} == {one.id, other.id}
        assert proof.card == card(NAMES[2])
        assert read_proof(proof_file(raw, proof).encode()) == proof
        assert bare.id == proof.id


def test_whatever_counts_as_a_double_vote_can_be_proven() -> None:
    """Found in review: a vote said again with other fences was listed as one, and its proof refused."""
    founding = founded(3)
    chain, mine = fold(founding, []), pen(NAMES[2], founding.id)
    where = Fence(identity(NAMES[1]).device.id, Incarnation(bytes(16)), 9, EntryId(bytes(32)))
    proposal = pen(NAMES[0], founding.id).propose(
        chain.epoch.removing(town(NAMES[1]), key_of_epoch(1))
    )
    votes = [
        mine.vote(chain.epoch.id, 0, proposal, town(NAMES[1]), fences=some)
        for some in ((), (where,))
    ]
    counted = fold(founding, [proposal, *votes]).open.doubles[town(NAMES[2])]
    proof = voteproof.check(voteproof.pack(*counted, None))
    assert {v.id for v in proof.votes} == {v.id for v in votes}


def test_what_is_no_double_vote_proves_nothing() -> None:
    one, other = _twice()
    founding = founded(3)
    chain = fold(founding, [])
    elsewhere = voted_for(founding, NAMES[2], chain, None, round_=1)
    for wrong in (
        voteproof.pack(one, one, None),
        voteproof.pack(one, elsewhere, None),
        voteproof.pack(one, voted_for(founding, NAMES[1], chain, None, round_=0), None),
        voteproof.pack(one, other, card(NAMES[1])),
    ):
        with pytest.raises(NoProof):
            voteproof.check(wrong)


def test_no_altered_byte_still_proves_it() -> None:
    raw, dice = voteproof.pack(*_twice(), card(NAMES[2])), random.Random(0)
    for _ in range(1_500):
        broken = bytearray(raw)
        for _ in range(dice.randrange(1, 4)):
            broken[dice.randrange(len(raw))] ^= dice.randrange(1, 256)
        cut = bytes(broken[: dice.randrange(len(raw))]) if dice.random() < 0.2 else bytes(broken)
        if cut != raw:
            with pytest.raises(NoProof):
                voteproof.check(cut)
