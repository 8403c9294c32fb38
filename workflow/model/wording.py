"""A finding → the texts people and programs read: message, remedy, place in words, JSON.

Texts are made here alone, when they are written or shown; nothing reads them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import cache
from string import Formatter

from workflow.model.catalogue import LABEL
from workflow.model.cells import a1, a1_ranges, with_unseen_named
from workflow.model.findings import Detail, Finding, Location
from workflow.model.returns import Return
from workflow.model.years import era_year, japanese_date, japanese_date_and_weekday
from workflow.python.dataclass import dataclass

_LIST = "、"
_SHOWN = 60
_BEFORE = 20
_DIFFERING = frozenset({"value", "guess", "other", "found", "character", "item"})
"""Details in which findings may differ that are said together."""

_PAIRS = {"expected": "found", "found": "expected"}

Labels = Mapping[str, str]
"""The labels of a form by the keys of its fields."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How findings read where fields have these labels.

    Older are the labels of the files that were answered on a form with others, by file. A key
    without a label is shown as it is.
    """

    labels: Labels = field(default_factory=dict)
    older: Mapping[str, Labels] = field(default_factory=dict)

    @classmethod
    def of_returns(
        cls, labels: Labels, issued: Mapping[str, Labels], returns: Iterable[Return]
    ) -> Wording:
        """Return how findings read: by today's labels, or by those of the form a file answers.

        Issued are the labels of every form, by its number.
        """
        asked = {number: {**labels, **own} for number, own in issued.items()}
        older = {number: own for number, own in asked.items() if own != labels}
        return cls(labels, {r.file: older[r.number] for r in returns if r.number in older})

    def label(self, location: Location) -> str:
        """Return the label of the field at a location, "" where no field is meant.

        >>> Wording({"rating": "評価"}).label(Location(field_key="rating"))
        '評価'
        """
        return self._labels(location).get(location.field_key, location.field_key)

    def where(self, location: Location) -> str:
        """Return a location within its file in words, "" for the file as a whole.

        >>> location = Location(sheet="進捗状況", row=5, column=3, item="1-1", field_key="rating")
        >>> Wording({"rating": "評価"}).where(location)
        'シート「進捗状況」のC5セル（整理番号1-1・評価）'
        """
        cell = cell_text(location)
        parts = (
            f"シート「{location.sheet}」" if location.sheet else "",
            f"{cell}セル" if location.column else cell,
        )
        where = "の".join(part for part in parts if part)
        item = f"整理番号{location.item}" if location.item else ""
        about = "・".join(text for text in (item, self.label(location)) if text)
        return f"{where}（{about}）" if where and about else where or about

    def problem(self, finding: Finding) -> str:
        """Return what is wrong, without the place.

        >>> from workflow.model.catalogue import Code
        >>> finding = Finding(Code.VALUE_TOO_LONG, Location(row=5), {"found": 11, "limit": 10})
        >>> Wording().problem(finding)
        '11字あり、上限の10字を超えています。'
        """
        return self._filled(finding.code.message, finding)

    def message(self, finding: Finding) -> str:
        """Return where something is wrong and what it is.

        >>> from workflow.model.catalogue import Code
        >>> Wording().message(Finding(Code.ROW_BLANK, Location(sheet="進捗状況", row=5)))
        'シート「進捗状況」の5行目：何も記入されていません。'
        """
        where = self.where(finding.location)
        return f"{where}：{self.problem(finding)}" if where else self.problem(finding)

    def message_of_all(self, findings: Sequence[Finding]) -> str:
        """Return where something is wrong in several places and what it is, in one message.

        >>> from workflow.model.catalogue import Code
        >>> cells = [Location(sheet="取組内容", row=row, column=7) for row in (4, 5, 9)]
        >>> names = ["地域課", "地域課", "保健課"]
        >>> code = Code.PLAN_UNKNOWN_DEPARTMENT
        >>> found = [Finding(code, at, {"value": n}) for at, n in zip(cells, names)]
        >>> Wording().message_of_all(found).partition("は担当課の")[0]
        'シート「取組内容」のG4～G5、G9の3か所：担当課「地域課」「保健課」'
        """
        if len(findings) == 1:
            return self.message(findings[0])
        where = locations_text([finding.location for finding in findings])
        return f"{where}：{self._filled(findings[0].code.message, *findings)}"

    def together(self, findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
        """Return findings in groups that one message and one remedy say, in their order."""
        groups: dict[tuple[object, ...], list[Finding]] = {}
        for finding in findings:
            fixed = {k: v for k, v in finding.details.items() if k not in _DIFFERING}
            key = (finding.code, finding.location.file, self.remedy(finding), str(fixed))
            groups.setdefault(key, []).append(finding)
        return tuple(map(tuple, groups.values()))

    def remedy(self, finding: Finding) -> str:
        """Return what to do about it.

        >>> from workflow.model.catalogue import Code
        >>> finding = Finding(Code.VALUE_REQUIRED, Location(row=5, field_key="rating"))
        >>> Wording({"rating": "評価"}).remedy(finding)
        '「評価」を記入してください。'
        """
        return finding.returned_for or self._filled(finding.code.remedy, finding)

    def as_json(self, finding: Finding) -> dict[str, str]:
        """Return a finding as the JSON contract spells it, in its order."""
        location = finding.location
        return {
            "code": finding.code.name,
            "severity": finding.severity.value,
            "file": location.file,
            "sheet": location.sheet,
            "cell": cell_text(location),
            "item": location.item,
            "field": self.label(location),
            "message": self.message(finding),
            "remedy": self.remedy(finding),
        }

    def _labels(self, location: Location) -> Labels:
        return self.older.get(location.file, self.labels)

    def _filled(self, template: str, *findings: Finding) -> str:
        """Return a template with the details of findings; where they differ, with each of them."""
        parts: list[str] = []
        for text, name, how in _parts(template):
            parts.append(text)
            if name:
                shown = dict.fromkeys(self._part(finding, name, how) for finding in findings)
                parts.append(("」「" if text.endswith("「") else _LIST).join(shown))
        return "".join(parts)

    def _part(self, finding: Finding, name: str, how: str) -> str:
        if name == LABEL:
            return self.label(finding.location)
        details = finding.details
        other = details.get(_PAIRS.get(name, ""), "")
        return _shown(details[name], how, self._labels(finding.location), other)


def cell_text(location: Location) -> str:
    """Return a location in its sheet as one short text: C5, 5行目, or the name of another part.

    >>> cell_text(Location(row=5, column=3)), cell_text(Location(row=5))
    ('C5', '5行目')
    """
    if location.column:
        return a1(location.row, location.column)
    return f"{location.row}行目" if location.row else location.part


def locations_text(locations: Sequence[Location]) -> str:
    """Return several locations within a file in words, sheet by sheet, and how many they are.

    >>> cells = [Location(sheet="様式", row=row, column=1) for row in (4, 5)]
    >>> locations_text([Location(sheet="計画", row=6, column=2), *cells])
    'シート「計画」のB6、シート「様式」のA4～A5の3か所'
    """
    by_sheet: dict[str, list[Location]] = {}
    for location in dict.fromkeys(locations):
        by_sheet.setdefault(location.sheet, []).append(location)
    texts = []
    for sheet, found in by_sheet.items():
        cells = a1_ranges((at.row, at.column) for at in found if at.column)
        others = dict.fromkeys(cell_text(at) for at in found if not at.column)
        within = _LIST.join(filter(None, (*cells, *others)))
        texts.append("の".join(filter(None, (f"シート「{sheet}」" if sheet else "", within))))
    return f"{_LIST.join(texts)}の{len(locations)}か所"


@cache
def _parts(template: str) -> tuple[tuple[str, str, str], ...]:
    """Return a template in parts: a text, then the name in braces, and what follows its colon.

    >>> _parts("{found:year}の調査票です。")
    (('', 'found', 'year'), ('の調査票です。', '', ''))
    """
    return tuple(
        (text, name or "", how or "") for text, name, how, _ in Formatter().parse(template)
    )


def _shown(value: Detail, how: str, labels: Labels, other: Detail) -> str:
    """Return a detail as a message shows it, by what stands after the colon in its braces.

    `field`: the label of a key. `year`: a fiscal year. `count`: a number with its thousands apart.
    `day`: a date. `weekday`: a date with its weekday. `clause`: a sentence without its end. `unit`:
    the unit to write in, if any. `near`: a long value from a little before where it parts from the
    other of its pair. Anything else stands between several texts; 、 does where there is no colon.
    """
    if isinstance(value, str):
        return _shown_text(value, how, labels, other)
    match how, value:
        case "field", tuple():
            return _LIST.join(labels.get(key, key) for key in value)
        case "year", int():
            return era_year(value)
        case "count", int():
            return f"{value:,}"
        case _, date():
            return japanese_date_and_weekday(value) if how == "weekday" else japanese_date(value)
        case "near", _:
            return _near(str(value), str(other))
        case _, tuple():
            return (how or _LIST).join(value)
    return str(value)


def _shown_text(value: str, how: str, labels: Labels, other: Detail) -> str:
    """Return a text as a message shows it; in one that stands by itself nothing is unseen."""
    match how:
        case "":
            return with_unseen_named(value)
        case "field":
            return labels.get(value, value)
        case "clause":
            return value.removesuffix("。")
        case "unit":
            return f"{value}の単位で、" if value else ""
        case "near":
            return _near(value, str(other))
    return value


def _near(text: str, other: str) -> str:
    """Return a text in quotes, of a long one what is around the first character that differs.

    >>> _near("あ" * 80 + "い", "あ" * 80 + "う")
    '「…ああああああああああああああああああああい」'
    """
    if not text:
        return "（空欄）"
    if len(text) <= _SHOWN:
        return f"「{text}」"
    pairs = enumerate(zip(text, other, strict=False))
    parts_at = next((at for at, (a, b) in pairs if a != b), min(len(text), len(other)))
    start = max(0, parts_at - _BEFORE)
    end = "…" if len(text) > start + _SHOWN else ""
    return f"「{'…' if start else ''}{text[start : start + _SHOWN]}{end}」"
