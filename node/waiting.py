"""The time in which a township may object to getting new keys from the others. Its objection is to write.

By this node's own clock, from when it first heard of the proposal: nobody else's word about time counts. What
comes in late of the old keys counts as an objection too; then the others propose once more.
"""

from __future__ import annotations

from collections.abc import Iterable

from crdt.chain import Chain
from crdt.epoch import Change
from crdt.lines import commitment
from crdt.statements import Devices, Proposal, Recovery, Statement
from keys.identity import DeviceId, TownshipId
from keys.limits import REKEY_WAIT_DAYS
from node.ground import Ground
from node.ledger import Ledger
from node.officeclock import DAY_MS
from node.ownerrors import RekeyTooEarly, RekeyVetoed


def note(ground: Ground, before: Chain, fresh: Iterable[Statement]) -> None:
    """What was just heard: since when a proposal is known, and whether old keys speak. In a transaction."""
    listed = list(fresh)
    waiting = [p for r in before.open.rounds for p in r.proposals if _is_rekey(p)]
    for statement in listed:
        speaker = _speaker(before, statement)
        for proposal in waiting:
            if speaker is not None and speaker == proposal.epoch.about:
                ground.book.set_setting(_objected(proposal), "1")
        if isinstance(statement, Proposal) and _is_rekey(statement):
            ground.book.set_setting(_seen(statement), str(ground.clock_ms()))


def check_waited(ground: Ground, ledger: Ledger, proposal: Proposal) -> None:
    """Raises RekeyTooEarly, RekeyVetoed."""
    seen_ms = int(ground.book.setting(_seen(proposal)) or ground.clock_ms())
    if ground.book.setting(_objected(proposal)) or _wrote(ground, ledger, proposal, seen_ms):
        raise RekeyVetoed
    left_ms = seen_ms + REKEY_WAIT_DAYS * DAY_MS - ground.clock_ms()
    if left_ms > 0:
        raise RekeyTooEarly(days=REKEY_WAIT_DAYS, left=-(-left_ms // DAY_MS))


def _wrote(ground: Ground, ledger: Ledger, proposal: Proposal, since_ms: int) -> bool:
    """Whether an entry of the old keys came here since."""
    rows = ground.db.rows(
        "SELECT logs.device, max(first_seen_ms) FROM entries JOIN logs ON logs.n=entries.log "
        "WHERE logs.ledger=? GROUP BY logs.device",
        ledger.n,
    )
    return any(
        ledger.members.whose(DeviceId(device)) == proposal.epoch.about and seen_ms > since_ms
        for device, seen_ms in rows
    )


def _is_rekey(proposal: Proposal) -> bool:
    return proposal.epoch.change is Change.REKEY


def _speaker(before: Chain, statement: Statement) -> TownshipId | None:
    """The member in whose name a statement speaks."""
    if isinstance(statement, (Devices, Recovery)):
        member = before.members.get(statement.township)
        keys = () if member is None else (member.card.township, member.recovery)
        spoke = {statement.signer, commitment(statement.signer)} & set(keys)
        return statement.township if spoke else None
    standing = before.devices.get(DeviceId(statement.signer))
    return None if standing is None else standing.township


def _seen(proposal: Proposal) -> str:
    return f"seen/{proposal.id.hex()}"


def _objected(proposal: Proposal) -> str:
    return f"objected/{proposal.id.hex()}"
