"""`mulin simulate`: list scenarios, run one, replay a record, sweep over many seeds. Decides nothing.

The one face of the simulated world towards the command line, found there as an entry point. Imported whenever
help lists it: everything heavy is imported by the command that needs it.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from keys.errors import Exit, Text
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face, printable
from node.cli.files import new_file, read_file, shown
from node.cli.language import FILE
from simulations.errors import BadTrace, NodesOfHome, NoRecordOfHome
from simulations.sweep_command import sweep

if TYPE_CHECKING:
    from simulations.plan import Plan
    from simulations.record import Record
    from simulations.runner import Outcome
    from simulations.world import World

    Begin = Callable[[Plan, tuple[str, ...]], World]

_SEED_MAX = 2**63 - 1
_NODES_MAX = 100
_HOURS_MAX = 24.0 * 366
_SCENARIO = Text("情景", "SCENARIO")
_RUNNING = Text("模拟中", "simulating")
_HTML = Option(
    "--html",
    Text("把结果画成网页，写入新文件", "draw the outcome as a web page in a new file"),
    FILE,
)
_STORY = Option(
    "--story",
    Text("打印经过，一事一行", "print the story, one line an event"),
    NO_VALUE,
    is_flag=True,
)
_PACKETS = Option(
    "--packets",
    Text("经过里也要每一次通信", "the story also tells every packet"),
    NO_VALUE,
    is_flag=True,
)


class _Hours(click.FloatRange):
    """click lets "nan" through: it is in no range, but under none of its bounds either."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = float(super().convert(value, param, ctx))
        return found if found == found else self.fail("nan", param, ctx)


@command(
    "list",
    Text("有哪些情景。", "Which scenarios there are."),
    example="mulin simulate list",
)
def list_(face: Face) -> None:
    from simulations.scenarios import SCENARIOS

    found = [
        {"name": s.name, "zh": s.about.say("zh"), "en": s.about.say("en"), "nodes": s.towns}
        for s in SCENARIOS.values()
    ]

    def people() -> None:
        from node.cli import layout

        rows = [(s.name, s.about.say(face.lang)) for s in SCENARIOS.values()]
        face.line(layout.definitions(rows, layout.width()))

    face.answer(found, people)


@command(
    "run",
    Text(
        "运行一个情景。\n真实的程序，模拟的时间、线路和磁盘；种子相同，经过就相同。检查不成立时退出码为 3。\n"
        "--home：从本节点数据的一份副本开始，只有本乡镇填写；真实的数据一个字节也不改。",
        "Run a scenario.\nThe real program; time, lines and disks are simulated. The same seed gives the "
        "same story. Exit code 3 if a check does not hold.\n--home: begin with a copy of this node's "
        "store, only this township writes; not a byte of the real store is changed.",
    ),
    Argument("scenario", _SCENARIO),
    Option(
        "--seed",
        Text("种子", "seed"),
        Text("数", "N"),
        type=click.IntRange(0, _SEED_MAX),
        default=1,
        show_default=True,
    ),
    Option(
        "--nodes",
        Text(
            "几个乡镇（缺省由情景定）",
            "how many townships (the scenario's own number, if left out)",
        ),
        Text("数", "N"),
        type=click.IntRange(2, _NODES_MAX),
    ),
    Option(
        "--hours",
        Text(
            "多少虚拟小时（缺省由情景定）",
            "how many virtual hours (as the scenario has it, if left out)",
        ),
        Text("小时", "H"),
        type=_Hours(0.01, _HOURS_MAX),
    ),
    _STORY,
    _PACKETS,
    Option(
        "-o",
        Text("把记录写入新文件，供 replay 重放", "write the record to a new file, for replay"),
        FILE,
        name="output",
    ),
    _HTML,
    example="mulin simulate run storm --seed 7 --story\n"
    "mulin simulate run lines --seed 7 --nodes 10 --hours 6 --html lines.html\n"
    "mulin simulate run restored --home ~/.mulin --hours 504 --story",
)
def run(
    face: Face,
    scenario: str,
    seed: int,
    nodes: int | None,
    hours: float | None,
    story: bool,
    packets: bool,
    output: str | None,
    html: str | None,
) -> int:
    plan, begin = _beginning(face, scenario, seed, nodes, hours)
    if begin is not None and output is not None:
        raise NoRecordOfHome
    whole = packets or face.json or output is not None
    with _new_files(output, html) as write:
        outcome = _perform(face, plan, () if whole else _UNTOLD, begin)
        if begin is not None:
            outcome = replace(outcome, again=_with_home(face, scenario, seed, hours))
        _keep(face, outcome, write)
    _answer(face, outcome, story=story or packets, packets=packets)
    for name in filter(None, (output, html)):
        face.say(Text("已写入 {file}", "Written: {file}"), file=shown(name))
    return Exit.DONE if outcome.ok else Exit.REFUSED


def _beginning(
    face: Face, scenario: str, seed: int, nodes: int | None, hours: float | None
) -> tuple[Plan, Begin | None]:
    """The plan, and how its world begins if not with a ledger of its own."""
    from simulations.scenarios import plan_of

    lasts_s = None if hours is None else hours * 3600
    if (
        face.folder is None
    ):  # MULIN_HOME is set for other commands: this one takes what it is told here
        return plan_of(scenario, seed, nodes, lasts_s), None
    if nodes is not None:
        raise NodesOfHome
    from simulations.home_command import copied
    from simulations.homeworld import HomeWorld, plan_with_home

    plan_with_home(
        plan_of(scenario, seed, None, lasts_s)
    )  # a scenario that does not fit is told first
    copy = copied(face)
    plan = plan_with_home(plan_of(scenario, seed, len(copy.places), lasts_s))
    return plan, lambda of, quiet: HomeWorld(copy, of, quiet)


