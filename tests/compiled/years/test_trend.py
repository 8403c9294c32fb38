from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.compiled.fiscal_years import FORM, PROGRESS, RATING, WAY, ledger_of, past, plan_of
from tests.tables import rows
from workflow.compiled.years.past import PastYear
from workflow.compiled.years.trend import Trend, trend
from workflow.model.fields.base import Choice
from workflow.model.fields.form import Form
from workflow.model.plan import Plan

PLAN = plan_of("""
    1-1 | 見守り | K |
    1-2 | 声かけ | F |
    1-3 | 訓練   | D |
""")
THIS_YEAR = """
    1-1/K |  | 継続 | Ａ
    1-2/F |  | 継続 | Ｂ
"""
WITH_S = Form((PROGRESS, WAY, replace(RATING, choices=(Choice("Ｓ"), *RATING.choices))))
OTHER_MEANING = Form(
    (PROGRESS, WAY, replace(RATING, choices=(Choice("Ａ", "達成"), *RATING.choices[1:])))
)


def year(ratings: str, number: int, form: Form | None = FORM) -> PastYear:
    """Return a year of ratings; a dash is 未提出."""
    lines = [
        f"1-{n} | 題 | 福祉課 | | | {rating.strip('-')} | {'未提出' if rating == '-' else ''}"
        for n, rating in enumerate(ratings.split())
    ]
    return past("\n".join(lines), number, form)


def found(*earlier: PastYear, plan: Plan = PLAN) -> Trend:
    made = trend(plan, ledger_of(plan, THIS_YEAR), earlier)
    assert made is not None
    return made


def table(shown: Trend) -> list[list[str]]:
    return [list(shown.columns), *([str(y.year), *map(str, y.counts)] for y in shown.rows)]


def left_out(*earlier: PastYear) -> Sequence[str]:
    return found(*earlier).left_out


def test_years_stand_from_the_oldest_to_this_one() -> None:
    drawn = found(year("Ｃ Ｃ -", 2021), year("Ａ Ａ Ｂ -", 2022))
    assert drawn.field == RATING
    assert table(drawn) == [
        ["Ａ", "Ｂ", "Ｃ", "回答なし"],
        *rows("""
            2021 | 0 | 0 | 2 | 1
            2022 | 2 | 1 | 0 | 1
            2023 | 1 | 1 | 0 | 1
        """),
    ]
    assert drawn.left_out == ()


def test_without_an_earlier_year_there_is_only_this_one() -> None:
    assert table(found())[1:] == [["2023", "1", "1", "0", "1"]]
    assert table(found(year("Ａ", 2023), year("Ａ", 2024)))[1:] == [["2023", "1", "1", "0", "1"]]


def test_a_form_without_a_rating_has_no_trend() -> None:
    plan = replace(PLAN, form=Form((PROGRESS, WAY, replace(RATING, ordered=False))))
    assert trend(plan, ledger_of(plan, THIS_YEAR), ()) is None


def test_the_run_ends_where_the_scale_was_another() -> None:
    drawn = found(year("Ａ", 2022), year("Ｓ", 2021, WITH_S), year("Ｂ", 2020))
    assert [y.year for y in drawn.rows] == [2022, 2023]
    assert drawn.left_out == (
        "令和3年度は、評価の尋ね方（選択肢やその意味）が今年度と違うため、推移に載せていません。",
        "令和2年度は、間の令和3年度と続けて比べられないため、推移に載せていません。",
    )


def test_another_meaning_is_another_scale() -> None:
    drawn = found(year("Ａ", 2022, OTHER_MEANING))
    assert ([y.year for y in drawn.rows], len(drawn.left_out)) == ([2023], 1)


def test_an_unknown_form_is_left_out() -> None:
    assert left_out(year("Ａ", 2022, None)) == (
        "令和4年度は、様式の記録がなく、評価の選択肢が今年度と同じかどうかを"
        "確かめられないため、推移に載せていません。",
    )


def test_a_year_without_the_column_is_left_out() -> None:
    assert left_out(PastYear(2022, ({"担当課": "", "整理番号": "", "回答状況": ""},), FORM)) == (
        "令和4年度は、台帳に評価の列がないため、推移に載せていません。",
    )


def test_a_value_of_an_older_issue_is_counted_too() -> None:
    drawn = found(year("Ａ 古い値", 2022))
    assert table(drawn) == [
        ["Ａ", "Ｂ", "Ｃ", "古い値", "回答なし"],
        ["2022", "1", "0", "0", "1", "0"],
        ["2023", "1", "1", "0", "0", "1"],
    ]
