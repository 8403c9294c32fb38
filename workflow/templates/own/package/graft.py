"""Sheets of ours put beside those of the city's workbook: made by XlsxWriter, then taken over."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from workflow.excel.xlsx.xml import MAIN
from workflow.templates.own.package.digits import normal_font
from workflow.templates.own.package.looks import Looks
from workflow.templates.own.package.parts import SHEET_PART, Parts
from workflow.templates.own.package.sheet import SheetTree

if TYPE_CHECKING:
    from lxml.etree import _Element

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ID = f"{{{_RELATED}}}id"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_NAME = f"{MAIN}definedName"


def put_first(parts: Parts, looks: Looks, made: bytes) -> None:
    """Put the sheets of a workbook of ours before all others, in their order, and show the first.

    They hold texts, formulas, rules and links into the workbook: nothing that needs other parts.
    """
    _unselect_first(parts)
    _put(parts, looks, made, is_first=True)


def put_last(parts: Parts, looks: Looks, made: bytes) -> None:
    """Put the same behind all others."""
    _put(parts, looks, made, is_first=False)


def _put(parts: Parts, looks: Looks, made: bytes, *, is_first: bool) -> None:
    ours = Parts(made)
    book = ours.tree(ours.related("", "officeDocument"))
    listed = list(book.iterfind(f"{MAIN}sheets/{MAIN}sheet"))
    graft = _Graft(ours, parts, looks, is_first=is_first)
    names = [(e.get("name", ""), graft.sheet(at)) for at, e in enumerate(listed)]
    _list(parts, names, list(book.iter(_NAME)), is_first=is_first)


class _Graft:
    """The taking over of one workbook's sheets."""

    def __init__(self, ours: Parts, parts: Parts, looks: Looks, *, is_first: bool) -> None:
        self._ours, self._parts, self._is_first = ours, parts, is_first
        book = ours.related("", "officeDocument")
        styles = ours.tree(ours.related(book, "styles"))
        self._styles, self._dxfs = looks.taken_over(styles), looks.dxfs_taken_over(styles)
        self._unit = normal_font(looks.root).unit
        texts = ours.related(book, "sharedStrings")
        root = ours.tree(texts) if texts else None
        self._texts = list(root.iterchildren(f"{MAIN}si")) if root is not None else []
        self._sheets = [to for _, kind, to in ours.relations(book) if kind == "worksheet"]

    def sheet(self, at: int) -> str:
        """Take a sheet over; return its part."""
        root = self._ours.tree(self._sheets[at])
        for tag, name, numbers in self._numbered:
            for element in root.iter(f"{MAIN}{tag}"):
                if element.get(name):
                    element.set(name, numbers[element.get(name, "0")])
        for view in root.iter(f"{MAIN}sheetView"):
            view.attrib.pop("tabSelected", None)
            if at == 0 and self._is_first:
                view.set("tabSelected", "1")
        for cell in root.iter(f"{MAIN}c"):
            if cell.get("t") == "s":
                self._spell_out(cell)
        self._measure_anew(root)
        _fit_to_page(SheetTree(root))
        part = self._parts.free(SHEET_PART)
        self._parts.add(part, root, _SHEET_TYPE)
        return part

    @property
    def _numbered(self) -> tuple[tuple[str, str, dict[str, str]], ...]:
        """What names a look by its number: the tag, the attribute, and the new numbers."""
        styles = self._styles
        return (
            *(("c", "s", styles), ("row", "s", styles), ("col", "style", styles)),
            ("cfRule", "dxfId", self._dxfs),
        )

    def _measure_anew(self, root: _Element) -> None:
        for column in root.iter(f"{MAIN}col"):
            column.set("width", f"{float(column.get('width', '0')) * self._unit:.6g}")

    def _spell_out(self, cell: _Element) -> None:
        """Put the text of a cell into it: our shared texts are not taken over."""
        (value,) = cell
        inline = cell.makeelement(f"{MAIN}is", {})
        inline.extend(deepcopy(part) for part in self._texts[int(value.text or 0)])
        cell.remove(value)
        cell.append(inline)
        cell.set("t", "inlineStr")


def _fit_to_page(tree: SheetTree) -> None:
    """Have a sheet no wider than its page, also where the city's font is missing."""
    setup = tree.child("pageSetup")
    if setup.get("fitToHeight") or tree.has_child("colBreaks"):
        return
    setup.attrib.pop("scale", None)
    setup.set("fitToHeight", "0")
    tree.take_out("rowBreaks")  # Excel heeds them only where a scale is given
    properties = tree.child("sheetPr")
    properties.append(properties.makeelement(f"{MAIN}pageSetUpPr", {"fitToPage": "1"}))


def _unselect_first(parts: Parts) -> None:
    """Have the sheet that was first so far no longer selected: two would be written to at once."""
    book = parts.related("", "officeDocument")
    first = parts.tree(book).find(f"{MAIN}sheets/{MAIN}sheet")
    targets = {e.get("Id", ""): to for e, _, to in parts.relations(book)}
    part = targets.get(first.get(_ID, "") if first is not None else "", "")
    root = parts.tree(part) if part else None
    views = list(root.iter(f"{MAIN}sheetView")) if root is not None else []
    if root is not None and any("tabSelected" in view.attrib for view in views):
        for view in views:
            view.attrib.pop("tabSelected", None)
        parts.put(part, root)


def _list(
    parts: Parts, names: list[tuple[str, str]], defined: list[_Element], *, is_first: bool
) -> None:
    """List sheets before all others or behind them, with the names that belong to them."""
    part = parts.related("", "officeDocument")
    book = parts.tree(part)
    around = book.find(f"{MAIN}sheets")
    assert around is not None
    taken = max((int(e.get("sheetId", "0")) for e in around), default=0)
    start = 0 if is_first else len(around)
    for at, (name, sheet) in enumerate(names):
        attributes = {"name": name, "sheetId": str(taken + 1 + at)}
        attributes[_ID] = parts.relate(part, f"{_RELATED}/worksheet", sheet)
        around.insert(start + at, around.makeelement(f"{MAIN}sheet", attributes))
    if is_first:
        _move_names(book, len(names))
    _name(book, around, defined, start)
    parts.put(part, book)


def _move_names(book: _Element, count: int) -> None:
    """Have the names that belong to one sheet follow it by so many places."""
    for element in book.iterfind(f"{MAIN}definedNames/{_NAME}"):
        local = element.get("localSheetId")
        if local is not None:
            element.set("localSheetId", str(int(local) + count))


def _name(book: _Element, sheets: _Element, defined: list[_Element], start: int) -> None:
    """Add names of ours; the first of our sheets stands at this place."""
    if not defined:
        return
    found = book.find(f"{MAIN}definedNames")
    if found is None:
        found = book.makeelement(f"{MAIN}definedNames", {})
        sheets.addnext(found)
    for element in defined:
        made = deepcopy(element)
        if made.get("localSheetId") is not None:
            made.set("localSheetId", str(int(made.get("localSheetId", "0")) + start))
        found.append(made)
