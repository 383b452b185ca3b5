"""What has been erased: orders, who approved them, and which records they reach. Pure.

An order is in force once enough townships of the epoch that it cites approved, and nothing can undo that
epoch any more; and for each record only if the township that began it is among them, or was a member no more.
It reaches nothing that was begun in a later epoch. Statements only become more, so what is erased stays so,
and equal sets erase the same. Knows no store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crdt.chain import Chain
from crdt.entry import RecordId
from crdt.epoch import Epoch
from crdt.statements import Approve, Beginning, Erase, Receipt, Statement, StatementId
from keys.identity import DeviceId, TownshipId


@dataclass(slots=True)
class Standing:
    """An order, who approved it, the devices that say it is done. `needed`: how many approvals; `homes`: per
    record the township that began it."""

    order: Erase
    epoch: int
    members: frozenset[TownshipId]
    needed: int
    homes: dict[RecordId, TownshipId]
    approved: set[TownshipId] = field(default_factory=set)
    done: set[DeviceId] = field(default_factory=set)

    @property
    def in_force(self) -> bool:
        return len(self.approved) >= self.needed

    def agrees(self, home: TownshipId) -> bool:
        """Whether a township has no say, or said yes, about what it began."""
        return home in self.approved or home not in self.members

    def reaches(self, begun: Beginning) -> bool:
        """Whether a record that it names is erased by it."""
        home = self.homes.get(begun.record)
        return (
            self.in_force and home is not None and begun.epoch <= self.epoch and self.agrees(home)
        )


@dataclass(slots=True)
class Erasures:
    """Every order of a ledger, in the order of their ids, and the records that they erase."""

    orders: dict[StatementId, Standing] = field(default_factory=dict)
    reached: frozenset[RecordId] = frozenset()


def erasures_of(chain: Chain, statements: Iterable[Statement]) -> Erasures:
    """What these statements order. Whose device a key is, the chain says; also of those that are gone, or
    what was erased would come back when somebody changes a laptop."""
    epochs = {epoch.id: epoch for epoch in final_epochs(chain)}
    orders: dict[StatementId, Standing] = {}
    others: list[Approve | Receipt] = []
    for one in statements:
        if isinstance(one, (Approve, Receipt)):
            others.append(one)
        elif isinstance(one, Erase) and one.epoch in epochs:
            orders[one.id] = _standing(chain, one, epochs[one.epoch])
            _approve(orders[one.id], chain, one.signer)
    for other in others:
        if (standing := orders.get(other.order)) is None:
            continue
        if isinstance(other, Approve):
            _approve(standing, chain, other.signer)
        elif DeviceId(other.signer) in chain.devices:
            standing.done.add(DeviceId(other.signer))
    listed = dict(sorted(orders.items()))
    reached = {b.record for s in listed.values() for b in s.order.records if s.reaches(b)}
    return Erasures(listed, frozenset(reached))


def final_epochs(chain: Chain) -> list[Epoch]:
    """Those that nothing can undo, oldest first: up to the last that all its members acknowledged."""
    final = 0
    for number, step in enumerate(chain.steps):
        told = chain.known_to.get(step.epoch.id, frozenset())
        if step.epoch.townships() <= told:
            final = number
    return [step.epoch for step in chain.steps[: final + 1]]


def _standing(chain: Chain, order: Erase, epoch: Epoch) -> Standing:
    members = frozenset(epoch.townships())
    homes = {
        begun.record: device.township
        for begun in order.records
        if (device := chain.devices.get(begun.device)) is not None
    }
    needed = min(epoch.rules.erasure, len(members))
    return Standing(order, epoch.number, members, needed, homes)


def _approve(standing: Standing, chain: Chain, signer: bytes) -> None:
    device = chain.devices.get(DeviceId(signer))
    if device is not None and device.township in standing.members:
        standing.approved.add(device.township)
