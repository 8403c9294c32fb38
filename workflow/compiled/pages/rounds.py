"""The rounds of a year on its page: the one in hand, how far each is, the ratings that changed."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.compiled.compilation import Compilation
from workflow.compiled.display_limits import Shown, bounded
from workflow.compiled.pages.bars import Bar, bars, kinds
from workflow.compiled.pages.frame import Anchor, to_file, to_returned
from workflow.compiled.summaries.status import DepartmentStatus
from workflow.compiled.year.between import RatingChange
from workflow.compiled.year.standing import RoundStanding
from workflow.model.returns import Answer
from workflow.model.years import japanese_date
from workflow.python.dataclass import dataclass
from workflow.storage.workspace import OVERVIEW

_MOST_CHANGES, _MOST_NAMED = 50, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """One round: where its own page is ("" before the first collect), its deadline, how far it is.

    Progress is of what is asked; None before anything was issued. Waiting names whose answer is
    still to come.
    """

    name: str
    href: str
    deadline: str
    state: str
    is_final: bool
    is_in_hand: bool
    standing: RoundStanding
    progress: Bar | None
    waiting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A rating that a later round changed: of which item, from what to what, by whom, and where."""

    item: str
    title: str
    owner: str
    text: str
    how: str
    by: str
    sources: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class YearOfRounds:
    """What the page of a year shows of its rounds, in the order of the plan."""

    lines: tuple[RoundLine, ...]
    changes: Shown[ChangeLine]

    @property
    def in_hand(self) -> RoundLine | None:
        """The round that is worked on; None before anything was issued, and when all is final."""
        lines = () if all(line.is_final for line in self.lines) else self.lines
        return next((line for line in lines if line.is_in_hand), None)


def year_of_rounds(compilation: Compilation) -> YearOfRounds | None:
    """Return the rounds of a year; None where it has none."""
    if not compilation.rounds:
        return None
    lines = tuple(_line(one, compilation.statuses) for one in compilation.rounds)
    changes = [_change(compilation, one) for one in compilation.changed]
    return YearOfRounds(lines, bounded(changes, _MOST_CHANGES))


def _line(one: RoundStanding, statuses: tuple[DepartmentStatus, ...]) -> RoundLine:
    deadline = japanese_date(one.deadline) if one.deadline else ""
    return RoundLine(
        name=one.name,
        href=to_file(f"{one.folder}/{OVERVIEW}") if one.stage else "",
        deadline=deadline,
        state=_state(one),
        is_final=one.is_final,
        is_in_hand=one.is_in_hand,
        standing=one,
        progress=_progress(one) if one.assignments else None,
        waiting="" if one.is_final else _waiting(one.name, statuses),
    )


def _state(one: RoundStanding) -> str:
    if one.is_final:
        return "確定しました"
    if one.stage:
        return "集めています"
    return "調査票を発行しました" if one.is_issued else "まだ発行していません"


def _progress(one: RoundStanding) -> Bar:
    counted = [
        ("回答済", one.answered),
        *([("報告なし", one.nothing)] if one.nothing else []),
        ("差戻し中", one.sent_back),
        ("未提出", one.missing),
    ]
    parts = kinds([(label, label != "回答済") for label, _ in counted])
    counts = tuple(count for _, count in counted)
    return bars(parts, [(one.name, counts)], [one.assignments])[0]


def _waiting(name: str, statuses: tuple[DepartmentStatus, ...]) -> str:
    """Return who has still something to answer in a round."""
    waited = [s.department.name for s in statuses if s.round == name and s.open_items]
    rest = len(waited) - _MOST_NAMED
    return "、".join([*waited[:_MOST_NAMED], *([f"ほか{rest}"] if rest > 0 else [])])


def _change(compilation: Compilation, one: RatingChange) -> ChangeLine:
    assignment = compilation.ledger.entries[one.entry].assignment
    before, after = one.pair.before.label, one.pair.after.label
    answers = ((one.round_before, one.answer_before), (one.round_after, one.answer_after))
    return ChangeLine(
        item=assignment.item.id,
        title=assignment.item.title,
        owner=assignment.department_label,
        text=f"{before} {one.before} → {after} {one.after}",
        how=one.change.value,
        by=one.by,
        sources=tuple(_sources(compilation, answers)),
    )


def _sources(
    compilation: Compilation, answers: tuple[tuple[str, Answer | None], ...]
) -> Iterator[Anchor]:
    """Yield links to the files that the two ratings stand in."""
    for name, answer in answers:
        href = to_returned(compilation.ledger.period, answer.source.file) if answer else ""
        if href:
            yield Anchor(href, f"{name}の回答ファイル")
