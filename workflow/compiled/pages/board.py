"""The submission board: where each department stands, what is wrong there, and whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from workflow.compiled.compilation import Compilation
from workflow.compiled.display_limits import MOST_IN_ONE_BOARD, Shown, bounded
from workflow.compiled.pages.frame import to_handback
from workflow.compiled.summaries.errata import Erratum, errata_by_department
from workflow.compiled.summaries.status import DepartmentStatus, who_answers
from workflow.model.catalogue import Severity
from workflow.model.findings import Finding
from workflow.model.returns import Outcome
from workflow.model.years import JST
from workflow.python.dataclass import dataclass

_MOST_DEPARTMENTS = 1_000
_NAMED_ITEMS, _MOST_ERRATA = 3, 40
_PARTNERS_LOST = "共同の課から届いたファイルがなくなっているため、催促せずに待っています。"


class Turn(StrEnum):
    """Who has to do something next, in the coordinator's words."""

    DEPARTMENT = "担当課"
    COORDINATOR = "とりまとめ課"
    NOBODY = "済み"

    @property
    def summary(self) -> str:
        """The same in a sentence."""
        return "済んだ課" if self is Turn.NOBODY else f"{self}の番"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as people and as programs read it."""

    text: str
    exact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """One department; what does not apply is blank or None. Findings leads to what is wrong."""

    name: str
    anchor: str
    first: Moment | None
    last: Moment | None
    outcome: str
    answered: int
    sent_back: int
    missing: int
    nothing_to_report: int
    wrong: str
    findings: str
    turn: Turn
    task: str
    handback: str
    errata: Shown[Erratum]


@dataclass(frozen=True, slots=True)
class Board:
    """All departments in the plan's order; in a big round those that are done stand apart.

    Turns is a sentence on how many have their turn, who what stands above their names.
    """

    turns: str
    lines: Shown[BoardLine]
    done: Shown[BoardLine]
    who: str = "担当課"

    @property
    def has_nothing(self) -> bool:
        """Whether any department has nothing to report of an item."""
        return any(line.nothing_to_report for line in (*self.lines.things, *self.done.things))


def board(compilation: Compilation, findings: Mapping[str, Sequence[Finding]]) -> Board:
    """Return the board of a round; findings are those that ask for a look, by department code."""
    handbacks = {h.department.code for h in compilation.handbacks}
    errata = errata_by_department(compilation.errata)
    lines = [
        _line(
            status,
            findings.get(status.department.code, ()),
            to_handback(status.department, compilation.ledger.period)
            if status.department.code in handbacks
            else "",
            errata.get(status.department.code, []),
        )
        for status in compilation.statuses
    ]
    done = [line for line in lines if line.turn is Turn.NOBODY]
    rest = [line for line in lines if line.turn is not Turn.NOBODY]
    if len(lines) <= MOST_IN_ONE_BOARD:
        done, rest = [], lines
    return Board(
        turns=_turns(lines),
        lines=bounded(rest, _MOST_DEPARTMENTS),
        done=bounded(done, _MOST_DEPARTMENTS),
        who=who_answers(compilation.statuses),
    )


def findings_anchor(code: str) -> str:
    """Return the id of the element on the page that holds a department's findings."""
    return f"findings-{code}"


def _turns(lines: Sequence[BoardLine]) -> str:
    counts = Counter(line.turn for line in lines)
    summary = "、".join(f"{turn.summary}が{counts[turn]}課" for turn in Turn if counts[turn])
    return f"{summary}です。" if summary else ""


def _line(
    status: DepartmentStatus,
    findings: Sequence[Finding],
    handback: str,
    errata: list[Erratum],
) -> BoardLine:
    turn, task = _turn(status, findings, handback)
    code = status.department.code
    return BoardLine(
        name=status.department.name,
        anchor=f"department-{code}",
        first=_moment(status.first_received),
        last=_moment(status.received),
        outcome=status.outcome_label,
        answered=status.answered,
        sent_back=status.sent_back,
        missing=status.missing,
        nothing_to_report=status.nothing_to_report,
        wrong="、".join(_wrong(findings)),
        findings=f"#{findings_anchor(code)}" if findings else "",
        turn=turn,
        task=task,
        handback=handback,
        errata=bounded(errata, _MOST_ERRATA),
    )


def _turn(status: DepartmentStatus, findings: Sequence[Finding], handback: str) -> tuple[Turn, str]:
    """Return whose turn it is and what there is to do; what stops the department comes first."""
    is_sent_back = status.outcome is Outcome.SENT_BACK
    owed = status.missing - status.not_owed
    rules = (
        (status.issue is None, Turn.COORDINATOR, "調査票をまだ発行していません。"),
        (bool(status.lost), Turn.COORDINATOR, _find(status.lost)),
        (is_sent_back and not handback, Turn.COORDINATOR, "直すところを課に伝えてください。"),
        (is_sent_back, Turn.DEPARTMENT, "差戻し用の調査票で、訂正を待っています。"),
        (bool(handback), Turn.DEPARTMENT, "差戻し用の調査票で、尋ねたことへの説明を待っています。"),
        (not status.returns and owed > 0, Turn.DEPARTMENT, "回答を待っています。"),
        (owed > 0, Turn.DEPARTMENT, f"残り{owed}件の回答を待っています。"),
        (status.missing > 0, Turn.COORDINATOR, _PARTNERS_LOST),
        (status.sent_back > 0, Turn.DEPARTMENT, "共同の課の訂正を待っています。"),
        (bool(findings), Turn.COORDINATOR, "指摘のところを確かめてください。"),
    )
    found = ((turn, task) for applies, turn, task in rules if applies)
    return next(found, (Turn.NOBODY, ""))


def _find(lost: Sequence[str]) -> str:
    names = "、".join(f"「{file}」" for file in lost[:_NAMED_ITEMS])
    more = "ほか" if len(lost) > _NAMED_ITEMS else ""
    return f"受け取った{names}{more}がなくなっています。催促せず、控えから戻してください。"


def _wrong(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield in a word what is wrong: how much of each weight, and in which items."""
    for severity in (Severity.ERROR, Severity.WARNING):
        found = [finding for finding in findings if finding.severity is severity]
        if found:
            items = tuple(dict.fromkeys(f.location.item for f in found if f.location.item))
            more = "ほか" if len(items) > _NAMED_ITEMS else ""
            named = f"（整理番号{'、'.join(items[:_NAMED_ITEMS])}{more}）" if items else ""
            yield f"{severity.label}{len(found)}件{named}"


def _moment(moment: datetime | None) -> Moment | None:
    if moment is None:
        return None
    local = moment.astimezone(JST)
    text = f"{local.month}月{local.day}日 {local.hour}:{local.minute:02}"
    return Moment(text, local.isoformat(timespec="seconds"))
