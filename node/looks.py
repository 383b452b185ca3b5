"""Who looked at what is sealed: this township's own list, which nobody shortens or changes unseen.

Every line has the hash of the one before in its own, and now and then the log says how many there are and
what the last hash is; from then on others keep that. Lines hold ids, no values and no words that were looked
for. Knows no face.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from crdt.deeds import Looked
from crdt.entry import Entry, RecordId
from crdt.errors import BadValue
from crdt.kinds.enumerations import PURPOSE, choice
from crdt.kinds.types import Unfit
from keys import canonical
from keys.errors import MulinError, Text
from node.choosing import read_value
from node.deeds import Deeds
from node.ground import Ground
from node.ledgers import Ledger
from node.officeclock import day_begins_ms
from node.saving import post_words
from node.sealerrors import PurposeNeeded
from node.seals import Seals
from node.store.looks import Look
from node.writing import Writing

ACTION = choice(
    ("view", "查看", "view"),
    ("print", "打印", "print"),
    ("export", "导出", "export"),
    ("search", "列表", "list"),
    ("grant", "授权", "grant"),
)
_PURPOSE = Text("用途", "purpose")
_NOTHING = bytes(32)


@dataclass(frozen=True, slots=True)
class Break:
    """The first line that is not what it was. `said`: the hash in the log says so, else the line's own."""

    line: int
    said: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """How many lines there are, how many digests of the log were compared, and what is wrong."""

    count: int
    head: bytes
    digests: int
    broken: Break | None


