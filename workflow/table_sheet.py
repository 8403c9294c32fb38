"""A sheet that is one flat table: header in row 1, one value per cell, nothing merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.url import Url

from workflow.look import HEADER_FILL, HEADER_INK, LINE, LINK_INK
from workflow.sheets import GrowingSheet, row_height

FONT_SIZE = 10.0
MAX_LINKS = 60_000
"""Links written to one sheet; Excel bears 65,530."""

_PAPER_A4 = 9
CellValue = str | int | Decimal | datetime | date | None
"""What one cell of a flat table holds; None is an empty cell."""

RowT = TypeVar("RowT")


def no_link(_: object) -> None:
    """Lead nowhere."""


@dataclass(frozen=True, slots=True)
class TableColumn(Generic[RowT]):
    """One column: label, width in characters, what it shows of a row and where that leads."""

    label: str
    width: float
    value: Callable[[RowT], CellValue]
    link: Callable[[RowT], Url | None] = no_link


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


def write_table(
    sheet: GrowingSheet,
    styles: TableStyles,
    columns: Sequence[TableColumn[RowT]],
    rows: Iterable[RowT],
) -> None:
    """Write rows under a frozen, filtered header, ready to print on A4 landscape."""
    listed = list(rows)
    values = [[column.value(row) for column in columns] for row in listed]
    links = (
        ((at, place), column.link(row))
        for at, row in enumerate(listed, start=1)
        for place, column in enumerate(columns)
    )
    leading = {cell: link for cell, link in links if link is not None}
    write_values(sheet, styles, [(c.label, c.width) for c in columns], values, leading)


def write_values(
    sheet: GrowingSheet,
    styles: TableStyles,
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[CellValue]],
    links: Mapping[tuple[int, int], Url] = MappingProxyType({}),
) -> None:
    """Write rows of values under (label, width) columns; links are by 0-based row and column.

    Beyond what Excel bears, no cell of the sheet leads anywhere.
    """
    links = links if len(links) <= MAX_LINKS else {}
    for place, (label, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, label, styles.header)
    for row, values in enumerate(rows, start=1):
        texts = ((v, columns[n][1]) for n, v in enumerate(values) if isinstance(v, str))
        sheet.set_row(row, row_height(texts, FONT_SIZE))
        for place, value in enumerate(values):
            write_value(sheet, row, place, value, styles)
    for (row, place), link in links.items():
        sheet.write_string(row, place, str(rows[row - 1][place]), styles.link)
        sheet.lead(row, place, link)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(_PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&R&P / &N")


def write_value(
    sheet: GrowingSheet, row: int, column: int, value: CellValue, styles: TableStyles
) -> None:
    """Write one value as what it is; a text stays a text whatever it looks like."""
    match value:
        case None:
            sheet.write_blank(row, column, None, styles.text)
        case datetime():
            # Excel has no time zones: times are Japan's, as the legend says.
            sheet.write_datetime(row, column, value.replace(tzinfo=None), styles.moment)
        case date():
            sheet.write_datetime(row, column, value, styles.day)
        case Decimal() | int():
            sheet.write_number(row, column, value, styles.number)
        case _:
            sheet.write_string(row, column, value, styles.text)
