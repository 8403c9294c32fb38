"""plan.xlsx → Document: every cell's value goes to its pointer, and its cell is kept beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import a1, a1_ranges, folded
from workflow.model.fields.declarations import PlanColumn
from workflow.model.findings import Detail, Finding, Location
from workflow.plan.book.cells import Cell, Holds, Sheet, read_sheets
from workflow.plan.book.columns import Setting, Spread, Table
from workflow.plan.book.layout import (
    DEPARTMENTS,
    FIELDS,
    HINT_LABEL,
    ITEM_SHEET,
    PLAN_SHEET,
    SETTING_LABEL,
    SETTINGS,
    SHEETS,
    VALUE_LABEL,
    item_table,
    label_of,
)
from workflow.plan.book.named_departments import KnownDepartments
from workflow.plan.book.values import (
    axis_labels,
    field_labels,
    format_value,
    parse_cell,
    understood,
)
from workflow.plan.book.written_days import day_near, written_day
from workflow.plan.book.written_once import Columns, Meant, Row, as_meant
from workflow.plan.department_codes import department_codes
from workflow.plan.document import Correction, Document, Node, ReadAs, child, keys
from workflow.plan.municipality import municipalities_named

_HEADER_SEARCH_ROWS = 30


def read_book(content: bytes, file: str) -> Document:
    """Return the document a plan.xlsx spells. Raises PlanError when it is no readable workbook."""
    reading = _Reading(file)
    sheets = read_sheets(content, file, SHEETS)
    for name in SHEETS:
        if name not in sheets:
            reading.note(Code.PLAN_MISSING_SHEET, Location(file=file, sheet=name), name=name)
    _read_sheet(reading, sheets, DEPARTMENTS)  # first: the others name departments
    _make_codes(reading)
    reading.departments = _known_departments(reading.content)
    if PLAN_SHEET in sheets:
        _read_settings(reading, sheets[PLAN_SHEET])
    for pointer in ("/plan", *(setting.pointer for setting in SETTINGS)):
        reading.locations.setdefault(pointer, Location(file=file, sheet=PLAN_SHEET))
    for table in _tables(reading):
        _read_sheet(reading, sheets, table)
    _complete_days(reading)
    _find_city(reading)
    _name_fields_by_key(reading.content)
    return Document(
        reading.content,
        file,
        reading.locations,
        (*reading.findings, *_notes_of(reading)),
        tuple(reading.corrections.values()),
    )


def _read_sheet(reading: _Reading, sheets: Mapping[str, Sheet], table: Table) -> None:
    if table.sheet in sheets:
        _read_table(reading, sheets[table.sheet], table)
    reading.locations.setdefault(table.pointer, Location(file=reading.file, sheet=table.sheet))


def _known_departments(content: Mapping[str, Any]) -> KnownDepartments:
    departments = Node(content)["departments"].elements
    return KnownDepartments(
        (d["code"].text, [name.text for name in (d["name"], *d["formerly"].elements)])
        for d in departments
        if d["code"].text
    )


def _make_codes(reading: _Reading) -> None:
    """Give every department without a code the one that its name makes."""
    departments = reading.content["departments"]
    taken = [d["code"] for d in departments if "code" in d]
    unnamed = [n for n, d in enumerate(departments) if "code" not in d and "name" in d]
    codes = department_codes((departments[n]["name"] for n in unnamed), taken)
    for number in unnamed:
        name = departments[number]["name"]
        departments[number]["code"] = codes[name]
        _take_named(reading, f"{DEPARTMENTS.pointer}/{number}/code", name, codes[name])


def _find_city(reading: _Reading) -> None:
    """Find the code of the municipality by its name, where the list has one alone of that name."""
    city, pointer = reading.content["plan"]["municipality"], "/plan/municipality/code"
    if "code" in city or "name" not in city or pointer not in reading.locations:
        return
    found = municipalities_named(city["name"])
    if len(found) == 1:
        city["code"] = found[0].code
        _take_named(reading, pointer, city["name"], found[0].code)
    elif found:
        reading.note(
            Code.PLAN_CITY_UNCLEAR,
            reading.locations[pointer],
            value=city["name"],
            others=tuple(municipality.prefecture for municipality in found),
            example=found[0].full_name,
        )


def _take_named(reading: _Reading, pointer: str, name: str, code: str) -> None:
    location = reading.locations[pointer]
    if location.column and location.row:
        reading.correct(location, label_of(pointer), ReadAs.NAMED, code, ((name, code),))


def _complete_days(reading: _Reading) -> None:
    """Read a deadline without a year where the other one, with its year, leaves no doubt."""
    plan = reading.content["plan"]
    pointers = ("/plan/deadline", "/plan/correction_deadline")
    written = [plan.get(keys(pointer)[-1]) for pointer in pointers]
    for at, (text, other) in enumerate(zip(written, reversed(written), strict=True)):
        known = written_day(other) if isinstance(other, str) else None
        day = day_near(text, known, is_later=at == 1) if isinstance(text, str) and known else None
        if day:
            plan[keys(pointers[at])[-1]] = day.isoformat()
            pairs = ((text, day.isoformat()),)
            location = reading.locations[pointers[at]]
            label = label_of(pointers[at])
            reading.correct(location, label, ReadAs.DAY, day.isoformat(), pairs)


_NOTED = {
    ReadAs.NUMBER: Code.PLAN_NUMBER_READ,
    ReadAs.DEPARTMENT: Code.PLAN_DEPARTMENT_READ,
    ReadAs.DAY: Code.PLAN_DAY_READ,
    ReadAs.ONE_LINE: Code.PLAN_SPELLING_READ,
    ReadAs.NAMED: Code.PLAN_CODE_MADE,
}


def _notes_of(reading: _Reading) -> Iterator[Finding]:
    """Yield how cells were read that are spelled otherwise, once for each way and column."""
    groups: dict[tuple[str, str, ReadAs], list[Correction]] = {}
    for correction in sorted(reading.corrections.values(), key=_order):
        if correction.read_as in _NOTED:
            key = (correction.location.sheet, correction.label, correction.read_as)
            groups.setdefault(key, []).append(correction)
    for (sheet, label, read_as), corrections in groups.items():
        pairs = dict(pair for correction in corrections for pair in correction.pairs)
        shown = (f"「{' '.join(was.split())}」→「{now}」" for was, now in pairs.items())
        details: dict[str, Detail] = {
            "name": label,
            "count": len(corrections),
            "pairs": tuple(shown),
        }
        places = [(c.location.row, c.location.column) for c in corrections]
        yield Finding(_NOTED[read_as], _at_places(reading.file, sheet, places), details)


def _order(correction: Correction) -> tuple[int, int, int]:
    at = correction.location
    return SHEETS.index(at.sheet), at.column, at.row


def _at_places(file: str, sheet: str, places: Iterable[tuple[int, int]]) -> Location:
    """Return several cells of a sheet as one location."""
    return Location(file=file, sheet=sheet, part="、".join(a1_ranges(places)))


def _name_fields_by_key(content: dict[str, Any]) -> None:
    """Store the keys of the fields that people name by their labels in 集計表 and conditions."""
    root = Node(content)
    axes = {label: key for key, label in axis_labels(root).items()}
    for matrix in content.get("matrices", ()):
        for axis in ("rows", "columns"):
            if axis in matrix:
                matrix[axis] = axes.get(matrix[axis], matrix[axis])
    named = {label: key for key, label in field_labels(root).items()}
    fields = content.get("form", {}).get("fields", ())
    conditions = [field.get("required_when") for field in fields]
    conditions += [check.get("when") for check in content.get("checks", ())]
    for condition in conditions:
        if condition and isinstance(name := condition.get("field"), str):
            condition["field"] = named.get(name, name)


def _tables(reading: _Reading) -> tuple[Table, ...]:
    levels = tuple(node.text for node in Node(reading.content)["levels"].elements)
    if levels:
        return (item_table(levels), FIELDS)
    location = reading.locations["/items"] = Location(file=reading.file, sheet=ITEM_SHEET)
    reading.note(Code.PLAN_LEVELS_UNKNOWN, location)
    return (FIELDS,)


_IN_TEXT = {
    True: (Holds.TEXT, Holds.NOTHING, Holds.NUMBER),
    False: (Holds.TEXT, Holds.NOTHING),
}
"""What may stand where a text is asked, by whether that may be a number."""


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    file: str
    content: dict[str, Any] = field(
        default_factory=lambda: {
            "plan": {"municipality": {}},
            "levels": [],
            "departments": [],
            "items": [],
            "form": {"fields": []},
        }
    )
    locations: dict[str, Location] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    departments: KnownDepartments = field(default_factory=lambda: KnownDepartments(()))
    corrections: dict[Location, Correction] = field(default_factory=dict)

    def note(self, code: Code, location: Location, **details: Detail) -> None:
        self.findings.append(Finding(code, location, details))

    def location(self, sheet: str, cell: Cell) -> Location:
        return Location(file=self.file, sheet=sheet, row=cell.row, column=cell.column)

    def repeated(self, sheet: str, cell: Cell, what: str, first: str) -> None:
        """Note that a cell says again what the first one says, which an A1 reference names."""
        location = self.location(sheet, cell)
        self.note(Code.PLAN_DUPLICATE, location, what=what, value=cell.text, other=first)

    def take(self, pointer: str, sheet: str, cell: Cell, like: Setting | PlanColumn) -> None:
        """Store what a cell says at a pointer, and say so when it holds the wrong kind of thing."""
        location = self.locations[pointer] = self.location(sheet, cell)
        if cell.holds is Holds.FORMULA:
            self.note(Code.PLAN_FORMULA, location)
        elif like.kind.is_text and cell.holds not in _IN_TEXT[like.kind.takes_numbers]:
            self._note_no_text(location, cell)
        said = understood(cell, like.kind, like.words, self.departments)
        if said.value is None:
            self.put_blank(pointer, like)
            return
        if said.read_as:
            text = format_value(said.value, like.kind, like.words)
            self.correct(location, like.label, said.read_as, text, said.pairs)
        self.put(pointer, said.value)

    def _note_no_text(self, location: Location, cell: Cell) -> None:
        if isinstance(cell.value, datetime) and cell.value.time() == time():
            guess = f"{cell.value.month}-{cell.value.day}"
            self.note(Code.PLAN_DATE_FOR_TEXT, location, value=cell.value.date(), guess=guess)
        else:
            self.note(Code.PLAN_NOT_TEXT, location, kind=cell.holds.value, value=cell.text)

    def correct(
        self,
        location: Location,
        label: str,
        read_as: ReadAs,
        text: str,
        pairs: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Keep how a cell was read; a cell filled from the one above it is said to be that."""
        filled = self.corrections.get(location)
        if filled:
            label, read_as, pairs = filled.label, filled.read_as, filled.pairs
        self.corrections[location] = Correction(location, label, read_as, text, pairs)

    def put_blank(self, pointer: str, like: Setting | PlanColumn) -> None:
        """Store what an empty cell stands for; most leave their key out."""
        if like.blank is not None:
            self.put(pointer, like.blank)

    def put(self, pointer: str, value: object) -> None:
        """Store a value; the objects and lists on the way to it are made as needed."""
        *way, last = keys(pointer)
        container: dict[str, Any] | list[Any] = self.content
        for key, following in pairwise([*way, last]):
            container = _entered(container, key, [] if following.isdecimal() else {})
        if isinstance(container, list):
            container.append(value)
        else:
            container[last] = value


