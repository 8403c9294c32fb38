"""Several files are written, or none; what cannot be is reported in one sentence."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.programs import ROOT
from workflow.model.errors import HeldOpenError, OutputError, WorkspaceError
from workflow.storage.commit import MAX_PATH, Changes, commit, refuse_too_long
from workflow.storage.files import sha256
from workflow.storage.recover import refuse_unfinished, take_back
from workflow.storage.workspace import Workspace

YEAR = 2023
OLD, NEW = b"old", b"new" * 1000
TOKEN = "0123456789abcdef"


class PowerLossError(BaseException):
    """From here on nothing succeeds."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two files that are there."""
    found = Workspace(tmp_path)
    found.compiled(YEAR).mkdir(parents=True)
    for name in ("一", "二"):
        (found.compiled(YEAR) / f"{name}.xlsx").write_bytes(OLD)
    return found


@pytest.fixture
def targets(workspace: Workspace) -> list[Path]:
    """A file that is there, one that is not, and another that is there."""
    return [workspace.compiled(YEAR) / f"{name}.xlsx" for name in ("一", "三", "二")]


def write(workspace: Workspace, contents: Mapping[Path, bytes]) -> None:
    commit(workspace, YEAR, Changes(writes=contents))


def on_disk(workspace: Workspace) -> dict[str, bytes]:
    files = (path for path in workspace.home.rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in files}


def assert_nothing_happened(workspace: Workspace) -> None:
    assert on_disk(workspace) == {"一.xlsx": OLD, "二.xlsx": OLD}


