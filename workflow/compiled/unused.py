"""Answers that did not get into the ledger: shown beside the notes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.compiled.merge import Merged
from workflow.model.plan import Answer, Note, NoteKind


def unused_answers(merged: Merged) -> Iterator[Note]:
    """Yield what a current return says and the ledger does not show.

    Such are the second answer to a joint item, a row that a newer return overtook while the file
    still counts for others, and an answer nobody asks for any more.
    """
    shown: dict[str, set[str]] = {}
    used: set[tuple[str, str, int]] = set()
    for answer in (entry.answer for entry in merged.entries if entry.answer):
        shown.setdefault(answer.item, set()).update(answer.written.values())
        used.add(_place(answer))
    for returned in merged.returns:
        if not returned.outcome.is_answer:
            continue
        for answer in returned.answers:
            if _place(answer) not in used:
                yield from _notes(answer, shown.get(answer.item, set()))


def _place(answer: Answer) -> tuple[str, str, int]:
    return answer.source.file, answer.source.sheet, answer.source.row


def _notes(answer: Answer, shown: set[str]) -> Iterator[Note]:
    for key, text in answer.written.items():
        if text not in shown:
            source = answer.source
            yield Note(NoteKind.UNUSED, source.file, source.sheet, answer.cells[key], text)
