"""One file → one judged return. Pure but for reading that file, so any process may run it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from workflow.excel.xlsx.references import place_of
from workflow.model.catalogue import Code, Severity
from workflow.model.cells import a1, folded
from workflow.model.fields.base import Value
from workflow.model.findings import NO_DETAILS, Detail, Finding, Location
from workflow.model.plan import (
    Answer,
    AnswerRule,
    Note,
    NoteKind,
    Outcome,
    Plan,
    PreviousAnswers,
    Return,
    Source,
    judged,
)
from workflow.model.raw import RawBook, RawCell
from workflow.model.wording import cell_text
from workflow.returned.find_rows import MatchedRow, Matching, match
from workflow.returned.find_tables import Named, Table, find_tables
from workflow.returned.identify import Identity, identify, made_from, parts_by_form, stamps
from workflow.returned.inbox import Received
from workflow.returned.intake.detect import Kind
from workflow.returned.notes import written_beside, written_on_refused
from workflow.returned.open import Opened, closed, open_received, with_notices
from workflow.returned.readers.readings import read_again, read_first
from workflow.templates.layout import ID_LABEL, lay_out_issue
from workflow.templates.register import FormNumber, Issue, Register

_DRAWN = (NoteKind.PICTURE, NoteKind.OBJECT, NoteKind.SHAPE)
_TO_IT = r"[^。\n]{0,8}?(?:とおり|通り|参照|ご覧)"
_TO_A_PICTURE = re.compile(rf"(?:[上下左右次]の?|別)(?:図|写真|画像|グラフ){_TO_IT}")
_TO_A_PAPER = re.compile(
    rf"(?:(?:[上下左右次]の?|別)(?:図|表|写真|画像|グラフ)|別紙|別添|添付){_TO_IT}"
)
_MOST_NAMED = 5
_MOST_ROWS = 10
"""Rows named in one message."""
_CUT_IN_XLS = 255
"""Characters at which copying a sheet in Excel 97 to 2003 cuts a text."""


@dataclass(frozen=True)
class Context:
    """What judging needs to know; year None takes each file's own year (check).

    Again has every file read with the second readers (verify).
    """

    plan: Plan
    registers: Mapping[int, Register]
    year: int | None
    passwords: tuple[str, ...] = ()
    previous: PreviousAnswers = field(default_factory=dict)
    again: bool = False

    @cached_property
    def labels(self) -> Mapping[int, frozenset[Named]]:
        """The labels of every field ever asked, by year; gathered once for all files."""
        return {year: _labels(register) for year, register in self.registers.items()}

    def register_of(self, found: Sequence[FormNumber]) -> Register:
        """Return the register of the year that is judged, or else of the first number's year."""
        year = self.year or (found[0].year if found else max(self.registers, default=0))
        return self.registers.get(year, Register(year))

    @cached_property
    def answered_by_any(self) -> frozenset[str]:
        """The items whose row may stay blank: another department may answer them."""
        shared = (item for item in self.plan.items if len(item.departments) > 1)
        return frozenset(item.id for item in shared if item.answer is not AnswerRule.EACH)


def judge(received: Received, context: Context) -> tuple[Return, ...]:
    """Return what became of one file, as far as it can be told without the other files.

    An archive gives one return for each file in it, a workbook one for each department's form. No
    file is named yet, see `open_received`.
    """
    reading = read_again if context.again else read_first
    judged_here: list[Return] = []
    for opened in open_received(received, context.passwords, reading, context.plan.limits):
        judged_here += _judged(opened, context) if isinstance(opened, Opened) else [opened]
    return tuple(judged_here)


def _judged(opened: Opened, context: Context) -> Iterator[Return]:
    """Yield what a workbook says; of one that holds several departments' forms, what each says."""
    whole = judge_book(opened.read, opened.book, context)
    is_conflict = any(finding.code is Code.FORM_CONFLICT for finding in whole.findings)
    parts = _parts(opened, context) if is_conflict else ()
    for part in parts or (opened,):
        alone = judge_book(part.read, part.book, context) if parts else whole
        yield with_notices(part, alone)


