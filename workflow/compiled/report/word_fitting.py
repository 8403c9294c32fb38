"""What the tables of a Word document need once they are filled in. Works on the elements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml.etree import _Element

from workflow.compiled.report.word_tables import BALANCED

_LONGEST_WHOLE = 700
"""Characters of a row's texts that together fill about a third of a page."""


def fit_tables(body: _Element) -> None:
    """Give all tables the columns they need, let long rows go on over the page."""
    for table in body.iter(qn("w:tbl")):
        share_width(table)
        balance(table)
    for row in body.iter(qn("w:tr")):
        let_break(row)
    for cell in body.iter(qn("w:tc")):
        end_with_paragraph(cell)


def end_with_paragraph(cell: _Element) -> None:
    """End a cell as Word asks of every cell, also where tags left nothing in it."""
    if len(cell) == 0 or cell[-1].tag != qn("w:p"):
        cell.append(OxmlElement("w:p"))


def let_break(row: _Element) -> None:
    """Let a row with a long text go on over the page, rather than leave much of a page empty."""
    properties = row.find(qn("w:trPr"))
    whole = None if properties is None else properties.find(qn("w:cantSplit"))
    if whole is None or sum(map(_length, row.iter(qn("w:tc")))) <= _LONGEST_WHOLE:
        return
    properties.remove(whole)
    for kept in list(row.iter(qn("w:keepNext"))):
        kept.getparent().remove(kept)


def _length(cell: _Element) -> int:
    """Return how many characters stand in a cell itself, not in tables within it."""
    texts = cell.iterfind(f"{qn('w:p')}/{qn('w:r')}/{qn('w:t')}")
    return sum(len(text.text or "") for text in texts)


# Two texts that stand beside each other get widths by their lengths, so that both end together.

_STEPS, _LEAST, _MOST = 20, 6, 14
"""Widths go in twentieths of a block, from six to fourteen: few columns, none too narrow."""

_BESIDE = [1, 2, 2]
"""The columns of a row with two texts: beside whose they are, each over two."""


def balance(table: _Element) -> None:
    """Give the two texts of every block widths by their lengths, if the table asks for it.

    Such a table has five columns. Its blocks begin where a cell of the first column begins that
    goes down over several rows.
    """
    caption = table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
    drawn = [_drawn(column) for column in table.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    if caption is None or caption.get(qn("w:val")) != BALANCED or len(drawn) != sum(_BESIDE):
        return
    edges = list(accumulate(drawn, initial=0))
    placed = [
        (cell, start, end)
        for block in _blocks(table)
        for cell, start, end in _placed(block, edges, _middle(block, edges))
    ]
    _set_columns(table, placed)


def _blocks(table: _Element) -> Iterator[list[_Element]]:
    """Yield the rows of each block; what stands above the first one is a block too."""
    block: list[_Element] = []
    for row in table.iterfind(qn("w:tr")):
        merged = row.find(f"{qn('w:tc')}/{qn('w:tcPr')}/{qn('w:vMerge')}")
        if merged is not None and merged.get(qn("w:val")) == "restart" and block:
            yield block
            block = []
        block.append(row)
    yield block


def _middle(block: list[_Element], edges: list[int]) -> int:
    """Return where the line between the two texts of a block stands."""
    beside = [cells for row in block if _spans(cells := row.findall(qn("w:tc"))) == _BESIDE]
    left, right = (sum(_length(cells[n]) for cells in beside) for n in (1, 2))
    steps = min(max(round(_STEPS * left / max(1, left + right)), _LEAST), _MOST)
    return edges[1] + (edges[-1] - edges[1]) * steps // _STEPS


def _placed(
    block: list[_Element], edges: list[int], middle: int
) -> Iterator[tuple[_Element, int, int]]:
    """Yield each cell of a block with the edges it lies between."""
    for row in block:
        cells = row.findall(qn("w:tc"))
        spans = _spans(cells)
        own = [*edges[:3], middle, *edges[4:]] if spans == _BESIDE else edges
        for cell, (first, last) in zip(cells, pairwise(accumulate(spans, initial=0)), strict=True):
            yield cell, own[first], own[last]


def _set_columns(table: _Element, placed: list[tuple[_Element, int, int]]) -> None:
    """Lay the columns of a table by the edges of its cells."""
    edges = sorted({edge for _, start, end in placed for edge in (start, end)})
    _set_grid(table, [end - start for start, end in pairwise(edges)])
    for cell, start, end in placed:
        _set_width(cell, end - start)
        _set_span(cell, edges.index(end) - edges.index(start))


def _spans(cells: list[_Element]) -> list[int]:
    found = (cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for cell in cells)
    return [1 if span is None else int(span.get(qn("w:val"), "1")) for span in found]


def _set_span(cell: _Element, columns: int) -> None:
    properties = cell.find(qn("w:tcPr"))
    for old in properties.findall(qn("w:gridSpan")):
        properties.remove(old)
    if columns > 1:
        span = OxmlElement("w:gridSpan")
        span.set(qn("w:val"), str(columns))
        properties.insert(1, span)  # behind the width


def _set_grid(table: _Element, widths: list[int]) -> None:
    grid = table.find(qn("w:tblGrid"))
    for column in list(grid):
        grid.remove(column)
    for width in widths:
        column = OxmlElement("w:gridCol")
        column.set(qn("w:w"), str(width))
        grid.append(column)


def _drawn(column: _Element) -> int:
    return int(column.get(qn("w:w"), "0"))


# A tag that repeats cells makes more columns than were drawn.


def share_width(table: _Element) -> None:
    """Give a table as many columns as its rows have, as wide together as those it was drawn with.

    The first column keeps its width, and so do columns drawn otherwise than the second, which is
    the one that repeats; those share the rest. A table whose rows have the columns it was drawn
    with, or with cells over several columns, is left alone.
    """
    grid = table.find(qn("w:tblGrid"))
    rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
    columns = grid.findall(qn("w:gridCol")) if grid is not None else []
    counts = {len(row) for row in rows}
    if not columns or len(counts) != 1 or counts == {len(columns)} or _has_wide_cells(table):
        return
    drawn = [_drawn(column) for column in columns]
    widths = _shared(drawn, [_width_of(cell) for cell in rows[0]])
    _set_grid(table, widths)
    for row in rows:
        for cell, width in zip(row, widths, strict=True):
            _set_width(cell, width)


def _shared(drawn: list[int], cells: list[int]) -> list[int]:
    """Return the width of each cell of a row, given those of the columns drawn."""
    repeats = [n for n, width in enumerate(cells) if n and width == cells[1]]
    kept = {n: width for n, width in enumerate(cells) if n not in repeats} | {0: drawn[0]}
    rest = max(0, sum(drawn) - sum(kept.values())) // max(1, len(repeats))
    return [kept.get(n, rest) for n in range(len(cells))]


def _width_of(cell: _Element) -> int:
    width = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    return int(width.get(qn("w:w"), "0")) if width is not None else 0


def _has_wide_cells(table: _Element) -> bool:
    return next(table.iter(qn("w:gridSpan")), None) is not None


def _set_width(cell: _Element, width: int) -> None:
    for found in cell.iterfind(f"{qn('w:tcPr')}/{qn('w:tcW')}"):
        found.set(qn("w:w"), str(width))
        found.set(qn("w:type"), "dxa")
