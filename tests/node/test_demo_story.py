"""The demonstration end to end: what it tells is true, and it leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from node.demo import story
from node.demo.world import StoryFailed, Township


def _demo(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "node.cli.main", "demo", "run", *words],
        capture_output=True,
        text=True,
        env=environment,
        timeout=170,
        check=False,
    )


def test_the_demonstration_ends_in_agreement_and_cleans_up(tmp_path: Path) -> None:
    done = _demo(tmp_path, "--json", "--lang", "zh")
    assert done.returncode == 0, done.stderr[-2000:]
    proved = json.loads(done.stdout)
    assert proved["ok"] is True
    assert proved["entries"] > 200
    assert re.fullmatch(r"[0-9a-f]{64}", proved["digest"])
    assert "演示数据" in done.stderr
    told = "".join(done.stderr.split())
    for claim in (
        "马蚌镇的mulintoday提醒它还没有签收",
        "马蚌镇只有密文",
        "恢复了旧备份，也没有回来",
        "纠纷46件（新31、旧15），排查180次、366人次",
    ):
        assert claim in told
    assert list(tmp_path.glob("mulin-demo-*")) == []


def test_kept_nodes_answer_and_end_as_the_demonstration_says(tmp_path: Path) -> None:
    done = _demo(tmp_path, "--keep", "--lang", "en")
    assert done.returncode == 0, done.stderr[-2000:]
    [folder] = tmp_path.glob("mulin-demo-*")
    pids = [int(p) for p in re.findall(r"pid (\d+)", done.stdout)]
    try:
        assert len(pids) == 3
        homes = [h for h in folder.iterdir() if h.is_dir()]
        digests = set()
        for home in homes:
            asked = subprocess.run(
                [sys.executable, "-m", "node.cli.main", "--home", str(home), "status", "--json"],
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            digests.add(json.loads(asked.stdout)["ledgers"][0]["digest"])
        assert len(digests) == 1
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)


def test_a_story_that_is_not_as_told_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A planted lie: the cut-off township writes what the other writes, so that nothing differs."""
    honest = Township.command

    def lying(self: Township, *words: str, expect: tuple[int, ...] = (0,)) -> str:
        told = tuple(w.replace("9500", "8000") for w in words)
        return honest(self, *told, expect=expect)

    monkeypatch.setattr(Township, "command", lying)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    from rich.console import Console

    with open(tmp_path / "told", "w") as told, pytest.raises(StoryFailed):
        story.Story(Console(file=told), "zh", 1).run(keep=False)
    assert list(tmp_path.glob("mulin-demo-*")) == []


def test_a_name_that_everybody_reads_fails_the_story(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A planted leak: whatever is granted to one is granted to the third as well."""
    honest = Township.command

    def leaking(self: Township, *words: str, expect: tuple[int, ...] = (0,)) -> str:
        if words[:2] == ("grant", "add"):
            honest(self, *words[:3], "马蚌镇", *words[4:], expect=expect)
        return honest(self, *words, expect=expect)

    monkeypatch.setattr(Township, "command", leaking)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    from rich.console import Console

    with open(tmp_path / "told", "w") as told, pytest.raises(StoryFailed, match="not granted"):
        story.Story(Console(file=told), "zh", 1).run(keep=False)
