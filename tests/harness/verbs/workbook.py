"""What people do to a returned workbook in Excel, each under its name; openpyxl does the work."""

from __future__ import annotations

import re
from copy import copy
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.filters import FilterColumn, Filters
from openpyxl.worksheet.worksheet import Worksheet

from tests.fillers.xml_patch import without_unit
from tests.harness.verbs.registry import workbook_verb
from tests.tables import written
from workflow.templates.indicator_table import INDICATOR_ID_LABEL
from workflow.templates.layout import CORRECTION_SHEET, ID_LABEL, NUMBER_NAME, NUMBER_PROPERTY


def header_of(book: Workbook) -> tuple[Worksheet, int, dict[str, int]]:
    """Return the sheet with the fullest 整理番号 header, its row and its columns by label.

    The list of corrections of a hand-back has one too, which is none to answer under; so has the
    sheet of the indicators, whose rows are not the items'.
    """
    found: list[tuple[Worksheet, int, dict[str, int]]] = []
    for sheet in (one for one in book.worksheets if one.title != CORRECTION_SHEET):
        rows = sheet.iter_rows(max_row=min(60, sheet.max_row), values_only=True)
        for row, values in enumerate(rows, start=1):
            shown = {str(v): n for n, v in enumerate(values, start=1) if v is not None}
            labels = {without_unit(text): column for text, column in shown.items()} | shown
            if ID_LABEL in labels and INDICATOR_ID_LABEL not in labels:
                found.append((sheet, row, labels))
    return max(found, key=lambda header: len(header[2]))


def item_rows(book: Workbook) -> dict[str, int]:
    """Return 整理番号 → row, as they stand now."""
    sheet, header, labels = header_of(book)
    column = labels[ID_LABEL]
    stored = ((row, sheet.cell(row, column).value) for row in range(header + 1, sheet.max_row + 1))
    return {str(value): row for row, value in stored if value is not None}


def cell_of(book: Workbook, item: str, label: str) -> Cell:
    """Return the cell of an item under a label."""
    sheet, _, labels = header_of(book)
    cell = sheet.cell(item_rows(book)[item], labels[label])
    assert isinstance(cell, Cell)
    return cell


def put(cell: Cell, notation: str) -> None:
    """Write a value: a text, n:5, d:2024-03-01, b:TRUE, e:#N/A, or f:=A1 without its result."""
    kind, colon, text = notation.partition(":")
    if colon and kind == "b":
        cell.value = text == "TRUE"
    elif colon and kind == "e":
        cell.value, cell.data_type = text, "e"
    elif colon and kind == "f":
        cell.value = text
    else:
        value = written(notation)
        cell.value = value if value != "" else None
        if isinstance(value, str) and value:
            cell.data_type = "s"


# --- rows and columns


@workbook_verb("insert rows above")
def insert_rows(book: Workbook, item: str, count: int = 1) -> None:
    header_of(book)[0].insert_rows(item_rows(book)[item], count)


@workbook_verb("insert columns before")
def insert_columns(book: Workbook, label: str, count: int = 1) -> None:
    sheet, _, labels = header_of(book)
    sheet.insert_cols(labels[label], count)


@workbook_verb("delete row")
def delete_row(book: Workbook, item: str) -> None:
    header_of(book)[0].delete_rows(item_rows(book)[item])


@workbook_verb("delete column")
def delete_column(book: Workbook, label: str) -> None:
    sheet, _, labels = header_of(book)
    sheet.delete_cols(labels[label])


@workbook_verb("turn rows upside down")
def turn_rows(book: Workbook) -> None:
    sheet = header_of(book)[0]
    places = sorted(item_rows(book).values())
    contents = [[_content(cell) for cell in sheet[row]] for row in places]
    for row, content in zip(places, reversed(contents), strict=True):
        for cell, stored in zip(sheet[row], content, strict=True):
            _write_content(cell, stored)


@workbook_verb("swap columns")
def swap_columns(book: Workbook, one: str, other: str) -> None:
    sheet, header, labels = header_of(book)
    for row in range(header, sheet.max_row + 1):
        left, right = sheet.cell(row, labels[one]), sheet.cell(row, labels[other])
        (left.value, right.value) = (right.value, left.value)


@workbook_verb("copy row to the end")
def copy_row(book: Workbook, item: str) -> None:
    sheet, row = header_of(book)[0], item_rows(book)[item]
    end = sheet.max_row + 1
    for cell in sheet[row]:
        _write_content(sheet.cell(end, cell.column), _content(cell))  # type: ignore[arg-type]


