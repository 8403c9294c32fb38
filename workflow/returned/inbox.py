"""What lies in returned/YEAR: names, sizes, times and digests. Nothing is changed.

What is in a file is for worker processes alone; here its bytes are counted, never understood.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from workflow.model.limits import MILLION, most
from workflow.model.years import from_timestamp, iso_time
from workflow.python.dataclass import dataclass
from workflow.returned.intake.not_workbooks import WORKBOOKS, suffix


@dataclass(frozen=True, slots=True)
class Received:
    """One file in returned/YEAR: its name below that folder, with slashes, and where it is.

    A folder counts only when its name is that of a workbook: somebody may look for it.
    """

    file: str
    path: Path
    size: int
    received: datetime
    regular: bool
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files at one moment, and the SHA-256 of each by name; "" for what is not read."""

    files: tuple[Received, ...]
    digests: Mapping[str, str]

    def without(self, names: frozenset[str]) -> Snapshot:
        """Return the snapshot without some files."""
        files = tuple(received for received in self.files if received.file not in names)
        return Snapshot(files, {received.file: self.digests[received.file] for received in files})


def take_snapshot(folder: Path) -> Snapshot:
    """Return every file below a folder with its digest."""
    files = scan(folder)
    return Snapshot(files, {received.file: content_digest(received) for received in files})


def scan(folder: Path) -> tuple[Received, ...]:
    """Return every file below a folder in a fixed order; links are listed, never followed.

    So are folders named like workbooks, and folders that cannot be looked into: nothing that may
    hold a return goes unmentioned.
    """
    if not folder.is_dir():
        return ()
    unreadable: dict[Path, None] = {}

    def note(error: OSError) -> None:
        unreadable[Path(error.filename)] = None

    found = dict.fromkeys(
        Path(parent) / name
        for parent, folders, names in os.walk(folder, onerror=note, followlinks=False)
        for name in (*names, *(f for f in folders if _is_listed(Path(parent) / f)))
    )
    received = [_received(folder, path) for path in found if path not in unreadable]
    received += [_unreadable_folder(folder, path) for path in unreadable]
    named = sorted((one for one in received if one), key=lambda one: (one.file, one.path))
    return tuple(_with_names_of_their_own(named))


def seen_files(files: Iterable[Received]) -> tuple[tuple[str, int, str], ...]:
    """Return the files as they lie there: an archive is one file, whatever it gives."""
    return tuple((one.file, one.size, iso_time(one.received)) for one in files)


def content_digest(received: Received) -> str:
    """Return the SHA-256 of what a file holds now; "" for what no plan lets anybody read."""
    if not received.regular or received.size > most("file_megabytes") * MILLION:
        return ""
    try:
        with opened_file(received.path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def content_of(received: Received, most_bytes: int) -> bytes | None:
    """Return what a file holds now, one byte more than it may be at most; None when it is shut."""
    try:
        with opened_file(received.path) as stream:
            size = min(os.fstat(stream.fileno()).st_size, most_bytes)
            content = stream.read(size + 1)  # room for all that may be takes longer than reading
            return content + stream.read(most_bytes - size) if len(content) > size else content
    except OSError:
        return None


def single(path: Path) -> Received:
    """Return one file named by the coordinator, wherever it lies."""
    received = _received(path.parent, path)
    return received or Received(path.name, path, 0, from_timestamp(0), regular=True)


def opened_file(path: Path) -> BufferedReader:
    """Open a file; OSError when somebody has put a link, a pipe or a device in its place."""
    stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - who asked closes it
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError("no regular file")
    return stream


def _without_waiting(path: str, flags: int) -> int:
    extra = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags | extra)


def shown_name(name: str) -> str:
    """Return a name as it is shown: what in it is no text is replaced."""
    return name.encode("utf-8", "replace").decode()


def _is_listed(folder: Path) -> bool:
    try:
        return folder.is_symlink() or suffix(folder.name) in WORKBOOKS
    except OSError:  # too deep for any path; walking into it fails and is noted
        return False


def _unreadable_folder(folder: Path, path: Path) -> Received | None:
    """Return a folder nobody can look into: opening it fails as opening a locked file does."""
    on_disk = _received(folder, path)
    if on_disk is None:
        file = shown_name(path.relative_to(folder).as_posix())
        return Received(file, path, 0, from_timestamp(0), regular=True)
    return replace(on_disk, folder=False, regular=True)


def _with_names_of_their_own(files: Iterable[Received]) -> Iterator[Received]:
    """Yield the files; names that only differ where they are no text are told apart by number."""
    seen: dict[str, int] = {}
    for received in files:
        seen[received.file] = seen.get(received.file, 0) + 1
        times = seen[received.file]
        yield received if times == 1 else replace(received, file=f"{received.file} ({times})")


def _received(folder: Path, path: Path) -> Received | None:
    """Return a file as it lies there; None for one that went while it was listed."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return Received(
        file=shown_name(path.relative_to(folder).as_posix()),
        path=path,
        size=status.st_size,
        received=from_timestamp(status.st_mtime),
        regular=stat.S_ISREG(status.st_mode),
        folder=stat.S_ISDIR(status.st_mode),
    )


def file_identity(received: Received, digest: str) -> tuple[str | int, ...]:
    """Return everything that distinguishes a file on disk from any other."""
    moment = received.received.isoformat()
    return (received.file, digest, received.size, moment, received.regular, received.folder)
