"""What each column of the source becomes: by --map, by its words, or by what it holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from workflow.first_day.reading.column import BY_MAP, Column
from workflow.first_day.reading.indicator_words import OF_INDICATORS
from workflow.first_day.reading.indicators import with_indicators
from workflow.first_day.reading.tables import Cell, Heading, Table
from workflow.first_day.reading.words import (
    NOTHING,
    Role,
    department_names,
    is_certain_level,
    looks_like_department,
    numbers_level,
    role_of,
)
from workflow.model.cells import column_letters, folded

_PAGE = re.compile(r"(?:[pP]\.?\s*)?\d{1,4}(?:\s*[-~〜～ー－―,、・]\s*\d{1,4})*(?:ページ|頁)?")
_NUMBER = re.compile(r"[\d.\-－ー()（）①-⑳Ⅰ-Ⅻⅰ-ⅻIVXivx一二三四五六七八九十第章節]{1,8}")
_LONGEST_TITLE = 255
_MOST_FILLED = 0.9
_MANY, _MOST, _HALF = 0.6, 0.7, 0.5


Keys = Mapping[tuple[int, int], str]
"""Which column of the source a column of a table is: by the table's index and its own."""


def columns_of(
    tables: Sequence[Table], mapped: Mapping[str, str]
) -> tuple[tuple[Column, ...], Keys]:
    """Return the columns of all tables with what each becomes, in their order."""
    columns, keys = _gathered(tables)
    wishes = {c.key: wish for c in columns if (wish := _wish(c, mapped)) is not None}
    worded = with_indicators([_by_words(column) for column in columns], wishes)
    named = {column.key: column for column in worded}
    levels = {c.label.key for c in named.values() if c.role is Role.LEVEL}
    proposed = list(_with_numbers_of_levels(list(named.values()), levels))
    proposed = [_by_content(column, proposed) for column in proposed]
    proposed = [_checked(column) for column in proposed]
    chosen = [_by_map(column, mapped) for column in proposed]
    return tuple(_with_title(_beside_items(chosen))), keys


def _gathered(tables: Sequence[Table]) -> tuple[list[Column], dict[tuple[int, int], str]]:
    """Return one column for all that have the same heading, in the order they are met."""
    found: dict[str, Column] = {}
    keys: dict[tuple[int, int], str] = {}
    for at, table in enumerate(tables):
        used: set[str] = set()
        for heading in table.headings:
            cells = _cells(table, heading)
            if not heading.cells and not cells:
                continue
            key = _key(heading, used)
            used.add(key)
            keys[at, heading.column] = key
            letter = column_letters(heading.column)
            before = found.get(key) or Column(key, heading.text, heading.label, (), ())
            letters = tuple(dict.fromkeys((*before.letters, letter)))
            found[key] = replace(before, letters=letters, cells=(*before.cells, *cells))
    return list(found.values()), keys


def _key(heading: Heading, used: set[str]) -> str:
    """Return what tells a column from the others of its table and is the same in other tables."""
    label = heading.label
    key = f"{label.key}|{label.year or ''}" if heading.cells else f"#{heading.column}"
    if key in used:
        key = f"{folded(heading.group)}|{key}"
    while key in used:
        key += "'"
    return key


def _cells(table: Table, heading: Heading) -> tuple[Cell, ...]:
    cells = (row.own.get(heading.column) for row in table.rows)
    return tuple(cell for cell in cells if cell)


def _by_words(column: Column) -> Column:
    role = role_of(column.label) if column.heading else Role.UNKNOWN
    why = "見出しの言葉から" if role is not Role.UNKNOWN else ""
    why = "関係する課か、部局の列のようです" if role is Role.UNUSED else why
    return replace(column, role=role, name=column.label.text, why=why)


def _with_numbers_of_levels(columns: list[Column], levels: set[str]) -> Iterator[Column]:
    """Yield the columns; one that numbers a level, or shares its heading, becomes its number."""
    for at, column in enumerate(columns):
        following = columns[at + 1] if at + 1 < len(columns) else None
        same_heading = (
            following is not None
            and column.role in (Role.LEVEL, Role.TITLE)
            and column.label == following.label
            and _share(column, _NUMBER.fullmatch) >= _MANY
        )
        numbered = numbers_level(column.label)
        if same_heading or numbered in levels:
            yield replace(column, role=Role.NUMBER_OF_LEVEL, name=numbered or column.name)
        else:
            yield column


