"""What a record says as texts for paper. Where townships differ every statement stands with who made it, and
the fail-safe value does not: paper has no second look. Knows no form.
"""

from __future__ import annotations

from collections.abc import Callable

from crdt.conflicts import Conflict
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choices, FieldType, Flag, Items, Line, Prose, Scalar, Slot, Townships
from crdt.operations import REMOVED, split_key
from crdt.view import Item, View
from keys.errors import Text
from node.ledgers import Ledger
from node.reading import Json, Reading
from node.rows import show
from node.service import Service

BETWEEN = Text("、", ", ")
SAID = Text("{who}：{what}", "{who}: {what}")
_POST = Text("{township}（{post}）", "{township} ({post})")
_DIFFER = Text("【待核对】", "[to be settled]")
_KEPT = Text("【都保留】", "[both kept]")
_GONE = Text("撤回这一条", "withdraws this item")
_STAYS = Text("保留这一条", "keeps this item")
_NOTHING = Text("未填", "not stated")
_TEXTS = (Line, Prose)
_ADVICE = Text("（不写姓名）", ", no names")
"""What a label says to who types, and not to who reads paper."""
Named = Callable[[str], str]


def on_paper(label: Text, lang: str) -> str:
    """The label of a field as it is printed."""
    return label.say(lang).removesuffix(_ADVICE.say(lang))


class Values:
    """The texts of one record. `named`: puts names where aliases stand; it is asked for typed texts only."""

    def __init__(
        self, service: Service, ledger: Ledger, seen: View, lang: str, named: Named = str
    ) -> None:
        self._ledger = ledger
        self._lang = lang
        self._named = named
        self.seen = seen
        reading = Reading(service, lang)
        kept = service.kept(service.record(ledger, seen.id))
        self._questions = {c.key: self._all_said(reading, c, _DIFFER) for c in seen.conflicts}
        self._questions |= {c.key: self._all_said(reading, c, _KEPT) for c in kept}

    @property
    def kind(self) -> Kind:
        return self.seen.kind

    def field(self, name: str) -> str:
        """Everything stated under a field, "" nothing; items in one line each."""
        declared = self.seen.kind.by_name[name]
        match declared.type:
            case Choices() | Townships():
                marked = [m for m in self.seen.sets[name] if f"{name}/{m}" not in self._questions]
                shown = [self._member(declared.type, m) for m in marked]
                return self._lines(BETWEEN.say(self._lang).join(shown), *self._beside(declared))
            case Slot(of=of):
                slots = self.seen.slots[name].items()
                clear = [(m, v) for m, v in slots if f"{name}/{m}" not in self._questions]
                said = (self._say(SAID, who=self._who(m), what=self.shown(of, v)) for m, v in clear)
                return self._lines(*said, *self._beside(declared))
            case Items():
                return "\n".join(" · ".join(c for c in row if c) for row in self.rows(name))
        if (question := self._questions.get(name)) is not None:
            return question
        return self.shown(declared.type, self.seen.registers[name])

    def rows(self, name: str) -> list[tuple[str, ...]]:
        """The items of a collection, a cell for each part; in the order in which they were added."""
        of = self.seen.kind.by_name[name].type
        assert isinstance(of, Items), "only a collection has rows"
        return [self._row(name, of, item) for item in self.seen.items[name] if not item.removed]

    def item(self, name: str, item: Item, part: str, of: FieldType) -> str:
        question = self._questions.get(f"{name}/{item.name}/{part}")
        return question if question is not None else self.shown(of, item.fields.get(part))

    def shown(self, of: FieldType, value: Scalar) -> str:
        text = show(of, value, self._lang, self._ledger)
        return self._named(text) if isinstance(of, _TEXTS) else text

    # --- parts -------------------------------------------------------------------------------

    def _row(self, name: str, of: Items, item: Item) -> tuple[str, ...]:
        cells = [self.item(name, item, part, kind) for part, _, kind in of.fields]
        doubted = self._questions.get(f"{name}/{item.name}/{REMOVED}")
        if doubted is not None:
            cells[-1] = self._lines(cells[-1], doubted)
        return tuple(cells)

    def _member(self, of: Choices | Townships, member: str) -> str:
        return of.of.show(member, self._lang) if isinstance(of, Choices) else self._who(member)

    def _who(self, township_hex: str) -> str:
        return self._ledger.members.name_of(bytes.fromhex(township_hex))

    def _beside(self, declared: Field) -> list[str]:
        """Questions about single members of a set or slots."""
        found: list[str] = []
        for key, said in self._questions.items():
            name, member, _ = split_key(key)
            if name == declared.name and member is not None:
                of = declared.type
                known = isinstance(of, (Choices, Townships))
                shown = self._member(of, member) if known else self._who(member)  # type: ignore[arg-type]
                found.append(f"{shown}\n{said}")
        return found

    def _all_said(self, reading: Reading, about: Conflict, mark: Text) -> str:
        lines = [
            self._statement(about, one)
            for one in reading.conflict(self._ledger, about)["candidates"]
        ]
        return "\n".join([*lines, mark.say(self._lang)])

    def _statement(self, about: Conflict, said: Json) -> str:
        who = said["township"]
        if said["post"]:
            who = self._say(_POST, township=who, post=said["post"])
        what = said["shown"]
        if split_key(about.key)[2] == REMOVED:
            what = (_GONE if said["value"] else _STAYS).say(self._lang)
        elif isinstance(self.seen.kind.by_name[split_key(about.key)[0]].type, (Choices, Townships)):
            what = Flag().show(bool(said["value"]), self._lang)
        else:
            what = self._named(what) if what else _NOTHING.say(self._lang)
        return self._say(SAID, who=who, what=what)

    def _say(self, words: Text, **facts: str) -> str:
        return words.say(self._lang).format(**facts)

    @staticmethod
    def _lines(*parts: str) -> str:
        return "\n".join(part for part in parts if part)