class Looks:
    """The lists of every ledger of this node."""

    def __init__(self, ground: Ground, seals: Seals, deeds: Deeds, writing: Writing) -> None:
        self._ground = ground
        self._seals = seals
        self._deeds = deeds
        self._writing = writing

    # --- writing -----------------------------------------------------------------------------

    def add(
        self, ledger: Ledger, record: RecordId | None, action: str, purpose: str, post: str
    ) -> None:
        """One more line, before anything is shown. `record` None: a list of several. Raises PurposeNeeded,
        BadValue, Busy, DiskTrouble."""
        assert action in ACTION.codes(), "an action is one of those declared"
        code = self.purpose(purpose)
        store, post = self._ground.looks, post_words(post)
        with self._ground.db.transaction():
            at_ms = self._ground.clock_ms()
            line = Look(record, at_ms, post, action, code, b"")
            hashed = _hash(store.last(ledger.n) or _NOTHING, ledger.id, line)
            store.put(ledger.n, Look(record, at_ms, post, action, code, hashed))

    def purpose(self, typed: str) -> str:
        """The code of a purpose as a clerk types it. Raises PurposeNeeded, BadValue."""
        try:
            found = read_value(PURPOSE, typed)
        except Unfit as fault:
            raise BadValue(field=_PURPOSE, why=fault.why) from fault
        if found is None:
            raise PurposeNeeded
        return str(found)

    def purpose_today(self, ledger: Ledger, record: RecordId | None) -> str | None:
        """For what this node looked today at the record, or at another of the same case; None: it did not."""
        since_ms = day_begins_ms(self._ground.clock_ms())
        near = self._near(ledger, record)
        return next(
            (k.purpose for k in self._ground.looks.latest(ledger.n, since_ms) if k.record in near),
            None,
        )

    def _near(self, ledger: Ledger, record: RecordId | None) -> set[RecordId | None]:
        if record is None:
            return {None}
        case = record
        if self._seals.is_sealed(ledger, record):
            case = self._seals.sealing(ledger, record).about or record
        return {record, case, *self._ground.seals.about(ledger.n, case)}

    # --- reading -----------------------------------------------------------------------------

    def lines(
        self, ledger: Ledger, records: Iterable[RecordId] | None = None, since: str = ""
    ) -> list[tuple[int, Look]]:
        """(number, line), oldest first. `records`: of these alone; `since`: a day as YYYY-MM-DD."""
        wanted = None if records is None else set(records)
        since_ms = day_begins_ms(_moment_ms(since)) if since else 0
        return [
            (number, look)
            for number, look in self._ground.looks.lines(ledger.n, since_ms)
            if wanted is None or look.record in wanted
        ]

    def named(self, ledger: Ledger, prefix: str) -> set[RecordId]:
        """Records of the list whose id begins so, and what belongs to such a case; erased ones too."""
        every = {k.record for _, k in self._ground.looks.lines(ledger.n) if k.record is not None}
        found = {record for record in every if record.hex().startswith(prefix)}
        for case, _ in self._ground.model.with_prefix(ledger.n, prefix):
            found |= every & set(self._ground.seals.about(ledger.n, case))
        return found

    def digest(self, ledger: Ledger) -> tuple[int, bytes]:
        """How many lines there are, and the hash of the last."""
        store = self._ground.looks
        return store.count(ledger.n), store.last(ledger.n) or _NOTHING

    # --- in the log --------------------------------------------------------------------------

    def seal(self, ledger: Ledger) -> Entry | None:
        """Say the digest in the own log; None where it says it already. Raises NotAMember, KeyMissing."""
        head = self._ground.looks.last(ledger.n)
        name, today = f"looked/{ledger.hex}", self._seals.today()
        said = self._ground.book.setting(name) or ""
        if head is None or said.partition(" ")[2] == head.hex():
            return None
        entry = self._writing.say(ledger, [Looked(self._ground.looks.count(ledger.n), head)])
        with self._ground.db.transaction():
            self._ground.book.set_setting(name, f"{today} {head.hex()}")
        return entry

    def seal_daily(self, ledger: Ledger) -> bool:
        """The same at most once a day, for who writes anyway or has time to spare; whether it was."""
        head = self._ground.looks.last(ledger.n)
        if head is None or not ledger.is_ours or ledger.chain.epoch.key_id not in ledger.keys:
            return False
        said = (self._ground.book.setting(f"looked/{ledger.hex}") or "").partition(" ")[0]
        if said == self._seals.today():
            return False
        with contextlib.suppress(MulinError):  # tomorrow, then: what was to be written is written
            return self.seal(ledger) is not None
        return False

    # --- checking ----------------------------------------------------------------------------

    def verify(self, ledger: Ledger) -> Checked:
        """Every line by its own hash, and by every digest that this device ever put in its log."""
        said = self._said(ledger)
        before, count = _NOTHING, 0
        broken: Break | None = None
        for count, look in self._ground.looks.lines(ledger.n):
            right = _hash(before, ledger.id, look) == look.hash
            if broken is None and not right:
                broken = Break(count, said=False, missing=False)
            if broken is None and any(head != look.hash for head in said.get(count, ())):
                broken = Break(count, said=True, missing=False)
            before = look.hash
        if broken is None and any(n > count for n in said):
            broken = Break(count + 1, said=True, missing=True)
        return Checked(count, before, sum(map(len, said.values())), broken)

    def _said(self, ledger: Ledger) -> dict[int, set[bytes]]:
        """By number of lines, the hashes that the log has for them."""
        found: dict[int, set[bytes]] = {}
        for entry in self._ground.log.about_ledger(ledger.n):
            if entry.header.device == ledger.device:
                for deed in self._deeds.judge(ledger, entry)[1]:
                    if isinstance(deed, Looked):
                        found.setdefault(deed.count, set()).add(deed.head)
        return found


def _hash(before: bytes, ledger: bytes, look: Look) -> bytes:
    line: list[canonical.Plain] = [
        before, ledger, look.record, look.at_ms, look.post, look.action, look.purpose,
    ]  # fmt: skip
    return hashlib.sha256(canonical.encode(line)).digest()


def _moment_ms(day: str) -> int:
    """Noon of a day, wherever the clock stands."""
    noon = datetime.datetime.fromisoformat(day + "T12:00:00+08:00")
    return int(noon.timestamp() * 1000)
