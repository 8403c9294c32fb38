"""The rows of a form → its answers, and what is noticed of each value."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import a1, folded
from workflow.model.fields.checks import Check
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.findings import NO_DETAILS, Detail, Finding, Location, Violation
from workflow.model.indicators.checks import Question, indicator_checks
from workflow.model.indicators.indicator import Indicator
from workflow.model.plan import Plan, PreviousAnswers
from workflow.model.raw import RawBook, RawCell
from workflow.model.returns import Answer, Return, Source, judged
from workflow.model.wording import cell_text
from workflow.python.dataclass import dataclass
from workflow.returned.context import Context
from workflow.returned.find_rows import MatchedRow, Matching, match
from workflow.returned.find_tables import Table
from workflow.returned.identify import Identity
from workflow.returned.indicator_rows import IndicatorRows, find_indicator_rows, joined
from workflow.returned.intake.detect import Kind
from workflow.returned.note_findings import note_findings, picture_references
from workflow.returned.notes import Beside, written_beside
from workflow.returned.own.beside import beside_own
from workflow.returned.own.match import match_own
from workflow.returned.own.sheets import OwnSheet
from workflow.templates.lay_out import lay_out_issue
from workflow.templates.layout import Layout
from workflow.templates.own.lay_out import lay_out_own
from workflow.templates.register import Issue

_ABOUT_ROWS = (Code.ROW_UNKNOWN, Code.ROW_BLANK)
_MOST_ROWS = 10
"""Rows named in one message."""
_CUT_IN_XLS = 255
"""Characters at which copying a sheet in Excel 97 to 2003 cuts a text."""


@dataclass(frozen=True, slots=True)
class FoundRows:
    """The rows of a form: those of its items, what stands beside them, and its indicators'."""

    matching: Matching
    beside: Beside
    indicators: IndicatorRows | None


class FoundForm(Protocol):
    """A form as it was found in a workbook, whatever it looks like."""

    def read(self, book: RawBook, issue: Issue, layout: Layout) -> FoundRows:
        """Return the rows of its items and of its indicators, and what stands beside them."""


@dataclass(frozen=True, slots=True)
class OnTables:
    """Our own form: the table of the entry sheet, and its copies."""

    tables: Sequence[Table]

    def read(self, book: RawBook, issue: Issue, layout: Layout) -> FoundRows:
        """Return the rows of the tables, and what stands beside them."""
        table, *copies = self.tables
        indicators = find_indicator_rows(book, issue)
        matching = match(table, issue, copies)
        beside = written_beside(book, self.tables, matching, layout, issue.texts, indicators)
        return FoundRows(matching, beside, indicators)


@dataclass(frozen=True, slots=True)
class OnOwnForm:
    """The city's own form: its sheets."""

    sheets: Sequence[OwnSheet]

    def read(self, book: RawBook, issue: Issue, layout: Layout) -> FoundRows:
        """Return what its sheets answer, and what stands beside that."""
        assert layout.own
        own = lay_out_own(layout.own, layout)
        on_ours = tuple(one for one in issue.indicators if one.key in own.keys_on_ours)
        citys = {id(own.sheet) for own in self.sheets}
        others = replace(book, sheets=tuple(s for s in book.sheets if id(s) not in citys))
        indicators = find_indicator_rows(others, replace(issue, indicators=on_ours))
        found = match_own(self.sheets, own)
        beside = beside_own(book, self.sheets, found, own, issue.texts, indicators)
        return FoundRows(found.matching, beside, indicators)


def judge_rows(
    read: Return,
    book: RawBook,
    identity: Identity,
    issue: Issue,
    form: FoundForm,
    context: Context,
) -> Return:
    """Return a form with its answers, its notes and all that is noticed of them."""
    layout = lay_out_issue(
        context.plan,
        context.plan.department(read.department),
        issue,
        context.previous,
        is_handback=bool(read.made_from),
    )
    rows = form.read(book, issue, layout)
    matching, beside, indicators = rows.matching, rows.beside, rows.indicators
    lost = indicators.lost if indicators else {}
    judging = Rows(read, issue, context.previous, context.plan, lost)
    found = (matching, *((indicators.matching,) if indicators else ()))
    findings = [*identity.findings, *(f for one in found for f in one.findings)]
    findings += beside.findings
    answers = []
    for row in joined(matching.rows, indicators):
        answer, noticed = judging.answer(row)
        findings += noticed
        above = beside.last_year.get(row.item.id) if answer is None else None
        if answer is not None:
            answers.append(answer)
        elif above:
            answer, finding = judging.answer_above(row, above)
            answers.append(answer)
            findings.append(finding)
        elif row.item.id not in context.answered_by_any:
            findings.append(Finding(Code.ROW_BLANK, judging.location(row)))
    if not answers:
        findings = _blank(read, matching, findings)
    spoilt = {
        f.location.item for one in found for f in one.findings if f.severity is Severity.ERROR
    }
    is_ambiguous = any(one.is_ambiguous for one in found)
    answers = [
        replace(a, rejected=True) if a.item in spoilt or is_ambiguous else a for a in answers
    ]
    findings += picture_references(answers, beside.notes)
    findings += note_findings(beside.notes, book)
    return replace(
        read,
        outcome=judged(tuple(findings)),
        answers=tuple(answers),
        notes=beside.notes,
        findings=tuple(findings),
    )


