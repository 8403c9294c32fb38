"""A marked workbook as a value: what its cells say and which of its sheets or rows repeat."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from typing import Any

from workflow.excel.xlsx.references import area_of, cell_index
from workflow.model.cells import CellIndex, a1, folded
from workflow.model.raw import CELL_NAME_PREFIX, Area, RemarkKind
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.templates.layout import NUMBER_LABEL
from workflow.templates.own.marks import Mark, MarkKind, UnknownMark, Words, has_mark, marks_in

# The names laid on cells: each is of one sheet, and goes with it.
ID_NAME = f"{CELL_NAME_PREFIX}id"
NUMBER_CELL_NAME = f"{CELL_NAME_PREFIX}number"
CHOICES_SHEET = "選択肢"
"""Hidden; where dropdowns and rules find their values."""
_ANSWER = f"{CELL_NAME_PREFIX}a_"

_NUMBERED = lazy_pattern(rf"{NUMBER_LABEL}[\s:：]*[\w.-]*")

COMPUTED = "="
"""Stands for the text of a cell that holds a formula of the city's."""


class Repeat(Enum):
    """What of a sheet comes again for every item."""

    NOTHING = ""
    ROWS = "一覧"
    SHEET = "単票"


@dataclass(frozen=True)
class FormSheet:
    """One sheet of the workbook: the text of every cell that holds any, and its merged areas."""

    name: str
    cells: Mapping[CellIndex, str]
    merged: tuple[Area, ...] = ()

    def area(self, cell: CellIndex) -> Area:
        """Return the merged area around a cell; one cell is an area of its own."""
        found = (area for area in self.merged if area.holds(*cell))
        return next(found, Area(*cell, *cell))

    def as_json(self) -> dict[str, Any]:
        """Return the sheet as the register keeps it."""
        return {
            "name": self.name,
            "cells": {a1(*cell): text for cell, text in sorted(self.cells.items())},
            "merged": [f"{a1(a.top, a.left)}:{a1(a.bottom, a.right)}" for a in self.merged],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> FormSheet:
        """Return a sheet that the register kept. KeyError, TypeError or ValueError for none."""
        cells = {cell_index(cell): str(text) for cell, text in plain["cells"].items()}
        return cls(plain["name"], cells, tuple(map(area_of, plain["merged"])))


@dataclass(frozen=True)
class OwnForm:
    """A marked workbook. The digest is of all that it is made of, its looks among it.

    Beside is what the city put beside the cells: comments, shapes, pictures, headers, as
    `beside_text` spells them.
    """

    digest: str
    sheets: tuple[FormSheet, ...]
    beside: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the form as the register keeps it."""
        beside = {"beside": list(self.beside)} if self.beside else {}
        return {
            "digest": self.digest,
            "sheets": [sheet.as_json() for sheet in self.sheets],
            **beside,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> OwnForm:
        """Return a form that the register kept. KeyError, TypeError or ValueError for none."""
        sheets = tuple(map(FormSheet.from_json, plain["sheets"]))
        return cls(plain["digest"], sheets, tuple(plain.get("beside", ())))


def beside_text(kind: RemarkKind, text: str, cell: str) -> str:
    """Return what stands beside the cells so that it can be compared, however it was saved.

    Programs keep where a picture stands, but not what it is called.

    >>> beside_text(RemarkKind.HEADER, "様式番号 272230-2023-A-1　施策評価シート", "")
    'header 施策評価シート'
    """
    if kind is RemarkKind.PICTURE:
        return f"picture {cell}"
    plain = _NUMBERED.sub("", text) if kind is RemarkKind.HEADER else text
    return f"{kind.name.lower()} {folded(plain)}"


def picture_cell(beside: str) -> CellIndex | None:
    """Return where a picture stands, as `beside_text` spells it; None for anything else.

    >>> picture_cell("picture B2"), picture_cell("comment あ")
    ((2, 2), None)
    """
    kind, _, cell = beside.partition(" ")
    return cell_index(cell) if kind == "picture" and cell else None


class MarkedSheet:
    """A sheet with what its marks say in a plan."""

    def __init__(self, sheet: FormSheet, words: Words) -> None:
        self.sheet, self.words = sheet, words
        self.found: Mapping[CellIndex, tuple[Mark | UnknownMark, ...]] = {
            cell: marks_in(text, words)
            for cell, text in sorted(sheet.cells.items())
            if has_mark(text)
        }
        self.marks: Mapping[CellIndex, tuple[Mark, ...]] = {
            cell: tuple(mark for mark in found if isinstance(mark, Mark))
            for cell, found in self.found.items()
        }

    @property
    def name(self) -> str:
        """What the sheet is called in the city's own workbook."""
        return self.sheet.name

    def of(self, *kinds: MarkKind) -> dict[CellIndex, Mark]:
        """Return the cells with a mark of some kinds; of several in one cell, the first."""
        found: dict[CellIndex, Mark] = {}
        for cell, marks in self.marks.items():
            for mark in marks:
                if mark.kind in kinds:
                    found.setdefault(cell, mark)
        return found

    @cached_property
    def labels(self) -> frozenset[str]:
        """What the sheet prints alike on every copy, folded."""
        cells = self.sheet.cells.values()
        return frozenset(folded(text) for text in cells if text != COMPUTED and not has_mark(text))

    @cached_property
    def of_items(self) -> tuple[CellIndex, ...]:
        """The cells that say something else for each item.

        担当課 is no sign of it: above a list it is whom the form is for.
        """
        return tuple(
            cell
            for cell, marks in self.marks.items()
            if any(m.kind.is_of_item and m.kind is not MarkKind.DEPARTMENTS for m in marks)
        )

    @cached_property
    def repeat(self) -> Repeat:
        """What comes again: the rows where all marks stand beside 整理番号, else the sheet."""
        if not self.of_items:
            return Repeat.NOTHING
        top, bottom = self.block
        return (
            Repeat.ROWS if all(top <= row <= bottom for row, _ in self.of_items) else Repeat.SHEET
        )

    @cached_property
    def block(self) -> tuple[int, int]:
        """The first and the last row of what is one item in a list."""
        ids = self.of(MarkKind.ID)
        first = next(iter(ids), self.of_items[0])
        area = self.sheet.area(first)
        return area.top, area.bottom


def marked(form: OwnForm, words: Words) -> tuple[MarkedSheet, ...]:
    """Return the sheets of a form with what their marks say."""
    return tuple(MarkedSheet(sheet, words) for sheet in form.sheets)


def answer_name(key: str) -> str:
    """Return the name of the cell that takes the answer to a field, or that of an indicator's mark.

    >>> answer_name("rating"), answer_name("indicator.1")
    ('torimatome_a_rating', 'torimatome_a_indicator.1')
    """
    return f"{_ANSWER}{key}"