def _entered(
    container: dict[str, Any] | list[Any], key: str, new: dict[str, Any] | list[Any]
) -> dict[str, Any] | list[Any]:
    """Return what a container holds under a key, after putting the new thing there if needed."""
    inside: dict[str, Any] | list[Any]
    if isinstance(container, dict):
        inside = container.setdefault(key, new)
    else:
        if int(key) == len(container):
            container.append(new)
        inside = container[int(key)]
    return inside


# --- 計画: one setting per row


def _read_settings(reading: _Reading, sheet: Sheet) -> None:
    header = _Header.of(sheet, (SETTING_LABEL, VALUE_LABEL, HINT_LABEL))
    if not _complete(reading, sheet, header, (SETTING_LABEL, VALUE_LABEL)):
        return
    settings = {folded(setting.label): setting for setting in SETTINGS}
    seen: dict[str, Cell] = {}
    for row in header.rows_below(sheet):
        name = row[header.columns[folded(SETTING_LABEL)]]
        values = _values(row, header)
        setting = settings.get(folded(name.text))
        if setting is None:
            if name.text.strip() or any(cell.text.strip() for cell in values):
                location = reading.location(sheet.name, name)
                reading.note(Code.PLAN_UNKNOWN_SETTING, location, value=name.text)
        elif setting.label in seen and setting.spread in (Spread.ONE, Spread.ACROSS):
            reading.repeated(sheet.name, name, "設定", seen[setting.label].ref)
        else:
            seen[setting.label] = name
            _read_setting(reading, sheet.name, setting, values)


