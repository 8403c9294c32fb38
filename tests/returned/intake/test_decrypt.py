"""Workbooks with a password: opened with a known one, otherwise unreadable with what to do."""

from __future__ import annotations

import hashlib
import io
import zipfile
from base64 import b64encode
from pathlib import Path

import msoffcrypto
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from openpyxl import Workbook

from tests.fillers.libreoffice import run_jobs
from tests.harness.description import RETURNS
from tests.programs import needs_libreoffice
from workflow.model.returns import Outcome, Return
from workflow.model.wording import Wording
from workflow.returned.inbox import single
from workflow.returned.intake.decrypt import DEFAULT_PASSWORD, decrypted, is_encrypted_xls
from workflow.returned.intake.detect import Kind
from workflow.returned.open import Opened, open_received


def book(text: str = "回答") -> bytes:
    workbook = Workbook()
    workbook.active["B2"] = text  # type: ignore[index]
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def locked(password: str, content: bytes) -> bytes:
    target = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(content)).encrypt(password, target)
    return target.getvalue()


BOOK = book()
LOCKED = locked("ひみつ", BOOK)


def opened(folder: Path, content: bytes, *passwords: str) -> Opened | Return:
    path = folder / "回答.xlsx"
    path.write_bytes(content)
    (found,) = open_received(single(path), passwords)
    return found


def refusal(found: Opened | Return) -> tuple[str, list[str]]:
    assert isinstance(found, Return)
    return found.outcome.value, [f.code.name for f in found.findings]


@pytest.mark.parametrize("passwords", [("ひみつ",), ("wrong", "", "ひみつ")])
def test_a_known_password_opens_a_workbook(tmp_path: Path, passwords: tuple[str, ...]) -> None:
    found = opened(tmp_path, LOCKED, *passwords)
    assert isinstance(found, Opened)
    assert found.book.sheets[0].cells[2, 2].text == "回答"
    assert (found.read.size, found.read.findings) == (len(LOCKED), ())


def test_a_book_excel_locked_by_itself_opens_without_a_question(tmp_path: Path) -> None:
    assert isinstance(opened(tmp_path, locked(DEFAULT_PASSWORD, BOOK)), Opened)


@pytest.mark.parametrize("passwords", [(), ("",), ("wrong",), ("ひみつ ",)])
def test_without_the_password_a_workbook_is_unreadable(
    tmp_path: Path, passwords: tuple[str, ...]
) -> None:
    found = opened(tmp_path, LOCKED, *passwords)
    assert refusal(found) == ("unreadable", ["FILE_ENCRYPTED"])
    assert isinstance(found, Return)
    assert "--password" in Wording().remedy(found.findings[0])


def test_what_is_inside_is_examined_too(tmp_path: Path) -> None:
    twice = locked("ひみつ", BOOK)
    assert decrypted(twice, ["ひみつ"]) == BOOK
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("word/document.xml", "<w/>" * 2000)
    found = opened(tmp_path, locked("ひみつ", document.getvalue()), "ひみつ")
    assert refusal(found) == (Outcome.NOT_A_RETURN.value, ["FILE_DOCUMENT"])


_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


@pytest.mark.parametrize("at", [600, 2000, len(LOCKED) // 2, len(LOCKED) - 600])
def test_damage_under_encryption_is_never_read_as_something_else(tmp_path: Path, at: int) -> None:
    damaged = LOCKED[:at] + bytes([LOCKED[at] ^ 0xFF]) * 64 + LOCKED[at + 64 :]
    found = opened(tmp_path, damaged, "ひみつ")
    if isinstance(found, Opened):
        assert found.book.sheets[0].cells[2, 2].text == "回答"
    else:
        assert found.outcome is Outcome.UNREADABLE


@pytest.fixture(scope="module")
def from_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with workbooks LibreOffice locked with the password himitsu."""
    folder = tmp_path_factory.mktemp("locked")
    source = folder / "source.xlsx"
    source.write_bytes(BOOK)
    filters = {"xls": "MS Excel 97", "ods": "calc8"}
    run_jobs(
        [
            {
                "do": "save as",
                "source": str(source),
                "target": str(folder / f"locked.{extension}"),
                "filter": name,
                "password": "himitsu",
            }
            for extension, name in filters.items()
        ]
    )
    return folder


@needs_libreoffice
def test_a_known_password_opens_an_xls(tmp_path: Path, from_libreoffice: Path) -> None:
    content = (from_libreoffice / "locked.xls").read_bytes()
    found = opened(tmp_path, content, "x", "himitsu")
    assert isinstance(found, Opened)
    assert found.book.sheets[0].cells[2, 2].text == "回答"
    assert refusal(opened(tmp_path, content, "x")) == ("unreadable", ["FILE_ENCRYPTED"])


@needs_libreoffice
def test_only_a_locked_xls_counts_as_locked(from_libreoffice: Path) -> None:
    locked_xls = (from_libreoffice / "locked.xls").read_bytes()
    assert is_encrypted_xls(locked_xls)
    plain = decrypted(locked_xls, ["himitsu"])
    assert plain is not None
    assert not is_encrypted_xls(plain)
    assert not is_encrypted_xls(b"x")


@needs_libreoffice
def test_a_known_password_opens_an_ods(tmp_path: Path, from_libreoffice: Path) -> None:
    content = (from_libreoffice / "locked.ods").read_bytes()
    found = opened(tmp_path, content, "x", "himitsu")
    assert isinstance(found, Opened)
    assert found.book.sheets[0].cells[2, 2].text == "回答"
    assert refusal(opened(tmp_path, content, "x")) == ("unreadable", ["FILE_ENCRYPTED"])


MANIFEST = """<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
 xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0">
<m:file-entry m:full-path="encrypted-package"><m:encryption-data>
<m:algorithm m:algorithm-name="http://www.w3.org/2009/xmlenc11#aes256-gcm"
 m:initialisation-vector="{start}"/>
<m:start-key-generation m:key-size="32"
 m:start-key-generation-name="http://www.w3.org/2001/04/xmlenc#sha256"/>
<m:key-derivation m:key-size="32" m:salt="{salt}" loext:argon2-iterations="1"
 loext:argon2-memory="64" loext:argon2-lanes="1" m:key-derivation-name=
"urn:org:documentfoundation:names:experimental:office:manifest:argon2id"/>
</m:encryption-data></m:file-entry></m:manifest>"""


def locked_as_a_whole(content: bytes, password: str) -> bytes:
    """Return an .ods as LibreOffice locks it since 24.8: the package within a package."""
    start, salt = bytes(12), bytes(16)
    digest = hashlib.sha256(password.encode()).digest()
    key = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=64).derive(digest)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        encoded = {"start": b64encode(start).decode(), "salt": b64encode(salt).decode()}
        archive.writestr("META-INF/manifest.xml", MANIFEST.format(**encoded))
        archive.writestr("encrypted-package", start + AESGCM(key).encrypt(start, content, None))
    return stream.getvalue()


def test_a_known_password_opens_an_ods_that_is_locked_as_a_whole(tmp_path: Path) -> None:
    content = locked_as_a_whole((RETURNS / "good/open_document_format/甲課.ods").read_bytes(), "鍵")
    found = opened(tmp_path, content, "x", "鍵")
    assert isinstance(found, Opened)
    assert found.read.format == Kind.ODS.label
    assert refusal(opened(tmp_path, content, "x")) == ("unreadable", ["FILE_ENCRYPTED"])
