"""What verify found: every difference, with both values and both places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workflow.model.findings import Code, Finding, Place, Severity

_SHOWN = 60
_BEFORE = 20
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that does not agree; origin is where the expected value comes from."""

    finding: Finding
    expected: str
    found: str
    origin: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the difference: a finding with both values whole and the second place."""
        return self.finding.as_json() | {
            "expected": self.expected,
            "found": self.found,
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How much was looked at."""

    events: int = 0
    files: int = 0
    answers: int = 0
    cells: int = 0
    counts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a verification."""

    year: int
    checked: Checked
    differences: tuple[Difference, ...]

    @property
    def is_clean(self) -> bool:
        """Whether everything agrees."""
        return not self.disagreeing

    @property
    def disagreeing(self) -> tuple[Difference, ...]:
        """The differences without what is only to be known."""
        return tuple(d for d in self.differences if d.finding.severity is not Severity.INFO)

    def as_json(self) -> dict[str, Any]:
        """Return what verify --json prints."""
        return {
            "year": self.year,
            "checked": {name: getattr(self.checked, name) for name in Checked.__slots__},
            "findings": [difference.as_json() for difference in self.differences],
        }


def difference(
    code: Code,
    place: Place,
    *,
    expected: str = "",
    found: str = "",
    origin: str = "",
    **more: object,
) -> Difference:
    """Return a difference at a place; in the message, long values are shown where they part."""
    near_expected, near_found = _parting(expected, found)
    finding = code.at(place, expected=near_expected, found=near_found, origin=origin, **more)
    return Difference(finding=finding, expected=expected, found=found, origin=origin)


def limited(differences: Iterable[Difference], file: str) -> tuple[Difference, ...]:
    """Return the differences; of very many, the first ones and how many more there are."""
    found = tuple(differences)
    if len(found) <= _MOST:
        return found
    rest = difference(Code.VERIFY_MORE, Place(file=file), count=len(found) - _MOST)
    return (*found[:_MOST], rest)


def _parting(one: str, other: str) -> tuple[str, str]:
    """Return two texts as they are shown: from a little before the first character that differs."""
    pairs = enumerate(zip(one, other, strict=False))
    parts_at = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(0, parts_at - _BEFORE)
    return _shown(one, start), _shown(other, start)


def _shown(text: str, start: int) -> str:
    if not text:
        return "（空欄）"
    if len(text) <= _SHOWN:
        return f"「{text}」"
    end = "…" if len(text) > start + _SHOWN else ""
    return f"「{'…' if start else ''}{text[start : start + _SHOWN]}{end}」"
