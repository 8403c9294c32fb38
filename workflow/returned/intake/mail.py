"""A saved mail, .eml or .msg: who sent it and when, what it says, and the files attached to it.

A folder of mails (.mbox) is a mail to which they are attached; one of Apple Mail (.emlx) has its
length before it.

Mails of any program are read, also of ones that do not say how a name or a text is encoded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from html.parser import HTMLParser
from typing import TYPE_CHECKING, cast

from workflow.excel.xlsx.package import is_compound_file
from workflow.model.catalogue import Code
from workflow.model.plain_text import one_line
from workflow.model.returns import MailHeader
from workflow.model.years import JST
from workflow.python.dataclass import dataclass
from workflow.returned.intake.archive import Allowance, Member, shown_name
from workflow.returned.intake.not_workbooks import SMIME
from workflow.returned.intake.refusal import Refusal, broken, not_a_return, unreadable
from workflow.storage.files import sha256

_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_JAPANESE = ("utf-8", "cp932")
"""The encodings of a text that does not say its own, as Japanese programs write it."""

_NEXT_IN_FOLDER = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\r?\n")
_QUOTED_IN_FOLDER = re.compile(rb"^>(>*From )", re.MULTILINE)
_LENGTH = re.compile(rb"([0-9]{1,9})[ \t]*\r?\n")
"""How a mail begins in a folder of them, and one of Apple Mail."""
_JIS = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_RAW_NAME = re.compile(r"(?:file)?name=\"?([^\";]+)", re.IGNORECASE)

_MAIL_WITHIN = "__substg1.0_3701000D"
_PROPERTIES = "__properties_version1.0"
_HEADER_WITHIN = 24  # bytes; 32 in a mail of its own (MS-OXMSG 2.4.1)
_DEEPEST = 4
"""Mails within mails of Outlook; each is unpacked while the outer one is read."""

_APART = frozenset({"br", "p", "div", "tr", "li", "table", "blockquote"})
_UNSEEN = frozenset({"style", "script", "head", "title"})

if TYPE_CHECKING:
    from oxmsg import Message as Outlook
    from oxmsg.attachment import Attachment as OutlookFile
    from oxmsg.storage import Storage


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its header, its text, and how many pictures the text shows."""

    header: MailHeader
    text: str
    attached: tuple[tuple[str, bytes | Refusal], ...]
    pictures: int

    def members(self, file: str, allowance: Allowance) -> Iterator[Member] | Refusal:
        """Return the attached files in their order, or why none of them can be had."""
        size = sum(len(content) for _, content in self.attached if isinstance(content, bytes))
        refusal = allowance.take(len(self.attached), size, size)
        return refusal or self._members(file, allowance)

    def _members(self, file: str, allowance: Allowance) -> Iterator[Member]:
        for name, content in self.attached:
            size = len(content) if isinstance(content, bytes) else 0
            refusal = allowance.refused_member(size)
            yield Member(allowance.unique(f"{file}/{shown_name(name)}"), refusal or content)


def read_mail(content: bytes) -> Mail | Refusal:
    """Return a mail, .msg where the bytes are a compound file and .eml where not."""
    try:
        return _read_msg(content) if is_compound_file(content) else _read_eml(content)
    except MemoryError:
        raise
    except Exception:
        # Damage makes both parsers raise whatever they like.
        return broken("メールの書き方に誤りがあります")


def _read_folder(content: bytes) -> Mail:
    """Return the mails of a folder as if they were attached to one."""
    _, *stored = _NEXT_IN_FOLDER.split(content)
    mails = [_QUOTED_IN_FOLDER.sub(rb"\1", mail).rstrip(b"\r\n") + b"\r\n" for mail in stored]
    named = ((f"{_subject(mail)}.eml", mail) for mail in mails)
    return Mail(MailHeader(sender="", subject="", sent=None), "", tuple(named), pictures=0)


def _subject(content: bytes) -> str:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return _header(mail, "Subject")


