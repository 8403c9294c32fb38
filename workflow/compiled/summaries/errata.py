"""正誤表: what a later answer or final version says otherwise, from what to what. Pure.

What departments sent again is compared return with return; a final version with the final version
that was reopened before it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, takewhile

from workflow.compiled.merging.entries import AnswerStatus, Entry, returns_by_department
from workflow.compiled.open_data.csv import format_value
from workflow.compiled.round import Round, Stage
from workflow.compiled.year.column_groups import in_years_keys
from workflow.compiled.years.changes import (
    Change,
    ComparedField,
    compared_fields,
    field_change,
)
from workflow.compiled.years.pairing import Pair, pairs
from workflow.compiled.years.past import PastYear, Row
from workflow.model.fields.base import Field
from workflow.model.plan import Plan
from workflow.model.returns import Answer, Outcome, Return
from workflow.model.rounds.column_group import WHOLE
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL

ERRATA_SHEET = "正誤表"
_NO_ANSWER, _NOT_THEN, _NOT_NOW = "（回答なし）", "（前の版にない取組）", "（計画から除いた取組）"
_UNANSWERED, _FORM, _NOT_ASKED = "（未回答）", "（様式）", "（様式から除いた項目）"
_BEFORE, _AFTER = "（前略）", "（後略）"
_CONTEXT = 60
"""Characters shown before and after what changed in a long text."""
_NUMERAL = lazy_pattern("[0-9０-９.,．，]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text around what changed in it; what is further away is left out with a word."""

    before: str
    changed: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.changed}{self.after}"


@dataclass(frozen=True, slots=True)
class Erratum:
    """One field of one item that says something else now.

    Since says what it is compared with, and file which return that is. Department is the code of
    who answered, of a joint item the first. Entry is the index of its row in the ledger; what the
    plan has no more has none.
    """

    since: str
    file: str
    owner: str
    item: str
    title: str
    label: str
    before: str
    after: str
    department: str
    entry: int | None

    @property
    def passages(self) -> tuple[Passage, Passage]:
        """Both texts from where they part to where they meet again.

        >>> texts = "あ" * 70 + "二回開いた。", "あ" * 70 + "三回開いた。"
        >>> one = Erratum("", "", "", "1-1", "", "", *texts, "", None).passages[1]
        >>> one.before[:6], one.changed, one.after
        ('（前略）ああ', '三', '回開いた。')

        A number that changed is shown as a whole.

        >>> texts = "延べ1,250人", "延べ1,280人"
        >>> Erratum("", "", "", "1-1", "", "", *texts, "", None).passages[1]
        Passage(before='延べ', changed='1,280', after='人')
        """
        start = _shared(self.before, self.after)
        end = _shared(self.before[start:][::-1], self.after[start:][::-1])
        start = min(_outside_numeral(text, start) for text in (self.before, self.after))
        end = min(_outside_numeral(text[::-1], end) for text in (self.before, self.after))
        return _passage(self.before, start, end), _passage(self.after, start, end)


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _outside_numeral(text: str, index: int) -> int:
    """Return a place in a text, or where the number begins that it would cut in two."""
    cut = (found for found in _NUMERAL.finditer(text) if found.start() < index < found.end())
    return next((found.start() for found in cut), index)


def _passage(text: str, start: int, end: int) -> Passage:
    head, tail = text[:start], text[len(text) - end :]
    return Passage(
        before=head if start <= _CONTEXT + len(_BEFORE) else _BEFORE + head[-_CONTEXT:],
        changed=text[start : len(text) - end],
        after=tail if end <= _CONTEXT + len(_AFTER) else tail[:_CONTEXT] + _AFTER,
    )


@dataclass(frozen=True, slots=True)
class FormerFinal:
    """The final version of the same year that was reopened, as its ledger says it."""

    stage: Stage
    answers: PastYear


def errata_of_returns(round_: Round) -> Iterator[Erratum]:
    """Yield what the answers that count say otherwise than the same department's return before."""
    for group in round_.plan.column_groups or (WHOLE,):
        again = _who_answered_again(r for r in round_.returns if r.round == group.round)
        earlier = _by_answer(chain(*again.values()))
        for index, row in enumerate(round_.entries) if again else ():
            entry = row.at(group.index)
            is_answered = entry.status is AnswerStatus.ANSWERED
            answer = entry.answer if is_answered and entry.is_asked_of_any(again) else None
            if answer is not None:
                before = _last_before(answer, earlier.get((answer.department, answer.item), ()))
                if before is not None:
                    before = in_years_keys(before, group)
                    yield from _of_answers(round_.plan, (index, entry), before, answer)


