"""A node's records as sheets and back: the only part of this folder that knows a node. Writes no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.errors import BadValue
from crdt.kinds.language import Kind
from crdt.operations import Set
from crdt.view import view
from keys.errors import MulinError, Text
from node.ledgers import Ledger
from node.reading import Json
from node.service import Service
from node.sheets import words
from node.sheets.columns import columns_of, letters, text_of
from node.sheets.compare import Texts, compare, cut
from node.sheets.faults import SealedNotInSheets
from node.sheets.grid import Grid
from node.sheets.plan import Change, Plan
from node.sheets.render import render
from node.sheets.table import read_table
from node.usual import unusual
from node.writing import Draft

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that the rules of the ledger have looked at, and the entries that would do it."""

    plan: Plan
    drafts: tuple[Draft, ...]


class Sheets:
    """Of one ledger. `post` and `reason` go with what is written."""

    def __init__(
        self, service: Service, ledger: Ledger, lang: str, post: str = "", reason: str = ""
    ) -> None:
        self._service = service
        self._ledger = ledger
        self._lang = lang
        self._post = post
        self._reason = reason
        self._columns: dict[str, int] = {}
        """Of the sheet that is read."""

    # --- out ---------------------------------------------------------------------------------

    def export(self, kind: Kind, lines: Sequence[Json], *, as_csv: bool) -> bytes:
        """The lines of a list as a file's bytes. Raises SealedNotInSheets."""
        if kind.sealed:
            raise SealedNotInSheets(kind=kind.label)
        members = self._ledger.members
        townships = [members.name_of(t) for t in members.cards]
        return render(kind, lines, self._lang, townships, as_csv=as_csv)

    # --- in ----------------------------------------------------------------------------------

    def prepare(self, grid: Grid, kind: Kind | None, progress: Progress) -> Prepared:
        """What a sheet would do here. Changes nothing. Raises the faults of a sheet as a whole."""
        if kind is not None and kind.sealed:
            raise SealedNotInSheets(kind=kind.label)
        table = read_table(grid, kind)
        plan = compare(table, grid, _Known(self._service, self._ledger, table.kind, self._lang))
        changes, begins = plan.changes, plan.begins
        plan.changes, plan.begins = [], []
        self._columns = table.columns
        drafts: list[Draft] = []
        count = len(changes) + len(begins)
        for done, change in enumerate(changes):
            progress(done, count)
            record = RecordId(bytes.fromhex(change.record))
            if self._is_free(plan, change, record) and (
                draft := self._drafted(plan, change.row, record, change.typed)
            ):
                plan.changes.append(change)
                drafts.append(draft)
                self._note_unusual(plan, change.row, draft)
        for done, begin in enumerate(begins, start=len(changes)):
            progress(done, count)
            if draft := self._drafted(plan, begin.row, table.kind, begin.typed):
                plan.begins.append(begin)
                drafts.append(draft)
                self._note_unusual(plan, begin.row, draft)
        plan.refused.sort(key=lambda remark: remark.row)
        return Prepared(plan, tuple(drafts))

    def write(self, prepared: Prepared) -> int:
        """All that was prepared, or nothing; how many entries. Raises RuleBroken, MovedMeanwhile."""
        if not prepared.drafts:
            return 0
        return len(self._service.write_drafts(self._ledger, prepared.drafts))

    def _is_free(self, plan: Plan, change: Change, record: RecordId) -> bool:
        """Whether the sides agree about the fields that were edited."""
        try:
            disputed = {
                c.key.partition("/")[0]
                for c in view(self._service.record(self._ledger, record)).conflicts
            }
        except MulinError as fault:
            plan.refuse(change.row, words.RULE, why=_said(fault))
            return False
        for cell in change.cells:
            if cell.field.name in disputed:
                plan.refuse(change.row, words.DISPUTED, field=cell.field.label)
                return False
        return True

    def _drafted(
        self, plan: Plan, row: int, about: RecordId | Kind, typed: Mapping[str, str]
    ) -> Draft | None:
        try:
            return self._service.draft(self._ledger, about, typed, self._post, self._reason)
        except MulinError as fault:
            self._refuse(plan, row, fault, typed)
            return None

    def _note_unusual(self, plan: Plan, row: int, draft: Draft) -> None:
        """It is accepted all the same."""
        says: dict[str, object] = {}
        if draft.record is not None:
            says |= view(self._service.record(self._ledger, draft.record)).registers
        said = {o.key: o.value for o in draft.operations if isinstance(o, Set)}
        says |= said
        for declared, how, value in unusual(plan.kind, says):
            why = says.get(how.why) or self._reason
            plan.note(
                row,
                words.UNUSUAL if why else words.UNUSUAL_UNEXPLAINED,
                field=declared.label,
                value=value,
                least=how.least,
                most=how.most,
                why=why,
                say_why=plan.kind.by_name[how.why].label,
            )

    def _refuse(self, plan: Plan, row: int, fault: MulinError, typed: Mapping[str, str]) -> None:
        """With the cell where a fault tells of a field; what was typed is repeated unless it names people."""
        label = fault.facts.get("field")
        names = [n for n in typed if plan.kind.by_name[n].label == label]
        if len(names) != 1:
            plan.refuse(row, words.RULE, why=_said(fault))
            return
        cell = f"{letters(self._columns[names[0]])}{row}"
        which = words.CELL_RULE if isinstance(fault, BadValue) else words.CELL_ONLY
        plan.refuse(row, which, cell=cell, typed=cut(typed[names[0]]), why=_said(fault))


class _Known:
    """The read model's rows of one kind, as texts."""

    def __init__(self, service: Service, ledger: Ledger, kind: Kind, lang: str) -> None:
        self._service = service
        self._ledger = ledger
        self._kind = kind
        self._lang = lang

    def rows(self, ids: Sequence[str]) -> Mapping[str, Texts]:
        """Of these records, as far as they are of this kind and ledger."""
        model = self._service.ground.model
        named = model.named([RecordId(bytes.fromhex(i)) for i in ids])
        mine = {r.id for r in named if r.kind == self._kind.name}
        return self._texts([i for i in mine if self._is_ours(i)])

    def all(self) -> Iterable[tuple[str, Texts]]:
        listed = self._service.ground.model.records(self._ledger.n, self._kind.name)
        return self._texts([row.id for row in listed]).items()

    def _is_ours(self, record: RecordId) -> bool:
        found = self._service.ground.model.with_prefix(self._ledger.n, record.hex())
        return any(one == record for one, _ in found)

    def _texts(self, ids: Sequence[RecordId]) -> dict[str, Texts]:
        rows = self._service.ground.model.rows_of(self._kind, ids)
        fields = columns_of(self._kind)
        return {
            record: {f.name: text_of(f.type, row.get(f.name), self._lang) for f in fields}
            for record, row in rows.items()
        }


def _said(fault: MulinError) -> Text:
    return Text(fault.say("zh"), fault.say("en"))
