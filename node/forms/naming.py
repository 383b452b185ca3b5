"""Names where aliases stand: on paper only, and only of parties whose records may be read here."""

from __future__ import annotations

import re

from crdt.entry import RecordId
from crdt.kinds import KINDS
from keys.errors import Text
from node.forms.desk import Desk
from node.forms.values import Named

_ALIASED = Text("{name}（{alias}）", "{name} ({alias})")


def naming(desk: Desk, case: RecordId | None, lang: str) -> Named:
    """Puts the name of a party of the case before its alias, where all that is here says one name."""
    said: dict[str, set[str]] = {}
    for kind in KINDS.values():
        if kind.identifies is None or case is None:
            continue
        for record in desk.belonging(case, kind)[0]:
            stated = desk.open(record).registers
            alias, name = stated[kind.identifies.alias], stated[kind.identifies.by[0]]
            if isinstance(alias, str) and len(alias) > 1:
                # Nothing, where statements about the name differ: it is one more that is not the same.
                said.setdefault(alias, set()).add(str(name or ""))
    names = {alias: max(few) for alias, few in said.items() if len(few) == 1 and max(few)}
    if not names:
        return str
    listed = sorted(names, key=len, reverse=True)
    pattern = re.compile("|".join(map(_whole, listed)))
    words = _ALIASED.say(lang)
    return lambda text: pattern.sub(
        lambda hit: words.format(name=names[hit[0]], alias=hit[0]), text
    )


def _whole(alias: str) -> str:
    """甲方1 is not the beginning of 甲方10, nor A1 the end of BA1."""
    before = "(?<![0-9A-Za-z])" if alias[0].isascii() else ""
    return f"{before}{re.escape(alias)}(?![0-9０-９A-Za-z])"
