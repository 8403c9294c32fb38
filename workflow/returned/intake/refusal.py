"""Why a file is not read any further, and which outcome that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from workflow.model.catalogue import Code
from workflow.model.findings import Detail
from workflow.model.returns import Outcome
from workflow.python.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """An outcome without a workbook: the code and the details of its message."""

    outcome: Outcome
    code: Code
    details: Mapping[str, Detail] = field(default_factory=dict)


class RefusedError(Exception):
    """Raised where a reader meets what it must not read."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code.name)
        self.refusal = refusal


def unreadable(code: Code, **details: Detail) -> Refusal:
    """Return the refusal of what may be a return but cannot be read."""
    return Refusal(Outcome.UNREADABLE, code, details)


def not_a_return(code: Code, **details: Detail) -> Refusal:
    """Return the refusal of what is no return at all."""
    return Refusal(Outcome.NOT_A_RETURN, code, details)


def broken(reason: str) -> Refusal:
    """Return the refusal of a damaged file."""
    return unreadable(Code.FILE_BROKEN, reason=reason)


def too_large(reason: str) -> Refusal:
    """Return the refusal of what would take too much memory or time."""
    return unreadable(Code.FILE_TOO_LARGE, reason=reason)
