"""A divided ledger: every row in one part, no part too large, cut where the plan is."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import coordinate_to_tuple

from tests.compiled.rounds import answered, compilation, round_plan
from tests.hyperlinks import hyperlinks
from tests.small import PLAN
from workflow.compiled import display_limits
from workflow.compiled.merging.entries import Entry
from workflow.compiled.outputs import output_files
from workflow.compiled.parts import divided
from workflow.model.plan import Item, Plan
from workflow.model.rounds.declared import Period
from workflow.returned.readers.openpyxl import open_exactly
from workflow.storage.spooled import whole

LEVELS = ("目標", "施策", "取組")


def entries_of(plan: Plan) -> tuple[Entry, ...]:
    return answered(plan, ["Ａ"])


def three_levels(paths: list[tuple[str, str]]) -> Plan:
    """Return a plan with an item for each path, asked of one department after another."""
    codes = [department.code for department in PLAN.departments]
    items = (
        Item(f"{n}", path, f"取組{n}", (codes[n % len(codes)],)) for n, path in enumerate(paths)
    )
    return replace(PLAN, levels=LEVELS, items=tuple(items), matrices=())


def labels(plan: Plan, most: int) -> list[tuple[str, int]]:
    parts = divided(plan, Period(2023), entries_of(plan), most)
    return [(part.label, len(part.entries)) for part in parts]


def test_it_is_cut_by_the_highest_level_and_neighbours_that_fit_share_a_workbook() -> None:
    plan = round_plan(["一", "二", "三", "四"], ["甲課", "乙課"], ["Ａ"])
    assert labels(plan, 2) == [("一", 2), ("二", 2), ("三", 2), ("四", 2)]
    assert labels(plan, 5) == [("一〜二", 4), ("三〜四", 4)]
    assert labels(plan, 6) == [("一〜三", 6), ("四", 2)]


def test_what_is_too_large_is_cut_by_the_next_level_then_by_department_then_by_rows() -> None:
    plan = three_levels([("Ⅰ", "１")] * 7 + [("Ⅰ", "２")] * 2 + [("Ⅱ", "３")] * 2)
    assert labels(plan, 2) == [
        ("Ⅰ １ 甲課 1", 2),
        ("Ⅰ １ 甲課 2", 1),
        ("Ⅰ １ 乙課", 2),
        ("Ⅰ １ 丙課", 2),
        ("Ⅰ ２", 2),
        ("Ⅱ", 2),
    ]
    assert labels(plan, 5) == [("Ⅰ １ 甲課〜Ⅰ １ 乙課", 5), ("Ⅰ １ 丙課〜Ⅰ ２", 4), ("Ⅱ", 2)]


def test_a_plan_without_levels_is_cut_by_department() -> None:
    items = tuple(Item(f"{n}", (), "取組", (code,)) for n, code in enumerate("AABBC"))
    plan = replace(PLAN, levels=("取組",), items=items, matrices=())
    assert labels(plan, 3) == [("甲課", 2), ("乙課〜丙課", 3)]


def test_nothing_of_a_heading_gets_into_a_path() -> None:
    plan = three_levels([("../../上/:*?", "１"), ("＝" * 300, "２")])
    files = [part.file for part in divided(plan, Period(2023), entries_of(plan), 1)]
    assert files == [
        "台帳_令和5年度_01__.._上____.xlsx",
        f"台帳_令和5年度_02_{'＝' * 40}.xlsx",
    ]


@pytest.mark.parametrize("sheet", ["要確認", "内訳"])
def test_what_leads_to_a_row_leads_into_its_part(
    sheet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every link ends on the row of the item that its own line names."""
    monkeypatch.setattr(display_limits, "MOST_ROWS", 3)
    monkeypatch.setattr(display_limits, "MOST_IN_PART", 3)
    plan = round_plan(["一", "二"], ["甲課", "乙課", "丙課", "丁課"], ["Ａ", "Ｂ"])
    outputs = output_files(compilation(plan, answered(plan, ["Ａ", "Ｂ", "Ｂ"])))
    books = {name: open_exactly(whole(c)) for name, c in outputs.items() if name.endswith(".xlsx")}
    main = books["台帳_令和5年度.xlsx"]
    assert len(books) > 3
    label = next(cell for cell in main[sheet][1] if cell.value == "整理番号")
    followed = 0
    for link in hyperlinks(whole(outputs["台帳_令和5年度.xlsx"])):
        if link.sheet == sheet and unquote(link.file) in books:
            line = coordinate_to_tuple(link.cell)[0]
            target = link.place.removeprefix("'台帳'!A")
            named = main[sheet].cell(line, label.column).value
            assert books[unquote(link.file)]["台帳"][f"B{target}"].value == named
            followed += 1
    assert followed


def test_too_many_formulas_are_values_in_their_own_matrix_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = round_plan(["一", "二"], ["甲課", "乙課", "丙課", "丁課"], ["Ａ"])
    monkeypatch.setattr(display_limits, "MOST_LOOKED_THROUGH", 2 * 3 * 8)
    matrices = compilation(plan, answered(plan, ["Ａ"])).matrices
    small = {(m.declared.rows, m.declared.columns) for m in matrices if m.is_live}
    assert ("施策", "施策") in small and ("担当課", "担当課") not in small


@given(
    st.lists(st.tuples(st.sampled_from("ⅠⅡⅢ"), st.sampled_from("１２３４")), max_size=40),
    st.integers(1, 12),
)
def test_every_row_stands_in_one_part_and_no_part_is_too_large(
    paths: list[tuple[str, str]], most: int
) -> None:
    plan = three_levels(paths)
    parts = divided(plan, Period(2023), entries_of(plan), most)
    assert sorted(entry for part in parts for entry in part.entries) == list(range(len(paths)))
    assert all(0 < len(part.entries) <= most for part in parts)
    assert all(list(part.entries) == sorted(part.entries) for part in parts)
    assert len({part.file for part in parts}) == len(parts)
