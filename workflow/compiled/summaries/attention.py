"""要確認: what a reader should look at first, the weightiest first. Pure.

What is missing is one line per department, so that the list stays short early in a round; what
was answered is one line per item with every reason for looking at it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum

from workflow.compiled.ledger import Ledger
from workflow.compiled.merging.entries import AnswerStatus, Entry, listed
from workflow.compiled.points.point import Point
from workflow.compiled.round import Round
from workflow.compiled.summaries.headline import low_ratings
from workflow.compiled.years.changes import Change, FieldChange
from workflow.compiled.years.comparison import Comparison
from workflow.excel.table import CellValue
from workflow.model.catalogue import Code, Severity
from workflow.model.fields.base import Choice, Field
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.model.returns import LOST_LABEL, Outcome
from workflow.model.rounds.column_group import WHOLE
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass


class Weight(IntEnum):
    """How soon a point should be looked at."""

    MISSING = 0
    SENT_BACK = 1
    UNREAD = 2
    LOW_RATING = 3
    WORSENED = 4
    CHANGED = 5
    DISPUTED = 6
    WARNED = 7
    DECIDED = 8


_WARNED = (Weight.WARNED, "指摘あり")
_DISPUTES = {
    Code.JOINT_DIFFERS: "共同の課で回答が分かれた",
    Code.RETURN_PRESUMED_NEWER: "どちらの回答が新しいか確かでない",
}
_REFUSED = {
    Outcome.UNREADABLE: (Weight.UNREAD, Outcome.UNREADABLE.label),
    Outcome.SENT_BACK: (Weight.SENT_BACK, Outcome.SENT_BACK.label),
}
"""How a file counts of which nothing, or not all, was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionLine:
    """One line: its reasons, what it is about, and what is said there.

    Prose is why it was decided; that of a row is told by `prose_of`.
    Depth is how far down a rating is. Entry is the index of its row in the ledger, department a
    code where a whole department is meant, file the return where only a file is.
    """

    weight: Weight
    reasons: tuple[str, ...]
    item: str = ""
    title: str = ""
    owner: str = ""
    text: str = ""
    prose: str = ""
    depth: int = 0
    entry: int | None = None
    department: str = ""
    file: str = ""


def attention_lines(
    round_: Round, ledger: Ledger, comparison: Comparison, wording: Wording
) -> tuple[AttentionLine, ...]:
    """Return every point of a round, ordered by weight and then as the plan is."""
    plan = round_.plan
    ratings = tuple(
        _Rating(field, {c.value: c for c in low_ratings(field)}) for field in plan.shown_choices
    )
    settled = _settled_spots(round_.points)
    open_findings = [f for f in round_.findings if _spot(f) not in settled]
    looked_at = _Looking(
        plan, ledger, _by_item(open_findings), comparison, ratings, wording, _rivals(round_)
    )
    found = [
        *_open_points(plan, ledger.entries, round_.lost),
        *_of_files(replace(round_, findings=tuple(open_findings)), wording),
        *looked_at.lines(),
        *_decided(round_.points, wording),
    ]
    return tuple(sorted(found, key=lambda point: (point.weight, -point.depth)))


_Spot = tuple[Code, str, str, str]
"""A finding by what it says and where, whatever else was said of it since."""


def _spot(finding: Finding) -> _Spot:
    at = finding.location
    return finding.code, at.file, at.item, at.field_key


def _settled_spots(points: Iterable[Point]) -> frozenset[_Spot]:
    """Return what a person looked at already."""
    return frozenset(_spot(f) for point in points if not point.is_open for f in point.findings)


def _rivals(round_: Round) -> Mapping[str, str]:
    """Return the answers that stand against each other, side by side, by item."""
    return {
        point.item: f"いまの回答：{_in_line(point.answer)}　｜　もう一方：{_in_line(point.other)}"
        for point in round_.points
        if point.other_answer is not None and point.is_open
    }


def _in_line(text: str) -> str:
    return text.replace("\n", "、") or "（空欄）"


def _decided(points: Iterable[Point], wording: Wording) -> Iterator[AttentionLine]:
    """Yield what was decided: what, who and why, below all that is open."""
    for point in points:
        if point.handling is not None and not point.is_open:
            by = f"（{point.decision.by}）" if point.decision.by else ""
            yield AttentionLine(
                weight=Weight.DECIDED,
                reasons=(f"{point.handling.value}{by}",),
                item=point.item,
                title=point.title,
                owner=point.owner,
                text=wording.problem(point.shown_finding),
                prose=point.decision.reason,
                department="" if point.item else point.department,
            )


