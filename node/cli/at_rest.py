"""What `doctor` finds about a node's files as they lie on the disk: whether others may read or write them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keys.errors import Text
from node.cli.files import private
from node.cli.findings import Finding, Level

if TYPE_CHECKING:
    from node.home import Home

_NAMED = 3


def of_files(home: Home) -> Iterator[Finding]:
    """The node's folder and everything in it: journals, marks, old keys, copies, stores put aside."""
    yield _mode("key-file", Text("密钥文件", "key file"), home.keys, "600")
    yield _mode("home", Text("节点目录", "node's folder"), home.folder, "700")
    if home.data.exists():
        yield _mode("store", Text("数据文件", "store"), home.data, "600")
    said = {home.keys, home.data}
    exposed = [path for path in _everything(home.folder) if path not in said and _is_exposed(path)]
    if not exposed:
        fine = Text("目录里其余文件只有本人可读", "only its owner reads the other files in it")
        yield Finding("files", Level.FINE, fine)
        return
    names = [path.relative_to(home.folder).as_posix() for path in exposed[:_NAMED]]
    more = "…" if len(exposed) > _NAMED else ""
    folder = shlex.quote(str(home.folder))
    yield Finding(
        "files",
        Level.WRONG,
        Text(
            f"目录里有 {len(exposed)} 个文件别人也能读：{'、'.join(names)}{more}",
            f"others may read {len(exposed)} files in it: {', '.join(names)}{more}",
        ),
        Text(f"请运行：chmod -R go= {folder}", f"Run: chmod -R go= {folder}"),
    )


def _everything(folder: Path) -> Iterator[Path]:
    """All files and folders below, in order; what a link points at is none of ours."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted([*folders, *files]):
            path = Path(root, name)
            if not path.is_symlink():
                yield path


def _is_exposed(path: Path) -> bool:
    """Whether others may read or write it; what vanished meanwhile is nobody's."""
    try:
        return not private(path)
    except FileNotFoundError:
        return False


def _mode(check: str, what: Text, path: Path, mode: str) -> Finding:
    if private(path):
        said = Text(f"{what[0]}只有本人可读", f"only its owner reads the {what[1]}")
        return Finding(check, Level.FINE, said)
    name = path.name if path.is_file() else str(path)
    said = Text(f"{what[0]}别人也能读", f"others may read the {what[1]}")
    hint = Text(f"请运行：chmod {mode} {name}", f"Run: chmod {mode} {name}")
    return Finding(check, Level.WRONG, said, hint)
