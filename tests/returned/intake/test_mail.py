"""Saved mails of many programs: who, when, what, and every attached file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine import judged_file
from tests.harness.verbs.mail import (
    eml,
    eml_forwarded,
    eml_of_old,
    eml_with_picture,
    msg,
    msg_forwarded,
)
from tests.small import PLAN
from workflow.model.catalogue import Code
from workflow.model.limits import Limits
from workflow.model.returns import MailHeader, Outcome
from workflow.model.years import JST
from workflow.returned.context import Context
from workflow.returned.inbox import single
from workflow.returned.intake.archive import Allowance
from workflow.returned.intake.detect import Kind, examine
from workflow.returned.intake.mail import Mail, read_mail
from workflow.returned.intake.not_workbooks import suffix
from workflow.returned.intake.refusal import Refusal

HALF_PAST_FOUR = datetime(2024, 5, 10, 16, 30, tzinfo=JST)


def read(content: bytes) -> Mail:
    mail = read_mail(content)
    assert isinstance(mail, Mail)
    return mail


def in_a_folder(*mails: bytes) -> bytes:
    quoted = (re.sub(rb"(?m)^(>*From )", rb">\1", mail.replace(b"\r\n", b"\n")) for mail in mails)
    return b"".join(b"From a@example.jp Fri May 10\n" + mail + b"\n\n" for mail in quoted)


def test_a_folder_of_mails_holds_each_of_them() -> None:
    one, other = eml(b"abc", "一.xlsx", "本文\nFrom here on"), eml(b"def", "二.xlsx", "本文")
    folder = in_a_folder(one, other)
    assert examine(".mbox", folder) is Kind.MAIL
    held = read(folder).attached
    assert [name for name, _ in held] == ["調査票の送付.eml"] * 2
    mails = [read(content) for _, content in held if isinstance(content, bytes)]
    assert [mail.attached for mail in mails] == [read(one).attached, read(other).attached]
    assert mails[0].text == "本文\nFrom here on"


def test_a_mail_of_apple_has_its_length_before_it() -> None:
    mail = eml(b"abc", "回答.xlsx", "本文")
    stored = str(len(mail)).encode() + b"        \n" + mail + b"<?xml version='1.0'?><plist/>"
    assert examine(".emlx", stored) is Kind.MAIL
    assert read(stored) == read(mail)


def test_a_template_of_outlook_is_read_as_a_mail() -> None:
    assert examine(".oft", msg(b"abc", "回答.xlsx", "本文")) is Kind.MAIL


def test_a_mail_signed_beside_its_text_is_read() -> None:
    plain = eml(b"abc", "回答.xlsx", "本文").replace(b"\r\n", b"\n")
    head, _, body = plain.partition(b"\n\n")
    kind = re.search(rb"Content-Type: .*(?:\n[ \t].*)*\n?", head)
    assert kind
    signed = (
        head.replace(kind[0], b"").rstrip(b"\n")
        + b'\nContent-Type: multipart/signed; protocol="application/pkcs7-signature";'
        + b' boundary="s"\n\n--s\n' + kind[0].rstrip(b"\n") + b"\n\n" + body
        + b"\n--s\nContent-Type: application/pkcs7-signature; name=smime.p7s\n"
        + b"Content-Transfer-Encoding: base64\n\nMAA=\n--s--\n"
    )  # fmt: skip
    assert read(signed).attached == read(plain).attached
    assert read(signed).text == "本文"


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(eml(b"abc", "回答.xlsx", "本文"), id="eml"),
        pytest.param(msg(b"abc", "回答.xlsx", "本文"), id="msg"),
        pytest.param(msg(b"abc" * 5_000, "回答.xlsx", "本文" * 3_000), id="long msg"),
        pytest.param(eml_with_picture(b"abc", "回答.xlsx", "<p>本文</p>"), id="formatted"),
        pytest.param(eml_of_old(b"abc", "回答.xlsx", b"\x1b$BK\\J8\x1b(B".hex()), id="old"),
    ],
)
def test_a_mail_is_read_whoever_wrote_it(mail: bytes) -> None:
    found = read(mail)
    assert found.header.subject == "調査票の送付"
    assert "kou@example.jp" in found.header.sender
    assert found.header.sent == HALF_PAST_FOUR
    assert found.text.replace("本文", "") == ""
    ((name, content),) = found.attached
    assert (name, content) == ("回答.xlsx", content)
    assert isinstance(content, bytes)
    assert content.startswith(b"abc")


@pytest.mark.parametrize("forwarded", [eml_forwarded, msg_forwarded])
def test_a_mail_within_a_mail_is_attached_to_it(
    forwarded: Callable[[bytes, str, str], bytes],
) -> None:
    outer = forwarded(b"abc", "回答.xlsx", "中")
    ((name, content),) = read(outer).attached
    assert name == "調査票の送付.eml"
    assert isinstance(content, bytes)
    assert examine(suffix(name), content) is Kind.MAIL
    inner = read(content)
    assert inner.header.subject == "調査票の送付"
    assert inner.header.sent == HALF_PAST_FOUR
    assert (inner.text, inner.attached) == ("中", (("回答.xlsx", b"abc"),))
    assert read(outer).attached == ((name, content),)  # the same bytes every time


def test_mails_in_mails_of_outlook_are_unpacked_only_so_deep(tmp_path: Path) -> None:
    path = tmp_path / "メール.msg"
    path.write_bytes(msg_forwarded(b"abc", "回答.xlsx", "中", 9))
    *_, last = judged_file(single(path), Context(PLAN, {}, None))
    assert [finding.code for finding in last.findings] == [Code.FILE_ARCHIVE_NESTED]
    assert last.file.count(".eml") == Limits().archive_depth


HEAD = b"Received: x\r\nMessage-ID: y\r\n"


@pytest.mark.parametrize(
    ("content", "header", "text"),
    [
        (HEAD, MailHeader(), ""),
        (HEAD + b"Date: yesterday\r\n\r\nx", MailHeader(), "x"),
        (
            HEAD + b"Date: Fri, 10 May 2024 16:30:00 -0000\r\n\r\nx",
            MailHeader(sent=HALF_PAST_FOUR),
            "x",
        ),
        (HEAD + b"Subject: =?x-unknown?B?44GC?=\r\n\r\n", MailHeader(subject="あ"), ""),
        (HEAD + b"Subject: a\r\n b\r\n\r\n", MailHeader(subject="a b"), ""),
        (HEAD + b"Content-Type: text/plain; charset=nobody-knows\r\n\r\n" + "あ".encode(),
         MailHeader(), "あ"),
        (HEAD + b"\r\n" + "①㈱".encode("cp932"), MailHeader(), "①㈱"),
        (HEAD + b"Content-Type: text/html\r\n\r\n<title>t</title>a<br>b &amp; c<script>x</script>",
         MailHeader(), "a\nb & c"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno part", MailHeader(), ""),
    ],
)  # fmt: skip
def test_what_a_mail_does_not_say_well_is_read_as_well_as_can_be(
    content: bytes, header: MailHeader, text: str
) -> None:
    found = read(content)
    assert (found.header, found.text) == (header, text)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    for whole in (HEAD + content, content, msg(b"x", "a.xlsx", "b")[:2_000] + content):
        assert isinstance(read_mail(whole), Mail | Refusal)


@pytest.mark.parametrize("limits", [Limits(archive_members=1), Limits(archive_megabytes=1)])
def test_more_than_is_allowed_is_not_judged(limits: Limits) -> None:
    mail = read(eml(b"abc" * 200_000, "a.xlsx", "本文", "b.xlsx"))
    found = mail.members("メール.eml", Allowance(limits))
    assert isinstance(found, Refusal)
    assert found.code is Code.FILE_ARCHIVE_TOO_LARGE


def test_what_came_in_a_mail_has_it_as_its_envelope(tmp_path: Path) -> None:
    path = tmp_path / "メール.eml"
    path.write_bytes(eml(b"PK", "../../a.xlsx", "本文"))
    itself, inner = judged_file(single(path), Context(PLAN, {}, None))
    assert (itself.file, itself.outcome) == ("メール.eml", Outcome.NOT_A_RETURN)
    assert [note.text for note in itself.notes] == ["本文"]
    assert inner.file == "メール.eml/../../a.xlsx"  # a text, and never a path
    assert inner.envelope == itself.on_disk
    assert inner.mail == itself.mail
