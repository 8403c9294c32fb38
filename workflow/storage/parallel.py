"""A pure function over many things, in several processes where that pays for their start."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.connection import Connection

SharedT = TypeVar("SharedT")
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_WORTH_A_FORK, _WORTH_A_POOL, _WORTH_A_SPAWN = 8, 40, 150
_PIECES_PER_PROCESS, _MOST_IN_PIECE = 8, 4
_AHEAD = 4
"""Pieces that wait for each process, so that few results wait for who takes them."""
_work: tuple[Any, Any]


def can_fork() -> bool:
    """Whether a process can begin with all that this one knows; others start from nothing."""
    return sys.platform == "linux"


def in_parallel(
    function: Callable[[SharedT, ItemT], ResultT], shared: SharedT, items: Sequence[ItemT]
) -> Iterator[ResultT]:
    """Yield what a function makes of each item, in their order; shared goes to each process once.

    The function must be importable, and the items and what is made of them picklable; so must what
    is shared where no process can fork.
    """
    processes = min(os.cpu_count() or 1, len(items))
    if processes < 2 or len(items) < (_WORTH_A_FORK if can_fork() else _WORTH_A_SPAWN):
        yield from _each(function, shared, items)
        return
    if can_fork() and len(items) < _WORTH_A_POOL:
        half = (len(items) + 1) // 2
        others = beside(lambda: [*_each(function, shared, items[half:])])
        yield from _each(function, shared, items[:half])
        yield from others()
        return
    import multiprocessing  # 15 ms with what follows, for many things alone
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    context = multiprocessing.get_context("fork" if can_fork() else "spawn")
    done = 0
    try:
        with ProcessPoolExecutor(processes, context, _start, (function, shared)) as pool:
            for made in _made(pool, items, processes):
                yield made
                done += 1
    except BrokenProcessPool:  # a process was ended from outside
        yield from _each(function, shared, items[done:])


def _each(
    function: Callable[[SharedT, ItemT], ResultT], shared: SharedT, items: Sequence[ItemT]
) -> Iterator[ResultT]:
    return (function(shared, item) for item in items)


def beside(function: Callable[[], ResultT]) -> Callable[[], ResultT]:
    """Have a function run in another process meanwhile; return what waits for its result.

    Where no process can fork, or where it fails there, it runs again here when the result is asked
    for: so what it raises is raised here. It must not mind to begin twice.
    """
    if not can_fork() or (os.cpu_count() or 1) < 2:
        return function
    import multiprocessing  # 5 ms, for large things alone

    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(function, sending), daemon=True)
    process.start()
    sending.close()

    def result() -> ResultT:
        with receiving, suppress(EOFError, OSError):
            made: ResultT = receiving.recv()
            process.join()
            return made
        process.join()
        return function()

    return result


def _send(function: Callable[[], object], sending: Connection) -> None:
    _begin()
    sending.send(function())


def _made(pool: ProcessPoolExecutor, items: Sequence[ItemT], processes: int) -> Iterator[Any]:
    size = min(_MOST_IN_PIECE, max(1, len(items) // (processes * _PIECES_PER_PROCESS)))
    waiting: deque[Future[list[Any]]] = deque()
    for first in range(0, len(items), size):
        waiting.append(pool.submit(_do, items[first : first + size]))
        if len(waiting) >= processes * _AHEAD:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _start(function: Any, shared: Any) -> None:  # noqa: ANN401 - as in_parallel was given them
    global _work  # a process does one kind of work for its whole life
    _work = (function, shared)
    _begin()


def _begin() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that waits for this one ends it
    # A thread of that process (a progress bar's) may have held what guards its streams.
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - to its end


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: it holds the lock of its round too."""
    import multiprocessing  # which a process that was started has

    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    os._exit(1)


def _do(items: Sequence[Any]) -> list[Any]:
    function, shared = _work
    return [function(shared, item) for item in items]
