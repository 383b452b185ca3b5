"""How a story is told on a terminal: chapters, sentences, what was proved. Knows no township."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from keys.errors import Text


class Teller:
    """Tells in one language."""

    def __init__(self, console: Console, lang: str) -> None:
        self.console = console
        self._lang = lang
        self._chapter = 0

    def cards(self, conflict: dict[str, Any]) -> None:
        table = Table(
            title=self.t(Text("两边不一致，请核对", "Two statements differ; please check"))
        )
        for candidate in conflict["candidates"]:
            table.add_column(f"{candidate['township']} {candidate['post']}")
        table.add_row(*(escape(c["shown"]) for c in conflict["candidates"]))
        self.console.print(table)

    def progress(self) -> Progress:
        return Progress(
            TextColumn("  {task.description}"),
            BarColumn(30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
        )

    def head(self, text: Text) -> None:
        self._chapter += 1
        self.console.print(f"\n[bold]{self._chapter}. {escape(self.t(text))}[/bold]")

    def say(self, text: Text) -> None:
        self.console.print(f"   {escape(self.t(text))}")

    def ok(self, text: Text) -> None:
        self.console.print(f"   [green]✓[/green] {escape(self.t(text))}")

    def t(self, text: Text) -> str:
        return text.say(self._lang)
