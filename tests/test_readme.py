"""What the README shows is true: every command in it parses, every make target exists, its SQL runs."""

from __future__ import annotations

import re
import shlex
import sqlite3
from pathlib import Path

import click
import pytest

from node.cli.face import Face
from node.cli.main import root
from tests.support.clerk import found, settle_in

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = sorted(
    {line for block in BLOCKS for line in block.splitlines() if line.startswith("mulin ")}
    | set(re.findall(r"`(mulin [^`]+)`", README))
)


def _parse(of: click.Command, name: str, words: list[str], parent: click.Context | None) -> None:
    """Parse as the program does, down to the last command, and run nothing."""
    more = {"obj": Face([], {})} if parent is None else {}
    with of.make_context(name, list(words), parent=parent, **more) as ctx:
        if isinstance(of, click.Group) and (rest := [*ctx._protected_args, *ctx.args]):
            below_name, below, left = of.resolve_command(ctx, rest)
            assert below is not None
            _parse(below, str(below_name), left, ctx)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_parses(line: str) -> None:
    program, *words = shlex.split(line, comments=True)
    assert program == "mulin"
    _parse(root, "mulin", words, None)


def test_the_readme_shows_commands_at_all() -> None:
    assert len(COMMANDS) > 15


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) <= targets


def test_every_page_that_the_readme_links_to_exists() -> None:
    for page in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / page).is_file(), page


def test_the_query_of_the_readme_answers_while_the_store_is_open(tmp_path: Path) -> None:
    one, other = settle_in(tmp_path, 2)
    found(tmp_path, one, other)
    one("case", "new", "--category", "forest_land", "--village", "示范一村", "amount_agreed=8000")
    [query] = re.findall(r'sqlite3 -readonly \S+ "(.*?)"', README, re.DOTALL)
    with one.opened() as service:
        db = sqlite3.connect(f"file:{service.ground.db.file}?mode=ro", uri=True)
        rows = db.execute(query).fetchall()
        db.close()
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("山林土地纠纷 · 示范一村", "已登记", 8000)
    ]
