"""確認の記録 in memory: any text in any row, in any order of rows, is what is read back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.compiled.rounds import round_of
from tests.small import NOW
from workflow.compiled.compilation import Compilation
from workflow.compiled.points.decisions import decision_log, numbering, with_decisions
from workflow.compiled.points.derive import points_of
from workflow.compiled.points.point import Decision, Point
from workflow.compiled.points.record import RecordCopy, read_record, taken
from workflow.compiled.sheets.record import record_bytes
from workflow.returned.intake.detect import Kind
from workflow.returned.readers.readings import read_first
from workflow.storage.files import sha256
from workflow.storage.journal import EventKind, Journal

CONFLICTING = """
    甲.xlsx | A | 1 | accepted | 1-1=Ａ 1-2=Ｂ 2-1=Ａ 2-2=Ａ
    乙.xlsx | B | 2 | accepted | 2-1=Ｂ
"""
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="￾￿")
TEXTS = st.text(LETTERS, max_size=40)
"""What a person can type into a cell of Excel."""


def numbered() -> tuple[Compilation, Journal]:
    """Return a round with points, and the journal that has given them their numbers."""
    made = round_of(CONFLICTING)
    facts = numbering(Journal(), points_of(made.round, {}))
    assert facts is not None
    return made, Journal().adding(EventKind.NUMBERED, NOW, facts)


MADE, NUMBERED = numbered()


def points(journal: Journal) -> tuple[Point, ...]:
    return with_decisions(points_of(MADE.round, {}), decision_log(journal), {})


def written(journal: Journal) -> bytes:
    """Return 確認の記録 as it is written for a journal."""
    decided = replace(MADE.round, points=points(journal))
    return record_bytes(replace(MADE, round=decided, journal=journal))


def read(content: bytes, name: str = "確認の記録.xlsx") -> RecordCopy:
    return read_record(name, sha256(content), read_first(Kind.XLSX, content))


def collected(journal: Journal, content: bytes) -> Journal:
    """Return the journal once a workbook was read."""
    facts = taken([read(content)], points(journal), decision_log(journal))
    later = NOW + timedelta(hours=len(journal.events))
    return journal.adding(EventKind.DECIDED, later, facts) if facts else journal


def typed(content: bytes, texts: list[tuple[str, str]], order: list[int], gap: int) -> bytes:
    """Return the workbook after somebody wrote a reason and a name in rows, and sorted them."""
    book = load_workbook(io.BytesIO(content))
    sheet = book["確認の記録"]
    for row, words in enumerate(texts, start=2):
        for column, word in enumerate(("確認済み", *words), start=10):
            cell = sheet.cell(row, column)
            cell.value = word or None
            cell.data_type = "s"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for row, at in enumerate(order, start=2):
        for column, value in enumerate(rows[at], start=1):
            cell = sheet.cell(row, column)
            cell.value = value
            cell.data_type = "s"
    sheet.insert_rows(2 + gap, 2)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


COUNT = len(points(NUMBERED))
ROWS = st.lists(st.tuples(TEXTS, TEXTS), min_size=COUNT, max_size=COUNT)


@given(ROWS, st.permutations(range(COUNT)), st.integers(0, COUNT))
@settings(max_examples=25)
@example([("長" * 1_500, "=SUM(A1)")] * COUNT, [*range(COUNT)], 0)
def test_what_is_typed_is_read_back_and_written_again(
    texts: list[tuple[str, str]], order: list[int], gap: int
) -> None:
    assert COUNT == 3
    journal = collected(NUMBERED, typed(written(NUMBERED), texts, order, gap))
    decided = {point.number: point.decision for point in points(journal)}
    by_number = enumerate(texts, start=1)
    assert decided == {n: Decision("確認済み", *map(str.strip, words)) for n, words in by_number}
    # What is written then says the same, and nobody has written anything in it.
    assert collected(journal, written(journal)) == journal
