"""The page of kinds is that of today, and the kinds, command, severity and test of every row are there."""

from __future__ import annotations

import re

import click
import pytest

from crdt.kinds import KINDS
from node.cli.main import root
from tests.support.mechanisms import ROWS, Row, page
from tests.support.nodes import ROOT
from tests.support.rules import RULES, Rule

TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^\s*def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_the_page_is_that_of_the_declarations() -> None:
    assert (ROOT / "crdt" / "KINDS.md").read_text(encoding="utf-8") == page(), "make pages"


def test_every_row_stands_once() -> None:
    assert [row.number for row in ROWS] == [f"R{n:02d}" for n in range(1, 79)]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.number)
def test_a_row_names_a_command_and_a_test_or_says_what_is_missing(row: Row) -> None:
    words = row.command.split()
    found: click.Command | None = root
    for word in words[:2]:
        if isinstance(found, click.Group):
            found = found.get_command(click.Context(found), word)
            assert found is not None or row.gap, f"mulin {row.command}"
    assert row.test or row.gap
    assert set(row.test.split()) <= TESTS, row.test


def test_every_rule_stands_there() -> None:
    assert list(dict.fromkeys(r.number for r in RULES)) == [f"K{n:02d}" for n in range(1, 26)]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.number}-{r.test[5:25]}")
def test_a_rule_names_a_test_and_the_severity_that_is_declared(rule: Rule) -> None:
    assert rule.test in TESTS, rule.test
    for about in rule.about.split():
        kind, _, name = about.partition(".")
        assert KINDS[kind].by_name[name].severity is rule.severity, about
