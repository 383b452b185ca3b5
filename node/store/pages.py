"""Questions that pages ask the read model: which rows of a kind, and what stands in some of their cells.

Knows columns; what they mean is the asker's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crdt.entry import RecordId
from crdt.kinds.language import Kind
from keys.identity import DeviceId
from node.store.database import Database
from node.store.history import chunks, marks

Cells = dict[str, int | str | None]
_NEWS_MAX = 10_000
_MANY = 500


class Pages:
    """Read only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def rows(
        self,
        ledger: int,
        kind: Kind,
        names: Sequence[str],
        *,
        at_most: Mapping[str, str] | None = None,
        at_least: Mapping[str, str] | None = None,
        none_of: Mapping[str, Iterable[str]] | None = None,
        says: Mapping[str, str] | None = None,
        begin: Sequence[str] | None = None,
    ) -> list[tuple[RecordId, Cells]]:
        """The named cells of a kind's rows in a ledger, oldest record first.

        `at_most`, `at_least`: cells that must say something not greater, not less; `none_of`: cells that must
        say none of these, or where none are named nothing at all; `says`: cells that must say exactly this;
        `begin`: eight digits with one of which the id begins.
        """
        where, given = ["1"], list[str]()
        for name, word in (says or {}).items():
            where.append(f'"{name}"=?')
            given.append(word)
        if begin is not None:
            where.append(f"substr(id,1,8) IN ({marks(begin)})")
            given += begin
        for name, most in (at_most or {}).items():
            where.append(f'"{name}"<>\'\' AND "{name}"<=?')
            given.append(most)
        for name, least in (at_least or {}).items():
            where.append(f'"{name}">=?')
            given.append(least)
        for name, codes in (none_of or {}).items():
            listed = list(codes)
            if not listed:
                where.append(f"coalesce(\"{name}\",'')=''")
                continue
            where.append(f"coalesce(\"{name}\",'') NOT IN ({marks(listed)})")
            given += listed
        columns = ",".join(f'"{name}"' for name in ("id", *names))
        asked = f'SELECT {columns} FROM "{kind.table}" WHERE {" AND ".join(where)} ORDER BY rowid'
        found = [
            (RecordId(bytes.fromhex(row[0])), dict(zip(names, row[1:], strict=True)))
            for row in self._db.rows(asked, *given)
        ]
        ours = self._of_ledger(ledger, kind, [record for record, _ in found])
        return [one for one in found if one[0] in ours]

    def changed_since(self, ledger: int, kind: Kind, ms: int) -> set[RecordId]:
        """Records of a kind of which some entry says that it is not older."""
        rows = self._db.rows(
            "SELECT id FROM records WHERE ledger=? AND kind=? AND updated_ms>=?",
            ledger,
            kind.name,
            ms,
        )
        return {RecordId(row[0]) for row in rows}

    def _of_ledger(self, ledger: int, kind: Kind, records: Sequence[RecordId]) -> set[RecordId]:
        """Those of the records that are this ledger's; many are asked for all at once."""
        if len(records) > _MANY:
            asked = "SELECT id FROM records WHERE ledger=? AND kind=?"
            return {row[0] for row in self._db.rows(asked, ledger, kind.name)}
        found: set[RecordId] = set()
        for some in chunks(records):
            found |= {
                row[0]
                for row in self._db.rows(
                    f"SELECT id FROM records WHERE ledger=? AND id IN ({marks(some)})",
                    ledger,
                    *some,
                )
            }
        return found

    def news(
        self, ledger: int, own: Iterable[DeviceId], since_ms: int
    ) -> dict[RecordId, list[DeviceId]]:
        """Records about which others said something that came here since then, the newest first; who did."""
        mine = list(own)
        rows = self._db.rows(
            "SELECT record, first_seen_ms, logs.device FROM entries JOIN logs ON logs.n=entries.log "
            f"WHERE logs.ledger=? AND record NOTNULL AND logs.device NOT IN ({marks(mine)}) "
            "ORDER BY entries.n DESC LIMIT ?",
            ledger,
            *mine,
            _NEWS_MAX,
        )
        found: dict[RecordId, list[DeviceId]] = {}
        for record, seen_ms, device in rows:
            if seen_ms >= since_ms:
                found.setdefault(RecordId(record), []).append(DeviceId(device))
        return found
