"""What clerks do with what is sealed: the verbs seal, reword, grant, withdraw, erase and approve of plans.

Whatever is sealed here says `CANARY`, so that it is found wherever it should not be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crdt.deeds import Share
from crdt.entry import RecordId
from keys.identity import TownshipId
from node.errors import NotFound
from node.ledgers import Ledger
from node.service import Service
from node.writing import Opening
from simulations.town import Town

if TYPE_CHECKING:
    from simulations.deeds import Deeds

Given = dict[str, Any]
POST = "司法所"
CANARY = "金丝雀"


def seal(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{ref, readers: [places]}: a party's identity, for its own township and these."""
    if town is None or given["ref"] in deeds.records:
        return
    shares = tuple(Share(_township(deeds, p), "mediation") for p in given["readers"])
    typed = {"alias": "甲方1", "role": "applicant", "name": f"{CANARY}{given['ref']}"}
    opening = Opening(None, shares)
    made = town.write("seal", lambda s, k: s.create(k, "party", typed, POST, "登记当事人", opening))
    if made is not None:
        deeds.writes += 1
        deeds.records[given["ref"]] = made
        town.note("wrote", act="seal", record=made.hex()[:8])


def reword(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{ref, word}: whoever may read writes."""

    def deed(service: Service, ledger: Ledger, record: RecordId) -> object:
        return service.change(ledger, record, {"address": CANARY + given["word"]}, POST, "更正")

    _do(deeds, town, "reword", given, deed)


def grant(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{ref, to: place}"""
    share = Share(_township(deeds, given["to"]), "mediation")
    _do(deeds, town, "grant", given, lambda s, k, r: s.granting.grant(k, r, share))


def withdraw(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{ref, to: place}"""
    whose = _township(deeds, given["to"])
    _do(deeds, town, "withdraw", given, lambda s, k, r: s.granting.withdraw(k, r, whose, "办结"))


def erase(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{ref}: order that a record is erased."""
    _do(
        deeds,
        town,
        "erase",
        given,
        lambda s, k, r: s.erasing.order(k, [r], "on_request", "本人申请"),
    )


def approve(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{pick}: one of the orders that this township has not approved."""

    def deed(service: Service, ledger: Ledger, _record: RecordId) -> object:
        orders = ledger.erasures.orders
        open_ = [o for o, s in orders.items() if ledger.me not in s.approved]
        if not open_:
            raise NotFound(what="order")
        return service.erasing.approve(ledger, open_[int(given["pick"] * len(open_))])

    _do(deeds, town, "approve", given, deed, RecordId(b""))


def _township(deeds: Deeds, place: int) -> TownshipId:
    return TownshipId(deeds.world.towns[place].identity.township.public)


def _do(
    deeds: Deeds,
    town: Town | None,
    act: str,
    given: Given,
    deed: Callable[[Service, Ledger, RecordId], object],
    record: RecordId | None = None,
) -> None:
    named = record if record is not None else deeds.records.get(str(given.get("ref")))
    if town is None or named is None:
        return
    if town.write(act, lambda service, ledger: deed(service, ledger, named)) is not None:
        deeds.writes += 1
        town.note("wrote", act=act, record=named.hex()[:8])
