"""What judging a file gave, as one line of JSON and back, to the letter. Pure.

Workers send it, and it is kept. What is read back may have been written by anybody: whatever does
not fit is a ValueError.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from workflow.model.catalogue import Code
from workflow.model.fields.declarations import Value
from workflow.model.findings import NO_DETAILS, Detail, Finding, Location
from workflow.model.returns import (
    Answer,
    Envelope,
    MailHeader,
    Note,
    NoteKind,
    Outcome,
    Return,
    Source,
)
from workflow.model.years import JST
from workflow.python.lazy_pattern import lazy_pattern

MISFITS = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading raises of what was written by somebody else."""
_TEXTS = ("file", "sha256", "number", "department", "author", "saved_by", "format")
_LOCATION = tuple(field.name for field in fields(Location))
_NOTE = ("sheet", "cell", "text", "author", "item", "label", "file")
_SHORT = 40
_LETTERS = lazy_pattern("[A-Z]+")

Columns = tuple[tuple[str, str], ...]
"""Field keys and the letters of their columns."""


class Extract(tuple[Return, ...]):
    """The returns of one file, and the line they were read from."""

    line: bytes


def encoded(returns: Sequence[Return]) -> bytes:
    """Return the returns of one file as one line of JSON."""
    plain = [_plain_return(returned) for returned in returns]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def line_of(returns: Sequence[Return]) -> bytes:
    """Return the same line, which need not be made again of what was read from one."""
    return returns.line if isinstance(returns, Extract) else encoded(returns)


def decoded(line: bytes) -> Extract:
    """Return the returns a line holds. Raises ValueError when it holds none."""
    try:
        extract = Extract(map(_return, json.loads(line.decode("utf-8", "surrogatepass"))))
    except MISFITS as error:
        raise ValueError("no extract") from error
    extract.line = line
    return extract


def _plain_return(returned: Return) -> dict[str, Any]:
    envelope = returned.envelope
    columns = _columns_of(returned.answers or returned.offered)
    return {
        "outcome": returned.outcome.value,
        "texts": [getattr(returned, name) for name in _TEXTS],
        "size": returned.size,
        "received": _plain_moment(returned.received),
        "modified": returned.modified and _plain_moment(returned.modified),
        "made_from": returned.made_from,
        "envelope": envelope and [envelope.file, envelope.sha256, envelope.size],
        "mail": _plain_mail(returned.mail),
        "columns": columns,
        "answers": [_plain_answer(answer, returned, columns) for answer in returned.answers],
        "offered": [_plain_answer(answer, returned, columns) for answer in returned.offered],
        "notes": [[n.kind.value, *(getattr(n, name) for name in _NOTE)] for n in returned.notes],
        "findings": [plain_finding(finding) for finding in returned.findings],
    }


def _return(plain: Mapping[str, Any]) -> Return:
    texts: dict[str, Any] = dict(zip(_TEXTS, _texts(plain["texts"]), strict=True))
    modified, envelope = plain["modified"], plain["envelope"]
    empty = Return(
        **texts,
        outcome=Outcome(plain["outcome"]),
        size=_whole(plain["size"]),
        received=_moment(plain["received"]),
        modified=None if modified is None else _moment(modified),
        envelope=None if envelope is None else _envelope(*envelope),
        made_from=tuple(_texts(plain["made_from"])),
        mail=_mail(plain["mail"]),
        notes=tuple(Note(NoteKind(kind), *_texts(rest)) for kind, *rest in plain["notes"]),
        findings=tuple(finding_of(*finding) for finding in plain["findings"]),
    )
    columns = tuple(_pair(*pair) for pair in plain["columns"])
    answers, offered = (
        tuple(_answer(empty, columns, *answer) for answer in plain[name])
        for name in ("answers", "offered")
    )
    return replace(empty, answers=answers, offered=offered) if answers or offered else empty


def _plain_answer(answer: Answer, returned: Return, columns: Columns) -> list[Any]:
    """Return an answer; left out is what follows from the return, from its row or its values."""
    source, row = answer.source, answer.source.row
    values: dict[str, Any] = dict(answer.values)
    for key, value in answer.values.items():
        if not isinstance(value, str):
            values[key] = _plain_value(value)
    origin = (answer.department, source.file, source.sha256, source.received)
    known = (returned.department, returned.file, returned.sha256, returned.received)
    return [
        answer.item,
        source.sheet,
        row,
        values,
        None if _same(answer.written, answer.values) else dict(answer.written),
        answer.rejected,
        answer.says_nothing,
        None if _same(answer.cells, _cells(columns, row)) else dict(answer.cells),
        None if origin == known else [*origin[:3], _plain_moment(origin[3])],
    ]


