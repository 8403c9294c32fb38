"""The sheet 指標 of plan.xlsx: an indicator a row, and a column for each year's target and actual.

It may be missing: a city without indicators has none. Years head columns in any usual spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from workflow.model.catalogue import Code
from workflow.model.cells import folded, folded_id, plain_number
from workflow.model.fields.declarations import Kind, PlanColumn
from workflow.model.fields.number import NumberField
from workflow.model.indicators.indicator import Direction, Rate
from workflow.model.indicators.indicator import Kind as IndicatorKind
from workflow.model.years import era_year, parse_year
from workflow.plan.book.cells import Sheet
from workflow.plan.book.columns import Table
from workflow.plan.book.reading import Reading, at_indexes
from workflow.plan.document import Node, ReadAs

INDICATOR_SHEET = "指標"
_POINTER = "/indicators"

_BY_YEAR = {"目標値": "targets", "目標": "targets", "実績値": "actuals", "実績": "actuals"}
_YEAR = r"(?:令和|平成|[RHrh])\.?(?:元|\d{1,2})(?:年度?)?|\d{4}(?:年度?)?"
_HEADING = re.compile(
    rf"(?:(?P<before>{_YEAR})の?)?(?P<word>目標値?|実績値?)[(（]?(?P<after>{_YEAR})?[)）]?"
)
_HEADER_ROWS = 30
_WORDS = {"targets": "目標値", "actuals": "実績値"}

DIRECTIONS = MappingProxyType({one.value: one.word for one in Direction})
KINDS = MappingProxyType({one.value: one.word for one in IndicatorKind})
RATES = MappingProxyType({one.value: one.word for one in Rate})
_DIRECTION_SPELLINGS = {
    "up": "増加 増やす 増 上昇 向上 拡大 上げる 高める 高いほどよい ↑ ↗ プラス",
    "down": "減少 減らす 減 低下 低減 縮小 抑制 削減 下げる 低いほどよい ↓ ↘ マイナス",
    "keep": "維持 維持する 現状維持 横ばい 保つ → 継続",
}
_KIND_SPELLINGS = {"annual": "単年 単年度 年度 毎年度", "cumulative": "累計 累積 通算 計画期間累計"}


def _spellings(words: Mapping[str, str]) -> Mapping[str, str]:
    return {folded(word): key for key, text in words.items() for word in text.split()}


_COLUMNS = (
    PlanColumn(
        label="指標番号",
        key="/id",
        width=5.5,
        hint="指標ごとの番号です。年度が替わっても変えません。",
        example="1-1-a",
        optional=True,
        named_by="整理番号",
    ),
    PlanColumn(
        label="整理番号",
        key="/item",
        width=5.5,
        hint="シート「取組内容」の整理番号です。同じ取組が続くときは、初めの行だけでもかまいません。",
        example="1-1",
    ),
    PlanColumn(label="指標", key="/name", width=13, hint="指標の名前です。", example="相談件数"),
    PlanColumn(
        label="単位", key="/unit", width=4.5, hint="実績値の単位です。", example="件", optional=True
    ),
    PlanColumn(
        label="めざす方向",
        key="/direction",
        width=6,
        words=DIRECTIONS,
        spellings=_spellings(_DIRECTION_SPELLINGS),
        hint="増やす・減らす・維持するのどれかです。",
    ),
    PlanColumn(
        label="実績の数え方",
        key="/kind",
        width=6,
        words=KINDS,
        spellings=_spellings(_KIND_SPELLINGS),
        hint="その年度だけの数は「単年度」、これまでの合計は「累計」です。空欄なら単年度です。",
        optional=True,
    ),
    PlanColumn(
        label="基準年度",
        key="/base/year",
        kind=Kind.YEAR,
        width=6,
        hint="基準値の年度です。令和4年度や2022のように記入します。",
        optional=True,
    ),
    PlanColumn(
        label="基準値",
        key="/base/value",
        kind=Kind.NUMBER,
        width=6,
        hint="計画を作ったときの値です。",
        optional=True,
    ),
)

_MORE = (
    PlanColumn(
        label="達成率の求め方",
        key="/rate",
        width=8,
        words=RATES,
        hint=f"{'・'.join(RATES.values())}のどれかです。"
        "空欄なら、単年度は目標値との比、累計は基準値から目標値までの進みです。",
        optional=True,
    ),
    PlanColumn(
        label="判定の区分",
        key="/grading",
        kind=Kind.BANDS,
        width=10,
        hint="よいほうから順に、達成率（％）の下限と判定を一行に一つずつ書きます。"
        "最後は「それ以外：Ｃ」のように書きます。",
        example="100以上：Ａ",
        optional=True,
    ),
    PlanColumn(
        label="小数の桁数",
        key="/decimals",
        kind=Kind.NUMBER,
        width=4.5,
        hint="実績値の小数点以下の桁数です。空欄なら決めません。",
        optional=True,
    ),
    PlanColumn(
        label="実績値は必須",
        key="/required",
        kind=Kind.FLAG,
        width=5,
        hint="毎年度は求めないものを「いいえ」にします。",
        optional=True,
    ),
    PlanColumn(
        label="備考欄",
        key="/remark",
        kind=Kind.FLAG,
        width=5,
        hint="実績値の備考も書いてもらうときは「はい」にします。",
        optional=True,
    ),
    PlanColumn(
        label="記入の説明",
        key="/help",
        kind=Kind.PROSE,
        width=10,
        hint="担当課に見せる説明です。",
        optional=True,
    ),
)


def indicator_table(years: Iterable[PlanColumn] = ()) -> Table:
    """Return the sheet with these columns for years."""
    return Table(
        sheet=INDICATOR_SHEET,
        pointer=_POINTER,
        intro="取組ごとの指標の一覧です。一行に一つの指標を記入してください。",
        columns=(*_COLUMNS, *years, *_MORE),
    )


def table_of_document(root: Node) -> Table:
    """Return the sheet as it spells a document: a column for every year that has a value."""
    found: dict[str, set[int]] = {"targets": set(), "actuals": set()}
    for indicator in root["indicators"].elements:
        for name, years in found.items():
            years |= {int(year) for year, _ in indicator[name].members if year.isdecimal()}
    return indicator_table(
        _year_column(_year_label(name, str(year)), name, year)
        for name, years in found.items()
        for year in sorted(years)
    )


def table_of_sheet(sheet: Sheet) -> Table:
    """Return the sheet as somebody set it up: a column for each heading that names a year."""
    found: dict[tuple[str, int], PlanColumn] = {}
    for row in sheet.rows[:_HEADER_ROWS]:
        for cell in row:
            read = year_heading(cell.text)
            if read:
                found.setdefault(read, _year_column(cell.text, *read))
    return indicator_table(found.values())


def year_heading(text: str) -> tuple[str, int] | None:
    """Return whether a heading is of targets or of actuals, and of which year.

    >>> year_heading("R6目標"), year_heading("実績値（令和5年度）"), year_heading("目標値")
    (('targets', 2024), ('actuals', 2023), None)
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    match = _HEADING.fullmatch(plain)
    year = (match["before"] or match["after"]) if match else None
    if match is None or year is None:
        return None
    try:
        return _BY_YEAR[match["word"]], parse_year(year)
    except ValueError:
        return None


