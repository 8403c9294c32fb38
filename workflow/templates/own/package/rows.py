"""A list's rows, repeated for every item, and all that stands below them moved down."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from workflow.excel.xlsx.references import area_of, cell_index, moved
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import a1, quoted_sheet
from workflow.model.raw import Area
from workflow.python.dataclass import dataclass
from workflow.templates.own.package.sheet import CELL, ROW, SheetTree, range_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_FORMULA = f"{MAIN}f"
_REFERENCE = r"\$?[A-Za-z]{1,3}\$?\d{1,7}"
_QUOTED = (
    r"""(?P<quoted>"(?:[^"]|"")*"|(?:'(?:[^']|'')*'|[\w.]+)!"""
    rf"{_REFERENCE}(?::{_REFERENCE})?)"
)
_TOKEN = re.compile(
    rf"{_QUOTED}|(?<![\w.$\\])(?P<first>{_REFERENCE})"
    rf"(?::(?P<last>{_REFERENCE}))?(?![\w.(!$\\])"
)
_REFERRING = ("autoFilter", "dimension", "hyperlink")
_PLACE = re.compile(r"(\$?[A-Za-z]{1,3}\$?)(\d+)")


@dataclass(frozen=True, slots=True)
class Repetition:
    """The rows of one item, 1-based and inclusive, and how often they stand in the end."""

    top: int
    bottom: int
    count: int

    @property
    def height(self) -> int:
        """How many rows one item has."""
        return self.bottom - self.top + 1

    @property
    def shift(self) -> int:
        """How many rows what stands below goes down."""
        return self.height * (self.count - 1)

    def areas(self, area: Area) -> Iterator[Area]:
        """Yield where an area stands in the end: once for each item, longer, or further down."""
        if area.top > self.bottom:
            yield area.down(self.shift)
        elif area.bottom < self.top:
            yield area
        elif self.top <= area.top and area.bottom <= self.bottom:
            yield from (area.down(at * self.height) for at in range(self.count))
        else:
            yield Area(area.top, area.left, self._last(area.bottom), area.right)

    def _last(self, row: int) -> int:
        return row + self.shift if row >= self.top else row

    def formula(self, formula: str) -> str:
        """Return a formula that stands outside these rows: what sums them up sums all of them."""

        def replaced(token: re.Match[str]) -> str:
            if token["quoted"]:
                return token[0]
            if token["last"] is None:
                return self._moved(token["first"], self.row)
            first, last = self._moved(token["first"], self.row), token["last"]
            return f"{first}:{self._moved(last, self._last)}"

        return _TOKEN.sub(replaced, formula)

    def row(self, row: int) -> int:
        """Return where a row stands in the end; one that repeats, where it stands first."""
        return row + self.shift if row > self.bottom else row

    @staticmethod
    def _moved(reference: str, to: Callable[[int], int]) -> str:
        return _PLACE.sub(lambda m: f"{m[1]}{to(int(m[2]))}", reference)


def repeat_rows(tree: SheetTree, repetition: Repetition) -> None:
    """Repeat the rows of one item, with their merged areas, rules and formulas."""
    _own_formulas(tree)
    block = []
    for line in list(tree.rows.iterchildren(ROW)):
        row = int(line.get("r", "0"))
        if repetition.top <= row <= repetition.bottom:
            block.append(line)
        else:
            _rewrite(line, repetition.formula)
            if row > repetition.bottom:
                _renumber(line, repetition.shift)
    last = block[-1] if block else None
    for at in range(1, repetition.count):
        for line in block:
            copy = _copied(line, at * repetition.height)
            assert last is not None
            last.addnext(copy)
            last = copy
    tree.number()
    _spread(tree, repetition)


def _copied(line: _Element, rows: int) -> _Element:
    made = deepcopy(line)
    _rewrite(made, lambda formula: moved(formula, rows, 0))
    _renumber(made, rows)
    return made


def _renumber(line: _Element, rows: int) -> None:
    row = int(line.get("r", "0")) + rows
    line.set("r", str(row))
    for cell in line.iterchildren(CELL):
        cell.set("r", a1(row, cell_index(cell.get("r", ""))[1]))


def _rewrite(line: _Element, to: Callable[[str], str]) -> None:
    for formula in line.iter(_FORMULA):
        if formula.text:
            formula.text = to(formula.text)


