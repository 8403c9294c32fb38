"""What plan.xlsx says and shows while one types: messages, lists to choose from, colours.

Nothing here is enforced: loading the plan is what checks it. Yellow is what is still needed, red
is what will be refused. Colours say what the reader will say, as far as a formula can: what it
reads without a question has none. Where a formula cannot tell, the cell has none either, and `plan`
tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workflow.excel.style import ALERT_FILL, ALERT_INK, TO_FILL_FILL
from workflow.model.cells import a1, column_letters, quoted_sheet
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.plan.book.columns import Setting, Table, description
from workflow.plan.book.layout import (
    CONDITION_FIELDS,
    DEPARTMENTS,
    FIELDS,
    FLAG_WORDS,
)
from workflow.plan.book.written_once import DITTO
from workflow.plan.document import keys
from workflow.plan.schema import needed_keys
from workflow.plan.written.named_departments import ABOVE, BETWEEN
from workflow.python.dataclass import dataclass

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_CHARACTERS = {"\n": "CHAR(10)", "\r": "CHAR(13)", "\t": "CHAR(9)"}


def wrong_kind(cell: str, column: PlanColumn) -> str:
    """Return whether a cell that asks for text holds what cannot be read as one.

    A number is read as one sees it, but Excel makes a date of 1-2.
    """
    number = f"ISNUMBER({cell})"
    if column.kind.takes_numbers:
        number = f'AND({number},LEFT(CELL("format",{cell}),1)="D")'
    return f"=OR(ISERROR({cell}),ISLOGICAL({cell}),{number})"


def other_word(cell: str, words: Iterable[str]) -> str:
    """Return whether a cell holds none of some words, in either width."""
    others = ",".join(f'ASC({cell})<>ASC("{word}")' for word in words)
    return f'=AND({cell}<>"",{others})'


def repeated(cell: str, area: str) -> str:
    """Return whether a cell says what another one of its column says."""
    return f'=IF({cell}="",FALSE,SUMPRODUCT(--({area}&""={cell}&""))>1)'


def unknown(cell: str, *known: str) -> str:
    """Return whether a cell holds none of what some areas hold."""
    found = "+".join(f"SUMPRODUCT(--({names}={cell}))" for names in known)
    return f'=AND({cell}<>"",{found}=0)'


def unknown_department(cell: str, known: Sequence[str]) -> str:
    """Return whether a cell names more than departments known by some areas and what parts them.

    The name of a 部 may stand before that of a department; then it is enough that one is known.
    """
    plain = _even(cell)
    known_length = "+".join(
        f'SUMPRODUCT(LEN({plain})-LEN(SUBSTITUTE({plain},{_even(names)},"")))' for names in known
    )
    names_above = ",".join(f'ISNUMBER(FIND("{word}",{cell}))' for word in ABOVE)
    more = _without(plain, (*BETWEEN, *sorted(DITTO)))
    needed = f"IF(OR({names_above}),1,LEN({more}))"
    return f'=IF({cell}="",FALSE,{known_length}<{needed})'


def _even(text: str) -> str:
    """Return a text or an area in one width and case, without blanks and line breaks."""
    return _without(f"UPPER(ASC({text}))", (" ", "\n"))


def _without(text: str, parts: Iterable[str]) -> str:
    for part in parts:
        found = _CHARACTERS.get(part) or '"' + part.replace('"', '""') + '"'
        text = f'SUBSTITUTE({text},{found},"")'
    return text


def missing(cell: str, row: str, headings: str) -> str:
    """Return whether a needed cell is blank in a row that says something besides headings.

    A row of headings alone stands above the entries it is the heading of.
    """
    has_more = f"COUNTA({row})>COUNTA({headings})" if headings else f"COUNTA({row})>0"
    return f'=AND({cell}="",{has_more})'


def missing_heading(row: str, headings: str, column: str, first: int, last: int) -> str:
    """Return whether a heading is blank, and none above it holds for its row as well.

    Headings are written once where none stands twice in a row; what stands above and below a blank
    one alike holds for it too, and so does one in a row of its own, without 整理番号 in
    column A. The row is that of the first entry.
    """
    cell = f"${column}{first}"
    above, below = f"${column}${first}:{cell}", f"${column}{first + 1}:${column}${last}"
    upper = f"${column}${first}:${column}${last - 1}"
    lower = f"${column}${first + 1}:${column}${last}"
    repeats = f'SUMPRODUCT(--({upper}={lower}),--({upper}<>""))>0'
    last_above = f'LOOKUP(2,1/({above}<>""),{above})'
    next_below = f'INDEX({below},MATCH(1,INDEX(--({below}<>""),0),0))'
    in_own_row = f'IFERROR(LOOKUP(2,1/({above}<>""),--($A${first}:$A{first}="")),0)=1'
    is_open = f"IFERROR({last_above}<>{next_below},TRUE)"
    is_open = f"IF({in_own_row},FALSE,IF({repeats},{is_open},FALSE))"
    blank = missing(cell, row, headings).removeprefix("=")
    return f"=IF({blank},IF(COUNTA({above})=0,TRUE,{is_open}),FALSE)"


GUIDED_ROWS = 2000
"""So many rows of a table have lists, messages and colours, also those pasted in."""

COLOURS = "黄色は記入が必要なところ、赤は直すところです。"

_CODES, _NAMES, _FORMER = _DEPARTMENTS = ("担当課コード", "担当課の名前", "担当課の旧名")
_LABELS = "様式の項目名"
_NAMING = (Kind.DEPARTMENT, Kind.DEPARTMENTS, Kind.PERSON)
_TITLE_LIMIT, _MESSAGE_LIMIT = 32, 255


@dataclass(frozen=True, slots=True)
class Guides:
    """The lists and colours of one workbook; first is the first row of its tables, from 0."""

    needed: Format
    wrong: Format
    first: int

    @classmethod
    def of(cls, book: Workbook, first: int) -> Guides:
        """Add to a workbook what its guides rest on."""
        for name, table, column in (
            (_CODES, DEPARTMENTS, "A"),
            (_NAMES, DEPARTMENTS, "B"),
            (_FORMER, DEPARTMENTS, "C"),
            (_LABELS, FIELDS, "B"),
        ):
            book.define_name(name, _filled(table.sheet, first, column))
        return cls(
            needed=book.add_format({"bg_color": TO_FILL_FILL}),
            wrong=book.add_format({"bg_color": ALERT_FILL, "font_color": ALERT_INK}),
            first=first,
        )

    def guide_setting(self, sheet: Worksheet, row: int, columns: int, setting: Setting) -> None:
        """Guide one setting, whose values stand from the second column on."""
        cell = a1(row + 1, 2)
        for at, part in enumerate(setting.parts, start=1):
            sheet.data_validation(row, at, row, at, _validation(part, part.key))
        first = 1 + len(setting.parts)
        if first <= columns:
            sheet.data_validation(row, first, row, columns, _validation(setting, setting.pointer))
        *above, key = keys(setting.pointer)
        if key in needed_keys(*above) and not setting.named_by:
            self._colour(sheet, (row, 1, row, 1), f'={cell}=""', self.needed)
        if setting.kind in _NAMING:
            unknown = unknown_department(cell, _DEPARTMENTS)
            self._colour(sheet, (row, 1, row, 1), unknown, self.wrong)

    def guide_table(self, sheet: Worksheet, table: Table) -> None:
        """Guide every column of a table."""
        for index, column in enumerate(table.all_columns):
            area = (self.first, index, self.first + GUIDED_ROWS - 1, index)
            sheet.data_validation(*area, _validation(column, column.key))
            for rule, shown in self._rules(table, index, column):
                self._colour(sheet, area, rule, shown)

    def _rules(self, table: Table, index: int, column: PlanColumn) -> Iterator[tuple[str, Format]]:
        """Yield the formulas of a column's colours, as they stand in its first row."""
        cell = f"${a1(self.first + 1, index + 1)}"
        if column.kind.is_text:
            yield wrong_kind(cell, column), self.wrong
        if column.words:
            yield other_word(cell, column.words.values()), self.wrong
        if index == 0 and table.first_is_id:
            yield repeated(cell, _area(self.first)), self.wrong
        if column.kind in _NAMING:
            yield unknown_department(cell, _DEPARTMENTS), self.wrong
        elif column.key in CONDITION_FIELDS:
            keys_too = f"{quoted_sheet(FIELDS.sheet)}!{_area(self.first)}"
            yield unknown(cell, _LABELS, keys_too), self.wrong
        if self._is_needed(table, column):
            yield self._missing(table, column, cell), self.needed

    def _is_needed(self, table: Table, column: PlanColumn) -> bool:
        needed = needed_keys(*table.schema_keys)
        return column in table.columns and keys(column.key)[0] in needed and not column.named_by

    def _missing(self, table: Table, column: PlanColumn, cell: str) -> str:
        row, last = self.first + 1, self.first + GUIDED_ROWS
        at = [table.columns.index(level) for level in table.levels]
        own = _across(row, 0, len(table.columns) - 1)
        headings = _across(row, at[0], at[-1]) if at else ""
        if column in table.levels:
            letter = column_letters(table.columns.index(column) + 1)
            return missing_heading(own, headings, letter, row, last)
        return missing(cell, own, headings)

    def _colour(
        self, sheet: Worksheet, area: tuple[int, int, int, int], rule: str, shown: Format
    ) -> None:
        sheet.conditional_format(*area, {"type": "formula", "criteria": rule, "format": shown})


