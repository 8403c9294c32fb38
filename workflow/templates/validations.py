"""What Excel checks and says while one types: input messages, dropdowns and alerts, by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflow.model.cells import plain_number, quoted_sheet
from workflow.model.plan import ChoiceField, DateField, Field, NumberField, TextField
from workflow.templates.layout import COVER_SHEET, line_limit

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
