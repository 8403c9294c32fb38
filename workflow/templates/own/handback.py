"""A hand-back on the city's own form: the list of what to put right, and marks at the cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from workflow.excel.style import ALERT_FILL, ALERT_INK, HEADER_FILL, LINE, TO_LOOK_AT_FILL
from workflow.excel.workbook import ALLOWED_WHEN_LOCKED, add_sheet, new_workbook
from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import CellIndex, a1, column_letters
from workflow.model.fields.declarations import FONT_SIZE
from workflow.model.raw import Area
from workflow.templates.corrections import CellMark, cell_marks
from workflow.templates.filling import Filling
from workflow.templates.layout import CORRECTION_SHEET
from workflow.templates.own.layout import OwnLayout
from workflow.templates.own.package.comments import add_comments
from workflow.templates.own.package.digits import normal_font
from workflow.templates.own.package.graft import put_first
from workflow.templates.own.package.looks import Looks
from workflow.templates.own.package.parts import Parts, sheet_parts
from workflow.templates.own.package.sheet import SheetTree, cells_of, range_of
from workflow.templates.sheets.corrections import write_corrections

if TYPE_CHECKING:
    from lxml.etree import _Element

_TO_CORRECT = f'<fill><patternFill><bgColor rgb="FF{ALERT_FILL[1:]}"/></patternFill></fill>'
_TO_EXPLAIN = (
    f'<fill><patternFill patternType="lightGrid"><fgColor rgb="FF{LINE[1:]}"/>'
    f'<bgColor rgb="FF{TO_LOOK_AT_FILL[1:]}"/></patternFill></fill>'
)
_FRAMES = {True: ("thick", ALERT_INK), False: ("double", HEADER_FILL)}
"""The frame of a cell to correct, and of one that is only asked about."""


def with_corrections(template: bytes, own: OwnLayout, filling: Filling) -> bytes:
    """Return a filled template with the list of corrections first, and a mark at each cell."""
    parts = Parts(template)
    book = parts.related("", "officeDocument")
    styles = parts.related(book, "styles")
    looks = Looks(parts.tree(styles))
    made, marks = _list(own, filling, normal_font(looks.root).share)
    part_of = sheet_parts(parts)
    for sheet in own.sheets:
        here = [mark for mark in marks if mark.target.sheet == sheet.name]
        if here:
            _mark(parts, looks, part_of[sheet.name], sheet.area, here)
    ours = own.indicators
    here = [mark for mark in marks if ours and mark.target.sheet == ours.sheet]
    if ours and here:
        _mark(parts, looks, part_of[ours.sheet], lambda cell: Area(*cell, *cell), here)
    put_first(parts, looks, made)
    parts.put(styles, looks.root)
    return parts.packed()


def _list(own: OwnLayout, filling: Filling, share: float) -> tuple[bytes, tuple[CellMark, ...]]:
    """Return a workbook with the list alone, and the marks that lead to it."""
    stream = BytesIO()
    book = new_workbook(stream, FONT_SIZE)
    sheet = add_sheet(book, CORRECTION_SHEET)
    listed = write_corrections(book, sheet, own.layout, filling, share)
    sheet.protect(own.layout.lock_password, ALLOWED_WHEN_LOCKED)
    book.close()
    return stream.getvalue(), cell_marks(own.layout, filling, listed)


def _mark(
    parts: Parts,
    looks: Looks,
    part: str,
    area_of: Callable[[CellIndex], Area],
    marks: Sequence[CellMark],
) -> None:
    tree = SheetTree(parts.tree(part))
    for mark in marks:
        at = (mark.target.row, mark.target.column)
        area = area_of(at)
        line, colour = _FRAMES[bool(mark.is_same)]
        for cell in cells_of(area):
            stored = tree.cell(cell)
            stored.set("s", looks.framed(stored.get("s", "0"), line, colour))
    _add_rules(tree, looks, area_of, marks)
    comments = {a1(m.target.row, m.target.column): m.comment for m in marks}
    add_comments(parts, part, tree, comments)
    parts.put(part, tree.root)


def _add_rules(
    tree: SheetTree, looks: Looks, area_of: Callable[[CellIndex], Area], marks: Sequence[CellMark]
) -> None:
    """Colour each cell until it is changed or explained, before any other rule."""
    rules = [
        (mark, formula, look)
        for mark in marks
        for formula, look in ((mark.is_same, _TO_CORRECT), (mark.is_open, _TO_EXPLAIN))
        if formula
    ]
    for rule in tree.root.iter(f"{MAIN}cfRule"):
        rule.set("priority", str(int(rule.get("priority", "1")) + len(rules)))
    known: dict[str, str] = {}
    for priority, (mark, formula, look) in enumerate(rules, start=1):
        if look not in known:
            known[look] = looks.dxf(look)
        area = range_of(area_of((mark.target.row, mark.target.column)))
        tree.put(_rule(tree, area, _absolute(formula, mark), known[look], priority))


def _absolute(formula: str, mark: CellMark) -> str:
    """Return a formula that means the same in every cell of a merged area."""
    cell = a1(mark.target.row, mark.target.column)
    fixed = f"${column_letters(mark.target.column)}${mark.target.row}"
    return formula.replace(f"EXACT({cell},", f"EXACT({fixed},", 1)


def _rule(tree: SheetTree, area: str, formula: str, look: str, priority: int) -> _Element:
    around = tree.root.makeelement(f"{MAIN}conditionalFormatting", {"sqref": area})
    attributes = {"type": "expression", "dxfId": look, "priority": str(priority)}
    rule = around.makeelement(f"{MAIN}cfRule", attributes | {"stopIfTrue": "1"})
    part = rule.makeelement(f"{MAIN}formula", {})
    part.text = formula
    rule.append(part)
    around.append(rule)
    return around
