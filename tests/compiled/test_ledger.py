"""The ledger's own headings are the ones a plan may not take."""

from __future__ import annotations

from tests.small import PLAN
from workflow.compiled.ledger import ledger_columns
from workflow.plan.checks.plan import RESERVED_LABELS


def test_a_plan_may_take_none_of_the_ledgers_headings() -> None:
    asked = {field.label for field in PLAN.form.fields}
    own = [c.label for c in ledger_columns(PLAN, 2023) if c.label not in {*asked, *PLAN.levels}]
    assert set(own) <= set(RESERVED_LABELS)
