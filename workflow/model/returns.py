"""What came back: a file, what it answers, what was noticed, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from workflow.model.catalogue import Severity
from workflow.model.fields.declarations import Value
from workflow.model.findings import Finding
from workflow.python.dataclass import dataclass


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

    Values are as declared, written is the text of each filled cell, cells are A1 references; one
    on another sheet than its source names that sheet as well (指標!H7). Says_nothing: it holds only
    why there is nothing to report. What an item's indicators ask stands here too, by their keys.
    """

    item: str
    department: str
    values: Mapping[str, Value]
    written: Mapping[str, str]
    cells: Mapping[str, str]
    source: Source
    rejected: bool = False
    says_nothing: bool = False

    def cell_of(self, key: str) -> tuple[str, str]:
        """Return the sheet and the A1 reference of a cell. KeyError for a key without one."""
        sheet, _, cell = self.cells[key].rpartition("!")
        return sheet or self.source.sheet, cell

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
    Round is named where a whole year of several rounds is spoken of.
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
    answers: Sequence[Answer] = ()
    offered: tuple[Answer, ...] = ()
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    round: str = ""

    def named(self, on_disk: str) -> Return:
        """Return it with the name that its file, or the archive it came in, has in returned/.

        Judging names no file: here all that it found is given the name, in one place.
        """
        file = f"{on_disk}{self.file}"
        answers, offered = (
            tuple(_named(answer, file) for answer in found)
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

    def answer_to(self, item: str) -> Answer | None:
        """Return what it answers about an item; None when it says nothing."""
        return next((a for a in reversed(self.answers) if a.item == item), None)

    @property
    def accepted_answers(self) -> tuple[Answer, ...]:
        """The answers without an error."""
        return tuple(a for a in self.answers if not a.rejected)


def _named(answer: Answer, file: str) -> Answer:
    """Return an answer as it is from a file of another name; `replace` takes five times as long."""
    was = answer.source
    return Answer(
        answer.item,
        answer.department,
        answer.values,
        answer.written,
        answer.cells,
        Source(file, was.sheet, was.row, was.sha256, was.received),
        answer.rejected,
        answer.says_nothing,
    )


def judged(findings: tuple[Finding, ...]) -> Outcome:
    """Return the outcome of a readable return from its findings alone."""
    severities = {f.severity for f in findings}
    if Severity.ERROR in severities:
        return Outcome.SENT_BACK
    if Severity.WARNING in severities:
        return Outcome.ACCEPTED_WITH_WARNINGS
    return Outcome.ACCEPTED
