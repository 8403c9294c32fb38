"""register.json: the register as it is written down, in this version and the one before.

Departments share most of what is printed on their templates, so each text, item and form is written
once, and an issue lists by index which are its own: [[0, 24], [30, 30]] are the first 25 and
the 31st.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from workflow.model.errors import WorkspaceError
from workflow.model.fields.base import Field
from workflow.model.fields.form import checks_as_json, form_as_json, form_from_json
from workflow.model.indicators.indicator import Indicator
from workflow.model.known_values import known_field, known_field_as_json
from workflow.model.rounds.declared import Period
from workflow.model.rounds.earlier import (
    earlier_column_as_json,
    earlier_column_from_json,
    is_of_earlier_round,
)
from workflow.model.years import iso_time
from workflow.python.dataclass import dataclass
from workflow.storage.workspace import REGISTER_NAME
from workflow.templates.own.form import OwnForm
from workflow.templates.register import (
    FormNumber,
    Issue,
    IssuedForm,
    IssuedItem,
    IssuedRound,
    Register,
    canonical_digest,
)
from workflow.templates.register_lines import (
    BROKEN,
    MISFITS,
    LinedFile,
    Parser,
    Runs,
    read_lined,
)

_VERSION = 2
ThingT = TypeVar("ThingT", bound="str | IssuedItem")


def register_as_bytes(register: Register) -> bytes:
    """Return register.json, with one text, item or issue a line."""
    forms: dict[str, Any] = {}
    own_forms: dict[str, OwnForm] = {}
    texts: _Table[str] = _Table()
    items: _Table[IssuedItem] = _Table()
    issues = []
    for issue in register.issues:
        asked = issue.answer_form
        form = {"levels": list(issue.form.levels), "fields": form_as_json(asked)}
        form |= checks_as_json(asked)
        form |= _known_as_json(issue.form.known)
        digest = canonical_digest(form)
        forms[digest] = form
        shared: dict[str, Any] = {
            "texts": texts.runs(issue.texts),
            "items": items.runs(issue.items),
        }
        if issue.own:
            own_forms[issue.own.digest] = issue.own
            shared["own"] = issue.own.digest
        issues.append(_plain_issue(issue, digest) | shared | _plain_indicators(issue))
    plain_forms = (f"{_json(digest)}: {_json(form)}" for digest, form in forms.items())
    own = (f"{_json(digest)}: {_json(form.as_json())}" for digest, form in own_forms.items())
    parts = (
        f'"version": {_VERSION}',
        f'"year": {register.year}',
        *((f'"round": {_json(asdict(register.round))}',) if register.round else ()),
        f'"forms": {_lines("{}", plain_forms)}',
        *((f'"own_forms": {_lines("{}", own)}',) if own_forms else ()),
        f'"texts": {_lines("[]", map(_json, texts.indexes))}',
        f'"items": {_lines("[]", (_json(_plain_item(item)) for item in items.indexes))}',
        f'"issues": {_lines("[]", map(_json, issues))}',
    )
    return "{{\n{}\n}}\n".format(",\n".join(parts)).encode()


def load_register(
    folder: Path, year: int, round_name: str = "", *, by_line: bool = False
) -> Register:
    """Return the register of templates/YEAR, or of a round in it; empty before anything is issued.

    By line, what stands on a template is read when it is asked for; the file must stay until then.
    Raises WorkspaceError when register.json is there but cannot be read.
    """
    path = folder / REGISTER_NAME
    if not path.exists():
        return Register(year)
    period = Period(year, round_name)
    try:
        file = read_lined(path, _TABLES if by_line else {})
        read = _READERS.get(file.document["version"])
        issues = None if read is None else tuple(read(file))
        issued = IssuedRound(**file.document["round"]) if "round" in file.document else None
    except MISFITS as error:
        raise WorkspaceError(f"{period}の発行台帳（{path}）を読み取れません。{BROKEN}") from error
    if issues is None:
        raise WorkspaceError(
            f"{period}の発行台帳（{path}）は、この道具では読めない新しい書き方です。"
            "調査票を発行した版の道具か、それより新しいものをお使いください。"
        )
    return Register(year, issues, issued)


def load_issued_register(
    folder: Path, year: int, round_name: str = "", *, by_line: bool = False
) -> Register:
    """Return the register of templates/YEAR, or of a round in it, as load_register does.

    Raises WorkspaceError when nothing was issued.
    """
    register = load_register(folder, year, round_name, by_line=by_line)
    if not register.issues:
        period = Period(year, round_name)
        raise WorkspaceError(
            f"{period}の調査票はまだ発行していません。"
            f"先に generate {period.options} を実行してください。"
        )
    return register


@dataclass(slots=True)
class _Table(Generic[ThingT]):
    """What is written once, with its index, in the order it came up."""

    indexes: dict[ThingT, int] = field(default_factory=dict)

    def runs(self, things: Iterable[ThingT]) -> Runs:
        """Return the indexes of some things, in their order; new ones get the next."""
        runs: Runs = []
        for thing in things:
            index = self.indexes.setdefault(thing, len(self.indexes))
            if runs and runs[-1][1] == index - 1:
                runs[-1][1] = index
            else:
                runs.append([index, index])
        return runs


def _taken(table: Sequence[ThingT], runs: Runs) -> tuple[ThingT, ...]:
    """Return the entries of a table at some indexes. ValueError for an index beyond it."""
    taken: list[ThingT] = []
    for first, last in runs:
        if not 0 <= first <= last < len(table):
            raise ValueError(f"{first}–{last}")
        taken += table[first : last + 1]
    return tuple(taken)


def _lines(brackets: str, plain: Iterable[str]) -> str:
    between = ",\n"
    return f"{brackets[0]}\n{between.join(plain)}\n{brackets[1]}"


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False)


def _plain_issue(issue: Issue, form: str) -> dict[str, Any]:
    return {
        "number": str(issue.number),
        "department_name": issue.department_name,
        "file": issue.file,
        "digest": issue.digest,
        "sha256": issue.sha256,
        "issued_at": iso_time(issue.issued_at),
        "tool_version": issue.tool_version,
        "form": form,
    }


def _plain_indicators(issue: Issue) -> dict[str, Any]:
    asked = [indicator.as_json() for indicator in issue.indicators]
    return {"indicators": asked} if asked else {}


def _known_as_json(known: tuple[Field, ...]) -> dict[str, Any]:
    return {"known": list(map(_known_field_as_json, known))} if known else {}


def _known_field_as_json(known: Field) -> dict[str, Any]:
    is_earlier = is_of_earlier_round(known.key)
    return {**earlier_column_as_json(known)} if is_earlier else known_field_as_json(known)


def _known_field(declared: Mapping[str, Any]) -> Field:
    return earlier_column_from_json(declared) if "round" in declared else known_field(declared)


def _plain_item(item: IssuedItem) -> dict[str, Any]:
    known = {"known": list(item.known)} if item.known else {}
    return {
        "id": item.id,
        "labels": list(item.labels),
        "pages": item.pages,
        "departments": item.departments,
        **known,
    }


def _issues(file: LinedFile) -> Iterator[Issue]:
    """Yield the issues of a register.json of today."""
    shared, document = _Shared(), file.document
    texts = _chooser(file, "texts", shared.texts)
    items = _chooser(file, "items", shared.items)
    forms = _forms(document)
    own = {d: OwnForm.from_json(form) for d, form in document.get("own_forms", {}).items()}
    for plain in _each_issue(file):
        issue = _issue(plain, forms, items(plain["items"]), texts(plain["texts"]), shared)
        yield replace(issue, own=own[plain["own"]]) if "own" in plain else issue


def _issues_of_1(file: LinedFile) -> Iterator[Issue]:
    """Yield the issues of version 1, in which every issue repeated all that is printed on it."""
    shared, forms = _Shared(), _forms(file.document)
    for plain in _each_issue(file):
        items, texts = shared.items(plain["items"]), shared.texts(plain["texts"])
        yield _issue(plain, forms, items, texts, shared)


def _each_issue(file: LinedFile) -> Iterable[Mapping[str, Any]]:
    """Return the issues as they are written; read one by one they take a tenth of the memory."""
    lines = file.tables.get("issues")
    return file.document["issues"] if lines is None else lines.each()


_READERS: Mapping[int, Callable[[LinedFile], Iterator[Issue]]] = {
    1: _issues_of_1,
    _VERSION: _issues,
}


def _chooser(file: LinedFile, name: str, parse: Parser[Any]) -> Callable[[Runs], Sequence[Any]]:
    """Return what gives the entries of a table at some indexes, read now or when they are asked."""
    table = file.tables.get(name)
    return partial(_taken, parse(file.document[name])) if table is None else table.chosen


class _Shared:
    """One object for each text and each item, however often they are written."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._items: dict[IssuedItem, IssuedItem] = {}

    def texts(self, plain: Iterable[str]) -> tuple[str, ...]:
        """Return some texts. TypeError when one is none."""
        return tuple(map(self.text, plain))

    def items(self, plain: Iterable[Mapping[str, Any]]) -> tuple[IssuedItem, ...]:
        """Return items as they were issued."""
        return tuple(map(self._item, plain))

    def _item(self, plain: Mapping[str, Any]) -> IssuedItem:
        item = IssuedItem(
            id=self.text(plain["id"]),
            labels=self.texts(plain["labels"]),
            pages=self.text(plain["pages"]),
            departments=self.text(plain["departments"]),
            known=self.texts(plain.get("known", ())),
        )
        return self._items.setdefault(item, item)

    def text(self, text: str) -> str:
        """Return a text. TypeError when it is none."""
        if not isinstance(text, str):
            raise TypeError(text)
        return self._texts.setdefault(text, text)


