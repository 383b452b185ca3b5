"""Which language to speak, and the words that many commands share. Knows no command.

Chinese unless something asks for another language: `--lang`, then MULIN_LANG, then the locale. A locale
that says nothing (C, POSIX, unset) is that of a fresh machine, and our users' language is Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from keys.errors import Text

LANGUAGES = ("zh", "en")
_VARIABLES = ("MULIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_SILENT = ("", "C", "POSIX", "C.UTF-8", "C.utf8")

LEDGER = Text("账本", "ledger")
TOWNSHIP = Text("乡镇", "township")
ID = Text("编号", "ID")
FILE = Text("文件", "FILE")
VALUE = Text("内容", "VALUE")
ASSIGNMENT = Text("项目=内容", "FIELD=VALUE")
REASON = Text("理由", "REASON")
POST = Text("职务", "post")
WHEN = Text("时间", "time")
STATE = Text("状态", "state")
TITLE = Text("标题", "title")
YES = Text("是", "yes")
NO = Text("否", "no")
NOT_STATED = Text("未填", "not stated")
THIS_TOWNSHIP = Text("本乡镇", "this township")
BETWEEN = Text("、", ", ")


def choose(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """The language of this command: "zh" or "en"."""
    return _asked(argv) or _of_environment(environ)


def before_dashes(argv: Sequence[str]) -> Sequence[str]:
    """The words before a bare `--`: after it nothing is an option."""
    return argv[: argv.index("--")] if "--" in argv else argv


def _asked(argv: Sequence[str]) -> str | None:
    """`--lang` wherever it stands: also the sentence about a wrong option must be in this language."""
    words = before_dashes(argv)
    found = [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    found += [after for word, after in pairwise(words) if word == "--lang"]
    return next((lang for lang in found if lang in LANGUAGES), None)


def _of_environment(environ: Mapping[str, str]) -> str:
    for name in _VARIABLES:
        said = environ.get(name, "")
        if said not in _SILENT:
            return "zh" if said.lower().startswith("zh") else "en"
    return "zh"
