"""The journeys of the mails: draft_distribution() and remind(). Drafts are written, none is sent.

Who sends is the coordinator, by opening a draft and pressing the button.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workflow.commands.inquiry import state
from workflow.compiled.corrections import Asking, handback_name
from workflow.mail.drafts import Drafts, draft_name, plan_drafts
from workflow.mail.eml import Attachment, Draft, eml_bytes, is_address
from workflow.mail.letter_values import Occasion, distribution, request
from workflow.mail.letters import LetterKind, Letters, Said, filled_in, load_letters
from workflow.model.errors import WorkspaceError
from workflow.model.plan import Department
from workflow.model.years import JST, era_year
from workflow.plan.load import load_plan
from workflow.storage.commit import commit
from workflow.storage.files import sha256, write_file
from workflow.storage.journal import load_journal
from workflow.storage.recover import at_work
from workflow.storage.workspace import Workspace
from workflow.templates.register import Register
from workflow.templates.register_file import load_issued_register


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """What one run made ready, and what the coordinator should know before sending it.

    New texts are the letters written for editing. Unaddressed are departments whose draft has
    nobody to go to; edited are hand-backs attached as people changed them; absent are departments
    whose hand-back is gone, and with it their draft. Uncollected counts the files that came since.
    """

    folder: Path
    drafts: Drafts
    new_texts: tuple[Path, ...]
    unaddressed: tuple[str, ...]
    edited: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    uncollected: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether nobody is asked anything any more, as far as anybody can tell."""
        return not (self.drafts.current or self.absent or self.uncollected)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One mail to be: to whom, in which words, saying what, with which workbook."""

    department: Department
    kind: LetterKind
    values: dict[str, Said]
    attachment: Attachment | None = None


def draft_distribution(workspace: Workspace, year: int, now: datetime) -> Mailing:
    """Draft the mail with its template to every department that has one, as it stands today.

    Raises PlanError, WorkspaceError or OutputError; then the drafts are what they were.
    """
    plan = load_plan(workspace.home)
    with at_work(workspace, year, f"generate --year {year} --mail", now):
        register = load_issued_register(workspace.templates(year), year)
        letters = load_letters(workspace.letters())
        occasion = Occasion(plan, year, now.astimezone(JST).date())
        pieces = tuple(_distributed(workspace, occasion, register))
        return _written(workspace, year, workspace.distribution_drafts(year), letters, pieces)


def remind(workspace: Workspace, year: int, now: datetime) -> Mailing:
    """Draft a mail to every department that has something to answer or to correct.

    That is as the last collect left it. A department that has both gets one mail, with its
    hand-back. Raises as draft_distribution does, also when the round is final.
    """
    plan = load_plan(workspace.home)
    with at_work(workspace, year, f"remind --year {year}", now):
        register = load_issued_register(workspace.templates(year), year)
        if load_journal(workspace.journal(year)).is_final:
            raise WorkspaceError(f"{era_year(year)}は確定しているため、催促の下書きは作りません。")
        letters = load_letters(workspace.letters())
        known = state(workspace, year)
        asked = _Asked(Occasion(plan, year, now.astimezone(JST).date()), register, known)
        reminders = tuple(asked.reminders())
        on_disk = {
            name: _content_of(workspace.handbacks(year) / name) for name in asked.handbacks()
        }
        corrections = tuple(asked.corrections(on_disk))
        folder = workspace.reminder_drafts(year)
        mailing = _written(workspace, year, folder, letters, (*reminders, *corrections))
        return replace(
            mailing,
            edited=tuple(n for n, c in on_disk.items() if c and sha256(c) != known["made"].get(n)),
            absent=tuple(name for name, content in on_disk.items() if content is None),
            uncollected=known["uncollected"],
        )


class _Asked:
    """What departments are still asked, as the last collect left it."""

    def __init__(self, occasion: Occasion, register: Register, known: dict[str, Any]) -> None:
        self._occasion = occasion
        self._register = register
        try:
            self._asked = {
                occasion.plan.department(code): Asking.from_json(stored)
                for code, stored in known["asked"].items()
            }
            self._returns = {d["code"]: d["returns"] for d in known["departments"]}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _outdated(occasion.year) from error

    def reminders(self) -> Iterator[_Piece]:
        """Yield the mails to departments that only have something missing."""
        for department, asking in self._asked.items():
            issue = self._register.latest_for(department)
            if not asking.corrections and issue:
                values = self._values(department, asking, issue.file)
                yield _Piece(department, LetterKind.REMINDER, values)

    def handbacks(self) -> Iterator[str]:
        """Yield the names of the hand-backs that go out."""
        for department, asking in self._asked.items():
            if asking.corrections:
                yield handback_name(department, self._occasion.year)

    def corrections(self, on_disk: dict[str, bytes | None]) -> Iterator[_Piece]:
        """Yield the mails with a hand-back, for each that lies there."""
        for department, asking in self._asked.items():
            name = handback_name(department, self._occasion.year)
            content = on_disk.get(name)
            if content is not None:
                values = self._values(department, asking, name)
                attachment = Attachment(name, content)
                yield _Piece(department, LetterKind.CORRECTION, values, attachment)

    def _values(self, department: Department, asking: Asking, file: str) -> dict[str, Said]:
        try:
            has_returned = self._returns[department.code] > 0
            return request(self._occasion, department, asking, file, has_returned)
        except KeyError as error:
            raise _outdated(self._occasion.year) from error


def _distributed(workspace: Workspace, occasion: Occasion, register: Register) -> Iterator[_Piece]:
    for department in occasion.plan.departments:
        issue = register.latest(department.code)
        if issue is None or not occasion.plan.items_of(department.code):
            continue
        content = _content_of(workspace.templates(occasion.year) / issue.file)
        if content is None or sha256(content) != issue.sha256:
            raise WorkspaceError(
                f"「{issue.file}」が発行したときのまま templates/{occasion.year} にありません。"
                f"generate --year {occasion.year} を実行してください。"
            )
        values = distribution(occasion, department, issue)
        attachment = Attachment(issue.file, content)
        yield _Piece(department, LetterKind.DISTRIBUTION, values, attachment)


def _written(
    workspace: Workspace, year: int, folder: Path, letters: Letters, pieces: Iterable[_Piece]
) -> Mailing:
    contents = {}
    unaddressed = []
    for piece in pieces:
        department = piece.department
        message = filled_in(letters.by_kind[piece.kind], piece.values)
        contents[draft_name(department, piece.kind, year)] = eml_bytes(
            Draft(
                name=department.name,
                address=department.email,
                subject=message.subject,
                body=message.body,
                attachment=piece.attachment,
            )
        )
        if not is_address(department.email):
            unaddressed.append(department.name)
    drafts, changes = plan_drafts(folder, contents)
    for path, content in letters.new.items():
        write_file(path, content)
    commit(workspace, year, changes)
    return Mailing(
        folder=folder,
        drafts=drafts,
        new_texts=tuple(letters.new),
        unaddressed=tuple(unaddressed),
    )


def _content_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _outdated(year: int) -> WorkspaceError:
    return WorkspaceError(
        "前回の collect のあとに、計画か道具が変わっています。"
        f"collect --year {year} を実行してから、もう一度実行してください。"
    )
