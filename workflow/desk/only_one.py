"""One desk a workspace: a second start opens the pages of the first.

All a desk needs on disk lies in the folder `.desk` of the workspace, and goes with it: a lock that
the system drops when the process dies, a note by which a second start finds the first, and what is
just being received. Only this user of this computer can read the note.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

from workflow.desk.safety import AGAIN, SECRET
from workflow.python.dataclass import dataclass
from workflow.storage.files import as_output_error
from workflow.storage.lock import working
from workflow.storage.workspace import Workspace

_LOCK, _NOTE = "lock", "desk.json"
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Note:
    """Where the desk of a workspace is, and the secret by which its user gets another address."""

    host: str
    port: int
    secret: str


@contextlib.contextmanager
def only_one(workspace: Workspace, now: datetime) -> Iterator[Path]:
    """Be the desk of a workspace; yield the folder for what is just being received, empty.

    Raises BusyError when there is another one, or OutputError.
    """
    folder = workspace.desk()
    with working(folder / _LOCK, "desk", now):
        try:
            with as_output_error(folder):
                _clear(folder)
                folder.chmod(0o700)
            yield folder
        finally:
            _clear(folder)
            (folder / _LOCK).unlink(missing_ok=True) if os.name != "nt" else None
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)


def write_note(folder: Path, note: Note) -> None:
    """Say where the desk is; nobody else may read it. Raises OSError."""
    descriptor = os.open(folder / _NOTE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(note), stream)


def address_of_the_other(workspace: Workspace) -> str | None:
    """Return an address of the desk that is there; None when it is on another computer, or silent.

    It may be just starting, so it is asked for a while.
    """
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        try:
            note = Note(**json.loads((workspace.desk() / _NOTE).read_bytes()))
            return _another_address(note) if note.host == platform.node() else None
        except (OSError, ValueError, TypeError):
            time.sleep(0.1)
    return None


def _another_address(note: Note) -> str | None:
    connection = HTTPConnection("127.0.0.1", note.port, timeout=_SECONDS)
    try:
        headers = {"Content-Type": "application/json", SECRET: note.secret}
        connection.request("POST", AGAIN, b"{}", headers)
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == 200 else None
    finally:
        connection.close()


def _clear(folder: Path) -> None:
    """Remove what a desk that died left: its note, and what it was just receiving."""
    for path in folder.iterdir():
        if path.name != _LOCK:
            with contextlib.suppress(OSError):
                path.unlink()
