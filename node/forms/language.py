"""The words in which a form is declared: a list of sections that name fields and say fixed texts.

A section about fields of the record says so by their names; `of_case` takes them from the case that it
belongs to. Everything is in both languages. Knows no record and no node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from crdt.kinds import KINDS
from crdt.kinds.references import RecordRef
from keys.errors import Text

NO_HEADING = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Labels and values. No names: every field that the kind declares."""

    names: tuple[str, ...] = ()
    of_case: bool = False
    heading: Text = NO_HEADING


@dataclass(frozen=True, slots=True, kw_only=True)
class Long:
    """One long text below its label, as paragraphs. `lines`: room to write by hand where there is none."""

    name: str
    of_case: bool = False
    lines: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The items of a collection. `number`: the part by which they are numbered paragraphs, else a table, or a
    line where an item has one part only. `blank`: rows to fill in by hand where there is none."""

    name: str
    number: str = ""
    of_case: bool = False
    blank: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """The sealed records of a kind that belong to the same case and may be read here, as a table. `same`: the
    field in which they say the same as this record, "" all of them."""

    kind: str
    fields: tuple[str, ...]
    heading: Text
    same: str = ""
    blank: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The open records of a kind that name this one in the field `by`, or say there what this one says in
    `same`. `blank`: rows to fill in by hand where there is none."""

    kind: str
    by: str
    fields: tuple[str, ...]
    heading: Text
    same: str = ""
    blank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper of a file. `kind`: in which records the node keeps it, "" on paper only; `only`: (field,
    values), where not all records of the kind are meant."""

    title: Text
    kind: str = ""
    only: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds, in order."""

    parts: tuple[Paper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Fixed words, one paragraph each; {members} in them are the names of the members."""

    lines: tuple[Text, ...]
    heading: Text = NO_HEADING


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The hash of a text and what every township says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Places to sign. `parties`: first of all one for every party that may be read here, at least two."""

    labels: tuple[Text, ...]
    parties: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Room to write by hand, so many lines of it."""

    lines: int
    heading: Text = NO_HEADING


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What follows is a sheet of its own, with this title."""

    title: Text


@dataclass(frozen=True, slots=True)
class Differences:
    """What townships say differently in this record, room to settle it on paper, and what was settled."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The place for the seal. `all_confirming`: of every township that takes part; `of`: of those that these
    fields name; else, and where none is named, of this one."""

    all_confirming: bool = False
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """Who entered it, who changed it last, and who prints it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """The records of an open kind as a table, with a column for each of these fields.

    `order`: the fields by which they stand in order; `day`: the field that says when, by which a stretch of
    time is chosen; `coming`: the past only where it is asked for; `until`: a day after which it is left out.
    """

    kind: str
    fields: tuple[str, ...]
    order: tuple[str, ...] = ()
    day: str = ""
    coming: bool = False
    until: str = ""
    heading: Text = NO_HEADING


@dataclass(frozen=True, slots=True)
class Counted:
    """The statistics of a quarter or a year."""


Section: TypeAlias = (
    Fields | Long | Listed | Belonging | Linked | Contents | Said | Confirmed | Signing | Sealed | Hand
    | Sheet | Differences | Past | Every | Counted
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`kind`: of which records it is made, "" any, and none where it lists `every` record of a kind.

    `only`: (field, values): it is for records that say so. `final`: refused while something that has to be
    settled first is open. `names`: parties are called by name where their records may be read. `cover`: it
    begins with the cover of a file.
    """

    name: str
    label: Text
    kind: str = ""
    sections: tuple[Section, ...]
    only: tuple[str, tuple[str, ...]] | None = None
    final: bool = False
    names: bool = False
    wide: bool = False
    cover: bool = False

    @property
    def lists(self) -> bool:
        """Whether it is about no single record."""
        return any(isinstance(s, Every) for s in self.sections)

    @property
    def counts(self) -> bool:
        """Whether it is about a stretch of time."""
        return any(isinstance(s, Counted) for s in self.sections)

    @property
    def listed(self) -> Every:
        """What it lists: where several kinds stand on it, the last of them."""
        return [s for s in self.sections if isinstance(s, Every)][-1]

    @property
    def differs(self) -> bool:
        """Whether it is about what townships say differently."""
        return any(isinstance(s, Differences) for s in self.sections)

    @property
    def about(self) -> str:
        """The kind to which records of its kind belong, or that they name: a case; "" none."""
        if not self.kind:
            return ""
        declared = KINDS[self.kind]
        cases = {kind.about for kind in KINDS.values()} - {""}
        named = (f.type.kind for f in declared.fields if isinstance(f.type, RecordRef))
        return declared.about or next((kind for kind in named if kind in cases), "")

    @property
    def of_case(self) -> bool:
        """Whether it takes words from the case as well."""
        return any(getattr(s, "of_case", False) for s in self.sections)
