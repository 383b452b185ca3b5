"""A declared form and a record become a page, or a refusal. Decides what is printed; writes no file."""

from __future__ import annotations

from collections.abc import Iterator

from crdt.entry import RecordId
from crdt.kinds import KINDS
from crdt.kinds.language import Severity
from crdt.kinds.references import RecordRef
from crdt.view import View, view
from keys.errors import Text
from node.demo.words import DEMO
from node.errors import WrongKind
from node.forms.desk import Desk
from node.forms.errors import NotSettled, NotThisForm
from node.forms.language import Form
from node.forms.lists import Chosen, Lists
from node.forms.naming import naming
from node.forms.page import Page, Part, texts
from node.forms.sections import Sections, issuer
from node.forms.values import Values

_SHORT = 8
_CASES = frozenset(kind.about for kind in KINDS.values() if kind.about)
"""Kinds to which others belong."""
_OVER = Text("{ledger} · {township}", "{ledger} · {township}")
_NUMBER = Text("编号 {id}", "No. {id}")
_DRAFT = Text("草稿：{state}", "DRAFT: {state}")
_DIFFERENT = Text(
    "有 {n} 处两边不一致，各方说法都已列出",
    "open differences: {n}; every statement is shown",
)
_WAITS = Text("另有 {n} 条修改在等前文到达", "{n} more changes wait for what comes before them")
_SPAN = Text("{first} 至 {last}", "{first} to {last}")
_DEMO = Text("演示数据，全部虚构", "Demonstration data: all of it is invented")
_PAGES = (Text("第 ", "Page "), Text(" 页，共 ", " of "))
_END = Text(" 页", "")


class Filler:
    """One page in one language."""

    def __init__(self, desk: Desk, form: Form, lang: str) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._form = form
        self._lang = lang

    def every(self, chosen: Chosen) -> Page:
        """A form that lists records of a kind, or counts a stretch of time."""
        lists = Lists(self._desk, self._lang, chosen)
        parts = Sections(self._desk, self._form, self._lang, lists=lists).parts()
        span = ""
        if chosen.first or chosen.last:
            span = self._say(_SPAN, first=chosen.first or "…", last=chosen.last or "…")
        return self._page(self._form.label, span, parts, [])

    def about(self, record: RecordId) -> Page:
        """A form of one record. Raises WrongKind, NotThisForm, NotSettled and what opening raises."""
        form, desk = self._form, self._desk
        case = self._checked(record)
        seen = desk.open(record)
        self._check_fits(seen)
        named = naming(desk, case, self._lang) if form.names else str
        values = Values(desk.service, self._ledger, seen, self._lang, named)
        of_case = None
        if case is not None:
            of_case = Values(desk.service, self._ledger, desk.open(case), self._lang, named)
        parts = Sections(desk, form, self._lang, values, of_case, case).parts()
        number = self._say(_NUMBER, id=record.hex()[:_SHORT])
        issued = None if of_case is None else of_case.seen
        return self._page(self._title(seen), number, parts, list(self._marks(seen)), issued)

    # --- whether -----------------------------------------------------------------------------

    def _checked(self, record: RecordId) -> RecordId | None:
        """The case that it is about, before anybody has looked at anything. Raises WrongKind, NotSettled."""
        service, form = self._desk.service, self._form
        seen = view(service.record(self._ledger, record))
        if form.kind and seen.kind.name != form.kind:
            wanted = KINDS[form.kind].label
            raise WrongKind(id=record.hex()[:_SHORT], wanted=wanted, found=seen.kind.label)
        case = self._case_of(seen)
        if form.final:
            self._check_settled(record, case)
        return case

    def _case_of(self, seen: View) -> RecordId | None:
        """The record itself where others belong to it; else what it belongs to, or what it names."""
        if seen.kind.name in _CASES:
            return seen.id
        if seen.kind.sealed or not self._form.of_case:
            return self._a_case(self._desk.case_of(seen.id))
        named = (
            f.name
            for f in seen.kind.fields
            if isinstance(f.type, RecordRef) and f.type.kind in _CASES
        )
        said = (seen.registers[name] for name in named)
        return self._a_case(next((v for v in said if isinstance(v, bytes)), None))

    def _a_case(self, record: bytes | None) -> RecordId | None:
        """It, if it is one: a neighbour's record may name whatever it likes."""
        listed = [] if record is None else self._desk.service.ground.model.named([RecordId(record)])
        return next((row.id for row in listed if row.kind in _CASES), None)

    def _check_settled(self, record: RecordId, case: RecordId | None) -> None:
        """Of the record and its case; where it is the case, of all that belongs to it. Raises NotSettled."""
        service, ledger = self._desk.service, self._ledger
        wanted = [record] if case in (None, record) else [record, RecordId(case or b"")]
        if case == record:
            wanted += service.ground.seals.about(ledger.n, record)
        open_ = [
            row.record
            for row in service.ground.model.conflicts(ledger.n)
            if row.severity == Severity.BLOCKING
        ]
        for one in wanted:
            if n := open_.count(one):
                raise NotSettled(form=self._form.label, id=one.hex()[:_SHORT], n=n)

    def _check_fits(self, seen: View) -> None:
        """Raises NotThisForm."""
        if self._form.only is None:
            return
        name, wanted = self._form.only
        declared, said = seen.kind.by_name[name], seen.registers[name]
        if said is not None and said not in wanted:
            raise NotThisForm(
                form=self._form.label,
                id=seen.id.hex()[:_SHORT],
                field=declared.label,
                said=Text(*(declared.type.show(said, lang) for lang in ("zh", "en"))),
            )

    def _marks(self, seen: View) -> Iterator[str]:
        agreed = seen.kind.agreed
        if agreed is not None:
            machine = seen.kind.machine
            assert machine is not None, "its text has states"
            if seen.registers[machine.name] == agreed.draft:
                yield self._say(_DRAFT, state=machine.type.show(agreed.draft, self._lang))
        if seen.conflicts:
            yield self._say(_DIFFERENT, n=len(seen.conflicts))
        if waiting := len(self._desk.service.record(self._ledger, seen.id).missing()):
            yield self._say(_WAITS, n=waiting)

    # --- the whole ---------------------------------------------------------------------------

    def _title(self, seen: View) -> Text:
        """A form of any kind of record is called by the kind."""
        label, (zh, en) = self._form.label, seen.kind.label
        return label if self._form.kind else Text(zh + label[0], f"{en.capitalize()}: {label[1]}")

    def _page(
        self,
        title: Text,
        number: str,
        parts: list[Part],
        marks: list[str],
        about: View | None = None,
    ) -> Page:
        lang, me = self._lang, self._ledger.members.name_of(self._ledger.me)
        if any(DEMO in text for part in parts for text in texts(part)):
            marks.insert(0, self._say(_DEMO))
        titled = title.say(lang)[:1].upper() + title.say(lang)[1:]
        return Page(
            lang=lang,
            title=titled,
            over=self._say(_OVER, ledger=self._ledger.name, township=issuer(about, me)),
            number=number,
            parts=tuple(parts),
            foot=" ".join(part for part in (titled, number) if part),
            pages=(_PAGES[0].say(lang), _PAGES[1].say(lang)),
            end=_END.say(lang),
            wide=self._form.wide,
            cover=self._form.cover,
            marks=tuple(marks),
        )

    def _say(self, words: Text, **facts: object) -> str:
        return words.say(self._lang).format(**facts)
