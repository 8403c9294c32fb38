"""What a table leaves unsaid: ids, one name per department, the plan's title and city. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher

from workflow.first_day.fields import United, one_spelling
from workflow.first_day.reading.words import looks_like_department, year_in
from workflow.model.cells import folded_id
from workflow.plan.written.days import day_near, written_day
from workflow.python.dataclass import dataclass

# Ids: as the table has them, where they tell the items apart; or made of the levels' numbers.

_NUMBER = re.compile(
    r"\s*(?:[^\d\s(（①-⑳Ⅰ-Ⅻ]{0,6}?)[\s(（]*第?\s*"
    r"(\d{1,3}(?:[-－.．]\d{1,3})*|[Ⅰ-Ⅻ]|[①-⑳]|[IVX]{1,4}(?=[\s　.．:：]))"
)
_ROMAN = {"I": 1, "V": 5, "X": 10}
_SHOWN_AS_DAY = re.compile(r"\d{4}\D.*|.*月.*")
_ANY_LEAP_YEAR = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of all items, and whether they are the table's own, changed or made."""

    ids: tuple[str, ...]
    is_own: bool
    is_made: bool


def ids_of(numbers: Sequence[str], paths: Sequence[tuple[str, ...]]) -> Ids:
    """Return an id for each item: its number where that is its alone.

    >>> ids_of(["", "", ""], [("1 人づくり",), ("1 人づくり",), ("2 支援",)]).ids
    ('1-1', '1-2', '2-1')
    """
    own = tuple(number.strip() for number in numbers)
    if all(own) and _are_unique(own):
        return Ids(own, is_own=True, is_made=False)
    if all(own):
        for base in _bases(paths):
            joined = tuple(f"{above}-{number}" for above, number in zip(base, own, strict=True))
            if _are_unique(joined):
                return Ids(joined, is_own=False, is_made=False)
    base = next(_distinct_numbers(paths), ("",) * len(paths))
    counts: Counter[str] = Counter()
    made = []
    for above in base:
        counts[above] += 1
        made.append(f"{above}-{counts[above]}" if above else str(counts[above]))
    return Ids(tuple(made), is_own=False, is_made=True)


def _are_unique(ids: Sequence[str]) -> bool:
    return len(set(map(folded_id, ids))) == len(ids)


