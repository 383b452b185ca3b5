"""When townships agree: members hold the same, and those who left have handed over what they had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from node.store.log import LogName, Position

if TYPE_CHECKING:
    from simulations.town import Town

Holding: TypeAlias = tuple[dict[LogName, tuple[Position, ...]], bytes]
"""What stands in a store of the ledger: tips, and the digest of its papers."""


def agree(honest: Iterable[Town]) -> bool:
    """Whether every honest member that is on holds the same entries and papers, and has all that those
    who left hold; they in turn know that they left, or knew it."""
    on = [town for town in honest if town.service is not None]
    ours = [town for town in on if town.ledger.is_ours]
    known = max((town.ledger.chain.number for town in ours), default=0)
    newest = [town for town in ours if town.ledger.chain.number == known]
    devices = {d for town in newest for d in town.ledger.members.delegations}
    members = [town for town in ours if town.device in devices]
    strays = [town for town in ours if town not in members and not _took_leave(town, newest)]
    seen = [holds(town) for town in members]
    if strays or any(one != seen[0] for one in seen):
        return False
    gone = [town for town in on if not town.ledger.is_ours]
    return not seen or not any(_lacks(town, seen[0]) for town in gone)


def holds(town: Town) -> Holding:
    assert town.service is not None, "a computer that is off shows nothing"
    replica, ledger = town.service.replica, town.ledger
    return replica.vector(ledger.id), replica.papers_digest(ledger.id)


def _lacks(town: Town, others: Holding) -> bool:
    """Whether it has a tip that those who hold this may not have; for who left, and gets nothing new."""
    return any(
        max(seq for seq, _ in tips) > max((seq for seq, _ in others[0].get(log, ())), default=-1)
        for log, tips in holds(town)[0].items()
    )


def _took_leave(town: Town, members: list[Town]) -> bool:
    """Whether it was told that it is no member, and an old disk made it forget: nobody meets it any more."""
    services = [one.service for one in members if one.service is not None]
    return all(town.device not in service.ledgers.peers() for service in services)
