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
from collections.abc import Callable, Iterator
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
        for path in [self.home, *self.home.rglob("*")]:
            self._synced.add(path.stat().st_ino)
        for path in [self.home, *self.home.rglob("*")]:
            if path.is_dir():
                self.durable[path] = self._listed(path)
        with contextlib.ExitStack() as patches:
            for name in _CHANGING:
                real = getattr(os, name)
                patches.enter_context(mock.patch.object(os, name, self._counted(name, real)))
            patches.enter_context(mock.patch.object(os, "fsync", self._sync))
            patches.enter_context(mock.patch.object(io, "open", self._open(io.open)))
            yield

    def left(self, lost: set[Path]) -> Files:
        """Return what lies there after a power cut: of some folders only what they had synced.

        In every folder, a file whose content was not synced is empty.
        """
        files: Files = {}
        for folder in (p for p in (self.home, *self.home.rglob("*")) if p.is_dir()):
            listed = self.durable.get(folder, {}) if folder in lost else self._listed(folder)
            below = folder.relative_to(self.home)
            files |= {(below / name).as_posix(): known for name, known in listed.items()}
        return {name: known for name, known in files.items() if not _is_passing(name)}

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
                self.durable[folder] = self._listed(folder)

    def _listed(self, folder: Path) -> Files:
        """Return what a folder would list after a power cut: unsynced files are empty."""
        files = {}
        for path in (p for p in folder.iterdir() if p.is_file()):
            known = path.stat()
            content = path.read_bytes() if known.st_ino in self._synced else b""
            files[path.name] = (content, known.st_mode)
        return files


def on_disk(home: Path) -> Files:
    """Return everything below a workspace but what is no part of a round."""
    return {
        name: (path.read_bytes(), path.stat().st_mode)
        for path in home.rglob("*")
        if path.is_file() and not _is_passing(name := path.relative_to(home).as_posix())
    }


def lay(home: Path, files: Files) -> None:
    """Make a workspace hold just some files; those that are no part of a round stay."""
    for name in on_disk(home).keys() - files.keys():
        (home / name).unlink()
    for folder in sorted((p for p in home.rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    for name, (content, mode) in files.items():
        path = home / name
        if not path.is_file() or path.read_bytes() != content:
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        path.chmod(mode)


def _is_passing(name: str) -> bool:
    return any(part in f"{name}/" for part in _PASSING)
