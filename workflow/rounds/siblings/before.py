"""The earlier rounds of a year that a round follows, as they lie in the workspace."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from workflow.compiled.ledger import RECEIVED_LABEL, STATUS_LABEL
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.recorded import recorded_basis, recorded_plan
from workflow.compiled.years.pairing import KnownNames
from workflow.compiled.years.past import Row, is_answered, read_ledger
from workflow.model.errors import WorkspaceError
from workflow.model.fields.form import Form
from workflow.model.plan import Plan
from workflow.model.rounds.earlier import EarlierAnswer, EarlierRound
from workflow.plan.build import build_plan
from workflow.plan.fingerprint import form_digest
from workflow.plan.load import in_scope
from workflow.python.dataclass import dataclass
from workflow.storage.files import sha256
from workflow.storage.journal import load_journal
from workflow.storage.recover import refuse_unfinished
from workflow.storage.workspace import Workspace
from workflow.templates.lay_out import issued_form, issued_items
from workflow.templates.layout import DEPARTMENT_LABEL, ID_LABEL
from workflow.templates.register_file import load_register


def with_rounds_before(workspace: Workspace, plan: Plan, year: int) -> Plan:
    """Return the plan of a round with what the rounds it follows answered; another as it is.

    Raises WorkspaceError when one of them was never collected, or cannot be read.
    """
    if plan.round is None:
        return plan
    before = (workspace.in_round(one.name) for one in plan.rounds[:-1])
    return replace(plan, earlier=tuple(_earlier_round(one, plan, year) for one in before))


def round_digests(workspace: Workspace, plan: Plan, year: int) -> Iterator[tuple[str, list[str]]]:
    """Yield each round that the round of a plan follows, with the digests of what it answered."""
    for one in plan.rounds[:-1] if plan.round else ():
        before = workspace.in_round(one.name)
        ledger = before.ledger_csv(year)
        if ledger.exists():
            digests = [sha256(ledger.read_bytes()), form_digest(_form(before, year))]
            yield one.name, digests


@dataclass(frozen=True, slots=True)
class RoundAfter:
    """A later round that was issued: which answers stand on its forms otherwise than they are now.

    Changes are in words, with the names of the departments whose forms they are on. It is outdated
    where it was collected when the rounds before it answered otherwise.
    """

    name: str
    changes: tuple[tuple[str, tuple[str, ...]], ...]
    is_final: bool
    is_outdated: bool


def rounds_after(workspace: Workspace, whole: Plan, year: int) -> Iterator[RoundAfter]:
    """Yield the issued rounds that rest on the one a workspace is in, given the whole plan.

    Raises WorkspaceError as `with_rounds_before` does.
    """
    issued = workspace.round_names(year)
    for one in whole.rounds:
        scoped = whole.in_round(one.name)
        if one.name in issued and workspace.round in (r.name for r in scoped.rounds[:-1]):
            yield _round_after(workspace.in_round(one.name), scoped, year)


def _round_after(workspace: Workspace, plan: Plan, year: int) -> RoundAfter:
    today = with_rounds_before(workspace, plan, year)
    form = issued_form(today)
    found: dict[str, list[str]] = {}
    for issue in load_register(workspace.templates(year), year, workspace.round).current():
        department = today.successor(issue.number.department)
        if department:
            for change in issue.earlier_differences(form, issued_items(today, department)):
                found.setdefault(change, []).append(department.name)
    changes = tuple((what, tuple(who)) for what, who in found.items())
    journal = load_journal(workspace.journal(year))
    last = recorded_basis(journal)
    is_outdated = last is not None and last.rounds != dict(round_digests(workspace, plan, year))
    return RoundAfter(workspace.round, changes, journal.is_final, is_outdated)


def _earlier_round(workspace: Workspace, plan: Plan, year: int) -> EarlierRound:
    refuse_unfinished(workspace, year)
    ledger, period = workspace.ledger_csv(year), workspace.period(year)
    form = _form(workspace, year)
    if form is None or not ledger.exists():
        raise WorkspaceError(
            f"「{plan.round.name if plan.round else ''}」のもとになる{period}の回答を、"
            f"まだ集めていません。先に collect {period.options} を実行してください。"
        )
    try:
        rows = read_ledger(ledger.read_bytes())
        answers: dict[str, tuple[EarlierAnswer, ...]] = {}
        names = KnownNames(plan)
        for row in rows:
            answers[row[ID_LABEL]] = (*answers.get(row[ID_LABEL], ()), _answer(row, form, names))
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError) as error:
        raise WorkspaceError(
            f"{period}の台帳（{ledger}）を読み取れません。"
            f"collect {period.options} を実行して、作り直してください。"
        ) from error
    is_final = load_journal(workspace.journal(year)).is_final
    return EarlierRound(workspace.round, form.fields, answers, is_final)


def _answer(row: Row, form: Form, names: KnownNames) -> EarlierAnswer:
    name = row[DEPARTMENT_LABEL]
    codes = frozenset(code for one in names.named(name) for code in one.codes)
    is_nothing = row[STATUS_LABEL] == AnswerStatus.NOTHING
    if not (is_nothing or is_answered(row)):
        return EarlierAnswer(name, codes, None, {})
    at = row[RECEIVED_LABEL]  # blank where 報告なし was decided and nothing came
    received = datetime.fromisoformat(at).date() if at else None
    stored = ((field, row.get(field.label, "")) for field in form.fields)
    texts = {field.key: field.in_report(text).text for field, text in stored if text}
    return EarlierAnswer(name, codes, received, texts, is_nothing)


def _form(workspace: Workspace, year: int) -> Form | None:
    """Return what a round asked when it was last collected; None when it never was."""
    content = recorded_plan(load_journal(workspace.journal(year)))
    return in_scope(build_plan(content), workspace.round).form if content else None