def _read_eml(content: bytes) -> Mail | Refusal:
    if _NEXT_IN_FOLDER.match(content):
        return _read_folder(content)
    if length := _LENGTH.match(content):
        content = content[length.end() : length.end() + int(length[1])]
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    if mail.get_content_type() in _SEALED:
        return not_a_return(Code.FILE_MAIL_SEALED, kind=SMIME)
    parts = list(_parts(mail))
    texts = [part for part in parts if not _is_file(part) and part.get_content_maintype() == "text"]
    pictures = [part for part in parts if _is_picture_in_text(part)]
    attached = [part for part in parts if _is_file(part) and part not in pictures]
    return Mail(
        header=MailHeader(
            sender=_header(mail, "From"),
            subject=_header(mail, "Subject"),
            sent=_sent(mail),
        ),
        text="\n".join(filter(None, map(_text_of, _without_alternatives(texts)))),
        attached=tuple(map(_attached, attached)),
        pictures=len(pictures),
    )


def _parts(mail: Message) -> Iterator[EmailMessage]:
    """Yield the parts that hold something; a mail within the mail is one."""
    assert isinstance(mail, EmailMessage)
    if mail.get_content_type() == "message/rfc822" or not mail.is_multipart():
        if mail.get_content_type() not in _SIGNATURES:
            yield mail
        return
    for part in mail.get_payload():
        assert isinstance(part, EmailMessage)
        yield from _parts(part)


def _is_file(part: EmailMessage) -> bool:
    is_text = part.get_content_type() in ("text/plain", "text/html")
    return not is_text or part.is_attachment() or part.get_filename() is not None


def _is_picture_in_text(part: EmailMessage) -> bool:
    return part.get_content_maintype() == "image" and part["Content-ID"] is not None


def _without_alternatives(texts: Sequence[EmailMessage]) -> Iterator[EmailMessage]:
    """Yield the plain texts, and a formatted one where there is no plain one."""
    plain = [part for part in texts if part.get_content_type() == "text/plain"]
    yield from plain or texts


def _text_of(part: EmailMessage) -> str:
    stored = part.get_payload(decode=True)
    text = _decoded(stored if isinstance(stored, bytes) else b"", part.get_content_charset())
    return _tidied(_plain(text) if part.get_content_type() == "text/html" else text)


