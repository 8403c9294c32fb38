"""A document → plan.xlsx. Every value is written as text, so Excel changes none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from workflow.excel.measures import column_pixels, row_height
from workflow.excel.page import Page, pages_across, set_page
from workflow.excel.style import (
    HEADER_FILL,
    HEADER_INK,
    LABEL_FILL,
    LINE,
    MUTED_INK,
)
from workflow.excel.workbook import add_sheet, new_workbook
from workflow.excel.xlsx.edit import with_texts
from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.strict import as_transitional, is_strict
from workflow.model.cells import column_letters
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.plan.book.columns import Setting, Spread, Table, description
from workflow.plan.book.guides import COLOURS, GUIDED_ROWS, Guides
from workflow.plan.book.indicator_sheet import table_of_document
from workflow.plan.book.layout import CONDITION_FIELDS, DEPARTMENTS, FIELDS, item_table
from workflow.plan.book.round_sheets import REVIEWERS, ROUNDS, rounds_as_written
from workflow.plan.book.settings import (
    HINT_LABEL,
    PLAN_INTRO,
    PLAN_SHEET,
    SETTING_LABEL,
    SETTINGS,
    VALUE_LABEL,
)
from workflow.plan.book.values import axis_labels, field_labels, format_value
from workflow.plan.document import Correction, Node, parent
from workflow.python.dataclass import dataclass

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# Fixed, so that the same plan gives the same bytes.
_CREATED = datetime(2024, 4, 1)
_FONT_SIZE = 10.0
_REPEATED = 2
"""The columns that name a row, on every page across."""

_NAME_WIDTH, _VALUE_WIDTHS, _HINT_WIDTH = 11, (16, 8), 26
_MIN_VALUE_COLUMNS = 4
_SPARE_ROWS = 8
_PAGE = Page()
_INTRO_HEIGHT = 26.0
_INTRO_ROW, _HINT_ROW, _HEADER_ROW, _FIRST_ROW = range(4)


def written_book(document: Mapping[str, Any]) -> bytes:
    """Return plan.xlsx with the content of a document; the same document gives the same bytes.

    Parts that are not there yet are blank; so are an empty list and text of an optional key, which
    mean the same.
    """
    stream = BytesIO()
    root = Node(rounds_as_written(document))
    levels = tuple(level.text for level in root["levels"].elements)
    with new_workbook(stream, _FONT_SIZE) as book:
        book.set_properties({"title": root.at("/plan/title").text, "created": _CREATED})
        styles = _styles_of(book)
        guides = Guides.of(book, _FIRST_ROW)
        _write_settings(book, styles, guides, root)
        for table in (
            DEPARTMENTS,
            item_table(levels or ("取組内容",)),
            FIELDS,
            *_rare_tables(root),
        ):
            _write_table(book, styles, guides, root, table.used_in(root))
    return stream.getvalue()


def _rare_tables(root: Node) -> Iterator[Table]:
    """Yield the sheets that stand in the workbook only where there is anything in them."""
    for table in (table_of_document(root), ROUNDS, REVIEWERS):
        if root.at(table.pointer).elements:
            yield table


def fixed_book(content: bytes, corrections: Iterable[Correction]) -> bytes:
    """Return a plan.xlsx in which every corrected cell says what was read; all else stays."""
    texts: dict[str, dict[tuple[int, int], str]] = {}
    for correction in corrections:
        at = correction.location
        texts.setdefault(at.sheet, {})[at.row, at.column] = correction.text
    package = Package(content)
    return with_texts(as_transitional(content) if is_strict(package) else content, texts)


@dataclass(frozen=True, slots=True)
class _Styles:
    """The formats of the workbook. Open ones are for the cells nobody has written to yet."""

    intro: Format
    wrapped_intro: Format
    hint: Format
    header: Format
    name: Format
    text: Format
    other: Format
    group: Format
    open_text: Format
    open_other: Format

    def value(self, kind: Kind) -> Format:
        return self.text if kind.is_text else self.other

    def open_value(self, kind: Kind) -> Format:
        return self.open_text if kind.is_text else self.open_other


def _styles_of(book: Workbook) -> _Styles:
    base = {"valign": "top", "text_wrap": True}
    ruled = {**base, "border": 1, "border_color": LINE}
    # Excel would turn the id 1-1 into a date; a cell formatted as text keeps it.
    text = {"num_format": "@"}

    def style(*parts: Mapping[str, object]) -> Format:
        return book.add_format({key: value for part in parts for key, value in part.items()})

    heading = {"bold": True, "valign": "vcenter"}
    intro = {"font_size": 12, "font_color": HEADER_FILL}
    return _Styles(
        intro=style(base, heading, intro | {"text_wrap": False}),
        wrapped_intro=style(base, heading, intro),
        hint=style(ruled, {"font_color": MUTED_INK, "bg_color": LABEL_FILL}),
        header=style(ruled, heading, {"font_color": HEADER_INK, "bg_color": HEADER_FILL}),
        name=style(ruled, {"bold": True, "font_color": HEADER_FILL, "bg_color": LABEL_FILL}),
        text=style(ruled, text),
        other=style(ruled),
        group=style({"border": 1, "border_color": LINE, "top_color": HEADER_FILL}),
        open_text=style(base, text),
        open_other=style(base),
    )


def _write_settings(book: Workbook, styles: _Styles, guides: Guides, root: Node) -> None:
    used = [s for s in SETTINGS if not s.is_rare or _is_used(root, s)]
    rows = [(setting, texts) for setting in used for texts in _setting_rows(root, setting)]
    width = max(_MIN_VALUE_COLUMNS, *(len(texts) for _, texts in rows))
    widths = [_NAME_WIDTH, _VALUE_WIDTHS[0], *[_VALUE_WIDTHS[1]] * (width - 1), _HINT_WIDTH]
    sheet = _new_sheet(book, styles, PLAN_SHEET, PLAN_INTRO, widths)
    for column, column_width in enumerate(widths):
        pixels = column_pixels(column_width, _FONT_SIZE)
        sheet.set_column_pixels(column, column, pixels, styles.open_text)
    header_row = 1
    header = [SETTING_LABEL, VALUE_LABEL, *[""] * (width - 1), HINT_LABEL]
    _write_row(sheet, header_row, header, [styles.header] * len(header))
    last_hint = ""
    for row, (setting, texts) in enumerate(rows, start=header_row + 1):
        hint = "" if description(setting) == last_hint else description(setting)
        last_hint = description(setting)
        line = [setting.label, *texts, *[""] * (width - len(texts)), hint]
        _write_row(
            sheet, row, line, [styles.name, *[styles.value(setting.kind)] * width, styles.hint]
        )
        _fit_row(sheet, row, line, widths)
        guides.guide_setting(sheet, row, width, setting)
    _finish(sheet, header_row, widths)


def _write_table(book: Workbook, styles: _Styles, guides: Guides, root: Node, table: Table) -> None:
    columns = table.all_columns
    widths = [column.width for column in columns]
    sheet = _new_sheet(book, styles, table.sheet, table.intro, widths)
    hints = [description(column) for column in columns]
    _write_row(sheet, _HINT_ROW, hints, [styles.hint] * len(columns))
    _fit_row(sheet, _HINT_ROW, hints, widths)
    labels = [column.label for column in columns]
    _write_row(sheet, _HEADER_ROW, labels, [styles.header] * len(columns))
    _fit_row(sheet, _HEADER_ROW, labels, widths)
    for index, column in enumerate(columns):
        pixels = column_pixels(column.width, _FONT_SIZE)
        sheet.set_column_pixels(index, index, pixels, styles.open_value(column.kind))
    rows = [*_table_rows(root, table), *[[""] * len(columns)] * _SPARE_ROWS]
    for row, texts in enumerate(rows, start=_FIRST_ROW):
        _write_row(sheet, row, texts, [styles.value(column.kind) for column in columns])
        _fit_row(sheet, row, texts, widths)
    if table.details:
        area = (_FIRST_ROW, 0, _FIRST_ROW + len(rows) - 1, len(columns) - 1)
        starts = f'=$A{_FIRST_ROW + 1}<>""'
        rule = {"type": "formula", "criteria": starts, "format": styles.group}
        sheet.conditional_format(*area, rule)
    guides.guide_table(sheet, table)
    _finish(sheet, _HEADER_ROW, widths)


def _is_used(root: Node, setting: Setting) -> bool:
    """Whether a plan has a setting, or the thing that a setting belongs to."""
    thing = parent(setting.pointer)
    return bool(root.at(setting.pointer if thing == "/plan" else thing).value)


def _setting_rows(root: Node, setting: Setting) -> Iterator[list[str]]:
    """Yield the values of each row a setting takes; a setting without values takes a blank one."""
    node = root.at(setting.pointer)
    if setting.spread is Spread.ROWS:
        axes = axis_labels(root) if setting.pointer == "/matrices" else {}
        parts = [replace(part, words=part.words or axes) for part in setting.parts]
        parts = _naming_fields(root, parts)
        yield from [_texts(entry, parts) for entry in node.elements] or [[]]
        return
    for values in _setting_values(node, setting.spread):
        yield [format_value(value, setting.kind, setting.words) for value in values]


def _setting_values(node: Node, spread: Spread) -> list[list[object]]:
    match spread:
        case Spread.ACROSS:
            return [[element.value for element in node.elements]]
        case Spread.NAMED:
            return [[name, limit] for name, limit in node.members] or [[]]
        case _:
            return [[node.value]]


def _table_rows(root: Node, table: Table) -> Iterator[list[str]]:
    for entry in root.at(table.pointer).elements:
        own = _texts(entry, _naming_fields(root, table.columns))
        details = entry.at(table.detail_key).elements if table.details else ()
        lines = [_texts(detail, table.details) for detail in details]
        yield [*own, *(lines[0] if lines else [""] * len(table.details))]
        for line in lines[1:]:
            yield [*[""] * len(own), *line]


def _naming_fields(root: Node, columns: Sequence[PlanColumn]) -> list[PlanColumn]:
    """Return columns of which those that name a field name it by its label."""
    labels = field_labels(root)
    return [replace(c, words=labels) if c.key in CONDITION_FIELDS else c for c in columns]


def _texts(entry: Node, columns: Sequence[PlanColumn]) -> list[str]:
    return [format_value(entry.at(c.key).value, c.kind, c.words) for c in columns]


def _new_sheet(
    book: Workbook, styles: _Styles, name: str, intro: str, widths: Sequence[float]
) -> Worksheet:
    """Add a sheet under its introduction; over several pages that stands on the first, whole."""
    sheet = add_sheet(book, name)
    breaks = pages_across(_PAGE, _pixels(widths), _FONT_SIZE, _REPEATED)
    first = _REPEATED if breaks else 0
    if breaks:
        sheet.merge_range(_INTRO_ROW, first, _INTRO_ROW, breaks[0] - 1, "", styles.wrapped_intro)
    style = styles.wrapped_intro if breaks else styles.intro
    sheet.write_string(_INTRO_ROW, first, f"{intro}{COLOURS}", style)
    sheet.set_row(_INTRO_ROW, _INTRO_HEIGHT * (2 if breaks else 1))
    return sheet


def _pixels(widths: Iterable[float]) -> list[int]:
    return [column_pixels(width, _FONT_SIZE) for width in widths]


def _finish(sheet: Worksheet, header_row: int, widths: Sequence[float]) -> None:
    sheet.freeze_panes(header_row + 1, 1)
    sheet.hide_gridlines(2)
    set_page(sheet, _PAGE, _pixels(widths), _FONT_SIZE, repeated=_REPEATED)
    sheet.repeat_rows(header_row)
    sheet.set_footer("&C&P / &N")
    # Numbers are written as text on purpose; Excel need not point at each with a green corner.
    written = f"A1:{column_letters(len(widths))}{_FIRST_ROW + GUIDED_ROWS}"
    sheet.ignore_errors({"number_stored_as_text": written})


def _write_row(sheet: Worksheet, row: int, texts: Sequence[str], styles: Sequence[Format]) -> None:
    for column, (text, style) in enumerate(zip(texts, styles, strict=True)):
        sheet.write_string(row, column, text, style)


def _fit_row(sheet: Worksheet, row: int, texts: Sequence[str], widths: Sequence[float]) -> None:
    sheet.set_row(row, row_height(zip(texts, widths, strict=True), _FONT_SIZE))
