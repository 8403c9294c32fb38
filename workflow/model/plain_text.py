"""Text that people read as it is: columns that line up, nothing that moves a cursor, JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workflow.python.lazy_pattern import lazy_pattern

_GAP = "  "
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing: with one of them exe.xlsx can look like xlsx.exe."""

_ILLEGIBLE = lazy_pattern(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{''.join(sorted(_TURNS))}]")
"""What a page cannot hold or show: controls but tab and line feed, halves of characters, turns."""


def strip_controls(text: str) -> str:
    """Return a text on one line; what steers a terminal or turns the writing is shown as �."""
    return "".join("�" if _steers(c) else c for c in text)


def legible(text: str) -> str:
    """Return a text for a page, lines and all; what cannot be shown or turns the writing is �."""
    if text.isprintable():
        return text  # and holds none of these
    return _ILLEGIBLE.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return a text of several lines as one line without control characters."""
    return strip_controls(" ".join(text.replace("\t", " ").splitlines()))


def aligned(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterable[str]:
    """Yield rows as lines whose columns line up; right names the columns of numbers."""
    shown = [[strip_controls(cell) for cell in row] for row in rows]
    widths = [max(map(columns, cells)) for cells in zip(*shown, strict=True)]
    for row in shown:
        cells = (
            " " * (width - columns(cell)) + cell
            if column in right
            else cell + " " * (width - columns(cell))
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield _GAP.join(cells).rstrip()


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(_width(c) for c in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def _steers(character: str) -> bool:
    return character in _TURNS or unicodedata.category(character) == "Cc"


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a document as UTF-8 JSON that people can read too."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