def _with_home(face: Face, scenario: str, seed: int, hours: float | None) -> str:
    """The command that repeats a run on a copy of a real store, as long as that store stays as it is."""
    words = ["mulin", "simulate", "run", scenario, "--seed", str(seed)]
    words += [] if hours is None else ["--hours", repr(hours).removesuffix(".0")]
    return shlex.join([*words, "--home", str(face.folder)])


_UNTOLD = ("sent", "dial")
"""By far the most events, and no judge looks at them: not kept where nobody will read them."""

Write = Callable[[int, str], None]


@contextlib.contextmanager
def _new_files(*names: str | None) -> Iterator[Write]:
    """The files that were asked for, made before the work begins; `write(place, text)` fills one."""
    with contextlib.ExitStack() as stack:
        files = [None if name is None else stack.enter_context(new_file(name)) for name in names]

        def write(place: int, text: str) -> None:
            file = files[place]
            if file is not None:
                file.write(text.encode())

        yield write


def _perform(
    face: Face, plan: Plan, quiet: Sequence[str] = (), begin: Begin | None = None
) -> Outcome:
    """Run it behind a progress bar."""
    from simulations.runner import run as run_plan
    from simulations.runner import world_of

    with face.progress(_RUNNING) as progress:
        return run_plan(
            plan,
            quiet=tuple(quiet),
            progress=lambda done_s, all_s: progress(int(done_s * 1000), int(all_s * 1000)),
            begin=begin or world_of,
        )


def _keep(face: Face, outcome: Outcome, write: Write) -> None:
    """The record and the picture, where they were asked for."""
    from simulations.record import text_of
    from simulations.report import page

    write(0, text_of(outcome))
    write(1, page(outcome, face.lang))


def _answer(face: Face, outcome: Outcome, *, story: bool = False, packets: bool = False) -> None:
    from simulations.record import text_of
    from simulations.summary import PACKETS, sentences, verdict

    if face.json:
        face.line(text_of(outcome).rstrip("\n"))
        return
    if story:
        for line in outcome.lines(face.lang, without=() if packets else PACKETS):
            face.line(printable(line))
        face.line()
    for line in (*sentences(outcome, face.lang), *verdict(outcome, face.lang)):
        face.line(printable(line))


@command(
    "replay",
    Text(
        "重放一份记录，看是否一字不差。\n也可以是单独的计划。经过不同或检查不成立时退出码为 3。",
        "Run the plan of a record again and compare.\nA plan alone will do too. Exit code 3 if the story "
        "differs or a check does not hold.",
    ),
    Argument("file", FILE),
    _STORY,
    _PACKETS,
    _HTML,
    example="mulin simulate replay storm-7.json --story",
)
def replay(face: Face, file: str, story: bool, packets: bool, html: str | None) -> int:
    from simulations.record import RECORD_BYTES_MAX, first_difference, read

    before = read(read_file(file, RECORD_BYTES_MAX))
    with _new_files(None, html) as write:
        try:
            outcome = _perform(face, before.plan)
        except (LookupError, TypeError, ValueError, AttributeError) as fault:
            raise BadTrace(
                why=type(fault).__name__
            ) from fault  # a step whose facts are not those of its verb
        _keep(face, outcome, write)
    same = before.hash in (None, outcome.hash)
    at = None if same else first_difference(before.events, outcome.events)
    if face.json:
        face.answer(_compared(before, outcome, at), lambda: None)
    else:
        _answer(face, outcome, story=story or packets, packets=packets)
        _tell_difference(face, before, outcome, same=same, at=at)
    return Exit.DONE if outcome.ok and same else Exit.REFUSED


def _compared(before: Record, now: Outcome, at: int | None) -> dict[str, object]:
    def event(of: Sequence[object]) -> object:
        return of[at].plain() if at is not None and at < len(of) else None  # type: ignore[attr-defined]

    return {
        "ok": now.ok,
        "same": before.hash in (None, now.hash),
        "hash": now.hash,
        "recorded": before.hash,
        "first_difference": at,
        "event": event(now.events),
        "recorded_event": event(before.events),
        "violations": [{"oracle": v.oracle, "sentence": v.sentence} for v in now.violations],
    }


def _tell_difference(
    face: Face, before: Record, now: Outcome, *, same: bool, at: int | None
) -> None:
    from simulations.names import names
    from simulations.trace import tell

    if before.hash is None:
        return
    if same:
        face.say(Text("✓ 与记录一字不差。", "✓ The same as recorded, to the byte."))
        return
    face.say(Text("✗ 与记录不同。", "✗ Not what was recorded."))
    if at is None:
        face.say(
            Text("  记录里的事件相同，校验值不同。", "  Its events are the same, its hash is not.")
        )
        return
    face.say(Text("  从第 {n} 件事起不同：", "  They part at event {n}:"), n=at + 1)
    called = names(now.plan.towns, face.lang)
    nothing = Text("（没有了）", "(nothing more)").say(face.lang)
    for words, events in (
        (Text("  记录：{line}", "  recorded: {line}"), before.events),
        (Text("  这次：{line}", "  now:      {line}"), now.events),
    ):
        line = tell(events[at], called, face.lang) if at < len(events) else nothing
        face.say(words, line=printable(line))


simulate = Group(
    "simulate",
    Text(
        "模拟：真实的程序，模拟的线路、磁盘和时间。",
        "Simulate: the real program on lines, disks and time of our own.",
    ),
    (list_, run, replay, sweep),
    example="mulin simulate run storm --seed 7",
)
