"""`mulin simulate` as people and programs meet it: what it prints, keeps, repeats, and how it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from node.cli import main as program
from simulations import oracles
from simulations.plan import Plan
from simulations.runner import run
from simulations.scenarios import SCENARIOS, plan_of
from simulations.summary import FAULT_WORDS, ORACLE_WORDS, repeat, span
from tests.support.clerk import mulin

# What the scenarios do is others' business: these are short, and go through everything that a face shows.
SHORT = ("--hours", "0.05")


def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on an oracle finds something."""
    monkeypatch.setitem(
        oracles.JUDGES, "bounds", lambda _scene: iter(["planted: 7 bytes too many"])
    )


# --- list ------------------------------------------------------------------------------------


def test_every_scenario_is_listed_with_a_sentence_in_both_languages() -> None:
    chinese, english = mulin("simulate", "list"), mulin("simulate", "list", "--lang", "en")
    listed = mulin("simulate", "list", "--json").json
    assert [one["name"] for one in listed] == list(SCENARIOS)
    for one in listed:
        assert (
            one["zh"] in chinese.out.replace("\n", "").replace("  ", "")
            or one["name"] in chinese.out
        )
        assert one["name"] in english.out
        assert one["zh"] != one["en"]


# --- run -------------------------------------------------------------------------------------


def test_a_run_is_told_in_sentences_in_both_languages() -> None:
    chinese = mulin("simulate", "run", "power", "--seed", "3", *SHORT)
    english = mulin("simulate", "run", "power", "--seed", "3", *SHORT, "--lang", "en")
    assert (chinese.code, english.code) == (0, 0)
    assert "虚拟时间 3 分" in chinese.out
    assert f"✓ {len(oracles.JUDGES)} 项检查全部成立。" in chinese.out
    assert "3 min of virtual time, 3 townships" in english.out
    assert "Faults: " in english.out
    assert chinese.out.count("\n") == english.out.count("\n")


def test_the_story_leaves_packets_out_unless_they_are_asked_for() -> None:
    story = mulin("simulate", "run", "lines", *SHORT, "--story").out
    packets = mulin("simulate", "run", "lines", *SHORT, "--packets").out
    assert "麻塘  节点启动" in story
    assert "Hello" not in story
    assert "Hello" in packets
    assert set(story.splitlines()) <= set(packets.splitlines())


def test_one_seed_gives_the_same_bytes_in_another_process_with_another_hash_seed() -> None:
    words = ["simulate", "run", "storm", "--seed", "11", *SHORT, "--json"]
    here = mulin(*words)
    elsewhere = [
        subprocess.run(
            [sys.executable, "-m", "node.cli.main", *words],
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            timeout=120,
        ).stdout
        for seed in ("1", "77")
    ]
    assert elsewhere == [here.raw, here.raw]
    assert here.json["plan"] == plan_of("storm", 11, None, 180.0).plain()
    assert len(here.json["events"]) == here.json["figures"]["events"]


def test_another_seed_gives_another_story() -> None:
    one, other = (
        mulin("simulate", "run", "lines", "--seed", n, *SHORT, "--json").json for n in "12"
    )
    assert one["hash"] != other["hash"]


def test_an_oracle_that_breaks_is_named_with_the_command_that_repeats_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _broken(monkeypatch)
    words = ("simulate", "run", "lines", "--seed", "5", "--nodes", "4", *SHORT)
    done = mulin(*words, "--lang", "en")
    assert done.code == 3
    assert "✗ Broken: waiting rooms and queues stay within bounds (bounds)" in done.out
    assert "planted: 7 bytes too many" in done.out
    again = done.out.splitlines()[-1].removeprefix("Repeat it: mulin ").split()
    assert mulin(*again, "--json").raw == mulin(*words, "--json").raw


@pytest.mark.parametrize(
    ("words", "code"),
    (
        (("run", "nowhere"), 1),
        (("run", "lines", "--nodes", "1"), 2),
        (("run", "lines", "--hours", "nan"), 2),
        (("run", "lines", "--seed", "-1"), 2),
        (("replay", "not-there.json"), 2),
    ),
)
def test_what_cannot_be_simulated_is_refused_in_one_sentence(
    words: tuple[str, ...], code: int
) -> None:
    done = mulin("simulate", *words)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)


def test_nothing_is_run_whose_record_has_no_place(tmp_path: Path) -> None:
    taken = tmp_path / "taken.json"
    taken.write_text("mine")
    done = mulin("simulate", "run", "lines", "-o", str(taken))
    assert (done.code, done.out) == (3, "")
    assert taken.read_text() == "mine"


# --- replay ----------------------------------------------------------------------------------


@pytest.fixture
def record(tmp_path: Path) -> Path:
    file = tmp_path / "run.json"
    done = mulin("simulate", "run", "lines", "--seed", "9", *SHORT, "-o", str(file))
    assert done.code == 0, done.err
    return file


def test_a_record_replays_to_the_byte(record: Path) -> None:
    done = mulin("simulate", "replay", str(record))
    assert (done.code, done.out.splitlines()[-1]) == (0, "✓ 与记录一字不差。")
    assert mulin("simulate", "replay", str(record), "--json").json["same"] is True


