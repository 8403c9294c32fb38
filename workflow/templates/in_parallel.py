"""A pure function over many things, in several processes where that pays for their start."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

SharedT = TypeVar("SharedT")
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_WORTH_A_FORK, _WORTH_A_SPAWN = 8, 150
_PIECES_PER_PROCESS = 8
_work: tuple[Any, Any]


def in_parallel(
    function: Callable[[SharedT, ItemT], ResultT], shared: SharedT, items: Sequence[ItemT]
) -> Iterator[ResultT]:
    """Yield what a function makes of each item, in their order; shared goes to each process once.

    The function must be importable, and everything picklable.
    """
    processes = min(os.cpu_count() or 1, len(items))
    forks = sys.platform == "linux"  # elsewhere a process starts from nothing
    if processes < 2 or len(items) < (_WORTH_A_FORK if forks else _WORTH_A_SPAWN):
        yield from (function(shared, item) for item in items)
        return
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork" if forks else "spawn")
    piece = max(1, len(items) // (processes * _PIECES_PER_PROCESS))
    with ProcessPoolExecutor(
        processes, context, initializer=_start, initargs=(function, shared)
    ) as pool:
        yield from pool.map(_do, items, chunksize=piece)


def _start(function: Any, shared: Any) -> None:  # noqa: ANN401 - as in_parallel was given them
    global _work  # a process does one kind of work for its whole life
    _work = (function, shared)


def _do(item: Any) -> Any:  # noqa: ANN401
    function, shared = _work
    return function(shared, item)
