"""Second implementation: a ledger from its runs, with verdicts and digest. From protocol/SPEC.md."""

from __future__ import annotations

from tests.second.cbor import Bad
from tests.second.entries import Content, Entry, Logs, open_payload
from tests.second.keys import Founding, refused
from tests.second.record import KINDS, Applied, Record, ledger_digest
from tests.second.rules import Judge, Void, check_shapes

SCHEMA = 2


class Ledger:
    """Judges everything again from nothing: slow, and independent of the order of arrival."""

    def __init__(self, founding: Founding, key: bytes, key_id: bytes) -> None:
        self.founding, self.key, self.key_id = founding, key, key_id
        self.township_of = founding.township_of()
        self.logs = Logs(founding.ledger, set(self.township_of))
        self.records: dict[bytes, Record] = {}
        self.verdicts: dict[bytes, tuple[str, str]] = {}

    def judge_all(self) -> None:
        """Verdicts of every entry about a record, causes first."""
        self.records, self.verdicts = {}, {}
        waiting = {i: e for i, e in self.logs.entries.items() if e.record is not None}
        moved = True
        while moved:
            moved = False
            for i, entry in list(waiting.items()):
                verdict = self._judge(entry)
                self.verdicts[i] = verdict
                if verdict[0] != "waiting":
                    del waiting[i]
                    moved = True

    def _judge(self, entry: Entry) -> tuple[str, str]:
        content: Content | None = None
        if entry.epoch == 0 and entry.payload is not None and entry.key_id == self.key_id:
            try:
                content = open_payload(entry, self.key)
            except Bad:
                return "void", "payload"
        held = [self.logs.entries[p] for p in entry.parents if p in self.logs.entries]
        if any(p.record != entry.record for p in held):
            return "void", "wrong-past"
        if entry.epoch > 0:
            return "waiting", "epoch"
        states = {self.verdicts.get(p, ("waiting", ""))[0] for p in entry.parents}
        for state, verdict in (
            ("waiting", ("waiting", "parent")),
            ("void", ("void", "wrong-past")),
            ("closed", ("closed", "")),
        ):
            if state in states:
                return verdict
        if content is None:
            return "closed", ""
        if content.schema > SCHEMA:
            return "waiting", "schema"
        try:
            self._apply(entry, content)
        except Void as broken:
            return "void", broken.code
        return "applied", ""

    def _apply(self, entry: Entry, content: Content) -> None:
        check_shapes(content.operations)
        words = ((content.post, 40), (content.reason, 400))
        if content.schema < 1 or any(len(w) > most or refused(w, False) for w, most in words):
            raise Void("operation")
        assert entry.record is not None, "an entry about a record"
        record = self.records.get(entry.record) or Record(entry.record)
        parents = [record.applied[p] for p in entry.parents]
        if any(p in other.past for p in entry.parents for other in parents):
            raise Void("wrong-past")
        if any(content.schema < other.content.schema for other in parents):
            raise Void("wrong-past")
        past = record.past_of(entry.parents)
        if len(past) >= 2000:
            raise Void("record-full")
        township = self.township_of[entry.device]
        made = Applied(entry, content, township, past)
        made.counter = max((other.counter for other in parents), default=0)
        Judge(record, made, content).make()
        if not record.applied:
            record.kind, record.home = str(made.writes["kind"]), township
        record.applied[entry.id] = made
        self.records[record.id] = record

    # --- what comes of it --------------------------------------------------------------------

    def texts_of(self, record: Record) -> list[str]:
        fields = KINDS[record.kind]["fields"]
        return [f["name"] for f in fields if f["type"]["name"] == "Prose"]

    def record_digests(self) -> dict[bytes, bytes]:
        return {r.id: r.digest(self.texts_of(r)) for r in self.records.values()}

    def digest(self) -> bytes:
        return ledger_digest(self.founding.ledger, self.record_digests())
