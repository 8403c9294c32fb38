"""Writing files so that what was there before is whole until the new one is: plan, then write."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from workflow.errors import OutputError

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def safe_name(text: str, limit: int = 60) -> str:
    """Return a text as part of a file name that Windows, macOS and zip tools all accept."""
    plain = unicodedata.normalize("NFC", text)
    shown = "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    name = _FORBIDDEN.sub("_", shown).strip(" .")[:limit].rstrip(" .")
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name


def replace_all(contents: Mapping[Path, bytes]) -> None:
    """Write every file, or none: each is first written whole beside its target, then moved.

    Raises OutputError with one sentence; then every target is what it was before.
    """
    new: dict[Path, Path] = {}
    old: dict[Path, Path] = {}
    target = Path()
    try:
        for target, content in contents.items():
            new[target] = _write_beside(target, content)
        for target in contents:
            if target.exists():
                old[target] = _keep_beside(target)
        with _taking_back(old) as begun:
            for target, temporary in new.items():
                begun.append(target)
                _unlock(target)
                temporary.replace(target)
        for folder in {target.parent for target in contents}:
            _sync_folder(folder)
    except OSError as error:
        raise OutputError(write_problem(error, target)) from error
    finally:
        for temporary in (*new.values(), *old.values()):
            temporary.unlink(missing_ok=True)


def remove_all(paths: Iterable[Path]) -> None:
    """Remove files of ours that are no longer needed. Raises OutputError with one sentence."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(write_problem(error, path)) from error


def make_read_only(paths: Iterable[Path]) -> None:
    """Let nobody write into some files by mistake. Raises OutputError with one sentence."""
    for path in paths:
        try:
            path.chmod(path.stat().st_mode & ~_WRITABLE)
        except OSError as error:
            raise OutputError(write_problem(error, path)) from error


@contextlib.contextmanager
def _taking_back(old: Mapping[Path, Path]) -> Iterator[list[Path]]:
    """Take back the moves begun, by the list, when something comes between them, even Ctrl+C."""
    begun: list[Path] = []
    try:
        yield begun
    except BaseException:
        for target in begun:
            with contextlib.suppress(OSError):
                if target in old:
                    old[target].replace(target)
                else:
                    target.unlink()
        raise


def _keep_beside(target: Path) -> Path:
    kept = target.with_name(f".torimatome-{secrets.token_hex(8)}.tmp")
    try:
        os.link(target, kept)
    except OSError:
        _copy(target, kept)  # not every disk knows hard links
    return kept


def _copy(target: Path, kept: Path) -> None:
    try:
        shutil.copy2(target, kept)
    except OSError:
        kept.unlink(missing_ok=True)
        raise


def _write_beside(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "", str(target))
    handle, name = tempfile.mkstemp(prefix=".torimatome-", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode_of_new_files())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _unlock(target: Path) -> None:
    """Let a read-only file of ours be replaced, which Windows would refuse."""
    if target.exists() and not target.stat().st_mode & stat.S_IWUSR:
        target.chmod(target.stat().st_mode | stat.S_IWUSR)


def _mode_of_new_files() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the rename itself is journalled.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_problem(error: OSError, target: Path) -> str:
    """Return in one sentence why a file could not be written."""
    reasons = {
        errno.ENOSPC: "ディスクの空きがないため、書き込めませんでした",
        errno.EDQUOT: "使えるディスクの容量を超えたため、書き込めませんでした",
        errno.EFBIG: "ファイルの大きさの上限を超えたため、書き込めませんでした",
        errno.EROFS: "読み取り専用の場所のため、書き込めませんでした",
        errno.EACCES: "書き込みが許されていないか、Excelで開いているため、書き込めませんでした",
        errno.EPERM: "書き込みが許されていないため、書き込めませんでした",
        errno.EISDIR: "同じ名前のフォルダーがあるため、書き込めませんでした",
        errno.ENOTDIR: "フォルダーであるはずの場所にファイルがあるため、書き込めませんでした",
        errno.ENAMETOOLONG: "名前が長すぎるため、書き込めませんでした",
    }
    reason = reasons.get(error.errno or 0, "書き込めませんでした")
    return f"{reason}（{target}）。以前のファイルはそのまま残っています。"
