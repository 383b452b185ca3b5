"""Ledgers, addresses, what peers hold, fork proofs and small settings on disk. Judges nothing.

Every method that writes expects a transaction opened by its caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crdt.entry import LedgerId
from node.store.database import Database
from node.store.log import LogName, Position


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """`active`: every member has signed; `signed`: we have."""

    n: int
    id: LedgerId
    name: str
    invitation: bytes
    active: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class ForkRow:
    log: int
    seq: int
    one: bytes
    other: bytes
    proof: bytes
    first_seen_ms: int


class BookStore:
    """The tables around the log."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # --- settings ----------------------------------------------------------------------------

    def setting(self, key: str) -> str | None:
        row = self._db.one("SELECT value FROM meta WHERE key=?", key)
        return None if row is None else str(row[0])

    def set_setting(self, key: str, value: str) -> None:
        self._db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?,?)", (key, value))

    def muted(self) -> frozenset[bytes]:
        """Ids of devices and townships."""
        rows = self._db.rows("SELECT key FROM meta WHERE key>='mute/' AND key<'mute0'")
        return frozenset(bytes.fromhex(str(key).removeprefix("mute/")) for (key,) in rows)

    def set_muted(self, one: bytes, *, muted: bool) -> None:
        self._db.conn.execute("DELETE FROM meta WHERE key=?", (f"mute/{one.hex()}",))
        if muted:
            self.set_setting(f"mute/{one.hex()}", "1")

    # --- ledgers -----------------------------------------------------------------------------

    def ledgers(self) -> list[LedgerRow]:
        rows = self._db.rows(
            "SELECT n, id, name, invitation, active, signed FROM ledgers ORDER BY n"
        )
        return [
            LedgerRow(n, LedgerId(i), name, inv, bool(a), bool(s)) for n, i, name, inv, a, s in rows
        ]

    def put_ledger(
        self, ledger: LedgerId, name: str, invitation: bytes, *, active: bool, signed: bool
    ) -> None:
        self._db.conn.execute(
            "INSERT INTO ledgers(id, name, invitation, active, signed) VALUES (?,?,?,?,?) "
            "ON CONFLICT(id) DO UPDATE SET invitation=excluded.invitation, active=excluded.active, "
            "signed=excluded.signed",
            (ledger, name, invitation, int(active), int(signed)),
        )

    # --- peers -------------------------------------------------------------------------------

    def addresses(self, device: bytes) -> list[str]:
        rows = self._db.rows("SELECT address FROM addresses WHERE device=? ORDER BY rank", device)
        return [row[0] for row in rows]

    def set_addresses(self, device: bytes, addresses: Iterable[str]) -> None:
        self._db.conn.execute("DELETE FROM addresses WHERE device=?", (device,))
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO addresses VALUES (?,?,?)",
            [(device, address, rank) for rank, address in enumerate(addresses)],
        )

    def held_is_news(self, log: int, device: bytes, tips: Iterable[Position]) -> bool:
        """Whether these tips, all held here, say more than `device` said of the log before."""
        row = self._db.one(
            "SELECT coalesce(max(seq), -1) FROM held WHERE log=? AND device=?", log, device
        )
        return max((seq for seq, _ in tips), default=-1) > (-1 if row is None else int(row[0]))

    def add_held(self, log: int, device: bytes, tips: Iterable[Position], now_ms: int) -> None:
        """`device` says that it holds these tips of a log: its earlier word is replaced."""
        listed = list(tips)
        top = max(seq for seq, _ in listed)
        self._db.conn.execute(
            "DELETE FROM held WHERE log=? AND device=? AND seq<=?", (log, device, top)
        )
        self._db.conn.executemany(
            "INSERT OR REPLACE INTO held VALUES (?,?,?,?,?)",
            [(log, device, entry, seq, now_ms) for seq, entry in listed],
        )

    def held(self, ledger: int) -> dict[bytes, dict[int, int]]:
        """Per device: log number → highest seq it said to hold."""
        rows = self._db.rows(
            "SELECT held.device, held.log, max(held.seq) FROM held JOIN logs ON logs.n=held.log "
            "WHERE logs.ledger=? GROUP BY held.device, held.log",
            ledger,
        )
        found: dict[bytes, dict[int, int]] = {}
        for device, log, seq in rows:
            found.setdefault(device, {})[log] = seq
        return found

    def held_positions(self, ledger: int) -> dict[bytes, dict[LogName, tuple[Position, ...]]]:
        """Per device: the positions of every log that it said to hold."""
        rows = self._db.rows(
            "SELECT held.device, logs.device, logs.incarnation, held.seq, held.id FROM held "
            "JOIN logs ON logs.n=held.log WHERE logs.ledger=? ORDER BY held.seq, held.id",
            ledger,
        )
        found: dict[bytes, dict[LogName, tuple[Position, ...]]] = {}
        for device, author, incarnation, seq, entry in rows:
            of = found.setdefault(device, {})
            of[author, incarnation] = (*of.get((author, incarnation), ()), (seq, entry))
        return found

    def last_heard_ms(self, device: bytes) -> int | None:
        value = self.setting(f"heard/{device.hex()}")
        return None if value is None else int(value)

    # --- forks -------------------------------------------------------------------------------

    def add_fork(self, fork: ForkRow) -> bool:
        """True if it is news."""
        cursor = self._db.conn.execute(
            "INSERT OR IGNORE INTO forks VALUES (?,?,?,?,?,?)",
            (fork.log, fork.seq, fork.one, fork.other, fork.proof, fork.first_seen_ms),
        )
        return cursor.rowcount > 0

    def forks(self, ledger: int) -> list[tuple[LogName, ForkRow]]:
        rows = self._db.rows(
            "SELECT device, incarnation, log, seq, one, other, proof, first_seen_ms FROM forks "
            "JOIN logs ON logs.n=forks.log WHERE logs.ledger=? ORDER BY log, seq",
            ledger,
        )
        return [((row[0], row[1]), ForkRow(*row[2:])) for row in rows]
