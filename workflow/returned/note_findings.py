"""What is told of the notes on a returned form: that they are kept, and what needs a look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflow.excel.xlsx.references import cell_index
from workflow.model.catalogue import Code
from workflow.model.findings import Detail, Finding, Location
from workflow.model.raw import RawBook
from workflow.model.returns import Answer, Note, NoteKind
from workflow.python.lazy_pattern import lazy_pattern

_DRAWN = (NoteKind.PICTURE, NoteKind.OBJECT, NoteKind.SHAPE)
_POINTING = ("とおり", "通り", "参照", "ご覧")
_TO_IT = rf"[^。\n]{{0,8}}?(?:{'|'.join(_POINTING)})"
_TO_A_PICTURE = lazy_pattern(rf"(?:[上下左右次]の?|別)(?:図|写真|画像|グラフ){_TO_IT}")
_TO_A_PAPER = lazy_pattern(
    rf"(?:(?:[上下左右次]の?|別)(?:図|表|写真|画像|グラフ)|別紙|別添|添付){_TO_IT}"
)
_MOST_NAMED = 5


def unread_beside(book: RawBook) -> Iterator[Finding]:
    """Yield the sheets beside whose cells something stands that could not be read."""
    return (Finding(Code.NOTES_UNREAD, Location(sheet=sheet)) for sheet in book.unread)


def note_findings(notes: Sequence[Note], book: RawBook) -> Iterator[Finding]:
    """Yield that notes are kept, and which of them nobody sees who opens the file."""
    kept = [note for note in notes if note.kind is not NoteKind.RESPONDENT]
    if kept:
        yield Finding(Code.NOTES_KEPT, Location(), {"count": len(kept)})
        yield from _on_hidden_sheets(book, notes)
        yield from _pictures(notes)


def _pictures(notes: Sequence[Note]) -> Iterator[Finding]:
    """Yield that there are pictures and embedded files, and where."""
    found = [note for note in notes if note.kind in (NoteKind.PICTURE, NoteKind.OBJECT)]
    if found:
        named = [f"「{n.text}」{n.sheet}{n.cell and f'の{n.cell}'}" for n in found[:_MOST_NAMED]]
        more = ["ほか"] if len(found) > _MOST_NAMED else []
        details: dict[str, Detail] = {"count": len(found), "what": (*named, *more)}
        yield Finding(Code.NOTES_PICTURE, Location(), details)


def _on_hidden_sheets(book: RawBook, outside: Sequence[Note]) -> Iterator[Finding]:
    written = {note.sheet for note in outside if note.kind is NoteKind.SHEET}
    for sheet in book.sheets:
        if sheet.is_hidden and sheet.name in written:
            yield Finding(Code.NOTES_HIDDEN, Location(sheet=sheet.name))


def picture_references(answers: Sequence[Answer], notes: Sequence[Note]) -> Iterator[Finding]:
    """Yield the answers that point to a picture, or to a paper that came in the same file."""
    pointer = _TO_A_PAPER if any(note.kind in _DRAWN for note in notes) else _TO_A_PICTURE
    for answer in answers:
        for key, text in answer.written.items():
            is_pointing = any(word in text for word in _POINTING)
            if is_pointing and (found := pointer.search(text)):
                sheet, cell = answer.cell_of(key)
                row, column = cell_index(cell)
                location = Location(
                    sheet=sheet,
                    row=row,
                    column=column,
                    item=answer.item,
                    field_key=key,
                )
                yield Finding(Code.VALUE_SEES_PICTURE, location, {"value": found[0]})
