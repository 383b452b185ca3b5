"""Homes for the tests of the command line: founded once, copied for every test that writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clerk import Clerk, copied, found, settle_in
from tests.support.wall import Wall


@pytest.fixture(scope="session")
def alone_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    settle_in(folder, 1)
    return folder


@pytest.fixture(scope="session")
def pair_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    found(folder, *settle_in(folder, 2))
    return folder


@pytest.fixture(scope="session")
def three_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("three")
    found(folder, *settle_in(folder, 3))
    return folder


@pytest.fixture
def alone(alone_template: Path, tmp_path: Path) -> Clerk:
    """A node that belongs to no ledger."""
    return copied(alone_template, tmp_path)[0]


@pytest.fixture
def pair(pair_template: Path, tmp_path: Path) -> list[Clerk]:
    """Two townships with a ledger in force."""
    return copied(pair_template, tmp_path)


@pytest.fixture
def three(three_template: Path, tmp_path: Path) -> list[Clerk]:
    return copied(three_template, tmp_path)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """One clock for all nodes, which the test sets."""
    clock = Wall(1_724_000_000_000)
    monkeypatch.setattr("node.home.now_ms", clock)
    return clock