def decision_sentences(points: Iterable[Point]) -> Iterator[str]:
    """Yield what the headline says of decisions; nothing where nobody decided anything."""
    listed = tuple(points)
    open_ = sum(point.is_open for point in listed)
    if any(point.handling for point in listed):
        done = f"確認の記録の{len(listed)}件のうち、{len(listed) - open_}件を確認しました。"
        yield done if open_ else f"確認の記録の{len(listed)}件は、すべて確認しました。"


_WAITING = {
    AnswerStatus.MISSING.value: "回答がまだ届いていません。",
    AnswerStatus.SENT_BACK.value: "訂正を待っています。",
    LOST_LABEL: "受け付けたファイルがなくなっています。催促せず、控えから戻してください。",
}


def _open_points(
    plan: Plan, entries: Sequence[Entry], lost: Container[str]
) -> Iterator[AttentionLine]:
    """Yield a point per group of departments that has yet to answer, and per reason.

    What may have been answered in a file that was lost here is not said to be missing. In a year
    of several rounds each has its own.
    """
    for group in plan.column_groups or (WHOLE,):
        asked = (entry.at(group.index) for entry in entries)
        yield from _open_in(group.label, asked, lost)


def _open_in(name: str, entries: Iterable[Entry], lost: Container[str]) -> Iterator[AttentionLine]:
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.status.is_open:
            is_lost = entry.status is AnswerStatus.MISSING and entry.is_asked_of_any(lost)
            reason = LOST_LABEL if is_lost else entry.status.value
            groups.setdefault((reason, entry.assignment.department_label), []).append(entry)
    for (reason, owner), members in groups.items():
        items = tuple(dict.fromkeys(entry.item.id for entry in members))
        ids = listed(items)
        is_sent_back = members[0].status is AnswerStatus.SENT_BACK
        yield AttentionLine(
            weight=Weight.SENT_BACK if is_sent_back else Weight.MISSING,
            reasons=(f"{name}：{reason}" if name else reason,),
            owner=owner,
            title=f"{len(items)}件（{ids}）",
            text=_WAITING[reason],
            department=members[0].assignment.departments[0].code,
        )


def _of_files(round_: Round, wording: Wording) -> Iterator[AttentionLine]:
    """Yield a point for each file with a finding that no item's point shows."""
    outcomes = {returned.file: returned.outcome for returned in round_.returns}
    by_file: dict[str, list[Finding]] = {}
    for finding in _uncovered(round_):
        by_file.setdefault(finding.location.file, []).append(finding)
    for file, findings in by_file.items():
        weight, reason = _WARNED
        if any(finding.severity is Severity.ERROR for finding in findings):
            weight, reason = _REFUSED.get(outcomes[file], _WARNED)
        yield AttentionLine(
            weight=weight,
            reasons=(reason,),
            title=file or "計画",
            text="".join(f"{wording.message(f)}{wording.remedy(f)}" for f in findings),
            file=file,
        )


def _uncovered(round_: Round) -> Iterator[Finding]:
    """Yield what the points of items and departments leave out."""
    items = {finding.location.item for finding in round_.findings} - {""}
    rows = [row for row in round_.entries if row.item.id in items] if items else []
    answers = [entry.answer for row in rows for entry in row.every if entry.answer]
    covered = {(answer.source.file, answer.item) for answer in answers}
    with_rounds = _with_rounds(round_.plan, rows)
    is_open = {(e.item.id, r) for e, r in with_rounds if e.status.is_open}
    for finding in round_.findings:
        at = finding.location
        is_covered = (at.file, at.item) in covered or (at.item, at.round) in is_open
        # A dispute stands with both files; the item tells it once.
        is_covered = is_covered or finding.code is Code.JOINT_DIFFERS
        if finding.severity is Severity.INFO:
            continue
        if not is_covered or finding.code is Code.ITEM_NOT_ISSUED:
            yield finding


def _with_rounds(plan: Plan, rows: Iterable[Entry]) -> Iterator[tuple[Entry, str]]:
    """Yield every entry of some rows with the name of its round, "" where there is one alone."""
    groups = plan.column_groups or (WHOLE,)
    return ((row.at(group.index), group.round) for row in rows for group in groups)


