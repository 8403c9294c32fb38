"""What several answers come to: the declared rule, whatever people answered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small import COST, RATING
from tests.tables import rows
from workflow.compiled.year.combine import combine
from workflow.model.fields.base import Choice
from workflow.model.rounds.declared import Combine, CombineRule, Ties

SCALE = "ＡＢＣＤＥ"
FIELD = replace(RATING, choices=tuple(map(Choice, SCALE)))
ANSWERS = st.lists(st.sampled_from(SCALE), min_size=1, max_size=9)

RULES = {
    "平均上": Combine(CombineRule.AVERAGE, Ties.BETTER),
    "平均下": Combine(CombineRule.AVERAGE, Ties.WORSE),
    "多数上": Combine(CombineRule.VOTE, Ties.BETTER),
    "多数下": Combine(CombineRule.VOTE, Ties.WORSE),
    "多数空": Combine(CombineRule.VOTE, Ties.OPEN),
}
CASES = rows(
    """
    平均上 | ＡＡＢ   | Ａ
    平均下 | ＡＡＢ   | Ａ
    平均上 | ＡＢＢ   | Ｂ
    平均上 | ＡＢ     | Ａ
    平均下 | ＡＢ     | Ｂ
    平均上 | ＡＥ     | Ｃ
    平均下 | ＡＡＡＥ | Ｂ
    多数上 | ＡＢＢ   | Ｂ
    多数上 | ＡＡＥＥ | Ａ
    多数下 | ＡＡＥＥ | Ｅ
    多数空 | ＡＡＥＥ | なし
    多数空 | ＡＢＢ   | Ｂ
    """
)


@pytest.mark.parametrize(("rule", "answers", "comes_to"), CASES)
def test_answers_come_to_one(rule: str, answers: str, comes_to: str) -> None:
    """By the rule, and only a tie or the exact middle by its second half."""
    found = combine(RULES[rule], FIELD, list(answers))
    assert (found or "なし") == comes_to


@given(ANSWERS)
def test_an_average_is_the_choice_nearest_to_it(answers: list[str]) -> None:
    """No choice is nearer to the mean place, and both halves of the rule differ in the middle."""
    mean = Fraction(sum(map(SCALE.index, answers)), len(answers))
    found = (str(combine(RULES[rule], FIELD, answers)) for rule in ("平均上", "平均下"))
    better, worse = map(SCALE.index, found)
    nearest = min(abs(mean - place) for place in range(len(SCALE)))
    assert abs(mean - better) == abs(mean - worse) == nearest
    assert better <= worse <= better + 1
    assert (better < worse) is (nearest == Fraction(1, 2))


@given(ANSWERS)
def test_a_vote_is_what_most_answered(answers: list[str]) -> None:
    """Nobody's choice wins against one of more votes; an open tie is no choice."""
    better, worse = (str(combine(RULES[rule], FIELD, answers)) for rule in ("多数上", "多数下"))
    most = max(map(answers.count, answers))
    assert answers.count(better) == answers.count(worse) == most
    assert SCALE.index(better) <= SCALE.index(worse)
    assert combine(RULES["多数空"], FIELD, answers) == (better if better == worse else None)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(answers: list[str], dice: object) -> None:
    """The same answers of other people come to the same, by every rule."""
    shuffled = sorted(answers, key=lambda _: dice.random())  # type: ignore[attr-defined]
    for rule in RULES.values():
        assert combine(rule, FIELD, answers) == combine(rule, FIELD, shuffled)


@given(ANSWERS)
def test_one_mind_is_kept(answers: list[str]) -> None:
    """What everybody answers, all come to."""
    for rule in RULES.values():
        assert combine(rule, FIELD, [answers[0]] * len(answers)) == answers[0]


def test_nobodys_answer_is_none() -> None:
    """Where nobody answered there is nothing to combine."""
    assert combine(RULES["平均上"], FIELD, []) is None
    assert combine(RULES["多数上"], replace(COST), []) is None


@pytest.mark.parametrize(
    ("numbers", "mean"),
    [(("4", "4", "3"), "3.67"), (("1", "2"), "1.5"), (("10", "20"), "15"), (("0.5",), "0.5")],
)
def test_numbers_have_a_mean(numbers: tuple[str, ...], mean: str) -> None:
    """Rounded to one decimal more than is asked; COST asks one."""
    found = combine(RULES["平均上"], COST, [Decimal(number) for number in numbers])
    assert found == Decimal(mean)
