"""Workbooks and mails in a file that came back, and in what lies within it."""

from __future__ import annotations

import contextlib
import email
import email.policy
import hashlib
import io
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msoffcrypto
import olefile
import pyzipper

from tests.harness.entered.binary import xls_pages, xlsb_pages
from tests.harness.entered.open_document import open_document_pages
from tests.harness.entered.packages import (
    Parts,
    attribute,
    beside_cells,
    cells_of,
    every,
    headers_of,
    text_of_runs,
    under_merged,
)
from tests.harness.entered.pages import Page, Paper

_BODY, _ATTACHED, _ATTACHED_NAME = (
    f"__substg1.0_{tag}" for tag in ("1000001F", "37010102", "3707001F")
)
"""What a mail of Outlook keeps its text, and the bytes and the name of an attached file, in."""
_OLE = b"\xd0\xcf\x11\xe0"


def papers_in(name: str, content: bytes, passwords: Sequence[str] = ()) -> Iterator[Paper]:
    """Yield every workbook and mail in a file; nothing of one that is broken."""
    with contextlib.suppress(Exception):
        yield from _papers(name, content, passwords)


def _papers(name: str, content: bytes, passwords: Sequence[str]) -> Iterator[Paper]:
    sha256 = hashlib.sha256(content).hexdigest()
    if content.startswith(b"PK"):
        yield from _in_zip(name, content, passwords, sha256)
    elif content.startswith(_OLE):
        yield from _in_ole(name, content, passwords, sha256)
    elif b"urn:oasis:names:tc:opendocument:xmlns:office" in content[:2000]:
        yield Paper(sha256, list(open_document_pages(content, content)))
    elif name.casefold().endswith(".eml"):
        yield from _in_mail(content, passwords, sha256)


def _in_zip(name: str, content: bytes, passwords: Sequence[str], sha256: str) -> Iterator[Paper]:
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        parts = {i.filename.replace("\\", "/").casefold(): i for i in archive.infolist()}
        if parts.keys() & {"content.xml", "[content_types].xml", "xl/workbook.xml"}:
            yield Paper(sha256, list(_package(content)))
            return
        for info in archive.infolist():
            inner = _member(archive, info, passwords)
            yield from papers_in(info.filename, inner, passwords)


def _member(archive: Any, info: Any, passwords: Sequence[str]) -> bytes:  # noqa: ANN401
    for password in (None, *passwords):
        try:
            stored: bytes = archive.read(info, password and password.encode())
        except (RuntimeError, zipfile.BadZipFile, NotImplementedError):
            continue
        return stored
    return b""


def _in_ole(name: str, content: bytes, passwords: Sequence[str], sha256: str) -> Iterator[Paper]:
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        parts = {"/".join(path) for path in ole.listdir()}
        if "EncryptedPackage" in parts:
            yield Paper(sha256, [p for one in _opened(content, passwords) for p in one.pages])
        elif "__properties_version1.0" in parts:
            bodies = [text.decode("utf-16-le") for _, text in _streams(ole, _BODY)]
            yield Paper(sha256, [Page("", beside=bodies)])
            names = dict(_streams(ole, _ATTACHED_NAME))
            for folder, stored in _streams(ole, _ATTACHED):
                named = names.get(folder, b"").decode("utf-16-le")
                yield from papers_in(named, stored, passwords)
        elif parts & {"Workbook", "Book"}:
            stream = ole.openstream("Workbook" if "Workbook" in parts else "Book").read()
            yield Paper(sha256, list(xls_pages(stream)))


def _streams(ole: olefile.OleFileIO, name: str) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Yield what a property of a mail and of every mail within it holds, with its folder."""
    for path in ole.listdir():
        if path[-1] == name:
            yield tuple(path[:-1]), ole.openstream(path).read()


def _opened(content: bytes, passwords: Sequence[str]) -> Iterator[Paper]:
    for password in (*passwords, "VelvetSweatshop"):
        opened = io.BytesIO()
        try:
            office = msoffcrypto.OfficeFile(io.BytesIO(content))
            office.load_key(password=password)
            office.decrypt(opened)
        except Exception:  # of another password
            continue
        if opened.getvalue().startswith(b"PK"):
            yield from papers_in("", opened.getvalue())
            return


def _in_mail(content: bytes, passwords: Sequence[str], sha256: str) -> Iterator[Paper]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    texts = []
    for part in message.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            text = part.get_content().replace("\ufffd", "\n")
            is_page = part.get_content_subtype() == "html"
            texts.append(re.sub(r"<style.*?</style>|<[^>]*>", " ", text) if is_page else text)
        elif part.get_filename():
            attached = part.get_payload(decode=True)
            if isinstance(attached, bytes):
                yield from papers_in(str(part.get_filename()), attached, passwords)
    yield Paper(sha256, [Page("", beside=texts)])


def _package(content: bytes, only: Collection[str] = ()) -> Iterator[Page]:
    """Yield the sheets of a workbook: all of them, or those that are named."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {n.replace("\\", "/").casefold(): n for n in archive.namelist()}
        parts = Parts(archive, names)
        if "content.xml" in names:
            styles = parts.read("styles.xml") if "styles.xml" in names else b""
            yield from open_document_pages(parts.read("content.xml"), styles)
            return
        roots = [at for kind, at in parts.related("").values() if kind == "officeDocument"]
        book = next(iter(roots), "xl/workbook.xml")
        related = parts.related(book)
        if book.endswith(".bin"):
            yield from xlsb_pages(content, parts, book)
            return
        shared = [at for kind, at in related.values() if kind == "sharedStrings"]
        texts = [text_of_runs(si) for at in shared for si in every(parts.tree(at), "si")]
        for sheet in every(parts.tree(book), "sheet"):
            kind, at = related.get(attribute(sheet, "id"), ("", ""))
            if kind == "worksheet" and sheet.get("name") in (only or (sheet.get("name"),)):
                page = Page(sheet.get("name", ""))
                tree = parts.tree(at)
                hidden = under_merged(tree)
                cells = cells_of(tree, texts, page.computed)
                page.cells.update((place, held) for place, held in cells if not hidden(place))
                page.beside += [*beside_cells(parts, at), *headers_of(tree)]
                yield page


@lru_cache(maxsize=4000)
def pages_of(content: bytes) -> tuple[Page, ...]:
    """Return the pages of a workbook of ours, which is looked at again and again."""
    return tuple(page for paper in papers_in("", content) for page in paper.pages)


def sheets_of(content: bytes, names: Collection[str]) -> dict[str, Page]:
    """Return some sheets of a workbook of ours: a ledger has more than twenty."""
    return {page.name: page for page in _package(content, names)}