def _by_item(findings: Iterable[Finding]) -> Mapping[tuple[str, str], list[Finding]]:
    """Return the warnings about items, by file and item."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        at = finding.location
        if at.item and finding.severity is Severity.WARNING:
            found.setdefault((at.file, at.item), []).append(finding)
    return found


@dataclass(frozen=True, slots=True)
class _Rating:
    """A choice field and its values that ask for a look."""

    field: Field
    low_ratings: Mapping[CellValue, Choice]


@dataclass(frozen=True, slots=True)
class _Looking:
    """The look at every answered item of a round."""

    plan: Plan
    ledger: Ledger
    warnings: Mapping[tuple[str, str], list[Finding]]
    comparison: Comparison
    ratings: tuple[_Rating, ...]
    wording: Wording
    rivals: Mapping[str, str]

    def lines(self) -> Iterator[AttentionLine]:
        """Yield a point per answered item that has a reason."""
        for index in self._candidates():
            entry = self.ledger.entries[index]
            if any(one.held and not one.status.is_open for one in entry.every):
                reasons = dict(self._reasons(index, entry))
                if reasons:
                    yield self._point(index, entry, reasons)

    def _candidates(self) -> Iterable[int]:
        """Return the rows that may have a reason: of a large round, few."""
        if self.warnings:
            return range(len(self.ledger.entries))
        found = set(self.comparison.by_entry)
        for rating in self.ratings:
            values = enumerate(self.ledger.values(rating.field.label))
            found.update(index for index, value in values if value in rating.low_ratings)
        return sorted(found)

    def _reasons(self, index: int, entry: Entry) -> Iterator[tuple[str, Weight]]:
        yield from self._low_ratings(index)
        for change in self._changes(index):
            lowered = change.change is Change.LOWERED
            word = "前年度より下がった" if lowered else "前年度から変わった"
            weight = Weight.WORSENED if lowered else Weight.CHANGED
            before, after = map(change.field.in_sentence, (change.before, change.after))
            yield f"{change.field.label}が{word}（{before}→{after}）", weight
        for finding in self._warnings(entry):
            dispute = _DISPUTES.get(finding.code)
            yield (dispute, Weight.DISPUTED) if dispute else (_WARNED[1], _WARNED[0])

    def _ratings(self, index: int) -> Iterator[tuple[Field, Choice]]:
        """Yield the ratings of a row that ask for a look."""
        for rating in self.ratings:
            value = self.ledger.value(index, rating.field.label)
            if choice := rating.low_ratings.get(value):
                yield rating.field, choice

    def _low_ratings(self, index: int) -> Iterator[tuple[str, Weight]]:
        for field, choice in self._ratings(index):
            yield f"{field.label}が{choice.value}", Weight.LOW_RATING

    def _changes(self, index: int) -> Iterator[FieldChange]:
        for line in self.comparison.lines_of(index):
            yield from (change for change in line.changes if change.is_changed_choice)

    def _warnings(self, entry: Entry) -> list[Finding]:
        if not self.warnings:
            return []
        answers = (one.answer for one in entry.every if one.answer)
        keys = ((answer.source.file, answer.item) for answer in answers)
        return [finding for key in keys for finding in self.warnings.get(key, ())]

    def _point(self, index: int, entry: Entry, reasons: Mapping[str, Weight]) -> AttentionLine:
        return AttentionLine(
            weight=min(reasons.values()),
            reasons=tuple(sorted(reasons, key=lambda reason: reasons[reason])),
            item=entry.item.id,
            title=entry.item.title,
            owner=entry.assignment.department_label,
            text=self._text(index, entry),
            depth=max((f.options.index(c) for f, c in self._ratings(index)), default=0),
            entry=index,
        )

    def _text(self, index: int, entry: Entry) -> str:
        """Return what was chosen, and what the warnings say of it."""
        choices = self.plan.shown_choices
        values = (str(self.ledger.value(index, field.label) or "") for field in choices)
        chosen = "、".join(
            f"{field.label}：{field.in_sentence(value) or field.blank_label}"
            for field, value in zip(choices, values, strict=True)
        )
        warned = map(self.wording.message, self._warnings(entry))
        if entry.status is AnswerStatus.NOTHING:
            chosen = entry.status.value
        rivals = self.rivals.get(entry.item.id)
        return "\n".join((chosen, *warned, *([rivals] if rivals else [])))


def prose_of(plan: Plan, ledger: Ledger, entry: int | None) -> str:
    """Return the prose of a row of the ledger, "" for none.

    The first text of a row is left out: it says what was done.
    """
    if entry is None:
        return ""
    texts = [field for field in plan.form.fields if field.is_prose]
    text = (ledger.value(entry, field.label) for field in texts[1:] or texts)
    return "\n".join(str(text) for text in text if text is not None)
