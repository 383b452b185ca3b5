"""What the shell offers for a choice: the labels that begin as typed, or whose initials in pinyin do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from crdt.kinds.types import Choice, FieldType

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Completer = Callable[[click.Context, click.Parameter, str], list["CompletionItem"]]


def offers(of: FieldType) -> _Completer | None:
    """For an option or argument that takes a value of this type; None where there is nothing to offer."""
    if not isinstance(of, Choice):
        return None

    def offered(
        _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from node.choosing import beginning

        found = []
        for code in beginning(of, incomplete):
            zh, en = of.labels[code]
            found.append(CompletionItem(code if code.startswith(incomplete) else zh, help=en))
        return found

    return offered
