"""A cell → the value its field declares. What cannot be read stays text; the schema objects."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from unicodedata import is_normalized

from workflow.model.cells import folded, may_fold_to, plain_number
from workflow.model.findings import Code
from workflow.model.plan import Choice, ChoiceField, DateField, Field, NumberField, TextField, Value
from workflow.model.raw import CellKind, RawCell

_ISO_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA_DATE = re.compile(r"(令和|平成|R|H)\.?(元|0?[1-9]\d?)[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERAS = {"令和": 2018, "平成": 1988, "R": 2018, "H": 1988}
_SERIAL_ORIGIN, _SERIAL_ORIGIN_1904 = date(1899, 12, 30), date(1904, 1, 1)
# A number of four digits is more likely a year than a day before 1927: better to ask.
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 2_958_465  # 1927-05-18 to 9999-12-31
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_NUMBER = re.compile(r"[-+]?\s*((?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?|\.\d+)", re.ASCII)
_MOST_DIGITS = 15  # before the point; Excel keeps no more
_DITTO = {
    folded(text) for text in ("同上", "〃", "同左", "上に同じ", "上と同じ", "上記のとおり", "々")
}
_NOTHING = {folded(text) for text in ("なし", "無し", "無", "特になし", "特に無し", "-", "ー", "―")}
_LONGEST_PHRASE = max(map(len, _DITTO | _NOTHING))
_NEGATIVE = str.maketrans({"△": "-", "▲": "-", "−": "-"})


@dataclass(frozen=True, slots=True)
class Remark:
    """What was noticed about a cell's value, with the details of the message."""

    code: Code
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a cell says, and what was noticed; no value means that it cannot be used at all."""

    value: Value | None
    remarks: tuple[Remark, ...] = ()


def parse(field: Field, cell: RawCell) -> Parsed:
    """Return the value of a non-blank cell under a field's declaration."""
    if cell.kind is CellKind.FORMULA:
        return _parse_formula(field, cell)
    if cell.kind is CellKind.ERROR:
        return Parsed(None, (Remark(Code.VALUE_IS_ERROR, (("value", cell.text),)),))
    match field:
        case TextField():
            return _parse_text(cell)
        case ChoiceField():
            return _parse_choice(field, cell.text)
        case NumberField():
            return _parse_number(field, cell)
        case DateField():
            return _parse_date(cell)


def _parse_formula(field: Field, cell: RawCell) -> Parsed:
    if cell.cached is None or cell.cached.is_blank:
        return Parsed(None, (Remark(Code.VALUE_IS_FORMULA),))
    result = parse(field, cell.cached)
    if result.value is None:
        return result
    remark = Remark(Code.VALUE_FROM_FORMULA, (("value", cell.cached.text),))
    return Parsed(result.value, (remark, *result.remarks))


def _parse_text(cell: RawCell) -> Parsed:
    if cell.kind is CellKind.TEXT:
        return _parse_prose(cell.text)
    details = (("kind", cell.kind.value), ("value", cell.text))
    return Parsed(cell.text, (Remark(Code.VALUE_CONVERTED, details),))


def _parse_prose(text: str) -> Parsed:
    """Keep prose as written; only what macOS took apart is put together again."""
    remarks = []
    if not is_normalized("NFC", text) and is_normalized("NFD", text):
        text = unicodedata.normalize("NFC", text)
        remarks.append(Remark(Code.VALUE_COMPOSED))
    said = folded(text) if may_fold_to(text, _LONGEST_PHRASE) else ""
    if said in _DITTO:
        remarks.append(Remark(Code.VALUE_DITTO, (("value", text.strip()),)))
    elif said in _NOTHING:
        remarks.append(Remark(Code.VALUE_NOTHING, (("value", text.strip()),)))
    private = _PRIVATE.findall(text)
    if private:
        characters = "、".join(f"U+{ord(c):04X}" for c in sorted({*private}))
        remarks.append(Remark(Code.VALUE_PRIVATE_CHARACTER, (("characters", characters),)))
    return Parsed(text, tuple(remarks))


def _parse_choice(field: ChoiceField, text: str) -> Parsed:
    if any(choice.value == text for choice in field.choices):
        return Parsed(text)
    value = _spellings(field.choices).get(folded(text))
    return Parsed(text) if value is None else _adjusted(text, value, value)


@lru_cache(maxsize=256)
def _spellings(choices: tuple[Choice, ...]) -> Mapping[str, str]:
    """Return which value each accepted spelling stands for."""
    aliases = {folded(alias): choice.value for choice in choices for alias in choice.aliases}
    return aliases | {folded(choice.value): choice.value for choice in choices}


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
            origin = _SERIAL_ORIGIN_1904 if cell.since_1904 else _SERIAL_ORIGIN
            day = origin + timedelta(days=int(serial))
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
    return Parsed(value, (Remark(Code.VALUE_ADJUSTED, (("before", before), ("after", after))),))
