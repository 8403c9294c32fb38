"""A plan as it was written, before it is a Plan: its content and where each part of it stands.

plan.json and plan.xlsx become the same Document, so both go through the same validation; only the
places differ: JSON pointers in one, sheets and cells in the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workflow.model.findings import Code, Finding, Place
from workflow.plan.node import Node, parent

_SHOWN_LENGTH = 40
_ABOUT = re.compile(r"/(items|form/fields)/(\d+)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a pointer; other is the pointer of what it collides with."""

    code: Code
    pointer: str
    details: Mapping[str, object] = field(default_factory=dict)
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a plan file as plan.json spells it.

    Places map pointers to cells; a plan.json has none, there the pointer itself is the place.
    Findings are what the reader of the file already noticed.
    """

    content: Any
    file: str
    places: Mapping[str, Place] | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def root(self) -> Node:
        """The content as a node to ask."""
        return Node(self.content)

    def place_of(self, pointer: str) -> Place:
        """Return where the value of a pointer stands, or what is nearest above it."""
        about = _ABOUT.match(pointer)
        if not about:
            return self._spot(pointer)
        subject = self.root.at(about[0].rstrip("/"))
        return replace(self._spot(pointer), item=subject["id"].text, field=subject["label"].text)

    def finding(self, problem: Problem) -> Finding:
        """Return a problem as a finding at its place."""
        details = {name: _shown(value) for name, value in problem.details.items()}
        if problem.other is not None:
            spot = self._spot(problem.other)
            details["other"] = str(spot) if spot.sheet else problem.other
        return problem.code.at(self.place_of(problem.pointer), **details)

    def _spot(self, pointer: str) -> Place:
        if self.places is None:
            return Place(file=self.file, cell=pointer)
        while pointer not in self.places and pointer:
            pointer = parent(pointer)
        return self.places.get(pointer, Place(file=self.file))


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…"
