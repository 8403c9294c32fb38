"""What becomes of every cell of a source, and what there is to say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from workflow.first_day.document import AnswerLine
from workflow.first_day.fields import ProposedField
from workflow.first_day.indicators import ImportedIndicators
from workflow.first_day.names import Departments, Ids
from workflow.first_day.reading.column import Column
from workflow.first_day.reading.columns import Keys
from workflow.first_day.reading.items import NO_LEVEL, DraftItem, ItemList
from workflow.first_day.reading.source import CellLocation, Source
from workflow.first_day.reading.tables import Cell, Table
from workflow.first_day.reading.words import NOTHING, Role
from workflow.model.catalogue import Code
from workflow.model.findings import Detail, Finding, Location
from workflow.model.years import era_year
from workflow.plan.book.indicator_sheet import INDICATOR_SHEET
from workflow.plan.book.layout import ITEM_SHEET
from workflow.python.dataclass import dataclass


class Became(StrEnum):
    """What became of a cell of the source."""

    PLAN = "計画に入れた"
    ANSWER = "前の年度の回答にした"
    HEADING = "見出しとして読んだ"
    ABOVE = "表題として読んだ"
    LEFT_OUT = "取り込まなかった"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one cell: where it went, as what, or why it went nowhere."""

    became: Became
    where: str = ""
    written: str = ""
    why: str = ""
    item: str = ""
    column: str = ""


