"""click's groups, commands and options with every word in two languages. Knows no command of ours.

A command holds its texts in both languages and chooses when it is asked for help. The options that every
command takes (`--lang --home --json --ledger --as`) are understood before and after the command's name,
because people type them where they think of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import click

from keys.errors import Text
from node.cli import layout
from node.cli.face import Face
from node.cli.language import LANGUAGES
from node.cli.mistakes import CommandMissing, Surplus

NO_VALUE = Text("", "")
_USAGE = Text("用法：", "Usage: ")
_OPTIONS = Text("选项：", "Options:")
_COMMANDS = Text("命令：", "Commands:")
_EXAMPLE = Text("例：", "Example:")
_ANY_OPTIONS = Text("[选项]", "[OPTIONS]")
_ANY_COMMAND = Text("命令 …", "COMMAND …")
_REQUIRED = Text("必填", "required")
_DEFAULT = Text("缺省 {value}", "default {value}")
_HELP = Text("显示这份帮助", "show this help")
_COMMON = Text("各命令通用：", "Every command also takes:")
_COMMON_SHORT = Text(
    "通用选项 --lang --home --json --ledger --as 见 mulin --help",
    "The common options --lang --home --json --ledger --as: see mulin --help",
)


class Option(click.Option):
    """An option with its explanation and the name of its value in both languages."""

    def __init__(
        self, spelling: str, about: Text, value: Text = NO_VALUE, *, name: str = "", **more: Any
    ) -> None:
        super().__init__([name, spelling] if name else [spelling], **more)
        self.about = about
        self.value = value

    def shown(self, lang: str) -> tuple[str, str]:
        """(spelling with its value, explanation)."""
        value = self.value.say(lang)
        if isinstance(self.type, click.Choice):
            value = "|".join(str(c) for c in self.type.choices)
        left = " ".join(part for part in (", ".join(self.opts), value) if part)
        extra = [_REQUIRED.say(lang)] if self.required else []
        if self.show_default:
            extra.append(_DEFAULT.say(lang).format(value=self.default))
        about = self.about.say(lang)
        return left, f"{about} [{'; '.join(extra)}]" if extra else about


class Argument(click.Argument):
    """An argument with its name in both languages."""

    def __init__(self, name: str, label: Text, **more: Any) -> None:
        super().__init__([name], **more)
        self.label = label

    def shown(self, lang: str) -> str:
        text = self.label.say(lang) + ("…" if self.nargs == -1 else "")
        return text if self.required else f"[{text}]"


class Common(Option):
    """An option of every command; it tells the face and not the command."""

    def __init__(
        self, spelling: str, about: Text, value: Text, attribute: str, **more: Any
    ) -> None:
        super().__init__(
            spelling,
            about,
            value,
            name="common_" + attribute,
            expose_value=False,
            callback=self._tell,
            **more,
        )
        self.attribute = attribute

    def _tell(self, ctx: click.Context, _param: click.Parameter, value: object) -> None:
        if value not in (None, False) and not ctx.resilient_parsing:
            setattr(face_of(ctx), self.attribute, value)


COMMON = (
    Common(
        "--lang",
        Text("说哪种语言", "which language to speak"),
        Text("zh|en", "zh|en"),
        "lang",
        type=click.Choice(LANGUAGES),
    ),
    Common(
        "--home",
        Text(
            "节点目录（MULIN_HOME，缺省 ~/.mulin）",
            "the node's folder (MULIN_HOME, default ~/.mulin)",
        ),
        Text("目录", "DIR"),
        "folder",
    ),
    Common(
        "--json",
        Text("输出 JSON，供程序读取", "print JSON for programs"),
        NO_VALUE,
        "json",
        is_flag=True,
    ),
    Common(
        "--ledger",
        Text("用哪个账本：名称或编号开头", "which ledger: its name or the start of its id"),
        Text("账本", "NAME"),
        "ledger_name",
    ),
    Common(
        "--as",
        Text("以什么职务填写", "in which post you write"),
        Text("职务", "POST"),
        "post_typed",
    ),
)


NO_NAME = Common(
    "--no-name",
    Text("确认其中没有当事人信息", "it holds nothing about a party: confirmed"),
    NO_VALUE,
    "no_name",
    is_flag=True,
)
"""Of every command that writes words which all members read."""


def face_of(ctx: click.Context) -> Face:
    """The face of this invocation."""
    face = ctx.find_object(Face)
    assert face is not None, "a command runs with a face"
    return face


class Command(click.Command):
    """A command; its callback takes the face first and returns its exit code, or None for 0."""

    def __init__(
        self,
        name: str,
        about: Text,
        params: Sequence[click.Parameter],
        callback: Callable[..., int | None],
        example: str | Text,
    ) -> None:
        super().__init__(name, callback=callback, params=list(params))
        self.about = about
        self.example = example

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *COMMON]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        with _placed(ctx):
            left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            raise Surplus(what=left[0][:40])
        return left

    def invoke(self, ctx: click.Context) -> Any:
        assert self.callback is not None, "a command does something"
        return ctx.invoke(self.callback, face_of(ctx), **ctx.params)

    def get_help(self, ctx: click.Context) -> str:
        lang, cells = face_of(ctx).lang, layout.width()
        arguments = [p.shown(lang) for p in self.params if isinstance(p, Argument)]
        usage = " ".join([ctx.command_path, _ANY_OPTIONS.say(lang), *arguments])
        rows = [p.shown(lang) for p in self.params if isinstance(p, Option)]
        rows.append(("--help", _HELP.say(lang)))
        options = layout.definitions(rows, cells)
        parts = [
            _head(usage, self.about, lang, cells),
            f"{_OPTIONS.say(lang)}\n{options}",
            layout.indent(_COMMON_SHORT.say(lang), 2, cells),
            _example(self.example, lang),
        ]
        return "\n\n".join(parts)


class Group(click.Group):
    """Commands under one name. `default` is the one that runs when none is named."""

    def __init__(
        self,
        name: str,
        about: Text,
        commands: Iterable[click.Command] = (),
        *,
        example: str | Text,
        default: str | None = None,
        params: Sequence[click.Parameter] = (),
    ) -> None:
        super().__init__(
            name,
            commands={c.name: c for c in commands if c.name},
            params=list(params),
            callback=self._without_command,
            invoke_without_command=True,
        )
        self.about = about
        self.example = example
        self.default = default

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *COMMON]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _placed(ctx):
            return super().parse_args(ctx, args)

    def _without_command(self, **_: object) -> int | None:
        ctx = click.get_current_context()
        if ctx.invoked_subcommand is not None:
            return None
        if self.default is None:
            face_of(ctx).line(self.get_help(ctx))
            raise CommandMissing(what=ctx.command_path)
        command = self.commands[self.default]
        with command.make_context(self.default, [], parent=ctx) as below:
            found: int | None = command.invoke(below)
        return found

    def sections(self) -> Sequence[tuple[Text, Sequence[str]]]:
        """Headings with the names below them; the root has several."""
        return [(_COMMANDS, list(self.commands))]

    def rows(self, ctx: click.Context, names: Sequence[str], lang: str) -> list[tuple[str, str]]:
        """What help lists below a heading: each name with its sentence."""
        found = [(n, c) for n in names if (c := self.get_command(ctx, n)) is not None]
        return [(n, summary(c, lang)) for n, c in found]

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return [name for _, names in self.sections() for name in names]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        found = self.get_command(ctx, name)
        if found is None and not ctx.resilient_parsing:
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(name[:40], possibilities=known, ctx=ctx)
        return name if found else None, found, args[1:]

    def get_help(self, ctx: click.Context) -> str:
        lang, cells = face_of(ctx).lang, layout.width()
        usage = f"{ctx.command_path} {_ANY_OPTIONS.say(lang)} {_ANY_COMMAND.say(lang)}"
        parts = [_head(usage, self.about, lang, cells)]
        for heading, names in self.sections():
            rows = self.rows(ctx, names, lang)
            parts.append(f"{heading.say(lang)}\n{layout.definitions(rows, cells)}")
        if ctx.parent is None:
            common = [*(p.shown(lang) for p in COMMON), ("--help", _HELP.say(lang))]
            parts.append(f"{_COMMON.say(lang)}\n{layout.definitions(common, cells)}")
            own = [p.shown(lang) for p in self.params if isinstance(p, Option)]
            parts.append(f"{_OPTIONS.say(lang)}\n{layout.definitions(own, cells)}")
        parts.append(_example(self.example, lang))
        return "\n\n".join(parts)


@contextlib.contextmanager
def _placed(ctx: click.Context) -> Iterator[None]:
    """A fault of the words knows of which command: click's parser does not always tell."""
    try:
        yield
    except click.UsageError as fault:
        fault.ctx = fault.ctx or ctx
        raise


def command(
    name: str, about: Text, *params: click.Parameter, example: str | Text
) -> Callable[[Callable[..., int | None]], Command]:
    """Make a command of a function. The first line of `about` stands in lists of commands."""
    return lambda function: Command(name, about, params, function, example)


def summary(of: click.Command, lang: str) -> str:
    """One line about a command."""
    about = getattr(of, "about", None)
    if isinstance(about, Text):
        return about.say(lang).partition("\n")[0]
    return of.get_short_help_str()


def _head(usage: str, about: Text, lang: str, cells: int) -> str:
    first = layout.wrap(_USAGE.say(lang) + usage, cells)
    return "\n".join(first) + "\n\n" + layout.indent(about.say(lang), 2, cells)


def _example(example: str | Text, lang: str) -> str:
    text = example if isinstance(example, str) else example.say(lang)
    lines = "\n".join("  " + line for line in text.split("\n"))
    return f"{_EXAMPLE.say(lang)}\n{lines}"