def _answer(
    read: Return,
    columns: Columns,
    item: str,
    sheet: str,
    row: int,
    values: dict[str, Any],
    written: dict[str, str] | None,
    rejected: bool,
    says_nothing: bool,
    cells: dict[str, str] | None,
    origin: Sequence[str] | None,
) -> Answer:
    known = {key: _value(value) for key, value in values.items()}
    answer = Answer(
        item=_shared(item),
        department=read.department,
        values=known,
        written=_as_written(known) if written is None else _text_mapping(written),
        cells=_cells(columns, _whole(row)) if cells is None else _text_mapping(cells),
        source=Source(read.file, _shared(sheet), row, read.sha256, read.received),
        rejected=bool(rejected),
        says_nothing=bool(says_nothing),
    )
    return answer if origin is None else _from(answer, *_texts(origin))


def _from(answer: Answer, department: str, file: str, digest: str, received: str) -> Answer:
    """Return an answer that is from somewhere else than the return it stands in."""
    source = replace(answer.source, file=file, sha256=digest, received=_moment(received))
    return replace(answer, department=department, source=source)


def _as_written(values: Mapping[str, Value]) -> Mapping[str, str]:
    """Return values that are texts, as they are. ValueError when one is none."""
    _texts(values.values())
    return cast("Mapping[str, str]", values)


def _columns_of(answers: Sequence[Answer]) -> Columns:
    """Return the columns in which the first answer stands: as a rule the others stand there too."""
    cells = answers[0].cells.items() if answers else ()
    found = [(key, _LETTERS.match(cell)) for key, cell in cells]
    return tuple((key, letters[0]) for key, letters in found if letters)


@lru_cache(maxsize=20_000)
def _cells(columns: Columns, row: int) -> Mapping[str, str]:
    """Return the cells of a row: one object for the same row of every template of a form."""
    return {key: f"{letters}{row}" for key, letters in columns}


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one is other or (one == other and list(one) == list(other))


def _plain_value(value: Decimal | date) -> list[str]:
    if isinstance(value, Decimal):
        return ["number", str(value)]
    return ["date", value.isoformat()]


def _value(plain: str | list[str]) -> Value:
    if isinstance(plain, str):
        return _shared(plain) if len(plain) <= _SHORT else plain
    kind, text = _texts(plain)
    return Decimal(text) if kind == "number" else date.fromisoformat(text)


@lru_cache(maxsize=20_000)
def _shared(text: str) -> str:
    """Return a text as one object: choices, ids and names come with every return."""
    return _text(text)


def plain_finding(finding: Finding) -> list[Any]:
    """Return a finding as it is written."""
    place = (getattr(finding.location, name) for name in _LOCATION)
    return [finding.code.name, dict(finding.details), *place]


def finding_of(name: str, details: Mapping[str, Any], *location: Any) -> Finding:  # noqa: ANN401
    """Return a finding that was written. Raises one of MISFITS when nobody could tell of it."""
    code = Code[name]
    known = {key: _detail(value) for key, value in details.items()}
    if not known.keys() >= code.details:
        raise ValueError(name)
    return Finding(code, _location(*location), known or NO_DETAILS)


def _location(
    file: str, sheet: str, row: int, column: int, item: str, field_key: str, *named: str
) -> Location:
    part, round_ = named
    return Location(
        file=_text(file),
        sheet=_shared(sheet),
        row=_whole(row),
        column=_whole(column),
        item=_shared(item),
        field_key=_shared(field_key),
        part=_shared(part),
        round=_shared(round_),
    )


def _detail(plain: object) -> Detail:
    if isinstance(plain, list):
        return tuple(_texts(plain))
    return _whole(plain) if isinstance(plain, int) else _text(plain)


def _envelope(path: str, digest: str, size: int) -> Envelope:
    return Envelope(_text(path), _text(digest), _whole(size))


def _plain_mail(mail: MailHeader | None) -> list[str | None] | None:
    if mail is None:
        return None
    sent = None if mail.sent is None else _plain_moment(mail.sent)
    return [mail.sender, mail.subject, sent]


def _mail(plain: Sequence[str | None] | None) -> MailHeader | None:
    if plain is None:
        return None
    sender, subject, sent = plain
    return MailHeader(
        sender=_text(sender), subject=_text(subject), sent=None if sent is None else _moment(sent)
    )


def _plain_moment(moment: datetime) -> str:
    return moment.isoformat()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(_text(text))
    return moment.replace(tzinfo=JST) if moment.utcoffset() == JST.utcoffset(None) else moment


def _text_mapping(plain: Mapping[str, str]) -> dict[str, str]:
    return {key: _text(text) for key, text in plain.items()}


def _pair(key: str, text: str) -> tuple[str, str]:
    return _text(key), _text(text)


def _texts(plain: Collection[Any]) -> Collection[str]:
    if any(type(text) is not str for text in plain):
        raise ValueError(plain)
    return plain


def _text(plain: object) -> str:
    if not isinstance(plain, str):
        raise TypeError(plain)
    return plain


def _whole(plain: object) -> int:
    if type(plain) is not int:
        raise TypeError(plain)
    return plain
