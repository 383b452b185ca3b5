"""An entry is judged by the rules of its own schema number: what was added later changes no old record."""

from __future__ import annotations

import dataclasses

import pytest

from crdt import kinds
from crdt.document import NewText
from crdt.entry import ActorId
from crdt.errors import MissingField
from crdt.judge import Author, judge
from crdt.kinds.case import KIND
from crdt.kinds.language import Field
from crdt.kinds.types import Line, Prose
from crdt.steps import steps_of
from keys.errors import Text
from tests.support.people import township_id
from tests.support.world import new_case

_LATER = (Field(name="court", label=Text("法院", "court"), type=Line(), required=True, since=2),)


def test_a_field_of_a_later_schema_is_not_there_in_an_older_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An upgraded node must make of an old entry the very change that its author made."""
    author = Author(township_id("a"), township_id("a"))
    actor = ActorId(bytes(16))
    before = judge(new_case(), None, author, actor, 1), steps_of(new_case(), actor)
    later = dataclasses.replace(KIND, fields=(*KIND.fields, *_LATER))
    monkeypatch.setitem(kinds.KINDS, "case", later)
    after = judge(new_case(), None, author, actor, 1), steps_of(new_case(), actor)
    assert [s.key for s in after[1] if isinstance(s, NewText)] == ["summary"]
    assert len(after[1]) == len(before[1])
    assert after[0].writes == before[0].writes
    with pytest.raises(MissingField):
        judge(new_case(), None, author, actor, 2)


def test_a_kind_gets_no_mergeable_text_later() -> None:
    """Each record makes its texts as it begins, so an older one would have none to write in."""
    minutes = Field(name="minutes", label=Text("会议记录", "minutes"), type=Prose(), since=2)
    with pytest.raises(AssertionError, match="none is added later"):
        dataclasses.replace(KIND, fields=(*KIND.fields, minutes))
