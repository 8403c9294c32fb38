"""The entry sheet 「進捗状況」: one row per item, only the cells to fill unlocked, no formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from workflow.excel.measures import (
    column_pixels,
    row_height,
)
from workflow.excel.page import (
    TITLED_TOP,
    Page,
    breaks_down,
    filling_scale,
    latest_together,
    scale_of_pages,
    set_page,
)
from workflow.excel.style import (
    footer,
    header,
)
from workflow.model.cells import a1
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import FONT_SIZE, Value
from workflow.model.rounds.earlier import is_of_earlier_round, round_of
from workflow.templates.filling import Filling
from workflow.templates.layout import (
    HEADER_ROW,
    MARK_ROW,
    NUMBER_LABEL,
    NUMBER_ROW,
    PREVIOUS_LABEL,
    TITLE_ROW,
    ColumnKind,
    EntryRow,
    Layout,
    previous_label,
)
from workflow.templates.sheets.entry_rules import Highlight, highlights, validation

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

from workflow.templates.sheets.entry_looks import LABEL_SIZE, EntryStyles

REQUIRED_MARK, SOMETIMES_MARK, OPTIONAL_MARK = "●必須", "▲条件つき", "○任意"
LOCKED_MARK = "■ 灰色のセルは変更できません"
_MOST_SCALE = 110
"""Percent at which the highest row still fits a page below its headings."""
_MOST_TITLE = 150
"""Characters of the title on paper; a header holds some more."""
_BAND_HEIGHT, _MARK_HEIGHT, _HEADER_HEIGHT = 18.75, 18.75, 30.0
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was


def write_entries(
    book: Workbook, sheet: Worksheet, layout: Layout, choices: Mapping[str, str], filling: Filling
) -> None:
    """Write the entry sheet; choices maps a choice field's key to its range on the cover."""
    styles = EntryStyles(book, layout)
    first = layout.answer_form.fields[0].key
    asked = ((q.item, q.field_key or first) for q in filling.questions)
    looks = dict.fromkeys(asked, styles.asked) | dict.fromkeys(filling.marked, styles.marked)
    _set_page(sheet, layout, filling)
    _write_heading(sheet, styles, layout)
    for band in layout.bands:
        for column in layout.columns:
            sheet.write_blank(band.row - 1, column.index - 1, None, styles.band)
        # Not merged: whoever inserts or sorts rows with it would spoil the rows of items.
        sheet.write_string(band.row - 1, 0, band.text, styles.band)
        sheet.set_row(band.row - 1, _BAND_HEIGHT)
    for entry in layout.rows:
        _write_blanks(sheet, styles, layout, entry)
        _write_entry(sheet, styles, layout, entry, filling, looks)
        if entry.previous:
            _write_previous(sheet, styles, layout, entry)
    _add_validations(sheet, layout, choices)
    _add_highlights(sheet, styles, layout, choices)


def entry_texts(layout: Layout) -> Mapping[tuple[int, int], str]:
    """Return what is printed on the entry sheet, by row and column."""
    texts = {(TITLE_ROW, 1): _title(layout), (NUMBER_ROW, 1): _number(layout)}
    texts |= {(MARK_ROW, at): text for at, text in _marks(layout)}
    texts |= {(HEADER_ROW, column.index): column.label for column in layout.columns}
    texts |= {(band.row, 1): band.text for band in layout.bands}
    for entry in layout.rows:
        texts |= {(entry.row, at): text for at, text in enumerate(entry.texts, start=1)}
        if entry.previous:
            row = entry.previous_row
            texts |= {(row, at): text for at, text in _previous_texts(layout, entry)}
    return {place: text for place, text in texts.items() if text}


def _title(layout: Layout) -> str:
    return f"{layout.title}　{layout.period.full}　{layout.department.name}"


def footer_text(layout: Layout) -> str:
    """Return what stands at the foot of every page: whose form it is, its round and number."""
    number = f"{NUMBER_LABEL} {layout.number}"
    return "　".join(filter(None, (layout.department.name, layout.period.round, number)))


def _number(layout: Layout) -> str:
    return f"{NUMBER_LABEL}：{layout.number}"


def _marks(layout: Layout) -> Iterator[tuple[int, str]]:
    """Yield what stands above the headings: whether a column is to fill, which no colour tells."""
    yield 1, LOCKED_MARK
    for column, field in layout.field_columns:
        yield column.index, field_mark(field)


def field_mark(field: Field) -> str:
    """Return the mark of a field: whether it must be filled, always or at times, or may be."""
    if field.required:
        return REQUIRED_MARK
    return SOMETIMES_MARK if field.required_when else OPTIONAL_MARK


def _previous_texts(layout: Layout, entry: EntryRow) -> Iterator[tuple[int, str]]:
    """Yield what last year's row below an item says, by column."""
    texts = dict(entry.previous)
    yield 1, PREVIOUS_LABEL
    beside = next(c.index for c in layout.columns[1:] if not c.hidden)
    yield beside, previous_label(layout.number.year)
    for column, field in layout.field_columns:
        yield column.index, texts.get(field.key, "")


