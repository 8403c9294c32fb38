"""Who made and who last saved a workbook, as each format stores it; nothing is made up."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import olefile
import pytest
from openpyxl import Workbook

from tests.fillers.libreoffice import run_jobs
from tests.harness.description import RETURNS
from tests.programs import needs_libreoffice
from tests.returned.readers.binary_books import xlsb
from workflow.excel.xlsx.properties import saving_of_xls
from workflow.model.raw import RawBook
from workflow.model.years import JST
from workflow.returned.inbox import single
from workflow.returned.intake.detect import Kind
from workflow.returned.open import Opened, open_received
from workflow.returned.readers.readings import read_again, read_first

CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
Reading = Callable[[Kind, bytes], RawBook]

READINGS = pytest.mark.parametrize("read", [read_first, read_again])


def core(*elements: str) -> str:
    return (
        '<cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">'
        f"{''.join(elements)}</cp:coreProperties>"
    )


PROPERTIES = core(
    "<dc:creator>門真 太郎</dc:creator>",
    "<cp:lastModifiedBy>守口 花子</cp:lastModifiedBy>",
    "<dcterms:modified>2024-05-10T17:00:00+09:00</dcterms:modified>",
)


def with_core(content: bytes, stored: str, part: str = "docProps/core.xml") -> bytes:
    """Return a workbook with other properties, stored in a part of this name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in set(old.namelist()) - {"docProps/core.xml", "_rels/.rels"}:
            new.writestr(name, old.read(name))
        relations = old.read("_rels/.rels").decode()
        others = re.sub(r"<Relationship [^>]*core-properties[^>]*>", "", relations)
        added = f'<Relationship Id="rIdC" Type="{CORE}" Target="{part}"/></Relationships>'
        new.writestr("_rels/.rels", others.replace("</Relationships>", added))
        new.writestr(part, stored)
    return stream.getvalue()


def xlsx() -> bytes:
    stream = io.BytesIO()
    Workbook().save(stream)
    return stream.getvalue()


def properties_of(book: RawBook) -> tuple[str, str, datetime | None]:
    return book.author, book.saved_by, book.modified


@READINGS
@pytest.mark.parametrize("part", ["docProps/core.xml", "package/metadata/abc.psmdcp"])
@pytest.mark.parametrize(
    ("kind", "content"), [(Kind.XLSX, xlsx()), (Kind.XLSB, xlsb("表", {(0, 0): "一"}))]
)
def test_an_office_workbook_says_who_saved_it(
    read: Reading, kind: Kind, content: bytes, part: str
) -> None:
    saved = with_core(content, PROPERTIES, part)
    assert properties_of(read(kind, saved)) == (
        "門真 太郎",
        "守口 花子",
        datetime(2024, 5, 10, 17, tzinfo=JST),
    )
    assert properties_of(read(kind, with_core(content, core()))) == ("", "", None)


@READINGS
@pytest.mark.parametrize("stored", ["", "2024", "きのう"])
def test_a_time_nobody_can_read_is_no_time(read: Reading, stored: str) -> None:
    content = with_core(
        xlsb("表", {(0, 0): "一"}), core(f"<dcterms:modified>{stored}</dcterms:modified>")
    )
    assert read(Kind.XLSB, content).modified is None


@needs_libreoffice
def test_a_workbook_saved_by_libreoffice_says_who_made_it(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    source.write_bytes(with_core(xlsx(), PROPERTIES))
    kinds = {"MS Excel 97": Kind.XLS, "calc8": Kind.ODS}
    targets = {kind: tmp_path / f"a{kind.extensions[0]}" for kind in kinds.values()}
    run_jobs(
        [
            {"do": "save as", "source": str(source), "target": str(targets[kind]), "filter": name}
            for name, kind in kinds.items()
        ]
    )
    for kind, target in targets.items():
        content = target.read_bytes()
        assert read_first(kind, content).author == "門真 太郎"
        assert read_again(kind, content).author == "門真 太郎"


OLD = (RETURNS / "good/old_excel_format/甲課.xls").read_bytes()


@pytest.mark.parametrize(
    ("stored", "codepage", "text"),
    [
        (None, None, ""),
        ("守口 花子".encode("cp932"), 932, "守口 花子"),
        ("守口 花子".encode("cp932") + b"\0", None, "守口 花子"),
        ("守口 花子".encode(), -535, "守口 花子"),
        ("守口 花子".encode(), 932, "守口 花子"),
        ("守口 花子".encode(), 12345, "守口 花子"),
        (b"\x81", -535, "\ufffd"),
    ],
)
def test_an_old_workbook_spells_names_as_its_windows_did(
    monkeypatch: pytest.MonkeyPatch, stored: bytes | None, codepage: int | None, text: str
) -> None:
    summary = SimpleNamespace(
        author=stored, last_saved_by=stored, codepage=codepage, last_saved_time=None
    )
    monkeypatch.setattr(olefile.OleFileIO, "get_metadata", lambda _: summary)
    saving = saving_of_xls(OLD)
    assert (saving.author, saving.saved_by, saving.modified) == (text, text, None)


def test_an_opendocument_file_says_who_made_and_who_saved_it() -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    meta = (
        f'<office:document-meta xmlns:office="{office}office:1.0" xmlns:meta="{office}meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        "<meta:initial-creator>門真 太郎</meta:initial-creator><dc:creator>守口 花子</dc:creator>"
        "</office:meta></office:document-meta>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("meta.xml", meta)
        archive.writestr("content.xml", f'<x xmlns="{office}office:1.0"/>')
    book = read_first(Kind.ODS, stream.getvalue())
    assert properties_of(book) == ("門真 太郎", "守口 花子", None)


def test_what_is_known_of_a_workbook_goes_with_its_return(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(with_core(xlsx(), PROPERTIES))
    (opened,) = open_received(single(tmp_path / "a.xlsx"))
    assert isinstance(opened, Opened)
    assert (opened.read.author, opened.read.saved_by) == ("門真 太郎", "守口 花子")
