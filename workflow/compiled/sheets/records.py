"""提出状況, 指摘一覧, 受付記録, 欄外記入 and 正誤表: what each flat sheet shows of a round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Protocol, TypeVar

from workflow.compiled.ledger import Ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry, listed
from workflow.compiled.round import Round
from workflow.compiled.sheets.links import to_return, to_row
from workflow.compiled.summaries.errata import Erratum
from workflow.compiled.summaries.status import DepartmentStatus, who_answers
from workflow.excel.table import DAY_WIDTH, MOMENT_WIDTH, RowT, TableColumn
from workflow.excel.workbook import Link
from workflow.model.cells import a1
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.model.returns import Answer, Note, NoteKind, Return
from workflow.model.rounds.declared import Period
from workflow.model.wording import Wording, cell_text
from workflow.python.dataclass import dataclass
from workflow.storage.answers import StoredAnswer, numbers_of

STATUS_SHEET = "提出状況"
FINDINGS_SHEET = "指摘一覧"
RECEIPTS_SHEET = "受付記録"
NOTES_SHEET = "欄外記入"

_NOT_ISSUED = "未発行"


def _issued_on(status: DepartmentStatus) -> date | None:
    return status.issue.issued_at.date() if status.issue else None


ROUND_LABEL = "回"


class OfRound(Protocol):
    """What belongs to a round of a year."""

    @property
    def round(self) -> str:
        """The name of the round, "" where a year has one alone."""


OfRoundT = TypeVar("OfRoundT", bound=OfRound)


def _round_column(in_rounds: bool) -> tuple[TableColumn[OfRoundT], ...]:
    """Return the column that names the round; none where a year has one alone."""
    return (TableColumn(ROUND_LABEL, 6, lambda row: row.round or None),) if in_rounds else ()


def status_columns(
    statuses: Sequence[DepartmentStatus],
) -> tuple[TableColumn[DepartmentStatus], ...]:
    """Return the columns of 提出状況; 報告なし only where there is such an assignment."""
    has_nothing = any(status.nothing_to_report for status in statuses)
    in_rounds = any(status.round for status in statuses)  # a column more on the same paper
    nothing: TableColumn[DepartmentStatus] = TableColumn(
        AnswerStatus.NOTHING.value, 4.5, lambda s: s.nothing_to_report
    )
    return (
        *_round_column(in_rounds),
        TableColumn(who_answers(statuses), 8 if in_rounds else 11, lambda s: s.department.name),
        TableColumn("様式番号", 11, lambda s: str(s.issue.number) if s.issue else _NOT_ISSUED),
        TableColumn("受付回数", 4.5, lambda s: s.returns),
        TableColumn("最新の受領日時", MOMENT_WIDTH, lambda s: s.received),
        TableColumn("受付結果", 7 if in_rounds else 8, lambda s: s.outcome_label),
        TableColumn("採用した回数", 5, lambda s: s.accepted),
        TableColumn("回答済", 4.5, lambda s: s.answered),
        TableColumn("差戻し中", 4.5, lambda s: s.sent_back),
        TableColumn("未提出", 4.5, lambda s: s.missing),
        *((nothing,) if has_nothing else ()),
        TableColumn(
            "まだの取組内容", 10 if in_rounds else 13, lambda s: listed(s.open_items) or None
        ),
        TableColumn("コード", 8, lambda s: s.department.code, on_paper=False),
        TableColumn("発行日", DAY_WIDTH, _issued_on, on_paper=False),
        TableColumn("最初の受領日時", MOMENT_WIDTH, lambda s: s.first_received, on_paper=False),
    )


_MAIL_COLUMNS: tuple[TableColumn[Return], ...] = (
    TableColumn("メールの差出人", 16, lambda r: r.mail.sender if r.mail else None),
    TableColumn("メールの送信日時", MOMENT_WIDTH, lambda r: r.mail.sent if r.mail else None),
    TableColumn("メールの件名", 24, lambda r: r.mail.subject if r.mail else None),
)


@dataclass(frozen=True, slots=True)
class SourceLinks:
    """How the records lead back to the files that came in a period.

    On_disk are the files in returned/, and first_seen when each was read first, both by the name of
    what came in them.
    """

    period: Period
    on_disk: Mapping[str, str]
    first_seen: Mapping[str, datetime]

    def to(self, path: str, sheet: str = "", cell: str = "") -> Link | None:
        """Return a link to a returned file; into an archive no link can lead, so it ends there.

        A form among several in one workbook is named by its sheet.
        """
        file = self.on_disk.get(path)
        if file is None:
            return None
        leads_to_cell = path in (file, f"{file}/{sheet}")
        return to_return(self.period, file, *((sheet, cell) if leads_to_cell else ()))


def opening(link: Callable[[RowT], Link | None]) -> TableColumn[RowT]:
    """Return the column that opens the file beside it, for LibreOffice cuts a link of much text."""
    return TableColumn("開く", 3.5, lambda row: "開く" if link(row) else None, link)


def finding_columns(
    sources: SourceLinks, wording: Wording, findings: Sequence[Finding]
) -> tuple[TableColumn[Finding], ...]:
    """Return the columns of 指摘一覧."""
    of_round: TableColumn[Finding] = TableColumn(ROUND_LABEL, 6, lambda f: f.location.round or None)
    return (
        *((of_round,) if any(finding.location.round for finding in findings) else ()),
        TableColumn("重さ", 4.5, lambda f: f.severity.label),
        TableColumn("内容", 21, wording.message),
        TableColumn("対応", 17.5, wording.remedy),
        TableColumn("ファイル", 10, lambda f: f.location.file or None),
        opening(lambda f: _link(sources, f)),
        TableColumn("シート", 6, lambda f: f.location.sheet or None),
        TableColumn("セル", 5, lambda f: cell_text(f.location) or None),
        TableColumn("整理番号", 5, lambda f: f.location.item or None),
        TableColumn("項目", 6.5, lambda f: wording.label(f.location) or None),
        TableColumn("コード", 20, lambda f: f.code.name, on_paper=False),
    )


def return_columns(
    sources: SourceLinks, returns: Sequence[Return]
) -> tuple[TableColumn[Return], ...]:
    """Return the columns of 受付記録; those of mails only where one came."""
    with_mails = any(returned.mail for returned in returns)
    in_rounds = any(returned.round for returned in returns)

    return (
        *_round_column(in_rounds),
        TableColumn("ファイル", 12 if in_rounds else 15.5, lambda r: r.file),
        opening(lambda r: sources.to(r.file)),
        TableColumn("受付結果", 7 if in_rounds else 8, lambda r: r.outcome.label),
        TableColumn("担当課コード", 7, lambda r: r.department or None),
        TableColumn("様式番号", 11, lambda r: r.number or None),
        TableColumn("受領日時", MOMENT_WIDTH, lambda r: r.received),
        TableColumn("最終更新者", 7.5 if in_rounds else 9, lambda r: r.saved_by or None),
        TableColumn("回答数", 4.5, lambda r: len(r.answers)),
        TableColumn("指摘数", 4.5, lambda r: len(r.findings)),
        *(_MAIL_COLUMNS if with_mails else ()),
        TableColumn("形式", 12, lambda r: r.format or None, on_paper=False),
        TableColumn(
            "初めて読んだ日時",
            MOMENT_WIDTH,
            lambda r: sources.first_seen.get(r.file),
            on_paper=False,
        ),
        TableColumn("最終更新日時", MOMENT_WIDTH, lambda r: r.modified, on_paper=False),
        TableColumn("作成者", 9, lambda r: r.author or None, on_paper=False),
        TableColumn("大きさ(バイト)", 7.5, lambda r: r.size, on_paper=False),
        TableColumn("照合用の値（監査用）", 50, lambda r: r.sha256 or None, on_paper=False),
    )


def note_columns(sources: SourceLinks) -> tuple[TableColumn[Note], ...]:
    """Return the columns of 欄外記入."""
    return (
        TableColumn("書かれていた所", 8, lambda n: n.kind.value),
        TableColumn("内容", 25, lambda n: n.text),
        TableColumn("書いた人", 8, lambda n: n.author or None),
        TableColumn("ファイル", 11.5, lambda n: n.file),
        opening(lambda n: sources.to(n.file, n.sheet, n.cell)),
        TableColumn("シート", 7, lambda n: n.sheet or None),
        TableColumn("セル", 4.5, lambda n: n.cell or None),
        TableColumn("整理番号", 5, lambda n: n.item or None),
        TableColumn("項目", 6, lambda n: n.label or None),
    )


def _link(sources: SourceLinks, finding: Finding) -> Link | None:
    """Return a link to where a finding stands; to a whole row, by its first cell."""
    at = finding.location
    return sources.to(at.file, at.sheet, a1(at.row, at.column or 1) if at.row else "")


# Answers that did not get into the ledger: shown beside the notes. Pure.


def unused_answers(round_: Round) -> Iterator[Note]:
    """Yield the answers of current returns that the ledger does not show.

    Such are the second answer to a joint item, a row that a newer return overtook while the file
    still counts for others, an answer nobody asks for any more, and what was written of an item
    with nothing to report.
    """
    entries = [e for row in round_.entries for e in row.every] if round_.parts else round_.entries
    shown = _Shown(by_number=not round_.parts)
    for entry in filter(_is_shown, entries):
        shown.add(entry)
    current = (returned for returned in round_.returns if returned.outcome.is_answer)
    unused = [answer for returned in current for answer in shown.others_of(returned)]
    shown_texts: dict[str, set[str]] = {answer.item: set() for answer in unused}
    for answer in (e.answer for e in filter(_is_shown, entries if unused else ())):
        if answer and answer.item in shown_texts:
            shown_texts[answer.item].update(answer.written.values())
    for answer in unused:
        yield from _notes(answer, shown_texts[answer.item])


def _is_shown(entry: Entry) -> bool:
    """Whether the ledger shows all of an answer: it is one, or says why there is none."""
    is_nothing = entry.status is AnswerStatus.NOTHING
    return not is_nothing or (entry.answer is not None and entry.answer.says_nothing)


class _Shown:
    """The answers that the ledger shows.

    They are known by their rows; those on disk by their numbers, which needs no reading, as long as
    all of them are of one round.
    """

    def __init__(self, *, by_number: bool) -> None:
        self._by_number = by_number
        self._rows: set[tuple[str, str, int]] = set()
        self._numbers = bytearray()

    def add(self, entry: Entry) -> None:
        """Add the answer of an entry."""
        if self._by_number and isinstance(entry.held, StoredAnswer):
            missing = entry.held.number + 1 - len(self._numbers)
            self._numbers.extend(bytes(max(0, missing)))
            self._numbers[entry.held.number] = True
        elif entry.answer:
            self._rows.add(_row_of(entry.answer))

    def others_of(self, returned: Return) -> Iterator[Answer]:
        """Yield the answers of a file that are not shown."""
        numbers = numbers_of(returned) if self._by_number else ()
        for index, number in zip_longest(range(len(returned.answers)), numbers):
            is_known = number is not None and number < len(self._numbers) and self._numbers[number]
            if not is_known and _row_of(returned.answers[index]) not in self._rows:
                yield returned.answers[index]


def _row_of(answer: Answer) -> tuple[str, str, int]:
    return answer.source.file, answer.source.sheet, answer.source.row


def _notes(answer: Answer, shown: set[str]) -> Iterator[Note]:
    for key, text in answer.written.items():
        if text not in shown:
            sheet, cell = answer.cell_of(key)
            yield Note(NoteKind.UNUSED, sheet, cell, text, file=answer.source.file)


_LONGEST_PIECE = 780
"""Characters of a corrected text that a row of Excel still shows."""


@dataclass(frozen=True, slots=True)
class _Corrected:
    """A row of 正誤表; what is too long for one goes on in the next."""

    erratum: Erratum
    label: str
    before: str
    after: str


def errata_rows(errata: Iterable[Erratum]) -> Iterator[_Corrected]:
    """Yield the rows of 正誤表."""
    for erratum in errata:
        then, now = (_pieces(str(passage)) for passage in erratum.passages)
        for number, (before, after) in enumerate(zip_longest(then, now, fillvalue="")):
            label = f"{erratum.label}（続き）" if number else erratum.label
            yield _Corrected(erratum, label, before, after)


def _pieces(text: str) -> tuple[str, ...]:
    cuts = range(0, max(1, len(text)), _LONGEST_PIECE)
    return tuple(text[cut : cut + _LONGEST_PIECE] for cut in cuts)


def errata_columns(
    plan: Plan, ledger: Ledger, sources: SourceLinks
) -> tuple[TableColumn[_Corrected], ...]:
    """Return the columns of 正誤表; each row leads to that of the ledger it speaks of."""

    def to_ledger(row: _Corrected) -> Link | None:
        entry = row.erratum.entry
        return None if entry is None else to_row(ledger, entry)

    return (
        TableColumn("整理番号", 5, lambda c: c.erratum.item, to_ledger),
        TableColumn(plan.levels[-1], 9, lambda c: c.erratum.title),
        TableColumn("担当課", 6.5, lambda c: c.erratum.owner),
        TableColumn("項目", 5.5, lambda c: c.label),
        TableColumn("誤（前）", 22, lambda c: c.before),
        TableColumn("正（今回）", 22, lambda c: c.after),
        TableColumn("何と比べたか", 8, lambda c: c.erratum.since),
        TableColumn(
            "前の回答ファイル",
            20,
            lambda c: c.erratum.file or None,
            lambda c: sources.to(c.erratum.file) if c.erratum.file else None,
            on_paper=False,
        ),
    )
