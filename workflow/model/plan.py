"""What the round trip speaks of: plan, answers, returns. No input or output here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from workflow.model.catalogue import Severity
from workflow.model.fields.declarations import Value
from workflow.model.fields.form import Form
from workflow.model.findings import Finding
from workflow.model.limits import USUAL, Limits

PreviousAnswers = Mapping[tuple[str, str], Mapping[str, str]]
"""Last year's answers: (item id, department code) → field label → text as the ledger spells it."""

JOINT_SEPARATOR = "・"
"""Between the departments of a joint item, as the city's own reports write it."""


@dataclass(frozen=True, slots=True)
class Department:
    """Who answers; formerly holds names or codes from before a reorganisation."""

    code: str
    name: str
    formerly: tuple[str, ...] = ()
    external: bool = False
    email: str = ""


class AnswerRule(StrEnum):
    """Whether one department's answer settles a joint item, or each must answer."""

    ANY = "any"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class Item:
    """One 取組内容. The path holds the levels above it, from the top."""

    id: str
    path: tuple[str, ...]
    title: str
    departments: tuple[str, ...]
    pages: str = ""
    answer: AnswerRule = AnswerRule.ANY

    @property
    def labels(self) -> tuple[str, ...]:
        """One text per level of the plan, the item's own title last."""
        return (*self.path, self.title)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One answer the plan asks for: one row of the ledger."""

    item: Item
    departments: tuple[Department, ...]

    @property
    def department_label(self) -> str:
        """The departments as one text, in the plan's order."""
        return JOINT_SEPARATOR.join(d.name for d in self.departments)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A count of items: rows and columns are each a level name, 担当課 or a choice field's key."""

    rows: str
    columns: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """The city: its name and 全国地方公共団体コード (six digits)."""

    name: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole plan, already checked: every reference in it resolves.

    Without slots, so that what is looked up again and again is indexed once.
    """

    title: str
    municipality: Municipality
    coordinator: str
    levels: tuple[str, ...]
    departments: tuple[Department, ...]
    items: tuple[Item, ...]
    form: Form
    matrices: tuple[Matrix, ...] = ()
    deadline: date | None = None
    correction_deadline: date | None = None
    contact: str = ""
    paper: str = "A4"
    report_layout: str = ""
    lock_password: str = ""
    open_passwords: tuple[str, ...] = ()
    limits: Limits = USUAL

    def department(self, code: str) -> Department:
        """Return the department with this code; KeyError if the plan has none."""
        return self._departments_by_code[code]

    def successor(self, code: str) -> Department | None:
        """Return who answers today for a department code, also one from before a reorganisation."""
        return self._successors.get(code)

    def items_of(self, code: str) -> tuple[Item, ...]:
        """Return the items a department is asked about, in the plan's order."""
        return self._items_by_department.get(code, ())

    @cached_property
    def _departments_by_code(self) -> Mapping[str, Department]:
        return {department.code: department for department in self.departments}

    @cached_property
    def _successors(self) -> Mapping[str, Department]:
        found: dict[str, Department] = {}
        for department in self.departments:
            for code in (department.code, *department.formerly):
                found.setdefault(code, department)
        return found

    @cached_property
    def _items_by_department(self) -> Mapping[str, tuple[Item, ...]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            for code in dict.fromkeys(item.departments):
                found.setdefault(code, []).append(item)
        return {code: tuple(items) for code, items in found.items()}

    def assignments(self) -> tuple[Assignment, ...]:
        """Return one assignment per answer expected, in the plan's order."""
        found: list[Assignment] = []
        for item in self.items:
            departments = tuple(self.department(code) for code in item.departments)
            if item.answer is AnswerRule.EACH:
                found.extend(Assignment(item, (d,)) for d in departments)
            else:
                found.append(Assignment(item, departments))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer stands: the file as returned, its digest and when it arrived."""

    file: str
    sheet: str
    row: int
    sha256: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What one department wrote about one item, by field key.

    Values are as declared, written is the text of each filled cell, cells are A1 references.
    Says_nothing: it holds only why there is nothing to report.
    """

    item: str
    department: str
    values: Mapping[str, Value]
    written: Mapping[str, str]
    cells: Mapping[str, str]
    source: Source
    rejected: bool = False
    says_nothing: bool = False

    @property
    def given(self) -> Mapping[str, Value]:
        """The value of each filled cell; what could not be read as one, as it is written."""
        return {key: self.values.get(key, text) for key, text in self.written.items()}


class NoteKind(StrEnum):
    """Where a text stands that the ledger does not show."""

    MARGIN = "欄外"
    RESPONDENT = "記入者・内線"
    OVERWRITTEN = "変更できないセル"
    SHEET = "別のシート"
    COMMENT = "コメント"
    SHAPE = "図形"
    PICTURE = "画像"
    OBJECT = "埋め込まれたもの"
    HEADER = "ヘッダー・フッター"
    UNUSED = "採用しなかった回答"
    MAIL = "メールの本文"
    EXPLANATION = "お尋ねへの説明"


@dataclass(frozen=True, slots=True)
class Note:
    """A text outside the ledger: kept and shown, never counted.

    Item and label are those of the row and the column it stands in, where it stands in the table.
    """

    kind: NoteKind
    sheet: str
    cell: str
    text: str
    author: str = ""
    item: str = ""
    label: str = ""
    file: str = ""


class Outcome(StrEnum):
    """What became of a file; every file in returned/ has exactly one."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    NOT_A_RETURN = "not_a_return"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        """The outcome in the coordinator's words."""
        return _OUTCOME_LABELS[self]

    @property
    def is_answer(self) -> bool:
        """Whether the file counts as a department's current return."""
        return self in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS, Outcome.SENT_BACK)


