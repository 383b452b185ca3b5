"""How long matters are kept: the day set at closing, what is due to be erased, what is on hold. No face.

The day stands in the record, where everybody sees it; nothing is erased by itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crdt.entry import RecordId
from crdt.kinds import KINDS, kind_named
from crdt.kinds.language import Kind
from crdt.view import View, view
from keys.errors import MulinError
from node.ledgers import Ledger
from node.sealerrors import KeptStill, OnHold

if TYPE_CHECKING:
    from node.service import Service


@dataclass(frozen=True, slots=True)
class Due:
    """A closed matter whose time is over. `sealed`: what belongs to it; `held`: how long it stays, or ""."""

    seen: View
    until: str
    sealed: tuple[RecordId, ...]
    held: str


def keep_until(
    kind: Kind, said: Mapping[str, object], state: str, today: str, agreed_days: int
) -> dict[str, str]:
    """What is stated with a move to a state, where a rule says so and nobody stated another day.

    `said`: the record's registers; `agreed_days`: 0 where the members agreed on none.
    """
    kept = kind.kept
    if kept is None or kept.state != state or said.get(kept.until) is not None:
        return {}
    field, value, shorter = kept.shorter
    days = agreed_days or (shorter if said.get(field) == value else kept.days)
    last = datetime.date.fromisoformat(today) + datetime.timedelta(days=days)
    return {kept.until: last.isoformat()}


def due(service: Service, ledger: Ledger) -> list[Due]:
    """Matters kept long enough of which something sealed is left, the longest over first."""
    today, found = service.seals.today(), list[Due]()
    for kind in KINDS.values():
        if kind.kept is None:
            continue
        for row in service.ground.model.records(ledger.n, kind.name):
            seen = view(service.record(ledger, row.id))
            until = str(seen.registers.get(kind.kept.until) or "")
            sealed = _standing(service, ledger, row.id)
            if until and until < today and sealed:
                found.append(Due(seen, until, sealed, _held(seen, today)))
    return sorted(found, key=lambda d: (d.until, d.seen.id))


def _standing(service: Service, ledger: Ledger, record: RecordId) -> tuple[RecordId, ...]:
    """What is sealed of a matter and not erased yet."""
    listed = service.ground.seals.about(ledger.n, record)
    return tuple(r for r in listed if not service.seals.is_erased(ledger, r))


def _held(seen: View, today: str) -> str:
    kept = seen.kind.kept
    until = "" if kept is None else str(seen.registers.get(kept.hold) or "")
    return until if until >= today else ""


def check_free(service: Service, ledger: Ledger, records: Sequence[RecordId]) -> None:
    """Raises OnHold if one of these, or the matter that it belongs to, is on legal hold."""
    today = service.seals.today()
    for record in records:
        about = service.seals.sealing(ledger, record).about
        for named in {record, about} - {None}:
            assert named is not None, "none is left"
            if service.seals.is_erased(ledger, named) or service.seals.is_sealed(ledger, named):
                continue
            held = service.records.get(ledger, named)
            if held.home is not None and (until := _held(view(held), today)):
                raise OnHold(id=named.hex()[:8], until=until)


def check_over(service: Service, ledger: Ledger, records: Sequence[RecordId]) -> None:
    """Raises KeptStill if one of these belongs to a matter that is kept longer."""
    today = service.seals.today()
    for about in {service.seals.sealing(ledger, r).about for r in records} - {None}:
        assert about is not None, "none is left"
        held = service.records.get(ledger, about)
        if held.home is None or (kept := kind_named(held.shared.kind).kept) is None:
            continue
        until = str(view(held).registers.get(kept.until) or "")
        if until >= today:
            raise KeptStill(id=about.hex()[:8], until=until)


def is_over(service: Service, ledger: Ledger, record: RecordId) -> bool:
    """Whether something that was made for a time, such as a task force, is over. What is not here, not of
    this ledger, erased or cannot be read gives nobody anything."""
    try:
        seen = view(service.record(ledger, record))
    except MulinError:
        return True
    if seen.kind.ends is None:
        return True
    state, until = seen.kind.ends
    day = str(seen.registers.get(until) or "")
    return state in seen.registers.values() or (bool(day) and day < service.seals.today())
