from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model.plain_text import aligned, columns, legible, strip_controls


def test_columns_line_up_whatever_the_width_of_the_characters() -> None:
    lines = list(aligned([["担当課", "回答済"], ["ICT", "12"], ["ｱｲｳ課", "・"]], frozenset({1})))
    assert lines == ["担当課  回答済", "ICT         12", "ｱｲｳ課       ・"]


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), min_size=1, max_size=5))
def test_every_line_is_one_line_and_the_second_column_starts_at_one_place(
    rows: list[tuple[str, str]],
) -> None:
    lines = list(aligned(rows))
    starts = {columns(line) - columns(strip_controls(b).rstrip()) for line, (_, b) in
              zip(lines, rows, strict=True) if strip_controls(b).strip()}  # fmt: skip
    assert len(starts) <= 1
    assert not any(unicodedata.category(c) == "Cc" for line in lines for c in line)


@pytest.mark.parametrize(
    "text", ["a\nb", "\x1b[31m赤", "\r", "\x9b2J", "見積\u202exslx.exe", "\x07"]
)
def test_what_steers_a_terminal_is_shown(text: str) -> None:
    assert "�" in strip_controls(text)
    assert len(strip_controls(text)) == len(text)


def test_ordinary_text_stays() -> None:
    text = "①Ⅱ 𠮷野家 ～〜 ㈱ か\u3099 [角] 👩\u200d🚒"
    assert strip_controls(text) == text


@given(st.text())
def test_a_page_can_hold_every_text_and_none_turns_its_writing(text: str) -> None:
    shown = legible(text)
    assert shown.encode().decode() == shown
    assert not set(shown) & set("\u202e\u2066\x00\r\x9b")
    assert shown == text or legible(shown) == shown


def test_a_page_keeps_lines_and_ordinary_text() -> None:
    text = "①Ⅱ 𠮷野家\n～〜\t㈱ か\u3099 👩\u200d🚒"
    assert legible(text) == text
    assert legible("一\r\n二\r三") == "一\n二\n三"
    assert legible("見積\u202exslx.exe\ud800") == "見積�xslx.exe�"
