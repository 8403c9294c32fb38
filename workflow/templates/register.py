"""The register 発行台帳: every template ever issued in a round, as it was issued."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from workflow.errors import WorkspaceError
from workflow.form import form_as_json, form_from_json
from workflow.model import Department, Form
from workflow.years import era_year, iso_time

REGISTER_NAME = "register.json"
_NUMBER = re.compile(r"(\d{6})-(\d{4})-([A-Za-z0-9][A-Za-z0-9_-]*)-(\d{1,4})")


@dataclass(frozen=True, slots=True)
class FormNumber:
    """A 様式番号: city code, fiscal year, department code and the count of its issues."""

    municipality: str
    year: int
    department: str
    issue: int

    def __str__(self) -> str:
        return f"{self.municipality}-{self.year}-{self.department}-{self.issue}"

    @classmethod
    def parse(cls, text: str) -> FormNumber | None:
        """Return the number a text is, or None when it is none."""
        match = _NUMBER.fullmatch(text.strip())
        return cls(match[1], int(match[2]), match[3], int(match[4])) if match else None


@dataclass(frozen=True, slots=True)
class IssuedItem:
    """An item as it stood on a template: its locked texts."""

    id: str
    labels: tuple[str, ...]
    pages: str
    departments: str


@dataclass(frozen=True, slots=True)
class IssuedForm:
    """The columns of a template: the level names and the fields."""

    levels: tuple[str, ...]
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One template given to one department. The digest is of what it asks, not of its bytes.

    Texts are all that is printed on it, so that what people add can be told from it.
    """

    number: FormNumber
    department_name: str
    file: str
    digest: str
    sha256: str
    issued_at: datetime
    tool_version: str
    form: IssuedForm
    items: tuple[IssuedItem, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """All issues of one fiscal year, in the order they were made.

    Without slots, so that what is looked up again and again is indexed once.
    """

    year: int
    issues: tuple[Issue, ...] = ()

    def latest(self, department: str) -> Issue | None:
        """Return the issue a department should answer now."""
        return self._latest.get(department)

    def latest_for(self, department: Department) -> Issue | None:
        """Return the issue a department should answer, also one issued under its former code."""
        issues = (self.latest(code) for code in (department.code, *department.formerly))
        return next((issue for issue in issues if issue), None)

    def find(self, number: FormNumber) -> Issue | None:
        """Return the issue with this 様式番号."""
        return self._by_number.get(number)

    def current(self) -> tuple[Issue, ...]:
        """Return the latest issue of each department, in the order of first issue."""
        return tuple(self._latest.values())

    def item_ids(self) -> frozenset[str]:
        """Return the items that stand on any template people should answer now."""
        return frozenset(item.id for issue in self.current() for item in issue.items)

    @cached_property
    def _latest(self) -> Mapping[str, Issue]:
        return {issue.number.department: issue for issue in self.issues}

    @cached_property
    def _by_number(self) -> Mapping[FormNumber, Issue]:
        found: dict[FormNumber, Issue] = {}
        for issue in self.issues:
            found.setdefault(issue.number, issue)
        return found

    def adding(self, issues: tuple[Issue, ...]) -> Register:
        """Return the register with more issues at its end."""
        return replace(self, issues=self.issues + issues)


def canonical_digest(content: object) -> str:
    """Return the SHA-256 of a JSON-like value, the same on every machine."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def register_as_bytes(register: Register) -> bytes:
    """Return register.json; each distinct form is written once and named by its digest."""
    forms: dict[str, Any] = {}
    issues = []
    for issue in register.issues:
        form = {"levels": list(issue.form.levels), "fields": form_as_json(issue.form.form)}
        digest = canonical_digest(form)
        forms[digest] = form
        issues.append(_issue_as_json(issue, digest))
    document = {"version": 1, "year": register.year, "forms": forms, "issues": issues}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def load_register(folder: Path, year: int) -> Register:
    """Return the register of templates/YEAR, empty when nothing was issued yet.

    Raises WorkspaceError when register.json is there but cannot be read.
    """
    path = folder / REGISTER_NAME
    if not path.exists():
        return Register(year)
    try:
        document = json.loads(path.read_bytes())
        forms = {digest: _form_from_json(form) for digest, form in document["forms"].items()}
        issues = tuple(_issue_from_json(issue, forms) for issue in document["issues"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkspaceError(
            f"{era_year(year)}の発行台帳（{path}）を読み取れません。"
            "控えがあれば戻し、なければ担当者にご相談ください。"
        ) from error
    return Register(year, issues)


def load_issued_register(folder: Path, year: int) -> Register:
    """Return the register of templates/YEAR. Raises WorkspaceError when nothing was issued."""
    register = load_register(folder, year)
    if not register.issues:
        raise WorkspaceError(
            f"{era_year(year)}の調査票はまだ発行していません。"
            f"先に generate --year {year} を実行してください。"
        )
    return register


def _issue_as_json(issue: Issue, form: str) -> dict[str, Any]:
    return {
        "number": str(issue.number),
        "department": issue.number.department,
        "department_name": issue.department_name,
        "file": issue.file,
        "digest": issue.digest,
        "sha256": issue.sha256,
        "issued_at": iso_time(issue.issued_at),
        "tool_version": issue.tool_version,
        "form": form,
        "texts": list(issue.texts),
        "items": [
            {"id": i.id, "labels": list(i.labels), "pages": i.pages, "departments": i.departments}
            for i in issue.items
        ],
    }


def _issue_from_json(spelled: dict[str, Any], forms: dict[str, IssuedForm]) -> Issue:
    number = FormNumber.parse(spelled["number"])
    if number is None:
        raise ValueError(spelled["number"])
    return Issue(
        number=number,
        department_name=spelled["department_name"],
        file=spelled["file"],
        digest=spelled["digest"],
        sha256=spelled["sha256"],
        issued_at=datetime.fromisoformat(spelled["issued_at"]),
        tool_version=spelled["tool_version"],
        form=forms[spelled["form"]],
        texts=tuple(spelled["texts"]),
        items=tuple(
            IssuedItem(i["id"], tuple(i["labels"]), i["pages"], i["departments"])
            for i in spelled["items"]
        ),
    )


def _form_from_json(spelled: dict[str, Any]) -> IssuedForm:
    return IssuedForm(tuple(spelled["levels"]), form_from_json(spelled["fields"]))