def _values(row: Sequence[Cell], header: _Header) -> tuple[Cell, ...]:
    """Return the value cells of a row, two at least."""
    first = header.columns[folded(VALUE_LABEL)]
    hint = header.columns.get(folded(HINT_LABEL), len(row))
    values = tuple(row[first : hint if hint > first else len(row)])
    first_cell = values[0]
    blank = Cell(first_cell.row, first_cell.column, Holds.NOTHING)
    return values if len(values) > 1 else (*values, blank)


def _read_setting(
    reading: _Reading, sheet: str, setting: Setting, values: tuple[Cell, ...]
) -> None:
    pointer = setting.pointer
    reading.locations.setdefault(pointer, reading.location(sheet, values[0]))
    filled = [c for c in values if parse_cell(c, setting.kind, setting.words) is not None]
    extra: Sequence[Cell] = ()
    if setting.spread is Spread.ACROSS:
        for number, cell in enumerate(filled):
            reading.take(child(pointer, number), sheet, cell, setting)
    elif setting.spread is Spread.ONE:
        reading.take(pointer, sheet, (filled or values)[0], setting)
        extra = filled[1:]
    elif filled:
        take_row = _take_parts if setting.spread is Spread.ROWS else _take_member
        take_row(reading, sheet, setting, values)
        extra = [cell for cell in filled if cell not in values[: len(setting.parts) or 2]]
    for cell in extra:
        reading.note(Code.PLAN_EXTRA_VALUE, reading.location(sheet, cell), value=cell.text)


