"""What follows from a peer's vector: whether our own log is whole here, and what of the peer is not wanted.

A disk that was set back, its high-water mark with it, looks like one that was only switched off. Who could
tell are the neighbours: whoever got what this disk lost still has it, and says so when it is asked. One of
them is not enough (another may hold it); one after the other is not either (meanwhile it may travel from who
is asked later to who was asked before). So the log goes on once all are met at once: then whatever one of
them holds or gets is sent here. Knows no socket and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping

from keys.identity import DeviceId
from node.ledgers import Ledger
from node.link import Link
from node.service import Service
from protocol.messages import Vector


class Meeting:
    """Everybody who is connected to a node."""

    def __init__(self, service: Service, links: Mapping[int, Link]) -> None:
        self._service = service
        self._links = links
        self._compared: dict[bytes, set[Link]] = {}
        """Per ledger the links whose vector named nothing of our own logs that we lack."""

    def heard(self, link: Link, ledger: Ledger, vector: Vector) -> bool:
        """Whether the peer knows more of our own log than we do. Raises Busy, DiskTrouble."""
        self._stop_muted(link, ledger, vector)
        if self._service.ingest.peer_knows_more(ledger, vector):
            return True
        compared = self._compared.setdefault(ledger.id, set())
        compared.add(link)
        compared.intersection_update(self._links.values())
        present = {one.device for one in compared if not one.session.closed}
        if self._service.ledgers.others(ledger) <= present:
            self._service.writing.confirm(ledger)
        return False

    def _stop_muted(self, link: Link, ledger: Ledger, vector: Vector) -> None:
        """Say at once what is not wanted, before the peer sends it."""
        if not self._service.ingest.muted():
            return
        for log, tips in vector.items():
            if not self._service.ingest.is_muted(ledger, DeviceId(log[0])):
                continue
            if not all(self._service.replica.holds(ledger.id, log, tip) for tip in tips):
                link.declined.add((ledger.id, log))
                link.session.decline(ledger.id, 0, log)
