from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.compiled.fiscal_years import (
    DEPARTMENTS,
    FORM,
    LAST_YEAR,
    PROGRESS,
    RATING,
    REORGANISED,
    THIS_YEAR,
    WAY,
    ledger_of,
    past,
    plan_of,
)
from tests.tables import rows
from workflow.compiled.years.changes import Change
from workflow.compiled.years.comparison import Comparison, Line, compare, headline_sentences
from workflow.compiled.years.pairing import LineKind
from workflow.compiled.years.past import PastYear
from workflow.model.fields.base import Choice
from workflow.model.fields.form import Form
from workflow.model.fields.number import NumberField
from workflow.model.fields.text import TextField
from workflow.model.plan import Plan


def compared(
    last: PastYear | None, plan: Plan = REORGANISED, this_year: str = THIS_YEAR
) -> Comparison:
    return compare(plan, ledger_of(plan, this_year), last)


def as_row(line: Line) -> list[str]:
    """Return kind, item, departments and rating of a line."""
    rating = line.of("rating")
    change = f"{rating.before}→{rating.after} {rating.change.value}"
    return [line.kind.value, line.item, line.department_before, line.department_after, change]


def test_a_reorganisation_loses_nothing() -> None:
    found = compared(past(LAST_YEAR))
    assert [as_row(line) for line in found.lines] == rows("""
        継続     | 1-1 | 福祉政策課                | 地域共生課            | Ｂ→Ａ 上がった
        継続     | 1-2 | 高齢福祉課                | 福祉課                | Ａ→Ｂ 下がった
        継続     | 2-1 | 高齢福祉課                | 福祉課                | Ａ→Ｂ 下がった
        継続     | 2-1 | 障害福祉課                | 福祉課                | Ｃ→Ｂ 上がった
        担当替え | 2-2 | 福祉政策課                | 防災課                | Ａ→Ａ 同じ
        担当替え | 3-1 | 子育て・若者課・福祉政策課 | 子育て・若者課・防災課 | Ａ→Ａ 同じ
        新規     | 3-2 |                           | 地域共生課            | →Ａ 前年度なし
        新規     | 3-3 |                           | 防災課                | → 前年度なし
        継続     | 4-1 | 子育て・若者課            | 子育て・若者課        | →Ａ 前年度なし
        担当替え | 4-1 |                           | 防災課                | → 前年度なし
        担当替え | 4-1 | 福祉政策課                |                       | Ａ→ 今年度なし
        継続     | 4-2 | 子育て・若者課・防災課    | 子育て・若者課        | Ａ→Ｃ 下がった
        継続     | 4-2 | 子育て・若者課・防災課    | 防災課                | Ａ→Ａ 同じ
        終了     | 9-9 | 防災課                    |                       | Ｂ→ 今年度なし
    """)


def test_a_line_says_what_became_of_the_departments() -> None:
    found = compared(past(LAST_YEAR))
    remarks = [[line.item, *line.remarks] for line in found.lines if line.remarks]
    assert remarks == [
        ["1-1", "課名が変わりました（福祉政策課→地域共生課）。"],
        ["1-2", "課名が変わりました（高齢福祉課→福祉課）。"],
        ["2-1", "課名が変わりました（高齢福祉課→福祉課）。"],
        ["2-1", "課名が変わりました（障害福祉課→福祉課）。"],
        ["2-2", "担当課が替わりました。"],
        ["3-1", "担当課の一部が替わりました。"],
        ["4-1", "この課が担当に加わりました。"],
        ["4-1", "この課は担当を外れました。"],
    ]


def test_an_id_given_to_something_else_is_reported() -> None:
    last = past("1-1 | 見 守り | 地域共生課 | | | Ａ |\n 1-2 | 花火 | 福祉課 | | | Ａ |")
    found = compared(last)
    remarks = {line.item: line.remarks for line in found.lines if line.remarks}
    assert remarks == {"1-2": ("文言が前年度と違います（前年度：花火）。",)}
    assert found.lines_of(1)[0].title == "声かけ"


def test_what_was_not_answered_has_no_values_but_a_status() -> None:
    last = past("1-1 | 見守り | 地域共生課 | 書いた | 継続 | Ａ | 差戻し中")
    (line,) = compared(last, this_year="").lines_of(0)
    assert (line.status_before, line.status_after) == ("差戻し中", "未提出")
    assert {(c.before, c.after, c.change) for c in line.changes} == {("", "", Change.NO_BEFORE)}


