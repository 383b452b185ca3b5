"""Texts that townships confirm: one hash everywhere, locked once final, an edit undoes what was confirmed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

import crdt.agreed
import crdt.conflicts
import crdt.judge
from crdt.conflicts import conflicts
from crdt.errors import Locked
from crdt.facts import Facts, Standing
from crdt.kinds.language import Field, Kind, Severity
from crdt.operations import Add, Operation, Set
from crdt.record import Record
from crdt.verdicts import EntryState
from keys.canonical import Plain
from tests.crdt.agreements import Table, judge, tell

STORIES = 60


@pytest.mark.parametrize("number", range(STORIES))
def test_told_by_dice_everybody_comes_to_the_same(number: int) -> None:
    judge(tell(random.Random(f"agreement {number}")))


def finished() -> Table:
    """An agreement with two terms, final, confirmed by all three."""
    table = Table()
    a = table.all[0]
    table.say(a, Set("facts", "相邻两户"), Add("terms", (("no", 2), ("text", "付款"))))
    table.say(a, Add("terms", (("no", 1), ("text", "清沟"))))
    table.say(a, Set("state", "ready"))
    table.meet()
    for replica in table.all:
        table.confirm(replica)
    table.meet()
    return table


def test_terms_stand_in_the_order_of_their_numbers() -> None:
    table = finished()
    text = crdt.agreed.covered_text(table.id, table.all[1].record(table.id).facts())
    assert text is not None
    assert text[2] == [
        ["form", "written"],
        ["facts", "相邻两户"],
        ["terms", [[["no", 1], ["text", "清沟"]], [["no", 2], ["text", "付款"]]]],
    ]
    assert conflicts(table.all[2].record(table.id)) == []


@pytest.mark.parametrize(
    "operation",
    (Set("facts", "别的"), Set("facts", None), Add("terms", (("no", 3), ("text", "三")))),
    ids=str,
)
def test_what_is_final_is_not_changed(operation: Operation) -> None:
    table = finished()
    a, b, _ = table.all
    for state in (None, "signed_by_parties", "effective"):
        if state is not None:
            table.say(a, Set("state", state))
        with pytest.raises(Locked):
            table.say(a, operation)
    item = min(a.record(table.id).shared.items)[1]
    with pytest.raises(Locked):
        table.say(a, Set(f"terms/{item}/removed", True))
    table.say(a, Set("signatures", "甲方1 乙方1"))  # no part of the text
    forced = table.keep(a.force(table.id, operation))
    table.meet()
    for replica in table.all:
        verdict = replica.state_of(forced)
        assert (verdict.state, verdict.reason) == (EntryState.VOID, "locked")
    assert conflicts(b.record(table.id)) == []


def test_back_to_the_draft_it_may_change_at_once_and_nobody_has_confirmed_that() -> None:
    table = finished()
    a, b, c = table.all
    table.say(a, Set("state", "drafting"), Set("facts", "改过"))
    table.meet()
    ids = set()
    for replica in table.all:
        (open_now,) = conflicts(replica.record(table.id))
        assert (open_now.key, open_now.severity) == ("confirmed", Severity.BLOCKING)
        assert len(open_now.candidates) == 3
        ids.add(open_now.id)
    assert len(ids) == 1
    table.say(a, Set("state", "ready"))
    table.meet()
    table.confirm(a)
    table.confirm(b)
    table.say(c, Set(f"confirmed/{c.pen.township.hex()}", None))  # takes it back instead
    table.meet()
    assert [conflicts(r.record(table.id)) for r in table.all] == [[], [], []]


def test_an_edit_that_did_not_know_of_it_blocks_until_it_is_confirmed_again() -> None:
    table = Table()
    a, b, c = table.all
    table.say(a, Set("facts", "一"))
    table.meet()
    table.say(a, Set("state", "ready"))
    table.confirm(a)
    table.say(b, Add("terms", (("no", 1), ("text", "乙加的"))))  # still a draft, as far as it knows
    table.meet()
    for replica in table.all:
        (open_now,) = conflicts(replica.record(table.id))
        assert [x.value for x in open_now.candidates] != [table.now(replica)]
        assert open_now.severity == Severity.BLOCKING
    table.confirm(a)
    table.meet()
    assert all(conflicts(r.record(table.id)) == [] for r in table.all)
    assert c.record(table.id).facts().candidates("state").values == ("ready",)


def test_while_the_text_is_two_texts_whatever_was_confirmed_is_another() -> None:
    table = Table()
    a, b, _ = table.all
    table.say(a, Set("facts", "一"))
    table.meet()
    table.say(a, Set("facts", "二"), Set("state", "ready"))
    table.confirm(a)
    table.say(b, Set("facts", "三"))
    table.meet()
    assert [table.now(r) for r in table.all] == [None, None, None]
    about = {c.key: c for c in conflicts(b.record(table.id))}
    assert about.keys() == {"confirmed", "facts"}
    cites = tuple(x.entry for x in about["facts"].candidates)
    table.say(b, Set("facts", "二", cites))  # final, and settled all the same
    table.meet()
    assert all(conflicts(r.record(table.id)) == [] for r in table.all), "it is what a confirmed"


# --- planted bugs ----------------------------------------------------------------------------


def no_lock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crdt.judge, "check_lock", lambda *_: None)


def items_are_not_locked(patch: pytest.MonkeyPatch) -> None:
    sound = crdt.agreed._touched
    patch.setattr(crdt.agreed, "_touched", lambda o: "" if isinstance(o, Add) else sound(o))


def locked_as_it_stands_now(patch: pytest.MonkeyPatch) -> None:
    """Looks at what has arrived instead of what the author saw."""
    sound = crdt.agreed.check_lock

    def check(kind: Kind, facts: Facts, operations: list[Operation]) -> None:
        sound(kind, Facts(facts._shared, None), operations)

    patch.setattr(crdt.judge, "check_lock", check)


def nothing_leads_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crdt.agreed, "_drafts", lambda *_: False)


def terms_as_they_came(patch: pytest.MonkeyPatch) -> None:
    listed = Facts.items

    def items(self: Facts, collection: str) -> list[str]:
        arrived = [i for c, i in self._shared.items if c == collection]
        return sorted(listed(self, collection), key=arrived.index)

    patch.setattr(Facts, "items", items)
    patch.setattr(crdt.agreed, "sorted", lambda found, **_: list(found), raising=False)


def any_candidate_is_the_text(patch: pytest.MonkeyPatch) -> None:
    def one(facts: Facts, key: str) -> object:
        standing: Standing = facts.candidates(key)
        return standing.values[0] if standing.values else None

    patch.setattr(crdt.agreed, "_one", one)


def a_disputed_withdrawal_is_none(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crdt.agreed, "REMOVED", "nothing")


def what_was_withdrawn_counts(patch: pytest.MonkeyPatch) -> None:
    sound = crdt.agreed._said

    def said(facts: Facts, declared: Field) -> Plain:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Facts, "removed", lambda *_: False)
            return sound(facts, declared)

    patch.setattr(crdt.agreed, "_said", said)


def disputed_texts_are_fine(patch: pytest.MonkeyPatch) -> None:
    sound = crdt.conflicts._outdated

    def outdated(record: Record) -> object:
        if crdt.agreed.text_hash(record.id, record.facts()) is None:
            return None
        return sound(record)

    patch.setattr(crdt.conflicts, "_outdated", outdated)


BUGS: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (
    no_lock,
    items_are_not_locked,
    locked_as_it_stands_now,
    nothing_leads_back,
    terms_as_they_came,
    any_candidate_is_the_text,
    a_disputed_withdrawal_is_none,
    what_was_withdrawn_counts,
    disputed_texts_are_fine,
)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_found(
    bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    for number in range(5 * STORIES):
        try:
            judge(tell(random.Random(f"agreement {number}")))
        except AssertionError:
            return
    pytest.fail("the stories did not find it")
