"""Clerks at their command lines: `mulin` in this very process, what it printed, and what it changed.

A clerk has a home folder and nothing else; the ledger of several clerks is founded through the command line,
and `carry` brings entries from one store to the other as a session would.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from crdt.statements import parse
from node.cli.main import main
from node.home import Home
from node.reading import Reading
from node.service import Service
from tests.support.people import NAMES
from tests.support.townships import CODES, runs_for

LEDGER = "黔滇桂"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str
    raw: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def mulin(
    *words: str, env: Mapping[str, str] | None = None, typed: str = "", stdin: TextIO | None = None
) -> Done:
    """Run a command in this process, in an environment of its own, with `typed` on its standard input."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MULIN_", "LC_", "LANG"))}
    out, err = _Stream(io.BytesIO(), "utf-8"), _Stream(io.BytesIO(), "utf-8")
    before = dict(os.environ), sys.stdin
    os.environ.clear()
    os.environ.update({**kept, "COLUMNS": "80", **(env or {})})
    sys.stdin = stdin or io.StringIO(typed)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(list(words))
    finally:
        os.environ.clear()
        os.environ.update(before[0])
        sys.stdin = before[1]
    out.flush()
    err.flush()
    printed, complained = out.buffer.getvalue(), err.buffer.getvalue()
    return Done(code, printed.decode(errors="replace"), complained.decode(), printed)


class _Stream(io.TextIOWrapper):
    """A stream whose bytes can be looked at afterwards."""

    buffer: io.BytesIO


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody at the command line of one home."""

    folder: Path
    name: str

    def __call__(self, *words: str, lang: str = "zh", typed: str = "") -> Done:
        return mulin("--home", str(self.folder), "--lang", lang, *words, typed=typed)

    def ask(self, *words: str, code: int = 0, typed: str = "") -> Any:
        """The command's JSON; it must end with `code`."""
        done = self(*words, "--json", typed=typed)
        assert done.code == code, done.err
        return done.json

    def id(self, *words: str) -> str:
        """The full id that a writing command gives."""
        return str(self.ask(*words)["id"])

    @contextlib.contextmanager
    def opened(self) -> Iterator[Service]:
        service = Home(self.folder).open(None)
        try:
            yield service
        finally:
            service.ground.db.close()

    def world(self) -> tuple[object, ...]:
        """All that a command could have changed, to compare before and after."""
        if not (self.folder / "township.key").exists():
            return (sorted(self.folder.rglob("*")) if self.folder.exists() else None,)
        with self.opened() as service:
            rows = service.ground.db.rows
            entries = rows("SELECT id FROM entries ORDER BY id")
            digests = [Reading(service).digest(k) for k in service.ledgers.active()]
            rest = rows("SELECT * FROM meta ORDER BY key"), rows("SELECT * FROM ledgers ORDER BY n")
        return entries, digests, rest, (self.folder / "township.key").read_bytes()


def settle_in(folder: Path, count: int) -> list[Clerk]:
    """`count` nodes that belong to no ledger yet."""
    made = []
    for name, code in zip(NAMES[:count], CODES, strict=False):
        clerk = Clerk(folder / code, name)
        done = clerk("init", "--name", name, "--code", code, "--no-passphrase")
        assert done.code == 0, done.err
        made.append(clerk)
    return made


def found(folder: Path, *clerks: Clerk) -> None:
    """A ledger in force at all of them, founded through the command line."""
    first, *others = clerks
    cards: list[str] = []
    for clerk in others:
        card = str(folder / f"{clerk.folder.name}.card")
        assert clerk("card", "-o", card).code == 0
        cards += ["--with", card]
    invitation = str(folder / "invite.mulin")
    assert first("ledger", "new", LEDGER, *cards, "-o", invitation).code == 0
    for clerk in others:
        assert clerk("ledger", "accept", invitation, "--yes").code == 0
    signed = []
    for clerk in clerks:
        with clerk.opened() as service:
            signed += [k.invitation.encode() for k in service.ledgers.all()]
    for clerk in clerks:
        with clerk.opened() as service:
            for invitation_bytes in signed:
                service.ledgers.merge(invitation_bytes)
            assert service.ledgers.active()


def copied(template: Path, folder: Path) -> list[Clerk]:
    """The clerks of a template, each with a home of its own below `folder`."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    names = dict(zip(CODES, NAMES, strict=True))
    return [Clerk(folder / code, names[code]) for code in CODES if (folder / code).is_dir()]


def carry(*clerks: Clerk) -> None:
    """Everybody gets everything."""
    with contextlib.ExitStack() as stack:
        services = [stack.enter_context(clerk.opened()) for clerk in clerks]
        for _ in services:
            for giver in services:
                for taker in services:
                    _give(giver, taker)


def _give(giver: Service, taker: Service) -> None:
    if giver is taker:
        return
    for ledger in giver.ledgers.active():
        known = taker.ledgers.get(ledger.id)
        if known is not None and known.active:
            for body in runs_for(giver, taker, ledger.id):
                taker.ingest.take(known, body)


def tell(*clerks: Clerk) -> None:
    """Everybody is told what is signed about the members, as nodes do when they meet."""
    with contextlib.ExitStack() as stack:
        services = [stack.enter_context(clerk.opened()) for clerk in clerks]
        for _ in services:
            for giver in services:
                for ledger in giver.ledgers.all():
                    said = [parse(s) for s in giver.ground.papers.all(ledger.n)]
                    for taker in services:
                        known = taker.ledgers.get(ledger.id)
                        if known is not None and taker is not giver:
                            taker.ledgers.take(known, said)
                            taker.epochs.settle(known)
