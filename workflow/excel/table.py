"""A sheet that is one flat table: header in row 1, one value per cell, nothing merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workflow.excel.rows import CellValue as CellValue
from workflow.excel.rows import FlatRow
from workflow.excel.style import (
    HEADER_FILL,
    HEADER_INK,
    LINE,
    LINK_INK,
    PAPERS,
    SHEET_FOOTER,
    RowHeights,
)
from workflow.excel.workbook import GrowingSheet, Link
from workflow.model.errors import OutputError

FONT_SIZE = 10.0
MAX_LINKS = 60_000
"""Links written to one sheet; Excel bears 65,530."""

MAX_ROWS = 1_048_575
"""Rows of one sheet of Excel, below the header."""

_SENTENCE_WIDTH = 100.0
RowT = TypeVar("RowT")


def no_link(_: object) -> None:
    """Return no link."""


@dataclass(frozen=True, slots=True)
class TableColumn(Generic[RowT]):
    """One column: label, width in characters, and the value and link it shows for a row."""

    label: str
    width: float
    value: Callable[[RowT], CellValue]
    link: Callable[[RowT], Link | None] = no_link


class TableStyles:
    """The formats of every flat table in one workbook."""

    def __init__(self, book: Workbook) -> None:
        line: dict[str, Any] = {"bottom": 1, "bottom_color": LINE, "valign": "top"}
        self.header: Format = book.add_format(
            {
                "bold": True,
                "bg_color": HEADER_FILL,
                "font_color": HEADER_INK,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self.text: Format = book.add_format(line | {"text_wrap": True})
        self.link: Format = book.add_format(
            line | {"text_wrap": True, "font_color": LINK_INK, "underline": 1}
        )
        self.number: Format = book.add_format(line | {"num_format": "General"})
        self.day: Format = book.add_format(line | {"num_format": "yyyy-mm-dd", "align": "left"})
        self.moment: Format = book.add_format(
            line | {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}
        )

    def of(self, value: CellValue) -> Format:
        """Return the format of a value. A text stays a text, whatever it looks like."""
        match value:
            case None | str():
                return self.text
            case datetime():
                return self.moment
            case date():
                return self.day
            case _:
                return self.number


def write_table(
    sheet: GrowingSheet,
    styles: TableStyles,
    columns: Sequence[TableColumn[RowT]],
    rows: Iterable[RowT],
) -> None:
    """Write rows under a frozen, filtered header, ready to print on A4 landscape."""
    listed = list(rows)
    values = [[column.value(row) for column in columns] for row in listed]
    leading = {
        (at, index): link
        for index, column in enumerate(columns)
        if column.link is not no_link
        for at, row in enumerate(listed, start=1)
        if (link := column.link(row)) is not None
    }
    write_values(sheet, styles, [(c.label, c.width) for c in columns], values, leading)


def write_values(
    sheet: GrowingSheet,
    styles: TableStyles,
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[CellValue]],
    links: Mapping[tuple[int, int], Link] = MappingProxyType({}),
) -> None:
    """Write rows of values under (label, width) columns; links are by 0-based row and column.

    With more links than Excel allows, the sheet has none. Raises OutputError when there are more
    rows than an Excel sheet holds; no row is left out.
    """
    if len(rows) > MAX_ROWS:
        raise OutputError(
            f"シート「{sheet.name}」が{len(rows):,}行になり、Excelの一枚のシートに載る"
            f"{MAX_ROWS:,}行を超えるため、台帳を作れません。"
            "計画を基本目標などで分け、それぞれ別の作業用フォルダーで集めてください。"
        )
    links = links if len(links) <= MAX_LINKS else {}
    for index, (label, width) in enumerate(columns):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, label, styles.header)
    if rows:
        widths = [width for _, width in columns]
        sheet.write_flat_rows(1, (len(rows), len(columns)), _flat(styles, widths, rows, links))
    for (row, index), link in links.items():
        sheet.link_cell(row, index, link)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(PAPERS["A4"])
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(SHEET_FOOTER)


def write_sentence(sheet: GrowingSheet, styles: TableStyles, label: str, sentence: str) -> None:
    """Write one sentence under a heading, where there is no table."""
    write_values(sheet, styles, [(label, _SENTENCE_WIDTH)], [(sentence,)])


def _flat(
    styles: TableStyles,
    widths: Sequence[float],
    rows: Iterable[Sequence[CellValue]],
    links: Mapping[tuple[int, int], Link],
) -> Iterator[FlatRow]:
    heights = RowHeights(widths, FONT_SIZE)
    linked: dict[int, list[int]] = {}
    for row, index in links:
        linked.setdefault(row, []).append(index)
    known: dict[tuple[object, ...], tuple[Format, ...]] = {}
    for number, values in enumerate(rows, start=1):
        indexes = linked.get(number, ())
        key = (*map(type, values), *indexes)
        if key not in known:
            known[key] = tuple(
                styles.link if index in indexes else styles.of(value)
                for index, value in enumerate(values)
            )
        yield FlatRow(heights.of(values), values, known[key])
