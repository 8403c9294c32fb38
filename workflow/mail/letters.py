"""The text of a mail, as the coordinator may edit it: a Jinja template, and what it can name.

Its first line is the subject. Values go in as plain text, and a template can neither reach the
disk nor Python's own objects.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from importlib import resources
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workflow.compiled.corrections import OutstandingRequests
from workflow.model.errors import WorkspaceError, line_of
from workflow.model.plain_text import one_line, strip_controls
from workflow.model.plan import JOINT_SEPARATOR, AnswerRule, Department, Item, Plan
from workflow.model.rounds.declared import Period
from workflow.model.years import japanese_date_and_weekday
from workflow.python.dataclass import dataclass
from workflow.templates.filling import Correction
from workflow.templates.register import Issue

# What each letter can speak of, by the Japanese names its text uses. Pure.


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all letters of one run share: the plan, the fiscal year and the day they are for."""

    plan: Plan
    year: int
    today: date

    @property
    def period(self) -> Period:
        """The fiscal year, or the round of it, and what it is called."""
        return self.plan.period(self.year)


def distribution(
    occasion: Occasion, department: Department, issue: Issue
) -> dict[str, LetterValue]:
    """Return what the letter with a template says."""
    return _common(occasion, department, occasion.plan.deadline) | {
        "ファイル名": issue.file,
        "件数": len(issue.items),
        "版": issue.number.issue,
    }


def request(
    occasion: Occasion,
    department: Department,
    requests: OutstandingRequests,
    file: str,
    has_returned: bool,
) -> dict[str, LetterValue]:
    """Return what a reminder, a request for correction and a question say.

    File is what to fill in. In a request for correction questions stand with what is to be put
    right. Raises KeyError when an item of the state is not in the plan.
    """
    items = {item.id: item for item in occasion.plan.items}
    missing = [_item(occasion.plan, department, items[id_]) for id_ in requests.missing]
    plan = occasion.plan
    deadline = correction_deadline(occasion) if requests.has_handback else plan.deadline
    asked = (*requests.corrections, *requests.questions)
    return _common(occasion, department, deadline) | {
        "ファイル名": file,
        "提出あり": has_returned,
        "紛失": requests.is_lost,
        "未提出": missing,
        "修正": [_correction(one, items) for one in asked],
        "質問": [_question(one, items) for one in requests.questions],
    }


def correction_deadline(occasion: Occasion) -> date | None:
    """Return until when a department is asked to correct; None when no day to come is known.

    Nobody knows whether it was late: it may have answered in time, or been told only now.
    """
    plan = occasion.plan
    deadline = plan.correction_deadline or plan.deadline
    return deadline if deadline and deadline >= occasion.today else None


def _common(
    occasion: Occasion, department: Department, deadline: date | None
) -> dict[str, LetterValue]:
    plan = occasion.plan
    left = (deadline - occasion.today).days if deadline else None
    return {
        "課名": department.name,
        "計画名": plan.title,
        "自治体名": plan.municipality.name,
        "年度": occasion.period.full,
        "とりまとめ課": plan.department(plan.coordinator).name,
        "問い合わせ先": plan.contact,
        "期限": japanese_date_and_weekday(deadline) if deadline else "",
        "残り日数": left,
        "期限超過": left is not None and left < 0,
        "超過日数": max(0, -(left or 0)),
    }


def _item(plan: Plan, department: Department, item: Item) -> dict[str, LetterValue]:
    """Return an item as a letter names it; who else may answer it in one's place is told."""
    others = [plan.department(code).name for code in item.asked if code != department.code]
    return {
        "整理番号": item.id,
        "名前": one_line(item.title),
        "共同の課": "" if item.answer is AnswerRule.EACH else JOINT_SEPARATOR.join(others),
    }


def _correction(one: Correction, items: dict[str, Item]) -> dict[str, LetterValue]:
    return {
        "場所": _where(one, items),
        "問題": one_line(one.problem),
        "直し方": one_line(one.remedy),
    }


def _question(one: Correction, items: dict[str, Item]) -> dict[str, LetterValue]:
    return {"場所": _where(one, items), "内容": one_line(one.problem)}


def _where(one: Correction, items: dict[str, Item]) -> str:
    if not one.item:
        return "調査票の全体"
    title = f"（{one_line(items[one.item].title)}）" if one.item in items else ""
    return f"整理番号{one.item}{title}" + (f"の「{one_line(one.label)}」" if one.label else "")


LetterValue = str | int | bool | None | Sequence["LetterValue"] | Mapping[str, "LetterValue"]
"""What a letter can speak of, by Japanese names."""

_SUBJECT_MARK = "件名："
_WHOEVER_ANSWERS = re.compile(r"\n?[ \u3000]*(?:ご担当者|御担当者|ご担当|御担当)様")
_NAMED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Letter:
    """A text ready to be filled in; name is how people find its file."""

    name: str
    subject: Template
    body: Template


@dataclass(frozen=True, slots=True)
class Message:
    """What a letter says to one reader: the subject on one line, the body on many."""

    subject: str
    body: str


def letter(name: str, text: str) -> Letter:
    """Return a letter from its text. Raises WorkspaceError naming the line that is wrong."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    subject, _, body = text.partition("\n")
    try:
        return Letter(
            name,
            environment.from_string(subject.strip().removeprefix(_SUBJECT_MARK)),
            environment.from_string(f"\n{body}"),  # the line break keeps the lines' numbers
        )
    except TemplateSyntaxError as error:
        raise _wrong(
            name,
            error.lineno,
            "書き方が正しくありません（{{ と }}、{% と %} の組を確かめてください）",
        ) from error


def filled_in(
    letter: Letter, values: Mapping[str, LetterValue], *, to_person: bool = False
) -> Message:
    """Return what a letter says with these values; a person is no office where somebody answers.

    Raises WorkspaceError naming the line that cannot be filled in.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    subject = one_line(_rendered(letter, letter.subject, plain)).strip()
    if not subject:
        raise _wrong(letter.name, 1, "件名が空です")
    body = _rendered(letter, letter.body, plain).strip("\n")
    if to_person:
        body = _WHOEVER_ANSWERS.sub("　様", body, count=1)
    return Message(subject, f"{body}\n")


def _rendered(letter: Letter, template: Template, values: Mapping[str, LetterValue]) -> str:
    try:
        return template.render(values)
    except UndefinedError as error:
        name = (_NAMED.findall(str(error)) or [""])[-1]
        reason = f"「{name}」という言葉は、この文面では使えません"
        raise _wrong(letter.name, line_of(error) or 1, reason) from error
    except Exception as error:  # a template can fail in every way a program can
        raise _wrong(letter.name, line_of(error) or 1, "文面を作る途中で失敗しました") from error


def _wrong(name: str, line: int, reason: str) -> WorkspaceError:
    return WorkspaceError(
        f"「{name}」の{line}行目は、{reason}。直すか、このファイルを別の場所に移してから、"
        "もう一度実行してください（元の文面が作り直されます）。"
    )


def _plain(value: LetterValue) -> LetterValue:
    """Return a value without what steers a terminal or turns the writing, line breaks kept."""
    if isinstance(value, str):
        return "\n".join(strip_controls(line.replace("\t", " ")) for line in value.splitlines())
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return value


# The texts of the mails in the workspace: ours are written once, then the coordinator's count.


class LetterKind(StrEnum):
    """Which mail: the names of the files in メール文面."""

    DISTRIBUTION = "配布"
    REMINDER = "催促"
    CORRECTION = "修正依頼"
    QUESTION = "確認依頼"


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a workspace; new are the files to write, for those that were not there."""

    by_kind: Mapping[LetterKind, Letter]
    new: Mapping[Path, bytes]


def load_letters(folder: Path) -> Letters:
    """Return the letters in a folder, ours for those it lacks.

    Raises WorkspaceError with one sentence when one cannot be read or its text is wrong.
    """
    letters: dict[LetterKind, Letter] = {}
    new: dict[Path, bytes] = {}
    for kind in LetterKind:
        path = folder / f"{kind}.txt"
        if not path.exists():
            new[path] = _ours(kind).replace("\n", "\r\n").encode()  # old editors want CRLF
        text = _text(path, new[path] if path in new else _content(path))
        letters[kind] = letter(_path_in_workspace(path), text)
    return Letters(letters, new)


def _ours(kind: LetterKind) -> str:
    return (
        resources.files("workflow.mail")
        .joinpath("texts", f"{kind.name.lower()}.txt")
        .read_text("utf-8")
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path) from error


def _text(path: Path, content: bytes) -> str:
    """Return the text of a file as Windows editors save it."""
    is_utf_16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf_16 else ("utf-8-sig", "cp932"):
        try:
            return "\n".join(content.decode(encoding).splitlines()) + "\n"
        except UnicodeDecodeError:
            continue
    raise _unreadable(path)


def _unreadable(path: Path) -> WorkspaceError:
    return WorkspaceError(
        f"「{_path_in_workspace(path)}」を読み取れません。"
        "文字コードを UTF-8 にして保存し直してください。"
    )


def _path_in_workspace(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
