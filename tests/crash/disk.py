"""A disk that fails at a given operation, dies there, or loses what was never synced.

While a Disk is in force, everything the tool does to files in this process is counted.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

Files = dict[str, tuple[bytes, int]]
"""What lies in a folder and below: relative path → content and permissions."""

_CHANGING = ("link", "replace", "unlink", "mkdir", "chmod")
_MOVING = ("replace", "unlink", "chmod")
_PASSING = (".lock", ".extracts/")
"""What a run leaves that is no part of a round."""


class PowerLossError(BaseException):
    """The power is gone: no Exception, and nothing done to a file succeeds any more."""


@dataclass(slots=True)
class Disk:
    """A disk below a folder; at an operation, counted from 1, it fails for once or for good."""

    home: Path
    fails_at: int = 0
    for_once: bool = False
    done: int = 0
    is_dead: bool = False
    durable: dict[Path, Files] = field(default_factory=dict)
    _synced: set[int] = field(default_factory=set)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Count, and fail when the time has come."""
        folders = list(_folders(self.home))
        for folder in folders:
            self._synced.update(entry.inode() for entry in os.scandir(folder))
            self._synced.add(Path(folder).stat().st_ino)
        self.durable = {Path(folder): self._listed(folder) for folder in folders}
        with contextlib.ExitStack() as patches:
            for name in _CHANGING:
                real = getattr(os, name)
                patches.enter_context(mock.patch.object(os, name, self._counted(name, real)))
            patches.enter_context(mock.patch.object(os, "fsync", self._sync))
            patches.enter_context(mock.patch.object(io, "open", self._open(io.open)))
            yield

    def left(self, losses: Sequence[set[Path]]) -> Iterator[Files]:
        """Yield what lies there after each power cut: of some folders only what they had synced.

        In every folder, a file whose content was not synced is empty.
        """
        listed = {Path(folder): self._listed(folder) for folder in _folders(self.home)}
        for lost in losses:
            files: Files = {}
            for folder, found in listed.items():
                below = _below(self.home, str(folder))
                known = self.durable.get(folder, {}) if folder in lost else found
                files |= {f"{below}{name}": one for name, one in known.items()}
            yield {name: one for name, one in files.items() if not _is_passing(name)}

    def _count(self, name: str) -> None:
        with self._turn:
            self.done += 1
            if self.done == self.fails_at and self.for_once:
                error = errno.EACCES if name in _MOVING else errno.ENOSPC
                raise OSError(error, os.strerror(error))
            self.is_dead |= self.done == self.fails_at
            if self.is_dead:
                raise PowerLossError

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any of os
            self._count(name)
            return real(*arguments, **named)

        return operation

    def _open(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:  # noqa: ANN401
            if not set(mode) & set("wxa+"):
                return real(file, mode, *more, **named)
            self._count("open")
            stream = real(file, mode, *more, **named)
            self._synced.discard(os.fstat(stream.fileno()).st_ino)
            return stream

        return operation

    def _sync(self, descriptor: int) -> None:
        """Stand in for os.fsync: nothing really waits for a disk, but what is synced is noted."""
        self._count("fsync")
        known = os.fstat(descriptor)
        with self._turn:
            self._synced.add(known.st_ino)
            if stat.S_ISDIR(known.st_mode):
                folder = Path(f"/proc/self/fd/{descriptor}").readlink()
                self.durable[folder] = self._listed(str(folder))

    def _listed(self, folder: str) -> Files:
        """Return what a folder would list after a power cut: unsynced files are empty."""
        files = {}
        for entry in os.scandir(folder):
            if entry.is_file():
                known = entry.stat()
                content = _content(entry.path) if known.st_ino in self._synced else b""
                files[entry.name] = (content, known.st_mode)
        return files


def on_disk(home: Path) -> Files:
    """Return everything below a workspace but what is no part of a round."""
    files: Files = {}
    for folder in _folders(home):
        below = _below(home, folder)
        for entry in os.scandir(folder):
            name = f"{below}{entry.name}"
            if entry.is_file() and not _is_passing(name):
                files[name] = (_content(entry.path), entry.stat().st_mode)
    return files


def lay(home: Path, files: Files) -> None:
    """Make a workspace hold just some files; those that are no part of a round stay."""
    found = on_disk(home)
    for name in found.keys() - files.keys():
        (home / name).unlink()
    for folder in sorted(_folders(home), reverse=True)[:-1]:
        if not any(Path(folder).iterdir()):
            Path(folder).rmdir()
    for name, (content, mode) in files.items():
        path = home / name
        if found.get(name) == (content, mode):
            continue
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)


def _folders(home: Path) -> Iterator[str]:
    """Yield a folder and all below it. Paths are texts: this is done half a million times."""
    return (folder for folder, _, _ in os.walk(home))


def _below(home: Path, folder: str) -> str:
    """Return what stands before a file's name in its path below a workspace."""
    below = folder[len(str(home)) + 1 :]
    return f"{below}/" if below else ""


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:  # noqa: PTH123 - half a million times
        return stream.read()


def _is_passing(name: str) -> bool:
    return any(part in f"{name}/" for part in _PASSING)
