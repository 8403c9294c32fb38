"""Rounds as they end, without the files: to count, to write and to show on pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO

from tests.small import NOW, PLAN, RATING, answer, register, returns
from workflow.compiled.compilation import Compilation, compile_round
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.merging.merge import merge
from workflow.compiled.recorded import Basis
from workflow.compiled.round import Round, Stage
from workflow.compiled.sheets.workbook import write_workbook
from workflow.excel.rows import RowsInPieces
from workflow.model.fields.base import Choice
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.findings import Finding
from workflow.model.plan import Department, Item, Matrix, Plan
from workflow.model.returns import Outcome, Return, Source
from workflow.storage.journal import Journal
from workflow.storage.pieces import Pieces

ANSWERED, SENT_BACK, MISSING = AnswerStatus.ANSWERED, AnswerStatus.SENT_BACK, AnswerStatus.MISSING

RETURNS = """
    甲.xlsx   | A |  1 | accepted     | 1-1=Ａ 1-2=Ｂ 2-1=Ａ 2-2=Ａ
    乙 1.xlsx | B |  2 | sent_back    | 2-1=Ａ 2-2=良!
    送付状.txt |   | 30 | not_a_return |
    写真.jpg  |   | 30 | unreadable   |
"""


def round_plan(
    levels: Sequence[str], departments: Sequence[str], choices: Sequence[str], required: bool = True
) -> Plan:
    """Return a plan with an item for each heading and department, and every matrix there can be."""
    field = replace(RATING, required=required, choices=tuple(map(Choice, choices)))
    axes = ("施策", "担当課", "rating")
    return replace(
        PLAN,
        coordinator="D0",
        departments=tuple(Department(f"D{n}", name) for n, name in enumerate(departments)),
        items=tuple(
            Item(f"{n}-{m}", (level,), f"取組{n}-{m}", (f"D{m}",))
            for n, level in enumerate(levels)
            for m in range(len(departments))
        ),
        form=Form((field,)),
        matrices=tuple(Matrix(rows, columns) for rows in axes for columns in axes),
    )


def answered(plan: Plan, ratings: Sequence[str | AnswerStatus | None]) -> tuple[Entry, ...]:
    """Return the entries of a plan; ratings are used again and again, None is left blank."""
    entries = []
    for n, assignment in enumerate(plan.assignments()):
        rating = ratings[n % len(ratings)]
        status = rating if isinstance(rating, AnswerStatus) else ANSWERED
        values: dict[str, Value] = {"rating": rating} if isinstance(rating, str) else {}
        source = Source("a.xlsx", "進捗状況", 5 + n, "0", NOW)
        given = answer(assignment.item.id, assignment.departments[0].code, values, source)
        entries.append(Entry(assignment, status, None if status is MISSING else given))
    return tuple(entries)


def compilation(plan: Plan, entries: tuple[Entry, ...]) -> Compilation:
    """Return everything the compiled workbook shows of a round."""
    one = Return(
        file="a.xlsx",
        sha256="0",
        size=1,
        received=NOW,
        outcome=Outcome.ACCEPTED,
        department=plan.coordinator,
    )
    made = Round(plan=plan, register=register(plan), returns=(one,), entries=entries, findings=())
    return _compiled(made)


def round_of(
    files: str | Iterable[Return] = RETURNS,
    plan: Plan = PLAN,
    *,
    is_final: bool = False,
    noted: tuple[Finding, ...] = (),
) -> Compilation:
    """Return the compilation of a plan's round with these returns, or a table of them.

    Noted is what a collect says of the round besides.
    """
    came = returns(files) if isinstance(files, str) else tuple(files)
    merged = merge(plan, register(plan), came)
    return _compiled(replace(merged, findings=(*merged.findings, *noted)), is_final)


def _compiled(made: Round, is_final: bool = False) -> Compilation:
    made = replace(made, basis=Basis("0", "0"))
    return compile_round(made, Journal(), Stage(is_final, NOW), {})


def workbook_bytes(compilation: Compilation) -> bytes:
    """Return the compiled workbook as an .xlsx file."""
    stream = BytesIO()
    write_workbook(compilation, RowsInPieces(compilation.ledger.rows), Pieces(), stream)
    return stream.getvalue()
