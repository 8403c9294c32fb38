"""Two readings of a file: collect goes by the first, verify checks it by the second.

The first is of the reader that loses least of a format, the second of another reader.
"""

from __future__ import annotations

from dataclasses import replace

from workflow.excel.xlsx.reader import read_xlsx
from workflow.model.limits import COMPILED, USUAL, Limits
from workflow.model.raw import RawBook
from workflow.returned.intake.detect import Kind, examine
from workflow.returned.intake.used_range import refuse_large_grid
from workflow.returned.readers import calamine
from workflow.templates.layout import COVER_SHEET


def read_first(kind: Kind, content: bytes, limits: Limits = USUAL) -> RawBook:
    """Return the workbook in some bytes; each reader is imported only where it is needed.

    A strict workbook must have been made transitional; of an .xlsx, the results of the formulas on
    our cover are left out. Raises RefusedError, or whatever a reader trips over in a damaged file.
    """
    match kind:
        case Kind.XLS:
            return calamine.read_xls(content, limits)
        case Kind.XLSB:
            return calamine.read_xlsb(content, limits)
        case Kind.ODS:
            from workflow.returned.readers.ods import read_ods  # 11 ms, with defusedxml

            return read_ods(content, limits)
    return read_xlsx(content, resultless=COVER_SHEET)


def read_again(kind: Kind, content: bytes, limits: Limits = USUAL) -> RawBook:
    """Return the workbook in some bytes; each reader is imported only where it is needed.

    A strict workbook must have been made transitional. Raises RefusedError, or whatever a reader
    trips over in a damaged file.
    """
    match kind:
        case Kind.XLS:
            from workflow.returned.readers.xlrd import read_xls  # 81 ms

            return read_xls(content)
        case Kind.XLSB:
            from workflow.returned.readers.pyxlsb import read_xlsb  # 28 ms

            return read_xlsb(content, limits)
        case Kind.ODS:
            return _read_ods(content, limits)
    from workflow.returned.readers.openpyxl import read_book  # 306 ms

    return read_book(content)


def open_book(content: bytes) -> RawBook | None:
    """Return an .xlsx of ours as it was written; None when it is none or is damaged.

    What we wrote we read with our own reader: a ledger may have half a million cells, and
    openpyxl takes many times as long.
    """
    if examine("", content, COMPILED) is not Kind.XLSX:
        return None
    try:
        return read_first(Kind.XLSX, content)
    except MemoryError:
        raise
    except Exception:
        # Whatever a reader trips over, somebody changed the file.
        return None


def _read_ods(content: bytes, limits: Limits) -> RawBook:
    """Return an .ods with the values calamine finds in it; the rest only our own reader knows.

    calamine lays every sheet out as one block in memory, so the first reading is also the measure.
    It loses line breaks inside cells.
    """
    from workflow.returned.readers.ods import read_ods  # 11 ms, with defusedxml

    book = read_ods(content, limits)
    for sheet in book.sheets:
        rows, columns = zip(*sheet.cells, strict=True) if sheet.cells else ((1,), (1,))
        refuse_large_grid(max(rows), max(columns), limits)
    values = {sheet.name: sheet.cells for sheet in calamine.read_values(content, limits)}
    return replace(
        book, sheets=tuple(replace(sheet, cells=values[sheet.name]) for sheet in book.sheets)
    )