def _take_parts(reading: _Reading, sheet: str, setting: Setting, values: tuple[Cell, ...]) -> None:
    entry = child(setting.pointer, len(Node(reading.content).at(setting.pointer).elements))
    reading.put(entry, {})
    reading.locations[entry] = reading.location(sheet, values[0])
    for part, cell in zip(setting.parts, values, strict=False):
        reading.take(entry + part.key, sheet, cell, part)


def _take_member(reading: _Reading, sheet: str, setting: Setting, values: tuple[Cell, ...]) -> None:
    if Node(reading.content).at(setting.pointer).value is None:
        reading.put(setting.pointer, {})
    name, value = values[:2]
    pointer = child(setting.pointer, name.text.strip())
    if pointer in reading.locations:
        first = reading.locations[pointer]
        reading.repeated(sheet, name, setting.label, a1(first.row, first.column))
    else:
        reading.take(pointer, sheet, value, setting)


# --- 担当課, 取組内容, 様式: one entry per row


@dataclass(frozen=True, slots=True)
class _Header:
    """Where a header row is, and which column has which label (folded)."""

    row: int
    columns: Mapping[str, int]

    @classmethod
    def of(cls, sheet: Sheet, labels: Sequence[str]) -> _Header:
        """Return the row with the most of these labels; above everything if there is none."""
        wanted = {folded(label) for label in labels}
        best = cls(-1, {})
        for number, row in enumerate(sheet.rows[:_HEADER_SEARCH_ROWS]):
            columns: dict[str, int] = {}
            for column, cell in enumerate(row):
                if folded(cell.text) in wanted:
                    columns.setdefault(folded(cell.text), column)
            if len(columns) > len(best.columns):
                best = cls(number, columns)
        return best

    def rows_below(self, sheet: Sheet) -> tuple[tuple[Cell, ...], ...]:
        return sheet.rows[self.row + 1 :] if self.columns else ()

    def location(self, file: str, sheet: Sheet) -> Location:
        if not self.columns:
            return Location(file=file, sheet=sheet.name)
        first = sheet.rows[self.row][0]
        return Location(file=file, sheet=sheet.name, row=first.row, column=first.column)


