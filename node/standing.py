"""How a node and its ledgers stand, as JSON: what each member has, what waits, who is muted. Read only.

Knows entries by their numbers and states, and not what records say; that is in `node.reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crdt.view import ledger_digest
from keys.identity import DeviceId, TownshipId, did_key
from node.ledgers import Ledger
from node.officeclock import moment
from node.service import Service

Json = dict[str, Any]
Live = Mapping[bytes, bool]
"""Per connected device: whether everything has been handed to the connection."""


class Standing:
    """Questions to one node about itself."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ground = service.ground

    def digest(self, ledger: Ledger) -> str:
        return ledger_digest(ledger.id, self._ground.model.digests(ledger.n)).hex()

    def status(self, live: Live) -> Json:
        """`status`; `live` says which devices are connected now."""
        book = self._ground.book
        return {
            "township": book.setting("name"),
            "code": book.setting("code"),
            "township_id": did_key(self._service.township),
            "device": did_key(self._service.device),
            "muted": self.muted(),
            "ledgers": [self._ledger(k, live) for k in self._service.ledgers.active()],
            "pending": [self.pending(k) for k in self._service.ledgers.all() if not k.active],
        }

    def muted(self) -> list[Json]:
        """Of whom nothing new is taken here: devices with their townships, and townships."""
        ledgers, found = self._service.ledgers, list[Json]()
        peers = ledgers.peers()
        for one in sorted(self._ground.book.muted()):
            known = peers.get(DeviceId(one))
            name = ledgers.name_of(one if known is None else ledgers.township_of(known))
            what = "township" if known is None else "device"
            found.append({"id": did_key(one), "what": what, "township": name})
        return found

    def _ledger(self, ledger: Ledger, live: Live) -> Json:
        entries, newer = self._count(ledger), self._ground.log.entries_by_newer_rules(ledger.n)
        waiting = self._ground.db.one(
            "SELECT count(*) FROM entries JOIN logs ON logs.n=entries.log WHERE logs.ledger=? AND state=0",
            ledger.n,
        )
        return {
            "id": ledger.hex,
            "name": ledger.name,
            "records": self._ground.model.count(ledger.n),
            "entries": entries,
            "waiting": int(waiting[0]) - newer if waiting else 0,
            "newer": newer,
            "conflicts": len(self._ground.model.conflicts(ledger.n)),
            "forks": len(self._ground.book.forks(ledger.n)),
            "epoch": ledger.members.epoch,
            "ours": ledger.is_ours,
            "to_vote": self._service.epochs.to_vote(ledger),
            "to_approve": self._service.erasing.to_approve(ledger),
            "quarantined": self._ground.log.count_quarantined(ledger.n, ledger.members.gone),
            "digest": self.digest(ledger),
            "peers": self.peers(ledger, live),
        }

    def peers(self, ledger: Ledger, live: Live) -> list[Json]:
        """Every other member: connected or not, what it has, when it was last heard of."""
        entries = self._count(ledger)
        return [self._peer(ledger, t, entries, live) for t in self._others(ledger)]

    def _count(self, ledger: Ledger) -> int:
        row = self._ground.db.one(
            "SELECT count(*) FROM entries JOIN logs ON logs.n=entries.log WHERE logs.ledger=?",
            ledger.n,
        )
        return int(row[0]) if row else 0

    def pending(self, ledger: Ledger) -> Json:
        signed = ledger.invitation.signatures
        names = ledger.members
        return {
            "id": ledger.hex,
            "name": ledger.name,
            "signed": [names.name_of(t) for t in names.cards if t in signed],
            "missing": [
                names.name_of(c.township)
                for c in ledger.invitation.founding.cards
                if c.township not in signed
            ],
            "joining": ledger.signed,
        }

    def _others(self, ledger: Ledger) -> list[TownshipId]:
        return [t for t in ledger.members.cards if t != ledger.me]

    def _peer(self, ledger: Ledger, township: TownshipId, entries: int, live: Live) -> Json:
        devices = ledger.members.devices_of(township)
        own = {n for n, log in self._ground.log.logs(ledger.n).items() if log[0] in devices}
        tips = {n: self._ground.log.tip_of(n) for n in self._ground.log.logs(ledger.n)}
        held = self._ground.book.held(ledger.n)
        acked = 0
        for n, tip in tips.items():
            assert tip is not None, "a log has a tip"
            claims = [held.get(d, {}).get(n, -1) for d in devices]
            acked += min(tip[0], tip[0] if n in own else max(claims, default=-1)) + 1
        acked = min(acked, entries)
        connected = any(d in live for d in devices)
        heard = [h for d in devices if (h := self._ground.book.last_heard_ms(d)) is not None]
        return {
            "township": ledger.members.name_of(township),
            "township_id": did_key(township),
            "connected": connected,
            "sent": entries if any(live.get(d, False) for d in devices) else acked,
            "acked": acked,
            "last_heard": moment(max(heard)) if heard else None,
        }
