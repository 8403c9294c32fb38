"""remind: the drafts of the mails to departments that have something to answer or to correct."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflow.commands.command import (
    CLEAN,
    FINDINGS,
    Command,
    add_round,
    add_year,
    round_workspace,
    year_of,
)
from workflow.commands.status import state
from workflow.compiled.corrections import OutstandingRequests, handback_name
from workflow.mail.eml import Attachment
from workflow.mail.letters import LetterKind, LetterValue, Occasion, load_letters, request
from workflow.mail.mailing import (
    Mail,
    Mailing,
    content_of,
    form_attachment,
    show_mailing,
    write_drafts,
)
from workflow.model.errors import WorkspaceError
from workflow.model.plan import Department
from workflow.model.rounds.declared import Period
from workflow.model.years import JST
from workflow.plan.load import load_plan
from workflow.storage.files import sha256
from workflow.storage.journal import load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace
from workflow.templates.register import Register
from workflow.templates.register_file import load_issued_register


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser)
    add_round(parser)


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year)
    mailing = remind(round_workspace(arguments, year), year, datetime.now(JST))
    show_mailing(mailing)
    return CLEAN if mailing.is_settled else FINDINGS


COMMAND = Command(
    name="remind",
    summary="まだの課への催促と、修正のお願いの下書きを作ります。送信はしません。",
    menu="催促と修正依頼のメールの下書きを作る",
    arguments=_arguments,
    run=_run,
)


def remind(workspace: Workspace, year: int, now: datetime) -> Mailing:
    """Draft a mail to every department that has something to answer or to correct.

    That is as the last collect left it. A department that has both gets one mail, with its
    hand-back. Raises PlanError, WorkspaceError, also when the round is final, or OutputError; then
    the drafts are what they were.
    """
    plan = load_plan(workspace.home, workspace.round)
    with at_work(workspace, year, f"remind {workspace.period(year).options}", now):
        register = load_issued_register(workspace.templates(year), year, workspace.round)
        if load_journal(workspace.journal(year)).is_final:
            period = workspace.period(year)
            raise WorkspaceError(f"{period}は確定しているため、催促の下書きは作りません。")
        letters = load_letters(workspace.letters())
        known = state(workspace, year)

        requests = _Requests(Occasion(plan, year, now.astimezone(JST).date()), register, known)
        reminders = tuple(requests.reminders(workspace))
        handbacks = {
            name: content_of(workspace.handbacks(year) / name) for name in requests.handbacks()
        }
        corrections = tuple(requests.corrections(handbacks))

        folder = workspace.reminder_drafts(year)
        mailing = write_drafts(workspace, year, folder, letters, (*reminders, *corrections))
        made = known["made"]
        return replace(
            mailing,
            edited=tuple(n for n, c in handbacks.items() if c and sha256(c) != made.get(n)),
            absent=tuple(name for name, content in handbacks.items() if content is None),
            uncollected=known["uncollected"],
            own=requests.own,
            lost=requests.lost,
        )


class _Requests:
    """What departments are still asked, as the last collect left it.

    Own is the coordinator's department where it is asked too; of those that are lost a file is
    gone.
    """

    def __init__(self, occasion: Occasion, register: Register, known: Mapping[str, Any]) -> None:
        self._occasion = occasion
        self._register = register
        try:
            self._requests = {
                occasion.plan.department(code): OutstandingRequests.from_json(stored)
                for code, stored in known["asked"].items()
            }
            self._returns = {d["code"]: d["returns"] for d in known["departments"]}
            self.lost = tuple(d["name"] for d in known["departments"] if d["lost"])
        except (KeyError, TypeError, AttributeError) as error:
            raise _outdated(occasion.period) from error
        coordinator = occasion.plan.department(occasion.plan.coordinator)
        self.own = coordinator.name if self._requests.pop(coordinator, None) else ""

    def reminders(self, workspace: Workspace) -> Iterator[Mail]:
        """Yield the mails to departments that only have something missing, with their form."""
        for department, requests in self._requests.items():
            issue = self._register.latest_for(department)
            if not requests.has_handback and issue:
                values = self._values(department, requests, issue.file)
                form = form_attachment(workspace, self._occasion.year, issue)
                is_person = self._occasion.plan.is_person(department.code)
                yield Mail(department, LetterKind.REMINDER, values, form, is_person)

    def handbacks(self) -> Iterator[str]:
        """Yield the names of the hand-backs that go out."""
        for department, requests in self._requests.items():
            if requests.has_handback:
                yield handback_name(department, self._occasion.period)

    def corrections(self, handbacks: Mapping[str, bytes | None]) -> Iterator[Mail]:
        """Yield the mails with a hand-back, for each that is there."""
        for department, requests in self._requests.items():
            name = handback_name(department, self._occasion.period)
            content = handbacks.get(name)
            if content is not None:
                values = self._values(department, requests, name)
                attachment = Attachment(name, content)
                kind = LetterKind.CORRECTION if requests.corrections else LetterKind.QUESTION
                is_person = self._occasion.plan.is_person(department.code)
                yield Mail(department, kind, values, attachment, is_person)

    def _values(
        self, department: Department, requests: OutstandingRequests, file: str
    ) -> dict[str, LetterValue]:
        try:
            has_returned = self._returns[department.code] > 0
            return request(self._occasion, department, requests, file, has_returned)
        except KeyError as error:
            raise _outdated(self._occasion.period) from error


def _outdated(period: Period) -> WorkspaceError:
    return WorkspaceError(
        "前回の collect のあとに、計画か道具が変わっています。"
        f"collect {period.options} を実行してから、もう一度実行してください。"
    )