def _parts(opened: Opened, context: Context) -> tuple[Opened, ...]:
    """Return the forms of several departments in one workbook, each as if it had come alone.

    They are named like the files in an archive, by the sheet that is filled in. Nothing where any
    of them was not issued in this round.
    """
    read, book = opened.read, opened.book
    register = context.register_of(stamps(book))
    tables = find_tables(book, context.labels.get(register.year, frozenset()))
    forms = parts_by_form(book, [table.sheet for table in tables])
    issues = [register.find(form) for form in forms]
    names = tuple(issue.department_name for issue in issues if issue)
    if len(names) < len(issues):
        return ()
    several = Finding(Code.FORM_SEVERAL, Location(), {"departments": names})
    parts = []
    for part in forms.values():
        sheet = next(t.sheet.name for t in tables if any(s is t.sheet for s in part.sheets))
        own = replace(read, file=f"{read.file}/{sheet}", envelope=read.on_disk)
        parts.append(Opened(replace(own, findings=(*read.findings, several)), part))
    return tuple(parts)


def judge_book(read: Return, book: RawBook, context: Context) -> Return:
    """Return what a workbook says, given the file it came in."""
    found = stamps(book)
    register = context.register_of(found)
    tables = find_tables(book, context.labels.get(register.year, frozenset()))
    if not tables and book.lost:
        reason = f"シート「{'」「'.join(book.lost)}」の中身がありません"
        return closed(read, Outcome.UNREADABLE, Code.FILE_BROKEN, {"reason": reason})
    if not tables and not found:
        return closed(read, Outcome.NOT_A_RETURN, Code.FILE_NO_ENTRY_SHEET)
    ids = tuple(text for table in tables[:1] for text in table.ids.values() if text.strip())
    identity = identify(found, ids, context.plan, register)
    read = _identified(read, identity, context.plan, made_from(book))
    if identity.issue is None:
        if not identity.findings:
            return closed(read, Outcome.NOT_A_RETURN, Code.FILE_NO_ENTRY_SHEET)
        refused = replace(read, outcome=judged(identity.findings), findings=identity.findings)
    elif not read.department:
        refused = closed(read, Outcome.SENT_BACK, Code.FORM_NO_DEPARTMENT, {"number": read.number})
    elif not tables:
        refused = closed(read, Outcome.SENT_BACK, Code.COLUMN_MISSING, {"column": ID_LABEL})
    else:
        return _judge_rows(read, book, identity, identity.issue, tables, context)
    offered = _offered(refused, tables, register, context)
    printed = {text for issue in register.issues for text in issue.texts}
    return _set_aside(replace(refused, offered=offered), book, tables, context.plan, printed)


def _set_aside(
    read: Return, book: RawBook, tables: Sequence[Table], plan: Plan, printed: Collection[str]
) -> Return:
    """Return a form that is refused as a whole with all that it says, kept as notes."""
    notes = tuple(written_on_refused(book, tables, plan.levels, printed))
    if not notes:
        return read
    finding = Finding(Code.NOTES_SET_ASIDE, Location(), {"count": len(notes)})
    return replace(read, notes=notes, findings=(*read.findings, finding))


def _offered(
    read: Return, tables: Sequence[Table], register: Register, context: Context
) -> tuple[Answer, ...]:
    """Return what another year's form says of this year's items, to be offered to its department.

    It may be this year's answers on last year's form. Where it repeats what the department answered
    last year, it is last year's return, and nobody is offered it.
    """
    is_other_year = any(f.code is Code.FORM_OTHER_YEAR for f in read.findings)
    department = context.plan.successor(read.department) if is_other_year else None
    issue = register.latest_for(department) if department else None
    if issue is None or not tables:
        return ()
    judging = _Rows(read, issue, context.previous)
    rows = match(tables[0], issue, tables[1:]).rows
    answers = (judging.answer(row)[0] for row in rows if not judging.repeats_last_year(row))
    return tuple(replace(answer, rejected=True) for answer in answers if answer)