class Account:
    """The fate of every cell of a source and the findings, noted as a draft is made."""

    def __init__(self, source: Source, read: Source) -> None:
        self._source = source
        self._read = read
        self.fates: dict[CellLocation, Fate] = {}
        self.findings: list[Finding] = []

    def say(
        self, code: Code, details: Mapping[str, Detail] | None = None, *, sheet: str = ""
    ) -> None:
        """Add a finding of the source as a whole, or of a sheet."""
        location = Location(file=self._source.file, sheet=sheet)
        self.findings.append(Finding(code, location, details or {}))

    def say_of(self, code: Code, cell: Cell, details: Mapping[str, str]) -> None:
        """Add a finding of one cell."""
        at = cell.location
        location = Location(file=self._source.file, sheet=at.sheet, row=at.row, column=at.column)
        self.findings.append(Finding(code, location, details))

    def note_columns(self, columns: Sequence[Column]) -> None:
        """Say which columns are not sure, and which were left out."""
        for column in columns:
            letters, heading = "・".join(column.letters), column.heading or "（見出しなし）"
            why = column.why
            if not column.is_sure:
                self.say(
                    Code.IMPORT_COLUMN_UNSURE,
                    {"column": letters, "heading": heading, "role": column.became, "why": why},
                )
            elif column.role is Role.UNUSED and column.cells:
                self.say(
                    Code.IMPORT_COLUMN_LEFT_OUT,
                    {"column": letters, "heading": heading, "why": why},
                )

    def note_cells(
        self,
        tables: Sequence[Table],
        columns: Sequence[Column],
        keys: Keys,
        listed: ItemList,
        ids: Ids,
        departments: Departments,
    ) -> None:
        """Note what headings and items are made of, and what reading them left out."""
        self._note_headings(tables, {column.key: column for column in columns}, keys)
        for item, number in zip(listed.items, ids.ids, strict=True):
            self._note_item(item, number, departments)
        for left in listed.left_out:
            self._note(left.cell, Fate(Became.LEFT_OUT, why=left.why))
            if left.why.startswith("どの"):
                self.say_of(Code.IMPORT_ROW_UNCLEAR, left.cell, {"value": left.cell.text})

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
                    where = by_key[key].became if key else ""
                    self._note(cell, Fate(Became.HEADING, where=where))

    def _note_item(self, item: DraftItem, number: str, departments: Departments) -> None:
        written = {Role.ID: number, Role.PAGES: item.pages, Role.TITLE: item.plain_title}
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
        if NO_LEVEL in item.path:
            self.say_of(Code.IMPORT_LEVEL_BLANK, item.title[0], {"name": number})

    def note_answers(
        self, answers: Sequence[AnswerLine], fields: Sequence[ProposedField], year: int | None
    ) -> None:
        """Note which cells became answers of the earlier year."""
        by_column = {proposed.column: proposed for proposed in fields}
        for answer in answers:
            for key, cells in answer.cells.items():
                proposed = by_column[key]
                for cell in cells:
                    self._note(cell, _fate_of_answer(answer, proposed, cell, year))

    def note_indicators(self, found: ImportedIndicators) -> None:
        """Note which cells became indicators of the plan, and say what could not be told."""
        for taken in found.taken:
            fate = Fate(Became.PLAN, INDICATOR_SHEET, taken.written, "", taken.item, taken.column)
            self._note(taken.cell, fate)
        undated = {cell for column in found.undated.values() for cell in column.cells}
        for refused in found.refused:
            self._note(refused.cell, Fate(Became.LEFT_OUT, why=f"{refused.why}ためです"))
            if refused.cell not in undated:
                details = {"value": refused.cell.text, "why": refused.why}
                self.say_of(Code.IMPORT_INDICATOR_VALUE, refused.cell, details)
        for column in found.undated.values():
            letters = "・".join(column.letters)
            self.say(Code.IMPORT_INDICATOR_NO_YEAR, {"column": letters, "heading": column.heading})
        counted = (
            *((Code.IMPORT_INDICATOR_BLANK, what, names) for what, names in found.blank.items()),
            (Code.IMPORT_INDICATOR_AIM, Role.AIM.value, found.aims_read),
            (Code.IMPORT_INDICATOR_NAME, Role.INDICATOR.value, found.named_by_items),
        )
        for code, what, names in counted:
            if names:
                self.say(code, {"first": names[0], "count": len(names), "what": what})

    def note_unused(self, tables: Sequence[Table], columns: Sequence[Column], keys: Keys) -> None:
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
                    self.fates.setdefault(cell.location, Fate(Became.LEFT_OUT, why=why))

    def note_unseen(self, items: Sequence[DraftItem]) -> None:
        """Say of each sheet how many items stand in hidden rows, and what is struck through."""
        titles = [item.title[0].location for item in items]
        for sheet in self._read.sheets:
            hidden = [p for p in titles if p.sheet == sheet.name and p.row in sheet.hidden_rows]
            for code, found in ((Code.IMPORT_HIDDEN, hidden), (Code.IMPORT_STRUCK, sheet.struck)):
                if found:
                    self.say(code, {"count": len(found)}, sheet=sheet.name)

    def note_rest(self, tables: Sequence[Table]) -> None:
        """Note every other cell that nobody has taken, and why."""
        of_tables = {table.sheet for table in tables}
        for sheet in self._source.sheets:
            why = "取り込む表のないシートです"
            if sheet.name in of_tables:
                why = "表の外の記載です"
            elif sheet.name not in {one.name for one in self._read.sheets}:
                why = "--sheet で選ばれなかったシートです"
            for row, column in sheet.texts:
                location = CellLocation(sheet.name, row, column)
                self.fates.setdefault(location, Fate(Became.LEFT_OUT, why=why))
            for row, column in sheet.struck or {}:
                location = CellLocation(sheet.name, row, column)
                self.fates[location] = Fate(Became.LEFT_OUT, why="取り消し線が引かれています")

    def _note(self, cell: Cell, fate: Fate) -> None:
        before = self.fates.get(cell.location)
        if before is None or before.became not in (Became.PLAN, Became.ANSWER):
            self.fates[cell.location] = fate
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
            self.fates[cell.location] = replace(before, written=whole, item=items)


def _fate_of_answer(
    answer: AnswerLine, proposed: ProposedField, cell: Cell, year: int | None
) -> Fate:
    if year is None:
        return Fate(Became.LEFT_OUT, why="何年度の回答か分からないため")
    whole = "\n".join(one.text for one in answer.cells[proposed.column])
    written = proposed.stored[whole] if whole == cell.text else cell.text
    where = f"{era_year(year)}の台帳"
    return Fate(Became.ANSWER, where, written, item=answer.item, column=proposed.label)
