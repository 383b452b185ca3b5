"""A progress bar that appears only when something takes long. Knows rich and a stream."""

from __future__ import annotations

import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_PATIENCE_S = 0.5


class Bar:
    """Shows itself half a second after it was made, if it is moved then."""

    def __init__(self, words: str, stream: TextIO) -> None:
        self._words = words
        self._stream = stream
        self._began = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(self) -> None:
        """From now on it stands on the terminal and moves by itself until it is told how far it is."""
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            console=Console(file=self._stream),
            transient=True,
        )
        self._task = self._progress.add_task(self._words, total=None)
        self._progress.start()

    def move(self, done: int, whole: int) -> None:
        if self._progress is None and time.monotonic() - self._began > _PATIENCE_S:
            self.show()
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=max(whole, 1))

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
