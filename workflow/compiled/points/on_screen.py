"""Decisions made on a screen, which are taken like those written in 確認の記録. Pure.

Whoever decides says on which state of the point that was. Where somebody else decided meanwhile, in
the workbook or on another screen, or where the answer changed, the decision is refused and what
stands is shown beside it: nothing is written over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum

from workflow.compiled.points.decisions import ON_SCREEN, DecisionLog, basis_digest
from workflow.compiled.points.point import Decision, Point
from workflow.compiled.points.record import RecordCopy, RecordRow, taken
from workflow.model.cells import MAX_CELL_TEXT
from workflow.model.plain_text import legible
from workflow.python.dataclass import dataclass
from workflow.storage.journal import Facts


@dataclass(frozen=True, slots=True)
class PointState:
    """What a person sees of a point: the answers, by their digest, and the last decision.

    Event is the number of the last decision in the journal, 0 where nobody decided yet.
    """

    basis: str
    event: int

    @classmethod
    def of(cls, point: Point, log: DecisionLog) -> PointState:
        """Return the state of a point."""
        latest = log.latest(point.key)
        return cls(basis_digest(point), latest.event if latest else 0)


@dataclass(frozen=True, slots=True)
class ScreenDecision:
    """What a person decides about a point by its number, and the state it is decided on."""

    number: int
    made_on: PointState
    decision: Decision


class Refusal(StrEnum):
    """Why a decision is not taken, for whoever made it."""

    NO_POINT = "この番号の確認事項は、なくなりました。"
    DECIDED_MEANWHILE = "開いているあいだに、ほかの人が決めました。"
    ANSWER_CHANGED = "開いているあいだに、回答が変わりました。"
    NO_CHOICE = "この確認事項では選べない扱いです。一覧から選んでください。"


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that was not taken, why, and what stands instead."""

    made: ScreenDecision
    why: Refusal
    standing: Decision


def taken_on_screen(
    made: Sequence[ScreenDecision], points: Iterable[Point], log: DecisionLog
) -> tuple[Facts | None, tuple[Refused, ...]]:
    """Return what to record of decisions made on a screen, and those that are refused.

    Of two decisions about one point the first is taken.
    """
    by_number = {point.number: point for point in points}
    rows: dict[str, RecordRow] = {}
    refused = []
    for one in made:
        point = by_number.get(one.number)
        why = _refusal(one, point, log)
        if point is not None and why is None and point.key in rows:
            why = Refusal.DECIDED_MEANWHILE
        if point is None or why is not None:
            refused.append(Refused(one, why or Refusal.NO_POINT, _standing(point, rows)))
            continue
        made_on, decision = one.made_on, _as_in_cells(one.decision)
        rows[point.key] = RecordRow(
            len(rows) + 1, one.number, point.key, made_on.basis, log.last_event, decision
        )
    copy = RecordCopy(ON_SCREEN, _digest(rows.values()), tuple(rows.values()))
    return (taken([copy], list(by_number.values()), log) if rows else None), tuple(refused)


def _refusal(made: ScreenDecision, point: Point | None, log: DecisionLog) -> Refusal | None:
    if point is None:
        return Refusal.NO_POINT
    now = PointState.of(point, log)
    if made.made_on.basis != now.basis:
        return Refusal.ANSWER_CHANGED
    if made.made_on.event != now.event:
        return Refusal.DECIDED_MEANWHILE
    is_choice = made.decision.handling in point.choices
    return None if is_choice or not made.decision.word.strip() else Refusal.NO_CHOICE


def _standing(point: Point | None, rows: dict[str, RecordRow]) -> Decision:
    if point is None:
        return Decision()
    return rows[point.key].decision if point.key in rows else point.decision


def _as_in_cells(decision: Decision) -> Decision:
    """Return a decision as it is read back from the cells it is written to."""
    texts = (decision.word, decision.reason, decision.by)
    shown = (legible(text.replace("\t", " ")).strip() for text in texts)
    return Decision(*(text[:MAX_CELL_TEXT].strip() for text in shown))


def _digest(rows: Iterable[RecordRow]) -> str:
    """Return a digest of what was decided and when: each is taken once."""
    return hashlib.sha256(repr(list(rows)).encode("utf-8", "surrogatepass")).hexdigest()
