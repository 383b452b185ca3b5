"""The kind `evidence`: what a paper or photograph is, where it lies, and its hash. Sealed; the file itself
stays where it is. Declares; knows no record."""

from __future__ import annotations

from crdt.kinds.enumerations import choice
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import Hash
from crdt.kinds.types import Day, Line, Number
from keys.errors import Text

_KIND = choice(
    ("document", "书证", "document"),
    ("photo", "照片", "photograph"),
    ("recording", "录音录像", "recording"),
    ("object", "物证", "object"),
    ("map", "图纸", "map or drawing"),
    ("statement", "证言", "statement"),
    ("opinion", "鉴定、勘验意见", "expert opinion"),
)

KIND = Kind(
    name="evidence",
    table="evidence",
    label=Text("证据材料", "piece of evidence"),
    sealed=True,
    about="case",
    title=("kind_of", "called"),
    fields=(
        Field(name="kind_of", label=Text("类型", "kind of evidence"), type=_KIND, required=True),
        Field(name="called", label=Text("名称", "what it is"), type=Line(80), required=True),
        Field(name="by", label=Text("提供人代称", "given by, alias"), type=Line(20)),
        Field(name="dated", label=Text("日期", "dated"), type=Day()),
        Field(name="pages", label=Text("页数", "pages"), type=Number()),
        Field(name="hash", label=Text("文件校验值", "hash of the file"), type=Hash()),
        Field(name="lies", label=Text("原件存放", "where the original lies"), type=Line()),
        Field(name="file", label=Text("本机文件", "file on this machine"), type=Line()),
        Field(name="remark", label=Text("说明", "remark"), type=Line()),
    ),
)
