"""Nothing a department wrote is lost: every text of a return stands somewhere people look.

That is the ledger workbook (台帳, 欄外記入, or a finding that quotes it) or the hand-back, also
where a form is refused as a whole (another year's, two numbers …).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.city import City
from workflow.model.cells import decoded, folded_id, plain_number
from workflow.returned.readers.openpyxl import open_exactly
from workflow.returned.readers.strip_formatting import bare
from workflow.templates.layout import CORRECTION_AUTHOR

READ = {"accepted", "accepted_with_warnings", "sent_back"}
UNKNOWN = {"FORM_UNKNOWN", "FORM_OTHER_CITY"}
"""Nobody here knows what is printed on such a form; its answers are kept all the same."""
_QUOTING_SHEET = "指摘一覧"

Text = tuple[str, int, str]
"""Sheet, row and what stands there."""


def lost_texts(
    city: City, year: int, document: Mapping[str, Any], printed_too: frozenset[str] = frozenset()
) -> list[str]:
    """Return what stands in the returns that count, and neither in ledger nor in hand-back.

    What is printed on templates is nobody's text, nor is what a hand-back said itself.
    """
    ledger = list(_texts(city.workspace.ledger(year).read_bytes()))
    kept = {text for _, _, text in ledger} | handed_back(city, year)
    quoted = "\n".join(text for sheet, _, text in ledger if sheet == _QUOTING_SHEET)
    printed = {folded_id(text) for text in (*_printed(city), *printed_too)}
    return [
        f"{file['path']}：{text}"
        for file in document["files"]
        if file["outcome"] in READ and not UNKNOWN & {f["code"] for f in file["findings"]}
        for text in _counting(city.workspace.returned(year) / file["path"])
        if folded_id(text) not in printed and text not in kept and text not in quoted
    ]


def handed_back(city: City, year: int) -> frozenset[str]:
    """Return every text that stands in a hand-back now."""
    paths = sorted(city.workspace.handbacks(year).rglob("*.xlsx"))
    return frozenset(text for path in paths for _, _, text in _texts(path.read_bytes()))


def _printed(city: City) -> Iterator[str]:
    for path in sorted((city.home / "templates").rglob("*.xlsx")):
        yield from _texts_of_template(path.read_bytes())


@cache
def _texts_of_template(content: bytes) -> frozenset[str]:
    return frozenset(text for _, _, text in _texts(content))


def _counting(path: Path) -> Iterator[str]:
    """Yield the texts of a return, where openpyxl can read it."""
    if path.suffix.casefold() != ".xlsx" or not path.is_file():
        return
    content = path.read_bytes()
    if content.startswith(b"PK"):
        yield from (text for _, _, text in _texts(content))


@lru_cache(maxsize=1)
def opened(content: bytes) -> Workbook:
    """Return a workbook to look at; the ledger is looked at twice."""
    try:
        return open_exactly(content)
    except KeyError:  # of a part whose name openpyxl does not know in another case
        return open_exactly(bare(content))


def _texts(content: bytes) -> Iterator[Text]:
    for sheet in opened(content).worksheets:
        for (row, _), cell in sheet._cells.items():
            if cell.data_type not in ("f", "e", "b"):
                yield from ((sheet.title, row, text) for text in _as_text(cell.value))
            if cell.comment is not None and cell.comment.author != CORRECTION_AUTHOR:
                yield sheet.title, row, cell.comment.text


def _seen(character: str) -> str:
    """Return a character as people see it: some break the line, some show nothing."""
    if character in "\x0b\x0c\x85\u2028\u2029":
        return "\n"
    is_unseen = unicodedata.category(character) in ("Cc", "Cf") or character in "\u2800\u3164"
    return "" if is_unseen and character not in "\t\n\r" else character


def _as_text(value: object) -> Iterator[str]:
    if isinstance(value, str):
        seen = "".join(map(_seen, decoded(value)))
        if seen.strip():
            yield unicodedata.normalize("NFC", seen)
    elif isinstance(value, datetime | date):
        yield value.isoformat()[:10]
    elif isinstance(value, int | float):
        yield plain_number(Decimal(f"{value:.15g}"))  # as Excel shows it