class Rows:
    """The judging of the rows of one file."""

    def __init__(
        self,
        read: Return,
        issue: Issue,
        previous: PreviousAnswers,
        plan: Plan,
        lost: Mapping[str, Location],
    ) -> None:
        self._read, self._previous, self._lost = read, previous, lost
        form = issue.answer_form
        self._year = issue.number.year
        asked = {item: tuple(own) for item, own in groupby(issue.indicators, attrgetter("item"))}
        self._asked_of = _Asked(form, form.checks)
        self._asked_with = {
            item: _asked_with(form, own, plan, self._year) for item, own in asked.items()
        }
        self._fields = {field.key: field for field in form.fields}
        self._fields |= {field.key: field for one in issue.indicators for field in one.fields}

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
        asked_of = self._asked_with.get(row.item.id, self._asked_of)
        violations = asked_of.form.violations(values)
        for found in violations:
            # A formula, an error value or a lost column was already reported; it is not also empty.
            if found.key in row.references and (found.key in values or found.key not in row.cells):
                findings.append(self._finding(row, found.key, found.code, found.details))
            elif found.key in self._lost:
                findings.append(Finding(found.code, self._lost[found.key], found.details))
        asked = self._asked(row, asked_of, values, {found.key for found in violations})
        findings += [self._finding(row, v.key, v.code, v.details) for v in asked]
        spoilt = bool(violations) or any(f.severity is Severity.ERROR for f in findings)
        says_nothing = asked_of.form.says_nothing(values)
        return self._answered(row, values, spoilt, says_nothing), findings

    def answer_above(
        self, row: MatchedRow, above: Mapping[str, tuple[tuple[int, int], RawCell]]
    ) -> tuple[Answer, Finding]:
        """Return what was written in last year's row above a blank one; it cannot count."""
        ((at, _), _), *_ = above.values()
        moved = replace(
            row,
            row=at,
            cells={key: cell for key, (_, cell) in above.items()},
            references={key: a1(at, column) for key, column in row.columns.items()},
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
        texts = {self._fields[key].label: cell.text for key, cell in row.cells.items()}
        return all(folded(previous.get(label, "")) == folded(text) for label, text in texts.items())

    def location(self, row: MatchedRow) -> Location:
        """Return the location of a whole row."""
        return Location(sheet=row.sheet, row=row.row, item=row.item.id)

    def _answered(
        self, row: MatchedRow, values: Mapping[str, Value], spoilt: bool, says_nothing: bool
    ) -> Answer:
        read = self._read
        return Answer(
            item=row.item.id,
            department=read.department,
            values=values,
            cells=row.references,
            written={key: cell.shown for key, cell in row.cells.items()},
            source=Source("", row.sheet, row.row, read.sha256, read.received),
            rejected=spoilt,
            says_nothing=says_nothing,
        )

    def _asked(
        self,
        row: MatchedRow,
        asked_of: _Asked,
        values: Mapping[str, Value],
        wrong: Container[str],
    ) -> Iterator[Violation]:
        """Yield what is to be asked of an answer; a cell that is wrong is not asked about too."""
        previous = self._previous.get((row.item.id, self._read.department), {})
        before = {key: previous.get(field.label, "") for key, field in self._fields.items()}
        for check in asked_of.checks:
            question = check.question(values, before)
            if question and check.key in row.references and check.key not in wrong:
                yield question

    def _finding(
        self, row: MatchedRow, key: str, code: Code, details: Mapping[str, Detail] = NO_DETAILS
    ) -> Finding:
        sheet, (at, column) = row.spot(key)
        cell = Location(sheet=sheet, row=at, column=column, item=row.item.id, field_key=key)
        return Finding(code, cell, details)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an item is asked: its fields, those of its indicators among them, and the checks."""

    form: Form
    checks: tuple[Check | Question, ...]


def _asked_with(form: Form, indicators: Sequence[Indicator], plan: Plan, year: int) -> _Asked:
    """Return what an item with indicators is asked.

    They are read as they were issued, and graded as the plan declares them by now.
    """
    fields = (field for one in indicators for field in one.fields)
    whole = replace(form, fields=(*form.fields, *fields))
    today = {one.id: one for one in plan.indicators}
    graded = [today.get(one.id, one) for one in indicators]
    return _Asked(whole, (*whole.checks, *indicator_checks(graded, form, year)))


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
