"""What the cover says of the cells to fill on the city's own form, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from workflow.model.cells import CellIndex, a1, quoted_sheet
from workflow.model.fields.base import Field
from workflow.model.fields.checks import Check, RowCells
from workflow.model.fields.form import Form
from workflow.model.indicators.actual import ActualField
from workflow.model.indicators.indicator import is_of_indicator
from workflow.python.dataclass import dataclass
from workflow.templates.filling import Filling
from workflow.templates.indicator_table import ACTUAL_KEY
from workflow.templates.layout import Column, ColumnKind, EntryRow, Layout
from workflow.templates.own.layout import IssuedSheet, OwnLayout
from workflow.templates.own.marks import ACTUAL_WORD, INDICATOR_WORD
from workflow.templates.own.package.rules import any_of, fitting, is_whole
from workflow.templates.sheets.cover import cover_texts
from workflow.templates.sheets.cover_cells import (
    SENDING,
    TO_THE_NEXT,
    WRITING,
    CoverLine,
    earlier_answers,
    indicator_state,
    sheet_line,
    state_formula,
    state_of,
    to_leave_out,
    to_the_indicators,
)
from workflow.templates.sheets.entries import entry_texts
from workflow.templates.sheets.entry_rules import (
    Highlight,
    checks_of,
    field_highlights,
    waived_when,
)

_BLANK = Filling()
_ACTUAL = f"{INDICATOR_WORD}の{ACTUAL_WORD}"


def own_cover_texts(own: OwnLayout) -> Mapping[CellIndex, str]:
    """Return what is printed on the cover, by cell; nothing where the form has none of ours."""
    if not own.cover_sheet:
        return {}
    cells = OwnCells(own, _BLANK)
    return cover_texts(cells.layout, cells)


def own_printed_texts(own: OwnLayout) -> tuple[str, ...]:
    """Return every text that is printed on a form and on our sheets, each once, sorted."""
    ours = entry_texts(own.indicators) if own.indicators else {}
    return tuple(sorted({*own.texts, *own_cover_texts(own).values(), *ours.values()} - {""}))


@dataclass(frozen=True)
class OwnCells:
    """The cells to fill on the city's own form."""

    own: OwnLayout
    filling: Filling

    @cached_property
    def layout(self) -> Layout:
        """The layout with the fields alone that have a place, on the city's sheets or on ours."""
        layout = self.own.layout
        columns = tuple(c for c in layout.columns if not c.field or c.field.key in self._placed)
        columns += tuple(self._indicator_columns(len(layout.columns) + 1))
        fields = tuple(f for f in layout.answer_form.fields if f.key in self._placed)
        form = replace(layout.form, form=Form(fields, layout.answer_form.declared))
        return replace(layout, form=form, columns=columns, indicators=self.own.indicators, own=None)

    def _indicator_columns(self, index: int) -> Iterator[Column]:
        """Yield what stands for the indicators that the city's sheets ask for."""
        placed = [f for key, f in self.own.fields.items() if key in self._placed]
        asked = [field for field in placed if is_of_indicator(field.key)]
        if asked:
            is_required = any(field.required for field in asked)
            actual = ActualField(key=ACTUAL_KEY, label=_ACTUAL, required=is_required)
            yield Column(index, ColumnKind.FIELD, actual.heading, 0, field=actual)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What is asked of a whole answer, as far as the form has the cells for it."""
        first = self.own.layout.rows[0].item.id if self.own.layout.rows else ""
        return fitting(checks_of(self.layout), self._row_cells(first, self._anywhere))

    def steps(self) -> Iterator[str]:
        """Yield how the form is filled in."""
        is_card = any(sheet.item for sheet in self.own.sheets)
        if is_card:
            yield (
                "シートは取組ごとに分かれています。"
                "下の「取組内容の一覧」の「記入する」を押すと、そのシートへ移ります。"
            )
        yield (
            "下の「記入する項目」の欄に記入してください。まだ記入していない必須の欄には点と色が付いています。"
            "そのほかのセルは変更できません。"
        )
        if self.own.indicators:
            yield to_the_indicators(self.own.indicators)
        yield TO_THE_NEXT
        yield from WRITING
        yield from earlier_answers(self.own.layout)
        yield from to_leave_out(self.layout)
        yield SENDING
        what = "シートや行、列" if is_card else "行や列"
        yield (
            f"様式が合わないときは、{what}を増やしたり消したりせずに、問い合わせ先へご連絡ください。"
        )

    def lines(self, choices: Mapping[str, str]) -> Iterator[CoverLine]:
        """Yield a line per item, and one for each indicator on the sheet of ours."""
        where = quoted_sheet(self.own.cover_sheet)
        lists = {key: f"{where}!{area}" for key, area in choices.items()}
        for entry in self.layout.rows:
            yield self._line(entry, lists)
        for entry in self.own.indicators.rows if self.own.indicators else ():
            yield self._line_of_ours(entry, lists)

    def _line_of_ours(self, entry: EntryRow, lists: Mapping[str, str]) -> CoverLine:
        assert self.own.indicators
        return sheet_line(
            self.own.indicators,
            entry,
            {},
            waived=lambda: waived_when(self.layout, self._row_cells(entry.item.id, lists)),
            state=lambda: indicator_state(self.layout, entry, self.filling),
        )

    def _line(self, entry: EntryRow, lists: Mapping[str, str]) -> CoverLine:
        cells = self._cells.get(entry.item.id, {})
        fields = [field for key, field in self.own.fields.items() if key in cells]
        layout = self._layout_of(fields)
        wanted = [f for f in fields if f.required] or [f for f in fields if not f.waives]
        wanted = wanted or fields
        return CoverLine(
            entry.item.id,
            entry.item.labels[-1],
            lambda: (
                self._formula(entry, lists, fields, wanted),
                state_of(layout, entry, self.filling, self.checks),
            ),
            lambda: _link([cells[field.key] for field in wanted]),
        )

    def _layout_of(self, fields: list[Field]) -> Layout:
        """Return the layout of an item that is asked these fields, some of indicators perhaps."""
        if not any(is_of_indicator(field.key) for field in fields):
            return self.layout
        form = Form(tuple(fields), self.layout.answer_form.declared)
        return replace(self.layout, form=replace(self.layout.form, form=form))

    def _formula(
        self,
        entry: EntryRow,
        lists: Mapping[str, str],
        fields: list[Field],
        wanted: list[Field],
    ) -> str:
        cells = self._row_cells(entry.item.id, lists)
        waived = waived_when(self.layout, cells)
        rules = tuple(self._rules(fields, cells))
        required = {at for at, field in enumerate(fields) if field in wanted}
        return state_formula([cells.now[f.key] for f in wanted], rules, required, waived)

    def _rules(self, fields: list[Field], cells: RowCells) -> Iterator[Highlight]:
        for at, field in enumerate(fields):
            if is_whole(self.own, field, cells.now):
                yield from field_highlights(self.layout, at, field, cells, self.checks)

    # Where everything stands.

    @cached_property
    def _cells(self) -> Mapping[str, Mapping[str, tuple[IssuedSheet, CellIndex]]]:
        """The place of each answer, by item and field; of several places the first one."""
        found: dict[str, dict[str, tuple[IssuedSheet, CellIndex]]] = {}
        for sheet in self.own.sheets:
            for (item, key), cell in sheet.answers.items():
                found.setdefault(item, {}).setdefault(key, (sheet, cell))
        return found

    @cached_property
    def _before(self) -> Mapping[str, Mapping[str, str]]:
        """Where last year's answers stand, by item and field, as a formula refers to them."""
        found: dict[str, dict[str, str]] = {}
        for sheet in self.own.sheets:
            for at, entry in enumerate(sheet.items):
                for key, cell in sheet.before(at).items():
                    found.setdefault(entry.item.id, {}).setdefault(key, _reference(sheet, cell))
        return found

    @cached_property
    def _placed(self) -> frozenset[str]:
        return frozenset(key for cells in self._cells.values() for key in cells)

    @property
    def _anywhere(self) -> Mapping[str, str]:
        """A list for each field that has one, wherever it stands."""
        return {field.key: "" for field in self.own.layout.answer_form.choice_fields}

    def _row_cells(self, item: str, lists: Mapping[str, str]) -> RowCells:
        now = {key: _reference(*place) for key, place in self._cells.get(item, {}).items()}
        before = self._before.get(item, {})
        return RowCells(now, before, any_of(before), lists)


def _reference(sheet: IssuedSheet, cell: CellIndex) -> str:
    return f"{quoted_sheet(sheet.name)}!${a1(*cell)}"


def _link(cells: list[tuple[IssuedSheet, CellIndex]]) -> str:
    """Return a link to the first of these cells that is empty, or else to the first one."""
    first, *_ = targets = [
        (_reference(*place), _text(f"#{quoted_sheet(place[0].name)}!{a1(*place[1])}"))
        for place in cells
    ]
    target = first[1]
    for cell, text in reversed(targets):
        target = f'IF({cell}="",{text},{target})'
    return f'=HYPERLINK({target},"記入する")'


def _text(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
