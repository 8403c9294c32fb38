"""Findings: what was noticed, where, and the values that tell about it. They stop nothing.

They hold no text for people: message, remedy, place in words and JSON are made by `wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from workflow.model.catalogue import Code, Severity
from workflow.python.dataclass import dataclass

Detail = str | int | date | tuple[str, ...]
"""A value that a message names: a text, a number, a day, or several texts. A key is a text."""

NO_DETAILS: Mapping[str, Detail] = {}
"""Of a message that names no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where something was noticed; what does not apply is blank or 0.

    Row and column count from 1; a row without a column is the whole row. The field key is that of a
    field of the form; where no form is asked (a plan, the ledger) it is the text people know the
    column by. Part is what else in a file has a name: a JSON pointer, the order of its sheets.
    Round is named where a whole year of several rounds is spoken of.
    """

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: int = 0
    item: str = ""
    field_key: str = ""
    part: str = ""
    round: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed at a location; details are the values that its message names, by name.

    Returned_for is what a person asks to be put right where the code alone asks for a look only.
    """

    code: Code
    location: Location
    details: Mapping[str, Detail] = field(default_factory=lambda: NO_DETAILS, hash=False)
    returned_for: str = ""

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return Severity.ERROR if self.returned_for else self.code.severity


@dataclass(frozen=True, slots=True)
class Violation:
    """What is to be said of a value, before it is known in which file and cell it stands.

    Mostly that it breaks a rule. The key is that of the field, or in a plan the JSON pointer of the
    value. Details are what the message names; a field is named by its key.
    """

    key: str
    code: Code
    details: Mapping[str, Detail] = field(default_factory=lambda: NO_DETAILS, hash=False)
