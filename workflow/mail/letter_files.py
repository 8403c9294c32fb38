"""The texts of the mails in the workspace: ours are written once, then the coordinator's count."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

from workflow.mail.letters import Letter, letter
from workflow.model.errors import WorkspaceError


class LetterKind(StrEnum):
    """Which mail: the names of the files in メール文面."""

    DISTRIBUTION = "配布"
    REMINDER = "催促"
    CORRECTION = "修正依頼"


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
        letters[kind] = letter(_place(path), text)
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
        f"「{_place(path)}」を読み取れません。文字コードを UTF-8 にして保存し直してください。"
    )


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
