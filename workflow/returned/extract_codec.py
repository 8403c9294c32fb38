"""What judging a file gave, as JSON and back, to the letter. Pure.

What is read back may have been written by anybody: whatever does not fit is a ValueError.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workflow.findings import Finding, Severity
from workflow.model import Answer, Envelope, Note, NoteKind, Outcome, Return, Source, Value
from workflow.years import JST

_MISFITS = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)
_TEXTS = ("path", "sha256", "number", "department", "author", "saved_by", "format")
_PLACE = tuple(field.name for field in fields(Finding) if field.name != "severity")
_NOTE = ("file", "sheet", "cell", "text", "author")

_Origin = tuple[str, str, datetime]
"""What the source of an answer shares with its return: file, digest, time of receipt."""


def encoded(returns: Sequence[Return]) -> bytes:
    """Return the returns of one file as one line of JSON."""
    plain = [_plain_return(returned) for returned in returns]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def decoded(line: bytes) -> tuple[Return, ...]:
    """Return the returns a line holds. Raises ValueError when it holds none."""
    try:
        return tuple(map(_return, json.loads(line.decode("utf-8", "surrogatepass"))))
    except _MISFITS as error:
        raise ValueError("no extract") from error


def _plain_return(returned: Return) -> dict[str, Any]:
    envelope = returned.envelope
    origin = (returned.path, returned.sha256, returned.received)
    return {
        "outcome": returned.outcome.value,
        "texts": [getattr(returned, name) for name in _TEXTS],
        "size": returned.size,
        "received": _plain_moment(returned.received),
        "modified": returned.modified and _plain_moment(returned.modified),
        "envelope": envelope and [envelope.path, envelope.sha256, envelope.size],
        "answers": [_plain_answer(answer, origin) for answer in returned.answers],
        "notes": [[n.kind.value, *(getattr(n, name) for name in _NOTE)] for n in returned.notes],
        "findings": [
            [f.severity.value, *(getattr(f, name) for name in _PLACE)] for f in returned.findings
        ],
    }


def _return(plain: Mapping[str, Any]) -> Return:
    texts = dict(zip(_TEXTS, _texts(plain["texts"]), strict=True))
    received, modified, envelope = (plain[key] for key in ("received", "modified", "envelope"))
    origin = (texts["path"], texts["sha256"], _moment(received))
    return Return(
        **texts,
        outcome=Outcome(plain["outcome"]),
        size=_whole(plain["size"]),
        received=origin[2],
        modified=None if modified is None else _moment(modified),
        envelope=None if envelope is None else _envelope(*envelope),
        answers=tuple(_answer(answer, origin) for answer in plain["answers"]),
        notes=tuple(Note(NoteKind(kind), *_texts(rest)) for kind, *rest in plain["notes"]),
        findings=tuple(_finding(*finding) for finding in plain["findings"]),
    )


def _plain_answer(answer: Answer, origin: _Origin) -> list[Any]:
    """Return an answer; what was written is left out where it is what it was taken for."""
    source = answer.source
    rest = (source.file, source.sha256, source.received)
    return [
        answer.item,
        answer.department,
        [[key, *_plain_value(value)] for key, value in answer.values.items()],
        None if _same(answer.written, answer.values) else list(map(list, answer.written.items())),
        list(map(list, answer.cells.items())),
        [source.sheet, source.row],
        None if rest == origin else [source.file, source.sha256, _plain_moment(source.received)],
        answer.rejected,
    ]


def _answer(plain: Sequence[Any], origin: _Origin) -> Answer:
    item, department, values, written, cells, (sheet, row), rest, rejected = plain
    known: dict[str, Value] = {key: _value(*value) for key, *value in values}
    file, digest, received = origin if rest is None else (rest[0], rest[1], _moment(rest[2]))
    item, department, sheet, file, digest = _texts([item, department, sheet, file, digest])
    return Answer(
        item=item,
        department=department,
        values=known,
        written=_said(values if written is None else written),
        cells=_said(cells),
        source=Source(file, sheet, _whole(row), digest, received),
        rejected=bool(rejected),
    )


def _same(written: Mapping[str, str], values: Mapping[str, Value]) -> bool:
    return list(written.items()) == list(values.items())


def _plain_value(value: Value) -> list[str]:
    match value:
        case str():
            return [value]
        case Decimal():
            return [str(value), "number"]
        case _:
            return [value.isoformat(), "date"]


def _value(text: str, kind: str = "text") -> Value:
    readers: Mapping[str, Any] = {"number": Decimal, "date": date.fromisoformat, "text": _text}
    value: Value = readers[kind](_text(text))
    return value


def _finding(severity: str, *texts: str) -> Finding:
    return Finding(severity=Severity(severity), **dict(zip(_PLACE, _texts(texts), strict=True)))


def _envelope(path: str, digest: str, size: int) -> Envelope:
    return Envelope(_text(path), _text(digest), _whole(size))


def _plain_moment(moment: datetime) -> str:
    return moment.isoformat()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(_text(text))
    return moment.replace(tzinfo=JST) if moment.utcoffset() == JST.utcoffset(None) else moment


def _said(pairs: Sequence[Sequence[str]]) -> dict[str, str]:
    return dict(_pair(*pair) for pair in pairs)


def _pair(key: str, text: str) -> tuple[str, str]:
    return _text(key), _text(text)


def _texts(plain: Sequence[Any]) -> Sequence[str]:
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
