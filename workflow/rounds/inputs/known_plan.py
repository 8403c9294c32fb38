"""The plan of a round: checked and digested once, and known again by the bytes of its files.

What is known of it is kept beside the extracts: its digest and, where it is written in plan.xlsx,
what plan.json would say. A workbook with passwords is read each time: a copy would lie open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow.compiled.recording import without_passwords
from workflow.model.dataclass import dataclass
from workflow.model.findings import Finding
from workflow.model.plan import Plan
from workflow.plan.build import build_plan
from workflow.plan.fingerprint import plan_digest
from workflow.plan.load import in_scope, plan_files, understood
from workflow.plan.paths import JSON_NAME
from workflow.plan.schema import is_plainly_valid
from workflow.rounds.inputs.kept import keep, kept
from workflow.storage.files import sha256
from workflow.storage.tool_digest import tool_digest
from workflow.storage.workspace import Workspace

_RECORD = "plan.json"


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """The plan of a round, its digest, and what all of the plan says as plan.json spells it.

    Notes say how its files were understood, when they were read just now and not known before.
    """

    plan: Plan
    content: Any
    digest: str
    notes: tuple[Finding, ...] = ()


def known_plan(workspace: Workspace, year: int, use_kept: bool) -> KnownPlan:
    """Return the plan of a workspace as its files say it now.

    Raises PlanError with every finding when it has errors.
    """
    files = plan_files(workspace.home)
    if not use_kept:
        return _read(files, workspace.round)
    digests = [[path.name, sha256(content)] for path, content in files.items()]
    key = sha256(json.dumps([tool_digest(), digests]).encode())
    record = workspace.extracts(year) / _RECORD
    try:
        known = _known(record, key, files, workspace.round)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        known = None  # nothing is kept, or nothing of ours
    if known is None:
        known = _read(files, workspace.round)
        _keep(record, key, files, known)
    return known


def _read(files: Mapping[Path, bytes], round_name: str) -> KnownPlan:
    written = understood(files)
    notes = tuple(finding for document in written.documents for finding in document.findings)
    plan = in_scope(written.plan, round_name)
    return KnownPlan(plan, written.content, plan_digest(plan), notes)


def _known(
    record: Path, key: str, files: Mapping[Path, bytes], round_name: str
) -> KnownPlan | None:
    """Return what is kept of these files, None when it is of others. ValueError when of nothing."""
    plain = json.loads(kept(record))
    if plain["key"] != key:
        return None
    content = plain["content"]
    if _is_document(files):
        content = json.loads(next(iter(files.values())).decode("utf-8-sig"))
    if not is_plainly_valid(content):
        return None
    plan = in_scope(build_plan(content), round_name)
    return KnownPlan(plan, content, str(plain["digest"]))


def _keep(record: Path, key: str, files: Mapping[Path, bytes], known: KnownPlan) -> None:
    content = None if _is_document(files) else known.content
    if content is None or content == without_passwords(content):
        plain = {"key": key, "digest": known.digest, "content": content}
        keep(record, json.dumps(plain, ensure_ascii=False).encode())


def _is_document(files: Mapping[Path, bytes]) -> bool:
    """Whether the plan is written in plan.json alone, which is quick to read as it is."""
    return [path.name for path in files] == [JSON_NAME]
