"""A document without problems → model.Plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Any

from workflow.model.fields.form import form_from_json
from workflow.model.indicators.indicator import Indicator
from workflow.model.known_values import known_values_from_json
from workflow.model.limits import Limits
from workflow.model.plan import AnswerRule, Department, Item, Matrix, Municipality, Plan
from workflow.model.rounds.declared import DeclaredRound
from workflow.model.years import day_from_json
from workflow.plan.kept_items import kept_items

_RATING_LABEL = "評価"


def build_plan(content: Mapping[str, Any], items: Iterable[Item] | None = None) -> Plan:
    """Return the plan a valid document describes; items are given where they were made already."""
    plan = content["plan"]
    known = content.get("known_values")
    return Plan(
        title=plan["title"],
        municipality=Municipality(plan["municipality"]["name"], plan["municipality"]["code"]),
        coordinator=plan["coordinator"],
        levels=tuple(content["levels"]),
        departments=tuple(map(_department, content["departments"])),
        items=kept_items(_items(content["items"]) if items is None else items),
        form=form_from_json(_with_rating(content["form"]["fields"]), content.get("checks", ())),
        matrices=tuple(Matrix(m["rows"], m["columns"]) for m in content.get("matrices", ())),
        deadline=day_from_json(plan.get("deadline")),
        correction_deadline=day_from_json(plan.get("correction_deadline")),
        contact=plan.get("contact", ""),
        paper=plan.get("paper", "A4"),
        own_form=plan.get("own_form", ""),
        report_layout=plan.get("report_layout", ""),
        lock_password=plan.get("lock_password", ""),
        open_passwords=tuple(plan.get("open_passwords", ())),
        limits=Limits(**{name: int(limit) for name, limit in plan.get("limits", {}).items()}),
        indicators=tuple(map(Indicator.from_json, content.get("indicators", ()))),
        known_values=known_values_from_json(known) if known else None,
        rounds=tuple(
            DeclaredRound.from_json(number, one)
            for number, one in enumerate(content.get("rounds", ()), start=1)
        ),
    )


def _with_rating(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take a field called 評価 for a rating where the form says of no field whether it is one."""
    if any("ordered" in field for field in fields):
        return fields
    is_rating = {"label": _RATING_LABEL, "type": "choice"}.items()
    return [f | {"ordered": True} if is_rating <= f.items() else f for f in fields]


def _department(department: Mapping[str, Any]) -> Department:
    return Department(
        code=department["code"],
        name=department["name"],
        formerly=tuple(department.get("formerly", ())),
        external=department.get("external", False),
        email=department.get("email", ""),
        reviewer=department.get("reviewer", ""),
    )


def _items(items: Iterable[Mapping[str, Any]]) -> Iterator[Item]:
    """Yield the items; those under one heading, or of the same departments, share what is equal."""
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    for item in items:
        path, departments = tuple(item["path"]), tuple(item["departments"])
        yield Item(
            id=item["id"],
            path=shared.setdefault(path, path),
            title=item["title"],
            departments=shared.setdefault(departments, departments),
            pages=intern(item.get("pages", "")),
            answer=AnswerRule(item.get("answer", "any")),
        )
