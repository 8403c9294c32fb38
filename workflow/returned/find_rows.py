"""In which rows of a returned table the issued items stand: by 整理番号, or by their labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from workflow.model.catalogue import Code
from workflow.model.cells import CellIndex, a1, column_letters, folded, folded_id
from workflow.model.fields.base import Field
from workflow.model.findings import Detail, Finding, Location
from workflow.model.raw import Area, RawCell
from workflow.python.dataclass import dataclass
from workflow.returned.find_tables import Table
from workflow.templates.layout import DEPARTMENT_LABEL
from workflow.templates.register import Issue, IssuedItem

Held = tuple[CellIndex, RawCell | None]


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """The row in which an issued item was found; cells by field key, blank ones left out.

    Columns are those of the fields that have one, references the same cells in A1. Spaces
    names the fields whose cell holds nothing but white space, merged those whose cell is part of a
    merged one. Struck has the whole text of cells of which something is struck through; cells have
    what is left of it. Elsewhere has the sheet and the row of cells that stand in another one:
    those of the item's indicators, and of a form that has no rows.
    """

    item: IssuedItem
    sheet: str
    row: int
    cells: Mapping[str, RawCell]
    columns: Mapping[str, int]
    references: Mapping[str, str]
    spaces: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    struck: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def spot(self, key: str) -> tuple[str, CellIndex]:
        """Return the sheet and the cell of a field."""
        sheet, row = self.elsewhere.get(key, (self.sheet, self.row))
        return sheet, (row, self.columns[key])


@dataclass(frozen=True, slots=True)
class Matching:
    """All rows found on the entry sheet and its copies, and what was noticed on the way.

    Repeated are rows of copies that say the same once more. Is_ambiguous says that a heading has
    two contents, so that nobody knows what any row says under it.
    """

    sheet: str
    rows: tuple[MatchedRow, ...]
    findings: tuple[Finding, ...]
    repeated: tuple[MatchedRow, ...] = ()
    is_ambiguous: bool = False


def match(table: Table, issue: Issue, copies: Sequence[Table] = ()) -> Matching:
    """Return the rows of an issue's items, in the order they stand on the sheet.

    A row that is blank there is taken from a copy of the sheet that fills it. What a copy says
    otherwise is told of with both texts.
    """
    seen = _Seen(table, issue)
    rows = seen.by_id()
    rows |= seen.by_label(rows)
    for matched in sorted(rows.values(), key=lambda matched: matched.row):
        seen.notice(matched)
    seen.notice_hidden(rows.values())
    repeated = [again for copy in copies for again in seen.unite(rows, copy)]
    seen.notice_missing(rows)
    is_ambiguous = seen.notice_headings()
    order = {one.sheet.name: index for index, one in enumerate((table, *copies))}
    found = sorted(rows.values(), key=lambda matched: (order[matched.sheet], matched.row))
    return Matching(
        table.sheet.name, tuple(found), tuple(seen.findings), tuple(repeated), is_ambiguous
    )


class _Seen:
    """One pass over the entry sheet of one file; collects what is noticed."""

    def __init__(self, table: Table, issue: Issue) -> None:
        self.table, self.issue = table, issue
        self.findings: list[Finding] = []
        self._strange: list[int] = []
        self._uncertain: dict[str, None] = {}
        columns = {f.key: table.column(f.label) for f in issue.answer_form.fields}
        self._columns = {key: column for key, column in columns.items() if column is not None}
        again = {f.key: table.further.get(folded(f.label), ()) for f in issue.answer_form.fields}
        self._further = {key: more for key, more in again.items() if more}
        self._letters = {key: column_letters(column) for key, column in self._columns.items()}
        self._labels = [(n, table.column(n)) for n in (*issue.form.levels, DEPARTMENT_LABEL)]
        taken = self._columns.values()
        areas = table.sheet.merged
        self._areas = [a for a in areas if any(a.left <= c <= a.right for c in taken)]

    def by_id(self) -> dict[str, MatchedRow]:
        """Return the rows whose 整理番号 is an issued one, by item."""
        issued = {folded_id(item.id): item for item in self.issue.items}
        rows: dict[str, MatchedRow] = {}
        for row, text in self.table.ids.items():
            item = issued.get(folded_id(text))
            if item is None:
                if folded(text) != folded(
                    self.table.id_label
                ):  # headings stand again above a second block
                    self._strange.append(row)
                continue
            matched = self._matched(item, row)
            before = rows.setdefault(item.id, matched)
            if before is not matched and not before.cells:
                rows[item.id] = matched
            elif before is not matched and matched.cells:
                self._add_duplicate(matched, before)
        return rows

    def _add_duplicate(self, one: MatchedRow, other: MatchedRow) -> None:
        keys = self._differing(one, other) or tuple(one.cells)
        details: dict[str, Detail] = {
            "value": one.item.id,
            "other": other.row,
            "ours": quoted_all(one, keys),
            "theirs": quoted_all(other, keys),
        }
        location = self._location(one.row, one.item.id)
        self.findings.append(Finding(Code.ROW_DUPLICATE, location, details))

    def by_label(self, known: Mapping[str, MatchedRow]) -> dict[str, MatchedRow]:
        """Return rows whose 整理番号 is lost but whose labels fit one item not yet found."""
        rows: dict[str, MatchedRow] = {}
        for row in self._strange:
            lost = [i for i in self.issue.items if i.id not in known and i.id not in rows]
            fitting = [item for item in lost if self._labels_fit(item, row)]
            if len(fitting) == 1:
                item = fitting[0]
                rows[item.id] = self._matched(item, row)
                was = self.table.ids[row].strip() or "空欄"
                self._add(Code.ROW_FOUND_BY_LABEL, row, item.id, found=was, known=item.id)
            elif self._has_answers(row):
                was = self.table.ids[row].strip() or "空欄"
                self._add(Code.ROW_UNKNOWN, row, value=was)
        return rows

    def notice(self, matched: MatchedRow) -> None:
        """Note what is odd about a row that was found."""
        known = (*matched.item.labels, matched.item.departments)
        for (label, column), issued in zip(self._labels, known, strict=True):
            written = self.table.text_at(matched.row, column)
            if column and written != issued and folded(written) != folded(issued):
                location = replace(
                    self._location(matched.row, matched.item.id), column=column, field_key=label
                )
                details = {"before": issued, "after": written}
                self.findings.append(Finding(Code.LABEL_CHANGED, location, details))
        if matched.row in self.table.sheet.hidden_rows and matched.cells:
            code = Code.ROW_FILTERED if self.table.sheet.filtered else Code.ROW_HIDDEN
            self._add(code, matched.row, matched.item.id)

    def unite(self, rows: dict[str, MatchedRow], copy: Table) -> Iterator[MatchedRow]:
        """Add the rows that a copy alone fills; yield those in which it says the same again."""
        other = _Seen(copy, self.issue)
        taken = []
        for item, theirs in other.by_id().items():
            ours = rows.get(item)
            if ours is None or (theirs.cells and not ours.cells):
                rows[item] = theirs
                other.notice(theirs)
                taken.append(theirs)
            elif not (differing := self._differing(ours, theirs)):
                yield theirs
            elif theirs.cells:
                self._add_differing(ours, theirs, differing)
        filled = [matched.item.id for matched in taken if matched.cells]
        if filled:
            other._add(Code.ROW_FROM_COPY, count=len(filled))
            other.notice_hidden(taken)
        self.findings += [f for f in other.findings if f.location.item in ("", *filled)]

    def _differing(self, ours: MatchedRow, theirs: MatchedRow) -> tuple[str, ...]:
        """Return the fields in which two rows of one item say something else."""
        return tuple(
            f.key
            for f in self.issue.answer_form.fields
            if f.key in ours.columns and f.key in theirs.columns
            if not says_same(f, ours.cells.get(f.key), theirs.cells.get(f.key))
        )

    def _add_differing(self, ours: MatchedRow, theirs: MatchedRow, keys: tuple[str, ...]) -> None:
        details: dict[str, Detail] = {
            "other": theirs.sheet,
            "labels": keys,
            "ours": quoted_all(ours, keys),
            "theirs": quoted_all(theirs, keys),
        }
        location = replace(self._location(ours.row, ours.item.id), sheet=ours.sheet)
        self.findings.append(Finding(Code.ROW_COPY_DIFFERS, location, details))

    def notice_headings(self) -> bool:
        """Note headings that stand twice or in another order; say whether one has two contents."""
        header, sheet = self.table.header_row, self.table.sheet
        for key in self._uncertain:
            letters = tuple(map(column_letters, self._further[key]))
            location = replace(self._location(header, ""), column=self._columns[key])
            details: dict[str, Detail] = {"column": key, "others": letters}
            self.findings.append(Finding(Code.COLUMN_TWICE, location, details))
        reordered = self._reordered()
        if reordered:
            self._add(Code.COLUMN_REORDERED, header, labels=reordered)
        doubled = [at for at in sheet.doubled if at[0] == header]
        for at in doubled:
            self._add_doubled("", "", at)
        return bool(doubled)

    def _reordered(self) -> tuple[str, ...]:
        """Return the fields that no longer stand as issued among those of their own type.

        Whether their columns were moved or their headings exchanged, the values do not show.
        """
        columns = self._columns
        fields = [f for f in self.issue.answer_form.fields if f.key in columns]
        return tuple(
            one.key
            for at, one in enumerate(fields)
            if any(
                (nth < at) is not (columns[other.key] < columns[one.key])
                for nth, other in enumerate(fields)
                if other is not one and type(other) is type(one)
            )
        )

    def _add_doubled(self, item: str, key: str, at: tuple[int, int]) -> None:
        """Note a cell that the file gives two contents; readers differ in which they take."""
        first, second = self.table.sheet.doubled[at]
        self._add_two(item, key, at, (at, first), (at, second))

    def _add_two(self, item: str, key: str, at: CellIndex, one: Held, other: Held) -> None:
        location = replace(self._location(at[0], item), column=at[1], field_key=key)
        details = {"ours": _quoted(a1(*one[0]), one[1]), "theirs": _quoted(a1(*other[0]), other[1])}
        self.findings.append(Finding(Code.VALUE_TWICE, location, details))

    def notice_hidden(self, found: Iterable[MatchedRow]) -> None:
        """Note what holds answers and is not to be seen, rows excepted."""
        sheet = self.table.sheet
        answered = {key for matched in found for key in matched.cells}
        if sheet.is_hidden and answered:
            self._add(Code.SHEET_HIDDEN)
        for key, column in self._columns.items() if sheet.hidden_columns else ():
            if key in answered and sheet.hides_column(column):
                self._add(Code.COLUMN_HIDDEN, column=key)

    def notice_missing(self, rows: Mapping[str, MatchedRow]) -> None:
        """Note the columns and rows that are not there."""
        for asked in self.issue.answer_form.fields:
            if self.table.column(asked.label) is None:
                self._add(Code.COLUMN_MISSING, column=asked.key)
        for item in self.issue.items:
            if item.id not in rows:
                self._add(Code.ROW_MISSING, value=item.id)

    def _add(self, code: Code, row: int = 0, item: str = "", **details: Detail) -> None:
        self.findings.append(Finding(code, self._location(row, item), details))

    def _location(self, row: int, item: str) -> Location:
        return Location(sheet=self.table.sheet.name, row=row, item=item)

    def _labels_fit(self, item: IssuedItem, row: int) -> bool:
        *_, lowest = self.issue.form.levels
        if folded(self.table.text(row, lowest)) != folded(item.labels[-1]):
            return False
        levels = zip(self.issue.form.levels, item.labels, strict=True)
        twins = [i for i in self.issue.items if i.labels[-1] == item.labels[-1]]
        fits = all(folded(self.table.text(row, level)) == folded(text) for level, text in levels)
        return len(twins) == 1 or fits

    def _matched(self, item: IssuedItem, row: int) -> MatchedRow:
        columns = self._columns_in(item, row) if self._further else self._columns
        stored = {key: self.table.sheet.cells.get((row, c)) for key, c in columns.items()}
        struck = {k: c.text for k, c in stored.items() if c and c.look and c.look.left is not None}
        held = {key: cell.unstruck() for key, cell in stored.items() if cell}
        blank = {key for key, cell in held.items() if cell.is_blank}
        areas = [area for area in self._areas if area.top <= row <= area.bottom]
        letters = self._letters
        if columns is not self._columns:
            letters = {key: column_letters(column) for key, column in columns.items()}
        if self.table.sheet.doubled:
            self._notice_doubled(item, row, columns)
        return MatchedRow(
            item=item,
            sheet=self.table.sheet.name,
            row=row,
            cells={key: cell for key, cell in held.items() if key not in blank},
            columns=columns,
            references={key: f"{in_letters}{row}" for key, in_letters in letters.items()},
            spaces=tuple(key for key in held if key in blank and key not in struck),
            merged=tuple(k for k, c in columns.items() if _is_merged(areas, row, c)),
            struck=struck,
        )

    def _columns_in(self, item: IssuedItem, row: int) -> dict[str, int]:
        """Return the columns of a row where headings stand twice: of two the one that is filled."""
        columns = dict(self._columns)
        fields = {field.key: field for field in self.issue.answer_form.fields}
        for key, more in self._further.items():
            indexes = [(row, column) for column in (columns[key], *more)]
            held = [(at, self.table.sheet.cells.get(at)) for at in indexes]
            filled = [(at, cell) for at, cell in held if cell and not cell.is_blank]
            for at, cell in filled[1:]:
                if not says_same(fields[key], filled[0][1], cell):
                    self._add_two(item.id, key, filled[0][0], filled[0], (at, cell))
                    self._uncertain[key] = None
            if filled and filled[0][0] != indexes[0]:
                columns[key] = filled[0][0][1]
                self._uncertain[key] = None
        return columns

    def _notice_doubled(self, item: IssuedItem, row: int, columns: Mapping[str, int]) -> None:
        keys = {column: key for key, column in columns.items()}
        for at in self.table.sheet.doubled:
            if at[0] == row:
                self._add_doubled(item.id, keys.get(at[1], ""), at)

    def _has_answers(self, row: int) -> bool:
        stored = (self.table.sheet.cells.get((row, c)) for c in self._columns.values())
        return any(cell and not cell.is_blank for cell in stored)


def says_same(field: Field, one: RawCell | None, other: RawCell | None) -> bool:
    """Whether two cells answer a field alike."""
    if one is None or other is None:
        return one is other
    if one.text == other.text:
        return True
    values = field.parse_cell(one).value, field.parse_cell(other).value
    return None not in values and values[0] == values[1]


def quoted_all(row: MatchedRow, keys: Sequence[str]) -> tuple[str, ...]:
    """Return what some cells of a row hold, each with its place."""
    return tuple(_quoted(row.references[key], row.cells.get(key)) for key in keys)


def _quoted(place: str, cell: RawCell | None) -> str:
    return f"{place}「{cell.text}」" if cell else f"{place}（空欄）"


def _is_merged(areas: Sequence[Area], row: int, column: int) -> bool:
    return any(area.holds(row, column) for area in areas)
