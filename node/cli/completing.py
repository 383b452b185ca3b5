"""What the shell offers for a choice: the labels that begin as typed, or whose initials in pinyin do.

Names no kind and no field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from crdt.kinds.language import Kind
from crdt.kinds.types import Choice, Choices, FieldType, Slot
from node.cli import language
from node.cli.commands import Argument

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

        return [CompletionItem(word, help=about) for word, about in _beginning(of, incomplete)]

    return offered


def assignments(kind: Kind, name: str = "assignments", *, required: bool = False) -> Argument:
    """Words FIELD=VALUE of a kind."""
    offered = _values_of(kind)
    return Argument(name, language.ASSIGNMENT, nargs=-1, required=required, shell_complete=offered)


def _values_of(kind: Kind) -> _Completer:
    """The values of the field that is named before the sign.

    bash parts a word at the sign and asks for what stands behind it; other shells ask for the whole word.
    """

    def offered(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        name, sign, begun = incomplete.partition("=")
        kept = name + sign
        if not sign:
            words = [str(word) for word in ctx.params.get(param.name or "") or () if word != "="]
            name, begun, kept = words[-1] if words else "", incomplete, ""
        declared = next((f for f in kind.fields if name in (f.name, *f.label)), None)
        of = declared.type if declared is not None else None
        of = of.of if isinstance(of, (Slot, Choices)) else of
        if not isinstance(of, Choice):
            return []
        return [CompletionItem(kept + word, help=about) for word, about in _beginning(of, begun)]

    return offered


def _beginning(of: Choice, begun: str) -> Iterator[tuple[str, str]]:
    """(what is offered, what it is in English)."""
    from node.choosing import beginning

    for code in beginning(of, begun):
        zh, en = of.labels[code]
        yield code if code.startswith(begun) else zh, en
