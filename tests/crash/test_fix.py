"""plan --fix cut short at any moment, or with a workbook open: nothing is half written or lost."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from tests.crash.disk import Disk, Files, PowerLossError, lay, on_disk
from tests.crash.test_held_open import held_open
from tests.harness.description import PLANS
from tests.harness.plan_example import read_plan_example
from workflow.__main__ import main
from workflow.commands.plan import fix
from workflow.model.errors import OutputError
from workflow.plan.load import load_document
from workflow.storage.workspace import Workspace

BOOK, KEPT = "plan.xlsx", "plan_直す前.xlsx"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace whose plan.xlsx is as it was pasted."""
    (tmp_path / BOOK).write_bytes(read_plan_example(PLANS / "pasted_numbers").content)
    return tmp_path


def contents(files: Files) -> dict[str, bytes]:
    """Return what files hold, but those that are still being written."""
    return {name: known[0] for name, known in files.items() if not name.startswith(".torimatome-")}


def test_a_stop_at_any_operation_leaves_the_old_plan_whole(home: Path) -> None:
    old = on_disk(home)
    fix(Workspace(home))
    new = contents(on_disk(home))
    assert new[KEPT] == old[BOOK][0]
    assert load_document(home / BOOK).corrections == ()
    left = [_left_by_a_cut(home, old, number) for number in range(1, _operations(home, old) + 1)]
    for files in (found for cut in left for found in cut):
        assert files[BOOK] in (old[BOOK][0], new[BOOK])
        if files[BOOK] == new[BOOK]:  # whoever finds the new one finds the old one beside it
            assert files[KEPT] == old[BOOK][0]
    assert {files[BOOK] for cut in left for files in cut} == {old[BOOK][0], new[BOOK]}


def _operations(home: Path, old: Files) -> int:
    lay(home, old)
    disk = Disk(home)
    with disk.in_force():
        fix(Workspace(home))
    return disk.done


def _left_by_a_cut(home: Path, old: Files, number: int) -> list[dict[str, bytes]]:
    """Return what lies there after a kill at an operation, and after the power went."""
    lay(home, old)
    disk = Disk(home, number)
    with suppress(PowerLossError), disk.in_force():
        fix(Workspace(home))
    assert disk.is_dead
    return [contents(files) for files in (on_disk(home), *disk.left([set(), {home}]))]


def test_the_run_after_a_stop_writes_it_and_keeps_one_copy(home: Path) -> None:
    old = on_disk(home)
    fix(Workspace(home))
    new = contents(on_disk(home))
    for number in count(1):
        lay(home, old)
        disk = Disk(home, number)
        with suppress(PowerLossError), disk.in_force():
            fix(Workspace(home))
        if not disk.is_dead:
            break
        fix(Workspace(home))
        assert contents(on_disk(home)) == new
    assert number > 5


def test_an_operation_that_fails_is_reported_and_nothing_is_half_written(home: Path) -> None:
    old = on_disk(home)
    fix(Workspace(home))
    new = contents(on_disk(home))
    refused = 0
    for number in range(1, _operations(home, old) + 1):
        lay(home, old)
        try:
            with Disk(home, number, for_once=True).in_force():
                fix(Workspace(home))
        except OutputError as problem:
            refused += 1
            assert str(problem).endswith("。")
        found = on_disk(home)
        assert found.keys() <= {BOOK, KEPT}
        assert contents(found)[BOOK] in (old[BOOK][0], new[BOOK])
    assert refused > 3


def test_a_plan_that_is_open_in_excel_is_left_alone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = on_disk(home)
    mark = home / f"~${BOOK}"
    mark.write_bytes(b"\x06sato" + bytes(160))
    assert main(["plan", "--fix", "--home", str(home)]) == 2
    assert "Excelで開かれています" in capsys.readouterr().err
    mark.unlink()
    assert on_disk(home) == old
    with held_open(home / BOOK):
        assert main(["plan", "--fix", "--home", str(home)]) == 2
    (complaint,) = capsys.readouterr().err.splitlines()
    assert BOOK in complaint
    assert (home / BOOK).read_bytes() == old[BOOK][0]
    assert main(["plan", "--fix", "--home", str(home)]) == 0
    assert on_disk(home).keys() == {BOOK, KEPT}
    assert (home / KEPT).read_bytes() == old[BOOK][0]
