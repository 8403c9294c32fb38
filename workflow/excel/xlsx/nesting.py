"""What may lie in what in the XML of a sheet: other programs read what is out of place otherwise.

Excel calls such a workbook damaged. Some readers pass over a merge inside a row or take the second
of two tables of rows; so nobody can say what was meant, and the sheet is refused.
"""

from __future__ import annotations

from workflow.excel.xlsx.xml_parts import MAIN, steps

_SHEET, _ROWS, _ROW, _CELL, _MERGES, _MERGE = (
    MAIN + tag for tag in ("worksheet", "sheetData", "row", "c", "mergeCells", "mergeCell")
)
_MAY_LIE_IN = {_ROWS: _SHEET, _ROW: _ROWS, _CELL: _ROW, _MERGES: _SHEET, _MERGE: _MERGES}
_SINGLE = frozenset({_ROWS, _MERGES})


class Nesting:
    """The elements around the place a reader is at; what is out of place raises ValueError."""

    def __init__(self) -> None:
        self._around: list[str] = []
        self._seen: set[str] = set()

    def enter(self, tag: str) -> None:
        """Note that an element begins. ValueError where it must not, or not once more."""
        if tag in _MAY_LIE_IN:
            around = self._around[-1] if self._around else ""
            if around != _MAY_LIE_IN[tag] or tag in self._seen:
                raise ValueError(f"{tag} out of place")
            self._seen |= {tag} & _SINGLE
        self._around.append(tag)

    def leave(self) -> None:
        """Note that an element ends."""
        self._around.pop()


def refuse_misplaced(part: bytes) -> None:
    """Raise ValueError when rows, cells or merges of a sheet lie where they must not."""
    nesting = Nesting()
    for event, element in steps(part):
        if event == "start":
            nesting.enter(element.tag)
        else:
            nesting.leave()
            element.clear()
