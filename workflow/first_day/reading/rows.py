"""The rows of a city's tables → items with their departments and last year's answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from workflow.first_day.reading.bands import (
    LONGEST_BAND,
    Band,
    Bands,
    Context,
    context_of,
    names_above,
    says_level,
)
from workflow.first_day.reading.column import Column
from workflow.first_day.reading.columns import Keys
from workflow.first_day.reading.indicator_words import OF_INDICATORS
from workflow.first_day.reading.indicators import indicators_in
from workflow.first_day.reading.items import (
    NO_LEVEL,
    Answered,
    DraftItem,
    ItemList,
    LeftOut,
    id_of,
    joined,
    pages_of,
)
from workflow.first_day.reading.tables import Cell, Grid, Row, Table
from workflow.first_day.reading.words import (
    NOTHING,
    Role,
    department_names,
    looks_like_department,
)
from workflow.model.cells import folded
from workflow.plan.book.written_once import DITTO

_TOTAL = re.compile(
    r"(?:総|小|合|累|中)?計|総?合計|.{0,12}[　 ]?(?:合計|小計|総計|の計)|平均|件数計|全体計"
)
_NOTE = re.compile(r"(?:※|＊|\*|注|（注|\(注|備考|出典|資料|凡例|【).*", re.DOTALL)
_OUTLINE_NUMBER = re.compile(r"第.{1,3}[章節部]?|[IVX]+|[一二三四五六七八九十]+")
_SHORTEST_BAND = 2
_OF_ITEMS = (Role.ID, Role.LEVEL, Role.NUMBER_OF_LEVEL, Role.TITLE, Role.DEPARTMENT, Role.PAGES)


def read_items(
    grids: Mapping[str, Grid], tables: Sequence[Table], columns: Sequence[Column], keys: Keys
) -> ItemList:
    """Return the items that tables list."""
    by_key = {column.key: column for column in columns}
    contexts = [context_of(grids[t.sheet], t, len(tables) > 1) for t in tables]
    bands = Bands(contexts)
    readers = []
    for at, table in enumerate(tables):
        mine = {c: by_key[key] for (t, c), key in keys.items() if t == at}
        reader = _TableReader(table, mine, contexts[at], bands)
        reader.read()
        readers.append(reader)
    above = names_above(contexts, bands)
    own = tuple(dict.fromkeys(c.name for c in columns if c.role is Role.LEVEL))
    items = [item for reader in readers for item in reader.items_below(above, own, bands)]
    left = tuple(left for reader in readers for left in reader.left_out)
    return ItemList((*above, *own), tuple(joined(items)), left)


class _TableReader:
    """Reads the rows of one table, from top to bottom."""

    def __init__(
        self, table: Table, columns: Mapping[int, Column], context: Context, bands: Bands
    ) -> None:
        self._table = table
        self._columns = columns
        self._context = context
        self._bands = bands
        self._of: dict[Role, list[int]] = {}
        for number, column in sorted(columns.items()):
            self._of.setdefault(column.role, []).append(number)
        self._of_indicators = {n for role in OF_INDICATORS for n in self._of.get(role, ())}
        self._levels: dict[int, Cell] = {}
        self._numbers: dict[int, Cell] = {}
        self._ids = {
            id_of(row.own[self._column(Role.ID)])
            for row in table.rows
            if self._column(Role.ID) in row.own
        }
        self._band: dict[int, Band] = {}
        self._department = (context.department, context.department_cell)
        self._item: DraftItem | None = None
        self._found: list[tuple[DraftItem, dict[int, Band], dict[str, str]]] = []
        self._above: dict[int, Cell] = {}
        self.left_out: list[LeftOut] = []

    def read(self) -> None:
        """Read all rows."""
        last = max((row.number for row in self._table.rows if self._has_title(row)), default=0)
        for row in self._table.rows:
            self._read(self._as_meant(row), row.number <= last)

    def items_below(
        self, above: Sequence[str], levels: Sequence[str], bands: Bands
    ) -> Iterator[DraftItem]:
        """Yield the items with their whole path: the levels above the table, then its own."""
        context = self._context
        for item, band, own in self._found:
            path = {name: own.get(name, "") for name in levels}
            over = dict.fromkeys(above, "")
            if context.level_name:
                over[context.level_name] = context.level
                if context.level_cell:
                    item.parts.append((Role.LEVEL, context.level_name, context.level_cell))
            for depth, line in band.items():
                name = bands.names[depth]
                over[name] = line.text
                item.parts += [(Role.LEVEL, name, cell) for cell in line.cells]
            whole = [*over.values(), *path.values()]
            item.path = tuple(text or NO_LEVEL for text in whole)
            yield item

    def _column(self, role: Role) -> int:
        return next(iter(self._of.get(role, ())), 0)

    def _has_title(self, row: Row) -> bool:
        return self._column(Role.TITLE) in row.own

    def _as_meant(self, row: Row) -> Row:
        """Return a row in which 〃 says what it stands for and merged cells what they are for."""
        own = {column: self._undittoed(column, cell) for column, cell in row.own.items()}
        self._above |= own
        covered = {
            column: self._undittoed(column, cell)
            for column, cell in row.covered.items()
            if self._reaches(cell, column)
        }
        return Row(row.sheet, row.number, own, covered, row.widths)

    def _undittoed(self, column: int, cell: Cell) -> Cell:
        is_ditto = cell.text.strip() in DITTO and column in self._above
        return Cell(cell.location, self._above[column].text) if is_ditto else cell

    def _reaches(self, cell: Cell, column: int) -> bool:
        """Whether a merged cell says something in a column: sideways only over its like."""
        before = range(cell.location.column, column)
        roles = {self._columns[c].role for c in before if c in self._columns}
        if column in self._of.get(Role.LEVEL, ()):
            return roles <= {Role.LEVEL, Role.NUMBER_OF_LEVEL}
        return roles <= {Role.UNUSED}

    def _read(self, row: Row, is_among_items: bool) -> None:
        reason = self._beside_items(row, is_among_items)
        if reason:
            self.left_out += [LeftOut(cell, reason) for cell in row.own.values()]
        elif is_among_items and self._is_band(row):
            self._take_band(Band(tuple(row.own[column] for column in sorted(row.own))))
        elif self._repeats(row):
            self._add_indicator_of_same(row)
        elif self._has_title(row) and not self._goes_on(row):
            self._begin(row)
        else:
            self._continue(row)

    def _beside_items(self, row: Row, is_among_items: bool) -> str:
        """Return why a row is no part of any item; "" when it is."""
        cells = list(row.own.values())
        if any(_TOTAL.fullmatch("".join(cell.text.split())) for cell in cells[:3]):
            return "合計の行です"
        if len(cells) == 1 and _NOTE.fullmatch(cells[0].text) and not self._heads_rows(cells):
            return "表の注記です"
        at_answers = set(row.own) <= {
            *self._of.get(Role.ANSWER, ()),
            *self._of.get(Role.DEPARTMENT, ()),
            *self._of_indicators,
        }
        if not is_among_items and not at_answers and len(cells) < 3:
            return "表の下の記載です"
        return ""

    def _take_band(self, band: Band) -> None:
        if self._names_department(band.unbracketed):
            self._department = (band.unbracketed, band.cells[0])
        else:
            depth = self._bands.depth(band.text)
            self._band = {d: b for d, b in self._band.items() if d < depth} | {depth: band}
        self._levels, self._numbers, self._item = {}, {}, None

    def _heads_rows(self, cells: Sequence[Cell]) -> bool:
        """Whether cells alone in a row read as a level, or as the department of what follows."""
        band = Band(tuple(cells))
        return says_level(band.text) or self._names_department(band.unbracketed)

    def _names_department(self, text: str) -> bool:
        return not self._of.get(Role.DEPARTMENT) and looks_like_department(text)

    def _is_band(self, row: Row) -> bool:
        """Whether a row holds one text for all rows below it."""
        if len(row.own) != 1:
            return self._is_numbered_band(row)
        ((column, cell),) = row.own.items()
        role = self._columns[column].role if column in self._columns else Role.UNKNOWN
        if role is Role.TITLE and row.widths[column] == 1 and not self._of.get(Role.LEVEL):
            return False
        few = sum(not c.isdigit() for c in cell.text) < _SHORTEST_BAND
        if few or len(cell.text) > LONGEST_BAND:
            return False
        if row.widths.get(column, 1) > 1 and column <= self._column(Role.TITLE):
            return True
        if role is Role.ID:
            return self._heads_rows([cell])
        return column == min(self._columns) and role not in (Role.LEVEL, Role.TITLE)

    def _is_numbered_band(self, row: Row) -> bool:
        """Whether a row is a heading with its number in the column of ids: nobody's, no answers."""
        ids, title = self._column(Role.ID), self._column(Role.TITLE)
        if not ids or set(row.own) != {ids, title}:
            return False
        number = id_of(row.own[ids])
        if any(other.startswith((f"{number}-", f"{number}.")) for other in self._ids):
            return True
        beyond = range(title + 1, title + row.widths.get(title, 1))
        is_over_others = any(c in self._of.get(Role.DEPARTMENT, ()) for c in beyond)
        is_outline = bool(self._of.get(Role.DEPARTMENT)) and _OUTLINE_NUMBER.fullmatch(number)
        return is_over_others or (
            bool(is_outline) and row.at(self._column(Role.DEPARTMENT)) is None
        )

    def _goes_on(self, row: Row) -> bool:
        """Whether a row with a title goes on with the item above: it has no number, nobody's."""
        goes_on = {self._column(Role.TITLE), *self._of.get(Role.ANSWER, ()), *self._of_indicators}
        if self._item is None or not set(row.own) <= goes_on:
            return False
        ids, departments = self._column(Role.ID), self._column(Role.DEPARTMENT)
        has_nobody = bool(departments) and row.at(departments) is None
        is_title_alone = len(row.own) == 1
        if ids and self._item.number and row.at(ids) is None:
            return is_title_alone or has_nobody
        return is_title_alone and has_nobody and not ids

    def _repeats(self, row: Row) -> bool:
        """Whether a row says its item again, word for word, to give it another indicator."""
        item, title = self._item, row.own.get(self._column(Role.TITLE))
        if item is None or title is None or title.text != item.title[0].text:
            return False
        if len(item.title) > 1 or not item.indicators or not self._of_indicators & set(row.own):
            return False
        number, department = row.at(self._column(Role.ID)), row.at(self._column(Role.DEPARTMENT))
        levels = self._of.get(Role.LEVEL, ())
        return (
            (number is None or id_of(number) == item.number)
            and (department is None or item.departments.keys() >= _named_in(department))
            and all(
                row.own[c].text == self._levels[c].text
                for c in levels
                if c in row.own and c in self._levels
            )
        )

    def _add_indicator_of_same(self, row: Row) -> None:
        """Take the indicator of a row that says its item again; the rest says nothing new."""
        item = self._item
        assert item is not None
        item.indicators += indicators_in(row, self._columns)
        known = {cell.text for cell in self._above_answers(item)}
        for column, cell in row.own.items():
            role = self._columns[column].role if column in self._columns else Role.UNKNOWN
            if role is Role.ANSWER and cell.text not in known:
                self._add_answers(item, Row(row.sheet, row.number, {column: cell}), [])
            elif role is Role.ANSWER:
                self.left_out.append(LeftOut(cell, "上の行と同じ回答です"))
            elif role in _OF_ITEMS:
                item.parts.append((role, self._columns[column].name or role.value, cell))

    @staticmethod
    def _above_answers(item: DraftItem) -> Iterator[Cell]:
        for answered in item.answers:
            for cells in answered.values.values():
                yield from cells

    def _begin(self, row: Row) -> None:
        self._set_levels(row)
        title = row.own[self._column(Role.TITLE)]
        item = DraftItem([title], (), row.sheet)
        self._item = item
        own = {}
        for column in self._of.get(Role.LEVEL, ()):
            cell = self._levels.get(column)
            if cell:
                item.parts.append((Role.LEVEL, self._columns[column].name, cell))
            own[self._columns[column].name] = self._level_text(column, item)
        item.parts.append((Role.TITLE, Role.TITLE.value, title))
        for role in (Role.ID, Role.PAGES):
            cell = row.at(self._column(role))
            if cell and cell.text not in NOTHING:
                item.parts.append((role, role.value, cell))
                if role is Role.ID:
                    item.number = id_of(cell)
                else:
                    item.pages = pages_of(cell.text)
        self._add_departments(item, row)
        self._add_answers(item, row, list(item.departments))
        item.indicators += indicators_in(row, self._columns)
        self._found.append((item, dict(self._band), own))

    def _continue(self, row: Row) -> None:
        """Take a row below an item: a level of its own, another department, or more text."""
        self._set_levels(row)
        item = self._item
        levels = {*self._of.get(Role.LEVEL, ()), *self._of.get(Role.NUMBER_OF_LEVEL, ())}
        rest = {column: cell for column, cell in row.own.items() if column not in levels}
        if item is None or (len(rest) < len(row.own) and not self._is_covered(row)):
            why = "どの取組内容の行か分かりません"
            self.left_out += [LeftOut(cell, why) for cell in rest.values()]
            if len(rest) < len(row.own):
                self._item = None
            return
        title = row.own.get(self._column(Role.TITLE))
        if title:
            item.title.append(title)
            item.parts.append((Role.TITLE, Role.TITLE.value, title))
        before = list(item.departments)
        self._add_departments(item, row)
        added = [name for name in item.departments if name not in before]
        self._add_answers(item, row, added)
        item.indicators += indicators_in(row, self._columns)
        used = {*self._of.get(Role.ANSWER, ()), self._column(Role.TITLE), *levels}
        used |= {self._column(Role.DEPARTMENT), *self._of.get(Role.UNUSED, ())}
        used |= self._of_indicators
        why = "どの取組内容のものか分かりません"
        self.left_out += [LeftOut(cell, why) for column, cell in rest.items() if column not in used]

    def _is_covered(self, row: Row) -> bool:
        return self._column(Role.TITLE) in row.covered

    def _set_levels(self, row: Row) -> None:
        """Take the levels a row says; what is above one that changed stays, what is below goes."""
        columns = self._of.get(Role.LEVEL, [])
        for depth, column in enumerate(columns):
            cell = row.at(column)
            if cell and cell.text in NOTHING:
                self._levels.pop(column, None)
            elif cell and cell != self._levels.get(column):
                for lower in columns[depth:]:
                    self._levels.pop(lower, None)
                self._levels[column] = cell
        for column in self._of.get(Role.NUMBER_OF_LEVEL, ()):
            cell = row.at(column)
            if cell:
                self._numbers[column] = cell

    def _level_text(self, column: int, item: DraftItem) -> str:
        """Return a level's text with the number that stands in a column of its own."""
        cell = self._levels.get(column)
        if cell is None:
            return ""
        name = folded(self._columns[column].name)
        for number in self._of.get(Role.NUMBER_OF_LEVEL, ()):
            numbered = self._columns[number]
            mine = folded(numbered.name) == name or numbered.name in (self._columns[column].name,)
            if mine and number in self._numbers:
                found = self._numbers[number]
                item.parts.append((Role.LEVEL, self._columns[column].name, found))
                if not cell.text.startswith(found.text):
                    return f"{found.text} {cell.text}"
        return cell.text

    def _add_departments(self, item: DraftItem, row: Row) -> None:
        cell = row.at(self._column(Role.DEPARTMENT))
        if cell is None or cell.text in NOTHING:
            text, named_in = self._department
            if text and not item.departments:
                item.departments |= dict.fromkeys(department_names(text), named_in)
                if named_in:
                    item.parts.append((Role.DEPARTMENT, Role.DEPARTMENT.value, named_in))
            return
        for name in department_names(cell.text):
            item.departments.setdefault(name, cell)
        item.parts.append((Role.DEPARTMENT, Role.DEPARTMENT.value, cell))

    def _add_answers(self, item: DraftItem, row: Row, departments: list[str]) -> None:
        """Add what a row answers: to the departments it names, or to the last that were named."""
        found = {
            self._columns[column].key: cell
            for column in self._of.get(Role.ANSWER, ())
            if (cell := row.at(column)) is not None
        }
        if departments or not item.answers:
            item.answers.append(Answered(departments))
        for key, cell in found.items():
            lines = item.answers[-1].values.setdefault(key, [])
            if cell not in lines:
                lines.append(cell)


def _named_in(cell: Cell) -> set[str]:
    return set(department_names(cell.text))
