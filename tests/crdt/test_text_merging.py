"""Text that several townships write at once: everybody's characters stay, within bounds.

The reader of each step is a record of its own that holds nothing but the step's past, so what a splice
did is known without asking the documents under test.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.entry import Entry, EntryId
from crdt.errors import BadOperation, BadValue, TooMuch
from crdt.operations import Operation, Splice
from crdt.record import Record
from crdt.verdicts import EntryState
from crdt.view import record_digest, view
from keys.limits import TEXT_CODE_POINTS, TEXT_INSERTIONS_EVER
from tests.support.invention import letters
from tests.support.world import Replica, World, new_case

Hunks = tuple[tuple[int, int, str], ...]


def _spliced(text: str, hunks: Hunks) -> str:
    """The definition, on a plain string."""
    for at, drop, new in reversed(hunks):
        text = text[:at] + new + text[at + drop :]
    return text


def _text(record: Record) -> str:
    return record.document().text("summary")


def _keeps_order(part: str, whole: str) -> bool:
    """Whether the characters of `part` stand in `whole` in their order."""
    rest = iter(whole)
    return all(c in rest for c in part)


class Table:
    """Three clerks over one text, and what each of their entries did to the text that its author saw."""

    def __init__(self, beginning: str = "") -> None:
        self.world = World()
        self.clerks = [Replica(self.world, self.world.pen(n)) for n in ("甲", "乙", "丙")]
        start: tuple[Operation, ...] = new_case()
        if beginning:
            start = (*start, Splice("summary", ((0, 0, beginning),)))
        self.first = self.clerks[0].write(None, *start)
        assert self.first.record is not None
        self.id = self.first.record
        self.entries: dict[EntryId, Entry] = {self.first.id: self.first}
        self.meet()

    def case(self, clerk: int) -> Record:
        return self.clerks[clerk].record(self.id)

    def edit(self, clerk: int, *hunks: tuple[int, int, str]) -> Entry:
        before = _text(self.case(clerk))
        entry = self.clerks[clerk].write(self.id, Splice("summary", hunks))
        self.entries[entry.id] = entry
        assert _text(self.case(clerk)) == _spliced(before, hunks)
        return entry

    def meet(self) -> str:
        for clerk in self.clerks:
            clerk.take(*self.entries.values())
        texts = {_text(self.case(n)) for n in range(3)}
        assert len({record_digest(self.case(n)) for n in range(3)}) == len(texts) == 1
        return texts.pop()


@given(st.randoms(use_true_random=False), st.integers(2, 12))
def test_everything_inserted_stays_unless_somebody_deleted_it(
    dice: random.Random, edits: int
) -> None:
    fresh = letters()
    table = Table("".join(next(fresh) for _ in range(5)))
    inserted, deleted, seen = set(_text(table.case(0))), set[str](), [_text(table.case(0))]
    for _ in range(edits):
        clerk = dice.randrange(3)
        before = _text(table.case(clerk))
        hunks: list[tuple[int, int, str]] = []
        end = -1
        for _ in range(dice.choice((1, 1, 2))):
            if end + 1 > len(before):
                break
            at = dice.randrange(end + 1, len(before) + 1)
            drop = dice.randrange(min(3, len(before) - at) + 1)
            new = "".join(next(fresh) for _ in range(dice.randrange(0 if drop else 1, 4)))
            hunks.append((at, drop, new))
            inserted |= set(new)
            deleted |= set(before[at : at + drop])
            end = at + drop
        table.edit(clerk, *hunks)
        seen.append(_text(table.case(clerk)))
        if dice.randrange(3) == 0:
            table.clerks[dice.randrange(3)].take(*table.entries.values())
    text = table.meet()
    assert len(set(text)) == len(text), "nothing stands twice"
    assert set(text) == inserted - deleted
    for before in seen:
        kept = "".join(c for c in before if c in set(text))
        assert _keeps_order(kept, text), "what somebody read in one order stays in that order"
    for replica in table.clerks:
        replica.reload(list(reversed(table.entries.values())))
    assert table.meet() == text


def test_two_sentences_written_at_one_place_stay_whole() -> None:
    table = Table("头尾")
    table.edit(0, (1, 0, "甲方说界在溪边"))
    table.edit(1, (1, 0, "乙方说界在坡顶"))
    text = table.meet()
    assert text in ("头甲方说界在溪边乙方说界在坡顶尾", "头乙方说界在坡顶甲方说界在溪边尾")


def test_what_is_inserted_where_another_deletes_stays() -> None:
    table = Table("一二三四五")
    table.edit(0, (0, 5, ""))
    table.edit(1, (2, 0, "新"))
    table.edit(2, (1, 2, "换"))
    assert set(table.meet()) == {"新", "换"}


def test_one_character_is_one_code_point() -> None:
    """Astral characters, combining marks and emoji count as Python counts them, not as UTF-16 or UTF-8."""
    table = Table("𠮷野🙂q\u0323家")
    table.edit(0, (1, 1, "家"), (5, 1, ""))
    assert table.meet() == "𠮷家🙂q\u0323"
    table.edit(1, (5, 0, "𝄞"))
    assert table.meet() == "𠮷家🙂q\u0323𝄞"
    assert view(table.case(2)).registers["summary"] == "𠮷家🙂q\u0323𝄞"


def test_merged_text_need_not_be_composed_and_still_has_a_digest() -> None:
    """Two composed texts meet to one that is not; the digest must not stumble over it."""
    table = Table("e")
    table.edit(0, (1, 0, "字"))
    table.edit(1, (0, 0, "x"))
    table.meet()
    table.edit(2, (2, 1, "\u0301"))
    assert table.meet() == "xe\u0301"


@pytest.mark.parametrize(
    "hunks",
    (
        ((5, 0, "x"),),
        ((4, 1, ""),),
        ((0, 5, ""),),
        ((0, 1, ""), (5, 0, "x")),
        ((2**63 - 1, 0, "x"),),
        ((0, 2**63 - 1, ""),),
    ),
)
def test_a_splice_stays_within_the_text_that_its_author_saw(hunks: Hunks) -> None:
    table = Table("一二三四")
    with pytest.raises(BadOperation):
        table.clerks[0].write(table.id, Splice("summary", hunks))
    forced = table.clerks[0].force(table.id, Splice("summary", hunks))
    assert table.clerks[0].state_of(forced).reason == "operation"
    table.edit(1, (4, 0, "五"))
    late = table.clerks[1].force(
        table.id, Splice("summary", ((4, 1, ""),)), parents=[table.first.id]
    )
    assert table.clerks[1].state_of(late).reason == "operation", (
        "longer by now, but not what it saw"
    )


def test_a_text_holds_no_more_than_its_limit() -> None:
    table = Table()
    table.edit(0, (0, 0, "长" * TEXT_CODE_POINTS))
    with pytest.raises(TooMuch):
        table.edit(0, (0, 0, "x"))
    forced = table.clerks[0].force(table.id, Splice("summary", ((7, 0, "x"),)))
    assert table.clerks[0].state_of(forced).reason == "too-much"
    table.edit(0, (7, 1, "短"))
    with pytest.raises(BadValue):
        table.clerks[1].write(table.id, Splice("summary", ((0, 0, "x" * (TEXT_CODE_POINTS + 1)),)))


def test_two_long_texts_may_meet_and_then_only_shrink() -> None:
    """The bound is on what an author sees: concurrent halves both stay, and nobody's words are lost."""
    table = Table()
    table.edit(0, (0, 0, "甲" * 3000))
    table.edit(1, (0, 0, "乙" * 3000))
    assert len(table.meet()) == 6000
    with pytest.raises(TooMuch):
        table.edit(2, (0, 0, "x"))
    table.edit(2, (0, 2500, "x"))
    assert len(table.meet()) == 3501


