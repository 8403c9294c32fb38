"""The lock of a round: one run at a time works on it, and the next one names the other."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path

from workflow.model.errors import BusyError, OutputError
from workflow.model.years import JST, iso_time
from workflow.storage.files import write_problem

_STALE_AFTER = timedelta(hours=12)
"""How long a note of another machine counts where the file system knows no locks."""

_FAR = 1 << 30  # the byte Windows locks: far behind the note, which others must be able to read


@contextlib.contextmanager
def working(path: Path, doing: str, now: datetime) -> Iterator[None]:
    """Hold the lock of a round. When the process dies, the system releases it.

    Raises BusyError that names the other run, or OutputError when the lock cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: on a full disk a note that found no room would be tried again when closing.
        stream = path.open("r+b" if path.exists() else "w+b", buffering=0)
    except OSError as error:
        raise OutputError(write_problem(error, path)) from error
    with stream:
        if not _taken(stream, now):
            raise BusyError(_who(stream))
        _note(stream, {"doing": doing, **_me(), "since": iso_time(now)})
        try:
            yield
        finally:
            _note(stream, {})


def _taken(stream: FileIO, now: datetime) -> bool:
    """Try once to take the lock. On file systems without locks the note of its holder counts."""
    try:
        if sys.platform == "win32":
            import msvcrt  # Windows alone

            stream.seek(_FAR)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # POSIX alone

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return not _is_alive(_noted(stream), now)
    return True


def _is_alive(note: dict[str, str], now: datetime) -> bool:
    """Whether the run in the note may still be alive: exact on this machine, by age on another."""
    if not note:
        return False
    if note.get("host") != platform.node():
        return now - datetime.fromisoformat(note["since"]) < _STALE_AFTER
    try:
        os.kill(int(note["process"]), 0)
    except (OSError, ValueError):
        return False
    return True


def _me() -> dict[str, str]:
    return {"host": platform.node(), "process": str(os.getpid())}


def _note(stream: FileIO, document: dict[str, str]) -> None:
    with contextlib.suppress(OSError):  # a note is a courtesy; the lock is what counts
        stream.seek(0)
        stream.truncate()
        stream.write(json.dumps(document, ensure_ascii=False).encode() if document else b"")
        stream.flush()


def _noted(stream: FileIO) -> dict[str, str]:
    try:
        stream.seek(0)
        note = json.loads(stream.read(10_000) or b"{}")
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in note.items()} if isinstance(note, dict) else {}


def _who(stream: FileIO) -> str:
    note = _noted(stream)
    if not {"doing", "host", "process", "since"} <= set(note):
        return "別の実行が終わっていません。"
    since = datetime.fromisoformat(note["since"]).astimezone(JST)
    return (
        f"{note['host']}で{since:%m月%d日%H時%M分}に始まった別の実行（{note['doing']}、"
        f"プロセス番号{note['process']}）が終わっていません。"
    )
