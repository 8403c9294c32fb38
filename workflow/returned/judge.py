"""One file → one judged return. Pure but for reading that file, so any process may run it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workflow.files import sha256
from workflow.findings import Code, Finding, Place, Severity
from workflow.model import (
    Answer,
    AnswerRule,
    Outcome,
    Plan,
    Return,
    Source,
    Value,
    judged,
)
from workflow.returned.answer_schema import objections
from workflow.returned.container import guard, is_litter
from workflow.returned.identify import Identity, identify, stamps
from workflow.returned.inbox import Received
from workflow.returned.matching import MatchedRow, Table, find_table, match
from workflow.returned.raw import RawBook
from workflow.returned.reader import read_book
from workflow.returned.values import parse
from workflow.templates.register import FormNumber, Issue, Register


@dataclass(frozen=True, slots=True)
class Context:
    """What judging needs to know; year None takes each file's own year (check)."""

    plan: Plan
    registers: Mapping[int, Register]
    year: int | None


def judge(received: Received, context: Context) -> Return:
    """Return what became of one file, as far as it can be told without the other files."""
    empty = _unread(received, Outcome.UNREADABLE)
    if is_litter(received.name):
        return _closed(empty, Outcome.NOT_A_RETURN, Code.FILE_NOT_EXCEL)
    if not received.regular:
        return _closed(empty, Outcome.UNREADABLE, Code.FILE_LINK)
    try:
        content = received.path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _closed(empty, Outcome.UNREADABLE, Code.FILE_BROKEN, reason=reason)
    read = replace(empty, sha256=sha256(content), size=len(content))
    objection = guard(received.name, content)
    if objection is not None:
        other = objection.code == Code.FILE_NOT_EXCEL.name
        outcome = Outcome.NOT_A_RETURN if other else Outcome.UNREADABLE
        return replace(read, outcome=outcome, findings=(objection,))
    try:
        book = read_book(content)
    except MemoryError:
        raise
    except Exception as error:
        # Whatever a reader trips over in a damaged workbook, the damage costs this file alone.
        reason = type(error).__name__
        return _closed(read, Outcome.UNREADABLE, Code.FILE_BROKEN, reason=reason)
    return judge_book(replace(read, modified=book.modified), book, context)


def unjudged(received: Received, code: Code, **details: object) -> Return:
    """Return the outcome of a file whose reading was cut short."""
    return _closed(_unread(received, Outcome.UNREADABLE), Outcome.UNREADABLE, code, **details)


def judge_book(read: Return, book: RawBook, context: Context) -> Return:
    """Return what a workbook says, given the file it came in."""
    found = stamps(book)
    year = context.year or (found[0].year if found else max(context.registers, default=0))
    register = context.registers.get(year, Register(year))
    table = find_table(book, _known_labels(register))
    if table is None and not found:
        return _closed(read, Outcome.NOT_A_RETURN, Code.FILE_NO_ENTRY_SHEET)
    ids = table.ids().values() if table else ()
    identity = identify(read.path, found, ids, context.plan, year, register)
    read = _identified(read, identity, context.plan)
    if identity.issue is not None and not read.department:
        return _closed(read, Outcome.SENT_BACK, Code.FORM_NO_DEPARTMENT, number=read.number)
    if identity.issue is None:
        if not identity.findings:
            return _closed(read, Outcome.NOT_A_RETURN, Code.FILE_NO_ENTRY_SHEET)
        return replace(read, outcome=judged(identity.findings), findings=identity.findings)
    return _judge_rows(read, identity, identity.issue, table, context.plan)


def _judge_rows(
    read: Return, identity: Identity, issue: Issue, table: Table | None, plan: Plan
) -> Return:
    if table is None:
        lost = Code.COLUMN_MISSING.at(Place(file=read.path), label="整理番号")
        return replace(read, outcome=Outcome.SENT_BACK, findings=(*identity.findings, lost))
    matching = match(read.path, table, issue)
    findings = [*identity.findings, *matching.findings]
    answers = []
    for row in matching.rows:
        answer, noticed = _answer(read, issue, matching.sheet, row)
        if answer is not None:
            answers.append(answer)
            findings += noticed
        elif _expects_answer(plan, row):
            findings.append(Code.ROW_BLANK.at(_place(read, matching.sheet, row)))
    if not answers:
        findings.append(Code.RETURN_BLANK.at(Place(file=read.path, sheet=matching.sheet)))
    noticed_all = tuple(findings)
    return replace(read, outcome=judged(noticed_all), answers=tuple(answers), findings=noticed_all)


def _answer(
    read: Return, issue: Issue, sheet: str, row: MatchedRow
) -> tuple[Answer | None, list[Finding]]:
    if not row.cells:
        return None, []
    form = issue.form.form
    values: dict[str, Value] = {}
    findings = []
    stopped = set()
    for key, cell in row.cells.items():
        parsed = parse(form.field(key), cell)
        if parsed.value is not None:
            values[key] = parsed.value
        if parsed.code is not None:
            place = _place(read, sheet, row, key, form.field(key).label)
            findings.append(parsed.code.at(place, **dict(parsed.details)))
            if parsed.value is None:
                stopped.add(key)
    objected = list(objections(form, values))
    for key, code, details in objected:
        # A formula, an error value or a lost column was already reported; it is not also empty.
        if key not in stopped and key in row.places:
            place = _place(read, sheet, row, key, form.field(key).label)
            findings.append(code.at(place, **details))
    answer = Answer(
        item=row.item.id,
        department=read.department,
        values=values,
        cells=row.places,
        source=Source(read.path, sheet, row.row, read.sha256, read.received),
        rejected=bool(objected) or any(f.severity is Severity.ERROR for f in findings),
    )
    return answer, findings


def _place(read: Return, sheet: str, row: MatchedRow, key: str = "", label: str = "") -> Place:
    cell = row.places[key] if key else f"{row.row}行目"
    return Place(file=read.path, sheet=sheet, cell=cell, item=row.item.id, field=label)


def _expects_answer(plan: Plan, row: MatchedRow) -> bool:
    """Whether a blank row is worth a word: a joint item may be answered by the other department."""
    item = next((item for item in plan.items if item.id == row.item.id), None)
    return item is None or len(item.departments) == 1 or item.answer is AnswerRule.EACH


def _known_labels(register: Register) -> frozenset[str]:
    forms = {issue.form for issue in register.issues}
    return frozenset(field.label for form in forms for field in form.form.fields)


def _identified(read: Return, identity: Identity, plan: Plan) -> Return:
    number = identity.number
    return replace(
        read,
        number=str(number) if number else "",
        department=_department(number, plan) if number else "",
    )


def _department(number: FormNumber, plan: Plan) -> str:
    successor = plan.successor(number.department)
    same_city = number.municipality == plan.municipality.code
    return successor.code if successor and same_city else ""


def _unread(received: Received, outcome: Outcome) -> Return:
    return Return(
        path=received.name,
        sha256="",
        size=received.size,
        received=received.received,
        outcome=outcome,
    )


def _closed(read: Return, outcome: Outcome, code: Code, **details: object) -> Return:
    finding = code.at(Place(file=read.path), **details)
    return replace(read, outcome=outcome, findings=(finding,))
