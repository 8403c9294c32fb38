"""A source → the plan it holds, last year's answers, and what became of every cell. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from workflow.first_day.cards import find_cards
from workflow.first_day.columns import Column, Keys, columns_of
from workflow.first_day.fields import (
    AnswerColumn,
    ProposedField,
    United,
    proposed_fields,
    with_meanings,
)
from workflow.first_day.items import NO_LEVEL, DraftItem, ItemList, read_items
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
from workflow.first_day.source import Place, Source
from workflow.first_day.tables import Cell, Grid, Table, find_tables
from workflow.first_day.words import NOTHING, Role, looks_like_department
from workflow.model.catalogue import Code
from workflow.model.cells import folded
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Detail, Finding, Location
from workflow.model.years import era_year
from workflow.plan.book.layout import ITEM_SHEET
from workflow.plan.checks import RESERVED_LABELS
from workflow.plan.department_codes import department_codes
from workflow.plan.document import empty_document, sample_document
from workflow.plan.municipality import municipalities_named


class Became(StrEnum):
    """What became of a cell of the source."""

    PLAN = "計画に入れた"
    ANSWER = "前の年度の回答にした"
    HEADING = "見出しとして読んだ"
    ABOVE = "表題として読んだ"
    LEFT_OUT = "取り込まなかった"


_NO_CITY, _NO_CITY_CODE = "（市区町村名）", "000001"
"""What stands in the plan until somebody says which city it is, so that forms can be made; no
prefecture has the number 00."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one cell: where it went, as what, or why it went nowhere."""

    became: Became
    where: str = ""
    written: str = ""
    why: str = ""
    item: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What the source answers of an item for some departments, by the key of the field."""

    item: str
    departments: tuple[str, ...]
    values: Mapping[str, str]
    place: Place


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
    fates: Mapping[Place, Fate]
    united: tuple[United, ...]
    findings: tuple[Finding, ...]

    @property
    def unsure(self) -> tuple[Column, ...]:
        """The columns a person is asked about."""
        return tuple(column for column in self.columns if not column.is_sure)

    def left_out(self) -> Iterator[tuple[Place, Fate]]:
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
        self._fates: dict[Place, Fate] = {}
        self._findings: list[Finding] = []
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
        departments = departments_of([n for item in listed.items for n in item.departments])
        self._note_departments(departments)
        answers = _answers_of(listed.items, ids, departments)
        levels = tuple(_free_levels(listed.levels, columns))
        fields = self._fields(columns, answers, levels, tables)
        document = self._document(tables, listed, ids, departments, fields, levels)
        brought_in = tuple(_stored(answers, fields)) if year is not None else ()
        self._note_columns(columns)
        self._note_cells(tables, columns, keys, listed, ids, departments)
        self._note_answers(answers, fields, year)
        self._note_unused(tables, columns, keys)
        self._note_rest(tables)
        self._note_unseen(listed.items)
        return Draft(
            self._source,
            document,
            columns,
            fields,
            year,
            brought_in,
            self._fates,
            tuple(self._united),
            tuple(self._findings),
        )

    def _tables(self, grids: Mapping[str, Grid]) -> tuple[Table, ...]:
        found: list[Table] = []
        for name, grid in grids.items():
            tables = find_tables(grid) or find_cards(grid)
            found += tables
            if not tables and grid.last_row:
                self._say(Code.IMPORT_SHEET_LEFT_OUT, sheet=name)
        if not found:
            raise _nothing_found(self._source)
        return tuple(found)

    # The year of the answers.

    def _of_one_year(
        self, columns: tuple[Column, ...], tables: Sequence[Table]
    ) -> tuple[int | None, tuple[Column, ...]]:
        """Return the year that is brought in, and the columns without those of other years."""
        answers = [column for column in columns if column.role is Role.ANSWER]
        told = [c.label.year for c in answers if c.label.year is not None and c.cells]
        year = self._wishes.year or max(told, default=None) or self._year_beside(tables)
        kept = tuple(self._kept(column, year) for column in columns)
        if year is None and any(column.cells for column in answers):
            self._say(Code.IMPORT_YEAR_UNKNOWN)
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
                self._say_of(
                    Code.IMPORT_ID_WAS_DAY, cell, {"found": item.number, "expected": number}
                )
            numbers.append(number)
        ids = ids_of(numbers, [item.path for item in items])
        if not ids.is_own:
            code = Code.IMPORT_IDS_MADE if ids.is_made else Code.IMPORT_IDS_CHANGED
            self._say(code, {"first": ids.ids[0], "last": ids.ids[-1]})
        return ids

    def _note_departments(self, departments: Departments) -> None:
        self._united += departments.united
        for one, other in departments.alike:
            self._say(Code.IMPORT_DEPARTMENTS_ALIKE, {"one": one, "other": other})

    # The form.

    def _fields(
        self,
        columns: Sequence[Column],
        answers: Sequence[_Answer],
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
            self._say(Code.IMPORT_FORM_GUESSED)
            return tuple(ProposedField("", declared, {}) for declared in usual)
        beside = [cell.text for table in tables for cell in _beside(self._read, table)]
        fields = tuple(with_meanings(proposed_fields(asked, (*levels, *RESERVED_LABELS)), beside))
        for proposed in fields:
            self._united += proposed.united
            if proposed.is_guessed:
                self._say(Code.IMPORT_CHOICES_GUESSED, {"name": proposed.label})
        return fields

    # The plan.

    def _document(
        self,
        tables: Sequence[Table],
        listed: ItemList,
        ids: Ids,
        departments: Departments,
        fields: Sequence[ProposedField],
        levels: tuple[str, ...],
    ) -> dict[str, Any]:
        above = [cell.text for table in tables for cell in table.above]
        names = list(
            dict.fromkeys(departments.named[n] for i in listed.items for n in i.departments)
        )
        coordinator = self._coordinator(above, listed, departments)
        if coordinator and coordinator not in names:
            names.append(coordinator)
        codes = department_codes(names)
        declared = [dict(proposed.declared) for proposed in fields]
        return {
            **empty_document(),
            "plan": self._plan(above, names, codes.get(coordinator, "")),
            "levels": list(levels),
            "departments": [{"code": codes[name], "name": name} for name in names],
            "items": [
                _item(item, number, departments, codes)
                for item, number in zip(listed.items, ids.ids, strict=True)
            ],
            "form": {"fields": declared},
            "matrices": list(_matrices(levels, declared)),
        }

    def _plan(self, above: Sequence[str], names: Sequence[str], coordinator: str) -> dict[str, Any]:
        stem = self._source.file.rpartition(".")[0]
        texts = [*above, *(sheet.name for sheet in self._read.sheets)]
        title, is_sure = plan_title(texts, stem)
        if not is_sure:
            self._say(Code.IMPORT_TITLE_GUESSED, {"name": title})
        cities = [self._wishes.city, *city_candidates([title, *texts, stem, *names])]
        city = next((c for c in cities if municipalities_named(c)), self._wishes.city)
        listed = municipalities_named(city)
        name = listed[0].name if listed else city or _NO_CITY
        code = listed[0].code if len(listed) == 1 else _NO_CITY_CODE
        if code == _NO_CITY_CODE:
            self._say(Code.IMPORT_CITY_UNKNOWN, {"name": name})
        municipality = {"name": name, "code": code}
        return {"title": title, "municipality": municipality, "coordinator": coordinator}

    def _coordinator(self, above: Sequence[str], listed: ItemList, departments: Departments) -> str:
        """Return who collects: said, or alone above the table, or else whom most is asked of."""
        if self._wishes.coordinator:
            return self._wishes.coordinator
        alone = [text.strip() for text in above if looks_like_department(text)]
        if alone:
            return departments.named.get(alone[0], alone[0])
        counts = Counter(departments.named[n] for item in listed.items for n in item.departments)
        if not counts:
            return ""
        most = counts.most_common(1)[0][0]
        self._say(Code.IMPORT_COORDINATOR_GUESSED, {"name": most})
        return most

    # What became of every cell.

    def _note_columns(self, columns: Sequence[Column]) -> None:
        for column in columns:
            details = {
                "column": "・".join(column.letters),
                "heading": column.heading or "（見出しなし）",
                "role": _role_in_words(column),
                "why": column.why,
            }
            if not column.is_sure:
                self._say(Code.IMPORT_COLUMN_UNSURE, details)
            elif column.role is Role.UNUSED and column.cells:
                self._say(Code.IMPORT_COLUMN_LEFT_OUT, details)

    def _note_cells(
        self,
        tables: Sequence[Table],
        columns: Sequence[Column],
        keys: Keys,
        listed: ItemList,
        ids: Ids,
        departments: Departments,
    ) -> None:
        self._note_headings(tables, {column.key: column for column in columns}, keys)
        for item, number in zip(listed.items, ids.ids, strict=True):
            self._note_item(item, number, departments)
        for left in listed.left_out:
            self._note(left.cell, Fate(Became.LEFT_OUT, why=left.why))
            if left.why.startswith("どの"):
                self._say_of(Code.IMPORT_ROW_UNCLEAR, left.cell, {"value": left.cell.text})

    def _note_headings(
        self, tables: Sequence[Table], by_key: Mapping[str, Column], keys: Keys
    ) -> None:
        for at, table in enumerate(tables):
            for cell in table.above:
                self._note(cell, Fate(Became.ABOVE))
            for cell in table.repeated:
                self._note(cell, Fate(Became.HEADING, why="見出しの繰り返しです"))
            for heading in table.headings:
                key = keys.get((at, heading.column))
                for cell in heading.cells:
                    where = _role_in_words(by_key[key]) if key else ""
                    self._note(cell, Fate(Became.HEADING, where=where))

    def _note_item(self, item: DraftItem, number: str, departments: Departments) -> None:
        written = {Role.ID: number, Role.PAGES: item.pages, Role.TITLE: _joined_title(item)}
        for role, column, cell in item.parts:
            text = written.get(role, "")
            if role is Role.LEVEL:
                text = next((level for level in item.path if cell.text in level), cell.text)
            if role is Role.DEPARTMENT:
                text = "、".join(
                    departments.named[name] for name, at in item.departments.items() if at == cell
                ) or "、".join(dict.fromkeys(departments.named[n] for n in item.departments))
            fate = Fate(Became.PLAN, ITEM_SHEET, text, item=number, column=column)
            self._note(cell, fate)
        if not item.departments:
            self._say_of(Code.IMPORT_NO_DEPARTMENT, item.title[0], {"name": number})
        if NO_LEVEL in item.path:
            self._say_of(Code.IMPORT_LEVEL_BLANK, item.title[0], {"name": number})

    def _note_answers(
        self, answers: Sequence[_Answer], fields: Sequence[ProposedField], year: int | None
    ) -> None:
        by_column = {proposed.column: proposed for proposed in fields}
        for answer in answers:
            for key, cells in answer.cells.items():
                proposed = by_column[key]
                for cell in cells:
                    self._note(cell, _fate_of_answer(answer, proposed, cell, year))

    def _note_unused(self, tables: Sequence[Table], columns: Sequence[Column], keys: Keys) -> None:
        """Note the cells below headings that nobody has taken, and why."""
        by_key = {column.key: column for column in columns}
        for at, table in enumerate(tables):
            for row in table.rows:
                for number, cell in row.own.items():
                    key = keys.get((at, number))
                    why = by_key[key].why if key and by_key[key].role is Role.UNUSED else ""
                    why = f"計画に入れない列です（{why}）" if why else "計画に入れない列です"
                    if cell.text in NOTHING:
                        why = "空欄と同じ記号です"
                    self._fates.setdefault(cell.place, Fate(Became.LEFT_OUT, why=why))

    def _note_unseen(self, items: Sequence[DraftItem]) -> None:
        """Say of each sheet how many items stand in hidden rows, and what is struck through."""
        titles = [item.title[0].place for item in items]
        for sheet in self._read.sheets:
            hidden = [p for p in titles if p.sheet == sheet.name and p.row in sheet.hidden_rows]
            for code, found in ((Code.IMPORT_HIDDEN, hidden), (Code.IMPORT_STRUCK, sheet.struck)):
                if found:
                    self._say(code, {"count": len(found)}, sheet=sheet.name)

    def _note_rest(self, tables: Sequence[Table]) -> None:
        """Note every other cell that nobody has taken, and why."""
        of_tables = {table.sheet for table in tables}
        for sheet in self._source.sheets:
            why = "取り込む表のないシートです"
            if sheet.name in of_tables:
                why = "表の外の記載です"
            elif sheet.name not in {one.name for one in self._read.sheets}:
                why = "--sheet で選ばれなかったシートです"
            for row, column in sheet.texts:
                place = Place(sheet.name, row, column)
                self._fates.setdefault(place, Fate(Became.LEFT_OUT, why=why))
            for row, column in sheet.struck or {}:
                place = Place(sheet.name, row, column)
                self._fates[place] = Fate(Became.LEFT_OUT, why="取り消し線が引かれています")

    def _note(self, cell: Cell, fate: Fate) -> None:
        before = self._fates.get(cell.place)
        if before is None or before.became not in (Became.PLAN, Became.ANSWER):
            self._fates[cell.place] = fate
        elif before.became is Became.PLAN and fate.became is Became.PLAN:
            whole = (
                before.written
                if fate.written in before.written
                else f"{before.written}、{fate.written}"
            )
            items = (
                before.item
                if fate.item in before.item.split("、")
                else f"{before.item}、{fate.item}"
            )
            self._fates[cell.place] = replace(before, written=whole, item=items)

    def _say(
        self, code: Code, details: Mapping[str, Detail] | None = None, *, sheet: str = ""
    ) -> None:
        location = Location(file=self._source.file, sheet=sheet)
        self._findings.append(Finding(code, location, details or {}))

    def _say_of(self, code: Code, cell: Cell, details: Mapping[str, str]) -> None:
        place = cell.place
        location = Location(
            file=self._source.file, sheet=place.sheet, row=place.row, column=place.column
        )
        self._findings.append(Finding(code, location, details))


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


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one line answers: the id of its item, the departments, text and cells by column."""

    item: str
    departments: tuple[str, ...]
    texts: Mapping[str, str]
    cells: Mapping[str, Sequence[Cell]]
    place: Place


