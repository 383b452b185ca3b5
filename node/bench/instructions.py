"""Count the processor's instructions for receiving cases in one process: a figure that no busy machine blurs.

The same work is counted twice, once with nothing to receive, so that starting Python falls out. Keys, clock
and chance are seeded: the same code gives nearly the same count everywhere. Needs valgrind or perf; where
neither works, one sentence says so instead of a figure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from node.bench import receive, workload

CASES = 200
_TIMEOUT_S = 1_800.0
_CALLGRIND = re.compile(rb"Collected : (\d+)")
_PERF = re.compile(rb"^(\d+)(?:;[^;]*)*;instructions", re.MULTILINE)
_ABSENT = (
    "没有可用的 valgrind 或 perf，无法数指令（例如 apt-get install valgrind）。",
    "Neither valgrind nor perf works here, so no instructions are counted (apt-get install valgrind).",
)


def count(cases: int) -> dict[str, Any]:
    """{"tool", "cases", "receive_per_entry", …}, or {"why": (zh, en)} without a tool."""
    with tempfile.TemporaryDirectory(prefix="mulin-bench-") as folder:
        file, nothing = Path(folder) / "runs", Path(folder) / "nothing"
        receive.write_runs(file, cases)
        receive.write_runs(nothing, 0)
        for tool in ("callgrind", "perf"):
            whole, idle = _counted(tool, file), None
            if whole is not None:
                idle = _counted(tool, nothing)
            if whole is not None and idle is not None:
                entries = cases * workload.ENTRIES_PER_CASE
                return {
                    "tool": tool,
                    "cases": cases,
                    "receive_per_entry": round((whole - idle) / entries),
                    "receive": whole - idle,
                    "process": whole,
                }
    return {"why": _ABSENT}


def _counted(tool: str, file: Path) -> int | None:
    if shutil.which("valgrind" if tool == "callgrind" else "perf") is None:
        return None
    words = {
        "callgrind": ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"],
        "perf": ["perf", "stat", "-x", ";", "-e", "instructions:u"],
    }[tool]
    done = subprocess.run(
        [*words, sys.executable, "-m", "node.bench.receive", str(file)],
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    found = (_CALLGRIND if tool == "callgrind" else _PERF).search(done.stderr)
    return int(found[1]) if found and done.returncode == 0 else None