def _texts(plain: list[str]) -> tuple[str, ...]:
    return _Shared().texts(plain)


def _items(plain: list[Mapping[str, Any]]) -> tuple[IssuedItem, ...]:
    return _Shared().items(plain)


_TABLES: Mapping[str, Parser[Any]] = {"texts": _texts, "items": _items, "issues": list}


def _issue(
    plain: Mapping[str, Any],
    forms: Mapping[str, IssuedForm],
    items: Sequence[IssuedItem],
    texts: Sequence[str],
    shared: _Shared,
) -> Issue:
    number = FormNumber.parse(plain["number"])
    if number is None:
        raise ValueError(plain["number"])
    return Issue(
        number=number,
        department_name=plain["department_name"],
        file=plain["file"],
        digest=plain["digest"],
        sha256=plain["sha256"],
        issued_at=datetime.fromisoformat(plain["issued_at"]),
        tool_version=shared.text(plain["tool_version"]),
        form=forms[plain["form"]],
        texts=texts,
        items=items,
        indicators=tuple(map(Indicator.from_json, plain.get("indicators", ()))),
    )


def _forms(document: Mapping[str, Any]) -> dict[str, IssuedForm]:
    return {
        digest: IssuedForm(
            tuple(form["levels"]),
            form_from_json(form["fields"], form.get("checks", ())),
            tuple(map(_known_field, form.get("known", ()))),
        )
        for digest, form in document["forms"].items()
    }
