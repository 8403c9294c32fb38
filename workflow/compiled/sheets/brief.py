"""一枚まとめ: the round on one page of A4, as a sheet whose items lead to their rows of 台帳."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.compiled.ledger import Ledger
from workflow.compiled.sheets.links import to_row
from workflow.compiled.summaries.brief import BRIEF_TITLE, LOOKED_AT_TITLE, Brief, LookedAt, Moves
from workflow.excel.measures import column_pixels, row_height
from workflow.excel.page import Page, set_page
from workflow.excel.style import INK, LABEL_FILL, LINE, LINK_INK, MUTED_INK, footer
from workflow.excel.workbook import GrowingSheet

BRIEF_SHEET = BRIEF_TITLE
_WIDTHS = (5.5, 11.0, 8.5, 5.5, 3.0, 4.5, 12.0)
_SIZE, _HEAD, _TITLE, _BIG = 10, 11, 15, 18
_PAGE = Page(is_landscape=False, sides=0.6)
_GAP, _MOST_AIR = 10, 8
_WHOLE = (0, 6)
_THIRDS = ((0, 1), (2, 4), (5, 6))
_HALVES = ((0, 2), (3, 6))
_NUMBERS, _MOVED = ((0, 0), (3, 3)), ((1, 2), (4, 6))
_LOOKED_AT = ((0, 0), (1, 3), (4, 5), (6, 6))

_Span = tuple[int, int]
"""The first and the last column of a text."""

_Cell = tuple[_Span, str, Format]


def write_brief(book: Workbook, sheet: GrowingSheet, brief: Brief, ledger: Ledger) -> None:
    """Write the page; it stays one page of paper, however much there is to say."""
    widths = [column_pixels(width, _SIZE) for width in _WIDTHS]
    for index, width in enumerate(widths):
        sheet.set_column_pixels(index, index, width)
    sheet.hide_gridlines(2)
    set_page(sheet, _PAGE, widths, _SIZE)
    sheet.fit_to_pages(1, 1)
    sheet.set_footer(footer(brief.stage))
    _Page(book, sheet, ledger).write(brief)


class _Page:
    """The rows of the page so far, and its formats."""

    def __init__(self, book: Workbook, sheet: GrowingSheet, ledger: Ledger) -> None:
        self.sheet, self.ledger = sheet, ledger
        self.heights: list[float] = []
        base: dict[str, Any] = {"valign": "vcenter", "font_color": INK, "text_wrap": True}
        text = base | {"font_size": _SIZE}
        line = {"bottom": 1, "bottom_color": LINE}
        figure = base | {"align": "center", "left": 1, "right": 1} | _sides(LINE)
        self.title = book.add_format(base | {"bold": True, "font_size": _TITLE})
        self.muted = book.add_format(base | {"font_color": MUTED_INK, "font_size": _SIZE})
        self.label = book.add_format(
            figure | {"font_size": _SIZE, "bold": True, "bg_color": LABEL_FILL, "top": 1}
        )
        self.big = book.add_format(figure | {"bold": True, "font_size": _BIG})
        self.note = book.add_format(
            figure | {"font_size": _SIZE, "font_color": MUTED_INK, "bottom": 1}
        )
        self.head = book.add_format(
            base | {"bold": True, "font_size": _HEAD, "bg_color": LABEL_FILL, "bottom": 2}
        )
        self.text = book.add_format(text)
        self.beside = book.add_format(text | {"indent": 1})
        self.link = book.add_format(text | {"font_color": LINK_INK, "underline": 1})
        self.quoted = book.add_format(
            base | {"font_color": MUTED_INK, "font_size": _SIZE, "indent": 1} | line
        )

    def write(self, brief: Brief) -> None:
        """Write everything from the top."""
        self._row([(_WHOLE, brief.title, self.title)], _TITLE)
        self._row([(_WHOLE, brief.stage, self.muted)], _SIZE)
        self._gap()
        self._figures(brief)
        if brief.indicators:
            self._row([(_WHOLE, brief.indicators, self.text)], _SIZE)
        if brief.moves:
            self._gap()
            self._moves(brief.moves)
        self._gap()
        self._row([(_WHOLE, LOOKED_AT_TITLE, self.head)], _HEAD)
        for looked_at in brief.looked_at:
            self._looked_at(looked_at)
        if brief.note:
            self._row([(_WHOLE, brief.note, self.muted)], _SIZE)
        left = _PAGE.height - sum(self.heights)
        air = max(0.0, min(_MOST_AIR, left / len(self.heights)))
        for row, height in enumerate(self.heights):
            self.sheet.set_row(row, height + air)

    def _figures(self, brief: Brief) -> None:
        boxes = list(zip(_THIRDS, brief.figures, strict=False))
        self._row([(span, figure.label, self.label) for span, figure in boxes], _SIZE)
        self._row([(span, figure.value, self.big) for span, figure in boxes], _BIG)
        self._row([(span, figure.note, self.note) for span, figure in boxes], _SIZE)

    def _moves(self, moves: tuple[Moves, ...]) -> None:
        """Write what rose and what fell beside each other."""
        heads = [f"{one.title}：{one.count:,}件" for one in moves]
        self._row([(s, h, self.head) for s, h in zip(_HALVES, heads, strict=True)], _HEAD)
        for pair in zip_longest(*(one.named for one in moves)):
            cells: list[_Cell] = []
            for number, moved, move in zip(_NUMBERS, _MOVED, pair, strict=True):
                if move:
                    self._link(number, move.entry)
                    cells += [(number, move.item, self.link), (moved, move.text, self.text)]
            self._row(cells, _SIZE)
        more = [f"ほか{one.left_out:,}件" if one.left_out else "" for one in moves]
        none = ["ありません。" if not one.count else "" for one in moves]
        texts = [a or b for a, b in zip(more, none, strict=True)]
        if any(texts):
            self._row([(s, t, self.text) for s, t in zip(_HALVES, texts, strict=True)], _SIZE)

    def _looked_at(self, one: LookedAt) -> None:
        self._link(_LOOKED_AT[0], one.entry)
        formats = (self.link, self.text, self.beside, self.beside)
        texts = (one.item, one.title, one.department, one.reason)
        self._row(list(zip(_LOOKED_AT, texts, formats, strict=True)), _SIZE)
        self._row([(_WHOLE, one.line, self.quoted)], _SIZE)

    def _link(self, number: _Span, entry: int) -> None:
        """Make a number lead to its row of 台帳: LibreOffice wraps no text that is a link."""
        self.sheet.link_cell(len(self.heights), number[0], to_row(self.ledger, entry))

    def _row(self, cells: list[_Cell], size: float) -> None:
        """Write texts over columns, and make their row as high as the longest needs it."""
        room = []
        row = len(self.heights)
        for (first, last), text, style in cells:
            if first < last:
                self.sheet.merge_range(row, first, row, last, "", style)
            self.sheet.write_string(row, first, text, style)
            room.append((text, sum(_WIDTHS[first : last + 1]) * _SIZE / size - 1))
        self.heights.append(row_height(room, size))

    def _gap(self) -> None:
        self.heights.append(_GAP)


def _sides(colour: str) -> dict[str, str]:
    return {f"{side}_color": colour for side in ("left", "right", "top", "bottom")}
