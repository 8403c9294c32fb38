"""Judging many files in worker processes: one that hangs, swells or dies costs that file alone.

Every command that may read a file imports it, so it imports what reads when a file is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from workflow.model.catalogue import Code
from workflow.model.findings import Finding
from workflow.model.limits import BY_ROWS, Limits, ResourceLimits, Stopped
from workflow.model.raw import BookByRows, RawBook
from workflow.model.returns import Return
from workflow.returned.inbox import Received
from workflow.returned.workers.codec import decoded, encoded

if TYPE_CHECKING:
    from workflow.returned.context import Context
    from workflow.returned.open import OpenedTable

ReadT = TypeVar("ReadT")
TaskT = TypeVar("TaskT")
MadeT = TypeVar("MadeT")

Engine = Callable[[Sequence[Received], "Context"], Iterator[tuple[Return, ...]]]
"""Judges files and yields the returns in each, in the same order."""

TableOpener = Callable[[Received, Limits, bool], "OpenedTable | Finding"]
"""Reads a table of the city's own, again by other readers; or says why it cannot."""

WrittenOpener = Callable[[Received, Sequence[str], Limits], RawBook | Finding]
"""Reads a workbook that people wrote in, whatever they saved it as; or says why it cannot."""

Opener = Callable[[bytes], AbstractContextManager[BookByRows]]
"""Opens a workbook we made, which somebody may have changed: UnreadableBookError says so."""


def judge_in_workers(
    files: Sequence[Received], context: Context, workers: int = os.cpu_count() or 1
) -> Iterator[tuple[Return, ...]]:
    """Yield the returns in every file, in order; files are opened in worker processes only."""
    if not files:
        return  # to say what judging one needs to know takes seconds for a very large city
    limits = context.plan.limits
    judge = partial(_judged, context=context.of_one_file())
    judged = _run(judge, files, limits, workers)
    for received, line in zip(files, judged, strict=True):
        if isinstance(line, Stopped):
            yield (_cut_short(received, line, limits),)
        else:
            yield decoded(line)


def _judged(received: Received, context: Context) -> bytes:
    """Judge a file in a worker process; a line is sent and kept as it is."""
    from workflow.returned.judge import judge  # 50 ms, that the process itself need not wait for

    return encoded(judge(received, context))


@contextmanager
def open_in_worker(content: bytes) -> Iterator[BookByRows]:
    """Have a workbook of ours read in a worker process, row by row, as long as this lasts."""
    from workflow.returned.workers.book import BookInWorker  # 12 ms, where a file is read

    book = BookInWorker(content, ResourceLimits.of(BY_ROWS, 1))
    del content  # all of a file, which the worker has now
    try:
        yield book
    finally:
        book.close()


def open_received_in_worker(
    received: Received, passwords: Sequence[str], limits: Limits
) -> RawBook | Finding:
    """Return a workbook that people wrote in, whatever its format, read in a worker process."""
    from workflow.returned.open import opened_book  # 32 ms, where a file is read

    work = partial(opened_book, passwords=tuple(passwords), limits=limits)
    return _read_in_worker(work, received, limits)


def open_table_in_worker(received: Received, limits: Limits, again: bool) -> OpenedTable | Finding:
    """Return a table of the city's own, read in a worker process; again by other readers."""
    from workflow.returned.open import opened_table  # 32 ms, where a file is read

    work = partial(opened_table, limits=limits, again=again)
    return _read_in_worker(work, received, limits)


def _read_in_worker(
    read: Callable[[Received], ReadT | Finding], received: Received, limits: Limits
) -> ReadT | Finding:
    """Return what a worker process reads of a file; or why it cannot."""
    (found,) = _run(read, (received,), limits)
    return _cut_short(received, found, limits).findings[0] if isinstance(found, Stopped) else found


def _run(
    work: Callable[[TaskT], MadeT], tasks: Sequence[TaskT], limits: Limits, workers: int = 1
) -> Iterator[MadeT | Stopped]:
    """Yield what worker processes make of every task, within what a plan grants them."""
    from workflow.returned.workers.pool import run  # 12 ms, where a file is read

    return run(work, tasks, ResourceLimits.of(limits, workers))


def _cut_short(received: Received, reason: Stopped, limits: Limits) -> Return:
    from workflow.returned.open import unjudged  # 32 ms, where a file stopped its reader

    if reason is Stopped.TIMED_OUT:
        return unjudged(received, Code.FILE_TIMED_OUT, {"seconds": limits.seconds})
    return unjudged(received, Code.FILE_READER_DIED)