def failing(error: BaseException, on_call: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return the real function, but its nth call fails."""
    calls = []

    def function(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        calls.append(arguments)
        if len(calls) == on_call:
            raise error
        return real(*arguments, **named)

    return function


def test_files_are_written_removed_and_locked(workspace: Workspace, targets: list[Path]) -> None:
    first, third, second = targets
    deep = workspace.compiled(YEAR) / "下" / "下" / "x.csv"
    changes = Changes(writes={first: NEW, deep: b""}, removals=(second, third), read_only=[first])
    commit(workspace, YEAR, changes)
    assert on_disk(workspace) == {first.name: NEW, deep.name: b""}
    assert first.stat().st_mode & 0o222 == 0
    plain = workspace.home / "plain"
    plain.write_bytes(b"")
    assert deep.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("on_call", [1, 2, 3])
def test_a_file_open_in_excel_is_named_and_nothing_changes(
    workspace: Workspace, targets: list[Path], monkeypatch: pytest.MonkeyPatch, on_call: int
) -> None:
    refused = PermissionError(errno.EACCES, "")  # the first replace puts the note in its place
    monkeypatch.setattr(os, "replace", failing(refused, on_call + 1, os.replace))
    with pytest.raises(HeldOpenError, match="Excel") as caught:
        write(workspace, dict.fromkeys(targets, NEW))
    assert targets[on_call - 1].name in str(caught.value)
    assert_nothing_happened(workspace)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_is_one_sentence(
    workspace: Workspace, targets: list[Path], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refused = OSError(number, os.strerror(number))
    monkeypatch.setattr(os, "fsync", failing(refused, 2, os.fsync))
    with pytest.raises(OutputError) as caught:
        write(workspace, dict.fromkeys(targets, NEW))
    assert str(caught.value).endswith("。")
    assert_nothing_happened(workspace)


@pytest.mark.parametrize(("name", "on_call"), [("fsync", 2), ("link", 2), ("replace", 3)])
def test_an_interruption_changes_nothing(
    workspace: Workspace,
    targets: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    on_call: int,
) -> None:
    monkeypatch.setattr(os, name, failing(KeyboardInterrupt(), on_call, getattr(os, name)))
    with pytest.raises(KeyboardInterrupt):
        write(workspace, dict.fromkeys(targets, NEW))
    assert_nothing_happened(workspace)


def test_old_files_are_kept_where_the_disk_knows_no_hard_links(
    workspace: Workspace, targets: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(os, "link", none)
    monkeypatch.setattr(os, "replace", failing(OSError(errno.EIO, ""), 3, os.replace))
    with pytest.raises(OutputError):
        write(workspace, dict.fromkeys(targets, NEW))
    assert_nothing_happened(workspace)


def test_a_folder_in_the_way_changes_nothing(workspace: Workspace, targets: list[Path]) -> None:
    folder = workspace.compiled(YEAR) / "四.xlsx"
    folder.mkdir()
    with pytest.raises(OutputError, match="フォルダー") as caught:
        write(workspace, dict.fromkeys([*targets, folder], NEW))
    assert folder.name in str(caught.value)
    assert_nothing_happened(workspace)


def test_a_file_in_the_way_of_a_folder_changes_nothing(
    workspace: Workspace, targets: list[Path]
) -> None:
    with pytest.raises(OutputError, match="フォルダー"):
        write(workspace, {targets[0]: NEW, targets[2] / "下" / "x.xlsx": NEW})
    assert_nothing_happened(workspace)


def test_a_disk_that_is_really_full_changes_nothing(
    workspace: Workspace, targets: list[Path]
) -> None:
    pytest.importorskip("resource")
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from workflow.storage.commit import Changes, commit\n"
        "from workflow.model.errors import OutputError\n"
        "from workflow.storage.workspace import Workspace\n"
        "sys.dont_write_bytecode = True  # what Python compiled would be cut as well\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "home, *targets = map(Path, sys.argv[1:])\n"
        "writes = dict.fromkeys(targets, b'small') | {targets[1]: b'large' * 100}\n"
        "try:\n"
        "    commit(Workspace(home), 2023, Changes(writes=writes))\n"
        "except OutputError:\n"
        "    sys.exit(5)\n"
    )
    command = [sys.executable, "-c", program, *map(str, (workspace.home, *targets))]
    done = subprocess.run(command, cwd=ROOT, check=False)
    assert done.returncode == 5
    assert_nothing_happened(workspace)


def test_a_path_too_long_for_windows_is_foreseen() -> None:
    folder = Path("/", "部" * 100)
    longest = folder / ("課" * (MAX_PATH - 102))
    refuse_too_long([longest], windows=True)
    refuse_too_long([folder / ("課" * 1000)], windows=False)
    for one_more in (longest.with_name(f"{longest.name}a"), folder / ("𠮷" * 79)):
        with pytest.raises(OutputError, match="260字"):
            refuse_too_long([longest, one_more], windows=True)


# --- what a run that died leaves


def die_at(workspace: Workspace, targets: list[Path], moves: int) -> None:
    """Lose the power after some of the files were moved."""
    left = iter(range(moves + 1))  # the first one puts the note in its place
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if next(left, None) is None:
            raise PowerLossError
        real(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", replace)
        patch.setattr("workflow.storage.commit.take_back", lambda *_: None)
        with pytest.raises(PowerLossError):
            write(workspace, dict.fromkeys(targets, NEW))


def test_whoever_only_looks_is_warned(workspace: Workspace, targets: list[Path]) -> None:
    refuse_unfinished(workspace, YEAR)
    die_at(workspace, targets, moves=2)
    with pytest.raises(WorkspaceError, match="途中"):
        refuse_unfinished(workspace, YEAR)
    take_back(workspace, YEAR)
    refuse_unfinished(workspace, YEAR)
    assert_nothing_happened(workspace)


def test_what_somebody_changed_since_is_left_to_him(
    workspace: Workspace, targets: list[Path]
) -> None:
    first, third, second = targets
    die_at(workspace, targets, moves=2)
    first.write_bytes(b"by hand")
    third.write_bytes(b"by hand too")
    take_back(workspace, YEAR)
    kept = f"一_以前の版_{sha256(OLD)[:8]}.xlsx"
    assert on_disk(workspace) == {
        first.name: b"by hand",
        kept: OLD,
        third.name: b"by hand too",
        second.name: OLD,
    }


def test_a_file_that_is_open_now_is_tried_again(
    workspace: Workspace, targets: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    die_at(workspace, targets, moves=1)
    with monkeypatch.context() as patch:
        refused = PermissionError(errno.EACCES, "")
        patch.setattr(os, "replace", failing(refused, 1, os.replace))
        with pytest.raises(OutputError, match="Excel"):
            take_back(workspace, YEAR)
    take_back(workspace, YEAR)
    assert_nothing_happened(workspace)


@pytest.mark.parametrize(
    "target",
    [
        "../x",
        "compiled/2023/../../x",
        "compiled/2023",
        "compiled/2024/x",
        "returned/2023/x",
        "/etc/x",
        "compiled/2023/C:x",
        "compiled/2023/..\\..\\x",
        "compiled/2023/link/x",
        "x",
        "",
    ],
)
def test_a_note_can_name_nothing_outside_the_round(workspace: Workspace, target: str) -> None:
    outside = workspace.home / "x"
    outside.write_bytes(NEW)
    (workspace.compiled(YEAR) / "link").symlink_to(workspace.home)
    step = {"target": target, "new": sha256(NEW), "there": False, "locked": False}
    document = {"token": TOKEN, "steps": [step]}
    workspace.intent(YEAR).write_text(json.dumps(document), "utf-8")
    before = on_disk(workspace)
    with pytest.raises(WorkspaceError, match="控え"):
        take_back(workspace, YEAR)
    assert on_disk(workspace) == before


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"token": "../../../etc/x00", "steps": []}',
        b'{"token": "0123456789abcdef", "steps": [{"target": "compiled/2023/x"}]}',
        b'{"token": "0123456789abcdef", "steps": 1}',
    ],
)
def test_a_note_nobody_can_read_is_one_sentence(workspace: Workspace, document: bytes) -> None:
    workspace.intent(YEAR).write_bytes(document)
    with pytest.raises(WorkspaceError, match="控え"):
        take_back(workspace, YEAR)


def test_only_what_is_ours_is_swept_up(workspace: Workspace) -> None:
    ours, returned = f".torimatome-{TOKEN}-0.new", workspace.returned(YEAR)
    strange = [f".torimatome-{TOKEN}.tmp", f".torimatome-{TOKEN}-0.new.xlsx", ".~lock", "x.tmp"]
    for folder in (workspace.compiled(YEAR) / "差戻し", workspace.templates(YEAR), returned):
        folder.mkdir(parents=True)
        for name in (ours, *strange):
            (folder / name).write_bytes(b"")
    take_back(workspace, YEAR)
    assert {p.name for p in workspace.templates(YEAR).iterdir()} == set(strange)
    assert {p.name for p in returned.iterdir()} == {ours, *strange}
