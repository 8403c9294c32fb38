"""Where extracts are kept: one SQLite file, in a folder that may be deleted at any time.

The file is opened as carefully as a returned one: it must be a plain file with exactly our table,
and each line proves itself by a digest. Whatever else is found there is removed, and the returns
are judged again. The lock of the round is held meanwhile, so SQLite needs none of its own, which
would fail on some network shares.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import stat
from collections.abc import Iterable, Set
from dataclasses import field
from pathlib import Path
from urllib.parse import quote

from workflow.python.dataclass import dataclass

NAME = "extracts.sqlite3"
# With the lines beside the keys (WITHOUT ROWID), reading file after file takes four times as long.
_TABLE = "CREATE TABLE extract (key TEXT PRIMARY KEY, digest BLOB NOT NULL, line BLOB NOT NULL)"
_SETTINGS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA synchronous = OFF",  # after a power cut a line that is not whole shows by its digest
    "PRAGMA auto_vacuum = FULL",  # the file gets smaller again when lines are dropped
)
_MOST_WAITING = 500
_MOST_WAITING_BYTES = 16_000_000
_BESIDE = ("-journal", "-wal", "-shm")


@dataclass(slots=True)
class ExtractStore:
    """Lines by key. A line that cannot be stored or read back is missing; nothing is raised."""

    folder: Path
    _connection: sqlite3.Connection | None = field(init=False)
    _waiting: dict[str, bytes] = field(default_factory=dict)
    _waiting_bytes: int = 0

    def __post_init__(self) -> None:
        self._connection = _opened(self.folder / NAME)

    def keys(self) -> Set[object]:
        """Return the keys under which something is kept, as far as can be told without reading."""
        return {key for (key,) in self._rows("SELECT key FROM extract")}

    def find(self, key: str) -> bytes | None:
        """Return the line kept under a key; None where there is none or it was changed."""
        for digest, line in self._rows("SELECT digest, line FROM extract WHERE key = ?", key):
            if isinstance(line, bytes) and digest == _digest(key, line):
                return line
        return None

    def keep(self, key: str, line: bytes) -> None:
        """Keep a line. Lines are written together; a run that is stopped keeps what it has."""
        self._waiting[key] = line
        self._waiting_bytes += len(line)
        if len(self._waiting) >= _MOST_WAITING or self._waiting_bytes >= _MOST_WAITING_BYTES:
            self.write()

    def write(self) -> None:
        """Write the lines that wait."""
        lines, self._waiting, self._waiting_bytes = self._waiting, {}, 0
        rows = [(key, _digest(key, line), line) for key, line in lines.items()]
        if self._connection and rows:
            with contextlib.suppress(sqlite3.Error), self._connection as connection:
                connection.executemany("REPLACE INTO extract VALUES (?, ?, ?)", rows)

    def keep_only(self, wanted: Iterable[str]) -> None:
        """Write the lines that wait, drop those not wanted any more, and close the file."""
        self.write()
        if self._connection is None:
            return
        with contextlib.suppress(sqlite3.Error), self._connection as connection:
            connection.execute("CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY)")
            connection.executemany(
                "INSERT OR IGNORE INTO wanted VALUES (?)", ((key,) for key in wanted)
            )
            connection.execute("DELETE FROM extract WHERE key NOT IN (SELECT key FROM wanted)")
        self._connection.close()
        self._connection = None

    def _rows(self, question: str, *asked: str) -> list[tuple[object, ...]]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(question, asked).fetchall()
        except sqlite3.Error:
            return []


def _digest(key: str, line: bytes) -> bytes:
    return hashlib.sha256(key.encode() + line).digest()


def _opened(path: Path) -> sqlite3.Connection | None:
    """Return the database, made anew where it is not ours; None where nothing can be kept."""
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_unless_plain(path)
            connection = _connected(path)
        except (OSError, sqlite3.OperationalError):
            return None
        except sqlite3.DatabaseError:
            connection = None
        if connection:
            return connection
        with contextlib.suppress(OSError):
            path.unlink()
    return None


def _remove_unless_plain(path: Path) -> None:
    """Remove links, pipes and devices in place of the file or beside it: SQLite would open them."""
    for found in (path, *(path.with_name(path.name + ending) for ending in _BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(found.lstat().st_mode):
                found.unlink()


def _connected(path: Path) -> sqlite3.Connection | None:
    """Return a connection to our table; None when the file holds something else.

    Raises sqlite3.DatabaseError when the file is no database, OperationalError when it cannot be
    opened.
    """
    location = path.absolute().as_posix()  # //server/share/… keeps its slashes, C:/… gets one
    address = f"file://{'' if location.startswith('/') else '/'}{quote(location)}?nolock=1"
    connection = sqlite3.connect(address, uri=True)
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        with connection:
            known = connection.execute("SELECT sql FROM sqlite_master").fetchall()
            if not known:
                connection.execute(_TABLE)
    except sqlite3.Error:
        connection.close()
        raise
    if known in ([], [(_TABLE,), (None,)]):  # and the index that SQLite makes of its keys
        return connection
    connection.close()
    return None
