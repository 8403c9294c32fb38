"""Restores the state of a round before a run that was killed or lost its power."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from workflow.model.errors import HeldOpenError, OutputError, WorkspaceError
from workflow.model.years import era_year
from workflow.storage.files import (
    as_output_error,
    is_temporary,
    lock,
    remove,
    sha256,
    sweep_up,
    sync_folder,
    sync_folders,
    unlock,
)
from workflow.storage.intent import StepPaths, read_intent, step_paths
from workflow.storage.lock import working
from workflow.storage.workspace import Workspace


@contextlib.contextmanager
def at_work(workspace: Workspace, year: int, doing: str, now: datetime) -> Iterator[None]:
    """Hold the lock of a round, after taking back the half-done changes of a run that died.

    Raises WorkspaceError that names the run holding the lock, or OutputError.
    """
    with working(workspace.lock(year), doing, now):
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
    """Yield the temporary files that dead runs left in the folders of the round."""
    for folder in workspace.round_folders(year):
        for parent, _, names in os.walk(workspace.home / folder):
            yield from (Path(parent) / name for name in names if is_temporary(name))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()) if path.exists() else ""
