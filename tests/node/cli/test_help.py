"""Every command explains itself in both languages, fits 80 cells, and ends with an example that works."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys

import click
import pytest
from rich.cells import cell_len

from crdt.kinds import KINDS
from node.cli.commands import Command, Group
from node.cli.face import Face
from node.cli.main import root
from tests.support.clerk import mulin

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"\b[A-Za-z]{3,}\b")


def _commands(
    of: click.Command, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command and group with the words that name it."""
    found = [(path, of)]
    if isinstance(of, click.Group):
        with click.Context(of, obj=Face([], {})) as ctx:
            for name in of.list_commands(ctx):
                below = of.get_command(ctx, name)
                assert below is not None
                found += _commands(below, (*path, name))
    return found


ALL = _commands(root)
PATHS = [path for path, _ in ALL]


def test_the_commands_are_those_that_were_promised() -> None:
    promised = """init|card|config|run|status|doctor|verify|backup|peers|sync|find|log|kinds|bench
        ledger new|ledger accept|ledger list|ledger show|item add|item edit|item remove
        case new|case list|case show|case set|case move|case note|case confirm
        contact new|contact list|contact show|contact set
        bundle export|bundle import|bundle receipt|drop add|drop list|drop remove|drop sync
        conflicts list|conflicts show|conflicts settle|forks list
        calendar|calendar show|calendar due|calendar import|calendar export"""
    words = {tuple(part.split()) for part in re.split(r"[|\n]", promised)}
    for kind in KINDS:
        verbs = ("new", "list", "show", "set", "history", "export")
        words |= {(kind, verb) for verb in verbs} | {("record", kind, verb) for verb in verbs}
    assert words <= set(PATHS)


@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_speaks_the_language_and_ends_with_an_example(
    path: tuple[str, ...], lang: str
) -> None:
    done = mulin(*path, "--help", "--lang", lang)
    assert done.code == 0
    assert done.err == ""
    lines = done.out.rstrip("\n").split("\n")
    assert max(map(cell_len, lines)) <= 80
    assert lines[-1].strip().startswith("mulin ")
    begins, title = ("用法：mulin", "例：") if lang == "zh" else ("Usage: mulin", "Example:")
    assert lines[0].startswith(begins)
    assert title in lines
    explained = "\n".join(lines[1 : lines.index(title)])
    if lang == "en":
        without_names = re.sub(r"邀请-\w+|[（）]", "", explained)
        assert not _CHINESE.search(without_names), explained
    else:
        assert _CHINESE.search(explained)
        latin = set(_LATIN_WORD.findall(explained.replace("--help", "")))
        assert not {"Options", "Usage", "Commands", "required", "default", "help"} & latin


@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_example_is_a_command_that_parses(path: tuple[str, ...], lang: str) -> None:
    of = dict(ALL)[path]
    assert isinstance(of, (Command, Group))
    text = of.example if isinstance(of.example, str) else of.example.say(lang)
    for line in text.split("\n"):
        program, *words = shlex.split(line)
        assert program == "mulin"
        _parse(root, "mulin", words, None)


def _parse(of: click.Command, name: str, words: list[str], parent: click.Context | None) -> None:
    """Parse as the program does, down to the last command, and run nothing. Raises what it would say."""
    more = {"obj": Face([], {})} if parent is None else {}
    with of.make_context(name, list(words), parent=parent, **more) as ctx:
        if isinstance(of, click.Group):
            rest = [*ctx._protected_args, *ctx.args]
            below_name, below, left = of.resolve_command(ctx, rest)
            assert below is not None
            _parse(below, str(below_name), left, ctx)


def test_a_group_without_a_command_shows_its_help_and_says_what_is_missing() -> None:
    done = mulin("case")
    assert done.code == 2
    assert done.out.startswith("用法：mulin case")
    assert done.err == "“mulin case”后面还要写一个命令。\n"


@pytest.mark.parametrize(
    ("env", "lang"),
    (
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        ({"LC_ALL": "en_GB", "LC_MESSAGES": "zh_CN"}, "en"),
        ({"MULIN_LANG": "zh", "LC_ALL": "en_US"}, "zh"),
        ({"MULIN_LANG": "en", "LANG": "zh_CN"}, "en"),
    ),
)
def test_the_locale_chooses_the_language(env: dict[str, str], lang: str) -> None:
    assert mulin("--help", env=env).out.startswith("用法" if lang == "zh" else "Usage")


@pytest.mark.parametrize(
    "words",
    (
        ("--lang", "en", "case", "list", "--help"),
        ("case", "--lang", "en", "list", "--help"),
        ("case", "list", "--help", "--lang", "en"),
        ("case", "list", "--lang=en", "--help"),
    ),
)
def test_the_language_may_stand_anywhere(words: tuple[str, ...]) -> None:
    assert mulin(*words, env={"LANG": "zh_CN"}).out.startswith("Usage: mulin case list")


def test_a_narrow_window_gets_narrow_help() -> None:
    done = mulin("case", "new", "--help", env={"COLUMNS": "50"})
    example = done.out.index("例：")
    assert max(map(cell_len, done.out[:example].split("\n"))) <= 50


def test_the_version_is_told() -> None:
    assert mulin("--version").out.startswith("mulin ")
    assert "version" in mulin("--version", "--json").json


@pytest.mark.parametrize("words", (["--help"], ["case", "new", "--help"], ["case", "nwe"]))
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """What a clerk waits for at every command: neither the engine, the store nor the network."""
    heavy = [
        "aiohttp",
        "automerge",
        "cryptography",
        "rich.console",
        "segno",
        "sqlite_utils",
        "asyncio",
    ]
    code = (
        "import json, sys; from node.cli.main import main; "
        f"main({words}); "
        f"print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []
