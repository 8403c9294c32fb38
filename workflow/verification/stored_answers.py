"""The answers as they stand in the ledger, held against answers.schema.json by jsonschema."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time
from decimal import Decimal
from hashlib import blake2b
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from workflow.compiled.ledger import STATUS_LABEL
from workflow.compiled.merging.entries import AnswerStatus
from workflow.compiled.years.past import read_rows
from workflow.model.catalogue import Code
from workflow.model.findings import Finding, Location, Violation
from workflow.model.plan import Plan
from workflow.model.raw import RawCell, RawRow
from workflow.model.rounds.column_group import WHOLE, ColumnGroup
from workflow.templates.layout import ID_LABEL
from workflow.verification.compare import stored

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_RULES = {
    "type": "値の種類",
    "enum": "選択肢",
    "minLength": "最少の文字数",
    "maxLength": "最多の文字数",
    "minimum": "最小",
    "maximum": "最大",
    "formatMinimum": "最初の日",
    "formatMaximum": "最後の日",
    "multipleOf": "小数の刻み",
    "format": "書き方",
    "required": "必須の項目",
}

_Row = Mapping[str, str]


class StoredAnswers:
    """The ledger's answers, in whichever file they stand; the same answer is looked at once."""

    def __init__(self, schema: bytes, plan: Plan) -> None:
        """Hold answers against a schema; in a year of several rounds, the answers to each."""
        self._validator = _validator(schema)
        self._groups = plan.column_groups or (WHOLE,)
        self._is_year = bool(plan.column_groups)
        self._fields = {
            group.label: tuple(
                field
                for field in plan.form.fields
                if plan.column_group(field.key) == group and field.key not in plan.combined_by_key
            )
            for group in self._groups
        }
        self._labels = plan.form.labels
        self._seen: dict[bytes, tuple[Violation, ...]] = {}  # by digest: answers are many and long

    def in_table(self, file: str, content: IO[bytes]) -> Iterator[Finding]:
        """Yield the values of the CSV that the schema refuses; nothing when it is no ledger."""
        rows = read_rows(content)
        try:
            first: _Row = next(rows, {})
        except (UnicodeDecodeError, csv.Error, KeyError):
            return
        columns = {label: at for at, label in enumerate(first, start=1)}
        every = enumerate(chain((first,) if first else (), rows), start=2)
        yield from self._in_rows(Location(file=file), columns, every)

    def in_rows(
        self, file: str, sheet: str, columns: Mapping[str, int], rows: Iterable[RawRow]
    ) -> Iterator[Finding]:
        """Yield the values in some rows of a sheet of the ledger that the schema refuses."""

        def held(cells: Mapping[int, RawCell]) -> dict[str, str]:
            found = {label: cells.get(at) for label, at in columns.items()}
            return {label: _text(cell) for label, cell in found.items() if cell}

        texts = ((row, held(cells)) for row, cells in rows)
        yield from self._in_rows(Location(file=file, sheet=sheet), columns, texts)

    def _in_rows(
        self, whole: Location, columns: Mapping[str, int], rows: Iterable[tuple[int, _Row]]
    ) -> Iterator[Finding]:
        for number, row in rows:
            for violation in self._violations(row):
                label = self._labels.get(violation.key, "")
                location = replace(
                    whole,
                    row=number,
                    column=columns.get(label, 1),
                    item=row.get(ID_LABEL, ""),
                    field_key=label,
                )
                details = {**violation.details, "found": row.get(label, "")}
                yield Finding(violation.code, location, details)

    def _holds_answer(self, row: _Row, group: ColumnGroup) -> bool:
        """Whether a row holds an answer, or why there is nothing to report."""
        status = row.get(group.column(STATUS_LABEL))
        has_text = any(row.get(field.label) for field in self._fields[group.label])
        return status == AnswerStatus.ANSWERED or (status == AnswerStatus.NOTHING and has_text)

    def _answers(self, row: _Row) -> dict[str, dict[str, Any]]:
        """Return what a row answers, by the label of the group."""
        found: dict[str, dict[str, Any]] = {}
        for group in self._groups:
            if self._holds_answer(row, group):
                filled = ((field, row.get(field.label, "")) for field in self._fields[group.label])
                found[group.label] = {f.key: f.as_instance(text) for f, text in filled if text}
        return found

    def _violations(self, row: _Row) -> tuple[Violation, ...]:
        answers = self._answers(row)
        if not answers:
            return ()
        whole: dict[str, Any] = answers if self._is_year else answers[WHOLE.label]
        known = _digest([(label, *answer.items()) for label, answer in answers.items()])
        if known not in self._seen:
            self._seen[known] = tuple(
                violation
                for error in self._validator.iter_errors(whole)
                for violation in _violations(error, whole, int(self._is_year))
            )
        return self._seen[known]


def _digest(answers: Sequence[tuple[object, ...]]) -> bytes:
    # What Python writes of a value tells its type as well: 5 is not "5".
    return blake2b(repr(answers).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _violations(
    error: ValidationError, whole: Mapping[str, Any], depth: int
) -> Iterator[Violation]:
    """Yield which field breaks which rule; the key is blank for the answer as a whole.

    Depth is how far down the fields stand: in a year of several rounds below each round.
    """
    path = list(error.absolute_path)
    answer = whole
    for step in path[:depth]:
        answer = answer[str(step)]
    keyword, argument = str(error.validator), cast("Any", error.validator_value)
    rule = _RULES.get(keyword, "どの様式の決まりとも違います")
    if keyword == "required":
        keys = [key for key in argument if key not in answer]
    else:
        keys = [str(path[depth]) if len(path) > depth else ""]
        allowed = "、".join(map(str, argument)) if isinstance(argument, list) else str(argument)
        rule = f"{rule}：{allowed}" if keyword in _RULES else rule
    details = {"expected": rule}  # what was found, each row says for itself
    yield from (Violation(key, Code.VERIFY_SCHEMA, details) for key in keys)


def _text(cell: RawCell) -> str:
    """Return the text the CSV holds for a cell of the ledger."""
    if cell.moment is not None and cell.moment.time() == time():
        return cell.moment.date().isoformat()
    return stored(cell)


def _validator(schema: bytes) -> Validator:
    """Return a validator that counts in decimals and knows the bounds of days."""

    def first_day(_: object, bound: str, day: Any, __: object) -> Iterator[ValidationError]:  # noqa: ANN401
        if isinstance(day, str) and day < bound:
            yield ValidationError("too early")

    def last_day(_: object, bound: str, day: Any, __: object) -> Iterator[ValidationError]:  # noqa: ANN401
        if isinstance(day, str) and day > bound:
            yield ValidationError("too late")

    keywords = {"formatMinimum": first_day, "formatMaximum": last_day}
    kind = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    validator: Validator = kind(
        json.loads(schema, parse_float=Decimal),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    return validator
