"""A clerk at a terminal is asked for what a new record needs; a program is told what is missing."""

from __future__ import annotations

import os
import pty
import struct
import subprocess
import sys
from collections.abc import Sequence
from fcntl import ioctl
from termios import TIOCSWINSZ

import pytest
from rich.cells import cell_len

from tests.support.clerk import Clerk, mulin


def at_a_terminal(clerk: Clerk, *words: str, typed: Sequence[str], lang: str = "zh") -> str:
    """What stands on the screen after a command; each line is typed once it asks, and then no more."""
    ours, its = pty.openpty()
    ioctl(its, TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "node.cli.main", "--home", str(clerk.folder), "--lang", lang]
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "MULIN_HOME")}
    answers = iter([line.encode() + b"\n" for line in typed])
    with subprocess.Popen(
        [*command, *words], stdin=its, stdout=its, stderr=its, env=kept, close_fds=True
    ) as process:
        os.close(its)
        screen = b""
        try:
            while part := os.read(ours, 65536):
                screen += part
                if screen.endswith(("：".encode(), b": ")):
                    os.write(ours, next(answers, b"\x04"))
        except OSError:  # how a terminal says that nobody is there any more
            pass
        assert process.wait(60) in (0, 2)
    os.close(ours)
    return screen.decode().replace("\r", "")


@pytest.mark.parametrize(
    ("lang", "label", "wrong", "empty"),
    (
        (
            "zh",
            "纠纷类别",
            "“纠纷类别”填写不对：只能是：婚姻家庭纠纷",
            "“发生村”填写不对：不能为空",
        ),
        ("en", "category", '"category" is not right: one of: marriage_family', "must not be empty"),
    ),
)
def test_a_clerk_is_asked_for_what_is_required_until_it_fits(
    pair: list[Clerk], lang: str, label: str, wrong: str, empty: str
) -> None:
    here, _ = pair
    typed = ("闲话", "neighbour", "", "示范九村")
    screen = at_a_terminal(here, "case", "new", "vintage=new", typed=typed, lang=lang)
    assert label in screen
    assert wrong in screen.replace("\n", "" if lang == "zh" else " ")
    assert empty in screen
    assert max(map(cell_len, screen.splitlines())) <= 80, screen
    [case] = here.ask("case", "list")
    row = case["row"]
    assert (row["category"], row["village"], row["vintage"]) == ("neighbour", "示范九村", "new")


def test_what_was_typed_is_not_asked_for_and_a_day_is_shown_how(pair: list[Clerk]) -> None:
    here, _ = pair
    words = ("patrol", "new", "--kind-of", "joint", "区域=界桩一线")
    screen = at_a_terminal(here, *words, typed=("前天来过", "2026-03-01"))
    assert "日期（例 2024-08-18）：" in screen
    assert "类型：" not in screen
    assert "区域：" not in screen
    assert [p["row"]["on"] for p in here.ask("patrol", "list")] == ["2026-03-01"]


def test_who_does_not_answer_writes_nothing_and_a_program_is_not_asked(pair: list[Clerk]) -> None:
    here, _ = pair
    before = here.world()
    assert "还缺必填项：纠纷类别" in at_a_terminal(here, "case", "new", typed=())
    thrice = at_a_terminal(here, "case", "new", typed=("甲", "乙", "丙", "neighbour", "村"))
    assert thrice.replace("\n", "").count("“纠纷类别”填写不对") == 3
    piped = here("case", "new", typed="neighbour\n示范九村\n")
    assert (piped.code, piped.out) == (2, "")
    assert "还缺必填项" in piped.err
    assert '"MissingField"' in at_a_terminal(here, "case", "new", "--json", typed=("neighbour",))
    assert here.world() == before


@pytest.mark.parametrize(
    ("shell", "words", "offered"),
    (
        ("bash", "mulin case new category = 邻", ["邻里纠纷"]),
        ("bash", "mulin case set 3f2a9c1e urgency =", ["blue", "yellow", "orange", "red"]),
        ("bash", "mulin patrol list kind_of = river", ["river"]),
        ("bash", "mulin warning set 3f2a9c1e receipts = a", ["acknowledged", "acting"]),
        ("bash", "mulin case set 3f2a9c1e place = 石", []),
        ("bash", "mulin case set 3f2a9c1e ur", []),
        ("zsh", "mulin case list state=medi", ["state=mediating"]),
    ),
)
def test_the_shell_offers_what_a_field_takes(shell: str, words: str, offered: list[str]) -> None:
    count = len(words.split()) - 1
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(count), "_MULIN_COMPLETE": f"{shell}_complete"}
    lines = mulin(env=asked).out.split()
    found = [x.removeprefix("plain,") for x in lines] if shell == "bash" else lines[1:2]
    assert found == offered
