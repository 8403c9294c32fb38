"""What verify found: every difference is a finding that holds both values, whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workflow.model.catalogue import Code, Severity
from workflow.model.findings import Finding, Location
from workflow.model.wording import Wording
from workflow.python.dataclass import dataclass

_MOST = 1_000
_WHOLE = ("expected", "found", "origin")
"""The details a program reads too: both values, and where the expected one comes from."""


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
    differences: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether everything agrees."""
        return not self.disagreeing

    @property
    def disagreeing(self) -> tuple[Finding, ...]:
        """The differences without what is only to be known."""
        return tuple(d for d in self.differences if d.severity is not Severity.INFO)

    def as_json(self) -> dict[str, Any]:
        """Return what verify --json prints: findings, each also with both values and the origin."""
        wording = Wording()
        return {
            "year": self.year,
            "checked": {name: getattr(self.checked, name) for name in Checked.__slots__},
            "findings": [
                wording.as_json(d) | {name: d.details.get(name, "") for name in _WHOLE}
                for d in self.differences
            ],
        }


class Differences:
    """The differences of one file: of very many, the first ones and how many more there are."""

    def __init__(self, differences: Iterable[Finding] = ()) -> None:
        self._first: list[Finding] = []
        self._more = 0
        self.add(differences)

    def add(self, differences: Iterable[Finding]) -> None:
        """Take in some more; those of which others were only counted count with them."""
        for found in differences:
            if found.code is Code.VERIFY_MORE:
                self._more += int(str(found.details["count"]))
            elif len(self._first) < _MOST:
                self._first.append(found)
            else:
                self._more += 1

    def reported(self, file: str) -> tuple[Finding, ...]:
        """Return those of a file that are reported, and how many are not."""
        if not self._more:
            return tuple(self._first)
        rest = Finding(Code.VERIFY_MORE, Location(file=file), {"count": self._more})
        return (*self._first, rest)


def limited(differences: Iterable[Finding], file: str) -> tuple[Finding, ...]:
    """Return the differences; of very many, the first ones and how many more there are."""
    return Differences(differences).reported(file)