@workbook_verb("move table")
def move_table(book: Workbook, rows: int, columns: int) -> None:
    sheet, header, _ = header_of(book)
    area = f"A{header}:{get_column_letter(sheet.max_column)}{sheet.max_row}"
    sheet.move_range(area, rows=rows, cols=columns)


@workbook_verb("hide row")
def hide_row(book: Workbook, item: str) -> None:
    header_of(book)[0].row_dimensions[item_rows(book)[item]].hidden = True


@workbook_verb("row height")
def set_row_height(book: Workbook, item: str, points: float) -> None:
    header_of(book)[0].row_dimensions[item_rows(book)[item]].height = points


@workbook_verb("hide column")
def hide_column(book: Workbook, label: str) -> None:
    sheet, _, labels = header_of(book)
    sheet.column_dimensions[get_column_letter(labels[label])].hidden = True


@workbook_verb("column width")
def set_column_width(book: Workbook, label: str, width: float) -> None:
    sheet, _, labels = header_of(book)
    sheet.column_dimensions[get_column_letter(labels[label])].width = width


@workbook_verb("hide sheet")
def hide_sheet(
    book: Workbook, name: str, state: Literal["hidden", "veryHidden"] = "hidden"
) -> None:
    book[name].sheet_state = state


@workbook_verb("filter")
def filter_rows(book: Workbook, label: str, shown: str) -> None:
    sheet, _, labels = header_of(book)
    column = labels[label]
    sheet.auto_filter.filterColumn.append(
        FilterColumn(colId=column - 1, filters=Filters(filter=[shown]))
    )
    for row in item_rows(book).values():
        sheet.row_dimensions[row].hidden = sheet.cell(row, column).value != shown


@workbook_verb("merge")
def merge(book: Workbook, item: str, label: str, last_item: str, last_label: str) -> None:
    first, last = cell_of(book, item, label), cell_of(book, last_item, last_label)
    header_of(book)[0].merge_cells(f"{first.coordinate}:{last.coordinate}")


# --- cells


@workbook_verb("write")
def write(book: Workbook, item: str, label: str, notation: str) -> None:
    put(cell_of(book, item, label), notation)


@workbook_verb("write plain number")
def write_plain_number(book: Workbook, item: str, label: str, number: float) -> None:
    """Write a number into a cell that has lost its format, as many programs leave dates."""
    cell = cell_of(book, item, label)
    cell.value, cell.number_format = number, "General"


@workbook_verb("write shown as")
def write_shown_as(
    book: Workbook, item: str, label: str, notation: str, number_format: str
) -> None:
    """Write a value and choose a number format for its cell."""
    cell = cell_of(book, item, label)
    put(cell, notation)
    cell.number_format = number_format


@workbook_verb("strike through")
def strike_through(book: Workbook, item: str, label: str) -> None:
    cell_of(book, item, label).font = Font(strike=True)


@workbook_verb("strike and go on")
def strike_and_go_on(book: Workbook, item: str, label: str, struck: str, kept: str) -> None:
    """Strike a text through and write the right one behind it in red."""
    cell_of(book, item, label).value = CellRichText(
        TextBlock(InlineFont(strike=True), struck),
        TextBlock(InlineFont(color=Color("FFFF0000")), kept),
    )


@workbook_verb("keep the end of a struck cell")
def keep_the_end(book: Workbook, item: str, label: str, struck: str, kept: str) -> None:
    """Write behind a text whose cell is struck through, in letters that are not."""
    cell = cell_of(book, item, label)
    cell.font = Font(strike=True)
    cell.value = CellRichText(struck, TextBlock(InlineFont(color=Color("FFFF0000")), kept))


@workbook_verb("format on condition")
def format_on_condition(book: Workbook, label: str, condition: str, look: str) -> None:
    """Let the cells of a column look otherwise where a formula holds, or a text is in them.

    Excel puts a new rule before those that are there.
    """
    looks = {
        "struck": DifferentialStyle(font=Font(strike=True)),
        "white": DifferentialStyle(font=Font(color="FFFFFFFF")),
        "percent": DifferentialStyle(numFmt=NumberFormat(numFmtId=9, formatCode="0%")),
    }
    sheet, header, labels = header_of(book)
    letter = get_column_letter(labels[label])
    kind: Any
    kind, _, operand = condition.partition(" ")
    for rule in (rule for area in sheet.conditional_formatting for rule in area.rules):
        rule.priority += 1
    rule = Rule(
        type=kind, dxf=looks[look], priority=1, formula=[operand], text=operand, operator="equal"
    )
    sheet.conditional_formatting.add(f"{letter}{header + 1}:{letter}{sheet.max_row}", rule)


