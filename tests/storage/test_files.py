from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from workflow.model.errors import OutputError
from workflow.storage.files import sha256, write_file


def test_a_file_is_written_whole_also_in_a_new_folder(tmp_path: Path) -> None:
    target = tmp_path / "b" / "c" / "d.csv"
    write_file(target, b"1")
    write_file(target, b"2")
    assert target.read_bytes() == b"2"
    assert [path.name for path in target.parent.iterdir()] == ["d.csv"]


def test_files_get_the_rights_new_files_have(tmp_path: Path) -> None:
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    plain.write_bytes(b"")
    write_file(ours, b"")
    assert ours.stat().st_mode == plain.stat().st_mode


def test_a_disk_that_is_full_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.csv"
    write_file(target, b"old")

    def failing(_: int) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OutputError, match="空き"):
        write_file(target, b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_digests_are_hexadecimal() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(b"") == empty
