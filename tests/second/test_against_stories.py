"""The second implementation hears what the real nodes say in random stories, and comes to the same.

Stories of tests/protocol/stories.py: concurrent writing, forks, old copies, settlements, merged texts.
"""

from __future__ import annotations

import random

import pytest

from crdt.kinds import kind_named
from crdt.kinds.language import Field
from crdt.kinds.types import Choice, Choices, Number, Slot, Townships
from crdt.record import Record
from crdt.schema import SCHEMA
from keys.canonical import Plain
from keys.limits import RUN_BYTES
from node.store.model import RecordRow
from tests.protocol.author import Author
from tests.protocol.stories import Story, random_steps
from tests.protocol.townships import Town, everybody_meets
from tests.second.keys import key_id, read_founding
from tests.second.ledger import Ledger


def second(town: Town) -> Ledger:
    """The second implementation with everything that this town would send to an empty peer."""
    ledger = town.ledger
    secret = ledger.key.secret
    heard = Ledger(read_founding(ledger.invitation.founding.raw), secret, key_id(secret))
    for log, tips in town.vector.items():
        frontier: frozenset[bytes] = frozenset()
        while not {entry for _, entry in tips} <= frontier:
            found = town.replica.next_run(ledger.id, log, frontier, RUN_BYTES)
            assert found is not None, "a log is sent to its tips"
            body, follows, (_, tip) = found
            heard.logs.take(body)
            frontier = (frontier - {follows or b""}) | {tip}
    heard.judge_all()
    return heard


@pytest.mark.parametrize("seed", range(6))
def test_a_story_comes_out_the_same(seed: int) -> None:
    told = Story(3, f"second/{seed}")
    told.play(random_steps(random.Random(seed), 90))
    everybody_meets(told.towns)
    compare(told.towns[0])


@pytest.mark.parametrize("seed", range(6))
def test_wild_words_are_judged_the_same(seed: int) -> None:
    """One device says whatever comes to mind, anywhere in the past; both judge it rule by rule."""
    told = Story(3, f"wild/{seed}")
    told.play(random_steps(random.Random(seed), 60))
    everybody_meets(told.towns)
    town, dice = told.towns[0], random.Random(f"wild/{seed}")
    author = Author(told.towns[1].who, town.ledger, f"wild/{seed}")
    wild, me = [author.opening()], bytes(told.towns[1].service.township)
    known = {r.id: town.service.records.get(town.ledger, r.id) for r in records(town)}
    for _ in range(300):
        record = dice.choice(sorted(known))
        ids = known[record].shared.writers.ids
        parents = sorted(set(dice.sample(ids, min(len(ids), dice.choice((1, 1, 1, 2, 3))))))
        author.schema = dice.choice((1, SCHEMA, SCHEMA, SCHEMA))
        said = [wild_operation(dice, known[record], me) for _ in range(dice.choice((1, 1, 1, 2)))]
        wild.append(author.saying(record, parents, said))
    town.take(town.ledger.id, author.run(wild))
    codes = {reason for _, reason, _ in town.verdicts().values()}
    assert len(codes) >= 7
    compare(town)


def records(town: Town) -> list[RecordRow]:
    return town.service.ground.model.records(town.ledger.n)


def wild_operation(dice: random.Random, record: Record, me: bytes) -> Plain:
    """Half of them nearly right: declared keys, known items, fitting values, citations that stand."""
    kind = kind_named(record.shared.kind)
    declared = dice.choice(kind.fields)
    items = sorted(f"{c}/{i}" for c, i in record.shared.items) or ["notes/" + "0" * 32 + ".0"]
    key, value = likely(dice, declared, me)
    if dice.random() < 0.3:
        key = f"{dice.choice(items)}/{dice.choice(('text', 'text', 'removed', 'colour'))}"
    if dice.random() < 0.2:
        key = dice.choice(
            ("title", "nonsense", "kind", "village/x", "dispositions/x", "notes", key)
        )
    if dice.random() < 0.4:
        value = dice.choice(WILD)
    contested = record.shared.writers.contested()
    cites: list[Plain] = []
    if contested and dice.random() < 0.4:
        key = dice.choice(contested)
        cites = [bytes(i) for i in record.facts().candidates(key).ids]
    hunks: list[Plain] = [[dice.randint(0, 9), dice.randint(0, 3), dice.choice(TEXTS)]]
    fields: list[Plain] = [["text", value], ["village", "x"]]
    said: tuple[list[Plain], ...] = (
        ["set", key, value, cites],
        ["set", key, value, cites],
        ["keep", key, cites],
        ["text", dice.choice(("summary", "summary", key)), hunks],
        [
            "add",
            dice.choice(("notes", "notes", "places", key)),
            fields[: dice.choice((0, 1, 1, 2))],
        ],
    )
    return dice.choice(said)


WILD: tuple[Plain, ...] = (
    None, True, False, 0, 5, -1, "", "x", "石桥", "registered", "accepted", "closed", "8000",
    "2024-08-18", bytes(32), bytes(16), "  ", "a\nb", "x" * 300, "\u202e",
)  # fmt: skip
TEXTS = ("", "新", "\u202e", "ab")


def likely(dice: random.Random, declared: Field, me: bytes) -> tuple[str, Plain]:
    """A key of a declared field and a value that fits it."""
    name = declared.name
    match declared.type:
        case Choices() as of:
            return f"{name}/{dice.choice(of.of.codes())}", dice.random() < 0.7
        case Choice() as of:
            return name, dice.choice(of.codes())
        case Townships():
            return f"{name}/{me.hex()}", True
        case Slot() as of:
            return f"{name}/{me.hex()}", dice.choice(("registered", "closed", None))
        case Number():
            return name, dice.randint(0, 9)
        case _:
            return name, dice.choice(WILD)


def compare(town: Town) -> None:
    heard = second(town)

    said = {i: (state.name.lower(), reason) for i, (state, reason, _) in town.verdicts().items()}
    assert heard.verdicts == said
    assert heard.digest().hex() == town.digest
    conflicts = sorted(i for r in heard.records.values() for _, i, _ in r.conflicts())
    assert conflicts == town.conflict_ids()
    assert heard.logs.vector() == [
        [*log, [list(tip) for tip in tips]] for log, tips in sorted(town.vector.items())
    ]
    assert len(heard.records) > 1
