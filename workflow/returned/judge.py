"""One file → one judged return. Pure but for reading that file, so any process may run it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location
from workflow.model.plan import Plan
from workflow.model.raw import RawBook, RawSheet
from workflow.model.returns import Answer, Note, Outcome, Return, judged
from workflow.python.dataclass import dataclass
from workflow.returned.context import Context, OtherRound
from workflow.returned.find_rows import match
from workflow.returned.find_tables import Table, find_tables
from workflow.returned.identify import Identity, identify, made_from, parts_by_form, stamps
from workflow.returned.inbox import Received
from workflow.returned.judge_rows import FoundForm, OnOwnForm, OnTables, Rows, judge_rows
from workflow.returned.note_findings import unread_beside
from workflow.returned.notes import Paper, written_on_refused
from workflow.returned.open import Opened, concluded, open_received, with_notices
from workflow.returned.own.beside import kept_of_refused
from workflow.returned.own.sheets import OwnSheet, find_own_sheets, own_numbers, own_stamps
from workflow.returned.readers.readings import read_again, read_first
from workflow.templates.lay_out import lay_out_issue
from workflow.templates.layout import ID_LABEL
from workflow.templates.register import FormNumber, Issue, Register

_SOMETHING = "（前年度の回答）"
"""Stands for last year's answers where they are not known."""


@dataclass(frozen=True)
class _Book:
    """A workbook with what it shows of itself: its numbers, and its tables or the city's forms."""

    book: RawBook
    found: tuple[FormNumber, ...]
    register: Register
    tables: Sequence[Table]
    own: Sequence[OwnSheet] = ()

    @property
    def entry_sheets(self) -> list[RawSheet]:
        """The sheets on which answers are asked."""
        own = [one.sheet for one in self.own if one.holds_answers]
        return own or [table.sheet for table in self.tables]

    @property
    def ids(self) -> tuple[str, ...]:
        """What stands where items have their 整理番号."""
        own = [text for one in self.own for text in one.ids.values()]
        table = (text for table in self.tables[:1] for text in table.ids.values())
        return tuple(text for text in own or table if text.strip())

    @property
    def is_form(self) -> bool:
        """Whether anything of a form was found."""
        return bool(self.tables or self.own)


def _look_at(book: RawBook, context: Context) -> _Book:
    found = stamps(book)
    register = context.register_of(found)
    forms = context.own_forms.get(register.year)
    own = find_own_sheets(book, forms.values()) if forms else ()
    if own:
        found = own_stamps(book, own)
        return _Book(book, found, context.register_of(found), (), own)
    tables = find_tables(book, context.labels.get(register.year, frozenset()))
    return _Book(book, found, register, tables)


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
    shown = _look_at(opened.book, context)
    parts = _parts(opened, shown, context) if len(shown.found) > 1 else ()
    for part in parts:
        yield with_notices(part, judge_book(part.read, part.book, context))
    if not parts:
        yield with_notices(opened, _judge(opened.read, shown, context))


def _parts(opened: Opened, shown: _Book, context: Context) -> tuple[Opened, ...]:
    """Return the forms of several departments in one workbook, each as if it had come alone.

    They are named like the files in an archive, by the sheet that is filled in. Nothing where any
    of them was issued neither in this round nor in another one of the year.
    """
    read, sheets = opened.read, [*shown.entry_sheets, *_of_other_rounds(opened.book, context)]
    numbers = own_numbers(opened.book, shown.own, shown.register) if shown.own else {}
    forms = parts_by_form(opened.book, sheets, numbers)
    issues = {form: shown.register.find(form) for form in forms}
    if any(not issue and form.round not in context.others for form, issue in issues.items()):
        return ()
    names = tuple(issue.department_name for issue in issues.values() if issue)
    several = Finding(Code.FORM_SEVERAL, Location(), {"departments": names})
    parts = []
    for part in forms.values():
        sheet = next(s.name for s in sheets if any(s is one for one in part.sheets))
        own = replace(read, file=f"{read.file}/{sheet}", envelope=read.on_disk)
        parts.append(Opened(replace(own, findings=(*read.findings, several)), part))
    return tuple(parts)


def _of_other_rounds(book: RawBook, context: Context) -> Iterator[RawSheet]:
    """Yield the sheets that are filled in for another round of the year."""
    for other in context.others.values():
        yield from (table.sheet for table in find_tables(book, other.labels))


def judge_book(read: Return, book: RawBook, context: Context) -> Return:
    """Return what a workbook says, given the file it came in."""
    return _judge(read, _look_at(book, context), context)


def _judge(read: Return, shown: _Book, context: Context) -> Return:
    other = _other_round(shown, context)
    if other:
        return _of_other_round(read, shown.found, other)
    return _judge_own(read, shown, context)


