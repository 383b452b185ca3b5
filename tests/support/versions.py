"""Clerks whose program is of another version than this one; each command is a process of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from crdt.schema import SCHEMA
from node.ground import Ground
from node.service import Service
from tests.support.clerk import Clerk, Done, found
from tests.support.people import NAMES
from tests.support.townships import CODES

_ROOT = Path(__file__).resolve().parents[2]
_MAIN = Path(__file__).with_name("version_main.py")


@dataclass(frozen=True, slots=True)
class VersionClerk(Clerk):
    """`schema`: up to which number of the rules the program knows; `kinds`: files beside the real ones."""

    schema: int = SCHEMA
    kinds: tuple[Path, ...] = ()

    def __call__(self, *words: str, lang: str = "zh", typed: str = "") -> Done:
        return self._run(("--home", str(self.folder), "--lang", lang, *words), {}, typed)

    def completed(self, typed: str) -> str:
        """What the shell offers for the last word of a line."""
        asked = {"_MULIN_COMPLETE": "bash_complete", "COMP_WORDS": typed}
        return self._run((), asked | {"COMP_CWORD": str(len(typed.split()) - 1)}, "").out

    def _run(self, words: Sequence[str], env: Mapping[str, str], typed: str) -> Done:
        settings = json.dumps({"schema": self.schema, "kinds": [str(k) for k in self.kinds]})
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MULIN_", "LC_", "LANG"))}
        place = {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
        done = subprocess.run(
            [sys.executable, str(_MAIN), settings, *words],
            input=typed.encode(),
            capture_output=True,
            check=False,
            env={**kept, **place, **env},
        )
        out, complained = done.stdout.decode(errors="replace"), done.stderr.decode()
        assert "Traceback" not in complained, complained
        return Done(done.returncode, out, complained, done.stdout)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Service]:
        """The store by the rules that the program knows; its declarations are those of this process."""
        with pytest.MonkeyPatch.context() as patch:
            know(patch, self.schema)
            # By its name: `super()` finds nothing in a class that `slots` makes anew.
            with Clerk.opened(self) as service:
                yield service

    def with_program(self, schema: int, kinds: Sequence[Path] = ()) -> VersionClerk:
        """The same home after an upgrade (or a downgrade) of its program in place."""
        return VersionClerk(self.folder, self.name, schema, tuple(kinds))


def know(patch: pytest.MonkeyPatch, schema: int) -> None:
    """Stores opened from now on in this process are opened by who knows the rules up to `schema`."""
    *_, number, where, wrap, erase = Ground.__init__.__defaults__ or ()
    assert isinstance(number, int)
    patch.setattr(Ground.__init__, "__defaults__", (schema, where, wrap, erase))


def alliance(folder: Path, *programs: VersionClerk | None) -> list[Clerk]:
    """A ledger in force among townships, each with a program of its own; None: this program."""
    made: list[Clerk] = []
    for name, code, program in zip(NAMES, CODES, programs, strict=False):
        clerk = Clerk(folder / code, name)
        if program is not None:
            clerk = dataclasses.replace(program, folder=folder / code, name=name)
        done = clerk("init", "--name", name, "--code", code, "--no-passphrase")
        assert done.code == 0, done.err
        made.append(clerk)
    found(folder, *made)
    return made


def program(schema: int, *kinds: Path) -> VersionClerk:
    """A program that nobody uses yet."""
    return VersionClerk(Path(), "", schema, kinds)


def stick(giver: Clerk, taker: Clerk, folder: Path) -> None:
    """All that the giver holds and the taker lacks, on a stick."""
    folder = folder / f"{giver.folder.name}-{taker.folder.name}-{time.monotonic_ns()}"
    made = giver.ask("bundle", "export", "--for", taker.name, "-o", str(folder))
    if made["entries"]:
        done = taker("bundle", "import", made["file"])
        assert done.code in (0, 4), done.err
