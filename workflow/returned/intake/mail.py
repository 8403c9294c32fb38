"""A saved mail, .eml or .msg: who sent it and when, what it says, and the files attached to it.

Mails of any program are read, also of ones that do not say how a name or a text is encoded.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from html.parser import HTMLParser

from workflow.model.catalogue import Code
from workflow.model.limits import MILLION
from workflow.model.plain_text import one_line
from workflow.model.plan import MailHeader
from workflow.model.years import JST
from workflow.returned.intake.archive import Allowance, Member, shown_name
from workflow.returned.intake.refusal import Refusal, broken, not_a_return, too_large, unreadable

_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_JAPANESE = ("utf-8", "cp932")
"""The encodings of a text that does not say its own, as Japanese programs write it."""

_JIS = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_RAW_NAME = re.compile(r"(?:file)?name=\"?([^\";]+)", re.IGNORECASE)

_APART = frozenset({"br", "p", "div", "tr", "li", "table", "blockquote"})
_UNSEEN = frozenset({"style", "script", "head", "title"})


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its header, its text, and how many pictures the text shows."""

    header: MailHeader
    text: str
    attached: tuple[tuple[str, bytes | Refusal], ...]
    pictures: int

    def members(self, file: str, allowance: Allowance) -> Iterator[Member] | Refusal:
        """Return the attached files in their order, or why none of them can be had."""
        inflated = sum(len(c) for _, c in self.attached if isinstance(c, bytes))
        if len(self.attached) > allowance.members:
            return unreadable(
                Code.FILE_ARCHIVE_TOO_LARGE, reason=f"ファイルが{len(self.attached):,}個"
            )
        allowance.members -= len(self.attached)
        allowance.inflated -= inflated
        return self._members(file, allowance)

    def _members(self, file: str, allowance: Allowance) -> Iterator[Member]:
        most = allowance.limits.workbook_megabytes * MILLION
        for name, content in self.attached:
            if isinstance(content, bytes) and len(content) > most:
                content = too_large(f"{len(content):,}バイト")
            yield Member(allowance.unique(f"{file}/{shown_name(name)}"), content)


def read_mail(content: bytes) -> Mail | Refusal:
    """Return a mail, .msg where the bytes are a compound file and .eml where not."""
    try:
        is_outlook = content.startswith(b"\xd0\xcf\x11\xe0")
        return _read_msg(content) if is_outlook else _read_eml(content)
    except MemoryError:
        raise
    except Exception:
        # Damage makes both parsers raise whatever they like.
        return broken("メールの書き方に誤りがあります")


def _read_eml(content: bytes) -> Mail | Refusal:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    if mail.get_content_type() in _SEALED:
        return not_a_return(Code.FILE_MAIL)
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

    mail = Outlook.load(io.BytesIO(content))
    html = mail.html_body if not mail.body else None
    return Mail(
        header=MailHeader(
            sender=one_line(mail.sender or ""),
            subject=one_line(mail.subject),
            sent=_in_japan(mail.sent_date),
        ),
        text=_tidied(mail.body or _plain(html or "")),
        attached=tuple(
            (file.file_name or "", file.file_bytes or not_a_return(Code.FILE_MAIL))
            for file in mail.attachments
        ),
        pictures=0,
    )


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
