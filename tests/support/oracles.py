"""The judges of a healed story. Each raises AssertionError with what is wrong; test_planted_bugs.py proves
that each can.
"""

from __future__ import annotations

import random

from crdt.conflicts import conflicts
from crdt.entry import Entry, EntryId, RecordId
from crdt.kinds import kind_named
from crdt.record import Record
from crdt.verdicts import EntryState, Verdict
from crdt.view import record_digest, view
from keys.limits import PARENTS_PER_ENTRY
from simulations.oracles.model import Model, Said, read
from tests.support.story import Story

_STANDING_RULES = {"stale", "unchanged", "not-in-conflict"}


def judge_all(story: Story, engine_keys: int = 3) -> None:
    """Every judge below on a healed story."""
    replicas_agree(story)
    verdicts_stand(story)
    for record in story.records:
        said = read_all(story, record)
        model_agrees(story.replicas[0].record(record), said)
        rules_hold(story, record, said)
        engine_agrees(story, record, engine_keys)
        later_agrees(story, record)


def replicas_agree(story: Story) -> None:
    """Equal digests, conflicts, change hashes, verdicts, and the same order of history, everywhere."""
    for record in story.records:
        first, *others = (r.record(record) for r in story.replicas)
        expected = _seen(first)
        for replica, other in zip(story.replicas[1:], others, strict=True):
            found = _seen(other)
            for name, value in expected.items():
                assert found[name] == value, f"{name} differ at {replica.pen.label}"


def _seen(record: Record) -> dict[str, object]:
    if record.home is None:
        return {"verdicts": record.verdicts}
    return {
        "verdicts": record.verdicts,
        "change hashes": {a.entry.id: record.change_of(a.entry.id) for a in record.applied},
        "conflicts": conflicts(record),
        "views": view(record),
        "order": [a.entry.id for a in record.order()],
        "heads": (record.heads(), sorted(record.document().heads())),
        "digests": record_digest(record),
    }


def verdicts_stand(story: Story) -> None:
    """Nothing waits, nothing diverges, and what its author's node refused is void for the same reason."""
    for replica in story.replicas:
        for entry in story.entries.values():
            verdict = replica.state_of(entry)
            assert verdict.state in (EntryState.APPLIED, EntryState.VOID), verdict
            assert not verdict.divergent or entry.id in story.refused
            if entry.id in story.refused:
                assert (verdict.state, verdict.reason) == (EntryState.VOID, story.refused[entry.id])
            else:
                assert verdict.state == EntryState.APPLIED, verdict
        for record in replica.records.values():
            assert not record.missing(), "nothing is missing once everything is here"


def read_all(story: Story, record: RecordId) -> list[Said]:
    """What the entries of a record say, read by the model alone."""
    return [_read(story, entry) for entry in story.entries.values() if entry.record == record]


def _read(story: Story, entry: Entry) -> Said:
    assert entry.payload is not None
    return read(entry.raw, entry.payload, story.world.key.secret)


def model_agrees(record: Record, said: list[Said]) -> Model:
    """Candidates, conflicts with their ids, heads and settlements: as the model computes them."""
    applied = {a.entry.id for a in record.applied}
    model = Model(record.id, [s for s in said if s.id in applied])
    assert set(record.shared.writers.keys()) == model.keys()
    for key in sorted(model.keys()):
        standing = record.facts().candidates(key)
        found = dict(zip(standing.ids, standing.values, strict=True))
        assert found == model.candidates(key), f"candidates of {key}"
        assert standing.ids == tuple(sorted(standing.ids))
        assert standing.differ == model.differ(model.candidates(key))
    assert {c.key: c.id for c in conflicts(record)} == model.conflicts()
    # More than an entry may cite stand only in a flood; then some of them, the same on every replica.
    cited, heads = set(record.heads()), model.heads()
    assert cited == heads or (len(cited) == PARENTS_PER_ENTRY < len(heads) and cited < heads)
    return model


def rules_hold(story: Story, record: RecordId, said: list[Said]) -> None:
    """The citation rule, both ways: who broke it is void, and who is void for it broke it."""
    known = story.replicas[0].record(record)
    applied = {a.entry.id for a in known.applied}
    model = Model(record, [s for s in said if s.id in applied])
    for s in said:
        verdict = known.verdicts[EntryId(s.id)]
        if not s.parents <= applied:
            assert verdict.reason == "wrong-past"
        elif verdict.state == EntryState.APPLIED:
            assert not model.faults(s), f"{model.faults(s)} went through"
        elif verdict.reason in _STANDING_RULES:
            assert verdict.reason in model.faults(s), f"void without a cause: {verdict.reason}"


def later_agrees(story: Story, number: RecordId) -> None:
    """Judged in another order, looked at in between, performed little by little: the same in the end."""
    known, dice = story.replicas[0].record(number), random.Random(number)
    late = Record(number, story.world.township_of)
    entries = [e for e in story.entries.values() if e.record == number]
    dice.shuffle(entries)
    told: list[Verdict] = []
    for entry in entries:
        for verdict in late.receive(story.world.offered(entry)):
            assert not verdict.divergent, "nothing was performed yet"
        if late.home is not None and not dice.randrange(6):
            assert (view(late), record_digest(late)) == (view(late), record_digest(late))
        if not dice.randrange(4):
            told += late.perform_pending(dice.randrange(4))
    if known.home is not None:
        assert record_digest(late) == record_digest(known)
        assert view(late) == view(known)
    told += late.perform_pending()
    assert late.verdicts == known.verdicts
    assert sorted(v.entry for v in told) == sorted(
        v.entry for v in known.verdicts.values() if v.divergent
    )
    assert all(late.change_of(a.entry.id) == known.change_of(a.entry.id) for a in known.applied)


def engine_agrees(story: Story, record: RecordId, most: int) -> None:
    """The two witnesses: the index of writers and the Automerge document.

    `Document.writers` asks the document what stood at every change's heads, which is slow: a few keys.
    """
    known = story.replicas[0].record(record)
    index, document = known.shared.writers, known.document()
    change = {n: known.change_of(index.ids[n]) for n in range(len(index.ids))}
    keys = sorted(index.keys(), key=lambda k: (-len(index.wrote(k)), k))
    for name in kind_named(known.shared.kind).texts:
        assert known.text(name) == document.text(name), f"words of {name}"
        length = known.shared.texts.length(name, index.past, None)
        assert length in (None, document.text_length(name)), f"length of {name}"
    for key in keys:
        stands, value = document.value(key)
        said = [index.value(key, n) for n in index.writers(key)]
        assert stands
        assert any(type(s) is type(value) and s == value for s in said), f"value of {key}"
    for key in keys[:most]:
        assert set(document.writers(key)) == {change[n] for n in index.writers(key)}, key
    _history_agrees(known, keys[:most])


def _history_agrees(record: Record, keys: list[str]) -> None:
    """Also in the past: what the document shows at an entry's heads is among its candidates there."""
    index, document = record.shared.writers, record.document()
    for n in range(len(index.ids)):
        seen = index.seen_by([n])
        for key in keys:
            stood, value = document.value(key, [record.change_of(index.ids[n])])
            said = [index.value(key, w) for w in index.writers(key, seen)]
            assert stood == bool(said)
            assert not stood or any(type(s) is type(value) and s == value for s in said)
