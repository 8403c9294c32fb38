"""The rows of a sheet in their usual spelling, read without an XML tree.

Sheets are read so as a whole or not at all: one letter that the expressions below do not cover
leaves them to the XML reader, so what is out of place costs time but never changes a value.

What a cell shows lies elsewhere, mostly: it says only which of the shared texts. Without these
numbers a row is as on the template, and so as in the return before; so it is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from workflow.excel.xlsx.plain_spelling import T, are_letters, has_usual_names, shown
from workflow.excel.xlsx.references import place_of
from workflow.excel.xlsx.remembering import remembered
from workflow.excel.xlsx.stored import Stored, formula_cell
from workflow.excel.xml_text import unescaped
from workflow.model.raw import CellKind, RawCell

Place = tuple[int, int]
Cells = dict[Place, RawCell]

_SHARED = re.compile(r' t="s"><v>([0-9]{1,7})</v></c>', re.ASCII)
_SHARED_SOMEWHERE = ' t="s"><v></v></c>'
_CELL = re.compile(
    r'<c r="([A-Z]++[0-9]++)"(?: s="([0-9]++)")?+(?: ?/>|( t="s"><v></v></c>)'
    r'|(?: t="n")?(?: ?/>|>(?:<v>([0-9.E+-]++)</v>)?</c>)'
    r'|(?: t="(?:n|str)")?><f(?: aca="false")?>([^<]*)</f>(?:<v>[^<\]\x00-\x1f\ufffe\uffff]*</v>'
    r"|<v ?/>)?</c>"
    rf'| t="inlineStr"(?: ?/>|><is>{T}([^<]*)</t></is></c>))',
    re.ASCII,
)
_STEP = 7  # what lies before a cell, and its six groups
_SHAPE = (
    r'(?: (?:spans|s|ht|customFormat|customHeight|outlineLevel|x14ac:dyDescent)="[\da-z.: -]*"'
    r'| (?:hidden|collapsed|thickBot|thickTop|ph)="(?:0|false)")*+'
)
_TWICE = re.compile(r' ([\w:]++)="(?=[^<>]* \1=")')
_BOUNDS = re.compile(rf'(?:<row r="([1-9][0-9]{{0,6}})"{_SHAPE}(?: ?/>|(>)\Z))*+', re.ASCII)
_MOST_BOUNDS = 10_000  # letters: more blank rows in one place are nobody's usual spelling


@dataclass(frozen=True, slots=True)
class _Row:
    """A row but for the texts its cells share with others: only where they stand."""

    number: int
    shared: tuple[Place, ...] = ()
    numbers: tuple[tuple[Place, str, int], ...] = ()
    formulas: tuple[tuple[Place, RawCell], ...] = ()
    inline: tuple[tuple[Place, RawCell], ...] = ()


def plain_cells(rows: str, stored: Stored, formulas: bool) -> Cells | None:
    """Return the cells of rows; None when anything in them is spelled in another way.

    With formulas, cells may hold them; the results stored with them are left out.
    """
    pieces = _SHARED.split(rows)
    *spelled, rest = _SHARED_SOMEWHERE.join(pieces[::2]).split("</row>")
    found = [*_rows(spelled, formulas)]
    places = [place for row in found for place in row.shared]
    are_usual = len(found) == len(spelled) and _row_begun(rest) == 0
    if not are_usual or len(places) != len(pieces) // 2:
        return None
    texts = map(stored.texts.__getitem__, map(int, pieces[1::2]))
    cells = dict(zip(places, texts, strict=True))
    for row in found:
        cells.update(row.formulas)
        cells.update(row.inline)
        for place, number, style in row.numbers:
            cells[place] = stored.number_cell(number, style)
    return cells


def _rows(spelled: list[str], formulas: bool) -> Iterator[_Row]:
    """Yield the rows up to the first that is out of order or not in its usual spelling."""
    before = 0
    for letters in spelled:
        row = _row(letters)
        if row is None or row.number <= before or (row.formulas and not formulas):
            return
        before = row.number
        yield row


@remembered(times=2_000, most=2_000)  # a template's rows have a few hundred letters each
def _row(letters: str) -> _Row | None:
    """Return the row some letters spell up to its end, blank ones before it or not."""
    bounds, begun, cells = letters.partition("<c ")
    number = _row_begun(bounds)
    if not number:
        return None
    row = _cells_of_row(begun + cells) if begun else _Row(number)
    return row if row is not None and row.number == number else None


@remembered(times=2_000, most=2_000)  # the same cells stand in rows of many heights
def _cells_of_row(letters: str) -> _Row | None:
    pieces = _CELL.split(letters)
    references, styles, shared, numbers, formulas, inline = (
        pieces[n::_STEP] for n in range(1, _STEP)
    )
    places = [*map(place_of, references)]
    is_usual = not any(islice(pieces, 0, None, _STEP)) and _are_in_order(places)
    written = "".join(filter(None, (*formulas, *inline)))
    if not (is_usual and are_letters(written) and has_usual_names(letters)):
        return None
    each = [*zip(places, styles, shared, numbers, formulas, inline, strict=True)]
    return _Row(
        places[0][0],
        shared=tuple(place for place, _, here, *_ in each if here),
        numbers=tuple((place, n, int(style or 0)) for place, style, _, n, *_ in each if n),
        formulas=tuple(
            (place, formula_cell(f"={unescaped(formula)}"))
            for place, *_, formula, _ in each
            if formula is not None
        ),
        inline=tuple(
            (place, RawCell(CellKind.TEXT, shown(text)))
            for place, *_, text in each
            if text is not None
        ),
    )


def _are_in_order(places: list[Place]) -> bool:
    """Whether cells stand in one row, each to the right of the one before."""
    in_row = len({row for row, _ in places}) == 1
    return in_row and all(before < after for before, after in pairwise(places))


def _row_begun(bounds: str) -> int | None:
    """Return the row in which the next cell must stand, 0 after the last; None when not bounds."""
    match = _BOUNDS.fullmatch(bounds) if len(bounds) <= _MOST_BOUNDS else None
    if match is None or _TWICE.search(bounds):
        return None
    return int(match[1]) if match[2] else 0
