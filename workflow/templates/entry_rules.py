"""What Excel checks and says while one types: input messages, dropdowns and alerts, by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from workflow.model.cells import column_letters, quoted_sheet
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import Takes
from workflow.templates.layout import COVER_SHEET, Layout

_MESSAGE_LIMIT, _TITLE_LIMIT = 255, 32
_SEE_COVER = "意味は「記入要領」をご覧ください。"


def validation(field: Field, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return XlsxWriter's options for a field; choices maps a key to its range on the cover."""
    hint = field.cell_rules.instruction
    required = "必ず記入する項目です。" if field.required else ""
    return _rule(field, choices) | {
        "ignore_blank": True,
        "input_title": field.label[:_TITLE_LIMIT],
        "input_message": _within_limit(f"{field.help}{hint}{required}", _meanings(field)),
        "error_title": "記入をご確認ください",
        "error_message": f"{hint}「再試行」を押すと書き直せます。"[:_MESSAGE_LIMIT],
    }


def _within_limit(hint: str, meanings: tuple[str, ...]) -> str:
    """Return the message with as much of the meanings as Excel's 255 characters hold."""
    whole = "\n".join((hint, *meanings))
    if len(whole) <= _MESSAGE_LIMIT:
        return whole
    return (hint[: _MESSAGE_LIMIT - len(_SEE_COVER)] + _SEE_COVER) if meanings else hint[:255]


def _meanings(field: Field) -> tuple[str, ...]:
    return tuple(f"{c.value}：{c.meaning}" for c in field.dropdown if c.meaning)


def _rule(field: Field, choices: Mapping[str, str]) -> dict[str, Any]:
    rules = field.cell_rules
    match rules.takes:
        case Takes.LISTED:
            return {"validate": rules.takes, "source": f"={_listed(field, choices)}"}
        case Takes.TEXT:
            return {"validate": rules.takes, "criteria": "<=", "value": rules.maximum}
        case _:
            bounds = {"minimum": rules.minimum, "maximum": rules.maximum}
            return {"validate": rules.takes, "criteria": "between"} | bounds


def _listed(field: Field, choices: Mapping[str, str]) -> str:
    """Return where the values of a dropdown stand; blank for a field that has none."""
    return f"{quoted_sheet(COVER_SHEET)}!{choices[field.key]}" if field.key in choices else ""


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
        for formula in field.wrong_when(cell, _listed(field, choices)):
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
