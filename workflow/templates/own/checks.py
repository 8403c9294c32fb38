"""What is wrong with a marked workbook, each with its sheet and cell, before anything is issued."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.excel.measures import characters_in, row_height
from workflow.excel.xlsx.package import Package
from workflow.excel.xlsx.reader import shared_texts
from workflow.excel.xlsx.references import cell_index
from workflow.excel.xlsx.xml import MAIN
from workflow.model.catalogue import Code
from workflow.model.cells import CellIndex
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import Takes
from workflow.model.findings import Detail, Finding, Location
from workflow.model.indicators.indicator import Indicator
from workflow.model.raw import Area
from workflow.templates.layout import CORRECTION_SHEET
from workflow.templates.own.form import MarkedSheet, Repeat, marked
from workflow.templates.own.marks import (
    Mark,
    MarkKind,
    UnknownMark,
    Words,
    has_mark,
    names_indicator,
    torn_mark,
)
from workflow.templates.own.package.digits import normal_font
from workflow.templates.own.package.sheet import range_of
from workflow.templates.own.workbook import OwnWorkbook

if TYPE_CHECKING:
    from lxml.etree import _Element

_LEAST_SIZE = 9.0
"""Points of the smallest letters in which an answer must find room."""
_USUAL_WIDTH, _USUAL_HEIGHT, _USUAL_DIGIT = 9.14, 18.75, 8
_LOST_OF_SHEET = {
    "table": "テーブル（「範囲に変換」してください）",
    "pivotTable": "ピボットテーブル",
    "queryTable": "外部データの取り込み",
    "slicer": "スライサー",
    "oleObject": "埋め込まれたファイル",
    "control": "ActiveXコントロール",
}
_LINKED = "externalLink"
_TO_A_FILE = re.compile(r"(?<![\w\]])\[\d+\]")
"""What a formula calls another file: its number in the list of links."""
_AS_IN_HANDBACK = f"差戻しのときに加えるシートと同じ名前（{CORRECTION_SHEET}）のシート"
_LOST_OF_BOOK = {
    "vbaProject": "マクロ",
    _LINKED: "ほかのファイルへのリンク",
    "connections": "外部データの接続",
    "pivotCacheDefinition": "ピボットテーブル",
}


def check_own_form(
    own: OwnWorkbook, words: Words, indicators: Sequence[Indicator] = ()
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a marked workbook in a plan, or worth another look.

    Indicators are the plan's.
    """
    sheets = marked(own.form, words)
    package = Package(own.content)
    found = [
        *(f for sheet in sheets for f in _marks(sheet, indicators)),
        *_on_our_sheet(sheets, indicators),
        *_of_no_indicator(sheets, indicators),
        *_covered(own, package),
        *_twice(sheets),
        *_unasked(sheets, words),
        *_without_ids(sheets),
        *_narrow(sheets, package, words),
        *_lost(sheets, package),
    ]
    found = [replace(f, location=replace(f.location, file=own.name)) for f in found]
    return tuple(sorted(found, key=lambda f: (f.location.sheet, f.location.row, f.location.column)))


def _finding(code: Code, sheet: str = "", cell: CellIndex = (0, 0), **details: Detail) -> Finding:
    location = Location(sheet=sheet, row=cell[0], column=cell[1])
    return Finding(code, location, details)


def _marks(sheet: MarkedSheet, indicators: Sequence[Indicator]) -> Iterator[Finding]:
    """Yield the marks that say nothing, and those to fill that share a cell with something else."""
    name = sheet.name
    for cell, found in sheet.found.items():
        text = sheet.sheet.cells[cell]
        for mark in found:
            if isinstance(mark, UnknownMark):
                yield _unknown(mark, name, cell, indicators)
        if torn_mark(text):
            yield _finding(Code.OWN_MARK_TORN, name, cell, value=text)
        asks = any(isinstance(m, Mark) and m.kind is MarkKind.ENTRY for m in found)
        if asks and (len(found) > 1 or not _is_alone(text)):
            yield _finding(Code.OWN_MARK_NOT_ALONE, name, cell, value=text)


def _unknown(
    mark: UnknownMark, sheet: str, cell: CellIndex, indicators: Sequence[Indicator]
) -> Finding:
    """Return why a mark says nothing: a field is misspelt, or an indicator is named."""
    if names_indicator(mark.text, [one.name for one in indicators]):
        return _finding(Code.OWN_MARK_INDICATOR, sheet, cell, mark=mark.text)
    return _finding(Code.OWN_MARK_UNKNOWN, sheet, cell, mark=mark.text, nearest=mark.nearest)