def errata_of_versions(
    plan: Plan, entries: Sequence[Entry], rows: Sequence[Row], former: FormerFinal
) -> Iterator[Erratum]:
    """Yield what the rows of a ledger say otherwise than those of the same year's version before.

    Rows are those of the entries. What only one of the two plans has is told as such.
    """
    fields = compared_fields(plan, former.answers)
    since = f"前の版（{former.stage}）"
    yield from _no_longer_asked(since, former.answers, {c.label_before for c in fields})
    for pair in pairs(plan, entries, former.answers.rows):
        if pair.entry is None:
            if pair.row:
                yield _dropped(plan, since, pair.row)
            continue
        assignment = entries[pair.entry].assignment
        texts_of = {c.field.label: _texts(c, pair, rows[pair.entry]) for c in fields}
        if pair.row is None:
            new = assignment.item.title + (
                _UNANSWERED if entries[pair.entry].status.is_open else ""
            )
            texts_of = {plan.levels[-1]: (_NOT_THEN, new), **texts_of}
        for label, texts in texts_of.items():
            if texts is not None:
                yield Erratum(
                    since=since,
                    file="",
                    owner=assignment.department_label,
                    item=assignment.item.id,
                    title=assignment.item.title,
                    label=label,
                    before=texts[0],
                    after=texts[1],
                    department=assignment.departments[0].code,
                    entry=pair.entry,
                )


_SIDES = {Change.NO_BEFORE: (False, True), Change.NO_AFTER: (True, False)}


def _texts(compared: ComparedField, pair: Pair, row: Row) -> tuple[str, str] | None:
    """Return what a field said then and says now; None where that is the same."""
    change = field_change(compared, pair.row, row)
    field, before, after = compared.field, change.before, change.after
    if change.change is Change.SAME or before == after:
        return None
    has_then, has_now = _SIDES.get(change.change, (True, True))
    then = field.in_report(before).text if has_then else _NO_ANSWER
    now = field.in_report(after).text if has_now else _NO_ANSWER
    return then, now


def _dropped(plan: Plan, since: str, row: Row) -> Erratum:
    """Return that an item, or a department's part in it, is not in the plan any more."""
    owner = row[DEPARTMENT_LABEL]
    codes = [d.code for d in plan.departments if owner in (d.name, *d.formerly)]
    level = plan.levels[-1]
    return Erratum(
        since=since,
        file="",
        owner=owner,
        item=row[ID_LABEL],
        title=row.get(level, ""),
        label=level,
        before=row.get(level, ""),
        after=_NOT_NOW,
        department=codes[0] if codes else "",
        entry=None,
    )


def _no_longer_asked(since: str, past: PastYear, asked: Container[str | None]) -> Iterator[Erratum]:
    """Yield a line for each field that had answers and is not in the form any more."""
    for label in past.field_labels:
        count = sum(1 for row in past.rows if row.get(label))
        if count and label not in asked:
            yield Erratum(
                since=since,
                file="",
                owner="",
                item="",
                title=_FORM,
                label=label,
                before=f"（{count:,}件の回答）",
                after=_NOT_ASKED,
                department="",
                entry=None,
            )


def errata_by_department(errata: Iterable[Erratum]) -> Mapping[str, list[Erratum]]:
    """Return what was put right of each department, by its code."""
    found: dict[str, list[Erratum]] = {}
    for erratum in errata:
        found.setdefault(erratum.department, []).append(erratum)
    return found


_Versions = Mapping[tuple[str, str], Sequence[Answer]]


def _who_answered_again(returns: Iterable[Return]) -> Mapping[str, list[Return]]:
    """Return the departments that answered in several files, and those files."""
    answering = (r for r in returns if r.outcome is Outcome.SUPERSEDED or r.outcome.is_answer)
    by_department = returns_by_department(answering).items()
    return {code: own for code, own in by_department if len(own) > 1}


def _by_answer(returns: Iterable[Return]) -> _Versions:
    """Return every answer to an item, by department and item."""
    found: dict[tuple[str, str], list[Answer]] = {}
    for returned in returns:
        for answer in returned.answers:
            found.setdefault((answer.department, answer.item), []).append(answer)
    return found


def _last_before(answer: Answer, versions: Sequence[Answer]) -> Answer | None:
    """Return the newest of the answers that stand in another file than the one that counts."""
    others = [v for v in versions if v.source.file != answer.source.file]
    return max(others, key=_age, default=None)


def _age(answer: Answer) -> tuple[datetime, str, str]:
    source = answer.source
    return source.received, source.sha256, source.file


def _of_answers(
    plan: Plan, numbered: tuple[int, Entry], before: Answer, after: Answer
) -> Iterator[Erratum]:
    index, entry = numbered
    asked = (field for one in plan.indicators_of((entry.item,)) for field in one.fields)
    for field in (*plan.form.fields, *asked):
        then, now = _text(field, before), _text(field, after)
        if then != now and not field.is_same(then, now):
            yield Erratum(
                since="前の回答",
                file=before.source.file,
                owner=plan.department(after.department).name,
                item=entry.item.id,
                title=entry.item.title,
                label=field.label,
                before=field.in_report(then).text,
                after=field.in_report(now).text,
                department=after.department,
                entry=index,
            )


def _text(field: Field, answer: Answer) -> str:
    return format_value(answer.given.get(field.key))