def _answers_of(
    items: Sequence[DraftItem], ids: Ids, departments: Departments
) -> tuple[_Answer, ...]:
    found = []
    for item, number in zip(items, ids.ids, strict=True):
        for answered in item.answers:
            names = answered.departments or list(item.departments)
            cells = {
                k: c for k, c in answered.values.items() if any(x.text not in NOTHING for x in c)
            }
            texts = {key: "\n".join(cell.text for cell in some) for key, some in cells.items()}
            named = tuple(dict.fromkeys(departments.named[name] for name in names))
            found.append(_Answer(number, named, texts, cells, item.title[0].place))
    return tuple(found)


def _stored(answers: Iterable[_Answer], fields: Sequence[ProposedField]) -> Iterator[BroughtIn]:
    by_column = {proposed.column: proposed for proposed in fields}
    for answer in answers:
        values = {
            str(by_column[column].declared["key"]): by_column[column].stored[text]
            for column, text in answer.texts.items()
        }
        if values:
            yield BroughtIn(answer.item, answer.departments, values, answer.place)


def _fate_of_answer(answer: _Answer, proposed: ProposedField, cell: Cell, year: int | None) -> Fate:
    if year is None:
        return Fate(Became.LEFT_OUT, why="何年度の回答か分からないため")
    whole = "\n".join(one.text for one in answer.cells[proposed.column])
    written = proposed.stored[whole] if whole == cell.text else cell.text
    where = f"{era_year(year)}の台帳"
    return Fate(Became.ANSWER, where, written, item=answer.item, column=proposed.label)


