"""A ledger → what the report says: chapters by the plan's levels, a block per item. Pure.

The same for a Word document and for pages, so both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from workflow.compiled.indicator_lines import IndicatorLines, indicator_lines
from workflow.compiled.ledger import RESPONDENT_LABEL, STATUS_LABEL
from workflow.compiled.merging.entries import AnswerStatus, Entry
from workflow.compiled.round import Stage
from workflow.compiled.summaries.matrix import CountedMatrix, count
from workflow.compiled.years.changes import answer_in, compared_field
from workflow.compiled.years.pairing import pairs
from workflow.compiled.years.past import PastYear, Row
from workflow.compiled.years.trend import Trend, trend_of_rows
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import ShownAnswer
from workflow.model.plan import Assignment, Item, Plan
from workflow.model.rounds.column_group import WHOLE, ColumnGroup, with_person
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

_PLAIN_PAGES = lazy_pattern(r"(\d+)(?:\s*[-‐–—~〜～－]\s*(\d+))?")


_EXPLANATIONS = {
    AnswerStatus.MISSING: "この取組の報告は、まだ届いていません。",
    AnswerStatus.SENT_BACK: "報告の内容を、担当課で確かめています。",
    AnswerStatus.NOTHING: "今年度は、報告することがありません。",
}
"""The text shown instead of an answer."""

STANDINGS = {AnswerStatus.MISSING: "未回答", AnswerStatus.SENT_BACK: "確認中"}
"""What a report calls where an item stands; the other names say the same to its readers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One row of the ledger: who was asked, where it stands and what was answered.

    Entry is the index of the row in the ledger; reason is why there is nothing to report, where the
    department says so. Known is what the city knew already. In a year of several rounds a row has a
    reply for each group: round is which, and respondent who was asked, or how several answers were
    made one.
    """

    entry: int
    departments: str
    status: AnswerStatus
    answers: tuple[ShownAnswer, ...] = ()
    reason: str = ""
    known: tuple[ShownAnswer, ...] = ()
    indicators: tuple[IndicatorLines, ...] = ()
    round: str = ""
    respondent: str = ""

    @property
    def owner(self) -> str:
        """Whose reply it is, and of which round where a year has several."""
        return f"{self.round}　{self.respondent}" if self.round else self.departments

    @property
    def in_one_column(self) -> tuple[ShownAnswer, ...]:
        """All of it as answers: what was known, what was answered, and the indicators."""
        return (*self.known, *self.answers, *(one.answer for one in self.indicators))

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer to show."""
        return self.status is AnswerStatus.ANSWERED

    @property
    def standing(self) -> str:
        """Where it stands, as a report calls it."""
        return STANDINGS.get(self.status, self.status.value)

    @property
    def explanation(self) -> str:
        """The text shown instead of an answer."""
        explanation = _EXPLANATIONS.get(self.status, "")
        return f"{explanation}（理由：{self.reason}）" if self.reason else explanation


