"""The lines of a list as the bytes of a sheet, with the marks by which edits are told later. Pure."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from crdt.kinds.language import Field, Kind
from crdt.kinds.references import TownshipRef
from keys.errors import Text
from node.sheets import csvs, marks, xlsx
from node.sheets.columns import HOME, amount, columns_of, heading, text_of

Json = dict[str, Any]
_STEADY_MAX = 3


def render(
    kind: Kind, lines: Sequence[Json], lang: str, townships: Sequence[str], *, as_csv: bool
) -> bytes:
    """`lines`: id, home and row of the read model; `townships`: the names that may be chosen from."""
    fields = columns_of(kind)
    headings = [heading(kind, f, lang) for f in fields]
    title = marks.title_of(marks.Base(kind.name, tuple(f.name for f in fields), as_csv))
    rows = [_row(fields, line, lang) for line in lines]
    home = HOME.say(lang)
    if as_csv:
        names = [*headings, home, marks.ID_TITLE, title]
        return csvs.write(names, fields, [(*cells, by, *own) for own, cells, by in rows])
    book = xlsx.Book(
        title=_called(kind).say(lang),
        steady=_steady(kind, fields),
        lang=lang,
        hidden=(marks.ID_TITLE, title),
        headings=headings,
        fields=fields,
        more=(home,),
        rows=[(*own, *cells, by) for own, cells, by in rows],
        lists={f.name: townships for f in fields if isinstance(f.type, TownshipRef)},
    )
    return xlsx.write(book)


def _steady(kind: Kind, fields: Sequence[Field]) -> int:
    """How many columns stay in sight: those up to what tells records apart, where these are few."""
    names = [f.name for f in fields]
    last = max((names.index(name) + 1 for name in kind.title if name in names), default=0)
    return last if last <= _STEADY_MAX else 0


def _called(kind: Kind) -> Text:
    """As the printed list of these records is called, where there is one."""
    from node.forms.printed import forms

    lists = (
        form.label for form in forms().values() if form.lists and form.listed.kind == kind.name
    )
    return next(lists, kind.label)


def _row(fields: Sequence[Field], line: Json, lang: str) -> tuple[tuple[str, str], list[str], str]:
    """(id and mark, a text per field, who entered it)."""
    texts = [text_of(f.type, line["row"].get(f.name), lang) for f in fields]
    amounts = {f.name: _amount(f, t) for f, t in zip(fields, texts, strict=True)}
    return (line["id"], marks.mark_of(line["id"], amounts)), texts, line["home"]


def _amount(declared: Field, text: str) -> str:
    return _amount_of(declared.name, declared, text)


@functools.lru_cache(maxsize=65_536)
def _amount_of(_name: str, declared: Field, text: str) -> str:
    """Most rows say the same of most fields."""
    return amount(declared.type, text)
