"""What has been erased: orders, who approved them, and which records they reach. Pure.

An order is in force once enough townships of the epoch that it cites approved, and for each record only if
the township that began it is among them, or was a member no more; and nothing is reached that was begun in a
later epoch. Statements only become more, so what is erased stays so. Knows no store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crdt.chain import Chain
from crdt.entry import RecordId
from crdt.statements import Approve, Erase, Receipt, Statement, StatementId
from keys.identity import DeviceId, TownshipId


@dataclass(slots=True)
class Standing:
    """An order, who approved it, the devices that say it is done. `needed`: how many approvals."""

    order: Erase
    epoch: int
    members: frozenset[TownshipId]
    needed: int
    approved: set[TownshipId] = field(default_factory=set)
    done: set[DeviceId] = field(default_factory=set)

    @property
    def in_force(self) -> bool:
        return len(self.approved) >= self.needed

    def agrees(self, home: TownshipId) -> bool:
        """Whether a township has no say, or said yes, about what it began."""
        return home in self.approved or home not in self.members

    def reaches(self, home: TownshipId) -> bool:
        """Whether what this township began is erased by it."""
        return self.in_force and self.agrees(home)


@dataclass(slots=True)
class Erasures:
    """Every order of a ledger, in the order of their ids."""

    orders: dict[StatementId, Standing] = field(default_factory=dict)
    _named: dict[RecordId, list[tuple[Standing, TownshipId]]] = field(default_factory=dict)

    def names(self) -> Iterable[RecordId]:
        """Records that an order names, in force or not."""
        return self._named.keys()

    def erases(self, record: RecordId, home: TownshipId, began: int) -> bool:
        """`home`, `began`: the township that began it, and in which epoch."""
        return any(
            home == said and began <= standing.epoch and standing.reaches(said)
            for standing, said in self._named.get(record, ())
        )

    def may_erase(self, record: RecordId) -> bool:
        """Whether, of a record whose beginning is not here, an order says that it is erased."""
        return any(standing.reaches(said) for standing, said in self._named.get(record, ()))


def erasures_of(chain: Chain, statements: Iterable[Statement]) -> Erasures:
    """What these statements order. Whose device a key is, the chain says; also of those that are gone, or
    what was erased would come back when somebody changes a laptop."""
    epochs = {step.epoch.id: step.epoch for step in chain.steps}
    found = Erasures()
    others: list[Approve | Receipt] = []
    for one in statements:
        if isinstance(one, (Approve, Receipt)):
            others.append(one)
        elif isinstance(one, Erase) and one.epoch in epochs:
            members = epochs[one.epoch].townships()
            needed = min(epochs[one.epoch].rules.erasure, len(members))
            number = epochs[one.epoch].number
            found.orders[one.id] = Standing(one, number, frozenset(members), needed)
            _approve(found.orders[one.id], chain, one.signer)
    for other in others:
        if (standing := found.orders.get(other.order)) is None:
            continue
        if isinstance(other, Approve):
            _approve(standing, chain, other.signer)
        elif DeviceId(other.signer) in chain.devices:
            standing.done.add(DeviceId(other.signer))
    found.orders = dict(sorted(found.orders.items()))
    for standing in found.orders.values():
        for record, home in standing.order.records:
            found._named.setdefault(record, []).append((standing, home))
    return found


def _approve(standing: Standing, chain: Chain, signer: bytes) -> None:
    device = chain.devices.get(DeviceId(signer))
    if device is not None and device.township in standing.members:
        standing.approved.add(device.township)
