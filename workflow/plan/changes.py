"""Everything that differs between the plan of an earlier year and today's. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.model.plan import Form, Plan
from workflow.model.scales import field_before, scale_differences
from workflow.model.years import japanese_date
from workflow.plan.change import Change, ChangeKind
from workflow.plan.department_changes import Lineage, department_changes
from workflow.plan.item_changes import item_changes


def changes(before: Plan, after: Plan) -> tuple[Change, ...]:
    """Return what changed, departments first, then items, the form and the deadline."""
    lineage = Lineage(before, after)
    return (
        *department_changes(before, after, lineage),
        *item_changes(before, after, lineage),
        *_form_changes(before.form, after.form),
        *_deadline(before, after),
    )


def _form_changes(before: Form, after: Form) -> Iterator[Change]:
    asked = {field.key for field in after.fields}
    labels = {field.label for field in after.fields}
    for field in before.fields:
        if field.key not in asked and field.label not in labels:
            yield Change(ChangeKind.FORM, f"「{field.label}」は、ことしは尋ねません。")
    for field in after.fields:
        known = field_before(field, before)
        if known is None:
            yield Change(ChangeKind.FORM, f"「{field.label}」を、ことしから尋ねます。")
        elif known.label != field.label:
            yield Change(
                ChangeKind.FORM, f"「{known.label}」の名前が「{field.label}」に変わります。"
            )
    for difference in scale_differences(before, after):
        if field_before(difference.field, before):
            yield Change(ChangeKind.FORM, difference.sentence)


def _deadline(before: Plan, after: Plan) -> Iterator[Change]:
    if before.deadline and after.deadline and after.deadline <= before.deadline:
        yield Change(
            ChangeKind.DEADLINE,
            f"回答期限が、昨年のもの（{japanese_date(after.deadline)}）のままです。"
            "シート「計画」で直してください。",
            is_doubtful=True,
        )
