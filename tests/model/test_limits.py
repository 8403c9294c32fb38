"""The limits are declared once: the schema a plan is checked by, and the manuals, say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.plan.plan_documents import changed
from tests.programs import ROOT
from workflow.model.limits import USUAL, Limits, limits
from workflow.plan import schema
from workflow.plan.document import Document
from workflow.plan.load import validated

_SCHEMA = Path(schema.__file__).with_name("plan.schema.json")


def test_the_schema_knows_every_limit_and_its_bounds() -> None:
    declared = json.loads(_SCHEMA.read_bytes())["$defs"]["plan"]["properties"]["limits"]
    bounds = {
        name: (kind["type"], kind["minimum"], kind["maximum"])
        for name, kind in declared["properties"].items()
    }
    assert bounds == {
        limit.name: ("integer", limit.metadata["least"], limit.metadata["most"])
        for limit in limits()
    }
    assert declared["additionalProperties"] is False


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.name)
def test_a_plan_may_set_a_limit_within_its_bounds(limit: object) -> None:
    name, bounds = limit.name, limit.metadata  # type: ignore[attr-defined]
    assert bounds["least"] <= getattr(USUAL, name) <= bounds["most"]
    for value in (bounds["least"], bounds["most"]):
        document = Document(changed("/plan/limits", {name: value}), "plan.json")
        assert validated(document).limits == Limits(**{name: value})


@pytest.mark.parametrize("manual", ["README.md", "README.ja.md"])
def test_the_manuals_list_every_limit(manual: str) -> None:
    lines = (ROOT / manual).read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:3] == "| `"]
    listed = {row[0].strip("`"): row[1:3] for row in rows if len(row) == 4}
    for limit in limits():
        bounds = [f"{limit.default:,}", f"{limit.metadata['most']:,}"]
        assert listed.get(limit.name) == bounds, limit.name
        if manual == "README.ja.md":
            assert f"| {limit.metadata['about']} |" in "\n".join(lines)
