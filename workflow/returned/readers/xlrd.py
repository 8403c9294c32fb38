"""The values in an .xls and how they look → raw workbook, through xlrd.

Of the values it is a second opinion beside calamine's, which knows nothing of looks and errors.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import xlrd
from xlrd.book import Book
from xlrd.formatting import XF
from xlrd.sheet import Cell, Sheet

from workflow.excel.xlsx.colors import BLACK, WHITE, is_faint, luminance
from workflow.excel.xlsx.conditional_formats import Rule, apply_rules
from workflow.excel.xlsx.number_formats import day_cell
from workflow.excel.xlsx.properties import saving_of_xls
from workflow.excel.xlsx.shown_numbers import number_format
from workflow.model.catalogue import Code
from workflow.model.raw import Area, CellKind, Look, RawBook, RawCell, RawSheet
from workflow.returned.intake.refusal import RefusedError, unreadable
from workflow.returned.readers.xls_conditions import rules_in
from workflow.returned.readers.xls_records import without_shapes
from workflow.returned.readers.xls_remarks import read_remarks


def read_xls(content: bytes) -> RawBook:
    """Return the values in an .xls and how they look; a formula is its result.

    Raises RefusedError for what needs a password, and whatever xlrd trips over.
    """
    saving = saving_of_xls(content)
    beside = read_remarks(content)
    return RawBook(
        _sheets(content),
        modified=saving.modified,
        remarks=beside.remarks,
        unread=beside.unread,
        author=saving.author,
        saved_by=saving.saved_by,
    )


def sheets_seen(content: bytes) -> tuple[RawSheet, ...]:
    """Return what a person sees in an .xls; nothing where xlrd cannot follow it."""
    try:
        return _sheets(content)
    except MemoryError:
        raise
    except Exception:
        # Another reader takes the values; xlrd raises whatever it likes of what it does not know.
        return ()


def merged_areas(content: bytes) -> Mapping[str, tuple[Area, ...]]:
    """Return the merged cells of each sheet of an .xls, which calamine does not tell."""
    return {
        sheet.name: tuple(
            Area(top + 1, left + 1, bottom, right)
            for top, bottom, left, right in sorted(sheet.merged_cells)
        )
        for sheet in _opened(content).sheets()
    }


def _sheets(content: bytes) -> tuple[RawSheet, ...]:
    book = _opened(content)
    rules = rules_in(content)
    return tuple(_sheet(book, sheet, rules.get(sheet.name, ())) for sheet in book.sheets())


def _opened(content: bytes) -> Book:
    # xlrd remarks on odd files on stdout, which is not ours to write to here.
    silence = io.StringIO()
    options: dict[str, Any] = {"logfile": silence, "ragged_rows": True}
    try:
        return xlrd.open_workbook(file_contents=content, formatting_info=True, **options)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise RefusedError(unreadable(Code.FILE_ENCRYPTED)) from error
        raise
    except MemoryError:
        raise
    except Exception:
        stored = without_shapes(content)
    try:
        # A damaged drawing costs xlrd the whole book, though it tells nothing of drawings.
        return xlrd.open_workbook(file_contents=stored, formatting_info=True, **options)
    except MemoryError:
        raise
    except Exception:
        # Of a book whose styles it cannot follow, xlrd still tells the values.
        return xlrd.open_workbook(file_contents=stored, **options)


def _sheet(book: Book, sheet: Sheet, rules: Sequence[Rule]) -> RawSheet:
    rows, columns = sheet.rowinfo_map.items(), sheet.colinfo_map.items()
    cells = _cells(book, sheet)
    apply_rules(rules, cells)
    return RawSheet(
        sheet.name,
        cells,
        hidden_rows=frozenset(n + 1 for n, row in rows if row.hidden or row.height == 0),
        hidden_columns=tuple(
            (n + 1, n + 1) for n, column in columns if column.hidden or column.width == 0
        ),
        is_hidden=sheet.visibility != 0,
    )


def _cells(book: Book, sheet: Sheet) -> dict[tuple[int, int], RawCell]:
    found = {}
    since_1904 = book.datemode == 1
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            raw = _raw(cell, since_1904)
            if raw is not None and book.formatting_info:
                raw = _looking(book, sheet, (row, column), cell, raw)
            if raw is not None:
                found[row + 1, column + 1] = raw
    return found


def _raw(cell: Cell, since_1904: bool) -> RawCell | None:
    match cell.ctype:
        case xlrd.XL_CELL_TEXT if cell.value:
            return RawCell(CellKind.TEXT, cell.value)
        case xlrd.XL_CELL_NUMBER:
            return RawCell.of_number(cell.value, since_1904)
        case xlrd.XL_CELL_DATE:
            return day_cell(cell.value, since_1904)
        case xlrd.XL_CELL_BOOLEAN:
            return RawCell(CellKind.BOOLEAN, str(bool(cell.value)).upper())
        case xlrd.XL_CELL_ERROR:
            return RawCell(CellKind.ERROR, xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return None


def _looking(book: Book, sheet: Sheet, at: tuple[int, int], cell: Cell, raw: RawCell) -> RawCell:
    """Return a cell with what a person sees of it."""
    style = book.xf_list[cell.xf_index]
    used = number_format(book.format_map[style.format_key].format_str)
    shown = None
    if raw.kind is CellKind.NUMBER and raw.number is not None and raw.number.is_finite():
        shown = used.shown(raw.number)
    elif raw.kind is CellKind.TEXT and used.changes_texts:
        shown = used.text_of(raw.text)
    runs = sheet.rich_text_runlist_map.get(at, ())
    look = Look(
        shown,
        used.code if shown is not None else "",
        _left(book, raw.text, style.font_index, runs),
        is_faint(_level(book, style), _ground(book, style)),
    )
    return raw if look == Look() else replace(raw, look=look)


def _left(book: Book, text: str, font: int, runs: Sequence[tuple[int, int]]) -> str | None:
    """Return what of a text is not struck through, None where nothing is."""
    starts = [(0, font), *runs]
    ends = [*(start for start, _ in runs), len(text)]
    pieces = [
        (text[start:end], bool(book.font_list[used].struck_out))
        for (start, used), end in zip(starts, ends, strict=True)
    ]
    if not any(struck for piece, struck in pieces if piece):
        return None
    return "".join(piece for piece, struck in pieces if not struck)


def _level(book: Book, style: XF) -> float | None:
    color = book.colour_map.get(book.font_list[style.font_index].colour_index)
    return luminance([part / 255 for part in color]) if color else BLACK


def _ground(book: Book, style: XF) -> float | None:
    fill = style.background
    if fill.fill_pattern == 0:
        return WHITE
    color = book.colour_map.get(fill.pattern_colour_index)
    return luminance([part / 255 for part in color]) if color and fill.fill_pattern == 1 else None
