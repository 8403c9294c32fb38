"""What plan.xlsx says and shows while one types: messages, lists to choose from, colours.

Nothing here is enforced: loading the plan is what checks it. Yellow is what is still needed, red
is what will be refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflow.excel.style import ALERT_FILL, ALERT_INK, TO_FILL_FILL
from workflow.model.cells import a1, quoted_sheet
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.plan.book.columns import Setting, Table, description
from workflow.plan.book.layout import (
    CONDITION_FIELDS,
    DEPARTMENTS,
    FIELDS,
    FLAG_WORDS,
    SEPARATORS,
)
from workflow.plan.document import keys
from workflow.plan.schema import needed_keys

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

GUIDED_ROWS = 2000
"""So many rows of a table have lists, messages and colours, also those pasted in."""

COLOURS = "黄色は記入が必要なところ、赤は直すところです。"

_CODES, _LABELS = "担当課コード", "様式の項目名"
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
        for name, table, column in ((_CODES, DEPARTMENTS, "A"), (_LABELS, FIELDS, "B")):
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
        if key in needed_keys(*above):
            self._colour(sheet, (row, 1, row, 1), f'={cell}=""', self.needed)
        if setting.pointer in _CHOSEN_FROM:
            self._colour(sheet, (row, 1, row, 1), _is_unknown(cell, _CODES), self.wrong)

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
            yield f"=OR(ISNUMBER({cell}),ISERROR({cell}))", self.wrong
        if index == 0:
            all_of_them = _area(self.first)
            yield f'=AND({cell}<>"",SUMPRODUCT(--({all_of_them}={cell}))>1)', self.wrong
        if column.kind is Kind.DEPARTMENTS:
            yield _has_unknown(cell), self.wrong
        elif column.key in CONDITION_FIELDS:
            keys_too = f"{quoted_sheet(FIELDS.sheet)}!{_area(self.first)}"
            yield _is_unknown(cell, _LABELS, keys_too), self.wrong
        if column in table.columns and keys(column.key)[0] in needed_keys(*keys(table.pointer)):
            row = self.first + 1
            own = f"${a1(row, 1)}:${a1(row, len(table.columns))}"
            yield f'=AND({cell}="",COUNTA({own})>0)', self.needed

    def _colour(
        self, sheet: Worksheet, area: tuple[int, int, int, int], rule: str, shown: Format
    ) -> None:
        sheet.conditional_format(*area, {"type": "formula", "criteria": rule, "format": shown})


_CHOSEN_FROM = {"/plan/coordinator": _CODES} | dict.fromkeys(CONDITION_FIELDS, _LABELS)
"""Values that are chosen from a column of another table, by the name of that column."""


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
    # Several codes may stand in one cell, and a field may be named by its key: what is not on
    # the list is coloured, not refused.
    one_of_them = entry.kind is not Kind.DEPARTMENTS and key not in CONDITION_FIELDS
    return message | {"validate": "list", "source": source, "show_error": one_of_them}


def _source(entry: Setting | PlanColumn, key: str) -> list[str] | str | None:
    words: Mapping[Any, str] = FLAG_WORDS if entry.kind is Kind.FLAG else entry.words
    if words:
        return list(words.values())
    if entry.kind is Kind.DEPARTMENTS:
        return f"={_CODES}"
    return f"={_CHOSEN_FROM[key]}" if key in _CHOSEN_FROM else None


def _is_unknown(cell: str, *known: str) -> str:
    found = "+".join(f"SUMPRODUCT(--({names}={cell}))" for names in known)
    return f'=AND({cell}<>"",{found}=0)'


def _has_unknown(cell: str) -> str:
    """Return whether a cell holds more codes than are found in it."""
    lines = f'SUBSTITUTE(SUBSTITUTE({cell}," ",""),"　","")'
    for sign in SEPARATORS:
        lines = f'SUBSTITUTE({lines},"{sign}",CHAR(10))'
    framed = f"CHAR(10)&{lines}&CHAR(10)"
    found = f"ISNUMBER(FIND(CHAR(10)&{_CODES}&CHAR(10),{framed}))"
    stand_there = f'LEN({lines})-LEN(SUBSTITUTE({lines},CHAR(10),""))+1'
    return f'=AND({cell}<>"",SUMPRODUCT(--({_CODES}<>""),--{found})<{stand_there})'


def _filled(sheet: str, first: int, column: str) -> str:
    """Return a column of a table as far as it is filled, as a list to choose from."""
    area = f"{quoted_sheet(sheet)}!{_area(first, column)}"
    last = f'SUMPRODUCT(MAX(({area}<>"")*(ROW({area})-{first})))'
    return f"={quoted_sheet(sheet)}!${column}${first + 1}:INDEX({area},MAX(1,{last}))"


def _area(first: int, column: str = "A") -> str:
    """Return a column of a table, all its guided rows."""
    return f"${column}${first + 1}:${column}${first + GUIDED_ROWS}"
