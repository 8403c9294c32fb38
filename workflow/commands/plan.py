"""plan: the plan checked and shown, with what changes since the year before."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from workflow.commands.command import CLEAN, Command, add_year, workspace_of, year_of
from workflow.compiled.recorded import recorded_plan
from workflow.model.findings import Finding
from workflow.model.plain_text import strip_controls
from workflow.model.plan import JOINT_SEPARATOR, AnswerRule, Plan
from workflow.model.wording import Wording
from workflow.model.years import era_year, japanese_date_and_weekday
from workflow.plan.build import build_plan
from workflow.plan.changes import Change, changes
from workflow.plan.load import load_written_plan
from workflow.rounds.earlier import last_answers
from workflow.storage.journal import load_journal
from workflow.storage.workspace import Workspace
from workflow.terminal.output import say

_INDENT = "　"


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser, required=False)


def _run(arguments: Namespace) -> int:
    year = year_of(arguments.year) if arguments.year else None
    for line in outline(succession(workspace_of(arguments), year)):
        say(line)
    return CLEAN


COMMAND = Command(
    name="plan",
    summary="計画を確かめ、一覧と、前の年度から変わるところを示します。",
    menu="計画を確かめる",
    arguments=_arguments,
    run=_run,
)


@dataclass(frozen=True, slots=True)
class Succession:
    """Today's plan beside that of an earlier year.

    Asked counts what departments are asked this year (item × department), known those of which the
    template will show last year's answer. Notes say how what was written was understood.
    """

    plan: Plan
    before: int | None
    changes: tuple[Change, ...]
    asked: int
    known: int
    notes: tuple[Finding, ...]


def succession(workspace: Workspace, year: int | None) -> Succession:
    """Return today's plan beside that of the latest year collected before a year, or at all.

    Raises PlanError when today's plan has errors.
    """
    written = load_written_plan(workspace.home)
    plan = written.plan
    asked = sum(len(item.departments) for item in plan.items)
    before = next(_years_with_a_plan(workspace, year), None)
    if before is None:
        return Succession(plan, None, (), asked, 0, written.notes)
    earlier, content = before
    known = last_answers(workspace, plan, earlier + 1)
    found = changes(build_plan(content), plan)
    return Succession(plan, earlier, found, asked, len(known), written.notes)


def _years_with_a_plan(
    workspace: Workspace, year: int | None
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the collected years before a year, or all, the latest first, with their plans."""
    for issued in reversed(workspace.issued_years()):
        if year is None or issued < year:
            content = recorded_plan(load_journal(workspace.journal(issued)))
            if content is not None:
                yield issued, content


# What is shown: the tree of the plan, its form, and what changes.


def outline(found: Succession) -> Iterator[str]:
    """Yield everything the coordinator confirms before templates are made."""
    plan = found.plan
    lines = chain(
        _heading(plan),
        note_lines(found.notes),
        _tree(plan),
        _form(plan),
        _checks(plan),
        _since(found),
    )
    return map(strip_controls, lines)


def _heading(plan: Plan) -> Iterator[str]:
    yield f"{plan.municipality.name}　{plan.title}"
    yield f"とりまとめ課：{plan.department(plan.coordinator).name}"
    deadline = japanese_date_and_weekday(plan.deadline) if plan.deadline else "決めていません"
    yield f"回答期限：{deadline}"
    if plan.correction_deadline:
        yield f"再提出期限：{japanese_date_and_weekday(plan.correction_deadline)}"
    answering = {code for item in plan.items for code in item.departments}
    yield f"担当課{len(answering)}課、{plan.levels[-1]}{len(plan.items)}件"
    idle = [d.name for d in plan.departments if d.code not in answering]
    if idle:
        yield f"尋ねることのない課：{'、'.join(idle)}"
    yield "計画に、直すところはありません。"


def note_lines(notes: Iterable[Finding]) -> Iterator[str]:
    """Yield what is to be known of a plan that can be used, one line for each note."""
    wording = Wording()
    for note in notes:
        yield f"・{note.location.file}　{wording.message(note)}{wording.remedy(note)}"


def _tree(plan: Plan) -> Iterator[str]:
    yield ""
    yield f"■ {' ＞ '.join(plan.levels)}"
    above: Sequence[str] = ()
    for item in plan.items:
        same = _common(above, item.path)
        for depth, label in enumerate(item.path[same:], start=same):
            yield f"{_INDENT * depth}{label}"
        names = JOINT_SEPARATOR.join(plan.department(code).name for code in item.departments)
        each = "、それぞれ回答" if item.answer is AnswerRule.EACH else ""
        yield f"{_INDENT * len(item.path)}{item.id}　{item.title}（{names}{each}）"
        above = item.path


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many levels from the top are the same."""
    pairs = zip(one, other, strict=False)
    return next((depth for depth, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _form(plan: Plan) -> Iterator[str]:
    yield ""
    yield "■ 様式"
    for field in plan.form.fields:
        needed = "必須" if field.required else "条件により必須" if field.required_when else "任意"
        yield f"{field.label}（{field.outline}、{needed}）"


def _checks(plan: Plan) -> Iterator[str]:
    if not plan.form.declared:
        return
    yield ""
    yield "■ 確認の決まり（次のときに知らせます）"
    for check in plan.form.declared:
        shown = f"担当課に見せる文：{check.message}" if check.message else ""
        yield f"［{check.severity.label}］{check.in_words}{shown}"


def _since(found: Succession) -> Iterator[str]:
    if found.before is None:
        return
    yield ""
    yield f"■ {era_year(found.before)}から変わるところ"
    sure = [change for change in found.changes if not change.is_doubtful]
    doubtful = [change for change in found.changes if change.is_doubtful]
    yield from map(_line, sure)
    if doubtful:
        yield "次のところは、間違いがないか確かめてください。"
        yield from map(_line, doubtful)
    if not found.changes:
        yield "変わるところはありません。"
    yield (f"昨年の回答は、尋ねる{found.asked}件のうち{found.known}件について、調査票に載ります。")


def _line(change: Change) -> str:
    return f"・［{change.kind}］{change.sentence}"
