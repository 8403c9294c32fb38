"""The text of a mail, as the coordinator may edit it: a Jinja template. Pure.

Its first line is the subject. Values go in as plain text, and a template can neither reach the
disk nor Python's own objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workflow.model.city_templates import line_of
from workflow.model.errors import WorkspaceError
from workflow.model.plain_text import harmless, one_line

Said = str | int | bool | None | Sequence["Said"] | Mapping[str, "Said"]
"""What a letter can speak of, by Japanese names."""

_SUBJECT_MARK = "件名："
_NAMED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Letter:
    """A text ready to be filled in; place is how people find its file."""

    place: str
    subject: Template
    body: Template


@dataclass(frozen=True, slots=True)
class Message:
    """What a letter says to one reader: the subject on one line, the body on many."""

    subject: str
    body: str


def letter(place: str, text: str) -> Letter:
    """Return a letter from its text. Raises WorkspaceError naming the line that is wrong."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    subject, _, body = text.partition("\n")
    try:
        return Letter(
            place,
            environment.from_string(subject.strip().removeprefix(_SUBJECT_MARK)),
            environment.from_string(f"\n{body}"),  # the line break keeps the lines' numbers
        )
    except TemplateSyntaxError as error:
        raise _wrong(
            place,
            error.lineno,
            "書き方が正しくありません（{{ と }}、{% と %} の組を確かめてください）",
        ) from error


def filled_in(letter: Letter, values: Mapping[str, Said]) -> Message:
    """Return what a letter says with these values.

    Raises WorkspaceError naming the line that cannot be filled in.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    subject = one_line(_rendered(letter, letter.subject, plain)).strip()
    if not subject:
        raise _wrong(letter.place, 1, "件名が空です")
    body = _rendered(letter, letter.body, plain).strip("\n")
    return Message(subject, f"{body}\n")


def _rendered(letter: Letter, template: Template, values: Mapping[str, Said]) -> str:
    try:
        return template.render(values)
    except UndefinedError as error:
        name = (_NAMED.findall(str(error)) or [""])[-1]
        reason = f"「{name}」という言葉は、この文面では使えません"
        raise _wrong(letter.place, line_of(error) or 1, reason) from error
    except Exception as error:  # a template can fail in every way a program can
        raise _wrong(letter.place, line_of(error) or 1, "文面を作る途中で失敗しました") from error


def _wrong(place: str, line: int, reason: str) -> WorkspaceError:
    return WorkspaceError(
        f"「{place}」の{line}行目は、{reason}。直すか、このファイルを別の場所に移してから、"
        "もう一度実行してください（元の文面が作り直されます）。"
    )


def _plain(value: Said) -> Said:
    """Return a value without what steers a terminal or turns the writing, line breaks kept."""
    if isinstance(value, str):
        return "\n".join(harmless(line.replace("\t", " ")) for line in value.splitlines())
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return value
