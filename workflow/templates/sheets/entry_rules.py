"""What Excel checks and says while one types: input messages, dropdowns and alerts, by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from workflow.model.catalogue import Severity
from workflow.model.cells import a1, quoted_sheet
from workflow.model.fields.base import Field
from workflow.model.fields.checks import Check, RowCells, as_text, is_empty
from workflow.model.fields.declarations import Takes
from workflow.python.dataclass import dataclass
from workflow.templates.layout import COVER_SHEET, PREVIOUS_LABEL, EntryRow, Layout

_MESSAGE_LIMIT, _TITLE_LIMIT = 255, 32
_SEE_COVER = "意味は「記入要領」をご覧ください。"


def validation(field: Field, choices: Mapping[str, str], cell: str = "") -> dict[str, Any]:
    """Return XlsxWriter's options for a field; choices maps a key to its range on the cover.

    What Excel tells by a formula alone asks for the reference of the cell.
    """
    return validation_from(field, _listed(field, choices), _SEE_COVER, cell)


def validation_from(field: Field, listed: str, see: str, cell: str) -> dict[str, Any]:
    """Return XlsxWriter's options for a field; listed is where the values of a dropdown stand.

    See is where the meanings stand that the message has no room for.
    """
    hint = field.cell_rules.instruction
    required = "必ず記入する項目です。" if field.required else ""
    return _rule(field, listed, cell) | {
        "ignore_blank": True,
        "input_title": field.label[:_TITLE_LIMIT],
        "input_message": _within_limit(f"{field.help}{hint}{required}", _meanings(field), see),
        "error_title": "記入をご確認ください",
        "error_message": f"{hint}「再試行」を押すと書き直せます。"[:_MESSAGE_LIMIT],
    }


def _within_limit(hint: str, meanings: tuple[str, ...], see: str) -> str:
    """Return the message with as much of the meanings as Excel's 255 characters hold."""
    whole = "\n".join((hint, *meanings))
    if len(whole) <= _MESSAGE_LIMIT:
        return whole
    return (hint[: _MESSAGE_LIMIT - len(see)] + see) if meanings else hint[:_MESSAGE_LIMIT]


def _meanings(field: Field) -> tuple[str, ...]:
    return tuple(f"{c.value}：{c.meaning}" for c in field.dropdown if c.meaning)


def _rule(field: Field, listed: str, cell: str) -> dict[str, Any]:
    rules = field.cell_rules
    match rules.takes:
        case Takes.LISTED:
            return {"validate": rules.takes, "source": f"={listed}"}
        case Takes.TEXT:
            return {"validate": rules.takes, "criteria": "<=", "value": rules.maximum}
        case Takes.NUMBER_OR_WORD:
            wrong = "+".join(f"({formula})" for formula in field.wrong_when(cell, ""))
            return {"validate": rules.takes, "value": f"=({wrong})=0"}
        case _:
            bounds = {"minimum": rules.minimum, "maximum": rules.maximum}
            return {"validate": rules.takes, "criteria": "between"} | bounds


def _listed(field: Field, choices: Mapping[str, str]) -> str:
    """Return where the values of a dropdown stand; blank for a field that has none."""
    return f"{quoted_sheet(COVER_SHEET)}!{choices[field.key]}" if field.key in choices else ""


# What the form demands and asks, as formulas: cells still to fill, to put right and to look at.
#
# Pure; every rule comes from the declarations. No cell of the entry sheet holds a formula: there
# the rules are conditional formats, and the cover sums them up.


class HighlightKind(Enum):
    """Why a cell stands out; the weightiest first."""

    TO_FILL = "to fill"
    TO_PUT_RIGHT = "to put right"
    TO_LOOK_AT = "to look at"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A rule for one entry cell; the formula, without "=", is no zero while the cell stands out.

    The severity is that of what collect would find; a cell to fill has none.
    """

    column: int
    kind: HighlightKind
    formula: str
    severity: Severity | None = None


def highlights(
    layout: Layout, choices: Mapping[str, str], entry: EntryRow, sheet: str = ""
) -> Iterator[Highlight]:
    """Yield every rule for the item in a row, column by column, what is to be put right first.

    Choices maps a choice field's key to its range on the cover. The references keep to the row and
    lead, where a sheet is named, from another one into it.
    """
    cells = row_cells(layout, choices, entry, sheet)
    checks = checks_of(layout)
    for column, field in layout.fields_in(entry):
        yield from field_highlights(layout, column.index, field, cells, checks)


def field_highlights(
    layout: Layout, column: int, field: Field, cells: RowCells, checks: Iterable[Check]
) -> Iterator[Highlight]:
    """Yield every rule for the cell of a field, given where the answers to its item stand."""
    cell = cells.now[field.key]
    for formula in field.wrong_when(cell, cells.lists.get(field.key, "")):
        yield Highlight(column, HighlightKind.TO_PUT_RIGHT, formula, Severity.ERROR)
    if missing := _missing_when(layout, field, cells):
        yield Highlight(column, HighlightKind.TO_FILL, missing)
    for check in checks:
        if check.key == field.key:
            is_wrong = check.severity is Severity.ERROR
            kind = HighlightKind.TO_PUT_RIGHT if is_wrong else HighlightKind.TO_LOOK_AT
            yield Highlight(column, kind, check.formula(cells), check.severity)
    for formula in field.doubtful_when(cell, layout.number.year):
        yield Highlight(column, HighlightKind.TO_LOOK_AT, formula, Severity.WARNING)


def checks_of(layout: Layout) -> tuple[Check, ...]:
    """Return what is asked on a form: beside last year's answers only where it shows any."""
    has_last_year = any(entry.previous for entry in layout.rows)
    checks = layout.answer_form.checks
    return tuple(check for check in checks if has_last_year or not check.needs_last_year)


def row_cells(layout: Layout, choices: Mapping[str, str], entry: EntryRow, sheet: str) -> RowCells:
    """Return where the answers to the item in a row stand, as seen from a sheet."""
    where, row = f"{quoted_sheet(sheet)}!" if sheet else "", entry.row

    def cells(at: int) -> Mapping[str, str]:
        return {f.key: f"{where}${a1(at, c.index)}" for c, f in layout.fields_in(entry)}

    is_last_year = f'({where}$A{row + 1}="{PREVIOUS_LABEL}")'
    lists = {f.key: _listed(f, choices) for _, f in layout.field_columns if f.key in choices}
    return RowCells(cells(row), cells(row + 1), is_last_year, lists)


def waived_when(layout: Layout, cells: RowCells) -> str:
    """Return when an item needs nothing more: there is nothing to report. Blank where it cannot."""
    waiver = layout.answer_form.waiver
    return waiver.formula(cells) if waiver else ""


def _missing_when(layout: Layout, field: Field, cells: RowCells) -> str:
    """Return when a cell is to be filled; blank where it never has to be."""
    tests = [is_empty(cells.now[field.key])]
    if not field.required and field.required_when is None:
        return ""
    if not field.required:
        assert field.required_when
        other = cells.now[field.required_when.field]
        values = ",".join(f"{other}={as_text(value)}" for value in field.required_when.values)
        tests.append(f"OR({values})")
    if waived := waived_when(layout, cells):
        tests.append(f"NOT({waived})")
    return f"AND({','.join(tests)})" if len(tests) > 1 else tests[0]
