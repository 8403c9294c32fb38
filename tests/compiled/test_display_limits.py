from __future__ import annotations

import pytest

from tests.compiled.rounds import answered, compilation, round_plan, workbook_bytes
from tests.hyperlinks import hyperlinks
from workflow.compiled import display_limits
from workflow.compiled.sheets.print_list import PRINT_SHEET
from workflow.returned.readers.openpyxl import open_exactly


def test_what_nobody_reads_is_reported_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display_limits, "MOST_PRINTED", 3)
    monkeypatch.setattr(display_limits, "MOST_DETAILS", 3)
    plan = round_plan(["一", "二"], ["甲課", "乙課"], ["Ａ", "Ｂ"])
    content = workbook_bytes(compilation(plan, answered(plan, ["Ａ", "Ｂ"])))
    book = open_exactly(content)
    printed, detailed = book[PRINT_SHEET]["A2"].value, book["内訳"]["A2"].value
    assert "4件あり、紙で読むには多すぎる" in printed and "シート「台帳」" in printed
    assert "内訳は72行になる" in detailed and "シート「台帳」" in detailed
    assert book["台帳"].max_row == 5
    assert not [link for link in hyperlinks(content) if "内訳" in link.place]
    notices = [
        row[1:]
        for row in book["凡例（監査用）"].iter_rows(values_only=True)
        if row[0] == "多いとき"
    ]
    assert notices == list(display_limits.sentences())
