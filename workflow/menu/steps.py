"""Where a workspace stands, and what can be done next in it, the most sensible first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import IntEnum
from typing import Any

from workflow.commands.command import command
from workflow.commands.status import points_to_decide, status, what_is_open
from workflow.model.errors import PlanError, WorkflowError
from workflow.model.returns import Outcome
from workflow.model.rounds.declared import Period
from workflow.model.years import era_year
from workflow.plan.load import is_carried_forward, load_plan
from workflow.plan.paths import plan_paths
from workflow.python.dataclass import dataclass
from workflow.rounds.siblings.named import round_in_hand, rounds_of
from workflow.storage.journal import EventKind, Journal, load_journal
from workflow.storage.workspace import Workspace

# Where a workspace stands, as far as the menu must know.


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundState:
    """One round in figures; departments submitted are those of whom a return counts.

    To_look_at counts the points that wait for the coordinator; open is all that is not settled, in
    words. Uncollected counts the files that came, changed or went since the last collect. Drafted
    are the mails with the templates; reported is what now counts; carried is the plan into the next
    year.

    Where the year has several rounds, this is the one of this name: then next_round is the first
    that is not issued yet, and year_is_final says that the whole year is; reported is the year.
    """

    year: int
    departments: int
    submitted: int
    sent_back: int
    missing: int
    to_look_at: int
    open: str
    uncollected: int
    is_drafted: bool
    is_collected: bool
    is_final: bool
    is_reported: bool
    is_carried: bool
    round: str = ""
    next_round: str = ""
    year_is_final: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """What a command is told to mean it."""
        return ("--year", str(self.year), *(("--round", self.round) if self.round else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A workspace: its plan by title ("" while none can be read), its newest round, what hinders.

    Trouble is one sentence about a plan or a round that cannot be read; "" when there is none.
    First_round is the one a year of several begins with.
    """

    home: str
    has_plan: bool = False
    title: str = ""
    round: RoundState | None = None
    trouble: str = ""
    first_round: str = ""


def situation(workspace: Workspace, year: int | None = None) -> Situation:
    """Return where a workspace stands in a year, usually its newest; nothing is raised.

    What cannot be read is told. Of a year of several rounds that is the one the workspace is in, or
    else the one in hand.
    """
    home = str(workspace.home)
    try:
        plan_paths(workspace.home)
    except PlanError:
        return Situation(home=home)
    years = workspace.issued_years()
    try:
        if not years:
            plan = load_plan(workspace.home)
            first = plan.rounds[0].name if plan.rounds else ""
            return Situation(home=home, has_plan=True, title=plan.title, first_round=first)
        from workflow.rounds.inputs.known_plan import known_title  # 40 ms, once a year was issued

        title = known_title(workspace, year or years[-1])
    except PlanError as error:
        return Situation(home=home, has_plan=True, trouble=str(error))
    try:
        state = _state_of_year(workspace, year or years[-1])
    except WorkflowError as error:
        return Situation(home=home, has_plan=True, title=title, trouble=str(error))
    return Situation(home=home, has_plan=True, title=title, round=state)


def _state_of_year(workspace: Workspace, year: int) -> RoundState:
    """Return how far a year is; of several rounds the one in hand, and what comes after it."""
    names = () if workspace.is_undivided(year) else rounds_of(workspace, year)
    if not names:
        return _round_state(workspace, year)
    name = workspace.round or round_in_hand(workspace, year) or names[0]
    state = _round_state(workspace.in_round(name), year)
    of_year = load_journal(workspace.of_year().journal(year))
    issued = workspace.round_names(year)
    return replace(
        state,
        round=name,
        next_round=next((one for one in names if one not in issued), ""),
        year_is_final=of_year.is_final,
        is_reported=_is_reported(of_year),
    )


def _is_reported(journal: Journal) -> bool:
    settled = journal.last(EventKind.COMPILED, EventKind.FINALIZED, EventKind.REPORTED)
    return settled is not None and settled.kind is EventKind.REPORTED