@dataclass(frozen=True, slots=True)
class Block:
    """One item with its replies: one, or one from each department of a joint item."""

    item: Item
    replies: tuple[Reply, ...]

    @property
    def departments(self) -> str:
        """The departments whose item it is."""
        return "・".join(dict.fromkeys(reply.departments for reply in self.replies))

    @property
    def is_settled(self) -> bool:
        """Whether everybody asked has answered, or has nothing to report."""
        return not any(reply.status.is_open for reply in self.replies)

    @property
    def has_nothing(self) -> bool:
        """Whether everybody asked has nothing to report."""
        return all(reply.status is AnswerStatus.NOTHING for reply in self.replies)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading of the plan: its level from 1 at the top, what stands below it, its blocks.

    Only the lowest chapters have blocks. Number is its position among all chapters, from 1.
    """

    level: int
    number: int
    title: str
    chapters: tuple[Chapter, ...]
    blocks: tuple[Block, ...]

    @property
    def all_blocks(self) -> tuple[Block, ...]:
        """Every block in it, in order."""
        below = (block for chapter in self.chapters for block in chapter.all_blocks)
        return (*below, *self.blocks)

    @property
    def with_below(self) -> tuple[Chapter, ...]:
        """It and all chapters in it, in order."""
        return (self, *(below for chapter in self.chapters for below in chapter.with_below))

    @property
    def pages(self) -> str:
        """The pages of the plan it is about."""
        return _pages(block.item.pages for block in self.all_blocks)


@dataclass(frozen=True)
class Content:
    """Everything a report says. Where the plan has one level, blocks stand in no chapter."""

    plan: Plan
    year: int
    stage: Stage
    chapters: tuple[Chapter, ...]
    blocks: tuple[Block, ...]
    matrices: tuple[CountedMatrix, ...]
    trend: Trend | None

    @cached_property
    def all_blocks(self) -> tuple[Block, ...]:
        """Every block, in order."""
        below = (block for chapter in self.chapters for block in chapter.all_blocks)
        return (*below, *self.blocks)

    @property
    def is_complete(self) -> bool:
        """Whether every item is settled."""
        return all(block.is_settled for block in self.all_blocks)

    @property
    def scales(self) -> tuple[Field, ...]:
        """The fields whose choices have a meaning to explain."""
        fields = self.plan.form.choice_fields
        return tuple(field for field in fields if any(c.meaning for c in field.options))

    @property
    def counts(self) -> str:
        """How many items there are and how many of them are reported, in a sentence."""
        blocks = self.all_blocks
        done, nothing = (sum(b.is_settled for b in blocks), sum(b.has_nothing for b in blocks))
        of_them = f"このうち{nothing}件は、今年度は報告することがないものです。" if nothing else ""
        if done == len(blocks):
            return f"{done}件すべての取組について報告がありました。{of_them}"
        waiting = len(blocks) - done
        return (
            f"{len(blocks)}件の取組のうち、{done}件について報告がありました。{of_them}"
            f"残る{waiting}件は、報告を待っています。"
        )


@dataclass(frozen=True)
class _Table:
    """The rows of a ledger as its CSV spells them, for counting."""

    rows: Sequence[Row]

    def values(self, label: str) -> Iterator[str]:
        return (row[label] for row in self.rows)


def content_of(
    plan: Plan,
    year: int,
    stage: Stage,
    rows: Sequence[Row],
    past: Sequence[PastYear] = (),
    indicators: Sequence[Row] = (),
) -> Content:
    """Return what the report of a year says; past are the years before, newest first.

    Rows are those of the year's ledger as its CSV spells them, one per assignment of the plan, and
    indicators those of its indicators. Raises KeyError or ValueError when they are not.
    """
    before = _choices_before(plan, rows, past[0]) if past else {}
    blocks = _blocks(plan, rows, before, indicator_lines(indicators, year))
    numbers = iter(range(1, len(blocks) * len(plan.levels) + 1))
    depth = len(plan.levels) - 1
    chapters = tuple(_chapters(blocks, 0, depth, numbers)) if depth else ()
    return Content(
        plan=plan,
        year=year,
        stage=stage,
        chapters=chapters,
        blocks=() if depth else blocks,
        matrices=count(plan, _Table(rows)),
        trend=trend_of_rows(plan, PastYear(year, tuple(rows), plan.form), past),
    )


_Before = Mapping[tuple[int, str], str]
"""Last year's answer to a field, by index of the assignment and key of the field."""


