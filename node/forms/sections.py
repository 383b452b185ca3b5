"""Sections of a form become parts of a page: which words of which record stand where. Writes no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crdt.entry import RecordId
from crdt.kinds import KINDS, kind_named
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choice, Items, Prose
from crdt.view import View
from keys.errors import Text
from node.forms.desk import Desk
from node.forms.differences import differences
from node.forms.language import (
    Belonging,
    Confirmed,
    Contents,
    Counted,
    Differences,
    Every,
    Fields,
    Form,
    Hand,
    Linked,
    Listed,
    Long,
    Paper,
    Past,
    Said,
    Sealed,
    Section,
    Sheet,
    Signing,
)
from node.forms.lists import Lists, natural
from node.forms.page import (
    Foot,
    Grid,
    Heading,
    NewPage,
    Numbered,
    Pairs,
    Part,
    Room,
    Seal,
    Signed,
    Words,
)
from node.forms.statistics import statistics
from node.forms.values import BETWEEN, Values, on_paper
from node.officeclock import when
from node.reading import Reading

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
_HEADS = (
    Text("序号", "no."),
    Text("材料名称", "paper"),
    Text("系统内份数", "in the system"),
    Text("页号", "pages"),
    Text("备注", "remark"),
)
_PARTY = Text("当事人", "party")
_PARTY_ALIAS = Text("当事人（{alias}）", "party ({alias})")
_PARTIES_MIN = 2


def issuer(seen: View | None, township: str) -> str:
    """In whose name a paper about a record goes out: what the record says, else the township."""
    under = "" if seen is None else seen.kind.under
    if seen is None or not under or any(c.key == under for c in seen.conflicts):
        return township
    return str(seen.registers[under] or township)


class Sections:
    """The parts of one page. `values`: None where the form lists records; `of_case`: None where there is no
    case."""

    def __init__(
        self,
        desk: Desk,
        form: Form,
        lang: str,
        values: Values | None = None,
        of_case: Values | None = None,
        case: RecordId | None = None,
        lists: Lists | None = None,
    ) -> None:
        self._desk = desk
        self._service = desk.service
        self._ledger = desk.ledger
        self._form = form
        self._lang = lang
        self._values = values
        self._of_case = of_case
        self._case = case
        self._lists = lists or Lists(desk, lang)
        self._me = self._ledger.members.name_of(self._ledger.me)

    def parts(self) -> list[Part]:
        return [part for section in self._form.sections for part in self._section(section)]

    def _section(self, section: Section) -> Iterable[Part]:
        match section:
            case Fields():
                return self._fields(section)
            case Long():
                return self._long(section)
            case Listed():
                return self._listed(section)
            case Belonging():
                return self._belonging(section)
            case Linked():
                return self._lists.linked(section, self._from(of_case=False).seen)
            case Contents():
                return self._contents(section)
            case Confirmed():
                return self._confirmed()
            case Signing():
                return self._signing(section)
            case Sealed():
                return self._seals(section)
            case Differences():
                return differences(self._desk, self._from(of_case=False).seen, self._lang)
            case Past():
                return self._past()
            case Counted():
                return statistics(self._desk, self._lists.chosen, self._lang)
            case Every():
                return self._lists.every(section)
        return self._fixed(section)

    def _fixed(self, section: Said | Hand | Sheet) -> Iterable[Part]:
        """What stands on the form whatever the record says."""
        match section:
            case Said(lines=lines, heading=heading):
                members = BETWEEN.say(self._lang).join(
                    self._ledger.members.name_of(township)
                    for township in self._ledger.members.cards
                )
                said = (Words(self._say(line, members=members)) for line in lines)
                return [*self._heading(heading), *said]
            case Hand(lines=lines, heading=heading):
                return [*self._heading(heading), Room(lines)]
            case Sheet(title=title):
                return [NewPage(title.say(self._lang)[:1].upper() + title.say(self._lang)[1:])]

    def _from(self, of_case: bool) -> Values:
        found = self._of_case if of_case else self._values
        assert found is not None, "a list is about no single record"
        return found

    def _heading(self, words: Text) -> list[Part]:
        said = words.say(self._lang)
        return [_heading(said)] if said else []

    def _fields(self, section: Fields) -> list[Part]:
        if section.of_case and self._of_case is None:
            kind = kind_named(self._form.about)
            blank = tuple((on_paper(kind.by_name[n].label, self._lang), "") for n in section.names)
            return [*self._heading(section.heading), Pairs(blank)]
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
                    found += self._long(Long(name=declared.name))
        return found

    def _long(self, section: Long) -> list[Part]:
        values, name = self._from(section.of_case), section.name
        heading = _heading(on_paper(values.kind.by_name[name].label, self._lang))
        said = values.field(name)
        return [heading, *(map(Words, said.split("\n")) if said else [Room(section.lines)])]

    def _listed(self, section: Listed) -> list[Part]:
        values = self._from(section.of_case)
        declared = values.kind.by_name[section.name]
        assert isinstance(declared.type, Items), "items are listed"
        rows, parts = values.rows(section.name), declared.type.fields
        label = on_paper(declared.label, self._lang)
        if len(parts) == 1:
            said = BETWEEN.say(self._lang).join(row[0] for row in rows)
            return [Pairs(((label, said),))]
        if not section.number:
            heads = tuple(on_paper(head, self._lang) for _, head, _ in parts)
            blank = [("",) * len(parts)] * section.blank
            return [_heading(label), Grid(heads, tuple(rows or blank))]
        if not rows:
            return [_heading(label), Room(2 * section.blank)]
        at = next(i for i, (name, _, _) in enumerate(parts) if name == section.number)
        listed = [(row[at], "\n".join(row[:at] + row[at + 1 :])) for row in rows]
        listed.sort(key=lambda row: natural(row[0]))
        return [_heading(label), Numbered(tuple(listed))]

    # --- what is sealed ----------------------------------------------------------------------

    def _belonging(self, section: Belonging) -> list[Part]:
        kind = kind_named(section.kind)
        opened, closed = self._opened(kind, section.fields)
        if same := section.same:
            mine = self._from(of_case=False).seen.registers[same]
            opened, closed = [seen for seen in opened if seen.registers[same] == mine], 0
        values = [Values(self._service, self._ledger, seen, self._lang) for seen in opened]
        rows = [tuple(one.field(name) for name in section.fields) for one in values]
        blank = [("",) * len(section.fields)] * section.blank
        heads = tuple(kind.by_name[name].label.say(self._lang) for name in section.fields)
        found = [*self._heading(section.heading), Grid(heads, tuple(rows or blank))]
        if rows and self._form.names:
            found.append(Words(self._say(_NOTE), small=True))
        if closed:
            found.append(Words(self._say(_CLOSED, n=closed), small=True))
        return found

    def _opened(self, kind: Kind, names: Sequence[str]) -> tuple[list[View], int]:
        """The records of a kind that belong to the case and may be read here, in order; how many may not."""
        if self._case is None:
            return [], 0
        records, closed = self._desk.belonging(self._case, kind)
        fields = [kind.by_name[name] for name in names]
        fields.sort(
            key=lambda f: not isinstance(f.type, Choice)
        )  # by codes first, then as they read
        opened = [self._desk.open(record) for record in records]
        opened.sort(key=lambda seen: [_place(seen, declared) for declared in fields])
        return opened, closed

    def _contents(self, section: Contents) -> list[Part]:
        assert self._case is not None, "a file is that of a case"
        rows = [
            (str(n), paper.title.say(self._lang), self._count(paper), "", "")
            for n, paper in enumerate(section.parts, 1)
        ]
        heads = tuple(head.say(self._lang) for head in _HEADS)
        closed = self._desk.closed(self._case)
        rest = [Words(self._say(_CLOSED, n=closed), small=True)] if closed else []
        return [Grid(heads, tuple(rows)), *rest]

    def _count(self, paper: Paper) -> str:
        """How many of it are in the system. Raises PurposeNeeded where it has to be looked at for that."""
        if not paper.kind or self._case is None:
            return ""
        records, _ = self._desk.belonging(self._case, kind_named(paper.kind))
        if paper.only is not None:
            name, codes = paper.only
            records = [r for r in records if self._desk.open(r).registers[name] in codes]
        return str(len(records) or "")

    def _signing(self, section: Signing) -> list[Part]:
        labels = [label.say(self._lang) for label in section.labels]
        if section.parties:
            signs = [self._say(_PARTY_ALIAS, alias=alias) for alias in self._aliases()]
            signs += [self._say(_PARTY)] * (_PARTIES_MIN - len(signs))
            labels = signs + labels
        places = tuple(self._say(_SIGNED, who=label) for label in labels)
        return [Signed(places, self._say(_DATE))]

    def _aliases(self) -> list[str]:
        """What stands for the parties that may be read here."""
        found: list[str] = []
        for kind in KINDS.values():
            if kind.identifies is not None:
                alias = kind.identifies.alias
                graded = [f.name for f in kind.fields if isinstance(f.type, Choice)]
                opened, _ = self._opened(kind, (*graded[:1], alias))
                found += [str(said) for seen in opened if (said := seen.registers[alias])]
        return list(dict.fromkeys(found))

    # --- who says so -------------------------------------------------------------------------

    def _stands(self) -> tuple[str | None, dict[str, str]]:
        seen = self._from(of_case=False).seen
        shape = Reading(self._service, self._lang).record(self._ledger, seen.id)
        told = shape.get("agreed", {"hash": None, "townships": {}})
        return told["hash"], told["townships"]

    def _confirmed(self) -> list[Part]:
        hashed, stands = self._stands()
        lines = [self._say(_HASH, hash=hashed or _NONE.say(self._lang))]
        lines[0] += self._say(_HASHED) if self._form.names else ""
        lines += [self._say(_STANDS[said], who=who) for who, said in stands.items()]
        return [*self._heading(_CONFIRMED), *(Words(line, small=True) for line in lines)]

    def _seals(self, section: Sealed) -> list[Part]:
        names = list(self._stands()[1]) if section.all_confirming else []
        for name in section.of:
            seen = self._from(of_case=False).seen
            said = seen.sets[name] if name in seen.sets else [seen.registers[name]]
            ids = (bytes.fromhex(one) if isinstance(one, str) else one for one in said)
            names += [self._ledger.members.name_of(one) for one in ids if isinstance(one, bytes)]
        about = None if self._of_case is None else self._of_case.seen
        return [Seal(tuple(names or [issuer(about, self._me)]), self._say(_SEAL), self._say(_DATE))]

    def _past(self) -> list[Part]:
        words = ""
        if self._values is not None:
            words = self._history()
        now = when(self._service.ground.clock_ms())
        words += self._say(_PRINTED, who=self._who(self._me, self._desk.asked.post), when=now)
        return [Foot(words)]

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

    def _who(self, township: str, post: str) -> str:
        return f"{township} {post}".strip()

    def _say(self, words: Text, **facts: object) -> str:
        return words.say(self._lang).format(**facts)


def _place(seen: View, declared: Field) -> list[tuple[int, int, str]]:
    """Where a record stands among others by one field: by the order of its codes, else by what it says."""
    order, value = declared.type.order(), seen.registers.get(declared.name)
    return [(0, order.index(value), "")] if value in order else natural(value)


def _heading(text: str) -> Heading:
    return Heading(text[:1].upper() + text[1:])
