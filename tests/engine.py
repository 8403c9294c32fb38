"""An engine that judges in this very process: for files a test made itself, without the wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar
from unittest.mock import patch

from workflow.model.findings import Finding
from workflow.model.limits import Limits, ResourceLimits
from workflow.model.returns import Return
from workflow.returned.context import Context
from workflow.returned.inbox import Received
from workflow.returned.judge import judge
from workflow.returned.open import OpenedTable, opened_book, opened_table
from workflow.returned.readers.by_rows import WrittenBook
from workflow.rounds.options import ReadOptions

Task = TypeVar("Task")
Made = TypeVar("Made")


def judge_here(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
    """Yield the returns in every file, in order."""
    return (judge(received, context) for received in files)


def judged_file(received: Received, context: Context) -> tuple[Return, ...]:
    """Return the returns in one file, under its name."""
    return tuple(returned.named(received.file) for returned in judge(received, context))


def opened_here(received: Received, limits: Limits, again: bool) -> OpenedTable | Finding:
    """Return a table of the city's own, read here."""
    return opened_table(received, limits, again=again)


HERE = ReadOptions(
    engine=judge_here,
    open_book=lambda content: nullcontext(WrittenBook(content)),
    open_written=opened_book,
    open_table=opened_here,
)
"""How tests read a round: in their own process."""


def without_workers() -> AbstractContextManager[object]:
    """Have commands do in this process what they leave to workers, as long as this lasts."""
    return patch("workflow.returned.workers.pool.run", _run_here)


def _run_here(
    work: Callable[[Task], Made], tasks: Sequence[Task], _: ResourceLimits
) -> Iterator[Made]:
    return map(work, tasks)