@workbook_verb("write in the colour")
def write_in_the_colour(book: Workbook, item: str, label: str, letters: str, ground: str) -> None:
    """Colours are FFFFFFFF, theme 4 0.8 (with a tint) or indexed 13."""
    cell = cell_of(book, item, label)
    cell.font = Font(color=_color(letters))
    if ground:
        cell.fill = PatternFill("solid", fgColor=_color(ground))


def _color(notation: str) -> Color:
    kind, *numbers = notation.split(" ")
    match kind:
        case "theme":
            return Color(theme=int(numbers[0]), tint=float(numbers[1]))
        case "indexed":
            return Color(indexed=int(numbers[0]))
    return Color(kind)


@workbook_verb("write at")
def write_at(book: Workbook, sheet: str, place: str, notation: str) -> None:
    cell = book[sheet][place]
    assert isinstance(cell, Cell)
    put(cell, notation)


@workbook_verb("merge at")
def merge_at(book: Workbook, sheet: str, area: str) -> None:
    book[sheet].merge_cells(area)


@workbook_verb("write beside")
def write_beside(book: Workbook, item: str, notation: str) -> None:
    """Write in the first column right of the table, in an item's row."""
    sheet, _, labels = header_of(book)
    cell = sheet.cell(item_rows(book)[item], max(labels.values()) + 1)
    assert isinstance(cell, Cell)
    put(cell, notation)


@workbook_verb("write below")
def write_below(book: Workbook, label: str, notation: str) -> None:
    """Write under the table, two rows below its end."""
    sheet, _, labels = header_of(book)
    cell = sheet.cell(sheet.max_row + 2, labels[label])
    assert isinstance(cell, Cell)
    put(cell, notation)


@workbook_verb("rename label")
def rename_label(book: Workbook, label: str, name: str) -> None:
    sheet, header, labels = header_of(book)
    sheet.cell(header, labels[label]).value = name or None


@workbook_verb("comment")
def comment(book: Workbook, item: str, label: str, text: str) -> None:
    cell_of(book, item, label).comment = Comment(text, "担当者")


# --- sheets


@workbook_verb("rename sheet")
def rename_sheet(book: Workbook, old: str, new: str) -> None:
    book[old].title = new


@workbook_verb("copy sheet")
def copy_sheet(book: Workbook, name: str, title: str) -> None:
    book.copy_worksheet(book[name]).title = title


@workbook_verb("delete sheet")
def delete_sheet(book: Workbook, name: str) -> None:
    del book[name]


@workbook_verb("add sheet")
def add_sheet(book: Workbook, name: str, place: str, text: str) -> None:
    sheet = book.create_sheet(name)
    sheet[place] = text


@workbook_verb("reorder sheets")
def reorder_sheets(book: Workbook) -> None:
    for count, sheet in enumerate(list(book.worksheets)):
        book.move_sheet(sheet, -count)


@workbook_verb("unlock")
def unlock(book: Workbook) -> None:
    book.security = None
    for sheet in book.worksheets:
        sheet.protection.sheet = False


# --- stamps


@workbook_verb("strip properties")
def strip_properties(book: Workbook) -> None:
    stored = _properties(book)
    for name in [p.name for p in stored.props]:
        del stored[name]


@workbook_verb("strip names")
def strip_names(book: Workbook) -> None:
    for name in list(book.defined_names):
        del book.defined_names[name]


@workbook_verb("strip cell names")
def strip_cell_names(book: Workbook) -> None:
    for sheet in book.worksheets:
        sheet.defined_names.clear()


@workbook_verb("insert rows at")
def insert_rows_at(book: Workbook, name: str, row: int, count: int = 1) -> None:
    """Insert rows as Excel does: merged areas, names and pictures go with the cells."""
    _make_room(book[name], "row", row, count)


@workbook_verb("insert columns at")
def insert_columns_at(book: Workbook, name: str, column: int, count: int = 1) -> None:
    """Insert columns as Excel does: merged areas and names go with the cells."""
    _make_room(book[name], "col", column, count)


def _move_pictures(sheet: Worksheet, axis: str, at: int, count: int) -> None:
    for picture in sheet._images:  # type: ignore[attr-defined]  # openpyxl's stubs leave it out
        for corner in (picture.anchor._from, getattr(picture.anchor, "to", None)):
            if corner is not None and getattr(corner, axis) >= at - 1:
                setattr(corner, axis, getattr(corner, axis) + count)


