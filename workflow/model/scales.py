"""Whether two fiscal years ask a choice so that its answers can be compared. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflow.model.plan import ChoiceField, Field, Form

_NOT_AS_IT_IS = "件数の増減を、そのまま比べることはできません。"


@dataclass(frozen=True, slots=True)
class ScaleDifference:
    """One way in which a choice is not asked as last year, in words for everybody."""

    field: ChoiceField
    sentence: str


def scale_differences(before: Form | None, now: Form) -> tuple[ScaleDifference, ...]:
    """Return why this year's choices cannot be compared with last year's; empty if all can."""
    return tuple(
        ScaleDifference(field, sentence)
        for field in now.choice_fields
        for sentence in _differences(field, before)
    )


def is_comparable(field: ChoiceField, before: Form | None) -> bool:
    """Whether a choice was asked on the same scale in an earlier form."""
    return not any(_differences(field, before))


def field_before(field: Field, before: Form) -> Field | None:
    """Return the field of an earlier form that asked the same: by key, or else by label."""
    same_key = (f for f in before.fields if f.key == field.key)
    same_label = (f for f in before.fields if f.label == field.label)
    return next(same_key, None) or next(same_label, None)


def _differences(field: ChoiceField, before: Form | None) -> Iterator[str]:
    label = field.label
    if before is None:
        yield (
            f"前年度の様式の記録がないため、{label}の選択肢が前年度と同じかどうかを"
            f"確かめられません。{_NOT_AS_IT_IS}"
        )
        return
    asked = field_before(field, before)
    if asked is None:
        yield f"前年度には「{label}」という項目がありません。"
    elif not isinstance(asked, ChoiceField):
        yield f"前年度の「{asked.label}」は、選択肢から選ぶ項目ではありません。{_NOT_AS_IT_IS}"
    else:
        yield from _of_scales(asked, field)


def _of_scales(before: ChoiceField, now: ChoiceField) -> Iterator[str]:
    then, today = (tuple(c.value for c in field.choices) for field in (before, now))
    if then != today:
        what = "選択肢の順序" if sorted(then) == sorted(today) else "選択肢"
        years = f"前年度：{'、'.join(then)}／今年度：{'、'.join(today)}"
        yield f"{now.label}の{what}が前年度と違います（{years}）。{_NOT_AS_IT_IS}"
    yield from _of_meanings(before, now)
    if before.ordered is not now.ordered:
        then_ordered = "順序のある" if before.ordered else "順序のない"
        yield f"{now.label}は、前年度は{then_ordered}選択肢でした。{_NOT_AS_IT_IS}"


def _of_meanings(before: ChoiceField, now: ChoiceField) -> Iterator[str]:
    meanings = {choice.value: choice.meaning for choice in before.choices}
    for choice in now.choices:
        meaning = meanings.get(choice.value, choice.meaning)
        if meaning != choice.meaning:
            what = f"{now.label}の「{choice.value}」の意味"
            years = f"前年度：{_said(meaning)}／今年度：{_said(choice.meaning)}"
            yield f"{what}が前年度と違います（{years}）。{_NOT_AS_IT_IS}"


def _said(meaning: str) -> str:
    return meaning or "説明なし"