def _bases(paths: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield what could stand before the numbers: each level's number, or several together."""
    depth = min(map(len, paths), default=0)
    for level in range(depth):
        numbers = tuple(leading_number(path[level]) for path in paths)
        if all(numbers):
            yield numbers
    whole = tuple("-".join(map(leading_number, path)) for path in paths)
    if depth and all(all(map(leading_number, path)) for path in paths):
        yield whole


def _distinct_numbers(paths: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the numbers that differ where the levels they stand for do, the lowest first."""
    depth = min(map(len, paths), default=0)
    for level in reversed(range(depth)):
        numbers = tuple(leading_number(path[level]) for path in paths)
        groups = {(number, path[: level + 1]) for number, path in zip(numbers, paths, strict=True)}
        if all(numbers) and len({number for number, _ in groups}) == len(groups):
            yield numbers
    for level in reversed(range(depth)):
        above = [path[: level + 1] for path in paths]
        if all(all(map(leading_number, path)) for path in above):
            whole = tuple("-".join(map(leading_number, path)) for path in above)
            if len(set(whole)) == len(set(above)):
                yield whole


def leading_number(text: str) -> str:
    """Return the number a level begins with, in plain digits; "" for none.

    >>> leading_number("Ⅱ 包括的な支援"), leading_number("基本施策（３）権利擁護")
    ('2', '3')
    >>> leading_number("権利擁護の推進")
    ''
    """
    match = _NUMBER.match(text)
    if not match:
        return ""
    number = unicodedata.normalize("NFKC", match[1])
    return str(_roman(number)) if number[0] in _ROMAN else re.sub(r"[－.．]", "-", number)


def _roman(number: str) -> int:
    values = [_ROMAN[letter] for letter in number]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def without_day(number: str) -> str:
    """Return an id that Excel took for a day as it was typed.

    >>> without_day("1月2日"), without_day("2024-01-02"), without_day("1-2")
    ('1-2', '1-2', '1-2')
    """
    if not _SHOWN_AS_DAY.fullmatch(number):
        return number
    day = written_day(number) or day_near(number, _ANY_LEAP_YEAR, is_later=True)
    return f"{day.month}-{day.day}" if day else number


# Departments: one name for each, and a code made of it.

_ALIKE = 0.8
_SAME_WORD = str.maketrans({"障": "障", "碍": "害", "が": "害", "い": None})


@dataclass(frozen=True, slots=True)
class Departments:
    """The name each spelling stands for, what was made one, and names that are alike but differ."""

    named: Mapping[str, str]
    united: tuple[United, ...]
    alike: tuple[tuple[str, str], ...]


def departments_of(names: Sequence[str]) -> Departments:
    """Return one name for all spellings of a department; a name without its 課 is completed.

    >>> departments_of(["福祉政策課", "福祉政策", "福祉政策課"]).named["福祉政策"]
    '福祉政策課'
    """
    written, united = one_spelling(names, "担当課")
    known = set(written.values())
    more = {name: f"{name}{end}" for name in known for end in "課室" if f"{name}{end}" in known}
    counts = Counter(written[name] for name in names)
    united += tuple(
        United("担当課", whole, ((name, counts[name]),)) for name, whole in more.items()
    )
    named = {spelling: more.get(name, name) for spelling, name in written.items()}
    kept = sorted(set(named.values()))
    pairs = ((a, b) for at, a in enumerate(kept) for b in kept[at + 1 :])
    return Departments(named, united, tuple(pair for pair in pairs if _are_alike(*pair)))


def _are_alike(one: str, other: str) -> bool:
    if len(one) < 4 or abs(len(one) - len(other)) > 2 or one[-1] != other[-1]:
        return False
    same = one.translate(_SAME_WORD) == other.translate(_SAME_WORD)
    return same or (one[:2] == other[:2] and SequenceMatcher(None, one, other).ratio() > _ALIKE)


# The plan as a whole.

_PLAN = re.compile(
    r"[^「」『』]*?(?:計画|プラン|ビジョン|戦略|大綱|構想|プログラム)(?![値的どの])(?:[（(][^)）]{1,20}[)）])?"
)
_YEAR_AHEAD = re.compile(
    r"^[\s　【「『]*(?:(?:令和|平成|[RH])\s*[\d元]{1,2}|20\d\d)\s*年度?(?:の|における)?[\s　】]*"
)
_YEAR_IN_BRACKETS = re.compile(r"[（(][^)）]*(?:年|実績|現在)[^)）]*[)）]")
_CITY = re.compile(r"^[^\s　0-9（(「【]{1,6}?(?:市|区|町|村)(?=.)")
_NO_CITY = re.compile(r"(?:都市|まち|全市|本市|当市|地区|校区|学区|市区|学校区)$")


def plan_title(texts: Iterable[str], file: str) -> tuple[str, bool]:
    """Return the plan's title as a line above the table has it, and whether it is sure.

    >>> plan_title(["令和5年度　門真市地域福祉計画　進捗状況調査票"], "表")
    ('門真市地域福祉計画', True)
    """
    for text in (*texts, file):
        line = " ".join(_YEAR_AHEAD.sub("", unicodedata.normalize("NFC", text)).split())
        match = _PLAN.match(_YEAR_IN_BRACKETS.sub("", line))
        if match and len(match[0]) > 2:
            return match[0].strip(), True
    return file, False


def city_candidates(texts: Iterable[str]) -> list[str]:
    """Return what texts begin with that could be the name of a city, the most frequent first."""
    found: Counter[str] = Counter()
    for text in texts:
        match = _CITY.match(_YEAR_AHEAD.sub("", text).strip())
        if match and not _NO_CITY.search(match[0]) and not looks_like_department(match[0]):
            found[match[0]] += 1
    return [name for name, _ in found.most_common()]


def year_among(texts: Iterable[str]) -> int | None:
    """Return the fiscal year that the first of some texts names."""
    return next((year for text in texts if (year := year_in(text))), None)
