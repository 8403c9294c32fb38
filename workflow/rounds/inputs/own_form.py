"""The city's own form beside the plan: read with every guard, checked, ready to issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from workflow.model.catalogue import Code, Severity
from workflow.model.cells import folded
from workflow.model.errors import PlanError, WorkspaceError
from workflow.model.findings import Finding, Location, Violation
from workflow.model.plan import Plan
from workflow.model.rounds.earlier import WHO_LABEL, earlier_column
from workflow.model.wording import Wording
from workflow.plan.document import Document
from workflow.plan.load import load_plan
from workflow.returned.inbox import single
from workflow.returned.workers.engine import TableOpener, open_table_in_worker
from workflow.storage.files import sha256
from workflow.storage.workspace import OWN_FOLDER, OWN_FORM, OWN_FORM_OF_ROUND, Workspace
from workflow.templates.lay_out import issued_form
from workflow.templates.own.form import OwnForm, marked
from workflow.templates.own.lay_out import words_of
from workflow.templates.own.marks import Mark, MarkKind, Words, with_marks_of_round
from workflow.templates.own.workbook import OwnWorkbook, own_copy_name, own_workbook
from workflow.templates.register import Issue


def load_own_workbook(
    home: Path,
    plan: Plan,
    open_table: TableOpener = open_table_in_worker,
    documents: Sequence[Document] = (),
) -> OwnWorkbook | None:
    """Return the city's own form, which the plan may name; None where there is none.

    A round may have one of its own. The form of all rounds shows in each what the others asked;
    where it asks nothing in a round, our own form is taken. Documents are those that the plan is
    written in: they tell where it names the form.
    Raises PlanError with every finding when it has errors, cannot be read, or is named and not
    there.
    """
    if plan.rounds and plan.round is None:
        return _of_all_rounds(home, plan, open_table, documents)
    path = _path(home, plan)
    if not path.exists():
        if plan.own_form:
            raise _missing(plan, documents)
        return None
    from workflow.templates.own.checks import check_own_form  # 35 ms with lxml, for cities with one

    own, words = _opened(path, plan, open_table), words_of(issued_form(plan))
    if plan.round:
        words, others = _words_in_round(plan, load_plan(home))
        own = replace(own, form=_in_round(own.form, others))
        if path.name == own_form_name(plan) and not _asks(own.form, words):
            return None
    findings = check_own_form(own, words, plan.indicators)
    if any(found.severity is Severity.ERROR for found in findings):
        wrong = tuple(found for found in findings if found.severity is Severity.ERROR)
        raise PlanError(f"{path.name}に直すところが{len(wrong)}か所あります。", wrong)
    return replace(own, notes=findings)


def _of_all_rounds(
    home: Path, plan: Plan, open_table: TableOpener, documents: Sequence[Document]
) -> OwnWorkbook | None:
    """Return the form of the first round that has one, with what is noted of those of all."""
    scoped = (plan.in_round(one.name) for one in plan.rounds)
    found = [own for one in scoped if (own := load_own_workbook(home, one, open_table, documents))]
    notes = dict.fromkeys(note for own in found for note in own.notes)
    return replace(found[0], notes=tuple(notes)) if found else None


def _path(home: Path, plan: Plan) -> Path:
    """Return where the form of a plan lies, or that of the round it is of."""
    of_all = home / own_form_name(plan)
    own = home / OWN_FORM_OF_ROUND.format(round=plan.round.name) if plan.round else of_all
    return own if own.exists() else of_all


def _words_in_round(plan: Plan, whole: Plan) -> tuple[Words, Mapping[str, str]]:
    """Return what marks may name in a round, and the labels of other rounds with their marks."""
    before = {}
    for one in plan.rounds[:-1]:
        for field in whole.in_round(one.name).form.fields:
            before[field.label] = earlier_column(one.name, field.key, field.label).label
    who = (earlier_column(one.name, "", WHO_LABEL).label for one in plan.rounds[:-1])
    own = {field.key for field in plan.form.fields}
    others = {
        folded(name): before.get(field.label, "")
        for field in whole.form.fields
        if field.key not in own
        for name in (field.label, field.heading)
    }
    words = words_of(issued_form(plan))
    return replace(words, earlier=(*before.values(), *who)), others


def _in_round(form: OwnForm, others: Mapping[str, str]) -> OwnForm:
    sheets = (
        replace(s, cells={at: with_marks_of_round(text, others) for at, text in s.cells.items()})
        for s in form.sheets
    )
    return replace(form, sheets=tuple(sheets))


def _asks(form: OwnForm, words: Words) -> bool:
    """Whether a form asks anything in a round, or what no round of the plan knows."""
    kinds = (
        mark.kind if isinstance(mark, Mark) else MarkKind.ENTRY
        for sheet in marked(form, words)
        for marks in sheet.found.values()
        for mark in marks
    )
    return MarkKind.ENTRY in kinds


def own_form_name(plan: Plan) -> str:
    """Return what the workbook with the city's own form is called, beside the plan."""
    return plan.own_form or OWN_FORM


def own_form_file(home: Path) -> str:
    """Return what the city's own form is or would be called in a folder, also without a plan."""
    try:
        return own_form_name(load_plan(home))
    except PlanError:
        return OWN_FORM


def issued_workbook(workspace: Workspace, issue: Issue) -> OwnWorkbook | None:
    """Return the city's own form as a template was made of it; None where it was not.

    Raises WorkspaceError when the copy that generate kept is gone.
    """
    if issue.own is None:
        return None
    name = own_copy_name(issue.own)
    path = workspace.templates(issue.number.year) / OWN_FOLDER / name
    if not path.exists():
        raise WorkspaceError(
            f"発行したときの様式ひな形「{path.parent.name}/{name}」がないため、差戻し用の調査票を"
            f"作れません。バックアップから、{path.parent} に戻してください。"
        )
    return OwnWorkbook(issue.own, path.read_bytes())


def _opened(path: Path, plan: Plan, open_table: TableOpener) -> OwnWorkbook:
    found = open_table(single(path), plan.limits, False)
    if isinstance(found, Finding):
        raise _unreadable(path, Wording().problem(found).rstrip("。"))
    content = path.read_bytes()
    if sha256(content) != found.sha256:
        raise _unreadable(path, "読み取っている間に変わりました")
    if not content.startswith(b"PK"):
        raise _unreadable(path, "Excel ブック（.xlsx）ではありません")
    return own_workbook(found.book, content, path.name)


def _unreadable(path: Path, reason: str) -> PlanError:
    finding = Finding(Code.OWN_FORM_UNREADABLE, Location(file=path.name), {"reason": reason})
    return PlanError(f"{path.name}を読み取れません。", (finding,))


def _missing(plan: Plan, documents: Sequence[Document]) -> PlanError:
    violation = Violation("/plan/own_form", Code.OWN_FORM_MISSING, {"value": plan.own_form})
    findings = tuple(document.finding(violation) for document in documents)
    return PlanError(f"市の様式「{plan.own_form}」がありません。", findings)