def _complete(reading: _Reading, sheet: Sheet, header: _Header, labels: Sequence[str]) -> bool:
    """Note which labels are missing or stand there twice; return whether none is missing."""
    location = header.location(reading.file, sheet)
    missing = [label for label in labels if folded(label) not in header.columns]
    for label in missing:
        reading.note(Code.PLAN_MISSING_COLUMN, location, name=label)
    row = sheet.rows[header.row] if header.columns else ()
    for column, cell in enumerate(row):
        first = header.columns.get(folded(cell.text), column)
        if first != column:
            reading.repeated(sheet.name, cell, "見出し", row[first].ref)
    return not missing


def _read_table(reading: _Reading, sheet: Sheet, table: Table) -> None:
    labels = [column.label for column in table.all_columns]
    header = _Header.of(sheet, labels)
    _complete(reading, sheet, header, [c.label for c in table.all_columns if not c.optional])
    reading.locations[table.pointer] = header.location(reading.file, sheet)
    rows = _Rows(reading, sheet, header, table)
    entry = -1
    below: Sequence[Row] = header.rows_below(sheet)
    if table.levels:
        filled = [row for row in below if rows.has_any(row, table.columns)]
        below = _with_levels(rows, list(rows.items_and_headings(filled)))
    for row in below:
        if rows.has_any(row, table.columns):
            entry += 1
            rows.read_entry(row, entry)
        elif rows.has_any(row, table.details):
            rows.read_detail(row, entry)


def _with_levels(rows: _Rows, below: Sequence[Row]) -> Sequence[Row]:
    """Return the rows of a table with what people merged or wrote once, and note it once."""
    reading, sheet, table = rows.reading, rows.sheet, rows.table
    index = {c: rows.header.columns.get(folded(c.label)) for c in table.columns}
    known = {column: at for column, at in index.items() if at is not None}
    kinds = {column.key: at for column, at in known.items()}
    needed = ("/id", "/title", "/departments")
    if any(key not in kinds for key in needed):
        return below
    identity, _, departments = (kinds[key] for key in needed)
    meant = as_meant(
        below,
        sheet,
        Columns(
            identity=identity,
            levels=tuple(known[column] for column in table.levels if column in known),
            departments=departments,
            whole=tuple(at for at in known.values() if at != identity),
        ),
    )
    labels = {at: column.label for column, at in known.items()}
    _keep_corrections(rows, meant, labels)
    for code, found in (
        (Code.PLAN_FILLED_DOWN, meant.filled),
        (Code.PLAN_BLANK_UNCLEAR, meant.unclear),
        (Code.PLAN_ROWS_JOINED, {departments: meant.joined}),
        (Code.PLAN_ROW_UNCLEAR, {departments: meant.alone}),
    ):
        for at, cells in found.items():
            if cells:
                first = reading.location(sheet.name, cells[0])
                places = [(cell.row, cell.column) for cell in cells]
                if code.severity is Severity.INFO:
                    first = _at_places(reading.file, sheet.name, places)
                    reading.note(code, first, name=labels[at], count=len(places))
                else:
                    reading.note(code, first, name=labels[at], cells=a1_ranges(places))
    return meant.rows


