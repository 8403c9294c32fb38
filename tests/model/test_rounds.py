"""A plan as one of its rounds asks it: what, of whom, until when, and on what it rests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.rounds.examples import FOUR_ROUNDS, HALF_YEARS, MANAGER_CHECK, plan_of
from workflow.model.indicators.indicator import Indicator
from workflow.model.plan import AnswerRule, Plan
from workflow.model.rounds.declared import Reviewer
from workflow.plan.build import build_plan


@pytest.fixture(scope="module")
def four() -> Plan:
    return build_plan(plan_of(FOUR_ROUNDS))


def test_a_round_asks_its_own_fields_until_its_own_day(four: Plan) -> None:
    second = four.in_round("二次評価")

    assert [field.label for field in second.form.fields] == ["二次評価", "二次評価の理由"]
    assert second.deadline == date(2025, 5, 23)
    assert str(second.period(2024)) == "令和6年度 二次評価"
    assert {m.columns for m in second.matrices} == {"second"}


def test_a_round_rests_on_those_it_follows(four: Plan) -> None:
    names = [[r.name for r in four.in_round(one.name).rounds] for one in four.rounds]

    assert names == [
        ["一次評価"],
        ["一次評価", "二次評価"],
        ["一次評価", "二次評価", "委員意見"],
        ["一次評価", "二次評価", "委員意見", "対応方針"],
    ]


def test_people_each_answer_about_every_item(four: Plan) -> None:
    panel = four.in_round("委員意見")
    one = panel.round
    assert one

    assert {item.asked for item in panel.items} == {one.people}
    assert {item.answer for item in panel.items} == {AnswerRule.EACH}
    assert len(panel.assignments()) == len(one.people) * len(four.items)
    assert [len(panel.items_of(code)) for code in one.people] == [25, 25, 25]


def test_what_is_printed_as_department_stays(four: Plan) -> None:
    for one in four.rounds:
        scoped = four.in_round(one.name)
        assert [i.departments for i in scoped.items] == [i.departments for i in four.items]


def test_the_reviewer_of_its_department_reviews_an_item() -> None:
    plan = build_plan(plan_of(MANAGER_CHECK))
    scoped = plan.in_round("課長確認")

    for item in scoped.items:
        usual = dict.fromkeys(plan.department(code).reviewer for code in item.departments)
        assert item.asked == tuple(usual)
        assert (item.answer is AnswerRule.EACH) == (len(usual) > 1)


@pytest.mark.parametrize(
    ("reviewers", "expected"),
    [
        ([("", "X")], "X"),
        ([("", "X"), ("GAKKO", "Y")], "Y"),
        ([("", "X"), ("GAKKO", "Y"), ("上", "Z")], "Z"),
        ([("上", "Z"), ("下", "W"), ("GAKKO", "Y")], "W"),
        ([("題", "V"), ("下", "W")], "V"),
        ([("KOREI", "X")], ""),
    ],
)
def test_what_is_more_particular_says_who_reviews(
    four: Plan, reviewers: list[tuple[str, str]], expected: str
) -> None:
    one = replace(four.rounds[1], reviewers=tuple(Reviewer(*row) for row in reviewers))
    item = replace(four.items[0], path=("上", "中", "下"), title="題", departments=("GAKKO",))

    assert four.reviewers_in(one, item) == ((expected,) if expected else ())


def test_the_last_round_of_departments_measures_unless_some_say_so() -> None:
    measured = (Indicator(id="1-1-a", item="1-1", name="人数"),)
    plan = replace(build_plan(plan_of(HALF_YEARS)), indicators=measured)
    both = replace(plan, rounds=tuple(replace(one, indicators=True) for one in plan.rounds))

    asked = [[bool(p.in_round(one.name).indicators) for one in p.rounds] for p in (plan, both)]

    assert asked == [[False, True], [True, True]]


def test_corrections_are_not_due_before_the_round(four: Plan) -> None:
    early = replace(four, correction_deadline=date(2025, 5, 9))
    own = replace(four.rounds[1], correction_deadline=date(2025, 6, 6))
    with_own = replace(early, rounds=(four.rounds[0], own, *four.rounds[2:]))

    assert early.in_round("一次評価").correction_deadline == date(2025, 5, 9)
    assert early.in_round("二次評価").correction_deadline is None
    assert with_own.in_round("二次評価").correction_deadline == date(2025, 6, 6)


def test_a_round_that_is_none_is_refused(four: Plan) -> None:
    with pytest.raises(KeyError):
        four.in_round("三次評価")
