"""Saved mails with the file attached: as they travel (.eml), and as Outlook keeps them (.msg)."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from tests.harness.verbs.compound_file import Storage, compound_file
from tests.harness.verbs.registry import byte_verb

SENDER = "甲課 庶務係 <kou@example.jp>"
SUBJECT = "調査票の送付"
SENT = datetime(2024, 5, 10, 7, 30, tzinfo=UTC)
_EXCEL = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_PICTURE = b"\x89PNG\r\n\x1a\n"


@byte_verb("eml")
def eml(content: bytes, name: str, text: str, second_name: str = "") -> bytes:
    """Attach a file, or two of the same content, to a mail of plain text."""
    mail = _begun(text)
    for file in filter(None, (name, second_name)):
        mail.add_attachment(content, *_EXCEL, filename=file)
    return _fixed(mail)


@byte_verb("eml with picture")
def eml_with_picture(content: bytes, name: str, html: str) -> bytes:
    """Attach a file to a mail that has formatted text alone, with a picture in it."""
    mail = _begun("")
    mail.set_content(html, subtype="html")
    mail.add_related(_PICTURE, "image", "png", cid="<a@example.jp>", filename="image001.png")
    mail.make_mixed()
    mail.add_attachment(content, *_EXCEL, filename=name)
    return _fixed(mail)


@byte_verb("eml forwarded")
def eml_forwarded(content: bytes, name: str, text: str) -> bytes:
    """Attach a mail with the file attached to another one."""
    inner = _begun(text)
    inner.add_attachment(content, *_EXCEL, filename=name)
    mail = _begun("転送します。")
    mail.add_attachment(inner)
    return _fixed(mail)


@byte_verb("eml without attachment")
def eml_without_attachment(_: bytes, text: str) -> bytes:
    return _fixed(_begun(text))


@byte_verb("eml of old")
def eml_of_old(content: bytes, name: str, jis: str) -> bytes:
    """Write a mail as older Japanese programs do: text in JIS, a name in bare Shift_JIS."""
    lines = (
        b"From: kou@example.jp",
        b"Subject: " + SUBJECT.encode("cp932"),
        b"Date: Fri, 10 May 2024 16:30:00 +0900",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="=x="',
        b"",
        b"--=x=",
        b"Content-Type: text/plain; charset=ISO-2022-JP",
        b"",
        bytes.fromhex(jis),
        b"--=x=",
        b"Content-Type: application/octet-stream",
        b"Content-Transfer-Encoding: base64",
        b'Content-Disposition: attachment; filename="' + name.encode("cp932") + b'"',
        b"",
        base64.encodebytes(content),
        b"--=x=--",
        b"",
    )
    return b"\r\n".join(lines)


@byte_verb("msg")
def msg(content: bytes, name: str, text: str) -> bytes:
    """Return a mail with a file attached, as Outlook saves it."""
    return compound_file(_outlook(text, _with_file(name, content)))


@byte_verb("msg forwarded")
def msg_forwarded(content: bytes, name: str, text: str, times: int = 1) -> bytes:
    """Attach a mail with the file attached to another one of Outlook, once or more."""
    mail = _outlook(text, _with_file(name, content), is_within=True)
    for time in range(times):
        is_last = time == times - 1
        mail = _outlook("転送します。", _with_mail(mail), is_within=not is_last)
    return compound_file(mail)


def _outlook(text: str, attached: Storage, *, is_within: bool = False) -> Storage:
    sent = int((SENT - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    return {
        **_properties(
            struct.pack("<8x4I" if is_within else "<8x4I8x", 0, 1, 0, 1),
            {0x0037: SUBJECT, 0x1000: text, 0x0C1A: "甲課 庶務係", 0x5D01: "kou@example.jp"},
            struct.pack("<HHIQ", 0x0040, 0x0039, 6, sent),
        ),
        "__attach_version1.0_#00000000": attached,
    }


def _with_file(name: str, content: bytes) -> Storage:
    return {
        **_properties(
            bytes(8),
            {0x3707: name},
            struct.pack("<HHIQ", 0x0003, 0x3705, 6, 1)
            + struct.pack("<HHIQ", 0x0102, 0x3701, 6, len(content)),
        ),
        "__substg1.0_37010102": content,
    }


def _with_mail(mail: Storage) -> Storage:
    method = struct.pack("<HHIQ", 0x0003, 0x3705, 6, 5)
    placed = struct.pack("<HHIQ", 0x000D, 0x3701, 6, 0xFFFFFFFF | 1 << 32)
    return {**_properties(bytes(8), {}, method + placed), "__substg1.0_3701000D": mail}


def _begun(text: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Received"] = "by mx.example.jp; Fri, 10 May 2024 16:30:05 +0900"
    mail["From"] = SENDER
    mail["To"] = "坂戸市 <plan@example.jp>"
    mail["Subject"] = SUBJECT
    mail["Date"] = SENT
    mail.set_content(text)
    return mail


def _fixed(mail: EmailMessage) -> bytes:
    """Return a mail whose boundaries are the same every time."""
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=={number}==")
    return mail.as_bytes()


def _properties(header: bytes, texts: dict[int, str], fixed: bytes) -> Storage:
    """Return the streams that hold some properties: texts by their number, and fixed ones."""
    return {
        "__properties_version1.0": header + b"".join(_entries(texts)) + fixed,
        **{f"__substg1.0_{at:04X}001F": text.encode("utf-16-le") for at, text in texts.items()},
    }


def _entries(texts: dict[int, str]) -> Iterator[bytes]:
    for at, text in texts.items():
        yield struct.pack("<HHIII", 0x001F, at, 6, len(text.encode("utf-16-le")) + 2, 0)