def _on_our_sheet(
    sheets: Sequence[MarkedSheet], indicators: Sequence[Indicator]
) -> Iterator[Finding]:
    """Yield how many indicators have no place on the form, so that our sheet asks for them."""
    numbers = {mark.which for mark in _indicator_marks(sheets) if not mark.asks_remark}
    counts = Counter(one.item for one in indicators)
    by_item = Counter[str]()
    left = 0
    for one in indicators:
        by_item[one.item] += 1
        is_only = counts[one.item] == 1 and 0 in numbers
        left += not (is_only or by_item[one.item] in numbers)
    if left:
        yield _finding(Code.OWN_INDICATORS_ON_SHEET, total=len(indicators), found=left)


def _of_no_indicator(
    sheets: Sequence[MarkedSheet], indicators: Sequence[Indicator]
) -> Iterator[Finding]:
    """Yield the marks for which no item has an indicator, or none that asks for a remark."""
    counts = Counter(one.item for one in indicators)
    most = max(counts.values(), default=0)
    has_remark = any(one.remark for one in indicators)
    for sheet in sheets:
        for cell, mark in sheet.of(MarkKind.ENTRY).items():
            is_lost = mark.which > most or not indicators or (mark.asks_remark and not has_remark)
            if mark.asks_indicator and is_lost:
                yield _finding(Code.OWN_INDICATOR_NONE, sheet.name, cell, name=mark.name)


def _indicator_marks(sheets: Sequence[MarkedSheet]) -> Iterator[Mark]:
    marks = (mark for sheet in sheets for mark in sheet.of(MarkKind.ENTRY).values())
    return (mark for mark in marks if mark.asks_indicator)


def _is_alone(text: str) -> bool:
    plain = text.strip()
    return plain.startswith(("{{", "｛｛")) and plain.endswith(("}}", "｝｝"))


def _covered(own: OwnWorkbook, package: Package) -> Iterator[Finding]:
    """Yield the marks that nobody sees: in a merged cell, only the first one shows its text."""
    texts = shared_texts(package)
    for part in package.sheets:
        areas = next((s.merged for s in own.form.sheets if s.name == part.name), ())
        if not areas or not part.holds_cells:
            continue
        for cell in package.tree(part.part).iter(f"{MAIN}c"):
            at = cell_index(cell.get("r", "A1"))
            area = next((a for a in areas if a.holds(*at)), None)
            if area and (area.top, area.left) != at and has_mark(_text(cell, texts)):
                yield _finding(Code.OWN_MARK_COVERED, part.name, at, area=range_of(area))


def _text(cell: _Element, texts: Sequence[str]) -> str:
    stored = "".join(cell.itertext())
    is_shared = cell.get("t") == "s" and stored.isdecimal() and int(stored) < len(texts)
    return texts[int(stored)] if is_shared else stored


def _twice(sheets: Sequence[MarkedSheet]) -> Iterator[Finding]:
    """Yield where a field is asked a second time: nobody would know which answer counts."""
    first: dict[str, tuple[str, CellIndex]] = {}
    for sheet in sheets:
        for cell, marks in sheet.marks.items():
            for mark in marks:
                if mark.kind is not MarkKind.ENTRY:
                    continue
                known = first.setdefault(mark.asked, (sheet.name, cell))
                if known != (sheet.name, cell):
                    yield _finding(
                        Code.OWN_MARK_TWICE, sheet.name, cell, name=mark.name, other=known[0]
                    )


def _unasked(sheets: Sequence[MarkedSheet], words: Words) -> Iterator[Finding]:
    """Yield the fields without a place: departments could not answer them."""
    placed = {
        mark.key
        for sheet in sheets
        for marks in sheet.marks.values()
        for mark in marks
        if mark.kind is MarkKind.ENTRY
    }
    for field in words.form.fields:
        if field.key not in placed:
            needed = field.required or field.required_when is not None
            code = Code.OWN_PLACE_MISSING if needed else Code.OWN_PLACE_LEFT_OUT
            yield _finding(code, name=field.label)


def _without_ids(sheets: Sequence[MarkedSheet]) -> Iterator[Finding]:
    """Yield the lists whose rows do not say which item they are."""
    for sheet in sheets:
        entries = sheet.of(MarkKind.ENTRY)
        if entries and not sheet.of(MarkKind.ID):
            yield _finding(Code.OWN_NO_ID, sheet.name, next(iter(entries)))


# Whether an answer finds room.


def _narrow(sheets: Sequence[MarkedSheet], package: Package, words: Words) -> Iterator[Finding]:
    fields = {field.key: field for field in words.form.fields}
    parts = {part.name: part.part for part in package.sheets if part.holds_cells}
    digit = _digit(package)
    for sheet in sheets:
        entries = sheet.of(MarkKind.ENTRY)
        if entries and sheet.name in parts:
            room = _Room(package, parts[sheet.name], digit)
            for cell, mark in entries.items():
                if mark.asks_indicator:
                    continue
                yield from _too_small(sheet, cell, fields[mark.key], room)


