"""The city's workbook + one department's layout → its template. The same input, the same bytes.

The workbook is edited as the package it is: whatever the city drew, pasted or set in it stays. Only
marked cells change, sheets and rows are repeated, and everything is locked but what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, time
from functools import partial

from lxml.etree import _Element, fromstring

from workflow.excel.xlsx.xml import MAIN
from workflow.model.cells import column_letters, quoted_sheet
from workflow.model.years import JST
from workflow.templates.filling import Filling
from workflow.templates.layout import (
    DIGEST_PROPERTY,
    MADE_FROM_PROPERTY,
    NUMBER_PROPERTY,
)
from workflow.templates.own.beside import each_link, linked_cells, move_down
from workflow.templates.own.form import ID_NAME, NUMBER_CELL_NAME, Repeat, answer_name
from workflow.templates.own.layout import IssuedSheet, OwnLayout
from workflow.templates.own.our_sheets import own_cover, own_indicators
from workflow.templates.own.package.digits import normal_font
from workflow.templates.own.package.graft import put_first, put_last
from workflow.templates.own.package.looks import Looks
from workflow.templates.own.package.parts import SHEET_PART, Parts, write_core, write_properties
from workflow.templates.own.package.rows import (
    Repetition,
    names_sheet,
    rename_in,
    renamed,
    repeat_rows,
    spread_here,
    spread_name,
)
from workflow.templates.own.package.rules import add_rules
from workflow.templates.own.package.sheet import SheetTree, cells_of, write_number
from workflow.templates.sheets.corrections import made_from_text

_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ID = f"{{{_RELATED}}}id"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_PROTECTION = {
    "sheet": "1",
    "objects": "1",
    "scenarios": "1",
    "formatColumns": "0",
    "formatRows": "0",
    "autoFilter": "0",
}


def own_template_bytes(own: OwnLayout, content: bytes, filling: Filling) -> bytes:
    """Return a template on the city's own form as an .xlsx file."""
    return _Book(own, content, filling).packed()


