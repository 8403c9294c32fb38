"""The answers on the city's own form that came back: each item with the cells of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from workflow.model.catalogue import Code
from workflow.model.cells import CellIndex, a1, folded_id
from workflow.model.findings import Detail, Finding, Location
from workflow.model.raw import RawCell
from workflow.python.dataclass import dataclass
from workflow.returned.find_rows import MatchedRow, Matching, quoted_all, says_same
from workflow.returned.own.sheets import OwnSheet
from workflow.templates.own.form import Repeat, answer_name
from workflow.templates.own.layout import IssuedSheet, OwnLayout
from workflow.templates.own.marks import MarkKind
from workflow.templates.register import IssuedItem


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the answers of one item stand on one sheet that came back, and what was issued there.

    Cells are by field key; what is lost has none.
    """

    sheet: OwnSheet
    issued: IssuedSheet
    item: IssuedItem
    first: CellIndex
    cells: Mapping[str, CellIndex]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnMatching:
    """What was found of a form: its rows as the judge takes them, and where each stands."""

    matching: Matching
    standings: tuple[Standing, ...]


def match_own(sheets: Sequence[OwnSheet], own: OwnLayout) -> OwnMatching:
    """Return the answers of the items of a form, in the order the sheets have in the book."""
    seen = _Seen(sheets, own)
    standings = tuple(s for sheet in sheets for s in seen.standings(sheet))
    rows = seen.rows(standings)
    seen.notice_missing(rows, standings)
    seen.notice_in_part(rows, standings)
    matching = Matching(
        sheets[0].sheet.name, tuple(rows.values()), tuple(seen.findings), tuple(seen.repeated)
    )
    return OwnMatching(matching, standings)


class _Seen:
    """One pass over the sheets of one file; collects what is noticed."""

    def __init__(self, sheets: Sequence[OwnSheet], own: OwnLayout) -> None:
        self._own = own
        self._items = {entry.item.id: entry.item for entry in own.layout.rows}
        self._by_id = {folded_id(item): item for item in self._items}
        self.findings: list[Finding] = []
        self.repeated: list[MatchedRow] = []

    # Which item, and where its cells stand.

    def standings(self, sheet: OwnSheet) -> Iterator[Standing]:
        """Yield the items found on a sheet."""
        if not sheet.holds_answers:
            return
        if sheet.source.repeat is Repeat.ROWS:
            yield from self._rows_of(sheet)
        else:
            yield from self._card(sheet)

    def _card(self, sheet: OwnSheet) -> Iterator[Standing]:
        item = self._item_of(sheet)
        issued = self._issued(sheet, item) if item else None
        if item is None or issued is None:
            self._notice_unknown(sheet)
            return
        cells: dict[str, CellIndex] = {}
        lost = []
        finder = sheet.finder_of(issued.page)
        for cell, mark in sheet.source.of(MarkKind.ENTRY).items():
            key = issued.key_of(item, mark)
            at = finder.cell(cell, answer_name(mark.key)) if key else None
            if key and at:
                cells.setdefault(key, at)
            elif key:
                lost.append(key)
        first = min(cells.values(), default=(1, 1))
        yield Standing(sheet, issued, self._items[item], first, cells, tuple(lost))

    def _item_of(self, sheet: OwnSheet) -> str | None:
        """Return whose card a sheet is: by its 整理番号, or by its name where it shows none."""
        shown = next(iter(sheet.ids.values()), "")
        if shown:
            return self._by_id.get(folded_id(shown))
        found = (s.item for s in self._own.sheets if s.item and s.name == sheet.name)
        return next(found, None)

    def _issued(self, sheet: OwnSheet, item: str) -> IssuedSheet | None:
        name = sheet.source.name
        found = (s for s in self._own.sheets if s.source.name == name)
        return next((s for s in found if s.item in ("", item)), None)

    def _rows_of(self, sheet: OwnSheet) -> Iterator[Standing]:
        issued = self._issued(sheet, "")
        if issued is None:
            return
        id_cell = next(iter(sheet.source.of(MarkKind.ID)), None)
        entries = sheet.source.of(MarkKind.ENTRY)
        columns = [
            (mark, cell[0], sheet.finder.column(cell, answer_name(mark.key)))
            for cell, mark in entries.items()
        ]
        for row, text in sheet.ids.items():
            item = self._by_id.get(folded_id(text))
            keys = {
                mark.key: issued.key_of(item, mark) if item else mark.key for mark, _, _ in columns
            }
            cells = {
                key: (row + line - (id_cell[0] if id_cell else line), column)
                for mark, line, column in columns
                if column is not None and (key := keys[mark.key])
            }
            if item:
                lost = tuple(k for mark, _, at in columns if at is None and (k := keys[mark.key]))
                first = next(iter(cells.values()), (row, 1))
                yield Standing(sheet, issued, self._items[item], first, cells, lost)
            elif self._holds(sheet, cells):
                location = Location(sheet=sheet.name, row=row)
                self.findings.append(Finding(Code.ROW_UNKNOWN, location, {"value": text}))

    # The rows as the judge takes them.

    def rows(self, standings: Sequence[Standing]) -> dict[str, MatchedRow]:
        """Return what each item answers; several sheets of it make one, copies are compared."""
        rows: dict[str, MatchedRow] = {}
        for standing in standings:
            row = _matched(standing)
            self._notice_looks(standing, row)
            known = rows.get(standing.item.id)
            if known is None:
                rows[standing.item.id] = row
            elif not known.columns.keys() & row.columns.keys():
                rows[standing.item.id] = _joined(known, row)
            else:
                rows[standing.item.id] = self._chosen(known, row)
        return rows

    def _chosen(self, one: MatchedRow, other: MatchedRow) -> MatchedRow:
        """Return which of two copies counts: the one that is filled; tell where both differ."""
        if not other.cells or not one.cells:
            self.repeated.append(one if other.cells else other)
            return other if other.cells else one
        keys = tuple(
            f.key
            for f in self._own.fields.values()
            if f.key in one.columns and f.key in other.columns
            if not says_same(f, one.cells.get(f.key), other.cells.get(f.key))
        )
        if keys:
            details: dict[str, Detail] = {
                "other": other.sheet,
                "labels": keys,
                "ours": quoted_all(one, keys),
                "theirs": quoted_all(other, keys),
            }
            location = Location(sheet=one.sheet, row=one.row, item=one.item.id)
            self.findings.append(Finding(Code.ROW_COPY_DIFFERS, location, details))
        self.repeated.append(other)
        return one

    # What is noticed.

    def _notice_looks(self, standing: Standing, row: MatchedRow) -> None:
        sheet = standing.sheet.sheet
        if sheet.is_hidden and row.cells:
            location = Location(sheet=sheet.name, item=row.item.id)
            self.findings.append(Finding(Code.SHEET_HIDDEN, location))
        for key in standing.lost:
            location = Location(sheet=sheet.name, item=row.item.id, field_key=key)
            self.findings.append(Finding(Code.PLACE_MISSING, location, {"column": key}))
        lines = {row.spot(key)[1][0] for key in row.cells}
        for line in sorted(lines & sheet.hidden_rows):
            code = Code.ROW_FILTERED if sheet.filtered else Code.ROW_HIDDEN
            location = Location(sheet=sheet.name, row=line, item=row.item.id)
            self.findings.append(Finding(code, location))

    def _notice_unknown(self, sheet: OwnSheet) -> None:
        cells = {
            mark.key: at
            for cell, mark in sheet.source.of(MarkKind.ENTRY).items()
            if (at := sheet.finder.cell(cell, answer_name(mark.key)))
        }
        if self._holds(sheet, cells):
            shown = next(iter(sheet.ids.values()), "") or "空欄"
            location = Location(sheet=sheet.name)
            self.findings.append(Finding(Code.CARD_UNKNOWN, location, {"value": shown}))

    @staticmethod
    def _holds(sheet: OwnSheet, cells: Mapping[str, CellIndex]) -> bool:
        found = (sheet.sheet.cells.get(at) for at in cells.values())
        return any(cell and not cell.is_blank for cell in found)

    def notice_in_part(self, rows: Mapping[str, MatchedRow], standings: Sequence[Standing]) -> None:
        """Note what had its place on a sheet of an item that is lost, while others are there."""
        noticed = {(s.item.id, key) for s in standings for key in s.lost}
        for sheet in self._own.sheets:
            for item, key in sheet.answers:
                row = rows.get(item)
                if row and key not in row.references and (item, key) not in noticed:
                    location = Location(sheet=sheet.name, item=item, field_key=key)
                    self.findings.append(Finding(Code.PLACE_MISSING, location, {"column": key}))

    def notice_missing(self, rows: Mapping[str, MatchedRow], standings: Sequence[Standing]) -> None:
        """Note the items that stand nowhere: cards together, rows of a list one by one."""
        lost = tuple(item for item in self._items if item not in rows)
        is_list = any(s.source.repeat is Repeat.ROWS and s.answers for s in self._own.sheets)
        if lost and is_list:
            name = standings[0].sheet.name if standings else ""
            self.findings += (
                Finding(Code.ROW_MISSING, Location(sheet=name), {"value": item}) for item in lost
            )
        elif lost:
            self.findings.append(Finding(Code.CARD_MISSING, Location(), {"items": lost}))