def _item(
    item: DraftItem, number: str, departments: Departments, codes: Mapping[str, str]
) -> dict[str, Any]:
    names = dict.fromkeys(departments.named[name] for name in item.departments)
    several = [answered for answered in item.answers if answered.values]
    each = {"answer": "each"} if len(several) > 1 and len(names) > 1 else {}
    pages = {"pages": item.pages} if item.pages else {}
    return {
        "id": number,
        "path": [_plain(text) for text in item.path],
        "title": _joined_title(item),
        "departments": [codes[name] for name in names],
        **pages,
        **each,
    }


def _joined_title(item: DraftItem) -> str:
    return _plain(item.text)


def _plain(text: str) -> str:
    """Return a heading without blank lines; a line that only wraps is one with the next."""
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def _matrices(
    levels: Sequence[str], declared: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    choices = [field["key"] for field in declared if field["type"] == "choice"]
    rating = next((f["key"] for f in declared if f.get("ordered")), None)
    for key in [rating] if rating else choices[:1]:
        if len(levels) > 1:
            yield {"rows": levels[min(1, len(levels) - 2)], "columns": key}
        yield {"rows": "担当課", "columns": key}


def _free_levels(levels: Sequence[str], columns: Sequence[Column]) -> Iterator[str]:
    """Yield the names of the levels, that of the item last; none is one the tool uses itself."""
    title = next((c.name for c in columns if c.role is Role.TITLE), Role.TITLE.value)
    taken = {*RESERVED_LABELS}
    for name in (*levels, title):
        candidates = (name, f"{name}名", *(f"{name}{n}" for n in range(2, 50)))
        found = next(one for one in candidates if one not in taken)
        taken.add(found)
        yield found


def _beside(source: Source, table: Table) -> Iterator[Cell]:
    """Yield the cells of a table's sheet that are in none of its rows, and those in notes."""
    yield from table.above
    for sheet in source.sheets:
        if sheet.name == table.sheet:
            for (row, column), text in sheet.texts.items():
                yield Cell(Place(sheet.name, row, column), text)


def _role_in_words(column: Column) -> str:
    if column.role is Role.ANSWER:
        return f"{Role.ANSWER.value}「{column.name}」"
    if column.role in (Role.LEVEL, Role.NUMBER_OF_LEVEL):
        return f"{column.role.value}「{column.name}」"
    return "使わない列" if column.role is Role.UNUSED else column.role.value