def _year_column(label: str, name: str, year: int) -> PlanColumn:
    return PlanColumn(
        label=label,
        key=f"/{name}/{year}",
        kind=Kind.NUMBER,
        width=6,
        hint=f"{era_year(year)}の{_WORDS[name]}です。",
        optional=True,
    )


def direction_in(text: str) -> tuple[str, str] | None:
    """Return the direction a text means and its word; None for none.

    >>> direction_in("↗"), direction_in("？")
    (('up', '増やす'), None)
    """
    return _meant(text, DIRECTIONS, _DIRECTION_SPELLINGS)


def counting_in(text: str) -> tuple[str, str] | None:
    """Return whether a text means actuals of a year or those added up, and its word."""
    return _meant(text, KINDS, _KIND_SPELLINGS)


def _meant(
    text: str, words: Mapping[str, str], spellings: Mapping[str, str]
) -> tuple[str, str] | None:
    known = {**{folded(word): key for key, word in words.items()}, **_spellings(spellings)}
    key = known.get(folded(text))
    return (key, words[key]) if key else None


# --- what one cell says of another


def complete_indicators(reading: Reading) -> None:
    """Find each indicator's item where it is spelled otherwise or not again, and number it."""
    items = [(str(i.get("id", "")), str(i.get("title", ""))) for i in reading.content["items"]]
    indicators: list[dict[str, Any]] = reading.content.get("indicators", [])
    above = ""
    filled: list[tuple[int, int]] = []
    for number, indicator in enumerate(indicators):
        pointer = f"{_POINTER}/{number}/item"
        written = str(indicator.get("item", ""))
        known = _item_named(written, items) if written else above
        if known and known != written:
            indicator["item"] = known
            as_what = ReadAs.ONE_LINE if written else ReadAs.OTHER_CELL
            pairs = ((written, known),) if written else ()
            location = reading.locations[pointer]
            reading.correct(location, "整理番号", as_what, known, pairs)
            filled += [] if written else [(location.row, location.column)]
        above = str(indicator.get("item", ""))
    if filled:
        at = at_indexes(reading.file, INDICATOR_SHEET, filled)
        reading.note(Code.PLAN_FILLED_DOWN, at, name="整理番号", count=len(filled))
    _number(reading, indicators)
    _read_values(reading, indicators)