def _matched(standing: Standing) -> MatchedRow:
    """Return the cells of one item on one sheet."""
    sheet = standing.sheet.sheet
    held: dict[str, RawCell] = {}
    struck: dict[str, str] = {}
    for key, at in standing.cells.items():
        cell = sheet.cells.get(at)
        if cell:
            held[key] = cell.unstruck()
            if cell.look and cell.look.left is not None:
                struck[key] = cell.text
    row = standing.first[0]
    return MatchedRow(
        item=standing.item,
        sheet=sheet.name,
        row=row,
        cells={key: cell for key, cell in held.items() if not cell.is_blank},
        columns={key: at[1] for key, at in standing.cells.items()},
        references={key: a1(*at) for key, at in standing.cells.items()},
        spaces=tuple(k for k, cell in held.items() if cell.is_blank and k not in struck),
        merged=tuple(
            key for key, at in standing.cells.items() if _is_merged_otherwise(standing, at)
        ),
        struck=struck,
        elsewhere={key: (sheet.name, at[0]) for key, at in standing.cells.items() if at[0] != row},
    )


def _is_merged_otherwise(standing: Standing, at: CellIndex) -> bool:
    """Whether a cell was merged with more than the form merges: with another cell to fill."""
    area = next((a for a in standing.sheet.sheet.merged if a.holds(*at)), None)
    if area is None or (area.top, area.left) != at:
        return area is not None
    return any(area.holds(*other) for other in standing.cells.values() if other != at)


def _joined(one: MatchedRow, other: MatchedRow) -> MatchedRow:
    """Return an item whose fields stand on two sheets; the first one leads."""
    references = {key: f"{other.sheet}!{place}" for key, place in other.references.items()}
    elsewhere = {key: (other.spot(key)[0], other.spot(key)[1][0]) for key in other.columns}
    return replace(
        one,
        cells={**one.cells, **other.cells},
        columns={**one.columns, **other.columns},
        references={**one.references, **references},
        spaces=(*one.spaces, *other.spaces),
        merged=(*one.merged, *other.merged),
        struck={**one.struck, **other.struck},
        elsewhere={**one.elsewhere, **elsewhere},
    )
