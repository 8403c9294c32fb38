"""正誤表: what a later answer or final version says otherwise, from what to what. Pure.

What departments sent again is compared return with return; a final version with the final version
that was reopened before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.open_data.csv import format_value
from workflow.compiled.round import Round, Stage
from workflow.compiled.years.changes import Change, compared_field, field_change
from workflow.compiled.years.pairing import pairs
from workflow.compiled.years.past import PastYear, Row
from workflow.excel.table import TableColumn
from workflow.model.fields.base import Field
from workflow.model.plan import Answer, Item, Outcome, Plan, Return

ERRATA_SHEET = "正誤表"
_BLANK = "（空欄）"
_NO_ANSWER = "（回答なし）"


@dataclass(frozen=True, slots=True)
class Erratum:
    """One field of one item that says something else now; since names what it is compared with.

    Department is the code of who answered, of a joint item the first.
    """

    since: str
    owner: str
    item: Item
    label: str
    before: str
    after: str
    department: str


@dataclass(frozen=True, slots=True)
class FormerFinal:
    """The final version of the same year that was reopened, as its ledger says it."""

    stage: Stage
    answers: PastYear


def errata_columns(plan: Plan) -> tuple[TableColumn[Erratum], ...]:
    """Return the columns of 正誤表."""
    return (
        TableColumn("何と比べたか", 8, lambda e: e.since),
        TableColumn("担当課", 7.5, lambda e: e.owner),
        TableColumn("整理番号", 5, lambda e: e.item.id),
        TableColumn(plan.levels[-1], 13, lambda e: e.item.title),
        TableColumn("項目", 5, lambda e: e.label),
        TableColumn("誤（前）", 16, lambda e: e.before),
        TableColumn("正（今回）", 16, lambda e: e.after),
    )


def errata_of_returns(round_: Round) -> Iterator[Erratum]:
    """Yield what the answers that count say otherwise than the same department's return before."""
    earlier = _by_answer(round_.returns)
    for entry in round_.entries:
        answer = entry.answer
        if answer is not None and entry.status is AnswerStatus.ANSWERED:
            before = _last_before(answer, earlier.get((answer.department, answer.item), ()))
            if before is not None:
                yield from _of_answers(round_.plan, entry, before, answer)


def errata_of_versions(
    plan: Plan, entries: Sequence[Entry], rows: Sequence[Row], former: FormerFinal
) -> Iterator[Erratum]:
    """Yield what the rows of a ledger say otherwise than those of the same year's version before.

    Rows are those of the entries. What the plan has no more is left out: it answers nothing now.
    """
    fields = tuple(compared_field(field, former.answers) for field in plan.form.fields)
    for pair in pairs(plan, entries, former.answers.rows):
        if pair.entry is None:
            continue
        assignment = entries[pair.entry].assignment
        for compared in fields:
            change = field_change(compared, pair.row, rows[pair.entry])
            if change.change is not Change.SAME and (change.before, change.after) != ("", ""):
                has_before, has_after = _NO_SIDES.get(change.change, (True, True))
                yield Erratum(
                    since=f"前の版（{former.stage}）",
                    owner=assignment.department_label,
                    item=assignment.item,
                    label=compared.field.label,
                    before=(change.before or _BLANK) if has_before else _NO_ANSWER,
                    after=(change.after or _BLANK) if has_after else _NO_ANSWER,
                    department=assignment.departments[0].code,
                )


_NO_SIDES = {Change.NO_BEFORE: (False, True), Change.NO_AFTER: (True, False)}


def errata_by_department(errata: Iterable[Erratum]) -> Mapping[str, list[Erratum]]:
    """Return what was put right of each department, by its code."""
    found: dict[str, list[Erratum]] = {}
    for erratum in errata:
        found.setdefault(erratum.department, []).append(erratum)
    return found


_Versions = Mapping[tuple[str, str], Sequence[tuple[Return, Answer]]]


def _by_answer(returns: Iterable[Return]) -> _Versions:
    """Return every answer to an item with the file it stands in, by department and item."""
    found: dict[tuple[str, str], list[tuple[Return, Answer]]] = {}
    for returned in returns:
        if returned.outcome is Outcome.SUPERSEDED or returned.outcome.is_answer:
            for answer in returned.answers:
                found.setdefault((answer.department, answer.item), []).append((returned, answer))
    return found


def _last_before(answer: Answer, versions: Sequence[tuple[Return, Answer]]) -> Answer | None:
    """Return the newest of the answers that stand in another file than the one that counts."""
    others = [v for v in versions if v[1].source.file != answer.source.file]
    newest = max(others, key=lambda v: (v[0].received, v[0].sha256, v[0].file), default=None)
    return newest[1] if newest else None


def _of_answers(plan: Plan, entry: Entry, before: Answer, after: Answer) -> Iterator[Erratum]:
    for field in plan.form.fields:
        then, now = _text(field, before), _text(field, after)
        if then != now and not field.is_same(then, now):
            yield Erratum(
                since=f"前の回答（{before.source.file}）",
                owner=plan.department(after.department).name,
                item=entry.assignment.item,
                label=field.label,
                before=then or _BLANK,
                after=now or _BLANK,
                department=after.department,
            )


def _text(field: Field, answer: Answer) -> str:
    return format_value(answer.given.get(field.key))
