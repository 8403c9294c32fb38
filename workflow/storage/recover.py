"""Notes what a run is about to change, and restores the state before one that was cut short.

The note is compiled/YEAR/.intent.json. It exists from the moment all new files are written beside
their targets until all are moved. A run that finds it restores the old files. It names only files
of the round; the names of the temporary files follow from its token.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePosixPath

from workflow.model.errors import HeldOpenError, OutputError, WorkspaceError
from workflow.model.years import era_year
from workflow.python.dataclass import dataclass
from workflow.python.garbage import without_garbage_collection
from workflow.python.lazy_pattern import lazy_pattern
from workflow.storage.files import (
    as_output_error,
    is_temporary,
    lock,
    remove,
    sha256,
    sweep_up,
    sync_folder,
    sync_folders,
    temporary_name,
    unlock,
)
from workflow.storage.lock import working
from workflow.storage.workspace import Workspace

_TOKEN = lazy_pattern(r"[0-9a-f]{16}")
_DIGEST = lazy_pattern(r"([0-9a-f]{64})?")
_ELSEWHERE = frozenset(":\\\0")
"""What a part of a path needs on Windows to lead somewhere else."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file to be written, replaced or removed; its target is a path below the workspace.

    new is the SHA-256 of the new content, "" for a removal. there and locked tell whether a file
    existed before and whether it was read-only.
    """

    target: str
    new: str
    there: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class Intent:
    """All changes of one run to a round; token is unique to it, 16 hexadecimal digits."""

    token: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class StepPaths:
    """The paths of a step: its target, and the new and the old file beside it."""

    step: Step
    target: Path
    new: Path
    old: Path


def step_paths(intent: Intent, home: Path) -> tuple[StepPaths, ...]:
    """Return the paths of each step in a workspace."""
    found = []
    for number, step in enumerate(intent.steps):
        target = home / step.target
        new, old = (temporary_name(intent.token, number, kind) for kind in ("new", "old"))
        found.append(StepPaths(step, target, target.with_name(new), target.with_name(old)))
    return tuple(found)


def intent_as_bytes(intent: Intent) -> bytes:
    """Return an intent as JSON."""
    return json.dumps(asdict(intent), ensure_ascii=False, indent=1).encode()


def read_intent(content: bytes, folders: Iterable[str]) -> Intent:
    """Return the intent stored in some bytes; its targets must be below the given folders.

    Raises ValueError when the bytes are no intent or name any other file.
    """
    try:
        document = json.loads(content)
        intent = Intent(str(document["token"]), tuple(Step(**step) for step in document["steps"]))
        fits = _TOKEN.fullmatch(intent.token) and is_below(intent, folders)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no intent") from error
    if not fits:
        raise ValueError("an intent for other files")
    return intent


def is_below(intent: Intent, folders: Iterable[str]) -> bool:
    """Whether every target is below one of the given folders of the workspace."""
    return all(_fits(step, folders) for step in intent.steps)


def _fits(step: Step, folders: Iterable[str]) -> bool:
    path = PurePosixPath(step.target)
    below = any(path.is_relative_to(folder) and path != PurePosixPath(folder) for folder in folders)
    straight = ".." not in path.parts and not _ELSEWHERE & set(step.target)
    return below and straight and _DIGEST.fullmatch(step.new) is not None


@contextlib.contextmanager
def at_work(workspace: Workspace, year: int, doing: str, now: datetime) -> Iterator[None]:
    """Hold the lock of a round, after taking back the half-done changes of a run that died.

    The garbage collector rests meanwhile.
    Raises WorkspaceError that names the run holding the lock, or OutputError.
    """
    with working(workspace.lock(year), doing, now), without_garbage_collection():
        take_back(workspace, year)
        yield


def take_back(workspace: Workspace, year: int) -> None:
    """Restore the files as they were before an unfinished run. The caller holds the lock.

    Leftover temporary files are removed. Raises OutputError when a file cannot be restored now, or
    WorkspaceError when the note is not ours. Both can be tried again.
    """
    note = workspace.intent(year)
    if note.exists():
        found = _noted(workspace, year)
        for paths in reversed(found):
            _restore(paths)
        sync_folders(paths.target for paths in found)
        settle(note)
    for path in _left_over(workspace, year):
        sweep_up(path)


def refuse_unfinished(workspace: Workspace, year: int) -> None:
    """Raise WorkspaceError where a round's files are neither the old ones nor the new ones."""
    if workspace.intent(year).exists():
        raise WorkspaceError(
            f"{era_year(year)}のファイルは、書き込みの途中か、前の実行が途中で止まったままです。"
            "ほかの人が実行していなければ、止まった作業（generate、collect、finalize）を"
            "もう一度実行してください。前の状態に戻してから始めます。"
        )


def settle(note: Path) -> None:
    """Remove the note and sync: the old files may only be removed after it."""
    with as_output_error(note):
        note.unlink()
    sync_folder(note.parent)


def _restore(paths: StepPaths) -> None:
    """Restore one file, unless it was never changed or a person changed it since."""
    target, old, step = paths.target, paths.old, paths.step
    try:
        existing, kept = _digest(target), _digest(old)
        if kept and existing in ("", step.new, kept):
            _put_back(target, old, locked=step.locked)
        elif kept:
            old.replace(target.with_name(f"{target.stem}_以前の版_{kept[:8]}{target.suffix}"))
        elif existing == step.new and not step.there:
            remove(target)
    except (OSError, HeldOpenError) as error:
        raise OutputError(
            f"書き込みが途中で止まったため、「{target.name}」を元に戻そうとしましたが、できません"
            f"でした（{target}）。Excelなどで開いていれば閉じてから、もう一度実行してください。"
        ) from error


def _put_back(target: Path, old: Path, *, locked: bool) -> None:
    unlock(target)
    if locked:
        lock(old)
    if not target.exists() or not target.samefile(old):
        old.replace(target)


def _noted(workspace: Workspace, year: int) -> tuple[StepPaths, ...]:
    """Return the steps of the note on disk. None of them may be outside the round."""
    note, folders = workspace.intent(year), workspace.round_folders(year)
    real = [(workspace.home / folder).resolve() for folder in folders]
    try:
        found = step_paths(read_intent(note.read_bytes(), folders), workspace.home)
        for paths in found:
            parent = paths.target.parent.resolve()
            if not any(parent.is_relative_to(folder) for folder in real):
                raise ValueError("a link leads elsewhere")
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"止まった実行の控え（{note}）を読み取れないか、{era_year(year)}のものではありません。"
            "このファイルを別の場所に移してから、もう一度実行してください。"
        ) from error
    return found


def _left_over(workspace: Workspace, year: int) -> Iterator[Path]:
    """Yield the temporary files that dead runs left in the folders of the round.

    A year's rounds each have a lock of their own: a run may be at work there.
    """
    others = () if workspace.round else workspace.round_names(year)
    for folder in workspace.round_folders(year):
        for parent, below, names in os.walk(workspace.home / folder):
            if parent == str(workspace.home / folder):
                below[:] = [name for name in below if name not in others]
            yield from (Path(parent) / name for name in names if is_temporary(name))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()) if path.exists() else ""
