"""How what townships decided looks in JSON: who had said what, and what came late. Read only."""

from __future__ import annotations

from typing import Any

from crdt.decided import decision
from crdt.kinds import kind_named
from crdt.record import Record
from node.ledgers import Ledger
from node.officeclock import moment


def decided_shape(ledger: Ledger, record: Record) -> dict[str, Any]:
    """{"decided": {"field", "result", "known": {township: position}, "late": […], "borne_out"}} once a result
    is announced; else nothing."""
    found, how = decision(record), kind_named(record.shared.kind).decided
    if found is None or how is None:
        return {}
    names = ledger.members.name_of
    late = [
        {
            "township": names(one.township),
            "position": one.value,
            "entry": one.entry.hex(),
            "claimed": moment(_claimed_ms(record, one.entry)),
        }
        for one in found.late
    ]
    return {
        "decided": {
            "field": how.slot,
            "result": found.result,
            "known": {names(t): value for t, value in found.known.items()},
            "late": late,
            "borne_out": found.borne_out,
        }
    }


def _claimed_ms(record: Record, entry: Any) -> int:
    return record.applied[record.shared.writers.number[entry]].entry.header.claimed_ms
