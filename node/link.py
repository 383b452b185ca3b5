"""One connection of a node with its session, and what was agreed on it besides. Pure."""

from __future__ import annotations

from crdt.statements import StatementId
from keys.identity import DeviceId
from node.tidings import Claims
from protocol.messages import LogName
from protocol.session import Session


class Link:
    """`declined`: logs of which nothing is taken on this connection; `looked_at`: what was so when it was
    last asked whether they may go on. `silent`: ledgers of which it gets no entries; `told`: statements
    that it was told or told us."""

    __slots__ = (
        "claims", "declined", "device", "dialled", "looked_at", "session", "silent", "told",
    )  # fmt: skip

    def __init__(
        self,
        device: DeviceId,
        session: Session,
        *,
        dialled: bool,
        silent: frozenset[bytes] = frozenset(),
    ) -> None:
        self.silent = silent
        self.told: set[StatementId] = set()
        self.claims: Claims = {}
        self.declined: set[tuple[bytes, LogName]] = set()
        self.looked_at: object = None
        self.device = device
        self.session = session
        self.dialled = dialled
