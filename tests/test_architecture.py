"""The house rules as tests: sizes, docstrings, import arrows, who speaks to whom, clean lock files.

A rule that only stands in a document is broken within a month. Each test lists every offender at
once, so that one run shows all there is to mend.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("keys", "crdt", "protocol", "node", "simulations")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50

LOCKS = ("requirements.lock", "requirements-dev.lock")
_PIN = re.compile(r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)==(?P<version>[0-9][0-9a-z.]*) \\")
_HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")

# Library → the one file of ours that may import it: whoever replaces the library changes one file.
SOLE_IMPORTER = {
    "automerge": "crdt/document.py",
    "sqlite_utils": "node/store/database.py",
    "distributed": "simulations/dask_engine.py",
    "fsspec": "node/places.py",
    "openpyxl": "node/sheets/xlsx.py",
    "shamir_mnemonic": "node/shares.py",
    "borax": "node/almanac/lunar.py",
}
# Every module that the import contracts in pyproject.toml speak of, in the order of the layers.
SKELETON = (
    "keys/__init__.py",
    "crdt/document.py",
    "protocol/__init__.py",
    "node/store/database.py",
    "node/service.py",
    "node/bench/run.py",
    "node/core.py",
    "node/effects.py",
    "node/peers.py",
    "node/almanac/__init__.py",
    "node/runtime.py",
    "node/cli/main.py",
    "simulations/__init__.py",
    "simulations/commands.py",
    "simulations/sweep_command.py",
    "simulations/home_command.py",
)
PLANTED_FAULTS = (
    ("keys/seal.py", "import crdt.document"),
    ("crdt/log.py", "from protocol import session"),
    ("protocol/session.py", "import time"),
    ("protocol/frames.py", "from crdt import document"),
    ("crdt/record.py", "import automerge"),
    ("crdt/kinds/cases.py", "import random"),
    ("keys/keyfile.py", "import os"),
    ("node/service.py", "from node import core"),
    ("node/service.py", "import sqlite_utils"),
    ("node/core.py", "import asyncio"),
    ("node/core.py", "import sqlite3"),
    ("node/effects.py", "import socket"),
    ("node/peers.py", "from random import random"),
    ("node/almanac/table.py", "import time"),
    ("node/runtime.py", "import node.cli.main"),
    ("node/runtime.py", "from node.bench import run"),
    ("node/bench/run.py", "import node.cli.main"),
    ("simulations/world.py", "from node.runtime import Node"),
    ("simulations/world.py", "from node.bench import run"),
    ("simulations/clock.py", "import time"),
    ("simulations/report.py", "import node.cli.main"),
    ("simulations/runner.py", "from simulations import commands"),
    ("simulations/commands.py", "import time"),
    ("simulations/sweep.py", "from simulations import sweep_command"),
)


@cache
def modules(*folders: str) -> dict[str, ast.Module]:
    """Every Python file below `folders`, as path from the root → syntax tree."""
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    assert files, f"no Python file below {folders}"
    return {
        file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in files
    }


def imported(tree: ast.Module) -> Iterator[str]:
    """Top-level names of everything a module imports, also inside its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0]


def lock_pins(name: str) -> dict[str, str]:
    """Package → version of one lock file."""
    lines = (ROOT / name).read_text(encoding="ascii").splitlines()
    return {found["name"]: found["version"] for line in lines if (found := _PIN.fullmatch(line))}


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in modules(*SHIPPED, "tests")
    }
    too_long = [f"{path}: {n} lines" for path, n in lengths.items() if n > FILE_LINES_MAX]
    assert not too_long, "\n".join(too_long)


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{path}:{node.lineno} {node.name}: {lines} lines"
        for path, tree in modules(*SHIPPED, "tests").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert not too_long, "\n".join(too_long)


def test_every_module_opens_with_its_job() -> None:
    silent = [
        path for path, tree in modules(*SHIPPED, "tests").items() if not ast.get_docstring(tree)
    ]
    assert not silent, "\n".join(silent)


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` is left out of the installed distribution without a word."""
    folders = {Path(path).parent for path in modules(*SHIPPED)}
    bare = [folder.as_posix() for folder in folders if not (ROOT / folder / "__init__.py").exists()]
    assert not bare, "\n".join(sorted(bare))


@pytest.mark.parametrize(("library", "owner"), SOLE_IMPORTER.items())
def test_a_library_with_workarounds_has_one_importer(library: str, owner: str) -> None:
    importers = [path for path, tree in modules(*SHIPPED).items() if library in imported(tree)]
    assert importers == [owner]


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """import-linter with our contracts on the packages in `tree`."""
    return subprocess.run(
        [
            Path(sysconfig.get_path("scripts"), "lint-imports"),
            *("--no-logo", "--no-cache", "--config", str(ROOT / "pyproject.toml")),
        ],
        cwd=tree,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "400"},
        timeout=120,
        check=False,
    )


def test_import_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(("importer", "statement"), PLANTED_FAULTS)
def test_import_contracts_catch_a_planted_fault(
    tmp_path: Path, importer: str, statement: str
) -> None:
    for name in (*SKELETON, importer):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
        (file.parent / "__init__.py").touch()
    (tmp_path / "crdt/document.py").write_text("import automerge\n")
    (tmp_path / "node/store/database.py").write_text("import sqlite_utils\n")
    sound = lint_imports(tmp_path)
    assert sound.returncode == 0, sound.stdout + sound.stderr

    (tmp_path / importer).write_text(f"{statement}\n")
    broken = lint_imports(tmp_path)
    assert broken.returncode == 1
    assert importer.removesuffix(".py").replace("/", ".") in broken.stdout


def test_every_module_that_a_contract_names_exists() -> None:
    """A contract on a module that was renamed would hold without meaning anything."""
    absent = [path for path in SKELETON if not (ROOT / path).exists()]
    assert not absent, "\n".join(absent)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_and_nothing_else(lock: str) -> None:
    """No address, path or index: where packages come from is the business of who installs them."""
    lines = (ROOT / lock).read_text(encoding="ascii").splitlines()
    foreign = [line for line in lines if not (_PIN.fullmatch(line) or _HASH.fullmatch(line))]
    assert not foreign, "\n".join(foreign)
    for pin, after in zip(lines, [*lines[1:], ""], strict=True):
        assert not _PIN.fullmatch(pin) or _HASH.fullmatch(after), f"no hash: {pin}"


def test_the_locks_agree_with_what_is_declared() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, build = settings["project"], settings["build-system"]["requires"]
    runtime, dev = (lock_pins(lock) for lock in LOCKS)
    declared = dict(pin.split("==") for pin in [*project["dependencies"], *build])
    extra = dict(pin.split("==") for pin in project["optional-dependencies"]["dev"])
    assert declared.items() <= runtime.items()
    assert extra.items() <= dev.items()
    assert runtime.items() <= dev.items()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each import has a process of its own")
def test_every_command_module_may_be_the_first_to_be_imported() -> None:
    """Imports that go in a circle work or not by which of them comes first."""
    names = sorted(
        path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for path in modules("node/cli")
    )
    code = (
        "import importlib, os, sys\n"
        f"for name in {names!r}:\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        try:\n"
        "            importlib.import_module(name)\n"
        "        except ImportError as fault:\n"
        "            print(name, fault, flush=True)\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
