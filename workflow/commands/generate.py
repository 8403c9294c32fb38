"""generate: a template for every department, and the drafts of the mails that bring them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_round,
    add_year,
    already_final,
    round_workspace,
    year_of,
)
from workflow.compiled.recorded import recorded_outcomes
from workflow.compiled.recording import issued
from workflow.model.catalogue import Code
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding, Location
from workflow.model.plan import Plan, PreviousAnswers
from workflow.model.returns import Outcome
from workflow.model.years import JST
from workflow.plan.load import load_plan, load_written_plan
from workflow.plan.paths import BOOK_NAME, plan_paths
from workflow.python.dataclass import dataclass
from workflow.rounds.inputs.known_plan import keep_plan
from workflow.rounds.inputs.known_table import copy_to_keep, with_known_table
from workflow.rounds.inputs.own_form import load_own_workbook
from workflow.rounds.siblings.before import with_rounds_before
from workflow.storage.commit import Changes, commit
from workflow.storage.files import as_output_error, make_folder, sha256
from workflow.storage.journal import EventKind, Journal, lengthened, load_journal
from workflow.storage.recover import at_work, refuse_unfinished
from workflow.storage.workspace import Workspace
from workflow.templates.issue import Issuance, IssueRequest, plan_issuance
from workflow.templates.register import Issue, IssuedRound, Register
from workflow.templates.register_file import load_issued_register, load_register
from workflow.terminal.output import note_lines, say

if TYPE_CHECKING:
    from workflow.mail.letters import Occasion
    from workflow.mail.mailing import Mail, Mailing


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)
    parser.add_argument(
        "--department", metavar="コード", help="この課の調査票だけを作ります（課のコードです）。"
    )
    parser.add_argument(
        "--reissue",
        action="store_true",
        help="もう回答している課の調査票も、計画が変わっていれば作り直します。",
    )
    parser.add_argument(
        "--mail",
        action="store_true",
        help="調査票を添付したメールの下書きも、担当課ごとに作ります。送信はしません。",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="何も作らずに、どの課の調査票を作り、作り直すことになるかを示します。",
    )


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year)
    workspace = round_workspace(arguments, year)
    now, department = datetime.now(JST), arguments.department
    if arguments.dry_run:
        show_plan_of_issue(plan_issue(workspace, year, now, department))
        return CLEAN
    try:
        issuance = generate(workspace, year, now, department, reissue=arguments.reissue)
    except AlreadyAnsweredError as found:
        if not sys.stdin.isatty():
            raise
        say(str(found))
        if input("作り直すときは「はい」と入れてください：").strip() != "はい":
            say("何も作り直しませんでした。")
            return CLEAN
        issuance = generate(workspace, year, now, department, reissue=True)
    if workspace.round:
        _bring_up_year(workspace, year, now)
    _show(workspace, year, issuance)
    if arguments.mail:
        from workflow.mail.mailing import show_mailing  # 40 ms, with its templates

        show_mailing(draft_distribution(workspace, year, datetime.now(JST)))
    follows_open_round = any(note.code is Code.ROUND_BEFORE_OPEN for note in issuance.notes)
    return FINDINGS if follows_open_round else CLEAN


def _bring_up_year(workspace: Workspace, year: int, now: datetime) -> None:
    """Have what the whole year shows lead to the round that was issued just now."""
    # 58 ms, where a year has several rounds alone.
    from workflow.rounds.options import in_workers
    from workflow.rounds.write_year import bring_up_year

    bring_up_year(workspace, year, now, replace(in_workers(), use_cache=True))


COMMAND = Command(
    name="generate",
    summary="担当課ごとの調査票を作ります。",
    menu="調査票を作る",
    arguments=_arguments,
    run=_run,
)


class AlreadyAnsweredError(WorkspaceError):
    """Departments that answered would get other forms; says which, and what differs on them."""


def generate(
    workspace: Workspace,
    year: int,
    now: datetime,
    department: str | None = None,
    *,
    reissue: bool = False,
) -> Issuance:
    """Issue a template to every department of the plan, or to one; the unchanged is left alone.

    Departments that answered get another form only where reissue is told.

    The folder for what comes back is there from then on, empty: what lies in it is evidence.
    Raises PlanError, WorkspaceError or OutputError; then nothing was issued.
    """
    plan_paths(workspace.home)  # where there is no plan, nothing is left behind, not even a lock
    with at_work(workspace, year, f"generate {workspace.period(year).options}", now):
        planned = _planned(workspace, year, now, department)
        issuance, journal = planned.issuance, planned.journal
        if not reissue:
            _refuse_answered(planned)
        facts = issued(issuance.register, sha256(issuance.register_file), journal)
        after = journal.adding(EventKind.ISSUED, now, facts) if facts else journal
        recorded = lengthened(workspace.journal(year), journal, after)
        writes = {**issuance.writes, **recorded, **copy_to_keep(workspace, year, planned.plan)}
        # A program that keeps plan.json lays out its workspace itself.
        if (workspace.home / BOOK_NAME).exists():
            with as_output_error(workspace.inbox(year)):
                make_folder(workspace.inbox(year))
        commit(workspace, year, Changes(writes=writes, removals=issuance.stale))
        keep_plan(workspace, year)
        return issuance


@dataclass(frozen=True, slots=True)
class PlannedIssue:
    """What generate would do, the plan it would do it by and the journal it would do it on.

    Answered are the issues that would take the place of one a department has answered.
    """

    plan: Plan
    issuance: Issuance
    journal: Journal

    @property
    def answered(self) -> tuple[Issue, ...]:
        """The issues to departments that answered an earlier one."""
        outcomes = recorded_outcomes(self.journal).values()
        codes = {code for _, outcome, code, _ in outcomes if Outcome(str(outcome)).is_answer}
        return tuple(i for i in self.issuance.reissued if i.number.department in codes)


def plan_issue(
    workspace: Workspace, year: int, now: datetime, department: str | None = None
) -> PlannedIssue:
    """Return what generate would do, and do nothing.

    Raises as generate does, but not for departments that answered.
    """
    plan_paths(workspace.home)
    refuse_unfinished(workspace, year)
    return _planned(workspace, year, now, department)


def _planned(
    workspace: Workspace, year: int, now: datetime, department: str | None
) -> PlannedIssue:
    written = load_written_plan(workspace.home, workspace.round)
    if written.plan.rounds and not written.plan.round:
        raise WorkspaceError(
            f"計画は回に分かれていますが、{workspace.period(year)}の調査票は、回に分けずに発行して"
            "あります。回は、次の年度から使えます。今年度は、計画から回を除いて実行してください。"
        )
    plan = with_known_table(workspace, written.plan)
    if plan.round:
        plan = with_rounds_before(workspace, plan, year)
    own = load_own_workbook(workspace.home, plan, documents=written.documents)
    folder = workspace.templates(year)
    journal = load_journal(workspace.journal(year))
    if journal.last(EventKind.BROUGHT_IN):
        raise WorkspaceError(
            f"{workspace.period(year)}の回答は、市の表から持ち込んだものです。調査票は、"
            "そのあとの年度に作ってください。"
        )
    request = IssueRequest(
        plan=plan,
        year=year,
        now=now,
        previous=_last_answers(workspace, plan, year),
        department=department,
        own=own,
        round=_issued_round(workspace, plan, year),
    )
    register = load_register(folder, year, workspace.round)
    issuance = plan_issuance(request, register, folder)
    if journal.is_final and issuance.issued:
        raise already_final(workspace.period(year))
    notes = (*written.notes, *(own.notes if own else ()), *_open_before(plan))
    return PlannedIssue(plan, replace(issuance, notes=notes), journal)


def _last_answers(workspace: Workspace, plan: Plan, year: int) -> PreviousAnswers:
    """Return what departments answered the year before; nothing when no ledger is there."""
    before = workspace.holding_ledger(year - 1)
    refuse_unfinished(before, year - 1)
    if not before.ledger_csv(year - 1).exists():
        return {}
    from workflow.rounds.earlier import last_answers  # 100 ms, where there was a year before

    return last_answers(workspace, plan, year)


def _open_before(plan: Plan) -> Iterator[Finding]:
    """Yield that rounds whose answers stand on the forms are not final yet."""
    open_ = tuple(one.name for one in plan.earlier if not one.is_final)
    if open_:
        yield Finding(Code.ROUND_BEFORE_OPEN, Location(), {"rounds": open_})


def _refuse_answered(planned: PlannedIssue) -> None:
    """Raise AlreadyAnsweredError where a department answered the form that would be replaced."""
    if planned.answered:
        lines = (
            f"・{i.department_name}{what_differs(planned.issuance, i)}" for i in planned.answered
        )
        raise AlreadyAnsweredError(
            "もう回答している課の調査票が変わるため、作り直しませんでした。作り直すと、届いている回答は"
            "古い版のものになります。作り直すときは --reissue を付けて実行してください。"
            "計画を間違えて変えたときは、元に戻してください。\n" + "\n".join(lines)
        )


def what_differs(issuance: Issuance, issue: Issue) -> str:
    """Return in brackets what is asked otherwise than on the issue before; blank for nothing."""
    if issue.number.department not in issuance.differences:
        return ""
    differences = issuance.differences[issue.number.department]
    return f"（変わったところ：{'、'.join(differences) or '期限や問い合わせ先など'}）"


def draft_distribution(workspace: Workspace, year: int, now: datetime) -> Mailing:
    """Draft the mail with its template to every department that has one, as it stands today.

    Raises PlanError, WorkspaceError or OutputError; then the drafts are what they were.
    """
    from workflow.mail.letters import Occasion, load_letters  # 40 ms, where mails are wanted
    from workflow.mail.mailing import write_drafts

    plan = load_plan(workspace.home, workspace.round)
    with at_work(workspace, year, f"generate {workspace.period(year).options} --mail", now):
        register = load_issued_register(workspace.templates(year), year, workspace.round)
        letters = load_letters(workspace.letters())
        occasion = Occasion(plan, year, now.astimezone(JST).date())
        mails = tuple(_mails(workspace, occasion, register))
        folder = workspace.distribution_drafts(year)
        mailing = write_drafts(workspace, year, folder, letters, mails)
        has_form = bool(register.latest(plan.coordinator) and plan.items_of(plan.coordinator))
        return replace(mailing, own=plan.department(plan.coordinator).name if has_form else "")


def _issued_round(workspace: Workspace, plan: Plan, year: int) -> IssuedRound | None:
    """Return the round of a year that a workspace is in, with its number; None without rounds.

    Its forms carry the number. A round that was issued keeps it; a new one gets that of its place
    in the plan, or the next that no other round of the year has.
    """
    if plan.round is None:
        return None
    own = _recorded_round(workspace, year)
    if own:
        return own
    others = (
        _recorded_round(workspace.in_round(name), year) for name in workspace.round_names(year)
    )
    taken = {other.number for other in others if other}
    number = next(n for n in count(plan.round.number) if n not in taken)
    return IssuedRound(plan.round.name, number)


def _recorded_round(workspace: Workspace, year: int) -> IssuedRound | None:
    return load_register(workspace.templates(year), year, workspace.round).round


def _mails(workspace: Workspace, occasion: Occasion, register: Register) -> Iterator[Mail]:
    """Yield the mail to each department but the coordinator's own.

    Raises WorkspaceError when a template was changed.
    """
    from workflow.mail.letters import LetterKind, distribution  # 40 ms, loaded by then
    from workflow.mail.mailing import Mail, form_attachment

    plan = occasion.plan
    for department in plan.departments:
        issue = register.latest(department.code)
        is_asked = issue and plan.items_of(department.code)
        if issue and is_asked and department.code != plan.coordinator:
            attachment = form_attachment(workspace, occasion.year, issue)
            values = distribution(occasion, department, issue)
            is_person = plan.is_person(department.code)
            yield Mail(department, LetterKind.DISTRIBUTION, values, attachment, is_person)


def show_plan_of_issue(planned: PlannedIssue) -> None:
    """Show what generate would do."""
    issuance = planned.issuance
    for line in note_lines(issuance.notes):
        say(line)
    replaced, answered = issuance.reissued, planned.answered
    new = [issue for issue in issuance.issued if issue not in replaced]
    say(
        f"まだ何も作っていません。作ると、新しい調査票が{len(new)}件、"
        f"作り直す調査票が{len(replaced)}件です（変わらないもの{len(issuance.unchanged)}件）。"
    )
    for issue in new:
        say(f"・作る　{issue.department_name}（{len(issue.items)}件）")
    for issue in replaced:
        mark = "作り直す（回答が届いています）" if issue in answered else "作り直す"
        say(f"・{mark}　{issue.department_name}{what_differs(issuance, issue)}")
    for path in issuance.stale:
        say(f"・使わなくなるため「旧版」に移す　{path.name}")


def _show(workspace: Workspace, year: int, issuance: Issuance) -> None:
    for line in note_lines(issuance.notes):
        say(line)
    if issuance.issued:
        unchanged = len(issuance.unchanged)
        say(f"調査票を{len(issuance.issued)}件発行しました（変わらないもの{unchanged}件）。")
    else:
        say(f"調査票は、前に作ったときから変わっていません（{len(issuance.unchanged)}件）。")
    for issue in issuance.issued:
        say(
            f"・{issue.file}（様式番号 {issue.number}、{len(issue.items)}件）"
            f"{what_differs(issuance, issue)}"
        )
    for path in issuance.stale:
        say(f"・{path.name} は使わなくなったため、「旧版」に移しました。")
    say(f"置き場所：{workspace.templates(year)}")
    say(
        "課から届いたファイル（Excel、ZIP、保存したメール）は、名前を変えずに、次のフォルダーに"
        f"入れてください：{workspace.inbox(year)}"
    )
