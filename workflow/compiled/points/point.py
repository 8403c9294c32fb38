"""A point: one thing that asks for a person's judgement, and what was decided about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from workflow.model.catalogue import Code
from workflow.model.cells import folded
from workflow.model.findings import Finding, Location
from workflow.model.returns import Answer
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass

ABOUT_DECISIONS = (
    Code.DECISION_WORD,
    Code.DECISION_DIFFERS,
    Code.DECISION_FELL,
    Code.DECISION_UNPLACED,
    Code.DECISION_UNREAD,
)
"""What is said of 確認の記録 itself, and is no point."""


class Handling(StrEnum):
    """扱い: what a person can decide about a point."""

    CHECKED = "確認済み"
    TAKE_THIS = "この回答を採る"
    TAKE_OTHER = "もう一方を採る"
    ASK = "課に尋ねる"
    SEND_BACK = "差し戻す"
    NOTHING = "今年度は報告なし"
    WITHDRAWN = "取り下げ"

    @property
    def closes(self) -> bool:
        """Whether nothing is left to do; otherwise a department is to answer or to correct."""
        return self not in (Handling.ASK, Handling.SEND_BACK)

    @property
    def meaning(self) -> str:
        """What follows from it, for whoever chooses."""
        return _MEANINGS[self]


_MEANINGS = {
    Handling.CHECKED: "このままでよいと確かめました。",
    Handling.TAKE_THIS: "「いまの回答」を台帳に載せます。",
    Handling.TAKE_OTHER: "「もう一方の回答」を台帳に載せます。",
    Handling.ASK: "担当課に説明を求めます（差戻し用の調査票とメールの下書きに載ります）。",
    Handling.SEND_BACK: "担当課に直してもらいます（差戻しになります）。",
    Handling.NOTHING: "この取組は、今年度の報告がないものとして数えます。",
    Handling.WITHDRAWN: "回答ファイルは、わざと取り下げたものです。",
}


def handling_of(word: str) -> Handling | None:
    """Return what a word of the list 扱い stands for, however wide it is written.

    >>> handling_of(" 確認済み")
    <Handling.CHECKED: '確認済み'>
    """
    return next((one for one in Handling if folded(one) == folded(word)), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wrote about a point: the word of 扱い as written, why, and who they are."""

    word: str = ""
    reason: str = ""
    by: str = ""

    @property
    def handling(self) -> Handling | None:
        """What was decided; None where the word is blank or not on the list."""
        return handling_of(self.word)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written."""
        return self == NO_DECISION

    def as_json(self) -> dict[str, object]:
        """Return it as the journal keeps it."""
        return {"word": self.word, "reason": self.reason, "by": self.by}


NO_DECISION = Decision()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of a round.

    The key says what it is about and outlives files and collects; the number is given to it once
    and kept. Findings are what was noticed, the first of them says it. Answer and other are the
    texts that stand against each other, this_answer and other_answer what they were taken from.
    """

    key: str
    findings: tuple[Finding, ...]
    number: int = 0
    department: str = ""
    owner: str = ""
    other_owner: str = ""
    item: str = ""
    title: str = ""
    field_key: str = ""
    answer: str = ""
    other: str = ""
    last_year: str = ""
    this_answer: Answer | None = None
    other_answer: Answer | None = None
    choices: tuple[Handling, ...] = ()
    decision: Decision = NO_DECISION
    note: str = ""
    explanation: str = ""

    @property
    def code(self) -> Code:
        """What was noticed."""
        return self.findings[0].code

    @property
    def shown_finding(self) -> Finding:
        """What is said of it: of a joint item, with the answer that was chosen."""
        first = self.findings[0]
        if first.code is not Code.JOINT_DIFFERS or self.handling is not Handling.TAKE_OTHER:
            return first
        return replace(first, details={**first.details, "used": self.other_owner})

    @property
    def handling(self) -> Handling | None:
        """What was decided and stands; None while it is open or what was written cannot be done."""
        handling = self.decision.handling
        return handling if handling in self.choices else None

    @property
    def is_open(self) -> bool:
        """Whether something is left to decide, to answer or to correct."""
        return self.handling is None or not self.handling.closes

    @property
    def basis(self) -> str:
        """What a decision is made on; another basis opens the point again."""
        return f"{self.answer}\x1f{self.other}"

    def as_json(self, wording: Wording) -> dict[str, str]:
        """Return it as the JSON contract spells it."""
        handling = self.handling
        decided = self.decision if handling else NO_DECISION
        return {
            "id": str(self.number),
            "code": self.code.name,
            "department": self.department,
            "item": self.item,
            "field": wording.labels.get(self.field_key, self.field_key),
            "answer": self.answer,
            "other": self.other,
            "decision": handling.value if handling else "",
            "reason": decided.reason,
            "by": decided.by,
            "explanation": self.explanation,
        }


def settled_findings(points: Iterable[Point]) -> frozenset[tuple[Code, Location]]:
    """Return the findings, by code and location, of which people decided that nothing is left."""
    closed = (point for point in points if not point.is_open)
    return frozenset((f.code, f.location) for point in closed for f in point.findings)


def open_points(points: Iterable[Point]) -> int:
    """Return how many points are open."""
    return sum(point.is_open for point in points)
