"""What Excel checks and says while one types: input messages, dropdowns and alerts, by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from workflow.model.cells import column_letters, plain_number, quoted_sheet
from workflow.model.plan import ChoiceField, DateField, Field, NumberField, TextField
from workflow.templates.layout import COVER_SHEET, Layout, line_limit

_MESSAGE_LIMIT, _TITLE_LIMIT = 255, 32
_FIRST_DAY, _LAST_DAY = date(1900, 3, 1), date(9999, 12, 31)
_BOUND = 1e15
_SEE_COVER = "意味は「記入要領」をご覧ください。"


def validation(field: Field, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return XlsxWriter's options for a field; choices maps a key to its range on the cover."""
    rule, told = _rule(field, choices)
    required = "必ず記入する項目です。" if field.required else ""
    return rule | {
        "ignore_blank": True,
        "input_title": field.label[:_TITLE_LIMIT],
        "input_message": _within_limit(f"{field.help}{told}{required}", _meanings(field)),
        "error_title": "記入をご確認ください",
        "error_message": f"{told}「再試行」を押すと書き直せます。"[:_MESSAGE_LIMIT],
    }


def _within_limit(told: str, meanings: tuple[str, ...]) -> str:
    """Return the message with as much of the meanings as Excel's 255 characters hold."""
    whole = "\n".join((told, *meanings))
    if len(whole) <= _MESSAGE_LIMIT:
        return whole
    return (told[: _MESSAGE_LIMIT - len(_SEE_COVER)] + _SEE_COVER) if meanings else told[:255]


def _meanings(field: Field) -> tuple[str, ...]:
    if not isinstance(field, ChoiceField):
        return ()
    return tuple(f"{c.value}：{c.meaning}" for c in field.choices if c.meaning)


def _rule(field: Field, choices: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    match field:
        case TextField(max_length=limit):
            rule = {"validate": "length", "criteria": "<=", "value": limit}
            return rule, f"{limit}文字以内、{line_limit(field)}行までで記入してください。"
        case ChoiceField(key=key):
            source = f"={quoted_sheet(COVER_SHEET)}!{choices[key]}"
            return {"validate": "list", "source": source}, "▼を押して一覧から選んでください。"
        case NumberField():
            return _number_rule(field)
        case DateField():
            return _date_rule(field)


def _number_rule(field: NumberField) -> tuple[dict[str, Any], str]:
    low, high = field.minimum, field.maximum
    rule = {
        "validate": "integer" if field.decimals == 0 else "decimal",
        "criteria": "between",
        "minimum": -_BOUND if low is None else float(low),
        "maximum": _BOUND if high is None else float(high),
    }
    unit = f"単位は{field.unit}です。" if field.unit else ""
    places = f"小数点以下は{field.decimals}桁までです。" if field.decimals else ""
    bounds = _bounds(
        None if low is None else plain_number(low), None if high is None else plain_number(high)
    )
    return rule, f"数字だけを記入してください。{unit}{places}{bounds}"


def _date_rule(field: DateField) -> tuple[dict[str, Any], str]:
    low, high = field.minimum, field.maximum
    rule = {
        "validate": "date",
        "criteria": "between",
        "minimum": low or _FIRST_DAY,
        "maximum": high or _LAST_DAY,
    }
    bounds = _bounds(_day(low), _day(high))
    return rule, f"日付を2024/5/1のように記入してください。{bounds}"


def _day(day: date | None) -> str | None:
    return None if day is None else f"{day.year}/{day.month}/{day.day}"


def _bounds(low: str | None, high: str | None) -> str:
    told = (f"{low}以上" if low else "") + (f"{high}以下" if high else "")
    return f"{told}の値です。" if told else ""


# What the form demands, as conditional formats: cells still to fill and cells to put right.
#
# Pure; every rule comes from the field's declaration. No cell of the entry sheet holds a formula.


class HighlightKind(Enum):
    """Why a cell stands out."""

    TO_FILL = "to fill"
    TO_PUT_RIGHT = "to put right"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A rule for the entry cells of one column; the formula speaks of the first entry row."""

    column: int
    kind: HighlightKind
    formula: str


def highlights(layout: Layout, choices: Mapping[str, str]) -> Iterator[Highlight]:
    """Yield every rule; choices maps a choice field's key to its range on the cover."""
    row = layout.rows[0].row
    cells = {f.key: f"${column_letters(c.index)}{row}" for c, f in layout.field_columns}
    for column, field in layout.field_columns:
        cell = cells[field.key]
        for formula in _wrong(field, cell, choices):
            yield Highlight(column.index, HighlightKind.TO_PUT_RIGHT, f"={formula}")
        if field.required:
            yield Highlight(column.index, HighlightKind.TO_FILL, f"={_empty(cell)}")
        elif field.required_when:
            other = cells[field.required_when.field]
            tests = ",".join(f"{other}={_text(value)}" for value in field.required_when.values)
            formula = f"=AND({_empty(cell)},OR({tests}))"
            yield Highlight(column.index, HighlightKind.TO_FILL, formula)


def _empty(cell: str) -> str:
    return f'LEN(TRIM(SUBSTITUTE({cell},"　","")))=0'


def _text(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _wrong(field: Field, cell: str, choices: Mapping[str, str]) -> Iterator[str]:
    match field:
        case TextField(max_length=limit):
            yield f"LEN({cell})>{limit}"
            breaks = f'LEN({cell})-LEN(SUBSTITUTE({cell},CHAR(10),""))'
            yield f"{breaks}>={line_limit(field)}"
        case ChoiceField(key=key):
            values = f"{quoted_sheet(COVER_SHEET)}!{choices[key]}"
            yield f'AND({cell}<>"",ISNA(MATCH({cell},{values},0)))'
        case NumberField(minimum=low, maximum=high) | DateField(minimum=low, maximum=high):
            tests = [f"NOT(ISNUMBER({cell}))"]
            tests += [] if low is None else [f"{cell}<{_number(low)}"]
            tests += [] if high is None else [f"{cell}>{_number(high)}"]
            yield f'AND({cell}<>"",OR({",".join(tests)}))'


def _number(bound: Decimal | date) -> str:
    if isinstance(bound, date):
        return f"DATE({bound.year},{bound.month},{bound.day})"
    return plain_number(bound)
