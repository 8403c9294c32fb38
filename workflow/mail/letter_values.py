"""What each letter can speak of, by the Japanese names its text uses. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflow.compiled.corrections import OutstandingRequests
from workflow.mail.letters import LetterValue
from workflow.model.plain_text import one_line
from workflow.model.plan import JOINT_SEPARATOR, AnswerRule, Correction, Department, Item, Plan
from workflow.model.years import full_year, japanese_date_and_weekday
from workflow.templates.register import Issue


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all letters of one run share: the plan, the fiscal year and the day they are for."""

    plan: Plan
    year: int
    today: date


def distribution(
    occasion: Occasion, department: Department, issue: Issue
) -> dict[str, LetterValue]:
    """Return what the letter with a template says."""
    return _common(occasion, department) | {
        "ファイル名": issue.file,
        "件数": len(issue.items),
        "版": issue.number.issue,
    }


def request(
    occasion: Occasion,
    department: Department,
    asking: OutstandingRequests,
    file: str,
    has_returned: bool,
) -> dict[str, LetterValue]:
    """Return what a reminder and a request for correction say; file is what to fill in.

    Raises KeyError when an item of the state is not in the plan.
    """
    items = {item.id: item for item in occasion.plan.items}
    missing = [_item(occasion.plan, department, items[id_]) for id_ in asking.missing]
    return _common(occasion, department) | {
        "ファイル名": file,
        "提出あり": has_returned,
        "未提出": missing,
        "修正": [_correction(one, items) for one in asking.corrections],
    }


def _common(occasion: Occasion, department: Department) -> dict[str, LetterValue]:
    plan = occasion.plan
    left = (plan.deadline - occasion.today).days if plan.deadline else None
    return {
        "課名": department.name,
        "計画名": plan.title,
        "自治体名": plan.municipality.name,
        "年度": full_year(occasion.year),
        "とりまとめ課": plan.department(plan.coordinator).name,
        "問い合わせ先": plan.contact,
        "期限": japanese_date_and_weekday(plan.deadline) if plan.deadline else "",
        "残り日数": left,
        "期限超過": left is not None and left < 0,
        "超過日数": max(0, -(left or 0)),
    }


def _item(plan: Plan, department: Department, item: Item) -> dict[str, LetterValue]:
    """Return an item as a letter names it; who else may answer it in one's place is told."""
    others = [plan.department(code).name for code in item.departments if code != department.code]
    return {
        "整理番号": item.id,
        "名前": one_line(item.title),
        "共同の課": "" if item.answer is AnswerRule.EACH else JOINT_SEPARATOR.join(others),
    }


def _correction(one: Correction, items: dict[str, Item]) -> dict[str, LetterValue]:
    return {
        "場所": _place(one, items),
        "問題": one_line(one.problem),
        "直し方": one_line(one.remedy),
    }


def _place(one: Correction, items: dict[str, Item]) -> str:
    if not one.item:
        return "調査票の全体"
    title = f"（{one_line(items[one.item].title)}）" if one.item in items else ""
    return f"整理番号{one.item}{title}" + (f"の「{one_line(one.label)}」" if one.label else "")