def _validation(entry: Setting | PlanColumn, key: str) -> dict[str, Any]:
    """Return XlsxWriter's options for a cell: its choices and its description."""
    message: dict[str, Any] = {
        "validate": "any",
        "input_title": entry.label[:_TITLE_LIMIT],
        "input_message": description(entry)[:_MESSAGE_LIMIT],
    }
    source = _source(entry, key)
    if source is None:
        return message
    # A department may be named, several may stand in one cell, and a field may be named by its
    # key: what is not on the list is coloured, not refused.
    offers = isinstance(entry, PlanColumn) and entry.offers
    one_of_them = not (offers or entry.kind in _NAMING or key in CONDITION_FIELDS)
    return message | {"validate": "list", "source": source, "show_error": one_of_them}


def _source(entry: Setting | PlanColumn, key: str) -> list[str] | str | None:
    words: Mapping[Any, str] = FLAG_WORDS if entry.kind is Kind.FLAG else entry.words
    if words:
        return list(words.values())
    if isinstance(entry, PlanColumn) and entry.offers:
        return list(entry.offers)
    if entry.kind in _NAMING:
        return f"={_NAMES if entry.kind is Kind.PERSON else _CODES}"
    return f"={_LABELS}" if key in CONDITION_FIELDS else None


def _across(row: int, first: int, last: int) -> str:
    """Return the cells of a row from one column to another."""
    return f"${a1(row, first + 1)}:${a1(row, last + 1)}"


def _filled(sheet: str, first: int, column: str) -> str:
    """Return a column of a table as far as it is filled, as a list to choose from."""
    area = f"{quoted_sheet(sheet)}!{_area(first, column)}"
    last = f'SUMPRODUCT(MAX(({area}<>"")*(ROW({area})-{first})))'
    return f"={quoted_sheet(sheet)}!${column}${first + 1}:INDEX({area},MAX(1,{last}))"


def _area(first: int, column: str = "A") -> str:
    """Return a column of a table, all its guided rows."""
    return f"${column}${first + 1}:${column}${first + GUIDED_ROWS}"
