"""Judging many files in worker processes: one that hangs, swells or dies costs that file alone."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence

from workflow.findings import Code
from workflow.model import Return
from workflow.returned.inbox import Received
from workflow.returned.judge import Context, judge
from workflow.returned.opening import unjudged
from workflow.returned.raw import RawBook
from workflow.returned.second_reading import open_book

SECONDS_PER_FILE = 60
MEMORY_BYTES = 2_000_000_000

Engine = Callable[[Sequence[Received], Context], Iterator[tuple[Return, ...]]]
"""Judges files and yields the returns in each, in the same order."""

Opener = Callable[[bytes], RawBook | None]
"""Reads a workbook we made, which somebody may have changed; None when it cannot be read."""

_context: Context


def judge_in_workers(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
    """Yield the returns in every file, in order; files are opened in worker processes only."""
    from concurrent.futures import TimeoutError as TookTooLong

    from pebble import ProcessPool

    if not files:
        return
    workers = max(1, min(os.cpu_count() or 1, len(files) // 4))
    with ProcessPool(
        max_workers=workers,
        initializer=_start_worker,
        initargs=(context,),
        context=multiprocessing.get_context("spawn"),
    ) as pool:
        futures = [pool.schedule(_judge_one, (file,), timeout=SECONDS_PER_FILE) for file in files]
        for received, future in zip(files, futures, strict=True):
            try:
                yield future.result()
            except TookTooLong:
                yield (unjudged(received, Code.FILE_TIMED_OUT, seconds=SECONDS_PER_FILE),)
            except Exception:
                # Whatever ended the worker (death, memory, a bug), the others must go on.
                yield (unjudged(received, Code.FILE_READER_DIED),)


def open_in_worker(content: bytes) -> RawBook | None:
    """Return a workbook as the second reader finds it, read in a worker process."""
    from pebble import ProcessPool

    with ProcessPool(
        max_workers=1,
        initializer=_limit_memory,
        context=multiprocessing.get_context("spawn"),
    ) as pool:
        try:
            book: RawBook | None = pool.schedule(
                open_book, (content,), timeout=SECONDS_PER_FILE
            ).result()
        except Exception:
            # Whatever ended the worker (time, death, memory), the workbook cannot be read.
            return None
    return book


def _start_worker(context: Context) -> None:
    global _context  # a worker process has one context for its whole life
    _context = context
    _limit_memory()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; there the time limit alone applies.
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _judge_one(received: Received) -> tuple[Return, ...]:
    return judge(received, _context)
