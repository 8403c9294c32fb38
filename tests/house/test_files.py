from __future__ import annotations

import errno
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.programs import ROOT
from workflow.errors import OutputError
from workflow.files import replace_all, safe_name, sha256

OLD = b"old"
NEW = b"new" * 1000


@pytest.fixture
def targets(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two files that are there and one that is not."""
    first, second, third = (tmp_path / f"{name}.xlsx" for name in ("一", "二", "三"))
    first.write_bytes(OLD)
    second.write_bytes(OLD)
    return first, second, third


def assert_nothing_happened(targets: tuple[Path, Path, Path]) -> None:
    first, second, third = targets
    assert (first.read_bytes(), second.read_bytes()) == (OLD, OLD)
    assert not third.exists()
    assert_nothing_else_lies_in(first.parent, {"一.xlsx", "二.xlsx"})


def assert_nothing_else_lies_in(folder: Path, names: set[str]) -> None:
    assert {path.name for path in folder.iterdir()} == names


def failing(number: int, on_call: int, real: Callable[..., object]) -> Callable[..., object]:
    """Return the real function, but its nth call fails as the system would."""
    calls = []

    def function(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == on_call:
            raise OSError(number, os.strerror(number))
        return real(*arguments)

    return function


def test_all_files_are_written_also_in_new_folders(tmp_path: Path) -> None:
    old, new = tmp_path / "a.csv", tmp_path / "b" / "c" / "d.csv"
    old.write_bytes(OLD)
    replace_all({old: NEW, new: b""})
    assert (old.read_bytes(), new.read_bytes()) == (NEW, b"")
    assert_nothing_else_lies_in(tmp_path, {"a.csv", "b"})
    assert_nothing_else_lies_in(new.parent, {"d.csv"})


def test_files_get_the_rights_new_files_have(tmp_path: Path) -> None:
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    plain.write_bytes(b"")
    replace_all({ours: b""})
    assert ours.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("on_call", [1, 2, 3])
def test_a_write_that_fails_changes_nothing(
    targets: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, number: int, on_call: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing(number, on_call, os.fsync))
    with pytest.raises(OutputError) as caught:
        replace_all(dict.fromkeys(targets, NEW))
    assert targets[on_call - 1].name in str(caught.value)
    assert_nothing_happened(targets)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
@pytest.mark.parametrize("on_call", [1, 2, 3])
def test_a_move_that_fails_is_taken_back(
    targets: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, number: int, on_call: int
) -> None:
    first, second, third = targets
    monkeypatch.setattr(Path, "replace", failing(number, on_call, Path.replace))
    order = (third, first, second)  # so that a new file is among those taken back
    with pytest.raises(OutputError) as caught:
        replace_all(dict.fromkeys(order, NEW))
    assert order[on_call - 1].name in str(caught.value)
    assert_nothing_happened(targets)


def test_an_interruption_while_moving_changes_nothing(
    targets: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def interrupted(temporary: Path, target: Path) -> Path:
        if target == targets[1]:
            raise KeyboardInterrupt
        return real(temporary, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_all(dict.fromkeys(targets, NEW))
    assert_nothing_happened(targets)


def test_old_files_are_kept_where_the_disk_knows_no_hard_links(
    targets: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", failing(errno.EPERM, 1, os.link))
    monkeypatch.setattr(Path, "replace", failing(errno.EACCES, 2, Path.replace))
    with pytest.raises(OutputError):
        replace_all(dict.fromkeys(targets, NEW))
    assert_nothing_happened(targets)


def test_a_folder_in_the_way_changes_nothing(targets: tuple[Path, Path, Path]) -> None:
    first, second, _ = targets
    folder = first.parent / "四.xlsx"
    folder.mkdir()
    with pytest.raises(OutputError) as caught:
        replace_all({first: NEW, folder: NEW, second: NEW})
    assert folder.name in str(caught.value)
    folder.rmdir()
    assert_nothing_happened(targets)


def test_a_file_in_the_way_of_a_folder_changes_nothing(targets: tuple[Path, Path, Path]) -> None:
    first, second, _ = targets
    with pytest.raises(OutputError):
        replace_all({first: NEW, second / "下" / "x.xlsx": NEW})
    assert_nothing_happened(targets)


def test_a_disk_that_is_really_full_changes_nothing(targets: tuple[Path, Path, Path]) -> None:
    pytest.importorskip("resource")
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from workflow.errors import OutputError\n"
        "from workflow.files import replace_all\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "first, second, third = map(Path, sys.argv[1:])\n"
        "try:\n"
        "    replace_all({first: b'small', second: b'large' * 100, third: b'small'})\n"
        "except OutputError:\n"
        "    sys.exit(5)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, targets)], cwd=ROOT, check=False
    )
    assert done.returncode == 5
    assert_nothing_happened(targets)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("学校教育課", "学校教育課"),
        ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"),
        ("改\n行\tタブ", "改行タブ"),
        (" 前後. ", "前後"),
        ("", "_"),
        ("...", "_"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1", "_com1"),
        ("console", "console"),
        ("か\u3099", "が"),
        ("右\u202e左", "右左"),
        ("外\ue000字", "外字"),
        ("あ" * 61, "あ" * 60),
        ("あ" * 59 + " い", "あ" * 59),
    ],
)
def test_a_text_becomes_part_of_a_file_name(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text() | st.text('<>:"/\\|?* .CONaux1\n\u202e'))
def test_any_text_becomes_a_name_every_system_takes(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) <= 61
    assert name == name.strip(" .")
    assert not set(name) & set('<>:"/\\|?*\x7f')
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") for c in name)
    assert name.partition(".")[0].casefold() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    assert unicodedata.is_normalized("NFC", name)


def test_digests_are_hexadecimal() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(b"") == empty