def _judge_rows(
    read: Return,
    book: RawBook,
    identity: Identity,
    issue: Issue,
    tables: Sequence[Table],
    context: Context,
) -> Return:
    table, *copies = tables
    matching = match(table, issue, copies)
    findings = [*identity.findings, *matching.findings]
    judging = _Rows(read, issue, context.previous)
    layout = lay_out_issue(
        context.plan, context.plan.department(read.department), issue, context.previous
    )
    beside = written_beside(book, tables, matching, layout, issue.texts)
    findings += beside.findings
    answers = []
    for row in matching.rows:
        answer, noticed = judging.answer(row)
        findings += noticed
        above = beside.last_year.get(row.item.id) if answer is None else None
        if answer is not None:
            answers.append(answer)
        elif above:
            answer, told = judging.answer_above(row, above)
            answers.append(answer)
            findings.append(told)
        elif row.item.id not in context.answered_by_any:
            findings.append(Finding(Code.ROW_BLANK, judging.location(row)))
    if not answers:
        findings = _blank(read, matching, findings)
    spoilt = {f.location.item for f in matching.findings if f.severity is Severity.ERROR}
    answers = [
        replace(a, rejected=True) if a.item in spoilt or matching.is_ambiguous else a
        for a in answers
    ]
    findings += _pointing(answers, beside.notes)
    kept = [note for note in beside.notes if note.kind is not NoteKind.RESPONDENT]
    if kept:
        findings.append(Finding(Code.NOTES_KEPT, Location(), {"count": len(kept)}))
        findings += _on_hidden_sheets(book, beside.notes)
        findings += _pictures(beside.notes)
    return replace(
        read,
        outcome=judged(tuple(findings)),
        answers=tuple(answers),
        notes=beside.notes,
        findings=tuple(findings),
    )


def _pointing(answers: Sequence[Answer], notes: Sequence[Note]) -> Iterator[Finding]:
    """Yield the answers that point to a picture, or to a paper that came in the same file."""
    pointer = _TO_A_PAPER if any(note.kind in _DRAWN for note in notes) else _TO_A_PICTURE
    for answer in answers:
        for key, text in answer.written.items():
            if found := pointer.search(text):
                row, column = place_of(answer.cells[key])
                source = answer.source
                location = Location(
                    sheet=source.sheet,
                    row=row,
                    column=column,
                    item=answer.item,
                    field_key=key,
                )
                yield Finding(Code.VALUE_SEES_PICTURE, location, {"value": found[0]})


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


