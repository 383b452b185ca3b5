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
    names: dict[str, str] = {}
    for kind in KINDS.values():
        if kind.identifies is None or case is None:
            continue
        for record in desk.belonging(case, kind)[0]:
            said = desk.open(record).registers
            alias, name = said[kind.identifies.alias], said[kind.identifies.by[0]]
            if isinstance(alias, str) and isinstance(name, str):
                names[alias] = name
    if not names:
        return str
    listed = sorted(names, key=len, reverse=True)
    # 甲方1 is not the beginning of 甲方10.
    pattern = re.compile(f"(?:{'|'.join(map(re.escape, listed))})(?![0-9０-９])")
    words = _ALIASED.say(lang)
    return lambda text: pattern.sub(
        lambda hit: words.format(name=names[hit[0]], alias=hit[0]), text
    )
