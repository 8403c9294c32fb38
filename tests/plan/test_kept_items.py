"""The items of a very large plan lie on disk, and the plan is the same as one in memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace

import pytest

from workflow.model.plan import AnswerRule, Item, Plan
from workflow.plan import kept_items as kept
from workflow.plan.build import build_plan
from workflow.plan.document import sample_document
from workflow.plan.fingerprint import plan_digest
from workflow.python.lazy_sequence import LazySequence
from workflow.storage import spooled


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    """Yield the sample plan in memory; of those made meanwhile only a block is."""
    plan = build_plan(sample_document())
    monkeypatch.setattr(kept, "_MOST_IN_MEMORY", 3)
    monkeypatch.setattr(spooled, "_MOST_THINGS", 16)
    yield plan


def test_a_large_plan_says_what_a_small_one_says(small: Plan) -> None:
    large = build_plan(sample_document())
    assert isinstance(large.items, LazySequence)
    assert large.items == small.items
    assert large.items[-1] == small.items[-1]
    assert plan_digest(large) == plan_digest(small)
    assert [large.items_of(d.code) for d in large.departments] == [
        small.items_of(d.code) for d in small.departments
    ]


def test_its_assignments_read_their_items(small: Plan) -> None:
    large = build_plan(sample_document())
    assert [(a.item, a.departments) for a in large.assignments()] == [
        (a.item, a.departments) for a in small.assignments()
    ]
    assert large.assignments()[20] == large.assignments()[20]


def test_nothing_of_an_item_is_lost(small: Plan) -> None:
    item = Item("1", ("目標", "施策"), "見守り", ("A", "B"), "3-4", AnswerRule.EACH, ("X",))
    items = [replace(item, id=str(n), respondents=("X",) * (n % 3)) for n in range(40)]
    stored = kept.kept_items(items)
    assert isinstance(stored, LazySequence)
    assert list(stored) == items
    assert [stored[n] for n in range(40)] == items


def test_they_go_to_another_process(small: Plan) -> None:
    items = kept.kept_items(small.items)
    assert pickle.loads(pickle.dumps(items)) == small.items


def test_the_items_of_a_usual_city_stay_in_memory() -> None:
    assert isinstance(build_plan(sample_document()).items, tuple)
