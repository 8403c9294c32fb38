"""A source → the plan it holds, last year's answers, and what became of every cell. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from workflow.first_day.account import Account, Became, Fate
from workflow.first_day.document import (
    AnswerLine,
    BroughtIn,
    answer_lines,
    brought_in_answers,
    document_of,
    free_levels,
)
from workflow.first_day.fields import (
    AnswerColumn,
    ProposedField,
    United,
    proposed_fields,
    with_meanings,
)
from workflow.first_day.indicators import indicators_of
from workflow.first_day.names import (
    Departments,
    Ids,
    city_candidates,
    departments_of,
    ids_of,
    plan_title,
    without_day,
    year_among,
)
from workflow.first_day.reading.cards import find_cards
from workflow.first_day.reading.column import Column
from workflow.first_day.reading.columns import columns_of
from workflow.first_day.reading.items import DraftItem
from workflow.first_day.reading.rows import read_items
from workflow.first_day.reading.source import CellLocation, Source
from workflow.first_day.reading.tables import Cell, Grid, Table, find_tables
from workflow.first_day.reading.words import Role, looks_like_department
from workflow.model.catalogue import Code
from workflow.model.cells import folded
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding
from workflow.model.years import era_year
from workflow.plan.checks.plan import RESERVED_LABELS
from workflow.plan.document import sample_document
from workflow.plan.written.municipality import municipalities_named
from workflow.python.dataclass import dataclass

_NO_CITY, _NO_CITY_CODE = "（市区町村名）", "000001"
"""What stands in the plan until somebody says which city it is, so that forms can be made; no
prefecture has the number 00."""
_NO_DEPARTMENT = "（とりまとめ課）"
"""Who is asked, and collects, until somebody says who, where the table names no department."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person says of the source: the sheet, the year, columns by heading or letter."""

    sheet: str = ""
    year: int | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)
    city: str = ""
    coordinator: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The plan a source holds, and everything there is to say of it."""

    source: Source
    document: Mapping[str, Any]
    columns: tuple[Column, ...]
    fields: tuple[ProposedField, ...]
    year: int | None
    answers: tuple[BroughtIn, ...]
    fates: Mapping[CellLocation, Fate]
    united: tuple[United, ...]
    findings: tuple[Finding, ...]

    @property
    def unsure(self) -> tuple[Column, ...]:
        """The columns a person is asked about."""
        return tuple(column for column in self.columns if not column.is_sure)

    def left_out(self) -> Iterator[tuple[CellLocation, Fate]]:
        """Yield the cells that became nothing, in their order."""
        found = ((p, f) for p, f in self.fates.items() if f.became is Became.LEFT_OUT)
        order = {sheet.name: at for at, sheet in enumerate(self.source.sheets)}
        return iter(sorted(found, key=lambda one: (order[one[0].sheet], one[0])))


def drafted(source: Source, wishes: Wishes) -> Draft:
    """Return what a source says. Raises WorkspaceError when it lists no items at all."""
    found = source.only(wishes.sheet) if wishes.sheet else source
    return _Drafting(source, found, wishes).draft()


class _Drafting:
    """The making of one draft; every step notes what becomes of the cells it takes."""

    def __init__(self, source: Source, read: Source, wishes: Wishes) -> None:
        self._source = source
        self._read = read
        self._wishes = wishes
        self._account = Account(source, read)
        self._united: list[United] = []

    def draft(self) -> Draft:
        grids = {sheet.name: Grid(sheet) for sheet in self._read.sheets}
        tables = self._tables(grids)
        columns, keys = columns_of(tables, self._wishes.mapped)
        _refuse_unknown(self._wishes.mapped, columns)
        year, columns = self._of_one_year(columns, tables)
        listed = read_items(grids, tables, columns, keys)
        if not listed.items:
            raise _nothing_found(self._source)
        ids = self._ids(listed.items)
        departments = self._departments(listed.items)
        above = [cell.text for table in tables for cell in table.above]
        coordinator = self._coordinator(above, listed.items, departments)
        departments = self._with_everybody(coordinator, listed.items, ids, departments)
        answers = answer_lines(listed.items, ids, departments)
        levels = tuple(free_levels(listed.levels, columns))
        fields = self._fields(columns, answers, levels, tables)
        items = list(zip(ids.ids, listed.items, strict=True))
        head = self._head(above, departments)
        indicators = indicators_of(listed.items, ids, columns, year)
        document = document_of(
            head, coordinator, items, departments, levels, fields, indicators.declared
        )
        brought_in = tuple(brought_in_answers(answers, fields)) if year is not None else ()
        account = self._account
        account.note_columns(columns)
        account.note_cells(tables, columns, keys, listed, ids, departments)
        account.note_answers(answers, fields, year)
        account.note_indicators(indicators)
        account.note_unused(tables, columns, keys)
        account.note_rest(tables)
        account.note_unseen(listed.items)
        return Draft(
            self._source,
            document,
            columns,
            fields,
            year,
            brought_in,
            account.fates,
            tuple(self._united),
            tuple(account.findings),
        )

    def _tables(self, grids: Mapping[str, Grid]) -> tuple[Table, ...]:
        found: list[Table] = []
        for name, grid in grids.items():
            tables = find_tables(grid) or find_cards(grid)
            found += tables
            if not tables and grid.last_row:
                self._account.say(Code.IMPORT_SHEET_LEFT_OUT, sheet=name)
        if not found:
            raise _nothing_found(self._source)
        return tuple(found)

    # The year of the answers.

    def _of_one_year(
        self, columns: tuple[Column, ...], tables: Sequence[Table]
    ) -> tuple[int | None, tuple[Column, ...]]:
        """Return the year that is brought in, and the columns without those of other years."""
        answers = [column for column in columns if column.role is Role.ANSWER]
        years = [c.label.year for c in answers if c.label.year is not None and c.cells]
        year = self._wishes.year or max(years, default=None) or self._year_beside(tables)
        kept = tuple(self._kept(column, year) for column in columns)
        if year is None and any(column.cells for column in answers):
            self._account.say(Code.IMPORT_YEAR_UNKNOWN)
        return year, kept

    def _kept(self, column: Column, year: int | None) -> Column:
        other = column.label.year
        if column.role is not Role.ANSWER or other is None or other == year:
            return column
        return replace(column, role=Role.UNUSED, why=f"{era_year(other)}の列のため")

    def _year_beside(self, tables: Sequence[Table]) -> int | None:
        above = [cell.text for table in tables for cell in table.above]
        sheets = [table.sheet for table in tables]
        return year_among([*above, *sheets, self._source.file])

    # Ids and departments.

    def _ids(self, items: Sequence[DraftItem]) -> Ids:
        numbers = []
        for item in items:
            number = without_day(item.number)
            if number != item.number:
                cell = next(cell for role, _, cell in item.parts if role is Role.ID)
                self._account.say_of(
                    Code.IMPORT_ID_WAS_DAY, cell, {"found": item.number, "expected": number}
                )
            numbers.append(number)
        ids = ids_of(numbers, [item.path for item in items])
        if not ids.is_own:
            code = Code.IMPORT_IDS_MADE if ids.is_made else Code.IMPORT_IDS_CHANGED
            self._account.say(code, {"first": ids.ids[0], "last": ids.ids[-1]})
        return ids

    def _departments(self, items: Sequence[DraftItem]) -> Departments:
        departments = departments_of([name for item in items for name in item.departments])
        self._united += departments.united
        for one, other in departments.alike:
            self._account.say(Code.IMPORT_DEPARTMENTS_ALIKE, {"one": one, "other": other})
        return departments

    def _coordinator(
        self, above: Sequence[str], items: Sequence[DraftItem], departments: Departments
    ) -> str:
        """Return who collects: said, or alone above the table, or else whom most is asked of."""
        if self._wishes.coordinator:
            return self._wishes.coordinator
        alone = [text.strip() for text in above if looks_like_department(text)]
        if alone:
            return departments.named.get(alone[0], alone[0])
        counts = Counter(departments.named[name] for item in items for name in item.departments)
        if not counts:
            return _NO_DEPARTMENT
        most = counts.most_common(1)[0][0]
        self._account.say(Code.IMPORT_COORDINATOR_GUESSED, {"name": most})
        return most

    def _with_everybody(
        self, coordinator: str, items: Sequence[DraftItem], ids: Ids, departments: Departments
    ) -> Departments:
        """Give items of nobody to the coordinator, whose form then asks for them; say so of each.

        A table that names no department at all is said once.
        """
        nobodys = [(n, i) for n, i in zip(ids.ids, items, strict=True) if not i.departments]
        if not nobodys:
            return departments
        if coordinator == _NO_DEPARTMENT:
            self._account.say(Code.IMPORT_NO_DEPARTMENTS, {"department": coordinator})
        for number, item in nobodys:
            item.departments[coordinator] = None
            if coordinator != _NO_DEPARTMENT:
                self._account.say_of(
                    Code.IMPORT_NO_DEPARTMENT,
                    item.title[0],
                    {"name": number, "department": coordinator},
                )
        return replace(departments, named={coordinator: coordinator, **departments.named})

    # The form.

    def _fields(
        self,
        columns: Sequence[Column],
        answers: Sequence[AnswerLine],
        levels: Sequence[str],
        tables: Sequence[Table],
    ) -> tuple[ProposedField, ...]:
        asked = [
            AnswerColumn(
                column.key,
                column.name,
                column.label.unit,
                [a.texts[column.key] for a in answers if column.key in a.texts],
                len(answers),
            )
            for column in columns
            if column.role is Role.ANSWER
        ]
        if not asked:
            usual = sample_document()["form"]["fields"]
            self._account.say(Code.IMPORT_FORM_GUESSED)
            return tuple(ProposedField("", declared, {}) for declared in usual)
        beside = [cell.text for table in tables for cell in _beside(self._read, table)]
        fields = tuple(with_meanings(proposed_fields(asked, (*levels, *RESERVED_LABELS)), beside))
        for proposed in fields:
            self._united += proposed.united
            if proposed.is_guessed:
                self._account.say(Code.IMPORT_CHOICES_GUESSED, {"name": proposed.label})
        return fields

    # The plan.

    # The head of the plan.

    def _head(self, above: Sequence[str], departments: Departments) -> dict[str, Any]:
        stem = self._source.file.rpartition(".")[0]
        texts = [*above, *(sheet.name for sheet in self._read.sheets)]
        title, is_sure = plan_title(texts, stem)
        if not is_sure:
            self._account.say(Code.IMPORT_TITLE_GUESSED, {"name": title})
        cities = [
            self._wishes.city,
            *city_candidates([title, *texts, stem, *departments.named.values()]),
        ]
        city = next((c for c in cities if municipalities_named(c)), self._wishes.city)
        listed = municipalities_named(city)
        name = listed[0].name if listed else city or _NO_CITY
        code = listed[0].code if len(listed) == 1 else _NO_CITY_CODE
        if code == _NO_CITY_CODE:
            self._account.say(Code.IMPORT_CITY_UNKNOWN, {"name": name})
        return {"title": title, "municipality": {"name": name, "code": code}}


def _refuse_unknown(mapped: Mapping[str, str], columns: Sequence[Column]) -> None:
    """Raise WorkspaceError when --map names a column that the table has not."""
    renamed = {folded(column.name) for column in columns}
    known = renamed.union(*(column.names for column in columns))
    for name in mapped:
        if folded(name) not in known:
            headings = "、".join(f"「{c.heading}」" for c in columns if c.heading)
            raise WorkspaceError(
                f"--map の列「{name}」は、表にありません。あるのは{headings}です。"
            )


def _nothing_found(source: Source) -> WorkspaceError:
    return WorkspaceError(
        f"「{source.file}」に、取組内容の一覧が見つかりません。見出しの行に「取組内容」や「事業名」、"
        "「担当課」などの言葉があるか確かめ、--sheet でシートを、--map で列を指定してください。"
    )


def _beside(source: Source, table: Table) -> Iterator[Cell]:
    """Yield the cells of a table's sheet that are in none of its rows, and those in notes."""
    yield from table.above
    for sheet in source.sheets:
        if sheet.name == table.sheet:
            for (row, column), text in sheet.texts.items():
                yield Cell(CellLocation(sheet.name, row, column), text)