def test_insertions_are_counted_for_ever() -> None:
    """Deleted characters stay in the document as tombstones: what is bounded is all that was ever typed."""
    table = Table()
    table.edit(0, (0, 0, "长" * TEXT_CODE_POINTS))
    table.edit(0, (0, TEXT_CODE_POINTS, ""))
    table.edit(0, (0, 0, "长" * (TEXT_INSERTIONS_EVER - TEXT_CODE_POINTS)))
    table.edit(0, (0, 1, ""))
    with pytest.raises(TooMuch):
        table.edit(0, (0, 0, "x"))
    forced = table.clerks[0].force(table.id, Splice("summary", ((0, 1, "x"),)))
    assert table.clerks[0].state_of(forced).reason == "too-much"
    # Who has not seen it all is judged by what it has seen.
    beside = table.clerks[0].force(
        table.id, Splice("summary", ((0, 0, "x"),)), parents=[table.first.id]
    )
    assert table.clerks[0].state_of(beside).state == EntryState.APPLIED


def test_a_hunk_that_hides_or_turns_text_is_refused() -> None:
    table = Table()
    for new in ("\u202e", "\x1b[2J", "\u200b", "a\tb", "\r"):
        with pytest.raises(BadValue):
            table.edit(0, (0, 0, new))
    table.edit(0, (0, 0, "第一行\n第二行"))
    assert table.meet() == "第一行\n第二行"