class _Book:
    """The workbook while it becomes a template."""

    def __init__(self, own: OwnLayout, content: bytes, filling: Filling) -> None:
        self.own, self.filling = own, filling
        self.parts = Parts(content)
        self.book = self.parts.related("", "officeDocument")
        self.tree = self.parts.tree(self.book)
        styles = self.parts.related(self.book, "styles")
        self._styles_part, self.looks = styles, Looks(self.parts.tree(styles))
        self.looks.lock_all()
        targets = {e.get("Id", ""): to for e, _, to in self.parts.relations(self.book)}
        around = self.tree.find(f"{MAIN}sheets")
        assert around is not None
        self._around = around
        self._listed = {e.get("name", ""): e for e in around}
        self._part_of = {name: targets[e.get(_ID, "")] for name, e in self._listed.items()}
        self._templates: dict[str, _Element] = {}
        self._names: list[tuple[str, str, str]] = []  # name, sheet, reference
        self._lists = self._choices()

    def packed(self) -> bytes:
        """Return the bytes of the template."""
        parts_of = self._sheet_parts()
        for sheet in self.own.sheets:
            self._write(sheet, parts_of[sheet.name])
        self._list_sheets(parts_of)
        self._write_names()
        self._settle_book()
        if self.own.indicators:
            made = own_indicators(self.own.indicators, self.filling)
            put_last(self.parts, self.looks, made)
        if self.own.cover_sheet:
            cover = own_cover(self.own, self.filling, normal_font(self.looks.root).share)
            put_first(self.parts, self.looks, cover)
        self.parts.put(self._styles_part, self.looks.root)
        self._settle_texts()
        self._stamp()
        return self.parts.packed()

    # Sheets.

    def _sheet_parts(self) -> dict[str, str]:
        """Return the part of each sheet as issued; the first of those that repeat is the city's."""
        taken: set[str] = set()
        found = {}
        for sheet in self.own.sheets:
            source = self._part_of[sheet.source.name]
            self._templates.setdefault(source, self.parts.tree(source))
            found[sheet.name] = self.parts.copy(source) if source in taken else source
            taken.add(source)
        return found

    def _write(self, sheet: IssuedSheet, part: str) -> None:
        source = sheet.source
        root = self._templates[self._part_of[source.name]]
        tree = SheetTree(deepcopy(root) if source.repeat is Repeat.SHEET else root)
        if source.repeat is Repeat.ROWS:
            repetition = Repetition(*source.block, len(sheet.items))
            repeat_rows(tree, repetition)
            move_down(self.parts, part, tree, repetition)
            self._rewrite_charts(part, lambda f: spread_here(f, sheet.name, repetition))
        self._write_cells(tree, sheet)
        if sheet.answers:
            add_rules(tree, self.own, sheet, self._lists, self.looks)
        for at in linked_cells(self.parts, part):  # a box over a locked cell cannot be ticked
            stored = tree.cell(at)
            stored.set("s", self.looks.opened(stored.get("s", "0")))
        self._protect(tree)
        if sheet.items and not self.own.shows_number:
            write_number(tree, str(self.own.layout.number))
        for view in tree.root.iter(f"{MAIN}sheetView"):
            view.attrib.pop("tabSelected", None)
        if sheet.name != source.name:
            rename_in(tree.root, source.name, sheet.name)
            follow = partial(renamed, old=source.name, new=sheet.name)
            self._rewrite_charts(part, follow)
            each_link(self.parts, part, follow)
        self.parts.put(part, tree.root)
        self._name_cells(sheet)

    def _write_cells(self, tree: SheetTree, sheet: IssuedSheet) -> None:
        source = sheet.source
        for at, text in sheet.page.items():
            if sheet.origin(at) in source.marks:
                tree.write(at, text)
        for at in sheet.empty:
            tree.write(at, "")
        rules = {key: field.cell_rules for key, field in self.own.fields.items()}
        for (item, key), at in sheet.answers.items():
            tree.write(at, self.filling.value(item, key))
            for cell in cells_of(sheet.area(at)):
                stored = tree.cell(cell)
                stored.set("s", self.looks.entry(stored.get("s", "0"), rules[key]))

    def _protect(self, tree: SheetTree) -> None:
        tree.take_out("sheetProtection")
        tree.take_out("protectedRanges")
        attributes = dict(_PROTECTION)
        if self.own.layout.lock_password:
            attributes["password"] = _password_hash(self.own.layout.lock_password)
        tree.put(tree.root.makeelement(f"{MAIN}sheetProtection", attributes))

    def _rewrite_charts(self, part: str, to: Callable[[str], str]) -> None:
        for name in _charts_below(self.parts, part):
            tree = self.parts.tree(name)
            for element in tree.iter("{*}f"):
                element.text = to(element.text or "")
            self.parts.put(name, tree)

    # The workbook.

    def _list_sheets(self, parts_of: Mapping[str, str]) -> None:
        ids = [int(e.get("sheetId", "0")) for e in self._around]
        listed = dict(self._listed)
        for element in list(self._around):
            self._around.remove(element)
        used: set[str] = set()
        for sheet in self.own.sheets:
            element = deepcopy(listed[sheet.source.name])
            if sheet.source.name in used:
                ids.append(max(ids) + 1)
                element.set("sheetId", str(ids[-1]))
                related = self.parts.relate(
                    self.book, f"{_RELATED}/worksheet", parts_of[sheet.name]
                )
                element.set(_ID, related)
            used.add(sheet.source.name)
            element.set("name", sheet.name)
            self._around.append(element)
        if self._choice_rows:
            part = self.parts.free(SHEET_PART)
            self.parts.add(part, self._choices_tree(), _SHEET_TYPE)
            related = self.parts.relate(self.book, f"{_RELATED}/worksheet", part)
            attributes = {"name": self.own.choices_sheet, "sheetId": str(max(ids) + 1)}
            attributes["state"] = "hidden"
            self._around.append(
                self._around.makeelement(f"{MAIN}sheet", attributes | {_ID: related})
            )

    def _name_cells(self, sheet: IssuedSheet) -> None:
        first: dict[str, list[tuple[int, int]]] = {}
        for (item, key), cell in sheet.answers.items():
            name = answer_name(sheet.marked.get((item, key), key))
            first.setdefault(name, []).append(cell)
        if sheet.ids:
            first[ID_NAME] = list(sheet.ids.values())
        if sheet.number:
            first[NUMBER_CELL_NAME] = [sheet.number]
        for name, cells in sorted(first.items()):
            top, bottom = min(cells), max(cells)
            reference = _absolute(top) if top == bottom else f"{_absolute(top)}:{_absolute(bottom)}"
            self._names.append((name, sheet.name, f"{quoted_sheet(sheet.name)}!{reference}"))

    def _write_names(self) -> None:
        """Write the names: those of the city's sheets follow their sheets."""
        old = [e.get("name", "") for e in self._listed.values()]
        found = self.tree.find(f"{MAIN}definedNames")
        kept = list(found) if found is not None else []
        around = self._fresh_names()
        for element in kept:
            for made in self._following(element, old):
                around.append(made)
        index = {sheet.name: at for at, sheet in enumerate(self.own.sheets)}
        for name, sheet, reference in self._names:
            attributes = {"name": name, "localSheetId": str(index[sheet])}
            element = around.makeelement(f"{MAIN}definedName", attributes)
            element.text = reference
            around.append(element)
        if not len(around):
            self.tree.remove(around)

    def _fresh_names(self) -> _Element:
        found = self.tree.find(f"{MAIN}definedNames")
        around = self.tree.makeelement(f"{MAIN}definedNames", {})
        if found is not None:
            found.addprevious(around)
            self.tree.remove(found)
            return around
        before = self.tree.find(f"{MAIN}externalReferences")
        before = before if before is not None else self.tree.find(f"{MAIN}sheets")
        assert before is not None
        before.addnext(around)
        return around

    def _following(self, element: _Element, old: list[str]) -> Iterator[_Element]:
        """Yield a name of the city's for each sheet that its own sheet became."""
        local = element.get("localSheetId")
        text = element.text or ""
        if local is None:
            repeated = {
                s.source.name
                for s in self.own.sheets
                if s.source.repeat is Repeat.SHEET and s.name != s.source.name
            }
            if not any(names_sheet(text, name) for name in repeated):
                yield element
            return
        source = old[int(local)]
        for at, sheet in enumerate(self.own.sheets):
            if sheet.source.name == source:
                made = deepcopy(element)
                made.set("localSheetId", str(at))
                made.text = renamed(text, source, sheet.name)
                if sheet.source.repeat is Repeat.ROWS:
                    repetition = Repetition(*sheet.source.block, len(sheet.items))
                    made.text = spread_name(made.text, repetition)
                yield made

    def _settle_book(self) -> None:
        for view in self.tree.iter(f"{MAIN}workbookView"):
            view.attrib.pop("activeTab", None)
            view.attrib.pop("firstSheet", None)
        lock = self.tree.find(f"{MAIN}workbookProtection")
        if lock is None:
            lock = self.tree.makeelement(f"{MAIN}workbookProtection", {})
            behind = self.tree.find(f"{MAIN}bookViews")
            behind = behind if behind is not None else self._around
            behind.addprevious(lock)
        lock.attrib.clear()
        lock.set("lockStructure", "1")
        chain = self.parts.related(self.book, "calcChain")
        if chain:
            self._unrelate("calcChain")
            self.parts.remove(chain)
        calculation = self.tree.find(f"{MAIN}calcPr")
        if calculation is not None:
            calculation.set("fullCalcOnLoad", "1")
        self.parts.put(self.book, self.tree)

    def _unrelate(self, kind: str) -> None:
        for element, found, _ in list(self.parts.relations(self.book)):
            root = element.getparent()
            if found == kind and root is not None:
                root.remove(element)
                self.parts.put(self.parts.relations_part(self.book), root)
                return

    def _settle_texts(self) -> None:
        """Empty the shared texts that held marks: the cells hold what stands there now."""
        part = self.parts.related(self.book, "sharedStrings")
        if not part:
            return
        root = self.parts.tree(part)
        for text in root.iterchildren(f"{MAIN}si"):
            whole = "".join(t.text or "" for t in text.iter(f"{MAIN}t"))
            if "{{" in whole or "｛｛" in whole:
                for child in list(text):
                    text.remove(child)
                text.append(text.makeelement(f"{MAIN}t", {}))
        self.parts.put(part, root)

    # Choices: where dropdowns and rules find their values.

    def _choices(self) -> dict[str, str]:
        self._choice_rows: list[tuple[str, str, str]] = []
        lists = {}
        for field in self.own.layout.answer_form.fields:
            if field.is_listed or field.dropdown:
                first = len(self._choice_rows) + 2
                for choice in field.dropdown:
                    self._choice_rows.append((field.label, choice.value, choice.meaning))
                last = len(self._choice_rows) + 1
                lists[field.key] = f"{quoted_sheet(self.own.choices_sheet)}!$B${first}:$B${last}"
        return lists

    def _choices_tree(self) -> _Element:
        tree = SheetTree(fromstring(f'<worksheet xmlns="{MAIN[1:-1]}"><sheetData/></worksheet>'))
        rows = (("項目", "選択肢", "意味"), *self._choice_rows)
        for row, texts in enumerate(rows, start=1):
            for column, text in enumerate(texts, start=1):
                if text:
                    tree.write((row, column), text)
        self._protect(tree)
        return tree.root

    # What the workbook says of itself.

    def _stamp(self) -> None:
        layout = self.own.layout
        properties = {NUMBER_PROPERTY: str(layout.number), DIGEST_PROPERTY: layout.digest}
        if self.filling.made_from:
            properties[MADE_FROM_PROPERTY] = made_from_text(self.filling)
        write_properties(self.parts, properties)
        midnight = datetime.combine(layout.issued_at.date(), time(), JST)
        moment = (self.filling.as_of or midnight).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        title = f"{layout.title} {layout.period} {layout.department.name}"
        write_core(self.parts, title, moment)
        application = self.parts.related("", "extended-properties")
        if application:
            tree = self.parts.tree(application)
            for element in list(tree):
                if str(element.tag).endswith(("}TitlesOfParts", "}HeadingPairs")):
                    tree.remove(element)
            self.parts.put(application, tree)


def _absolute(cell: tuple[int, int]) -> str:
    row, column = cell
    return f"${column_letters(column)}${row}"


def _charts_below(parts: Parts, part: str) -> Iterator[str]:
    for _, kind, to in parts.relations(part):
        if kind == "chart" and to:
            yield to
        elif kind == "drawing" and to:
            yield from _charts_below(parts, to)


def _password_hash(password: str) -> str:
    """Return the hash of a password as a sheet stores it (ECMA-376 Part 1, 18.2.29)."""
    digest = 0
    for letter in reversed(password):
        digest = ((digest >> 14) & 1) | ((digest << 1) & 0x7FFF)
        digest ^= ord(letter)
    digest = ((digest >> 14) & 1) | ((digest << 1) & 0x7FFF)
    return f"{digest ^ len(password) ^ 0xCE4B:X}"
