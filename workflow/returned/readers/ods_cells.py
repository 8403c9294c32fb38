"""What one cell of an .ods holds: a value of its type, a formula with its result, or a text."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from workflow.model.raw import CellKind, RawCell

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
"""The namespace of a part of OpenDocument, as elements are tagged."""
TABLE, OFFICE, TEXT = (NAMES % name for name in ("table", "office", "text"))
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_BESIDE = frozenset(
    ("ruby-text", "page-number", "page-count", "sheet-name", "date", "time", "title", "file-name")
)
"""Furigana stands beside the text, not in it; the others are computed in headers."""
_NUMBERS = ("float", "percentage", "currency")
_LOGICAL = {"of:=TRUE()": "TRUE", "of:=FALSE()": "FALSE"}
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|(?:Err|エラー):[0-9]{3}")
"""How an error shows as the result of a formula; only LibreOffice marks it as one."""


def raw_cell(element: Element) -> RawCell | None:
    """Return the content of a cell; None for a blank one."""
    formula = element.get(TABLE + "formula", "")
    if formula in _LOGICAL:
        return RawCell(CellKind.BOOLEAN, _LOGICAL[formula])
    value = _value(element)
    if not formula:
        return value
    if value and value.kind is CellKind.TEXT and _ERROR.fullmatch(value.text):
        value = RawCell(CellKind.ERROR, value.text)
    return RawCell(CellKind.FORMULA, formula.partition(":")[2] or formula, cached=value)


def _value(element: Element) -> RawCell | None:
    kind = element.get(OFFICE + "value-type", "")
    if element.get(_CALC + "value-type") == "error":
        return RawCell(CellKind.ERROR, paragraphs(element))
    if kind in _NUMBERS:
        return _number(element.get(OFFICE + "value", ""))
    if kind == "date":
        return _day(element.get(OFFICE + "date-value", ""))
    if kind == "boolean":
        return RawCell(CellKind.BOOLEAN, element.get(OFFICE + "boolean-value", "").upper())
    # Where both stand, the attribute is exact.
    text = element.get(OFFICE + "string-value") or paragraphs(element)
    if kind == "time":
        return RawCell(CellKind.DATE, text)
    return RawCell(CellKind.TEXT, text) if text else None


def _number(stored: str) -> RawCell:
    try:
        number = Decimal(stored.strip())
    except ArithmeticError:
        return RawCell(CellKind.MALFORMED, stored)
    return RawCell.of_number(number) if number.is_finite() else RawCell(CellKind.MALFORMED, stored)


def _day(stored: str) -> RawCell:
    try:
        return RawCell.of_day(datetime.fromisoformat(stored))
    except ValueError:  # a year beyond 9999, say
        return RawCell(CellKind.DATE, stored)


def paragraphs(element: Element) -> str:
    """Return the text of what holds paragraphs, one a line."""
    return "\n".join(written_text(child) for child in element if child.tag == TEXT + "p")


def written_text(element: Element) -> str:
    """Return the text of a paragraph: ODF spells blanks, tabs and line breaks as elements."""
    written = _unbroken(element.text)
    for child in element:
        match child.tag.removeprefix(TEXT):
            case "s":
                written += " " * min(count_of(child.get(TEXT + "c")), 32767)
            case "tab":
                written += "\t"
            case "line-break":
                written += "\n"
            case name if name in _BESIDE:
                pass
            case _ if child.tag != OFFICE + "annotation":
                written += written_text(child)
        written += _unbroken(child.tail)
    return written


def _unbroken(text: str | None) -> str:
    """Return a text without the line breaks of its XML.

    OpenDocument would make one blank of two as well, but LibreOffice stores two where two stand.
    """
    return re.sub(r"[ \t]*[\r\n][ \t\r\n]*|\t", " ", text or "")


def count_of(stored: str | None) -> int:
    """Return how often something comes, as an attribute says it."""
    return max(1, int(stored)) if stored else 1