def _set_page(sheet: Worksheet, layout: Layout, filling: Filling) -> None:
    sheet.hide_gridlines(2)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.set_header(header(f"{_title(layout)[:_MOST_TITLE]}　{NUMBER_LABEL} {layout.number}"))
    sheet.set_footer(footer(footer_text(layout)))
    for column, width in zip(layout.columns, _pixels(layout), strict=True):
        hidden = {"hidden": True} if column.hidden else {}
        sheet.set_column_pixels(column.index - 1, column.index - 1, width, None, hidden)
    first = layout.field_columns[0][0].index - 1
    sheet.freeze_panes(HEADER_ROW, _item_columns(layout))
    sheet.set_selection(layout.rows[0].row - 1, first, layout.rows[0].row - 1, first)
    last = layout.rows[-1]
    last_row = (last.previous_row if last.previous else last.row) - 1
    last_column = len(layout.columns) - 1
    sheet.autofilter(HEADER_ROW - 1, 0, last_row, last_column)
    _set_paper(sheet, layout, filling)
    sheet.print_area(MARK_ROW - 1, 0, last_row, last_column)


def _pixels(layout: Layout) -> list[int]:
    return [column_pixels(column.width, column.font_size) for column in layout.columns]


def _shown_pixels(layout: Layout) -> list[int]:
    columns = zip(layout.columns, _pixels(layout), strict=True)
    return [0 if column.hidden else width for column, width in columns]


def _set_paper(sheet: Worksheet, layout: Layout, filling: Filling) -> None:
    """Set the pages: an item stays with its band and with last year's answers.

    The scale is given, for Excel heeds page breaks only then.
    """
    page, shown = _page(layout), _shown_pixels(layout)
    repeated = _item_columns(layout)
    set_page(sheet, page, shown, FONT_SIZE, repeated)
    scale = filling_scale(page, shown, FONT_SIZE, repeated, _MOST_SCALE)
    if latest := _latest_round(layout):
        pages = latest_together(page, shown, FONT_SIZE, repeated, latest)
        scale = scale_of_pages(page, shown, FONT_SIZE, repeated, pages, _MOST_SCALE)
        sheet.set_v_pagebreaks(pages)
    sheet.set_print_scale(scale)
    room = page.height / scale * 100 - _header_height(layout)
    breaks = breaks_down(_blocks(layout, filling), room, taken=_MARK_HEIGHT)
    sheet.set_h_pagebreaks([HEADER_ROW + row for row in breaks])


def _latest_round(layout: Layout) -> int:
    """Return before how many columns the answers of the last earlier round begin; 0 for none."""
    earlier = [field for field in layout.form.known if is_of_earlier_round(field.key)]
    if not earlier:
        return 0
    own = sum(round_of(field) == round_of(earlier[-1]) for field in earlier)
    return layout.field_columns[0][0].index - 1 - own


def _header_height(layout: Layout) -> float:
    """Return the height of the headings: those of earlier rounds may take more lines than two."""
    if not _latest_round(layout):
        return _HEADER_HEIGHT
    known = (c for c in layout.columns if c.kind is ColumnKind.KNOWN)
    return max(_HEADER_HEIGHT, row_height(((c.label, c.width - 1) for c in known), FONT_SIZE))


def _blocks(layout: Layout, filling: Filling) -> Iterator[list[float]]:
    """Yield the heights of the rows of each item, with the band above it."""
    bands = {band.row: band for band in layout.bands}
    for entry in layout.rows:
        band = bands.get(entry.row - 1)
        above = [_BAND_HEIGHT] if band else []
        below = [_previous_height(layout, entry)] if entry.previous else []
        yield [*above, _entry_height(layout, entry, filling), *below]


def _page(layout: Layout) -> Page:
    return Page(layout.paper, sides=0.35, top=TITLED_TOP, bottom=0.55)


def _item_columns(layout: Layout) -> int:
    """Return how many columns name the item: they stay in view, and paper repeats them."""
    return 1 + len(layout.form.levels)


def _write_heading(sheet: Worksheet, styles: EntryStyles, layout: Layout) -> None:
    sheet.set_row(TITLE_ROW - 1, 24)
    sheet.write_string(TITLE_ROW - 1, 0, _title(layout), styles.title)
    sheet.write_string(NUMBER_ROW - 1, 0, _number(layout), styles.plain)
    for at, text in _marks(layout):
        style = styles.locked_mark if text == LOCKED_MARK else styles.mark
        sheet.write_string(MARK_ROW - 1, at - 1, text, style)
    sheet.set_row(MARK_ROW - 1, _MARK_HEIGHT)
    sheet.set_row(HEADER_ROW - 1, _header_height(layout))
    for column in layout.columns:
        sheet.write_string(HEADER_ROW - 1, column.index - 1, column.label, styles.header)


def _write_blanks(sheet: Worksheet, styles: EntryStyles, layout: Layout, entry: EntryRow) -> None:
    """Lock the cells of columns in which a row asks nothing."""
    for column, _ in layout.field_columns[len(layout.fields_in(entry)) :]:
        sheet.write_blank(entry.row - 1, column.index - 1, None, styles.label)


