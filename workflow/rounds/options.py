"""How a round is read: by whom, with which passwords, telling whom."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workflow.python.dataclass import dataclass
from workflow.returned.workers import engine as workers

if TYPE_CHECKING:
    from workflow.returned.workers.engine import Engine, Opener, TableOpener, WrittenOpener

Progress = Callable[[int, int], None]
"""Told after each file: how many are done, of how many."""


def no_progress(done: int, total: int) -> None:
    """Report nothing."""


def no_preparation() -> None:
    """Do nothing ahead."""


def _get_ready() -> None:
    from workflow.returned.workers import processes  # 6 ms, where files are read

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
    open_table: TableOpener = workers.open_table_in_worker
    passwords: tuple[str, ...] = ()
    progress: Progress = no_progress
    get_ready: Callable[[], None] = no_preparation
    use_cache: bool = False
    again: bool = False
    skipped: frozenset[str] = frozenset()


def in_workers(passwords: Sequence[str] = (), progress: Progress = no_progress) -> ReadOptions:
    """Return how commands read: files are opened in worker processes alone."""
    return ReadOptions(
        engine=workers.judge_in_workers,
        open_book=workers.open_in_worker,
        open_written=workers.open_received_in_worker,
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
