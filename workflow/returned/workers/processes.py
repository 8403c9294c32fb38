"""How worker processes are started: forked from one process that has everything imported already.

That process is a fresh one without threads, so forking it is safe, and it starts while we read the
plan. Where there is no fork (Windows), each worker is a fresh process.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_PRELOADED = "workflow.returned.workers.preload"
_PACKAGE = Path(__file__).resolve().parents[3]


def get_ready() -> None:
    """Let the process that workers are forked from start up, and do not wait for it."""
    if sys.platform == "win32":
        return
    from multiprocessing import forkserver  # POSIX alone

    multiprocessing.set_forkserver_preload([_PRELOADED])
    with _modules_of_ours_alone(), without_interruption():
        forkserver.ensure_running()


def start(work: Callable[..., None], *given: Any) -> BaseProcess:  # noqa: ANN401
    """Start a worker process. It ends with this process at the latest."""
    get_ready()
    context: BaseContext = multiprocessing.get_context(
        "spawn" if sys.platform == "win32" else "forkserver"
    )
    process: BaseProcess = context.Process(  # type: ignore[attr-defined]
        target=work, args=given, daemon=True
    )
    process.start()
    return process


def limit_memory(most: int) -> None:
    """Give this process no more memory than so many bytes."""
    try:
        import resource  # POSIX alone
    except ImportError:  # Windows has no such limit; there the time limit alone applies.
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def ignore_interruption() -> None:
    """Leave Ctrl+C to the process that started this one: it ends its workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def without_interruption() -> Iterator[None]:
    """Have new processes and threads start with Ctrl+C blocked, from their very first moment."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker  # POSIX alone

    resource_tracker.ensure_running()  # before the blocking, which its start would lift again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _modules_of_ours_alone() -> Iterator[None]:
    """Keep a new process from importing what lies in the folder somebody happens to work in."""
    ours = {"PYTHONPATH": str(_PACKAGE), "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