def _by_content(column: Column, columns: Sequence[Column]) -> Column:
    """Return a column whose words say nothing with what its values say."""
    if column.role is not Role.UNKNOWN:
        return column
    if not column.cells:
        return replace(column, role=Role.UNUSED, why="何も書かれていません")
    role = _guessed(column, {c.role for c in columns})
    why = "中身から" if role is not Role.UNUSED else "見出しがないため"
    return replace(column, role=role, is_sure=False, why=why)


def _guessed(column: Column, taken: set[Role]) -> Role:
    if Role.DEPARTMENT not in taken and _share(column, _names_departments) >= _MANY:
        return Role.DEPARTMENT
    if (
        Role.PAGES not in taken
        and "p" in column.label.key
        and _share(column, _PAGE.fullmatch) > _MOST
    ):
        return Role.PAGES
    if not column.heading:
        return Role.UNUSED
    return Role.ANSWER


def _checked(column: Column) -> Column:
    """Return a column of departments as unsure where its cells do not look like any."""
    if column.role is not Role.DEPARTMENT or not column.cells:
        return column
    if _share(column, _names_departments) >= _HALF:
        return column
    return replace(
        column, is_sure=False, why="見出しは担当課ですが、課の名前に見えない値があります"
    )


def _by_map(column: Column, mapped: Mapping[str, str]) -> Column:
    """Return a column as --map says it: by its heading or its letter."""
    wish = _wish(column, mapped)
    if wish is None or (column.why == BY_MAP and column.role in OF_INDICATORS):
        return column
    others = (role for role in Role if role not in OF_INDICATORS)
    role = next((role for role in others if folded(role.value) == folded(wish)), Role.ANSWER)
    is_field = role is Role.ANSWER and folded(wish) != folded(Role.ANSWER.value)
    name = wish if is_field else column.name
    label = replace(column.label, text=wish) if is_field else column.label
    return replace(column, role=role, name=name, label=label, is_sure=True, why=BY_MAP)


def _wish(column: Column, mapped: Mapping[str, str]) -> str | None:
    return next((wish for name, wish in mapped.items() if folded(name) in column.names), None)


def _with_title(columns: list[Column]) -> Iterator[Column]:
    """Yield the columns with one that names the item; those above it are levels.

    Without a column of items the lowest level is the item.
    """
    titles = [c for c in columns if c.role is Role.TITLE]
    if not titles:
        lowest = [c for c in columns if c.role is Role.LEVEL and c.cells]
        title = lowest[-1].key if lowest else ""
        yield from (replace(c, role=Role.TITLE) if c.key == title else c for c in columns)
        return
    longest = max((len(cell.text) for cell in titles[-1].cells), default=0)
    counts = [len(c.cells) for c in titles]
    is_whole = longest <= _LONGEST_TITLE and counts[-1] >= _MOST_FILLED * max(counts)
    title = titles[-1].key if is_whole else titles[0].key
    passed = False
    for column in columns:
        if column.role is not Role.TITLE or column.key == title:
            passed = passed or column.key == title
            yield column
        elif passed:
            yield replace(column, role=Role.UNUSED, is_sure=False, why="取組内容の説明のようです")
        else:
            yield replace(column, role=Role.LEVEL)


def _beside_items(columns: list[Column]) -> list[Column]:
    """Return the columns; words of a level behind item and department head answers: 方針."""
    roles = [column.role for column in columns]
    if Role.TITLE not in roles or Role.DEPARTMENT not in roles:
        return columns
    last = max(roles.index(Role.TITLE), roles.index(Role.DEPARTMENT))
    return [
        replace(column, role=Role.ANSWER)
        if at > last and column.role is Role.LEVEL and not is_certain_level(column.label)
        else column
        for at, column in enumerate(columns)
    ]


def _names_departments(text: str) -> bool:
    return all(looks_like_department(name) for name in department_names(text))


def _share(column: Column, fits: object) -> float:
    """Return how many of a column's values fit, of 1; blank ones and dashes do not count."""
    values = [cell.text.strip() for cell in column.cells if cell.text.strip() not in NOTHING]
    assert callable(fits)
    return sum(bool(fits(value)) for value in values) / len(values) if values else 0.0