LOST_LABEL = "所在不明"
"""What stands in place of an outcome where a file came and lies there no more."""

_OUTCOME_LABELS = {
    Outcome.ACCEPTED: "採用",
    Outcome.ACCEPTED_WITH_WARNINGS: "採用（要確認）",
    Outcome.SENT_BACK: "差戻し",
    Outcome.SUPERSEDED: "旧版",
    Outcome.DUPLICATE: "重複",
    Outcome.NOT_A_RETURN: "対象外",
    Outcome.UNREADABLE: "読取不可",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A file in returned/, named by its path below the round's folder."""

    file: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHeader:
    """Who sent a saved mail, when, and about what; blank or None where it does not say."""

    sender: str = ""
    subject: str = ""
    sent: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One file from returned/, named by its path below the round's folder, and what it says.

    What came in an archive or a mail has that as its envelope; mail is the header of the mail.
    Author and saved_by are who made and who last saved the workbook, as stored in it; format is in
    words what kind of workbook it is. Made_from are the beginnings of the digests of the returns
    that a hand-back was made from.
    Offered are answers on another year's form: they never count, but its department may keep them.
    """

    file: str
    sha256: str
    size: int
    received: datetime
    outcome: Outcome
    number: str = ""
    department: str = ""
    modified: datetime | None = None
    author: str = ""
    saved_by: str = ""
    format: str = ""
    envelope: Envelope | None = None
    mail: MailHeader | None = None
    made_from: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    offered: tuple[Answer, ...] = ()
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()

    def named(self, on_disk: str) -> Return:
        """Return it with the name that its file, or the archive it came in, has in returned/.

        Judging names no file: here all that it found is given the name, in one place.
        """
        file = f"{on_disk}{self.file}"
        answers, offered = (
            tuple(replace(a, source=replace(a.source, file=file)) for a in found)
            for found in (self.answers, self.offered)
        )
        return replace(
            self,
            file=file,
            envelope=self.envelope and replace(self.envelope, file=on_disk),
            answers=answers,
            offered=offered,
            notes=tuple(replace(note, file=file) for note in self.notes),
            findings=tuple(
                replace(f, location=replace(f.location, file=file)) for f in self.findings
            ),
        )

    @property
    def on_disk(self) -> Envelope:
        """The file in returned/ this came in: its archive, or itself."""
        return self.envelope or Envelope(self.file, self.sha256, self.size)

    @property
    def accepted_answers(self) -> tuple[Answer, ...]:
        """The answers without an error."""
        return tuple(a for a in self.answers if not a.rejected)


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing a department is asked to put right.

    The item is blank for what is wrong with the file as a whole, key and label of the field also
    for what is wrong with a whole row.
    """

    item: str
    field_key: str
    label: str
    problem: str
    remedy: str

    @property
    def cell(self) -> tuple[str, str]:
        """The item and the key: together they name a cell of the form."""
        return self.item, self.field_key


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a department is asked to explain, by the number of its point; nothing is wrong."""

    number: int
    item: str
    field_key: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template is written with: answers by item and key, and what to correct in them.

    Made_from are the digests of the returns these answers come from, or came after; respondent is
    who filled the last one in, as they wrote it.
    """

    answers: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    questions: tuple[Question, ...] = ()
    made_from: tuple[str, ...] = ()
    as_of: datetime | None = None
    respondent: str = ""

    def value(self, item: str, key: str) -> Value | None:
        """Return what stands in a cell; None when it is empty."""
        return self.answers.get(item, {}).get(key)

    @property
    def marked(self) -> frozenset[tuple[str, str]]:
        """The cells to correct, by item and key."""
        return frozenset(c.cell for c in self.corrections if c.item and c.field_key)


def judged(findings: tuple[Finding, ...]) -> Outcome:
    """Return the outcome of a readable return from its findings alone."""
    severities = {f.severity for f in findings}
    if Severity.ERROR in severities:
        return Outcome.SENT_BACK
    if Severity.WARNING in severities:
        return Outcome.ACCEPTED_WITH_WARNINGS
    return Outcome.ACCEPTED
