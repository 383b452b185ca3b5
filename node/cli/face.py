"""What a command stands before: who asks, in which language, on which node, and where answers go.

One object for one invocation. It opens the node when a command first needs it, prints for people or for
programs, asks questions, and tells a running node after a write. Knows no command.
"""

from __future__ import annotations

import contextlib
import getpass
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keys.errors import MulinError, Text
from keys.text import refused_character
from node.cli import language
from node.errors import FileTrouble, NoHome

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.control import Control
    from node.deadlines import Deadlines
    from node.home import Home
    from node.ledgers import Ledger
    from node.reading import Reading
    from node.service import Service

_ID_SHOWN = 8
_TURNED = Text("{typed} 即 {day}。", "{typed} is {day}.")
_INVENTED = Text("〔演示数据：全部虚构〕", "[演示数据 demonstration data: all of it is invented]")
_PASSPHRASE = Text("密钥文件的口令：", "Passphrase of the key file: ")


class Face:
    """One command's view of its user and its node."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.lang = language.choose(argv, environ)
        # Before anything is parsed: a wrong option shall be reported in the form that was asked for.
        self.json = "--json" in language.before_dashes(argv)
        self.folder: str | None = None
        self.ledger_name: str | None = None
        self.post_typed: str | None = None
        self.no_name = False
        self._service: Service | None = None

    # --- the node ----------------------------------------------------------------------------

    @property
    def place(self) -> Path:
        """The node's folder, whether there is a node or not."""
        named = self.folder or self.environ.get("MULIN_HOME") or "~/.mulin"
        if "\0" in named:
            raise FileTrouble(what="MULIN_HOME")
        return Path(named).expanduser()

    @property
    def home(self) -> Home:
        from node.home import Home

        return Home(self.place)

    @property
    def service(self) -> Service:
        """The node's service, opened once. Raises NoHome, PassphraseNeeded and what opening raises."""
        if self._service is None:
            if not self.home.exists():
                raise NoHome
            self._service = self.home.open(self.passphrase())
            self._service.openness.confirmed = self.no_name
        return self._service

    def adopt(self, service: Service) -> None:
        """The node that this very command made."""
        self._service = service

    def passphrase(self) -> str | None:
        """Of the key file, asked for if it has one; None where nobody gives it. Raises NoHome, BadKeyFile."""
        if not self.home.key_is_locked():
            return None
        given = self.environ.get("MULIN_PASSPHRASE")
        if given or not sys.stdin.isatty():
            return given or None
        return self.ask_secret(_PASSPHRASE)

    @property
    def ledger(self) -> Ledger:
        """The ledger in force that was asked for. Raises NoLedger, SeveralLedgers, NotFound."""
        return self.service.ledgers.choose(self.ledger_name)

    @property
    def reading(self) -> Reading:
        from node.reading import Reading

        return Reading(self.service, self.lang)

    @property
    def deadlines(self) -> Deadlines:
        """The time limits of the ledger that was asked for. Raises TableDamaged, FileTrouble."""
        return self.deadlines_of(self.ledger)

    def deadlines_of(self, ledger: Ledger) -> Deadlines:
        """Raises TableDamaged, FileTrouble."""
        from node import holidays
        from node.deadlines import Deadlines, agreed_limits

        agreed = agreed_limits(self.service.ground.db, ledger)
        return Deadlines(holidays.load(self.place), agreed)

    @property
    def control(self) -> Control:
        from node.control import Control

        return Control(self.home)

    @property
    def post(self) -> str:
        """The post in which this person writes: `--as`, or the node's setting."""
        if self.post_typed is not None:
            return self.post_typed
        return self.service.ground.book.setting("post") or ""

    def wrote(self) -> None:
        """After a write: a running node sends it on; the clerk hears of a new log, and how days were read."""
        writing = self.service.writing
        if writing.reopened is not None:
            self.note(writing.reopened.value)
            writing.reopened = None
        turned = self.service.days.turned
        for typed, day in turned.items():
            self.note(_TURNED, typed=typed[:40], day=day)
        turned.clear()
        self.control.nudge()

    def short(self, record: RecordId) -> str:
        """The beginning of a record's id, as long as it takes to mean only this one."""
        text, n = record.hex(), self.ledger.n
        shown = _ID_SHOWN
        while len(self.service.ground.model.with_prefix(n, text[:shown])) > 1:
            shown += 4
        return text[:shown]

    def close(self) -> None:
        if self._service is None:
            return
        if self._service.erasing.waits():
            with contextlib.suppress(
                MulinError
            ):  # a running node does it otherwise, or the next command
                self._service.erasing.tidy()
        self._service.ground.db.close()

    # --- answers -----------------------------------------------------------------------------

    def text(self, words: Text, **facts: object) -> str:
        """The words in this person's language; facts may be texts in both."""
        chosen = {k: v.say(self.lang) if isinstance(v, Text) else v for k, v in facts.items()}
        return words.say(self.lang).format(**chosen)

    def answer(self, value: object, people: Callable[[], None]) -> None:
        """JSON for programs, or whatever `people` prints."""
        if self.json:
            print(json.dumps(value, ensure_ascii=False, indent=2))
            return
        self._say_if_invented()
        people()

    def _say_if_invented(self) -> None:
        """Nobody shall take the demo set for what happened: whatever shows it says so."""
        from node.demo.words import DEMO  # stands in the name of every ledger of the set

        service = self._service
        if service is not None and any(DEMO in k.name for k in service.ledgers.all()):
            self.note(_INVENTED)

    def line(self, line: str = "") -> None:
        print(line)

    def flush(self) -> None:
        """What was printed shall be read now: the command goes on for long."""
        sys.stdout.flush()

    def say(self, words: Text, **facts: object) -> None:
        """One line for people; programs get none."""
        if not self.json:
            print(self.text(words, **facts))

    def wrapped(self, words: Text, **facts: object) -> None:
        """The same, broken into lines where it is wider than the terminal."""
        from node.cli import layout

        self.line("\n".join(layout.wrap(self.text(words, **facts), layout.width())))

    def note(self, words: Text, **facts: object) -> None:
        """A remark beside the answer: on standard error, and only for people."""
        self.note_line(self.text(words, **facts))

    def note_line(self, line: str) -> None:
        """The same, of a line that is made already."""
        if not self.json:
            self._print_error(line)

    def _print_error(self, line: str) -> None:
        """Broken into lines on a terminal; a log or a program gets one."""
        if sys.stderr.isatty():
            from node.cli import layout

            line = "\n".join(layout.wrap(line, layout.width()))
        print(line, file=sys.stderr)

    def complain(self, fault: MulinError) -> int:
        """Say a fault in one sentence; returns its exit code."""
        sentence = printable(fault.say(self.lang))
        if self.json:
            wrong = {"error": type(fault).__name__, "message": sentence}
            print(json.dumps(wrong, ensure_ascii=False), file=sys.stderr)
        else:
            self._print_error(sentence)
        return int(fault.exit)

    # --- questions ---------------------------------------------------------------------------

    def ask(self, question: Text, **facts: object) -> str | None:
        """A line that the person types; None where nobody answers any more."""
        stream = sys.stderr if self.json else sys.stdout
        print(self.text(question, **facts), end="", file=stream, flush=True)
        answer = sys.stdin.readline()
        return answer.strip() if answer else None

    def ask_secret(self, question: Text) -> str | None:
        """A line typed without an echo; None where nobody answers."""
        try:
            return getpass.getpass(question.say(self.lang), stream=sys.stderr) or None
        except EOFError:
            return None

    # --- waiting -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def progress(
        self, words: Text, *, at_once: bool = False
    ) -> Iterator[Callable[[int, int], None]]:
        """A function (done, all) that moves a bar; the bar shows on a terminal and after half a second.

        `at_once` is for work that reports nothing while it goes on: the bar then moves by itself.
        """
        if self.json or not sys.stderr.isatty():
            yield lambda _done, _all: None
            return
        from node.cli.bar import Bar

        bar = Bar(words.say(self.lang), sys.stderr)
        try:
            if at_once:
                bar.show()
            yield bar.move
        finally:
            bar.close()

    @contextlib.contextmanager
    def quiet_log(self) -> Iterator[None]:
        """Keep a node's log lines off a clerk's terminal; MULIN_DEBUG=1 lets them through."""
        if self.environ.get("MULIN_DEBUG"):
            yield
            return
        with contextlib.redirect_stderr(io.StringIO()):
            yield


def printable(text: str) -> str:
    """`text` with nothing in it that could move a cursor: an error repeats what was typed."""
    return "".join("\ufffd" if refused_character(c, lines=False) else c for c in text)
