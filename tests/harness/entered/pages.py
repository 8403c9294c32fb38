"""What is seen on the pages of a file: texts of cells by their place, and texts beside them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from workflow.model.cells import plain_number

Place = tuple[int, int]
_LAST_DAY = 2_958_465
_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))
_OF_1900 = datetime(1899, 12, 31)
"""What the first 59 days count from: Excel knows a 29 February 1900."""
_DAYS_OF_1900 = 60


@dataclass(frozen=True)
class Held:
    """What a cell holds, and what else it may be called: a number may be a day."""

    text: str
    also: tuple[str, ...] = ()


@dataclass
class Page:
    """A sheet of a workbook."""

    name: str
    cells: dict[Place, Held] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    computed: set[Place] = field(default_factory=set)


@dataclass(frozen=True)
class Paper:
    """One file, or one inside of another; a mail has a page that is its text."""

    sha256: str
    pages: Sequence[Page]


@lru_cache(maxsize=20_000)
def seen(text: str) -> str:
    """Return a text as people see it: white space and what shows nothing aside."""
    shown = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf"))
    return "".join(shown.replace("\u2800", "").replace("\u3164", "").split())


def held_text(text: str) -> Held | None:
    text = unicodedata.normalize("NFC", text)
    return Held(text) if seen(text) else None


def number_held(stored: float) -> Held:
    also = []
    if 0 < stored <= _LAST_DAY:
        epochs = (*_EPOCHS, _OF_1900) if stored < _DAYS_OF_1900 else _EPOCHS
        also = [(day + timedelta(days=stored)).isoformat()[:10] for day in epochs]
    if 0 <= stored < 1:
        also.append(str((datetime.min + timedelta(days=stored)).time()))
    return Held(plain_number(Decimal(f"{stored:.15g}")), tuple(also))


def of_value(value: object) -> Held | None:
    """Return what a reader's value is; error values and truth values are nobody's words."""
    if isinstance(value, str):
        return held_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_held(value)
    return None
