"""What somebody wrote on the city's own form beside the answers, or over what is printed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from workflow.model.cells import CellIndex, a1, folded
from workflow.model.findings import Finding
from workflow.model.raw import RawBook, RawCell, RawSheet, RemarkKind
from workflow.model.returns import Note, NoteKind
from workflow.returned.handback_notes import on_the_list, remarks_of, without_our_request
from workflow.returned.indicator_rows import IndicatorRows
from workflow.returned.note_findings import unread_beside
from workflow.returned.notes import (
    Beside,
    changed,
    entries_of,
    on_the_cover,
)
from workflow.returned.own.match import OwnMatching, Standing
from workflow.returned.own.sheets import OwnSheet, is_cover
from workflow.returned.printed import Page, Template, is_computed, written_over
from workflow.templates.layout import CORRECTION_SHEET
from workflow.templates.own.cover_cells import own_cover_texts
from workflow.templates.own.form import CHOICES_SHEET, beside_text, picture_cell
from workflow.templates.own.layout import OwnLayout


class _Printed:
    """Every text a form prints, wherever it does."""

    def __init__(self, texts: Collection[str]) -> None:
        self._texts = frozenset(map(folded, texts))

    def is_printed_somewhere(self, text: str, page: Page) -> bool:
        """Whether a text is printed, though not on a page that is known."""
        return not page and folded(text) in self._texts


class _Cover:
    """What our cover prints; what the plan says otherwise by now was never printed there."""

    def __init__(self, own: OwnLayout, issued: Collection[str]) -> None:
        self._own, self._issued = own, frozenset(issued)

    @cached_property
    def page(self) -> Page:
        """The texts of the cover by their places."""
        page, issued = own_cover_texts(self._own), self._issued
        return {at: text for at, text in page.items() if not text or text in issued}

    def is_printed_somewhere(self, text: str, page: Page) -> bool:
        """Whether a text was issued, though it stands in no place that is known."""
        return folded(text) in self._unplaced

    @cached_property
    def _unplaced(self) -> frozenset[str]:
        return frozenset(map(folded, self._issued - {*self.page.values()}))


def beside_own(
    book: RawBook,
    sheets: Sequence[OwnSheet],
    found: OwnMatching,
    own: OwnLayout,
    issued: Collection[str],
    indicators: IndicatorRows | None = None,
) -> Beside:
    """Return all that is neither printed on a form nor an answer; issued are its texts then."""
    labels = {key: field.label for key, field in own.fields.items()}
    ours = entries_of(indicators, own.indicators)
    printed = _Printed((*own.texts, *_choices(own)))
    cover = _Cover(own, issued)
    by_sheet: dict[int, list[Standing]] = {}
    for standing in found.standings:
        by_sheet.setdefault(id(standing.sheet.sheet), []).append(standing)
    repeated = {row.sheet for row in found.matching.repeated}
    notes: list[Note] = []
    findings: list[Finding] = []
    for sheet in book.sheets:
        if sheet.name == CORRECTION_SHEET:
            notes += on_the_list(sheet)
        elif id(sheet) in ours:
            layout = replace(own.layout, indicators=own.indicators)
            notes += ours[id(sheet)].notes(Template(layout, frozenset(issued)))
            findings += ours[id(sheet)].findings
        elif is_cover(sheet):
            for note, of_cover in on_the_cover(sheet, cover.page, cover):
                notes.append(note)
                findings += [of_cover] if of_cover else []
        else:
            standings = by_sheet.get(id(sheet), [])
            page = _page(sheet, standings, own)
            for note, finding in _written(sheet, page, standings, printed, labels):
                notes.append(note)
                findings += [finding] if finding and sheet.name not in repeated else []
    notes += _remarks(book, sheets, by_sheet, own)
    findings += unread_beside(book)
    return Beside(tuple(notes), tuple(findings))


def _remarks(
    book: RawBook,
    sheets: Sequence[OwnSheet],
    by_sheet: Mapping[int, Sequence[Standing]],
    own: OwnLayout,
) -> Iterator[Note]:
    """Yield what stands beside the cells, but what the city's form has there itself."""
    beside = own.layout.own.beside if own.layout.own else ()
    only_our_number = beside_text(RemarkKind.HEADER, "", "")
    known = {only_our_number, *beside}
    pictures = tuple(filter(None, map(picture_cell, beside)))
    moved = {
        sheet.name: frozenset(_moved_to(sheet, by_sheet.get(id(sheet.sheet), ()), pictures))
        for sheet in sheets
    }
    for note in remarks_of(book):
        kind = RemarkKind(note.kind.value)
        text = without_our_request(note.text) if kind is RemarkKind.COMMENT else note.text
        is_moved = kind is RemarkKind.PICTURE and note.cell in moved.get(note.sheet, ())
        if not is_moved and beside_text(kind, text, note.cell) not in known:
            yield note


