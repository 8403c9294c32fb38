"""The values of plan.json as the cells of plan.xlsx hold them, in both directions."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from workflow.model.cells import as_excel_keeps, folded, plain_number
from workflow.model.fields.declarations import Kind
from workflow.model.years import era_year, parse_year
from workflow.plan.book.cells import Cell, Holds
from workflow.plan.book.layout import FLAG_WORDS
from workflow.plan.checks.plan import DEPARTMENT_AXIS
from workflow.plan.document import Node, ReadAs
from workflow.plan.written.bands import BandsError, format_bands, parse_bands
from workflow.plan.written.days import day_of_number, written_day
from workflow.plan.written.named_departments import KnownDepartments
from workflow.python.dataclass import dataclass

_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_USUAL_DAY = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?")
"""As the plan asks for a day: nothing to be told of."""


_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_COMPUTED = re.compile(r"%|\d[eE][+-]?\d|/")
"""A number shown as a percentage, a power or a fraction is not what was meant by it."""

_CITY_DIGITS = 6
NO_SPELLINGS: Mapping[str, str] = {}


def format_value(value: object, kind: Kind, words: Mapping[str, str]) -> str:
    """Return the text of the cell for a value; a value that is not there is a blank cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return FLAG_WORDS[value]
    if kind is Kind.BANDS and isinstance(value, list):
        return format_bands(value)
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if kind is Kind.YEAR and isinstance(value, int):
        return era_year(value)
    return words.get(str(value), str(value))


def axis_labels(root: Node) -> Mapping[str, str]:
    """Return the labels by which 集計表 names fields, by key; none that means something else too.

    >>> axis_labels(Node({"form": {"fields": [{"key": "rating", "label": "評価"}]}}))
    {'rating': '評価'}
    """
    levels = [level.text for level in root["levels"].elements]
    return field_labels(root, [*levels, DEPARTMENT_AXIS])


def field_labels(root: Node, others: Iterable[str] = ()) -> Mapping[str, str]:
    """Return the labels that name one field each, by key; others are names of something else."""
    fields = [(f["key"].text, f["label"].text) for f in root.at("/form/fields").elements]
    names = Counter(name for field in fields for name in set(field))
    names.update([*others, ""])
    return {key: label for key, label in fields if names[label] == 1}


@dataclass(frozen=True, slots=True)
class ReadValue:
    """What a cell says: the value as plan.json spells it, None of a blank one.

    Read_as is set where it is spelled otherwise than a plan is, but certain. Pairs are what was
    written and what it was read as.
    """

    value: object
    read_as: ReadAs | None = None
    pairs: tuple[tuple[str, str], ...] = ()


def read_value(
    cell: Cell,
    kind: Kind,
    words: Mapping[str, str],
    departments: KnownDepartments,
    spellings: Mapping[str, str] = NO_SPELLINGS,
) -> ReadValue:
    """Return what a cell says, spelled in any way that leaves no doubt.

    What cannot be read is returned as its text: the schema then refuses it, by its cell.
    """
    if kind is Kind.DAY:
        return _read_day(cell)
    if cell.holds is Holds.NUMBER and kind.takes_numbers and isinstance(cell.value, int | float):
        text = _city_code(cell) if kind is Kind.CITY else number_as_text(cell.value, cell.shown)
        read = read_value(
            replace(cell, holds=Holds.TEXT, value=text, shown=text), kind, words, departments
        )
        pairs = read.pairs or ((cell.text, text),)
        return ReadValue(read.value, read.read_as or ReadAs.NUMBER, pairs)
    if kind in (Kind.DEPARTMENT, Kind.DEPARTMENTS):
        return _read_departments(cell.text, kind, departments)
    value = parse_cell(cell, kind, words)
    if isinstance(value, str) and value not in words and folded(value) in spellings:
        key = spellings[folded(value)]
        return ReadValue(key, ReadAs.WORD, ((value, words[key]),))
    if isinstance(value, str) and kind in _ONE_LINE:
        return _read_line(value, kind)
    return ReadValue(value)


_ONE_LINE = (Kind.NAME, Kind.PERSON, Kind.PAGES, Kind.LATIN, Kind.CITY)


