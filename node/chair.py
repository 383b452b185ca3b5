"""Use cases of the rotating chair: who has it when, taking it up, swapping quarters. No sockets, no terminal.

What was said of it stands in the members' logs, in entries about the ledger; what it comes to `crdt.rotation`
tells.
"""

from __future__ import annotations

import datetime
from typing import Any

from crdt.deeds import Serve, Swap
from crdt.rotation import Rotation, Term, Word, quarter_text
from crdt.verdicts import EntryState
from keys.identity import TownshipId
from node.almanac.days import read_quarter
from node.ledgers import Ledger
from node.officeclock import ZONE
from node.ownerrors import BadQuarter, NoTermToSwap, NotYourTerm
from node.service import Service


def rotation(service: Service, ledger: Ledger) -> Rotation:
    """The turns as they stand here. What came of devices after they had left says nothing."""
    deeds, gone = service.records.deeds, ledger.members.gone
    words: list[Word] = []
    for entry in service.ground.log.about_ledger(ledger.n):
        verdict, said = deeds.judge(ledger, entry)
        if verdict.state != EntryState.APPLIED or not deeds.counts(ledger, entry, gone):
            continue
        township = ledger.members.whose(entry.header.device)
        if township is not None:
            words += [Word(township, entry.id, d) for d in said if isinstance(d, (Serve, Swap))]
    return Rotation(ledger.chain.members, words)


def quarter_named(text: str) -> int:
    """Raises BadQuarter."""
    found = read_quarter(text.strip())
    if found is None:
        raise BadQuarter(what=text[:20])
    return found


def quarter_now(service: Service) -> int:
    """By the clock on the wall: only for what is shown first."""
    now = datetime.datetime.fromtimestamp(service.ground.clock_ms() / 1000, ZONE)
    return now.year * 4 + (now.month - 1) // 3


def accept(service: Service, ledger: Ledger, quarter: int, *, withdraw: bool = False) -> None:
    """Take the chair in a quarter, or give the word back. Raises NotYourTerm, NotAMember."""
    turns, me = rotation(service, ledger), service.epochs.me(ledger)
    chair = turns.term(quarter).chair
    if not withdraw and chair != me:
        name = ledger.members.name_of(chair)
        raise NotYourTerm(quarter=quarter_text(quarter), who=name)
    if turns.accepts(me, quarter) != (not withdraw):
        said = Serve(quarter, turns.next_word(me, quarter), not withdraw)
        service.writing.say(ledger, [said])


def swap(
    service: Service, ledger: Ledger, other: TownshipId, quarter: int, *, withdraw: bool = False
) -> tuple[int, int]:
    """Agree to swap a quarter of ours or theirs with the next one of the other side; returns the pair.

    If the other side asked for a swap of that quarter, it is that one. Whoever gives a quarter away that it
    had accepted takes that word back too. Raises NoTermToSwap, NotAMember.
    """
    turns, me = rotation(service, ledger), service.epochs.me(ledger)
    pair = _pair(ledger, turns, me, other, quarter)
    said: list[Serve | Swap] = []
    if turns.agrees(me, *pair) != (not withdraw):
        said.append(Swap(*pair, turns.next_word(me, *pair), not withdraw))
    given = [q for q in pair if not withdraw and turns.accepts(me, q)]
    said += [Serve(q, turns.next_word(me, q), accepts=False) for q in given]
    if said:
        service.writing.say(ledger, said)
    return pair


def _pair(
    ledger: Ledger, turns: Rotation, me: TownshipId, other: TownshipId, quarter: int
) -> tuple[int, int]:
    asked = [p for p in turns.asks(other, quarter) if me in map(turns.turn, p)]
    if asked:
        return asked[0]
    holder = turns.turn(quarter)
    if holder not in (me, other) or me == other:
        name = ledger.members.name_of(other)
        raise NoTermToSwap(quarter=quarter_text(quarter), who=name)
    counterpart = turns.next_turn(other if holder == me else me, quarter)
    return quarter, counterpart


def shown(ledger: Ledger, term: Term) -> dict[str, Any]:
    """A term as JSON."""
    name = ledger.members.name_of
    return {
        "quarter": quarter_text(term.quarter),
        "township": name(term.chair),
        "township_id": term.chair.hex(),
        "by_order": name(term.turn),
        "accepted": term.accepted,
        "swapped_with": None if term.swapped is None else quarter_text(term.swapped),
        "asked": [
            {"township": name(who), "with": quarter_text(with_)} for who, _, with_ in term.asked
        ],
        "conflict": term.conflict,
        "claims": [name(t) for t in term.claims],
        "kept": term.kept,
        "rivals": [[quarter_text(q) for q in pair] for pair in term.rivals],
    }
