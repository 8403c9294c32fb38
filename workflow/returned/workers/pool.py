"""Many small tasks in a few worker processes; one that hangs or kills its worker costs that alone.

Workers are given a few tasks at a time and answer them one by one, so it is always known which
task a worker is at: that one alone is given up when its worker dies or takes too long.
"""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Pipe, connection
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Generic, TypeVar

from workflow.model.limits import ResourceLimits, Stopped
from workflow.python.garbage import without_garbage_collection
from workflow.returned.workers.processes import ignore_interruption, limit_memory, start

Task = TypeVar("Task")
Made = TypeVar("Made")

_AT_ONCE, _FEW = 8, 3
_AHEAD = 512
_FALSE_STARTS = 3
_PLENTY = 3600.0


def run(
    work: Callable[[Task], Made], tasks: Sequence[Task], limits: ResourceLimits
) -> Iterator[Made | Stopped]:
    """Yield what a function makes of every task, in order; it runs in worker processes only."""
    pool = _WorkerPool(work, tasks, limits)
    try:
        yield from pool.results()
    finally:
        pool.shutdown()


class _Worker:
    """One worker process, seen from outside: the indexes of its tasks, and until when."""

    def __init__(self, work: bytes | memoryview, memory: int) -> None:
        self.pipe, theirs = Pipe()
        self._process = start(_serve, theirs, memory)
        theirs.close()  # so that reading ends when the worker does
        with contextlib.suppress(OSError):  # it died; taking in notices
            self.pipe.send_bytes(work)
        self.is_ready = False
        self.indexes: deque[int] = deque()
        self.deadline = time.monotonic() + _PLENTY

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


class _WorkerPool(Generic[Task, Made]):
    """Workers, the indexes of the tasks still to do, and the results of others meanwhile."""

    def __init__(
        self, work: Callable[[Task], Made], tasks: Sequence[Task], limits: ResourceLimits
    ) -> None:
        self._tasks, self._limits = tasks, limits
        self._work = ForkingPickler.dumps(work)  # once for all workers: it may know a whole city
        self._todo = deque(range(len(tasks)))
        self._made: dict[int, Made | Stopped] = {}
        self._workers: list[_Worker] = []
        self._false_starts = 0

    def results(self) -> Iterator[Made | Stopped]:
        """Yield what was made of every task, in order."""
        for index in range(len(self._tasks)):
            while index not in self._made:
                self._hand_out(index + _AHEAD)
                self._take_in()
            yield self._made.pop(index)

    def shutdown(self) -> None:
        """End every worker."""
        for worker in self._workers:
            worker.kill()

    def _hand_out(self, end: int) -> None:
        """Give work to who has little left, but not too far ahead of what was asked for."""
        while len(self._workers) < min(self._limits.workers, len(self._todo)):
            self._workers.append(_Worker(self._work, self._limits.memory))
        for worker in self._workers:
            is_idle = worker.is_ready and len(worker.indexes) <= _FEW
            if is_idle and self._todo and self._todo[0] < end:
                self._give(worker)

    def _give(self, worker: _Worker) -> None:
        fair = len(self._todo) // (2 * self._limits.workers)
        indexes = [self._todo.popleft() for _ in range(max(1, min(_AT_ONCE, fair)))]
        if not worker.indexes:
            worker.deadline = time.monotonic() + self._limits.seconds
        worker.indexes.extend(indexes)
        with contextlib.suppress(OSError):  # it died; taking in notices
            worker.pipe.send([self._tasks[index] for index in indexes])

    def _take_in(self) -> None:
        busy = [worker for worker in self._workers if worker.indexes or not worker.is_ready]
        patience = min(worker.deadline for worker in busy) - time.monotonic()
        spoken = connection.wait([worker.pipe for worker in busy], max(0.0, patience))
        for worker in busy:
            if worker.pipe in spoken:
                self._hear(worker)
            elif worker.deadline < time.monotonic():
                self._give_up(worker, Stopped.TIMED_OUT)

    def _hear(self, worker: _Worker) -> None:
        try:
            result = worker.pipe.recv()
        except (EOFError, OSError):
            self._give_up(worker, Stopped.DIED)
            return
        worker.deadline = time.monotonic() + self._limits.seconds
        if worker.is_ready:
            self._made[worker.indexes.popleft()] = result
        worker.is_ready = True
        self._false_starts = 0

    def _give_up(self, worker: _Worker, reason: Stopped) -> None:
        """Give up a worker and the task it is at; the tasks behind that are for others."""
        self._workers.remove(worker)
        worker.kill()
        if worker.indexes:
            self._made[worker.indexes.popleft()] = reason
            self._todo.extendleft(reversed(worker.indexes))
            return
        self._false_starts += 1
        if self._false_starts > _FALSE_STARTS:
            raise RuntimeError("worker processes die before they begin")


def _serve(pipe: Connection, memory: int) -> None:
    """Answer the tasks that come, until none can come any more."""
    ignore_interruption()
    limit_memory(memory)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a compiled reader that gives up tells the world
    with contextlib.suppress(EOFError, OSError):
        with without_garbage_collection():
            work = pipe.recv()
        gc.freeze()  # it may know a whole city, and stays to the end
        pipe.send(None)
        while True:
            for task in pipe.recv():
                pipe.send_bytes(_outcome(work, task))


def _outcome(work: Callable[[Task], Made], task: Task) -> bytes | memoryview:
    try:
        return ForkingPickler.dumps(work(task))
    except Exception:
        # Whatever went wrong (memory, a bug), the other tasks must go on.
        return ForkingPickler.dumps(Stopped.DIED)
