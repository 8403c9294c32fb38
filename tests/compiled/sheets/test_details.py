"""Every count of 集計表 leads to exactly the rows it counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.compiled.rounds import MISSING, answered, round_plan
from tests.compiled.summaries.test_matrix import ledgers
from workflow.compiled import display_limits
from workflow.compiled.ledger import Ledger, build_ledger
from workflow.compiled.summaries.matrix import Details, count, list_details
from workflow.model.plan import Plan


@settings(max_examples=40)
@given(ledgers())
def test_the_lines_behind_a_count_are_as_many_and_fit_its_headings(
    made: tuple[Plan, Ledger],
) -> None:
    matrices = count(*made)
    found = list_details(matrices)
    for number, matrix in enumerate(matrices):
        for row in (*range(len(matrix.rows)), None):
            for column in (*range(len(matrix.columns)), None):
                counted = sum(
                    matrix.counts[r][c]
                    for r in range(len(matrix.rows))
                    for c in range(len(matrix.columns))
                    if row in (r, None) and column in (c, None)
                )
                span = found.spans.get((number, row, column))
                lines = found.lines[span[0] : span[1] + 1] if span else ()
                assert len(lines) == counted
                assert {line.matrix for line in lines} <= {matrix.title}
                for line in lines:
                    bucket_pairs = matrix.bucket_pairs[line.entry]
                    assert row in (bucket_pairs[0], None)
                    assert column in (bucket_pairs[1], None)


def test_more_than_anybody_reads_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = round_plan(["一"], ["甲課"], ["Ａ"])
    matrices = count(plan, build_ledger(plan, 2023, answered(plan, [MISSING])))
    monkeypatch.setattr(display_limits, "MOST_DETAILS", 1)
    assert list_details(matrices) == Details((), {}, omitted=18)
