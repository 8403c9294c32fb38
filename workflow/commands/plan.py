"""plan: the plan checked and shown, with what changes since the year before."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from workflow.commands.command import CLEAN, Command, add_year, workspace_of, year_of
from workflow.model.cells import grouped_number
from workflow.model.errors import WorkspaceError
from workflow.model.findings import Finding
from workflow.model.plain_text import strip_controls
from workflow.model.plan import JOINT_SEPARATOR, AnswerRule, Plan
from workflow.model.rounds.declared import DeclaredRound, Respondent
from workflow.model.years import era_year, japanese_date_and_weekday
from workflow.plan.book.reader import read_book
from workflow.plan.book.writer import fixed_book
from workflow.plan.build import build_plan
from workflow.plan.changes import Change, changes
from workflow.plan.load import load_written_plan, plan_files
from workflow.plan.paths import BOOK_NAME
from workflow.python.dataclass import dataclass
from workflow.rounds.earlier import last_answers, plan_of_year
from workflow.rounds.inputs.known_table import with_known_table
from workflow.rounds.inputs.own_form import load_own_workbook
from workflow.storage.files import write_file
from workflow.storage.workspace import Workspace
from workflow.terminal.output import note_lines, say

_INDENT = "　"


def _arguments(parser: ArgumentParser) -> None:
    add_year(parser, required=False)
    parser.add_argument(
        "--fix",
        action="store_true",
        help="直して読んだところを plan.xlsx に書き込みます。今の plan.xlsx は別の名前で残します。",
    )


def _run(arguments: Namespace) -> int:
    if arguments.fix:
        fixed = fix(workspace_of(arguments))
        if fixed is None:
            say(f"{BOOK_NAME} に、書き直すところはありません。")
        else:
            say(f"今までの計画を、別の名前で残しました：{fixed.kept}")
            say(f"{BOOK_NAME} に書き込みました（{fixed.count}か所）：{fixed.written}")
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
class Fixed:
    """A plan.xlsx that was written anew, the copy of the old one, and how many cells changed."""

    written: Path
    kept: Path
    count: int


def fix(workspace: Workspace) -> Fixed | None:
    """Write into plan.xlsx what was read otherwise than it is written; None for nothing.

    The old one is kept beside it first, under a name of its own: a stop in between loses nothing.
    What is wrong stays as it is. Raises PlanError, WorkspaceError or OutputError.
    """
    path = workspace.home / BOOK_NAME
    old = plan_files(workspace.home).get(path)
    if old is None:
        raise WorkspaceError(
            f"{BOOK_NAME} がありません。--fix で書き直すのは {BOOK_NAME} だけです。"
        )
    document = read_book(old, BOOK_NAME)
    if not document.corrections:
        return None
    new = fixed_book(old, document.corrections)
    kept = kept_beside(path, old)
    write_file(kept, old)
    write_file(path, new)
    return Fixed(path, kept, len(document.corrections))


def kept_beside(path: Path, old: bytes) -> Path:
    """Return where the old plan is kept: under the first name that is free, or holds just that."""
    numbers = chain([""], map(str, count(2)))
    names = (path.with_name(f"{path.stem}_直す前{number}{path.suffix}") for number in numbers)
    return next(kept for kept in names if not kept.exists() or kept.read_bytes() == old)


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
    plan = with_known_table(workspace, written.plan)
    own = load_own_workbook(workspace.home, plan, documents=written.documents)
    notes = (*written.notes, *(own.notes if own else ()))
    asked = sum(len(item.departments) for item in plan.items)
    before = next(_years_with_a_plan(workspace, year), None)
    if before is None:
        return Succession(plan, None, (), asked, 0, notes)
    earlier, content = before
    known = last_answers(workspace, plan, earlier + 1)
    found = changes(build_plan(content), plan)
    return Succession(plan, earlier, found, asked, len(known), notes)


def _years_with_a_plan(
    workspace: Workspace, year: int | None
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the collected years before a year, or all, the latest first, with their plans."""
    for issued in reversed(workspace.issued_years()):
        if year is None or issued < year:
            content = plan_of_year(workspace, issued)
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
        _rounds(plan),
        _indicators(plan),
        _known(plan),
        _checks(plan),
        _since(found),
    )
    return map(strip_controls, lines)