def _judge_own(read: Return, shown: _Book, context: Context) -> Return:
    book, found, register, tables = shown.book, shown.found, shown.register, shown.tables
    if not shown.is_form and book.lost:
        reason = f"シート「{'」「'.join(book.lost)}」の中身がありません"
        return concluded(read, Outcome.UNREADABLE, Code.FILE_BROKEN, {"reason": reason})
    if not shown.is_form and not found:
        return concluded(read, Outcome.NOT_A_RETURN, Code.FILE_NO_ENTRY_SHEET)
    ids = shown.ids
    identity = identify(found, ids, context.plan, register)
    read = _identified(read, identity, context.plan, made_from(book))
    if identity.issue is None:
        if not identity.findings:
            return concluded(read, Outcome.NOT_A_RETURN, Code.FILE_NO_ENTRY_SHEET)
        refused = replace(read, outcome=judged(identity.findings), findings=identity.findings)
    elif not read.department:
        refused = concluded(
            read, Outcome.SENT_BACK, Code.FORM_NO_DEPARTMENT, {"number": read.number}
        )
    elif not shown.is_form:
        refused = concluded(read, Outcome.SENT_BACK, Code.COLUMN_MISSING, {"column": ID_LABEL})
    else:
        form = _form_of(shown, identity.issue, context)
        return judge_rows(read, book, identity, identity.issue, form, context)
    if shown.own:
        texts = {text for issue in register.issues for text in issue.texts}
        return _kept(refused, book, tuple(kept_of_refused(book, shown.own, texts)))
    offered = _offered(refused, tables, register, context)
    paper = _paper_of(refused, ids, tables, register, context)
    return _set_aside(replace(refused, offered=offered), book, tables, paper)


def _other_round(shown: _Book, context: Context) -> OtherRound | None:
    """Return the other round of the year that a form is of: by its number, or else its headings."""
    if not context.others:
        return None
    if shown.found:
        number, register = shown.found[0], shown.register
        is_of_year = number.year == register.year and number.round != register.number
        return context.others.get(number.round) if is_of_year else None
    if shown.is_form:
        return None
    others = context.others.values()
    return next((one for one in others if find_tables(shown.book, one.labels)), None)


def _of_other_round(read: Return, found: tuple[FormNumber, ...], other: OtherRound) -> Return:
    details = {"round": other.name}
    refused = concluded(read, Outcome.NOT_A_RETURN, Code.RETURN_OTHER_ROUND, details)
    return replace(refused, number=str(found[0]) if found else "")


def _form_of(shown: _Book, issue: Issue, context: Context) -> FoundForm:
    """Return the form that was found, read as it was issued."""
    if not (shown.own and issue.own):
        return OnTables(shown.tables)
    forms = context.own_forms[shown.register.year]
    if len(forms) == 1:
        return OnOwnForm(shown.own)
    return OnOwnForm(find_own_sheets(shown.book, (forms[issue.own.digest],)))


def _paper_of(
    read: Return,
    ids: Collection[str],
    tables: Sequence[Table],
    register: Register,
    context: Context,
) -> Paper:
    """Return what is known of the paper of a refused form: what the forms of the year print.

    The one like it has most of its rows, or was given to the same department: its own where both
    are true, or no other department's has as many. Of another year it is not known what stands in
    its rows of last year, only whether there are any.
    """
    plan = context.plan
    printed = {text for issue in register.issues for text in issue.texts}
    shares = {issue.number.department: share for issue, share in register.sharing(ids)}
    department = plan.successor(read.department) if read.department else None
    own = register.latest_for(department) if department else None
    most = max(shares.values(), default=0)
    best = [code for code, share in shares.items() if share == most]
    is_own = len(best) == 1 or (own is not None and own.number.department in best)
    alike = own if own and (own.number.department in best or not best) else None
    alike = alike or (register.latest(best[0]) if best else None)
    holder = plan.successor(alike.number.department) if alike else None
    if alike is None or holder is None:
        return Paper(printed, plan.levels)
    number = FormNumber.parse(read.number)
    is_of_year = number is not None and number.year == register.year
    previous = context.previous
    if not is_of_year and any(table.previous_rows for table in tables):
        labels = {f.label: _SOMETHING for f in alike.answer_form.fields}
        previous = {(item.id, holder.code): labels for item in alike.items}
    layout = lay_out_issue(plan, holder, alike, previous)
    return Paper(printed, plan.levels, layout, is_own, is_of_year)


def _set_aside(read: Return, book: RawBook, tables: Sequence[Table], paper: Paper) -> Return:
    """Return a form that is refused as a whole with all that it says, kept as notes."""
    return _kept(read, book, tuple(written_on_refused(book, tables, paper)))


def _kept(read: Return, book: RawBook, notes: tuple[Note, ...]) -> Return:
    findings = [*read.findings, *unread_beside(book)]
    if notes:
        findings.append(Finding(Code.NOTES_SET_ASIDE, Location(), {"count": len(notes)}))
    return replace(read, notes=notes, findings=tuple(findings))


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
    judging = Rows(read, issue, context.previous, context.plan, {})
    rows = match(tables[0], issue, tables[1:]).rows
    answers = (judging.answer(row)[0] for row in rows if not judging.repeats_last_year(row))
    return tuple(replace(answer, rejected=True) for answer in answers if answer)


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
