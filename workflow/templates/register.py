"""The register 発行台帳: every template ever issued in a round, as it was issued."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from workflow.model.cells import folded_id
from workflow.model.fields.base import Field
from workflow.model.fields.form import Form
from workflow.model.indicators.indicator import Indicator, indicator_labels
from workflow.model.known_values import is_of_known_value
from workflow.model.plan import Department
from workflow.model.rounds.earlier import is_of_earlier_round
from workflow.model.wording import Labels
from workflow.python.dataclass import dataclass
from workflow.python.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from workflow.templates.own.form import OwnForm

NUMBER_PATTERN = r"\d{6}-\d{4}(?:\.\d{1,2})?-[A-Za-z0-9][A-Za-z0-9_-]*-\d{1,4}"
_NUMBER = lazy_pattern(r"(\d{6})-(\d{4})(?:\.(\d{1,2}))?-([A-Za-z0-9][A-Za-z0-9_-]*)-(\d{1,4})")


@dataclass(frozen=True, slots=True)
class FormNumber:
    """A 様式番号: city code, fiscal year, department code and the count of its issues.

    Round is the number of a declared round of the year; 0 in a year that has none.

    >>> str(FormNumber("272232", 2024, "FUKUSHI", 1, 2))
    '272232-2024.2-FUKUSHI-1'
    """

    municipality: str
    year: int
    department: str
    issue: int
    round: int = 0

    def __str__(self) -> str:
        year = f"{self.year}.{self.round}" if self.round else str(self.year)
        return f"{self.municipality}-{year}-{self.department}-{self.issue}"

    @classmethod
    def parse(cls, text: str) -> FormNumber | None:
        """Return the number a text is, or None when it is none."""
        match = _NUMBER.fullmatch(text.strip())
        if match is None:
            return None
        return cls(match[1], int(match[2]), match[4], int(match[5]), int(match[3] or 0))


@dataclass(frozen=True, slots=True)
class IssuedRound:
    """A declared round as it was first issued: it keeps its number, whatever the plan says."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class IssuedItem:
    """An item as it stood on a template: its locked texts; known are those of its known values."""

    id: str
    labels: tuple[str, ...]
    pages: str
    departments: str
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuedForm:
    """The columns of a template: the level names, the fields, and what is known already."""

    levels: tuple[str, ...]
    form: Form
    known: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One template given to one department. The digest is of what it asks, not of its bytes.

    Texts are all that is printed on it, so that what people add can be told apart from it. Own is
    the city's own form it was made of, if it was.
    """

    number: FormNumber
    department_name: str
    file: str
    digest: str
    sha256: str
    issued_at: datetime
    tool_version: str
    form: IssuedForm
    items: Sequence[IssuedItem]
    texts: Sequence[str] = ()
    indicators: tuple[Indicator, ...] = ()
    own: OwnForm | None = None

    def asks_as(self, other: Issue) -> bool:
        """Whether it asks the same as another; what is only said on it may differ."""
        ours, theirs = (replace(form, known=()) for form in (self.form, other.form))
        is_same = _without_known(self.items) == _without_known(other.items) and ours == theirs
        return is_same and _asked(self.indicators) == _asked(other.indicators)

    @property
    def answer_form(self) -> Form:
        """The fields that are answered, beside the levels and what is known already."""
        return self.form.form

    @property
    def labels(self) -> dict[str, str]:
        """The labels of all that it asks, by key."""
        return self.answer_form.labels | indicator_labels(self.indicators)

    def known_differences(self, form: IssuedForm, items: Sequence[IssuedItem]) -> tuple[str, ...]:
        """Return in words which known values a plan has otherwise by now."""
        was, fields = (_known_values(one) for one in (self.form, form))
        if was != fields:
            now = "・".join(field.heading for field in fields)
            return (f"既知の値の列が変わった（いまは{now}）" if now else "既知の値がなくなった",)
        return tuple(
            f"取組{item}の{field.label}が{_shown(then)}から{_shown(now)}に変わった"
            for item, field, then, now in self._changed_texts(form, items)
            if is_of_known_value(field.key)
        )

    def earlier_differences(self, form: IssuedForm, items: Sequence[IssuedItem]) -> tuple[str, ...]:
        """Return in words which answers of earlier rounds are otherwise by now."""
        was, columns = (
            [f.key for f in one.known if is_of_earlier_round(f.key)] for one in (self.form, form)
        )
        if was != columns:
            return ("前の回の項目が変わった",)
        return tuple(
            f"取組{item}の「{field.label}」が変わった"
            for item, field, _, _ in self._changed_texts(form, items)
            if is_of_earlier_round(field.key)
        )

    def _changed_texts(
        self, form: IssuedForm, items: Sequence[IssuedItem]
    ) -> Iterator[tuple[str, Field, str, str]]:
        """Yield what is shown locked and is otherwise by now: the item, the column, both texts."""
        keys = [field.key for field in form.known]
        before = {item.id: item.known for item in self.items}
        for item in items:
            now = dict(zip(keys, item.known, strict=False))
            for field, then in zip(self.form.known, before.get(item.id, ()), strict=False):
                if then != now.get(field.key, then):
                    yield item.id, field, then, now[field.key]

    def differences(
        self,
        form: IssuedForm,
        items: Sequence[IssuedItem],
        indicators: tuple[Indicator, ...] = (),
    ) -> tuple[str, ...]:
        """Return in words what a plan asks otherwise by now, given what it asks.

        What is known already is not asked.
        """
        before, now = self.answer_form, form.form
        fields = _changed(
            {field.key: (field.label, field) for field in before.fields},
            {field.key: (field.label, field) for field in now.fields},
        )
        was, today = _without_known(self.items), _without_known(items)
        asked = _changed(
            {item.id: (item.id, item) for item in was},
            {item.id: (item.id, item) for item in today},
        )
        found = [*(f"項目「{label}」{what}" for label, what in fields)]
        found += [f"取組{id_}{what}" for id_, what in asked]
        known = _changed(_asked(self.indicators), _asked(indicators))
        found += [f"指標「{name}」{what}" for name, what in known]
        found += ["階層の名前が変わった"] if self.form.levels != form.levels else []
        found += ["確認の決まりが変わった"] if before.declared != now.declared else []
        if not found and not (before == now and was == today):
            found.append("並びが変わった")
        return tuple(found)


def _asked(indicators: Iterable[Indicator]) -> dict[str, tuple[str, object]]:
    """Return what indicators ask, by id, each with its name; how they are graded may differ."""
    return {one.id: (one.name, (one.item, one.fields)) for one in indicators}


def _known_values(form: IssuedForm) -> tuple[Field, ...]:
    return tuple(field for field in form.known if is_of_known_value(field.key))


def _without_known(items: Sequence[IssuedItem]) -> tuple[IssuedItem, ...]:
    """Return items without what is known of them."""
    return tuple(replace(item, known=()) if item.known else item for item in items)


def _shown(known: str) -> str:
    return known or "空欄"


def _changed(
    before: Mapping[str, tuple[str, object]], now: Mapping[str, tuple[str, object]]
) -> Iterator[tuple[str, str]]:
    """Yield the name of what is gone, new or another, and what happened to it."""
    for key, (name, thing) in before.items():
        if key not in now:
            yield name, "がなくなった"
        elif now[key][1] != thing:
            yield name, "が変わった"
    for key, (name, _) in now.items():
        if key not in before:
            yield name, "が加わった"


@dataclass(frozen=True)
class Register:
    """All issues of one fiscal year, or of one declared round of it, in the order they were made.

    One stands there again when the plan was changed back to what it asks: it counts from then on.

    Without slots, so that what is looked up again and again is indexed once.
    """

    year: int
    issues: tuple[Issue, ...] = ()
    round: IssuedRound | None = None

    @property
    def number(self) -> int:
        """The number of the round on its forms; 0 in a year that has no rounds."""
        return self.round.number if self.round else 0

    def latest(self, department: str) -> Issue | None:
        """Return the issue a department should answer now."""
        return self._latest.get(department)

    def latest_for(self, department: Department) -> Issue | None:
        """Return the issue a department should answer, also one issued under its former code."""
        issues = (self.latest(code) for code in (department.code, *department.formerly))
        return next((issue for issue in issues if issue), None)

    def find(self, number: FormNumber) -> Issue | None:
        """Return the issue with this 様式番号."""
        return self._by_number.get(number)

    def issued_as(self, department: str, digest: str) -> Issue | None:
        """Return the last issue to a department with this content."""
        own = (i for i in reversed(self.issues) if i.number.department == department)
        return next((issue for issue in own if issue.digest == digest), None)

    def next_count(self, department: str) -> int:
        """Return the count of the next new issue to a department."""
        counts = (i.number.issue for i in self.issues if i.number.department == department)
        return 1 + max(counts, default=0)

    def current(self) -> tuple[Issue, ...]:
        """Return the latest issue of each department, in the order of first issue."""
        return self._current

    @cached_property
    def _current(self) -> tuple[Issue, ...]:
        return tuple(self._latest.values())

    def item_ids(self) -> frozenset[str]:
        """Return the items that stand on any template people should answer now."""
        return frozenset(item.id for issue in self.current() for item in issue.items)

    @cached_property
    def _latest(self) -> Mapping[str, Issue]:
        return {issue.number.department: issue for issue in self.issues}

    @cached_property
    def _by_number(self) -> Mapping[FormNumber, Issue]:
        found: dict[FormNumber, Issue] = {}
        for issue in self.issues:
            found.setdefault(issue.number, issue)
        return found

    def sharing(self, items: Iterable[str]) -> tuple[tuple[Issue, int], ...]:
        """Return the current issues on which any of some items stand, and how many of them do.

        Ids are compared as people do; the issues come in the order of first issue.
        """
        wanted = set(map(folded_id, items))
        counts = Counter(index for item in wanted for index in self._places.get(item, ()))
        current = self.current()
        return tuple((current[index], counts[index]) for index in sorted(counts))

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """On which of the current issues each item stands, by its folded id."""
        found: dict[str, list[int]] = {}
        for index, issue in enumerate(self.current()):
            for item in dict.fromkeys(folded_id(item.id) for item in issue.items):
                found.setdefault(item, []).append(index)
        return found

    @property
    def labels(self) -> Mapping[str, Labels]:
        """The labels of every form that was issued, by its number as a return names it."""
        return {str(issue.number): issue.labels for issue in self.issues}

    def in_memory(self) -> Register:
        """Return the register with all that would be read from its file when it is asked for."""
        read = (
            replace(issue, items=tuple(issue.items), texts=tuple(issue.texts))
            for issue in self.issues
        )
        return replace(self, issues=tuple(read))

    def adding(self, issues: tuple[Issue, ...]) -> Register:
        """Return the register with more issues at its end."""
        return replace(self, issues=self.issues + issues)


def canonical_digest(content: object) -> str:
    """Return the SHA-256 of a JSON-like value, the same on every machine."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
