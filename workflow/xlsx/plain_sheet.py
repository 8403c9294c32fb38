"""The cells of a sheet in their usual spelling, read without an XML tree of the rows.

A sheet is read so as a whole or not at all: one letter that the expressions below do not cover
leaves it to the XML reader, so what is out of place costs time but never changes a value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from operator import lt
from typing import TYPE_CHECKING

from workflow.raw import CellKind, RawCell
from workflow.xlsx.frame import Frame, frame_of
from workflow.xlsx.package import MAIN
from workflow.xlsx.plain_spelling import T, are_letters, has_usual_names, shown, text_of
from workflow.xlsx.references import place_of
from workflow.xlsx.stored import Stored, formula_cell
from workflow.xlsx.xml_parts import is_plain, parsed
from workflow.xml_text import unescaped

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Cells = dict[tuple[int, int], RawCell]

_CELL = re.compile(
    r'<c r="([A-Z]++[0-9]++)"(?: s="[0-9]++")?+(?: ?/>| t="s"><v>([0-9]{1,7})</v></c>'
    r'|(?: t="n")?(?: ?/>|>(?:<v>([0-9.E+-]++)</v>)?</c>)'
    r'|(?: t="(?:n|str)")?><f(?: aca="false")?>([^<]*)</f>(?:<v>[^<\]\x00-\x1f\ufffe\uffff]*</v>'
    r"|<v ?/>)?</c>"
    rf'| t="inlineStr"(?: ?/>|><is>{T}([^<]*)</t></is></c>))',
    re.ASCII,
)
_MOST_BOUNDS = 10_000  # letters: more blank rows in one place are nobody's usual spelling
_STEP = 6  # what lies before a cell, and its five groups
_STYLED = re.compile(r'<c r="([A-Z]++[0-9]++)" s="([0-9]++)"(?: t="n")?><v>')
_SHAPE = (
    r'(?: (?:spans|s|ht|customFormat|customHeight|outlineLevel|x14ac:dyDescent)="[\da-z.: -]*"'
    r'| (?:hidden|collapsed|thickBot|thickTop|ph)="(?:0|false)")*+'
)
_TWICE = re.compile(r' ([\w:]++)="(?=[^<>]* \1=")')
_BOUNDS = re.compile(
    rf'(</row>)?(?:<row r="([1-9][0-9]{{0,6}})"{_SHAPE}(?: ?/>|></row>|(>)\Z))*+', re.ASCII
)


@dataclass(frozen=True, slots=True)
class PlainSheet:
    """The cells of a sheet without hidden rows, and what stands beside them."""

    cells: Cells
    frame: Frame


def plain_sheet(part: bytes, stored: Stored, formulas: bool) -> PlainSheet | None:
    """Return what a sheet holds; None when anything in its rows is spelled in another way.

    With formulas, cells may hold them; the results stored with them are left out.
    """
    head, opening, rest = text_of(part).partition("<sheetData>")
    rows, closing, tail = rest.partition("</sheetData>")
    if not (opening and closing and has_usual_names(rows)):
        return None
    frame = _frame(f"{head}{opening}{closing}{tail}".encode())
    cells = None if frame is None else _cells(rows, stored, formulas)
    return None if frame is None or cells is None else PlainSheet(cells, frame)


@lru_cache(maxsize=64)
def _frame(xml: bytes) -> Frame | None:
    """Return a sheet without its rows; None when rows could stand elsewhere, or mean another.

    Templates of equal length have the same frame, as a rule, so the last ones are remembered.
    """
    if not is_plain(xml):
        return None
    sheet = parsed(xml)
    is_usual = sheet.tag == f"{MAIN}worksheet" and _is_usual(sheet)
    return frame_of(sheet) if is_usual else None


def _is_usual(frame: Element) -> bool:
    """Whether rows and merges lie where they must, and nowhere else."""
    count = Counter(element.tag for element in frame.iter())
    merges = frame.findall(f"{MAIN}mergeCells")
    merged = sum(len(block.findall(f"{MAIN}mergeCell")) for block in merges)
    return (
        count[f"{MAIN}sheetData"] == len(frame.findall(f"{MAIN}sheetData")) == 1
        and count[f"{MAIN}row"] == count[f"{MAIN}c"] == 0
        and count[f"{MAIN}mergeCells"] == len(merges) <= 1
        and count[f"{MAIN}mergeCell"] == merged
    )


def _cells(rows: str, stored: Stored, formulas: bool) -> Cells | None:
    pieces = _CELL.split(rows)
    references, texts, numbers, spelled, inline = (pieces[n::_STEP] for n in range(1, _STEP))
    places = [*map(place_of, references)]
    written = [*filter(None, (*spelled, *inline))]
    may_stand = formulas or spelled.count(None) == len(spelled)
    if not (may_stand and are_letters("".join(written)) and _is_in_order(pieces[::_STEP], places)):
        return None
    shared = stored.texts
    cells = {p: shared[int(at)] for p, at in zip(places, texts, strict=True) if at}
    if any(numbers):
        styles = dict(_STYLED.findall(rows))
        for place, reference, number in zip(places, references, numbers, strict=True):
            if number:
                cells[place] = stored.number_cell(number, int(styles.get(reference, 0)))
    for place, formula in _given(places, spelled):
        cells[place] = formula_cell(f"={unescaped(formula)}")
    for place, text in _given(places, inline):
        cells[place] = RawCell(CellKind.TEXT, shown(text))
    return cells


def _given(
    places: Sequence[tuple[int, int]], texts: Sequence[str | None]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the texts that are there, though blank, with their places."""
    if texts.count(None) < len(texts):
        yield from ((p, text) for p, text in zip(places, texts, strict=True) if text is not None)


def _is_in_order(between: Sequence[str], places: Sequence[tuple[int, int]]) -> bool:
    """Whether only the bounds of rows lie between the cells, and each stands in its place."""
    bounds = [n for n, letters in enumerate(between) if letters]
    if (places and bounds[0] > 0) or len(max(between, key=len)) > _MOST_BOUNDS:
        return False
    for first, end in pairwise(bounds):
        row = _row_begun(between[first], ends_one=first > 0)
        if not places[first][0] == places[end - 1][0] == row:
            return False
    ends_well = _row_begun(between[-1], ends_one=bool(places)) == 0
    return ends_well and all(map(lt, places, islice(places, 1, None)))


@lru_cache(maxsize=10_000)
def _row_begun(bounds: str, ends_one: bool) -> int | None:
    """Return the row in which the next cell must stand, 0 after the last; None when not bounds.

    Most rows are as high as on the template, so as on the return before: they are remembered.
    """
    match = _BOUNDS.fullmatch(bounds)
    if match is None or (match[1] is not None) != ends_one or _TWICE.search(bounds):
        return None
    return int(match[2]) if match[3] else 0
