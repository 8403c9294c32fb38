from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.storage.workspace import Workspace, safe_name


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


def test_copies_of_the_record_are_those_of_its_year(tmp_path: Path) -> None:
    folder = tmp_path / "compiled" / "2023"
    folder.mkdir(parents=True)
    copies = (
        "確認の記録_令和5年度 - コピー.xlsx",
        "佐藤の確認の記録.xls",
        "確認の記録_令和5年度.xlsx",
    )
    others = (
        "確認の記録_令和4年度.xlsx",
        "~$確認の記録_令和5年度.xlsx",
        "確認の記録.txt",
        "台帳.xlsx",
    )
    for name in (*copies, *others):
        (folder / name).touch()
    assert {path.name for path in Workspace(tmp_path).record_copies(2023)} == set(copies)
