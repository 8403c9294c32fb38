"""What a plan asks otherwise than the forms people have: found once for the same plan and forms."""

from __future__ import annotations

import json
from pathlib import Path

from workflow.compiled.merging.forms import form_findings
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.returned.workers.codec import MISFITS, finding_of, plain_finding
from workflow.rounds.inputs.kept import keep, kept
from workflow.templates.register import Register

_RECORD = "forms.json"


def known_form_findings(
    folder: Path, key: str, plan: Plan, register: Register
) -> tuple[Finding, ...]:
    """Return what is otherwise on the forms people have, taken from a folder where it is kept.

    The key is the digest of all that it depends on, but for the state of earlier rounds: where
    their answers stand on the forms too, each is looked at anew.
    """
    if plan.earlier:
        return tuple(form_findings(plan, register))
    known = _known(folder / _RECORD, key)
    if known is None:
        known = tuple(form_findings(plan, register))
        record = {"key": key, "findings": [plain_finding(finding) for finding in known]}
        keep(folder / _RECORD, json.dumps(record).encode())
    return known


def _known(path: Path, key: str) -> tuple[Finding, ...] | None:
    """Return what is kept under a key; None where nothing is, or something else."""
    try:
        plain = json.loads(kept(path))
        if plain["key"] != key:
            return None
        return tuple(finding_of(*finding) for finding in plain["findings"])
    except (OSError, *MISFITS):
        return None
