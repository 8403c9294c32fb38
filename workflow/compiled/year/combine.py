"""The answers of several people to one item made one, by the rule the plan declares. Pure.

Choices count by their place on the scale, from the best. An average is the choice nearest to it;
exactly in the middle of two, and where a vote is tied, the rule says which. Who has not answered
does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from workflow.compiled.merging.entries import Entry
from workflow.model.fields.base import Field
from workflow.model.fields.declarations import Value
from workflow.model.plan import Plan
from workflow.model.rounds.column_group import Combined
from workflow.model.rounds.declared import Combine, CombineRule, Ties


def combined_value(plan: Plan, one: Combined, entry: Entry) -> Value | None:
    """Return what the answers of a row come to; None where nobody answered or a tie stays open."""
    given: list[Value] = []
    for key in one.keys:
        asked = entry.at(plan.column_group(key).index)
        if asked.answer and asked.status.has_answer and key in asked.answer.values:
            given.append(asked.answer.values[key])
    return combine(one.rule, plan.form.field(one.keys[0]), given)


def combine(rule: Combine, field: Field, given: Sequence[Value]) -> Value | None:
    """Return what some answers to a field come to."""
    if field.is_number:
        numbers = [value for value in given if isinstance(value, Decimal)]
        return _of_numbers(rule, field, numbers)
    ranks = [rank for rank in map(field.rank, map(str, given)) if rank is not None]
    index = _place(rule, ranks)
    return None if index is None else field.options[index].value


def _place(rule: Combine, ranks: Sequence[int]) -> int | None:
    """Return the place on the scale that some places come to."""
    if not ranks:
        return None
    if rule.rule is CombineRule.VOTE:
        return _chosen(rule.ties, _most_frequent(ranks))
    mean = Fraction(sum(ranks), len(ranks))
    lower = int(mean)
    rest = mean - lower
    if rest == Fraction(1, 2):
        return _chosen(rule.ties, (lower, lower + 1))
    return lower if rest < Fraction(1, 2) else lower + 1


def _most_frequent(values: Iterable[int]) -> tuple[int, ...]:
    counted = Counter(values)
    most = max(counted.values())
    return tuple(sorted(value for value, times in counted.items() if times == most))


def _chosen(ties: Ties, indexes: Sequence[int]) -> int | None:
    """Return one of several places, the best first; None where it is left open."""
    if len(indexes) == 1:
        return indexes[0]
    return {Ties.BETTER: indexes[0], Ties.WORSE: indexes[-1], Ties.OPEN: None}[ties]


def _of_numbers(rule: Combine, field: Field, numbers: Sequence[Decimal]) -> Decimal | None:
    """Return the mean, rounded to one decimal more than is asked; or what most people wrote."""
    if not numbers:
        return None
    if rule.rule is CombineRule.VOTE:
        counted = Counter(numbers).most_common(2)
        is_tied = len(counted) > 1 and counted[0][1] == counted[1][1]
        return None if is_tied else counted[0][0]
    decimals = max(map(field.decimal_places, numbers)) + 1
    mean = sum(numbers, Decimal(0)) / len(numbers)
    rounded = mean.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return whole if rounded == whole else rounded.normalize()
