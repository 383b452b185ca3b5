"""Who belongs to a ledger, what is proposed and how it was voted, as JSON. Reads only."""

from __future__ import annotations

from typing import Any

from crdt.ballot import Round, choice_of
from crdt.chain import Step
from crdt.epoch import Change, Epoch, threshold
from crdt.statements import Proposal, Vote
from keys.errors import Text
from keys.identity import DeviceId, TownshipId
from node.ledgers import Ledger
from node.service import Service

CHANGES = {
    Change.ADMIT: Text("接纳新成员", "admit"),
    Change.REMOVE: Text("移出", "remove"),
    Change.REKEY: Text("更换密钥", "new keys for"),
    Change.RULES: Text("修改规则", "change the rules"),
    Change.KEY: Text("更换账本密钥", "a new ledger key"),
}
AGREE, REJECT = "agree", "reject"


def roster(service: Service, ledger: Ledger) -> dict[str, Any]:
    """Members, who left, what is open; `final`: every member acknowledged the present epoch."""
    chain, members = ledger.chain, ledger.members
    told = chain.known_to.get(chain.epoch.id, frozenset())
    left: dict[TownshipId, int] = {}
    for one in service.epochs.quarantined(ledger):
        left[one.township] = left.get(one.township, 0) + 1
    return {
        "ledger": ledger.hex,
        "epoch": chain.number,
        "final": service.epochs.is_final(ledger),
        "ours": ledger.is_ours,
        "rules": rules(chain.epoch),
        "members": [
            {
                "township": members.name_of(township),
                "township_id": township.hex(),
                "code": member.card.code,
                "devices": [d.device.hex() for d in member.card.delegations],
                "recovery": member.recovery is not None,
                "acknowledged": not chain.number or township in told,
            }
            for township, member in chain.members.items()
        ],
        "former": [
            {
                "township": members.name_of(township),
                "township_id": township.hex(),
                "epoch": step.epoch.number,
                "by": [_voter(ledger, v) for v in step.certificate],
                "quarantined": left.get(township, 0),
            }
            for township, step in chain.former().items()
        ],
        "proposals": proposals(service, ledger),
        "double_votes": [
            {"township": members.name_of(t), "votes": [v.id.hex() for v in pair]}
            for t, pair in doubles(ledger).items()
        ],
    }


def doubles(ledger: Ledger) -> dict[TownshipId, tuple[Vote, Vote]]:
    """Townships that voted twice in one round, ever, with two votes that prove it."""
    found = dict(ledger.chain.open.doubles)
    for step in ledger.chain.steps:
        found |= step.doubles
    return found


def rules(epoch: Epoch) -> dict[str, int]:
    return {
        "may_miss": epoch.rules.may_miss,
        "schema": epoch.rules.schema,
        "retention_days": epoch.rules.retention_days,
        "erasure": epoch.rules.erasure,
    }


def proposals(service: Service, ledger: Ledger) -> list[dict[str, Any]]:
    """Those of the step that is open, then those that were adopted, newest first; `reasons`: what townships
    wrote beside their votes of that round."""
    chain, wrote = ledger.chain, service.records.deeds.reasons(ledger)
    found = [
        (proposal(service, ledger, p, r, chain.epoch, "dead" if r.dead else "open"), r)
        for r in reversed(chain.open.rounds)
        for p in r.proposals
    ]
    steps = list(zip(chain.steps, chain.steps[1:], strict=False))
    for before, step in reversed(steps):
        found.append(_adopted(service, ledger, before, step))
    for one, round_ in found:
        votes = [(t, v) for t, listed in round_.votes.items() for v in listed if v.id in wrote]
        one["reasons"] = {ledger.members.name_of(t): wrote[v.id] for t, v in votes}
    return [one for one, _ in found]


def _adopted(
    service: Service, ledger: Ledger, before: Step, step: Step
) -> tuple[dict[str, Any], Round]:
    assert step.proposal is not None, "a later step was proposed"
    said: dict[TownshipId, tuple[Vote, ...]] = {
        ledger.members.township_of(DeviceId(v.signer)): (v,) for v in step.certificate
    }
    round_ = Round(step.proposal.round, said, (step.proposal,), dead=True)
    return proposal(service, ledger, step.proposal, round_, before.epoch, "adopted"), round_


def proposal(
    service: Service, ledger: Ledger, one: Proposal, round_: Round, before: Epoch, state: str
) -> dict[str, Any]:
    """`votes`: township → agree, reject (for another or for none), or null."""
    choice = choice_of(before, one)
    excluded, may_miss = choice[1], choice[2]
    about = one.epoch.about
    voters = [t for t in sorted(before.townships()) if t != excluded]
    needs_consent = one.epoch.change in (Change.ADMIT, Change.REKEY)
    return {
        "id": one.id.hex(),
        "change": one.epoch.change.name.lower(),
        "about": None if about is None else _name(ledger, one, about),
        "about_id": None if about is None else about.hex(),
        "rules": rules(one.epoch) if one.epoch.change is Change.RULES else None,
        "by": _voter(ledger, one),
        "epoch": one.epoch.number,
        "round": one.round,
        "state": state,
        "needed": threshold(before, excluded, may_miss),
        "votes": {ledger.members.name_of(t): _said(one, round_.votes.get(t, ())) for t in voters},
        "consented": service.epochs.consents(ledger, one) is not None if needs_consent else None,
    }


def _said(one: Proposal, votes: tuple[Vote, ...]) -> str | None:
    if not votes:
        return None
    return AGREE if any(v.choice == one.id for v in votes) else REJECT


def _name(ledger: Ledger, one: Proposal, township: TownshipId) -> str:
    member = one.epoch.member(township)
    known = township in ledger.members.cards or township in ledger.members.former
    return ledger.members.name_of(township) if known or member is None else member.card.name


def _voter(ledger: Ledger, said: Proposal | Vote) -> str:
    return ledger.members.name_of(ledger.members.township_of(DeviceId(said.signer)))