def test_lines_are_found_by_entry_and_by_change() -> None:
    found = compared(past(LAST_YEAR))
    assert [line.department_before for line in found.lines_of(2)] == ["高齢福祉課", "障害福祉課"]
    assert found.lines_of(99) == ()
    lowered = [
        line.item for line in found.lines if any(c.change is Change.LOWERED for c in line.changes)
    ]
    assert lowered == ["1-2", "2-1", "4-2"]
    assert [line.item for line in found.changed] == ["1-1", "1-2", "2-1", "2-1", "4-2"]
    assert [line.item for line in found.lines_where("way", Change.CHANGED)] == ["1-1", "2-1", "4-2"]
    assert [line.item for line in found.lines_of_kind(LineKind.ENDED)] == ["9-9"]


def test_the_headline_counts_lines() -> None:
    assert headline_sentences(compared(past(LAST_YEAR))) == (
        "前年度と比べると、方針が変わった取組は3件、"
        "評価が上がった取組は2件、評価が下がった取組は3件です。",
        "新しい取組は2件、終了した取組は1件、担当課が替わった取組は4件です。",
        "今年度の回答がまだない取組2件は、比べていません。",
    )


def test_the_headline_of_a_quiet_year() -> None:
    plan = plan_of("1-1 | 見守り | K |")
    last = past("1-1 | 見守り | 地域共生課 | 見た。 | 継続 | Ａ |")
    found = compared(last, plan, "1-1/K | 見た。 | 継続 | Ａ")
    assert headline_sentences(found) == (
        "前年度と比べると、方針が変わった取組は0件、"
        "評価が上がった取組は0件、評価が下がった取組は0件です。",
        "新しい取組、終了した取組はありません。",
    )
    assert (found.notes, found.changed) == ((), ())


def test_without_a_last_year_there_is_one_sentence() -> None:
    found = compared(None)
    assert (found.last_year, found.lines, headline_sentences(found)) == (None, (), ())
    assert found.notes == ("令和4年度の台帳がないため、前年度との比較はありません。",)


def form_with(rating: tuple[Choice, ...]) -> Form:
    return Form((PROGRESS, WAY, replace(RATING, choices=rating)))


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (
            form_with((Choice("Ｓ"), *RATING.choices)),
            "評価の選択肢が前年度と違います（前年度：Ｓ、Ａ、Ｂ、Ｃ／今年度：Ａ、Ｂ、Ｃ）。",
        ),
        (
            form_with((Choice("Ａ", "達成"), *RATING.choices[1:])),
            "評価の「Ａ」の意味が前年度と違います（前年度：達成／今年度：順調）。",
        ),
    ],
)
def test_ratings_on_another_scale_are_shown_and_not_compared(before: Form, sentence: str) -> None:
    found = compared(past(LAST_YEAR, form=before))
    warning = f"{sentence}件数の増減を、そのまま比べることはできません。"
    assert found.notes == (warning,)
    assert headline_sentences(found)[:2] == (
        "前年度と比べると、方針が変わった取組は3件です。",
        warning,
    )
    rating = found.lines_of(0)[0].of("rating")
    assert (rating.before, rating.after, rating.change) == ("Ｂ", "Ａ", Change.INCOMPARABLE)
    assert found.lines_where(RATING.key, Change.LOWERED) == ()


def test_an_unknown_form_compares_words_but_no_choices() -> None:
    found = compared(past(LAST_YEAR, form=None))
    line = found.lines_of(0)[0]
    assert [c.change for c in line.changes] == [
        Change.SAME,
        Change.INCOMPARABLE,
        Change.INCOMPARABLE,
    ]
    assert len(headline_sentences(found)) == 4


