"""一枚まとめ: the round on one page of A4, as a sheet."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

from workflow.compiled.summaries.brief import BRIEF_TITLE, Brief
from workflow.excel.measures import column_pixels, row_height
from workflow.excel.page import Page, set_page
from workflow.excel.style import INK, LABEL_FILL, LINE, MUTED_INK, footer
from workflow.excel.workbook import GrowingSheet

BRIEF_SHEET = BRIEF_TITLE
_WIDTHS = (5.0, 17.0, 9.0, 11.5)
_SIZE = 11
_PAGE = Page(is_landscape=False, sides=0.6)
_LAST = len(_WIDTHS) - 1


def write_brief(book: Workbook, sheet: GrowingSheet, brief: Brief) -> None:
    """Write the page; every text fits its line, so the sheet prints as it is seen."""
    widths = [column_pixels(width, _SIZE) for width in _WIDTHS]
    for index, width in enumerate(widths):
        sheet.set_column_pixels(index, index, width)
    sheet.hide_gridlines(2)
    set_page(sheet, _PAGE, widths, _SIZE)
    sheet.set_footer(footer(brief.stage))
    _Page(book, sheet).write(brief)


class _Page:
    """The cursor and the formats of the page."""

    def __init__(self, book: Workbook, sheet: GrowingSheet) -> None:
        self.sheet, self.row = sheet, 0
        base: dict[str, Any] = {"valign": "vcenter", "font_color": INK, "text_wrap": True}
        line = {"bottom": 1, "bottom_color": LINE}
        self.title = book.add_format(base | {"bold": True, "font_size": 16})
        self.muted = book.add_format(base | {"font_color": MUTED_INK, "font_size": 10})
        self.head = book.add_format(
            base | {"bold": True, "font_size": 12, "bg_color": LABEL_FILL, "bottom": 2}
        )
        self.label = book.add_format(base | {"font_size": _SIZE} | line)
        self.big = book.add_format(base | {"bold": True, "font_size": 18} | line)
        self.text = book.add_format(base | {"font_size": _SIZE} | line)

    def write(self, brief: Brief) -> None:
        """Write everything from the top."""
        self._whole(brief.title, self.title, 30)
        self._whole(brief.stage, self.muted, 18)
        self._gap()
        for figure in brief.figures:
            self.sheet.set_row(self.row, 34)
            self.sheet.merge_range(self.row, 0, self.row, 1, figure.label, self.label)
            self.sheet.write_string(self.row, 2, figure.value, self.big)
            self.sheet.write_string(self.row, 3, figure.note, self.text)
            self.row += 1
        for moves in brief.moves:
            self._gap()
            self._whole(f"{moves.title}：{moves.count}件", self.head, 22)
            for line in moves.lines:
                self._whole(line, self.text, 20)
            if moves.left_out:
                self._whole(f"ほか{moves.left_out}件", self.text, 20)
        self._gap()
        self._whole("見ていただきたい取組", self.head, 22)
        for looked in brief.looked_at:
            self._looked_at(looked.item, looked.title, looked.department, looked.reason)
            if looked.line:
                self._whole(f"　{looked.line}", self.muted, 18)
        if brief.note:
            self._whole(brief.note, self.muted, 18)

    def _looked_at(self, *texts: str) -> None:
        self.sheet.set_row(self.row, row_height(zip(texts, _WIDTHS, strict=True), _SIZE))
        for index, text in enumerate(texts):
            self.sheet.write_string(self.row, index, text, self.text)
        self.row += 1

    def _whole(self, text: str, style: Any, height: float) -> None:  # noqa: ANN401 a format
        self.sheet.set_row(self.row, height)
        self.sheet.merge_range(self.row, 0, self.row, _LAST, "", style)
        self.sheet.write_string(self.row, 0, text, style)
        self.row += 1

    def _gap(self) -> None:
        self.sheet.set_row(self.row, 10)
        self.row += 1
