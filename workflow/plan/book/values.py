"""The values of plan.json as the cells of plan.xlsx hold them, in both directions."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from workflow.model.cells import as_excel_keeps, folded, plain_number
from workflow.model.fields.declarations import Kind
from workflow.plan.book.cells import Cell, Holds
from workflow.plan.book.layout import FLAG_WORDS, SEPARATORS
from workflow.plan.checks import DEPARTMENT_AXIS
from workflow.plan.document import Node

_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_COMPUTED = re.compile(r"%|\d[eE][+-]?\d|/")
"""A number shown as a percentage, a power or a fraction is not what was meant by it."""

_BETWEEN_CODES = re.compile(f"[\n{re.escape(SEPARATORS)}]")


def format_value(value: object, kind: Kind, words: Mapping[str, str]) -> str:
    """Return the text of the cell for a value; a value that is not there is a blank cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return FLAG_WORDS[value]
    if isinstance(value, list):
        return "\n".join(map(str, value))
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


def parse_cell(cell: Cell, kind: Kind, words: Mapping[str, str]) -> object:
    """Return the value of a cell, None for a blank one.

    What cannot be understood is returned as its text: the schema then refuses it, by its cell.
    """
    text = cell.text if kind is Kind.PROSE else cell.text.strip()
    if not text:
        return None
    match kind:
        case Kind.LINES:
            return _names(text.split("\n"))
        case Kind.CODES:
            return _names(_BETWEEN_CODES.split(text))
        case Kind.FLAG:
            return _flag(cell, text)
        case Kind.NUMBER:
            return _number(cell, text)
        case Kind.DAY:
            return _day(cell, text)
        case Kind.BOUND:
            bound = _number(cell, text)
            return _day(cell, text) if isinstance(bound, str) else bound
        case _:
            return next((key for key, word in words.items() if folded(word) == folded(text)), text)


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


def _names(parts: Iterable[str]) -> list[str]:
    return [part.strip() for part in parts if part.strip()]


def _flag(cell: Cell, text: str) -> object:
    if cell.holds is Holds.FLAG:
        return cell.value
    return next((flag for flag, word in FLAG_WORDS.items() if word == text), text)


def _number(cell: Cell, text: str) -> object:
    if cell.holds is Holds.NUMBER:
        return cell.value
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if _INTEGER.fullmatch(plain):
        return int(plain)
    return float(plain) if _DECIMAL.fullmatch(plain) else text


def _day(cell: Cell, text: str) -> str:
    if isinstance(cell.value, datetime):
        return cell.value.date().isoformat()
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        return date(*map(int, match.groups())).isoformat() if match else text
    except ValueError:
        return text
