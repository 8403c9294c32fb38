"""Changes several files of a round at once: all of them or none, even after a crash or power cut.

New files are written beside their targets, old ones are kept beside them, and a note of both is
written (intent.py). All of this is synced to disk before the first file is moved. The note is
removed after the last move. While the note exists, the next run restores the old files.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from workflow.model.errors import OutputError
from workflow.python.dataclass import dataclass
from workflow.storage.files import (
    as_output_error,
    is_locked,
    lock,
    make_folder,
    move,
    remove,
    sweep_up,
    sync_folders,
    temporary_name,
    unlock,
    write_temporary,
)
from workflow.storage.recover import (
    Intent,
    Step,
    StepPaths,
    intent_as_bytes,
    is_below,
    settle,
    step_paths,
    take_back,
)
from workflow.storage.spooled import Writable, digest_of
from workflow.storage.workspace import Workspace

_AT_ONCE = 8
"""Files written at a time: a disk that is asked for many at once is hardly later than for one."""

MAX_PATH = 259
"""The longest path Windows and its programs take, in UTF-16 units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes of one run: files to write, which of them read-only, and files to remove."""

    writes: Mapping[Path, Writable]
    removals: Iterable[Path] = ()
    read_only: Iterable[Path] = ()


def commit(workspace: Workspace, year: int, changes: Changes) -> None:
    """Make all changes or none. The caller holds the lock of the round.

    Raises OutputError with one sentence, or HeldOpenError when another program has a file open.
    After an error every file is as it was before.
    """
    intent = _intended(workspace, changes)
    if not intent.steps:
        return
    assert is_below(intent, workspace.round_folders(year)), "nobody could take this back"
    found = step_paths(intent, workspace.home)
    refuse_too_long(_targets(found), windows=sys.platform == "win32")
    try:
        _prepare(found, changes)
        _declare(workspace.intent(year), intent, found)
        _carry_out(found)
        settle(workspace.intent(year))
    except BaseException:
        take_back(workspace, year)
        raise
    for paths in found:
        sweep_up(paths.old)


def refuse_too_long(targets: Iterable[Path], *, windows: bool) -> None:
    """Raise OutputError, before anything is written, if a path is too long for Windows."""
    for target in targets if windows else ():
        length = len(str(target).encode("utf-16-le", "surrogatepass")) // 2
        if length > MAX_PATH:
            raise OutputError(
                f"場所と名前が合わせて{length}字あり、Windowsで使える{MAX_PATH}字を超えるため、"
                f"何も書き込みませんでした（{target}）。作業用のフォルダーを、名前の短い浅い場所に"
                "移してから、もう一度実行してください。"
            )


def _intended(workspace: Workspace, changes: Changes) -> Intent:
    removed = {path: "" for path in changes.removals if path.exists()}
    written = {path: digest_of(content) for path, content in changes.writes.items()}
    steps = (
        Step(workspace.shown(path), new, path.exists(), is_locked(path))
        for path, new in (written | removed).items()
    )
    return Intent(secrets.token_hex(8), tuple(steps))


def _targets(found: Iterable[StepPaths]) -> list[Path]:
    return [paths.target for paths in found]


def _prepare(found: Sequence[StepPaths], changes: Changes) -> None:
    """Write each new file beside its target and keep a copy of each old one."""
    read_only = frozenset(changes.read_only)

    def write(paths: StepPaths) -> None:
        with as_output_error(paths.target):
            write_temporary(paths.new, changes.writes[paths.target])
            if paths.target in read_only:
                lock(paths.new)

    for folder in dict.fromkeys(paths.target.parent for paths in found):
        with as_output_error(folder):
            make_folder(folder)
    _several_at_once(write, [paths for paths in found if paths.step.new])
    for paths in found:
        if paths.step.there:
            with as_output_error(paths.target):
                _keep(paths.target, paths.old)


def _keep(target: Path, old: Path) -> None:
    try:
        os.link(target, old)
    except OSError:  # not every disk knows hard links
        shutil.copy2(target, old)
        unlock(old)
        with old.open("r+b") as stream:
            os.fsync(stream.fileno())


def _declare(note: Path, intent: Intent, found: Sequence[StepPaths]) -> None:
    temporary = note.with_name(temporary_name(intent.token, len(found)))
    with as_output_error(note):
        make_folder(note.parent)
        write_temporary(temporary, intent_as_bytes(intent))
        move(temporary, note)
    sync_folders((*_targets(found), note))


def _carry_out(found: Sequence[StepPaths]) -> None:
    for paths in found:
        with as_output_error(paths.target):
            if paths.step.new:
                move(paths.new, paths.target)
            else:
                remove(paths.target)
    sync_folders(_targets(found))


def _several_at_once(work: Callable[[StepPaths], None], found: Sequence[StepPaths]) -> None:
    """Run the work for every step in a few threads. Raises the first error of any thread."""
    waiting, failed = SimpleQueue[StepPaths](), list[BaseException]()
    for paths in found:
        waiting.put(paths)
    given = (work, waiting, failed)
    threads = [threading.Thread(target=_work_off, args=given) for _ in found[:_AT_ONCE]]
    try:
        _run(threads)
    except BaseException as error:  # Ctrl+C waits for what is being written, and for no more
        failed.append(error)
        _join(threads)
    if failed:
        raise failed[0]


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    _join(threads)


def _join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        if thread.ident:
            thread.join()


def _work_off(
    work: Callable[[StepPaths], None], waiting: SimpleQueue[StepPaths], failed: list[BaseException]
) -> None:
    """Take steps from the queue until it is empty or one has failed."""
    try:
        while not failed:
            work(waiting.get_nowait())
    except Empty:
        return
    except BaseException as error:
        failed.append(error)
