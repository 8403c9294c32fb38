from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from tests.returned.intake.zips import locked, zipped, zipped_unmarked
from workflow.model.limits import USUAL, Limits
from workflow.model.returns import Envelope, Outcome, Return
from workflow.returned.inbox import single
from workflow.returned.intake.archive import Allowance, members
from workflow.returned.intake.refusal import Refusal
from workflow.returned.open import Opened, open_received

PDF = b"%PDF-1.7 "
BOMB = bytes(60_000_000)


def returns(
    folder: Path,
    content: bytes,
    *passwords: str,
    name: str = "送付.zip",
    limits: Limits = USUAL,
) -> list[Return]:
    path = folder / name
    path.write_bytes(content)
    opened = list(open_received(single(path), passwords, limits=limits))
    return [(o.read if isinstance(o, Opened) else o).named(name) for o in opened]


def outcomes(folder: Path, content: bytes, *passwords: str) -> list[tuple[str, str, str]]:
    """Return path, outcome and code of every file that came out of an archive."""
    return [
        (r.file, r.outcome.value, f.code.name)
        for r in returns(folder, content, *passwords)
        for f in r.findings
    ]


def test_each_member_is_a_file_of_its_own(tmp_path: Path) -> None:
    content = zipped(("課/", b""), ("課/一.pdf", PDF), ("二.txt", b"x"), ("__MACOSX/._二", b"x"))
    first, second, third = returns(tmp_path, content)
    arrived = single(tmp_path / "送付.zip").received
    assert {first.received, second.received, third.received} == {arrived}
    assert (first.size, first.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert outcomes(tmp_path, content) == [
        ("送付.zip/課/一.pdf", "not_a_return", "FILE_PDF"),
        ("送付.zip/二.txt", "not_a_return", "FILE_TEXT"),
        ("送付.zip/__MACOSX/._二", "not_a_return", "FILE_LITTER"),
    ]


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (zipped(("表/能.pdf", PDF)), "表/能.pdf"),
        (zipped_unmarked("cp932", ("送付/表ソ能①.pdf", PDF)), "送付/表ソ能①.pdf"),
        (zipped_unmarked("utf-8", ("送付/表ソ能①.pdf", PDF)), "送付/表ソ能①.pdf"),
        (zipped_unmarked("utf-8", ("か\u3099.pdf", PDF)), "が.pdf"),
        (zipped_unmarked("cp437", ("é.pdf", PDF)), "é.pdf"),
        (zipped(("課\\表.pdf", PDF)), "課/表.pdf"),
        (zipped(("../../etc/x.pdf", PDF)), "../../etc/x.pdf"),
        (zipped(("/etc/x.pdf", PDF)), "etc/x.pdf"),
        (zipped(("a\x1b[2Jb\n.pdf", PDF)), "a\ufffd[2Jb\ufffd.pdf"),
        (zipped(("長" * 500 + ".pdf", PDF)), "…" + "長" * 196 + ".pdf"),
        (zipped(("/", PDF)), "名前なし"),
    ],
)
def test_names_are_shown_as_people_read_them(tmp_path: Path, content: bytes, shown: str) -> None:
    assert outcomes(tmp_path, content) == [(f"送付.zip/{shown}", "not_a_return", "FILE_PDF")]
    assert [path.name for path in tmp_path.iterdir()] == ["送付.zip"]


def test_no_two_members_have_the_same_name(tmp_path: Path) -> None:
    inner = zipped(("a.pdf", PDF))
    content = zipped(
        ("a.pdf", PDF),
        ("a.pdf", PDF),
        ("a (2).pdf", PDF),
        ("in.zip/a.pdf", PDF),
        ("in.zip", inner),
    )
    paths = [r.file for r in returns(tmp_path, content)]
    assert paths == [
        "送付.zip/a.pdf",
        "送付.zip/a (2).pdf",
        "送付.zip/a (2) (2).pdf",
        "送付.zip/in.zip/a.pdf",
        "送付.zip/in.zip/a (2).pdf",
    ]


