"""Performing later: judged at once, performed when somebody reads, and nothing that diverges is missed."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Callable

import pytest

from crdt.branches import Branches
from crdt.document import Document, EditText, EngineFailed, NewText
from crdt.entry import ActorId, Entry, EntryId
from crdt.operations import Set, Splice
from crdt.performing import Performing, Task
from crdt.record import Record
from crdt.texts import spliced
from crdt.verdicts import EntryState
from crdt.view import record_digest, view
from crdt.writers import Writers, maximal
from tests.support.people import seed
from tests.support.world import Replica, World, new_case


class Case:
    """A case of some entries, one of them with a wrong change hash, and a record that knows nothing yet."""

    def __init__(self) -> None:
        self.world = World()
        self.ours = Replica(self.world, self.world.pen("三江口镇"))
        self.theirs = Replica(self.world, self.world.pen("鲁布革乡"))
        first = self.ours.write(None, *new_case())
        assert first.record is not None
        self.id = first.record
        self.ours.write(self.id, Set("party_count", 3))
        self.wrong = self.ours.force(self.id, Set("amount_agreed", 5))
        self.last = self.ours.write(self.id, Set("amount_agreed", 6))
        self.late = Record(self.id, self.world.township_of)

    @property
    def known(self) -> Record:
        return self.ours.record(self.id)

    def receive(self, *entries: Entry) -> None:
        for entry in entries:
            for verdict in self.late.receive(self.world.offered(entry)):
                assert not verdict.divergent

    def receive_all(self) -> None:
        self.receive(*self.ours.taken.values())


@pytest.fixture
def case() -> Case:
    return Case()


def test_receiving_judges_and_performs_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Branches, "perform", lambda *_: pytest.fail("nothing reads a document yet"))
        case.receive_all()
        assert case.late.pending == 4
        assert record_digest(case.late) == record_digest(case.known)
        assert view(case.late) == view(case.known)
        assert case.late.heads() == case.known.heads()
    case.late.perform_pending()
    assert case.late.pending == 0
    assert case.late.verdicts == case.known.verdicts
    assert case.late.document().save() == case.known.document().save()


def test_a_divergence_is_found_later_and_told_once(case: Case) -> None:
    case.receive_all()
    assert not case.late.verdicts[case.wrong.id].divergent
    told = [v for _ in range(6) for v in case.late.perform_pending(1)]
    assert [(v.entry, v.state, v.divergent) for v in told] == [
        (case.wrong.id, EntryState.APPLIED, True)
    ]
    assert case.late.verdicts == case.known.verdicts


def test_whoever_reads_or_writes_first_a_divergence_is_told_all_the_same(case: Case) -> None:
    nonce = case.world.nonce()
    header = case.world.header(case.ours.pen, case.id, [case.last.id])
    reading = (
        lambda: case.late.document(),
        lambda: case.late.change_of(case.last.id),
        lambda: case.late.draft(header, nonce, [Set("due_on", "2024-08-18")], "司法所", ""),
    )
    for read in reading:
        case.late = Record(case.id, case.world.township_of)
        case.receive_all()
        read()
        assert case.late.verdicts[case.wrong.id].divergent
        assert [v.entry for v in case.late.perform_pending()] == [case.wrong.id]
        assert case.late.perform_pending() == []


def test_an_offer_says_at_once_what_diverges(case: Case) -> None:
    told = [v for e in case.ours.taken.values() for v in case.late.offer(case.world.offered(e))]
    assert [v.entry for v in told if v.divergent] == [case.wrong.id]
    assert len(told) == len(case.ours.taken), "one verdict an entry"


def test_what_failed_is_performed_again_from_the_beginning(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed document is never used again; what was judged stands, and another record is not touched."""
    case.receive_all()
    case.late.perform_pending(1)
    sound = Branches.perform
    with monkeypatch.context() as patch:

        def failing(self: Branches, *args: object) -> bytes:
            if len(self.changes) == 3:
                raise EngineFailed("for this record only")
            return sound(self, *args)  # type: ignore[arg-type]

        patch.setattr(Branches, "perform", failing)
        with pytest.raises(EngineFailed):
            case.late.perform_pending()
        with pytest.raises(EngineFailed):
            case.late.document()
        assert case.late.pending == 4
        assert record_digest(case.late) == record_digest(case.known)
    assert [v.entry for v in case.late.perform_pending()] == [case.wrong.id]
    assert case.late.document().save() == case.known.document().save()


