"""How far each round of a year is: what pages, the desk and the legend say of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.round import Round, Stage
from workflow.model.rounds.declared import DeclaredRound
from workflow.python.dataclass import dataclass
from workflow.storage.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfYear:
    """One round of a year as it is on disk: None of it where it was never collected."""

    declared: DeclaredRound
    is_issued: bool
    journal: Journal
    round: Round | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStanding:
    """One round in figures; stage is None until it is collected, the counts are of its answers.

    In hand is the latest one issued that is not final, or else the one issued last.
    """

    name: str
    number: int
    deadline: date | None
    stage: Stage | None
    is_issued: bool
    is_in_hand: bool
    respondents: int = 0
    returned: int = 0
    assignments: int = 0
    answered: int = 0
    sent_back: int = 0
    missing: int = 0
    nothing: int = 0
    open_points: int = 0

    @property
    def is_final(self) -> bool:
        """Whether it was made final."""
        return self.stage is not None and self.stage.is_final

    @property
    def folder(self) -> str:
        """The folder of its files, below that of the year."""
        return self.name


def standings(parts: Sequence[PartOfYear]) -> tuple[RoundStanding, ...]:
    """Return how far every round of a year is, in their order."""
    in_hand = _in_hand(parts)
    return tuple(_standing(part, is_in_hand=part is in_hand) for part in parts)


def _in_hand(parts: Sequence[PartOfYear]) -> PartOfYear | None:
    issued = [part for part in parts if part.is_issued]
    going_on = [part for part in issued if not (part.stage and part.stage.is_final)]
    return next(reversed(going_on or issued), None)


def _standing(part: PartOfYear, *, is_in_hand: bool) -> RoundStanding:
    whole = RoundStanding(
        name=part.declared.name,
        number=part.declared.number,
        deadline=part.declared.deadline,
        stage=part.stage,
        is_issued=part.is_issued,
        is_in_hand=is_in_hand,
    )
    return _counted(whole, part.round) if part.round else whole


def _counted(whole: RoundStanding, round_: Round) -> RoundStanding:
    def count(status: AnswerStatus) -> int:
        return sum(entry.status is status for entry in round_.entries)

    asked = {d.code for entry in round_.entries for d in entry.assignment.departments}
    returned = {r.department for r in round_.returns if r.outcome.is_answer}
    return RoundStanding(
        name=whole.name,
        number=whole.number,
        deadline=round_.plan.deadline,
        stage=whole.stage,
        is_issued=whole.is_issued,
        is_in_hand=whole.is_in_hand,
        respondents=len(asked),
        returned=len(asked & returned),
        assignments=len(round_.entries),
        answered=count(AnswerStatus.ANSWERED),
        sent_back=count(AnswerStatus.SENT_BACK),
        missing=count(AnswerStatus.MISSING),
        nothing=count(AnswerStatus.NOTHING),
        open_points=sum(point.is_open for point in round_.points),
    )