def _blocks(
    plan: Plan, rows: Sequence[Row], before: _Before, graded: Sequence[IndicatorLines]
) -> tuple[Block, ...]:
    by_owner: dict[tuple[str, str], tuple[IndicatorLines, ...]] = {}
    for one in graded:
        owner = (one.item, one.departments)
        by_owner[owner] = (*by_owner.get(owner, ()), one)
    replies: dict[str, list[Reply]] = {item.id: [] for item in plan.items}
    for index, (assignment, row) in enumerate(_paired(plan, rows)):
        of_row = _Row(plan, assignment, row, index, before)
        found = list(of_row.replies())
        owner = (assignment.item.id, assignment.department_label)
        if found and owner in by_owner:
            at = of_row.place_of_indicators(found)
            found[at] = replace(found[at], indicators=by_owner[owner])
        replies[assignment.item.id].extend(found)
    return tuple(Block(item, tuple(replies[item.id])) for item in plan.items)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the ledger as its CSV spells it, with the assignment it is of and its index."""

    plan: Plan
    assignment: Assignment
    row: Row
    index: int
    before: _Before

    def replies(self) -> Iterator[Reply]:
        """Yield what each group says, in the order of the rounds, and what several came to."""
        known = tuple(
            field.in_report(self.row[field.label])
            for field in self.plan.known_fields
            if self.row.get(field.label)
        )
        for group in self.plan.column_groups or (WHOLE,):
            status = AnswerStatus(self.row[group.column(STATUS_LABEL)])
            if status is not AnswerStatus.NOT_ASKED:
                yield self._reply(group, status, known if group.index == 0 else ())
            yield from self._made_of_several(group)

    def place_of_indicators(self, replies: Sequence[Reply]) -> int:
        """Return which reply shows the indicators: that of the round that asked for them last."""
        measuring = {one.name for one in self.plan.rounds if one.indicators}
        named = [n for n, reply in enumerate(replies) if reply.round in measuring]
        own = [n for n, r in enumerate(replies) if r.respondent in ("", r.departments)]
        return (named or own or [0])[-1]

    def _reply(
        self, group: ColumnGroup, status: AnswerStatus, known: tuple[ShownAnswer, ...]
    ) -> Reply:
        form, row = self.plan.form, self.row
        reasons = (
            row[field.label]
            for field in form.fields
            if field.waives and self.plan.column_group(field.key) == group
        )
        return Reply(
            entry=self.index,
            departments=self.assignment.department_label,
            status=status,
            answers=tuple(self._answers(group)) if status is AnswerStatus.ANSWERED else (),
            reason="".join(reasons) if status is AnswerStatus.NOTHING else "",
            known=known,
            round=group.round,
            respondent=self._respondent(group),
        )

    def _answers(self, group: ColumnGroup) -> Iterator[ShownAnswer]:
        for field in self.plan.form.answer_fields:
            is_made = field.key in self.plan.combined_by_key
            if self.plan.column_group(field.key) == group and not is_made:
                yield self._answer(field, group.person)

    def _answer(self, field: Field, person: str) -> ShownAnswer:
        """Return an answer as shown; whose it is need not be said in its label too."""
        shown = field.in_report(self.row[field.label])
        label = shown.label.removesuffix(with_person("", person)) if person else shown.label
        return replace(shown, label=label, before=self.before.get((self.index, field.key), ""))

    def _respondent(self, group: ColumnGroup) -> str:
        if not group.round:
            return ""
        named = self.row.get(group.column(RESPONDENT_LABEL), "")
        return named or group.person or self.assignment.department_label

    def _made_of_several(self, group: ColumnGroup) -> Iterator[Reply]:
        """Yield what the answers of a round's people came to, behind the last of them."""
        keys = {key for key, _ in group.keys}
        for made in self.plan.combined:
            field = self.plan.form.field(made.key)
            if made.keys[-1] in keys and self.row[field.label]:
                yield Reply(
                    entry=self.index,
                    departments=self.assignment.department_label,
                    status=AnswerStatus.ANSWERED,
                    answers=(self._answer(field, ""),),
                    round=made.round,
                    respondent=made.word,
                )


def _paired(plan: Plan, rows: Sequence[Row]) -> Iterator[tuple[Assignment, Row]]:
    """Return each assignment with its row; behind them a year of rounds has what is asked no more.

    Raises ValueError when rows are those of another plan.
    """
    return zip(plan.assignments(), rows, strict=not plan.column_groups)


def _choices_before(plan: Plan, rows: Sequence[Row], last: PastYear) -> _Before:
    """Return last year's ratings, and what else was chosen otherwise, on the same scale."""
    asked = [compared_field(field, last) for field in plan.form.choice_fields]
    entries = [
        Entry(assignment, AnswerStatus(row[STATUS_LABEL]), None)
        for assignment, row in _paired(plan, rows)
    ]
    return {
        (pair.entry, compared.field.key): compared.field.in_sentence(before)
        for pair in pairs(plan, entries, last.rows)
        if pair.entry is not None
        for compared in asked
        if compared.comparable
        and (before := answer_in(pair.row, compared.label_before, compared.status_before))
        and (compared.field.is_rating or before != rows[pair.entry][compared.field.label])
    }


def _chapters(
    blocks: Iterable[Block], above: int, depth: int, numbers: Iterator[int]
) -> Iterator[Chapter]:
    """Yield the chapters of one level, in the order they first appear in the plan."""
    groups: dict[str, list[Block]] = {}
    for block in blocks:
        groups.setdefault(block.item.path[above], []).append(block)
    is_lowest = above == depth - 1
    for title, group in groups.items():
        yield Chapter(
            level=above + 1,
            number=next(numbers),
            title=title,
            chapters=() if is_lowest else tuple(_chapters(group, above + 1, depth, numbers)),
            blocks=tuple(group) if is_lowest else (),
        )


def _pages(texts: Iterable[str]) -> str:
    """Return pages as one text: the first to the last where all are numbers, else each once."""
    summary = tuple(dict.fromkeys(text for text in texts if text))
    matches = [_PLAIN_PAGES.fullmatch(text.strip()) for text in summary]
    if len(summary) < 2 or None in matches:
        return "、".join(summary)
    numbers = [int(n) for match in matches if match for n in match.groups() if n]
    return f"{min(numbers)}-{max(numbers)}"
