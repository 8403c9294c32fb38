"""The round in one paragraph: how many answers, their ratings, where low ones are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from workflow.compiled.ledger import Ledger
from workflow.compiled.merging.entries import AnswerStatus, statuses_in_use
from workflow.compiled.years.trend import leading_rating
from workflow.excel.table import CellValue
from workflow.model.cells import folded
from workflow.model.fields.base import Choice, Field
from workflow.model.plan import Plan
from workflow.model.rounds.column_group import ColumnGroup
from workflow.model.years import full_year

_MOST_NAMED = 6


def headline(plan: Plan, ledger: Ledger, changes: Sequence[str]) -> str:
    """Return the paragraph; changes are the sentences about last year."""
    sentences = (_field_counts(ledger, field) for field in plan.shown_choices)
    return "".join((_counts(ledger), *sentences, *changes, *_low_rating_places(plan, ledger)))


def low_ratings(field: Field) -> tuple[Choice, ...]:
    """Return the choices of a rating that ask for a look, best first: Ｂ and worse.

    Where none is called Ｂ, they are the lower half of the scale: △ and × of ◎, ○, △, ×.
    """
    if not field.is_rating:
        return ()
    names = [folded(choice.value) for choice in field.options]
    good = names.index("b") if "b" in names else len(names) // 2
    return field.options[max(1, good) :]


def _counts(ledger: Ledger) -> str:
    whole = f"{full_year(ledger.year)}は、{len(ledger.entries)}件の取組のうち、"
    groups: dict[str, list[ColumnGroup]] = {}
    for group in ledger.column_groups:
        groups.setdefault(group.round, []).append(group)
    counted = (_counted(name, ledger, own) for name, own in groups.items())
    return whole + "".join(f"{one}です。" for one in counted)


def _counted(name: str, ledger: Ledger, groups: Sequence[ColumnGroup]) -> str:
    """Return how many answers there are, and in a year of which round."""
    counts = ledger.standing(groups)
    asked = (one for one in statuses_in_use(counts) if one is not AnswerStatus.NOT_ASKED)
    counted = "、".join(f"{status.value}が{counts[status]}件" for status in asked)
    return f"{name}は、{counted}" if name else counted


def _field_counts(ledger: Ledger, field: Field) -> str:
    counts = Counter(str(value or "") for value in ledger.values(field.label))
    # An older issue of the form may have had other choices: what it was answered counts too.
    values = dict.fromkeys((*(choice.value for choice in field.options), *sorted(counts)))
    counted = "、".join(
        f"{value}が{counts[value]}件" for value in values if value and counts[value]
    )
    return f"{field.label}は、{counted}です。" if counted else ""


def _low_rating_places(plan: Plan, ledger: Ledger) -> Iterator[str]:
    """Yield, for each choice that asks for a look, the groups of the plan it stands in.

    In a year of several rounds, of the rating alone that speaks for it.
    """
    ratings = [field for field in plan.shown_choices if field.is_rating]
    leading = leading_rating(plan, ledger) if plan.column_groups else None
    for field in [leading] if leading else ratings:
        placed = zip(ledger.values(field.label), ledger.values(_group_level(plan)), strict=True)
        groups_by_value: dict[CellValue, Counter[str]] = {}
        for value, group in placed:
            groups_by_value.setdefault(value, Counter())[str(group)] += 1
        for choice in low_ratings(field):
            if groups := groups_by_value.get(choice.value):
                yield f"{field.label}が{choice.value}の取組は、{_named(groups)}あります。"


def _named(groups: Counter[str]) -> str:
    named = [f"「{group}」に{n}件" for group, n in list(groups.items())[:_MOST_NAMED]]
    rest = len(groups) - _MOST_NAMED
    return "、".join([*named, f"ほか{rest}か所"] if rest > 0 else named)


def _group_level(plan: Plan) -> str:
    """Return the level people speak of: the rows of the first matrix, or else the topmost."""
    axes = (matrix.rows for matrix in plan.matrices)
    return next((axis for axis in axes if axis in plan.levels), plan.levels[0])
