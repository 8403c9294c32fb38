"""Writes files so that the old content stays complete until the new content is."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from workflow.model.errors import HeldOpenError, OutputError
from workflow.python.lazy_pattern import lazy_pattern
from workflow.storage.spooled import Writable, pieces_of

_TEMPORARY = lazy_pattern(r"\.torimatome-[0-9a-f]{16}-\d+\.(new|old)")
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, however large it is. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_file(target: Path, content: Writable, *, durable: bool = True) -> None:
    """Write one complete file or leave the old one. A durable file survives a power cut afterwards.

    Raises OutputError with one sentence, HeldOpenError when another program has the old one open.
    """
    temporary = target.with_name(temporary_name(secrets.token_hex(8), 0))
    try:
        with as_output_error(target):
            make_folder(target.parent)
            write_temporary(temporary, content, durable=durable)
            move(temporary, target)
            if durable:
                sync_folder(target.parent)
    finally:
        sweep_up(temporary)


def temporary_name(token: str, number: int, kind: str = "new") -> str:
    """Return the name of a temporary file beside its target."""
    return f".torimatome-{token}-{number}.{kind}"


def is_temporary(name: str) -> bool:
    """Whether a file is one of our temporary files."""
    return _TEMPORARY.fullmatch(name) is not None


def write_temporary(path: Path, content: Writable, *, durable: bool = True) -> None:
    """Write a new file; if durable, sync its content to disk. Raises OSError."""
    with path.open("xb") as stream:
        stream.writelines(pieces_of(content))
        if durable:
            stream.flush()
            os.fsync(stream.fileno())


def move(temporary: Path, target: Path) -> None:
    """Move a file over another one, which may be read-only (Windows refuses that by itself).

    Raises HeldOpenError when another program has it open, or OSError.
    """
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "", str(target))
    with _unless_held(target):
        unlock(target)
        temporary.replace(target)


def remove(target: Path) -> None:
    """Remove a file, which may be read-only. Raises HeldOpenError when it is open, or OSError."""
    with _unless_held(target):
        unlock(target)
        target.unlink()


@contextlib.contextmanager
def _unless_held(target: Path) -> Iterator[None]:
    """Raise HeldOpenError if the folder is writable but this file is not; else the error itself."""
    try:
        yield
    except PermissionError as error:
        raise HeldOpenError(
            f"「{target.name}」がExcelなどで開かれているか、書き換えが許されていないため、"
            f"書き込めませんでした（{target}）。以前のファイルはそのまま残っています。"
            "閉じてから、もう一度実行してください。"
        ) from error


def is_locked(path: Path) -> bool:
    """Whether a file exists and is read-only."""
    return path.exists() and not path.stat().st_mode & stat.S_IWUSR


def unlock(path: Path) -> None:
    """Make a read-only file of ours writable, so that it can be replaced. Raises OSError."""
    if is_locked(path):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def lock(path: Path) -> None:
    """Make a file read-only. Raises OSError."""
    path.chmod(path.stat().st_mode & ~_WRITABLE)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents and sync them to disk. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Sync the list of files in a folder to disk."""
    # Windows cannot open a folder; there the rename itself is journalled.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_folders(paths: Iterable[Path]) -> None:
    """Sync the folders of some files to disk."""
    for folder in dict.fromkeys(path.parent for path in paths):
        sync_folder(folder)


def sweep_up(path: Path) -> None:
    """Remove a file of ours. If this is not possible now, a later run removes it."""
    with contextlib.suppress(OSError):
        try:
            path.unlink(missing_ok=True)
        except PermissionError:  # Windows removes nothing that is read-only
            unlock(path)
            path.unlink()


@contextlib.contextmanager
def as_output_error(target: Path) -> Iterator[None]:
    """Turn an OSError about a file into an OutputError with one sentence."""
    try:
        yield
    except OSError as error:
        raise OutputError(write_problem(error, target)) from error


def write_problem(error: OSError, target: Path) -> str:
    """Return in one sentence why a file could not be written."""
    reasons = {
        errno.ENOSPC: "ディスクの空きがないため、書き込めませんでした",
        errno.EDQUOT: "使えるディスクの容量を超えたため、書き込めませんでした",
        errno.EFBIG: "ファイルの大きさの上限を超えたため、書き込めませんでした",
        errno.EROFS: "読み取り専用の場所のため、書き込めませんでした",
        errno.EACCES: "書き込みが許されていないため、書き込めませんでした",
        errno.EPERM: "書き込みが許されていないため、書き込めませんでした",
        errno.EISDIR: "同じ名前のフォルダーがあるため、書き込めませんでした",
        errno.EEXIST: "フォルダーであるはずの場所にファイルがあるため、書き込めませんでした",
        errno.ENOTDIR: "フォルダーであるはずの場所にファイルがあるため、書き込めませんでした",
        errno.ENAMETOOLONG: "名前が長すぎるため、書き込めませんでした",
    }
    reason = reasons.get(error.errno or 0, "書き込めませんでした")
    return f"{reason}（{target}）。以前のファイルはそのまま残っています。"
