"""What townships decide about who belongs to their ledger: the verbs propose, vote and adopt of plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keys.identity import TownshipId
from node.errors import NotFound
from node.ledgers import Ledger
from node.service import Service
from simulations.town import Town

if TYPE_CHECKING:
    from simulations.deeds import Deeds

Given = dict[str, Any]


def propose(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{remove: place} or {rules: {…}}"""

    def deed(service: Service, ledger: Ledger) -> object:
        if "remove" in given:
            whom = deeds.world.towns[given["remove"]].identity.township.public
            return service.epochs.propose_removal(ledger, TownshipId(whom), "不再参加")
        rules = replace(ledger.chain.epoch.rules, **given["rules"])
        return service.epochs.propose_rules(ledger, rules, "大家商定")

    _member(deeds, town, "propose", deed)


def vote(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{agree, pick?}: on one of the proposals of the open round, if there are any."""

    def deed(service: Service, ledger: Ledger) -> object:
        open_ = ledger.chain.open
        listed = open_.rounds[open_.round].proposals if open_.round < len(open_.rounds) else ()
        if not listed:
            raise NotFound(what="proposal")
        on = listed[int(given.get("pick", 0.0) * len(listed))]
        return service.epochs.vote(ledger, on, agree=given["agree"], reason="电话商量过")

    _member(deeds, town, "vote", deed)


def adopt(deeds: Deeds, town: Town | None, given: Given) -> None:
    """{pick?}: let one quarantined entry count, if there are any."""

    def deed(service: Service, ledger: Ledger) -> object:
        found = service.epochs.quarantined(ledger)
        if not found:
            raise NotFound(what="quarantined")
        one = found[int(given.get("pick", 0.0) * len(found))].entry
        return service.epochs.adopt(ledger, one.id.hex(), "核实属实")

    _member(deeds, town, "adopt", deed)


def _member(
    deeds: Deeds, town: Town | None, act: str, deed: Callable[[Service, Ledger], object]
) -> None:
    if town is not None and town.write(act, deed) is not None:
        deeds.writes += 1
        town.note("decided", act=act)
