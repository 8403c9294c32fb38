"""A plan as lines for the terminal: its tree, its form, and what changed since an earlier year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflow.commands.new_year import Succession
from workflow.model.plain_text import harmless
from workflow.model.plan import JOINT_SEPARATOR, AnswerRule, Plan
from workflow.model.years import era_year, japanese_date
from workflow.plan.changes import Change

_INDENT = "　"


def outline(found: Succession) -> Iterator[str]:
    """Yield everything the coordinator confirms before templates are made."""
    lines = (*_heading(found.plan), *_tree(found.plan), *_form(found.plan), *_since(found))
    return map(harmless, lines)


def _heading(plan: Plan) -> Iterator[str]:
    yield f"{plan.municipality.name}　{plan.title}"
    yield f"とりまとめ課：{plan.department(plan.coordinator).name}"
    deadline = japanese_date(plan.deadline) if plan.deadline else "決めていません"
    yield f"回答期限：{deadline}"
    answering = {code for item in plan.items for code in item.departments}
    yield f"担当課{len(answering)}課、{plan.levels[-1]}{len(plan.items)}件"
    idle = [d.name for d in plan.departments if d.code not in answering]
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