def test_a_zip_in_a_zip_is_opened_but_no_deeper(tmp_path: Path) -> None:
    deepest = zipped(("四.pdf", PDF))
    content = zipped(("二.zip", zipped(("三.pdf", PDF), ("三.zip", deepest))), ("二.pdf", PDF))
    assert outcomes(tmp_path, content) == [
        ("送付.zip/二.zip/三.pdf", "not_a_return", "FILE_PDF"),
        ("送付.zip/二.zip/三.zip", "unreadable", "FILE_ARCHIVE_NESTED"),
        ("送付.zip/二.pdf", "not_a_return", "FILE_PDF"),
    ]


@pytest.mark.parametrize("content", [zipped(), zipped(("課/", b""), ("係/", b""))])
def test_an_empty_zip_is_one_file_that_is_no_return(tmp_path: Path, content: bytes) -> None:
    assert outcomes(tmp_path, content) == [("送付.zip", "not_a_return", "FILE_ARCHIVE_EMPTY")]


def test_a_damaged_zip_is_one_unreadable_file(tmp_path: Path) -> None:
    whole = zipped(("a.pdf", PDF * 9))
    assert outcomes(tmp_path, whole[:60]) == [("送付.zip", "unreadable", "FILE_BROKEN")]


def test_a_damaged_member_costs_that_member_alone(tmp_path: Path) -> None:
    content = bytearray(zipped(("a.pdf", PDF), ("b.pdf", PDF), method=zipfile.ZIP_STORED))
    content[content.index(PDF)] ^= 1
    assert outcomes(tmp_path, bytes(content)) == [
        ("送付.zip/a.pdf", "unreadable", "FILE_BROKEN"),
        ("送付.zip/b.pdf", "not_a_return", "FILE_PDF"),
    ]


def test_an_unknown_compression_costs_that_member_alone(tmp_path: Path) -> None:
    content = bytearray(zipped(("a.pdf", PDF)))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + at] = 9  # Deflate64, which Windows uses for large files
    assert outcomes(tmp_path, bytes(content)) == [
        ("送付.zip/a.pdf", "unreadable", "FILE_OTHER_ARCHIVE")
    ]


AES = locked("ひみつ".encode(), ("a.pdf", PDF), ("b.pdf", PDF))
OLD = locked("ひみつ".encode("cp932"), ("a.pdf", PDF), ("b.pdf", PDF), aes=False)


@pytest.mark.parametrize("content", [AES, OLD], ids=["aes", "zipcrypto"])
def test_a_known_password_opens_a_zip(tmp_path: Path, content: bytes) -> None:
    assert outcomes(tmp_path, content, "wrong", "ひみつ") == [
        ("送付.zip/a.pdf", "not_a_return", "FILE_PDF"),
        ("送付.zip/b.pdf", "not_a_return", "FILE_PDF"),
    ]


@pytest.mark.parametrize("content", [AES, OLD], ids=["aes", "zipcrypto"])
@pytest.mark.parametrize("passwords", [(), ("wrong",), ("",)])
def test_a_zip_nobody_can_open_is_one_unreadable_file(
    tmp_path: Path, content: bytes, passwords: tuple[str, ...]
) -> None:
    assert outcomes(tmp_path, content, *passwords) == [
        ("送付.zip", "unreadable", "FILE_ARCHIVE_ENCRYPTED")
    ]


def test_one_locked_member_among_open_ones_is_unreadable_alone(tmp_path: Path) -> None:
    nested = zipped(("a.pdf", PDF), ("locked.zip", AES))
    assert outcomes(tmp_path, nested) == [
        ("送付.zip/a.pdf", "not_a_return", "FILE_PDF"),
        ("送付.zip/locked.zip", "unreadable", "FILE_ARCHIVE_ENCRYPTED"),
    ]