def _moved_to(
    sheet: OwnSheet, standings: Sequence[Standing], pictures: Sequence[CellIndex]
) -> Iterator[str]:
    """Yield where the city's pictures stand once rows and columns of a sheet were moved.

    First by what was issued, below the rows of a list; then by what is printed around them.
    """
    issued = next((standing.issued for standing in standings), None)
    if issued is None or not pictures:
        return
    finder = sheet.finder_of(issued.page)
    for row, column in pictures:
        at = (row + (issued.shift if row > issued.source.block[1] else 0), column)
        yield a1(*at)
        now = finder.cell(at, "")
        if now:
            yield a1(*now)


def _choices(own: OwnLayout) -> Iterator[str]:
    yield from ("項目", CHOICES_SHEET, "意味")
    for field in own.layout.answer_form.fields:
        yield field.label
        for choice in field.dropdown:
            yield from (choice.value, choice.meaning)


def _page(sheet: RawSheet, standings: Sequence[Standing], own: OwnLayout) -> Page:
    """Return what is printed on a sheet; of a sheet without answers, that of its name."""
    if standings:
        return standings[0].issued.page
    return next((s.page for s in own.sheets if s.name == sheet.name and not s.item), {})


def _written(
    sheet: RawSheet,
    page: Page,
    standings: Sequence[Standing],
    printed: _Printed,
    labels: Mapping[str, str],
) -> Iterator[tuple[Note, Finding | None]]:
    taken = {at: (s.item.id, key) for s in standings for key, at in s.cells.items()}
    is_form = bool(page)
    only = standings[0].item.id if len({s.item.id for s in standings}) == 1 else ""
    for index, cell, text in _over(sheet, page, taken, printed):
        finding = changed(sheet, index, cell, text, only) if text else None
        kind = NoteKind.MARGIN if is_form else NoteKind.SHEET
        yield (
            Note(
                NoteKind.OVERWRITTEN if finding else kind,
                sheet.name,
                a1(*index),
                cell.text,
                item=only,
            ),
            finding,
        )


def _over(
    sheet: RawSheet, page: Page, taken: Mapping[CellIndex, object], printed: _Printed
) -> Iterator[tuple[CellIndex, RawCell, str | None]]:
    return written_over(sheet, page, printed, lambda at: at in taken)


def kept_of_refused(
    book: RawBook, sheets: Sequence[OwnSheet], texts: Collection[str]
) -> Iterator[Note]:
    """Yield all that stands on a form that is refused as a whole and is printed on none."""
    known = frozenset(map(folded, texts))
    own = {id(sheet.sheet) for sheet in sheets}
    for sheet in book.sheets:
        kind = NoteKind.MARGIN if id(sheet) in own else NoteKind.SHEET
        for at, cell in sorted(sheet.cells.items()):
            is_ours = folded(cell.text) in known or (is_cover(sheet) and is_computed(cell))
            if not cell.is_blank and not is_ours:
                yield Note(kind, sheet.name, a1(*at), cell.text)
    yield from remarks_of(book)
