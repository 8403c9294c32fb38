"""The values in .xls, .xlsb and .ods → raw workbook, through calamine, which reads nothing else.

calamine lays every sheet out as one block in memory, so the reach of an .xlsb or .ods is measured
first; an .xls reaches 65,536 × 256 at most, which a worker's memory bears.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

from workflow.excel.xlsx.package import package_in
from workflow.excel.xlsx.properties import (
    custom_properties,
    saving_of_package,
    saving_of_xls,
)
from workflow.model.catalogue import Code
from workflow.model.limits import USUAL, Limits
from workflow.model.raw import CellKind, RawBook, RawCell, RawSheet
from workflow.returned.intake.refusal import RefusedError, unreadable
from workflow.returned.intake.used_range import measure_xlsb, refuse_large_grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


def read_xls(content: bytes, limits: Limits = USUAL) -> RawBook:
    """Return the values in an .xls; a formula is its result.

    calamine says nothing of error values and of how cells look, but xlrd does. Raises RefusedError
    for what must not be laid out, and whatever calamine trips over.
    """
    from workflow.returned.readers.xlrd import sheets_seen  # 81 ms
    from workflow.returned.readers.xls_remarks import read_remarks

    saving = saving_of_xls(content)
    beside = read_remarks(content)
    sheets = read_values(content, limits)
    if not sheets:
        raise ValueError("an .xls without sheets")  # calamine says nothing of one it cannot follow
    seen = {sheet.name: sheet for sheet in sheets_seen(content)}
    if not seen:
        beside.lose()
    sheets = tuple(s.seen_as(seen[s.name]) if s.name in seen else s for s in sheets)
    return RawBook(
        sheets,
        modified=saving.modified,
        remarks=beside.remarks,
        unread=beside.unread,
        author=saving.author,
        saved_by=saving.saved_by,
    )


def read_xlsb(content: bytes, limits: Limits = USUAL) -> RawBook:
    """Return the values in an .xlsb, with the error values; its reach is measured first."""
    from workflow.returned.readers.pyxlsb import errors_in, remarks_in  # 28 ms

    measure_xlsb(content, limits)
    package = package_in(content)
    saving = saving_of_package(package)
    wrong, beside = errors_in(package), remarks_in(package)
    if wrong is None:
        wrong = {}
        beside.lose()
    sheets = read_values(content, limits)
    return RawBook(
        tuple(s.seen_as(RawSheet(s.name, wrong.get(s.name, {}))) for s in sheets),
        properties=custom_properties(package),
        remarks=beside.remarks,
        unread=beside.unread,
        modified=saving.modified,
        author=saving.author,
        saved_by=saving.saved_by,
    )


def read_values(content: bytes, limits: Limits) -> tuple[RawSheet, ...]:
    """Return the sheets of a workbook whose reach is known to be bearable."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [s.name for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet]
        return tuple(RawSheet(n, _cells(book.get_sheet_by_name(n), limits)) for n in names)
    except PasswordError as error:
        raise RefusedError(unreadable(Code.FILE_ENCRYPTED)) from error
    except Exception:
        raise
    except BaseException as error:
        # A panic of the compiled reader is no Exception; here it is only one more broken file.
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from None


def _cells(sheet: CalamineSheet, limits: Limits) -> dict[tuple[int, int], RawCell]:
    if sheet.end is None:
        return {}
    refuse_large_grid(sheet.end[0] + 1, sheet.end[1] + 1, limits)
    return {
        (row, column): _raw(value)
        for row, values in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        for column, value in enumerate(values, start=1)
        if value != ""
    }


def _raw(value: object) -> RawCell:
    if isinstance(value, bool):
        return RawCell(CellKind.BOOLEAN, str(value).upper())
    if isinstance(value, int | float):
        return RawCell.of_number(value)
    if isinstance(value, datetime):
        return RawCell.of_day(value)
    if isinstance(value, date):
        return RawCell.of_day(datetime.combine(value, time()))
    if isinstance(value, str):
        return RawCell(CellKind.TEXT, value)
    return RawCell(CellKind.DATE, str(value))