def _make_room(sheet: Worksheet, axis: str, at: int, count: int) -> None:
    areas = [a for a in list(sheet.merged_cells.ranges) if getattr(a, f"max_{axis}") >= at]
    for area in areas:
        sheet.merged_cells.remove(area)
    if axis == "row":
        sheet.insert_rows(at, count)
    else:
        sheet.insert_cols(at, count)
    for area in areas:
        if getattr(area, f"min_{axis}") >= at:
            area.shift(**{f"{axis}_shift": count})
        else:
            area.expand(**{"down" if axis == "row" else "right": count})
        sheet.merged_cells.add(area)
    _move_pictures(sheet, axis, at, count)
    for defined in sheet.defined_names.values():
        defined.attr_text = re.sub(
            r"\$(\d+)" if axis == "row" else r"\$([A-Z]+)",
            lambda found: f"${_moved(found[1], at, count)}",
            defined.attr_text,
        )


def _moved(reference: str, at: int, count: int) -> str:
    """Return the row or column that a reference names, once there is room."""
    if reference.isdecimal():
        return str(int(reference) + (count if int(reference) >= at else 0))
    column = column_index_from_string(reference)
    return get_column_letter(column + (count if column >= at else 0))


@workbook_verb("dissolve merged cells")
def dissolve_merged_cells(book: Workbook, name: str) -> None:
    for area in list(book[name].merged_cells.ranges):
        book[name].unmerge_cells(str(area))


@workbook_verb("swap rows at")
def swap_rows_at(book: Workbook, name: str, one: int, other: int) -> None:
    """Exchange what stands in two rows, as sorting a list does."""
    for column in range(1, book[name].max_column + 1):
        cells = book[name].cell(one, column), book[name].cell(other, column)
        cells[0].value, cells[1].value = cells[1].value, cells[0].value


@workbook_verb("copy row at")
def copy_row_at(book: Workbook, name: str, row: int, to: int) -> None:
    for cell in book[name][row]:
        if cell.value is not None:
            book[name].cell(to, cell.column).value = cell.value


@workbook_verb("move sheets to a new book")
def move_to_a_new_book(book: Workbook) -> None:
    """Leave of the sheets what pasting into a new book leaves: cells, merged areas, no names."""
    for at, sheet in enumerate(list(book.worksheets), start=1):
        copied = book.create_sheet(f"Sheet{at}")
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    copied.cell(cell.row, cell.column).value = cell.value
        for area in sheet.merged_cells.ranges:
            copied.merge_cells(str(area))
        book.remove(sheet)


@workbook_verb("strip visible number")
def strip_visible_number(book: Workbook) -> None:
    number = _stamped(book)
    for cell in _cells_with(book, number):
        cell.value = None


@workbook_verb("stamp visible number")
def stamp_visible_number(book: Workbook, number: str) -> None:
    old = _stamped(book)
    for cell in _cells_with(book, old):
        cell.value = str(cell.value).replace(old, number)


@workbook_verb("stamp property")
def stamp_property(book: Workbook, number: str) -> None:
    for found in _properties(book).props:
        if found.name == NUMBER_PROPERTY:
            found.value = number


@workbook_verb("save with openpyxl")
def save_with_openpyxl(book: Workbook) -> None:
    """Nothing but the loading and saving that every verb here comes with."""


@workbook_verb("count days from 1904")
def count_from_1904(book: Workbook) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book.epoch = CALENDAR_MAC_1904


def _properties(book: Any) -> Any:  # noqa: ANN401 - openpyxl's types lack custom properties
    return book.custom_doc_props


def _stamped(book: Workbook) -> str:
    for found in _properties(book).props:
        if found.name == NUMBER_PROPERTY:
            return str(found.value)
    name = book.defined_names[NUMBER_NAME]
    ((sheet, place),) = name.destinations
    return str(book[sheet][place.replace("$", "")].value)


def _cells_with(book: Workbook, text: str) -> list[Cell]:
    return [
        cell
        for sheet in book.worksheets
        for cells in sheet.iter_rows()
        for cell in cells
        if isinstance(cell, Cell) and isinstance(cell.value, str) and text in cell.value
    ]


def _content(cell: Any) -> tuple[Any, str, Any]:  # noqa: ANN401 - openpyxl's cells
    return cell.value, cell.data_type, copy(cell._style)


def _write_content(cell: Any, content: tuple[Any, str, Any]) -> None:  # noqa: ANN401
    cell.value, cell.data_type, cell._style = content
