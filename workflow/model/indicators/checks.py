"""What is asked of an answer beside its indicators: texts and ratings that say otherwise. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from workflow.model.catalogue import Code
from workflow.model.cells import folded, grouped_number
from workflow.model.fields.base import Field
from workflow.model.fields.checks import Before, Values
from workflow.model.fields.form import Form
from workflow.model.fields.number import NumberField
from workflow.model.findings import Violation
from workflow.model.indicators.grading import grade
from workflow.model.indicators.indicator import Indicator
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

_NEAR = 12
"""Characters between what a text calls an indicator and the number it gives."""
_NUMBER = r"([-△▲]?\d[\d,]*(?:\.\d+)?)"
_BETWEEN = r"(?!うち|ほか|以外|新た)[^\d。\n]"
"""What stands between them; of a part, or of others, another number is said rightly."""
_HALF = Fraction(1, 2)
_BRACKETS = lazy_pattern(r"\([^()]*\)$")
_COUNTING = lazy_pattern(r"(?:の?(?:件数|人数|回数|個数|箇所数|割合|比率|総数|延べ数)|の数|数|率)$")
"""How the name of an indicator ends that says only that it is counted."""
_LEAST_NAME = 3
"""Characters of a name that is short and yet no word of every text."""


class Question(Protocol):
    """One question about a whole answer; key is the field at whose cell it stands."""

    @property
    def key(self) -> str:
        """The key of that field."""

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return what is to be asked about an answer; None where there is nothing."""


def indicator_checks(
    indicators: Iterable[Indicator], form: Form, year: int
) -> tuple[Question, ...]:
    """Return what is asked of the answers to an item because of its indicators."""
    ratings = [field for field in form.fields if field.is_rating]
    prose = {field.key: field for field in form.answer_fields if field.is_prose}
    found: list[Question] = []
    for one in indicators:
        found.append(AgainstText(one.key, one, tuple(prose)))
        found += (AgainstGrade(rating.key, one, rating, year) for rating in ratings)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class AgainstGrade:
    """A department rates itself otherwise than the indicator is graded.

    Where both say the same words, they must agree; on scales of different words they contradict
    each other when they are further apart than half of a scale.
    """

    key: str
    indicator: Indicator
    rating: Field
    year: int

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return which grade a rating contradicts."""
        own = values.get(self.key)
        actual = values.get(self.indicator.key)
        graded = grade(self.indicator, actual, self.year)
        if not isinstance(own, str) or not graded.grade or graded.rate is None:
            return None
        asked = self.indicator.actual_field
        if actual is None or asked.check(actual) or asked.doubt(actual, self.year):
            return None  # the actual itself is asked about
        options = [option.value for option in self.rating.options]
        grades = list(dict.fromkeys(band.grade for band in self.indicator.grading))
        if not _contradicts(own, options, graded.grade, grades):
            return None
        details = {
            "value": own,
            "name": self.indicator.name,
            "grade": graded.grade,
            "rate": str(graded.rate),
        }
        return Violation(self.key, Code.INDICATOR_AGAINST_RATING, details)


def _contradicts(own: str, options: list[str], found: str, grades: list[str]) -> bool:
    """Whether a rating and a grade say something else; both scales are best first.

    >>> _contradicts("Ａ", ["Ａ", "Ｂ"], "B", ["A", "B"])
    True
    >>> _contradicts("順調", ["順調", "遅れ"], "Ｂ", ["Ａ", "Ｂ", "Ｃ"])
    False
    """
    if own not in options:
        return False
    words = {folded(option) for option in options}
    if all(folded(one) in words for one in grades):
        return folded(own) != folded(found)
    if len(options) < 2 or len(grades) < 2:
        return False
    ours = Fraction(options.index(own), len(options) - 1)
    theirs = Fraction(grades.index(found), len(grades) - 1)
    return abs(ours - theirs) > _HALF


@dataclass(frozen=True, slots=True)
class AgainstText:
    """A text names the indicator and gives another number than its actual.

    By how much it grew, and what it aims at, are no other actual.
    """

    key: str
    indicator: Indicator
    prose: tuple[str, ...]

    def question(self, values: Values, before: Before) -> Violation | None:
        """Return which number a text gives instead."""
        actual = values.get(self.key)
        if not isinstance(actual, Decimal):
            return None
        texts = {key: str(values[key]) for key in self.prose if key in values}
        numbers_of = {key: list(_numbers(text, self.indicator)) for key, text in texts.items()}
        earlier = self.indicator.known.values()
        known = {actual, *earlier, *self.indicator.targets.values()}
        known |= {abs(actual - one) for one in earlier}
        for key, numbers in numbers_of.items():
            if numbers and not any(number in known for _, number in numbers):
                details = {
                    "value": f"{grouped_number(actual)}{self.indicator.unit}",
                    "other": key,
                    "found": numbers[0][0],
                }
                return Violation(self.key, Code.INDICATOR_AGAINST_TEXT, details)
        return None


def _numbers(text: str, indicator: Indicator) -> Iterator[tuple[str, Decimal]]:
    """Yield the numbers in the indicator's unit that a text gives behind its name.

    >>> visits = Indicator(id="1", item="1-1", name="来館者数", unit="人")
    >>> [said for said, _ in _numbers("来館者数は、1,250人でした。", visits)]
    ['1,250人']
    >>> [said for said, _ in _numbers("来館者は1,250人、来館者のうち80人は市外でした。", visits)]
    ['1,250人']
    """
    if not indicator.unit:
        return
    plain = unicodedata.normalize("NFKC", text)
    name = "|".join(map(re.escape, _called(indicator.name)))
    unit = re.escape(unicodedata.normalize("NFKC", indicator.unit))
    pattern = rf"(?:{name})(?:{_BETWEEN}){{0,{_NEAR}}}?({_NUMBER}\s*{unit})(?![増減上下延])"
    reader = NumberField(key="", label="", unit=indicator.unit)
    for found in re.finditer(pattern, plain):
        number = reader.number_in(found[2])
        if number is not None:
            yield found[1], number


def _called(name: str) -> tuple[str, ...]:
    """Return what a text may call an indicator: its name, and what that counts.

    >>> _called("認知症を知る人の割合"), _called("計画の策定（累計）"), _called("件数")
    (('認知症を知る人の割合', '認知症を知る人'), ('計画の策定(累計)', '計画の策定'), ('件数',))
    """
    whole = unicodedata.normalize("NFKC", name).strip()
    counted = _COUNTING.sub("", _BRACKETS.sub("", whole))
    return (whole, counted) if _LEAST_NAME <= len(counted) < len(whole) else (whole,)
