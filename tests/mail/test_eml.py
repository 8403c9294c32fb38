"""A draft reads back as it was written, in the library's new way and in the old one by hand."""

from __future__ import annotations

import base64
import re
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage, Message
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.mail.eml import Attachment, Draft, eml_bytes, is_address
from workflow.model.plain_text import one_line

ADDRESS = "korei@city.example.lg.jp"
NAME = "KOREI_高齢福祉課_令和5年度.xlsx"

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
nasty = st.one_of(
    texts,
    st.sampled_from(
        [
            "課\r\nBcc: x@example.com",
            "\u202e課\u2066",
            "👨‍👩‍👧‍👦🏳️‍🌈" * 9,
            "=?UTF-8?B?4oKs?=",
            "a" * 300,
            '"<,>;',
        ]
    ),
)
names = st.one_of(
    nasty.map(lambda text: one_line(text).strip() or "課"),
    st.sampled_from(["あ" * 83 + ".xlsx", "%22 '*.xlsx", 'a\\b"c.xlsx']),
).filter(lambda name: len(name.encode()) <= 255)


def draft(name: str, subject: str, body: str, attached: str | None) -> Draft:
    attachment = None if attached is None else Attachment(attached, bytes(range(256)) * 3)
    return Draft(name=name, address=ADDRESS, subject=subject, body=body, attachment=attachment)


def headers(content: bytes) -> list[tuple[str, str]]:
    """Return the headers of a mail, unfolded by hand."""
    head = content.split(b"\r\n\r\n", 1)[0].decode("ascii")
    lines = re.sub(r"\r\n[ \t]", " ", head).split("\r\n")
    return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]


def decoded(words: str) -> str:
    """Return a header as programs of before 2010 read it."""
    parts = decode_header(words)
    return "".join(p if isinstance(p, str) else p.decode(c or "ascii") for p, c in parts)


@given(nasty, nasty, nasty, st.none() | names)
def test_any_draft_reads_back(name: str, subject: str, body: str, attached: str | None) -> None:
    written = draft(name, subject, body, attached)
    content = eml_bytes(written)
    assert content == eml_bytes(written)
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert [part.defects for part in read.walk()] == [[] for _ in read.walk()]
    assert read["X-Unsent"] == "1"
    (to,) = read["To"].addresses
    assert to.addr_spec == ADDRESS
    part = read.get_body()
    assert part is not None
    assert part.get_payload(decode=True) == body.replace("\n", "\r\n").encode()
    attachments = list(read.iter_attachments())
    assert [a.get_filename() for a in attachments] == ([] if attached is None else [attached])
    assert all(a.get_content() == bytes(range(256)) * 3 for a in attachments)


@given(nasty, nasty, nasty, st.none() | names)
def test_no_text_begins_a_header_of_its_own(
    name: str, subject: str, body: str, attached: str | None
) -> None:
    content = eml_bytes(draft(name, subject, body, attached))
    found = headers(content)
    expected = ["X-Unsent", "To", "Subject", "MIME-Version", "Content-Type"]
    rest = [] if attached is not None else ["Content-Transfer-Encoding"]
    assert [name for name, _ in found] == expected + rest
    fields = dict(found)
    assert decoded(fields["Subject"]) == one_line(subject)
    words, _, address = fields["To"].rpartition(" ")
    assert (decoded(words), address) == (one_line(name), f"<{ADDRESS}>")


@given(nasty, names)
def test_lines_are_as_long_as_mail_allows(subject: str, attached: str) -> None:
    content = eml_bytes(draft("課", subject, "本文\n", attached))
    assert content.isascii()
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")
    lines = content.decode().split("\r\n")
    assert all(len(line) <= 998 for line in lines)
    whole = (" filename*=", "Content-Type: application/")  # what cannot be folded
    assert all(len(line) <= 78 for line in lines if not line.startswith(whole))
    assert all(len(word) <= 75 for word in re.findall(r"=\?.*?\?=", content.decode()))


@given(names)
def test_outlook_finds_the_file_name_in_both_places(attached: str) -> None:
    content = eml_bytes(draft("課", "件名", "本文\n", attached))
    part = message_from_bytes(content).get_payload(1)
    assert isinstance(part, Message)
    disposition = re.sub(r"\r?\n", "", part["Content-Disposition"])
    match = re.fullmatch(r"attachment; filename\*=UTF-8''([A-Za-z0-9%._~-]+)", disposition)
    assert match
    assert unquote(match[1]) == attached
    named = re.fullmatch(r'[^;]+;\s+name="([^"]*)"', re.sub(r"\r?\n", "", part["Content-Type"]))
    assert named
    assert decoded(named[1]) == attached


def test_a_real_one_looks_as_it_shall() -> None:
    content = eml_bytes(draft("高齢福祉課", "【依頼】調査", "よろしく。\n", NAME)).decode()
    assert content.startswith(
        "X-Unsent: 1\r\n"
        "To: =?UTF-8?B?6auY6b2i56aP56WJ6Kqy?=\r\n"
        " <korei@city.example.lg.jp>\r\n"
        "Subject: =?UTF-8?B?44CQ5L6d6aC844CR6Kq/5p+7?=\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed;\r\n boundary="
    )
    assert base64.b64encode("よろしく。\r\n".encode()).decode() in content
    for header in ("Date:", "From:", "Message-ID:"):
        assert header not in content


@pytest.mark.parametrize(
    "text",
    [
        "",
        "korei",
        "a@b",
        "a@b,c@d.jp",
        "a@b.jp>\r\nBcc: x@example.com",
        "a b@c.jp",
        "課@city.jp",
        "a@city.jp\n",
        "<a@city.jp>",
        ".a@city.jp",
        "a@-city.jp",
        "a" * 250 + "@city.jp",
    ],
)
def test_what_is_no_plain_address_is_nobody(text: str) -> None:
    assert not is_address(text)
    unknown = Draft(name="課", address=text, subject="件名", body="本文\n")
    assert "To" not in dict(headers(eml_bytes(unknown)))
