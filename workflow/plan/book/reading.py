"""What was read of plan.xlsx so far: the content, where each part stands, what was put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from workflow.model.catalogue import Code
from workflow.model.cells import a1_ranges, folded
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.model.findings import Detail, Finding, Location
from workflow.plan.book.cells import Cell, Holds, Sheet
from workflow.plan.book.columns import Setting
from workflow.plan.book.layout import sheet_order
from workflow.plan.book.values import NO_SPELLINGS, format_value, read_value
from workflow.plan.document import Correction, ReadAs, keys
from workflow.plan.written.bands import BandsError, parse_bands
from workflow.plan.written.named_departments import KnownDepartments
from workflow.python.dataclass import dataclass

_HEADER_SEARCH_ROWS = 30
_YEAR_DIGITS = 4
"""A key of so many digits is a fiscal year: no list is begun with such an index."""

_IN_TEXT = {
    True: (Holds.TEXT, Holds.NOTHING, Holds.NUMBER),
    False: (Holds.TEXT, Holds.NOTHING),
}
"""What may stand where a text is asked, by whether that may be a number."""


@dataclass(slots=True)
class Reading:
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
        """Keep what is to be said of a place."""
        self.findings.append(Finding(code, location, details))

    def location(self, sheet: str, cell: Cell) -> Location:
        """Return where a cell of a sheet is."""
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
        spellings = like.spellings if isinstance(like, PlanColumn) else NO_SPELLINGS
        read = read_value(cell, like.kind, like.words, self.departments, spellings)
        if read.value is None:
            self.put_blank(pointer, like)
            return
        if read.read_as:
            text = format_value(read.value, like.kind, like.words)
            self.correct(location, like.label, read.read_as, text, read.pairs)
        if like.kind is Kind.BANDS and isinstance(read.value, str):
            self.note(Code.PLAN_BAD_BANDS, location, reason=_why_no_bands(read.value))
        self.put(pointer, read.value)

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
            is_index = following.isdecimal() and len(following) < _YEAR_DIGITS
            container = _entered(container, key, [] if is_index else {})
        if isinstance(container, list):
            container.append(value)
        else:
            container[last] = value


def _why_no_bands(text: str) -> str:
    try:
        parse_bands(text)
    except BandsError as error:
        return str(error)
    return ""


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


# --- how it was read


_NOTED = {
    ReadAs.NUMBER: Code.PLAN_NUMBER_READ,
    ReadAs.DEPARTMENT: Code.PLAN_DEPARTMENT_READ,
    ReadAs.DAY: Code.PLAN_DAY_READ,
    ReadAs.WORD: Code.PLAN_WORD_READ,
    ReadAs.ONE_LINE: Code.PLAN_SPELLING_READ,
    ReadAs.NAMED: Code.PLAN_CODE_MADE,
}


def notes_of(reading: Reading) -> Iterator[Finding]:
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
        indexes = [(c.location.row, c.location.column) for c in corrections]
        yield Finding(_NOTED[read_as], at_indexes(reading.file, sheet, indexes), details)


def _order(correction: Correction) -> tuple[int, int, int]:
    at = correction.location
    return sheet_order(at.sheet), at.column, at.row


def at_indexes(file: str, sheet: str, indexes: Iterable[tuple[int, int]]) -> Location:
    """Return several cells of a sheet as one location."""
    return Location(file=file, sheet=sheet, part="、".join(a1_ranges(indexes)))


# --- the row that names the columns


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """Where a header row is, and which column has which label (folded)."""

    row: int
    columns: Mapping[str, int]

    @classmethod
    def of(cls, sheet: Sheet, labels: Sequence[str]) -> HeaderRow:
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
        """Return the rows below it; none where nothing is found."""
        return sheet.rows[self.row + 1 :] if self.columns else ()

    def location(self, file: str, sheet: Sheet) -> Location:
        """Return where it is: at its first cell, or the sheet where nothing is found."""
        if not self.columns:
            return Location(file=file, sheet=sheet.name)
        first = sheet.rows[self.row][0]
        return Location(file=file, sheet=sheet.name, row=first.row, column=first.column)


def is_complete(reading: Reading, sheet: Sheet, header: HeaderRow, labels: Sequence[str]) -> bool:
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
