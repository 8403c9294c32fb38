"""Ledger → what the report says: any number of levels, every kind of field, joint items."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compiled.report.contents import content
from tests.small import PLAN
from workflow.compiled.content import Content
from workflow.compiled.report.pages import report_pages
from workflow.model.plan import Item, Plan

ANSWER = {"取組状況": "した。", "評価": "Ａ", "決算額": "1234.5", "完了日": "2023-04-08"}
ASKED = 6  # the joint item 2-2 asks each of its two departments


def plan_of(*paths: tuple[str, ...], levels: tuple[str, ...]) -> Plan:
    items = tuple(
        Item(str(n), path, f"取組{n}", ("A",), pages=f"{n}0-{n}1")
        for n, path in enumerate(paths, start=1)
    )
    return replace(PLAN, levels=levels, items=items, matrices=())


def outline(made: Content) -> list[tuple[int, str, str]]:
    return [(c.level, c.title, c.pages) for top in made.chapters for c in top.with_below]


def test_each_department_of_a_joint_item_has_its_reply() -> None:
    made = content([ANSWER] * 3 + [{}, ANSWER, {}])
    replies = {b.item.id: [r.departments for r in b.replies] for b in made.all_blocks}
    assert replies["2-1"] == ["乙課・甲課"]
    assert replies["2-2"] == ["甲課", "乙課"]
    assert [r.status for r in made.all_blocks[3].replies] == ["未提出", "回答済"]
    assert made.all_blocks[3].replies[0].answers == ()
    assert made.counts == (
        "5件の取組のうち、3件について報告がありました。残る2件は、報告を待っています。"
    )
    assert not made.is_complete


def test_a_choice_has_its_meaning_a_number_its_unit_a_day_its_era() -> None:
    reply = content([ANSWER] * ASKED).all_blocks[0].replies[0]
    answers = {s.label: (s.text, s.meaning) for s in reply.answers}
    assert answers == {
        "取組状況": ("した。", ""),
        "評価": ("Ａ", "順調"),
        "決算額": ("1,234.5千円", ""),
        "完了日": ("令和5年4月8日", ""),
        "理由": ("（記入なし）", ""),
    }


def test_what_an_older_form_asked_otherwise_is_shown_as_it_stands() -> None:
    old = ANSWER | {"評価": "秀", "決算額": "約百", "完了日": "来年"}
    answers = {s.label: s.text for s in content([old] * ASKED).all_blocks[0].replies[0].answers}
    assert (answers["評価"], answers["決算額"], answers["完了日"]) == ("秀", "約百", "来年")


def test_chapters_are_a_tree_with_the_pages_of_the_plan() -> None:
    plan = plan_of(
        ("一", "あ"), ("一", "い"), ("二", "う"), ("一", "あ"), levels=("大", "中", "小")
    )
    made = content([ANSWER] * 4, plan)
    assert outline(made) == [
        (1, "一", "10-41"),
        (2, "あ", "10-41"),
        (2, "い", "20-21"),
        (1, "二", "30-31"),
        (2, "う", "30-31"),
    ]
    assert [block.item.id for block in made.all_blocks] == ["1", "4", "2", "3"]


@pytest.mark.parametrize(
    ("paths", "levels", "pages"),
    [
        ([(), ()], ("事業",), ["事業"]),
        ([("一",), ("二",)], ("施策", "事業"), ["一", "二"]),
        ([("一", "あ"), ("一", "い")], ("政策", "施策", "事業"), ["あ", "い"]),
        ([("一", "あ", "a"), ("一", "あ", "b")], ("1", "2", "3", "4"), ["あ"]),
        ([("一", "あ", "a", "x"), ("二", "い", "b", "y")], ("1", "2", "3", "4", "5"), ["あ", "い"]),
    ],
)
def test_a_page_for_each_chapter_of_the_second_level(
    paths: list[tuple[str, ...]], levels: tuple[str, ...], pages: list[str]
) -> None:
    made = report_pages(content([ANSWER, ANSWER], plan_of(*paths, levels=levels)))
    index, *rest = made
    assert index == "報告書/index.html"
    assert rest == [f"報告書/page-{n}.html" for n in range(1, len(pages) + 1)]
    for name, title in zip(rest, pages, strict=True):
        assert f"<h1>{title}</h1>" in made[name].decode()
        assert f'href="{name.rpartition("/")[2]}"' in made[index].decode()
