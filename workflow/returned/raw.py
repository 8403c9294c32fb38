"""A workbook as it came: cells as they stand, whichever reader found them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum


class CellKind(Enum):
    """What a cell holds."""

    TEXT = "文字"
    NUMBER = "数値"
    BOOLEAN = "論理値"
    DATE = "日付"
    ERROR = "エラー値"
    FORMULA = "数式"


@dataclass(frozen=True, slots=True)
class RawCell:
    """One non-empty cell; text is what it holds as text, decoded as Excel shows it."""

    kind: CellKind
    text: str
    number: Decimal | None = None
    moment: datetime | None = None

    @property
    def is_blank(self) -> bool:
        """Whether the cell holds nothing but white space."""
        return self.kind is CellKind.TEXT and not self.text.strip()


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet; cells are found by their 1-based row and column."""

    name: str
    cells: Mapping[tuple[int, int], RawCell]


@dataclass(frozen=True, slots=True)
class RawBook:
    """One workbook; names maps defined names to the text of the cell they stand for."""

    sheets: tuple[RawSheet, ...]
    properties: Mapping[str, str]
    names: Mapping[str, str]
    modified: datetime | None