def _own_formulas(tree: SheetTree) -> None:
    """Give every cell a formula of its own: what is stored once for a block cannot be repeated."""
    formulas: dict[str, tuple[tuple[int, int], str]] = {}
    for formula in tree.rows.iter(_FORMULA):
        cell = formula.getparent()
        if formula.get("t") != "shared" or cell is None:
            continue
        at, number = cell_index(cell.get("r", "")), formula.get("si", "")
        if formula.text:
            formulas[number] = (at, formula.text)
        elif number in formulas:
            (row, column), text = formulas[number]
            formula.text = moved(text, at[0] - row, at[1] - column)
        for name in ("t", "si", "ref"):
            formula.attrib.pop(name, None)


def _spread(tree: SheetTree, repetition: Repetition) -> None:
    """Let merged areas, rules and links follow the rows they belong to."""
    _spread_merges(tree, repetition)
    for element in tree.root.iter():
        if element.get("sqref") and element.tag != f"{MAIN}selection":
            element.set("sqref", _spread_ranges(element.get("sqref", ""), repetition))
    for element in tree.root.iter(*(f"{MAIN}{tag}" for tag in _REFERRING)):
        areas = list(repetition.areas(area_of(element.get("ref", "A1"))))
        first, last = areas[0], areas[-1]
        element.set("ref", range_of(Area(first.top, first.left, last.bottom, last.right)))
    for mark in tree.root.iterfind(f"{MAIN}rowBreaks/{MAIN}brk"):
        row = int(mark.get("id", "0"))
        mark.set("id", str(row + repetition.shift if row >= repetition.bottom else row))


def _spread_merges(tree: SheetTree, repetition: Repetition) -> None:
    merges = tree.root.find(f"{MAIN}mergeCells")
    if merges is None:
        return
    for merge in list(merges):
        areas = list(repetition.areas(area_of(merge.get("ref", ""))))
        merge.set("ref", range_of(areas[0]))
        for area in areas[1:]:
            merges.append(merges.makeelement(str(merge.tag), {"ref": range_of(area)}))
    merges.set("count", str(len(merges)))


def _spread_ranges(ranges: str, repetition: Repetition) -> str:
    areas = (a for one in ranges.split() for a in repetition.areas(area_of(one)))
    return " ".join(range_of(area) for area in areas)


# Formulas and names, once sheets are renamed and rows repeated.


def names_sheet(formula: str, name: str) -> bool:
    """Whether a formula speaks of a sheet."""
    return renamed(formula, name, f"{name}!") != formula


def renamed(formula: str, old: str, new: str) -> str:
    """Return a formula in which a sheet has another name.

    >>> renamed("'調書'!A1+調書!B2+別の調書!C3", "調書", "1-1")
    "'1-1'!A1+'1-1'!B2+別の調書!C3"
    """
    plain, quoted = re.escape(old), re.escape(quoted_sheet(old))
    pattern = rf"(?<![\w'.\]])(?:{quoted}|{plain})!"
    return re.sub(pattern, lambda _: f"{quoted_sheet(new)}!", formula)


def rename_in(root: _Element, old: str, new: str) -> None:
    """Let the formulas, rules and links of a part speak of a sheet by its new name."""
    tags = [f"{MAIN}{tag}" for tag in ("f", "formula", "formula1", "formula2")]
    tags.append("{http://schemas.microsoft.com/office/excel/2006/main}f")
    for element in root.iter(*tags):
        if element.text and "!" in element.text:
            element.text = renamed(element.text, old, new)
    for link in root.iter(f"{MAIN}hyperlink"):
        if location := link.get("location"):
            link.set("location", renamed(location, old, new))


def spread_name(formula: str, repetition: Repetition) -> str:
    """Return what a name of the city's stands for once rows were repeated, as 'S'!$A$1:$B$9."""
    pieces = []
    for piece in formula.split(","):
        sheet, mark, reference = piece.rpartition("!")
        moved = repetition.formula(reference) if re.search(r"[A-Z]\$?\d", reference) else reference
        pieces.append(f"{sheet}{mark}{moved}")
    return ",".join(pieces)


def spread_here(formula: str, sheet: str, repetition: Repetition) -> str:
    """Return a formula once rows of a sheet were repeated; one of another sheet stays."""
    return spread_name(formula, repetition) if names_sheet(formula, sheet) else formula
