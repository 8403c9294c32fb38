"""The entry sheet 「進捗状況」: one row per item, only the cells to fill unlocked, no formulas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from workflow.look import ALERT_FILL, ENTRY_FILL, HEADER_FILL, HEADER_INK, LABEL_FILL, LINE
from workflow.model import ChoiceField, DateField, Field, NumberField, TextField
from workflow.sheets import row_height
from workflow.templates.layout import (
    COVER_SHEET,
    FIRST_ENTRY_ROW,
    FONT_SIZE,
    HEADER_ROW,
    NUMBER_ROW,
    TITLE_ROW,
    ColumnKind,
    Layout,
)
from workflow.years import full_year

_PAPERS = {"A3": 8, "A4": 9}
_LEAST_HEIGHT = 60.0
_MESSAGE_LIMIT, _TITLE_LIMIT = 255, 32


def write_entries(
    book: Workbook, sheet: Worksheet, layout: Layout, choices: Mapping[str, str]
) -> None:
    """Write the entry sheet; choices maps a choice field's key to its range on the cover."""
    _set_page(sheet, layout)
    _write_heading(book, sheet, layout)
    _write_rows(book, sheet, layout)
    last = layout.rows[-1].row
    for column, field in layout.field_columns:
        cells = (FIRST_ENTRY_ROW - 1, column.index - 1, last - 1, column.index - 1)
        sheet.data_validation(*cells, _validation(field, choices))
        if field.required:
            empty = book.add_format({"left": 5, "left_color": ALERT_FILL})
            sheet.conditional_format(*cells, {"type": "blanks", "format": empty})


def _set_page(sheet: Worksheet, layout: Layout) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_PAPERS[layout.paper])
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1)
    name = layout.department.name.replace("&", "&&")
    sheet.set_footer(f"&L{name}　{layout.number}&R&P / &N")
    sheet.freeze_panes(HEADER_ROW, 1)
    first_field = layout.field_columns[0][0].index
    sheet.set_selection(FIRST_ENTRY_ROW - 1, first_field - 1, FIRST_ENTRY_ROW - 1, first_field - 1)
    for column in layout.columns:
        sheet.set_column(column.index - 1, column.index - 1, column.width)


def _write_heading(book: Workbook, sheet: Worksheet, layout: Layout) -> None:
    title = f"{layout.title}　{full_year(layout.number.year)}　{layout.department.name}"
    large = book.add_format({"bold": True, "font_size": 14})
    sheet.write_string(TITLE_ROW - 1, 0, title, large)
    sheet.write_string(NUMBER_ROW - 1, 0, f"様式番号：{layout.number}")
    header = book.add_format(
        {
            "bold": True,
            "bg_color": HEADER_FILL,
            "font_color": HEADER_INK,
            "border": 1,
            "border_color": LINE,
            "text_wrap": True,
            "align": "center",
            "valign": "vcenter",
        }
    )
    for column in layout.columns:
        sheet.write_string(HEADER_ROW - 1, column.index - 1, column.label, header)


def _write_rows(book: Workbook, sheet: Worksheet, layout: Layout) -> None:
    boxed: dict[str, Any] = {"border": 1, "border_color": LINE, "text_wrap": True, "valign": "top"}
    locked = book.add_format(boxed | {"bg_color": LABEL_FILL})
    centred = book.add_format(boxed | {"bg_color": LABEL_FILL, "align": "center"})
    styles = {
        field.key: book.add_format(
            boxed | {"bg_color": ENTRY_FILL, "locked": False} | _cell_format(field)
        )
        for _, field in layout.field_columns
    }
    narrow = (ColumnKind.ID, ColumnKind.PAGES)
    for entry in layout.rows:
        texts = zip(entry.texts, layout.columns, strict=False)
        height = row_height(((text, c.width) for text, c in texts), FONT_SIZE)
        sheet.set_row(entry.row - 1, max(_LEAST_HEIGHT, height))
        for column in layout.columns:
            place = (entry.row - 1, column.index - 1)
            if column.field is not None:
                sheet.write_blank(*place, None, styles[column.field.key])
            else:
                style = centred if column.kind in narrow else locked
                sheet.write_string(*place, entry.texts[column.index - 1], style)


def _cell_format(field: Field) -> dict[str, Any]:
    match field:
        case TextField():
            # Text format keeps Excel from turning "1-1", "007" or "=..." into something else.
            return {"num_format": "@"}
        case ChoiceField():
            return {"num_format": "@", "align": "center"}
        case NumberField(decimals=decimals):
            return {"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")}
        case DateField():
            return {"num_format": "yyyy/m/d"}


def _validation(field: Field, choices: Mapping[str, str]) -> dict[str, Any]:
    rule, message = _rule(field, choices)
    required = "必ず記入する項目です。" if field.required else ""
    told = f"{field.help}{message}{required}"
    return rule | {
        "ignore_blank": True,
        "input_title": field.label[:_TITLE_LIMIT],
        "input_message": told[:_MESSAGE_LIMIT],
        "error_title": "もう一度ご確認ください。",
        "error_message": message[:_MESSAGE_LIMIT],
    }


def _rule(field: Field, choices: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    match field:
        case TextField(max_length=limit):
            rule = {"validate": "length", "criteria": "<=", "value": limit}
            return rule, f"{limit}文字以内で記入してください。"
        case ChoiceField(key=key):
            source = f"='{COVER_SHEET}'!{choices[key]}"
            return {"validate": "list", "source": source}, "一覧から選んでください。"
        case NumberField():
            return _number_rule(field)
        case DateField():
            return _date_rule(field)


def _number_rule(field: NumberField) -> tuple[dict[str, Any], str]:
    low, high = field.minimum, field.maximum
    unit = f"単位は{field.unit}です。" if field.unit else ""
    rule = {
        "validate": "integer" if field.decimals == 0 else "decimal",
        "criteria": "between",
        "minimum": -1e15 if low is None else float(low),
        "maximum": 1e15 if high is None else float(high),
    }
    return rule, f"数字だけを記入してください。{unit}{_bounds(low, high)}"


def _date_rule(field: DateField) -> tuple[dict[str, Any], str]:
    low, high = field.minimum, field.maximum
    rule = {
        "validate": "date",
        "criteria": "between",
        "minimum": low or date(1900, 3, 1),
        "maximum": high or date(9999, 12, 31),
    }
    return rule, f"日付を2024/5/1のように記入してください。{_bounds(low, high)}"


def _bounds(low: object, high: object) -> str:
    told = ("" if low is None else f"{low}以上") + ("" if high is None else f"{high}以下")
    return f"{told}の値です。" if told else ""