def parse_cell(cell: Cell, kind: Kind, words: Mapping[str, str]) -> object:
    """Return the value of a cell as it is spelled, None for a blank one."""
    text = cell.text if kind is Kind.PROSE else cell.text.strip()
    if not text:
        return None
    match kind:
        case Kind.LINES | Kind.DEPARTMENTS:
            return [part.strip() for part in text.split("\n") if part.strip()]
        case Kind.FLAG:
            return _flag(cell, text)
        case Kind.NUMBER:
            return _number(cell, text)
        case Kind.YEAR:
            return _year(text)
        case Kind.BANDS:
            return _bands(text)
        case Kind.BOUND:
            bound = _number(cell, text)
            return _read_day(cell).value if isinstance(bound, str) else bound
        case _:
            return next((key for key, word in words.items() if folded(word) == folded(text)), text)


def _read_line(text: str, kind: Kind) -> ReadValue:
    line = one_line(text, "、" if kind is Kind.PAGES else "")
    if kind in (Kind.LATIN, Kind.CITY):
        latin = unicodedata.normalize("NFKC", line)
        line = latin if latin.isascii() else line
    if line == text:
        return ReadValue(text)
    return ReadValue(line, ReadAs.ONE_LINE, ((text, line),))


def _read_departments(text: str, kind: Kind, departments: KnownDepartments) -> ReadValue:
    """Return the codes of the departments a cell names; a name that is none stays as it is."""
    if not text.strip():
        return ReadValue(None)
    named = departments.codes_in(text)
    codes = list(dict.fromkeys(code or name for name, code in named.items()))
    pairs = tuple((name, code) for name, code in named.items() if code and name != code)
    read = ReadAs.DEPARTMENT if pairs else None
    if kind is Kind.DEPARTMENTS:
        return ReadValue(codes, read, pairs)
    # A single department is asked for: where several are named, the text stays.
    return ReadValue(codes[0] if len(codes) == 1 else text.strip(), read, pairs)


def _read_day(cell: Cell) -> ReadValue:
    text = cell.text.strip()
    if not text:
        return ReadValue(None)
    if isinstance(cell.value, datetime):
        return ReadValue(cell.value.date().isoformat())
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        day = day_of_number(cell.value)
    else:
        day = written_day(text)
    if day is None:
        return ReadValue(text)
    read = None if _USUAL_DAY.fullmatch(unicodedata.normalize("NFKC", text)) else ReadAs.DAY
    return ReadValue(day.isoformat(), read, ((text, day.isoformat()),))


def _city_code(cell: Cell) -> str:
    """Return the code of a municipality; that of Hokkaido and its neighbours begins with 0."""
    text = number_as_text(cell.value, cell.shown) if isinstance(cell.value, int | float) else ""
    return f"0{text}" if len(text) == _CITY_DIGITS - 1 and text.isdecimal() else text


def number_as_text(number: float | Decimal, shown: str = "") -> str:
    """Return the text that a number stands for as 整理番号, page or code: what a person reads.

    Shown is what the number format of its cell makes of it. A whole number has no decimals.

    >>> number_as_text(44), number_as_text(44.0, "44.00"), number_as_text(1.1, "1.10")
    ('44', '44', '1.10')
    >>> number_as_text(7, "007"), number_as_text(1234, "1,234"), number_as_text(44, "44ページ")
    ('007', '1234', '44ページ')
    """
    kept = as_excel_keeps(number)
    plain = plain_number(kept)
    seen = _THOUSANDS.sub("", shown.strip())
    if not any(c.isdecimal() for c in seen) or _COMPUTED.search(seen):
        return plain
    return plain if seen.partition(".")[0] == plain else seen


def one_line(text: str, joint: str = "") -> str:
    r"""Return a text without line breaks, which people set to make it fit its cell.

    >>> one_line("福祉\n政策課"), one_line("44\n46", "、")
    ('福祉政策課', '44、46')
    """
    return joint.join(line.strip() for line in text.splitlines() if line.strip())


def _flag(cell: Cell, text: str) -> object:
    if cell.holds is Holds.FLAG:
        return cell.value
    return next((flag for flag, word in FLAG_WORDS.items() if word == text), text)


def _year(text: str) -> object:
    try:
        return parse_year(text)
    except ValueError:
        return text


def _bands(text: str) -> object:
    try:
        return parse_bands(text)
    except BandsError:
        return text


def _number(cell: Cell, text: str) -> object:
    if cell.holds is Holds.NUMBER:
        return cell.value
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if _INTEGER.fullmatch(plain):
        return int(plain)
    return float(plain) if _DECIMAL.fullmatch(plain) else text
