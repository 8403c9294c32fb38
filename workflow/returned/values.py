"""A cell → the value its field declares. What cannot be read stays text; the schema objects."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from workflow.cells import folded, plain_number
from workflow.findings import Code
from workflow.model import ChoiceField, DateField, Field, NumberField, TextField, Value
from workflow.returned.raw import CellKind, RawCell

_ISO_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA_DATE = re.compile(r"(令和|平成|R|H)\.?(元|0?[1-9]\d?)[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERAS = {"令和": 2018, "平成": 1988, "R": 2018, "H": 1988}
_SERIAL_ORIGIN = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 61, 2958465  # 1900-03-01, after Excel's false leap day; 9999-12-31
_NUMBER = re.compile(r"[-+]?\s*((?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?|\.\d+)", re.ASCII)
_MOST_DIGITS = 15  # before the point; Excel keeps no more
_NEGATIVE = str.maketrans({"△": "-", "▲": "-", "−": "-"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a cell says; code tells what was noticed, with the details of its message."""

    value: Value | None
    code: Code | None = None
    details: tuple[tuple[str, str], ...] = ()


def parse(field: Field, cell: RawCell) -> Parsed:
    """Return the value of a non-blank cell under a field's declaration."""
    if cell.kind is CellKind.FORMULA:
        return Parsed(None, Code.VALUE_IS_FORMULA)
    if cell.kind is CellKind.ERROR:
        return Parsed(None, Code.VALUE_IS_ERROR, (("value", cell.text),))
    match field:
        case TextField():
            return _parse_text(cell)
        case ChoiceField():
            return _parse_choice(field, cell.text)
        case NumberField():
            return _parse_number(field, cell)
        case DateField():
            return _parse_date(cell)


def _parse_text(cell: RawCell) -> Parsed:
    if cell.kind is CellKind.TEXT:
        return Parsed(cell.text)
    details = (("kind", cell.kind.value), ("value", cell.text))
    return Parsed(cell.text, Code.VALUE_CONVERTED, details)


def _parse_choice(field: ChoiceField, text: str) -> Parsed:
    declared = {folded(choice.value): choice.value for choice in field.choices}
    aliases = {folded(alias): c.value for c in field.choices for alias in c.aliases}
    value = (aliases | declared).get(folded(text))
    return Parsed(text) if value is None else _adjusted(text, value, value)


def _parse_number(field: NumberField, cell: RawCell) -> Parsed:
    if cell.number is not None and cell.kind is CellKind.NUMBER:
        return Parsed(cell.number if _is_kept_by_excel(cell.number) else cell.text)
    plain = unicodedata.normalize("NFKC", cell.text).strip().translate(_NEGATIVE)
    plain = plain.removesuffix(unicodedata.normalize("NFKC", field.unit)).rstrip()
    # A comma that does not part thousands might be meant as a decimal point: better to ask.
    if not _NUMBER.fullmatch(plain):
        return Parsed(cell.text)
    number = Decimal(re.sub(r"[,\s]", "", plain))
    if not _is_kept_by_excel(number):
        return Parsed(cell.text)
    return _adjusted(cell.text, number, plain_number(number))


def _is_kept_by_excel(number: Decimal) -> bool:
    return number.is_finite() and number.adjusted() < _MOST_DIGITS


def _parse_date(cell: RawCell) -> Parsed:
    if cell.moment is not None:
        return Parsed(cell.moment.date())
    if cell.number is not None and cell.number.is_finite():
        serial = cell.number
        if _FIRST_SERIAL <= serial <= _LAST_SERIAL and serial == serial.to_integral_value():
            day = _SERIAL_ORIGIN + timedelta(days=int(serial))
            return _adjusted(cell.text, day, day.isoformat())
    written = _written_date(re.sub(r"\s", "", unicodedata.normalize("NFKC", cell.text)))
    return Parsed(cell.text) if written is None else _adjusted(cell.text, *written)


def _written_date(plain: str) -> tuple[date, str] | None:
    if match := _ISO_DATE.fullmatch(plain):
        year = int(match[1])
        month, day = match[2], match[3]
    elif match := _ERA_DATE.fullmatch(plain.upper()):
        year = _ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
        month, day = match[3], match[4]
    else:
        return None
    try:
        found = date(year, int(month), int(day))
    except ValueError:
        return None
    return found, found.isoformat()


def _adjusted(before: str, value: Value, after: str) -> Parsed:
    if before == after:
        return Parsed(value)
    return Parsed(value, Code.VALUE_ADJUSTED, (("before", before), ("after", after)))
