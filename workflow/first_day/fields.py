"""Columns of answers → the fields of a form: types, choices, and alike spellings made one. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from workflow.first_day.reading.words import NOTHING
from workflow.model.cells import folded
from workflow.plan.written.days import written_day
from workflow.python.dataclass import dataclass

_RATING = re.compile(r"評価|達成度|達成状況|進捗度|進捗状況|進捗|判定|ランク")
_DIRECTION = re.compile(r"方針|方向性?|今後の展開|見直し")
_PROGRESS = re.compile(r"状況|実績|取組|実施|成果|結果")
_PROSE = re.compile(r"状況|実績|成果|課題|問題|改善|内容|備考|意見|コメント|理由|所見")
_CHALLENGE = re.compile(r"課題|問題|改善")
_AMOUNT = re.compile(r"([-－▲△]?)\s*([\d,，]+(?:\.\d+)?)\s*(\D{0,5})")
_MARKS = frozenset("○◯〇✓レ●◎")
_FEWEST_CHOICES, _MOST_CHOICES, _LONGEST_CHOICE, _TIMES_REPEATED = 2, 12, 20, 1.5
_LONG_ENOUGH = 1000
_SCALES = (
    "sabcdefgh",
    "◎○△▲×",
    ("順調", "おおむね順調", "概ね順調", "やや遅れ", "やや遅れている", "遅れ", "遅れている"),
    ("達成", "おおむね達成", "概ね達成", "一部達成", "未達成"),
    ("完了", "実施", "実施済", "実施中", "一部実施", "検討中", "未実施", "未着手"),
    "54321",
)
_GRADES = ("abcdefgh", "54321")
"""Scales without which no grade between two others is thinkable, from the best."""
_GRADE_RANGE = re.compile(r"([A-HＡ-Ｈ1-5１-５])\s*[〜~～ー－-]\s*([A-HＡ-Ｈ1-5１-５])(?![\w])")
_USUAL_HELP = {
    "progress": "当該年度に実施した内容を、回数・人数などの実績とあわせて記入してください。",
    "challenge": "取組を進めるうえでの課題と、今後の改善点を記入してください。",
}
_USUAL_CHOICES = {
    "rating": ("Ａ", "Ｂ", "Ｃ"),
    "direction": ("継続", "拡大", "改善", "縮小", "廃止", "完了"),
}


@dataclass(frozen=True, slots=True)
class United:
    """Spellings of one thing made one: the one written, the others, how often each stands."""

    what: str
    written: str
    others: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A field as plan.json declares it, and how each text of its column is stored."""

    column: str
    declared: Mapping[str, Any]
    stored: Mapping[str, str]
    united: tuple[United, ...] = ()
    is_guessed: bool = False

    @property
    def label(self) -> str:
        """What the form calls it."""
        return str(self.declared["label"])


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column of answers: what it is called, its unit, and each text that stands in it."""

    key: str
    label: str
    unit: str
    texts: Sequence[str]
    asked_of: int = 0


def proposed_fields(columns: Iterable[AnswerColumn], taken: Iterable[str]) -> list[ProposedField]:
    """Return a field for each column; taken are labels that no field may have."""
    labels, keys = {folded(label) for label in taken}, set[str]()
    found = []
    for column in columns:
        label = _free(column.label, labels)
        key = _key(label, keys)
        found.append(_field(column, label, key))
    return found


def _free(label: str, labels: set[str]) -> str:
    text = " ".join(label.split()) or "項目"
    candidates = (text, f"{text}（回答）", *(f"{text}{n}" for n in range(2, 100)))
    found = next(one for one in candidates if folded(one) not in labels)
    labels.add(folded(found))
    return found


def _key(label: str, keys: set[str]) -> str:
    usual = (
        ("direction", _DIRECTION),
        ("challenge", _CHALLENGE),
        ("rating", _RATING),
        ("progress", _PROGRESS),
    )
    wished = next((key for key, words in usual if words.search(label)), "field")
    candidates = (wished, *(f"{wished}_{n}" for n in range(2, 200)))
    found = next(key for key in candidates if key not in keys)
    keys.add(found)
    return found


def _field(column: AnswerColumn, label: str, key: str) -> ProposedField:
    texts = [text for text in column.texts if text.strip() not in NOTHING]
    base: dict[str, Any] = {"key": key, "label": label}
    is_rating = _RATING.search(label) is not None
    most = column.asked_of or len(column.texts)
    is_usual = len(texts) >= 0.8 * most > 0
    if not texts and column.key:
        return _blank_column(column, base, is_rating)
    boxes = _boxes(texts)
    if boxes:
        listed = [{"value": value} for value in boxes[0]]
        declared = {**base, "type": "choice", "required": is_usual, "choices": listed}
        return ProposedField(column.key, declared, boxes[1])
    number = _number(column, texts)
    if number:
        unit, stored, decimals = number
        declared = {**base, "type": "number", "required": is_usual, "decimals": decimals}
        return ProposedField(column.key, declared | ({"unit": unit} if unit else {}), stored)
    days = {text: day.isoformat() for text in texts if (day := written_day(text))}
    if len(days) == len(set(texts)):
        declared = {**base, "type": "date", "required": is_usual}
        return ProposedField(column.key, declared, days)
    if not is_rating and set(texts) <= _MARKS and len(set(texts)) == 1:
        declared = {**base, "type": "mark", "required": False}
        return ProposedField(column.key, declared, dict.fromkeys(texts, "○"))
    if _is_choice(label, texts, is_rating or _DIRECTION.search(label) is not None):
        return _choice(column, base, texts, is_rating, is_usual)
    longest = max(map(len, texts), default=0)
    declared = {**base, "type": "text", "required": is_usual}
    declared["max_length"] = max(_LONG_ENOUGH, -(-longest // 1000) * 1000)
    return ProposedField(column.key, declared | _help(key), {text: text for text in texts})


def _help(key: str) -> dict[str, str]:
    return {"help": _USUAL_HELP[key]} if key in _USUAL_HELP else {}


def _blank_column(column: AnswerColumn, base: dict[str, Any], is_rating: bool) -> ProposedField:
    """Return the field of a column nobody has filled in: by its heading alone."""
    key = str(base["key"])
    choices = _USUAL_CHOICES.get(key)
    if choices:
        listed = [{"value": value} for value in choices]
        declared = {**base, "type": "choice", "required": True, "choices": listed}
        declared |= {"ordered": True} if is_rating else {}
        return ProposedField(column.key, declared, {}, is_guessed=True)
    if column.unit:
        declared = {**base, "type": "number", "required": False, "unit": column.unit}
        return ProposedField(column.key, declared, {})
    is_needed = key in _USUAL_HELP
    declared = {**base, "type": "text", "required": is_needed, "max_length": _LONG_ENOUGH}
    return ProposedField(column.key, declared | _help(key), {})


def _number(column: AnswerColumn, texts: Sequence[str]) -> tuple[str, dict[str, str], int] | None:
    """Return the unit, the number of each text and the decimals, where all are numbers."""
    stored: dict[str, str] = {}
    units: Counter[str] = Counter()
    for text in texts:
        match = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if not match:
            return None
        minus = "-" if match[1] else ""
        stored[text] = minus + match[2].replace(",", "")
        units[match[3].strip()] += 1
    if not stored or len(units) > 2 or (len(units) == 2 and "" not in units):
        return None
    written = next((unit for unit in units if unit), "")
    if written and column.unit and folded(written) != folded(column.unit):
        return None
    if (
        not written
        and not column.unit
        and set(stored.values()) <= set("12345")
        and _is_grade(column)
    ):
        return None
    decimals = max(-Decimal(number).normalize().as_tuple().exponent for number in stored.values())  # type: ignore[operator]
    return column.unit or written, stored, max(0, decimals)


def _is_grade(column: AnswerColumn) -> bool:
    return _RATING.search(column.label) is not None


_BOX = re.compile(r"([□☐☑☒■✓✔レ])\s*([^\s□☐☑☒■✓✔]+)")
_EMPTY_BOXES = "□☐"


def _boxes(texts: Sequence[str]) -> tuple[list[str], dict[str, str]] | None:
    r"""Return the options and the ticked one of each text, where all are boxes with one tick.

    >>> _boxes(["□拡大　☑継続", "☑拡大　□継続"])
    (['拡大', '継続'], {'□拡大\u3000☑継続': '継続', '☑拡大\u3000□継続': '拡大'})
    """
    options: dict[str, None] = {}
    ticked: dict[str, str] = {}
    for text in texts:
        found = _BOX.findall(text)
        chosen = [option for box, option in found if box not in _EMPTY_BOXES]
        if len(found) < _FEWEST_CHOICES or len(chosen) != 1:
            return None
        options |= dict.fromkeys(option for _, option in found)
        ticked[text] = chosen[0]
    return list(options), ticked


def _is_choice(label: str, texts: Sequence[str], is_named_so: bool) -> bool:
    counts = Counter(map(folded, texts))
    if len(counts) > _MOST_CHOICES or max(map(len, texts)) > _LONGEST_CHOICE:
        return False
    if any("\n" in text.strip() or "。" in text for text in texts):
        return False
    if not is_named_so and (_PROSE.search(label) or len(counts) < _FEWEST_CHOICES):
        return False
    return is_named_so or len(texts) >= max(4, _TIMES_REPEATED * len(counts))


def _choice(
    column: AnswerColumn, base: dict[str, Any], texts: Sequence[str], is_rating: bool, needed: bool
) -> ProposedField:
    written, united = one_spelling(texts, str(base["label"]))
    values = list(dict.fromkeys(written[text] for text in texts))
    order = _order(values)
    whole = _with_unused_grades(order, column.label) if is_rating else order
    declared = {**base, "type": "choice", "required": needed}
    declared["choices"] = [{"value": value} for value in whole or values]
    declared |= {"ordered": True} if is_rating and order else {}
    return ProposedField(column.key, declared, written, united, is_guessed=whole != order)


def one_spelling(texts: Iterable[str], what: str) -> tuple[dict[str, str], tuple[United, ...]]:
    """Return each text as the spelling most use, and what was made one; width and blanks differ.

    >>> one_spelling(["Ａ", "A", "Ａ", "Ｂ"], "評価")[0]["A"]
    'Ａ'
    """
    groups: dict[str, Counter[str]] = {}
    for text in texts:
        groups.setdefault(folded(text), Counter())[text] += 1
    written: dict[str, str] = {}
    united = []
    for counted in groups.values():
        (chosen, _), *others = counted.most_common()
        value = " ".join(chosen.split())
        written |= dict.fromkeys(counted, value)
        if others:
            united.append(United(what, value, tuple(others)))
    return written, tuple(united)


def _order(values: Sequence[str]) -> list[str]:
    """Return values from best to worst where their scale is known; nothing otherwise."""
    for scale in _SCALES:
        ranks = {folded(step): at for at, step in enumerate(scale)}
        if all(_step(value) in ranks for value in values):
            return sorted(values, key=lambda value: ranks[_step(value)])
    return []


def _with_unused_grades(order: Sequence[str], label: str) -> list[str]:
    """Return grades of one letter or digit each with those that nobody was given this time.

    >>> _with_unused_grades(["Ａ", "Ｃ"], "評価"), _with_unused_grades(["B"], "達成度（A〜D）")
    (['Ａ', 'Ｂ', 'Ｃ'], ['A', 'B', 'C', 'D'])
    """
    named = _GRADE_RANGE.search(label)
    given = [*order, *(named.groups() if named else ())]
    for grades in _GRADES:
        ranks = [grades.find(folded(grade)) for grade in given if len(grade) == 1]
        if len(ranks) == len(given) > 1 and min(ranks) >= 0:
            by_folded = {folded(value): value for value in order}
            return [by_folded.get(g, _alike(g.upper(), order)) for g in grades[: max(ranks) + 1]]
    return list(order)


def _step(value: str) -> str:
    text = folded(value)
    match = re.fullmatch(r"([a-z◎○△▲×1-5])(?:[:：.．(（ ].*|評価|判定|ランク)?", text)
    circle = text.translate({ord("◯"): "○", ord("〇"): "○"})
    return match[1] if match else circle


def with_meanings(fields: Iterable[ProposedField], notes: Iterable[str]) -> Iterator[ProposedField]:
    """Yield the fields; a choice gets the meaning that a note beside the table gives it.

    A rating also gets the grades the note names and nobody was given.
    """
    legends = [legend for legend in map(_legend, notes) if len(legend) > 1]
    for proposed in fields:
        declared = dict(proposed.declared)
        values = [choice["value"] for choice in declared.get("choices", ())]
        legend = next(
            (one for one in legends if values and set(map(folded, values)) <= set(one)), None
        )
        if legend:
            by_folded = {folded(value): value for value in values}
            declared["choices"] = [
                {"value": by_folded.get(key, _alike(value, values)), "meaning": meaning}
                for key, (value, meaning) in legend.items()
            ]
            declared |= {"ordered": True} if "ordered" in declared else {}
        yield ProposedField(
            proposed.column,
            declared,
            proposed.stored,
            proposed.united,
            proposed.is_guessed and not legend,
        )


def _alike(value: str, values: Sequence[str]) -> str:
    """Return a grade in the width the others are written in."""
    full = any(0xFF21 <= ord(v[0]) <= 0xFF3A for v in values if v)
    if full and len(value) == 1 and value.isascii() and value.isalpha():
        return chr(ord(value.upper()) + 0xFEE0)
    return value


_LEGEND = re.compile(
    r"(?:^|[\s、,，（(【：:])([A-Za-zＡ-Ｚ◎○◯△▲×]|[1-5１-５])\s*[：:＝=…・.．]+\s*([^\s、,，）)】]+)"
)


def _legend(note: str) -> dict[str, tuple[str, str]]:
    """Return what a note says of the grades: Ａ：順調、Ｂ：遅れ.

    >>> _legend("※評価　Ａ：順調　Ｂ：やや遅れ")["b"]
    ('Ｂ', 'やや遅れ')
    """
    found = _LEGEND.findall(note)
    return {folded(value): (value, meaning) for value, meaning in found}