def _round_state(workspace: Workspace, year: int) -> RoundState:
    document = status(workspace, year)
    journal = load_journal(workspace.journal(year))
    departments = document["departments"]
    return RoundState(
        year=year,
        departments=len(departments),
        submitted=sum(bool(d["outcome"]) for d in departments),
        sent_back=_count(departments, Outcome.SENT_BACK),
        missing=document["totals"]["missing"],
        to_look_at=len(points_to_decide(document.get("points", ()))),
        open=what_is_open(document),
        uncollected=document["uncollected"],
        is_drafted=any(workspace.distribution_drafts(year).glob("*.eml")),
        is_collected=journal.last(EventKind.COMPILED, EventKind.FINALIZED) is not None,
        is_final=journal.is_final,
        is_reported=_is_reported(journal),
        is_carried=is_carried_forward(workspace.home, year),
    )


def _count(departments: Iterable[Mapping[str, Any]], outcome: Outcome) -> int:
    return sum(d["outcome"] == outcome.value for d in departments)


class Entry(IntEnum):
    """Every choice of the menu; its number means the same thing at every turn, all year long."""

    FROM_TABLE = 1
    INIT = 2
    SAMPLE = 3
    DEMO = 4
    PLAN = 5
    ISSUE = 6
    MAILS = 7
    WATCH = 8
    COLLECT = 9
    STATUS = 10
    REMIND = 11
    VERIFY = 12
    FINALIZE = 13
    REPORT = 14
    NEXT_PLAN = 15
    NEXT_CHECK = 16
    NEXT_ISSUE = 17
    DESK = 18
    NEXT_ROUND = 19
    FINALIZE_YEAR = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One choice: its number, what it does, and the command that does it.

    A command that asks for the year ends in --year, one that asks for a table in --from-table; what
    is asked is still to be added. Open is what is
    not settled yet, in words, where that matters.
    """

    entry: Entry
    label: str
    command: tuple[str, ...]
    open: str = ""

    @classmethod
    def of(cls, entry: Entry, *words: str) -> Step:
        """Return the choice of a command as its module words it."""
        return cls(entry, command(words[0]).menu, words)

    @property
    def asks_year(self) -> bool:
        """Whether the person has to name a fiscal year first."""
        return self.command[-1] == "--year"

    @property
    def asks_file(self) -> bool:
        """Whether the person has to name a file first."""
        return self.command[-1] == "--from-table"


def headline(situation: Situation) -> str:
    """Return where things stand in one or two sentences."""
    if situation.trouble:
        return situation.trouble
    if not situation.has_plan:
        return "まだ計画がありません。"
    if situation.round is None:
        return f"「{situation.title}」の調査票は、まだ発行していません。"
    return _round_in_words(situation.round)


def steps(situation: Situation) -> tuple[Step, ...]:
    """Return the choices of a situation, the most sensible first; last the pages for all of it."""
    return (*next_steps(situation), Step.of(Entry.DESK, "desk"))


def next_steps(situation: Situation) -> tuple[Step, ...]:
    """Return what can be done next in a situation, the most sensible first; never none."""
    if not situation.has_plan:
        return (
            Step(Entry.FROM_TABLE, "市にある表から計画を作る", ("init", "--from-table")),
            Step.of(Entry.INIT, "init"),
            Step(Entry.SAMPLE, "見本の計画を作る", ("init", "--sample")),
            Step.of(Entry.DEMO, "demo"),
        )
    if situation.round is None:
        if not situation.title:
            return (
                Step(
                    Entry.PLAN, "計画の直すところを見る（Excelで直してから、もう一度）", ("plan",)
                ),
            )
        first = ("--round", situation.first_round) if situation.first_round else ()
        return (
            Step.of(Entry.ISSUE, "generate", *first, "--year"),
            Step.of(Entry.PLAN, "plan"),
        )
    return tuple(_round_steps(situation.round))


def _round_in_words(state: RoundState) -> str:
    unit = "か所" if state.round else "課"  # a round may ask people besides departments
    text = f"{Period(state.year, state.round).full}：{state.departments}{unit}中"
    text += f"{state.submitted}{unit}提出"
    text += f"、{state.sent_back}{unit}差戻し中" if state.sent_back else ""
    text += f"、まだの取組が{state.missing}件" if state.missing else "、すべて回答済み"
    text += "（確定済み）です。" if state.is_final else "です。"
    if state.uncollected:
        since = "確定した" if state.is_final else "前回集めた"
        text += f"{since}あとに届いたか変わったファイルが{state.uncollected}件あります。"
    return text


def _round_steps(state: RoundState) -> Iterator[Step]:
    if state.is_final and state.round and not state.year_is_final:
        yield from _steps_between_rounds(state)
        return
    if state.is_final:
        yield from _steps_when_final(state)
        return
    options = state.options
    collect = Step.of(Entry.COLLECT, "collect", *options)
    if state.uncollected:
        yield collect
    elif not (state.is_collected or state.is_drafted):
        yield Step(Entry.MAILS, "各課に送るメールの下書きを作る", ("generate", *options, "--mail"))
    elif state.is_collected:
        yield from _steps_when_collected(state)
    yield Step.of(Entry.WATCH, "watch", *options)
    if state.uncollected or not (state.is_collected and state.to_look_at):
        yield Step.of(Entry.STATUS, "status", *options)
    if not state.uncollected:
        yield collect
    yield Step.of(Entry.PLAN, "plan", "--year", str(state.year))
    yield Step(Entry.ISSUE, "調査票を作り直す（変わった課だけ）", ("generate", *options))


def _steps_when_collected(state: RoundState) -> Iterator[Step]:
    options = state.options
    if state.to_look_at:
        yield Step(Entry.STATUS, "要確認を見る", ("status", *options))
    if state.missing or state.sent_back:
        yield Step.of(Entry.REMIND, "remind", *options)
    if state.missing:
        return
    yield Step.of(Entry.VERIFY, "verify", *options)
    yield replace(Step.of(Entry.FINALIZE, "finalize", *options), open=state.open)
    yield Step.of(Entry.REPORT, "report", "--year", str(state.year))


def _steps_between_rounds(state: RoundState) -> Iterator[Step]:
    """Yield what follows a round that is final: the next one, or the end of the year."""
    year = str(state.year)
    if state.next_round:
        issue = ("generate", "--year", year, "--round", state.next_round)
        yield Step(Entry.NEXT_ROUND, f"「{state.next_round}」の調査票を作る", issue)
    else:
        label = f"{era_year(state.year)}を確定する（すべての回が確定しています）"
        yield Step(Entry.FINALIZE_YEAR, label, ("finalize", "--year", year))
    yield Step.of(Entry.VERIFY, "verify", "--year", year)
    yield Step.of(Entry.REPORT, "report", "--year", year)
    yield Step.of(Entry.STATUS, "status", "--year", year)
    yield Step.of(Entry.PLAN, "plan", "--year", year)


def _steps_when_final(state: RoundState) -> Iterator[Step]:
    year, following = str(state.year), state.year + 1
    report = Step.of(Entry.REPORT, "report", "--year", year)
    verify = Step.of(Entry.VERIFY, "verify", "--year", year)
    if not state.is_reported:
        yield report
        yield verify
    if not state.is_carried:
        carry = ("init", "--from", year, "--year", str(following))
        yield Step(Entry.NEXT_PLAN, f"{era_year(following)}の計画を用意する", carry)
    else:
        confirm = ("plan", "--year", str(following))
        yield Step(
            Entry.NEXT_CHECK, f"{era_year(following)}の計画と、変わるところを確かめる", confirm
        )
    issue = ("generate", "--year", str(following))
    yield Step(Entry.NEXT_ISSUE, f"{era_year(following)}の調査票を作る", issue)
    if state.is_reported:
        yield verify
        yield report