def _write_entry(
    sheet: Worksheet,
    styles: EntryStyles,
    layout: Layout,
    entry: EntryRow,
    filling: Filling,
    looks: Mapping[tuple[str, str], Mapping[str, Format]],
) -> None:
    sheet.set_row(entry.row - 1, _entry_height(layout, entry, filling))
    for text, column in zip(entry.texts, layout.columns, strict=False):
        style = styles.locked(column)
        sheet.write_string(entry.row - 1, column.index - 1, text, style)
    for column, field in layout.fields_in(entry):
        style = looks.get((entry.item.id, field.key), styles.entry)[field.key]
        value = filling.value(entry.item.id, field.key)
        write_answer(sheet, entry.row - 1, column.index - 1, value, style)


def _entry_height(layout: Layout, entry: EntryRow, filling: Filling) -> float:
    labels = zip(entry.texts, layout.columns, strict=False)
    height = row_height(((t, c.width) for t, c in labels if not c.hidden), LABEL_SIZE)
    values = ((f.key, filling.value(entry.item.id, f.key)) for _, f in layout.fields_in(entry))
    texts = {key: value for key, value in values if isinstance(value, str)}
    return max(layout.least_height, height, _text_height(layout, entry, texts))


def write_answer(
    sheet: Worksheet, row: int, column: int, value: Value | None, style: Format
) -> None:
    """Write what a department wrote, as what it is; what Excel has no cell for, as text."""
    match value:
        case None:
            sheet.write_blank(row, column, None, style)
        case str():
            sheet.write_string(row, column, value, style)
        case Decimal():
            sheet.write_number(row, column, float(value), style)
        case _ if value < _FIRST_DAY:
            sheet.write_string(row, column, value.isoformat(), style)
        case _:
            sheet.write_datetime(row, column, value, style)  # type: ignore[call-overload]  # or a date


def _write_previous(sheet: Worksheet, styles: EntryStyles, layout: Layout, entry: EntryRow) -> None:
    row = entry.previous_row - 1
    formats = {
        column.index: styles.previous[column.field.key] if column.field else styles.previous_label
        for column in layout.columns
    }
    for index, style in formats.items():
        sheet.write_blank(row, index - 1, None, style)
    for index, text in _previous_texts(layout, entry):
        sheet.write_string(row, index - 1, text, formats[index])
    sheet.set_row(row, _previous_height(layout, entry))


def _previous_height(layout: Layout, entry: EntryRow) -> float:
    return _text_height(layout, entry, dict(entry.previous))


def _text_height(layout: Layout, entry: EntryRow, texts: Mapping[str, str]) -> float:
    return max(
        row_height([(texts.get(f.key, ""), c.width)], c.font_size)
        for c, f in layout.fields_in(entry)
    )


def _runs(layout: Layout) -> Iterator[tuple[int, int]]:
    """Yield the entry rows as runs of neighbours, 1-based and inclusive."""
    first = last = layout.rows[0].row
    for entry in layout.rows[1:]:
        if entry.row != last + 1:
            yield first, last
            first = entry.row
        last = entry.row
    yield first, last


def _add_validations(sheet: Worksheet, layout: Layout, choices: Mapping[str, str]) -> None:
    if any(entry.fields for entry in layout.rows):
        for entry in layout.rows:
            for column, field in layout.fields_in(entry):
                row, index = entry.row - 1, column.index - 1
                rule = validation(field, choices, a1(entry.row, column.index))
                sheet.data_validation(row, index, row, index, rule)
        return
    (first, last), *others = _runs(layout)
    for column, field in layout.field_columns:
        index = column.index - 1
        rule = validation(field, choices)
        rule["other_cells"] = [[start - 1, index, end - 1, index] for start, end in others]
        sheet.data_validation(first - 1, index, last - 1, index, rule)


def _add_highlights(
    sheet: Worksheet, styles: EntryStyles, layout: Layout, choices: Mapping[str, str]
) -> None:
    if any(entry.fields for entry in layout.rows):
        for entry in layout.rows:
            _add_rules(sheet, styles, highlights(layout, choices, entry), [(entry.row, entry.row)])
    else:
        first = highlights(layout, choices, layout.rows[0])
        _add_rules(sheet, styles, first, tuple(_runs(layout)))


def _add_rules(
    sheet: Worksheet,
    styles: EntryStyles,
    rules: Iterable[Highlight],
    runs: Sequence[tuple[int, int]],
) -> None:
    for rule in rules:
        ranges = (f"{a1(start, rule.column)}:{a1(end, rule.column)}" for start, end in runs)
        sheet.conditional_format(
            runs[0][0] - 1,
            rule.column - 1,
            runs[0][1] - 1,
            rule.column - 1,
            {
                "type": "formula",
                "criteria": f"={rule.formula}",
                "format": styles.highlights[rule.kind],
                "multi_range": " ".join(ranges),
                "stop_if_true": True,
            },
        )