def test_the_record_in_a_file_is_what_json_prints(record: Path) -> None:
    done = mulin("simulate", "run", "lines", "--seed", "9", *SHORT, "--json")
    assert record.read_bytes() == done.raw


def test_a_record_that_says_otherwise_is_named_by_its_first_event(record: Path) -> None:
    found = json.loads(record.read_text())
    found["events"][5][2] = "looked"
    found["hash"] = "0" * 32
    record.write_text(json.dumps(found))
    done = mulin("simulate", "replay", str(record))
    assert done.code == 3
    assert "从第 6 件事起不同" in done.out
    assert "记录：" in done.out
    told = mulin("simulate", "replay", str(record), "--json")
    assert (told.code, told.json["same"], told.json["first_difference"]) == (3, False, 5)
    assert told.json["recorded_event"] == found["events"][5]


def test_a_record_that_ends_too_early_is_told_too(record: Path) -> None:
    found = json.loads(record.read_text())
    found["hash"], found["events"] = "0" * 32, found["events"][:4]
    record.write_text(json.dumps(found))
    done = mulin("simulate", "replay", str(record), "--lang", "en")
    assert done.code == 3
    assert "They part at event 5" in done.out
    assert "(nothing more)" in done.out


def test_a_plan_alone_can_be_replayed(tmp_path: Path) -> None:
    plan = plan_of("lines", 9, None, 180.0)
    (tmp_path / "plan.json").write_text(plan.text())
    done = mulin("simulate", "replay", str(tmp_path / "plan.json"), "--json")
    assert (done.code, done.json["recorded"]) == (0, None)
    assert done.json["hash"] == run(plan).hash


def _damaged(found: dict[str, object]) -> list[bytes]:
    plan = found["plan"]
    assert isinstance(plan, dict)

    def but(**changes: object) -> bytes:
        return json.dumps({**found, "plan": {**plan, **changes}}).encode()

    whole = json.dumps(found).encode()
    return [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"{}",
        whole[:-20],
        json.dumps({**found, "format": "mulin/record/9"}).encode(),
        json.dumps({**found, "events": [[1, 2]]}).encode(),
        json.dumps({k: v for k, v in found.items() if k != "hash"}).encode(),
        but(towns=0),
        but(towns=10**9),
        but(line="string"),
        but(near="random:x"),
        but(near="star"),
        but(lasts_s=float("inf")),
        but(seed=float("inf")),
        but(liars={"2": "nobody"}),
        but(liars=[]),
        but(steps=[[0, "explode", 0, {}]]),
        but(steps=[[0, "cut", 0, {}]]),
        but(steps=[[0, "open", 0, {"ref": "a", "fields": 7}]]),
        but(steps=[[float("nan"), "heal", -1, {}]]),
    ]


def test_a_damaged_record_is_one_sentence(record: Path) -> None:
    found = json.loads(record.read_text())
    for n, raw in enumerate(_damaged(found)):
        record.write_bytes(raw)
        done = mulin("simulate", "replay", str(record))
        assert (done.code, done.out) == (2, ""), n
        assert done.err.startswith("这不是一份模拟记录，或已损坏"), done.err


# --- words -----------------------------------------------------------------------------------


def test_every_fault_and_every_oracle_has_its_words() -> None:
    from simulations.deeds import FAULTS

    assert FAULTS.keys() <= FAULT_WORDS.keys()
    assert oracles.JUDGES.keys() <= ORACLE_WORDS.keys()


@pytest.mark.parametrize("seed", (1, 2))
@pytest.mark.parametrize(("towns", "lasts_s"), ((None, None), (7, None), (3, 4_321.0)))
def test_the_command_that_repeats_a_plan_makes_that_plan(
    seed: int, towns: int | None, lasts_s: float | None
) -> None:
    plan = plan_of("storm", seed, towns, lasts_s)
    command = repeat(plan)
    assert command is not None
    given = command.split()[4:]
    words = dict(zip(given[::2], given[1::2], strict=True))
    nodes, hours = words.get("--nodes"), words.get("--hours")
    made = plan_of(
        "storm",
        int(words["--seed"]),
        None if nodes is None else int(nodes),
        None if hours is None else float(hours) * 3600,
    )
    assert made == plan


def test_a_plan_that_was_cut_shorter_has_no_such_command() -> None:
    plan = plan_of("storm", 1)
    assert repeat(plan.with_steps(plan.steps[1:])) is None
    assert repeat(Plan("nowhere", 1)) is None


def test_spans_of_time_are_told_in_two_units() -> None:
    assert [span(s, "en") for s in (0.25, 59, 60, 3700, 200_000)] == [
        "0.25 s",
        "59 s",
        "1 min",
        "1 h 1 min",
        "2 d 7 h",
    ]


# --- how `mulin` finds it --------------------------------------------------------------------


def test_ordinary_commands_look_for_no_installed_ones() -> None:
    code = (
        "import sys; from node.cli.main import main; main(['case', 'new', '--help']); "
        "print('importlib.metadata' in sys.modules, 'simulations' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "False False"


def test_an_installed_command_that_does_not_load_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for value in ("nowhere.at:all", "simulations.names:names"):
        point = EntryPoint("broken", value, "mulin.commands")
        monkeypatch.setattr(program, "_extensions", lambda point=point: {"broken": point})
        done = mulin("broken")
        assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
        assert "broken" in done.err
