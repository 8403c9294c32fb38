"""Three cities that ask more than once a year, as plan files: what each adds to the real plan.

They are the examples of README.ja.md. A file holds fields, rounds and matrices in the place of the
real plan's, the departments and people asked besides, and who reviews which department.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workflow.plan.document import sample_document

_PLANS = Path(__file__).with_name("plans")
HALF_YEARS, MANAGER_CHECK, FOUR_ROUNDS = "half_years", "manager_check", "four_rounds"
EXAMPLES = (HALF_YEARS, MANAGER_CHECK, FOUR_ROUNDS)


def plan_of(name: str) -> dict[str, Any]:
    """Return an example as plan.json writes it: 25 items of 12 departments, several rounds."""
    added = json.loads((_PLANS / f"{name}.json").read_text("utf-8"))
    document = sample_document()
    reviewers = added["reviewer_of"]
    departments = [
        {**d, **({"reviewer": reviewers[d["code"]]} if d["code"] in reviewers else {})}
        for d in document["departments"]
    ]
    return {
        **document,
        "departments": [*departments, *added["departments"]],
        "form": {"fields": added["fields"]},
        "rounds": added["rounds"],
        "matrices": added["matrices"],
    }