def test_fields_come_go_and_change_their_label() -> None:
    cost = NumberField(key="cost", label="決算額")
    then = TextField(key="progress", label="取組状況")
    now = Form((replace(PROGRESS, label="実績"), cost, RATING))
    plan = replace(plan_of("1-1 | 見守り | K |"), form=now)
    last = past("1-1 | 見守り | 地域共生課 | 見た。 | 継続 | Ａ |", form=Form((then, WAY, RATING)))
    found = compared(last, plan, "1-1/K | 見た。 |  | Ａ")
    (line,) = found.lines
    assert [(c.before, c.after, c.change) for c in line.changes] == [
        ("見た。", "見た。", Change.SAME),
        ("", "", Change.NO_BEFORE),
        ("Ａ", "Ａ", Change.SAME),
    ]
    assert (found.former_labels, line.former) == (("方針",), ("継続",))
    assert found.notes == (
        "「実績」は、前年度の「取組状況」と比べています。",
        "前年度には「決算額」という項目がありません。",
        "「方針」は、前年度だけの項目です。前年度の値を右端の列に載せています。",
    )


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("Ａ", "Ａ", Change.SAME),
        ("Ｃ", "Ｂ", Change.RAISED),
        ("Ａ", "Ｃ", Change.LOWERED),
        ("", "Ａ", Change.CHANGED),
        ("Ａ", "", Change.CHANGED),
        ("", "", Change.SAME),
        ("前の様式", "Ａ", Change.CHANGED),
        ("a", "Ａ", Change.CHANGED),
    ],
)
def test_an_ordered_choice_goes_up_or_down(before: str, after: str, change: Change) -> None:
    plan = plan_of("1-1 | 見守り | K |")
    last = past(f"1-1 | 見守り | 地域共生課 | | | {before} |")
    (line,) = compared(last, plan, f"1-1/K | | | {after}").lines
    assert line.of("rating").change is change


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [("5.0", "5", Change.SAME), ("5", "6", Change.CHANGED), ("五", "5", Change.CHANGED)],
)
def test_numbers_are_compared_as_numbers(before: str, after: str, change: Change) -> None:
    form = Form((NumberField(key="progress", label="取組状況"),))
    plan = replace(plan_of("1-1 | 見守り | K |"), form=form)
    last = past(f"1-1 | 見守り | 地域共生課 | {before} | | |", form=form)
    (line,) = compared(last, plan, f"1-1/K | {after} | |").lines
    assert line.of("progress").change is change


owners = st.lists(
    st.sampled_from(
        ["地域共生課", "福祉政策課", "高齢福祉課", "子育て・若者課", "防災課", "廃止課"]
    ),
    min_size=1,
    max_size=3,
).map("・".join)
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="|"), max_size=5
)
words = texts.map(lambda text: text.strip(" "))
past_lines = st.lists(
    st.tuples(
        st.sampled_from(["1-1", "2-1", "9-9"]),
        st.just("題"),
        owners,
        words,
        st.sampled_from(["継続", "改善", ""]),
        st.sampled_from(["Ａ", "Ｂ", "Ｃ", "古い値"]),
        st.sampled_from(["", "未提出"]),
    ),
    max_size=6,
)
codes = st.lists(
    st.sampled_from([d.code for d in DEPARTMENTS]), min_size=1, max_size=3, unique=True
)
plans = st.tuples(codes, codes, st.sampled_from(["", "each"])).map(
    lambda drawn: plan_of(
        f"1-1 | 題 | {' '.join(drawn[0])} | {drawn[2]}\n2-1 | 題 | {' '.join(drawn[1])} | "
    )
)


def table_of(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(" | ".join(line) for line in lines)


@given(plans, past_lines, st.data())
def test_every_row_and_every_assignment_is_in_a_line(
    plan: Plan, drawn: list[tuple[str, ...]], data: st.DataObject
) -> None:
    last = past(table_of(drawn))
    names = [f"{a.item.id}/{''.join(d.code for d in a.departments)}" for a in plan.assignments()]
    progress = {name: data.draw(words) for name in names}
    ledger = ledger_of(
        plan, "\n".join(f"{name} | {text} | 継続 | Ａ" for name, text in progress.items())
    )
    found = compare(plan, ledger, last)
    assert {line.entry for line in found.lines} - {None} == set(range(len(names)))
    assert [found.lines_of(n)[0].of("progress").after for n in range(len(names))] == [
        *progress.values()
    ]
    shown = {
        (x.item, x.department_before, x.status_before, *(c.before for c in x.changes))
        for x in found.lines
    }
    for number, _, owner, *values, status in drawn:
        kept = ("", "", "") if status else tuple(values)
        assert (number, owner, status or "回答済", *kept) in shown
    assert len(FORM.fields) == len(found.fields)