class _Rows:
    """The judging of the rows of one file."""

    def __init__(self, read: Return, issue: Issue, previous: PreviousAnswers) -> None:
        self._read, self._previous = read, previous
        self._form = issue.form.form
        self._fields = {field.key: field for field in self._form.fields}
        self._year = issue.number.year

    def answer(self, row: MatchedRow) -> tuple[Answer | None, list[Finding]]:
        """Return what a row answers, None when it is blank, and what was noticed."""
        findings = [self._finding(row, key, Code.VALUE_SPACES) for key in row.spaces]
        findings += self._struck(row)
        if not row.cells:
            return None, findings
        findings += [self._finding(row, key, Code.VALUE_MERGED) for key in row.merged]
        values: dict[str, Value] = {}
        for key, cell in row.cells.items():
            parsed = self._fields[key].parse_cell(cell)
            findings += [self._finding(row, key, v.code, v.details) for v in parsed.violations]
            if parsed.value is not None:
                values[key] = parsed.value
                findings += self._doubted(row, key, parsed.value)
        violations = self._form.violations(values)
        for found in violations:
            # A formula, an error value or a lost column was already reported; it is not also empty.
            if found.key in row.places and (found.key in values or found.key not in row.cells):
                findings.append(self._finding(row, found.key, found.code, found.details))
        repeated = self._repeated(row, values)
        findings += [self._finding(row, key, Code.VALUE_SAME_AS_LAST_YEAR) for key in repeated]
        spoilt = bool(violations) or any(f.severity is Severity.ERROR for f in findings)
        return self._answered(row, values, spoilt), findings

    def answer_above(
        self, row: MatchedRow, above: Mapping[str, tuple[tuple[int, int], RawCell]]
    ) -> tuple[Answer, Finding]:
        """Return what was written in last year's row above a blank one; it cannot count."""
        ((at, _), _), *_ = above.values()
        moved = replace(
            row,
            row=at,
            cells={key: cell for key, (_, cell) in above.items()},
            places={key: a1(at, column) for key, column in row.columns.items()},
            spaces=(),
            merged=(),
            struck={},
        )
        answer, _ = self.answer(moved)
        assert answer is not None
        finding = Finding(Code.ROW_LAST_YEARS, self.location(row), {"row": at})
        return replace(answer, rejected=True), finding

    def _struck(self, row: MatchedRow) -> Iterator[Finding]:
        """Yield what is struck through: it is deleted."""
        for key, before in row.struck.items():
            if key in row.cells:
                after = row.cells[key].text
                yield self._finding(
                    row, key, Code.VALUE_STRUCK_IN_PART, {"before": before, "after": after}
                )
            else:
                yield self._finding(row, key, Code.VALUE_STRUCK, {"before": before})

    def _doubted(self, row: MatchedRow, key: str, value: Value) -> Iterator[Finding]:
        """Yield why a value that was read may not be what was meant."""
        doubt = self._fields[key].doubt(value, self._year)
        if doubt:
            yield self._finding(row, key, doubt.code, doubt.details)
        if self._read.format == Kind.XLS.label and len(str(value)) == _CUT_IN_XLS:
            yield self._finding(row, key, Code.VALUE_CUT, {"found": _CUT_IN_XLS})

    def repeats_last_year(self, row: MatchedRow) -> bool:
        """Whether a row says nothing but what the department answered last year."""
        previous = self._previous.get((row.item.id, self._read.department), {})
        said = {self._fields[key].label: cell.text for key, cell in row.cells.items()}
        return all(folded(previous.get(label, "")) == folded(text) for label, text in said.items())

    def location(self, row: MatchedRow) -> Location:
        """Return the location of a whole row."""
        return Location(sheet=row.sheet, row=row.row, item=row.item.id)

    def _answered(self, row: MatchedRow, values: Mapping[str, Value], spoilt: bool) -> Answer:
        read = self._read
        return Answer(
            item=row.item.id,
            department=read.department,
            values=values,
            cells=row.places,
            written={key: cell.shown for key, cell in row.cells.items()},
            source=Source("", row.sheet, row.row, read.sha256, read.received),
            rejected=spoilt,
        )

    def _repeated(self, row: MatchedRow, values: Mapping[str, Value]) -> Iterator[str]:
        """Yield the prose fields that say to the letter what they said last year."""
        previous = self._previous.get((row.item.id, self._read.department), {})
        for asked in self._fields.values() if previous else ():
            said = previous.get(asked.label)
            if asked.is_prose and said and values.get(asked.key) == said:
                yield asked.key

    def _finding(
        self, row: MatchedRow, key: str, code: Code, details: Mapping[str, Detail] = NO_DETAILS
    ) -> Finding:
        cell = replace(self.location(row), column=row.columns[key], field_key=key)
        return Finding(code, cell, details)


_ABOUT_ROWS = (Code.ROW_UNKNOWN, Code.ROW_BLANK)


def _blank(read: Return, matching: Matching, findings: list[Finding]) -> list[Finding]:
    """Return the findings of a sheet on which no item is answered; it may be in other rows."""
    location = Location(sheet=matching.sheet)
    strange = [f for f in findings if f.code is Code.ROW_UNKNOWN]
    if not strange:
        return [*findings, Finding(Code.RETURN_BLANK, location)]
    rows = tuple(cell_text(f.location) for f in strange[:_MOST_ROWS])
    more = ("ほか",) if len(strange) > _MOST_ROWS else ()
    wrong = Finding(Code.RETURN_IN_WRONG_ROWS, location, {"rows": (*rows, *more)})
    return [wrong, *(f for f in findings if f.code not in _ABOUT_ROWS)]


def _labels(register: Register) -> frozenset[Named]:
    forms = {id(issue.form): issue.form for issue in register.issues}  # one for many issues
    return frozenset((f.label, f.heading) for form in forms.values() for f in form.form.fields)


def _identified(read: Return, identity: Identity, plan: Plan, found: tuple[str, ...]) -> Return:
    number = identity.number
    return replace(
        read,
        number=str(number) if number else "",
        department=_department(number, plan) if number else "",
        made_from=found,
    )


def _department(number: FormNumber, plan: Plan) -> str:
    successor = plan.successor(number.department)
    same_city = number.municipality == plan.municipality.code
    return successor.code if successor and same_city else ""
