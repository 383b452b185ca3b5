"""The kind `case_private`: what a case is about, in its parties' words. Sealed. Declares; knows no record."""

from __future__ import annotations

from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Items, Line, Prose
from keys.errors import Text

_NOTE_ITEM = (
    ("alias", Text("当事人代称", "party's alias"), Line(20)),
    ("text", Text("内容", "text"), Line(2000, lines=True)),
)

KIND = Kind(
    name="case_private",
    table="case_private",
    label=Text("案情", "private facts"),
    sealed=True,
    about="case",
    title=("subject",),
    fields=(
        Field(name="subject", label=Text("事由", "subject"), type=Line(), required=True),
        Field(name="facts", label=Text("事实经过", "facts"), type=Prose()),
        Field(name="claims", label=Text("各方请求", "claims"), type=Prose()),
        Field(name="notes", label=Text("分当事人记录", "notes by party"), type=Items(_NOTE_ITEM)),
    ),
)
