"""Sections of a form become parts of a page: which words of which record stand where. Writes no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crdt.entry import RecordId
from crdt.kinds import kind_named
from crdt.kinds.types import Choice, FieldType, Items, Prose, Scalar
from crdt.view import View
from keys.errors import Text
from node.forms.desk import Desk
from node.forms.language import (
    Belonging,
    Break,
    Confirmed,
    Contents,
    Every,
    Fields,
    Form,
    Listed,
    Long,
    Past,
    Said,
    Sealed,
    Section,
    Signing,
)
from node.forms.page import Grid, Heading, NewPage, Numbered, Pairs, Part, Seal, Signed, Words
from node.forms.values import Values, on_paper
from node.reading import Reading
from node.rows import when

_SHORT = 8
_NOTE = Text(
    "下文姓名后括号内是系统中的代称。",
    "What stands in parentheses after a name below is its alias.",
)
_HASHED = Text("校验值按代称文本计算。", "It is that of the text with aliases.")
_CLOSED = Text(
    "本案另有 {n} 份密封材料没有授权给本乡镇，不在本表。",
    "{n} further sealed papers of this case are not for this township and not in this form.",
)
_NONE = Text("（无）", "(none)")
_DATE = Text("　　　　年　　月　　日", "date: ____________")
_SIGNED = Text("{who}：", "{who}: ")
_SEAL = Text("（盖章处）", "(seal)")
_HASH = Text("文本校验值（SHA-256）：{hash}。", "Hash of the text (SHA-256): {hash}. ")
_STANDS = {
    "confirmed": Text("{who}：已确认这份文本", "{who}: confirmed this text"),
    "earlier": Text("{who}：确认的是另一文本", "{who}: confirmed another text"),
    "none": Text("{who}：未确认", "{who}: not confirmed"),
}
_CONFIRMED = Text("各乡镇确认", "Confirmed by the townships")
_BEGUN = Text("登记：{who}，{when}。", "Entered by {who}, {when}. ")
_CHANGED = Text(
    "最近修改：{who}，{when}；共 {n} 次填写。", "Last changed by {who}, {when}; {n} entries. "
)
_PRINTED = Text("打印：{who}，{when}。", "Printed by {who}, {when}.")
_COUNT = Text("共 {n} 条。", "{n} records. ")
_HEADS = (
    Text("序号", "no."),
    Text("材料名称", "paper"),
    Text("系统内份数", "in the system"),
    Text("页号", "pages"),
    Text("备注", "remark"),
)
_TOWNSHIP, _ID = Text("登记乡镇", "entered by"), Text("编号", "ID")


def issuer(seen: View | None, township: str) -> str:
    """In whose name a paper about a record goes out: what the record says, else the township."""
    under = "" if seen is None else seen.kind.under
    if seen is None or not under or any(c.key == under for c in seen.conflicts):
        return township
    return str(seen.registers[under] or township)


class Sections:
    """The parts of one page. `values` and `of_case` are None where the form lists all records."""

    def __init__(
        self,
        desk: Desk,
        form: Form,
        lang: str,
        values: Values | None = None,
        of_case: Values | None = None,
        case: RecordId | None = None,
    ) -> None:
        self._desk = desk
        self._service = desk.service
        self._ledger = desk.ledger
        self._form = form
        self._lang = lang
        self._values = values
        self._of_case = of_case
        self._case = case
        self._me = self._ledger.members.name_of(self._ledger.me)

    def parts(self) -> list[Part]:
        return [part for section in self._form.sections for part in self._section(section)]

    def _section(self, section: Section) -> Iterable[Part]:
        match section:
            case Fields():
                return self._fields(section)
            case Long(name=name):
                return self._long(self._from(section.of_case), name)
            case Listed():
                return self._listed(section)
            case Belonging():
                return self._belonging(section)
            case Contents():
                return self._contents(section)
            case Said(lines=lines, heading=heading):
                return [*self._heading(heading), *(Words(t.say(self._lang)) for t in lines)]
            case Confirmed():
                return self._confirmed()
            case Signing(labels=labels):
                return [
                    Signed(
                        tuple(self._say(_SIGNED, who=t.say(self._lang)) for t in labels),
                        self._say(_DATE),
                    )
                ]
            case Sealed(all_confirming=every):
                return self._seals(every)
            case Past():
                return self._past()
            case Break():
                return [NewPage()]
            case Every():
                return self._every(section)

    def _from(self, of_case: bool) -> Values:
        found = self._of_case if of_case else self._values
        assert found is not None, "a list is about no single record"
        return found

    def _heading(self, words: Text) -> list[Part]:
        said = words.say(self._lang)
        return [_heading(said)] if said else []

    def _fields(self, section: Fields) -> list[Part]:
        values = self._from(section.of_case)
        named = section.names or tuple(f.name for f in values.kind.fields)
        found: list[Part] = self._heading(section.heading)
        rows: list[tuple[str, str]] = []
        for name in named:
            declared = values.kind.by_name[name]
            if isinstance(declared.type, (Items, Prose)) and not section.names:
                continue
            said = values.field(name)
            if said or section.names:  # a form has room for what is filled in by hand
                rows.append((on_paper(declared.label, self._lang), said))
        found.append(Pairs(tuple(rows)))
        if not section.names:
            for declared in values.kind.fields:
                if not values.field(declared.name):
                    continue
                if isinstance(declared.type, Items):
                    found += self._listed(Listed(name=declared.name))
                elif isinstance(declared.type, Prose):
                    found += self._long(values, declared.name)
        return found

    def _long(self, values: Values, name: str) -> list[Part]:
        said = values.field(name) or _NONE.say(self._lang)
        label = on_paper(values.kind.by_name[name].label, self._lang)
        return [_heading(label), *map(Words, said.split("\n"))]

    def _listed(self, section: Listed) -> list[Part]:
        values = self._from(section.of_case)
        declared = values.kind.by_name[section.name]
        assert isinstance(declared.type, Items), "items are listed"
        rows = values.rows(section.name)
        found: list[Part] = [_heading(on_paper(declared.label, self._lang))]
        parts = declared.type.fields
        if not rows:
            return [*found, Words(_NONE.say(self._lang))]
        if not section.number:
            return [
                *found,
                Grid(tuple(label.say(self._lang) for _, label, _ in parts), tuple(rows)),
            ]
        at = next(i for i, (name, _, _) in enumerate(parts) if name == section.number)
        listed = [(row[at], "\n".join(row[:at] + row[at + 1 :])) for row in rows]
        listed.sort(key=lambda row: int(row[0]) if row[0].isdigit() else 10**9)
        return [*found, Numbered(tuple(listed))]

    def _belonging(self, section: Belonging) -> list[Part]:
        found = self._heading(section.heading)
        if self._case is None:
            return [*found, Words(_NONE.say(self._lang))]
        kind = kind_named(section.kind)
        records, closed = self._desk.belonging(self._case, kind)
        heads = tuple(kind.by_name[name].label.say(self._lang) for name in section.fields)
        opened = [self._desk.open(record) for record in records]
        graded = [
            f for name in section.fields if isinstance((f := kind.by_name[name]).type, Choice)
        ]
        opened.sort(key=lambda seen: [_grade(f.type, seen.registers[f.name]) for f in graded])
        values = [Values(self._service, self._ledger, seen, self._lang) for seen in opened]
        rows = [tuple(one.field(name) for name in section.fields) for one in values]
        found.append(Grid(heads, tuple(rows)) if rows else Words(_NONE.say(self._lang)))
        if rows and self._form.names:
            found.append(Words(self._say(_NOTE), small=True))
        if closed:
            found.append(Words(self._say(_CLOSED, n=closed), small=True))
        return found

    def _contents(self, section: Contents) -> list[Part]:
        assert self._case is not None, "a file is that of a case"
        reading = Reading(self._service, self._lang)
        listed = reading.record(self._ledger, self._case)["sealed"]
        counts: dict[str, int] = {}
        for one in listed:
            counts[one["kind"] or ""] = counts.get(one["kind"] or "", 0) + 1
        rows = [
            (str(n), title.say(self._lang), str(counts.get(kind) or "") if kind else "", "", "")
            for n, (title, kind) in enumerate(section.parts, 1)
        ]
        heads = tuple(head.say(self._lang) for head in _HEADS)
        closed = counts.get("", 0)
        rest = [Words(self._say(_CLOSED, n=closed), small=True)] if closed else []
        return [*self._heading(section.heading), Grid(heads, tuple(rows)), *rest]

    def _stands(self) -> tuple[str | None, dict[str, str]]:
        seen = self._from(of_case=False).seen
        shape = Reading(self._service, self._lang).record(self._ledger, seen.id)
        told = shape.get("agreed", {"hash": None, "townships": {}})
        return told["hash"], told["townships"]

    def _confirmed(self) -> list[Part]:
        hashed, stands = self._stands()
        lines = [self._say(_HASH, hash=hashed or _NONE.say(self._lang))]
        lines[0] += self._say(_HASHED)
        lines += [self._say(_STANDS[said], who=who) for who, said in stands.items()]
        return [*self._heading(_CONFIRMED), *(Words(line, small=True) for line in lines)]

    def _seals(self, every: bool) -> list[Part]:
        seen = None if self._of_case is None else self._of_case.seen
        names = list(self._stands()[1]) if every else [issuer(seen, self._me)]
        return [Seal(tuple(names), self._say(_SEAL), self._say(_DATE))]

    def _past(self) -> list[Part]:
        words = ""
        if not self._form.lists:
            words = self._history()
        now = when(self._service.ground.clock_ms())
        words += self._say(_PRINTED, who=self._who(self._me, self._desk.asked.post), when=now)
        return [Words(words, small=True)]

    def _history(self) -> str:
        record = self._service.record(self._ledger, self._from(of_case=False).seen.id)
        order = record.order()
        first, last = (
            {
                "who": self._who(self._ledger.members.name_of(one.township), one.content.post),
                "when": when(one.entry.header.claimed_ms),
            }
            for one in (order[0], order[-1])
        )
        return self._say(_BEGUN, **first) + self._say(_CHANGED, n=len(order), **last)

    def _every(self, section: Every) -> list[Part]:
        kind = kind_named(section.kind)
        assert not kind.sealed, "a list is made of what everybody reads"
        rows = self._service.ground.model.records(self._ledger.n, kind.name)
        lines = [self._line(row.id, section.fields) for row in rows]
        lines.sort()
        heads = [_TOWNSHIP, *(kind.by_name[name].label for name in section.fields), _ID]
        grid = Grid(tuple(h.say(self._lang) for h in heads), tuple(lines))
        return [grid, Words(self._say(_COUNT, n=len(lines)), small=True)]

    def _line(self, record: RecordId, fields: Sequence[str]) -> tuple[str, ...]:
        values = Values(self._service, self._ledger, self._desk.open(record), self._lang)
        home = self._ledger.members.name_of(values.seen.home)
        return (home, *(values.field(name) for name in fields), record.hex()[:_SHORT])

    def _who(self, township: str, post: str) -> str:
        return f"{township} {post}".strip()

    def _say(self, words: Text, **facts: object) -> str:
        return words.say(self._lang).format(**facts)


def _grade(of: FieldType, value: Scalar) -> int:
    """The place of a value among those declared; last where there is none."""
    order = of.order()
    return order.index(value) if value in order else len(order)


def _heading(text: str) -> Heading:
    return Heading(text[:1].upper() + text[1:])