def test_a_draft_becomes_the_change_of_its_entry_and_is_performed_once(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    performed: list[ActorId] = []
    sound = Document.perform

    def counting(self: Document, actor: ActorId, steps: list[EditText]) -> bytes:
        performed.append(actor)
        return sound(self, actor, steps)

    case.known.document()
    monkeypatch.setattr(Document, "perform", counting)
    monkeypatch.setattr(Document, "fork", lambda *_: pytest.fail("no copy of the document"))
    for n in range(5):
        case.ours.write(case.id, Set("party_count", 10 + n))
    assert len(performed) == len(set(performed)) == 5


def test_a_draft_that_never_came_leaves_no_trace(case: Case) -> None:
    record, world = case.known, case.world
    before = record.document().save()
    nonce, header = world.nonce(), world.header(case.ours.pen, case.id, record.heads())
    record.draft(header, nonce, [Set("due_on", "2024-08-18")], "司法所", "")
    assert record.document().save() == before
    record.draft(header, nonce, [Set("due_on", "2024-08-18")], "司法所", "")
    case.theirs.take(*case.ours.taken.values())
    other = case.theirs.write(case.id, Set("party_count", 77))
    case.ours.take(other)
    assert not case.ours.state_of(other).divergent
    assert record.change_of(other.id) == case.theirs.record(case.id).change_of(other.id)
    assert record.document().save() == case.theirs.record(case.id).document().save()


def test_work_done_at_once_is_bounded_whatever_is_cited(case: Case) -> None:
    """A device that cites a random old parent each time makes every entry a fork; the rest waits."""
    dice = random.Random(5)
    ids: list[EntryId] = [case.last.id]
    for n in range(300):
        entry = case.theirs.world.seal(
            case.world.header(case.theirs.pen, case.id, [dice.choice(ids)]), [Set("party_count", n)]
        )
        ids.append(entry.id)
        case.ours.taken[entry.id] = entry
    case.receive_all()
    turns, most = 0, 0
    while case.late.pending:
        before = case.late.pending
        case.late.perform_pending(20)
        most = max(most, before - case.late.pending)
        turns += 1
    assert most <= 20
    assert turns > 304 / 20, "forks count for more than one"
    eager = Record(case.id, case.world.township_of)
    for entry in case.ours.taken.values():
        eager.offer(case.world.offered(entry))
    assert eager.verdicts == case.late.verdicts
    assert eager.document().heads() == case.late.document().heads()


def test_a_record_that_nobody_holds_goes_at_once(case: Case) -> None:
    """A node forgets records to bound its memory; a circle would keep their documents until a collection."""
    case.receive_all()
    case.late.document()
    view(case.late)
    case.late.draft(
        case.world.header(case.ours.pen, case.id, [case.last.id]),
        case.world.nonce(),
        [Set("due_on", "2024-08-18")],
        "司法所",
        "",
    )
    gone = weakref.ref(case.late)
    gc.disable()
    try:
        case.late = Record(case.id, case.world.township_of)
        assert gone() is None
    finally:
        gc.enable()


def nothing_is_compared(patch: pytest.MonkeyPatch) -> None:
    """What is performed later is taken for what its author said."""
    sound = Performing.next

    def said(self: Performing, again: Callable[[int], Task]) -> tuple[int, bytes]:
        n, _ = sound(self, again)
        return n, bytes(32) if n == 2 else self.change(n)

    patch.setattr(Performing, "next", said)


def a_draft_stays(patch: pytest.MonkeyPatch) -> None:
    """What was drafted and never came stays in the document."""
    patch.setattr(Performing, "drop_draft", lambda _: False)


def any_draft_will_do(patch: pytest.MonkeyPatch) -> None:
    """Whatever comes after a draft is taken for what was drafted."""
    sound = Performing.next

    def taken(self: Performing, again: Callable[[int], Task]) -> tuple[int, bytes]:
        if self._draft is not None:
            parents, actor, _ = again(self.done)
            self._draft = (frozenset(parents), actor)
        return sound(self, again)

    patch.setattr(Performing, "next", taken)


def forks_cost_nothing(patch: pytest.MonkeyPatch) -> None:
    """The work of forking is not counted."""
    patch.setattr(Performing, "work", property(lambda self: self.done))


@pytest.mark.parametrize(
    ("bug", "test"),
    (
        (nothing_is_compared, test_a_divergence_is_found_later_and_told_once),
        (a_draft_stays, test_a_draft_that_never_came_leaves_no_trace),
        (any_draft_will_do, test_a_draft_that_never_came_leaves_no_trace),
        (forks_cost_nothing, test_work_done_at_once_is_bounded_whatever_is_cited),
    ),
    ids=lambda found: str(found.__name__),
)
def test_a_planted_bug_is_caught(
    bug: Callable[[pytest.MonkeyPatch], None],
    test: Callable[[Case], None],
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        test(case)


# --- what follows from arithmetic -----------------------------------------------------------------


@pytest.mark.parametrize("number", range(30))
def test_words_follow_from_hunks_as_in_the_document(number: int) -> None:
    dice = random.Random(number)
    document, text = Document(), ""
    document.perform(ActorId(seed("actor", size=16)), [NewText("t")])
    for n in range(12):
        hunks: list[tuple[int, int, str]] = []
        at = dice.randrange(3)
        while at <= len(text) and len(hunks) < 4:
            drop = min(dice.randrange(3), len(text) - at)
            new = "".join(
                dice.choice("山水🙂é") for _ in range(dice.randrange(0 if drop else 1, 4))
            )
            hunks.append((at, drop, new))
            at += drop + 1 + dice.randrange(3)
        if not hunks:
            continue
        document.perform(ActorId(seed("actor", n, size=16)), [EditText("t", hunks)])
        text = spliced(text, hunks)
        assert document.text("t") == text
        assert document.text_length("t") == len(text)


@pytest.mark.parametrize("number", range(30))
def test_the_maximal_of_a_past_are_those_that_no_other_had_seen(number: int) -> None:
    dice = random.Random(number)
    writers = Writers()
    for n in range(40):
        parents = dice.sample(range(n), min(n, dice.choice((1, 1, 2, 3))))
        tips = [p for p in parents if not any(writers.past[q] >> p & 1 for q in parents)]
        writers.add(EntryId(seed("entry", n)), tips, {"k": n} if dice.randrange(2) else {})
        wrote = set(writers.wrote("k"))
        seen = writers.seen_by(dice.sample(range(n + 1), dice.randrange(n + 2)))
        expected: list[int] = []
        for within in (seen, -1):
            among = {w for w in wrote if within >> w & 1}
            expected = [
                w for w in sorted(among) if not any(writers.past[o] >> w & 1 for o in among)
            ]
            bits = sum(1 << w for w in wrote)
            assert maximal(bits, writers.past, within & (1 << 41) - 1) == expected
        assert writers.writers("k") == expected  # of all there is
        assert (writers.contested() == ["k"]) == (len(expected) > 1)
        covered = {p for past in writers.past for p in range(n + 1) if past >> p & 1}
        assert writers.heads() == [m for m in range(n + 1) if m not in covered]
        assert writers.whole(writers.heads())


def test_texts_written_at_once_are_read_from_the_document(case: Case) -> None:
    case.theirs.take(*case.ours.taken.values())
    one = case.ours.write(case.id, Splice("summary", ((0, 0, "山林"),)))
    other = case.theirs.write(case.id, Splice("summary", ((0, 0, "水渠"),)))
    case.ours.take(other)
    assert sorted(case.known.text("summary")) == sorted("山林水渠")
    assert case.known.text("summary") == case.known.document().text("summary")
    both = case.ours.write(case.id, Splice("summary", ((4, 0, "完"),)))
    beyond = case.ours.force(case.id, Splice("summary", ((6, 0, "x"),)))
    case.receive(*case.ours.taken.values())
    assert case.late.verdicts[both.id].state == EntryState.APPLIED
    assert case.late.verdicts[beyond.id].reason == "operation"
    assert case.late.text("summary") == case.known.text("summary")
    assert one.id in case.late.verdicts
