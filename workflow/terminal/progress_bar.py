"""A bar that moves while files are read, drawn by rich, which takes long to load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _SpeedColumn(ProgressColumn):
    """How many files a second are done."""

    def render(self, task: Task) -> Text:
        """Return the speed, once there is one."""
        return Text(f"{task.speed:.1f}件/秒" if task.speed else "")


@contextmanager
def moving_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while work goes on."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _SpeedColumn(),
        TextColumn("残り"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as p:
        task = p.add_task(title, total=None)
        yield lambda done, total: p.update(task, completed=done, total=total)
