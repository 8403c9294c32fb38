"""What a round came to once every file is judged, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflow.compiled.merge import Merged
from workflow.compiled.years.past import PastYear
from workflow.model.plan import Plan
from workflow.templates.register import Register


@dataclass(frozen=True, slots=True)
class Basis:
    """What a compilation rests on besides the returns, each as a digest."""

    plan: str
    register: str
    earlier: Mapping[str, list[str]]

    def as_json(self) -> dict[str, object]:
        """Return the digests as the journal spells them."""
        return {"plan": self.plan, "register": self.register, "earlier": dict(self.earlier)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a round came to, and what that rests on; past are the earlier years, newest first."""

    plan: Plan
    register: Register
    merged: Merged
    past: tuple[PastYear, ...]
    basis: Basis

    @property
    def year(self) -> int:
        """The fiscal year."""
        return self.register.year
