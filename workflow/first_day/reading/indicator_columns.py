"""Which columns of a city's table are of indicators: their names, units, bases, targets, actuals.

Words alone do not say so: 目標値 beside 決算額 may well be asked on a form. Beside names of
indicators they do, and so do a base and a target together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workflow.first_day.reading.column import BY_MAP, Column
from workflow.first_day.reading.indicator_words import (
    OF_INDICATORS,
    VALUES,
    amount_in,
    heads_indicators,
    year_in_brackets,
)
from workflow.first_day.reading.words import NOTHING, Role, label_of

_RATE = re.compile(r"(?:目標)?(?:達成|進捗)(?:率|割合)")
_MOST = 0.5


def with_indicators(columns: Sequence[Column], wishes: Mapping[str, str]) -> list[Column]:
    """Return the columns with those of indicators, where the table has any.

    Wishes are what a person said that columns are, by the columns' keys.
    """
    said = [_as_said(column, wishes.get(column.key, "")) for column in columns]
    roles = {role for _, role in said if role}
    is_wished = any(column.why == BY_MAP for column, _ in said)
    is_named = Role.INDICATOR in roles and (len(roles) > 1 or is_wished)
    if not is_named and not {Role.BASE, Role.TARGET} <= roles:
        return list(columns)
    return [_as_part(column, role) for column, role in said]


def _as_said(column: Column, wish: str) -> tuple[Column, Role | None]:
    """Return a column and what it is of indicators, by a wish before its own words."""
    label = label_of(wish)
    role = next((one for one in OF_INDICATORS if one.value == label.text), None)
    role = role or heads_indicators(label)
    if wish and role:
        year = label.year or year_in_brackets(wish) or column.label.year
        return replace(column, label=replace(column.label, year=year), why=BY_MAP), role
    return column, None if wish else _role(column)


def _role(column: Column) -> Role | None:
    role = heads_indicators(column.label, column.heading.rpartition("・")[0])
    is_plain = role in VALUES and "値" not in column.label.text
    return None if role is None or (is_plain and not _counts(column)) else role


def _counts(column: Column) -> bool:
    """Whether most of a column are numbers; 目標 and 実績 also head what is told."""
    texts = [cell.text for cell in column.cells if cell.text.strip() not in NOTHING]
    fits = sum(amount_in(text, "") is not None for text in texts)
    return fits > _MOST * len(texts) if texts else column.label.year is not None


def _as_part(column: Column, role: Role | None) -> Column:
    if role is not None:
        year = column.label.year or year_in_brackets(column.label.text)
        label = replace(column.label, year=year)
        why = BY_MAP if column.why == BY_MAP else "見出しの言葉から"
        return replace(column, role=role, label=label, is_sure=True, why=why)
    if _RATE.fullmatch(column.label.key):
        why = "指標の達成率は、実績値から求めます"
        return replace(column, role=Role.UNUSED, is_sure=True, why=why)
    return column