def _read_values(reading: Reading, indicators: Iterable[dict[str, Any]]) -> None:
    """Read the values that are written with their own unit, as actuals are: 14校."""
    for number, indicator in enumerate(indicators):
        unit = str(indicator.get("unit", ""))
        for name in ("base", "targets", "actuals"):
            values: dict[str, Any] = indicator.get(name, {})
            for key, written in values.items():
                pointer = f"{_POINTER}/{number}/{name}/{key}"
                read = _in_unit(written, unit) if isinstance(written, str) and unit else None
                if read is None or key == "year":
                    continue
                values[key] = int(read) if read == int(read) else float(read)
                pair = ((written, plain_number(read)),)
                location = reading.locations[pointer]
                label = _year_label(name, key)
                reading.correct(location, label, ReadAs.NUMBER, plain_number(read), pair)


def _in_unit(written: str, unit: str) -> Decimal | None:
    return NumberField(key="value", label="", unit=unit).number_in(written)


def _year_label(name: str, key: str) -> str:
    return "基準値" if name == "base" else f"{_WORDS[name]}（{era_year(int(key))}）"


def _item_named(written: str, items: Iterable[tuple[str, str]]) -> str:
    """Return the id of the item that a cell means, by its id or its title; "" for none."""
    by_id = [id_ for id_, _ in items if folded_id(id_) == folded_id(written)]
    by_title = [id_ for id_, title in items if folded(title) == folded(written)]
    for found in (by_id, by_title):
        if len(found) == 1:
            return found[0]
    return ""


def _number(reading: Reading, indicators: list[dict[str, Any]]) -> None:
    taken = {str(one["id"]) for one in indicators if "id" in one}
    for number, one in enumerate(indicators):
        if "id" in one or not one.get("item"):
            continue
        made = next(name for name in indicator_ids(str(one["item"])) if name not in taken)
        taken.add(made)
        one["id"] = made
        location = reading.locations[f"{_POINTER}/{number}/id"]
        if location != reading.locations[_POINTER]:  # there is such a column to write it into
            pair = ((str(one["item"]), made),)
            reading.correct(location, "指標番号", ReadAs.NAMED, made, pair)


def indicator_ids(item: str) -> Iterator[str]:
    """Yield the ids that an item's indicators get: 1-1-a, 1-1-b and so on.

    >>> from itertools import islice
    >>> list(islice(indicator_ids("1-1"), 2))
    ['1-1-a', '1-1-b']
    """
    yield from (f"{item}-{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
    number = 27
    while True:
        yield f"{item}-{number}"
        number += 1