def deadline_of(plan: Plan) -> str:
    """Return until when the plan asks for answers, in words."""
    undecided = "回ごとに決めています" if plan.rounds else "決めていません"
    return japanese_date_and_weekday(plan.deadline) if plan.deadline else undecided


def _heading(plan: Plan) -> Iterator[str]:
    yield f"{plan.municipality.name}　{plan.title}"
    yield f"とりまとめ課：{plan.department(plan.coordinator).name}"
    yield f"回答期限：{deadline_of(plan)}"
    if plan.correction_deadline:
        yield f"再提出期限：{japanese_date_and_weekday(plan.correction_deadline)}"
    answering = {code for item in plan.items for code in item.departments}
    asked = answering | {code for one in plan.rounds for code in _asked_in(plan, one)}
    yield f"担当課{len(answering)}課、{plan.levels[-1]}{len(plan.items)}件"
    idle = [d.name for d in plan.departments if d.code not in asked]
    if idle:
        yield f"尋ねることのない課：{'、'.join(idle)}"
    yield "計画に、直すところはありません。"


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


def _rounds(plan: Plan) -> Iterator[str]:
    """Yield what is asked when, and of whom, in a plan with several rounds a year."""
    if not plan.rounds:
        return
    yield ""
    yield "■ 回"
    for one in plan.rounds:
        scoped = plan.in_round(one.name)
        day = f"、期限{japanese_date_and_weekday(scoped.deadline)}" if scoped.deadline else ""
        labels = "、".join(field.label for field in scoped.form.fields)
        before = "、".join(earlier.name for earlier in scoped.rounds[:-1])
        yield f"{one.number}　{one.name}（{_respondents(plan, one)}{day}）：{labels}"
        more = (
            f"調査票に載せる前の回：{before}" if before else "",
            f"まとめ方：{one.combine.word}" if one.combine else "",
            "指標の実績値も尋ねます" if scoped.indicators else "",
        )
        if any(more):
            yield f"{_INDENT}{'。'.join(filter(None, more))}"


def _respondents(plan: Plan, one: DeclaredRound) -> str:
    """Return who answers in a round, a reviewer with how many items."""
    asked = _asked_in(plan, one)
    match one.respondent:
        case Respondent.DEPARTMENT:
            return "担当課"
        case Respondent.PEOPLE:
            names = "、".join(plan.department(code).name for code in asked)
            return f"{names}がそれぞれ{len(plan.items)}件"
        case _:
            return "、".join(f"{plan.department(c).name}{n}件" for c, n in asked.items())


def _asked_in(plan: Plan, one: DeclaredRound) -> Counter[str]:
    """Return how many items each is asked about in a round, by code."""
    return Counter(code for item in plan.in_round(one.name).items for code in item.asked)


def _indicators(plan: Plan) -> Iterator[str]:
    """Yield what is measured, as it is declared, for the coordinator to confirm."""
    if not plan.indicators:
        return
    yield ""
    yield "■ 指標"
    for one in plan.indicators_of(plan.items):
        unit = f"（{one.unit}）" if one.unit else ""
        targets = "、".join(
            f"{era_year(year)}{grouped_number(value)}" for year, value in one.targets.items()
        )
        base = f"、基準値{grouped_number(one.base.value)}" if one.base else ""
        goal = f"、目標値 {targets}" if targets else "、目標値なし"
        yield f"{one.id}　{one.name}{unit}（取組{one.item}、{one.way}{base}{goal}）"


def _known(plan: Plan) -> Iterator[str]:
    """Yield what the city knows already, and of how many items."""
    known, table = plan.known_values, plan.known_table
    if not (known and table):
        return
    yield ""
    yield f"■ 既知の値（{table.file}　シート「{table.sheet}」）"
    for field in known.fields:
        filled = sum(field.key in row.values for row in table.rows.values())
        blank = len(plan.items) - filled
        left = f"、空欄{blank}件" if blank else ""
        kind = "文章" if field.is_prose else field.outline
        yield f"{field.label}（{kind}、値のある取組{filled}件{left}）"


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
    yield (
        f"前年度の回答は、尋ねる{found.asked}件のうち{found.known}件について、調査票に載ります。"
    )


def _line(change: Change) -> str:
    return f"・［{change.kind}］{change.sentence}"
