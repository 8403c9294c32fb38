"""A mail as an .eml file that mail programs open for sending. Pure; the same draft, the same bytes.

There is neither Date nor Message-ID nor From: the program that sends it adds them. X-Unsent says
that a mail is still being written: Outlook and Thunderbird open such a file ready to be sent.

A file name is told twice, as Thunderbird does. By RFC 2231 in Content-Disposition, in one piece:
Outlook does not put continuations (filename*0*) together again. And by RFC 2047 in the name of
Content-Type, which RFC 2047 forbids and Outlook reads ([MS-OXCMAIL] 2.2.3.4.1.1: the name counts
where no filename is understood). A plain filename beside them would be taken before either.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

from workflow.model.plain_text import one_line
from workflow.python.dataclass import dataclass
from workflow.storage.files import sha256

_WORD_BYTES = 39
"""UTF-8 bytes in one encoded word: with the longest header name it stays within 76 columns."""

_LINE_BYTES = 57  # what base64 makes 76 characters of
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A workbook that goes with a mail; its name has at most 255 bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One mail; the address is blank where nobody knows it, and then it is to nobody yet."""

    name: str
    address: str
    subject: str
    body: str
    attachment: Attachment | None = None


def is_address(text: str) -> bool:
    """Whether a text is one plain address: nothing in it can begin another header or recipient."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def eml_bytes(draft: Draft) -> bytes:
    """Return a draft as an .eml file, in ASCII with CRLF; what is no address is left out."""
    text = draft.body.replace("\n", "\r\n").encode("utf-8", "replace")
    lines = ["X-Unsent: 1"]
    if is_address(draft.address):
        lines += [*_header("To", draft.name), f" <{draft.address}>"]
    lines += [*_header("Subject", draft.subject), "MIME-Version: 1.0"]
    if draft.attachment is None:
        lines += _part([f"Content-Type: {_TEXT}"], text)
    else:
        lines += _multipart(text, draft.attachment)
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _header(name: str, text: str) -> Iterator[str]:
    first, *others = _encoded_words(text)
    yield f"{name}: {first}"
    yield from (f" {word}" for word in others)


def _multipart(text: bytes, attachment: Attachment) -> Iterator[str]:
    # Base64 has no underscore and no header line starts with --: the boundary is nowhere inside.
    boundary = f"=_{sha256(text + attachment.content)[:32]}"
    yield "Content-Type: multipart/mixed;"
    yield f' boundary="{boundary}"'
    yield ""
    yield f"--{boundary}"
    yield from _part([f"Content-Type: {_TEXT}"], text)
    yield f"--{boundary}"
    yield from _part(list(_naming(attachment.name)), attachment.content)
    yield f"--{boundary}--"


def _naming(name: str) -> Iterator[str]:
    first, *others = _encoded_words(name)
    yield f"Content-Type: {_XLSX};"
    yield from _quoted([f' name="{first}', *(f" {word}" for word in others)])
    yield "Content-Disposition: attachment;"
    yield f" filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"


def _quoted(lines: list[str]) -> list[str]:
    return [*lines[:-1], f'{lines[-1]}"']


def _part(headers: list[str], content: bytes) -> Iterator[str]:
    yield from headers
    yield "Content-Transfer-Encoding: base64"
    yield ""
    for start in range(0, len(content), _LINE_BYTES):
        yield b64encode(content[start : start + _LINE_BYTES]).decode()


def _encoded_words(text: str) -> list[str]:
    """Return a text on one line as RFC 2047 words; no character is cut in two."""
    words = [b""]
    for character in one_line(text):
        encoded = character.encode("utf-8", "replace")
        if len(words[-1]) + len(encoded) > _WORD_BYTES:
            words.append(b"")
        words[-1] += encoded
    return [f"=?UTF-8?B?{b64encode(word).decode()}?=" for word in words]
