"""Planted bugs about what is sealed and erased; the judge `sealed` finds each by name."""

from __future__ import annotations

from dataclasses import replace

from crdt.record import Record
from crdt.view import view
from node.ingest import Ingest
from node.ledgers import Ledger
from node.records import Records
from node.seals import Seals
from node.store.model import Refreshed
from node.store.seals import SealStore
from tests.simulations.planting import Patch, at, of, planted

SEALED = of(
    at(0, "seal", 0, ref="s", readers=[1]),
    at(20, "reword", 0, ref="s", word="一"),
    at(40, "withdraw", 0, ref="s", to=1),
    at(60, "reword", 0, ref="s", word="二"),
)
GRANTED = of(at(0, "seal", 0, ref="s", readers=[1]), at(20, "reword", 1, ref="s", word="一"))
ERASED = of(
    at(0, "seal", 0, ref="s", readers=[1]),
    at(20, "split", groups=[[0, 1], [2]]),
    at(30, "erase", 0, ref="s"),
    at(40, "approve", 1, pick=0.0),
    at(60, "heal"),
)
LATE = of(
    at(0, "seal", 0, ref="s", readers=[1, 2]),
    at(20, "split", groups=[[0, 1], [2]]),
    at(30, "erase", 0, ref="s"),
    at(40, "approve", 1, pick=0.0),
    at(45, "reword", 2, ref="s", word="晚"),
    at(60, "heal"),
)


@planted("sealed", SEALED)
def what_is_sealed_stands_in_the_list_too(patch: Patch) -> None:
    """Its title, as with every other record: the list of records is not sealed."""
    refreshed = Records._refreshed

    def titled(self: Records, ledger: Ledger, record: Record) -> Refreshed:
        found = refreshed(self, ledger, record)
        name = view(record).registers.get("name")
        return replace(found, row=replace(found.row, title=str(name or "")))

    patch.setattr(Records, "_refreshed", titled)


@planted("sealed", GRANTED)
def a_reader_is_given_no_key(patch: Patch) -> None:
    """Granted, and nothing was wrapped for the devices."""
    devices = Seals.devices
    patch.setattr(
        Seals,
        "devices",
        lambda self, ledger, readers: [
            d for d in devices(self, ledger, readers) if d == ledger.device
        ],
    )


@planted("sealed", SEALED)
def every_member_is_given_the_key(patch: Patch) -> None:
    patch.setattr(
        Seals, "devices", lambda _self, ledger, _readers: sorted(ledger.members.delegations)
    )


@planted("sealed", ERASED)
def payloads_are_forgotten_and_not_taken_away(patch: Patch) -> None:
    patch.setattr(SealStore, "detach", lambda *_: None)


@planted("sealed", LATE)
def what_comes_late_is_let_in_again(patch: Patch) -> None:
    """By both who look: else it is taken away as soon as it is judged."""
    patch.setattr(Ingest, "_without_erased", lambda _self, _ledger, run: run)
    patch.setattr(
        Records, "_is_gone", lambda self, ledger, record, _: self.seals.is_erased(ledger, record)
    )


@planted("sealed", ERASED)
def only_who_approved_erases(patch: Patch) -> None:
    follow = Records.follow_orders

    def picky(self: Records, ledger: Ledger) -> None:
        if any(ledger.me in s.approved for s in ledger.erasures.orders.values()):
            follow(self, ledger)

    patch.setattr(Records, "follow_orders", picky)