def _tidied(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _attached(part: EmailMessage) -> tuple[str, bytes | Refusal]:
    name = _file_name(part)
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        assert isinstance(inner, EmailMessage)
        return name or f"{_header(inner, 'Subject')}.eml", inner.as_bytes()
    stored = part.get_payload(decode=True)
    return name, stored if isinstance(stored, bytes) else b""


def _file_name(part: EmailMessage) -> str:
    for header in ("Content-Disposition", "Content-Type"):
        raw = _raw(part, header)
        named = _RAW_NAME.search(_decoded(raw, None)) if not raw.isascii() else None
        if named:
            return named[1]
    return part.get_filename() or ""


def _header(mail: EmailMessage, name: str) -> str:
    raw = _raw(mail, name)
    with suppress(Exception):  # a header may be as damaged as the rest
        return one_line(str(mail[name] or "") if raw.isascii() else _decoded(raw, None)).strip()
    return ""


def _raw(mail: EmailMessage, name: str) -> bytes:
    """Return a header as its bytes came: Python keeps nothing of letters in no named encoding."""
    texts = (text for key, text in mail.raw_items() if key.lower() == name.lower())
    return str(next(texts, "")).encode("utf-8", "surrogateescape")


def _sent(mail: EmailMessage) -> datetime | None:
    with suppress(Exception):
        found: datetime | None = mail["Date"].datetime
        return _in_japan(found)
    return None


def _in_japan(moment: datetime | None) -> datetime | None:
    """Return a moment in Japan's time; one that says no zone is taken for Japan's."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).astimezone(JST)


def _read_msg(content: bytes) -> Mail:
    from oxmsg import Message as Outlook  # 15 ms, for .msg alone

    return _of_outlook(Outlook.load(io.BytesIO(content)))


def _of_outlook(mail: Outlook, nesting: int = 0) -> Mail:
    html = mail.html_body if not mail.body else None
    return Mail(
        header=MailHeader(
            sender=one_line(mail.sender or ""),
            subject=one_line(mail.subject),
            sent=_in_japan(mail.sent_date),
        ),
        text=_tidied(mail.body or _plain(html or "")),
        attached=tuple(_attached_in_outlook(file, nesting) for file in mail.attachments),
        pictures=0,
    )


def _attached_in_outlook(file: OutlookFile, nesting: int) -> tuple[str, bytes | Refusal]:
    """Return a file attached to a mail of Outlook; a mail within it as it would travel (.eml)."""
    name = file.file_name or ""
    if file.file_bytes:
        return name, file.file_bytes
    storage = cast("Storage", file._storage)
    within = [part for part in storage.storages if part.name == _MAIL_WITHIN]
    if not within:
        return name, not_a_return(Code.FILE_MAIL)
    if nesting == _DEEPEST:
        return name, unreadable(Code.FILE_ARCHIVE_NESTED)
    inner = _of_outlook(_outer(within[0]), nesting + 1)
    return f"{inner.header.subject or name}.eml", _as_it_travels(inner)


def _outer(within: Storage) -> Outlook:
    """Return a mail within a mail; the header of its properties is shorter than python-oxmsg's."""
    from oxmsg import Message as Outlook  # 15 ms, for .msg alone

    streams = tuple(
        replace(s, bytes_=s.bytes_[:_HEADER_WITHIN] + bytes(8) + s.bytes_[_HEADER_WITHIN:])
        if s.name == _PROPERTIES
        else s
        for s in within.streams
    )
    return Outlook(replace(within, streams=streams))


def _as_it_travels(mail: Mail) -> bytes:
    """Return a mail as .eml; of a file that cannot be had the name."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["Subject"] = mail.header.sender, mail.header.subject
    if mail.header.sent:
        made["Date"] = mail.header.sent
    made.set_content(mail.text)
    for name, content in mail.attached:
        held = content if isinstance(content, bytes) else b""
        made.add_attachment(held, "application", "octet-stream", filename=name)
    if made.is_multipart():  # the same mail gives the same bytes
        made.set_boundary(f"={sha256(mail.text.encode())}=")
    return made.as_bytes()


def _decoded(stored: bytes, charset: str | None) -> str:
    r"""Return a text in the encoding it names, or in the first that fits.

    >>> _decoded("回答".encode("cp932"), None)
    '回答'
    >>> _decoded(b"\x1b$B-!2sEz\x1b(B 1", "iso-2022-jp")
    '①回答 1'
    """
    if _JIS.search(stored):
        return _from_jis(stored)
    for encoding in (charset, *_JAPANESE):
        if encoding:
            with suppress(LookupError, UnicodeDecodeError):
                return stored.decode(encoding)
    return stored.decode("utf-8", "replace")


def _from_jis(stored: bytes) -> str:
    """Return a text of ISO-2022-JP as Japanese mail programs write it, with ① and ㈱ (CP50221)."""
    first, *rest = _JIS.split(stored)
    texts = [first.decode("cp932", "replace")]
    for designated, piece in zip(rest[::2], rest[1::2], strict=True):
        if designated.startswith(b"$"):
            piece = b"".join(map(_shifted, piece[::2], piece[1::2]))
        elif designated == b"(I":
            piece = bytes(byte | 0x80 for byte in piece)
        texts.append(piece.decode("cp932", "replace"))
    return "".join(texts)


def _shifted(row: int, cell: int) -> bytes:
    """Return a character of JIS X 0208 as Shift_JIS has it, by the rule of its Annex 1."""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    if row % 2 == 0:
        return bytes((lead, cell + 0x7E))
    return bytes((lead, cell + 0x1F + (cell >= 0x60)))


def _plain(html: str) -> str:
    r"""Return what a formatted text says.

    >>> _plain("<style>p {}</style><p>一行目<br>二行目</p>")
    '一行目\n二行目'
    """
    reader = _TextOfHtml()
    reader.feed(html)
    reader.close()
    lines = (line.strip() for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _TextOfHtml(HTMLParser):
    """Gathers the text of a page, a line for each of its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        """Begin a line, or what nobody sees."""
        self._unseen += tag in _UNSEEN
        if tag in _APART:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a line, or what nobody sees."""
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _APART:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep a text that is seen."""
        if not self._unseen:
            self.pieces.append(" ".join(data.split()) if data.strip() else " ")
