"""An exported record loads in the official JavaScript library, with equal values and equal candidates.

Runs where Node is present. The library is fetched once from npm by its name and kept in pytest's cache.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from crdt.conflicts import conflicts
from crdt.kinds.types import Scalar
from crdt.operations import Keep, Set, Splice
from crdt.record import Record
from tests.support.story import Story
from tests.support.world import Replica, World, new_case

LIBRARY = "@automerge/automerge"
VERSION = "3.5.0"
READER = Path(__file__).with_name("read_records.mjs")
_INSTALL = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

pytestmark = pytest.mark.node_js


@pytest.fixture(scope="session")
def library(pytestconfig: pytest.Config) -> Path:
    """A folder in which Node finds the library; skipped with the reason where it cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node.js with npm is not installed here")
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("javascript")
    home = cache / f"automerge-{VERSION}"
    if not home.exists():
        fresh = Path(tempfile.mkdtemp(dir=cache))
        (fresh / "package.json").write_text('{"private": true}')
        done = subprocess.run(
            [npm, *_INSTALL, f"{LIBRARY}@{VERSION}"],
            cwd=fresh,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if done.returncode:
            shutil.rmtree(fresh)
            pytest.skip(f"npm could not fetch {LIBRARY}: {done.stderr.strip()[-200:]}")
        try:
            os.rename(fresh, home)
        except OSError:  # another worker was faster
            shutil.rmtree(fresh)
    return home


def _read(library: Path, folder: Path) -> dict[str, Any]:
    """What JavaScript says about the files in `folder`."""
    done = subprocess.run(
        ["node", str(READER), str(library), str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _tagged(value: Scalar) -> list[str]:
    match value:
        case None:
            return ["null", ""]
        case bool():
            return ["bool", str(value).lower()]
        case int():
            return ["int", str(value)]
        case bytes():
            return ["bytes", value.hex()]
        case str():
            return ["str", value]


def _expected(record: Record) -> dict[str, Any]:
    """The same from our side: values from the document, candidates from the index of writers."""
    index, document = record.shared.writers, record.document()
    actor = {a.entry.id: a.actor.hex() for a in record.applied}
    keys: dict[str, Any] = {}
    for key in document.keys():  # noqa: SIM118
        stands, value = document.value(key)
        writers = index.writers(key)
        said = {actor[index.ids[n]]: _tagged(index.value(key, n)) for n in writers}
        keys[key] = {
            "value": _tagged(value) if stands else ["text", document.text(key)],
            # The library names conflicts only where there is more than one statement.
            "candidates": said if len(said) > 1 else {},
        }
    return {"heads": [h.hex() for h in document.heads()], "keys": keys}


def test_javascript_reads_the_same_values_and_names_the_same_candidates(
    library: Path, tmp_path: Path
) -> None:
    """Stories with conflicts, settlements, withdrawals and merged text; one file for every record."""
    expected: dict[str, Any] = {}
    disputed = 0
    for seed in range(60):
        story = Story(random.Random(seed), 2 + seed % 4, 1 + seed % 3).tell(60).heal()
        for number in story.records:
            record = story.replicas[0].record(number)
            name = f"{seed}-{number.hex()}.automerge"
            (tmp_path / name).write_bytes(record.document().save())
            expected[name] = _expected(record)
            disputed += sum(bool(k["candidates"]) for k in expected[name]["keys"].values())
    assert disputed > 80, "a comparison without conflicts proves little"
    said = _read(library, tmp_path)
    assert said.keys() == expected.keys()
    for name, record_said in said.items():
        assert record_said["heads"] == expected[name]["heads"], name
        for key, found in record_said["keys"].items():
            assert found == expected[name]["keys"][key], f"{name} {key}"
        assert record_said["keys"].keys() == expected[name]["keys"].keys()


def test_javascript_reads_every_type_and_every_settlement(library: Path, tmp_path: Path) -> None:
    world = World()
    ours, theirs = (Replica(world, world.pen(n)) for n in ("甲", "乙"))
    first = ours.write(
        None,
        *new_case(),
        Set("amount_claimed", 2**53 - 1),
        Set("lead", ours.pen.township),
        Splice("summary", ((0, 0, "界在溪边🙂"),)),
    )
    assert first.record is not None
    theirs.take(first)
    ours.write(first.record, Set("amount_agreed", 1), Set("due_on", "2024-08-18"))
    theirs.write(first.record, Set("amount_agreed", 2), Set("due_on", "2024-09-01"))
    ours.take(*theirs.taken.values())
    record = ours.record(first.record)
    cites = {c.key: tuple(x.entry for x in c.candidates) for c in conflicts(record)}
    ours.write(first.record, Set("amount_agreed", None, cites["amount_agreed"]))
    ours.write(first.record, Keep("due_on", cites["due_on"]))
    (tmp_path / "case.automerge").write_bytes(record.document().save())
    said = _read(library, tmp_path)["case.automerge"]
    assert said == _expected(record)
    assert len(said["keys"]["due_on"]["candidates"]) == 2, "kept side by side on purpose"
    assert said["keys"]["amount_agreed"] == {"value": ["null", ""], "candidates": {}}
    assert said["keys"]["summary"]["value"] == ["text", "界在溪边🙂"]
    settled = [k for k in said["keys"] if k.startswith("settled/") and k.endswith("/field")]
    assert {said["keys"][k]["value"][1] for k in settled} == {"amount_agreed", "due_on"}
