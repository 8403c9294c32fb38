"""How a round is read: by whom, with which passwords, telling whom."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from workflow.model.dataclass import dataclass

if TYPE_CHECKING:
    from workflow.model.findings import Finding
    from workflow.model.limits import Limits
    from workflow.model.raw import RawBook
    from workflow.model.returns import Return
    from workflow.returned.context import Context
    from workflow.returned.inbox import Received
    from workflow.returned.open import OpenedTable
    from workflow.returned.workers.engine import Engine, Opener, TableOpener, WrittenOpener

Progress = Callable[[int, int], None]
"""Told after each file: how many are done, of how many."""


def no_progress(done: int, total: int) -> None:
    """Report nothing."""


def no_preparation() -> None:
    """Do nothing ahead."""


def _judge(files: Sequence[Received], context: Context) -> Iterator[tuple[Return, ...]]:
    from workflow.returned.workers.engine import (
        judge_in_workers,  # 30 ms, not where nothing changed
    )

    return judge_in_workers(files, context)


def _open(content: bytes) -> RawBook | None:
    from workflow.returned.workers.engine import open_in_worker  # as above

    return open_in_worker(content)


def _open_written(
    received: Received, passwords: Sequence[str], limits: Limits
) -> RawBook | Finding:
    from workflow.returned.workers.engine import open_received_in_worker  # as above

    return open_received_in_worker(received, passwords, limits)


def open_table_in_worker(received: Received, limits: Limits, again: bool) -> OpenedTable | Finding:
    """Return a table of the city's own, read in a worker process; again by other readers."""
    from workflow.returned.workers import engine  # as above

    return engine.open_table_in_worker(received, limits, again)


def _get_ready() -> None:
    from workflow.returned.workers import processes  # as above

    processes.get_ready()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read a round: who judges and opens, with which passwords, telling whom.

    Open_book reads what we wrote, open_written what people wrote in besides the returns, open_table
    the city's table of known values.

    Get_ready lets the engine start up ahead. With use_cache, what judging a file gave is kept and
    no file is judged twice; again has every original read with another library than collect uses.
    Skipped are files that are still being copied: a collect with the cache leaves them out.
    """

    engine: Engine
    open_book: Opener
    open_written: WrittenOpener
    open_table: TableOpener = open_table_in_worker
    passwords: tuple[str, ...] = ()
    progress: Progress = no_progress
    get_ready: Callable[[], None] = no_preparation
    use_cache: bool = False
    again: bool = False
    skipped: frozenset[str] = frozenset()


def in_workers(passwords: Sequence[str] = (), progress: Progress = no_progress) -> ReadOptions:
    """Return how commands read: files are opened in worker processes alone."""
    return ReadOptions(
        engine=_judge,
        open_book=_open,
        open_written=_open_written,
        passwords=tuple(passwords),
        progress=progress,
        get_ready=_get_ready,
    )


def secret_digest(passwords: Sequence[str]) -> str:
    """Return a digest of passwords that is slow to guess them from: others can read it."""
    if not passwords:
        return ""
    plain = json.dumps(list(passwords)).encode()
    return hashlib.scrypt(plain, salt=b"torimatome", n=2**14, r=8, p=1).hex()