def test_damage_under_a_known_password_is_not_called_a_wrong_one(tmp_path: Path) -> None:
    content = bytearray(AES)
    at = content.index(b"PK\x03\x04", 4)
    content[at - 3] ^= 1  # the end of the first member's seal
    assert outcomes(tmp_path, bytes(content), "ひみつ") == [
        ("送付.zip/a.pdf", "unreadable", "FILE_BROKEN"),
        ("送付.zip/b.pdf", "not_a_return", "FILE_PDF"),
    ]


@pytest.mark.parametrize("limits", [Limits(archive_members=1), Limits(archive_megabytes=0)])
def test_what_is_too_much_is_not_unpacked(limits: Limits) -> None:
    content = zipped(("a.pdf", PDF), ("b.pdf", PDF))
    assert not isinstance(members("z.zip", content, (), Allowance()), Refusal)
    found = members("z.zip", content, (), Allowance(limits))
    assert isinstance(found, Refusal)
    assert (found.outcome, found.code.name) == (Outcome.UNREADABLE, "FILE_ARCHIVE_TOO_LARGE")


def test_nested_zips_share_one_allowance(tmp_path: Path) -> None:
    inner = zipped(*((f"{n}.pdf", PDF) for n in range(3)))
    content = zipped(("一.zip", inner), ("二.zip", inner))
    found = returns(tmp_path, content, limits=Limits(archive_members=6))
    assert [(r.file, r.outcome.value) for r in found][-1] == ("送付.zip/二.zip", "unreadable")
    assert len(found) == 4


def test_a_zip_bomb_is_not_inflated(tmp_path: Path) -> None:
    assert outcomes(tmp_path, zipped(("a.pdf", BOMB))) == [
        ("送付.zip", "unreadable", "FILE_ARCHIVE_TOO_LARGE")
    ]


def test_a_member_that_lies_about_its_size_is_broken(tmp_path: Path) -> None:
    honest = zipped(("a.pdf", bytes(5_000_000)))
    forged = honest.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert outcomes(tmp_path, forged) == [("送付.zip/a.pdf", "unreadable", "FILE_BROKEN")]


@pytest.mark.parametrize("at", range(0, 150, 3))
def test_no_damaged_byte_stops_the_unpacking(tmp_path: Path, at: int) -> None:
    whole = zipped(("a.pdf", PDF))
    changed = whole[:at] + b"\xff" + whole[at + 1 :]
    found = returns(tmp_path, changed)
    assert len(found) == 1
    assert found[0].outcome in (Outcome.UNREADABLE, Outcome.NOT_A_RETURN)


def test_every_member_knows_the_file_on_disk(tmp_path: Path) -> None:
    inner = zipped(("a.pdf", PDF), ("locked.zip", AES), ("b.zip", zipped(("c.zip", AES))))
    content = zipped(("一.zip", inner), ("b.txt", b"x"), ("空.zip", zipped()))
    found = returns(tmp_path, content, name="回答.zip")
    envelope = Envelope("回答.zip", hashlib.sha256(content).hexdigest(), len(content))
    assert len(found) == 5
    assert {read.envelope for read in found} == {read.on_disk for read in found} == {envelope}


def test_a_file_outside_an_archive_is_its_own_envelope(tmp_path: Path) -> None:
    (read,) = returns(tmp_path, PDF, name="a.pdf")
    assert (read.envelope, read.on_disk) == (None, Envelope("a.pdf", read.sha256, len(PDF)))
    (locked_zip,) = returns(tmp_path, AES)
    assert locked_zip.envelope is None


def test_a_workbook_is_not_taken_for_an_archive(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    (read,) = returns(tmp_path, stream.getvalue(), name="回答.zip")
    assert (read.file, [f.code.name for f in read.findings]) == ("回答.zip", ["FILE_BROKEN"])
