from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.errors import OutputError
from workflow.files import safe_name, sha256, write_file


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
