"""The words in which a form is declared: a list of sections that name fields and say fixed texts.

A section about fields of the record says so by their names; `of_case` takes them from the case that it
belongs to. Everything is in both languages. Knows no record and no node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

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
    """One long text below its label, as paragraphs."""

    name: str
    of_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The items of a collection. `number`: the part by which they are numbered paragraphs, else a table."""

    name: str
    number: str = ""
    of_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """The sealed records of a kind that belong to the same case and may be read here, as a table."""

    kind: str
    fields: tuple[str, ...]
    heading: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds, in order: (title, kind that the node keeps of it or "")."""

    parts: tuple[tuple[Text, str], ...]
    heading: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Fixed words, one paragraph each."""

    lines: tuple[Text, ...]
    heading: Text = NO_HEADING


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The hash of a text and what every township says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Places to sign."""

    labels: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The place for the seal. `all_confirming`: of every township that takes part, else of this one."""

    all_confirming: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """Who entered it, who changed it last, and who prints it."""


@dataclass(frozen=True, slots=True)
class Break:
    """A new page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """All records of an open kind as a table, with a column for each of these fields."""

    kind: str
    fields: tuple[str, ...]


Section: TypeAlias = (
    Fields | Long | Listed | Belonging | Contents | Said | Confirmed | Signing | Sealed | Past | Break | Every
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`kind`: of which records it is made, "" any, and none where it lists `every` record of a kind.

    `only`: (field, value): it is for records that say so. `final`: refused while something that has to be
    settled first is open. `names`: parties are called by name where their records may be read.
    """

    name: str
    label: Text
    kind: str = ""
    sections: tuple[Section, ...]
    only: tuple[str, str] | None = None
    final: bool = False
    names: bool = False
    wide: bool = False

    @property
    def lists(self) -> bool:
        """Whether it is about no single record."""
        return any(isinstance(s, Every) for s in self.sections)