def _digit(package: Package) -> int:
    """Return the pixels of a digit, in which the columns are measured."""
    related = (r.target for r in package.relations(package.book) if r.kind == "styles")
    part = next(related, "")
    return normal_font(package.tree(part)).digit if part else _USUAL_DIGIT


def _too_small(sheet: MarkedSheet, cell: CellIndex, field: Field, room: _Room) -> Iterator[Finding]:
    rules = field.cell_rules
    if rules.takes is not Takes.TEXT or not isinstance(rules.maximum, int):
        return
    area = sheet.sheet.area(cell)
    width, height = room.of(area)
    if height is None:
        return
    characters = characters_in(width, _LEAST_SIZE)
    needed = row_height([("あ" * rules.maximum, characters)], _LEAST_SIZE)
    if needed > height:
        holds = int(characters) * max(1, int((height - 3) // 11.25))
        yield _finding(
            Code.OWN_PLACE_SMALL,
            sheet.name,
            cell,
            name=field.label,
            limit=rules.maximum,
            found=min(holds, rules.maximum - 1),
        )


class _Room:
    """How wide and high the cells of a sheet are."""

    def __init__(self, package: Package, part: str, digit: int) -> None:
        self._digit = digit
        root = package.tree(part)
        usual = root.find(f"{MAIN}sheetFormatPr")
        given = usual.attrib if usual is not None else {}
        self._width = float(given.get("defaultColWidth", _USUAL_WIDTH))
        self._height = float(given.get("defaultRowHeight", _USUAL_HEIGHT))
        self._columns = [
            (int(c.get("min", "1")), int(c.get("max", "1")), float(c.get("width", self._width)))
            for c in root.iterfind(f"{MAIN}cols/{MAIN}col")
        ]
        self._rows: Mapping[int, float] = {
            int(r.get("r", "0")): float(r.get("ht", self._height))
            for r in root.iterfind(f"{MAIN}sheetData/{MAIN}row")
            if r.get("ht") and r.get("customHeight") in ("1", "true")
        }

    def of(self, area: Area) -> tuple[float, float | None]:
        """Return the pixels an area is wide and the points it is high; None where it grows.

        A row grows with the text of a cell that is not merged, unless its height was set.
        """
        digits = sum(map(self._column, range(area.left, area.right + 1)))
        width = digits * self._digit
        if area.top == area.bottom and area.left == area.right and area.top not in self._rows:
            return width, None
        rows = range(area.top, area.bottom + 1)
        return width, sum(self._rows.get(row, self._height) for row in rows)

    def _column(self, column: int) -> float:
        found = (width for low, high, width in self._columns if low <= column <= high)
        return next(found, self._width)


# What would be lost or could not be repeated.


def _lost(sheets: Sequence[MarkedSheet], package: Package) -> Iterator[Finding]:
    yield from _lost_of_book(package)
    repeating = {sheet.name for sheet in sheets if sheet.repeat is not Repeat.NOTHING}
    for part in package.sheets:
        if part.name == CORRECTION_SHEET:
            yield _finding(Code.OWN_NOT_KEPT, part.name, what=_AS_IN_HANDBACK)
        if not part.holds_cells:
            yield _finding(Code.OWN_NOT_KEPT, part.name, what="グラフだけのシート")
        elif part.name in repeating:
            kinds = dict.fromkeys(r.kind for r in package.relations(part.part))
            for what in dict.fromkeys(filter(None, map(_LOST_OF_SHEET.get, kinds))):
                yield _finding(Code.OWN_NOT_KEPT, part.name, what=what)


def _lost_of_book(package: Package) -> Iterator[Finding]:
    kinds = dict.fromkeys(relation.kind for relation in package.relations(package.book))
    for kind in kinds:
        if what := _LOST_OF_BOOK.get(kind):
            cells = list(_linked_cells(package)) if kind == _LINKED else []
            for sheet, cell in cells or [("", (0, 0))]:
                yield _finding(Code.OWN_NOT_KEPT, sheet, cell, what=what)


def _linked_cells(package: Package) -> Iterator[tuple[str, CellIndex]]:
    """Yield the cells whose formulas lead to other files."""
    for part in package.sheets:
        if part.holds_cells:
            for formula in package.tree(part.part).iter(f"{MAIN}f"):
                cell = formula.getparent()
                if cell is not None and _TO_A_FILE.search(formula.text or ""):
                    yield part.name, cell_index(cell.get("r", "A1"))
