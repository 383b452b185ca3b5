"""The engine behind one wall: one entry is one change, one hash, on every path that leads to it."""

from __future__ import annotations

import hashlib
import random

import pytest

from crdt.branches import Branches
from crdt.document import Document, EditText, EngineFailed, NewText, Put, Step
from crdt.entry import ActorId
from keys.limits import BRANCH_DOCUMENTS


def _actor(*label: object) -> ActorId:
    return ActorId(hashlib.sha256(repr(label).encode()).digest()[:16])


def test_scalars_come_back_as_they_went_in() -> None:
    """The binding reads bytes back as a list and knows no true 64-bit types but these."""
    values = (
        "",
        "字",
        "🙂",
        0,
        1,
        -1,
        2**63 - 1,
        -(2**63),
        True,
        False,
        None,
        b"",
        b"\x00\xff" * 16,
    )
    document = Document()
    document.perform(_actor(0), [Put(f"k{n}", value) for n, value in enumerate(values)])
    for n, value in enumerate(values):
        stands, found = document.value(f"k{n}")
        assert stands
        assert type(found) is type(value)
        assert found == value
    assert document.value("nowhere") == (False, None)
    assert document.keys() == sorted(f"k{n}" for n in range(len(values)))


def test_text_is_made_once_and_edited_last_hunk_first() -> None:
    document = Document()
    document.perform(_actor(0), [NewText("t"), EditText("t", [(0, 0, "一二三四五")])])
    document.perform(_actor(1), [EditText("t", [(0, 1, "A"), (2, 2, "BC"), (5, 0, "🙂")])])
    assert document.text("t") == "A二BC五🙂"
    assert document.text_length("t") == 6
    assert (document.text("none"), document.text_length("none")) == ("", 0)
    assert document.value("t") == (False, None), "a text is no scalar"


@pytest.mark.parametrize(
    "steps",
    (
        [],
        [EditText("nowhere", [(0, 0, "x")])],
        [Put("k", 1)],
        [EditText("t", [(99, 0, "x")])],
        [Put("n", 2**63)],
        [Put("n", 1.5)],  # type: ignore[arg-type]
    ),
    ids=("nothing", "no text", "nothing new", "beyond the text", "too large", "a float"),
)
def test_what_our_rules_forbid_is_an_alarm_and_not_a_change(steps: list[Step]) -> None:
    document = Document()
    document.perform(_actor(0), [Put("k", 1), NewText("t")])
    with pytest.raises(EngineFailed):
        document.perform(_actor(1), steps)


def test_an_actor_writes_once() -> None:
    document = Document()
    document.perform(_actor(0), [Put("k", 1)])
    fork = document.fork(document.heads())
    one, two = (d.perform(_actor(1), [Put("k", 2)]) for d in (document, fork))
    assert one == two, "the same words at the same place are the same change"
    document.merge(fork)
    assert document.heads() == [one]


def _history(seed: int, entries: int) -> list[tuple[frozenset[int], list[Step]]]:
    """Entries with parents anywhere in what came before: mostly at the tips of a few branches."""
    dice = random.Random(seed)
    history: list[tuple[frozenset[int], list[Step]]] = [(frozenset(), [NewText("t"), Put("k", 0)])]
    past = [0]
    for n in range(1, entries):
        some = dice.sample(range(n), min(n, dice.choice((1, 1, 1, 2, 3))))
        tips = [p for p in some if not any(past[q] >> p & 1 for q in some)]
        past.append(0)
        for p in tips:
            past[n] |= past[p] | 1 << p
        history.append((frozenset(tips), [Put("k", n), EditText("t", [(0, 0, chr(0x4E00 + n))])]))
    return history


@pytest.mark.parametrize("seed", range(6))
def test_branches_give_the_hashes_of_a_naive_fork_for_every_entry(seed: int) -> None:
    """Many more branches than are kept; an oracle that forks anew each time has no cache to be wrong."""
    history = _history(seed, 60)
    branches, naive = Branches(), Document()
    hashes: list[bytes] = []
    for n, (parents, steps) in enumerate(history):
        fork = naive.fork([hashes[p] for p in sorted(parents)]) if parents else Document()
        hashes.append(fork.perform(_actor(seed, n), steps))
        naive.merge(fork)
        if parents and n % 3 == 0:
            assert branches.at(parents).heads() == sorted(hashes[p] for p in parents)
        assert branches.perform(parents, _actor(seed, n), steps) == hashes[n]
        if n % 7 == 0:
            assert branches.whole().heads() == naive.heads()
    assert branches.whole().heads() == naive.heads()
    assert branches.whole().text("t") == naive.text("t")
    assert len(branches._branches) <= BRANCH_DOCUMENTS
    assert branches.changes == hashes


def test_the_slow_oracle_names_who_was_not_overwritten() -> None:
    document = Document()
    first = document.perform(_actor(0), [Put("k", 1), Put("other", 1)])
    fork = document.fork([first])
    left = document.perform(_actor(1), [Put("k", 2)])
    right = fork.perform(_actor(2), [Put("k", 3)])
    document.merge(fork)
    assert set(document.writers("k")) == {left, right}
    assert document.writers("other") == [first]
    last = document.perform(_actor(3), [Put("k", 4)])
    assert document.writers("k") == [last]
    assert document.value("k", [left]) == (True, 2)
    assert document.value("k", [right]) == (True, 3)
    assert document.value("k") == (True, 4)
