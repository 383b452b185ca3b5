"""Who takes part in the demo set and what they do: members and acts. Knows no case and no contact.

An act is what a clerk does in one go. Its values are typed text, as on the command line: a township
is given by its code, a record by the `ref` of the act that made it, a set by codes parted by 、. `at` is the
office clock when it is done, YYYY-MM-DD HH:MM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Member:
    """A township that exists; `code` is its nine-digit place code."""

    code: str
    name: str
    county: str
    province: str


@dataclass(frozen=True, slots=True)
class New:
    """Make a record of `kind`; later acts call it `ref`. `by` is the acting township's code."""

    ref: str
    by: str
    at: str
    kind: str
    fields: dict[str, str]
    post: str


@dataclass(frozen=True, slots=True)
class Change:
    """State fields anew. A field with a place for each township means the place of `by`."""

    ref: str
    by: str
    at: str
    fields: dict[str, str]
    post: str
    reason: str
    unaware: bool = False
    """Said without having heard what others said of the record just before."""


@dataclass(frozen=True, slots=True)
class AddItem:
    """Add an item with these fields to a collection of the record."""

    ref: str
    by: str
    at: str
    collection: str
    fields: dict[str, str]
    post: str
    reason: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the words of the record as they stand, in the place of `by`."""

    ref: str
    by: str
    at: str
    post: str


@dataclass(frozen=True, slots=True)
class Serve:
    """Take the chair in a quarter that is the turn of `by`."""

    ref: str
    by: str
    at: str
    quarter: str


@dataclass(frozen=True, slots=True)
class Review:
    """Have the figures of a week counted; later acts call the record that they stand in `ref`."""

    ref: str
    by: str
    at: str
    week: str
    post: str


Act: TypeAlias = New | Change | AddItem | Confirm | Serve | Review

# Names and codes of the statistics code list. That 薛坪 and 新城 are neighbours is assumed.
FEDERATIONS: dict[str, tuple[Member, ...]] = {
    "jinma": (
        Member("430527210", "麻塘苗族瑶族乡", "绥宁县", "湖南"),
        Member("431225201", "金子岩侗族苗族乡", "会同县", "湖南"),
    ),
    "sanbian": (
        Member("621222103", "中寨镇", "文县", "甘肃"),
        Member("623023106", "博峪镇", "舟曲县", "甘肃"),
        Member("513225201", "永和乡", "九寨沟县", "四川"),
    ),
    "qdg": (
        Member("522301105", "三江口镇", "兴义市", "贵州"),
        Member("530324202", "鲁布革布依族苗族乡", "罗平县", "云南"),
        Member("451030103", "马蚌镇", "西林县", "广西"),
    ),
    "changping": (
        Member("420624104", "长坪镇", "南漳县", "湖北"),
        Member("420624105", "薛坪镇", "南漳县", "湖北"),
    ),
    "baisha": (
        Member("620521106", "白沙镇", "清水县", "甘肃"),
        Member("620521211", "新城乡", "清水县", "甘肃"),
    ),
}
