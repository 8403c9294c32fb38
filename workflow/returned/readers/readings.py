"""Two readings of a file: collect goes by the first, verify checks it by the second.

The first is of the reader that loses least of a format, the second of another reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from workflow.excel.xlsx.reader import read_xlsx
from workflow.model.cells import CellIndex
from workflow.model.limits import USUAL, Limits
from workflow.model.raw import CellKind, RawBook, RawCell
from workflow.returned.intake.detect import Kind
from workflow.returned.intake.refusal import RefusedError, broken
from workflow.returned.intake.used_range import refuse_large_grid
from workflow.returned.readers import calamine
from workflow.templates.layout import COVER_SHEET

_MOST_LETTERS = 120


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

    A strict workbook must have been made transitional. Raises RefusedError, with what the reader
    tripped over: where collect read the file, that says something about this reader alone.
    """
    reader, read = _second(kind)
    try:
        return read(content, limits)
    except (RefusedError, MemoryError):
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise RefusedError(broken(f"{reader}では読めません：{reason[:_MOST_LETTERS]}")) from error


def _second(kind: Kind) -> tuple[str, Callable[[bytes, Limits], RawBook]]:
    """Return the second reader of a format, with its name."""
    match kind:
        case Kind.XLS:
            from workflow.returned.readers.xlrd import read_xls  # 81 ms

            return "xlrd", lambda content, _: read_xls(content)
        case Kind.XLSB:
            from workflow.returned.readers.pyxlsb import read_xlsb  # 28 ms

            return "pyxlsb", read_xlsb
        case Kind.ODS:
            return "calamine", _read_ods
    from workflow.returned.readers.openpyxl import read_book  # 306 ms

    return "openpyxl", lambda content, _: read_book(content)


def _read_ods(content: bytes, limits: Limits) -> RawBook:
    """Return an .ods as our own reader knows it, with the values that calamine finds in it.

    Where its value is what it can tell of ours, ours stands: it knows no formulas, errors, truth
    values or tabs. It lays every sheet out as one block in memory, so ours is also the measure.
    """
    from workflow.returned.readers.ods import read_ods  # 11 ms, with defusedxml
    from workflow.returned.readers.strip_formatting import ods_without_formatting

    book = read_ods(content, limits)
    for sheet in book.sheets:
        rows, columns = zip(*sheet.cells, strict=True) if sheet.cells else ((1,), (1,))
        refuse_large_grid(max(rows), max(columns), limits)
    seen = calamine.read_values(ods_without_formatting(content), limits)
    sheets = zip(book.sheets, seen, strict=True)
    return replace(
        book,
        sheets=tuple(
            replace(ours, cells=dict(_seen_alike(ours.cells, theirs.cells))).seen_as(ours)
            for ours, theirs in sheets
        ),
    )


def _seen_alike(
    ours: Mapping[CellIndex, RawCell], seen: Mapping[CellIndex, RawCell]
) -> Iterator[tuple[CellIndex, RawCell]]:
    """Yield each cell: ours where calamine sees the same, otherwise what calamine sees."""
    for at in {**ours, **seen}:
        cell, other = ours.get(at), seen.get(at)
        stands = cell if cell and _is_seen(cell.cached or cell, other) else other
        if stands:
            yield at, stands


def _is_seen(ours: RawCell, seen: RawCell | None) -> bool:
    """Whether what calamine sees is what it can tell of a cell."""
    match ours.kind:
        case CellKind.TEXT:
            return _run_together(ours) == _run_together(seen)
        case CellKind.NUMBER:
            return seen is not None and seen.number == ours.number
        case CellKind.BOOLEAN:
            truth = ours.text == "TRUE"
            return seen is not None and (seen.number == truth or seen.text == ours.text)
        case CellKind.DATE if ours.moment:
            return seen is not None and seen.moment == ours.moment
        case CellKind.DATE:  # a time of day is shown in one way and stored in another
            return seen is not None
    return seen is None or _run_together(ours) == _run_together(seen)


def _run_together(cell: RawCell | None) -> str:
    return "".join(cell.text.split()) if cell else ""
