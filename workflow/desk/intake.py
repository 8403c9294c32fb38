"""What is dropped on the desk: each file whole in returned/YEAR, over no other one, or not at all.

The bytes come to rest beside, in the folder `.desk`; only a file that is complete gets its name, in
one step, and none that is taken. So whatever stops meanwhile leaves no half file.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from workflow.model.errors import WorkflowError
from workflow.model.limits import MILLION, USUAL, Limits
from workflow.model.years import iso_time
from workflow.plan.load import load_plan
from workflow.plan.paths import plan_paths
from workflow.python.dataclass import dataclass
from workflow.returned.intake.not_workbooks import is_litter
from workflow.storage.files import as_output_error, make_folder, sync_folder, temporary_name
from workflow.storage.workspace import Workspace, safe_name

MOST_FILES = 5_000
"""So many files one desk takes: more are no drop of returns."""

_ROOM_LEFT = 200 * MILLION
"""What the disk keeps free: the ledger has to find room too."""

_LONGEST_STEM, _LONGEST_SUFFIX, _MOST_BYTES = 60, 12, 200
_LATEST = 4_102_444_800  # 2100: a time beyond it is no time


class NotTakenError(WorkflowError):
    """A file was not taken; the text says why, in one sentence for whoever dropped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A file as the browser announces it: its name with its folders, its bytes, when it was saved.

    Modified is in seconds since 1970; 0 where it is not known.
    """

    name: str
    size: int
    modified: float = 0.0

    @property
    def own_name(self) -> str:
        """The name without any folder, whatever system wrote it; never a path."""
        return PurePosixPath(self.name.replace("\\", "/")).name


@dataclass(frozen=True, slots=True)
class Dropped:
    """One line of 受付の控え: what a file was called, and what it is called in returned/YEAR."""

    at: str
    file: str
    original: str
    size: int


def refuse(offer: Offer, limits: Limits, taken: int, folder: Path) -> None:
    """Raise NotTakenError when a file cannot be taken, before anything of it is read."""
    most = limits.file_megabytes
    if not offer.own_name.strip(" .") or is_litter(offer.own_name):
        raise NotTakenError(
            "Excelやパソコンが自分のために作るファイルで、回答ではないため、受け取りませんでした。"
        )
    if offer.size > most * MILLION:
        raise NotTakenError(
            f"{most}MBを超えるため、受け取りませんでした。分けて送ってもらうか、"
            "計画の「上限」を見直してください。"
        )
    if taken >= MOST_FILES:
        raise NotTakenError(
            f"一度に受け取れるのは{MOST_FILES:,}件までです。"
            "受付の画面を開き直すと、続きを受け取れます。"
        )
    if shutil.disk_usage(folder).free < offer.size + _ROOM_LEFT:
        raise NotTakenError("ディスクの空きが足りないため、受け取りませんでした。")


def limits_of(workspace: Workspace) -> Limits:
    """Return the limits of the plan; the usual ones where it cannot be read."""
    try:
        seen = tuple(path.stat().st_mtime_ns for path in plan_paths(workspace.home))
        return _limits(workspace.home, seen)
    except (WorkflowError, OSError):
        return USUAL


@lru_cache(maxsize=4)
def _limits(home: Path, seen: tuple[int, ...]) -> Limits:
    """Return the limits of a plan as it was last saved: every file of a drop asks for them."""
    return load_plan(home).limits


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Yield a path for the bytes of a file that is coming in; whatever lies there then goes."""
    path = folder / temporary_name(secrets.token_hex(8), 0)
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def take_in(workspace: Workspace, year: int, offer: Offer, staged: Path, now: datetime) -> Dropped:
    """Give a complete file its name in returned/YEAR, and note what it was called.

    Raises OutputError when that cannot be done; then nothing is there.
    """
    folder, record = workspace.returned(year), workspace.dropped(year)
    with as_output_error(folder):
        make_folder(folder)
        make_folder(record.parent)
        if 0 < offer.modified < _LATEST:  # as a copy would: the time at which it was saved stays
            os.utime(staged, (offer.modified, offer.modified))
        taken = {_folded(path.name) for path in folder.iterdir()}  # also links that lead nowhere
        for name in _names(offer.own_name):
            if _folded(name) in taken:
                continue
            dropped = Dropped(iso_time(now), name, offer.name, offer.size)
            _note(record, dropped)  # first: what a file was called is never lost
            if _named(staged, folder / name):
                sync_folder(folder)
                return dropped
    raise AssertionError("names never end")


def dropped_files(workspace: Workspace, year: int) -> dict[str, Dropped]:
    """Return what was dropped on the desk in a year, by the name in returned/YEAR."""
    path = workspace.dropped(year)
    try:
        status = path.stat()
    except OSError:
        return {}
    return _recorded(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _recorded(path: Path, size: int, modified: int) -> dict[str, Dropped]:
    """Return what a record of this size and time says; it is asked for many times a second."""
    found = (_noted(line) for line in path.read_bytes().splitlines())
    return {dropped.file: dropped for dropped in found if dropped}


def _names(name: str) -> Iterator[str]:
    """Yield the names a file may get: its own, and then with a number.

    >>> names = _names("回答.xlsx")
    >>> next(names), next(names), next(names)
    ('回答.xlsx', '回答 (2).xlsx', '回答 (3).xlsx')
    """
    plain = unicodedata.normalize("NFC", name).strip(" .")
    stem, suffix = os.path.splitext(plain)  # noqa: PTH122 - a name, not a path
    if len(suffix) > _LONGEST_SUFFIX:
        stem, suffix = plain, ""
    stem, ending = safe_name(stem, _LONGEST_STEM), safe_name(suffix[1:]) if suffix[1:] else ""
    while len(stem.encode()) > _MOST_BYTES:
        stem = stem[:-1]
    ending = f".{ending}" if ending else ""
    yield f"{stem}{ending}"
    number = 2
    while True:
        yield f"{stem} ({number}){ending}"
        number += 1


def _folded(name: str) -> str:
    """Return what two names have in common that are one on another system.

    >>> _folded("回答.XLSX") == _folded("回答.xlsx")
    True
    """
    return unicodedata.normalize("NFC", name).casefold()


def _named(staged: Path, target: Path) -> bool:
    """Give a file its name in one step; False when the name is taken meanwhile. Raises OSError."""
    try:
        target.hardlink_to(staged)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EINVAL):
            raise
        return _copied(staged, target)
    return True


def _copied(staged: Path, target: Path) -> bool:
    """Do the same where returned/ lies on another disk, or on one that knows no links."""
    beside = target.with_name(temporary_name(secrets.token_hex(8), 0))
    try:
        shutil.copy2(staged, beside)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.close(descriptor)
        beside.replace(target)  # over the name we have just made ours
    except FileExistsError:
        return False
    finally:
        beside.unlink(missing_ok=True)
    return True


def _note(record: Path, dropped: Dropped) -> None:
    line = json.dumps(asdict(dropped), ensure_ascii=False)
    with record.open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")


def _noted(line: bytes) -> Dropped | None:
    """Return what a line says; None for one that was cut off."""
    try:
        return Dropped(**json.loads(line))
    except (ValueError, TypeError):
        return None