def _keep_corrections(rows: _Rows, meant: Meant, labels: Mapping[int, str]) -> None:
    """Keep what is to be written into each cell that others speak for."""
    reading, sheet = rows.reading, rows.sheet.name
    unclear = {(cell.row, cell.column) for cells in meant.unclear.values() for cell in cells}
    read = [(row[at], row[at].text) for row in meant.rows for at in labels]
    for cell, text in (*read, *((cell, "") for cell in (*meant.joined, *meant.headings))):
        written = rows.sheet.rows[cell.row - 1][cell.column - 1]
        if text != written.text and (cell.row, cell.column) not in unclear:
            location = reading.location(sheet, cell)
            reading.correct(location, labels[cell.column - 1], ReadAs.OTHER_CELL, text)


_ASKED = frozenset({"/title", "/departments", "/pages", "/answer"})
"""What a row says that is an item, besides its number and its headings."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Reads the rows of one table into the entries of its list."""

    reading: _Reading
    sheet: Sheet
    header: _Header
    table: Table

    def cells(
        self, row: Sequence[Cell], columns: Sequence[PlanColumn]
    ) -> Iterator[tuple[PlanColumn, Cell | None]]:
        for column in columns:
            index = self.header.columns.get(folded(column.label))
            yield column, None if index is None else row[index]

    def has_any(self, row: Sequence[Cell], columns: Sequence[PlanColumn]) -> bool:
        return any(cell and cell.text.strip() for _, cell in self.cells(row, columns))

    def items_and_headings(self, below: Sequence[Row]) -> Iterator[Row]:
        """Yield the rows of 取組内容; note those that hold neither an item nor its heading.

        Such are notes and totals below the items, and numbers set down in advance.
        """
        asking = [number for number, row in enumerate(below) if not self._asks_nothing(row)]
        last = max(asking, default=-1)
        for number, row in enumerate(below):
            is_heading = number < last and self.has_any(row, self.table.levels)
            if number in asking or is_heading:
                yield row
                continue
            cell = next(cell for cell in row if cell.text.strip())
            location = self.reading.location(self.sheet.name, cell)
            self.reading.note(Code.PLAN_NOT_AN_ITEM, location, value=cell.text)

    def _asks_nothing(self, row: Row) -> bool:
        """Whether a row has neither title nor department, nor a merged cell in their place."""
        asked = [column for column in self.table.columns if column.key in _ASKED]
        cells = [cell for _, cell in self.cells(row, asked) if cell]
        if len(cells) < len(asked) or any(cell.text.strip() for cell in cells):
            return False
        return not any(area.holds(c.row, c.column) for c in cells for area in self.sheet.merged)

    def read_entry(self, row: Sequence[Cell], index: int) -> None:
        pointer = child(self.table.pointer, index)
        self.reading.put(pointer, {key: [] for key in self.table.lists})
        self._take_all(pointer, row, self.table.columns)
        if self.table.details:
            details = pointer + self.table.detail_key
            _, first = next(self.cells(row, self.table.details))
            if first:
                self.reading.locations[details] = self.reading.location(self.sheet.name, first)
            if self.has_any(row, self.table.details):
                self._read_detail_of(details, row)

    def read_detail(self, row: Sequence[Cell], index: int) -> None:
        if index >= 0:
            self._read_detail_of(child(self.table.pointer, index) + self.table.detail_key, row)
        else:
            location = self.reading.location(self.sheet.name, row[0])
            self.reading.note(Code.PLAN_ORPHAN_ROW, location)

    def _read_detail_of(self, pointer: str, row: Sequence[Cell]) -> None:
        detail = child(pointer, len(Node(self.reading.content).at(pointer).elements))
        self.reading.put(detail, {})
        self._take_all(detail, row, self.table.details)

    def _take_all(self, pointer: str, row: Sequence[Cell], columns: Sequence[PlanColumn]) -> None:
        self.reading.locations[pointer] = self.reading.location(self.sheet.name, row[0])
        for column, cell in self.cells(row, columns):
            if cell:
                self.reading.take(pointer + column.key, self.sheet.name, cell, column)
            else:
                # Where its absence was noted, so what follows from it is not noted again.
                location = self.header.location(self.reading.file, self.sheet)
                self.reading.locations[pointer + column.key] = location
                self.reading.put_blank(pointer + column.key, column)
